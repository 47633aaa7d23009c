//! `tableau-mock-server`: the mock Tableau Server as a program, for clients in any language.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::Receiver;

use anyhow::{Context, Result};
use tableau_server_client::ErrorKind;
use tableau_server_client::mock::{Builder, Fault, MockServer};

const HELP: &str = "\
A mock Tableau Server, for tests.

Usage: tableau-mock-server [OPTIONS]

Prints one line of JSON when it is ready, and runs until it is killed:
{\"url\":…,\"api_version\":…,\"site\":\"\",\"username\":…,\"password\":…,
 \"token_name\":…,\"token_secret\":…,\"jwt\":…,\"certificate_sha256\":…}

Options:
  --port N           listen on this port [default: 0, a free one]
  --listen ADDRESS   listen on this IP address [default: 127.0.0.1]
  --https            HTTPS with a self-signed certificate
  --cert-out FILE    write that certificate to this file, in PEM
  --api-version V    newest REST API version to support [default: 3.30]
  --username NAME    name of the administrator [default: admin]
  --password TEXT    password of the administrator [default: a random one]
  --token NAME=SECRET
                     a personal access token of the administrator, with one
                     session at a time; can be repeated
  --connected-app CLIENT-ID,SECRET-ID,SECRET
                     a connected app of each site, whose JSON Web Tokens are
                     verified; can be repeated
  --site NAME=URL    a site in addition to the default one; can be repeated
  --project PATH     a project of each site, such as Finance/Reports; can be
                     repeated
  --linked-task SCHEDULE=FLOW[,FLOW…]
                     a linked task of each site, on a schedule of the
                     server such as 'Every night'; can be repeated
  --workbooks N      workbooks of each site, two views each [default: 12]
  --datasources N    data sources of each site [default: 4]
  --projects N       projects of each site [default: 7]
  --users N          users of each site [default: 6]
  --groups N         groups of each site [default: 3]
  --session-minutes N
                     minutes until an unused session expires [default: 240]
  --job-seconds N    seconds that a background job takes [default: 60]
  --job-polls N      queries after which a background job ends [default: 2]
  --fail-job NOTE    make the first background job fail with this note; can be
                     repeated for further jobs
  --fault FAULT      a fault to inject: what happens, to which requests and
                     how often, such as '503 GET /workbooks times=1' or
                     'delay=2s'; can be repeated
  --refuse-all-fields
                     lists refuse fields=_all_, as Tableau Server 2021.3 does
  --exit-on-stdin-close
                     exit when stdin is closed; ignored if it is closed from
                     the start
  -h, --help         print this help
  -V, --version      print the version
";

/// The parsed arguments.
struct Options {
    builder: Builder,
    username: Option<String>,
    password: Option<String>,
    /// Names and secrets of tokens of the administrator.
    tokens: Vec<(String, String)>,
    /// The notes that the first background jobs fail with.
    failures: Vec<String>,
    faults: Vec<Fault>,
    cert_out: Option<PathBuf>,
    exit_on_stdin_close: bool,
}

fn main() -> ExitCode {
    let options = match read(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => return ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tableau-mock-server: {error:#}\nTry 'tableau-mock-server --help'.");
            return ExitCode::from(2);
        }
    };
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tableau-mock-server: {error:#}");
            // The builder rejects some values of arguments.
            let config = error
                .downcast_ref::<tableau_server_client::Error>()
                .is_some_and(|error| error.kind() == ErrorKind::Config);
            if config { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// The options with a value, and the form of the value.
const FORMS: [(&str, &str); 21] = [
    ("--port", "a port number from 0 to 65535"),
    ("--listen", "an IP address such as 127.0.0.1"),
    ("--cert-out", "the path of a file"),
    ("--api-version", "a REST API version such as 3.30, 2.4 or later"),
    ("--username", "a user name"),
    ("--password", "a password"),
    ("--token", "NAME=SECRET"),
    ("--connected-app", "CLIENT-ID,SECRET-ID,SECRET"),
    ("--site", "NAME=URL, with the content URL of the site"),
    ("--project", "a path such as Finance/Reports"),
    ("--linked-task", "SCHEDULE=FLOW[,FLOW…]"),
    ("--workbooks", "a number"),
    ("--datasources", "a number"),
    ("--projects", "a number"),
    ("--users", "a number"),
    ("--groups", "a number"),
    ("--session-minutes", "a number"),
    ("--job-seconds", "a number"),
    ("--job-polls", "a number"),
    ("--fail-job", "a note"),
    ("--fault", "a fault such as '503 GET /workbooks times=1'"),
];

/// Parses the arguments; `None` for `--help` and `--version`, whose text is printed here.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>> {
    let mut options = Options {
        builder: MockServer::builder().keep_requests(false),
        username: None,
        password: None,
        tokens: Vec::new(),
        failures: Vec::new(),
        faults: Vec::new(),
        cert_out: None,
        exit_on_stdin_close: false,
    };
    let mut https = false;
    while let Some(argument) = arguments.next() {
        let (flag, inline) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (flag, Some(value.to_owned())),
            _ => (argument.as_str(), None),
        };
        if let "-h"
        | "--help"
        | "-V"
        | "--version"
        | "--https"
        | "--exit-on-stdin-close"
        | "--refuse-all-fields" = flag
        {
            anyhow::ensure!(inline.is_none(), "{flag} takes no value");
        }
        match flag {
            "-h" | "--help" => {
                say(HELP)?;
                return Ok(None);
            }
            "-V" | "--version" => {
                say(concat!("tableau-mock-server ", env!("CARGO_PKG_VERSION"), "\n"))?;
                return Ok(None);
            }
            "--https" => https = true,
            "--refuse-all-fields" => options.builder = options.builder.all_fields(false),
            "--exit-on-stdin-close" => options.exit_on_stdin_close = true,
            _ => {
                let form = FORMS.iter().find(|(known, _)| *known == flag).map(|(_, form)| *form);
                let form = form.with_context(|| format!("unknown argument '{argument}'"))?;
                let value = inline.or_else(|| arguments.next());
                let value = value.with_context(|| format!("{flag} needs a value: {form}"))?;
                options = options.with_value(flag, &value).with_context(|| {
                    // A password or token must not end up in a log.
                    let shown = match flag {
                        "--password" | "--token" | "--connected-app" => "this value".to_owned(),
                        _ => format!("'{value}'"),
                    };
                    format!("{flag} cannot be {shown}: expected {form}")
                })?;
            }
        }
    }
    anyhow::ensure!(https || options.cert_out.is_none(), "--cert-out needs --https");
    if https {
        options.builder = options.builder.https();
    }
    Ok(Some(options))
}

impl Options {
    /// Sets an option; `None` if the value does not have its form.
    fn with_value(mut self, flag: &str, value: &str) -> Option<Options> {
        let number = || value.parse::<u64>().ok();
        let pair = || {
            let (name, value) = value.split_once('=').filter(|(name, _)| !name.is_empty())?;
            Some((name.to_owned(), value.to_owned()))
        };
        let text = || Some(value.to_owned()).filter(|text| !text.is_empty());
        self.builder = match flag {
            "--listen" => self.builder.listen_on(value.parse().ok()?),
            "--port" => self.builder.port(value.parse().ok()?),
            "--api-version" => {
                let is_number = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
                value.split_once('.').filter(|(a, b)| is_number(a) && is_number(b))?;
                self.builder.api_version(value)
            }
            "--site" => {
                let (name, content_url) = pair()?;
                self.builder.site(name, content_url)
            }
            "--connected-app" => {
                let mut parts = value.splitn(3, ',');
                let mut part = || parts.next().filter(|part| !part.is_empty());
                self.builder.connected_app(part()?, part()?, part()?)
            }
            "--project" => self.builder.project(text()?),
            "--linked-task" => {
                let (schedule, flows) = pair()?;
                self.builder.linked_task(schedule, flows.split(','))
            }
            "--workbooks" => self.builder.workbooks(number()?),
            "--datasources" => self.builder.datasources(number()?),
            "--projects" => self.builder.projects(number()?),
            "--users" => self.builder.users(number()?),
            "--groups" => self.builder.groups(number()?),
            "--session-minutes" => {
                self.builder.session_lifetime(seconds(number()?.saturating_mul(60)))
            }
            "--job-seconds" => self.builder.job_time(seconds(number()?)),
            "--job-polls" => self.builder.job_polls(value.parse().ok()?),
            other => {
                match other {
                    "--username" => self.username = Some(text()?),
                    "--password" => self.password = Some(text()?),
                    "--token" => self.tokens.push(pair().filter(|(_, secret)| !secret.is_empty())?),
                    "--fault" => self.faults.push(value.parse().ok()?),
                    "--cert-out" => self.cert_out = Some(text()?.into()),
                    _ => self.failures.push(value.to_owned()),
                }
                self.builder
            }
        };
        Some(self)
    }
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

fn serve(options: Options) -> Result<()> {
    // The program reads stdin before it starts the server, so that it can tell a stdin that was
    // closed before from one that is closed later.
    let stdin = options.exit_on_stdin_close.then(watch_stdin).flatten();
    let mut builder = options.builder;
    if let Some(name) = &options.username {
        builder = builder.admin_name(name);
    }
    if let Some(password) = &options.password {
        builder = builder.admin_password(password);
    }
    let admin = options.username.as_deref().unwrap_or("admin");
    for (name, secret) in &options.tokens {
        builder = builder.token(admin, name, secret);
    }
    let mock = builder.start()?;
    options.faults.into_iter().for_each(|fault| mock.fault(fault));
    options.failures.into_iter().for_each(|note| mock.fail_next_job(note));
    if let (Some(path), Some(pem)) = (&options.cert_out, mock.certificate_pem()) {
        let failed = || format!("writing the certificate to '{}'", path.display());
        std::fs::write(path, pem).with_context(failed)?;
    }
    let token = options.tokens.first().map(|(name, secret)| (name.as_str(), secret.as_str()));
    say(&description(&mock, token)).context("printing the address")?;
    if let Some(closed) = stdin {
        // An error means that the thread ended, after it sent the message.
        let _ = closed.recv();
        return Ok(());
    }
    loop {
        std::thread::park();
    }
}

/// Reports the end of stdin; `None` if stdin has ended already, as with `< /dev/null`.
fn watch_stdin() -> Option<Receiver<()>> {
    let (sender, closed) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // An error counts as the end.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = sender.send(());
    });
    // The end of a closed stdin is reported at once, but on another thread.
    match closed.recv_timeout(std::time::Duration::from_millis(200)) {
        Ok(()) => None,
        Err(_) => Some(closed),
    }
}

/// Returns the line of JSON, with its members in the order of the help text.
fn description(mock: &MockServer, token: Option<(&str, &str)>) -> String {
    let (token_name, token_secret) = token.unwrap_or((mock.token_name(), mock.token_secret()));
    let members = [
        ("url", Some(mock.url())),
        ("api_version", Some(mock.api_version())),
        ("site", Some("")),
        ("username", Some(mock.username())),
        ("password", Some(mock.password())),
        ("token_name", Some(token_name)),
        ("token_secret", Some(token_secret)),
        ("jwt", Some(mock.jwt())),
        ("certificate_sha256", mock.certificate_sha256()),
    ];
    // A map of serde_json would sort the members.
    let members = members.map(|(name, value)| format!("\"{name}\":{}", serde_json::json!(value)));
    format!("{{{}}}\n", members.join(","))
}
