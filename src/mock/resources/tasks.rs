//! Tasks: `sites/{site}/tasks`. Adding content to a schedule of the server creates one, and so does a
//! request with a schedule of its own.

use super::{Datasource, Flow, Schedule, Workbook};
use crate::mock::common::schedules::{check_inline, reference};
use crate::mock::prelude::*;

pub(in crate::mock) struct ExtractRefresh;

pub(in crate::mock) struct FlowRun;

const fn schema(path: &'static str, element: &'static str, number: u8) -> Schema {
    Schema {
        attributes: ATTRIBUTES,
        children: "schedule workbook datasource flow",
        create: Role::Publisher,
        owner_can_change: true,
        ..Schema::new(Kind::new(number, "404026", "Task"), path, element, "tasks")
    }
}

const ATTRIBUTES: &[crate::mock::schema::Field] = &[
    number("priority").range(1, 100).default("50"),
    number("consecutiveFailedCount").default("0"),
    text("type"),
];

impl Resource for ExtractRefresh {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 6, &[List, Get]), (3, 6, &[Delete])],
        ..schema("tasks/extractRefreshes", "extractRefresh", 0x7a)
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (3, 20) "tasks/extractRefreshes" => create_refresh;
            Post (3, 20) "tasks/extractRefreshes/{id}" => update_refresh;
            Post (2, 6) "tasks/extractRefreshes/{id}/runNow" => run::<ExtractRefresh>;
            Get (2, 3) "schedules/{schedule}/extracts" => list_extracts;
        }
    }

    fn complete(_: &Record, element: Element, _: &Site, _: &Context) -> Element {
        Element::new("task").containing([element])
    }
}

impl Resource for FlowRun {
    const SCHEMA: &'static Schema =
        &Schema { operations: &[(3, 3, &[List, Get])], ..schema("tasks/runFlow", "flowRun", 0x7b) };

    fn routes() -> Vec<Route> {
        routes! {
            Post (3, 22) "tasks/flows" => create_flow_run;
            Post (3, 3) "tasks/runFlow/{id}/runNow" => run::<FlowRun>;
        }
    }

    fn complete(_: &Record, element: Element, _: &Site, _: &Context) -> Element {
        Element::new("task").containing([element])
    }
}

/// The linked tasks, of which the mock server has none, and the retired data acceleration tasks.
pub(super) fn other_routes() -> Vec<Route> {
    routes! {
        Get (3, 15) "tasks/linked" => |_, _| Ok(Response::one(Element::new("linkedTasks")));
        Get (3, 15) "tasks/linked/{id}" => no_linked_task;
        Post (3, 15) "tasks/linked/{id}/runNow" => no_linked_task;
        Get (3, 8) "tasks/dataAcceleration" => |_, _| Ok(Response::one(Element::new("tasks")));
        Delete (3, 8) "tasks/dataAcceleration/{id}" => no_task;
    }
}

fn no_linked_task(_: &mut ServerState, ctx: &Context) -> Result<Response> {
    Err(Kind::new(0x7c, "404045", "Linked task").missing(ctx.param(0)))
}

fn no_task(_: &mut ServerState, ctx: &Context) -> Result<Response> {
    Err(FlowRun::SCHEMA.kind.missing(ctx.param(0)))
}

/// Adds a task for an item of content.
pub(super) fn add<R: Resource>(
    site: &mut Site,
    content: &Element,
    schedule: Element,
    task_type: &str,
    ctx: &Context,
) -> Result<Element> {
    let (segment, id) = match &*content.name {
        "workbook" => ("workbooks", content.need("id")?),
        "datasource" => ("datasources", content.need("id")?),
        _ => ("flows", content.need("id")?),
    };
    let Some(record) = site.record(segment, id).transpose()? else {
        return Err(ApiError::malformed("The task needs a workbook, a data source or a flow."));
    };
    ctx.require_owner(&record.owner)?;
    let item = Element::reference(content.name.clone(), id);
    let item = if segment == "flows" { item.with("name", record.name()) } else { item };
    let body = Element::new(R::SCHEMA.element).with("type", task_type).containing([schedule, item]);
    let record = insert::<R>(site, &body, ctx)?;
    Ok(R::element(&record, site, ctx))
}

fn create_refresh(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body()?;
    let task = body.need_child("extractRefresh")?;
    let schedule = body.need_child("schedule")?;
    check_inline(schedule)?;
    let kind = refresh_type(task)?;
    let content = task.children.first().cloned().unwrap_or_default();
    let site = state.site_mut(ctx)?;
    let created = add::<ExtractRefresh>(site, &content, schedule.clone(), &kind, ctx)?;
    Ok(Response::ok(beside(created)))
}

