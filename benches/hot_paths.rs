//! The functions that most of the library's CPU time is spent in: decoding, encoding, redaction, JSON
//! Web Tokens, single requests, lists and transfers, against a server on loopback.
//!
//! `cargo bench --bench hot_paths` prints how long each takes. `-- --instructions` counts instructions
//! with valgrind instead, and fails if a count is more than 2 % above the one in
//! `benches/instructions.tsv`; `-- --update` writes that file. Other arguments select the benchmarks
//! whose names contain them. The counts depend on the compiler and on the C library: with others than
//! those named in the file, a larger count is reported and is not a failure.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod support;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use tableau_server_client as tsc;
use tsc::benchmarks::{self, Listed, Redactor};

/// The largest increase over the recorded count that is accepted, in percent.
const TOLERANCE: f64 = 2.0;
const ROUNDS: usize = 7;
/// The items on a page that is decoded, on a page of a list, and in the list.
const PAGE: usize = 100;
const LIST_PAGE: usize = 1000;
const LIST: usize = 10_000;
const WORKBOOK: &str = include_str!("recorded/workbook.xml");
const WORKBOOKS: &str = include_str!("recorded/workbooks.xml");

struct Benchmark {
    name: &'static str,
    /// What is counted or timed.
    unit: &'static str,
    /// Units per run.
    count: usize,
    /// Prepares the operation and repeats it. The arguments are the server's URL and the number of
    /// units.
    run: fn(&str, usize) -> Result<()>,
}

const fn benchmark(
    name: &'static str,
    unit: &'static str,
    count: usize,
    run: fn(&str, usize) -> Result<()>,
) -> Benchmark {
    Benchmark { name, unit, count, run }
}

/// Decoding one page of items.
const fn decode(name: &'static str, run: fn(&str, usize) -> Result<()>) -> Benchmark {
    benchmark(name, "page of 100", 30, run)
}

const BENCHMARKS: &[Benchmark] = &[
    decode("decode workbooks", |_, count| read::<tsc::Workbook>(WORKBOOKS, count)),
    decode("decode data sources", |_, count| {
        read::<tsc::Datasource>(include_str!("recorded/datasources.xml"), count)
    }),
    decode("decode views", |_, count| read::<tsc::View>(include_str!("recorded/views.xml"), count)),
    decode("decode custom views", |_, count| {
        read::<tsc::CustomView>(include_str!("recorded/customViews.xml"), count)
    }),
    decode("decode projects", |_, count| {
        read::<tsc::Project>(include_str!("recorded/projects.xml"), count)
    }),
    decode("decode users", |_, count| read::<tsc::User>(include_str!("recorded/users.xml"), count)),
    decode("decode flows", |_, count| read::<tsc::Flow>(include_str!("recorded/flows.xml"), count)),
    decode("check and parse workbooks", |_, count| {
        let page = page::<tsc::Workbook>(WORKBOOKS, 0, PAGE);
        repeat(count, || Ok(benchmarks::parse(&page)?))
    }),
    // The difference to the previous one is the check of the text before the parser.
    decode("parse workbooks with roxmltree", |_, count| {
        let page = page::<tsc::Workbook>(WORKBOOKS, 0, PAGE);
        repeat(count, || Ok(roxmltree::Document::parse(&page)?.root_element().children().count()))
    }),
    benchmark("encode a request", "request", 3000, |_, count| {
        let (version, site) = ("3.24".parse()?, "9a8b7c6d-5e4f-4a3b-2c1d-0e1f2a3b4c5d".into());
        let id = "1f2f3e4e-5d6d-7c8c-9b0b-1a2a3f4f5e6e".into();
        repeat(count, || Ok(benchmarks::encode(version, &site, &id)?))
    }),
    benchmark("redact a text without secrets", "KiB", 3000, |_, count| {
        redact("https://tableau.example.com/api/3.24/sites ", count)
    }),
    benchmark("redact a text with secrets", "KiB", 3000, |_, count| {
        redact("token kM3xQ9vT2bR7nL5w|site of the server  ", count)
    }),
    benchmark("mint a JSON Web Token", "token", 500, |_, count| {
        let scopes = ["tableau:content:read", "tableau:workbooks:download"];
        let auth = tsc::ConnectedAppAuth::new("client", "id", "a secret value", "me", scopes);
        repeat(count, || Ok(benchmarks::mint(&auth)?))
    }),
    benchmark("get a workbook", "request", 500, |url, count| {
        let session = session(url)?;
        let id = tsc::WorkbookId::from("3b000100-0000-4000-8000-000000000000");
        repeat(count, || Ok(session.workbooks().get(&id)?.name.len()))?;
        Ok(session.sign_out()?)
    }),
    benchmark("list workbooks", "item", LIST, |url, count| {
        let session = session(url)?;
        let mut seen = 0;
        for workbook in session.workbooks().list().page_size(1000).into_iter().take(count) {
            seen += usize::from(!workbook?.name.is_empty());
        }
        ensure!(seen == count, "{seen} workbooks");
        Ok(session.sign_out()?)
    }),
    benchmark("upload", "MiB", 100, |url, count| {
        let session = session(url)?;
        if count > 0 {
            let file = Cursor::new(vec![0; count << 20]);
            session.fileuploads().upload(tsc::Source::seekable("large.twbx", file))?;
        }
        Ok(session.sign_out()?)
    }),
    benchmark("download", "MiB", 100, |url, count| {
        let session = session(url)?;
        if count > 0 {
            let download = session.workbooks().download(&*count.to_string());
            let size = download.to_writer(std::io::sink())?;
            ensure!(size == (count as u64) << 20, "{size} bytes");
        }
        Ok(session.sign_out()?)
    }),
];

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [run, name, count, url] = &args[..]
        && run == "run"
    {
        let benchmark = BENCHMARKS
            .iter()
            .find(|benchmark| benchmark.name == name)
            .context("no such benchmark")?;
        return (benchmark.run)(url, count.parse()?);
    }
    let asked = |flag: &str| args.iter().any(|arg| arg == flag);
    let words: Vec<&String> = args.iter().filter(|arg| !arg.starts_with("--")).collect();
    let selected: Vec<&Benchmark> = BENCHMARKS
        .iter()
        .filter(|benchmark| {
            words.is_empty() || words.iter().any(|word| benchmark.name.contains(&**word))
        })
        .collect();
    ensure!(!selected.is_empty(), "no benchmark has a name with {words:?}");
    let url = format!("http://{}", support::listen(|stream| support::serve(stream, respond)));
    match (asked("--instructions"), asked("--update")) {
        (_, true) => update(&url, words.is_empty()),
        (true, false) => compare(&selected, &url),
        (false, false) => selected.into_iter().try_for_each(|benchmark| time(benchmark, &url)),
    }
}

