//! The one loop that sends. Every request of this library passes through [`Transport::send`].

mod content_sniffer;
mod success;

use std::borrow::Cow;
use std::fmt;
use std::io::{Read, Write};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use log::{debug, warn};
use ureq::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use ureq::http::request::Builder;
use ureq::http::{HeaderValue, Method, Response};
use ureq::{AsSendBody, SendBody};

use super::connector::{self, CachingResolver, Stage};
use super::context;
use super::failure::{self, Size};
use super::limit::{Limiter, Permit};
use super::options::{self, HttpOptions};
use super::proxy::{ConfiguredProxy, Proxies};
use super::request::{Body, ExactLengthReader, Request, ResponseTimeout, SourceFailed};
use super::retry::Attempts;
use super::tls;
use super::url::{Base, Origin, Url};
use crate::cancel::{self, CancellationToken, earlier};
use crate::error::Answer as About;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::text::cut;
use crate::{Error, ErrorKind, Result};

use success::ResponseContext;
pub(crate) use success::Success;

/// Where the library's own log lines go.
const LOG: &str = "tableau_server_client::http";

/// So much of an address is in a message; `Error::url` has all of it.
const SHOWN: usize = 2000;

/// What a head may have that is sent.
const LONGEST_HEAD: usize = 63 << 10;

/// As many redirects are followed, in a row.
const REDIRECTS: usize = 10;

/// The way to one server, its connections included. Threads share it.
pub(crate) struct Transport {
    base: Base,
    /// The `https` twin that the server sent us to; from then on nothing goes to the `http` one.
    upgraded: RwLock<Option<Origin>>,
    options: HttpOptions,
    agent: ureq::Agent,
    resolver: CachingResolver,
    proxies: Proxies,
    limiter: Option<Limiter>,
    redactor: Redactor,
}

/// Shows the address and what the options show.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("server", &self.base.to_string())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Who sends a request.
#[derive(Clone, Copy)]
pub(crate) struct AuthContext<'a> {
    pub(crate) token: Option<&'a Secret>,
    /// Knows the secrets that no message may repeat.
    pub(crate) redactor: &'a Redactor,
    pub(crate) cancellation: Option<&'a CancellationToken>,
}

impl Transport {
    pub(crate) fn new(base: Base, options: HttpOptions) -> Result<Transport> {
        options.check()?;
        let mut redactor = options.redactor();
        let proxies = Proxies::gather(options.proxy.as_ref(), &mut redactor)?;
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .user_agent(options.agent_name())
            .timeout_resolve(Some(options.effective_connect_timeout()))
            .timeout_connect(Some(options.effective_connect_timeout()))
            .timeout_per_read(Some(options.effective_read_timeout()))
            .timeout_per_write(Some(options.effective_read_timeout()))
            // ureq keeps three a host; threads that share a session need one each.
            .max_idle_connections(256)
            .max_idle_connections_per_host(64)
            .output_buffer_size(64 << 10)
            .build();
        let resolver = CachingResolver::default();
        let agent = connector::agent(config, tls::client_config(&options)?, resolver.clone());
        let limiter = options.limiter();
        let upgraded = RwLock::new(None);
        Ok(Transport { base, upgraded, options, agent, resolver, proxies, limiter, redactor })
    }

    /// The same way with further options.
    pub(crate) fn with(&self, options: HttpOptions) -> Result<Transport> {
        self.rebuilt(self.options.merged(options))
    }

    /// The same way with none.
    pub(crate) fn with_defaults(&self) -> Transport {
        self.rebuilt(HttpOptions::new())
            .expect("the defaults read no file and hold no value that could be refused")
    }

    fn rebuilt(&self, options: HttpOptions) -> Result<Transport> {
        let upgraded = RwLock::new(self.upgraded());
        Ok(Transport { upgraded, ..Transport::new(self.base.clone(), options)? })
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    pub(crate) fn sign_out_timeout(&self) -> Duration {
        self.options.effective_sign_out_timeout()
    }

    /// When a request that begins now has to be done.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.options.request_timeout().and_then(|limit| Instant::now().checked_add(limit))
    }

