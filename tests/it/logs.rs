//! The logger of this test binary. It keeps the library's records from every thread, and records of
//! other targets from threads that enable this.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};
use std::thread::{self, ThreadId};

use log::{Level, LevelFilter, Log, Metadata};

#[derive(Clone, Debug)]
pub struct Record {
    pub thread: ThreadId,
    pub level: Level,
    pub target: String,
    pub text: String,
}

struct TestLogger;

/// Whether to keep the records of every target and thread.
static EVERY_THREAD: AtomicBool = AtomicBool::new(false);

/// Whether to apply the filter that README.md recommends: `ureq=info,ureq_proto=info`.
static FILTERED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Whether to keep the records of every target from this thread, which are many.
    static ALL: Cell<bool> = const { Cell::new(false) };
}

static RECORDS: Mutex<Vec<Record>> = Mutex::new(Vec::new());

impl Log for TestLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next().unwrap();
        let is_filtered =
            FILTERED.load(Ordering::Relaxed) && ["ureq", "ureq_proto"].contains(&root);
        !is_filtered || metadata.level() <= Level::Info
    }

    fn log(&self, record: &log::Record<'_>) {
        let all = ALL.get() || EVERY_THREAD.load(Ordering::Relaxed);
        if !self.enabled(record.metadata())
            || !(all || record.target().starts_with("tableau_server_client"))
        {
            return;
        }
        let record = Record {
            thread: thread::current().id(),
            level: record.level(),
            target: record.target().to_owned(),
            text: record.args().to_string(),
        };
        RECORDS.lock().unwrap().push(record);
    }

    fn flush(&self) {}
}

/// Installs the logger, at `trace`, and keeps the records of every target from this thread.
pub fn start() {
    ALL.set(true);
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&TestLogger).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
}

/// Like [`start`], for every thread of this process: for tests in a process of their own.
pub fn start_for_every_thread(filtered: bool) {
    EVERY_THREAD.store(true, Ordering::Relaxed);
    FILTERED.store(filtered, Ordering::Relaxed);
    start();
}

/// The number of records so far.
pub fn mark() -> usize {
    RECORDS.lock().unwrap().len()
}

/// The records since a mark that match. Records of the whole run are many, so only matches are
/// copied.
pub fn since(mark: usize, wanted: impl Fn(&Record) -> bool) -> Vec<Record> {
    RECORDS.lock().unwrap()[mark..].iter().filter(|record| wanted(record)).cloned().collect()
}

/// The records of this thread; each test runs in its own thread.
pub fn here() -> Vec<Record> {
    let me = thread::current().id();
    since(0, |record| record.thread == me)
}

/// The records of this thread for a target.
pub fn of(target: &str) -> Vec<Record> {
    let me = thread::current().id();
    since(0, |record| record.thread == me && record.target == target)
}
