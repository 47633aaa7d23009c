//! A command-line program for common tasks, one subcommand each.
//!
//! The server is `--server` or `TABLEAU_SERVER`. The credentials are flags, or the environment
//! variables that `tsc::credentials_from_env` reads. The program never asks for input. Results go to
//! standard output, as a table or with `--json` as JSON; progress and errors go to standard error. The
//! exit codes are those of `tsc::Error::exit_code`.
#![allow(clippy::print_stdout)]

mod content;
mod output;
mod people;
mod schedules;
mod site;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Arg, ArgAction, ArgMatches, Command};
use indicatif::ProgressBar;
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

    fn project(&self, path: &str) -> anyhow::Result<tsc::Project> {
        self.session.projects().find(path)?.with_context(|| format!("no project {path:?}"))
    }

    fn workbook(&self) -> anyhow::Result<tsc::Workbook> {
        let name = self.text("WORKBOOK");
        self.session.workbooks().find(name)?.with_context(|| format!("no workbook {name:?}"))
    }

    fn datasource(&self) -> anyhow::Result<tsc::Datasource> {
        let name = self.text("DATASOURCE");
        self.session.datasources().find(name)?.with_context(|| format!("no data source {name:?}"))
    }

    fn group(&self) -> anyhow::Result<tsc::Group> {
        let name = self.text("GROUP");
        self.session.groups().find(name)?.with_context(|| format!("no group {name:?}"))
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

/// A progress bar on standard error, which is hidden if that is not a terminal.
fn progress_bar() -> ProgressBar {
    ProgressBar::new(0)
}

fn show(bar: &ProgressBar, progress: tsc::Progress) {
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

fn command() -> Command {
    let connection = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("TEXT").global(true).help(help)
    };
    let mut command = Command::new("tableau")
        .about("Common tasks on Tableau Server and Tableau Cloud")
        .after_help("Credentials: --token-name with TABLEAU_TOKEN_VALUE, or the variables TABLEAU_TOKEN_NAME and TABLEAU_TOKEN_VALUE, TABLEAU_USERNAME and TABLEAU_PASSWORD, or TABLEAU_JWT")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(connection("server", "Address of the server [env: TABLEAU_SERVER]"))
        .arg(connection("site", "Content URL of the site [env: TABLEAU_SITE]"))
        .arg(connection("token-name", "Name of a personal access token"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).global(true).help("Print JSON"));
    for (name, arguments, about, options, _) in entries() {
        let mut subcommand = Command::new(*name).about(*about);
        for argument in *arguments {
            subcommand = subcommand.arg(Arg::new(*argument).required(true));
        }
        for option in *options {
            subcommand = subcommand.arg(Arg::new(*option).long(*option).value_name("VALUE"));
        }
        command = command.subcommand(subcommand);
    }
    command
}

fn run(matches: &ArgMatches) -> anyhow::Result<()> {
    let given = |flag: &str, variable: &str| {
        let value = matches.get_one::<String>(flag).cloned().or_else(|| env::var(variable).ok());
        value.filter(|value| !value.is_empty())
    };
    let (name, args) = matches.subcommand().context("no subcommand")?;
    let (.., task) = entries().find(|entry| entry.0 == name).context("no such subcommand")?;
    let address = given("server", "TABLEAU_SERVER").context("set --server or TABLEAU_SERVER")?;
    let server = tsc::Server::new(&address)?;
    let credentials: Box<dyn tsc::Credentials> = match matches.get_one::<String>("token-name") {
        Some(name) => {
            let secret = env::var("TABLEAU_TOKEN_VALUE").context("set TABLEAU_TOKEN_VALUE")?;
            let site = given("site", "TABLEAU_SITE").unwrap_or_default();
            Box::new(tsc::PersonalAccessTokenAuth::new(name, secret).site(site))
        }
        None => tsc::credentials_from_env()?,
    };
    let mut session = server.sign_in(&*credentials)?;
    if let Some(site) = matches.get_one::<String>("site")
        && site != session.site_url()
    {
        session.switch_site(site)?;
    }
    let table = task(&Task { server: &server, session: &session, args })?;
    session.sign_out()?;
    print!("{}", if matches.get_flag("json") { table.json()? } else { table.text() });
    Ok(())
}

fn main() -> ExitCode {
    match run(&command().get_matches()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            let code = error.downcast_ref::<tsc::Error>().map_or(1, tsc::Error::exit_code);
            ExitCode::from(code)
        }
    }
}
