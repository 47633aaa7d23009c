//! The cost of listing: memory by the number of items, and time with prefetching.
//!
//! `cargo bench --bench listing` prints the measurements, and fails if a limit is exceeded:
//! - the peak memory of a process that lists 10,000, 100,000 and 1,000,000 workbooks stays below
//!   24 MiB;
//! - with 20 ms of latency, `prefetch(4)` is at least 3.3 times as fast as without prefetching
//!   (100 pages, the median of 5 alternating rounds).
//!
//! `cargo bench --bench listing -- memory` and `-- prefetch` run only one of them.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod support;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use tableau_server_client as tsc;

/// Set in the process whose memory is measured: the server's address and the number of items.
const CHILD: &str = "TSC_BENCH_LISTING";

fn main() {
    if let Ok(child) = std::env::var(CHILD) {
        let (url, count) = child.split_once(' ').unwrap();
        return measured(url, count.parse().unwrap());
    }
    let asked = |name: &str| {
        let mut names = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).peekable();
        names.peek().is_none() || names.any(|arg| arg == name)
    };
    if asked("prefetch") {
        prefetch();
    }
    if asked("memory") && cfg!(target_os = "linux") {
        memory();
    }
}

/// Lists everything, and prints the memory and time that the process needed.
fn measured(url: &str, count: u64) {
    let session = session(url);
    let before = peak_kib();
    let start = Instant::now();
    let mut seen = 0;
    for workbook in session.workbooks().list() {
        assert!(!workbook.unwrap().name.is_empty());
        seen += 1;
    }
    assert_eq!(seen, count);
    println!("{} {} {}", before, peak_kib(), start.elapsed().as_millis());
}

/// The peak memory of this process.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn memory() {
    let mut peaks = Vec::new();
    for count in [10_000, 100_000, 1_000_000] {
        let url = serve(count, Duration::ZERO);
        let output = Command::new(std::env::current_exe().unwrap())
            .env(CHILD, format!("{url} {count}"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let mut numbers = text.split_whitespace().map(|number| number.parse::<u64>().unwrap());
        let mut next = || numbers.next().unwrap();
        let (signed_in, peak, ms) = (next(), next(), next());
        println!(
            "{count:>9} workbooks: peak {:.1} MiB ({:.1} MiB signed in), {ms} ms",
            mib(peak),
            mib(signed_in)
        );
        peaks.push(mib(peak));
    }
    assert!(peaks.iter().all(|&peak| peak < 24.0), "more than 24 MiB: {peaks:?}");
    assert!(peaks[2] < peaks[0] + 2.0, "memory grows with the number of items: {peaks:?}");
}

fn mib(kib: u64) -> f64 {
    Duration::from_millis(kib).as_secs_f64() * 1000.0 / 1024.0
}

fn prefetch() {
    const PAGE: u32 = 100;
    const PAGES: u32 = 100;
    let url = serve(u64::from(PAGE * PAGES), Duration::from_millis(20));
    let session = session(&url);
    let list = |prefetch| {
        let start = Instant::now();
        let list = session.workbooks().list().page_size(PAGE).prefetch(prefetch);
        assert_eq!(list.into_iter().map(Result::unwrap).count(), (PAGE * PAGES) as usize);
        start.elapsed()
    };
    list(4);
    let (mut one, mut four) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        one.push(list(0));
        four.push(list(4));
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (one, four) = (median(&mut one), median(&mut four));
    let faster = one.as_secs_f64() / four.as_secs_f64();
    println!(
        "{PAGES} pages with 20 ms of latency: {one:.0?} one at a time, {four:.0?} with 4 in flight: {faster:.2} times as fast"
    );
    assert!(faster >= 3.3, "only {faster:.2} times as fast");
}

fn session(url: &str) -> tsc::Session<'static> {
    let mut server = tsc::Server::new(url).unwrap();
    server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
    server.into_session(&tsc::TableauAuth::new("me", "hush")).unwrap()
}

/// A server with this many workbooks and this latency before each page. It ends with the process.
fn serve(count: u64, latency: Duration) -> String {
    let respond = move |stream| {
        support::serve(stream, |request| match request.name() {
            "workbooks" => {
                std::thread::sleep(latency);
                let page = page(&request, count);
                request.respond(&page)
            }
            _ => request.respond_to_session(),
        })
    };
    format!("http://{}", support::listen(respond))
}

/// A page of workbooks with the fields that a server returns by default, all of the same length.
fn page<S: Read + Write>(request: &support::Request<'_, S>, count: u64) -> String {
    let number = |name| request.parameter(name).unwrap();
    let (page, size) = (number("pageNumber"), number("pageSize"));
    let mut out = format!(
        "<pagination pageNumber=\"{page}\" pageSize=\"{size}\" totalAvailable=\"{count}\"/><workbooks>"
    );
    for n in (page - 1) * size..(page * size).min(count) {
        write!(
            out,
            "<workbook id=\"{n:08x}-3cc6-46ea-9a0b-5d1b6f0c2a11\" name=\"Quarterly sales {n:07}\" \
             description=\"Revenue, cost and margin by region, product line and quarter\" \
             contentUrl=\"Quarterlysales{n:07}\" webpageUrl=\"https://tableau.example.com/#/site/Sales/workbooks/{n:07}\" \
             showTabs=\"true\" size=\"3\" createdAt=\"2024-05-06T07:08:09Z\" updatedAt=\"2025-06-07T08:09:10Z\" \
             encryptExtracts=\"false\" defaultViewId=\"{n:08x}-aaaa-46ea-9a0b-5d1b6f0c2a11\">\
             <project id=\"1f2f3e4e-5d6d-7c8c-9b0b-1a2a3f4f5e6e\" name=\"Sales &amp; Finance\"/>\
             <location id=\"1f2f3e4e-5d6d-7c8c-9b0b-1a2a3f4f5e6e\" type=\"Project\" name=\"Sales &amp; Finance\"/>\
             <owner id=\"9f9e9d9c-8b8a-8f8e-7d7c-7b7a6f6d6e6d\" name=\"user{}@example.com\"/>\
             <tags><tag label=\"quarterly\"/><tag label=\"sales\"/><tag label=\"team {}\"/></tags>\
             <dataAccelerationConfig accelerationEnabled=\"false\"/></workbook>",
            n % 997,
            n % 31
        )
        .unwrap();
    }
    out + "</workbooks>"
}
