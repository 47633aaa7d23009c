//! A command-line program for common tasks, one subcommand each.
//!
//! The server is `--server` or `TABLEAU_SERVER`. The credentials are the environment variables that
//! `tsc::credentials_from_env` reads; flags replace the site and the name of the token or the user. The
//! program never asks for input. Results go to standard output, as a table or with `--json` as JSON;
//! progress and errors go to standard error. The exit codes are those of `tsc::Error::exit_code`, also for
//! errors of the program itself.

mod content;
mod output;
mod people;
mod schedules;
mod site;

use std::env;
use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};
use tableau_server_client as tsc;

use output::Table;

/// What a subcommand works with.
struct Task<'a> {
    server: &'a tsc::Server,
    session: &'a tsc::Session<'a>,
    args: &'a ArgMatches,
}

impl Task<'_> {
    /// The value of a required argument.
    fn text(&self, name: &str) -> &str {
        self.args.get_one::<String>(name).expect("clap requires the argument")
    }

    /// The value of an argument that can be left out.
    fn optional(&self, name: &str) -> Option<&str> {
        self.args.get_one::<String>(name).map(String::as_str)
    }

    fn flag(&self, name: &str) -> bool {
        self.args.get_flag(name)
    }

    fn project(&self, path: &str) -> anyhow::Result<tsc::Project> {
        found("project", path, self.session.projects().find(path)?)
    }

    fn workbook(&self) -> anyhow::Result<tsc::Workbook> {
        let name = self.text("WORKBOOK");
        found("workbook", name, self.session.workbooks().find(name)?)
    }

    fn datasource(&self) -> anyhow::Result<tsc::Datasource> {
        let name = self.text("DATASOURCE");
        found("data source", name, self.session.datasources().find(name)?)
    }

    fn group(&self) -> anyhow::Result<tsc::Group> {
        let name = self.text("GROUP");
        found("group", name, self.session.groups().find(name)?)
    }

    /// Waits for a job and shows its progress.
    fn wait(&self, mut job: tsc::JobHandle<'_>) -> anyhow::Result<Table> {
        let bar = progress_bar();
        let how = tsc::jobs::JobWait::new()
            .deadline(Duration::from_secs(4 * 3600))
            .on_progress(|progress| show(&bar, progress));
        let job = job.wait_with(how)?;
        bar.finish_and_clear();
        Ok(Table::new(&["job", "completed"])
            .row([job.id.to_string(), output::or_empty(job.completed_at)]))
    }
}

/// An item that does not exist, or that the user cannot see.
#[derive(Debug)]
struct NotFound(String);

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotFound {}

/// Returns the item, or an error with what was looked for.
fn found<T>(what: &str, name: &str, item: Option<T>) -> anyhow::Result<T> {
    item.ok_or_else(|| {
        let kind = what.replace(' ', "");
        let hint = format!("`list {kind}s` shows the names that this user can see");
        NotFound(format!("no {what} {name:?}: {hint}")).into()
    })
}

/// A progress bar on standard error, which is hidden if that is not a terminal.
fn progress_bar() -> ProgressBar {
    ProgressBar::new(0)
}

fn show(bar: &ProgressBar, progress: tsc::Progress) {
    let numbers = match progress.unit {
        tsc::ProgressUnit::Bytes => "{bytes}/{total_bytes}",
        tsc::ProgressUnit::Percent => "{percent} %",
        _ => "{pos}/{len}",
    };
    let style = ProgressStyle::with_template(&format!("{{wide_bar}} {numbers}"));
    bar.set_style(style.expect("the template is valid"));
    bar.set_length(progress.total.unwrap_or(progress.done));
    bar.set_position(progress.done);
}

/// A table with a row for each item of a list. Shows the progress of reading it.
fn table_of<T: tsc::ListItem, const N: usize>(
    columns: &'static [&'static str],
    list: tsc::List<'_, T>,
    row: impl Fn(T) -> [String; N],
) -> anyhow::Result<Table> {
    let mut table = Table::new(columns);
    let bar = progress_bar();
    for item in list.on_progress(|progress| show(&bar, progress)) {
        table.push(row(item?));
    }
    bar.finish_and_clear();
    Ok(table)
}

type Run = fn(&Task<'_>) -> anyhow::Result<Table>;

/// A subcommand: name, arguments in capitals, description, options, function.
type Entry = (&'static str, &'static [&'static str], &'static str, &'static [&'static str], Run);

fn entries() -> impl Iterator<Item = &'static Entry> {
    [content::ENTRIES, people::ENTRIES, schedules::ENTRIES, site::ENTRIES].into_iter().flatten()
}

/// What an argument or an option is.
fn describe(argument: &str) -> &'static str {
    match argument {
        "DATASOURCE" => "Name of the data source",
        "EVENT" => "Event, such as WorkbookRefreshFailed",
        "FILE" => "Path of the file",
        "FOLDER" => "Path of the folder",
        "GROUP" => "Name of the group",
        "HOURS" => "Number of hours",
        "ID" => "Id of the task",
        "KIND" => "Such as workbooks, users or jobs",
        "NAME" => "Name",
        "PROJECT" => "Path of the project: A/B is B in A",
        "QUERY" => "Query in GraphQL",
        "ROLE" => "Site role, such as Viewer",
        "SCHEDULE" => "Name of the schedule",
        "SITE" => "Content URL of the other site",
        "TABLE" => "Name of the table in both files",
        "TIME" => "Time of day, such as 02:30",
        "URL" => "Address that the webhook calls",
        "CONTENT_URL" => "Name of the site in addresses",
        "USER" => "Name of the user",
        "VIEW" => "Name, or Workbook/sheets/View",
        "WORKBOOK" => "Name of the workbook",
        "field" => "Field to filter the view by",
        "name" => "Only items with this name",
        "overwrite" => "Replace the file if it exists",
        "parent" => "Path of the parent project",
        "tag" => "Only items with this tag",
        "value" => "Value of the field",
        _ => "",
    }
}

