//! [`Service`]: one connection's requests, from the reader to the handlers and back.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use super::api_error::ApiError;
use super::clock::later;
use super::connected_app::check_scope;
use super::context::{Caller, Context};
use super::expect::Expected;
use super::faults::{Faults, FixedResponse, Kind, Moment, RetryAfter, Selected, What, http_date};
use super::http::{Head, ReadError, RequestReader};
use super::net::{Serve, Stop, Stream, lock};
use super::request::Request;
use super::response::{Format, Response, reason};
use super::route::{Found, Route, find};
use super::server_state::ServerState;
use super::site::SITE;

/// Read timeout within a request.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The state that all connections share.
pub(super) struct Service {
    pub(super) state: Mutex<ServerState>,
    pub(super) faults: Mutex<Faults>,
    pub(super) log: Mutex<Vec<Request>>,
    pub(super) expected: Mutex<Vec<Expected>>,
    /// Whether requests are kept for inspection.
    pub(super) keeps_log: bool,
    routes: Vec<Route>,
    /// The server's address, known once it listens.
    pub(super) base: OnceLock<String>,
    max_body: u64,
    responses_sent: AtomicU64,
}

impl Service {
    pub(super) fn new(state: ServerState, keeps_log: bool) -> Service {
        // The file, and the other parts of the request.
        let max_body = (state.max_file as u64).saturating_add(1 << 20);
        let routes = state.registry.resources.iter().flat_map(|r| (r.routes)()).collect();
        Service {
            state: Mutex::new(state),
            faults: Mutex::default(),
            log: Mutex::default(),
            expected: Mutex::default(),
            keeps_log,
            routes,
            base: OnceLock::new(),
            max_body,
            responses_sent: AtomicU64::new(0),
        }
    }

    /// Carries out a request.
    pub(super) fn response_to(&self, request: &Request) -> (Response, Format) {
        // These APIs support no other format.
        let is_json = ["/api/-/", "/api/metadata/"].iter().any(|api| request.path.starts_with(api));
        let format =
            if is_json { Format::Json } else { Format::accepted(request.header("accept")) };
        let mut state = lock(&self.state);
        state.settle();
        let response = self.carry_out(&mut state, request, None).unwrap_or_else(Response::from);
        (response, format)
    }

    /// Carries out a request, in the session of its token if no caller is given.
    pub(super) fn carry_out(
        &self,
        state: &mut ServerState,
        request: &Request,
        caller: Option<Caller>,
    ) -> Result<Response, ApiError> {
        let Found { route, version, params } =
            find(&self.routes, &request.method, &request.path, state.newest)?;
        let mut ctx = Context {
            request,
            version,
            segment: String::new(),
            params,
            caller,
            base: self.base.get().map_or("", String::as_str),
            now: state.clock.now(),
            all_fields: state.all_fields,
        };
        if !route.open {
            let caller = match ctx.caller.take() {
                Some(caller) => caller,
                None => (state.registry.authenticate)(state, request.header("x-tableau-auth"))?,
            };
            if route.is_below_site() {
                // A session can use its own site only; others do not exist for it.
                let site = ctx.params.remove(0);
                if state.sites.get(&caller.site).is_none_or(|known| known.id != site) {
                    return Err(SITE.missing(&site));
                }
                ctx.segment = match route.path.split('/').next().unwrap_or_default() {
                    name if name.starts_with('{') => ctx.param(0).to_owned(),
                    name => name.to_owned(),
                };
            }
            let session = state.sessions.get(&caller.token);
            if let Some(scopes) = session.and_then(|session| session.scopes.as_ref()) {
                check_scope(scopes, &request.method, &request.path)?;
            }
            ctx.caller = Some(caller);
            (state.registry.check_visible)(state, &ctx)?;
        }
        let response = (route.run)(state, &ctx)?;
        let is_json = Format::accepted(request.header("accept")) == Format::Json;
        Ok(if is_json { response.for_json_of(version) } else { response })
    }

