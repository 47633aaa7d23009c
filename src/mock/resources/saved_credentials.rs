//! Saved OAuth credentials of users: `users/{user}/retrieveSavedCreds` and `uploadSavedCreds`. The
//! mock server encrypts nothing: it returns what was uploaded.

use super::User;
use crate::mock::prelude::*;

/// The keychains that were uploaded: user and text.
#[derive(Default)]
struct Keychains(Vec<(String, String)>);

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Post (3, 23) "users/{user}/retrieveSavedCreds" => retrieve;
        Put (3, 23) "users/{user}/uploadSavedCreds" => upload;
    }
}

pub(super) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Keychains>().0.retain(|(user, _)| user != id);
}

fn require_admin(ctx: &Context) -> Result<()> {
    let detail = "Only administrators can move saved credentials.";
    ctx.require(Role::SiteAdmin).map_err(|_| ApiError::forbidden("403054", detail))
}

fn retrieve(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    require_admin(ctx)?;
    let body = ctx.body()?;
    // The content URL of the default site is empty.
    body.need_child("destinationSiteUrlNamespace")?;
    for name in ["destinationSiteLuid", "destinationServerUrl"] {
        if body.texts(name).iter().all(String::is_empty) {
            return Err(ApiError::malformed(format!("The request needs a <{name}>.")));
        }
    }
    let site = state.site(ctx)?;
    let user = site.get::<User>(ctx.param(0))?.id.clone();
    let all = site.state::<Keychains>().map_or(&[][..], |all| &all.0);
    let own: Vec<&str> = all
        .iter()
        .filter(|(owner, _)| *owner == user)
        .map(|(_, keychain)| keychain.as_str())
        .collect();
    let users = Some(user).filter(|_| !own.is_empty());
    let users = users.iter().map(|user| Element::with_text("associatedUserLuid", user));
    let keychains = own.iter().map(|keychain| Element::with_text("encryptedKeychain", keychain));
    Ok(Response::ok([
        Element::list("associatedUserLuidList", users),
        Element::list("encryptedKeychainList", keychains),
    ]))
}

fn upload(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    require_admin(ctx)?;
    let body = ctx.body()?;
    let mapping = body.need_child("associatedUserLuidMapping")?;
    let keychains = body.need_child("encryptedKeychainList")?.texts("encryptedKeychain");
    let site = state.site_mut(ctx)?;
    let user = site.get::<User>(ctx.param(0))?.id.clone();
    for pair in mapping.children("userLuidPair") {
        pair.need("sourceSiteUserLuid")?;
        site.get::<User>(pair.need("destinationSiteUserLuid")?)?;
    }
    let all = &mut site.state_mut::<Keychains>().0;
    // A keychain that is uploaded again is saved once.
    all.retain(|(owner, known)| *owner != user || !keychains.contains(known));
    all.extend(keychains.into_iter().map(|keychain| (user.clone(), keychain)));
    Ok(Response::empty(200))
}
