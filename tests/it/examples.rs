//! Runs the examples.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tableau_server_client as tsc;

use crate::help::cargo;

/// An example. `cargo test` builds it, but `cargo test --test it` does not.
fn example(name: &str) -> Command {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(name);
    if !path.exists() {
        assert!(cargo().args(["build", "--example", name]).status().unwrap().success());
    }
    let mut command = Command::new(path);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name).env_remove(name.to_ascii_lowercase());
    }
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TABLEAU_")) {
        command.env_remove(name);
    }
    command
}

fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    stdout
}

#[test]
fn quickstart_runs_on_its_own_mock_server() {
    let stdout = output_of(&mut example("quickstart"));
    assert!(stdout.contains("Signed out."), "{stdout}");
    assert!(stdout.contains("/auth/signout\nSessions still open there: 0"), "{stdout}");
}

#[test]
fn quickstart_accepts_each_kind_of_credentials() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let credentials: [&[(&str, &str)]; 3] = [
        &[("TABLEAU_TOKEN_NAME", mock.token_name()), ("TABLEAU_TOKEN_VALUE", mock.token_secret())],
        &[("TABLEAU_USERNAME", mock.username()), ("TABLEAU_PASSWORD", mock.password())],
        &[("TABLEAU_JWT", mock.jwt())],
    ];
    for (count, variables) in credentials.into_iter().enumerate() {
        let mut quickstart = example("quickstart");
        quickstart.env("TABLEAU_SERVER", mock.url()).envs(variables.iter().copied());
        let stdout = output_of(&mut quickstart);
        assert!(stdout.starts_with("Signed in") && stdout.ends_with("Signed out.\n"), "{stdout}");
        assert_eq!(mock.requests_to("POST", "/auth/signout").len(), count + 1);
    }
    let output = example("quickstart").env("TABLEAU_SERVER", mock.url()).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("TABLEAU_TOKEN_NAME"));
}

#[cfg(unix)]
#[test]
fn interrupted_script_signs_out() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let mut script = example("interrupt")
        .env("TABLEAU_SERVER", mock.url())
        .env("TABLEAU_USERNAME", mock.username())
        .env("TABLEAU_PASSWORD", mock.password())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(script.stdout.take().unwrap()).lines();
    assert_eq!(stdout.next().unwrap().unwrap(), "signed in; press Ctrl-C");
    assert_eq!(mock.sessions_open(), 1);
    let kill = Command::new("kill").args(["-INT", &script.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(stdout.last().unwrap().unwrap(), "interrupted");
    assert!(script.wait().unwrap().success());
    assert_eq!(mock.sessions_open(), 0);
    assert_eq!(mock.requests_to("POST", "/auth/signout").len(), 1);
}
