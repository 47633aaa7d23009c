//! Refreshing, creating and deleting extracts, as jobs.

use super::jobs::{self, Report};
use crate::mock::prelude::*;

/// Starts a job about the item that the path names, unless one of its kind is queued.
pub(in crate::mock) fn start<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
    kind: &'static str,
    effect: impl FnOnce(&mut Site, Timestamp) -> Result<Report> + Send + 'static,
) -> Result<Element> {
    let site = state.site(ctx)?;
    let record = site.get::<R>(ctx.param(0))?;
    ctx.require_owner(&record.owner)?;
    jobs::check_not_queued(site, kind, &record.id)?;
    let about = (R::SCHEMA.element, record.id.clone(), record.name().to_owned());
    jobs::start(state, ctx, kind, Some(about), effect)
}

pub(in crate::mock) fn refresh<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response> {
    ctx.body_or_empty()?;
    let id = ctx.param(0).to_owned();
    let job = start::<R>(state, ctx, "RefreshExtract", move |site, now| {
        site.get_mut::<R>(&id)?.updated = now;
        Ok(Report::default())
    })?;
    Ok(Response::with_status(202, job))
}

pub(in crate::mock) fn create_extract<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response> {
    let encrypt = ctx.flag("encrypt")?;
    change_extract::<R>(state, ctx, "CreateExtract", true, encrypt)
}

pub(in crate::mock) fn delete_extract<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response> {
    change_extract::<R>(state, ctx, "DeleteExtract", false, false)
}

fn change_extract<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
    job: &'static str,
    exists: bool,
    encrypt: bool,
) -> Result<Response> {
    ctx.body_or_empty()?;
    let id = ctx.param(0).to_owned();
    let job = start::<R>(state, ctx, job, move |site, _| {
        let record = site.get_mut::<R>(&id)?;
        record.set("hasExtracts", exists);
        record.set("encryptExtracts", encrypt);
        Ok(Report::default())
    })?;
    Ok(Response::with_status(202, job))
}
