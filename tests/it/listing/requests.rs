//! The query that a list sends, and invalid queries.

use tableau_server_client as tsc;
use tsc::ErrorKind;

use super::{all, having, names, query, requested_pages, session};
use crate::help::{at, auth};
use crate::raw::{Raw, Seen, response};

fn speaking(url: &str, version: &str) -> tsc::Session<'static> {
    let mut server = at(url);
    server.set_version(version).unwrap();
    server.into_session(&auth()).unwrap()
}

/// The last page that was requested.
fn last(raw: &Raw) -> Seen {
    raw.seen().into_iter().rfind(|seen| query(seen, "pageNumber").is_some()).unwrap()
}

#[test]
fn sends_filters_sorts_and_fields() {
    let raw = having(0, 1000);
    let session = session(&raw);
    let when: jiff::Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let list = session
        .workbooks()
        .list()
        .filter(tsc::workbooks::NAME.eq("R/D: a+b 50% \"q\" [1] DOM\\me"))
        .filter(tsc::workbooks::TAGS.any_of(["O'Brien", "東京"]))
        .filter(tsc::workbooks::CREATED_AT.gte(when))
        .filter(tsc::workbooks::SIZE.lt(7))
        .filter(tsc::Filter::raw("new:eq:x"))
        .sort(tsc::workbooks::UPDATED_AT.desc())
        .sort(tsc::workbooks::NAME.asc())
        .fields(["size", "name"])
        .page_size(10);
    assert!(all(list).1.is_none());
    let seen = last(&raw);
    assert_eq!(
        query(&seen, "filter").unwrap(),
        "name:eq:R/D: a+b 50% \"q\" [1] DOM\\me,tags:in:[O'Brien,東京],\
         createdAt:gte:2026-01-02T03:04:05Z,size:lt:7,new:eq:x"
    );
    assert_eq!(query(&seen, "sort").unwrap(), "updatedAt:desc,name:asc");
    assert_eq!(query(&seen, "fields").unwrap(), "id,size,name");
    assert_eq!(query(&seen, "pageSize").unwrap(), "10");
    // Characters with a meaning in URLs must not cut off a value.
    assert!(seen.target.is_ascii() && !seen.target.contains(['"', '[', '#', '\\', ' ']));
}

#[test]
fn sends_the_same_query_to_old_servers() {
    let raw = having(0, 1000);
    for version in ["2.3", "3.6", "3.7", "3.24"] {
        let session = speaking(&raw.url, version);
        let filter = || tsc::workbooks::NAME.eq("a b?c#d+e%f");
        let list = session.workbooks().list().filter(filter()).sort(tsc::workbooks::NAME.asc());
        assert!(all(list).1.is_none());
        let seen = last(&raw);
        assert_eq!(query(&seen, "filter").unwrap(), "name:eq:a b?c#d+e%f");
        // Old servers need the separators of the expression unencoded; everything else is encoded.
        assert!(seen.target.contains("filter=name:eq:a%20b%3Fc%23d%2Be%25f&sort=name:asc&"));
    }
}

#[test]
fn filters_and_sorts_need_an_api_version() {
    let raw = having(0, 1000);
    let session = speaking(&raw.url, "2.2");
    let list = || session.workbooks().list();
    for (list, needs) in [
        (list().filter(tsc::workbooks::NAME.eq("a")), "2.3"),
        (list().sort(tsc::workbooks::NAME.asc()), "2.3"),
        (list().fields(["size"]), "2.5"),
    ] {
        let error = all(list).1.unwrap();
        assert_eq!(error.kind(), ErrorKind::Version);
        assert!(error.to_string().contains(needs), "{error}");
    }
    assert!(requested_pages(&raw).is_empty());
}

