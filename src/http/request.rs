//! [`Request`]: what is to be sent, built without a network.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::Method;

use super::retry::Repeat;
use crate::encoding::encode_segment;
use crate::operation::{self, Call, Operation};
use crate::secret::Secret;
use crate::version::ApiVersion;
use crate::xml::{self, ToXml};
use crate::{Error, Result};

/// A request before it is sent: a value that can be sent again, to another place too.
pub(crate) struct Request<'b> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Body<'b>,
    pub(super) patience: Patience,
    pub(super) within: Option<Duration>,
    pub(super) repeat: Repeat,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) secrets: Vec<Secret>,
    /// When all of it has to be done, since it was sent first: also where the session has to sign in
    /// again in between.
    pub(super) until: Option<Instant>,
    /// An earlier try may have been carried out, though its answer was lost.
    pub(super) may_have_arrived: bool,
    /// It does not wait for its turn.
    pub(super) at_once: bool,
    needs: Option<ApiVersion>,
    /// The operation, unless the request is not one of a session's resources.
    operation: Option<&'static Operation>,
    /// Why the path cannot be sent.
    invalid: Option<String>,
}

/// How long a server may be silent before its answer begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// As long as `read_timeout` says.
    Answer,
    /// At least half an hour: it has to work first.
    Work,
}

pub(crate) enum Body<'b> {
    None,
    Bytes {
        content_type: &'static str,
        bytes: Vec<u8>,
    },
    /// Read while it is sent; opened anew where it has to be sent again.
    Stream {
        content_type: String,
        source: &'b mut dyn Replay,
    },
}

/// What a body is read from.
pub(crate) trait Replay {
    /// How many bytes it has.
    fn length(&self) -> u64;

    /// All of it, from its start; asked for again where it has to be sent again.
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>>;
}

impl<'b> Request<'b> {
    fn new(method: Method, path: impl Into<String>) -> Request<'b> {
        let repeat = match method {
            Method::POST | Method::PATCH => Repeat::Doubles,
            _ => Repeat::Harmless,
        };
        Request {
            method,
            repeat,
            path: path.into(),
            query: Vec::new(),
            body: Body::None,
            patience: Patience::Answer,
            within: None,
            headers: Vec::new(),
            secrets: Vec::new(),
            until: None,
            may_have_arrived: false,
            at_once: false,
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

    #[cfg(test)]
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

    /// The first API version that has the call, or what is asked in it; the newest counts. Older
    /// sessions refuse it before sending.
    pub(crate) fn since(mut self, major: u16, minor: u16) -> Request<'b> {
        self.needs = self.needs.max(Some(ApiVersion::new(major, minor)));
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

    pub(crate) fn body(mut self, body: Body<'b>) -> Request<'b> {
        self.body = body;
        self
    }

    /// A text of XML as the body.
    pub(crate) fn xml(self, text: String) -> Request<'b> {
        self.body(Body::Bytes { content_type: "text/xml", bytes: text.into_bytes() })
    }

    /// A text of JSON as the body.
    pub(crate) fn json(self, text: String) -> Request<'b> {
        self.body(Body::Bytes { content_type: "application/json", bytes: text.into_bytes() })
    }

