//! The users of identity pools: `users/identityPool`. Every id is that of a pool.

use super::User;
use crate::mock::prelude::*;

/// The users of pools: user and pool.
#[derive(Default)]
struct Pools(Vec<(String, String)>);

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Post (3, 19) "users/identityPool" => add;
        Delete (3, 19) "users/{user}/identityPool/{pool}" => remove;
    }
}

pub(super) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Pools>().0.retain(|(user, _)| user != id);
}

/// A conflict, although its status is that of throttling.
fn conflict(code: &'static str, detail: &str) -> ApiError {
    ApiError::new(429, code, "Identity Pool Conflict", detail)
}

fn add(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let body = ctx.body_child("user")?;
    let pool = body.need("identityPoolUuid")?;
    let site = state.site_mut(ctx)?;
    let user = site.get::<User>(body.need("id")?)?.into_owned();
    let member = (user.id.clone(), pool.to_owned());
    let members = &mut site.state_mut::<Pools>().0;
    if members.contains(&member) {
        return Err(conflict("429001", "The user is in the identity pool already."));
    }
    members.push(member);
    let user = Element::reference("user", &user.id).with("name", user.name());
    Ok(Response::one(user.with("identityPoolUuid", pool)))
}

fn remove(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let site = state.site_mut(ctx)?;
    let user = site.get::<User>(ctx.param(0))?.id.clone();
    let members = &mut site.state_mut::<Pools>().0;
    let Some(at) = members.iter().position(|known| known.0 == user && known.1 == ctx.param(1))
    else {
        return Err(conflict("429003", "The user is not in the identity pool."));
    };
    members.remove(at);
    Ok(Response::no_content())
}
