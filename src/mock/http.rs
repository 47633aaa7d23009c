//! HTTP/1.1 as a server reads it: [`Wire`] takes requests off a stream, within strict limits.

use std::io::{self, Read, Write};

/// The most that a request line and the headers may take together.
const MAX_HEAD: usize = 64 << 10;
/// The most headers that a request may have.
const MAX_HEADERS: usize = 200;
/// The most that a chunk's size line, or the trailers, may take.
const MAX_CHUNK_LINE: usize = 4 << 10;

/// The first lines of a request.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) method: String,
    /// The path as sent, percent-encoded, without the query.
    pub(super) path: String,
    /// The query as sent, without the question mark.
    pub(super) query: String,
    pub(super) headers: Vec<(String, String)>,
    http_1_0: bool,
}

impl Head {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether the client wants another answer on this connection.
    pub(super) fn keeps_alive(&self) -> bool {
        let says = |what: &str| {
            self.header("connection")
                .is_some_and(|value| value.split(',').any(|v| v.trim().eq_ignore_ascii_case(what)))
        };
        if self.http_1_0 { says("keep-alive") } else { !says("close") }
    }

    pub(super) fn expects_continue(&self) -> bool {
        !self.http_1_0
            && self.header("expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue"))
    }

    fn framing(&self) -> Result<Framing, Broken> {
        let mut lengths =
            self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let chunked = self.header("transfer-encoding");
        match (chunked, lengths.next()) {
            (Some(_), Some(_)) => Err(Broken::Refused(400, "both a length and an encoding")),
            (Some(coding), None) if coding.trim().eq_ignore_ascii_case("chunked") => {
                Ok(Framing::Chunked)
            }
            (Some(_), None) => Err(Broken::Refused(501, "unknown transfer encoding")),
            (None, None) => Ok(Framing::Length(0)),
            (None, Some((_, first))) => {
                if lengths.any(|(_, other)| other != first) {
                    return Err(Broken::Refused(400, "two different lengths"));
                }
                if first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(Broken::Refused(400, "a length that is no number"));
                }
                // Digits only, so a failure means a number beyond all bounds.
                Ok(Framing::Length(first.parse().unwrap_or(u64::MAX)))
            }
        }
    }
}

enum Framing {
    Length(u64),
    Chunked,
}

/// Why no request could be read.
#[derive(Debug)]
pub(super) enum Broken {
    /// The client closed the connection, between two requests or within one.
    Closed,
    /// The client sent nothing for too long.
    Slow,
    /// What it sent is no HTTP, or too much of it: answered with this status, then closed.
    Refused(u16, &'static str),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Broken::Slow,
            _ => Broken::Closed,
        }
    }
}

/// A stream that requests are read from, with what was read too far.
pub(super) struct Wire<S> {
    stream: S,
    buffer: Vec<u8>,
    /// Where the unused bytes of `buffer` begin.
    at: usize,
}

impl<S: Read + Write> Wire<S> {
    pub(super) fn new(stream: S) -> Wire<S> {
        Wire { stream, buffer: Vec::new(), at: 0 }
    }

    pub(super) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    /// Waits until a request begins.
    pub(super) fn wait(&mut self) -> Result<(), Broken> {
        if self.at == self.buffer.len() && self.fill()? == 0 {
            return Err(Broken::Closed);
        }
        Ok(())
    }

    /// Whether the client begins a TLS handshake instead of a request.
    pub(super) fn begins_with_tls(&self) -> bool {
        const HANDSHAKE: u8 = 0x16;
        self.buffer.get(self.at) == Some(&HANDSHAKE)
    }

    pub(super) fn head(&mut self) -> Result<Head, Broken> {
        let end = self.find_end_of_head()?;
        let text = std::str::from_utf8(&self.buffer[self.at..end])
            .map_err(|_| Broken::Refused(400, "headers that are not UTF-8"))?;
        let head = parse_head(text);
        self.at = end;
        head
    }

