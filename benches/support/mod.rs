//! A server on loopback for the benchmarks, which answers with what the benchmark returns.

#![allow(dead_code, reason = "each benchmark uses a part")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// A request whose body is not read yet.
pub struct Request<'a, S> {
    /// The method, and the path with the query.
    pub method: String,
    pub target: String,
    /// The length of the body in bytes.
    pub length: u64,
    stream: &'a mut BufReader<S>,
}

/// Accepts connections on a separate thread until the process ends, and serves each on a thread.
/// Returns the address.
pub fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            // A client may close the connection at any time.
            std::thread::spawn(move || drop(stream.set_nodelay(true).and_then(|()| serve(stream))));
        }
    });
    address
}

/// Reads the requests of a connection and passes each to `respond`.
pub fn serve<S: Read + Write>(
    stream: S,
    mut respond: impl FnMut(Request<'_, S>) -> io::Result<()>,
) -> io::Result<()> {
    let mut stream = BufReader::with_capacity(256 << 10, stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut parts = line.split(' ').map(str::to_owned);
        let (method, target) = (parts.next(), parts.next());
        let (mut length, mut waits) = (0, false);
        loop {
            line.clear();
            stream.read_line(&mut line)?;
            match line.trim_end().to_ascii_lowercase().split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(("expect", "100-continue")) => waits = true,
                Some(_) => {}
                None => break,
            }
        }
        if waits {
            stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        respond(Request {
            method: method.unwrap_or_default(),
            target: target.unwrap_or_default(),
            length,
            stream: &mut stream,
        })?;
    }
}

impl<S: Read + Write> Request<'_, S> {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The last segment of the path.
    pub fn name(&self) -> &str {
        self.path().rsplit('/').next().unwrap_or_default()
    }

    /// A numeric parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<u64> {
        let (_, query) = self.target.split_once('?')?;
        let values = query.split('&').filter_map(|pair| pair.split_once('='));
        values.filter(|(found, _)| *found == name).find_map(|(_, value)| value.parse().ok())
    }

    /// Reads up to `most` bytes of the body and returns how many there were.
    pub fn skip(&mut self, most: u64) -> io::Result<u64> {
        let part = self.length.min(most);
        let read = io::copy(&mut (&mut *self.stream).take(part), &mut io::sink())?;
        self.length -= read;
        if read == part { Ok(read) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Responds with the content of `<tsResponse>`, after reading the rest of the body.
    pub fn respond(self, inside: &str) -> io::Result<()> {
        let namespace = "xmlns=\"http://tableau.com/api\"";
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><tsResponse {namespace}>{inside}</tsResponse>"
        );
        self.respond_with(body.len() as u64, body.as_bytes(), "application/xml")
    }

    /// Responds with `length` bytes: `block` again and again.
    pub fn respond_with(mut self, length: u64, block: &[u8], content_type: &str) -> io::Result<()> {
        self.skip(u64::MAX)?;
        let out = self.stream.get_mut();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\n");
        out.write_all(format!("{head}content-length: {length}\r\n\r\n").as_bytes())?;
        let mut left = length;
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
            out.write_all(&block[..part])?;
            left -= part as u64;
        }
        out.flush()
    }

    /// Responds to what every session requests: version, sign-in, uploads, sign-out.
    pub fn respond_to_session(self) -> io::Result<()> {
        let inside = match self.name() {
            "serverinfo" => {
                "<serverInfo><productVersion build=\"1\">2024.3.0</productVersion>\
                 <restApiVersion>3.24</restApiVersion></serverInfo>"
            }
            "signin" => {
                "<credentials token=\"t\"><site id=\"s\" contentUrl=\"\"/><user id=\"u\"/></credentials>"
            }
            _ if self.path().contains("/fileUploads") => {
                "<fileUpload uploadSessionId=\"f\" fileSize=\"1\"/>"
            }
            _ => "",
        };
        self.respond(inside)
    }
}
