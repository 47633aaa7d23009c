//! Deleting sites: `sites/{which}` and `sites/async-delete/{which}`.

use super::sites::named;
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Delete (2, 0) "/sites/{which}" => delete;
        Delete (3, 18) "/sites/async-delete/{which}" => delete_as_job;
    }
}

/// The numbers of the sites that jobs have deleted. They are removed with the next request.
#[derive(Default)]
struct Deleted(Vec<u16>);

/// The number of the site that the path names.
fn number(state: &mut ServerState, ctx: &Context) -> Result<u16> {
    ctx.require(Role::ServerAdmin)?;
    let site = named(state, ctx)?;
    if site.content_url.is_empty() {
        return Err(ApiError::forbidden("403002", "The default site cannot be deleted."));
    }
    Ok(site.number)
}

/// Removes a site and ends its sessions.
fn remove(state: &mut ServerState, number: u16) {
    state.sites.remove(&number);
    state.sessions.retain(|_, session| session.site != number);
}

fn delete(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let number = number(state, ctx)?;
    remove(state, number);
    Ok(Response::no_content())
}

fn delete_as_job(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let number = number(state, ctx)?;
    let job = jobs::start(state, ctx, "SiteDelete", None, move |site, _| {
        site.state_mut::<Deleted>().0.push(number);
        Ok(Report::default())
    })?;
    Ok(Response::created(job))
}

pub(super) fn settle(state: &mut ServerState, _: Timestamp) {
    let deleted = |site: &mut Site| std::mem::take(&mut site.state_mut::<Deleted>().0);
    let numbers: Vec<u16> = state.sites.values_mut().flat_map(deleted).collect();
    numbers.into_iter().for_each(|number| remove(state, number));
}
