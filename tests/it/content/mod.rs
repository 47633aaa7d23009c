//! Content rooms and what they share: what each call sends, and what it reads of the answer.

mod beyond;
mod connections;
mod mock;
mod permissions;
mod rooms;
mod shared;
mod tags;
mod updates;
mod users;

use std::sync::Mutex;

use tableau_server_client as tsc;

use crate::raw::{Raw, answer, refusal, success};

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
