//! Runs of flows: `session.flow_runs()`.

use jiff::Timestamp;

use crate::common::{JobHandle, List, Listed, filter_fields, job};
use crate::ids::{FlowId, FlowRunId, JobId, UserId};
use crate::operation::operations;
use crate::xml::{element, string_enum};
use crate::{Error, ErrorKind, Result};

operations! {
    LIST = GET "sites/{site}/flows/runs" since (3, 10) scope "tableau:flow_runs:read"
        errors [404002]
        "Get Flow Runs" "flow.htm#get_flow_runs";
    GET = GET "sites/{site}/flows/runs/{flow-run}" since (3, 10) scope "tableau:flow_runs:read"
        errors [404036]
        "Get Flow Run" "flow.htm#get_flow_run";
    CANCEL = PUT "sites/{site}/flows/runs/{flow-run}" since (3, 10)
        scope "tableau:flow_runs:update" errors [403135, 403137, 404036]
        "Cancel Flow Run" "flow.htm#cancel_flow_run";
}

super::resource! {
    /// The runs of the flows of a site.
    FlowRuns
}

impl<'s> FlowRuns<'s> {
    /// Lists the runs that the user can see, finished ones included. Servers before 2025 return all
    /// runs on every page.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "find_by_name", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, FlowRun> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a run.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<FlowRunId>) -> Result<FlowRun> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Returns the background job of a run, to wait for it. After the job has ended,
    /// [`get`](FlowRuns::get) returns the result of the run.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, run_id: tsc::FlowRunId) -> tsc::Result<()> {
    /// session.flow_runs().job(&run_id)?.wait()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the run has no job.
    #[doc = rest!(GET)]
    #[doc = job::rest!(GET)]
    pub fn job(&self, id: impl Into<FlowRunId>) -> Result<JobHandle<'s>> {
        let id = id.into();
        match self.get(&id)?.background_job {
            Some(job) => JobHandle::read(self.client, job),
            None => {
                let what = format!("the flow run {id} has no background job");
                Err(Error::new(ErrorKind::NotFound, what))
            }
        }
    }

    /// Cancels a run. A run that has ended is not affected.
    #[doc = rest!(CANCEL)]
    pub fn cancel(&self, id: impl Into<FlowRunId>) -> Result<()> {
        self.client.send(&CANCEL, &[&id.into()])
    }
}

element! {
    /// A run of a flow.
    pub struct FlowRun = "flowRun";
    {
        /// The run's id.
        id: FlowRunId = attr("id");
        /// The flow.
        flow: Option<FlowId> = attr("flowId");
        /// Whether the run is queued, running or has ended.
        status: Option<FlowRunStatus> = attr("status");
        /// When it started.
        started_at: Option<Timestamp> = attr("startedAt");
        /// When it ended; `None` while it runs.
        completed_at: Option<Timestamp> = attr("completedAt");
        /// The completed part, in percent.
        progress: Option<u64> = attr("progress");
        /// The background job of the run.
        background_job: Option<JobId> = attr("backgroundJobId");
        /// The parameters of the run.
        parameters: Vec<FlowParameterRun> = list("flowParameterRuns", "parameterRuns");
    }
}

impl Listed for FlowRun {
    const WRAP: &'static str = "flowRuns";
    // In this list, the items have the same name as the list element.
    const ITEM: &'static str = "flowRuns";
    const ALWAYS: &'static [&'static str] = &["id"];
}

element! {
    /// A parameter of a flow, with its value in one run.
    pub struct FlowParameterRun = "parameterRuns";
    {
        /// The parameter's id.
        id: Option<String> = attr("parameterId");
        /// The parameter's name.
        name: Option<String> = attr("name");
        /// The description.
        description: Option<String> = attr("description");
        /// The value in the run.
        value: Option<String> = attr("overrideValue");
    }
}

string_enum! {
    /// Whether a run of a flow is queued, running or has ended.
    pub enum FlowRunStatus {
        /// It is queued.
        Pending = "Pending",
        /// The flow is running.
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
    for FlowRun;
    COMPLETED_AT = "completedAt" Time [eq gt gte lt lte];
    FLOW_ID = "flowId" (FlowId) [eq in];
    PROGRESS = "progress" Number [eq gt gte lt lte];
    STARTED_AT = "startedAt" Time [eq gt gte lt lte];
    USER_ID = "userId" (UserId) [eq in];
}
