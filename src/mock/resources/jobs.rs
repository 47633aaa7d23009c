//! Background jobs: `sites/{site}/jobs`. They advance by the clock, or by being asked about.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use super::publish::Publication;
use super::user_import::ImportedUser;
use crate::mock::api_error::ApiError;
use crate::mock::clock::{later, written};
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::{ADDED, Kind, luid};
use crate::mock::query::{Field, Listed, list_these};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// How a job ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::mock) enum Outcome {
    Success,
    /// With what the server has to say about it.
    Failed(String),
    Cancelled,
}

/// What a job does when it ends well.
#[derive(Clone, Debug)]
pub(in crate::mock) enum Effect {
    Nothing,
    Refresh(String),
    Extract { of: String, exists: bool, encrypt: bool },
    Publish(Box<Publication>),
    Import(Vec<ImportedUser>),
}

/// A background job.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Job {
    pub(in crate::mock) id: String,
    kind: &'static str,
    effect: Effect,
    /// The element, the id and the name of what it is about.
    on: Option<(&'static str, String, String)>,
    created: Timestamp,
    due: Timestamp,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
    polls: u32,
    planned: Outcome,
    outcome: Option<Outcome>,
    notes: Vec<String>,
    /// Type, value and text of each.
    status_notes: Vec<(&'static str, String, String)>,
}

impl Job {
    pub(in crate::mock) fn new(
        site: &Site,
        kind: &'static str,
        effect: Effect,
        on: Option<(&'static str, String, String)>,
        planned: Outcome,
        now: Timestamp,
        time: Duration,
    ) -> Job {
        Job {
            id: luid(Kind::Job, site.number, ADDED + site.jobs.len() as u64 + 1),
            kind,
            effect,
            on,
            created: now,
            due: later(now, time),
            started: None,
            ended: None,
            polls: 0,
            planned,
            outcome: None,
            notes: Vec::new(),
            status_notes: Vec::new(),
        }
    }

    fn status(&self) -> &'static str {
        match (&self.outcome, self.started) {
            (Some(Outcome::Success), _) => "Success",
            (Some(Outcome::Failed(_)), _) => "Failed",
            (Some(Outcome::Cancelled), _) => "Cancelled",
            (None, Some(_)) => "InProgress",
            (None, None) => "Pending",
        }
    }

    fn progress(&self) -> u32 {
        match (&self.outcome, self.started) {
            (Some(_), _) => 100,
            (None, Some(_)) => 50,
            (None, None) => 0,
        }
    }

    fn finish_code(&self) -> Option<u8> {
        self.outcome.as_ref().map(|outcome| match outcome {
            Outcome::Success => 0,
            Outcome::Failed(_) => 1,
            Outcome::Cancelled => 2,
        })
    }

    /// `<job>`: what starting it and asking for it answer.
    pub(in crate::mock) fn element(&self) -> Element {
        let on = self
            .on
            .as_ref()
            .map(|(name, id, title)| Element::reference(name, id).attr("name", title));
        let wrapper = match self.kind {
            "RefreshExtract" | "CreateExtract" | "DeleteExtract" => Some("extractRefreshJob"),
            "PublishWorkbook" => Some("publishWorkbookJob"),
            "PublishDatasource" => Some("publishDatasourceJob"),
            "RunFlow" => Some("runFlowJobType"),
            "UserImport" => Some("userImportJob"),
            "UpdateUploadedFile" => Some("updateUploadedFileJob"),
            _ => None,
        };
        let detail = wrapper.map(|wrapper| {
            let run = (self.kind == "RunFlow").then(|| run_id(&self.id));
            let mut detail = Element::new(wrapper).maybe("flowRunId", run).maybe_child(on);
            detail.children.extend(self.notes.iter().map(|note| Element::with_text("notes", note)));
            detail
        });
        let status_notes = (!self.status_notes.is_empty()).then(|| {
            let note = |(kind, value, text): &(&str, String, String)| {
                Element::new("statusNote")
                    .attr("type", kind)
                    .attr("value", value)
                    .attr("text", text)
            };
            Element::list("statusNotes", self.status_notes.iter().map(note))
        });
        Element::reference("job", &self.id)
            .attr("mode", "Asynchronous")
            .attr("type", self.kind)
            .attr("progress", self.progress())
            .attr("createdAt", written(self.created))
            .maybe("startedAt", self.started.map(written))
            .maybe("updatedAt", self.ended.or(self.started).map(written))
            .maybe("completedAt", self.ended.map(written))
            .maybe("finishCode", self.finish_code())
            .maybe_child(detail)
            .maybe_child(status_notes)
    }
}

/// The name that a list of jobs gives to a kind.
fn background(kind: &str) -> &str {
    match kind {
        "RefreshExtract" => "refresh_extracts",
        "CreateExtract" => "create_extracts",
        "DeleteExtract" => "delete_extracts",
        "PublishWorkbook" => "publish_workbook",
        "RunFlow" => "run_flow",
        "PublishDatasource" => "publish_datasource",
        "UserImport" => "user_import",
        other => other,
    }
}

impl Listed for Job {
    const NAMES: (&'static str, &'static str) = ("backgroundJob", "backgroundJobs");
    const SHOWN: &'static [&'static str] = &[
        "id",
        "status",
        "createdAt",
        "startedAt",
        "endedAt",
        "priority",
        "jobType",
        "title",
        "subtitle",
    ];
    const FIELDS: &'static [Field<Job>] = &[
        Field { name: "status", holds: Type::Text, of: |j, _| j.status().into() },
        Field { name: "jobType", holds: Type::Text, of: |j, _| background(j.kind).into() },
        Field { name: "priority", holds: Type::Number, of: |_, _| Value::Number(50) },
        Field { name: "progress", holds: Type::Number, of: |j, _| u64::from(j.progress()).into() },
        Field { name: "createdAt", holds: Type::Time, of: |j, _| Value::Time(j.created) },
        Field {
            name: "startedAt",
            holds: Type::Time,
            of: |j, _| j.started.map_or(Value::None, Value::Time),
        },
        Field {
            name: "completedAt",
            holds: Type::Time,
            of: |j, _| j.ended.map_or(Value::None, Value::Time),
        },
        Field {
            name: "endedAt",
            holds: Type::Time,
            of: |j, _| j.ended.map_or(Value::None, Value::Time),
        },
        Field {
            name: "title",
            holds: Type::Text,
            of: |j, _| j.on.as_ref().map_or(Value::None, |(_, _, name)| name.as_str().into()),
        },
        Field {
            name: "subtitle",
            holds: Type::Text,
            of: |j, _| j.on.as_ref().map_or(Value::None, |(kind, _, _)| (*kind).into()),
        },
        Field { name: "notes", holds: Type::Text, of: |j, _| Value::Texts(j.notes.clone()) },
    ];

    fn element(&self, _: &Site, _: &Context) -> Element {
        Element::reference("backgroundJob", &self.id)
            .attr("status", self.status())
            .attr("createdAt", written(self.created))
            .maybe("startedAt", self.started.map(written))
            .maybe("endedAt", self.ended.map(written))
            .attr("priority", 50)
            .attr("jobType", background(self.kind))
            .maybe("title", self.on.as_ref().map(|(_, _, name)| name))
            .maybe("subtitle", self.on.as_ref().map(|(kind, _, _)| kind))
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/jobs", 3, 1, all),
    Route::new(Method::Get, "sites/{site}/jobs/{job}", 2, 0, get),
    Route::new(Method::Put, "sites/{site}/jobs/{job}", 3, 1, cancel),
];