fn command() -> Command {
    let connection = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("TEXT").global(true).help(help)
    };
    let mut command = Command::new("tableau")
        .about("Common tasks on Tableau Server and Tableau Cloud")
        .after_help(
            "Credentials are variables: TABLEAU_TOKEN_NAME and\n\
             TABLEAU_TOKEN_VALUE, TABLEAU_USERNAME and\n\
             TABLEAU_PASSWORD, or TABLEAU_JWT. The password for\n\
             update-connections is TABLEAU_DB_PASSWORD.\n\n\
             Exit codes: 0 success, 1 other error, 2 arguments or\n\
             settings, 3 sign-in refused, 4 not found, 5 conflict,\n\
             6 temporary, 7 not permitted, 8 certificate or redirect,\n\
             9 job failed, 10 file, 130 cancelled.",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .arg(connection("server", "Address [env: TABLEAU_SERVER]"))
        .arg(connection("site", "Content URL [env: TABLEAU_SITE]"))
        .arg(connection("token-name", "Name of the token").conflicts_with("username"))
        .arg(connection("username", "Name of the user"))
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .global(true)
                .help("Print JSON instead of a table"),
        );
    for (name, arguments, about, options, _) in entries() {
        let mut subcommand = Command::new(*name).about(*about);
        for argument in *arguments {
            let argument = Arg::new(*argument).required(true).help(describe(argument));
            subcommand = subcommand.arg(argument);
        }
        for option in *options {
            let argument = Arg::new(*option).long(*option).help(describe(option));
            subcommand = subcommand.arg(match *option {
                "overwrite" => argument.action(ArgAction::SetTrue),
                _ => argument.value_name("VALUE"),
            });
        }
        command = command.subcommand(subcommand);
    }
    command
}

/// The value of a flag, or of a variable of the environment.
fn setting(matches: &ArgMatches, flag: &str, variable: &str) -> Option<String> {
    let value = matches.get_one::<String>(flag).cloned().or_else(|| env::var(variable).ok());
    value.filter(|value| !value.is_empty())
}

/// The credentials for the site of the flags.
fn credentials(matches: &ArgMatches) -> anyhow::Result<Box<dyn tsc::Credentials>> {
    let flags = ["site", "token-name", "username"];
    if !flags.iter().any(|flag| matches.contains_id(flag)) {
        return Ok(tsc::credentials_from_env()?);
    }
    let site = setting(matches, "site", "TABLEAU_SITE").unwrap_or_default();
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let secret = |name: &str| variable(name).with_context(|| format!("{name} is not set"));
    let mut user = setting(matches, "username", "TABLEAU_USERNAME");
    let mut token = setting(matches, "token-name", "TABLEAU_TOKEN_NAME");
    // A flag takes precedence over a variable with the other kind of credentials.
    if matches.contains_id("username") {
        token = None;
    } else if matches.contains_id("token-name") {
        user = None;
    }
    Ok(match (token, user) {
        (Some(_), Some(_)) => {
            anyhow::bail!("set only one of TABLEAU_TOKEN_NAME and TABLEAU_USERNAME")
        }
        (Some(name), None) => {
            let secret = secret("TABLEAU_TOKEN_VALUE")?;
            Box::new(tsc::PersonalAccessTokenAuth::new(name, secret).site(site))
        }
        (None, Some(name)) => {
            Box::new(tsc::TableauAuth::new(name, secret("TABLEAU_PASSWORD")?).site(site))
        }
        (None, None) => {
            let token = variable("TABLEAU_JWT").context(
                "no credentials: set TABLEAU_TOKEN_NAME and TABLEAU_TOKEN_VALUE, or \
                 TABLEAU_USERNAME and TABLEAU_PASSWORD, or TABLEAU_JWT",
            )?;
            Box::new(tsc::JwtAuth::new(token).site(site))
        }
    })
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let (name, args) = matches.subcommand().context("no subcommand")?;
    let (.., task) = entries().find(|entry| entry.0 == name).context("no such subcommand")?;
    let address = setting(args, "server", "TABLEAU_SERVER");
    let address = address.context("no server: set its address with --server or TABLEAU_SERVER")?;
    let server = tsc::Server::new(address)?;
    let session = server.sign_in(&*credentials(args)?)?;
    let table = task(&Task { server: &server, session: &session, args })?;
    let text = if args.get_flag("json") { table.json()? } else { table.text() };
    match io::stdout().write_all(text.as_bytes()) {
        // The reader has seen enough, as in `tableau workbooks | head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    session.sign_out()?;
    Ok(())
}

/// The exit code of an error.
fn exit_code(error: &anyhow::Error) -> u8 {
    for cause in error.chain() {
        if let Some(error) = cause.downcast_ref::<tsc::Error>() {
            return error.exit_code();
        } else if cause.is::<NotFound>() {
            return 4;
        } else if cause.is::<io::Error>() {
            return 10;
        }
    }
    2 // the program's other errors are about arguments and variables
}

fn main() -> ExitCode {
    match run(&command().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}
