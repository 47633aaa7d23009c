//! [`Goldens`]: the recorded cases of one resource, and how each is checked.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tableau_server_client as tsc;

use super::debug_json::debug_json;
use super::request::{Sent, diff};
use super::response;
use crate::raw::{Raw, Response, Seen, response as http_response, success};

/// How a golden is used.
#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    Same,
    /// The anchor in `docs/differences.md`.
    Differs(&'static str),
    /// A misuse that does not compile here.
    NotApplicable,
}

/// The goldens of a resource. Each must be used exactly once.
pub struct Goldens {
    resource: &'static str,
    cases: Value,
    used: BTreeMap<String, Comparison>,
    failures: Vec<String>,
    counting: bool,
    /// In addition to the options of every call.
    options: tsc::HttpOptions,
}

/// Reads a file of `tests/wire/`.
pub fn read(name: &str) -> Value {
    let path = format!("{}/tests/wire/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All items of a list.
pub fn every<T>(list: impl IntoIterator<Item = tsc::Result<T>>) -> tsc::Result<Vec<T>> {
    list.into_iter().collect()
}

/// The job as the server returned it when it was started.
pub fn job<'s>(started: tsc::Result<impl Into<tsc::JobHandle<'s>>>) -> tsc::Result<tsc::Job> {
    started.map(|handle| handle.into().job().clone())
}

/// Like `started`, if a job may be missing.
pub fn job_if_any(
    started: tsc::Result<Option<tsc::JobHandle<'_>>>,
) -> tsc::Result<Option<tsc::Job>> {
    started.map(|handle| handle.map(|handle| handle.job().clone()))
}

impl Goldens {
    pub fn open(resource: &'static str) -> Goldens {
        let cases = read(resource)["cases"].take();
        let (used, failures, options) = Default::default();
        Goldens { resource, cases, used, failures, counting: false, options }
    }

    /// Like [`open`](Goldens::open), but runs nothing.
    pub fn counting(resource: &'static str) -> Goldens {
        Goldens { counting: true, ..Goldens::open(resource) }
    }

    /// Adds options for the next call. Retries are disabled unless the options enable them.
    pub fn with(&mut self, options: tsc::HttpOptions) -> &mut Goldens {
        self.options = options;
        self
    }

    /// The library sends what TSC sends, and reads from the response what TSC reads.
    pub fn same<R: Debug>(
        &mut self,
        name: &str,
        call: impl FnOnce(&mut tsc::Session<'_>) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Same, |case, options| {
            let run = Run::of_session(case, options, call);
            [run.same_requests(case), response::compare(case, &run.got)].concat()
        });
    }

    /// Like [`same`](Goldens::same), before a sign-in.
    pub fn same_server<R: Debug>(
        &mut self,
        name: &str,
        call: impl FnOnce(&tsc::Server) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Same, |case, options| {
            let run = Run::of_server(case, options, call);
            [run.same_requests(case), response::compare(case, &run.got)].concat()
        });
    }

    /// Like [`same`](Goldens::same), with ownership of the session.
    pub fn same_owned<R: Debug>(
        &mut self,
        name: &str,
        call: impl FnOnce(tsc::Session<'_>) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Same, |case, options| {
            let run = Run::of(case, options, true, |server| {
                call(server.sign_in(&tsc::TableauAuth::new("me", "hush"))?)
            });
            [run.same_requests(case), response::compare(case, &run.got)].concat()
        });
    }

    /// The library sends these requests instead of TSC's, and reads what TSC reads.
    pub fn differs<R: Debug>(
        &mut self,
        name: &str,
        difference: &'static str,
        sends: &[&str],
        call: impl FnOnce(&mut tsc::Session<'_>) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Differs(difference), |case, options| {
            let run = Run::of_session(case, options, call);
            [run.other_requests(case, sends), response::compare(case, &run.got)].concat()
        });
    }

    /// Like [`differs`](Goldens::differs), before a sign-in.
    pub fn differs_server<R: Debug>(
        &mut self,
        name: &str,
        difference: &'static str,
        sends: &[&str],
        call: impl FnOnce(&tsc::Server) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Differs(difference), |case, options| {
            let run = Run::of_server(case, options, call);
            [run.other_requests(case, sends), response::compare(case, &run.got)].concat()
        });
    }

    /// The library sends what TSC sends and reads something else from the response, as `call`
    /// checks.
    pub fn reads_differently<R: Debug>(
        &mut self,
        name: &str,
        difference: &'static str,
        call: impl FnOnce(&mut tsc::Session<'_>) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Differs(difference), |case, options| {
            Run::of_session(case, options, call).same_requests_other_response(case)
        });
    }

    /// Like [`reads_differently`](Goldens::reads_differently), before a sign-in.
    pub fn reads_differently_server<R: Debug>(
        &mut self,
        name: &str,
        difference: &'static str,
        call: impl FnOnce(&tsc::Server) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Differs(difference), |case, options| {
            Run::of_server(case, options, call).same_requests_other_response(case)
        });
    }

    /// The library sends something else and reads something else from the response, as `call`
    /// checks.
    pub fn differs_in_all<R: Debug>(
        &mut self,
        name: &str,
        difference: &'static str,
        sends: &[&str],
        call: impl FnOnce(&mut tsc::Session<'_>) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Differs(difference), |case, options| {
            Run::of_session(case, options, call).other_requests(case, sends)
        });
    }

    /// The library sends TSC's requests with these replacements, followed by `further` requests.
    pub fn changed<R: Debug>(
        &mut self,
        name: &str,
        difference: &'static str,
        changes: &[(&str, &str)],
        further: &[&str],
        call: impl FnOnce(&mut tsc::Session<'_>) -> tsc::Result<R>,
    ) {
        self.use_up(name, Comparison::Differs(difference), |case, options| {
            let mut expected: Vec<String> = requests(case).iter().map(Sent::line).collect();
            for (theirs, ours) in changes {
                let line = expected.iter_mut().find(|line| line.contains(theirs));
                let line = line.unwrap_or_else(|| panic!("TSC does not send {theirs}"));
                *line = line.replacen(theirs, ours, 1);
            }
            expected.extend(further.iter().map(|&line| line.to_owned()));
            let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
            let run = Run::of_session(case, options, call);
            [run.other_requests(case, &expected), response::compare(case, &run.got)].concat()
        });
    }

    /// A misuse that does not compile here.
    pub fn not_applicable(&mut self, names: &[&str]) {
        for name in names {
            self.use_up(name, Comparison::NotApplicable, |_, _| Vec::new());
        }
    }

    fn use_up(
        &mut self,
        name: &str,
        how: Comparison,
        run: impl FnOnce(&Value, tsc::HttpOptions) -> Vec<String>,
    ) {
        let options = std::mem::take(&mut self.options);
        let case = &self.cases[name];
        if case.is_null() {
            self.failures.push(format!("{}.{name}: the golden does not exist", self.resource));
            return;
        }
        if !self.counting {
            let failures = run(case, options);
            if !failures.is_empty() {
                let python = case["python"].as_str().unwrap_or_default();
                let all = failures.join("\n  ");
                self.failures.push(format!("{}.{name}\n  {python}\n  {all}", self.resource));
            }
        }
        if self.used.insert(name.to_owned(), how).is_some() {
            self.failures.push(format!("{}.{name} is used twice", self.resource));
        }
    }

    pub fn finish(self) -> BTreeMap<String, Comparison> {
        let mut failures = self.failures;
        for (name, case) in self.cases.as_object().expect("cases") {
            if !self.used.contains_key(name) {
                failures.push(format!("{}.{name} has no test: {}", self.resource, case["python"]));
            }
        }
        assert!(failures.is_empty(), "\n\n{}\n", failures.join("\n\n"));
        self.used
    }
}