/// Prints how long a unit of work takes: the median of some rounds, and the range without the
/// fastest and the slowest one.
fn time(benchmark: &Benchmark, url: &str) -> Result<()> {
    let seconds = |count| -> Result<f64> {
        let start = Instant::now();
        (benchmark.run)(url, count)?;
        Ok(start.elapsed().as_secs_f64())
    };
    seconds(benchmark.count)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let prepared = seconds(0)?;
        rounds.push((seconds(benchmark.count)? - prepared).max(0.0) / benchmark.count as f64 * 1e6);
    }
    rounds.sort_by(f64::total_cmp);
    let (low, median, high) = (rounds[1], rounds[ROUNDS / 2], rounds[ROUNDS - 2]);
    println!(
        "{:<32}{median:>10.2} µs per {} ({low:.2} to {high:.2})",
        benchmark.name, benchmark.unit
    );
    Ok(())
}

/// The instructions that a process executes for a unit of work. Those to start, to prepare it
/// and to sign in are subtracted.
fn instructions(benchmark: &Benchmark, url: &str) -> Result<u64> {
    let collected = |count: usize| -> Result<u64> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
        command.arg(std::env::current_exe()?).args([
            "run",
            benchmark.name,
            &count.to_string(),
            url,
        ]);
        let output = command.output().context("valgrind cannot be started: is it installed?")?;
        let text = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{} with valgrind failed:\n{text}", benchmark.name);
        let number = text.split("Collected : ").nth(1).and_then(|rest| rest.split('\n').next());
        Ok(number.context("valgrind printed no count")?.trim().parse()?)
    };
    Ok((collected(benchmark.count)? - collected(0)?) / benchmark.count as u64)
}

/// What the counts depend on besides the code: the compiler, the architecture and the C library.
fn environment() -> Result<String> {
    let first_line = |command: &str, arg: &str| -> Result<String> {
        let output = Command::new(command).arg(arg).output().context(command.to_owned())?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.lines().next().unwrap_or_default().to_owned())
    };
    let rustc = first_line(&std::env::var("RUSTC").unwrap_or("rustc".to_owned()), "--version")?;
    let library = first_line("getconf", "GNU_LIBC_VERSION").unwrap_or_default();
    Ok([&*rustc, std::env::consts::ARCH, &library].join(", "))
}

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.tsv")
}

fn update(url: &str, all: bool) -> Result<()> {
    ensure!(all, "--update writes all counts: do not select benchmarks");
    let mut out = format!("# {}\nwork\tunit\tinstructions per unit\n", environment()?);
    for benchmark in BENCHMARKS {
        let count = instructions(benchmark, url)?;
        println!("{:<32}{count:>12} instructions per {}", benchmark.name, benchmark.unit);
        writeln!(out, "{}\t{}\t{count}", benchmark.name, benchmark.unit)?;
    }
    Ok(std::fs::write(file(), out)?)
}

