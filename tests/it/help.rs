//! Shared by the modules: servers and sessions, errors as text, time, child processes.

use std::fmt::Write;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tableau_server_client as tsc;

use crate::raw::{Raw, Response, success};

pub const PASSWORD: &str = "pa55word-of-a-test";

/// Options without a proxy, so that the environment of the test run has no effect.
pub fn plain() -> tsc::HttpOptions {
    tsc::HttpOptions::new().no_proxy()
}

pub fn at(url: &str) -> tsc::Server {
    with(url, plain())
}

pub fn with(url: &str, options: tsc::HttpOptions) -> tsc::Server {
    let mut server = tsc::Server::new(url).unwrap();
    server.add_http_options(plain()).unwrap();
    server.add_http_options(options).unwrap();
    server
}

/// A server with a pinned version, so that no version request is sent.
pub fn pinned(url: &str) -> tsc::Server {
    let mut server = at(url);
    server.set_version("3.24").unwrap();
    server
}

pub fn auth() -> tsc::TableauAuth {
    tsc::TableauAuth::new("USER", PASSWORD)
}

pub fn token() -> tsc::SessionToken {
    token_of("http://127.0.0.1:9")
}

/// The token of a session on the server with this origin.
pub fn token_of(origin: &str) -> tsc::SessionToken {
    let raw = Raw::signed_in(|_| Response::Close);
    let exported = pinned(&raw.url).sign_in(&auth()).unwrap().detach().export();
    tsc::SessionToken::import(&exported.replace(&raw.url, origin)).unwrap()
}

/// A page of a list.
pub fn page(number: u32, size: u32, total: u64, items: &str) -> Response {
    success(&format!(
        "<pagination pageNumber=\"{number}\" pageSize=\"{size}\" totalAvailable=\"{total}\"/>{items}"
    ))
}

/// A page with these items in `<workbooks>`.
pub fn workbooks(items: &str) -> Response {
    let total = items.matches("<workbook ").count() as u64;
    page(1, 1000, total, &format!("<workbooks>{items}</workbooks>"))
}

/// All text of an error: `Display`, `Debug`, its accessors, and the same for every cause.
pub fn everything_of(error: &tsc::Error) -> String {
    let mut out = format!(
        "{error}\n{error:?}\n{error:#?}\n{:?} {:?} {:?} {:?} {:?}\n",
        error.code(),
        error.summary(),
        error.detail(),
        error.url(),
        error.request_id()
    );
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let _ = write!(out, "{error}\n{error:?}\n{error:#?}\n");
        cause = error.source();
    }
    out
}

pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}

/// An upper bound for waits that must end, even on a busy machine.
pub const LONG: Duration = Duration::from_secs(120);

pub fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// The peak memory of this process in KiB.
#[cfg(target_os = "linux")]
pub fn peak_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Cargo, to build what a test needs. Without the variables that Cargo sets for tests, which would
/// make build scripts of dependencies run again.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    for (name, _) in std::env::vars() {
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo
}

const CHILD: &str = "TSC_TEST_CHILD";

/// Runs an ignored test of this binary in a separate process, with these variables and no variables
/// for proxies.
pub fn child(test: &str, variables: &[(&str, &str)]) -> Output {
    checked(output(Command::new(std::env::current_exe().unwrap()), test, variables), test)
}

/// Like [`child`], with this limit of the address space in KiB, so that few threads can be started.
#[cfg(target_os = "linux")]
pub fn child_within(kib: usize, test: &str, variables: &[(&str, &str)]) -> Output {
    let output = |kib: usize| {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -v {kib}; exec \"$0\" \"$@\"")]);
        command.arg(std::env::current_exe().unwrap());
        output(command, test, variables)
    };
    // A thread that gets its stack but not the one for signal handlers aborts the process, before it
    // runs any code of the library. Whether it does depends on the remainder of the memory.
    let mut outputs = (0..6).map(|more| output(kib + 100 * more));
    let is_usable =
        |output: &Output| !String::from_utf8_lossy(&output.stderr).contains("alternative stack");
    checked(outputs.find(is_usable).expect("a process without that abort"), test)
}

fn output(mut command: Command, test: &str, variables: &[(&str, &str)]) -> Output {
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    command.env(CHILD, "1").envs(variables.iter().copied()).output().unwrap()
}

fn checked(output: Output, test: &str) -> Output {
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let shown = format!("{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{test}: {shown}");
    assert!(stdout.contains("1 passed"), "{test} did not run: {shown}");
    output
}

/// A variable of a child process; `None` if the test was not started by [`child`].
pub fn given(name: &str) -> Option<String> {
    std::env::var(CHILD).ok()?;
    Some(std::env::var(name).unwrap())
}
