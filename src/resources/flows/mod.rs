//! Flows: `session.flows()`.

mod export;
mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::common::find::{self, Place};
use crate::common::{
    JobHandle, List, Location, OwnerDetails, ProjectDetails, Scheduled, add_to_schedule, or_waiting,
};
use crate::http::Request;
use crate::ids::{FlowId, Located, ProjectId, ScheduleId, UserId};
use crate::xml::{self, Out, ToXml, element};

super::resource! {
    /// The flows of a site: data preparations of Tableau Prep.
    Flows
}

impl<'s> Flows<'s> {
    /// All flows that the user may see.
    ///
    /// REST: [Query Flows for a Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#query_flows_for_site), API 3.3.
    pub fn list(&self) -> List<'s, Flow> {
        List::new(self.client, self.client.site("flows")).since(3, 3)
    }

    /// One flow, with its output steps.
    ///
    /// REST: [Query Flow](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#query_flow), API 3.3.
    pub fn get(&self, id: impl Into<FlowId>) -> Result<Flow> {
        let id = &id.into();
        let request = Request::get(self.client.site(&id.path())).since(3, 3);
        self.client.xml(request, |root| {
            let mut flow: Flow = root.child("flow")?;
            // They stand beside the flow.
            if flow.output_steps.is_empty() {
                flow.output_steps = root.list("flowOutputSteps", "flowOutputStep")?;
            }
            Ok(flow)
        })
    }

    /// Changes a flow: what the update leaves unset stays as it is. Its tags are changed by
    /// [`Session::tags`](crate::Session::tags).
    ///
    /// REST: [Update Flow](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#update_flow), API 3.3.
    pub fn update(&self, id: impl Into<FlowId>, changes: impl Borrow<FlowUpdate>) -> Result<Flow> {
        let id = &id.into();
        let request = Request::put(self.client.site(&id.path())).since(3, 3);
        self.client.change(request, changes.borrow())
    }

    /// Deletes a flow.
    ///
    /// REST: [Delete Flow](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#delete_flow), API 3.3.
    pub fn delete(&self, id: impl Into<FlowId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.client.site(&id.path())).since(3, 3))
    }

    /// Runs a flow, all of it: starts the job for it, which knows the run
    /// ([`Job::flow_run`](crate::Job::flow_run)). Where one waits already, gives that one, as far
    /// as the user may look for it.
    ///
    /// REST: [Run Flow Now](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#run_flow_now), API 3.3.
    pub fn run_now(&self, id: impl Into<FlowId>) -> Result<JobHandle<'s>> {
        let id = &id.into();
        self.run(id, "<tsRequest/>".into())
    }

    /// Runs a flow in part, or with parameters of its own; otherwise as
    /// [`run_now`](Flows::run_now).
    ///
    /// REST: [Run Flow Now](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#run_flow_now), API 3.3; parameters 3.15.
    pub fn run_now_with(
        &self,
        id: impl Into<FlowId>,
        run: impl Borrow<FlowRunSpec>,
    ) -> Result<JobHandle<'s>> {
        let id = &id.into();
        let run = run.borrow();
        if !run.parameters.is_empty() {
            self.client.needs((3, 15), || "a run of a flow with parameters".into())?;
        }
        self.run(id, xml::request(&(id, run))?)
    }

    /// Adds a flow to a schedule, which then runs it.
    ///
    /// REST: [Add Flow Task to Schedule](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#add_flow_task_to_schedule), API 3.3.
    pub fn add_to_schedule(
        &self,
        id: impl Into<FlowId>,
        schedule: impl Into<ScheduleId>,
    ) -> Result<Scheduled> {
        let id = &id.into();
        let schedule = &schedule.into();
        add_to_schedule(self.client, schedule, id)
    }

    fn run(&self, id: &FlowId, body: String) -> Result<JobHandle<'s>> {
        let path = self.client.site(&format!("{}/run", id.path()));
        let started = self.client.read(Request::post(path).since(3, 3).xml(body), "job");
        or_waiting(self.client, started, |job| job.flow.as_ref() == Some(id))
    }
}

/// What to run of a flow, and with what; see [`Flows::run_now_with`].
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "nothing is sent until a room is given it"]
pub struct FlowRunSpec {
    incremental: bool,
    output_steps: Vec<String>,
    parameters: Vec<(String, String)>,
}