/// A call of the library: its requests and its result.
struct Run {
    sent: Vec<Sent>,
    got: tsc::Result<Value>,
}

impl Run {
    fn of_session<R: Debug>(
        case: &Value,
        options: tsc::HttpOptions,
        call: impl FnOnce(&mut tsc::Session<'_>) -> tsc::Result<R>,
    ) -> Run {
        Run::of(case, options, true, |server| {
            let mut session = server.sign_in(&tsc::TableauAuth::new("me", "hush"))?;
            call(&mut session)
        })
    }

    fn of_server<R: Debug>(
        case: &Value,
        options: tsc::HttpOptions,
        call: impl FnOnce(&tsc::Server) -> tsc::Result<R>,
    ) -> Run {
        Run::of(case, options, false, call)
    }

    fn of<R: Debug>(
        case: &Value,
        options: tsc::HttpOptions,
        signs_in: bool,
        call: impl FnOnce(&tsc::Server) -> tsc::Result<R>,
    ) -> Run {
        let exchanges = case["exchanges"].as_array().into_iter().flatten();
        let spare = case["spare"].as_array().into_iter().flatten();
        let responses: Vec<Value> = match case["instead"].as_array() {
            Some(instead) => instead.clone(),
            None => exchanges.map(|exchange| &exchange["answer"]).chain(spare).cloned().collect(),
        };
        let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
        let (noted, signed_in) = (sent.clone(), Mutex::new(!signs_in));
        // The sign-out is not part of a case, unless the case is about it.
        let signs_out =
            case["calls"].as_array().is_some_and(|c| c.contains(&"auth.sign_out".into()));
        let raw = Raw::start(move |seen| {
            if !std::mem::replace(&mut *signed_in.lock().unwrap(), true) {
                return success(
                    "<credentials token=\"THE-TOKEN\"><site id=\"site-1\" contentUrl=\"\"/>\
                     <user id=\"user-1\"/></credentials>",
                );
            }
            let mut noted = noted.lock().unwrap();
            let response = responses.get(noted.len());
            if !signs_out && seen.target.ends_with("/auth/signout") {
                return http_response(204, &[], "");
            }
            noted.push(Sent::seen(seen));
            response.map_or_else(
                || http_response(500, &[], "the golden has no response for this"),
                |response| recorded(response, seen),
            )
        });
        let mut server = tsc::Server::new(&raw.url).unwrap();
        server.set_version(case["version"].as_str().expect("a version")).unwrap();
        let plain = tsc::HttpOptions::new().no_proxy();
        let once = plain.retries(tsc::RetryPolicy::none()).renew_sessions(false);
        server.add_http_options(once).unwrap();
        server.add_http_options(options).unwrap();
        let got = call(&server).map(|value| debug_json(&value));
        drop(raw);
        let sent = sent.lock().unwrap().clone();
        Run { sent, got }
    }

    fn same_requests(&self, case: &Value) -> Vec<String> {
        let recorded = requests(case);
        let sent: Vec<String> = self.sent.iter().flat_map(Sent::lines).collect();
        let recorded: Vec<String> = recorded.iter().flat_map(Sent::lines).collect();
        match recorded == sent {
            true => Vec::new(),
            false => vec![format!(
                "what TSC sends (-) and this library (+):\n{}{}",
                diff(&recorded, &sent),
                self.error()
            )],
        }
    }

    fn same_requests_other_response(&self, case: &Value) -> Vec<String> {
        let mut failures = self.same_requests(case);
        if response::is_same(case, &self.got) {
            failures.push("the response is read as TSC reads it, so there is no difference".into());
        }
        failures
    }

    fn other_requests(&self, case: &Value, expected: &[&str]) -> Vec<String> {
        let mut failures = Vec::new();
        let recorded: Vec<String> = requests(case).iter().map(Sent::line).collect();
        let sent: Vec<String> = self.sent.iter().map(Sent::line).collect();
        let expected: Vec<String> = expected.iter().map(|&line| line.to_owned()).collect();
        if sent != expected {
            failures.push(format!(
                "what was to be sent (-) and was (+):\n{}{}",
                diff(&expected, &sent),
                self.error()
            ));
        }
        if recorded == expected {
            failures.push("TSC sends the same requests, so there is no difference".into());
        }
        failures
    }

    fn error(&self) -> String {
        self.got
            .as_ref()
            .err()
            .map_or_else(String::new, |error| format!("    it ended with {error:?}\n"))
    }
}

fn requests(case: &Value) -> Vec<Sent> {
    let exchanges = case["exchanges"].as_array().into_iter().flatten();
    exchanges.map(|exchange| Sent::recorded(&exchange["request"])).collect()
}

/// A recorded response.
fn recorded(response: &Value, seen: &Seen) -> Response {
    let base = format!("http://{}", seen.header("host").unwrap_or_default());
    let body: Vec<u8> = match response["body"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        // One byte per character.
        None => response["body"]["bytes"]
            .as_str()
            .unwrap_or_default()
            .chars()
            .map(|c| u8::try_from(u32::from(c)).expect("a byte"))
            .collect(),
    };
    let status = &response["status"];
    let mut out = format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in response["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default().replace("{BASE}", &base);
        let value = value.replace("{ALT}", &base.replace("127.0.0.1", "localhost"));
        out += &format!("{name}: {value}\r\n");
    }
    Response::Send([out.as_bytes(), b"\r\n", &body].concat())
}