#[test]
fn rejects_unsupported_requests_on_first_use() {
    let raw = having(0, 1000);
    let session = session(&raw);
    let list = || session.workbooks().list();
    for (list, expected) in [
        (list().filter(tsc::workbooks::NAME.eq("a,b")), "`,`"),
        (list().filter(tsc::workbooks::NAME.any_of(["a", "b,c"])), "`,`"),
        (list().filter(tsc::workbooks::NAME.any_of(["a]"])), "`]`"),
        (list().filter(tsc::workbooks::NAME.eq("")), "empty"),
        (list().sort(tsc::query::Field::named("a,b").asc()), "\"a,b\""),
        (list().page_size(0), "invalid page size 0"),
        (list().page_size(1001), "invalid page size 1001"),
        (list().page_size(u32::MAX).prefetch(3), "invalid page size 4294967295"),
    ] {
        assert!(list.total().is_err());
        let error = list.page(1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.to_string().starts_with("listing "), "{error}");
        let (ids, error) = all(list);
        assert_eq!((ids.len(), error.unwrap().kind()), (0, ErrorKind::Input));
    }
    assert!(list().page(0).unwrap_err().to_string().contains("page number 0"));
    assert!(requested_pages(&raw).is_empty());
    for size in [1, 1000] {
        assert!(list().page_size(size).page(1).is_ok());
    }
}

