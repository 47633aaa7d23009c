//! A server on loopback whose responses a test writes byte by byte.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// A request as it was received.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The number of its connection, from 0.
    pub connection: usize,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// How a test responds to a request.
pub enum Response {
    /// Sends these bytes and keeps the connection open.
    Send(Vec<u8>),
    /// Sends these bytes and closes the connection.
    SendAndClose(Vec<u8>),
    /// Closes the connection without a response.
    Close,
    /// Sends nothing while the client waits.
    Silence,
    /// Sends these bytes, then nothing more while the client waits.
    SendAndSilence(Vec<u8>),
    /// Sends these pieces, each after a pause, and keeps the connection open.
    Slowly(Vec<Vec<u8>>, Duration),
}

impl Response {
    /// The bytes of a response, for sending them other than with [`Response::Send`].
    pub fn bytes(self) -> Vec<u8> {
        match self {
            Response::Send(bytes)
            | Response::SendAndClose(bytes)
            | Response::SendAndSilence(bytes) => bytes,
            Response::Slowly(pieces, _) => pieces.concat(),
            Response::Close | Response::Silence => Vec::new(),
        }
    }
}

/// A complete response.
pub fn response(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Response {
    let body = body.as_ref();
    let mut out = format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        out += &format!("{name}: {value}\r\n");
    }
    out += "\r\n";
    Response::Send([out.as_bytes(), body].concat())
}

/// A redirect with a body.
pub fn redirect(status: u16, location: &str) -> Response {
    response(status, &[("Location", location)], "<html>moved</html>")
}

/// A success of Tableau with this content.
pub fn success(inside: &str) -> Response {
    let body = format!("<tsResponse xmlns=\"http://tableau.com/api\">{inside}</tsResponse>");
    response(200, &[("content-type", "application/xml;charset=utf-8")], &body)
}

/// An error of Tableau.
pub fn tableau_error(status: u16, code: &str, detail: &str) -> Response {
    let body = format!(
        "<tsResponse xmlns=\"http://tableau.com/api\"><error code=\"{code}\">\
         <summary>Refused</summary><detail>{detail}</detail></error></tsResponse>"
    );
    response(status, &[("content-type", "application/xml;charset=utf-8")], &body)
}

/// Responds to server info, sign-in, switch and sign-out; `None` for other requests.
pub fn signed_in(seen: &Seen) -> Option<Response> {
    match seen.path().rsplit('/').next()? {
        "serverinfo" => Some(success(
            "<serverInfo><productVersion build=\"1.2.3\">2024.3.0</productVersion>\
             <restApiVersion>3.24</restApiVersion></serverInfo>",
        )),
        "signin" | "switchSite" => Some(success(
            "<credentials token=\"THE-TOKEN\"><site id=\"site-1\" contentUrl=\"\"/>\
             <user id=\"user-1\"/></credentials>",
        )),
        "signout" => Some(response(204, &[], "")),
        _ => None,
    }
}