    /// A body that is read while it is sent.
    pub(crate) fn stream(
        self,
        content_type: impl Into<String>,
        source: &'b mut dyn Replay,
    ) -> Request<'b> {
        self.body(Body::Stream { content_type: content_type.into(), source })
    }

    /// A header of this request's own.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Request<'b> {
        self.headers.push((name, value.into()));
        self
    }

    /// The server has to work before it can answer, and gets the time for it.
    pub(crate) fn patiently(mut self) -> Request<'b> {
        self.patience = Patience::Work;
        self
    }

    /// An element as the body, in `<tsRequest>`.
    pub(crate) fn element(self, inside: &impl ToXml) -> Result<Request<'b>> {
        Ok(self.xml(xml::request(inside)?))
    }

    /// Keeps what the body says in confidence out of messages, should the server repeat it.
    pub(crate) fn hiding(mut self, secret: Option<&Secret>) -> Request<'b> {
        self.secrets.extend(secret.cloned());
        self
    }

    /// Bounds the whole request, whatever the options say.
    pub(crate) fn within(mut self, longest: Duration) -> Request<'b> {
        self.within = Some(longest);
        self
    }

    /// A `PUT` that adds to what is there, as an upload's chunks do: sent again only if it cannot
    /// have been received.
    pub(crate) fn adding(mut self) -> Request<'b> {
        self.repeat = Repeat::Doubles;
        self
    }

    /// A `POST` or `PATCH` that does no more when it is carried out twice.
    pub(crate) fn repeatable(mut self) -> Request<'b> {
        self.repeat = Repeat::Harmless;
        self
    }

    /// Has to be done by then, as a part of something that has.
    pub(crate) fn until(mut self, deadline: Option<Instant>) -> Request<'b> {
        self.until = deadline;
        self
    }

    /// When it has to be done, if it was sent and is bounded.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.until
    }

    /// Waits for no turn, however many requests there are at the time.
    pub(crate) fn at_once(mut self) -> Request<'b> {
        self.at_once = true;
        self
    }

    /// An error before it was sent, or sent once more.
    pub(crate) fn not_sent(&self, error: Error) -> Error {
        match self.may_have_arrived {
            true => error,
            false => error.before_sending(),
        }
    }

    /// Whether it may be sent a second time at all.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.repeat != Repeat::Never
    }

    /// Tried once, whatever becomes of it.
    pub(crate) fn once(mut self) -> Request<'b> {
        self.repeat = Repeat::Never;
        self
    }

    /// Path and query as they are sent.
    pub(crate) fn path_and_query(&self) -> Result<String> {
        if let Some(why) = &self.invalid {
            return Err(Error::input(why));
        }
        // An id that is empty or dotted would make this the address of something else.
        if self.path.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
            return Err(Error::input(format!(
                "an id or a name in the address {:?} is empty or made of dots",
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

/// As [`encode_segment`], with the marks of a filter (`name:eq:x,y`) left readable.
fn encode_query_value(text: &str) -> String {
    encode_segment(text).replace("%3A", ":").replace("%2C", ",")
}

/// Yields exactly `left` bytes, or an error: of a shorter body ureq would ask on for ever, and a
/// longer one would be cut short in silence.
pub(super) struct Exact<R> {
    source: R,
    left: u64,
}

impl<R: Read> Exact<R> {
    pub(super) fn new(source: R, length: u64) -> Exact<R> {
        Exact { source, left: length }
    }
}

impl<R: Read> Read for Exact<R> {
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
            return Err(SourceFailed::mark(io::Error::other("it is longer than was said")));
        }
        Ok(read)
    }
}

/// The caller's own reader failed, not the connection.
#[derive(Debug)]
pub(super) struct SourceFailed(io::Error);

impl SourceFailed {
    pub(super) fn mark(cause: io::Error) -> io::Error {
        io::Error::other(SourceFailed(cause))
    }
}

impl std::fmt::Display for SourceFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "reading what was to be sent failed: {}", self.0)
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
    fn queries_are_encoded_once() {
        let request = Request::get("/api/3.24/x").query("filter", "name:eq:R&D a+b,ü%");
        let sent = request.path_and_query().unwrap();
        assert_eq!(sent, "/api/3.24/x?filter=name:eq:R%26D%20a%2Bb,%C3%BC%25");
    }

    #[test]
    fn an_empty_id_reaches_nothing_else() {
        for path in ["/api/3.24/workbooks/", "/api/3.24/workbooks/..", "/api//workbooks"] {
            let error = Request::get(path).path_and_query().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Input, "{path}");
        }
    }

    #[test]
    fn a_source_is_exactly_as_long_as_said() {
        let read = |length| {
            let mut out = Vec::new();
            Exact::new(&b"12345"[..], length).read_to_end(&mut out).map(|_| out)
        };
        assert_eq!(read(5).unwrap(), b"12345");
        assert!(read(6).unwrap_err().to_string().contains("1 bytes early"));
        assert!(read(4).unwrap_err().to_string().contains("longer"));
        assert!(read(0).unwrap().is_empty());
    }
}
