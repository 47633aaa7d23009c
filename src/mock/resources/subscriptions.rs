//! Subscriptions: `sites/{site}/subscriptions`. They can use a schedule of the server, as on Tableau
//! Server, or have one of their own, as on Tableau Cloud.

use super::content::workbook_of;
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
        let Change { record, before, body, site, ctx } = change;
        if record.attr("subject").is_empty() {
            return Err(ApiError::bad("400067", "The subscription needs a subject."));
        }
        let mut content = record
            .child("content")
            .cloned()
            .unwrap_or_else(|| Element::new("content").with("sendIfViewEmpty", true));
        for (name, value) in body.child("content").into_iter().flat_map(|sent| &sent.attributes) {
            content.attributes.retain(|(known, _)| known != name);
            content = content.with(name.clone(), value);
        }
        let id = content.need("id")?;
        let workbook = match content.need("type")?.to_lowercase().as_str() {
            "workbook" => Some(site.get::<Workbook>(id)?),
            "view" => workbook_of(&*site.get::<View>(id)?, site),
            _ => {
                let detail = "<content> needs the type Workbook or View.";
                return Err(ApiError::bad("400068", detail));
            }
        };
        record.set_child(content);
        let user = record.child("user").and_then(|user| user.attr("id")).unwrap_or_default();
        let user = site.user(user)?.into_owned();
        if before.is_none() || body.child("user").is_some() || body.child("content").is_some() {
            check_recipient(&user, workbook.as_deref(), ctx)?;
        }
        let name = Element::reference("user", &user.id).with("name", user.name());
        record.set_child(name);
        Ok(())
    }
}

/// Rejects a user who cannot receive a workbook, or for whom the caller cannot subscribe to it.
fn check_recipient(user: &Record, workbook: Option<&Record>, ctx: &Context) -> Result<()> {
    let owner = workbook.map_or("", |workbook| &workbook.owner);
    if user.id != ctx.user() && ctx.require_owner(owner).is_err() {
        let detail = "The user can subscribe only themselves to this content.";
        return Err(ApiError::forbidden("403060", detail));
    }
    if user.attr("siteRole") == "Unlicensed" {
        return Err(ApiError::forbidden("403067", "The recipient has no license."));
    }
    // On Tableau Cloud, the name of a user is an email address.
    if user.attr("email").is_empty() && !user.name().contains('@') {
        return Err(ApiError::forbidden("403064", "The recipient has no email address."));
    }
    let is_private = workbook.is_some_and(|workbook| workbook.parent.is_none());
    let is_admin = Role::from_site_role(user.attr("siteRole")) >= Role::SiteAdmin;
    if is_private && user.id != owner && !is_admin {
        return Err(ApiError::forbidden("403063", "The recipient cannot see the content."));
    }
    Ok(())
}

/// Starts the job that sends a subscription, unless it is suspended or its content was deleted.
pub(super) fn start(
    state: &mut ServerState,
    site: u16,
    subscription: &Record,
    now: Timestamp,
) -> Vec<Element> {
    let content_exists = |content: &Element| {
        let site = state.sites.get(&site)?;
        let id = content.attr("id")?;
        match content.attr("type")?.to_lowercase().as_str() {
            "workbook" => site.find::<Workbook>(id).map(drop),
            _ => site.find::<View>(id).map(drop),
        }
    };
    let is_sent = subscription.child("content").and_then(content_exists).is_some();
    if subscription.flag("suspended") || !is_sent {
        return Vec::new();
    }
    let subject = subscription.attr("subject").to_owned();
    let about = ("subscription", subscription.id.clone(), subject);
    let effect = |_: &mut Site, _| Ok(Report::default());
    let job = jobs::start_on(state, site, now, "SingleSubscriptionNotify", Some(about), effect);
    job.into_iter().collect()
}

/// The schedule of a request: `<schedule id="…"/>` inside the subscription, or an inline schedule
/// as its sibling. `None` if an update does not change it.
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
