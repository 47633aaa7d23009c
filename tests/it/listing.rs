//! Lists: what is asked, in which order it comes, and what happens when it does not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::raw::{Raw, Reply, SOON, Seen, refusal, success};

/// A server whose pages of workbooks a test makes up from the page's number and size.
fn pages(page: impl Fn(u32, u32) -> Reply + Send + Sync + 'static) -> Raw {
    Raw::signed_in(move |seen| {
        let number = |name| query(seen, name).unwrap().parse().unwrap();
        page(number("pageNumber"), number("pageSize"))
    })
}

/// A value of the query, decoded.
fn query(seen: &Seen, name: &str) -> Option<String> {
    let (_, query) = seen.target.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(n, _)| decoded(n) == name).map(|(_, value)| decoded(value)).next()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// A page of these workbooks.
fn page(number: u32, size: u32, total: u64, ids: impl IntoIterator<Item = u64>) -> Reply {
    let items: String =
        ids.into_iter().map(|id| format!("<workbook id=\"w{id}\" name=\"W {id}\"/>")).collect();
    success(&format!(
        "<pagination pageNumber=\"{number}\" pageSize=\"{size}\" totalAvailable=\"{total}\"/>\
         <workbooks>{items}</workbooks>"
    ))
}

/// The ids on a page of `0..total`.
fn ids(number: u32, size: u32, total: u64) -> std::ops::Range<u64> {
    let start = u64::from(number - 1) * u64::from(size);
    start.min(total)..(start + u64::from(size)).min(total)
}

fn session(raw: &Raw) -> tsc::Session<'static> {
    let mut server = tsc::Server::new(&raw.url).unwrap();
    server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
    server.into_session(&tsc::TableauAuth::new("me", "hush")).unwrap()
}

