//! HTTP/1.1: [`RequestReader`] reads requests from a stream, within strict limits.

use std::io::{self, Read, Write};

/// Maximum number of bytes of a request line and the headers.
const MAX_HEAD: usize = 64 << 10;
/// Maximum number of headers of a request.
const MAX_HEADERS: usize = 200;
/// Maximum number of bytes of a chunk's size line, and of the trailers.
const MAX_CHUNK_LINE: usize = 4 << 10;

/// The head of a request: its first line and its headers.
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

    /// Whether the connection stays open after the response.
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

    fn framing(&self) -> Result<Framing, ReadError> {
        let mut lengths =
            self.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let chunked = self.header("transfer-encoding");
        match (chunked, lengths.next()) {
            (Some(_), Some(_)) => {
                Err(ReadError::Rejected(400, "it has a Content-Length and a Transfer-Encoding"))
            }
            (Some(coding), None) if coding.trim().eq_ignore_ascii_case("chunked") => {
                Ok(Framing::Chunked)
            }
            (Some(_), None) => {
                Err(ReadError::Rejected(501, "its Transfer-Encoding is not chunked"))
            }
            (None, None) => Ok(Framing::Length(0)),
            (None, Some((_, first))) => {
                if lengths.any(|(_, other)| other != first) {
                    return Err(ReadError::Rejected(
                        400,
                        "it has two different Content-Length headers",
                    ));
                }
                if first.is_empty() || !first.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(ReadError::Rejected(400, "its Content-Length is not a number"));
                }
                // It has only digits, so parsing fails only if the number is too large.
                Ok(Framing::Length(first.parse().unwrap_or(u64::MAX)))
            }
        }
    }
}

enum Framing {
    Length(u64),
    Chunked,
}

/// Why a request could not be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// The client closed the connection, between two requests or within one.
    Closed,
    /// The client sent nothing within the read timeout.
    TimedOut,
    /// The request is not valid HTTP, or too large. The response has this status and reason, and
    /// closes the connection.
    Rejected(u16, &'static str),
}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> ReadError {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ReadError::TimedOut,
            _ => ReadError::Closed,
        }
    }
}

/// Reads requests from a stream. Bytes that were read beyond a request are kept for the next one.
pub(super) struct RequestReader<S> {
    stream: S,
    buffer: Vec<u8>,
    /// Where the unused bytes of `buffer` begin.
    at: usize,
}

impl<S: Read + Write> RequestReader<S> {
    pub(super) fn new(stream: S) -> RequestReader<S> {
        RequestReader { stream, buffer: Vec::new(), at: 0 }
    }

    pub(super) fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    /// Waits until a request begins.
    pub(super) fn wait(&mut self) -> Result<(), ReadError> {
        if self.at == self.buffer.len() && self.fill()? == 0 {
            return Err(ReadError::Closed);
        }
        Ok(())
    }

    /// Whether the client begins a TLS handshake instead of a request.
    pub(super) fn begins_with_tls(&self) -> bool {
        const HANDSHAKE: u8 = 0x16;
        self.buffer.get(self.at) == Some(&HANDSHAKE)
    }

    pub(super) fn head(&mut self) -> Result<Head, ReadError> {
        let end = self.find_end_of_head()?;
        let text = std::str::from_utf8(&self.buffer[self.at..end])
            .map_err(|_| ReadError::Rejected(400, "its headers are not UTF-8"))?;
        let head = parse_head(text);
        self.at = end;
        head
    }

