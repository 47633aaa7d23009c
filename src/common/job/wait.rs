//! [`JobWait`]: how to wait for a job.

use std::fmt;
use std::time::Duration;

use super::Job;
use crate::common::progress::{OnProgress, Progress};

/// How to wait for a job; see [`JobHandle::wait_with`](crate::JobHandle::wait_with).
#[must_use = "nothing waits until it is passed to `JobHandle::wait_with`"]
pub struct JobWait<'f> {
    pub(super) deadline: Option<Duration>,
    pub(super) first_interval: Duration,
    pub(super) longest_interval: Duration,
    pub(super) max_failures: u32,
    on_progress: Option<OnProgress<'f>>,
    on_poll: Option<OnPoll<'f>>,
}

type OnPoll<'f> = Box<dyn FnMut(&Job) + 'f>;

impl<'f> JobWait<'f> {
    /// Waits until the job ends, polling at intervals that increase from half a second to 30
    /// seconds.
    #[inline]
    pub fn new() -> JobWait<'f> {
        JobWait {
            deadline: None,
            first_interval: Duration::from_millis(500),
            longest_interval: Duration::from_secs(30),
            max_failures: 10,
            on_progress: None,
            on_poll: None,
        }
    }

    /// Maximum time to wait, requests included. The job itself continues. Default: no limit.
    #[inline]
    pub fn deadline(mut self, longest: Duration) -> Self {
        self.deadline = Some(longest);
        self
    }

    /// The first and the maximum interval between two polls. Each interval is 1.4 times the
    /// previous one. Default: 0.5 s and 30 s.
    #[inline]
    pub fn poll_intervals(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_interval, self.longest_interval) = (first, longest);
        self
    }

    /// Maximum number of consecutive polls that may fail because of the connection, with status 429
    /// or with a 5xx status. A further failure ends the wait with an error, and so does a
    /// `Retry-After` of more than an hour. Default: 10.
    #[inline]
    pub fn max_failures(mut self, failures: u32) -> Self {
        self.max_failures = failures;
        self
    }

    /// Calls `callback` with the progress in percent after each poll whose response contains one.
    pub fn on_progress(mut self, callback: impl FnMut(Progress) + 'f) -> Self {
        self.on_progress = Some(Box::new(callback));
        self
    }

    /// Calls `callback` with the job after each poll.
    pub fn on_poll(mut self, callback: impl FnMut(&Job) + 'f) -> Self {
        self.on_poll = Some(Box::new(callback));
        self
    }

    /// Reports the job to the callbacks.
    #[inline]
    pub(super) fn report(&mut self, job: &Job) {
        self.report_poll(job);
        if let Some(percent) = job.progress {
            self.report_progress(Progress::percent(percent));
        }
    }

    #[inline]
    pub(super) fn report_poll(&mut self, job: &Job) {
        if let Some(callback) = &mut self.on_poll {
            callback(job);
        }
    }

    #[inline]
    pub(super) fn report_progress(&mut self, progress: Progress) {
        if let Some(callback) = &mut self.on_progress {
            callback(progress);
        }
    }
}

impl Default for JobWait<'_> {
    #[inline]
    fn default() -> Self {
        JobWait::new()
    }
}

impl fmt::Debug for JobWait<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobWait")
            .field("deadline", &self.deadline)
            .field("first_interval", &self.first_interval)
            .field("longest_interval", &self.longest_interval)
            .field("max_failures", &self.max_failures)
            .finish_non_exhaustive()
    }
}