/// The ids that came, and the error at the end if there was one.
fn all(list: tsc::List<'_, tsc::Workbook>) -> (Vec<String>, Option<tsc::Error>) {
    let mut items = list.into_iter();
    let mut ids = Vec::new();
    let error = loop {
        match items.next() {
            Some(Ok(workbook)) => ids.push(workbook.id.to_string()),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    assert!(items.next().is_none() && items.next().is_none(), "after {error:?}");
    (ids, error)
}

fn names(ids: impl IntoIterator<Item = u64>) -> Vec<String> {
    ids.into_iter().map(|id| format!("w{id}")).collect()
}

fn lists(raw: &Raw) -> usize {
    raw.lines().iter().filter(|line| line.contains("/workbooks?")).count()
}

#[test]
fn filters_sorts_and_fields_as_they_are_asked() {
    let raw = pages(|number, size| page(number, size, 0, []));
    let session = session(&raw);
    let when: jiff::Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let list = session
        .workbooks()
        .list()
        .filter(tsc::workbooks::NAME.eq("R&D: a+b 50% \"q\" [1] DOM\\me"))
        .filter(tsc::workbooks::TAGS.any_of(["O'Brien", "東京"]))
        .filter(tsc::workbooks::CREATED_AT.gte(when))
        .filter(tsc::workbooks::SIZE.lt(7))
        .filter(tsc::Filter::raw("new:eq:x"))
        .sort(tsc::workbooks::UPDATED_AT.desc())
        .sort(tsc::workbooks::NAME.asc())
        .fields(["size", "name"])
        .page_size(10);
    assert!(all(list).1.is_none());
    let seen = raw.seen();
    let seen = seen.iter().find(|seen| seen.target.contains("/workbooks?")).unwrap();
    assert_eq!(
        query(seen, "filter").unwrap(),
        "name:eq:R&D: a+b 50% \"q\" [1] DOM\\me,tags:in:[O'Brien,東京],\
         createdAt:gte:2026-01-02T03:04:05Z,size:lt:7,new:eq:x"
    );
    assert_eq!(query(seen, "sort").unwrap(), "updatedAt:desc,name:asc");
    assert_eq!(query(seen, "fields").unwrap(), "id,size,name");
    assert_eq!(query(seen, "pageSize").unwrap(), "10");
    // No value may be cut off by what a URL takes for something else.
    assert!(seen.target.is_ascii() && !seen.target.contains(['"', '[', '#', '\\', ' ']));
}

#[test]
fn old_servers_are_asked_the_same() {
    let raw = pages(|number, size| page(number, size, 0, []));
    for version in ["2.3", "3.6", "3.7", "3.24"] {
        let mut server = tsc::Server::new(&raw.url).unwrap();
        server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
        server.set_version(version).unwrap();
        let session = server.sign_in(&tsc::TableauAuth::new("me", "hush")).unwrap();
        let filter = || tsc::workbooks::NAME.eq("a b&c#d+e%f");
        let list = session.workbooks().list().filter(filter()).sort(tsc::workbooks::NAME.asc());
        assert!(all(list).1.is_none());
        let seen = raw.seen();
        let seen = seen.iter().rev().find(|seen| seen.target.contains("/workbooks?")).unwrap();
        assert_eq!(query(seen, "filter").unwrap(), "name:eq:a b&c#d+e%f");
        // The marks of the expression are plain, which old servers need; everything else is encoded.
        assert!(seen.target.contains("filter=name:eq:a%20b%26c%23d%2Be%25f&sort=name:asc&"));
    }
}

#[test]
fn a_server_that_knows_no_filter_is_not_asked() {
    let raw = pages(|number, size| page(number, size, 0, []));
    let mut server = tsc::Server::new(&raw.url).unwrap();
    server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
    server.set_version("2.2").unwrap();
    let session = server.sign_in(&tsc::TableauAuth::new("me", "hush")).unwrap();
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
    assert_eq!(lists(&raw), 0);
}

#[test]
fn what_cannot_be_asked_is_an_error_on_first_use() {
    let raw = pages(|number, size| page(number, size, 0, []));
    let session = session(&raw);
    let list = || session.workbooks().list();
    for (list, says) in [
        (list().filter(tsc::workbooks::NAME.eq("a,b")), "`,`"),
        (list().filter(tsc::workbooks::NAME.any_of(["a", "b,c"])), "`,`"),
        (list().filter(tsc::workbooks::NAME.any_of(["a]"])), "`]`"),
        (list().filter(tsc::workbooks::NAME.eq("")), "empty"),
        (list().sort(tsc::Field::named("a,b").asc()), "\"a,b\""),
        (list().page_size(0), "page size"),
        (list().page_size(1001), "page size"),
    ] {
        assert!(list.total().is_err());
        let error = list.page(1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.to_string().starts_with("listing "), "{error}");
        let (ids, error) = all(list);
        assert_eq!((ids.len(), error.unwrap().kind()), (0, ErrorKind::Input));
    }
    assert!(list().page(0).unwrap_err().to_string().contains("page 0"));
    assert_eq!(lists(&raw), 0);
}

#[test]
fn smaller_pages_than_asked_lose_nothing() {
    let raw = pages(|number, _| page(number, 3, 10, ids(number, 3, 10)));
    let session = session(&raw);
    for prefetch in [0, 1, 4] {
        let (ids, error) = all(session.workbooks().list().prefetch(prefetch));
        assert!(error.is_none(), "{error:?}");
        assert_eq!(ids, names(0..10));
    }
}

#[test]
fn a_list_without_pages_is_one() {
    let raw =
        Raw::signed_in(|_| success("<workbooks><workbook id=\"w0\" name=\"a\"/></workbooks>"));
    let session = session(&raw);
    assert_eq!(all(session.workbooks().list()).0, names(0..1));
    let page = session.workbooks().list().page(1).unwrap();
    assert_eq!((page.number, page.size, page.total), (1, 1000, 1));
    let raw = Raw::signed_in(|_| success("<somethingElse/>"));
    let session = self::session(&raw);
    assert_eq!(all(session.workbooks().list()).1.unwrap().kind(), ErrorKind::Decode);
}

/// What a list of 10 in pages of 3 does when the server answers page 2 or 3 like this.
fn when(
    answer: impl Fn(u32) -> Option<Reply> + Send + Sync + 'static,
    on_change: tsc::OnChange,
) -> Vec<(Vec<String>, Option<tsc::Error>)> {
    let raw = pages(move |number, size| {
        answer(number).unwrap_or_else(|| page(number, size, 10, ids(number, size, 10)))
    });
    let session = session(&raw);
    let list = || session.workbooks().list().page_size(3).on_change(on_change);
    [0, 1, 8].map(|n| all(list().prefetch(n))).into()
}

#[test]
fn a_total_that_changes() {
    for total in [9, 11] {
        let answer =
            move |number| (number >= 2).then(|| page(number, 3, total, ids(number, 3, total)));
        for (ids, error) in when(answer, tsc::OnChange::Fail) {
            assert_eq!(ids, names(0..3));
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Changed);
            let says = format!("10 items before page 2, {total} with it");
            assert!(error.to_string().contains(&says), "{error}");
        }
        for (ids, error) in when(answer, tsc::OnChange::GoOn) {
            assert!(error.is_none(), "{error:?}");
            assert_eq!(ids, names(0..total));
        }
    }
}

#[test]
fn more_items_than_announced() {
    let answer = |number| (number == 4).then(|| page(4, 3, 10, 9..12));
    for (ids, error) in when(answer, tsc::OnChange::Fail) {
        assert_eq!((ids, error.unwrap().kind()), (names(0..9), ErrorKind::Changed));
    }
    for (ids, error) in when(answer, tsc::OnChange::GoOn) {
        assert!(error.is_none());
        assert_eq!(ids, names(0..12));
    }
}

#[test]
fn an_id_on_two_pages_in_a_row() {
    // One item was added in front: everything moves on by one place, and the last one is new.
    let answer = |number| (number == 3).then(|| page(3, 3, 10, 5..8));
    for (ids, error) in when(answer, tsc::OnChange::Fail) {
        assert_eq!(ids, names(0..6));
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Changed);
        assert!(error.to_string().contains("\"w5\" is on page 2 and on page 3"), "{error}");
    }
    for (ids, error) in when(answer, tsc::OnChange::GoOn) {
        assert!(error.is_none());
        assert_eq!(ids, names([0, 1, 2, 3, 4, 5, 5, 6, 7, 9]));
    }
}

