//! Signing in and out, sessions, and the server's version.

use std::collections::HashSet;

use super::connected_app::{self, Verified};
use super::context::Caller;
use super::prelude::*;
use super::session::{Session, TOKEN_IDLE};
use super::unified_access_token;

const SESSION: Kind = Kind::new(0x5e, "404029", "Session");

pub(super) fn routes() -> Vec<Route> {
    let mut routes = routes! {
        Post (2, 0) "/auth/signout" => sign_out;
        Post (2, 6) "/auth/switchSite" => switch_site;
        Delete (3, 11) "/auth/serverAdminAccessTokens" => revoke_tokens;
        // The path that TSC uses.
        Post (3, 10) "/auth/revokeAllServerAdminTokens" => revoke_tokens;
        Get (3, 1) "/sessions/current" => current;
        Delete (3, 9) "/sessions/{session}" => end;
    };
    let open = routes! {
        Get (2, 4) "/serverinfo" => server_info;
        Post (2, 0) "/auth/signin" => sign_in;
    };
    routes.extend(open.into_iter().map(Route::open));
    routes
}

fn server_info(state: &mut ServerState, _: &Context) -> Result<Response> {
    let Version(major, minor) = state.newest;
    let product = Element::with_text("productVersion", state.newest.product())
        .with("build", format!("{major}{minor:04}.26.0101.0000"));
    Ok(Response::one(
        Element::new("serverInfo")
            .containing([product, Element::with_text("restApiVersion", state.newest)]),
    ))
}

/// Finds the caller of a request by its token, and records that the session is in use.
pub(super) fn authenticate(state: &mut ServerState, token: Option<&str>) -> Result<Caller> {
    let token = token.ok_or_else(ApiError::not_signed_in)?;
    let now = state.clock.now();
    let session = state.sessions.get_mut(token).ok_or_else(ApiError::not_signed_in)?;
    session.last_used = now;
    let session = session.clone();
    let site = state.sites.get(&session.site).ok_or_else(ApiError::not_signed_in)?;
    let user = site.user(&session.user).ok().ok_or_else(ApiError::not_signed_in)?;
    Ok(Caller {
        token: token.to_owned(),
        site: session.site,
        user: session.user,
        role: Role::from_site_role(user.attr("siteRole")),
    })
}

fn sign_in(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let credentials = ctx.body_child("credentials")?;
    let content_url = credentials.child_attr("site", "contentUrl");
    let Proven { user: name, opened_with, scopes } =
        check_credentials(state, content_url.unwrap_or_default(), &credentials)?;
    // The user may exist on another site.
    let no_user = match scopes {
        Some(_) => || connected_app::sign_in_error(16),
        None => ApiError::sign_in,
    };
    let site = state.site_at(content_url.unwrap_or_default()).ok_or_else(ApiError::sign_in)?;
    let number = site.number;
    let user = site.by_name("users", &name).ok_or_else(no_user)?;
    if user.attr("siteRole") == "Unlicensed" {
        return Err(ApiError::sign_in());
    }
    let mut id = user.id.clone();
    if let Some(other) = credentials.child("user") {
        let other = other.need("id")?;
        let too_old = opened_with.is_some() && state.newest < Version(3, 11);
        if Role::from_site_role(user.attr("siteRole")) != Role::ServerAdmin || too_old {
            let detail = "Only a server administrator can sign in as another user.";
            return Err(ApiError::forbidden("403004", detail));
        }
        id = site.user(other)?.id.clone();
    }
    // A personal access token has one session, so the previous one ends, on whatever site it is.
    if opened_with.is_some() {
        state.sessions.retain(|_, session| session.opened_with != opened_with);
    }
    let now = state.clock.now();
    let site = state.sites.get_mut(&number);
    if let Some(user) = site.and_then(|site| site.record_mut("users", &id)).transpose()? {
        user.set("lastLogin", written(now));
    }
    open(state, number, id, opened_with, scopes)
}

/// What valid credentials prove.
struct Proven {
    /// The name of the user whom they sign in.
    user: String,
    /// The secret of the personal access token, if they are one.
    opened_with: Option<String>,
    /// The scopes of the JSON Web Token, if it limits the session.
    scopes: Option<Vec<String>>,
}

