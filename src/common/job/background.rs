//! [`BackgroundJob`]: a job in the list of jobs.

use jiff::Timestamp;

use super::{FinishCode, Job};
use crate::common::{Listed, filter_fields};
use crate::ids::JobId;
use crate::xml::{element, string_enum};

element! {
    /// A background job in the list of jobs.
    pub struct BackgroundJob = "backgroundJob";
    {
        /// The job's id.
        id: JobId = attr("id");
        /// The kind of job: `refresh_extracts`, `single_subscription_notify`, ….
        job_type: Option<String> = attr("jobType");
        /// Whether it is queued, running or has ended.
        status: Option<JobStatus> = attr("status");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it started.
        started_at: Option<Timestamp> = attr("startedAt");
        /// When it ended.
        ended_at: Option<Timestamp> = attr("endedAt");
        /// The priority in the queue, from 0 to 100: jobs with a lower number run first.
        priority: Option<u64> = attr("priority");
        /// The name of the job's content, usually of a workbook. Only if the field is requested.
        title: Option<String> = attr("title");
        /// An addition to the title. Only if the field is requested.
        subtitle: Option<String> = attr("subtitle");
    }
}

impl From<BackgroundJob> for Job {
    #[inline]
    fn from(job: BackgroundJob) -> Job {
        let finish_code = match job.status {
            Some(JobStatus::Success) => Some(FinishCode::Success),
            Some(JobStatus::Failed) => Some(FinishCode::Failed),
            Some(JobStatus::Cancelled) => Some(FinishCode::Cancelled),
            _ => None,
        };
        // Without an end time, an ended job is assumed to have ended just now.
        let ended_at = || finish_code.as_ref().map(|_| job.ended_at.unwrap_or_else(Timestamp::now));
        Job {
            job_type: job.job_type,
            created_at: job.created_at,
            started_at: job.started_at,
            completed_at: ended_at(),
            finish_code,
            ..Job::with_id(job.id)
        }
    }
}

impl Listed for BackgroundJob {
    const WRAP: &'static str = "backgroundJobs";
    const ITEM: &'static str = "backgroundJob";
    const ALWAYS: &'static [&'static str] = &["id"];
    const FIELDS_OF: &'static str = "job";
}

string_enum! {
    /// Whether a background job is queued, running or has ended.
    pub enum JobStatus {
        /// It is queued.
        Pending = "Pending",
        /// It is running.
        InProgress = "InProgress",
        /// It ended successfully.
        Success = "Success",
        /// It ended with an error.
        Failed = "Failed",
        /// It was cancelled.
        Cancelled = "Cancelled" | "Canceled",
    }
}

filter_fields! {
    for BackgroundJob;
    ARGS = "args" Text [has];
    COMPLETED_AT = "completedAt" Time [eq gt gte lt lte];
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    JOB_TYPE = "jobType" Text [eq in];
    NOTES = "notes" Text [has];
    PRIORITY = "priority" Number [eq gt gte lt lte];
    PROGRESS = "progress" Number [eq gt gte lt lte];
    STARTED_AT = "startedAt" Time [eq gt gte lt lte];
    STATUS = "status" (JobStatus) [eq];
    SUBTITLE = "subtitle" Text [eq has];
    TITLE = "title" Text [eq has];
}
