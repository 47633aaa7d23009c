//! Flows, and their runs: `sites/{site}/flows`, `sites/{site}/flows/runs`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::common::{self, Common, Content};
use super::jobs::{self, Run};
use super::publish::{self, Publication, Sort};
use super::{Effect, files};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::Kind;
use crate::mock::query::{Field, Listed, list_these};
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;
use crate::mock::version::Version;

/// A flow.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Flow {
    pub(in crate::mock) common: Common,
    /// `tfl` or `tflx`.
    pub(in crate::mock) file_type: &'static str,
}

impl Listed for Flow {
    const NAMES: (&'static str, &'static str) = ("flow", "flows");
    const SHOWN: &'static [&'static str] = &[
        "id",
        "name",
        "description",
        "webpageUrl",
        "fileType",
        "createdAt",
        "updatedAt",
        "project",
        "location",
        "owner",
        "tags",
    ];
    const FIELDS: &'static [Field<Flow>] = &[
        Field { name: "name", holds: Type::Text, of: |f, _| f.name.as_str().into() },
        Field { name: "createdAt", holds: Type::Time, of: |f, _| Value::Time(f.created) },
        Field { name: "updatedAt", holds: Type::Time, of: |f, _| Value::Time(f.updated) },
        Field::new("projectId", Type::Text, common::project_id),
        Field::new("projectName", Type::Text, common::project_name),
        Field::new("ownerName", Type::Text, common::owner_name),
    ];

    fn element(&self, site: &Site, ctx: &Context) -> Element {
        let element = Element::reference("flow", &self.id)
            .attr("name", &self.name)
            .attr("description", &self.description)
            .attr("webpageUrl", self.web_page("flows", site, ctx))
            .attr("fileType", self.file_type)
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated));
        self.surround(element, site)
    }
}

impl Content for Flow {
    const SORT: Sort = Sort {
        parameter: Some("flowType"),
        part: "tableau_flow",
        extensions: &["tfl", "tflx"],
        wrong: "400086",
        job: None,
    };

    fn new(id: String, name: String) -> Flow {
        Flow { common: Common::new(id, name), file_type: "tflx" }
    }

    fn change(&mut self, doc: &Doc, _: Version) -> Result<(), ApiError> {
        if let Some(description) = doc.attr("description") {
            description.clone_into(&mut self.description);
        }
        Ok(())
    }

    fn sample_file(&self, _: &Site) -> (&'static str, Vec<u8>) {
        ("tflx", files::tflx(&self.name))
    }

    fn publish(
        &mut self,
        publication: &Publication,
        _: &mut Site,
        _: Timestamp,
    ) -> Result<(), ApiError> {
        self.file_type = publication.extension;
        self.change(&publication.doc, Version::NEWEST)
    }
}

/// `runs` is no id, so its routes come before the flows'.
pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/flows/runs", 3, 10, runs),
    Route::new(Method::Get, "sites/{site}/flows/runs/{run}", 3, 10, run),
    Route::new(Method::Put, "sites/{site}/flows/runs/{run}", 3, 10, cancel_run),
    Route::new(Method::Get, "sites/{site}/flows", 3, 3, common::all::<Flow>),
    Route::new(Method::Post, "sites/{site}/flows", 3, 3, publish::publish::<Flow>),
    Route::new(Method::Get, "sites/{site}/flows/{flow}", 3, 3, get),
    Route::new(Method::Put, "sites/{site}/flows/{flow}", 3, 3, common::update::<Flow>),
    Route::new(Method::Delete, "sites/{site}/flows/{flow}", 3, 3, common::delete::<Flow>),
    Route::new(Method::Post, "sites/{site}/flows/{flow}/run", 3, 3, start),
];

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let flow = site.flows.get(ctx.param(0))?;
    // Each flow writes its result in one step.
    let step = Element::reference("flowOutputStep", &output_step(&flow)).attr("name", "Output");
    Ok(Response::ok([flow.element(site, ctx), Element::list("flowOutputSteps", [step])]))
}

fn output_step(flow: &Flow) -> String {
    format!("step-{}", flow.number)
}

fn start(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc_or_empty()?;
    let flow = state.site(ctx)?.flows.get(ctx.param(0))?.into_owned();
    common::need_owner(ctx, &flow.owner)?;
    if let Some(spec) = doc.child("flowRunSpec") {
        check(spec, &flow)?;
    }
    Ok(Response::one(common::start::<Flow>(state, ctx, "RunFlow", Effect::Nothing)?))
}

fn check(spec: &Doc, flow: &Flow) -> Result<(), ApiError> {
    if spec.attr("runMode").is_some_and(|mode| !matches!(mode, "full" | "incremental")) {
        return Err(ApiError::bad("400084", "A flow runs `full` or `incremental`."));
    }
    let steps = spec.child("flowOutputSteps");
    for step in steps.into_iter().flat_map(|steps| steps.children("flowOutputStep")) {
        let id = step.need("id")?;
        if id != output_step(flow) {
            return Err(ApiError::bad("400084", format!("The flow has no output step '{id}'.")));
        }
    }
    Ok(())
}

impl Listed for Run {
    // The API calls the items as it calls the list.
    const NAMES: (&'static str, &'static str) = ("flowRuns", "flowRuns");
    const SHOWN: &'static [&'static str] =
        &["id", "flowId", "status", "startedAt", "completedAt", "progress", "backgroundJobId"];
    const FIELDS: &'static [Field<Run>] = &[
        Field { name: "flowId", holds: Type::Text, of: |r, _| r.flow.as_str().into() },
        Field { name: "progress", holds: Type::Number, of: |r, _| u64::from(r.progress).into() },
        Field {
            name: "startedAt",
            holds: Type::Time,
            of: |r, _| r.started.map_or(Value::None, Value::Time),
        },
        Field {
            name: "completedAt",
            holds: Type::Time,
            of: |r, _| r.completed.map_or(Value::None, Value::Time),
        },
    ];

    fn element(&self, _: &Site, _: &Context) -> Element {
        self.named("flowRuns")
    }
}

impl Run {
    fn named(&self, name: &'static str) -> Element {
        Element::reference(name, &self.id)
            .attr("flowId", &self.flow)
            .attr("status", self.status)
            .maybe("startedAt", self.started.map(written))
            .maybe("completedAt", self.completed.map(written))
            .attr("progress", self.progress)
            .attr("backgroundJobId", &self.job)
    }
}

fn runs(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    list_these(jobs::runs(site).map(Cow::<Run>::Owned), site, ctx)
}

fn found(site: &Site, ctx: &Context) -> Result<Run, ApiError> {
    let id = ctx.param(0);
    jobs::runs(site).find(|run| run.id == id).ok_or_else(|| Kind::FlowRun.missing(id))
}

fn run(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let job = found(state.site(ctx)?, ctx)?.job;
    // Asking brings it on, as asking for its job does.
    jobs::ask(state, ctx, &job)?;
    Ok(Response::one(found(state.site(ctx)?, ctx)?.named("flowRun")))
}

fn cancel_run(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let job = found(state.site(ctx)?, ctx)?.job;
    jobs::stop(state, ctx, &job)
}
