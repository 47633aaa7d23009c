//! [`JobHandle`]: a background job, from its start to its end.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::warn;

use super::backoff::Backoff;
use super::publish::{Asked, PublishedConnection, compare};
use crate::core::Core;
use crate::http::{Fate, Request};
use crate::ids::{JobId, Located};
use crate::redact::Redactor;
use crate::rooms::jobs::{FinishCode, Job, Jobs};
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};

/// A background job that a call has started.
///
/// Dropping it leaves the job alone: it goes on at the server.
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # use std::time::Duration;
/// # fn f(session: &tsc::Session<'_>, id: &tsc::DatasourceId) -> tsc::Result<()> {
/// let mut job = session.datasources().refresh(id)?;
/// let hour = tsc::JobWait::new().deadline(Duration::from_secs(3600));
/// match job.wait_with(hour) {
///     Err(error) if error.is_timeout() => job.cancel()?,
///     ended => println!("{:?}", ended?.completed_at),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JobHandle<'s> {
    core: &'s Arc<Core>,
    /// What the job is asked for by, whatever an answer calls it.
    id: JobId,
    job: Job,
    /// The connections that it publishes along.
    asked: Vec<Asked>,
    /// What its notes may repeat of what the server was told in confidence.
    hidden: Vec<Secret>,
}

/// How a job is waited for.
#[must_use = "nothing waits until a job is given it"]
pub struct JobWait<'f> {
    deadline: Option<Duration>,
    first: Duration,
    longest: Duration,
    failures: u32,
    progress: Option<Tell<'f>>,
}

/// Who is told of the progress.
type Tell<'f> = Box<dyn FnMut(&Job) + 'f>;

impl<'f> JobWait<'f> {
    /// As long as it takes: half a second after the first question, then 1.4 times longer after
    /// each, up to 30 seconds.
    pub fn new() -> JobWait<'f> {
        JobWait {
            deadline: None,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            failures: 10,
            progress: None,
        }
    }

    /// The longest to wait, the questions included. The job goes on after it. Default: none.
    pub fn deadline(mut self, longest: Duration) -> Self {
        self.deadline = Some(longest);
        self
    }

    /// The first pause between two questions and the longest one; between them each is 1.4 times
    /// the one before. Default: 0.5 s and 30 s.
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        (self.first, self.longest) = (first, longest);
        self
    }

    /// How many questions in a row may fail (no connection, 429, a 5xx) before the waiting does; one
    /// that is answered with a `Retry-After` of more than an hour ends it at once.
    /// Default: 10.
    pub fn failures(mut self, most: u32) -> Self {
        self.failures = most;
        self
    }

    /// Is told what the server says of the job, each time.
    pub fn on_progress(mut self, tell: impl FnMut(&Job) + 'f) -> Self {
        self.progress = Some(Box::new(tell));
        self
    }
}

impl Default for JobWait<'_> {
    fn default() -> Self {
        JobWait::new()
    }
}

impl fmt::Debug for JobWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobWait")
            .field("deadline", &self.deadline)
            .field("first", &self.first)
            .field("longest", &self.longest)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}

impl<'s> JobHandle<'s> {
    pub(crate) fn new(core: &'s Arc<Core>, job: Job) -> JobHandle<'s> {
        let id = job.id.clone();
        JobHandle::asked(core, &id, job)
    }

    /// Of a job that was asked for by this id.
    pub(crate) fn asked(core: &'s Arc<Core>, id: &JobId, job: Job) -> JobHandle<'s> {
        JobHandle { core, id: id.clone(), job, asked: Vec::new(), hidden: Vec::new() }
    }

    /// Of a job that publishes these connections along, and what of them is secret.
    pub(crate) fn publishing(mut self, asked: Vec<Asked>, hidden: Vec<Secret>) -> JobHandle<'s> {
        (self.asked, self.hidden) = (asked, hidden);
        self
    }

    /// Also knows the passwords of the published connections, which the server's notes may contain.
    fn redactor(&self) -> Redactor {
        let known = self.core.identity.token().redactor.clone();
        self.hidden.iter().fold(known, Redactor::with)
    }

    /// The job's id.
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// The job, as the server last described it.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Asks the server once how the job stands. That it failed is no error here.
    ///
    /// REST: [Query Job](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_job), API 2.6.
    pub fn poll(&mut self) -> Result<&Job> {
        self.ask(None)
    }

    fn ask(&mut self, within: Option<Duration>) -> Result<&Job> {
        let mut request = Request::get(self.core.site(&self.id.path())).since(2, 6);
        if let Some(within) = within {
            request = request.within(within);
        }
        self.job = self.core.read(request, "job")?;
        Ok(&self.job)
    }

    /// Waits for the job's end, however long it takes; see [`wait_with`](JobHandle::wait_with).
    pub fn wait(&mut self) -> Result<Job> {
        self.wait_with(JobWait::new())
    }

    /// Waits for the job's end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Job`] where it failed or was cancelled: the message has the server's notes, and
    /// [`job`](JobHandle::job) the rest. [`ErrorKind::Timeout`] where the deadline passed; the job
    /// goes on, and can be waited for again or cancelled. Another error where the server could not
    /// be asked time and again, which says nothing about the job.
    ///
    /// REST: [Query Job](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_job), API 2.6.
    pub fn wait_with(&mut self, how: JobWait<'_>) -> Result<Job> {
        self.waited(how).map_err(|error| error.redacted(&self.redactor()))
    }

    fn waited(&mut self, mut how: JobWait<'_>) -> Result<Job> {
        let started = Instant::now();
        let left = |how: &JobWait<'_>| {
            how.deadline.map(|deadline| deadline.saturating_sub(started.elapsed()))
        };
        let mut pauses = Backoff::new(how.first, 1.4, how.longest);
        let mut failed = 0;
        // What has ended stays as it is.
        if self.job.completed_at.is_some() {
            if let Some(tell) = &mut how.progress {
                tell(&self.job);
            }
            return ended(&self.job, &self.redactor());
        }
        loop {
            // The last question may be asked just before the deadline, and has a moment then.
            let within = left(&how).map(|left| left.max(Duration::from_secs(1)));
            let mut asked_for = None;
            match self.ask(within) {
                Ok(job) => {
                    failed = 0;
                    if let Some(tell) = &mut how.progress {
                        tell(job);
                    }
                    if job.completed_at.is_some() {
                        return ended(&self.job, &self.redactor());
                    }
                }
                Err(error)
                    if failed < how.failures
                        && may_pass(&error)
                        && error.retry_after().is_none_or(|wait| wait <= LONGEST_ASKED) =>
                {
                    failed += 1;
                    asked_for = error.retry_after();
                    let id = self.core.shown(self.id.as_str());
                    warn!(target: "tableau_server_client::job", "asking for job {id}: {error}");
                }
                Err(error) => return Err(error.doing(format!("waiting for job {}", self.id))),
            }
            let mut pause = pauses.next().unwrap_or(how.longest);
            pause = pause.max(asked_for.unwrap_or_default());
            if let (Some(left), Some(deadline)) = (left(&how), how.deadline) {
                if left.is_zero() {
                    return Err(still_running(&self.job, deadline));
                }
                pause = pause.min(left);
            }
            self.core.sleep(pause)?;
        }
    }

