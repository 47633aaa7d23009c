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

/// The program `tableau` with the address and the credentials of the mock server.
fn tableau(mock: &tsc::mock::MockServer, args: &[&str]) -> Command {
    let mut command = example("tableau");
    command.env("TABLEAU_SERVER", mock.url()).env("TABLEAU_DB_PASSWORD", "pw");
    command.env("TABLEAU_USERNAME", mock.username()).env("TABLEAU_PASSWORD", mock.password());
    command.args(args).stdin(Stdio::null());
    command
}

/// The names of the subcommands.
fn subcommands() -> Vec<String> {
    let help = output_of(example("tableau").arg("--help"));
    let (_, rest) = help.split_once("Commands:\n").unwrap();
    let (list, _) = rest.split_once("\n\n").unwrap();
    list.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn each_subcommand_of_tableau_prints_a_table_and_json() {
    let folder = std::env::temp_dir().join(format!("tableau-example-{}", std::process::id()));
    let files = folder.join("files");
    std::fs::create_dir_all(&files).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (twb, hyper) = (path("New 2026.twb"), path("rows.hyper"));
    let (downloads, png) = (path("downloads"), path("downloads/view.png"));
    std::fs::write(&twb, "<workbook/>").unwrap();
    std::fs::write(&hyper, "HyPe rows").unwrap();
    std::fs::write(files.join("Day 2026.hyper"), "HyPe rows").unwrap();
    std::fs::write(files.join("notes.txt"), "not published").unwrap();

    let query = "query { workbooks { name } }";
    // What the output has, in lower case: the name of a column or a value.
    let runs: &[(&[&str], &str)] = &[
        (&["login"], "version"),
        (&["list", "views"], "sheet 2026"),
        (&["projects", "--name", "Planning"], "planning"),
        (&["create-project", "Europe 2026", "--parent", "Planning"], "europe 2026"),
        (&["create-site", "New 2026", "new2026"], "new 2026"),
        (&["delete-site", "new2026"], "new2026"),
        (&["create-webhook", "hook", "DatasourceRefreshFailed", "https://ops.example/hook"], "200"),
        (&["add-favorite", "Plan 2026"], "1"),
        (&["metadata", query], "plan 2026"),
        (&["workbooks", "--name", "Plan 2026"], "planning"),
        (&["show-workbook", "Plan 2026"], "sheet 2026"),
        (&["show-datasource", "Orders 2026"], "server"),
        (&["publish", &twb, "Planning"], "new 2026"),
        (&["publish-folder", files.to_str().unwrap(), "Planning"], "day 2026"),
        (&["export", "Sheet 2026", &png, "--field", "Region", "--value", "West"], "view.png"),
        (&["download", "Plan 2026", &downloads], "plan 2026"),
        (&["move-workbook", "New 2026", "Archive 2026"], "archive 2026"),
        (&["copy-workbook", "Plan 2026", "other", "Planning"], "plan 2026"),
        (&["refresh-datasource", "Orders 2026"], "completed"),
        (&["create-extract", "Plan 2026"], "job"),
        (&["refresh-workbook", "Plan 2026"], "completed"),
        (&["delete-extract", "Plan 2026"], "job"),
        (&["update-connections", "Orders 2026", "report"], "report"),
        (&["append-rows", "Orders 2026", &hyper, "orders"], "completed"),
        (&["freshness", "Plan 2026", "6"], "6"),
        (&["create-group", "Team 2026"], "team 2026"),
        (&["groups", "--name", "Team 2026"], "team 2026"),
        (&["add-user", "cy", "Viewer"], "cy"),
        (&["permissions", "Plan 2026"], "capability"),
        (&["default-permission", "Planning", "Team 2026"], "team 2026"),
        (&["create-schedule", "Nightly 2026", "02:30"], "id"),
        (&["schedule-workbook", "Plan 2026", "Nightly 2026"], "nightly 2026"),
        (&["create-task", "Plan 2026", "02:30"], "id"),
        (&["tasks"], "workbook"),
        (&["list", "jobs"], "refresh"),
        (&["cancel-jobs"], "cancelled"),
    ];
    let mut run: std::collections::BTreeSet<&str> = runs.iter().map(|(args, _)| args[0]).collect();
    for json in [false, true] {
        std::fs::create_dir(&downloads).unwrap();
        let mock = tsc::mock::MockServer::builder()
            .workbook("Planning/Plan 2026", ["Sheet 2026"])
            .datasource("Planning/Orders 2026")
            .project("Archive 2026")
            .site("Other", "other")
            .job_polls(1)
            .start()
            .unwrap();
        // Progress is hidden without a terminal.
        let output = |args: &[&str]| {
            let flag = json.then_some("--json");
            let output = tableau(&mock, args).args(flag).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success() && stderr.is_empty(), "{args:?}: {stderr}");
            String::from_utf8(output.stdout).unwrap()
        };
        let rows = |text: &str| serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap();
        for (args, expected) in runs {
            let text = output(args);
            // Empty tables have no rows, and JSON no columns.
            let found = text.to_lowercase().contains(expected) || json && rows(&text).is_empty();
            assert!(found, "{args:?}: {text}");
        }
        let tasks = output(&["tasks"]);
        let id = match json {
            true => rows(&tasks)[0]["id"].as_str().unwrap().to_owned(),
            false => tasks.lines().nth(1).unwrap().split(' ').next().unwrap().to_owned(),
        };
        assert!(output(&["run-task", &id]).to_lowercase().contains("job"));
        assert_eq!(mock.sessions_open(), 0);
        std::fs::remove_dir_all(&downloads).unwrap();
    }
    std::fs::remove_dir_all(&folder).unwrap();
    run.insert("run-task");
    assert!(subcommands().iter().all(|name| run.contains(&**name)), "{run:?}");
}

