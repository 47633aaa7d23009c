//! Requests to start a job that is already queued.

use std::sync::Arc;

use super::{BackgroundJob, CREATED_AT, GET, Job, JobHandle, JobStatus, LIST};
use crate::client::Client;
use crate::common::List;
use crate::{ErrorKind, Result};

/// Tableau's error code for a job that is already queued.
const ALREADY_QUEUED: &str = "409093";

/// Returns the job that was started. If the same job is already queued, finds it among the site's
/// unfinished jobs and returns it. If it is not found, or the user may not list jobs, returns the
/// server's error.
pub(crate) fn started_or_queued<'s>(
    client: &'s Arc<Client>,
    started: Result<Job>,
    is_same: impl Fn(&Job) -> bool,
) -> Result<JobHandle<'s>> {
    let rejected = match started {
        Err(error) if error.code() == Some(ALREADY_QUEUED) => error,
        other => return other.map(|job| JobHandle::new(client, job)),
    };
    let has_ended = |job: &BackgroundJob| {
        matches!(job.status, Some(JobStatus::Success | JobStatus::Failed | JobStatus::Cancelled))
    };
    let Ok(newest) = List::of(client, &LIST, &[]).sort(CREATED_AT.desc()).page(1) else {
        return Err(rejected);
    };
    for job in newest.items.iter().filter(|job| !has_ended(job)) {
        // Each job is read by its id, because the list of jobs does not contain the content.
        match client.read(client.request(&GET, &[&job.id]), "job") {
            Ok(job) if is_same(&job) => return Ok(JobHandle::new(client, job)),
            // The job is for other content.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Api => {}
            Err(_) => break,
        }
    }
    Err(rejected)
}