    // The position after the empty line that ends the head. RFC 9112 allows a line to end with LF only.
    fn find_end_of_head(&mut self) -> Result<usize, ReadError> {
        // The unused bytes move to the start of the buffer, where `seen` counts from.
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
                return Err(ReadError::Rejected(431, "its headers are too long"));
            }
            if self.fill()? == 0 {
                return Err(ReadError::Closed);
            }
        }
    }

    /// Reads the body of a request; one with more than `most` bytes is rejected.
    pub(super) fn body(&mut self, head: &Head, most: u64) -> Result<Vec<u8>, ReadError> {
        match head.framing()? {
            Framing::Length(length) if length > most => {
                Err(ReadError::Rejected(413, "its body is too large"))
            }
            Framing::Length(length) => {
                let mut body = Vec::new();
                self.take_into(&mut body, length)?;
                Ok(body)
            }
            Framing::Chunked => self.chunks(most),
        }
    }

    /// Rejects a request whose headers already show that its body cannot be read.
    pub(super) fn check(head: &Head, most: u64) -> Result<(), ReadError> {
        match head.framing()? {
            Framing::Length(length) if length > most => {
                Err(ReadError::Rejected(413, "its body is too large"))
            }
            _ => Ok(()),
        }
    }

    fn chunks(&mut self, most: u64) -> Result<Vec<u8>, ReadError> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            if size.is_empty() || size.len() > 16 || !size.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(ReadError::Rejected(400, "the size of a chunk is not a number"));
            }
            let size = u64::from_str_radix(size, 16).unwrap_or(u64::MAX);
            if size == 0 {
                break;
            }
            if size > most.saturating_sub(body.len() as u64) {
                return Err(ReadError::Rejected(413, "its body is too large"));
            }
            self.take_into(&mut body, size)?;
            if !self.line()?.is_empty() {
                return Err(ReadError::Rejected(400, "a chunk is longer than its size"));
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
                return Err(ReadError::Rejected(431, "its trailers are too long"));
            }
        }
    }

    fn line(&mut self) -> Result<String, ReadError> {
        loop {
            if let Some(lf) = self.buffer[self.at..].iter().position(|&b| b == b'\n') {
                let line = &self.buffer[self.at..self.at + lf];
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let line = String::from_utf8_lossy(line).into_owned();
                self.at += lf + 1;
                return Ok(line);
            }
            if self.buffer.len() - self.at > MAX_CHUNK_LINE {
                return Err(ReadError::Rejected(
                    400,
                    "the line with the size of a chunk is too long",
                ));
            }
            if self.fill()? == 0 {
                return Err(ReadError::Closed);
            }
        }
    }

    fn take_into(&mut self, body: &mut Vec<u8>, mut count: u64) -> Result<(), ReadError> {
        while count > 0 {
            if self.at == self.buffer.len() && self.fill()? == 0 {
                return Err(ReadError::Closed);
            }
            let here = &self.buffer[self.at..];
            let taken = here.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            body.extend_from_slice(&here[..taken]);
            self.at += taken;
            count -= taken as u64;
        }
        Ok(())
    }

    fn fill(&mut self) -> Result<usize, ReadError> {
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

fn parse_head(text: &str) -> Result<Head, ReadError> {
    let bad = |why| ReadError::Rejected(400, why);
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(bad("its first line is not a request line"));
    };
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(bad("its method is not valid"));
    }
    let http_1_0 = match version {
        "HTTP/1.1" => false,
        "HTTP/1.0" => true,
        _ => return Err(ReadError::Rejected(505, "its HTTP version is not supported")),
    };
    let mut headers = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        if headers.len() == MAX_HEADERS {
            return Err(ReadError::Rejected(431, "it has too many headers"));
        }
        let (name, value) = line.split_once(':').ok_or(bad("a header has no colon"))?;
        if name.is_empty() || name.contains([' ', '\t']) {
            return Err(bad("the name of a header is not valid"));
        }
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let target = absolute_form(target).unwrap_or(target);
    if !target.starts_with('/') {
        return Err(bad("its target is not a path"));
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

// A client that uses a proxy sends the whole URL.
fn absolute_form(target: &str) -> Option<&str> {
    let rest = target.strip_prefix("http://").or_else(|| target.strip_prefix("https://"))?;
    Some(rest.find('/').map_or("/", |slash| &rest[slash..]))
}

/// The reason phrase of a status.
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

    /// Returns the bytes in pieces of one size, so that every boundary is tested.
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
    fn reads_consecutive_requests() {
        let text = b"POST /a%20b?x=1+2&y HTTP/1.1\r\nHost: h\r\ntransfer-encoding: Chunked\r\n\r\n\
            3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n\
            GET / HTTP/1.1\nContent-Length: 2\n\nhi";
        for size in [1, 2, 3, 7, 1000] {
            let mut reader = RequestReader::new(Pieces(text, size));
            let head = reader.head().unwrap();
            assert_eq!((head.path.as_str(), head.query.as_str()), ("/a%20b", "x=1+2&y"));
            assert_eq!(head.header("HOST"), Some("h"));
            assert!(head.keeps_alive());
            assert_eq!(reader.body(&head, 100).unwrap(), b"abcde");
            let head = reader.head().unwrap();
            assert_eq!(reader.body(&head, 100).unwrap(), b"hi");
            assert!(matches!(reader.wait(), Err(ReadError::Closed)));
        }
    }

    #[test]
    fn rejects_invalid_requests() {
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
            let refused = RequestReader::new(Pieces(text.as_bytes(), 5000)).head();
            assert!(
                matches!(refused, Err(ReadError::Rejected(s, _)) if s == status),
                "{refused:?}"
            );
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
            let mut reader = RequestReader::new(Pieces(text.as_bytes(), 5));
            let head = reader.head().unwrap();
            let refused = reader.body(&head, 1000);
            assert!(matches!(refused, Err(ReadError::Rejected(s, _)) if s == status), "{headers}");
        }
        let mut reader =
            RequestReader::new(Pieces(b"PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf", 9));
        let head = reader.head().unwrap();
        assert!(matches!(reader.body(&head, 1000), Err(ReadError::Closed)));
    }
}
