//! [`Expectation`]: what a test expects the server to be sent.

use std::fmt::Write as _;

use super::MockServer;
use super::net::lock;
use super::request::{Request, is_route};

/// What a test expects the server to be sent; [`MockServer::expect`] makes one.
///
/// Only requests that come after it count. Unless [`times`](Expectation::times) or the like says
/// otherwise, at least one has to come. [`MockServer::verify`], or the server's end, checks.
#[derive(Debug)]
pub struct Expectation<'a> {
    mock: &'a MockServer,
    at: usize,
}

/// An expectation, and how it fares.
#[derive(Debug)]
pub(super) struct Expected {
    method: String,
    route: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<String>,
    least: u64,
    most: Option<u64>,
    came: u64,
    /// The request that was most like it without being it, and how many parts of it fitted.
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
            came: 0,
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

    /// Exactly so many times; 0 is never.
    pub fn times(self, times: u64) -> Self {
        self.with(|expected| (expected.least, expected.most) = (times, Some(times)))
    }

    /// At least so many times.
    pub fn at_least(self, times: u64) -> Self {
        self.with(|expected| expected.least = times)
    }

    /// At most so many times; also none is fine then.
    pub fn at_most(self, times: u64) -> Self {
        self.with(|expected| (expected.least, expected.most) = (0, Some(times)))
    }

    /// Not once.
    pub fn never(self) -> Self {
        self.times(0)
    }

    /// With this value under this name in the query.
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let pair = (name.into(), value.into());
        self.with(|expected| expected.query.push(pair))
    }

    /// With this header.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let pair = (name.into(), value.into());
        self.with(|expected| expected.headers.push(pair))
    }

    /// With this text somewhere in the body.
    pub fn body_contains(self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.with(|expected| expected.body.push(text))
    }
}

/// One part of an expectation, beside the same part of a request.
struct Part {
    expected: String,
    got: Option<String>,
    fits: bool,
}

impl Expected {
    /// Counts a request that is it, and remembers one that nearly is.
    pub(super) fn see(&mut self, request: &Request) {
        let parts = self.parts(request);
        let fitting = parts.iter().filter(|part| part.fits).count();
        if fitting == parts.len() {
            self.came += 1;
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
        self.came >= self.least && self.most.is_none_or(|most| self.came <= most)
    }

    /// What was expected and what came, with the nearest miss where too little came.
    fn describe(&self, out: &mut String) {
        let often = match (self.least, self.most) {
            (0, Some(0)) => "never".to_owned(),
            (least, Some(most)) if least == most => format!("exactly {}", times(least)),
            (0, Some(most)) => format!("at most {}", times(most)),
            (least, _) => format!("at least {}", times(least)),
        };
        let came = if self.came == 0 {
            "it never came".to_owned()
        } else {
            format!("it came {}", times(self.came))
        };
        let _ = writeln!(out, "\n{} {}: expected {often}, {came}", self.method, self.route);
        if self.came >= self.least {
            return;
        }
        let Some((_, request)) = &self.nearest else {
            let _ = writeln!(out, "  nothing like it came either");
            return;
        };
        let _ = writeln!(out, "  the nearest that came (- expected, + came):");
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

/// What is wrong with some expectations; `None` where nothing is.
pub(super) fn complain(all: &[Expected]) -> Option<String> {
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
