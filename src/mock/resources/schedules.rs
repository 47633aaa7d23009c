//! Schedules of the server: `schedules`, and `sites/{site}/schedules/{schedule}/workbooks` and the
//! like to add content to them.

use super::{Datasource, Flow, Workbook};
use crate::mock::prelude::*;

pub(in crate::mock) struct Schedule;

impl Resource for Schedule {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 2, &[List]), (2, 3, &[Create, Update, Delete]), (3, 8, &[Get])],
        attributes: &[
            text("name").required(),
            one_of("state", "Active Suspended").default("Active"),
            number("priority").range(1, 100).required(),
            one_of("type", "Extract Subscription Flow DataAcceleration").required(),
            one_of("frequency", "Hourly Daily Weekly Monthly").required(),
            one_of("executionOrder", "Parallel Serial").default("Parallel"),
        ],
        children: "frequencyDetails",
        filters: &[(Text, "name"), (Time, "createdAt updatedAt")],
        hidden: "frequencyDetails",
        dated: true,
        unique: Some(("name", "409021")),
        create: Role::ServerAdmin,
        change: Role::ServerAdmin,
        ..Schema::new(SCHEDULE, "/schedules", "schedule", "schedules")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Put (3, 27) "/schedules" => update_states;
            Get (2, 2) "schedules/{schedule}/extracts" => list_refreshes;
            Put (2, 8) "schedules/{schedule}/workbooks" => add_content::<Workbook>;
            Put (2, 8) "schedules/{schedule}/datasources" => add_content::<Datasource>;
            Put (3, 3) "schedules/{schedule}/flows" => add_content::<Flow>;
        }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, .. } = change;
        let none = Element::default();
        let details = record.child("frequencyDetails").unwrap_or(&none);
        details.need("start")?;
        let intervals = details.child("intervals").unwrap_or(&none);
        let count = |name: &str| intervals.values(&format!("interval@{name}")).len();
        let is_valid = match record.attr("frequency") {
            "Hourly" => details.attr("end").is_some() && count("hours") + count("minutes") == 1,
            "Weekly" => (1..=7).contains(&count("weekDay")),
            "Monthly" => count("monthDay") > 0,
            _ => true,
        };
        if !is_valid {
            let detail = format!("A schedule cannot run '{}' so.", record.attr("frequency"));
            return Err(ApiError::bad("400064", detail));
        }
        Ok(())
    }
}

const SCHEDULE: Kind = Kind::new(0x5c, "404023", "Schedule");
const TASK: Kind = Kind::new(0x7a, "404026", "Task");

/// A task that runs an item on a schedule.
struct Task {
    schedule: String,
    /// `extractRefresh` or `runFlow`.
    kind: &'static str,
    /// The element and id of the item.
    item: (&'static str, String),
}

/// The tasks of a site, in the order in which they were added. The last part of a task's id is its
/// number, from 1.
#[derive(Default)]
struct Tasks(Vec<Task>);

/// Activates or suspends the schedules that the request names, or all of them.
fn update_states(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let new = one_of("state", "Active Suspended").check(ctx.query("state").unwrap_or_default())?;
    let server = &mut state.server;
    let ids = match ctx.flag("updateAll")? {
        true => server.iter::<Schedule>().map(|schedule| schedule.id.clone()).collect(),
        false => ctx.body()?.need_child("scheduleLuids")?.texts("scheduleLuid"),
    };
    ids.iter().try_for_each(|id| server.get::<Schedule>(id).map(drop))?;
    let mut changed = Vec::new();
    for id in ids {
        let schedule = server.get_mut::<Schedule>(&id)?;
        if schedule.attr("state") != new {
            schedule.set("state", &new);
            changed.push(Element::with_text("scheduleLuid", id));
        }
    }
    Ok(Response::one(Element::list("scheduleLuids", changed)))
}

/// The refreshes on a schedule.
fn list_refreshes(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let schedule = state.server.get::<Schedule>(ctx.param(0))?.into_owned();
    let site = state.site(ctx)?;
    let tasks = site.state::<Tasks>().map_or(&[][..], |tasks| &tasks.0);
    let is_listed = |task: &Task| task.schedule == schedule.id && task.kind == "extractRefresh";
    let element = |(index, task): (usize, &Task)| {
        let (element, id) = &task.item;
        Element::reference("extract", &task_id(site, index + 1))
            .with("priority", schedule.attr("priority"))
            .with("type", "FullRefresh")
            .containing([Element::reference(*element, id)])
    };
    let tasks = tasks.iter().enumerate().filter(|(_, task)| is_listed(task));
    Paging::read(ctx)?.respond("extracts", tasks.map(element).collect())
}

fn task_id(site: &Site, number: usize) -> String {
    luid(TASK, site.number, ADDED + number as u64)
}

fn add_content<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let schedule = state.server.get::<Schedule>(ctx.param(0))?.into_owned();
    let kind = schedule.attr("type");
    let name = if kind == "Flow" { "runFlow" } else { "extractRefresh" };
    // A schedule runs only tasks of its own type.
    let body = ctx.body_child("task")?;
    let content =
        body.child(name).and_then(|task| task.child(R::SCHEMA.element)).ok_or_else(|| {
            ApiError::malformed(format!(
                "A schedule of the type '{kind}' does not run such a task."
            ))
        })?;
    let id = content.need("id")?;
    let schedule = Schedule::element(&schedule, &state.server, ctx);
    let site = state.site_mut(ctx)?;
    let record = site.get::<R>(id)?;
    if !R::is_visible(&record, site, ctx) {
        return Err(R::SCHEMA.kind.missing(id));
    }
    ctx.require_owner(&record.owner)?;
    let tasks = &mut site.state_mut::<Tasks>().0;
    let item = (R::SCHEMA.element, id.to_owned());
    tasks.push(Task { schedule: ctx.param(0).to_owned(), kind: name, item });
    let number = tasks.len();
    let task = Element::reference(name, &task_id(site, number))
        .with("priority", 50)
        .with("consecutiveFailedCount", 0)
        .containing([schedule, Element::reference(R::SCHEMA.element, id)]);
    Ok(Response::one(Element::new("task").containing([task])))
}
