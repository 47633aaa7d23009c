//! Schedules of the server: `schedules`, and `sites/{site}/schedules/{schedule}/workbooks` and the
//! like to add content to them.

use super::{Datasource, Flow, Workbook, tasks};
use crate::mock::common::schedules;
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
            Put (3, 27) "/schedules" => update_state;
            Put (2, 8) "schedules/{schedule}/workbooks" => tasks::add_content::<Workbook>;
            Put (2, 8) "schedules/{schedule}/datasources" => tasks::add_content::<Datasource>;
            Put (3, 3) "schedules/{schedule}/flows" => tasks::add_content::<Flow>;
        }
    }

    fn complete(record: &Record, element: Element, _: &Site, ctx: &Context) -> Element {
        element.with_opt("nextRunAt", schedules::next_run(record, ctx.now).map(written))
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, .. } = change;
        let none = Element::default();
        let details = record.child("frequencyDetails").unwrap_or(&none);
        details.need("start")?;
        let is_valid = schedules::is_accepted(record.attr("frequency"), details);
        if !is_valid {
            let detail =
                format!("A schedule cannot run '{}' at these times.", record.attr("frequency"));
            return Err(ApiError::bad("400064", detail));
        }
        Ok(())
    }
}

const SCHEDULE: Kind = Kind::new(0x5c, "404023", "Schedule");

/// Activates or suspends schedules, and lists those that changed.
fn update_state(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let new = one_of("state", "Active Suspended").check(ctx.query("state").unwrap_or_default())?;
    let ids = match ctx.flag("updateAll")? {
        true => state.server.iter::<Schedule>().map(|schedule| schedule.id.clone()).collect(),
        false => ctx.body_child("scheduleLuids")?.texts("scheduleLuid"),
    };
    for id in &ids {
        state.server.get::<Schedule>(id)?;
    }
    let mut changed = Vec::new();
    for id in ids {
        let schedule = state.server.get_mut::<Schedule>(&id)?;
        if schedule.attr("state") != new {
            schedule.set("state", &new);
            changed.push(Element::with_text("scheduleLuid", id));
        }
    }
    Ok(Response::one(Element::list("scheduleLuids", changed)))
}
