//! [`Transport::send`] sends every request of this library, with retries and redirects.

mod exchange;
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) mod fuzzing;
mod redirect;
mod success;
mod xml_response;

use std::borrow::Cow;
use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use log::{debug, warn};
use ureq::http::{HeaderMap, Method, Response};

use super::connector::{self, CachingResolver, Stage};
use super::context;
use super::limit::{Limiter, Permit};
use super::options::HttpOptions;
use super::proxy::Proxies;
use super::request::Request;
use super::retry::Attempts;
use super::retry_after::server_time;
use super::tls;
use super::url::{Base, Origin};
use crate::Result;
use crate::cancel::{self, CancellationToken, earlier};
use crate::redact::Redactor;
use crate::secret::Secret;

use exchange::drain;
use success::ResponseContext;
pub(crate) use success::{Accepts, Success};
pub(crate) use xml_response::XmlResponse;

/// The log target of this module.
const LOG: &str = "tableau_server_client::http";

/// Maximum length of a URL in a message, in bytes. `Error::url` has the whole URL.
const MAX_SHOWN_URL: usize = 2000;

/// The limits that a throttled request may have exceeded.
const LIMITS: &str = "the server limits requests; Tableau Cloud allows a site 60 refreshes an hour \
                      and 20 concurrent exports (`HttpOptions::max_concurrent` sends fewer at once)";

/// HTTP client for one server: options, connection pool and proxy settings. Shared between threads.
pub(crate) struct Transport {
    base: Base,
    /// The `https` origin that the server redirected to. All later requests are sent to it.
    upgraded: RwLock<Option<Origin>>,
    /// How far the server's clock is ahead of the local one, if known from a response.
    clock_ahead: RwLock<Option<SignedDuration>>,
    options: HttpOptions,
    agent: ureq::Agent,
    resolver: CachingResolver,
    proxies: Proxies,
    limiter: Option<Limiter>,
    redactor: Redactor,
}