/// A run of a flow, which is a job seen from another side.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) flow: String,
    pub(super) status: &'static str,
    pub(super) started: Option<Timestamp>,
    pub(super) completed: Option<Timestamp>,
    pub(super) progress: u32,
    pub(super) job: String,
}

/// The id of the run that is this job: the same number under another kind.
fn run_id(job: &str) -> String {
    format!("{:02x}{}", Kind::FlowRun as u8, job.get(2..).unwrap_or_default())
}

/// The runs of flows, the newest first.
pub(super) fn runs(site: &Site) -> impl Iterator<Item = Run> {
    site.jobs.iter().rev().filter(|job| job.kind == "RunFlow").map(|job| Run {
        id: run_id(&job.id),
        flow: job.on.as_ref().map(|(_, id, _)| id.clone()).unwrap_or_default(),
        status: job.status(),
        started: job.started,
        completed: job.ended,
        progress: job.progress(),
        job: job.id.clone(),
    })
}

/// Refuses a second job of a kind about something that has one under way.
pub(super) fn not_running(site: &Site, kind: &str, on: &str) -> Result<(), ApiError> {
    let is = |job: &&Job| job.kind == kind && job.on.as_ref().is_some_and(|(_, id, _)| id == on);
    if site.jobs.iter().filter(is).any(|job| job.outcome.is_none()) {
        let detail = "A job of this kind is queued already.";
        return Err(ApiError::conflict("409093", detail));
    }
    Ok(())
}

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    // The newest first, as the server has them.
    list_these(site.jobs.iter().rev().map(Cow::Borrowed), site, ctx)
}