#[test]
fn a_page_that_there_is_no_more() {
    let answer = |number| (number >= 3).then(|| refusal(400, "400006", "Invalid page number"));
    for (ids, error) in when(answer, tsc::OnChange::Fail) {
        assert_eq!(ids, names(0..6));
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Changed);
        assert!(error.to_string().contains("there is no page 3 any more"), "{error}");
        assert_eq!((error.code(), error.status()), (Some("400006"), Some(400)));
        assert!(error.url().unwrap().contains("pageNumber=3"), "{error:?}");
    }
    for (ids, error) in when(answer, tsc::OnChange::GoOn) {
        assert!(error.is_none(), "{error:?}");
        assert_eq!(ids, names(0..6));
    }
}

#[test]
fn an_empty_page_before_the_end() {
    let answer = |number| (number == 2).then(|| page(2, 3, 10, []));
    for (ids, error) in when(answer, tsc::OnChange::Fail) {
        assert_eq!((ids, error.unwrap().kind()), (names(0..3), ErrorKind::Decode));
    }
    for (ids, error) in when(answer, tsc::OnChange::GoOn) {
        assert!(error.is_none());
        assert_eq!(ids, names(0..3));
    }
}

#[test]
fn an_error_ends_the_list_where_it_is() {
    for (status, code) in [(400, "400065"), (403, "403004"), (404, "404000"), (409, "409000")] {
        let answer = move |number| (number == 3).then(|| refusal(status, code, "no"));
        for on_change in [tsc::OnChange::Fail, tsc::OnChange::GoOn] {
            for (ids, error) in when(answer, on_change) {
                assert_eq!(ids, names(0..6));
                assert_eq!(error.unwrap().code(), Some(code));
            }
        }
    }
}

#[test]
fn pages_in_flight_are_as_many_as_asked_and_in_order() {
    for prefetch in [1, 4] {
        let now = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let (n, m) = (now.clone(), most.clone());
        let raw = pages(move |number, size| {
            m.fetch_max(n.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Later pages are faster than those before them.
            std::thread::sleep(Duration::from_millis(u64::from(5 * (4 - number % 4))));
            n.fetch_sub(1, Ordering::SeqCst);
            page(number, size, 60, ids(number, size, 60))
        });
        let session = session(&raw);
        let (ids, error) = all(session.workbooks().list().page_size(3).prefetch(prefetch));
        assert!(error.is_none());
        assert_eq!(ids, names(0..60));
        assert_eq!(lists(&raw), 20);
        let most = most.load(Ordering::SeqCst);
        assert!(most <= prefetch && (prefetch == 1 || most > 1), "{most} of {prefetch}");
    }
}

#[test]
fn pages_are_asked_for_no_further_ahead_than_said() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let raw = pages(move |number, size| {
        seen.lock().unwrap().push(number);
        page(number, size, 300, ids(number, size, 300))
    });
    let session = session(&raw);
    let mut items = session.workbooks().list().page_size(3).prefetch(2).into_iter();
    for item in items.by_ref().take(6) {
        item.unwrap();
    }
    // Page 2 is being read; nothing beyond pages 3 and 4 may have been asked for.
    std::thread::sleep(Duration::from_millis(50));
    let mut pages = asked.lock().unwrap().clone();
    pages.sort_unstable();
    assert_eq!(pages, [1, 2, 3, 4]);
    drop(items);
}