/// Shows the URL of the server and the options.
impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("server", &self.base.to_string())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Authentication and cancellation context of one request.
#[derive(Clone, Copy)]
pub(crate) struct AuthContext<'a> {
    pub(crate) token: Option<&'a Secret>,
    /// Redacts secrets in messages.
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
            // ureq keeps three idle connections per host by default, but each thread that shares a
            // session needs one.
            .max_idle_connections(256)
            .max_idle_connections_per_host(64)
            .output_buffer_size(64 << 10)
            .build();
        let resolver = CachingResolver::default();
        let agent = connector::agent(config, tls::client_config(&options)?, resolver.clone());
        let limiter = options.limiter();
        let upgraded = RwLock::new(None);
        let clock_ahead = RwLock::new(None);
        Ok(Transport {
            base,
            upgraded,
            clock_ahead,
            options,
            agent,
            resolver,
            proxies,
            limiter,
            redactor,
        })
    }

    /// A client for the same server with additional options.
    pub(crate) fn with(&self, options: HttpOptions) -> Result<Transport> {
        self.rebuilt(self.options.merged(options))
    }

    /// A client for the same server with the default options.
    pub(crate) fn with_defaults(&self) -> Transport {
        self.rebuilt(HttpOptions::new()).expect("the default options are valid and read no file")
    }

    fn rebuilt(&self, options: HttpOptions) -> Result<Transport> {
        let upgraded = RwLock::new(self.upgraded());
        let clock_ahead = RwLock::new(self.clock_ahead());
        Ok(Transport { upgraded, clock_ahead, ..Transport::new(self.base.clone(), options)? })
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    pub(crate) fn sign_out_timeout(&self) -> Duration {
        self.options.effective_sign_out_timeout()
    }

    /// The deadline of a request that starts now.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.options.request_timeout().and_then(|limit| Instant::now().checked_add(limit))
    }

    pub(crate) fn renews_sessions(&self) -> bool {
        self.options.renews_sessions()
    }

    /// Redacts the secrets of the options and the proxy.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The origin that requests are sent to: the server's own, or its `https` upgrade once it is known.
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

    /// The time of the server's clock, if known from its responses; otherwise local time.
    pub(crate) fn server_time(&self) -> Timestamp {
        let (now, ahead) = (Timestamp::now(), self.clock_ahead().unwrap_or_default());
        now.checked_add(ahead).unwrap_or(now)
    }

    fn clock_ahead(&self) -> Option<SignedDuration> {
        *self.clock_ahead.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the server's clock. A gateway's redirect may have another clock, so it is not used.
    fn note_server_time(&self, headers: &HeaderMap) {
        if let Some(time) = server_time(headers) {
            let mut ahead = self.clock_ahead.write().unwrap_or_else(PoisonError::into_inner);
            *ahead = Some(time.duration_since(Timestamp::now()));
        }
    }

    /// Sends a request, retries it as its policy allows, and returns what `finish` reads from the
    /// response. A response that `finish` cannot read completely is a failed attempt.
    pub(crate) fn send<T>(
        &self,
        request: &mut Request<'_>,
        auth: AuthContext<'_>,
        mut finish: impl FnMut(Success) -> Result<T>,
    ) -> Result<T> {
        let mut done = None;
        self.send_and(request, auth, &mut |response| {
            done = Some(finish(response)?);
            Ok(())
        })?;
        Ok(done.expect("the closure was called, because the request succeeded"))
    }

    /// Same as [`send`](Transport::send). Not generic, so that it is compiled once.
    pub(crate) fn send_and(
        &self,
        request: &mut Request<'_>,
        auth: AuthContext<'_>,
        finish: &mut dyn FnMut(Success) -> Result<()>,
    ) -> Result<()> {
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
            let response = self.follow(request, auth, deadline);
            let error = match response.and_then(&mut *finish) {
                Ok(()) => return Ok(()),
                // The error of `finish` may quote the response.
                Err(error) => error.redacted(auth.redactor),
            };
            let is_gone = error.is_not_found() && !error.is_html_page();
            if request.method == Method::DELETE && request.may_have_arrived && is_gone {
                debug!(target: LOG, "{error}: deleted by an earlier attempt");
                return finish(Success::no_content(auth.redactor));
            }
            let backoff = attempts.backoff_after(&error);
            request.may_have_arrived |= attempts.may_have_arrived();
            let Some(backoff) = backoff else { return Err(error) };
            warn!(target: LOG, "{error}: trying again in {} ms", backoff.as_millis());
            cancel::sleep(auth.cancellation, backoff).map_err(|error| request.not_sent(error))?;
        }
    }

    /// Makes one attempt, following redirects.
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
                let connecting = failure.stage == Stage::Connecting;
                let error = self.failed(failure, &url.origin, &address, redactor);
                let doing = doing();
                debug!(target: LOG, "{doing} failed: {error}");
                let error = error.doing(doing);
                if connecting { request.not_sent(error) } else { error }
            })?;
            let status = response.status().as_u16();
            debug!(target: LOG, "{}: {status} in {} ms", doing(), started.elapsed().as_millis());
            // Only a token that is minted needs the clock: for the first sign-in or after a 401.
            if auth.token.is_none() || status == 401 {
                self.note_server_time(response.headers());
            }
            match status {
                200 | 201 | 202 | 204 => {
                    let context =
                        ResponseContext { method, address, status, redactor: redactor.clone() };
                    return self
                        .success(response, url.origin, context, auth, permit)
                        .check_encoding();
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
                    let error = match error.is_throttled() {
                        true => error.and_then_failed(LIMITS, None),
                        false => error,
                    };
                    return Err(error.doing(doing()));
                }
            }
        }
    }

    /// Waits for a permit, if requests are limited.
    fn permit(
        &self,
        auth: AuthContext<'_>,
        deadline: Option<Instant>,
        ignores_limits: bool,
    ) -> Result<Option<Permit>> {
        auth.cancellation.map_or(Ok(()), CancellationToken::check)?;
        match &self.limiter {
            Some(limiter) if !ignores_limits => limiter.acquire(auth.cancellation, deadline),
            _ => Ok(None),
        }
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
            max_size: self.options.max_response_size(),
            cancellation: auth.cancellation.cloned(),
            _permit: permit,
        }
    }
}

/// Describes a request in messages: `GET https://…`.
fn describe(method: &Method, address: &str, redactor: &Redactor) -> String {
    format!("{method} {}", redactor.redact_start(address, false, MAX_SHOWN_URL))
}

#[cfg(test)]
#[path = "../../../tests/it/raw.rs"]
#[allow(dead_code, reason = "the tests of tests/it use the rest")]
mod raw;

#[cfg(test)]
mod tests;
