//! Prefetched pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{all, having, ids, names, page, pages, requested_pages, session};
use crate::raw::{Response, SOON};

#[test]
fn prefetches_the_requested_number_of_pages_in_order() {
    for prefetch in [1, 4] {
        let now = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let (n, m) = (now.clone(), most.clone());
        let raw = pages(move |number, size| {
            m.fetch_max(n.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            // Later pages arrive before earlier ones.
            std::thread::sleep(Duration::from_millis(u64::from(5 * (4 - number % 4))));
            n.fetch_sub(1, Ordering::SeqCst);
            page(number, size, 60, ids(number, size, 60))
        });
        let session = session(&raw);
        let (ids, error) = all(session.workbooks().list().page_size(3).prefetch(prefetch));
        assert!(error.is_none());
        assert_eq!(ids, names(0..60));
        let mut requested = requested_pages(&raw);
        requested.sort_unstable();
        assert_eq!(requested, (1..=20).collect::<Vec<_>>(), "each page once");
        assert!(raw.connections() <= prefetch + 1, "{}", raw.connections());
        let most = most.load(Ordering::SeqCst);
        assert!(most <= prefetch && (prefetch == 1 || most > 1), "{most} of {prefetch}");
        drop(session);
        assert_eq!(raw.lines().last().unwrap(), "POST /api/3.24/auth/signout");
    }
}

#[test]
fn does_not_prefetch_beyond_the_limit() {
    let raw = having(300, 1000);
    let session = session(&raw);
    let mut items = session.workbooks().list().page_size(3).prefetch(2).into_iter();
    for item in items.by_ref().take(6) {
        item.unwrap();
    }
    // Page 2 is being read; no page after 4 may have been requested.
    std::thread::sleep(Duration::from_millis(50));
    let mut pages = requested_pages(&raw);
    pages.sort_unstable();
    assert_eq!(pages, [1, 2, 3, 4]);
    drop(items);
    drop(session);
    assert_eq!(requested_pages(&raw).len(), 4, "no page after the last one is requested");
}

#[test]
fn dropping_the_iterator_ends_prefetching() {
    const QUICK: u32 = 300;
    let waiting = Arc::new(AtomicUsize::new(0));
    let seen = waiting.clone();
    let raw = pages(move |number, size| {
        if number > QUICK {
            seen.fetch_add(1, Ordering::SeqCst);
            return Response::Silence;
        }
        page(number, size, 1000, ids(number, size, 1000))
    });
    let session = session(&raw);
    let cancellation = tableau_server_client::CancellationToken::new();
    let view = session.with_cancellation(&cancellation);
    // Also if the session has a cancellation token, which is not cancelled.
    for workbooks in [session.workbooks(), view.workbooks()] {
        let before = waiting.load(Ordering::SeqCst);
        let mut items = workbooks.list().page_size(1).prefetch(3).into_iter();
        // No other test requests pages with these numbers.
        let last = items.by_ref().take(QUICK as usize).last().unwrap().unwrap();
        assert_eq!(last.id.as_str(), "w299");
        let start = Instant::now();
        while waiting.load(Ordering::SeqCst) < before + 3 && start.elapsed() < SOON {
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
        // The system can list a thread for a moment after it was joined.
        while cfg!(target_os = "linux") && threads() > 0 {
            assert!(start.elapsed() < SOON);
            std::thread::yield_now();
        }
    }
    assert!(!cancellation.is_cancelled());
    // The session remains usable.
    assert_eq!(session.workbooks().list().page_size(3).page(1).unwrap().items.len(), 3);
}
