//! Background jobs: starting them, and their end by the clock.

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

/// The content of a job: element, id and name.
pub(in crate::mock) type About = (&'static str, String, String);

/// The results that a successful job reports.
#[derive(Default)]
pub(in crate::mock) struct Report {
    pub(in crate::mock) about: Option<About>,
    pub(in crate::mock) notes: Vec<String>,
    /// Type, value and text of each.
    pub(in crate::mock) status_notes: Vec<(&'static str, usize, String)>,
}

type Effect = Box<dyn FnOnce(&mut Site, Timestamp) -> Result<Report> + Send>;

pub(in crate::mock) struct Job {
    pub(in crate::mock) id: String,
    pub(in crate::mock) kind: &'static str,
    pub(in crate::mock) effect: Option<Effect>,
    pub(in crate::mock) created: Timestamp,
    pub(in crate::mock) due: Timestamp,
    pub(in crate::mock) started: Option<Timestamp>,
    pub(in crate::mock) ended: Option<Timestamp>,
    pub(in crate::mock) polls: u32,
    pub(in crate::mock) planned: Outcome,
    pub(in crate::mock) outcome: Option<Outcome>,
    pub(in crate::mock) report: Report,
}

/// The jobs of a site, oldest first.
#[derive(Default)]
pub(in crate::mock) struct Jobs(pub(in crate::mock) Vec<Job>);

pub(in crate::mock) const JOB: Kind = Kind::new(0x10, "404018", "Job");

pub(in crate::mock) const FLOW_RUN: Kind = Kind::new(0xf2, "404029", "Flow run");

/// A job's kind, its name in lists, and its element in a response about one job.
pub(in crate::mock) const KINDS: [(&str, &str, &str); 9] = [
    ("RefreshExtract", "refresh_extracts", "extractRefreshJob"),
    ("CreateExtract", "create_extracts", "extractRefreshJob"),
    ("DeleteExtract", "delete_extracts", "extractRefreshJob"),
    ("PublishWorkbook", "publish_workbook", "publishWorkbookJob"),
    ("PublishDatasource", "publish_datasource", "publishDatasourceJob"),
    ("RefreshThumbnails", "refresh_thumbnails", "thumbnailsRefreshJob"),
    ("RunFlow", "run_flow", "runFlowJobType"),
    ("UserImport", "user_import", "userImportJob"),
    ("SingleSubscriptionNotify", "single_subscription_notify", "subscriptionJobType"),
];

impl Job {
    /// Status, progress and finish code.
    pub(in crate::mock) fn status(&self) -> (&'static str, u32, Option<u8>) {
        match (&self.outcome, self.started) {
            (Some(Outcome::Success), _) => ("Success", 100, Some(0)),
            (Some(Outcome::Failed(_)), _) => ("Failed", 100, Some(1)),
            (Some(Outcome::Cancelled), _) => ("Cancelled", 100, Some(2)),
            (None, Some(_)) => ("InProgress", 50, self.unfinished_code()),
            (None, None) => ("Pending", 0, self.unfinished_code()),
        }
    }

    /// The finish code before the end: a job that deletes a site has that of a failure.
    fn unfinished_code(&self) -> Option<u8> {
        (self.kind == "SiteDelete").then_some(1)
    }

    /// `<job>`, in responses about one job.
    pub(in crate::mock) fn element(&self) -> Element {
        let about = self.report.about.iter().flat_map(|(name, id, title)| match *name {
            "subscription" => vec![
                Element::with_text("subscriptionId", id),
                Element::with_text("subscriptionSubject", title),
            ],
            name => vec![Element::reference(name, id).with("name", title)],
        });
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

    /// Whether only the list of jobs shows it. A request for such a job by its id fails, as on
    /// Tableau Server.
    fn is_only_listed(&self) -> bool {
        self.kind == "CreateExtract"
    }

    /// Counts a request for the job, which ends after `polls` of them.
    fn poll(&mut self, polls: u32, now: Timestamp) {
        self.polls += 1;
        if self.outcome.is_none() {
            self.started.get_or_insert(now);
            if self.polls >= polls {
                self.due = now;
            }
        }
    }

    /// The id of the flow run that is this job.
    pub(in crate::mock) fn run_id(&self) -> String {
        luid(FLOW_RUN, 0, 0)[..2].to_owned() + &self.id[2..]
    }
}

/// The jobs of a site, oldest first.
pub(in crate::mock) fn all(site: &Site) -> &[Job] {
    site.state::<Jobs>().map_or(&[], |jobs| &jobs.0)
}

/// Rejects a second job of a kind about the same item before the first has ended.
pub(in crate::mock) fn check_not_queued(site: &Site, kind: &str, id: &str) -> Result<()> {
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
pub(in crate::mock) fn start(
    state: &mut ServerState,
    ctx: &Context,
    kind: &'static str,
    about: Option<About>,
    effect: impl FnOnce(&mut Site, Timestamp) -> Result<Report> + Send + 'static,
) -> Result<Element> {
    start_on(state, ctx.caller()?.site, ctx.now, kind, about, effect)
}

/// Starts a background job on a site.
pub(in crate::mock) fn start_on(
    state: &mut ServerState,
    site: u16,
    now: Timestamp,
    kind: &'static str,
    about: Option<About>,
    effect: impl FnOnce(&mut Site, Timestamp) -> Result<Report> + Send + 'static,
) -> Result<Element> {
    let options = state.server.state_mut::<JobOptions>();
    let planned = options.outcomes.pop_front().unwrap_or(Outcome::Success);
    let due = later(now, options.time);
    let site = state.sites.get_mut(&site).ok_or_else(ApiError::not_signed_in)?;
    let number = site.number;
    let jobs = &mut site.state_mut::<Jobs>().0;
    let job = Job {
        id: luid(JOB, number, ADDED + jobs.len() as u64 + 1),
        kind,
        effect: Some(Box::new(effect)),
        created: now,
        due,
        started: None,
        ended: None,
        polls: 0,
        planned,
        outcome: None,
        report: Report { about, ..Report::default() },
    };
    let element = job.element();
    let started = job.report.about.clone().filter(|_| kind == "RefreshExtract");
    jobs.push(job);
    if let Some((element, id, name)) = started {
        site.note(Event::new(element, &id, &name, "RefreshStarted"));
    }
    Ok(element)
}

/// Ends the jobs that are due.
pub(in crate::mock) fn settle(state: &mut ServerState, now: Timestamp) {
    state.sites.values_mut().for_each(|site| settle_site(site, now));
}

fn settle_site(site: &mut Site, now: Timestamp) {
    let is_due = |job: &Job| job.outcome.is_none() && job.due <= now;
    while let Some(index) = all(site).iter().position(is_due) {
        let job = &mut site.state_mut::<Jobs>().0[index];
        job.started.get_or_insert(job.created);
        job.ended = Some(job.due.min(now));
        // Set first, so that the job has ended regardless of its effect.
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
        let what = match (job.kind, &job.outcome) {
            ("RefreshExtract", Some(Outcome::Success)) => "RefreshSucceeded",
            ("RefreshExtract", Some(Outcome::Failed(_))) => "RefreshFailed",
            _ => continue,
        };
        if let Some((element, id, name)) = job.report.about.clone() {
            site.note(Event::new(element, &id, &name, what));
        }
    }
}

/// Finds the job that the path names.
pub(in crate::mock) type Find = fn(&Site, &str) -> Result<usize>;

/// The element of a job. The query counts towards the end of the job.
pub(in crate::mock) fn query(
    state: &mut ServerState,
    ctx: &Context,
    find: Find,
) -> Result<Element> {
    let polls = state.server.state_mut::<JobOptions>().polls;
    let site = state.site_mut(ctx)?;
    let index = find(site, ctx.param(0))?;
    let job = &mut site.state_mut::<Jobs>().0[index];
    if job.is_only_listed() {
        let detail = format!("There was a problem querying job '{}'.", job.id);
        return Err(ApiError::bad("400031", detail));
    }
    job.poll(polls, ctx.now);
    settle_site(site, ctx.now);
    Ok(all(site)[index].element())
}

/// Counts a request for the list of jobs as a query of those that only the list shows.
pub(in crate::mock) fn poll_listed(state: &mut ServerState, ctx: &Context) -> Result<()> {
    let polls = state.server.state_mut::<JobOptions>().polls;
    let site = state.site_mut(ctx)?;
    let jobs = site.state_mut::<Jobs>().0.iter_mut();
    jobs.filter(|job| job.is_only_listed()).for_each(|job| job.poll(polls, ctx.now));
    settle_site(site, ctx.now);
    Ok(())
}

/// Cancels a job that has not ended.
pub(in crate::mock) fn cancel(
    state: &mut ServerState,
    ctx: &Context,
    find: Find,
) -> Result<Response> {
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
