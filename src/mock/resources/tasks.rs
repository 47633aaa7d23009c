//! Tasks: `sites/{site}/tasks`. Adding content to a schedule of the server creates one, and so does
//! a request with its own schedule.

use super::Schedule;
use super::linked_tasks::LinkedTask;
use super::subscriptions::{self, Subscription};
use crate::mock::common::run_times;
use crate::mock::common::schedules::{check_inline, detailed, reference};
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

/// The retired data acceleration tasks.
pub(super) fn other_routes() -> Vec<Route> {
    routes! {
        Get (3, 8) "tasks/dataAcceleration" => |_, _| Ok(Response::one(Element::new("tasks")));
        Delete (3, 8) "tasks/dataAcceleration/{id}" => no_task;
    }
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
    let schedule = run_times::with_next(schedule.clone(), ctx.now);
    let created = add::<ExtractRefresh>(site, &content, schedule, &kind, ctx)?;
    Ok(Response::ok(with_sibling_schedule(created)))
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
        change = change.containing([run_times::with_next(schedule.clone(), ctx.now)]);
    }
    let site = state.site_mut(ctx)?;
    let record = modify::<ExtractRefresh>(site, ctx.param(0), &change, ctx)?;
    Ok(Response::ok(with_sibling_schedule(ExtractRefresh::element(&record, site, ctx))))
}

fn refresh_type(task: &Element) -> Result<String> {
    match task.attr("type").unwrap_or("FullRefresh") {
        "IncrementalExtract" => Ok("IncrementalRefresh".to_owned()),
        other => one_of("type", "FullRefresh IncrementalRefresh").check(other),
    }
}

/// The task, and its schedule as a sibling, as in the responses to changes.
fn with_sibling_schedule(task: Element) -> Vec<Element> {
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
    let schedule = run_times::with_next(schedule.clone(), ctx.now);
    let created = add::<FlowRun>(site, &flow, schedule, "RunFlowTask", ctx)?;
    Ok(Response::one(created))
}

/// Runs a task now, as the refresh of its workbook or data source, or the run of its flow.
fn run<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.body_or_empty()?;
    let site = state.site(ctx)?;
    let (number, task) = (site.number, site.get::<R>(ctx.param(0))?.into_owned());
    ctx.require_owner(&task.owner)?;
    for (segment, id) in content(&task.children) {
        site.record(segment, &id).transpose()?;
        jobs::check_not_queued(site, job_kind(segment), &id)?;
    }
    Ok(Response::ok(start(state, number, &task, ctx.now)))
}

/// The content that a task refreshes or runs: the path segment of its resource, and its id.
fn content(children: &[Element]) -> Vec<(&'static str, String)> {
    let found = children.iter().flat_map(|child| {
        let segment = match &*child.name {
            "workbook" => "workbooks",
            "datasource" => "datasources",
            "flow" => "flows",
            _ => return content(&child.children),
        };
        vec![(segment, child.attr("id").unwrap_or_default().to_owned())]
    });
    found.collect()
}

fn job_kind(segment: &str) -> &'static str {
    if segment == "flows" { "RunFlow" } else { "RefreshExtract" }
}

/// Starts the jobs of a task, one for each item of its content that still exists.
pub(super) fn start(
    state: &mut ServerState,
    site: u16,
    task: &Record,
    now: Timestamp,
) -> Vec<Element> {
    let start_job = |(segment, id): (&'static str, String)| {
        let record = state.sites.get(&site)?.record(segment, &id)?.ok()?;
        let about = (segment.trim_end_matches('s'), id, record.name().to_owned());
        let effect = |_: &mut Site, _| Ok(Report::default());
        jobs::start_on(state, site, now, job_kind(segment), Some(about), effect).ok()
    };
    content(&task.children).into_iter().filter_map(start_job).collect()
}

/// The time up to which the tasks have run on their schedules.
#[derive(Default)]
struct RanUntil(Option<Timestamp>);

/// Starts the jobs of the tasks and subscriptions whose schedules ran since the last call, and moves
/// on the times of their next runs.
pub(super) fn settle(state: &mut ServerState, now: Timestamp) {
    let after = state.server.state_mut::<RanUntil>().0.replace(now).unwrap_or(Timestamp::MIN);
    let sites: Vec<u16> = state.sites.keys().copied().collect();
    for site in sites {
        run_due::<ExtractRefresh>(state, site, after, now, start);
        run_due::<FlowRun>(state, site, after, now, start);
        run_due::<LinkedTask>(state, site, after, now, start);
        run_due::<Subscription>(state, site, after, now, subscriptions::start);
    }
}

/// Starts the jobs of a task at a time, and returns their elements.
type Start = fn(&mut ServerState, u16, &Record, Timestamp) -> Vec<Element>;

fn run_due<R: Resource>(
    state: &mut ServerState,
    site: u16,
    after: Timestamp,
    now: Timestamp,
    start: Start,
) {
    let tasks: Vec<Record> = match state.sites.get(&site) {
        Some(site) => site.iter::<R>().map(Cow::into_owned).collect(),
        None => return,
    };
    for task in tasks {
        let Some(known) = task.child("schedule") else { continue };
        let (schedule, shown, changed) = match known.attr("id") {
            None => (known.clone(), run_times::with_next(known.clone(), now), task.updated),
            Some(id) => match state.server.find::<Schedule>(id) {
                Some(own) if own.attr("state") == "Active" => {
                    (detailed(&own), reference(&own, now), task.updated)
                }
                Some(own) => (Element::default(), reference(&own, now), now),
                None => continue,
            },
        };
        for time in run_times::between(&schedule, after.max(changed), now) {
            start(state, site, &task, time);
        }
        let stored = state.sites.get_mut(&site).and_then(|site| site.get_mut::<R>(&task.id).ok());
        if let Some(stored) = stored {
            stored.set_child(shown);
        }
    }
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
    let own = reference(&schedule, ctx.now);
    let task = match kind {
        "Flow" => add::<FlowRun>(site, content, own, "RunFlowTask", ctx)?,
        _ => add::<ExtractRefresh>(site, content, own, "RefreshExtractTask", ctx)?,
    };
    Ok(Response::one(task))
}
