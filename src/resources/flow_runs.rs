//! Runs of flows: `session.flow_runs()`.

use jiff::Timestamp;

use super::jobs::Jobs;
use crate::common::{JobHandle, List, Listed};
use crate::http::Request;
use crate::ids::{FlowId, FlowRunId, JobId, Located};
use crate::xml::{element, string_enum};
use crate::{Error, ErrorKind, Result};

super::resource! {
    /// The runs of the flows of a site.
    FlowRuns
}

impl<'s> FlowRuns<'s> {
    /// All runs that the user may see, the finished ones too. Servers before 2025 give them all on
    /// one page, whatever page is asked for.
    ///
    /// REST: [Get Flow Runs](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#get_flow_runs), API 3.10.
    pub fn list(&self) -> List<'s, FlowRun> {
        List::new(self.client, self.client.site("flows/runs")).since(3, 10)
    }

    /// One run.
    ///
    /// REST: [Get Flow Run](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#get_flow_run), API 3.10.
    pub fn get(&self, id: impl Into<FlowRunId>) -> Result<FlowRun> {
        let id = &id.into();
        self.client.read(Request::get(self.client.site(&id.path())).since(3, 10), "flowRun")
    }

    /// The background job that runs a run, to wait for its end with. What the run itself says at
    /// the end, [`get`](FlowRuns::get) has.
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
    /// [`ErrorKind::NotFound`] where the run names no job.
    ///
    /// REST: [Get Flow Run](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#get_flow_run)
    /// and [Query Job](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#query_job), API 3.10.
    pub fn job(&self, id: impl Into<FlowRunId>) -> Result<JobHandle<'s>> {
        let id = &id.into();
        let Some(job) = self.get(id)?.background_job else {
            let what = format!("the run {id} names no background job");
            return Err(Error::new(ErrorKind::NotFound, what));
        };
        Ok(JobHandle::new(self.client, Jobs::new(self.client).get(&job)?))
    }

    /// Asks the server to stop a run; one that has ended stays as it is.
    ///
    /// REST: [Cancel Flow Run](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#cancel_flow_run), API 3.10.
    pub fn cancel(&self, id: impl Into<FlowRunId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::put(self.client.site(&id.path())).since(3, 10))
    }
}

element! {
    /// A run of a flow.
    pub struct FlowRun = "flowRun";
    {
        /// Its id.
        id: FlowRunId = attr("id");
        /// The flow that runs.
        flow: Option<FlowId> = attr("flowId");
        /// How far it has come.
        status: Option<FlowRunStatus> = attr("status");
        /// When it began.
        started_at: Option<Timestamp> = attr("startedAt");
        /// When it ended; none while it runs.
        completed_at: Option<Timestamp> = attr("completedAt");
        /// How much of it is done, in percent.
        progress: Option<u64> = attr("progress");
        /// The background job that runs it.
        background_job: Option<JobId> = attr("backgroundJobId");
        /// The parameters that it ran with.
        parameters: Vec<FlowParameterRun> = list("flowParameterRuns", "parameterRuns");
    }
}

element! {
    /// A parameter of a flow, as one run of it had it.
    pub struct FlowParameterRun = "parameterRuns";
    {
        /// The parameter's id.
        id: Option<String> = attr("parameterId");
        /// Its name.
        name: Option<String> = attr("name");
        /// What it is for.
        description: Option<String> = attr("description");
        /// The value that the run gave it.
        value: Option<String> = attr("overrideValue");
    }
}

impl Listed for FlowRun {
    const WRAP: &'static str = "flowRuns";
    // The reference calls an item as it calls the list.
    const ITEM: &'static str = "flowRuns";
    const ALWAYS: &'static [&'static str] = &["id"];
}

crate::common::filter_fields! {
    for FlowRun;
    COMPLETED_AT = "completedAt" Time [eq gt gte lt lte];
    FLOW_ID = "flowId" (crate::FlowId) [eq in];
    PROGRESS = "progress" Number [eq gt gte lt lte];
    STARTED_AT = "startedAt" Time [eq gt gte lt lte];
    USER_ID = "userId" (crate::UserId) [eq in];
}

string_enum! {
    /// How far a run of a flow has come.
    pub enum FlowRunStatus {
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
