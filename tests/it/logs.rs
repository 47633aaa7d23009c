//! The one logger of this binary: keeps every record, for tests to look at.

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

static RECORDS: Mutex<Vec<Record>> = Mutex::new(Vec::new());

impl Log for Keeper {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
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

/// Installs the logger, at `trace`. What is logged from now on is kept.
pub fn start() {
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