impl FlowRunSpec {
    /// All of it, with its own parameters.
    pub fn new() -> FlowRunSpec {
        FlowRunSpec::default()
    }

    /// Processes only what is new, where the flow is made for that. Default: everything.
    pub fn incremental(mut self) -> FlowRunSpec {
        self.incremental = true;
        self
    }

    /// And this step ([`FlowOutputStep::id`]). Default, where none is named: all.
    pub fn output_step(mut self, id: impl Into<String>) -> FlowRunSpec {
        self.output_steps.push(id.into());
        self
    }

    /// With this value for a parameter ([`FlowParameter::id`]). Default: the flow's.
    pub fn parameter(mut self, id: impl Into<String>, value: impl Into<String>) -> FlowRunSpec {
        self.parameters.push((id.into(), value.into()));
        self
    }
}

impl ToXml for (&FlowId, &FlowRunSpec) {
    fn to_xml(&self, out: &mut Out) {
        let (id, run) = self;
        out.element("flowRunSpec", |out| {
            out.attr("flowId", *id);
            out.attribute("runMode", if run.incremental { "incremental" } else { "full" });
            if !run.output_steps.is_empty() {
                out.ids("flowOutputSteps", "flowOutputStep", &run.output_steps);
            }
            if !run.parameters.is_empty() {
                out.element("flowParameterSpecs", |out| {
                    for (id, value) in &run.parameters {
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
        /// Its id.
        id: FlowId = attr("id");
        /// Its name.
        name: String = attr("name"), update String;
        /// What it does. Empty clears it.
        description: Option<String> = attr("description"), update String;
        /// Its address in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// The type of its file: `tfl` or `tflx`.
        file_type: Option<String> = attr("fileType");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The project that it is in; none in a personal space.
        project: Option<ProjectId> = child_id("project"), update ProjectId;
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// More about the project.
        project_details: Option<ProjectDetails> = child("project");
        /// Who owns it.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The project or personal space that it is in.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
        /// What can be set for a run of it (API 3.15).
        parameters: Vec<FlowParameter> = list("parameters", "parameter");
        /// The steps that write something; [`Flows::get`] has them.
        output_steps: Vec<FlowOutputStep> = list("flowOutputSteps", "flowOutputStep");
    }
}

element! {
    /// What can be set for a run of a flow.
    pub struct FlowParameter = "parameter";
    {
        /// Its id.
        id: String = attr("id");
        /// Its name.
        name: Option<String> = attr("name");
        /// What it is for.
        description: Option<String> = attr("description");
        /// The type of its value.
        kind: Option<String> = attr("type");
        /// The value that it has where a run sets none.
        value: Option<String> = attr("value");
        /// Whether a run has to set it.
        required: Option<bool> = attr("isRequired");
        /// Which values it takes: any, a list or a range.
        domain: Option<String> = child_attr("domain", "domainType");
    }
}

element! {
    /// A step of a flow that writes something.
    pub struct FlowOutputStep = "flowOutputStep";
    {
        /// Its id.
        id: String = attr("id");
        /// Its name.
        name: Option<String> = attr("name");
    }
}

crate::common::filter_fields! {
    for Flow;
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    NAME = "name" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq];
    PROJECT_ID = "projectId" (crate::ProjectId) [eq];
    PROJECT_NAME = "projectName" Text [eq in];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}

crate::common::find::find_by_name!(Flows Flow "flows" in project);

impl Flows<'_> {
    /// The flow at an address, if there is one: that of its page in a browser (`…/flows/1234`). It
    /// takes a look at all flows: the REST API does not find by it.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) where the address is of another site, or of something
    /// else.
    pub fn find_url(&self, address: &str) -> Result<Option<Flow>> {
        let place = Place::of(self.client, address)?;
        if place.number("flows").is_none() {
            return Err(crate::Error::input(format!("{address:?} is no flow's address")));
        }
        let found = find::fitting(self.list(), [], |flow| {
            place.is_number_of("flows", flow.webpage_url.as_deref())
        });
        let what = || format!("flows have the address {address:?}");
        find::only(self.client, found?, what, |flow| flow.id.to_string())
    }
}