#[test]
fn help_of_tableau_fits_60_columns() {
    let mut checked = 0;
    for name in [""].into_iter().map(str::to_owned).chain(subcommands()) {
        let help =
            output_of(example("tableau").args((!name.is_empty()).then_some(name)).arg("--help"));
        for line in help.lines().filter(|line| !line.starts_with("Usage: ")) {
            assert!(line.chars().count() <= 60, "{line}");
            checked += 1;
        }
        // Each argument and option has a description after its name.
        let undescribed = |line: &&str| {
            let name = line.trim_start();
            (name.starts_with('<') || name.starts_with("--")) && !name.contains("  ")
        };
        assert_eq!(help.lines().find(undescribed), None);
    }
    assert!(checked > 100);
}

#[test]
fn tableau_returns_exit_codes_and_takes_the_site_and_names_from_flags() {
    let mock = tsc::mock::MockServer::builder().site("Other", "other").start().unwrap();
    let json =
        output_of(tableau(&mock, &["login", "--site", "other", "--json"]).env("TABLEAU_SITE", ""));
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows[0]["site"], "other");
    let sign_in = mock.requests_to("POST", "/auth/signin");
    assert_eq!(sign_in.len(), 1, "Tableau Cloud cannot switch sites");
    let mut with_token = example("tableau");
    with_token.args(["--token-name", mock.token_name(), "--server", mock.url(), "login"]);
    with_token.env("TABLEAU_USERNAME", "other").env("TABLEAU_TOKEN_VALUE", mock.token_secret());
    output_of(&mut with_token);

    let code = |args: &[&str], password: &str| {
        let mut command = example("tableau");
        command.env("TABLEAU_PASSWORD", password).stdin(Stdio::null());
        command.args(["--server", mock.url(), "--username", mock.username()]);
        let output = command.args(args).output().unwrap();
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
        output.status.code()
    };
    assert_eq!(code(&["workbooks"], "wrong"), Some(3));
    assert_eq!(code(&["workbooks", "--none"], mock.password()), Some(2));
    assert_eq!(code(&["list", "cats"], mock.password()), Some(2));
    assert_eq!(code(&["freshness", "Sales", "soon"], mock.password()), Some(2));
    assert_eq!(code(&["export", "Details", "x.png"], mock.password()), Some(2), "ambiguous");
    let half = ["export", "Sales/sheets/Details", "x.png", "--field", "Region"];
    assert_eq!(code(&half, mock.password()), Some(2));
    assert_eq!(code(&["publish-folder", "/no/such/folder", "Finance"], mock.password()), Some(10));
    assert_eq!(code(&["show-workbook", "none"], mock.password()), Some(4));
    assert_eq!(code(&["export", "none", "view.png"], mock.password()), Some(4));
    assert_eq!(code(&["schedule-workbook", "Sales", "none"], mock.password()), Some(4));
    assert_eq!(mock.sessions_open(), 0);
}

#[test]
fn table_of_tableau_has_cells_of_any_length() {
    let mock = tsc::mock::MockServer::builder().workbooks(2000).start().unwrap();
    let query = "query { workbooks { name projectName } }";
    let table = output_of(&mut tableau(&mock, &["metadata", query]));
    assert!(table.len() > 1 << 16, "{} bytes", table.len());
}

#[cfg(unix)]
#[test]
fn tableau_signs_out_if_its_output_is_not_read() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = tableau(&mock, &["workbooks"]).stdout(writer).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    assert_eq!(mock.requests_to("POST", "/auth/signout").len(), 1);
}
