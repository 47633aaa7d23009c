//! The program `tableau-mock-server`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use tableau_server_client::{
    ConnectedAppAuth, HttpOptions, PersonalAccessTokenAuth, RetryPolicy, Server, TableauAuth,
};

use super::request;

/// The program, which Cargo builds together with this binary.
fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tableau-mock-server"))
}

fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

#[test]
fn prints_help_and_rejects_invalid_arguments() {
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
        &["--cert-out", "x.pem"],
        &["--cert-out"],
        &["--exit-on-stdin-close=1"],
        &["--refuse-all-fields=1"],
        &["--fault", "GET /workbooks"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn prints_one_line_and_serves() {
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
    assert_eq!(names(&line), names(documented), "the members have the order of --help");
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
    let response = super::read_response(&mut BufReader::new(stream)).unwrap();
    assert_eq!(response.one("site", "contentUrl"), "marketing");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A running program; killed at the end of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program, and returns the line that it prints.
fn start(arguments: &[&str], stdin: Stdio) -> (Running, serde_json::Value) {
    let mut command = program();
    command.args(arguments).stdin(stdin).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (Running(child), serde_json::from_str(&line).unwrap())
}

#[test]
fn rejected_values_name_the_expected_form() {
    for (arguments, expected) in [
        (&["--token", "geheim"][..], "--token cannot be this value: expected NAME=SECRET"),
        (&["--token="], "expected NAME=SECRET"),
        (
            &["--connected-app", "client,geheim"],
            "--connected-app cannot be this value: expected CLIENT-ID,SECRET-ID,SECRET",
        ),
        (&["--site", "x"], "--site cannot be 'x': expected NAME=URL"),
        (&["--port", "70000"], "--port cannot be '70000': expected a port number from 0 to 65535"),
        (&["--listen", "localhost"], "expected an IP address such as 127.0.0.1"),
        (&["--users", "many"], "--users cannot be 'many': expected a number"),
        (&["--api-version", "3"], "expected a REST API version such as 3.30"),
        (&["--api-version", "2.3"], "expected one such as 3.30, 2.4 or later"),
        (&["--project"], "--project needs a value: a path such as Finance/Reports"),
        (&["--https=yes"], "--https takes no value"),
        (&["--cert-out", "x.pem"], "--cert-out needs --https"),
        (&["--fault", "503 twice"], "expected a fault such as '503 GET /workbooks times=1'"),
    ] {
        let output = run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains(expected), "{arguments:?}: {text}");
        assert!(!text.contains("geheim"), "{text}");
    }
}

#[test]
fn accepts_credentials_and_projects_from_options() {
    let (_running, info) = start(
        &["--username=ada", "--password=p=w", "--token", "ci=se=cret", "--project", "A/B"],
        Stdio::null(),
    );
    assert_eq!(info["username"], "ada");
    assert_eq!(info["password"], "p=w");
    assert_eq!((&info["token_name"], &info["token_secret"]), (&"ci".into(), &"se=cret".into()));
    let server = Server::new(info["url"].as_str().unwrap()).unwrap();
    drop(server.sign_in(&TableauAuth::new("ada", "p=w")).unwrap());
    let session = server.sign_in(&PersonalAccessTokenAuth::new("ci", "se=cret")).unwrap();
    let projects = session.projects().list().into_iter().map(|project| project.unwrap().name);
    let projects: Vec<String> = projects.collect();
    assert!(["A", "B"].iter().all(|name| projects.iter().any(|known| known == name)));
}

#[test]
fn accepts_connected_apps_from_options() {
    let (_running, info) =
        start(&["--connected-app=client,id,se,cret", "--site=Other=other"], Stdio::null());
    let server = Server::new(info["url"].as_str().unwrap()).unwrap();
    let scopes = ["tableau:content:read"];
    let auth = ConnectedAppAuth::new("client", "id", "se,cret", "admin", scopes);
    for site in ["", "other"] {
        let session = server.sign_in(&auth.clone().site(site)).unwrap();
        session.workbooks().list().total().unwrap();
        let error = session.connected_apps().list().total().unwrap_err();
        assert_eq!(error.code(), Some("401002"), "the scopes limit the session: {error}");
    }
}

#[test]
fn injects_faults_from_options() {
    let (_running, info) = start(
        &[
            "--fault=403 GET /projects skip=1 times=1",
            "--fault",
            "503 html POST /auth/signin times=1",
        ],
        Stdio::null(),
    );
    let auth = TableauAuth::new("admin", info["password"].as_str().unwrap());
    let mut server = Server::new(info["url"].as_str().unwrap()).unwrap();
    server.add_http_options(HttpOptions::new().retries(RetryPolicy::none())).unwrap();
    assert_eq!(server.sign_in(&auth).unwrap_err().status(), Some(503));
    let session = server.sign_in(&auth).unwrap();
    let statuses: Vec<Option<u16>> = (0..3)
        .map(|_| session.projects().list().page(1).err().and_then(|error| error.status()))
        .collect();
    assert_eq!(statuses, [None, Some(403), None]);
}

#[test]
fn refuses_all_fields_from_an_option() {
    let (_running, info) = start(&["--refuse-all-fields"], Stdio::null());
    let auth = TableauAuth::new("admin", info["password"].as_str().unwrap());
    let server = Server::new(info["url"].as_str().unwrap()).unwrap();
    let session = server.sign_in(&auth).unwrap();
    let error = session.workbooks().list().fields(["_all_"]).page(1).unwrap_err();
    assert_eq!(error.code(), Some("400023"));
    assert!(session.workbooks().list().page(1).is_ok());
}

#[test]
fn writes_the_certificate_to_a_file() {
    let path = std::env::temp_dir().join(format!("tsc-mock-{}.pem", std::process::id()));
    let (_running, info) = start(&["--https", "--cert-out", path.to_str().unwrap()], Stdio::null());
    let mut server = Server::new(info["url"].as_str().unwrap()).unwrap();
    server.add_http_options(HttpOptions::new().verify(path.as_path())).unwrap();
    let auth = TableauAuth::new("admin", info["password"].as_str().unwrap());
    let signed_in = server.sign_in(&auth).map(drop);
    std::fs::remove_file(&path).unwrap();
    signed_in.unwrap();
}

#[test]
fn exits_when_stdin_is_closed_later_but_not_if_it_was_closed_from_the_start() {
    let (mut running, _) = start(&["--exit-on-stdin-close"], Stdio::piped());
    assert!(running.0.try_wait().unwrap().is_none());
    drop(running.0.stdin.take());
    assert!(running.0.wait().unwrap().success());
    let (_running, info) = start(&["--exit-on-stdin-close"], Stdio::null());
    let server = Server::new(info["url"].as_str().unwrap()).unwrap();
    let auth = TableauAuth::new("admin", info["password"].as_str().unwrap());
    drop(server.sign_in(&auth).unwrap());
}