pub struct Raw {
    pub url: String,
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    open: Arc<Mutex<HashMap<usize, TcpStream>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Raw {
    /// Responds to each request with the result of `handle`.
    pub fn start(handle: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Raw {
        Raw::on_connection(move |stream, number, seen| converse(stream, number, seen, &handle))
    }

    /// Like [`Raw::start`], but responds to sign-in, sign-out and server info itself.
    pub fn signed_in(handle: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Raw {
        Raw::start(move |seen| signed_in(seen).unwrap_or_else(|| handle(seen)))
    }

    /// Passes each connection to `serve`, and closes it when `serve` returns.
    pub fn on_connection(
        serve: impl Fn(TcpStream, usize, &Mutex<Vec<Seen>>) + Send + Sync + 'static,
    ) -> Raw {
        Raw::listen(false, serve)
    }

    /// Passes each connection to `serve`, and keeps it open, without reading from it, after `serve`
    /// returns: a server that has stopped reading.
    pub fn holding(
        serve: impl Fn(TcpStream, usize, &Mutex<Vec<Seen>>) + Send + Sync + 'static,
    ) -> Raw {
        Raw::listen(true, serve)
    }

    fn listen(
        holds: bool,
        serve: impl Fn(TcpStream, usize, &Mutex<Vec<Seen>>) + Send + Sync + 'static,
    ) -> Raw {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let (seen, open) = (Arc::new(Mutex::default()), Arc::new(Mutex::new(HashMap::new())));
        let (connections, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (s, o, c, stopped) = (seen.clone(), open.clone(), connections.clone(), stop.clone());
        let serve = Arc::new(serve);
        let thread = std::thread::spawn(move || {
            let mut threads = Vec::new();
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let number = c.fetch_add(1, Ordering::SeqCst);
                o.lock().unwrap().insert(number, stream.try_clone().unwrap());
                let end = (!holds).then(|| End { open: o.clone(), number });
                let (serve, seen) = (serve.clone(), s.clone());
                threads.push(std::thread::spawn(move || {
                    let _end = end;
                    serve(stream, number, &seen);
                }));
            }
            for thread in threads {
                let _ = thread.join();
            }
        });
        Raw { url, address, seen, connections, open, stop, thread: Some(thread) }
    }

    /// The received requests, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// `METHOD path` of the received requests, in order.
    pub fn lines(&self) -> Vec<String> {
        self.seen().iter().map(|seen| format!("{} {}", seen.method, seen.target)).collect()
    }

    /// The number of requests with this method and a path, without the query, that ends like this.
    pub fn count(&self, method: &str, path_end: &str) -> usize {
        let ends = |seen: &Seen| seen.path().ends_with(path_end);
        self.seen().iter().filter(|seen| seen.method == method && ends(seen)).count()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        for (_, stream) in self.open.lock().unwrap().drain() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Closes a connection, also if a test's own code panics. If the client's bytes were not all read, it
/// receives a reset.
struct End {
    open: Arc<Mutex<HashMap<usize, TcpStream>>>,
    number: usize,
}

impl Drop for End {
    fn drop(&mut self) {
        if let Some(stream) = self.open.lock().unwrap().remove(&self.number) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Responds to the requests of one connection until one side ends it.
pub fn converse(
    stream: impl Read + Write,
    number: usize,
    seen: &Mutex<Vec<Seen>>,
    handle: &(impl Fn(&Seen) -> Response + ?Sized),
) {
    let mut stream = BufReader::new(stream);
    while let Some(mut request) = read_request(&mut stream) {
        request.connection = number;
        seen.lock().unwrap().push(request.clone());
        let mut send = |bytes: &[u8]| {
            let out = stream.get_mut();
            out.write_all(bytes).and_then(|()| out.flush()).is_ok()
        };
        let goes_on = match handle(&request) {
            Response::Send(bytes) => send(&bytes),
            Response::SendAndClose(bytes) => {
                send(&bytes);
                false
            }
            Response::Close => false,
            Response::Slowly(pieces, pause) => pieces.iter().all(|piece| {
                std::thread::sleep(pause);
                send(piece)
            }),
            response @ (Response::Silence | Response::SendAndSilence(_)) => {
                send(&response.bytes());
                // Until the client gives up or the server is dropped.
                let _ = stream.read(&mut [0]);
                false
            }
        };
        if !goes_on {
            break;
        }
    }
}

/// Reads a request, or `None` at the end of the connection.
pub fn read_request(reader: &mut impl BufRead) -> Option<Seen> {
    let mut seen = read_head(reader)?;
    let length = seen.header("content-length").and_then(|length| length.parse().ok());
    seen.body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut seen.body).ok()?;
    Some(seen)
}

/// Reads a request up to its body.
pub fn read_head(reader: &mut impl BufRead) -> Option<Seen> {
    let mut line = String::new();
    let mut next = || {
        line.clear();
        reader.read_line(&mut line).ok().filter(|&n| n > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = next()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let line = next()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    Some(Seen { method, target, headers, body: Vec::new(), connection: 0 })
}

/// Longer than any call here takes.
pub const SOON: Duration = Duration::from_secs(5);
