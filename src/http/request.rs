//! [`Request`]: a request that was not sent yet.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::Method;

use super::retry::RetrySafety;
use crate::encoding::encode_segment;
use crate::operation::{self, Call, Operation};
use crate::secret::Secret;
use crate::version::ApiVersion;
use crate::xml::{self, ToXml};
use crate::{Error, Result};

/// A request to be sent. The same value can be sent again, and follows redirects.
pub(crate) struct Request<'b> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Body<'b>,
    pub(super) response_timeout: ResponseTimeout,
    pub(super) within: Option<Duration>,
    pub(super) retry_safety: RetrySafety,
    pub(super) headers: Vec<(&'static str, String)>,
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
        content_type: &'static str,
        bytes: Vec<u8>,
    },
    /// Read while it is sent, and opened again for each further attempt.
    Stream {
        content_type: String,
        source: &'b mut dyn Replay,
    },
}

/// The source of a streamed body.
pub(crate) trait Replay {
    /// Length in bytes.
    fn length(&self) -> u64;

    /// Opens the source at its start. Called once per attempt.
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>>;
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

    /// A request for an operation.
    pub(crate) fn of(call: &Call) -> Request<'b> {
        let method = match call.operation.method {
            operation::Method::Get => Method::GET,
            operation::Method::Post => Method::POST,
            operation::Method::Put => Method::PUT,
            operation::Method::Patch => Method::PATCH,
            operation::Method::Delete => Method::DELETE,
        };
        let path = call.path.as_deref().unwrap_or_default();
        Request {
            operation: Some(call.operation),
            needs: Some(call.operation.since),
            invalid: call.path.as_ref().err().cloned(),
            ..Request::new(method, path)
        }
    }

    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.operation
    }

    #[cfg(any(test, fuzzing))]
    pub(crate) fn get(path: impl Into<String>) -> Request<'b> {
        Request::new(Method::GET, path)
    }

    #[cfg(test)]
    pub(crate) fn put(path: impl Into<String>) -> Request<'b> {
        Request::new(Method::PUT, path)
    }

    #[cfg(test)]
    pub(crate) fn post(path: impl Into<String>) -> Request<'b> {
        Request::new(Method::POST, path)
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
        self.body(Body::Bytes { content_type: "text/xml", bytes: text.into_bytes() })
    }

    /// Sets a JSON body.
    pub(crate) fn json(self, text: String) -> Request<'b> {
        self.body(Body::Bytes { content_type: "application/json", bytes: text.into_bytes() })
    }

    /// Sets a body that is read while it is sent.
    pub(crate) fn stream(
        self,
        content_type: impl Into<String>,
        source: &'b mut dyn Replay,
    ) -> Request<'b> {
        self.body(Body::Stream { content_type: content_type.into(), source })
    }

    /// Adds a header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Request<'b> {
        self.headers.push((name, value.into()));
        self
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

    /// Redacts a secret of the body in messages, in case the server repeats it.
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

    /// Marks an error that occurred before the request was sent, unless an earlier attempt may have
    /// arrived.
    pub(crate) fn not_sent(&self, error: Error) -> Error {
        match self.may_have_arrived {
            true => error,
            false => error.before_sending(),
        }
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
        if self.path.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
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
            out.push_str(&encode_query_value(value));
        }
        Ok(out)
    }
}

/// Like [`encode_segment`], but keeps `:` and `,` readable, as in the filter `name:eq:x,y`.
fn encode_query_value(text: &str) -> String {
    encode_segment(text).replace("%3A", ":").replace("%2C", ",")
}

/// Yields exactly `left` bytes, or an error. ureq would wait forever for the rest of a shorter body,
/// and would truncate a longer one silently.
pub(super) struct ExactLengthReader<R> {
    source: R,
    left: u64,
}

impl<R: Read> ExactLengthReader<R> {
    pub(super) fn new(source: R, length: u64) -> ExactLengthReader<R> {
        ExactLengthReader { source, left: length }
    }
}

impl<R: Read> Read for ExactLengthReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let fits = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if fits == 0 {
            return Ok(0);
        }
        let read = self.source.read(&mut buffer[..fits]).map_err(SourceFailed::mark)?;
        self.left -= read as u64;
        if read == 0 {
            let missing = format!("it ended {} bytes early", self.left);
            return Err(SourceFailed::mark(io::Error::new(io::ErrorKind::UnexpectedEof, missing)));
        }
        if self.left == 0 && self.source.read(&mut [0]).map_err(SourceFailed::mark)? > 0 {
            return Err(SourceFailed::mark(io::Error::other("it is longer than announced")));
        }
        Ok(read)
    }
}

/// The caller's reader failed, not the connection.
#[derive(Debug)]
pub(super) struct SourceFailed(io::Error);

impl SourceFailed {
    pub(super) fn mark(cause: io::Error) -> io::Error {
        io::Error::other(SourceFailed(cause))
    }
}

impl std::fmt::Display for SourceFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "reading the data to send failed: {}", self.0)
    }
}

impl std::error::Error for SourceFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_query_parameters_once() {
        let request = Request::get("/api/3.24/x").query("filter", "name:eq:R&D a+b,ü%");
        let sent = request.path_and_query().unwrap();
        assert_eq!(sent, "/api/3.24/x?filter=name:eq:R%26D%20a%2Bb,%C3%BC%25");
    }

    #[test]
    fn rejects_paths_with_empty_or_dotted_segments() {
        for path in ["/api/3.24/workbooks/", "/api/3.24/workbooks/..", "/api//workbooks"] {
            let error = Request::get(path).path_and_query().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Input, "{path}");
        }
    }

    #[test]
    fn exact_length_reader_rejects_other_lengths() {
        let read = |length| {
            let mut out = Vec::new();
            ExactLengthReader::new(&b"12345"[..], length).read_to_end(&mut out).map(|_| out)
        };
        assert_eq!(read(5).unwrap(), b"12345");
        assert!(read(6).unwrap_err().to_string().contains("1 bytes early"));
        assert!(read(4).unwrap_err().to_string().contains("longer"));
        assert!(read(0).unwrap().is_empty());
    }
}
