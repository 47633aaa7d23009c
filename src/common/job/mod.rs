//! Background jobs: [`Job`], the state of a job on the server, and [`JobHandle`], which waits for a
//! job.

mod all;
mod background;
mod handle;
mod queued;
mod wait;

use jiff::Timestamp;

use crate::Result;
use crate::ids::{
    ConnectionId, DatasourceId, FlowId, FlowRunId, JobId, SubscriptionId, ViewId, WorkbookId,
};
use crate::operation::operations;
use crate::xml::{FromXml, Node, element, string_enum};

pub use all::JobRef;
pub(crate) use all::wait_all;
pub use background::*;
pub use handle::JobHandle;
pub(crate) use handle::read_job;
pub(crate) use queued::started_or_queued;
pub use wait::JobWait;

operations! {
    pub(crate) LIST = GET "sites/{site}/jobs" since (3, 1) scope "tableau:jobs:read"
        "Query Jobs" "jobs_tasks_and_schedules.htm#query_jobs";
    pub(crate) GET = GET "sites/{site}/jobs/{job}" since (2, 0) scope "tableau:jobs:read"
        errors [404018]
        "Query Job" "jobs_tasks_and_schedules.htm#query_job";
    pub(crate) CANCEL = PUT "sites/{site}/jobs/{job}" since (3, 1) scope "tableau:jobs:update"
        errors [403032, 403091]
        "Cancel Job" "jobs_tasks_and_schedules.htm#cancel_job";
}

/// A background job.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Job {
    /// The job's id.
    pub id: JobId,
    /// The kind of job: `RefreshExtract`, `PublishWorkbook`, `RunFlow`, ….
    pub job_type: Option<String>,
    /// `Asynchronous`.
    pub mode: Option<String>,
    /// The completed part, in percent.
    pub progress: Option<u64>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it started.
    pub started_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// When it ended; `None` while it is queued or running.
    pub completed_at: Option<Timestamp>,
    /// How it ended, if `completed_at` is set. Some jobs have a code while they run: asynchronous
    /// publishing [`Failed`](FinishCode::Failed), a refresh by Tableau Bridge
    /// [`Success`](FinishCode::Success) once a client was assigned.
    pub finish_code: Option<FinishCode>,
    /// The server's notes, such as why it failed.
    pub notes: Vec<String>,
    /// The counters of the job, such as the number of imported users.
    pub status_notes: Vec<StatusNote>,
    /// The workbook that it publishes or refreshes.
    pub workbook: Option<WorkbookId>,
    /// The workbook's name.
    pub workbook_name: Option<String>,
    /// The data source that it publishes, refreshes or updates.
    pub datasource: Option<DatasourceId>,
    /// The data source's name.
    pub datasource_name: Option<String>,
    /// The view that it sends.
    pub view: Option<ViewId>,
    /// The flow that it runs.
    pub flow: Option<FlowId>,
    /// The flow's name.
    pub flow_name: Option<String>,
    /// The run of the flow.
    pub flow_run: Option<FlowRunId>,
    /// The connection whose data it updates.
    pub connection: Option<ConnectionId>,
    /// The subscription that it sends.
    pub subscription: Option<SubscriptionId>,
    /// The subject of the subscription.
    pub subscription_subject: Option<String>,
}

impl Job {
    /// A job of which only the id is known.
    #[inline]
    fn with_id(id: JobId) -> Job {
        Job {
            id,
            job_type: None,
            mode: None,
            progress: None,
            created_at: None,
            started_at: None,
            updated_at: None,
            completed_at: None,
            finish_code: None,
            notes: Vec::new(),
            status_notes: Vec::new(),
            workbook: None,
            workbook_name: None,
            datasource: None,
            datasource_name: None,
            view: None,
            flow: None,
            flow_name: None,
            flow_run: None,
            connection: None,
            subscription: None,
            subscription_subject: None,
        }
    }
}

impl FromXml for Job {
    /// The content of a job is in a child element whose name depends on the kind of job
    /// (`extractRefreshJob`, `runFlowJobType`, …). Not all of these names are documented, so every
    /// child is searched.
    #[inline]
    fn from_xml(node: Node<'_>) -> Result<Job> {
        let kinds = || node.children().filter(|child| child.tag() != "statusNotes");
        let content = |tag: &str| {
            let nested = || kinds().flat_map(Node::children).find(|inner| inner.tag() == tag);
            node.find(tag).or_else(nested)
        };
        let text = |tag| content(tag).map(Node::text).filter(|text| !text.is_empty());
        let name = |tag| content(tag).map_or(Ok(None), |item| item.attr("name"));
        let notes = node.children().chain(kinds().flat_map(Node::children));
        let notes = notes.filter(|inner| inner.tag() == "notes").map(Node::text);
        Ok(Job {
            id: node.attr("id")?,
            job_type: node.attr("type")?,
            mode: node.attr("mode")?,
            progress: node.attr("progress")?,
            created_at: node.attr("createdAt")?,
            started_at: node.attr("startedAt")?,
            updated_at: node.attr("updatedAt")?,
            completed_at: node.attr("completedAt")?,
            finish_code: node.attr("finishCode")?,
            notes: notes.filter(|note| !note.trim().is_empty()).collect(),
            status_notes: node.list("statusNotes", "statusNote")?,
            workbook: content("workbook").map_or(Ok(None), |item| item.attr("id"))?,
            workbook_name: name("workbook")?,
            datasource: content("datasource").map_or(Ok(None), |item| item.attr("id"))?,
            datasource_name: name("datasource")?,
            view: content("view").map_or(Ok(None), |item| item.attr("id"))?,
            flow: content("flow").map_or(Ok(None), |item| item.attr("id"))?,
            flow_name: name("flow")?,
            flow_run: kinds().find_map(|child| child.attr("flowRunId").transpose()).transpose()?,
            connection: text("connectionLuid").map(ConnectionId::from),
            subscription: text("subscriptionId").map(SubscriptionId::from),
            subscription_subject: text("subscriptionSubject"),
        })
    }
}

element! {
    /// A counter of a job.
    pub struct StatusNote = "statusNote";
    {
        /// What is counted: `CountOfUsersAddedToGroup`, ….
        kind: Option<String> = attr("type");
        /// The number.
        value: Option<String> = attr("value");
        /// A sentence with the number, in the user's language.
        text: Option<String> = attr("text");
    }
}

string_enum! {
    /// How a job ended.
    pub enum FinishCode {
        /// The job succeeded.
        Success = "0",
        /// The job failed; the notes describe the error.
        Failed = "1",
        /// It was cancelled.
        Cancelled = "2",
        /// The job succeeded: the code of some kinds of jobs, such as refreshes by Tableau Bridge.
        Completed = "3",
    }
}
