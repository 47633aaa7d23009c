//! Items and values that cannot be read.

use tableau_server_client as tsc;
use tsc::{ErrorKind, OnUnreadable};

use super::{ids, page, pages, session};
use crate::help;
use crate::logs;
use crate::raw::Raw;

const LOG: &str = "tableau_server_client::unreadable";

/// A server with six workbooks on three pages. The times of the second and the fourth one cannot be
/// read, and the fifth one has no id.
fn server() -> Raw {
    pages(|number, size| {
        let items: String = ids(number, size, 6)
            .map(|id| match id {
                1 | 3 => format!("<workbook id=\"w{id}\" name=\"W\" createdAt=\"day {id}\"/>"),
                4 => "<workbook name=\"W\"/>".to_owned(),
                _ => format!("<workbook id=\"w{id}\" name=\"W\"/>"),
            })
            .collect();
        help::page(number, size, 6, &format!("<workbooks>{items}</workbooks>"))
    })
}

/// The ids of the items, and `error` for each error.
fn read(items: impl Iterator<Item = tsc::Result<tsc::Workbook>>) -> Vec<String> {
    let one = |item: tsc::Result<tsc::Workbook>| match item {
        Ok(workbook) => workbook.id.to_string(),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
            assert_eq!(error.status(), Some(200), "{error}");
            "error".to_owned()
        }
    };
    items.map(one).collect()
}

/// Calls `check` with the iterator over the list, without and with prefetching, and with a function
/// that returns the number of records logged since.
fn with_each_iterator(check: impl Fn(tsc::Items<'_, tsc::Workbook>, &dyn Fn() -> usize)) {
    logs::start();
    let raw = server();
    let session = session(&raw);
    for prefetch in [0, 2] {
        let before = logs::of(LOG).len();
        let list = session.workbooks().list().page_size(2).prefetch(prefetch);
        check(list.into_iter(), &|| logs::of(LOG).len() - before);
    }
}

#[test]
fn errors_of_items_keep_their_position() {
    let raw = server();
    let session = session(&raw);
    for prefetch in [0, 2] {
        let list = || session.workbooks().list().page_size(2).prefetch(prefetch);
        assert_eq!(read(list().into_iter()), ["w0", "w1", "w2", "w3", "error", "w5"]);
        let list = list().on_unreadable(OnUnreadable::Fail);
        assert_eq!(read(list.into_iter()), ["w0", "error", "w2", "error", "error", "w5"]);
    }
    let list = || session.workbooks().list().page_size(2);
    let page = list().page(3).unwrap();
    assert_eq!((page.items.len(), page.unreadable().count), (1, 1));
    let error = list().on_unreadable(OnUnreadable::Fail).page(2).unwrap_err();
    assert!(error.to_string().contains("day 3"), "{error}");
}

#[test]
fn reports_and_logs_each_value_once() {
    with_each_iterator(|mut items, logged| {
        let mut counts = Vec::new();
        while items.next().is_some() {
            counts.push(items.unreadable().count);
        }
        assert_eq!(counts, [0, 1, 1, 2, 3, 3]);
        assert_eq!(logged(), 3, "the whole list was read");
        drop(items);
        assert_eq!(logged(), 3);
    });
}

#[test]
fn values_of_items_that_were_not_read_are_not_reported() {
    with_each_iterator(|mut items, logged| {
        assert_eq!(read(items.by_ref().take(3)), ["w0", "w1", "w2"]);
        assert_eq!(items.unreadable().reports.len(), 1);
        drop(items);
        assert_eq!(logged(), 1);
    });
}

#[test]
fn reports_of_a_list_that_changes_are_kept() {
    let raw = pages(|number, size| match number {
        1 => {
            let items = "<workbook id=\"w0\" name=\"W\" size=\"big\"/>";
            help::page(1, size, 2, &format!("<workbooks>{items}</workbooks>"))
        }
        _ => page(number, size, 3, [1]),
    });
    let session = session(&raw);
    for prefetch in [0, 1] {
        let mut items = session.workbooks().list().page_size(1).prefetch(prefetch).into_iter();
        items.next().unwrap().unwrap();
        assert_eq!(items.next().unwrap().unwrap_err().kind(), ErrorKind::Changed);
        assert!(items.next().is_none());
        assert_eq!(items.unreadable().count, 1);
    }
}
