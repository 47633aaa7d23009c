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

/// The number of tasks so far.
#[derive(Default)]
struct Tasks(u64);

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
    let number = site.number;
    let tasks = site.state_mut::<Tasks>();
    tasks.0 += 1;
    let task = Element::reference(name, &luid(TASK, number, ADDED + tasks.0))
        .with("priority", 50)
        .with("consecutiveFailedCount", 0)
        .containing([schedule, Element::reference(R::SCHEMA.element, id)]);
    Ok(Response::one(Element::new("task").containing([task])))
}
