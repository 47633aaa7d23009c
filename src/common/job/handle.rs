//! [`JobHandle`]: a handle to a background job, to wait for it or cancel it.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::warn;

use super::{BackgroundJob, CANCEL, FinishCode, GET, Job, JobWait, LIST, rest};
use crate::client::Client;
use crate::common::backoff::Backoff;
use crate::http::{Delivery, Request};
use crate::ids::JobId;
use crate::xml::{FromXml as _, Node};
use crate::{Error, ErrorKind, Result};
use crate::{redact::Redactor, secret::Secret};

/// A longer `Retry-After` ends the wait.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// Tableau's error code for a job that cannot be read by its id, although it is in the list of jobs.
const UNREADABLE_BY_ID: &str = "400031";

/// A background job that a request has started.
///
/// Dropping the handle does not affect the job.
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # use std::time::Duration;
/// # fn f(session: &tsc::Session<'_>, id: &tsc::DatasourceId) -> tsc::Result<()> {
/// let mut job = session.datasources().refresh(id)?;
/// let hour = tsc::jobs::JobWait::new().deadline(Duration::from_secs(3600));
/// match job.wait_with(hour) {
///     Err(error) if error.is_timeout() => job.cancel()?,
///     ended => println!("{:?}", ended?.completed_at),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct JobHandle<'s> {
    client: &'s Arc<Client>,
    /// The id to poll with, even if a response contains another id.
    id: JobId,
    job: Job,
    /// Secrets of the request that started the job, which the server's notes may repeat.
    secrets: Vec<Secret>,
}

impl<'s> JobHandle<'s> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, job: Job) -> JobHandle<'s> {
        JobHandle { client, id: job.id.clone(), job, secrets: Vec::new() }
    }

    /// Reads the job with this id.
    #[inline]
    pub(crate) fn read(client: &'s Arc<Client>, id: JobId) -> Result<JobHandle<'s>> {
        let job = read_job(client, &id)?;
        Ok(JobHandle { client, id, job, secrets: Vec::new() })
    }

    /// Redacts these secrets in errors, in addition to those of the session.
    #[inline]
    pub(crate) fn with_secrets(mut self, secrets: Vec<Secret>) -> JobHandle<'s> {
        self.secrets = secrets;
        self
    }

    #[inline]
    fn redactor(&self) -> Redactor {
        let known = self.client.redactor();
        self.secrets.iter().fold(known, Redactor::with)
    }

    #[inline]
    pub(super) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The job's id.
    #[inline]
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// The job as of the last poll.
    #[inline]
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Reads the state of the job. A job that failed is not an error here.
    #[doc = rest!(GET)]
    #[inline]
    pub fn poll(&mut self) -> Result<&Job> {
        self.job = read_job(self.client, &self.id)?;
        Ok(&self.job)
    }

    /// Waits for the job to end, without a deadline; see [`wait_with`](JobHandle::wait_with). If the
    /// job failed, the error contains the server's notes.
    #[doc = rest!(GET)]
    #[doc = rest!(LIST)]
    #[doc(alias = "wait_for_job")]
    #[inline]
    pub fn wait(&mut self) -> Result<Job> {
        self.wait_with(JobWait::new())
    }

    /// Waits for the job to end, polling at increasing intervals. Some jobs, such as those that
    /// create extracts, cannot be read by their id; they are polled in the list of jobs, which
    /// contains neither notes nor progress.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Job`] if the job failed or was cancelled. The message contains the server's
    ///   notes; [`job`](JobHandle::job) returns the other fields.
    /// - [`ErrorKind::Timeout`] if the deadline passed. The job continues: wait for it again, or
    ///   [`cancel`](JobHandle::cancel) it.
    /// - [`ErrorKind::Decode`] if the job has ended at a time that cannot be read.
    /// - The error of the last poll if too many polls failed. The state of the job is then unknown.
    #[doc = rest!(GET)]
    #[inline]
    pub fn wait_with(&mut self, mut how: JobWait<'_>) -> Result<Job> {
        self.wait_until_ended(&mut how).map_err(|error| error.redacted(&self.redactor()))?;
        self.outcome().cloned()
    }

    #[inline]
    fn wait_until_ended(&mut self, how: &mut JobWait<'_>) -> Result<()> {
        if self.job.completed_at.is_some() {
            how.report(&self.job);
            return Ok(());
        }
        let started = Instant::now();
        let time_left = |deadline: Duration| deadline.saturating_sub(started.elapsed());
        let mut intervals = Backoff::new(how.first_interval, 1.4, how.longest_interval);
        let mut failures = 0;
        loop {
            // Leaves a poll just before the deadline enough time for a response.
            let within = how.deadline.map(|all| time_left(all).max(Duration::from_secs(1)));
            let mut retry_after = Duration::ZERO;
            match read_job_within(self.client, &self.id, within) {
                Ok(job) => {
                    self.job = job;
                    failures = 0;
                    how.report(&self.job);
                    if self.job.completed_at.is_some() {
                        return Ok(());
                    }
                }
                Err(error) if failures < how.max_failures && is_transient(&error) => {
                    failures += 1;
                    retry_after = error.retry_after().unwrap_or_default();
                    let id = self.client.shown(self.id.as_str());
                    warn!(target: "tableau_server_client::job", "polling job {id} failed: {error}");
                }
                Err(error) => return Err(error.doing(format!("waiting for job {}", self.id))),
            }
            let mut pause = intervals.next().unwrap_or(how.longest_interval).max(retry_after);
            if let Some(deadline) = how.deadline {
                let left = time_left(deadline);
                if left.is_zero() {
                    return Err(still_running(&self.job, deadline));
                }
                pause = pause.min(left);
            }
            self.client.sleep(pause)?;
        }
    }

    /// The job, if it ended successfully as of the last poll.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Job`] if it failed or was cancelled, [`ErrorKind::Input`] if it has not ended.
    #[inline]
    pub(crate) fn outcome(&self) -> Result<&Job> {
        let (job, redactor) = (&self.job, self.redactor());
        if job.completed_at.is_none() {
            let what = format!("{} has not ended: wait for it first", describe(job));
            return Err(Error::input(what).redacted(&redactor));
        }
        let how = match &job.finish_code {
            Some(FinishCode::Success | FinishCode::Completed) => return Ok(job),
            Some(FinishCode::Failed) => "failed".to_owned(),
            Some(FinishCode::Cancelled) => "was cancelled".to_owned(),
            Some(FinishCode::Unknown(code)) => format!("ended with the unknown code {code}"),
            None => "ended without a finish code".to_owned(),
        };
        let notes = job.notes.iter().map(|note| note.trim());
        let counters = job.status_notes.iter().filter_map(|note| note.text.as_deref());
        let notes: Vec<&str> = notes.chain(counters).collect();
        let colon = if notes.is_empty() { "" } else { ": " };
        let what = format!("{} {how}{colon}{}", describe(job), notes.join("; "));
        Err(Error::new(ErrorKind::Job, redactor.redact_start(&what, false, 2000)))
    }

    /// Cancels the job. A job that has ended is not affected.
    #[doc = rest!(CANCEL)]
    #[inline]
    pub fn cancel(&self) -> Result<()> {
        self.client.send(&CANCEL, &[&self.id])
    }
}

