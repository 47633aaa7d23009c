//! Background jobs: `session.jobs()`.

use jiff::Timestamp;

use crate::Result;
use crate::common::{JobHandle, List, Listed};
use crate::http::Request;
use crate::ids::{
    ConnectionId, DatasourceId, FlowId, FlowRunId, JobId, Located, SubscriptionId, ViewId,
    WorkbookId,
};
use crate::xml::{FromXml, Node, element, string_enum};

super::resource! {
    /// The background jobs of a site.
    Jobs
}

impl<'s> Jobs<'s> {
    /// The jobs of the site, with less about each than [`get`](Jobs::get) has.
    ///
    /// REST: [Query Jobs](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_jobs), API 3.1.
    pub fn list(&self) -> List<'s, BackgroundJob> {
        List::new(self.client, self.client.site("jobs")).since(3, 1)
    }

    /// One job, with its progress and its notes.
    ///
    /// REST: [Query Job](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_job), API 2.0.
    pub fn get(&self, id: impl Into<JobId>) -> Result<Job> {
        let id = &id.into();
        self.client.read(Request::get(self.client.site(&id.path())), "job")
    }

    /// A job that somebody else started, to wait for with.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, job_id: tsc::JobId) -> tsc::Result<()> {
    /// let job = session.jobs().handle(&job_id)?.wait()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// REST: [Query Job](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_job), API 2.0.
    pub fn handle(&self, id: impl Into<JobId>) -> Result<JobHandle<'s>> {
        let id = &id.into();
        Ok(JobHandle::asked(self.client, id, self.get(id)?))
    }

    /// Asks the server to stop a job. One that has ended stays as it is.
    ///
    /// REST: [Cancel Job](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#cancel_job), API 3.1.
    pub fn cancel(&self, id: impl Into<JobId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::put(self.client.site(&id.path())).since(3, 1))
    }
}

element! {
    /// A background job, as the list has it.
    pub struct BackgroundJob = "backgroundJob";
    {
        /// Its id.
        id: JobId = attr("id");
        /// What it does: `refresh_extracts`, `single_subscription_notify`, ….
        job_type: Option<String> = attr("jobType");
        /// How far it has come.
        status: Option<JobStatus> = attr("status");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it began.
        started_at: Option<Timestamp> = attr("startedAt");
        /// When it ended.
        ended_at: Option<Timestamp> = attr("endedAt");
        /// Its rank in the queue, 0 to 100; the lower the sooner.
        priority: Option<u64> = attr("priority");
        /// What it is about: a workbook's name, as a rule. Comes only when asked for.
        title: Option<String> = attr("title");
        /// More about that. Comes only when asked for.
        subtitle: Option<String> = attr("subtitle");
    }
}

impl Listed for BackgroundJob {
    const WRAP: &'static str = "backgroundJobs";
    const ITEM: &'static str = "backgroundJob";
    const ALWAYS: &'static [&'static str] = &["id"];
    const FIELDS_OF: &'static str = "job";
}

crate::common::filter_fields! {
    for BackgroundJob;
    ARGS = "args" Text [has];
    COMPLETED_AT = "completedAt" Time [eq gt gte lt lte];
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    JOB_TYPE = "jobType" Text [eq in];
    NOTES = "notes" Text [has];
    PRIORITY = "priority" Number [eq gt gte lt lte];
    PROGRESS = "progress" Number [eq gt gte lt lte];
    STARTED_AT = "startedAt" Time [eq gt gte lt lte];
    STATUS = "status" (crate::jobs::JobStatus) [eq];
    SUBTITLE = "subtitle" Text [eq has];
    TITLE = "title" Text [eq has];
}

