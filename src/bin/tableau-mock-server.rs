//! `tableau-mock-server`: the mock Tableau Server as a program, for clients in any language.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use tableau_server_client::ErrorKind;
use tableau_server_client::mock::{Builder, MockServer};

const HELP: &str = "\
A mock Tableau Server, for tests.

Usage: tableau-mock-server [OPTIONS]

It prints one line of JSON when it listens, and serves until it is killed:
{\"url\":…,\"api_version\":…,\"site\":\"\",\"username\":…,\"password\":…,
 \"token_name\":…,\"token_secret\":…,\"jwt\":…,\"certificate_sha256\":…}

Options:
  --port N           listen on this port [default: 0, a free one]
  --listen ADDRESS   listen on this IP address, for all who can reach it
                     [default: 127.0.0.1]
  --https            HTTPS with a self-signed certificate
  --api-version V    the newest REST API version that it speaks [default: 3.30]
  --site NAME=URL    a site beside the default one; can be repeated
  --workbooks N      workbooks of each site, two views each [default: 12]
  --datasources N    data sources of each site [default: 4]
  --projects N       projects of each site [default: 7]
  --users N          users of each site [default: 6]
  --groups N         groups of each site [default: 3]
  --session-minutes N
                     minutes that an unused session lives [default: 240]
  --job-seconds N    seconds that a background job takes [default: 60]
  --job-polls N      questions that a background job takes [default: 2]
  --fail-job NOTE    the first background job fails, with this note; given
                     again, the second does too, and so on
  -h, --help         print this
  -V, --version      print the version
";

fn main() -> ExitCode {
    let (builder, failures) = match read(std::env::args().skip(1)) {
        Ok(Some(asked)) => asked,
        Ok(None) => return ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tableau-mock-server: {error:#}\nTry 'tableau-mock-server --help'.");
            return ExitCode::from(2);
        }
    };
    match serve(builder, failures) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tableau-mock-server: {error:#}");
            // An argument whose value nobody could use is a mistake of the caller's all the same.
            let config = error
                .downcast_ref::<tableau_server_client::Error>()
                .is_some_and(|error| error.kind() == ErrorKind::Config);
            if config { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// What the arguments ask for, and the notes that jobs fail with; `None` where they asked for words
/// only.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<(Builder, Vec<String>)>> {
    let mut builder = MockServer::builder().keep_requests(false);
    let mut failures = Vec::new();
    while let Some(argument) = arguments.next() {
        let (flag, inline) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        if inline.is_none() {
            match flag {
                "-h" | "--help" => {
                    say(HELP)?;
                    return Ok(None);
                }
                "-V" | "--version" => {
                    say(concat!("tableau-mock-server ", env!("CARGO_PKG_VERSION"), "\n"))?;
                    return Ok(None);
                }
                "--https" => {
                    builder = builder.https();
                    continue;
                }
                _ => {}
            }
        }
        let known = [
            "--listen",
            "--port",
            "--api-version",
            "--site",
            "--workbooks",
            "--datasources",
            "--projects",
            "--users",
            "--groups",
            "--session-minutes",
            "--job-seconds",
            "--job-polls",
            "--fail-job",
        ];
        anyhow::ensure!(known.contains(&flag), "unknown argument '{argument}'");
        let value = inline.or_else(|| arguments.next());
        let value = value.with_context(|| format!("{flag} needs a value"))?;
        let wrong = || format!("{flag} cannot be '{value}'");
        let number = || value.parse::<u64>().with_context(wrong);
        builder = match flag {
            "--listen" => builder.listen_on(value.parse().with_context(wrong)?),
            "--port" => builder.port(value.parse().with_context(wrong)?),
            "--api-version" => builder.api_version(&value),
            "--site" => {
                let (name, content_url) = value.split_once('=').with_context(wrong)?;
                builder.site(name, content_url)
            }
            "--workbooks" => builder.workbooks(number()?),
            "--datasources" => builder.datasources(number()?),
            "--projects" => builder.projects(number()?),
            "--users" => builder.users(number()?),
            "--groups" => builder.groups(number()?),
            "--session-minutes" => builder.session_lifetime(seconds(number()?.saturating_mul(60))),
            "--job-seconds" => builder.job_time(seconds(number()?)),
            "--job-polls" => builder.job_polls(value.parse().with_context(wrong)?),
            _ => {
                failures.push(value);
                builder
            }
        };
    }
    Ok(Some((builder, failures)))
}

fn say(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn seconds(count: u64) -> std::time::Duration {
    std::time::Duration::from_secs(count)
}

fn serve(builder: Builder, failures: Vec<String>) -> Result<()> {
    let mock = builder.start()?;
    failures.into_iter().for_each(|note| mock.fail_next_job(note));
    say(&description(&mock)).context("printing the address")?;
    loop {
        std::thread::park();
    }
}

/// The line of JSON, with its members in the order of the help text.
fn description(mock: &MockServer) -> String {
    let members = [
        ("url", Some(mock.url())),
        ("api_version", Some(mock.api_version())),
        ("site", Some("")),
        ("username", Some(mock.username())),
        ("password", Some(mock.password())),
        ("token_name", Some(mock.token_name())),
        ("token_secret", Some(mock.token_secret())),
        ("jwt", Some(mock.jwt())),
        ("certificate_sha256", mock.certificate_sha256()),
    ];
    // A map of serde_json would sort them.
    let members = members.map(|(name, value)| format!("\"{name}\":{}", serde_json::json!(value)));
    format!("{{{}}}\n", members.join(","))
}