/// Reads a job.
#[inline]
pub(crate) fn read_job(client: &Client, id: &JobId) -> Result<Job> {
    read_by_id_or_from_list(client, id, None, Job::from_xml)
}

/// Reads a job to see whether it has ended, with a time limit for each request. An unreadable time
/// of completion is an error, because otherwise the job would never appear to end.
#[inline]
pub(super) fn read_job_within(
    client: &Client,
    id: &JobId,
    within: Option<Duration>,
) -> Result<Job> {
    read_by_id_or_from_list(client, id, within, |node| {
        let job = Job::from_xml(node)?;
        let completed_at = node.attr::<Option<String>>("completedAt")?;
        match completed_at.filter(|text| job.completed_at.is_none() && !text.is_empty()) {
            Some(_) => Err(node.fail("the attribute `completedAt`", "is not a time")),
            None => Ok(job),
        }
    })
}

/// Reads a job, with a time limit for each request. A job that the server cannot read by its id,
/// such as one that creates extracts, is read from the list of jobs.
#[inline]
fn read_by_id_or_from_list(
    client: &Client,
    id: &JobId,
    within: Option<Duration>,
    read: fn(Node<'_>) -> Result<Job>,
) -> Result<Job> {
    let limit = |request: Request<'static>| match within {
        Some(within) => request.within(within),
        None => request,
    };
    let by_id = client.xml(limit(client.request(&GET, &[id])), |root| read(root.need("job")?));
    let unreadable = match by_id {
        Err(error) if error.code() == Some(UNREADABLE_BY_ID) => error,
        other => return other,
    };
    for page in 1.. {
        let request = client.request(&LIST, &[]).query("sort", "createdAt:desc");
        let request = request.query("pageNumber", page.to_string()).query("pageSize", "1000");
        let (found, is_last) = client.xml(limit(request), |root| {
            let jobs: Vec<BackgroundJob> = root.list("backgroundJobs", "backgroundJob")?;
            let total = root.child_attr::<Option<u64>>("pagination", "totalAvailable")?;
            let is_last = jobs.is_empty() || total.is_none_or(|total| total <= page * 1000);
            Ok((jobs.into_iter().find(|job| job.id == *id), is_last))
        })?;
        match found {
            Some(job) => return Ok(job.into()),
            None if is_last => break,
            None => {}
        }
    }
    Err(unreadable)
}

/// Whether a later poll may succeed.
#[inline]
pub(super) fn is_transient(error: &Error) -> bool {
    let is_delivery = matches!(Delivery::of_failed(error), Delivery::NotSent | Delivery::Unknown);
    (is_delivery || error.is_timeout())
        && error.kind() != ErrorKind::Decode
        && error.retry_after().is_none_or(|wait| wait <= MAX_RETRY_AFTER)
}

#[inline]
fn describe(job: &Job) -> String {
    match &job.job_type {
        Some(kind) => format!("job {} ({kind})", job.id),
        None => format!("job {}", job.id),
    }
}

#[inline]
pub(super) fn still_running(job: &Job, deadline: Duration) -> Error {
    let progress = job.progress.map(|percent| format!(", at {percent} %")).unwrap_or_default();
    let what = format!("{} has not ended after {deadline:?}{progress}", describe(job));
    Error::new(ErrorKind::Timeout, what)
}

impl fmt::Debug for JobHandle<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JobHandle").field(&self.job).finish()
    }
}
