//! Personal spaces: `sites/{site}/personalSpace`. Each user has one, with workbooks that only the
//! user and administrators see.

use super::sites::setting;
use super::{USER, User};
use crate::mock::prelude::*;

const SPACE: Kind = Kind::new(0x75, "404005", "Personal space");

pub(super) fn routes() -> Vec<Route> {
    routes! { Get (3, 13) "personalSpace" => get; }
}

/// The id of a user's space, with the number of the user's id.
fn id(site: &Site, user: &str) -> String {
    luid(SPACE, site.number, luid_number(user, USER, site.number).unwrap_or_default())
}

fn check_enabled(site: &Site) -> Result<()> {
    match setting(site, "personalSpaceEnabled") {
        "true" => Ok(()),
        _ => Err(ApiError::malformed("The site has no personal spaces.")),
    }
}

/// Whether the user has a site role that cannot add content.
fn is_read_only(site: &Site, user: &str) -> bool {
    let user = site.find::<User>(user);
    user.is_none_or(|user| contains("Viewer ReadOnly Guest Unlicensed", user.attr("siteRole")))
}

fn get(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let (site, user) = (state.site(ctx)?, ctx.user());
    check_enabled(site)?;
    let space = Element::new("personalSpace")
        .with("luid", id(site, user))
        .with("ownerLuid", user)
        .with("readOnly", is_read_only(site, user));
    Ok(Response::one(space))
}

/// `<location>` of a workbook in a user's space.
pub(super) fn location(site: &Site, user: &str) -> Element {
    Element::reference("location", &id(site, user))
        .with("type", "PersonalSpace")
        .with("name", "Personal Space")
}

/// The project in a request's `<location>`; `None` for the caller's own personal space.
pub(super) fn destination(
    location: &Element,
    owner: &str,
    site: &Site,
    ctx: &Context,
) -> Result<Option<String>> {
    let wanted = location.need("id")?;
    match location.need("type")? {
        "PersonalSpace" => {}
        "Project" => {
            let project = site.record("projects", wanted).transpose()?;
            return Ok(project.map(|project| project.id.clone()));
        }
        other => {
            return Err(ApiError::malformed(format!("'{other}' is not a type of location.")));
        }
    }
    check_enabled(site)?;
    if wanted != id(site, ctx.user()) {
        return Err(SPACE.missing(wanted));
    }
    if owner != ctx.user() {
        let detail = "A personal space contains only workbooks of its user.";
        return Err(ApiError::forbidden("403004", detail));
    }
    if is_read_only(site, ctx.user()) {
        return Err(ApiError::malformed("The personal space is read-only."));
    }
    Ok(None)
}