    // The empty line that ends the head; a bare LF is taken as a line's end, as RFC 9112 allows.
    fn find_end_of_head(&mut self) -> Result<usize, Broken> {
        // Filling moves the unused bytes to the buffer's start.
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let mut seen = 0;
        loop {
            while let Some(lf) = self.buffer[seen..].iter().position(|&b| b == b'\n') {
                let line_end = seen + lf;
                let rest = &self.buffer[line_end + 1..];
                if rest.first() == Some(&b'\n') {
                    return Ok(line_end + 2);
                }
                if rest.starts_with(b"\r\n") {
                    return Ok(line_end + 3);
                }
                if rest.len() < 2 {
                    break;
                }
                seen = line_end + 1;
            }
            if self.buffer.len() > MAX_HEAD {
                return Err(Broken::Refused(431, "too many or too long headers"));
            }
            if self.fill()? == 0 {
                return Err(Broken::Closed);
            }
        }
    }

    /// The body that the head announces, at most `most` bytes of it.
    pub(super) fn body(&mut self, head: &Head, most: u64) -> Result<Vec<u8>, Broken> {
        match head.framing()? {
            Framing::Length(length) if length > most => Err(Broken::Refused(413, "body too large")),
            Framing::Length(length) => {
                let mut body = Vec::new();
                self.take_into(&mut body, length)?;
                Ok(body)
            }
            Framing::Chunked => self.chunks(most),
        }
    }

    /// Whether the head's own words about the body can be followed at all.
    pub(super) fn check(head: &Head, most: u64) -> Result<(), Broken> {
        match head.framing()? {
            Framing::Length(length) if length > most => Err(Broken::Refused(413, "body too large")),
            _ => Ok(()),
        }
    }

