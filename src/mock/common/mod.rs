//! Operations that several resources have. They work from schemas and path segments, and use no
//! resource.

pub(super) mod connections;
pub(super) mod exports;
pub(super) mod extracts;
pub(super) mod jobs;
pub(super) mod permissions;
pub(super) mod publish;
pub(super) mod revisions;
pub(super) mod run_times;
pub(super) mod schedules;
pub(super) mod tags;
pub(super) mod uploads;
