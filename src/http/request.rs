//! [`Request`]: a request to be sent.

use std::borrow::Cow;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use percent_encoding::{AsciiSet, utf8_percent_encode};
use ureq::http::Method;

use super::options::HttpOptions;
use super::retry::RetrySafety;
use crate::encoding::{RESERVED, encode_segment};
use crate::operation::{self, Call, Operation};
use crate::secret::Secret;
use crate::version::ApiVersion;
use crate::xml::{self, ToXml};
use crate::{Error, Result};

/// A request to be sent. The same value is used for retries and redirects.
pub(crate) struct Request<'b> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Body<'b>,
    pub(super) response_timeout: ResponseTimeout,
    pub(super) within: Option<Duration>,
    pub(super) retry_safety: RetrySafety,
    pub(super) headers: Vec<(Cow<'static, str>, String)>,
    pub(super) secrets: Vec<Secret>,
    /// Deadline for all attempts, set when the request is first sent. Signing in again in between does
    /// not extend it.
    pub(super) until: Option<Instant>,
    /// An earlier attempt may have been carried out, because its response was lost.
    pub(super) may_have_arrived: bool,
    /// It is sent without waiting for a permit.
    pub(super) ignores_limits: bool,
    needs: Option<ApiVersion>,
    /// The operation, if the request belongs to a resource of a session.
    operation: Option<&'static Operation>,
    /// Why the path cannot be sent.
    invalid: Option<String>,
}

/// Timeout for the first byte of the response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseTimeout {
    /// The `read_timeout` of the options.
    Read,
    /// At least half an hour, for operations that the server completes before it responds.
    Long,
}

pub(crate) enum Body<'b> {
    None,
    Bytes {
        content_type: Cow<'static, str>,
        bytes: Vec<u8>,
    },
    /// Read while it is sent, and opened again for each further attempt.
    Stream {
        content_type: String,
        source: Box<dyn Replay + 'b>,
    },
}

impl Body<'_> {
    pub(crate) fn bytes(
        content_type: impl Into<Cow<'static, str>>,
        bytes: impl Into<Vec<u8>>,
    ) -> Body<'static> {
        Body::Bytes { content_type: content_type.into(), bytes: bytes.into() }
    }
}

/// The source of a streamed body.
pub(crate) trait Replay {
    /// Length in bytes.
    fn length(&self) -> u64;

    /// Whether it can be opened more than once.
    fn may_reopen(&self) -> bool {
        true
    }

    /// Opens the source at its start. Called once per attempt.
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>>;
}

impl<R: Replay + ?Sized> Replay for &mut R {
    fn length(&self) -> u64 {
        (**self).length()
    }

    fn may_reopen(&self) -> bool {
        (**self).may_reopen()
    }

    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        (**self).open()
    }
}

impl Replay for &[u8] {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(*self))
    }
}

