//! Entry points for fuzzing: functions that pass untrusted input to the code that reads it. They are
//! compiled for tests (`cfg(test)`) and for `cargo fuzz` (`cfg(fuzzing)`) only.
//!
//! Each function accepts any bytes and panics if a guarantee is broken. The targets in `fuzz/` call
//! them; the tests below call them with inputs from `proptest` and with the seeds in `tests/corpus`,
//! which holds every input that once caused a failure.

use crate::http::{Multipart, Replay, Request, fuzzing as http};
use crate::mock::fuzzing as mock;
use crate::query::Field;
use crate::xml::{FromXml, Node};
use crate::{Error, ErrorKind, Result, datasources, views};
use crate::{Filter, Workbook, custom_views, flow_runs, flows, jobs, projects, sites, users};

/// The secret that no message may contain.
const SECRET: &str = "hush-hush-0123456789";

/// The maximum length of a message.
const LONGEST: usize = 4000;

/// Reads a response with status 200 as XML, with every element type.
pub fn answer(data: &[u8]) {
    let data = with_secrets(data);
    let outcome = http::success(&data, SECRET).xml(|root| {
        one::<crate::session::SignInResponse>(root, "credentials")?;
        all::<Workbook>(root, "workbooks", "workbook")?;
        all::<datasources::Datasource>(root, "datasources", "datasource")?;
        all::<projects::Project>(root, "projects", "project")?;
        all::<views::View>(root, "views", "view")?;
        all::<users::User>(root, "users", "user")?;
        all::<sites::Site>(root, "sites", "site")?;
        all::<flows::Flow>(root, "flows", "flow")?;
        all::<flow_runs::FlowRun>(root, "flowRuns", "flowRun")?;
        all::<custom_views::CustomView>(root, "customViews", "customView")?;
        all::<jobs::BackgroundJob>(root, "backgroundJobs", "backgroundJob")?;
        one::<jobs::Job>(root, "job")
    });
    if let Err(error) = outcome {
        let kind = error.kind();
        assert!(matches!(kind, ErrorKind::Decode | ErrorKind::Api), "{kind:?}");
        check(&error);
    }
    if let Err(error) = http::success(&data, SECRET).ignore() {
        check(&error);
    }
}

fn one<T: FromXml>(root: Node<'_>, tag: &str) -> Result<()> {
    root.find(tag).map_or(Ok(()), |node| T::from_xml(node).map(|_| ()))
}

fn all<T: FromXml>(root: Node<'_>, wrap: &str, item: &str) -> Result<()> {
    for node in root.items(wrap, item, Node::LONGEST)? {
        T::from_xml(node)?;
    }
    one::<T>(root, item)
}

/// Reads an error response: a byte for the status, a line for its headers, then the body.
pub fn error(data: &[u8]) {
    let [first, rest @ ..] = data else { return };
    let data = with_secrets(rest);
    let line = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (after, body) = data.split_at(line);
    let status = [400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504, 600];
    let status = status[usize::from(*first) % status.len()];
    let error = http::refused(status, after, body, *first >= 128, SECRET);
    assert!(matches!(error.kind(), ErrorKind::Api | ErrorKind::Http));
    assert_eq!(error.status(), Some(status));
    check(&error);
}

/// Checks that a message contains no secret and is not too long.
fn check(error: &Error) {
    let parts = [error.code(), error.summary(), error.detail(), error.url(), error.request_id()];
    let all = format!("{error}\n{error:?}\n{parts:?}");
    assert!(!all.contains(SECRET), "{all}");
    assert!(all.len() < LONGEST, "{} bytes", all.len());
}

/// Replaces the byte 0xFE, which does not occur in UTF-8, by the secret.
fn with_secrets(data: &[u8]) -> Vec<u8> {
    let pieces: Vec<&[u8]> = data.split(|&byte| byte == 0xFE).collect();
    pieces.join(SECRET.as_bytes())
}

