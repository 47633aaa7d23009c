//! [`PublishJob`]: a file that is published as a job.

use std::fmt;
use std::sync::Arc;

use super::connections::{PublishedConnection, RequestedConnection, check_connections};
use crate::Result;
use crate::client::Client;
use crate::common::connections::Connections;
use crate::common::job::{Job, JobHandle, JobWait};
use crate::ids::JobId;

/// The job that publishes a file; see [`Publish::send_as_job`](super::Publish::send_as_job).
///
/// It can be used like a [`JobHandle`], and also knows the requested connections.
#[derive(Clone)]
pub struct PublishJob<'s> {
    client: &'s Arc<Client>,
    handle: JobHandle<'s>,
    requested: Vec<RequestedConnection>,
}

impl<'s> PublishJob<'s> {
    #[inline]
    pub(super) fn new(
        client: &'s Arc<Client>,
        handle: JobHandle<'s>,
        requested: Vec<RequestedConnection>,
    ) -> PublishJob<'s> {
        PublishJob { client, handle, requested }
    }

    /// The job's id.
    #[inline]
    pub fn id(&self) -> &JobId {
        self.handle.id()
    }

    /// The job as of the last poll.
    #[inline]
    pub fn job(&self) -> &Job {
        self.handle.job()
    }

    /// Reads the state of the job; see [`JobHandle::poll`].
    #[inline]
    pub fn poll(&mut self) -> Result<&Job> {
        self.handle.poll()
    }

    /// Waits for the job to end; see [`JobHandle::wait`].
    #[inline]
    pub fn wait(&mut self) -> Result<Job> {
        self.handle.wait()
    }

    /// Waits for the job to end; see [`JobHandle::wait_with`].
    #[inline]
    pub fn wait_with(&mut self, how: JobWait<'_>) -> Result<Job> {
        self.handle.wait_with(how)
    }

    /// Cancels the job; see [`JobHandle::cancel`].
    #[inline]
    pub fn cancel(&self) -> Result<()> {
        self.handle.cancel()
    }

    /// Reads the outcome of the connections that were passed to
    /// [`Publish::connection`](super::Publish::connection), in that order, after the job has ended.
    /// If the connections of the published item cannot be read,
    /// [`taken`](PublishedConnection::taken) is `None`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Job`](crate::ErrorKind::Job) if the job failed or was cancelled, and
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if it had not ended at the last poll:
    /// [wait](PublishJob::wait) for it first.
    #[inline]
    pub fn connections(&self) -> Result<Vec<PublishedConnection>> {
        let job = self.handle.outcome()?;
        Ok(check_connections(&self.requested, || match (&job.workbook, &job.datasource) {
            (Some(id), _) => Some(Connections::new(self.client, id).list()),
            (None, Some(id)) => Some(Connections::new(self.client, id).list()),
            (None, None) => None,
        }))
    }
}

impl<'s> From<PublishJob<'s>> for JobHandle<'s> {
    #[inline]
    fn from(job: PublishJob<'s>) -> JobHandle<'s> {
        job.handle
    }
}

impl fmt::Debug for PublishJob<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublishJob").field(self.job()).finish()
    }
}
