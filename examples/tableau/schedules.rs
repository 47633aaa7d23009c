//! Subcommands for schedules, tasks and jobs.

use anyhow::Context as _;
use tableau_server_client as tsc;
use tsc::schedules::{InlineSchedule, NewSchedule, Recurrence, ScheduleType};

use crate::output::{Table, or_empty};
use crate::{Entry, Task, found, progress_bar, show, table_of};

pub const ENTRIES: &[Entry] = &[
    (
        "create-schedule",
        &["SCHEDULE", "TIME"],
        "Create a daily schedule (Server)",
        &[],
        create_schedule,
    ),
    (
        "schedule-workbook",
        &["WORKBOOK", "SCHEDULE"],
        "Refresh on a schedule (Server)",
        &[],
        schedule_workbook,
    ),
    ("create-task", &["WORKBOOK", "TIME"], "Refresh a workbook daily (Cloud)", &[], create_task),
    ("tasks", &[], "List refresh tasks", &[], tasks),
    ("run-task", &["ID"], "Run a refresh task and wait", &[], run_task),
    ("cancel-jobs", &[], "Cancel all jobs that have not ended", &[], cancel_jobs),
];

fn time(task: &Task<'_>) -> anyhow::Result<tsc::jiff::civil::Time> {
    let time = task.text("TIME");
    time.parse().with_context(|| format!("TIME {time:?} has to look like 02:30"))
}

fn create_schedule(task: &Task<'_>) -> anyhow::Result<Table> {
    let daily = Recurrence::daily(time(task)?);
    let new = NewSchedule::new(task.text("SCHEDULE"), ScheduleType::Extract, daily);
    let schedule = task.session.schedules().create(new)?;
    Ok(Table::new(&["id"]).row([schedule.id.to_string()]))
}

fn schedule_workbook(task: &Task<'_>) -> anyhow::Result<Table> {
    let (workbook, name) = (task.workbook()?, task.text("SCHEDULE"));
    let mut list = task.session.schedules().list().into_iter();
    let schedule = list.find(|one| one.as_ref().map_or(true, |one| one.name == name));
    let schedule = found("schedule", name, schedule.transpose()?)?;
    task.session.workbooks().add_to_schedule(&workbook.id, &schedule.id)?;
    Ok(Table::new(&["workbook", "schedule"]).row([workbook.name, name.to_owned()]))
}

fn create_task(task: &Task<'_>) -> anyhow::Result<Table> {
    let daily = InlineSchedule::daily(time(task)?, [])?;
    let new = tsc::tasks::NewExtractRefreshTask::new(&task.workbook()?.id, daily);
    Ok(Table::new(&["id"]).row([task.session.tasks().create(new)?.id.to_string()]))
}

fn tasks(task: &Task<'_>) -> anyhow::Result<Table> {
    table_of(&["id", "workbook", "datasource"], task.session.tasks().list(), |one| {
        [one.id.to_string(), or_empty(one.workbook), or_empty(one.datasource)]
    })
}

fn run_task(task: &Task<'_>) -> anyhow::Result<Table> {
    task.wait(task.session.tasks().run_now(task.text("ID"))?)
}

fn cancel_jobs(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut table = Table::new(&["cancelled"]);
    let bar = progress_bar();
    for job in task.session.jobs().list().on_progress(|progress| show(&bar, progress)) {
        let job = job?;
        if job.ended_at.is_none() {
            task.session.jobs().cancel(&job.id)?;
            table.push([job.id.to_string()]);
        }
    }
    bar.finish_and_clear();
    Ok(table)
}
