//! The schedules of the server, of which there are two, and putting content on them:
//! `sites/{site}/schedules/{schedule}/workbooks` and the like.

use super::common::{Content, need_owner};
use super::{Datasource, Flow, Workbook};
use crate::mock::api_error::ApiError;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::{ADDED, Kind, luid, number};
use crate::mock::query::Paging;
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "schedules", 2, 3, all),
    Route::new(Method::Get, "schedules/{schedule}", 3, 8, get),
    Route::new(Method::Put, "sites/{site}/schedules/{schedule}/workbooks", 2, 8, add::<Workbook>),
    Route::new(
        Method::Put,
        "sites/{site}/schedules/{schedule}/datasources",
        2,
        8,
        add::<Datasource>,
    ),
    Route::new(Method::Put, "sites/{site}/schedules/{schedule}/flows", 3, 3, add::<Flow>),
];

/// Name, type, and the element of its tasks.
const SCHEDULES: [(&str, &str, &str); 2] =
    [("Weekday early mornings", "Extract", "extractRefresh"), ("Every night", "Flow", "runFlow")];

/// They are the server's, so their ids are of no site.
fn id(number: usize) -> String {
    luid(Kind::Schedule, 0, number as u64)
}

fn find(id: &str) -> Result<(usize, (&'static str, &'static str, &'static str)), ApiError> {
    let missing = || Kind::Schedule.missing(id);
    let at = usize::try_from(number(id, Kind::Schedule, 0).ok_or_else(missing)?);
    let at = at.map_err(|_| missing())?;
    Ok((at, *SCHEDULES.get(at).ok_or_else(missing)?))
}

fn element(at: usize, (name, kind, _): (&str, &str, &str)) -> Element {
    Element::reference("schedule", &id(at))
        .attr("name", name)
        .attr("state", "Active")
        .attr("priority", 50)
        .attr("createdAt", "2024-01-01T00:00:00Z")
        .attr("updatedAt", "2024-01-01T00:00:00Z")
        .attr("type", kind)
        .attr("frequency", "Daily")
        .attr("executionOrder", "Parallel")
}

fn all(_: &mut ServerState, ctx: &Context) -> ApiResult {
    let elements = SCHEDULES.into_iter().enumerate().map(|(at, one)| element(at, one)).collect();
    Paging::read(ctx)?.of("schedules", elements)
}

fn get(_: &mut ServerState, ctx: &Context) -> ApiResult {
    let (at, schedule) = find(ctx.param(0))?;
    Ok(Response::one(element(at, schedule)))
}

fn add<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let (at, schedule) = find(ctx.param(0))?;
    let (_, kind, sort) = schedule;
    let doc = ctx.doc()?;
    let task = doc.need_child("task")?;
    // A schedule runs tasks of its own type alone.
    let wanted = task.child(sort).and_then(|task| task.child(T::NAMES.0)).ok_or_else(|| {
        let detail = format!("A schedule of the type '{kind}' takes no such task.");
        ApiError::malformed(detail)
    })?;
    let content = wanted.need("id")?;
    let site = state.site_mut(ctx)?;
    let item = T::collection(site).get(content)?.into_owned();
    if !item.is_seen_by(ctx) {
        return Err(T::KIND.missing(content));
    }
    need_owner(ctx, &item.owner)?;
    site.scheduled += 1;
    let task = Element::new("task").child(
        Element::reference(sort, &luid(Kind::Task, site.number, ADDED + site.scheduled))
            .attr("priority", 50)
            .attr("consecutiveFailedCount", 0)
            .child(element(at, schedule))
            .child(Element::reference(T::NAMES.0, content)),
    );
    Ok(Response::one(task))
}
