use tableau_server_client as tsc;
use tsc::{Filter, List, Sort, Workbook};

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    filters(g);
    g.same("sort.ascending", |s| every(s.workbooks().list().sort(Sort::raw("name:asc"))));
    g.same("sort.descending", |s| every(s.workbooks().list().sort(Sort::raw("createdAt:desc"))));
    g.differs(
        "sort.two",
        "sorts-in-the-order-asked",
        &["GET ~/workbooks?pageNumber=1&pageSize=1000&sort=updatedAt:desc,name:asc"],
        |s| {
            let list = s.workbooks().list().sort(Sort::raw("updatedAt:desc"));
            every(list.sort(Sort::raw("name:asc")))
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
        Ok(list.sort(Sort::raw("name:desc")).page_size(5).page(2)?.items)
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
        let error = every(s.workbooks().list().filter(Filter::raw("name:eq:x"))).unwrap_err();
        assert_eq!(error.code(), Some("400006"));
        tsc::Result::<()>::Err(error)
    });
    g.same("total", |s| s.workbooks().list().total());
}

fn filters(g: &mut Goldens) {
    let mut filter = |name: &'static str, text: &'static str| {
        g.same(name, move |s| every(filtered(s, text)));
    };
    filter("filter.eq", "name:eq:Superstore");
    filter("filter.eq_special", "name:eq:R&D a+b 50% ß/?#\"");
    filter("filter.eq_colon", "name:eq:a:b");
    filter("filter.eq_comma", "name:eq:a,b");
    filter("filter.eq_backslash", "name:eq:a\\b");
    filter("filter.eq_brackets", "name:eq:[a]");
    filter("filter.eq_apostrophe", "name:eq:O'Brien");
    filter("filter.in", "tags:in:[plan,two words,größe]");
    filter("filter.in_one", "tags:in:[plan]");
    filter("filter.in_comma", "name:in:[a,b,c]");
    filter("filter.has", "name:has:plan");
    filter("filter.cieq", "name:cieq:superSTORE");
    filter("filter.gt", "createdAt:gt:2025-02-03T04:05:06Z");
    filter("filter.gte", "createdAt:gte:2025-02-03T04:05:06Z");
    filter("filter.lt", "createdAt:lt:2025-02-03T04:05:06Z");
    filter("filter.lte", "createdAt:lte:2025-02-03T04:05:06Z");
    filter("filter.time_with_offset", "updatedAt:gt:2025-02-03T02:05:06Z");
    filter("filter.number", "size:gt:42");
    filter("filter.boolean", "hasExtracts:eq:true");
    filter("old_version.filter", "name:eq:My Book");
    g.differs(
        "filter.in_apostrophe",
        "in-keeps-apostrophes",
        &["GET ~/workbooks?filter=name:in:[O'Brien,x]&pageNumber=1&pageSize=1000"],
        |s| every(filtered(s, "name:in:[O'Brien,x]")),
    );
    g.same("filter.several", |s| {
        every(filtered(s, "name:eq:a").filter(Filter::raw("projectName:eq:Ops")))
    });
    g.differs(
        "old_version.ampersand",
        "old-versions-are-encoded",
        &["GET ~/workbooks?filter=name:eq:A & B=c&pageNumber=1&pageSize=1000"],
        |s| every(filtered(s, "name:eq:A & B=c")),
    );
}

fn filtered<'s>(session: &'s tsc::Session<'_>, text: &str) -> List<'s, Workbook> {
    session.workbooks().list().filter(Filter::raw(text))
}
