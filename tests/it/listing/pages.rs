//! Lists are lazy, complete and in order.

use tableau_server_client as tsc;
use tsc::ErrorKind;

use super::{all, having, ids, names, pages, query, requested_pages, session};
use crate::help;
use crate::raw::{Raw, success};

#[test]
fn requests_pages_lazily() {
    let raw = having(5, 1000);
    let session = session(&raw);
    let mut items = session.workbooks().list().page_size(2).into_iter();
    assert!(requested_pages(&raw).is_empty());
    for (id, pages) in [("w0", 1), ("w1", 1), ("w2", 2), ("w3", 2), ("w4", 3)] {
        assert_eq!(items.next().unwrap().unwrap().id.as_str(), id);
        assert_eq!(requested_pages(&raw).len(), pages);
    }
    assert!(items.next().is_none() && items.next().is_none());
    assert_eq!(requested_pages(&raw), [1, 2, 3]);
}

#[test]
fn default_page_size_is_one_thousand() {
    // If the last page is full, no further page is requested.
    for (total, pages) in [(2500, &[1, 2, 3][..]), (2000, &[1, 2]), (1000, &[1]), (0, &[1])] {
        let raw = having(total, 1000);
        let session = session(&raw);
        let (ids, error) = all(session.workbooks().list());
        assert!(error.is_none() && ids == names(0..total), "{total}: {error:?}");
        assert_eq!(requested_pages(&raw), pages);
        assert!(raw.seen()[1].target.ends_with("?pageNumber=1&pageSize=1000"));
        assert_eq!(session.workbooks().list().total().unwrap(), total);
    }
}

#[test]
fn page_has_number_size_and_total() {
    let raw = having(5, 1000);
    let session = session(&raw);
    let page: tsc::Page<tsc::Workbook> = session.workbooks().list().page_size(2).page(2).unwrap();
    assert_eq!((page.number, page.size, page.total), (2_u32, 2_u32, 5_u64));
    let ids = page.items.iter().map(|item| item.id.to_string());
    assert_eq!(ids.collect::<Vec<_>>(), names(2..4));
    assert_eq!(requested_pages(&raw), [2]);
}

#[test]
fn accepts_smaller_pages_than_requested() {
    let raw = having(10, 3);
    let session = session(&raw);
    for prefetch in [0, 1, 4] {
        let (ids, error) = all(session.workbooks().list().prefetch(prefetch));
        assert!(error.is_none(), "{error:?}");
        assert_eq!(ids, names(0..10));
    }
}

#[test]
fn reads_a_list_without_pagination() {
    let raw =
        Raw::signed_in(|_| success("<workbooks><workbook id=\"w0\" name=\"a\"/></workbooks>"));
    let session = session(&raw);
    assert_eq!(all(session.workbooks().list()).0, names(0..1));
    let page = session.workbooks().list().page(1).unwrap();
    assert_eq!((page.number, page.size, page.total), (1, 1000, 1));
}

#[test]
fn reads_pagination_inside_the_list() {
    let raw = pages(|number, _| {
        let items: String =
            ids(number, 2, 5).map(|id| format!("<workbook id=\"w{id}\" name=\"W\"/>")).collect();
        success(&format!(
            "<workbooks><pagination pageNumber=\"{number}\" pageSize=\"2\" totalAvailable=\"5\"/>{items}</workbooks>"
        ))
    });
    let session = session(&raw);
    let (found, error) = all(session.workbooks().list());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(found, names(0..5));
    assert_eq!(requested_pages(&raw), [1, 2, 3]);
}

#[test]
fn response_without_the_list_is_an_error() {
    for inside in ["", "<projects/>", "<somethingElse/>", "<workbook id=\"w\" name=\"n\"/>"] {
        let raw = Raw::signed_in(move |_| success(inside));
        let (ids, error) = all(session(&raw).workbooks().list());
        assert_eq!((ids.len(), error.unwrap().kind()), (0, ErrorKind::Decode), "{inside}");
    }
}

#[test]
fn finds_a_project_on_a_later_page() {
    let raw = Raw::signed_in(|seen| {
        let at: u32 = query(seen, "pageNumber").unwrap().parse().unwrap();
        help::page(at, 1, 2, &format!("<projects><project id=\"p{at}\" name=\"{at}\"/></projects>"))
    });
    let session = session(&raw);
    assert_eq!(session.projects().get("p2").unwrap().name, "2");
    let error = session.projects().get("p3").unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert!(error.to_string().contains("p3"), "{error}");
}