    fn chunks(&mut self, most: u64) -> Result<Vec<u8>, Broken> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            if size.is_empty() || size.len() > 16 || !size.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(Broken::Refused(400, "a chunk size that is no number"));
            }
            let size = u64::from_str_radix(size, 16).unwrap_or(u64::MAX);
            if size == 0 {
                break;
            }
            if size > most.saturating_sub(body.len() as u64) {
                return Err(Broken::Refused(413, "body too large"));
            }
            self.take_into(&mut body, size)?;
            if !self.line()?.is_empty() {
                return Err(Broken::Refused(400, "a chunk that does not end where it says"));
            }
        }
        let mut trailers = 0;
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(body);
            }
            trailers += line.len();
            if trailers > MAX_CHUNK_LINE {
                return Err(Broken::Refused(431, "too long trailers"));
            }
        }
    }

    fn line(&mut self) -> Result<String, Broken> {
        loop {
            if let Some(lf) = self.buffer[self.at..].iter().position(|&b| b == b'\n') {
                let line = &self.buffer[self.at..self.at + lf];
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let line = String::from_utf8_lossy(line).into_owned();
                self.at += lf + 1;
                return Ok(line);
            }
            if self.buffer.len() - self.at > MAX_CHUNK_LINE {
                return Err(Broken::Refused(400, "too long a line"));
            }
            if self.fill()? == 0 {
                return Err(Broken::Closed);
            }
        }
    }

    fn take_into(&mut self, body: &mut Vec<u8>, mut count: u64) -> Result<(), Broken> {
        while count > 0 {
            if self.at == self.buffer.len() && self.fill()? == 0 {
                return Err(Broken::Closed);
            }
            let here = &self.buffer[self.at..];
            let taken = here.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            body.extend_from_slice(&here[..taken]);
            self.at += taken;
            count -= taken as u64;
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<usize, Broken> {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let mut piece = [0; 16 << 10];
        loop {
            match self.stream.read(&mut piece) {
                Ok(read) => {
                    self.buffer.extend_from_slice(&piece[..read]);
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn parse_head(text: &str) -> Result<Head, Broken> {
    let bad = |why| Broken::Refused(400, why);
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(bad("a request line that is none"));
    };
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(bad("a method that is none"));
    }
    let http_1_0 = match version {
        "HTTP/1.1" => false,
        "HTTP/1.0" => true,
        _ => return Err(Broken::Refused(505, "an HTTP version that is not spoken")),
    };
    let mut headers = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        if headers.len() == MAX_HEADERS {
            return Err(Broken::Refused(431, "too many headers"));
        }
        let (name, value) = line.split_once(':').ok_or(bad("a header without a colon"))?;
        if name.is_empty() || name.contains([' ', '\t']) {
            return Err(bad("a header name that is none"));
        }
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let target = absolute_form(target).unwrap_or(target);
    if !target.starts_with('/') {
        return Err(bad("a target that is no path"));
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Head {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        http_1_0,
    })
}

// A client that talks to a proxy names the whole address; the server is then its own proxy.
fn absolute_form(target: &str) -> Option<&str> {
    let rest = target.strip_prefix("http://").or_else(|| target.strip_prefix("https://"))?;
    Some(rest.find('/').map_or("/", |slash| &rest[slash..]))
}

/// The words that go with a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives the bytes in pieces of one size, so that every boundary is crossed.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(self.0.len()).min(buffer.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    impl Write for Pieces<'_> {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn requests_one_after_the_other() {
        let text = b"POST /a%20b?x=1+2&y HTTP/1.1\r\nHost: h\r\ntransfer-encoding: Chunked\r\n\r\n\
            3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n\
            GET / HTTP/1.1\nContent-Length: 2\n\nhi";
        for size in [1, 2, 3, 7, 1000] {
            let mut wire = Wire::new(Pieces(text, size));
            let head = wire.head().unwrap();
            assert_eq!((head.path.as_str(), head.query.as_str()), ("/a%20b", "x=1+2&y"));
            assert_eq!(head.header("HOST"), Some("h"));
            assert!(head.keeps_alive());
            assert_eq!(wire.body(&head, 100).unwrap(), b"abcde");
            let head = wire.head().unwrap();
            assert_eq!(wire.body(&head, 100).unwrap(), b"hi");
            assert!(matches!(wire.wait(), Err(Broken::Closed)));
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100_000));
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(100_000));
        for (text, status) in [
            ("GET /\r\n\r\n", 400),
            ("GET  / HTTP/1.1\r\n\r\n", 400),
            ("G\u{1}T / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/2.0\r\n\r\n", 505),
            ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nsp ace: x\r\n\r\n", 400),
            ("GET example.com HTTP/1.1\r\n\r\n", 400),
            (&many, 431),
            (&long, 431),
        ] {
            let refused = Wire::new(Pieces(text.as_bytes(), 5000)).head();
            assert!(matches!(refused, Err(Broken::Refused(s, _)) if s == status), "{refused:?}");
        }
        for (headers, rest, status) in [
            ("Content-Length: x", "", 400),
            ("Content-Length: 1\r\nContent-Length: 2", "ab", 400),
            ("Content-Length: 99999999999999999999999", "", 413),
            ("Content-Length: 1\r\nTransfer-Encoding: chunked", "a", 400),
            ("Transfer-Encoding: gzip", "", 501),
            ("Transfer-Encoding: chunked", "xyz\r\n", 400),
            ("Transfer-Encoding: chunked", "1\r\nab\r\n", 400),
            ("Transfer-Encoding: chunked", "FFFFFFFFFFFFFFFF\r\n", 413),
        ] {
            let text = format!("PUT / HTTP/1.1\r\n{headers}\r\n\r\n{rest}");
            let mut wire = Wire::new(Pieces(text.as_bytes(), 5));
            let head = wire.head().unwrap();
            let refused = wire.body(&head, 1000);
            assert!(matches!(refused, Err(Broken::Refused(s, _)) if s == status), "{headers}");
        }
        let mut wire = Wire::new(Pieces(b"PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", 9));
        let head = wire.head().unwrap();
        assert!(matches!(wire.body(&head, 1000), Err(Broken::Closed)));
    }
}
