//! Lists: lazy, whole, in order, or an error.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::help::{auth, millis, page, pinned, plain, with};
use crate::raw::{Raw, Reply, Seen, answer, refusal, success};

fn query(seen: &Seen, name: &str) -> Option<String> {
    let (_, query) = seen.target.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, value)| value.to_owned())
}

fn number(seen: &Seen, name: &str) -> u32 {
    query(seen, name).unwrap().parse().unwrap()
}

/// A server with so many workbooks, named by their number from 0, that gives at most `cap` a page.
fn having(total: u32, cap: u32) -> Raw {
    Raw::signed_in(move |seen| some(seen, total, cap))
}

fn some(seen: &Seen, total: u32, cap: u32) -> Reply {
    let (size, at) = (number(seen, "pageSize").min(cap), number(seen, "pageNumber"));
    let items: String = ((at - 1) * size..(at * size).min(total))
        .map(|n| format!("<workbook id=\"id-{n}\" name=\"{n}\"/>"))
        .collect();
    page(at, size, total.into(), &format!("<workbooks>{items}</workbooks>"))
}

fn names(list: tsc::List<'_, tsc::Workbook>) -> Vec<u32> {
    list.into_iter().map(|item| item.unwrap().name.parse().unwrap()).collect()
}

fn all(total: u32) -> Vec<u32> {
    (0..total).collect()
}

fn pages_asked(raw: &Raw) -> Vec<u32> {
    raw.seen()
        .iter()
        .filter(|seen| seen.method == "GET")
        .map(|seen| number(seen, "pageNumber"))
        .collect()
}

