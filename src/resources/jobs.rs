//! Background jobs: `session.jobs()`.
//!
//! For a job that the program started, [`JobHandle::wait`](crate::JobHandle::wait) returns an error
//! with the reason if it failed. For other jobs, such as the refreshes of a schedule, filter the list
//! by [`STATUS`] and read the notes of each job with [`Jobs::get`]; the
//! [cookbook](../guide/cookbook/index.html#find-the-refreshes-that-failed) has a program.

use crate::Result;
use crate::common::List;
use crate::common::job::{self, JobHandle, read_job, wait_all};
use crate::ids::JobId;

pub use crate::common::job::{
    ARGS, BackgroundJob, COMPLETED_AT, CREATED_AT, FinishCode, JOB_TYPE, Job, JobRef, JobStatus,
    JobWait, NOTES, PRIORITY, PROGRESS, STARTED_AT, STATUS, SUBTITLE, StatusNote, TITLE,
};

super::resource! {
    /// The background jobs of a site.
    Jobs
}

impl<'s> Jobs<'s> {
    /// Lists the jobs of the site. [`get`](Jobs::get) returns more fields of a job.
    #[doc = job::rest!(LIST)]
    #[doc(alias("all", "find_by_name", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, BackgroundJob> {
        List::of(self.client, &job::LIST, &[])
    }

    /// Returns a job, with its progress and its notes. A job that the server cannot read by its id,
    /// such as one that creates extracts, is read from the list of jobs, which contains neither.
    #[doc(alias = "get_by_id")]
    #[doc = job::rest!(GET)]
    pub fn get(&self, id: impl Into<JobId>) -> Result<Job> {
        read_job(self.client, &id.into())
    }

    /// Returns a handle to a job, to wait for it.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, job_id: tsc::JobId) -> tsc::Result<()> {
    /// let job = session.jobs().handle(&job_id)?.wait()?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "wait_for_job")]
    #[doc = job::rest!(GET)]
    pub fn handle(&self, id: impl Into<JobId>) -> Result<JobHandle<'s>> {
        JobHandle::read(self.client, id.into())
    }

    /// Waits until all of these jobs have ended, and returns a result for each, in the same order.
    /// The deadline of `how` applies to all jobs together; its `on_progress` reports how many jobs
    /// have ended, and its `on_poll` is called with each job after each poll.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # use std::time::Duration;
    /// # fn f(session: &tsc::Session<'_>, ids: &[tsc::DatasourceId]) -> tsc::Result<()> {
    /// let refresh = |id| session.datasources().refresh(id);
    /// let jobs = ids.iter().map(refresh).collect::<tsc::Result<Vec<_>>>()?;
    /// let hour = tsc::jobs::JobWait::new().deadline(Duration::from_secs(3600));
    /// for (id, result) in ids.iter().zip(session.jobs().wait_all(&jobs, hour)) {
    ///     match result {
    ///         Ok(job) => println!("{id} {:?}", job.completed_at),
    ///         Err(error) => eprintln!("{id} {error}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Each result has the errors of [`JobHandle::wait_with`]. A job that has not ended at the deadline
    /// has a [`Timeout`](crate::ErrorKind::Timeout), and continues.
    #[doc = job::rest!(GET)]
    pub fn wait_all<J: Into<JobRef>>(
        &self,
        jobs: impl IntoIterator<Item = J>,
        how: JobWait<'_>,
    ) -> Vec<Result<Job>> {
        wait_all(self.client, jobs.into_iter().map(Into::into).collect(), how)
    }

    /// Cancels a job. A job that has ended is not affected.
    #[doc = job::rest!(CANCEL)]
    pub fn cancel(&self, id: impl Into<JobId>) -> Result<()> {
        self.client.send(&job::CANCEL, &[&id.into()])
    }
}
