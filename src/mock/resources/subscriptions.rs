//! Subscriptions: `sites/{site}/subscriptions`. They can use a schedule of the server, as on Tableau
//! Server, or have one of their own, as on Tableau Cloud.

use super::{Schedule, View, Workbook};
use crate::mock::common::run_times;
use crate::mock::common::schedules::{check_inline, reference};
use crate::mock::prelude::*;

pub(in crate::mock) struct Subscription;

impl Resource for Subscription {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 3, &[List, Get, Delete])],
        attributes: &[
            text("subject").required(),
            text("message"),
            flag("attachImage").default("true"),
            flag("attachPdf").default("false"),
            flag("suspended").default("false"),
            one_of("pageOrientation", "PORTRAIT LANDSCAPE"),
            text("pageSizeOption"),
        ],
        children: "user",
        create: Role::Reader,
        owner_can_change: true,
        ..Schema::new(
            Kind::new(0x5b, "404025", "Subscription"),
            "subscriptions",
            "subscription",
            "subscriptions",
        )
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (2, 3) "subscriptions" => create;
            Put (2, 3) "subscriptions/{id}" => update;
        }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, body, site, .. } = change;
        let mut content = record
            .child("content")
            .cloned()
            .unwrap_or_else(|| Element::new("content").with("sendIfViewEmpty", true));
        for (name, value) in body.child("content").into_iter().flat_map(|sent| &sent.attributes) {
            content.attributes.retain(|(known, _)| known != name);
            content = content.with(name.clone(), value);
        }
        let id = content.need("id")?;
        match content.need("type")?.to_lowercase().as_str() {
            "workbook" => drop(site.get::<Workbook>(id)?),
            "view" => drop(site.get::<View>(id)?),
            _ => return Err(ApiError::malformed("<content> needs the type Workbook or View.")),
        }
        record.set_child(content);
        let user = record.child("user").and_then(|user| user.attr("id")).unwrap_or_default();
        let user = site.user(user)?.into_owned();
        if user.get("email").is_some_and(str::is_empty) {
            return Err(ApiError::bad("400067", "The user has no email address."));
        }
        let name = Element::reference("user", &user.id).with("name", user.name());
        record.set_child(name);
        Ok(())
    }
}

/// The schedule of a request: `<schedule id="…"/>` inside the subscription, or one of its own beside
/// it. `None` if an update leaves it as it is.
fn schedule(state: &ServerState, ctx: &Context, is_new: bool) -> Result<Option<Element>> {
    let body = ctx.body()?;
    let inside = body.child("subscription").and_then(|body| body.child("schedule"));
    if let Some(inline) = body.child("schedule") {
        check_inline(inline)?;
        return Ok(Some(run_times::with_next(inline.clone(), ctx.now)));
    }
    match inside.and_then(|inside| inside.attr("id")) {
        Some(id) => {
            let schedule = state.server.get::<Schedule>(id)?;
            if schedule.attr("type") != "Subscription" {
                let detail = "The schedule is not for subscriptions.";
                return Err(ApiError::bad("400069", detail));
            }
            Ok(Some(reference(&schedule, ctx.now)))
        }
        None if is_new => Err(ApiError::malformed("<subscription> needs a <schedule>.")),
        None => Ok(None),
    }
}

fn create(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let schedule = schedule(state, ctx, true)?;
    let body = ctx.body_child("subscription")?;
    let site = state.site_mut(ctx)?;
    let id = insert::<Subscription>(site, &body, ctx)?.id;
    respond(site, &id, schedule, ctx).map(Response::created)
}

fn update(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let schedule = schedule(state, ctx, false)?;
    let body = ctx.body_child("subscription")?;
    let site = state.site_mut(ctx)?;
    let id = modify::<Subscription>(site, ctx.param(0), &body, ctx)?.id;
    respond(site, &id, schedule, ctx).map(Response::one)
}

fn respond(site: &mut Site, id: &str, schedule: Option<Element>, ctx: &Context) -> Result<Element> {
    let record = site.get_mut::<Subscription>(id)?;
    if let Some(schedule) = schedule {
        record.set_child(schedule);
    }
    let record = record.clone();
    Ok(Subscription::full_element(&record, site, ctx))
}