#[test]
fn a_list_asks_nothing_until_it_is_iterated_and_then_a_page_at_a_time() {
    let raw = having(5, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let list = session.workbooks().list().page_size(2);
    let mut items = list.into_iter();
    assert!(pages_asked(&raw).is_empty());
    for (name, pages) in [("0", 1), ("1", 1), ("2", 2), ("3", 2), ("4", 3)] {
        assert_eq!(items.next().unwrap().unwrap().name, name);
        assert_eq!(pages_asked(&raw).len(), pages);
    }
    assert!(items.next().is_none());
    assert!(items.next().is_none());
    assert_eq!(pages_asked(&raw), [1, 2, 3]);
}

#[test]
fn the_default_page_has_a_thousand_items() {
    let raw = having(2500, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    assert_eq!(names(session.workbooks().list()), all(2500));
    assert_eq!(pages_asked(&raw), [1, 2, 3]);
    assert!(raw.seen()[1].target.ends_with("?pageNumber=1&pageSize=1000"));
    // Exactly full pages need no further one.
    let raw = having(2000, 1000);
    let server = pinned(&raw.url);
    assert_eq!(names(server.sign_in(&auth()).unwrap().workbooks().list()), all(2000));
    assert_eq!(pages_asked(&raw), [1, 2]);
}

#[test]
fn an_empty_list_is_empty() {
    let raw = having(0, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    assert!(session.workbooks().list().into_iter().next().is_none());
    assert_eq!(session.workbooks().list().total().unwrap(), 0);
}

#[test]
fn page_sizes_out_of_bounds_are_input_errors_on_the_first_use() {
    let raw = having(3, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let list = |size| session.workbooks().list().page_size(size);
    for size in [0, 1001, u32::MAX] {
        let mut items = list(size).into_iter();
        let error = items.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains(&size.to_string()), "{error}");
        assert!(items.next().is_none());
        let error = list(size).prefetch(3).into_iter().next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert_eq!(list(size).page(1).unwrap_err().kind(), ErrorKind::Input);
        assert_eq!(list(size).total().unwrap_err().kind(), ErrorKind::Input);
    }
    assert_eq!(session.workbooks().list().page(0).unwrap_err().kind(), ErrorKind::Input);
    assert!(pages_asked(&raw).is_empty());
    for size in [1, 1000] {
        assert_eq!(names(list(size)), all(3));
    }
}

#[test]
fn one_page_has_its_number_its_size_and_the_total() {
    let raw = having(5, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let page: tsc::Page<tsc::Workbook> = session.workbooks().list().page_size(2).page(2).unwrap();
    assert_eq!((page.number, page.size, page.total), (2_u32, 2_u32, 5_u64));
    let items: Vec<&str> = page.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(items, ["2", "3"]);
    assert_eq!(pages_asked(&raw), [2]);
    let total: u64 = session.workbooks().list().page_size(2).total().unwrap();
    assert_eq!(total, 5);
}

#[test]
fn smaller_pages_than_asked_lose_nothing() {
    for prefetch in [0, 1, 4, 100] {
        let raw = having(23, 3);
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let list = session.workbooks().list().page_size(10).prefetch(prefetch);
        assert_eq!(names(list), all(23), "{prefetch}");
        assert_eq!(pages_asked(&raw).len(), 8, "{prefetch}");
    }
}

#[test]
fn a_page_that_fails_is_one_error_and_the_end() {
    for prefetch in [0, 1, 5] {
        let raw = Raw::signed_in(|seen| match number(seen, "pageNumber") {
            3 => refusal(500, "500000", "no third page"),
            _ => some(seen, 10, 1000),
        });
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let list = session.workbooks().list().page_size(2).prefetch(prefetch);
        let items: Vec<_> = list.into_iter().collect();
        assert_eq!(items.len(), 5, "{prefetch}");
        assert!(items[..4].iter().all(Result::is_ok));
        assert_eq!(items[4].as_ref().unwrap_err().code(), Some("500000"));
    }
}

#[test]
fn an_empty_page_before_the_total_is_a_decode_error() {
    for prefetch in [0, 3] {
        // The server says ten and has four.
        let raw = Raw::signed_in(|seen| match number(seen, "pageNumber") {
            1 | 2 => some(seen, 10, 1000),
            at => page(at, 2, 10, "<workbooks/>"),
        });
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let list = session.workbooks().list().page_size(2).prefetch(prefetch);
        let mut items = list.into_iter();
        assert!(items.by_ref().take(4).all(|item| item.is_ok()));
        let error = items.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("4 of 10"), "{error}");
        assert!(error.url().unwrap().contains("/workbooks"), "{error:?}");
        assert!(items.next().is_none());
    }
}

#[test]
fn an_answer_of_something_else_is_no_empty_list() {
    for inside in ["", "<projects/>", "<workbook id=\"w\" name=\"n\"/>"] {
        let raw = Raw::signed_in(move |_| success(inside));
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let error = session.workbooks().list().into_iter().next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{inside}");
    }
}

#[test]
fn totals_that_grow_and_shrink_under_way_end_as_the_caller_chose() {
    for totals in [[4, 6, 6, 6], [6, 4, 4, 4]] {
        let raw = Raw::signed_in(move |seen| {
            let at = number(seen, "pageNumber");
            some(seen, totals[usize::try_from(at).unwrap() - 1], 2)
        });
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let list = || session.workbooks().list();
        assert_eq!(names(list().on_change(tsc::OnChange::GoOn)), all(totals[3]));
        let mut items = list().into_iter();
        assert!(items.by_ref().take(2).all(|item| item.is_ok()));
        assert_eq!(items.next().unwrap().unwrap_err().kind(), ErrorKind::Changed);
        assert!(items.next().is_none());
    }
}

#[test]
fn fields_always_ask_for_id_and_name() {
    let raw = having(1, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let asked = |fields: &[&str]| {
        session.workbooks().list().fields(fields.iter().copied()).total().unwrap();
        query(raw.seen().last().unwrap(), "fields").unwrap()
    };
    assert_eq!(asked(&["size"]), "id,name,size");
    assert_eq!(asked(&["name", "size"]), "id,name,size");
    assert_eq!(asked(&["_all_"]), "_all_");
    session.workbooks().list().fields(vec![String::from("size")]).total().unwrap();
    session.workbooks().list().total().unwrap();
    assert_eq!(query(raw.seen().last().unwrap(), "fields"), None);
}

#[test]
fn filters_and_sorts_are_encoded_and_go_with_every_page() {
    let raw = having(4, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let list = session.workbooks().list();
    let list = list
        .filter(tsc::Filter::raw("name:eq:R&D ü+1"))
        .filter(tsc::Filter::raw("tags:in:[a,b]"))
        .sort(tsc::Sort::raw("name:asc"))
        .page_size(2);
    assert_eq!(names(list), all(4));
    let seen = raw.seen();
    for request in &seen[1..] {
        assert_eq!(
            query(request, "filter").unwrap(),
            "name:eq:R%26D%20%C3%BC%2B1,tags:in:%5Ba,b%5D"
        );
        assert_eq!(query(request, "sort").unwrap(), "name:asc");
    }
    assert_eq!(seen.len(), 3);
}

#[test]
fn prefetched_pages_come_in_order_and_together() {
    static RUNNING: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);
    // Later pages are quicker.
    let raw = Raw::signed_in(|seen| {
        let running = RUNNING.fetch_add(1, Ordering::SeqCst) + 1;
        MOST.fetch_max(running, Ordering::SeqCst);
        thread::sleep(millis(20 + 80 / u64::from(number(seen, "pageNumber"))));
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        some(seen, 60, 1000)
    });
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    assert_eq!(names(session.workbooks().list().page_size(5).prefetch(4)), all(60));
    let most = MOST.load(Ordering::SeqCst);
    assert!((2..=4).contains(&most), "{most} pages at a time");
    let mut asked = pages_asked(&raw);
    asked.sort_unstable();
    assert_eq!(asked, (1..=12).collect::<Vec<_>>(), "each page once");
    assert!(raw.connections() <= 5, "{}", raw.connections());
    drop(session);
    assert_eq!(raw.lines().last().unwrap(), "POST /api/3.24/auth/signout");
}

#[test]
fn prefetching_goes_no_further_ahead_than_told() {
    let raw = having(100, 1000);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let mut items = session.workbooks().list().page_size(1).prefetch(2).into_iter();
    items.next().unwrap().unwrap();
    thread::sleep(millis(200));
    assert!(pages_asked(&raw).len() <= 3, "{:?}", pages_asked(&raw));
    drop(items);
    let before = raw.lines().len();
    drop(session);
    assert_eq!(raw.lines().len(), before + 1, "nothing is asked for after the list");
}

#[test]
fn a_project_is_found_on_a_later_page() {
    let raw = Raw::signed_in(|seen| {
        let at = number(seen, "pageNumber");
        page(at, 1, 2, &format!("<projects><project id=\"p{at}\" name=\"{at}\"/></projects>"))
    });
    let server = with(&raw.url, plain());
    let session = server.sign_in(&auth()).unwrap();
    assert_eq!(session.projects().get(&"p2".into()).unwrap().name, "2");
    let error = session.projects().get(&"p3".into()).unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
    assert!(error.to_string().contains("p3"), "{error}");
}

#[test]
fn ids_stay_inside_their_segment_of_the_address() {
    let raw = Raw::signed_in(|_| answer(204, &[], ""));
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    session.projects().delete(&"../users/x?y#z %2f ü".into()).unwrap();
    assert_eq!(
        raw.seen()[1].target,
        "/api/3.24/sites/site-1/projects/..%2Fusers%2Fx%3Fy%23z%20%252f%20%C3%BC"
    );
    for nothing in ["", ".", ".."] {
        let error = session.projects().delete(&nothing.into()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{nothing:?}");
    }
    assert_eq!(raw.count("DELETE", ""), 1);
}
