//! Uploads of 16 chunks of the default size, one at a time and four at once, to a server that takes
//! 20 ms per request and reads at most 1 Gbit/s per connection.
//!
//! `cargo bench --bench parallel_upload` prints the medians of three alternating rounds. It fails if
//! four chunks at once are less than 3 times as fast as one.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use tableau_server_client as tsc;

const ROUNDS: usize = 3;
/// The default size of a chunk, and the size of the file.
const CHUNK: u64 = 50 << 20;
const LENGTH: u64 = 16 * CHUNK;
const LATENCY: Duration = Duration::from_millis(20);
/// 1 Gbit/s.
const BYTES_PER_SECOND: u64 = 125_000_000;

fn main() {
    let url = serve();
    let mut server = tsc::Server::new(&*url).unwrap();
    server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
    server.set_version("3.27").unwrap();
    let session = server.into_session(&tsc::TableauAuth::new("me", "hush")).unwrap();
    let upload = |parallel| {
        let start = Instant::now();
        let source = tsc::Source::seekable("large.twbx", Zeros(0)).parallel_chunks(parallel);
        session.fileuploads().upload(source).unwrap();
        start.elapsed()
    };
    let (mut one, mut four) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        one.push(upload(1));
        four.push(upload(4));
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (one, four) = (median(&mut one), median(&mut four));
    let faster = one.as_secs_f64() / four.as_secs_f64();
    println!(
        "{} MiB: {one:.2?} with one chunk at a time, {four:.2?} with four: {faster:.2} times as fast",
        LENGTH >> 20
    );
    assert!(faster >= 3.0, "only {faster:.2} times as fast");
}

/// A file of zeros that needs no disk.
struct Zeros(u64);

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(LENGTH - self.0).unwrap();
        let read = left.min(buffer.len());
        buffer[..read].fill(0);
        self.0 += read as u64;
        Ok(read)
    }
}

impl Seek for Zeros {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0 = match to {
            SeekFrom::Start(position) => position.min(LENGTH),
            SeekFrom::End(_) => LENGTH,
            SeekFrom::Current(_) => self.0,
        };
        Ok(self.0)
    }
}

/// Serves on a thread until the process ends.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client may close the connection at any time.
            std::thread::spawn(move || drop(talk(&stream)));
        }
    });
    url
}

fn talk(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(256 << 10, stream);
    let mut out = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            match line.trim_end().to_ascii_lowercase().split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap_or_default(),
                Some(_) => {}
                None => break,
            }
        }
        read_body(&mut reader, length)?;
        std::thread::sleep(LATENCY);
        let inside = match first.contains("/auth/signin") {
            true => {
                "<credentials token=\"t\"><site id=\"s\" contentUrl=\"\"/><user id=\"u\"/></credentials>"
            }
            false => "<fileUpload uploadSessionId=\"f\"/>",
        };
        let body = format!("<tsResponse>{inside}</tsResponse>");
        write!(out, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
    }
}

/// Reads a body at the limited rate.
fn read_body(reader: &mut impl Read, length: u64) -> std::io::Result<()> {
    const BLOCK: u64 = 1 << 20;
    let start = Instant::now();
    let mut read = 0;
    while read < length {
        let block = BLOCK.min(length - read);
        std::io::copy(&mut reader.by_ref().take(block), &mut std::io::sink())?;
        read += block;
        let due = Duration::from_nanos(read * 1_000_000_000 / BYTES_PER_SECOND);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
    Ok(())
}