#[test]
fn rejects_values_and_filters_that_the_server_misreads() {
    use tsc::workbooks::{CREATED_AT, NAME, PROJECT_NAME, TAGS};
    let raw = having(3, 1000);
    let session = session(&raw);
    let list = || session.workbooks().list();
    let when: jiff::Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let value = "`Iterator::filter` or the resource's `find`";
    let twice = "`createdAt`, and the server would use only the last one";
    let raw_range = "createdAt:gte:2026-01-02T03:04:05Z,createdAt:lte:2026-02-02T03:04:05Z";
    for (filtered, expected) in [
        (list().filter(NAME.eq("R&D")), value),
        (list().filter(NAME.eq("Sales, East")), value),
        (list().filter(PROJECT_NAME.eq("A & B")), value),
        (list().filter(TAGS.any_of(["x", "R&D"])), value),
        (list().filter(CREATED_AT.gte(when)).filter(CREATED_AT.lte(when)), twice),
        (
            list().filter(CREATED_AT.gt(when)).filter(NAME.eq("x")).filter(CREATED_AT.lt(when)),
            twice,
        ),
        (list().filter(CREATED_AT.gt(when)).filter(tsc::Filter::raw("createdAt:lt:x")), twice),
        (list().filter(tsc::Filter::raw(raw_range)), twice),
        (list().filter(TAGS.eq("a")).filter(TAGS.eq("b")), "several filters are on `tags`"),
        (
            list().filter(TAGS.any_of(["a", "b"])).filter(TAGS.eq("c")),
            "several filters are on `tags`",
        ),
    ] {
        for error in [
            filtered.page(1).unwrap_err(),
            filtered.total().unwrap_err(),
            filtered.clone().into_iter().next().unwrap().unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Input, "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        }
        assert_eq!(all(filtered).0.len(), 0);
    }
    assert!(requested_pages(&raw).is_empty());
    // One filter per field is sent, whatever its values contain.
    for filtered in [
        list().filter(TAGS.any_of(["a", "tags:eq:b"])).filter(NAME.eq("tags:eq:c")),
        list().filter(NAME.eq("[a")).filter(CREATED_AT.gt(when)),
        list().filter(tsc::Filter::raw("tags:in:[name:a,name:b],name:eq:c")),
    ] {
        filtered.page(1).unwrap();
    }
    // `find` compares names itself.
    session.workbooks().find("R&D").unwrap();
    assert_eq!(query(&last(&raw), "filter"), None);
}

#[test]
fn rejects_the_project_filter_of_data_sources_for_versions_without_it() {
    let raw = Raw::signed_in(|_| crate::help::page(1, 1000, 0, "<datasources/>"));
    for (version, is_broken) in
        [("3.12", false), ("3.13", true), ("3.15", true), ("3.17", true), ("3.18", false)]
    {
        let session = speaking(&raw.url, version);
        let list = session.datasources().list();
        let filtered = list.filter(tsc::datasources::PROJECT_NAME.eq("Ops"));
        let before = requested_pages(&raw).len();
        match filtered.page(1) {
            Ok(_) => assert!(!is_broken, "{version}"),
            Err(error) => {
                assert!(is_broken && error.kind() == ErrorKind::Input, "{version}: {error}");
                let expected =
                    "API versions 3.13 to 3.17 do not filter datasources by `projectName`";
                assert!(error.to_string().contains(expected), "{error}");
                assert_eq!(requested_pages(&raw).len(), before);
            }
        }
        session.datasources().find_in("p-1", "x").unwrap();
    }
}

#[test]
fn patterns_are_sent_with_like() {
    let raw = Raw::signed_in(|seen| match seen.path().ends_with("users") {
        true => crate::help::page(1, 1000, 0, "<users/>"),
        false => crate::help::page(1, 1000, 0, "<groups/>"),
    });
    let session = session(&raw);
    let sent = || query(&last(&raw), "filter").unwrap();
    session.users().list().filter(tsc::users::NAME.like("mark*ex*")).total().unwrap();
    assert_eq!(sent(), "name:like:mark*ex*");
    session.users().list().filter(tsc::users::FRIENDLY_NAME.like("*ample")).total().unwrap();
    assert_eq!(sent(), "friendlyName:like:*ample");
    session.groups().list().filter(tsc::groups::NAME.like("Ops*")).total().unwrap();
    assert_eq!(sent(), "name:like:Ops*");
    session.groups().list().filter(tsc::groups::NAME.eq_ignore_case("ops")).total().unwrap();
    assert_eq!(sent(), "name:cieq:ops");
}

#[test]
fn sends_filters_and_sorts_with_every_page() {
    let raw = having(4, 1000);
    let session = session(&raw);
    let list = session.workbooks().list();
    let list = list
        .filter(tsc::Filter::raw("name:eq:R&D \u{FC}+1"))
        .filter(tsc::Filter::raw("tags:in:[a,b]"))
        .sort(tsc::Sort::raw("name:asc"))
        .page_size(2);
    assert_eq!(all(list).0, names(0..4));
    let lines = raw.lines();
    assert_eq!(lines.len(), 3);
    for line in &lines[1..] {
        let query =
            "?filter=name:eq:R%26D%20%C3%BC%2B1,tags:in:%5Ba,b%5D&sort=name:asc&pageNumber=";
        assert!(line.contains(query), "{line}");
    }
}

#[test]
fn requests_id_and_name_with_any_fields() {
    let raw = having(1, 1000);
    let session = session(&raw);
    let requested_fields = |list: tsc::List<'_, tsc::Workbook>| {
        list.total().unwrap();
        query(&last(&raw), "fields")
    };
    let list = || session.workbooks().list();
    assert_eq!(requested_fields(list().fields(["name", "size"])).as_deref(), Some("id,name,size"));
    assert_eq!(
        requested_fields(list().fields(vec![String::from("size")])).as_deref(),
        Some("id,name,size")
    );
    assert_eq!(requested_fields(list().fields(["_all_"])).as_deref(), Some("_all_"));
    assert_eq!(requested_fields(list()), None);
}

#[test]
fn encodes_ids_as_one_path_segment_and_rejects_slashes() {
    let raw = Raw::signed_in(|_| response(204, &[], ""));
    let session = session(&raw);
    session.projects().delete("..users x?y#z %2f ü").unwrap();
    assert_eq!(
        raw.seen()[1].target,
        "/api/3.24/sites/site-1/projects/..users%20x%3Fy%23z%20%252f%20%C3%BC"
    );
    for invalid in ["", ".", "..", "../users/x"] {
        let error = session.projects().delete(invalid).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{invalid:?}");
    }
    assert_eq!(raw.count("DELETE", ""), 1);
}