#[test]
fn an_iterator_dropped_half_way_leaves_nothing_behind() {
    const QUICK: u32 = 300;
    let waiting = Arc::new(AtomicUsize::new(0));
    let seen = waiting.clone();
    let raw = pages(move |number, size| {
        if number > QUICK {
            seen.fetch_add(1, Ordering::SeqCst);
            return Reply::Silence;
        }
        page(number, size, 1000, ids(number, size, 1000))
    });
    let session = session(&raw);
    let mut items = session.workbooks().list().page_size(1).prefetch(3).into_iter();
    // So far in that no other test's pages have the same numbers.
    let last = items.by_ref().take(QUICK as usize).last().unwrap().unwrap();
    assert_eq!(last.id.as_str(), "w299");
    let start = Instant::now();
    while waiting.load(Ordering::SeqCst) < 3 && start.elapsed() < SOON {
        std::thread::sleep(Duration::from_millis(1));
    }
    let threads = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        let names = tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .map(|name| name.trim().to_owned());
        let ours = names.filter(|name| ["page 301", "page 302", "page 303"].contains(&&**name));
        ours.count()
    };
    if cfg!(target_os = "linux") {
        assert_eq!(threads(), 3);
    }
    let start = Instant::now();
    drop(items);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    if cfg!(target_os = "linux") {
        assert_eq!(threads(), 0);
    }
    // The session is as usable as before.
    assert_eq!(session.workbooks().list().page_size(3).page(1).unwrap().items.len(), 3);
}

/// The ids that came of any room's list, and the error at the end.
fn ids_of<T>(
    list: impl IntoIterator<Item = tsc::Result<T>>,
    id: impl Fn(&T) -> String,
) -> (Vec<String>, Option<tsc::Error>) {
    let mut items = list.into_iter();
    let mut ids = Vec::new();
    while let Some(item) = items.next() {
        match item {
            Ok(item) => ids.push(id(&item)),
            Err(error) => {
                assert!(items.next().is_none() && items.next().is_none());
                return (ids, Some(error));
            }
        }
    }
    (ids, None)
}

#[test]
fn in_every_room_an_error_comes_at_its_place() {
    // What the server calls the list and an item of it, by the end of the path.
    const NAMES: &[(&str, &str, &str, &str)] = &[
        ("sites", "sites", "site", "Site"),
        ("workbooks", "workbooks", "workbook", "Workbook"),
        ("views", "views", "view", "View"),
        ("customviews", "customViews", "customView", "CustomView"),
        ("datasources", "datasources", "datasource", "Datasource"),
        ("flows", "flows", "flow", "Flow"),
        ("runs", "flowRuns", "flowRuns", "FlowRun"),
        ("jobs", "backgroundJobs", "backgroundJob", "BackgroundJob"),
        ("projects", "projects", "project", "Project"),
        ("users", "users", "user", "User"),
        // The end of its address is that of the users themselves.
        ("users", "users", "user", "DefaultUser"),
    ];
    for bad in 1..=4 {
        let raw = Raw::signed_in(move |seen| {
            let path = seen.target.split('?').next().unwrap();
            let last = path.rsplit('/').next().unwrap();
            let (_, wrap, item, _) = NAMES.iter().find(|(end, ..)| *end == last).unwrap();
            let number: u32 = query(seen, "pageNumber").unwrap().parse().unwrap();
            if number == bad {
                return refusal(400, "400123", "this page is bad");
            }
            let items: String = ids(number, 3, 10)
                .map(|id| format!("<{item} id=\"w{id}\" name=\"n\" contentUrl=\"c\"/>"))
                .collect();
            success(&format!(
                "<pagination pageNumber=\"{number}\" pageSize=\"3\" totalAvailable=\"10\"/>\
                 <{wrap}>{items}</{wrap}>"
            ))
        });
        let session = session(&raw);
        let mut seen = Vec::new();
        for prefetch in [0, 3] {
            macro_rules! check {
                ($($list:expr => $Item:ident),+ $(,)?) => {$(
                    let list = $list.page_size(3).prefetch(prefetch);
                    let (ids, error) = ids_of(list, |item: &tsc::$Item| item.id.to_string());
                    assert_eq!(ids, names(0..u64::from(3 * (bad - 1))), "{}", stringify!($Item));
                    assert_eq!(error.unwrap().code(), Some("400123"), "{}", stringify!($Item));
                    seen.push(stringify!($Item));
                )+};
            }
            check!(
                session.sites().list() => Site,
                session.workbooks().list() => Workbook,
                session.views().list() => View,
                session.custom_views().list() => CustomView,
                session.datasources().list() => Datasource,
                session.flows().list() => Flow,
                session.flow_runs().list() => FlowRun,
                session.jobs().list() => BackgroundJob,
                session.projects().list() => Project,
                session.users().list() => User,
                session.custom_views().default_users(&"c".into()) => DefaultUser,
            );
        }
        assert!(NAMES.iter().all(|(.., item)| seen.contains(item)));
    }
    // No room may be left out: each has this line.
    let mut rooms = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rooms")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            let items = source.lines().filter_map(|line| line.strip_prefix("impl Listed for "));
            rooms.extend(items.map(|rest| rest.trim_end_matches(" {").to_owned()));
        }
    }
    for item in &rooms {
        assert!(NAMES.iter().any(|(.., known)| known == item), "the list of {item} is not tested");
    }
    assert!(rooms.len() >= NAMES.len());
}