fn check_credentials(
    state: &mut ServerState,
    content_url: &str,
    credentials: &Element,
) -> Result<Proven> {
    let proven = |user, opened_with| Ok(Proven { user, opened_with, scopes: None });
    if let Some(jwt) = credentials.attr("jwt") {
        if state.newest < Version(3, 14) {
            return Err(ApiError::sign_in());
        }
        let unified = credentials.flag("isUat")?.unwrap_or_default();
        if let Some((_, user)) = state.jwts.iter().find(|(known, _)| known == jwt) {
            return proven(user.clone(), None);
        }
        let Verified { user, scopes } = match unified {
            true => unified_access_token::verify(state, jwt)?,
            false => connected_app::verify(state, content_url, jwt)?,
        };
        return Ok(Proven { user, opened_with: None, scopes: Some(scopes) });
    }
    if let Some(name) = credentials.attr("personalAccessTokenName") {
        let secret = credentials.attr("personalAccessTokenSecret").unwrap_or_default();
        if state.newest < Version(3, 6) {
            return Err(ApiError::sign_in());
        }
        let now = state.clock.now();
        let token = state
            .tokens
            .iter_mut()
            .find(|token| token.name == name && token.secret == secret)
            .filter(|token| now < later(token.last_used, TOKEN_IDLE))
            .ok_or_else(ApiError::sign_in)?;
        token.last_used = now;
        return proven(token.user.clone(), Some(token.secret.clone()));
    }
    let (Some(name), Some(password)) = (credentials.attr("name"), credentials.attr("password"))
    else {
        return Err(ApiError::malformed(
            "<credentials> needs a name and password, a token or a JWT.",
        ));
    };
    if !state.is_password(name, password) {
        return Err(ApiError::sign_in());
    }
    proven(name.to_owned(), None)
}

fn open(
    state: &mut ServerState,
    site: u16,
    user: String,
    opened_with: Option<String>,
    scopes: Option<Vec<String>>,
) -> Result<Response> {
    let id = state.sites.get(&site).map(|site| site.id.clone()).unwrap_or_default();
    // Like a real token: two secrets and the site.
    let token = format!("{}|{}|{id}", state.secret(22), state.secret(32));
    state.signed_in += 1;
    let session = Session {
        site,
        user: user.clone(),
        number: state.signed_in,
        last_used: state.clock.now(),
        opened_with,
        scopes,
        revoked: false,
    };
    state.sessions.insert(token.clone(), session);
    let minutes = state.session_lifetime.as_secs() / 60;
    let left = format!("{}:{:02}:00", minutes / 60, minutes % 60);
    let content_url = state.sites.get(&site).map(|site| site.content_url.as_str());
    Ok(Response::one(
        Element::new("credentials")
            .with("token", token)
            .with("estimatedTimeToExpiration", left)
            .containing([
                Element::reference("site", &id).with("contentUrl", content_url.unwrap_or_default()),
                Element::reference("user", &user),
            ]),
    ))
}

fn sign_out(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    state.sessions.remove(&ctx.caller()?.token);
    Ok(Response::no_content())
}

fn switch_site(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("site")?;
    let wanted = body.attr("contentUrl").unwrap_or_default();
    let here = state.site(ctx)?;
    let there = state.site_at(wanted).ok_or_else(|| {
        ApiError::not_found("404000", format!("Site '{wanted}' could not be found."))
    })?;
    if here.number == there.number {
        let detail = "The session already uses that site.";
        return Err(ApiError::forbidden("403070", detail));
    }
    let name = here.user(ctx.user())?.name().to_owned();
    let user = there.by_name("users", &name).map(|user| user.id.clone()).ok_or_else(|| {
        let detail = format!("The user is not on the site '{wanted}'.");
        ApiError::new(401, "401003", "Switch Site Error", detail)
    })?;
    let number = there.number;
    // Switching replaces the token.
    let before = state.sessions.remove(&ctx.caller()?.token);
    let (opened_with, scopes) =
        before.map(|session| (session.opened_with, session.scopes)).unwrap_or_default();
    open(state, number, user, opened_with, scopes)
}

fn revoke_tokens(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let is_admin = |name: &str| {
        let on_site = |site: &Site| {
            let user = site.by_name("users", name);
            user.is_some_and(|user| user.attr("siteRole") == "ServerAdministrator")
        };
        state.sites.values().any(on_site)
    };
    let users = state.tokens.iter().map(|token| token.user.clone());
    let admins: HashSet<String> = users.filter(|user| is_admin(user)).collect();
    state.revoke_tokens(|token| admins.contains(&token.user));
    Ok(Response::no_content())
}

fn session_id(session: &Session) -> String {
    luid(SESSION, session.site, session.number)
}

fn current(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let caller = ctx.caller()?;
    let session = state.sessions.get(&caller.token).ok_or_else(ApiError::not_signed_in)?;
    // Users who are not administrators see only their name.
    let user = match caller.role >= Role::SiteAdmin {
        true => site.element("users", &caller.user, ctx),
        false => Some(site.reference_at("users", "user", &caller.user)),
    };
    Ok(Response::one(
        Element::reference("session", &session_id(session))
            .containing([Element::reference("site", &site.id)
                .with("name", &site.name)
                .with("contentUrl", &site.content_url)])
            .containing(user),
    ))
}

fn end(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let id = ctx.param(0);
    let caller = ctx.caller()?;
    let token = state
        .sessions
        .iter()
        .find(|(_, session)| session_id(session) == id)
        .map(|(token, _)| token.clone())
        .ok_or_else(|| SESSION.missing(id))?;
    if token != caller.token {
        ctx.require(Role::ServerAdmin)?;
    }
    state.sessions.remove(&token);
    Ok(Response::no_content())
}
