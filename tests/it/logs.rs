//! The one logger of this binary, for tests to look at: keeps the library's records, and those of
//! everything else where they are of a thread that asked for them.

use std::cell::Cell;
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

struct Keeper;

thread_local! {
    /// Whether this thread wants the records of others' code, too: they are very many.
    static ALL: Cell<bool> = const { Cell::new(false) };
}

static RECORDS: Mutex<Vec<Record>> = Mutex::new(Vec::new());

impl Log for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if !ALL.get() && !record.target().starts_with("tableau_server_client") {
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

/// Installs the logger, at `trace`. What this thread logs from now on is kept, and what the library
/// logs anywhere.
pub fn start() {
    ALL.set(true);
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Keeper).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
}

/// How many records there are by now.
pub fn mark() -> usize {
    RECORDS.lock().unwrap().len()
}

/// The records since a mark that are wanted. Those of the whole run are many: none is copied in vain.
pub fn since(mark: usize, wanted: impl Fn(&Record) -> bool) -> Vec<Record> {
    RECORDS.lock().unwrap()[mark..].iter().filter(|record| wanted(record)).cloned().collect()
}

/// The records of this thread: tests run in threads of their own.
pub fn here() -> Vec<Record> {
    let me = thread::current().id();
    since(0, |record| record.thread == me)
}

/// The records of this thread for a target.
pub fn of(target: &str) -> Vec<Record> {
    let me = thread::current().id();
    since(0, |record| record.thread == me && record.target == target)
}
