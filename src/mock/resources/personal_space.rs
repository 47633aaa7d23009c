//! Personal spaces: `sites/{site}/personalSpace`. Each user has one, which holds workbooks that only
//! the user and administrators see.

use super::common::Place;
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::{Kind, luid, number};
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

pub(super) const ROUTES: &[Route] =
    &[Route::new(Method::Get, "sites/{site}/personalSpace", 3, 13, get)];

/// The id of a user's space: the same number under another kind.
fn id(site: &Site, user: &str) -> String {
    let number = number(user, Kind::User, site.number).unwrap_or_default();
    luid(Kind::PersonalSpace, site.number, number)
}

/// Whether users have spaces here at all.
fn check_enabled(site: &Site) -> Result<(), ApiError> {
    match site.settings.get("personalSpaceEnabled").is_none_or(|enabled| enabled == "true") {
        true => Ok(()),
        false => Err(ApiError::malformed("The site has no personal spaces.")),
    }
}

/// Whether a user can put nothing into its space: whoever can only look at content has no use for
/// one.
fn is_read_only(site: &Site, user: &str) -> bool {
    const LOOKERS: [&str; 4] = ["Viewer", "ReadOnly", "Guest", "Unlicensed"];
    site.users.find(user).is_none_or(|user| LOOKERS.contains(&&*user.site_role))
}

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    check_enabled(site)?;
    let user = ctx.user();
    let space = Element::new("personalSpace")
        .attr("luid", id(site, user))
        .attr("ownerLuid", user)
        .attr("readOnly", is_read_only(site, user));
    Ok(Response::one(space))
}

/// `<location>` of what is in a user's space.
pub(super) fn location(site: &Site, user: &str) -> Element {
    Element::reference("location", &id(site, user))
        .attr("type", "PersonalSpace")
        .attr("name", "Personal Space")
}

/// The place that a request's `<location>` names: the caller's own space, for what is its own.
pub(super) fn place(doc: &Doc, owner: &str, site: &Site, ctx: &Context) -> Result<Place, ApiError> {
    let wanted = doc.need("id")?;
    match doc.need("type")? {
        "PersonalSpace" => {}
        "Project" => return Ok(Place::Project(site.projects.get(wanted)?.id.clone())),
        other => return Err(ApiError::malformed(format!("'{other}' is no sort of location."))),
    }
    check_enabled(site)?;
    let user = ctx.user();
    if wanted != id(site, user) {
        return Err(Kind::PersonalSpace.missing(wanted));
    }
    if owner != user {
        let detail = "Only what one owns goes to one's personal space.";
        return Err(ApiError::forbidden("403004", detail));
    }
    if is_read_only(site, user) {
        return Err(ApiError::malformed("The personal space takes nothing in: it is read-only."));
    }
    Ok(Place::PersonalSpace)
}
