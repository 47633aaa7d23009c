//! Lists that change, or end with an error, while they are read.

use tableau_server_client as tsc;
use tsc::ErrorKind;

use super::{all, ids, names, page, pages, session};
use crate::raw::{Response, tableau_error};

/// Reads a list of 10 items in pages of 3 from a server that responds to page 2 or 3 like this.
fn when(
    response: impl Fn(u32) -> Option<Response> + Send + Sync + 'static,
    on_change: tsc::OnChange,
) -> Vec<(Vec<String>, Option<tsc::Error>)> {
    let raw = pages(move |number, size| {
        response(number).unwrap_or_else(|| page(number, size, 10, ids(number, size, 10)))
    });
    let session = session(&raw);
    let list = || session.workbooks().list().page_size(3).on_change(on_change);
    [0, 1, 8].map(|n| all(list().prefetch(n))).into()
}

#[test]
fn detects_a_changed_total() {
    for total in [9, 11] {
        let response =
            move |number| (number >= 2).then(|| page(number, 3, total, ids(number, 3, total)));
        for (ids, error) in when(response, tsc::OnChange::Fail) {
            assert_eq!(ids, names(0..3));
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Changed);
            let expected = format!("the total was 10 before page 2 and is {total} on it");
            assert!(error.to_string().contains(&expected), "{error}");
            assert!(error.to_string().contains("on_change"), "{error}");
        }
        for (ids, error) in when(response, tsc::OnChange::GoOn) {
            assert!(error.is_none(), "{error:?}");
            assert_eq!(ids, names(0..total));
        }
    }
}

#[test]
fn detects_more_items_than_announced() {
    let response = |number| (number == 4).then(|| page(4, 3, 10, 9..12));
    for (ids, error) in when(response, tsc::OnChange::Fail) {
        assert_eq!((ids, error.unwrap().kind()), (names(0..9), ErrorKind::Changed));
    }
    for (ids, error) in when(response, tsc::OnChange::GoOn) {
        assert!(error.is_none());
        assert_eq!(ids, names(0..12));
    }
}

#[test]
fn detects_an_id_on_two_consecutive_pages() {
    // An item was added at the front, so every item moves by one place.
    let response = |number| (number == 3).then(|| page(3, 3, 10, 5..8));
    for (ids, error) in when(response, tsc::OnChange::Fail) {
        assert_eq!(ids, names(0..6));
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Changed);
        assert!(error.to_string().contains("\"w5\" is on page 2 and on page 3"), "{error}");
    }
    for (ids, error) in when(response, tsc::OnChange::GoOn) {
        assert!(error.is_none());
        assert_eq!(ids, names([0, 1, 2, 3, 4, 5, 5, 6, 7, 9]));
    }
}

#[test]
fn detects_a_page_that_no_longer_exists() {
    let response =
        |number| (number >= 3).then(|| tableau_error(400, "400006", "Invalid page number"));
    for (ids, error) in when(response, tsc::OnChange::Fail) {
        assert_eq!(ids, names(0..6));
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Changed);
        assert!(error.to_string().contains("page 3 no longer exists"), "{error}");
        assert_eq!((error.code(), error.status()), (Some("400006"), Some(400)));
        assert!(error.url().unwrap().contains("pageNumber=3"), "{error:?}");
    }
    for (ids, error) in when(response, tsc::OnChange::GoOn) {
        assert!(error.is_none(), "{error:?}");
        assert_eq!(ids, names(0..6));
    }
}

#[test]
fn detects_an_empty_page_before_the_end() {
    let response = |number| (number == 2).then(|| page(2, 3, 10, []));
    for (ids, error) in when(response, tsc::OnChange::Fail) {
        let error = error.unwrap();
        assert_eq!((ids, error.kind()), (names(0..3), ErrorKind::Decode));
        assert!(error.to_string().contains("3 of 10"), "{error}");
        assert!(error.url().unwrap().contains("/workbooks"), "{error:?}");
    }
    for (ids, error) in when(response, tsc::OnChange::GoOn) {
        assert!(error.is_none());
        assert_eq!(ids, names(0..3));
    }
}

#[test]
fn error_ends_the_list_at_its_position() {
    for (status, code) in
        [(400, "400065"), (403, "403004"), (404, "404000"), (409, "409000"), (500, "500000")]
    {
        let response = move |number| (number == 3).then(|| tableau_error(status, code, "no"));
        for on_change in [tsc::OnChange::Fail, tsc::OnChange::GoOn] {
            for (ids, error) in when(response, on_change) {
                assert_eq!(ids, names(0..6));
                assert_eq!(error.unwrap().code(), Some(code));
            }
        }
    }
}
