//! One exchange: sends a request and reads the head of the response.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use log::warn;
use ureq::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use ureq::http::request::Builder;
use ureq::http::{HeaderValue, Method, Response};
use ureq::{AsSendBody, SendBody};

use super::super::connector::{self, Stage};
use super::super::exact_length::{ExactLengthReader, source_failed};
use super::super::failure::{self, Size};
use super::super::options;
use super::super::proxy::ConfiguredProxy;
use super::super::request::{Body, Request, ResponseTimeout};
use super::super::url::Origin;
use super::Transport;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};

/// Maximum size of the head of a request, in bytes.
const MAX_HEAD_SIZE: usize = 63 << 10;

impl Transport {
    /// Rejects a request whose head is too large, because of a filter, the program's headers, ids from the
    /// server or a redirect.
    pub(super) fn check_head(
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
        // `Host`, `User-Agent` and the headers of a body.
        let more = self.options.agent_name().len() + 500;
        let length = address.len() + headers + token.map_or(0, |token| token.reveal().len()) + more;
        if length <= MAX_HEAD_SIZE {
            return Ok(());
        }
        let kind = if redirects > 0 { ErrorKind::Redirect } else { ErrorKind::Input };
        let what = format!(
            "the request head is too large: about {length} bytes, with {} bytes of URL and {headers} \
             bytes of headers; the maximum is {MAX_HEAD_SIZE}",
            address.len()
        );
        Err(Error::new(kind, what))
    }

    /// Sends a request and returns the response, whose body is not read yet.
    pub(super) fn exchange(
        &self,
        request: &mut Request<'_>,
        origin: &Origin,
        address: &str,
        token: Option<&Secret>,
        deadline: Option<Instant>,
    ) -> Result<Response<ureq::Body>, Failure> {
        let proxy = self.proxies.for_origin(origin).map_err(connector::carried)?;
        self.warn_if_insecure(origin);
        let mut head = ureq::http::Request::builder().method(request.method.clone()).uri(address);
        // A header of the request replaces the header that the options add to every request.
        let added = self.options.headers.iter().filter(|header| !request.has_header(&header.0));
        for (name, value) in added {
            head = head.header(name.as_str(), secret_header(value)?);
        }
        for (name, value) in &request.headers {
            head = head.header(&**name, value);
        }
        if let Some(token) = token {
            head = head.header("X-Tableau-Auth", secret_header(token)?);
        }
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let response_timeout = request.response_timeout;
        let (content_type, length, mut source): (_, _, Box<dyn Read + '_>) = match &mut request.body
        {
            Body::None if matches!(request.method, Method::POST | Method::PUT | Method::PATCH) => {
                (None, 0, Box::new(std::io::empty()))
            }
            Body::None => return self.run(head, (), proxy, response_timeout, left),
            Body::Bytes { content_type, bytes } => {
                (Some(&**content_type), bytes.len() as u64, Box::new(&bytes[..]))
            }
            Body::Stream { content_type, source } => {
                let length = source.length();
                let source = source.open().map_err(source_failed)?;
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
            // An error response before the whole request was sent is valid; a success is not.
            Ok((response, false)) if response.status().is_success() => {
                Err(connector::incomplete_request().into())
            }
            Ok((response, _)) => Ok(response),
            Err((cause, stage)) => Err(Failure { cause, stage }),
        }
    }

    /// Converts the failure of an exchange.
    pub(super) fn failed(
        &self,
        failure: Failure,
        origin: &Origin,
        address: &str,
        redactor: &Redactor,
    ) -> Error {
        let proxy = self.proxies.for_origin(origin).ok().flatten();
        let error = failure::failed(failure.cause, failure.stage, origin, proxy, redactor);
        let error = error.redacted(redactor);
        if error.kind() == ErrorKind::Connect {
            self.resolver.clear();
        }
        error.at(redactor.redact(address))
    }

    /// Converts a response whose status is an error.
    pub(super) fn refused(
        &self,
        response: Response<ureq::Body>,
        address: &str,
        redactor: &Redactor,
    ) -> Error {
        let (parts, body) = response.into_parts();
        let most = self.options.max_response_size().min(1 << 20);
        let mut bytes = Vec::new();
        // The received part of a truncated body is more informative than the broken connection.
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
             pin it or add its CA with HttpOptions::verify",
            to.host
        );
        if log::max_level() == log::LevelFilter::Off {
            // `eprintln!` would panic if standard error is closed.
            let _ = writeln!(std::io::stderr(), "{text}");
        } else {
            warn!(target: "tableau_server_client::insecure_request", "{text}");
        }
    }
}

/// The reason why an exchange has no response. Its cause can be an error of this library.
pub(super) struct Failure {
    cause: ureq::Error,
    pub(super) stage: Stage,
}

impl<E: Into<ureq::Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure { cause: error.into(), stage: Stage::Established }
    }
}

fn secret_header(value: &Secret) -> Result<HeaderValue, ureq::Error> {
    let mut value =
        HeaderValue::from_str(value.reveal()).map_err(|error| ureq::Error::Http(error.into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Reads a small body to its end, so that its connection can be reused.
pub(super) fn drain(response: Response<ureq::Body>) {
    let mut rest = response.into_body().into_reader().take(64 << 10);
    let _ = std::io::copy(&mut rest, &mut std::io::sink());
}