    fn one(&self, reader: &mut RequestReader<Stream>, stop: &Stop) -> Result<Next, ReadError> {
        reader.stream().set_read_timeout(None);
        reader.wait()?;
        if reader.begins_with_tls() {
            // The client waits for a handshake and would never complete a request.
            return Ok(Next::Finish);
        }
        reader.stream().set_read_timeout(Some(READ_TIMEOUT));
        let head = reader.head()?;
        RequestReader::<Stream>::check(&head, self.max_body)?;
        // Faults are chosen before the body is read, since some respond without it.
        let mut request = Request::new(&head, Vec::new());
        let selected = lock(&self.faults).select(&request);
        let early = matches!(&selected.what, Some(What::Response(fixed)) if fixed.early);
        if !early {
            if head.expects_continue() {
                reader.stream().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
                reader.stream().flush()?;
            }
            request.body = reader.body(&head, self.max_body)?;
        }
        lock(&self.expected).iter_mut().for_each(|expected| expected.see(&request));
        if self.keeps_log {
            lock(&self.log).push(request.clone());
        }
        stop.wait_if_any(selected.delay);
        if stop.is_now() {
            return Ok(Next::Finish);
        }
        self.respond(reader.stream(), &head, &request, selected, stop, early)
    }

    fn respond(
        &self,
        stream: &mut Stream,
        head: &Head,
        request: &Request,
        selected: Selected,
        stop: &Stop,
        early: bool,
    ) -> Result<Next, ReadError> {
        let (response, format) = match &selected.what {
            Some(What::Silent) => {
                stop.wait(Duration::MAX);
                return Ok(Next::Finish);
            }
            Some(What::Reset(Moment::BeforeResponse)) => return Ok(Next::Reset),
            Some(What::Response(fixed)) => {
                let response = self.fixed_response(fixed);
                let close = early || !head.keeps_alive();
                write_bytes(stream, fixed.status, &response.0, &response.1, close)?;
                return Ok(if close { Next::Finish } else { Next::Another });
            }
            Some(What::ExpireSession) => {
                if let Some(token) = request.header("x-tableau-auth")
                    && let Some(session) = lock(&self.state).sessions.get_mut(token)
                {
                    session.revoke();
                }
                self.response_to(request)
            }
            _ => self.response_to(request),
        };
        let (content_type, body) = response.serialize(format);
        let mut headers = response.headers;
        if !content_type.is_empty() {
            headers.insert(0, ("Content-Type".to_owned(), content_type.to_owned()));
        }
        self.add_common_headers(&mut headers);
        let close = !head.keeps_alive();
        let all = head_bytes(response.status, &headers, body.len(), close);
        // A client would read a body after HEAD as the next response.
        let body = if head.method == "HEAD" { Vec::new() } else { body };
        match selected.what {
            Some(What::Reset(moment)) => {
                stream.write_all(&all)?;
                if moment == Moment::MidBody {
                    stream.write_all(&body[..body.len() / 2])?;
                }
                stream.flush()?;
                // A reset discards data that the client has not received yet.
                stop.wait(Duration::from_millis(20));
                Ok(Next::Reset)
            }
            Some(What::Cut(bytes)) => {
                stream.write_all(&all)?;
                stream.write_all(&body[..bytes.min(body.len())])?;
                Ok(Next::Finish)
            }
            Some(What::Slow(piece, pause)) => {
                stream.write_all(&all)?;
                for piece in body.chunks(piece) {
                    stop.wait(pause);
                    if stop.is_now() {
                        return Ok(Next::Finish);
                    }
                    stream.write_all(piece)?;
                    stream.flush()?;
                }
                Ok(if close { Next::Finish } else { Next::Another })
            }
            _ => {
                stream.write_all(&[all, body].concat())?;
                stream.flush()?;
                Ok(if close { Next::Finish } else { Next::Another })
            }
        }
    }