fn compare(selected: &[&Benchmark], url: &str) -> Result<()> {
    let text = std::fs::read_to_string(file()).context("no counts: run with --update")?;
    let (recorded_in, rows) = text.split_once('\n').context("an empty file")?;
    let recorded_in = recorded_in.trim_start_matches("# ");
    let recorded: HashMap<&str, &str> = rows
        .lines()
        .filter_map(|row| Some((row.split('\t').next()?, row.split('\t').nth(2)?)))
        .collect();
    let mut more = Vec::new();
    for benchmark in selected {
        let count = instructions(benchmark, url)?;
        let expected = recorded.get(benchmark.name);
        let expected = expected
            .with_context(|| format!("no count of {}: run with --update", benchmark.name))?;
        let expected: u64 = expected.parse()?;
        let percent = (count as f64 / expected as f64 - 1.0) * 100.0;
        println!(
            "{:<32}{count:>12} instructions per {} ({percent:+.1} %)",
            benchmark.name, benchmark.unit
        );
        if percent > TOLERANCE {
            more.push(benchmark.name);
        } else if percent < -TOLERANCE {
            println!("    less than in {}: run with --update", file().display());
        }
    }
    if more.is_empty() {
        return Ok(());
    }
    let what = format!("more than {TOLERANCE} % more instructions: {}", more.join(", "));
    let here = environment()?;
    if here != recorded_in {
        println!("{what}\nnot a failure: recorded with {recorded_in}; here is {here}");
        return Ok(());
    }
    bail!("{what}; find out why, or accept it with --update");
}

fn repeat(count: usize, mut once: impl FnMut() -> Result<usize>) -> Result<()> {
    for _ in 0..count {
        ensure!(black_box(once()?) > 0, "nothing was done");
    }
    Ok(())
}

fn read<T: Listed>(recorded: &str, count: usize) -> Result<()> {
    let page = page::<T>(recorded, 0, PAGE);
    repeat(count, || {
        let read = benchmarks::decode::<T>(&page)?;
        ensure!(read == PAGE, "{read} items");
        Ok(read)
    })
}

/// Redacts a KiB of this text, repeated.
fn redact(text: &str, count: usize) -> Result<()> {
    let text = &text.repeat(1024 / text.len() + 1)[..1024];
    let redactor = Redactor::new(&["kM3xQ9vT2bR7nL5w|site", "hunter2-hunter2"]);
    repeat(count, || Ok(redactor.redact(text)))
}

/// A page with `count` items, made from the recorded ones. `first` is the number of the first item,
/// which becomes a part of its id.
fn page<T: Listed>(recorded: &str, first: usize, count: usize) -> String {
    let (wrap, item) = (T::WRAP, T::ITEM);
    let (head, rest) = recorded.split_once(&format!("<{wrap}>")).unwrap();
    let (items, tail) = rest.split_once(&format!("</{wrap}>")).unwrap();
    let end = format!("</{item}>");
    let start = format!("<{item} id=\"");
    let items: Vec<&str> = items.split_inclusive(&*end).collect();
    let mut out = format!("{head}<{wrap}>");
    for number in first..first + count {
        let rest = items[number % items.len()].strip_prefix(&*start).unwrap();
        write!(out, "{start}{number:08x}{}", &rest[8..]).unwrap();
    }
    out + "</" + wrap + ">" + tail
}

fn session(url: &str) -> Result<tsc::Session<'static>> {
    let mut server = tsc::Server::new(url)?;
    server.add_http_options(tsc::HttpOptions::new().no_proxy())?;
    server.set_version("3.24")?;
    Ok(server.into_session(&tsc::TableauAuth::new("me", "hush"))?)
}

fn respond<S: std::io::Read + std::io::Write>(
    request: support::Request<'_, S>,
) -> std::io::Result<()> {
    const XML: &str = "application/xml";
    match (request.name(), request.parameter("pageNumber")) {
        ("workbooks", Some(number)) => {
            let first = (usize::try_from(number).unwrap() - 1) * LIST_PAGE;
            let page = page::<tsc::Workbook>(WORKBOOKS, first, LIST_PAGE);
            let (before, _) = page.split_once("<pagination ").unwrap();
            let (_, after) = page.split_once("/>").unwrap();
            let page = format!(
                "{before}<pagination pageNumber=\"{number}\" pageSize=\"{LIST_PAGE}\" \
                 totalAvailable=\"{LIST}\"/>{after}"
            );
            request.respond_with(page.len() as u64, page.as_bytes(), XML)
        }
        ("content", _) => {
            let mib: u64 = request.path().rsplit('/').nth(1).unwrap().parse().unwrap();
            request.respond_with(mib << 20, &vec![0; 1 << 20], "application/octet-stream")
        }
        _ if request.path().contains("/workbooks/") => {
            request.respond_with(WORKBOOK.len() as u64, WORKBOOK.as_bytes(), XML)
        }
        _ => request.respond_to_session(),
    }
}
