//! Content rooms and what they share: what each call sends, and what it reads of the answer.

mod beyond;
mod connections;
mod groups;
mod mock;
mod permissions;
mod personal_space;
mod publish;
mod rooms;
mod schedules;
mod shared;
mod tags;
mod unreadable;
mod updates;
mod user_import;
mod users;

use std::sync::{LazyLock, Mutex};

use tableau_server_client as tsc;
use tsc::mock::MockServer;

use crate::raw::{Raw, Seen, answer, refusal, success};

/// What a test's server answers.
pub enum Says {
    /// A success with this inside.
    Xml(&'static str),
    /// A success without a body.
    Nothing,
    /// Tableau's error: status, code, detail.
    No(u16, &'static str, &'static str),
}

pub use Says::{No, Nothing, Xml};

/// Runs a call on a session of API 3.30 against a server that gives these answers, one for each
/// request. Gives what the call gave, and a line for each request: method, path below the site,
/// body.
pub fn talk<T>(
    says: impl IntoIterator<Item = Says>,
    call: impl FnOnce(&tsc::Session<'_>) -> T,
) -> (T, Vec<String>) {
    talk_in("3.30", says, call)
}

/// As [`talk`], in that version of the API.
pub fn talk_in<T>(
    version: &str,
    says: impl IntoIterator<Item = Says>,
    call: impl FnOnce(&tsc::Session<'_>) -> T,
) -> (T, Vec<String>) {
    let mut says: Vec<Says> = says.into_iter().collect();
    says.reverse();
    let says = Mutex::new(says);
    let raw = Raw::signed_in(move |seen| match says.lock().unwrap().pop() {
        Some(Xml(inside)) => success(inside),
        Some(Nothing) => answer(204, &[], ""),
        Some(No(status, code, detail)) => refusal(status, code, detail),
        None => panic!("not expected: {} {}", seen.method, seen.target),
    });
    let mut server = tsc::Server::new(&raw.url).unwrap();
    server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
    server.set_version(version).unwrap();
    let session = server.sign_in(&tsc::TableauAuth::new("me", "hush")).unwrap();
    let outcome = call(&session);
    let seen = raw.seen();
    drop(session);
    seen.iter().for_each(is_known_to_the_mock);
    let site = format!("/api/{version}/sites/site-1/");
    let lines = seen.iter().skip(1).map(|seen| {
        let target = seen.target.strip_prefix(&site).unwrap_or(&seen.target);
        let line = format!("{} {target}", seen.method);
        match seen.text() {
            body if body.is_empty() => {
                let length = matches!(&*seen.method, "PUT" | "POST").then_some("0");
                assert_eq!(seen.header("content-length"), length, "{line}");
                line
            }
            body => {
                assert_eq!(seen.header("content-type"), Some("text/xml"), "{line}");
                format!("{line} {}", body.replace("tsRequest", "r"))
            }
        }
    });
    (outcome, lines.collect())
}

/// Whatever a room asks for, the mock server has to know, or tests written with it could not.
fn is_known_to_the_mock(seen: &Seen) {
    /// Tableau Catalog and virtual connections, which no room makes or lists yet.
    const ABSENT: [&str; 4] = ["databases", "tables", "columns", "virtualconnections"];
    static MOCK: LazyLock<MockServer> = LazyLock::new(|| MockServer::start().unwrap());
    if ABSENT.iter().any(|kind| seen.target.contains(&format!("/{kind}/"))) {
        return;
    }
    // Without a token, so that nothing is done: what is not known is so before anybody is asked.
    let request = crate::mock::request(&seen.method, &seen.target, &[], b"");
    let answer = crate::mock::send_raw(&MOCK, &request).unwrap();
    // It speaks no version as old as some tests do, which is another 404.
    let unknown = matches!(&*answer.refusal().1, "404003" | "405000");
    assert!(!unknown, "{} {}: {}", seen.method, seen.target, answer.text());
}

/// The error of a call that must be refused before anything is sent.
pub fn refused<T: std::fmt::Debug>(
    version: &str,
    kind: tsc::ErrorKind,
    call: impl FnOnce(&tsc::Session<'_>) -> tsc::Result<T>,
) -> String {
    let (outcome, lines) = talk_in(version, [], call);
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(lines, [] as [&str; 0], "{error}");
    error.to_string()
}