    /// What became of the connections that were published along, in their order, when the job that
    /// publishes has ended: as [`Published::connections`](crate::Published::connections). None where
    /// none were, or where the handle is of a job that somebody else started.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Job`] where the job, as it was last asked for, failed or was cancelled, and
    /// [`ErrorKind::Input`] where it has not ended: it has to be [waited for](JobHandle::wait)
    /// first. Where the server cannot be asked, [`taken`](PublishedConnection::taken) is `None`.
    ///
    /// REST: [Query Workbook Connections](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbook_connections)
    /// and [Query Data Source Connections](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#query_data_source_connections), API 2.3.
    pub fn published_connections(&self) -> Result<Vec<PublishedConnection>> {
        if self.job.completed_at.is_none() {
            let called = called(&self.job);
            let what = format!("{called} has not ended: what it published is known then");
            return Err(Error::input(what).redacted(&self.redactor()));
        }
        let job = ended(&self.job, &self.redactor())?;
        let workbook = job.workbook.as_ref().map(Located::path);
        let item = workbook.or_else(|| job.datasource.as_ref().map(Located::path));
        Ok(compare(self.core, item.as_deref(), &self.asked))
    }

    /// Asks the server to stop the job. One that has ended stays as it is.
    ///
    /// REST: [Cancel Job](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#cancel_job), API 3.1.
    pub fn cancel(&self) -> Result<()> {
        Jobs::new(self.core).cancel(&self.id)
    }
}

/// No longer wait is done at the server's wish; one that asks for more is not asked again.
const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

/// What another question may not meet again.
fn may_pass(error: &Error) -> bool {
    let passes = matches!(Fate::of(error), Fate::NotReceived | Fate::Unknown) || error.is_timeout();
    passes && error.kind() != ErrorKind::Decode
}

fn called(job: &Job) -> String {
    match &job.job_type {
        Some(sort) => format!("job {} ({sort})", job.id),
        None => format!("job {}", job.id),
    }
}

fn still_running(job: &Job, deadline: Duration) -> Error {
    let progress = job.progress.map(|percent| format!(", at {percent} %")).unwrap_or_default();
    let what = format!("{} has not ended after {deadline:?}{progress}", called(job));
    Error::new(ErrorKind::Timeout, what)
}

/// A job that has ended, as a result.
fn ended(job: &Job, redactor: &Redactor) -> Result<Job> {
    let how = match &job.finish_code {
        Some(FinishCode::Success | FinishCode::Completed) => return Ok(job.clone()),
        Some(FinishCode::Failed) => "failed".to_owned(),
        Some(FinishCode::Cancelled) => "was cancelled".to_owned(),
        Some(FinishCode::Unknown(code)) => format!("ended with the unknown code {code}"),
        None => "ended, and the server does not say how".to_owned(),
    };
    let notes = job.notes.iter().map(|note| note.trim().to_owned());
    let more = job.status_notes.iter().filter_map(|note| note.text.clone());
    let notes: Vec<String> = notes.chain(more).collect();
    let colon = if notes.is_empty() { "" } else { ": " };
    let what = format!("{} {how}{colon}{}", called(job), notes.join("; "));
    Err(Error::new(ErrorKind::Job, redactor.redact_start(&what, false, 2000)))
}

impl fmt::Debug for JobHandle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JobHandle").field(&self.job).finish()
    }
}
