//! Flows: `session.flows()`.

pub(crate) mod export;
pub(crate) mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::common::find::{self, Place, find_by_name};
use crate::common::job::started_or_queued;
use crate::common::{
    JobHandle, List, Location, OwnerDetails, ProjectDetails, Scheduled, add_to_schedule, content,
    filter_fields, schedule,
};
use crate::http::Request;
use crate::ids::{FlowId, ProjectId, ScheduleId, UserId};
use crate::operation::operations;
use crate::xml::{Out, element};
use crate::{Error, Result};

operations! {
    LIST = GET "sites/{site}/flows" since (3, 3) scope "tableau:flows:read" errors [403101]
        "Query Flows for a Site" "flow.htm#query_flows_for_site";
    UPDATE = PUT "sites/{site}/flows/{flow}" since (3, 3) scope "tableau:flows:update"
        errors [403030, 403098, 404002, 404005, 404027, 409041]
        "Update Flow" "flow.htm#update_flow";
    DELETE = DELETE "sites/{site}/flows/{flow}" since (3, 3) scope "tableau:flows:delete"
        errors [404027]
        "Delete Flow" "flow.htm#delete_flow";
    RUN = POST "sites/{site}/flows/{flow}/run" since (3, 3) scope "tableau:flows:run"
        errors [400132, 400148, 400149, 403149, 403150, 404027, 404043]
        "Run Flow Now" "flow.htm#run_flow_now";
}

super::resource! {
    /// The flows of a site, which prepare data with Tableau Prep.
    Flows
}

impl<'s> Flows<'s> {
    /// Lists the flows that the user can see.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, Flow> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a flow, with its output steps.
    #[doc = content::rest!(GET_FLOW)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<FlowId>) -> Result<Flow> {
        self.client.get(&content::GET_FLOW, &[&id.into()])
    }

    /// Changes a flow. Its tags are changed by [`Session::tags`](crate::Session::tags).
    #[doc = rest!(UPDATE)]
    pub fn update(&self, id: impl Into<FlowId>, changes: impl Borrow<FlowUpdate>) -> Result<Flow> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Deletes a flow.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<FlowId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Starts a full run of a flow and returns the job; [`Job::flow_run`](crate::Job::flow_run) is
    /// the id of the run. If a run is already queued and the user may read its job, returns that job.
    #[doc = rest!(RUN)]
    #[doc(alias = "refresh")]
    pub fn run_now(&self, id: impl Into<FlowId>) -> Result<JobHandle<'s>> {
        self.run(&id.into(), |request, _| Ok(request.xml("<tsRequest/>".into())))
    }

    /// Starts a run of a flow with options and returns the job, as [`run_now`](Flows::run_now) does.
    /// Parameters need API 3.15.
    #[doc = rest!(RUN)]
    pub fn run_now_with(
        &self,
        id: impl Into<FlowId>,
        run: impl Borrow<FlowRunSpec>,
    ) -> Result<JobHandle<'s>> {
        let run = run.borrow();
        if !run.parameters.is_empty() {
            self.client.needs((3, 15), || "a run of a flow with parameters".into())?;
        }
        self.run(&id.into(), |request, flow| request.element(&|out: &mut Out| run.write(flow, out)))
    }

    fn run(
        &self,
        id: &FlowId,
        with: impl FnOnce(Request<'static>, &FlowId) -> Result<Request<'static>>,
    ) -> Result<JobHandle<'s>> {
        let started = self.client.read(with(self.client.request(&RUN, &[id]), id)?, "job");
        started_or_queued(self.client, started, |job| job.flow.as_ref() == Some(id))
    }

    /// Adds a flow to a schedule, which then runs it.
    #[doc = schedule::rest!(ADD_FLOW)]
    #[doc(alias = "schedule_flow_run")]
    pub fn add_to_schedule(
        &self,
        id: impl Into<FlowId>,
        schedule: impl Into<ScheduleId>,
    ) -> Result<Scheduled> {
        add_to_schedule(self.client, &schedule.into(), &id.into())
    }

    /// Finds a flow by the address of its page in a browser (`…/flows/1234`). `None` if it does not
    /// exist. This lists all flows, because the REST API has no filter for the number.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if the address is not that of a flow, or is on another
    /// site.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn find_url(&self, address: &str) -> Result<Option<Flow>> {
        let place = Place::of(self.client, address)?;
        if place.number("flows").is_none() {
            return Err(Error::input(format!(
                "invalid flow address {address:?}: must be that of a flow's page, such as \
                 …/flows/1234"
            )));
        }
        let found = find::fitting(self.list(), &[], &|flow| {
            place.is_number_of("flows", flow.webpage_url.as_deref())
        });
        let what = format!("flows have the address {address:?}");
        find::only(self.client, found?, &what, &|flow| flow.id.to_string())
    }
}

