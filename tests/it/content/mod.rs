//! Resources and what they share: the requests of each call, and what it reads from the responses.

mod administration;
mod beyond_tsc;
mod catalog;
mod clock;
mod connected_apps;
mod connections;
mod groups;
mod mock;
mod permission_audit;
mod permissions;
mod personal_space;
mod publish;
mod resources;
mod schedules;
mod shared;
mod sheets;
mod tags;
mod unreadable;
mod updates;
mod user_import;
mod users;

use std::sync::{LazyLock, Mutex};

use tableau_server_client as tsc;
use tsc::mock::MockServer;

use crate::raw::{Raw, Seen, response, success, tableau_error};

/// A response of a test's server.
pub enum ScriptedResponse {
    /// A success with this content.
    Xml(&'static str),
    /// A success without a body.
    Nothing,
    /// A Tableau error: status, code, detail.
    Failure(u16, &'static str, &'static str),
}

pub use ScriptedResponse::{Failure, Nothing, Xml};

/// Runs a call on a session of API 3.30 against a server that gives these responses, one for each
/// request. Returns the result of the call, and a line for each request: method, path below the
/// site, body.
pub fn talk<T>(
    responses: impl IntoIterator<Item = ScriptedResponse>,
    call: impl FnOnce(&tsc::Session<'_>) -> T,
) -> (T, Vec<String>) {
    talk_in("3.30", responses, call)
}

/// Like [`talk`], in this version of the API.
pub fn talk_in<T>(
    version: &str,
    responses: impl IntoIterator<Item = ScriptedResponse>,
    call: impl FnOnce(&tsc::Session<'_>) -> T,
) -> (T, Vec<String>) {
    let mut responses: Vec<ScriptedResponse> = responses.into_iter().collect();
    responses.reverse();
    let responses = Mutex::new(responses);
    let raw = Raw::signed_in(move |seen| match responses.lock().unwrap().pop() {
        Some(Xml(inside)) => success(inside),
        Some(Nothing) => response(204, &[], ""),
        Some(Failure(status, code, detail)) => tableau_error(status, code, detail),
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

/// The mock server must have a route for every request of a resource.
fn is_known_to_the_mock(seen: &Seen) {
    /// Tableau Catalog and virtual connections, which no resource creates or lists yet.
    const ABSENT: [&str; 4] = ["databases", "tables", "columns", "virtualconnections"];
    static MOCK: LazyLock<MockServer> = LazyLock::new(|| MockServer::start().unwrap());
    if ABSENT.iter().any(|kind| seen.target.contains(&format!("/{kind}/"))) {
        return;
    }
    // Without a token, so that nothing is changed: unknown routes are reported before
    // authentication.
    let request = crate::mock::request(&seen.method, &seen.target, &[], b"");
    let response = crate::mock::send_raw(&MOCK, &request).unwrap();
    // The mock does not support the oldest versions that tests use, which is another 404.
    let unknown = matches!(&*response.error().1, "404003" | "405000");
    assert!(!unknown, "{} {}: {}", seen.method, seen.target, response.text());
}

/// The error of a call that must be rejected before anything is sent.
pub fn expect_error<T: std::fmt::Debug>(
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