fn place(site: &Site, id: &str) -> Result<usize, ApiError> {
    site.jobs.iter().position(|job| job.id == id).ok_or_else(|| Kind::Job.missing(id))
}

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ask(state, ctx, ctx.param(0)).map(Response::one)
}

/// A question about a job, which brings it on.
pub(super) fn ask(state: &mut ServerState, ctx: &Context, id: &str) -> Result<Element, ApiError> {
    let (now, enough) = (state.clock.now(), state.job_polls);
    let site = state.site_mut(ctx)?;
    let number = site.number;
    let at = place(site, id)?;
    let job = &mut site.jobs[at];
    job.polls += 1;
    if job.outcome.is_none() {
        job.started.get_or_insert(now);
        if job.polls >= enough {
            job.due = now;
        }
    }
    state.settle_jobs(now);
    let job = state.sites.get(&number).and_then(|site| site.jobs.get(at));
    Ok(job.ok_or_else(|| Kind::Job.missing(id))?.element())
}

fn cancel(state: &mut ServerState, ctx: &Context) -> ApiResult {
    stop(state, ctx, ctx.param(0))
}

/// Stops a job that is not over.
pub(super) fn stop(state: &mut ServerState, ctx: &Context, id: &str) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let now = state.clock.now();
    let site = state.site_mut(ctx)?;
    let at = place(site, id)?;
    let job = &mut site.jobs[at];
    if job.outcome.is_some() {
        let detail = "The job is over and cannot be cancelled.";
        return Err(ApiError::forbidden("403091", detail));
    }
    job.outcome = Some(Outcome::Cancelled);
    job.ended = Some(now);
    job.notes.push("The job was cancelled.".to_owned());
    Ok(Response::empty(200))
}

impl ServerState {
    /// Ends the jobs whose time has come, with all that they do.
    pub(in crate::mock) fn settle_jobs(&mut self, now: Timestamp) {
        let numbers: Vec<u16> = self.sites.keys().copied().collect();
        for number in numbers {
            while let Some(site) = self.sites.get_mut(&number) {
                let due = |job: &Job| job.outcome.is_none() && job.due <= now;
                let Some(at) = site.jobs.iter().position(due) else { break };
                let job = &mut site.jobs[at];
                job.started.get_or_insert(job.created);
                job.ended = Some(now);
                job.outcome = Some(job.planned.clone());
                if let Outcome::Failed(note) = &job.planned {
                    job.notes.push(note.clone());
                }
                if job.planned == Outcome::Success {
                    let effect = std::mem::replace(&mut job.effect, Effect::Nothing);
                    self.carry_out(number, at, effect, now);
                }
            }
        }
    }

    fn carry_out(&mut self, number: u16, at: usize, effect: Effect, now: Timestamp) {
        let Some(site) = self.sites.get_mut(&number) else { return };
        match effect {
            Effect::Nothing => {}
            Effect::Refresh(id) => {
                if let Ok(workbook) = site.workbooks.get_mut(&id) {
                    workbook.updated = now;
                } else if let Ok(datasource) = site.datasources.get_mut(&id) {
                    datasource.updated = now;
                }
            }
            Effect::Extract { of, exists, encrypt } => {
                if let Ok(workbook) = site.workbooks.get_mut(&of) {
                    (workbook.has_extracts, workbook.encrypt_extracts) = (exists, encrypt);
                } else if let Ok(datasource) = site.datasources.get_mut(&of) {
                    (datasource.has_extracts, datasource.encrypt_extracts) = (exists, encrypt);
                }
            }
            Effect::Publish(publication) => {
                let on = publication.carry_out(site, now);
                if let Some(job) = site.jobs.get_mut(at) {
                    match on {
                        Ok(on) => job.on = Some(on),
                        Err(api_error) => {
                            job.notes.push(api_error.detail.clone());
                            job.outcome = Some(Outcome::Failed(api_error.detail));
                        }
                    }
                }
            }
            Effect::Import(rows) => {
                let (added, notes) = super::user_import::import(site, rows);
                if let Some(job) = site.jobs.get_mut(at) {
                    let text = format!("{added} users were added to the site.");
                    job.status_notes.push(("CountOfUsersAddedToSite", added.to_string(), text));
                    let text = format!("{} rows were passed over.", notes.len());
                    job.status_notes.push(("CountOfUsersSkipped", notes.len().to_string(), text));
                    job.notes.extend(notes);
                }
            }
        }
    }
}
