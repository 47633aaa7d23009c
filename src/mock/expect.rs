//! [`Expectation`]: requests that a test expects.

use std::fmt::Write as _;

use super::MockServer;
use super::net::lock;
use super::request::{Request, is_route};

/// Requests that a test expects; created by [`MockServer::expect`].
///
/// Only later requests count. By default, at least one is expected;
/// [`times`](Expectation::times), [`at_least`](Expectation::at_least),
/// [`at_most`](Expectation::at_most) and [`never`](Expectation::never) change that. It is checked by
/// [`MockServer::verify`] and when the server is dropped.
#[derive(Debug)]
pub struct Expectation<'a> {
    mock: &'a MockServer,
    at: usize,
}

/// An expectation, and the requests so far.
#[derive(Debug)]
pub(super) struct Expected {
    method: String,
    route: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<String>,
    least: u64,
    most: Option<u64>,
    received: u64,
    /// The most similar request that does not match, and the number of its parts that match.
    nearest: Option<(usize, Request)>,
}

impl<'a> Expectation<'a> {
    pub(super) fn new(mock: &'a MockServer, method: &str, route: &str) -> Expectation<'a> {
        let mut all = lock(&mock.service.expected);
        all.push(Expected {
            method: method.to_owned(),
            route: route.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            least: 1,
            most: None,
            received: 0,
            nearest: None,
        });
        Expectation { mock, at: all.len() - 1 }
    }

    fn with(self, change: impl FnOnce(&mut Expected)) -> Self {
        if let Some(expected) = lock(&self.mock.service.expected).get_mut(self.at) {
            change(expected);
        }
        self
    }

    /// Expects exactly that many requests.
    pub fn times(self, times: u64) -> Self {
        self.with(|expected| (expected.least, expected.most) = (times, Some(times)))
    }

    /// Expects at least that many requests.
    pub fn at_least(self, times: u64) -> Self {
        self.with(|expected| expected.least = times)
    }

    /// Expects at most that many requests, or none.
    pub fn at_most(self, times: u64) -> Self {
        self.with(|expected| (expected.least, expected.most) = (0, Some(times)))
    }

    /// Expects no such request.
    pub fn never(self) -> Self {
        self.times(0)
    }

    /// Counts only requests with this query parameter.
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let pair = (name.into(), value.into());
        self.with(|expected| expected.query.push(pair))
    }

    /// Counts only requests with this header.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let pair = (name.into(), value.into());
        self.with(|expected| expected.headers.push(pair))
    }

    /// Counts only requests whose body contains this text.
    pub fn body_contains(self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.with(|expected| expected.body.push(text))
    }
}

/// A part of an expectation, and the same part of a request.
struct Part {
    expected: String,
    got: Option<String>,
    fits: bool,
}

impl Expected {
    /// Counts a request that matches, and keeps the most similar one that does not.
    pub(super) fn see(&mut self, request: &Request) {
        let parts = self.parts(request);
        let fitting = parts.iter().filter(|part| part.fits).count();
        if fitting == parts.len() {
            self.received += 1;
        } else if fitting > 0 && self.nearest.as_ref().is_none_or(|(best, _)| fitting > *best) {
            self.nearest = Some((fitting, request.clone()));
        }
    }

    fn parts(&self, request: &Request) -> Vec<Part> {
        let mut parts = vec![
            Part {
                expected: self.method.clone(),
                got: Some(request.method.clone()),
                fits: self.method == "*" || self.method.eq_ignore_ascii_case(&request.method),
            },
            Part {
                expected: self.route.clone(),
                got: Some(request.route().to_owned()),
                fits: is_route(&self.route, &request.path),
            },
        ];
        for (name, value) in &self.query {
            let got = request.query_value(name);
            parts.push(Part {
                expected: format!("?{name}={value}"),
                got: got.map(|got| format!("?{name}={got}")),
                fits: got == Some(value),
            });
        }
        for (name, value) in &self.headers {
            let got = request.header(name);
            parts.push(Part {
                expected: format!("{name}: {}", shown(name, value)),
                got: got.map(|got| format!("{name}: {}", shown(name, got))),
                fits: got == Some(value),
            });
        }
        for text in &self.body {
            let body = request.text();
            let start: String = body.chars().take(300).collect();
            parts.push(Part {
                expected: format!("a body with {text}"),
                got: Some(format!("{start}{}", if start.len() < body.len() { "…" } else { "" })),
                fits: body.contains(text),
            });
        }
        parts
    }

    fn is_met(&self) -> bool {
        self.received >= self.least && self.most.is_none_or(|most| self.received <= most)
    }

    /// Writes what was expected and received; if too few requests matched, also the most similar one.
    fn describe(&self, out: &mut String) {
        let often = match (self.least, self.most) {
            (0, Some(0)) => "never".to_owned(),
            (least, Some(most)) if least == most => format!("exactly {}", times(least)),
            (0, Some(most)) => format!("at most {}", times(most)),
            (least, _) => format!("at least {}", times(least)),
        };
        let received = if self.received == 0 {
            "received none".to_owned()
        } else {
            format!("received {}", times(self.received))
        };
        let _ = writeln!(out, "\n{} {}: expected {often}, {received}", self.method, self.route);
        if self.received >= self.least {
            return;
        }
        let Some((_, request)) = &self.nearest else {
            let _ = writeln!(out, "  no similar request was received");
            return;
        };
        let _ = writeln!(out, "  most similar request (- expected, + received):");
        for part in self.parts(request) {
            match (part.fits, part.got) {
                (true, Some(got)) => {
                    let _ = writeln!(out, "      {got}");
                }
                (_, got) => {
                    let _ = writeln!(out, "    - {}", part.expected);
                    if let Some(got) = got {
                        let _ = writeln!(out, "    + {got}");
                    }
                }
            }
        }
    }
}

/// The expectations that are not met, as text; `None` if all are met.
pub(super) fn describe_unmet(all: &[Expected]) -> Option<String> {
    let unmet: Vec<&Expected> = all.iter().filter(|expected| !expected.is_met()).collect();
    if unmet.is_empty() {
        return None;
    }
    let mut text =
        format!("{} of {} expectations of the mock server are not met", unmet.len(), all.len());
    unmet.iter().for_each(|expected| expected.describe(&mut text));
    Some(text)
}

fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

fn shown<'a>(name: &str, value: &'a str) -> &'a str {
    let secret = ["authorization", "cookie", "proxy-authorization", "x-tableau-auth"];
    if secret.iter().any(|secret| name.eq_ignore_ascii_case(secret)) { "[hidden]" } else { value }
}
