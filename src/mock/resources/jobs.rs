//! Background jobs: `sites/{site}/jobs`. They advance with the clock, and with each query.

use std::collections::VecDeque;
use std::time::Duration;

use crate::mock::prelude::*;

/// How a job ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::mock) enum Outcome {
    Success,
    /// With the server's note.
    Failed(String),
    Cancelled,
}

/// How long jobs take and how the next ones end.
pub(in crate::mock) struct JobOptions {
    pub(in crate::mock) time: Duration,
    /// The number of queries after which a job ends before its time.
    pub(in crate::mock) polls: u32,
    pub(in crate::mock) outcomes: VecDeque<Outcome>,
}

impl Default for JobOptions {
    fn default() -> JobOptions {
        JobOptions { time: Duration::from_secs(60), polls: 2, outcomes: VecDeque::new() }
    }
}

/// What a job is about: element, id and name.
pub(super) type About = (&'static str, String, String);

/// What a job that succeeded reports.
#[derive(Default)]
pub(super) struct Report {
    pub(super) about: Option<About>,
    pub(super) notes: Vec<String>,
    /// Type, value and text of each.
    pub(super) status_notes: Vec<(&'static str, usize, String)>,
}

type Effect = Box<dyn FnOnce(&mut Site, Timestamp) -> Result<Report> + Send>;

pub(super) struct Job {
    pub(super) id: String,
    kind: &'static str,
    effect: Option<Effect>,
    created: Timestamp,
    due: Timestamp,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
    polls: u32,
    planned: Outcome,
    outcome: Option<Outcome>,
    report: Report,
}

/// The jobs of a site, oldest first.
#[derive(Default)]
pub(super) struct Jobs(pub(super) Vec<Job>);

const JOB: Kind = Kind::new(0x10, "404018", "Job");
const FLOW_RUN: Kind = Kind::new(0xf2, "404029", "Flow run");

/// A job's kind, its name in lists, and its element in a response about one job.
const KINDS: [(&str, &str, &str); 7] = [
    ("RefreshExtract", "refresh_extracts", "extractRefreshJob"),
    ("CreateExtract", "create_extracts", "extractRefreshJob"),
    ("DeleteExtract", "delete_extracts", "extractRefreshJob"),
    ("PublishWorkbook", "publish_workbook", "publishWorkbookJob"),
    ("PublishDatasource", "publish_datasource", "publishDatasourceJob"),
    ("RunFlow", "run_flow", "runFlowJobType"),
    ("UserImport", "user_import", "userImportJob"),
];

impl Job {
    /// Status, progress and finish code.
    fn status(&self) -> (&'static str, u32, Option<u8>) {
        match (&self.outcome, self.started) {
            (Some(Outcome::Success), _) => ("Success", 100, Some(0)),
            (Some(Outcome::Failed(_)), _) => ("Failed", 100, Some(1)),
            (Some(Outcome::Cancelled), _) => ("Cancelled", 100, Some(2)),
            (None, Some(_)) => ("InProgress", 50, None),
            (None, None) => ("Pending", 0, None),
        }
    }

    /// `<job>`, in responses about one job.
    pub(super) fn element(&self) -> Element {
        let about = self.report.about.as_ref();
        let about =
            about.map(|(name, id, title)| Element::reference(*name, id).with("name", title));
        let notes = self.report.notes.iter().map(|note| Element::with_text("notes", note));
        let name = match self.kind {
            "UpdateUploadedFile" => Some("updateUploadedFileJob"),
            kind => KINDS.iter().find(|(known, ..)| *known == kind).map(|(.., name)| *name),
        };
        let run = (self.kind == "RunFlow").then(|| self.run_id());
        let detail = name.map(|name| {
            Element::new(name).with_opt("flowRunId", run).containing(about).containing(notes)
        });
        let status_notes = self.report.status_notes.iter().map(|(kind, value, text)| {
            Element::new("statusNote").with("type", kind).with("value", value).with("text", text)
        });
        let status_notes = Element::list("statusNotes", status_notes);
        let (_, progress, finish_code) = self.status();
        Element::reference("job", &self.id)
            .with("mode", "Asynchronous")
            .with("type", self.kind)
            .with("progress", progress)
            .with("createdAt", written(self.created))
            .with_opt("startedAt", self.started.map(written))
            .with_opt("updatedAt", self.ended.or(self.started).map(written))
            .with_opt("completedAt", self.ended.map(written))
            .with_opt("finishCode", finish_code)
            .containing(detail)
            .containing(Some(status_notes).filter(|notes| !notes.children.is_empty()))
    }

    /// `<backgroundJob>`, in lists.
    fn list_element(&self) -> Element {
        let kind = KINDS.iter().find(|(known, ..)| *known == self.kind);
        let about = self.report.about.as_ref();
        let (status, progress, _) = self.status();
        Element::reference("backgroundJob", &self.id)
            .with("status", status)
            .with("createdAt", written(self.created))
            .with_opt("startedAt", self.started.map(written))
            .with_opt("endedAt", self.ended.map(written))
            .with("priority", 50)
            .with("jobType", kind.map_or(self.kind, |(_, name, _)| name))
            .with_opt("title", about.map(|(.., name)| name))
            .with_opt("subtitle", about.map(|(element, ..)| element))
            .with("progress", progress)
            .containing(self.report.notes.iter().map(|note| Element::with_text("notes", note)))
    }

    /// The id of the flow run that is this job.
    fn run_id(&self) -> String {
        luid(FLOW_RUN, 0, 0)[..2].to_owned() + &self.id[2..]
    }

    fn run_element(&self, name: &'static str) -> Element {
        let (status, progress, _) = self.status();
        let flow = self.report.about.as_ref().map_or("", |(_, id, _)| id);
        Element::reference(name, &self.run_id())
            .with("flowId", flow)
            .with("status", status)
            .with_opt("startedAt", self.started.map(written))
            .with_opt("completedAt", self.ended.map(written))
            .with("progress", progress)
            .with("backgroundJobId", &self.id)
    }
}

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 1) "jobs" => list_jobs;
        Get (2, 0) "jobs/{job}" => |state, ctx| query(state, ctx, job).map(Response::one);
        Put (3, 1) "jobs/{job}" => |state, ctx| cancel(state, ctx, job);
    }
}

