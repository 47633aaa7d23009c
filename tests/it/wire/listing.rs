use jiff::Timestamp;
use tableau_server_client as tsc;
use tsc::{ErrorKind, workbooks};
use tsc::Filter;
use tsc::query::Field;

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    filters(g);
    g.same("sort.ascending", |s| every(s.workbooks().list().sort(workbooks::NAME.asc())));
    g.same("sort.descending", |s| every(s.workbooks().list().sort(workbooks::CREATED_AT.desc())));
    g.differs(
        "sort.two",
        "sorts-in-the-order-asked",
        &["GET ~/workbooks?pageNumber=1&pageSize=1000&sort=updatedAt:desc,name:asc"],
        |s| {
            let list = s.workbooks().list().sort(workbooks::UPDATED_AT.desc());
            every(list.sort(workbooks::NAME.asc()))
        },
    );
    g.differs(
        "find_by_name.comma",
        "marks-that-filters-lack",
        &["GET ~/workbooks?pageNumber=1&pageSize=1000"],
        |s| {
            assert!(s.workbooks().find("Ops, 50% + ß")?.is_some());
            Ok([(); 0])
        },
    );
    g.same("fields.all", |s| every(s.workbooks().list().fields(["_all_"])));
    g.same("fields.default", |s| every(s.workbooks().list().fields(["_default_"])));
    g.differs(
        "fields.one",
        "id-and-name-come-along",
        &["GET ~/workbooks?fields=id,name,description&pageNumber=1&pageSize=1000"],
        |s| every(s.workbooks().list().fields(["description"])),
    );
    g.same("everything", |s| {
        let list = s.workbooks().list().filter(Filter::raw("name:eq:A & B"));
        Ok(list.sort(workbooks::NAME.desc()).page_size(5).page(2)?.items)
    });
    g.same("page", |s| Ok(s.workbooks().list().page_size(7).page(13)?.items));
    g.same("pager.three_pages", |s| every(s.workbooks().list().page_size(1)));
    g.same("queryset.three_pages", |s| every(s.workbooks().list().page_size(1)));
    g.same("pager.error_on_page_2", |s| every(s.workbooks().list().page_size(1)));
    g.reads_differently("queryset.error_on_page_2", "errors-end-a-list", |s| {
        let mut items = s.workbooks().list().page_size(1).into_iter();
        assert_eq!(items.next().unwrap()?.id.as_str(), "w-1");
        let error = items.next().unwrap().unwrap_err();
        assert_eq!(error.code(), Some("429000"));
        assert!(items.next().is_none());
        tsc::Result::<()>::Err(error)
    });
    g.reads_differently("queryset.refused_filter", "errors-end-a-list", |s| {
        let error = every(s.workbooks().list().filter(workbooks::NAME.eq("x"))).unwrap_err();
        assert_eq!(error.code(), Some("400006"));
        tsc::Result::<()>::Err(error)
    });
    g.same("total", |s| s.workbooks().list().total());
}

fn filters(g: &mut Goldens) {
    use workbooks::{CREATED_AT, HAS_EXTRACTS, NAME, PROJECT_NAME, SIZE, TAGS, UPDATED_AT};
    let time: Timestamp = "2025-02-03T04:05:06Z".parse().unwrap();
    let earlier: Timestamp = "2025-02-03T04:05:06+02:00".parse().unwrap();
    for (name, filter) in [
        ("filter.eq", NAME.eq("Superstore")),
        ("filter.eq_colon", NAME.eq("a:b")),
        ("filter.eq_backslash", NAME.eq("a\\b")),
        ("filter.eq_brackets", NAME.eq("[a]")),
        ("filter.eq_apostrophe", NAME.eq("O'Brien")),
        ("filter.in", TAGS.any_of(["plan", "two words", "größe"])),
        ("filter.in_one", TAGS.any_of(["plan"])),
        ("filter.has", Field::named("name").has("plan")),
        ("filter.cieq", Field::named("name").eq_ignore_case("superSTORE")),
        ("filter.gt", CREATED_AT.gt(time)),
        ("filter.gte", CREATED_AT.gte(time)),
        ("filter.lt", CREATED_AT.lt(time)),
        ("filter.lte", CREATED_AT.lte(time)),
        ("filter.time_with_offset", UPDATED_AT.gt(earlier)),
        ("filter.number", SIZE.gt(42)),
        ("filter.boolean", HAS_EXTRACTS.eq(true)),
        ("old_version.filter", NAME.eq("My Book")),
    ] {
        g.same(name, |s| every(s.workbooks().list().filter(filter)));
    }
    g.same("filter.several", |s| {
        every(s.workbooks().list().filter(NAME.eq("a")).filter(PROJECT_NAME.eq("Ops")))
    });
    for (name, filter) in
        [
            ("filter.eq_comma", NAME.eq("a,b")),
            ("filter.in_comma", NAME.any_of(["a,b", "c"])),
            ("filter.eq_special", NAME.eq("R&D a+b 50% ß/?#\"")),
        ]
    {
        g.differs_in_all(name, "marks-that-filters-lack", &[], |s| {
            let error = every(s.workbooks().list().filter(filter)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            tsc::Result::<()>::Err(error)
        });
    }
    g.differs(
        "filter.in_apostrophe",
        "in-keeps-apostrophes",
        &["GET ~/workbooks?filter=name:in:[O'Brien,x]&pageNumber=1&pageSize=1000"],
        |s| every(s.workbooks().list().filter(NAME.any_of(["O'Brien", "x"]))),
    );
    g.differs(
        "old_version.ampersand",
        "old-versions-are-encoded",
        &["GET ~/workbooks?filter=name:eq:A & B=c&pageNumber=1&pageSize=1000"],
        |s| every(s.workbooks().list().filter(Filter::raw("name:eq:A & B=c"))),
    );
}
