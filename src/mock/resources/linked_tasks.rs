//! Linked tasks, which run flows one after the other: `sites/{site}/tasks/linked`. No request creates
//! them.

use super::tasks::{self, FlowRun};
use super::{Flow, Schedule};
use crate::mock::common::schedules::reference;
use crate::mock::prelude::*;

pub(in crate::mock) struct LinkedTask;

impl Resource for LinkedTask {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 15, &[List, Get])],
        ..Schema::new(
            Kind::new(0x7c, "404045", "Linked task"),
            "tasks/linked",
            // Items and list have the same name in the API.
            "linkedTasks",
            "linkedTasks",
        )
    };

    fn routes() -> Vec<Route> {
        routes! { Post (3, 15) "tasks/linked/{id}/runNow" => run; }
    }
}

/// Adds a linked task that runs these flows on a schedule of the server.
pub(in crate::mock) fn add(
    state: &mut ServerState,
    site: u16,
    schedule: &str,
    flows: &[String],
) -> Result<()> {
    let now = state.clock.now();
    let schedules = state.server.iter::<Schedule>();
    let known = schedules.into_iter().find(|known| known.name() == schedule);
    let known = known.filter(|known| known.attr("type") == "Flow").ok_or_else(|| {
        ApiError::malformed(format!("there is no schedule '{schedule}' of the type Flow"))
    })?;
    let schedule = reference(&known, now);
    let Some(site) = state.sites.get_mut(&site) else { return Ok(()) };
    let id = site.new_id::<LinkedTask>();
    let mut steps = Vec::new();
    for (at, flow) in flows.iter().enumerate() {
        site.get::<Flow>(flow)?;
        let run = Element::reference("flowRun", &site.new_id::<FlowRun>())
            .with("priority", 50)
            .with("consecutiveFailedCount", 0)
            .with("type", "runFlow")
            .containing([site.reference::<Flow>("flow", flow)]);
        let step = Element::reference("linkedTaskSteps", &site.new_id::<LinkedTask>())
            .with("stepNumber", at + 1)
            .with("stopDownstreamTasksOnFailure", true);
        steps.push(step.containing([Element::new("task").containing([run])]));
    }
    let record = Record { created: now, updated: now, ..Record::new(id) };
    let mut record = record.with("numSteps", steps.len());
    record.children = vec![schedule, Element::list("linkedTaskSteps", steps)];
    site.add::<LinkedTask>(record);
    Ok(())
}

/// Starts the flows of a linked task.
fn run(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.body_or_empty()?;
    ctx.require(Role::SiteAdmin)?;
    let site = state.site(ctx)?;
    let (number, task) = (site.number, site.get::<LinkedTask>(ctx.param(0))?.into_owned());
    let started = tasks::start(state, number, &task, ctx.now);
    let id = started.first().map(|job| job.attr("id").unwrap_or_default()).unwrap_or_default();
    let job = Element::reference("linkedTaskJob", id)
        .with("linkedTaskId", &task.id)
        .with("status", "InProgress")
        .with("createdAt", written(ctx.now));
    Ok(Response::one(job))
}