/// The routes of flow runs, which are jobs with other names.
pub(super) fn run_routes() -> Vec<Route> {
    routes! {
        Get (3, 10) "flows/runs" => list_runs;
        Get (3, 10) "flows/runs/{run}" => get_run;
        Put (3, 10) "flows/runs/{run}" => |state, ctx| cancel(state, ctx, run);
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

// Items and list have the same name in the API.
const RUNS: Listing = Listing {
    element: "flowRuns",
    list: "flowRuns",
    filters: &[(Text, "flowId"), (Number, "progress"), (Time, "startedAt completedAt")],
    hidden: "",
};

fn all(site: &Site) -> &[Job] {
    site.state::<Jobs>().map_or(&[], |jobs| &jobs.0)
}

/// The elements of all jobs, oldest first.
pub(in crate::mock) fn elements(site: &Site) -> Vec<Element> {
    all(site).iter().map(Job::element).collect()
}

fn list_jobs(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    JOBS.elements(all(state.site(ctx)?).iter().rev().map(Job::list_element), ctx)
}

fn list_runs(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let runs = all(state.site(ctx)?).iter().rev().filter(|job| job.kind == "RunFlow");
    RUNS.elements(runs.map(|job| job.run_element("flowRuns")), ctx)
}

/// Finds the job that the path names.
type Find = fn(&Site, &str) -> Result<usize>;

fn job(site: &Site, id: &str) -> Result<usize> {
    all(site).iter().position(|job| job.id == id).ok_or_else(|| JOB.missing(id))
}

fn run(site: &Site, id: &str) -> Result<usize> {
    let is_run = |job: &Job| job.kind == "RunFlow" && job.run_id() == id;
    all(site).iter().position(is_run).ok_or_else(|| FLOW_RUN.missing(id))
}

/// The element of a job. The query counts towards the end of the job.
fn query(state: &mut ServerState, ctx: &Context, find: Find) -> Result<Element> {
    let polls = state.server.state_mut::<JobOptions>().polls;
    let site = state.site_mut(ctx)?;
    let index = find(site, ctx.param(0))?;
    let job = &mut site.state_mut::<Jobs>().0[index];
    job.polls += 1;
    if job.outcome.is_none() {
        job.started.get_or_insert(ctx.now);
        if job.polls >= polls {
            job.due = ctx.now;
        }
    }
    settle_site(site, ctx.now);
    Ok(all(site)[index].element())
}

fn get_run(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    query(state, ctx, run)?;
    let site = state.site(ctx)?;
    Ok(Response::one(all(site)[run(site, ctx.param(0))?].run_element("flowRun")))
}

fn cancel(state: &mut ServerState, ctx: &Context, find: Find) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let index = find(site, ctx.param(0))?;
    let job = &mut site.state_mut::<Jobs>().0[index];
    if job.outcome.is_some() {
        return Err(ApiError::forbidden("403091", "The job has ended and cannot be cancelled."));
    }
    (job.outcome, job.ended) = (Some(Outcome::Cancelled), Some(ctx.now));
    job.report.notes.push("The job was cancelled.".to_owned());
    Ok(Response::empty(200))
}

/// Rejects a second job of a kind about the same item before the first has ended.
pub(super) fn check_not_queued(site: &Site, kind: &str, id: &str) -> Result<()> {
    let is_queued = |job: &Job| {
        let about = job.report.about.as_ref();
        job.outcome.is_none() && job.kind == kind && about.is_some_and(|(_, known, _)| known == id)
    };
    match all(site).iter().any(is_queued) {
        true => Err(ApiError::conflict("409093", "A job of this kind is already queued.")),
        false => Ok(()),
    }
}

/// Starts a background job on the caller's site.
pub(super) fn start(
    state: &mut ServerState,
    ctx: &Context,
    kind: &'static str,
    about: Option<About>,
    effect: impl FnOnce(&mut Site, Timestamp) -> Result<Report> + Send + 'static,
) -> Result<Element> {
    let options = state.server.state_mut::<JobOptions>();
    let planned = options.outcomes.pop_front().unwrap_or(Outcome::Success);
    let due = later(ctx.now, options.time);
    let site = state.site_mut(ctx)?;
    let number = site.number;
    let jobs = &mut site.state_mut::<Jobs>().0;
    let job = Job {
        id: luid(JOB, number, ADDED + jobs.len() as u64 + 1),
        kind,
        effect: Some(Box::new(effect)),
        created: ctx.now,
        due,
        started: None,
        ended: None,
        polls: 0,
        planned,
        outcome: None,
        report: Report { about, ..Report::default() },
    };
    let element = job.element();
    jobs.push(job);
    Ok(element)
}

/// Ends the jobs that are due.
pub(super) fn settle(state: &mut ServerState, now: Timestamp) {
    state.sites.values_mut().for_each(|site| settle_site(site, now));
}

fn settle_site(site: &mut Site, now: Timestamp) {
    let is_due = |job: &Job| job.outcome.is_none() && job.due <= now;
    while let Some(index) = all(site).iter().position(is_due) {
        let job = &mut site.state_mut::<Jobs>().0[index];
        job.started.get_or_insert(job.created);
        job.ended = Some(now);
        // Set first, so that the job is over whatever its effect does.
        job.outcome = Some(job.planned.clone());
        let effect = job.effect.take().filter(|_| job.planned == Outcome::Success);
        let result = effect.map(|effect| effect(site, now));
        let job = &mut site.state_mut::<Jobs>().0[index];
        match result {
            Some(Ok(report)) => {
                let about = report.about.or(job.report.about.take());
                job.report = Report { about, ..report };
            }
            Some(Err(error)) => job.outcome = Some(Outcome::Failed(error.detail)),
            None => {}
        }
        if let Some(Outcome::Failed(note)) = &job.outcome {
            job.report.notes.push(note.clone());
        }
    }
}
