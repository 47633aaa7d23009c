//! The time that a mock server takes from its start to its first response, and to stop:
//! `cargo bench --features mock --bench mock_start`.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use tableau_server_client::mock::{Builder, MockServer};

const ROUNDS: usize = 200;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let million = || MockServer::builder().workbooks(1_000_000);
    for (what, builder) in
        [("http", MockServer::builder as fn() -> Builder), ("http, a million workbooks", million)]
    {
        let (mut responded, mut stopped) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let mock = builder().start().map_err(io::Error::other)?;
            ask(&mock)?;
            responded.push(start.elapsed());
            let start = Instant::now();
            drop(mock);
            stopped.push(start.elapsed());
        }
        report(&mut out, &format!("{what}: start to first response"), &mut responded)?;
        report(&mut out, &format!("{what}: stop"), &mut stopped)?;
    }
    let mut started = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mock = MockServer::builder().https().start().map_err(io::Error::other)?;
        started.push(start.elapsed());
        drop(mock);
    }
    report(&mut out, "https: start, with a new certificate", &mut started)?;
    let start = Instant::now();
    let servers: Vec<MockServer> =
        (0..50).map(|_| MockServer::start()).collect::<Result<_, _>>().map_err(io::Error::other)?;
    servers.iter().try_for_each(ask)?;
    let asked = start.elapsed();
    drop(servers);
    writeln!(out, "50 servers: started and asked in {asked:?}, stopped after {:?}", start.elapsed())
}

/// Requests the server's version over a plain socket, and reads the whole response.
fn ask(mock: &MockServer) -> io::Result<()> {
    let mut stream = TcpStream::connect(mock.url().trim_start_matches("http://"))?;
    stream.write_all(
        b"GET /api/2.4/serverinfo HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n",
    )?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    if response.starts_with("HTTP/1.1 200 ") { Ok(()) } else { Err(io::Error::other(response)) }
}

fn report(out: &mut impl Write, what: &str, times: &mut [Duration]) -> io::Result<()> {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    writeln!(out, "{what}: median {:?}, 99 % within {:?}", at(50), at(99))
}
