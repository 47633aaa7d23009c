//! `List::on_progress`.

use std::cell::Cell;

use tableau_server_client as tsc;
use tsc::{OnChange, OnUnreadable, Progress, ProgressUnit};

use super::{having, ids, page, pages, requested_pages, session};
use crate::help;
use crate::raw::{Raw, success};

#[test]
fn reports_each_item_with_the_total_before_it_is_returned() {
    let raw = having(5, 1000);
    let session = session(&raw);
    for prefetch in [0, 2] {
        let last = Cell::new(None);
        let list = session.workbooks().list().page_size(2).prefetch(prefetch);
        let mut items = list.on_progress(|progress| last.set(Some(progress))).into_iter();
        assert_eq!(last.get(), None);
        for done in 1..=5 {
            items.next().unwrap().unwrap();
            let Progress { done: reported, total, unit, .. } = last.get().unwrap();
            assert_eq!((reported, total, unit), (done, Some(5), ProgressUnit::Items));
        }
        assert!(items.next().is_none());
        assert_eq!(last.get().unwrap().done, 5);
    }
}

#[test]
fn does_not_report_for_an_empty_list_a_page_or_the_total() {
    let (none, five) = (having(0, 1000), having(5, 1000));
    let count = Cell::new(0);
    let report = |_| count.set(count.get() + 1);
    let session_without_items = session(&none);
    let list = session_without_items.workbooks().list().on_progress(report);
    assert_eq!(list.into_iter().count(), 0);
    assert_eq!(requested_pages(&none), [1]);
    let session = session(&five);
    let list = session.workbooks().list().on_progress(report);
    assert_eq!(list.page(1).unwrap().total, 5);
    assert_eq!(list.total().unwrap(), 5);
    assert_eq!(count.get(), 0);
    assert_eq!(list.clone().into_iter().count(), 5);
    assert_eq!(count.get(), 5, "a clone of the list has its callback");
}

#[test]
fn options_can_follow_the_callback_and_a_later_callback_replaces_it() {
    let raw = having(4, 1000);
    let session = session(&raw);
    let (mut replaced, mut seen) = (0, Vec::new());
    let list = session.workbooks().list().on_progress(|_| replaced += 1).page_size(3);
    let list = list.on_progress(|progress| seen.push(progress.done)).fields(["size"]).prefetch(1);
    list.into_iter().collect::<tsc::Result<Vec<_>>>().unwrap();
    assert_eq!((seen, replaced), (vec![1, 2, 3, 4], 0));
    assert_eq!(requested_pages(&raw), [1, 2]);
}

#[test]
fn counts_items_that_cannot_be_read() {
    let items = r#"<workbooks><workbook id="w0" name="A"/><workbook name="no id"/></workbooks>"#;
    let raw = Raw::signed_in(move |_| help::page(1, 1000, 2, items));
    let session = session(&raw);
    for on_unreadable in [OnUnreadable::Report, OnUnreadable::Fail] {
        let mut seen = Vec::new();
        let list = session.workbooks().list().on_unreadable(on_unreadable);
        let list = list.on_progress(|progress| seen.push((progress.done, progress.total)));
        assert_eq!(list.into_iter().filter(tsc::Result::is_err).count(), 1);
        assert_eq!(seen, [(1, Some(2)), (2, Some(2))]);
    }
}

#[test]
fn progress_total_is_updated_if_the_list_changes() {
    let raw = pages(|number, size| {
        let total = if number == 1 { 4 } else { 3 };
        page(number, size, total, ids(number, size, total))
    });
    let session = session(&raw);
    let mut seen = Vec::new();
    let list = session.workbooks().list().page_size(2).on_change(OnChange::GoOn);
    let list = list.on_progress(|progress| seen.push((progress.done, progress.total)));
    assert_eq!(list.into_iter().filter(tsc::Result::is_ok).count(), 3);
    assert_eq!(seen, [(1, Some(4)), (2, Some(4)), (3, Some(3))]);
}

#[test]
fn lists_without_pages_report_the_number_of_their_items_as_total() {
    let raw = Raw::signed_in(|seen| match seen.target.contains("/webhooks") {
        true => {
            let hook = |id| format!(r#"<webhook id="{id}" name="{id}"/>"#);
            success(&format!("<webhooks>{}{}</webhooks>", hook("h0"), hook("h1")))
        }
        false => {
            let one = |id| format!(r#"<task><extractRefresh id="{id}"/></task>"#);
            success(&format!("<tasks>{}{}</tasks>", one("t0"), one("t1")))
        }
    });
    let session = session(&raw);
    let mut seen = Vec::new();
    let list = session.webhooks().list().on_progress(|now| seen.push((now.done, now.total)));
    list.into_iter().collect::<tsc::Result<Vec<_>>>().unwrap();
    let list = session.tasks().list().on_progress(|now| seen.push((now.done, now.total)));
    list.into_iter().collect::<tsc::Result<Vec<_>>>().unwrap();
    assert_eq!(seen, [(1, Some(2)), (2, Some(2)), (1, Some(2)), (2, Some(2))]);
}

#[test]
fn lists_are_send_and_sync() {
    fn shared<T: Send + Sync>(_: &T) {}
    let raw = having(1, 1000);
    let session = session(&raw);
    shared(&session.workbooks().list());
    shared(&session.workbooks().list().into_iter());
    shared(&session.workbooks().list().on_progress(|_| ()));
}
