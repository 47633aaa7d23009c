//! Background jobs: `sites/{site}/jobs`.

use crate::mock::common::jobs::{JOB, Job, KINDS, all, cancel, poll_listed, query};
use crate::mock::prelude::*;

/// `<backgroundJob>`.
fn list_element(job: &Job) -> Element {
    let kind = KINDS.iter().find(|(known, ..)| *known == job.kind);
    let about = job.report.about.as_ref();
    let (status, progress, _) = job.status();
    Element::reference("backgroundJob", &job.id)
        .with("status", status)
        .with("createdAt", written(job.created))
        .with_opt("startedAt", job.started.map(written))
        .with_opt("endedAt", job.ended.map(written))
        .with("priority", 50)
        .with("jobType", kind.map_or(job.kind, |(_, name, _)| name))
        .with_opt("title", about.map(|(.., name)| name))
        .with_opt("subtitle", about.map(|(element, ..)| element))
        .with("progress", progress)
        .containing(job.report.notes.iter().map(|note| Element::with_text("notes", note)))
}

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 1) "jobs" => list_jobs;
        Get (2, 0) "jobs/{job}" => |state, ctx| query(state, ctx, job).map(Response::one);
        Put (3, 1) "jobs/{job}" => |state, ctx| cancel(state, ctx, job);
    }
}

const JOBS: Listing = Listing {
    element: "backgroundJob",
    list: "backgroundJobs",
    filters: &[
        (Text, "status jobType title subtitle notes=notes"),
        (Number, "priority progress"),
        (Time, "createdAt startedAt completedAt=@endedAt endedAt"),
    ],
    hidden: "progress notes",
};

fn list_jobs(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    poll_listed(state, ctx)?;
    JOBS.elements(all(state.site(ctx)?).iter().rev().map(list_element), ctx)
}

fn job(site: &Site, id: &str) -> Result<usize> {
    all(site).iter().position(|job| job.id == id).ok_or_else(|| JOB.missing(id))
}
