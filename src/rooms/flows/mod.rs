//! Flows: `session.flows()`.

mod export;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::http::Request;
use crate::ids::{FlowId, Located, ProjectId, UserId};
use crate::shared::{List, Listed, Location, OwnerDetails, ProjectDetails};
use crate::xml::element;

super::room! {
    /// The flows of a site: data preparations of Tableau Prep.
    Flows
}

impl<'s> Flows<'s> {
    /// All flows that the user may see.
    ///
    /// REST: [Query Flows for a Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#query_flows_for_site), API 3.3.
    pub fn list(&self) -> List<'s, Flow> {
        List::new(self.core, self.core.site("flows")).since(3, 3)
    }

    /// One flow, with its output steps.
    ///
    /// REST: [Query Flow](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#query_flow), API 3.3.
    pub fn get(&self, id: &FlowId) -> Result<Flow> {
        let request = Request::get(self.core.site(&id.path())).since(3, 3);
        self.core.send(request)?.xml(|root| {
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
    pub fn update(&self, id: &FlowId, changes: impl Borrow<FlowUpdate>) -> Result<Flow> {
        let request = Request::put(self.core.site(&id.path())).since(3, 3);
        self.core.read(request.element(changes.borrow())?, "flow")
    }

    /// Deletes a flow.
    ///
    /// REST: [Delete Flow](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#delete_flow), API 3.3.
    pub fn delete(&self, id: &FlowId) -> Result<()> {
        self.core.done(Request::delete(self.core.site(&id.path())).since(3, 3))
    }
}

element! {
    /// A flow.
    Flow = "flow",
    /// Changes to a flow; see [`Flows::update`].
    update FlowUpdate
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
    FlowParameter = "parameter"
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
    FlowOutputStep = "flowOutputStep"
    {
        /// Its id.
        id: String = attr("id");
        /// Its name.
        name: Option<String> = attr("name");
    }
}

impl Listed for Flow {
    const WRAP: &'static str = "flows";
    const ITEM: &'static str = "flow";
}

crate::shared::fields!(flows Flow);
