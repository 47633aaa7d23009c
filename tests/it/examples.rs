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

/// Runs `tableau` with these arguments and returns what it printed.
fn tableau(mock: &tsc::mock::MockServer, args: &[&str]) -> String {
    let mut command = example("tableau");
    command.env("TABLEAU_SERVER", mock.url()).env("TABLEAU_DB_PASSWORD", "pw");
    command.env("TABLEAU_USERNAME", mock.username()).env("TABLEAU_PASSWORD", mock.password());
    output_of(command.args(args))
}

#[test]
fn each_subcommand_of_tableau_runs() {
    let mock = tsc::mock::MockServer::builder()
        .workbook("Planning/Plan 2026", ["Sheet 2026"])
        .datasource("Planning/Orders 2026")
        .project("Archive 2026")
        .site("Other", "other")
        .job_polls(1)
        .start()
        .unwrap();
    let folder = std::env::temp_dir().join(format!("tableau-example-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (twb, png, hyper) = (path("New 2026.twb"), path("view.png"), path("rows.hyper"));
    std::fs::write(&twb, "<workbook/>").unwrap();
    std::fs::write(&hyper, "HyPe rows").unwrap();

    let query = "query { workbooks { name } }";
    let runs: &[(&[&str], &str)] = &[
        (&["login"], "VERSION"),
        (&["projects", "--name", "Planning"], "Planning"),
        (&["create-project", "Europe 2026", "--parent", "Planning"], "Europe 2026"),
        (&["create-webhook", "hook", "DatasourceRefreshFailed", "https://ops.example/hook"], "200"),
        (&["add-favorite", "Plan 2026"], "1"),
        (&["metadata", query], "Plan 2026"),
        (&["workbooks", "--name", "Plan 2026"], "Planning"),
        (&["show-workbook", "Plan 2026"], "Sheet 2026"),
        (&["show-datasource", "Orders 2026"], "SERVER"),
        (&["publish", &twb, "Planning"], "New 2026"),
        (&["export", "Sheet 2026", &png, "--field", "Region", "--value", "West"], "view.png"),
        (&["download", "Plan 2026", folder.to_str().unwrap()], "Plan 2026"),
        (&["move-workbook", "New 2026", "Archive 2026"], "Archive 2026"),
        (&["copy-workbook", "Plan 2026", "other", "Planning"], "Plan 2026"),
        (&["refresh-datasource", "Orders 2026"], "JOB"),
        (&["create-extract", "Plan 2026"], "JOB"),
        (&["refresh-workbook", "Plan 2026"], "JOB"),
        (&["delete-extract", "Plan 2026"], "JOB"),
        (&["update-connections", "Orders 2026", "report"], "USER"),
        (&["append-rows", "Orders 2026", &hyper, "orders"], "JOB"),
        (&["freshness", "Plan 2026", "6"], "6"),
        (&["create-group", "Team 2026"], "Team 2026"),
        (&["groups", "--name", "Team 2026"], "Team 2026"),
        (&["add-user", "cy", "Viewer"], "cy"),
        (&["permissions", "Plan 2026"], "CAPABILITY"),
        (&["default-permission", "Planning", "Team 2026"], "Team 2026"),
        (&["create-schedule", "Nightly 2026", "02:30"], "ID"),
        (&["schedule-workbook", "Plan 2026", "Nightly 2026"], "Nightly 2026"),
        (&["create-task", "Plan 2026", "02:30"], "ID"),
        (&["tasks"], "WORKBOOK"),
        (&["cancel-jobs"], "CANCELLED"),
    ];
    for (args, expected) in runs {
        let stdout = tableau(&mock, args);
        assert!(stdout.contains(expected), "{args:?}: {stdout}");
    }
    let tasks = tableau(&mock, &["tasks"]);
    let id = tasks.lines().nth(1).unwrap().split(' ').next().unwrap();
    assert!(tableau(&mock, &["run-task", id]).contains("JOB"));
    assert_eq!(mock.sessions_open(), 0);
    std::fs::remove_dir_all(&folder).unwrap();

    let help = output_of(example("tableau").arg("--help"));
    let listed = help.lines().filter(|line| line.starts_with("  ") && !line.contains("--")).count();
    assert_eq!(listed, runs.len() + 2, "each subcommand and `help`: {help}");
}

#[test]
fn tableau_prints_json_and_returns_exit_codes() {
    let mock = tsc::mock::MockServer::builder().workbook("A/Plan 2026", ["S"]).start().unwrap();
    let json = tableau(&mock, &["workbooks", "--name", "Plan 2026", "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows[0]["name"], "Plan 2026");

    let code = |args: &[&str], password: &str| {
        let mut command = example("tableau");
        command.env("TABLEAU_USERNAME", mock.username()).env("TABLEAU_PASSWORD", password);
        let output = command.args(["--server", mock.url()]).args(args).output().unwrap();
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
        output.status.code()
    };
    assert_eq!(code(&["workbooks"], "wrong"), Some(3));
    assert_eq!(code(&["workbooks", "--none"], mock.password()), Some(2));
    assert_eq!(code(&["show-workbook", "none"], mock.password()), Some(1));
}