fn update_refresh(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body()?;
    let mut change = Element::new("extractRefresh");
    if let Some(task) = body.child("extractRefresh") {
        if task.attr("type").is_some() {
            change = change.with("type", refresh_type(task)?);
        }
        change = change.containing(task.children.iter().cloned());
    }
    if let Some(schedule) = body.child("schedule") {
        check_inline(schedule)?;
        change = change.containing([schedule.clone()]);
    }
    let site = state.site_mut(ctx)?;
    let record = modify::<ExtractRefresh>(site, ctx.param(0), &change, ctx)?;
    Ok(Response::ok(beside(ExtractRefresh::element(&record, site, ctx))))
}

fn refresh_type(task: &Element) -> Result<String> {
    match task.attr("type").unwrap_or("FullRefresh") {
        "IncrementalExtract" => Ok("IncrementalRefresh".to_owned()),
        other => one_of("type", "FullRefresh IncrementalRefresh").check(other),
    }
}

/// The task and its schedule beside each other, as the answers to changes have them.
fn beside(task: Element) -> Vec<Element> {
    let mut refresh = task.children.into_iter().next().unwrap_or_default();
    let at = refresh.children.iter().position(|child| child.name == "schedule");
    let schedule = at.map(|at| refresh.children.remove(at));
    [refresh].into_iter().chain(schedule).collect()
}

fn create_flow_run(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body()?;
    let schedule = body.need_child("schedule")?;
    check_inline(schedule)?;
    // TSC has another element for it.
    let task = match body.child("runFlow") {
        Some(task) => task,
        None => body.need_child("task")?.need_child("flowRun")?,
    };
    let flow = task.need_child("flow")?.clone();
    let site = state.site_mut(ctx)?;
    let created = add::<FlowRun>(site, &flow, schedule.clone(), "RunFlowTask", ctx)?;
    Ok(Response::one(created))
}

/// Runs a task now, as the refresh of its workbook or data source, or the run of its flow.
fn run<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.body_or_empty()?;
    let task = state.site(ctx)?.get::<R>(ctx.param(0))?.into_owned();
    ctx.require_owner(&task.owner)?;
    let content = ["workbook", "datasource", "flow"].into_iter().find_map(|kind| task.child(kind));
    let content = content.cloned().unwrap_or_default();
    let id = content.need("id")?.to_owned();
    let site = state.site(ctx)?;
    let (kind, about, record) = match &*content.name {
        "workbook" => ("RefreshExtract", "workbook", site.get::<Workbook>(&id)?),
        "datasource" => ("RefreshExtract", "datasource", site.get::<Datasource>(&id)?),
        _ => ("RunFlow", "flow", site.get::<Flow>(&id)?),
    };
    let about = (about, id.clone(), record.name().to_owned());
    jobs::check_not_queued(site, kind, &id)?;
    let job = jobs::start(state, ctx, kind, Some(about), |_, _| Ok(Report::default()))?;
    Ok(Response::one(job))
}

/// The extract refreshes of a schedule of the server.
fn list_extracts(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let schedule = state.server.get::<Schedule>(ctx.param(0))?.id.clone();
    let site = state.site(ctx)?;
    let is_on = |task: &Cow<'_, Record>| {
        task.child("schedule").is_some_and(|child| child.attr("id") == Some(&*schedule))
    };
    let tasks: Vec<Element> = site
        .iter::<ExtractRefresh>()
        .filter(is_on)
        .map(|task| {
            let content = task.children.iter().filter(|child| child.name != "schedule");
            Element::reference("extract", &task.id)
                .with("priority", task.attr("priority"))
                .with("type", "FullRefresh")
                .containing(content.cloned())
        })
        .collect();
    let listing = Listing { element: "extract", list: "extracts", filters: &[], hidden: "" };
    listing.elements(tasks.into_iter(), ctx)
}

/// Adds content to a schedule of the server.
pub(super) fn add_content<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let schedule = state.server.get::<Schedule>(ctx.param(0))?.into_owned();
    let kind = schedule.attr("type");
    let name = if kind == "Flow" { "runFlow" } else { "extractRefresh" };
    // A schedule runs only tasks of its own type.
    let body = ctx.body_child("task")?;
    let content =
        body.child(name).and_then(|task| task.child(R::SCHEMA.element)).ok_or_else(|| {
            ApiError::malformed(format!(
                "A schedule of the type '{kind}' does not run such a task."
            ))
        })?;
    let site = state.site_mut(ctx)?;
    let record = site.get::<R>(content.need("id")?)?;
    if !R::is_visible(&record, site, ctx) {
        return Err(R::SCHEMA.kind.missing(content.need("id")?));
    }
    let own = reference(&schedule);
    let task = match kind {
        "Flow" => add::<FlowRun>(site, content, own, "RunFlowTask", ctx)?,
        _ => add::<ExtractRefresh>(site, content, own, "RefreshExtractTask", ctx)?,
    };
    Ok(Response::one(task))
}