impl<'b> Request<'b> {
    fn new(method: Method, path: impl Into<String>) -> Request<'b> {
        let retry_safety = match method {
            Method::POST | Method::PATCH => RetrySafety::IfNotSent,
            _ => RetrySafety::Always,
        };
        Request {
            method,
            retry_safety,
            path: path.into(),
            query: Vec::new(),
            body: Body::None,
            response_timeout: ResponseTimeout::Read,
            within: None,
            headers: Vec::new(),
            secrets: Vec::new(),
            until: None,
            may_have_arrived: false,
            ignores_limits: false,
            needs: None,
            operation: None,
            invalid: None,
        }
    }

    /// A request that is not for an operation of a resource.
    pub(crate) fn raw(method: operation::Method, path: impl Into<String>) -> Request<'b> {
        let method = match method {
            operation::Method::Get => Method::GET,
            operation::Method::Post => Method::POST,
            operation::Method::Put => Method::PUT,
            operation::Method::Patch => Method::PATCH,
            operation::Method::Delete => Method::DELETE,
        };
        Request::new(method, path)
    }

    /// A request for an operation.
    pub(crate) fn of(call: &Call) -> Request<'b> {
        let path = call.path.as_deref().unwrap_or_default();
        Request {
            operation: Some(call.operation),
            needs: Some(call.operation.since),
            invalid: call.path.as_ref().err().cloned(),
            ..Request::raw(call.operation.method, path)
        }
    }

    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.operation
    }

    /// Sets the API version that introduced the operation or a parameter in use. The highest version
    /// counts. A session with an older version refuses the request before sending it.
    pub(crate) fn since(self, major: u16, minor: u16) -> Request<'b> {
        self.since_version(ApiVersion::new(major, minor))
    }

    pub(crate) fn since_version(mut self, version: ApiVersion) -> Request<'b> {
        self.needs = self.needs.max(Some(version));
        self
    }

    pub(crate) fn needs(&self) -> Option<ApiVersion> {
        self.needs
    }

    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn query(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Request<'b> {
        self.query.push((name.into(), value.into()));
        self
    }

    pub(crate) fn has_query(&self) -> bool {
        !self.query.is_empty()
    }

    pub(crate) fn body(mut self, body: Body<'b>) -> Request<'b> {
        self.body = body;
        self
    }

    /// Sets an XML body.
    pub(crate) fn xml(self, text: String) -> Request<'b> {
        self.body(Body::bytes("text/xml", text))
    }

    /// Sets a JSON body.
    pub(crate) fn json(self, text: impl Into<Vec<u8>>) -> Request<'b> {
        self.body(Body::bytes("application/json", text))
    }

    /// Sets a body that is read while it is sent.
    pub(crate) fn stream(
        self,
        content_type: impl Into<String>,
        source: impl Replay + 'b,
    ) -> Request<'b> {
        let source = Box::new(source);
        self.body(Body::Stream { content_type: content_type.into(), source })
    }

    /// Adds a header.
    pub(crate) fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) -> Request<'b> {
        self.add_header(name, value);
        self
    }

    pub(crate) fn add_header(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) {
        self.headers.push((name.into(), value.into()));
    }

    /// Adds a header that the caller chose, under the same rules as the headers of [`HttpOptions`].
    pub(crate) fn checked_header(self, name: String, value: String) -> Result<Request<'b>> {
        let options = HttpOptions::new().header(&*name, &*value);
        options.check().map_err(|error| Error::input(error.to_string()))?;
        let mut request = self.header(name, value);
        request.secrets.extend(options.secrets());
        Ok(request)
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header.0.eq_ignore_ascii_case(name))
    }

    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.body, Body::None)
    }

    /// Sets the media type of the body.
    pub(crate) fn content_type(&mut self, media_type: String) -> Result<()> {
        let options = HttpOptions::new().header("Accept", &*media_type);
        options.check().map_err(|_| Error::input(format!("invalid media type {media_type:?}")))?;
        match &mut self.body {
            Body::None => {}
            Body::Bytes { content_type, .. } => *content_type = media_type.into(),
            Body::Stream { content_type, .. } => *content_type = media_type,
        }
        Ok(())
    }

    /// Uses the long response timeout, because the server completes the operation before it responds.
    pub(crate) fn long_running(mut self) -> Request<'b> {
        self.response_timeout = ResponseTimeout::Long;
        self
    }

    /// Sets an XML body: the element in `<tsRequest>`.
    pub(crate) fn element(self, inside: &dyn ToXml) -> Result<Request<'b>> {
        Ok(self.xml(xml::request(inside)?))
    }

    /// Redacts a secret in the body from messages, in case the server repeats it.
    pub(crate) fn hiding(mut self, secret: Option<&Secret>) -> Request<'b> {
        self.secrets.extend(secret.cloned());
        self
    }

    /// Limits the time for the request and its retries, in addition to the options.
    pub(crate) fn within(mut self, longest: Duration) -> Request<'b> {
        self.within = Some(longest);
        self
    }

    /// Marks a `PUT` that appends, such as a chunk of an upload: it is sent again only if the server cannot
    /// have processed it.
    pub(crate) fn adding(mut self) -> Request<'b> {
        self.retry_safety = RetrySafety::IfNotSent;
        self
    }

    /// Marks a `POST` or `PATCH` that is idempotent.
    pub(crate) fn repeatable(mut self) -> Request<'b> {
        self.retry_safety = RetrySafety::Always;
        self
    }

    /// Sets the deadline of the operation that the request is a part of.
    pub(crate) fn until(mut self, deadline: Option<Instant>) -> Request<'b> {
        self.until = deadline;
        self
    }

    /// The deadline, if there is one and the request was sent.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Sends the request without waiting for a permit.
    pub(crate) fn ignoring_limits(mut self) -> Request<'b> {
        self.ignores_limits = true;
        self
    }

    /// Marks an error as occurring before the request was sent, unless an earlier attempt may have
    /// reached the server.
    pub(crate) fn not_sent(&self, error: Error) -> Error {
        match self.may_have_arrived {
            true => error,
            false => error.before_sending(),
        }
    }

    /// The same request without its body.
    pub(crate) fn repeat(&self) -> Request<'static> {
        let mut request = Request::new(self.method.clone(), &*self.path);
        request.query.clone_from(&self.query);
        request.headers.clone_from(&self.headers);
        request.secrets.clone_from(&self.secrets);
        request
    }

    /// Replaces the path and the query.
    pub(crate) fn at(self, (path, query): (String, Vec<(String, String)>)) -> Request<'b> {
        Request { path, query, ..self }
    }

    /// Whether the request may be sent more than once.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.retry_safety != RetrySafety::Never
    }

    /// Sends the request once, without retries.
    pub(crate) fn once(mut self) -> Request<'b> {
        self.retry_safety = RetrySafety::Never;
        self
    }

    /// The encoded path and query.
    pub(crate) fn path_and_query(&self) -> Result<String> {
        if let Some(why) = &self.invalid {
            return Err(Error::input(why));
        }
        // With an empty or dotted id, the path would address another resource.
        let mut segments = self.path.as_bytes().split(|byte| *byte == b'/').skip(1);
        if segments.any(|segment| matches!(segment, b"" | b"." | b"..")) {
            return Err(Error::input(format!(
                "invalid path {:?}: a segment is empty, `.` or `..`",
                self.path
            )));
        }
        let mut out = self.path.clone();
        for (at, (name, value)) in self.query.iter().enumerate() {
            out.push(if at == 0 { '?' } else { '&' });
            out.push_str(&encode_segment(name));
            out.push('=');
            out.extend(utf8_percent_encode(value, QUERY_VALUE));
        }
        Ok(out)
    }
}

/// Encodes less than a path segment: `:` and `,` stay readable, as in the filter `name:eq:x,y`.
const QUERY_VALUE: &AsciiSet = &RESERVED.remove(b':').remove(b',');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_query_parameters_once() {
        let request = Request::raw(operation::Method::Get, "/api/3.24/x")
            .query("filter", "name:eq:R&D a+b,ü%");
        let sent = request.path_and_query().unwrap();
        assert_eq!(sent, "/api/3.24/x?filter=name:eq:R%26D%20a%2Bb,%C3%BC%25");
    }

    #[test]
    fn rejects_paths_with_empty_or_dotted_segments() {
        for path in ["/api/3.24/workbooks/", "/api/3.24/workbooks/..", "/api//workbooks"] {
            let error = Request::raw(operation::Method::Get, path).path_and_query().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Input, "{path}");
        }
    }
}
