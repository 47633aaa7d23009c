//! Uploads of 16 chunks of the default size, one at a time and four at once, to a server that takes
//! 20 ms per request and reads at most 1 Gbit/s per connection.
//!
//! `cargo bench --bench parallel_upload` prints the medians of three alternating rounds. It fails if
//! four chunks at once are less than 3 times as fast as one. `-- 4` uploads 4 chunks instead of 16.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod support;

use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

use tableau_server_client as tsc;

const ROUNDS: usize = 3;
/// The default size of a chunk.
const CHUNK: u64 = 50 << 20;
const LATENCY: Duration = Duration::from_millis(20);
/// 1 Gbit/s.
const BYTES_PER_SECOND: u64 = 125_000_000;

fn main() {
    let chunks = std::env::args().skip(1).find(|arg| arg != "--bench");
    let length = chunks.map_or(16, |chunks| chunks.parse().expect("how many chunks?")) * CHUNK;
    let url = format!("http://{}", support::listen(|stream| support::serve(stream, respond)));
    let mut server = tsc::Server::new(&*url).unwrap();
    server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
    server.set_version("3.27").unwrap();
    let session = server.into_session(&tsc::TableauAuth::new("me", "hush")).unwrap();
    let upload = |parallel| {
        let start = Instant::now();
        let source = tsc::Source::seekable("large.twbx", Zeros { length, position: 0 })
            .parallel_chunks(parallel);
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
        length >> 20
    );
    assert!(faster >= 3.0, "only {faster:.2} times as fast");
}

/// A file of zeros that needs no disk.
struct Zeros {
    length: u64,
    position: u64,
}

impl Read for Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.length - self.position).unwrap();
        let read = left.min(buffer.len());
        buffer[..read].fill(0);
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Zeros {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.position = match to {
            SeekFrom::Start(position) => position.min(self.length),
            SeekFrom::End(_) => self.length,
            SeekFrom::Current(_) => self.position,
        };
        Ok(self.position)
    }
}

fn respond<S: Read + Write>(mut request: support::Request<'_, S>) -> std::io::Result<()> {
    read_at_limited_rate(&mut request)?;
    std::thread::sleep(LATENCY);
    request.respond_to_session()
}

fn read_at_limited_rate<S: Read + Write>(
    request: &mut support::Request<'_, S>,
) -> std::io::Result<()> {
    let start = Instant::now();
    let mut read = 0;
    while request.length > 0 {
        read += request.skip(1 << 20)?;
        let due = Duration::from_nanos(read * 1_000_000_000 / BYTES_PER_SECOND);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
    Ok(())
}