mod properties {
    use proptest::prelude::*;
    use tsc::mock::MockServer;

    use super::*;

    /// Any text that XML can carry, of characters that mean something somewhere, and of others.
    fn text() -> impl Strategy<Value = String> {
        let marks = r#",:[]"'&+%\*#?/=;<>(){}|~`^ "#.chars().collect::<Vec<_>>();
        let mark = proptest::sample::select(marks);
        let char = prop_oneof![3 => mark, 2 => proptest::char::range('a', 'f'), 1 => any::<char>()];
        let xml =
            |c: &char| matches!(c, ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
        proptest::collection::vec(char.prop_filter("no XML character", xml), 0..12)
            .prop_map(|chars| chars.into_iter().collect())
    }

    #[test]
    fn any_text_survives_the_filter_the_wire_and_the_server() {
        let mock = MockServer::start().unwrap();
        let sessions = ["3.6", "3.24"].map(|version| {
            let mut server = tsc::Server::new(mock.url()).unwrap();
            server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
            server.set_version(version).unwrap();
            server.into_session(&mock.credentials()).unwrap()
        });
        proptest!(ProptestConfig::with_cases(150), |(tail in text())| {
            // A name has to begin and end with something that is no blank.
            let name = format!("x{tail}x");
            let id = sessions[1].projects().create(tsc::NewProject::new(&*name)).unwrap().id;
            for session in &sessions {
                for (filter, lost) in [
                    (tsc::projects::NAME.eq(&*name), &[','][..]),
                    (tsc::projects::NAME.any_of(["none", &*name]), &[',', '[', ']']),
                    (tsc::projects::NAME.any_of([&*name, "none"]), &[',', '[', ']']),
                ] {
                    let (found, error) = ids_of(
                        session.projects().list().filter(filter).filter(tsc::projects::TOP_LEVEL_PROJECT.eq(true)),
                        |project: &tsc::Project| project.id.to_string(),
                    );
                    if name.contains(lost) {
                        prop_assert_eq!(error.unwrap().kind(), ErrorKind::Input);
                    } else {
                        prop_assert!(error.is_none(), "{:?}", error);
                        prop_assert!(found.contains(&id.to_string()), "{name:?}");
                        // An asterisk takes more than itself.
                        prop_assert!(found.len() == 1 || name.contains('*'), "{:?}", found);
                    }
                }
                let found = session.projects().find_path([&name]).unwrap();
                prop_assert_eq!(found.map(|project| project.id), Some(id.clone()));
            }
            sessions[1].projects().delete(&id).unwrap();
        });
    }

    #[test]
    fn any_split_into_pages_yields_the_same_items() {
        let config = ProptestConfig::with_cases(60);
        let pages_of = proptest::collection::vec(1..6_u64, 1..12);
        proptest!(config, |(counts in pages_of, prefetch in 0..5_usize, size in 1..=1000_u32)| {
            let total = counts.iter().sum();
            let raw = pages(move |number, size| {
                let before: u64 = counts[..number as usize - 1].iter().sum();
                page(number, size, total, before..before + counts[number as usize - 1])
            });
            let session = session(&raw);
            let (ids, error) = all(session.workbooks().list().page_size(size).prefetch(prefetch));
            prop_assert!(error.is_none(), "{:?}", error);
            prop_assert_eq!(ids, names(0..total));
        });
    }
}