find_by_name!(Flows Flow "flows" in project);

/// The options of a run of a flow; see [`Flows::run_now_with`].
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "nothing is sent until it is passed to `run_now_with`"]
pub struct FlowRunSpec {
    incremental: bool,
    output_steps: Vec<String>,
    parameters: Vec<(String, String)>,
}

impl FlowRunSpec {
    /// A full run of all output steps, with the flow's own parameters.
    #[inline]
    pub fn new() -> FlowRunSpec {
        FlowRunSpec::default()
    }

    /// Whether inputs that are configured for incremental refresh process only new rows. Default:
    /// `false`.
    #[inline]
    pub fn incremental(mut self, incremental: bool) -> FlowRunSpec {
        self.incremental = incremental;
        self
    }

    /// Adds an output step to run, by its [id](FlowOutputStep::id). Default: all.
    pub fn output_step(mut self, id: impl Into<String>) -> FlowRunSpec {
        self.output_steps.push(id.into());
        self
    }

    /// Sets the value of a parameter, by its [id](FlowParameter::id). Default: the flow's value.
    pub fn parameter(mut self, id: impl Into<String>, value: impl Into<String>) -> FlowRunSpec {
        self.parameters.push((id.into(), value.into()));
        self
    }

    #[inline]
    fn write(&self, flow: &FlowId, out: &mut Out) {
        let FlowRunSpec { incremental, output_steps, parameters } = self;
        out.element("flowRunSpec", |out| {
            out.attr("flowId", flow);
            out.attribute("runMode", if *incremental { "incremental" } else { "full" });
            if !output_steps.is_empty() {
                out.ids("flowOutputSteps", "flowOutputStep", output_steps);
            }
            if !parameters.is_empty() {
                out.element("flowParameterSpecs", |out| {
                    for (id, value) in parameters {
                        out.element("flowParameterSpec", |out| {
                            out.attribute("parameterId", id);
                            out.attribute("overrideValue", value);
                        });
                    }
                });
            }
        });
    }
}

element! {
    /// A flow.
    pub struct Flow = "flow" in "flows";
    /// Changes to a flow; see [`Flows::update`].
    pub struct FlowUpdate: update;
    {
        /// The flow's id.
        id: FlowId = attr("id");
        /// The flow's name.
        name: String = attr("name"), update String;
        /// The description. In an update, `""` clears it.
        description: Option<String> = attr("description"), update String;
        /// The address of its page in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// The type of the file: `tfl` or `tflx`.
        file_type: Option<String> = attr("fileType");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The project that it is in. `None` in a personal space.
        project: Option<ProjectId> = child_id("project"), update ProjectId;
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// The project's other fields.
        project_details: Option<ProjectDetails> = child("project");
        /// The owner.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// The owner's other fields.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The project or personal space that it is in.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
        /// The parameters that a run can set. API 3.15.
        parameters: Vec<FlowParameter> = list("parameters", "parameter");
        /// The output steps. Empty in a list: see [`Flows::get`].
        output_steps: Vec<FlowOutputStep> = sibling_list("flowOutputSteps", "flowOutputStep");
    }
}

element! {
    /// A parameter of a flow, which a run can set.
    pub struct FlowParameter = "parameter";
    {
        /// The parameter's id.
        id: String = attr("id");
        /// The parameter's name.
        name: Option<String> = attr("name");
        /// The description.
        description: Option<String> = attr("description");
        /// The type of the value.
        kind: Option<String> = attr("type");
        /// The value for runs that do not set one.
        value: Option<String> = attr("value");
        /// Whether every run must set it.
        required: Option<bool> = attr("isRequired");
        /// The values that are allowed: all, a list or a range.
        domain: Option<String> = child_attr("domain", "domainType");
    }
}

element! {
    /// An output step of a flow.
    pub struct FlowOutputStep = "flowOutputStep";
    {
        /// The step's id.
        id: String = attr("id");
        /// The step's name.
        name: Option<String> = attr("name");
    }
}

filter_fields! {
    for Flow;
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    NAME = "name" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq];
    PROJECT_ID = "projectId" (ProjectId) [eq];
    PROJECT_NAME = "projectName" Text [eq in];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}