    /// Adds a unique id for each request, and the time unless the headers have one.
    fn add_common_headers(&self, headers: &mut Vec<(String, String)>) {
        let number = self.responses_sent.fetch_add(1, Ordering::Relaxed) + 1;
        headers.push(("X-Tableau-Request-Id".to_owned(), format!("mock-{number:08}")));
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("date")) {
            headers.push(("Date".to_owned(), http_date(lock(&self.state).clock.now())));
        }
    }

    /// The headers and the body of a fault's response.
    fn fixed_response(&self, fixed: &FixedResponse) -> (Vec<(String, String)>, Vec<u8>) {
        let mut headers = fixed.headers.clone();
        self.add_common_headers(&mut headers);
        match fixed.retry_after {
            None => {}
            Some(RetryAfter::Seconds(seconds)) => {
                headers.push(("Retry-After".to_owned(), seconds.to_string()));
            }
            Some(RetryAfter::Date(after)) => {
                let time = later(lock(&self.state).clock.now(), after);
                headers.push(("Retry-After".to_owned(), http_date(time)));
            }
        }
        let (content_type, body) = match &fixed.kind {
            Kind::Empty => (String::new(), Vec::new()),
            Kind::Bytes(content_type, body) => (content_type.clone(), body.clone()),
            Kind::Html => {
                let words = reason(fixed.status);
                let page = format!(
                    "<!DOCTYPE html><html><head><title>{words}</title></head><body><h1>{} {words}</h1></body></html>",
                    fixed.status
                );
                ("text/html;charset=utf-8".to_owned(), page.into_bytes())
            }
            Kind::Error(error) => {
                let response = match error {
                    None => Response::from(ApiError::http(
                        fixed.status,
                        "A fault that the test injected.",
                    )),
                    Some((code, summary, detail)) => {
                        Response::error(fixed.status, code, summary, detail)
                    }
                };
                let (content_type, body) = response.serialize(Format::Xml);
                (content_type.to_owned(), body)
            }
        };
        if !content_type.is_empty() {
            headers.insert(0, ("Content-Type".to_owned(), content_type));
        }
        (headers, body)
    }
}

/// What to do after a response.
enum Next {
    Another,
    Finish,
    Reset,
}

impl Serve for Service {
    fn serve(&self, stream: Stream, stop: &Stop) {
        let mut reader = RequestReader::new(stream);
        loop {
            if stop.is_now() {
                return;
            }
            match self.one(&mut reader, stop) {
                Ok(Next::Another) => {}
                Ok(Next::Finish) => break,
                Ok(Next::Reset) => return reader.into_stream().reset(),
                Err(ReadError::Closed) => return,
                Err(broken) => {
                    let (status, why) = match broken {
                        ReadError::Rejected(status, why) => (status, why),
                        _ => (408, "the rest of it was not sent in time"),
                    };
                    let detail = format!("The request cannot be read: {why}.");
                    let response = Response::from(ApiError::http(status, detail));
                    let (content_type, body) = response.serialize(Format::Xml);
                    let headers = [("Content-Type".to_owned(), content_type.to_owned())];
                    let _ = write_bytes(reader.stream(), status, &headers, &body, true);
                    break;
                }
            }
        }
        if !stop.is_now() {
            reader.into_stream().finish();
        }
    }
}

fn head_bytes(status: u16, headers: &[(String, String)], length: usize, close: bool) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in headers {
        // A line end in a value would start another header.
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    // These statuses have no body, so no length either.
    if !matches!(status, 100..200 | 204 | 304) {
        text.push_str(&format!("Content-Length: {length}\r\n"));
    }
    if close {
        text.push_str("Connection: close\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

fn write_bytes(
    stream: &mut Stream,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
    close: bool,
) -> io::Result<()> {
    let head = head_bytes(status, headers, body.len(), close);
    stream.write_all(&[&head, body].concat())?;
    stream.flush()
}
