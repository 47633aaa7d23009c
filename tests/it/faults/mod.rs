//! What the library does when something fails. The fault table in `docs/reliability.md` names these
//! tests.

mod expiry;
mod files;
mod malicious;
mod mutations;
mod network;
mod soak;
mod statuses;

use tableau_server_client as tsc;
use tsc::mock::MockServer;
use tsc::{HttpOptions, RetryPolicy, TableauAuth};

use crate::help::{millis, with};

/// The fault table names existing tests.
#[test]
fn fault_table_names_existing_tests() {
    let table = include_str!("../../../docs/reliability.md");
    let output =
        std::process::Command::new(std::env::current_exe().unwrap()).arg("--list").output();
    let listed = String::from_utf8(output.unwrap().stdout).unwrap();
    let mut rows = 0;
    let numbered =
        |row: &&str| row.trim_start_matches(['|', ' ']).starts_with(|c: char| c.is_ascii_digit());
    for row in table.lines().filter(|line| line.starts_with('|')).filter(numbered) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _, _, tests] = cells[..] else { panic!("{row}") };
        rows += 1;
        assert_eq!(number, rows.to_string(), "{row}");
        let named = tests.split('`').filter(|name| name.contains("::"));
        for test in named {
            let line = format!("{test}: test");
            assert!(listed.lines().any(|listed| listed == line), "{test}");
        }
    }
    assert!(rows >= 40, "{rows}");
}

/// Pseudo-random numbers (SplitMix64) that are the same for the same seed.
struct Rng(u64);

impl Rng {
    fn next(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    /// An index below `many`.
    fn below(&mut self, many: usize) -> usize {
        usize::try_from(self.next(many.max(1) as u64)).unwrap()
    }
}

/// The default number of retries, with a short backoff.
fn quick() -> HttpOptions {
    HttpOptions::new().retries(RetryPolicy::new().initial_backoff(millis(1)))
}

fn server_of(mock: &MockServer) -> tsc::Server {
    with(mock.url(), quick())
}

fn auth_of(mock: &MockServer) -> TableauAuth {
    TableauAuth::new(mock.username(), mock.password())
}

fn session_of(mock: &MockServer) -> tsc::Session<'static> {
    server_of(mock).into_session(&auth_of(mock)).unwrap()
}

/// The number of projects with this name on the mock server.
fn projects_named(session: &tsc::Session<'_>, name: &str) -> usize {
    let all = session.projects().list().into_iter();
    all.filter(|project| project.as_ref().unwrap().name == name).count()
}

/// A workbook file of this size without repetition; its content depends on the salt.
fn file(size: usize, salt: u64) -> Vec<u8> {
    let (start, end) = ("<?xml version='1.0'?><workbook><!--", "--></workbook>");
    let mut text = start.to_owned();
    let mut state = salt;
    while text.len() < size - end.len() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text += &format!("{:016x}", state);
    }
    text.truncate(size - end.len());
    (text + end).into_bytes()
}

/// A project to publish to.
fn project_of(session: &tsc::Session<'_>) -> tsc::ProjectId {
    session.projects().list().into_iter().next().unwrap().unwrap().id
}

/// The files of the workbooks with this name.
fn workbooks_named(session: &tsc::Session<'_>, name: &str) -> Vec<Vec<u8>> {
    let all = session.workbooks().list().into_iter().map(tsc::Result::unwrap);
    all.filter(|workbook| workbook.name == name)
        .map(|workbook| session.workbooks().download(&workbook.id).to_bytes().unwrap())
        .collect()
}
