//! Flows, and their runs: `sites/{site}/flows`, `sites/{site}/flows/runs`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::super::answer::{Answer, Element};
use super::super::clock::written;
use super::super::filter::{Type, Value};
use super::super::luid::Kind;
use super::super::query::{Field, Listed, list, list_these};
use super::super::refusal::Refusal;
use super::super::request::Call;
use super::super::route::{Method, Reply, Route};
use super::super::site::Site;
use super::super::world::World;
use super::jobs::{self, Run};
use super::workbooks::need_owner;
use super::{Effect, tags};

/// A flow.
#[derive(Clone, Debug)]
pub(in super::super) struct Flow {
    pub(in super::super) id: String,
    pub(in super::super) number: u64,
    pub(in super::super) name: String,
    pub(in super::super) description: String,
    pub(in super::super) project: String,
    pub(in super::super) owner: String,
    pub(in super::super) created: Timestamp,
    pub(in super::super) updated: Timestamp,
    pub(in super::super) tags: Vec<String>,
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
        "owner",
        "tags",
    ];
    const FIELDS: &'static [Field<Flow>] = &[
        Field { name: "name", holds: Type::Text, of: |f, _| f.name.as_str().into() },
        Field { name: "createdAt", holds: Type::Time, of: |f, _| Value::Time(f.created) },
        Field { name: "updatedAt", holds: Type::Time, of: |f, _| Value::Time(f.updated) },
        Field { name: "projectId", holds: Type::Text, of: |f, _| f.project.as_str().into() },
        Field {
            name: "projectName",
            holds: Type::Text,
            of: |f, site| Value::Text(site.project_name(&f.project)),
        },
        Field {
            name: "ownerName",
            holds: Type::Text,
            of: |f, site| {
                site.users.find(&f.owner).map_or(Value::None, |u| Value::Text(u.full_name.clone()))
            },
        },
    ];

    fn element(&self, site: &Site, call: &Call) -> Element {
        let (base, number) = (call.base, self.number);
        let web_page = match site.content_url.as_str() {
            "" => format!("{base}/#/flows/{number}"),
            site => format!("{base}/#/site/{site}/flows/{number}"),
        };
        let project = Element::reference("project", &self.project)
            .attr("name", site.project_name(&self.project));
        Element::reference("flow", &self.id)
            .attr("name", &self.name)
            .attr("description", &self.description)
            .attr("webpageUrl", web_page)
            .attr("fileType", "tflx")
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .child(project)
            .child(
                Element::reference("owner", &self.owner).attr("name", site.user_name(&self.owner)),
            )
            .child(tags::element(&self.tags))
    }
}

/// `runs` is no id, so its routes come before the flows'.
pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/flows/runs", 3, 10, runs),
    Route::new(Method::Get, "sites/{site}/flows/runs/{run}", 3, 10, run),
    Route::new(Method::Put, "sites/{site}/flows/runs/{run}", 3, 10, cancel_run),
    Route::new(Method::Get, "sites/{site}/flows", 3, 3, all),
    Route::new(Method::Get, "sites/{site}/flows/{flow}", 3, 3, get),
    Route::new(Method::Put, "sites/{site}/flows/{flow}", 3, 3, update),
    Route::new(Method::Delete, "sites/{site}/flows/{flow}", 3, 3, delete),
    Route::new(Method::Post, "sites/{site}/flows/{flow}/run", 3, 3, start),
];

fn all(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    list(&site.flows, site, call)
}

fn get(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let flow = site.flows.get(call.param(0))?;
    // Each sample flow writes its result in one step.
    let step = Element::reference("flowOutputStep", &output_step(&flow)).attr("name", "Output");
    Ok(Answer::ok([flow.element(site, call), Element::list("flowOutputSteps", [step])]))
}

fn output_step(flow: &Flow) -> String {
    format!("step-{}", flow.number)
}

fn update(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let flow = doc.need_child("flow")?;
    let now = world.clock.now();
    let site = world.site_mut(call)?;
    let mut changed = site.flows.get(call.param(0))?.into_owned();
    need_owner(call, &changed.owner)?;
    if let Some(name) = flow.attr("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut changed.name);
    }
    if let Some(description) = flow.attr("description") {
        description.clone_into(&mut changed.description);
    }
    if let Some(project) = flow.child("project").and_then(|project| project.attr("id")) {
        changed.project = site.projects.get(project)?.id.clone();
    }
    if let Some(owner) = flow.child("owner").and_then(|owner| owner.attr("id")) {
        changed.owner = site.users.get(owner)?.id.clone();
    }
    changed.updated = now;
    site.flows.get_mut(call.param(0))?.clone_from(&changed);
    Ok(Answer::one(changed.element(site, call)))
}

fn delete(world: &mut World, call: &Call) -> Reply {
    let site = world.site_mut(call)?;
    need_owner(call, &site.flows.get(call.param(0))?.owner)?;
    site.flows.remove(call.param(0))?;
    site.forget(call.param(0));
    Ok(Answer::no_content())
}

fn start(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc_or_empty()?;
    let site = world.site(call)?;
    let flow = site.flows.get(call.param(0))?;
    need_owner(call, &flow.owner)?;
    if let Some(spec) = doc.child("flowRunSpec") {
        check(spec, &flow)?;
    }
    jobs::not_running(site, "RunFlow", &flow.id)?;
    let on = Some(("flow", flow.id.clone(), flow.name.clone()));
    Ok(Answer::one(world.start_job(call, "RunFlow", Effect::Nothing, on)?))
}

fn check(spec: &super::super::doc::Doc, flow: &Flow) -> Result<(), Refusal> {
    if spec.attr("runMode").is_some_and(|mode| !matches!(mode, "full" | "incremental")) {
        return Err(Refusal::bad("400084", "A flow runs `full` or `incremental`."));
    }
    let steps = spec.child("flowOutputSteps");
    for step in steps.into_iter().flat_map(|steps| steps.children("flowOutputStep")) {
        let id = step.need("id")?;
        if id != output_step(flow) {
            return Err(Refusal::bad("400084", format!("The flow has no output step '{id}'.")));
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

    fn element(&self, _: &Site, _: &Call) -> Element {
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

fn runs(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    list_these(jobs::runs(site).map(Cow::<Run>::Owned), site, call)
}

fn found(site: &Site, call: &Call) -> Result<Run, Refusal> {
    let id = call.param(0);
    jobs::runs(site).find(|run| run.id == id).ok_or_else(|| Kind::FlowRun.missing(id))
}

fn run(world: &mut World, call: &Call) -> Reply {
    let job = found(world.site(call)?, call)?.job;
    // Asking brings it on, as asking for its job does.
    jobs::ask(world, call, &job)?;
    Ok(Answer::one(found(world.site(call)?, call)?.named("flowRun")))
}

fn cancel_run(world: &mut World, call: &Call) -> Reply {
    let job = found(world.site(call)?, call)?.job;
    jobs::stop(world, call, &job)
}