/// Builds filters, one per line: an operator, then a name and values between tabs.
pub fn filter(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (mut texts, mut meant) = (Vec::new(), Vec::new());
    for line in text.split('\u{1}') {
        let mut words = line.split('\t');
        let operator = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default().to_owned();
        let values: Vec<&str> = words.collect();
        let field = Field::<Workbook>::named(name.clone());
        let value = values.first().copied().unwrap_or_default();
        let (word, filter): (_, Filter<Workbook>) = match operator {
            "in" => ("in", field.any_of(values.iter().copied())),
            "has" => ("has", field.has(value)),
            "gt" => ("gt", field.gt(value)),
            "cieq" => ("cieq", field.eq_ignore_case(value)),
            _ => ("eq", field.eq(value)),
        };
        let text = match filter.0.text() {
            Ok(text) => text.to_owned(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Input);
                continue;
            }
        };
        let values = if word == "in" { values } else { vec![value] };
        meant.push((name, word, values.into_iter().map(str::to_owned).collect::<Vec<_>>()));
        texts.push(text);
    }
    if texts.is_empty() {
        return;
    }
    let request =
        Request::raw(crate::operation::Method::Get, "/api/3.24/x").query("filter", texts.join(","));
    let sent = request.path_and_query().expect("the path is valid");
    assert!(sent.bytes().all(|byte| byte.is_ascii_graphic()), "{sent}");
    let (_, query) = sent.split_once('?').expect("a query was given");
    let query = mock::query(query).expect("what was encoded can be decoded");
    let [(name, received)] = &query[..] else { panic!("not one parameter: {query:?}") };
    assert_eq!(name, "filter");
    assert_eq!(understood(received), meant, "{received}");
}

/// Parses the filters of an expression as the server does.
fn understood(expression: &str) -> Vec<(String, &'static str, Vec<String>)> {
    let mut all = Vec::new();
    let mut rest = expression;
    while !rest.is_empty() {
        let (name, after) = rest.split_once(':').expect("a name");
        let (operator, after) = after.split_once(':').expect("an operator");
        let values;
        (values, rest) = match operator {
            "in" => {
                let list = after.strip_prefix('[').expect("a list");
                let (list, rest) = list.split_once(']').expect("the list's end");
                (list.split(',').collect(), rest.strip_prefix(',').unwrap_or(rest))
            }
            _ => {
                let (value, rest) = after.split_once(',').unwrap_or((after, ""));
                (vec![value], rest)
            }
        };
        let operators = ["eq", "in", "has", "gt", "cieq"];
        let operator = operators.into_iter().find(|known| *known == operator);
        let operator = operator.expect("an operator that was asked for");
        all.push((name.to_owned(), operator, values.into_iter().map(str::to_owned).collect()));
    }
    all
}

/// Reads a `Content-Disposition` as the name of a file in a folder.
pub fn disposition(data: &[u8]) {
    let Some(name) = crate::common::file_name(data) else { return };
    assert!(!name.is_empty() && name.len() <= 200, "{name:?}");
    assert!(!name.contains(['/', '\\', ':', '<', '>', '"', '|', '?', '*']), "{name:?}");
    assert!(!name.chars().any(char::is_control), "{name:?}");
    assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
    let path = std::path::Path::new("folder").join(&name);
    assert_eq!(path.parent(), Some(std::path::Path::new("folder")));
    assert_eq!(path.file_name(), Some(name.as_ref()));
}

/// Writes a publish request and reads it again: a line for the file's name, then the file. Also
/// reads the bytes themselves as a request body.
pub fn multipart(data: &[u8]) {
    mock::parts("multipart/mixed; boundary=B", data);
    let line = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (name, file) = data.split_at(line);
    let name = String::from_utf8_lossy(name);
    let mut source = file;
    let mut body = Multipart::new("<tsRequest/>").expect("random bytes");
    body = body.file("tableau_file", &name, &mut source);
    let (content_type, length) = (body.content_type(), body.length());
    let mut text = Vec::new();
    let mut reader = body.open().expect("memory can be read");
    std::io::Read::read_to_end(&mut reader, &mut text).expect("memory can be read");
    assert_eq!(text.len() as u64, length);
    let parts = mock::parts(&content_type, &text[..]).expect("parts");
    let [(first, none, payload), (second, named, content)] = &parts[..] else {
        panic!("two parts became {}", parts.len())
    };
    assert_eq!((&first[..], none, &payload[..]), ("request_payload", &None, &b"<tsRequest/>"[..]));
    assert_eq!((&second[..], &content[..]), ("tableau_file", file));
    // The mock server decodes these three escapes.
    let meant = name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    assert_eq!(named.as_deref().unwrap_or_default(), meant);
}

/// Passes requests to the mock server, which reads and carries them out.
pub fn request(data: &[u8]) {
    mock::converse(data);
}

#[cfg(test)]
mod tests;