/// A background job.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does: `RefreshExtract`, `PublishWorkbook`, `RunFlow`, ….
    pub job_type: Option<String>,
    /// `Asynchronous`.
    pub mode: Option<String>,
    /// How much of it is done, in percent.
    pub progress: Option<u64>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// When it ended; none while it waits or runs.
    pub completed_at: Option<Timestamp>,
    /// How it ended; none while it waits or runs.
    pub finish_code: Option<FinishCode>,
    /// What the server says about it: why it failed, as a rule.
    pub notes: Vec<String>,
    /// What it counted, such as the users of an import.
    pub status_notes: Vec<StatusNote>,
    /// The workbook that it is about.
    pub workbook: Option<WorkbookId>,
    /// That workbook's name.
    pub workbook_name: Option<String>,
    /// The data source that it is about.
    pub datasource: Option<DatasourceId>,
    /// That data source's name.
    pub datasource_name: Option<String>,
    /// The view that it is about.
    pub view: Option<ViewId>,
    /// The flow that it runs.
    pub flow: Option<FlowId>,
    /// That flow's name.
    pub flow_name: Option<String>,
    /// The run of that flow.
    pub flow_run: Option<FlowRunId>,
    /// The connection whose data it changes.
    pub connection: Option<ConnectionId>,
    /// The subscription that it sends.
    pub subscription: Option<SubscriptionId>,
    /// That subscription's subject.
    pub subscription_subject: Option<String>,
}

impl FromXml for Job {
    /// What the job is about stands one level down, in an element for each sort of job
    /// (`extractRefreshJob`, `runFlowJobType`, …), whose names are not all known.
    fn from_xml(node: Node<'_>) -> Result<Job> {
        let about = |tag: &str| {
            let below = node.children().filter(|child| child.tag() != "statusNotes");
            node.find(tag)
                .or_else(|| below.flat_map(Node::children).find(|inner| inner.tag() == tag))
        };
        let (workbook, datasource) = (about("workbook"), about("datasource"));
        let (view, flow) = (about("view"), about("flow"));
        let notes = node.children().chain(node.children().flat_map(Node::children));
        let notes = notes.filter(|inner| inner.tag() == "notes").map(Node::text);
        let run = node.children().find_map(|child| child.attr("flowRunId").transpose());
        let text = |tag| about(tag).map(Node::text).filter(|text| !text.is_empty());
        let attr = |of: Option<Node<'_>>, name| of.map_or(Ok(None), |of| of.attr(name));
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
            workbook: workbook.map_or(Ok(None), |of| of.attr("id"))?,
            workbook_name: attr(workbook, "name")?,
            datasource: datasource.map_or(Ok(None), |of| of.attr("id"))?,
            datasource_name: attr(datasource, "name")?,
            view: view.map_or(Ok(None), |of| of.attr("id"))?,
            flow: flow.map_or(Ok(None), |of| of.attr("id"))?,
            flow_name: attr(flow, "name")?,
            flow_run: run.transpose()?,
            connection: text("connectionLuid").map(ConnectionId::from),
            subscription: text("subscriptionId").map(SubscriptionId::from),
            subscription_subject: text("subscriptionSubject"),
        })
    }
}

element! {
    /// Something that a job counted.
    pub struct StatusNote = "statusNote";
    {
        /// What was counted: `CountOfUsersAddedToGroup`, ….
        kind: Option<String> = attr("type");
        /// How many.
        value: Option<String> = attr("value");
        /// The same in words.
        text: Option<String> = attr("text");
    }
}

string_enum! {
    /// How a job ended.
    pub enum FinishCode {
        /// Well.
        Success = "0",
        /// With an error; the notes say which.
        Failed = "1",
        /// It was stopped.
        Cancelled = "2",
        /// Well, as some sorts of job put it.
        Completed = "3",
    }
}

string_enum! {
    /// How far a background job has come.
    pub enum JobStatus {
        /// It waits.
        Pending = "Pending",
        /// It runs.
        InProgress = "InProgress",
        /// It ended well.
        Success = "Success",
        /// It ended with an error.
        Failed = "Failed",
        /// It was stopped.
        Cancelled = "Cancelled",
    }
}
