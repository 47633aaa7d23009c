//! [`wait_all`]: waiting for several jobs at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::warn;

use super::handle::{is_transient, read_job_within, still_running};
use super::{Job, JobHandle, JobWait};
use crate::client::Client;
use crate::common::backoff::Backoff;
use crate::common::progress::Progress;
use crate::ids::JobId;
use crate::secret::Secret;
use crate::{Error, Result};

/// A job to wait for: an id, or a handle, whose secrets are redacted in errors.
#[derive(Clone, Debug)]
pub struct JobRef {
    id: JobId,
    job: Option<Job>,
    secrets: Vec<Secret>,
}

macro_rules! from_id {
    ($($Id:ty),+) => {$(
        impl From<$Id> for JobRef {
            #[inline]
            fn from(id: $Id) -> JobRef {
                JobRef { id: id.into(), job: None, secrets: Vec::new() }
            }
        }
    )+};
}

from_id!(JobId, &JobId, &str, String);

impl From<&JobHandle<'_>> for JobRef {
    #[inline]
    fn from(handle: &JobHandle<'_>) -> JobRef {
        let (id, job) = (handle.id().clone(), Some(handle.job().clone()));
        JobRef { id, job, secrets: handle.secrets().to_vec() }
    }
}

impl From<&mut JobHandle<'_>> for JobRef {
    #[inline]
    fn from(handle: &mut JobHandle<'_>) -> JobRef {
        JobRef::from(&*handle)
    }
}

impl From<JobHandle<'_>> for JobRef {
    #[inline]
    fn from(handle: JobHandle<'_>) -> JobRef {
        JobRef::from(&handle)
    }
}

/// A job that is being waited for.
struct Waiting {
    id: JobId,
    /// The job as of the last poll.
    job: Option<Job>,
    secrets: Vec<Secret>,
    failures: u32,
    result: Option<Result<Job>>,
}

/// Waits until all jobs have ended, or until the deadline. Returns a result for each, in order.
#[inline]
pub(crate) fn wait_all(
    client: &Arc<Client>,
    jobs: Vec<JobRef>,
    mut how: JobWait<'_>,
) -> Vec<Result<Job>> {
    let total = jobs.len();
    let new = |JobRef { id, job, secrets }| Waiting { id, job, secrets, failures: 0, result: None };
    let mut jobs: Vec<Waiting> = jobs.into_iter().map(new).collect();
    let started = Instant::now();
    let time_left = |all: Duration| all.saturating_sub(started.elapsed());
    let mut intervals = Backoff::new(how.first_interval, 1.4, how.longest_interval);
    let (mut ended, mut is_first) = (0, true);
    loop {
        let mut retry_after = Duration::ZERO;
        for waiting in jobs.iter_mut().filter(|waiting| waiting.result.is_none()) {
            // Each job is polled at least once, and a poll just before the deadline has time for an
            // response.
            if how.deadline.is_some_and(|all| time_left(all).is_zero()) && !is_first {
                break;
            }
            let within = how.deadline.map(|all| time_left(all).max(Duration::from_secs(1)));
            retry_after = retry_after.max(waiting.poll(client, within, &mut how));
            if waiting.result.is_some() {
                ended += 1;
                how.report_progress(Progress::items(ended as u64, Some(total as u64)));
            }
        }
        is_first = false;
        if ended == total {
            break;
        }
        let mut pause = intervals.next().unwrap_or(how.longest_interval).max(retry_after);
        if let Some(all) = how.deadline {
            if time_left(all).is_zero() {
                break;
            }
            pause = pause.min(time_left(all));
        }
        if let Err(cancelled) = client.sleep(pause) {
            for waiting in jobs.iter_mut().filter(|waiting| waiting.result.is_none()) {
                waiting.result = Some(Err(cancelled.again()));
            }
            break;
        }
    }
    jobs.into_iter().map(|waiting| waiting.finish(how.deadline)).collect()
}

impl Waiting {
    /// Reads the state of the job, and sets the result if it has ended or cannot be read. Returns how
    /// long the server asks to wait.
    #[inline]
    fn poll(
        &mut self,
        client: &Arc<Client>,
        within: Option<Duration>,
        how: &mut JobWait<'_>,
    ) -> Duration {
        let known = self.job.take_if(|job| job.completed_at.is_some());
        match known.map_or_else(|| read_job_within(client, &self.id, within), Ok) {
            Ok(job) => {
                self.failures = 0;
                how.report_poll(&job);
                if job.completed_at.is_some() {
                    let handle = JobHandle::new(client, job).with_secrets(self.secrets.clone());
                    self.result = Some(handle.outcome().cloned());
                } else {
                    self.job = Some(job);
                }
            }
            Err(error) if self.failures < how.max_failures && is_transient(&error) => {
                self.failures += 1;
                let id = client.shown(self.id.as_str());
                warn!(target: "tableau_server_client::job", "polling job {id} failed: {error}");
                return error.retry_after().unwrap_or_default();
            }
            Err(error) => {
                let redactor = self.secrets.iter().fold(client.redactor(), |r, s| r.with(s));
                let error = error.doing(format!("waiting for job {}", self.id));
                self.result = Some(Err(error.redacted(&redactor)));
            }
        }
        Duration::ZERO
    }

    #[inline]
    fn finish(self, deadline: Option<Duration>) -> Result<Job> {
        let Waiting { id, job, result, .. } = self;
        result.unwrap_or_else(|| match job {
            Some(job) => Err(still_running(&job, deadline.unwrap_or_default())),
            None => Err(Error::new(
                crate::ErrorKind::Timeout,
                format!(
                    "the state of job {id} is unknown after {:?}",
                    deadline.unwrap_or_default()
                ),
            )),
        })
    }
}
