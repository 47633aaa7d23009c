//! The program.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};
use std::sync::Once;

use super::request;
use crate::help::cargo;

/// The program, which `cargo test` builds beside this binary only where the feature was asked for
/// by name.
fn program() -> Command {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        let mut build = cargo();
        build.args(["build", "--quiet", "--features", "mock", "--bin", "tableau-mock-server"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        assert!(build.status().unwrap().success());
    });
    Command::new(env!("CARGO_BIN_EXE_tableau-mock-server"))
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

#[test]
fn help_and_mistakes() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).unwrap();
    for flag in ["--port", "--https", "--api-version", "--workbooks", "--users", "--fail-job"] {
        assert!(text.contains(flag), "{flag} in {text}");
    }
    for arguments in [
        &["--nonsense"][..],
        &["word"],
        &["--port"],
        &["--port", "x"],
        &["--port", "70000"],
        &["--workbooks", "-1"],
        &["--api-version", "two"],
        &["--https=yes"],
        &["--fail-job"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn one_line_and_then_it_serves() {
    let arguments = ["--workbooks", "3", "--api-version=3.9", "--site", "Marketing=marketing"];
    let mut child = program().args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let info: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!((info["api_version"].as_str(), info["site"].as_str()), (Some("3.9"), Some("")));
    assert!(info["certificate_sha256"].is_null());
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    let documented = help.split('{').nth(1).unwrap().split('}').next().unwrap();
    let names = |json: &str| -> Vec<String> {
        let members = json.trim_matches(['{', '}', '\n']).split(',');
        members.map(|m| m.trim().split('"').nth(1).unwrap().to_owned()).collect()
    };
    assert_eq!(names(&line), names(documented), "the members in the order of --help");
    for name in ["username", "password", "token_name", "token_secret"] {
        assert!(info[name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    let address = info["url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let body = format!(
        "<tsRequest><credentials name='{}' password='{}'><site contentUrl='marketing'/></credentials></tsRequest>",
        info["username"].as_str().unwrap(),
        info["password"].as_str().unwrap()
    );
    let bytes = request("POST", "/api/3.9/auth/signin", &[], body.as_bytes());
    std::io::Write::write_all(&mut stream, &bytes).unwrap();
    let answer = super::read_answer(&mut BufReader::new(stream)).unwrap();
    assert_eq!(answer.one("site", "contentUrl"), "marketing");
    child.kill().unwrap();
    child.wait().unwrap();
}
