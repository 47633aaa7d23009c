//! Flow runs, which are jobs with other names: `sites/{site}/flows/runs`.

use crate::mock::common::jobs::{FLOW_RUN, Job, all, cancel, query};
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 10) "flows/runs" => list_runs;
        Get (3, 10) "flows/runs/{run}" => get_run;
        Put (3, 10) "flows/runs/{run}" => |state, ctx| cancel(state, ctx, run);
    }
}

/// `<flowRun>`.
fn run_element(job: &Job, name: &'static str) -> Element {
    let (status, progress, _) = job.status();
    let flow = job.report.about.as_ref().map_or("", |(_, id, _)| id);
    Element::reference(name, &job.run_id())
        .with("flowId", flow)
        .with("status", status)
        .with_opt("startedAt", job.started.map(written))
        .with_opt("completedAt", job.ended.map(written))
        .with("progress", progress)
        .with("backgroundJobId", &job.id)
}

// Items and list have the same name in the API.
const RUNS: Listing = Listing {
    element: "flowRuns",
    list: "flowRuns",
    filters: &[(Text, "flowId"), (Number, "progress"), (Time, "startedAt completedAt")],
    hidden: "",
};

fn list_runs(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let runs = all(state.site(ctx)?).iter().rev().filter(|job| job.kind == "RunFlow");
    RUNS.elements(runs.map(|job| run_element(job, "flowRuns")), ctx)
}

fn run(site: &Site, id: &str) -> Result<usize> {
    let is_run = |job: &Job| job.kind == "RunFlow" && job.run_id() == id;
    all(site).iter().position(is_run).ok_or_else(|| FLOW_RUN.missing(id))
}

fn get_run(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    query(state, ctx, run)?;
    let site = state.site(ctx)?;
    Ok(Response::one(run_element(&all(site)[run(site, ctx.param(0))?], "flowRun")))
}