    pub(crate) fn renews_sessions(&self) -> bool {
        self.options.renews_sessions()
    }

    /// Knows the secrets of the options and the proxy.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The origin that requests go to: the server's own, or its `https` twin once it is known.
    pub(crate) fn origin(&self) -> Origin {
        self.upgraded().unwrap_or_else(|| self.base.origin.clone())
    }

    pub(crate) fn upgrade_to(&self, origin: &Origin) {
        let mut upgraded = self.upgraded.write().unwrap_or_else(PoisonError::into_inner);
        *upgraded = Some(origin.clone());
    }

    fn upgraded(&self) -> Option<Origin> {
        self.upgraded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a request until it succeeds or there is no use in trying again, and lets `finish` read
    /// the answer: an answer that breaks off is a failed try like any other.
    pub(crate) fn send<T>(
        &self,
        request: &mut Request<'_>,
        auth: AuthContext<'_>,
        mut finish: impl FnMut(Success) -> Result<T>,
    ) -> Result<T> {
        let redactor =
            request.secrets.iter().fold(Cow::Borrowed(auth.redactor), |redactor, secret| {
                Cow::Owned(redactor.into_owned().with(secret))
            });
        let auth = AuthContext { redactor: &redactor, ..auth };
        let limit = earlier(request.within, self.options.request_timeout());
        let limit = limit.and_then(|limit| Instant::now().checked_add(limit));
        request.until = request.until.or(limit);
        let deadline =
            earlier(request.until, auth.cancellation.and_then(CancellationToken::deadline));
        let mut attempts =
            Attempts::new(self.options.retry_policy(), request.retry_safety, deadline);
        loop {
            let answer = self.follow(request, auth, deadline);
            let error = match answer.and_then(&mut finish) {
                Ok(done) => return Ok(done),
                // What `finish` says of an answer may hold the server's words.
                Err(error) => error.redacted(auth.redactor),
            };
            let is_gone = error.is_not_found() && !error.is_a_page();
            if request.method == Method::DELETE && request.may_have_arrived && is_gone {
                debug!(target: LOG, "{error}: deleted by an earlier attempt");
                return finish(Success::nothing(auth.redactor));
            }
            let backoff = attempts.backoff_after(&error);
            request.may_have_arrived |= attempts.may_have_arrived();
            let Some(backoff) = backoff else { return Err(error) };
            warn!(target: LOG, "{error}: trying again in {} ms", backoff.as_millis());
            cancel::sleep(auth.cancellation, backoff).map_err(|error| request.not_sent(error))?;
        }
    }

    /// One try: a request, and the redirects that it is led over.
    fn follow(
        &self,
        request: &mut Request<'_>,
        auth: AuthContext<'_>,
        deadline: Option<Instant>,
    ) -> Result<Success> {
        let redactor = auth.redactor;
        let mut url = self.base.call(self.origin(), &request.path_and_query()?);
        let mut redirects = 0;
        loop {
            let (method, address) = (request.method.clone(), url.to_string());
            // Only errors and debug logs need it.
            let doing = || describe(&method, &address, redactor);
            self.check_head(request, &address, auth.token, redirects)
                .map_err(|error| error.doing(doing()))?;
            let permit = self.permit(auth, deadline, request.ignores_limits);
            let permit = permit.map_err(|error| request.not_sent(error.doing(doing())))?;
            let started = Instant::now();
            let response = context::with_cancellation(auth.cancellation, || {
                self.exchange(request, &url.origin, &address, auth.token, deadline)
            });
            let response = response.map_err(|failure| {
                let connecting = matches!(failure, Failure::Ureq(_, Stage::Connecting));
                let error = self.failed(failure, &url.origin, &address, redactor);
                let doing = doing();
                debug!(target: LOG, "{doing} failed: {error}");
                let error = error.doing(doing);
                if connecting { request.not_sent(error) } else { error }
            })?;
            let status = response.status().as_u16();
            debug!(target: LOG, "{}: {status} in {} ms", doing(), started.elapsed().as_millis());
            match status {
                200 | 201 | 202 | 204 => {
                    let context =
                        ResponseContext { method, address, status, redactor: redactor.clone() };
                    return self
                        .success(response, url.origin, context, auth, permit)
                        .unless_packed();
                }
                301 | 302 | 303 | 307 | 308 => {
                    redirects += 1;
                    let next = self.redirected(&response, &url, redirects, redactor);
                    url = next.map_err(|error| error.doing(doing()))?;
                    context::with_cancellation(auth.cancellation, || drain(response));
                }
                _ => {
                    let refused = || self.refused(response, &address, redactor);
                    let error = context::with_cancellation(auth.cancellation, refused);
                    return Err(error.doing(doing()));
                }
            }
        }
    }

    /// Refuses what is longer than a head that can be sent: by a filter, the program's own headers, a
    /// server's ids, or a redirect.
    fn check_head(
        &self,
        request: &Request<'_>,
        address: &str,
        token: Option<&Secret>,
        redirects: usize,
    ) -> Result<()> {
        let own =
            self.options.headers.iter().map(|(name, value)| name.len() + value.reveal().len());
        let others = request.headers.iter().map(|(name, value)| name.len() + value.len());
        let headers: usize = own.chain(others).map(|length| length + 4).sum();
        // Host, User-Agent and what belongs to a body.
        let more = self.options.agent_name().len() + 500;
        let length = address.len() + headers + token.map_or(0, |token| token.reveal().len()) + more;
        if length <= LONGEST_HEAD {
            return Ok(());
        }
        let kind = if redirects > 0 { ErrorKind::Redirect } else { ErrorKind::Input };
        let what = format!(
            "the head of this request has some {length} bytes, {} of them its address and {headers} \
             headers: more than {LONGEST_HEAD} are not sent",
            address.len()
        );
        Err(Error::new(kind, what))
    }

    fn permit(
        &self,
        auth: AuthContext<'_>,
        deadline: Option<Instant>,
        ignores_limits: bool,
    ) -> Result<Option<Permit>> {
        auth.cancellation.map_or(Ok(()), CancellationToken::check)?;
        let acquire = |limiter: &Limiter| match ignores_limits {
            true => Ok(limiter.acquire_now()),
            false => limiter.acquire(auth.cancellation, deadline),
        };
        self.limiter.as_ref().map(acquire).transpose()
    }

    /// One request and the head of its answer.
    fn exchange(
        &self,
        request: &mut Request<'_>,
        origin: &Origin,
        address: &str,
        token: Option<&Secret>,
        deadline: Option<Instant>,
    ) -> Result<Response<ureq::Body>, Failure> {
        let proxy = self.proxies.for_origin(origin).map_err(Failure::Own)?;
        self.warn_if_insecure(origin);
        let mut head = ureq::http::Request::builder().method(request.method.clone()).uri(address);
        for (name, value) in &self.options.headers {
            head = head.header(name.as_str(), secret_header(value)?);
        }
        for (name, value) in &request.headers {
            head = head.header(*name, value);
        }
        if let Some(token) = token {
            head = head.header("X-Tableau-Auth", secret_header(token)?);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let response_timeout = request.response_timeout;
        let (content_type, length, mut source): (_, _, Box<dyn Read + '_>) = match &mut request.body
        {
            Body::None if matches!(request.method, Method::POST | Method::PUT) => {
                (None, 0, Box::new(std::io::empty()))
            }
            Body::None => return self.run(head, (), proxy, response_timeout, left),
            Body::Bytes { content_type, bytes } => {
                (Some(*content_type), bytes.len() as u64, Box::new(&bytes[..]))
            }
            Body::Stream { content_type, source } => {
                let length = source.length();
                let source = source.open().map_err(SourceFailed::mark)?;
                (
                    Some(content_type.as_str()),
                    length,
                    Box::new(ExactLengthReader::new(source, length)),
                )
            }
        };
        if let Some(content_type) = content_type {
            head = head.header(CONTENT_TYPE, content_type);
        }
        head = head.header(CONTENT_LENGTH, length);
        self.run(head, SendBody::from_reader(&mut source), proxy, response_timeout, left)
    }

    fn run(
        &self,
        head: Builder,
        body: impl AsSendBody,
        proxy: Option<&ConfiguredProxy>,
        response_timeout: ResponseTimeout,
        left: Option<Duration>,
    ) -> Result<Response<ureq::Body>, Failure> {
        let first_byte = match response_timeout {
            ResponseTimeout::Read => self.options.effective_read_timeout(),
            ResponseTimeout::Long => {
                self.options.effective_read_timeout().max(Duration::from_secs(30 * 60))
            }
        };
        let request = self
            .agent
            .configure_request(head.body(body)?)
            .proxy(proxy.map(|configured| configured.proxy.clone()))
            .timeout_recv_response(Some(first_byte))
            .timeout_global(left.map(options::representable))
            .build();
        match connector::staged(|| self.agent.run(request)) {
            // A refusal may come early, and a success may not.
            Ok((answer, false)) if answer.status().is_success() => {
                Err(Failure::Ureq(connector::incomplete_request(), Stage::UnderWay))
            }
            Ok((answer, _)) => Ok(answer),
            Err((error, stage)) => Err(Failure::Ureq(error, stage)),
        }
    }

    fn failed(
        &self,
        failure: Failure,
        origin: &Origin,
        address: &str,
        redactor: &Redactor,
    ) -> Error {
        let error = match failure {
            Failure::Own(error) => error,
            Failure::Ureq(error, stage) => {
                let proxy = self.proxies.for_origin(origin).ok().flatten();
                failure::failed(error, stage, origin, proxy, redactor)
            }
        };
        let error = error.redacted(redactor);
        if error.kind() == ErrorKind::Connect {
            self.resolver.clear();
        }
        error.at(redactor.redact(address))
    }

    /// Where a redirect leads, if token, password and body may follow it there.
    fn redirected(
        &self,
        response: &Response<ureq::Body>,
        from: &Url,
        count: usize,
        redactor: &Redactor,
    ) -> Result<Url> {
        let status = response.status().as_u16();
        let refuse = |why: String| {
            let about = About {
                status: Some(status),
                url: Some(redactor.redact(&from.to_string()).into_owned()),
                ..About::default()
            };
            Error::new(ErrorKind::Redirect, format!("HTTP {status}: {why}")).answer(about)
        };
        if count > REDIRECTS {
            return Err(refuse(format!("more than {REDIRECTS} redirects in a row")));
        }
        let location = response.headers().get(LOCATION).filter(|location| !location.is_empty());
        let Some(location) = location else {
            return Err(refuse("a redirect that does not say where to (`Location`)".into()));
        };
        let location = String::from_utf8_lossy(location.as_bytes());
        let to = from.join(&location).map_err(|why| {
            let location = redactor.redact(&location);
            refuse(format!("a redirect to {:?}, which is no address: {why}", cut(&location, 200)))
        })?;
        if from.origin.https && !to.origin.https {
            return Err(refuse(format!(
                "a redirect from {} to {}, from https to http, is not followed",
                from.origin, to.origin
            )));
        }
        let ours = self.origin();
        if to.origin.is_upgrade_of(&ours) {
            self.upgrade_to(&to.origin);
        } else if to.origin != ours
            && !self.options.trusts_redirects_to(&to.origin.host, &to.origin.authority())
        {
            // The host was put into lower case, where a secret would not be found any more.
            let there = match redactor.redact(&location) {
                Cow::Borrowed(_) => to.origin.to_string(),
                Cow::Owned(redacted) => cut(&redacted, 200).into_owned(),
            };
            return Err(refuse(format!(
                "a redirect from {} to {there}, another origin, is not followed \
                 (`trust_redirects_to` allows a host)",
                from.origin
            )));
        }
        Ok(to)
    }

    fn success(
        &self,
        response: Response<ureq::Body>,
        origin: Origin,
        context: ResponseContext,
        auth: AuthContext<'_>,
        permit: Option<Permit>,
    ) -> Success {
        let (parts, body) = response.into_parts();
        Success {
            headers: parts.headers,
            body: body.into_reader(),
            origin,
            context,
            most: self.options.max_response_size(),
            cancellation: auth.cancellation.cloned(),
            _permit: permit,
        }
    }

    fn refused(&self, response: Response<ureq::Body>, address: &str, redactor: &Redactor) -> Error {
        let (parts, body) = response.into_parts();
        let most = self.options.max_response_size().min(1 << 20);
        let mut bytes = Vec::new();
        // Of a body that breaks off, what arrived still tells more than the break.
        let broke_off = body.into_reader().take(most + 1).read_to_end(&mut bytes).is_err();
        let size = match bytes.len() as u64 > most {
            true => Size::TooLarge,
            false if broke_off => Size::BrokeOff,
            false => Size::Whole,
        };
        failure::refused(parts.status.as_u16(), &parts.headers, &bytes, size, address, redactor)
    }

    fn warn_if_insecure(&self, to: &Origin) {
        if !(to.https && self.options.insecure() && self.options.warns_when_insecure()) {
            return;
        }
        let text = format!(
            "InsecureRequestWarning: the certificate of {} is not verified; \
             pin it or name its authority with HttpOptions::verify",
            to.host
        );
        if log::max_level() == log::LevelFilter::Off {
            // Not `eprintln`, which panics where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{text}");
        } else {
            warn!(target: "tableau_server_client::insecure_request", "{text}");
        }
    }
}

/// Why an exchange has no answer: ureq's reason, or one of our own.
enum Failure {
    Ureq(ureq::Error, Stage),
    Own(Error),
}

impl<E: Into<ureq::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure::Ureq(error.into(), Stage::UnderWay)
    }
}

fn secret_header(value: &Secret) -> Result<HeaderValue, ureq::Error> {
    let mut value =
        HeaderValue::from_str(value.reveal()).map_err(|error| ureq::Error::Http(error.into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A request as messages name it: `GET https://…`.
fn describe(method: &Method, address: &str, redactor: &Redactor) -> String {
    format!("{method} {}", redactor.redact_start(address, false, SHOWN))
}

/// Reads the small body of an answer nobody looks at, so that its connection can be used again.
fn drain(response: Response<ureq::Body>) {
    let mut rest = response.into_body().into_reader().take(64 << 10);
    let _ = std::io::copy(&mut rest, &mut std::io::sink());
}

#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) mod fuzzing {
    use ureq::http::HeaderMap;
    use ureq::http::header::RETRY_AFTER;

    use super::*;

    /// The answer that has this body.
    pub(crate) fn success(body: &[u8], secret: &str) -> Success {
        let redactor = Redactor::default().with(&Secret::new(secret));
        let body = ureq::Body::builder().data(body.to_vec()).into_reader();
        let mut success = Success::nothing(&redactor);
        success.context.status = 200;
        Success { body, most: 1 << 20, ..success }
    }

    /// The error that an answer with this status, `Retry-After` and body is.
    pub(crate) fn refused(
        status: u16,
        after: &[u8],
        body: &[u8],
        cut: bool,
        secret: &str,
    ) -> Error {
        let redactor = Redactor::default().with(&Secret::new(secret));
        let mut headers = HeaderMap::new();
        if let Ok(after) = HeaderValue::from_bytes(after) {
            headers.insert("x-request-id", after.clone());
            headers.insert(RETRY_AFTER, after);
        }
        let size = if cut { Size::TooLarge } else { Size::Whole };
        failure::refused(status, &headers, body, size, "https://", &redactor)
    }
}

#[cfg(test)]
#[path = "../../tests/it/raw.rs"]
#[allow(dead_code, reason = "the tests of tests/it use the rest")]
mod raw;

#[cfg(test)]
mod tests;
