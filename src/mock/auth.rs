//! Signing in and out, sessions, and the server's own version.

use std::time::Duration;

use jiff::Timestamp;

use super::api_error::ApiError;
use super::body::Doc;
use super::clock::later;
use super::context::{Caller, Context};
use super::element::Element;
use super::luid::{Kind, luid};
use super::response::Response;
use super::role::Role;
use super::route::{ApiResult, Method, Route};
use super::server_state::ServerState;
use super::version::Version;

/// A personal access token.
#[derive(Clone)]
pub(super) struct AccessToken {
    pub(super) user: String,
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) last_used: Timestamp,
}

/// A personal access token dies when it is not used for so long.
const TOKEN_IDLE: Duration = Duration::from_secs(15 * 24 * 60 * 60);

/// Somebody who is signed in.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) site: u16,
    /// The user's id on that site, the impersonated one's where there is one.
    pub(super) user: String,
    /// The number in the session's id.
    number: u64,
    last_used: Timestamp,
    /// The secret of the personal access token that opened it.
    opened_with: Option<String>,
    revoked: bool,
}

impl Session {
    pub(super) fn is_alive(&self, now: Timestamp, lifetime: Duration) -> bool {
        !self.revoked && now < later(self.last_used, lifetime)
    }

    pub(super) fn was_opened_with(&self, secret: &str) -> bool {
        self.opened_with.as_deref() == Some(secret)
    }

    pub(super) fn revoke(&mut self) {
        self.revoked = true;
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "serverinfo", 2, 4, server_info).open(),
    Route::new(Method::Post, "auth/signin", 2, 0, sign_in).open(),
    Route::new(Method::Post, "auth/signout", 2, 0, sign_out),
    Route::new(Method::Post, "auth/switchSite", 2, 6, switch_site),
    Route::new(Method::Delete, "auth/serverAdminAccessTokens", 3, 11, revoke_tokens),
    // The spelling of the Python client.
    Route::new(Method::Post, "auth/revokeAllServerAdminTokens", 3, 10, revoke_tokens),
    Route::new(Method::Get, "sessions/current", 3, 1, current),
    Route::new(Method::Delete, "sessions/{session}", 3, 9, end),
];

fn server_info(state: &mut ServerState, _: &Context) -> ApiResult {
    let Version(major, minor) = state.newest;
    let product = Element::with_text("productVersion", state.newest.product())
        .attr("build", format!("{major}{minor:04}.26.0101.0000"));
    Ok(Response::one(
        Element::new("serverInfo")
            .child(product)
            .child(Element::with_text("restApiVersion", state.newest)),
    ))
}

/// Finds the caller of a request by its token, and notes that the session is in use.
pub(super) fn caller(state: &mut ServerState, token: Option<&str>) -> Result<Caller, ApiError> {
    let token = token.ok_or_else(ApiError::not_signed_in)?;
    let now = state.clock.now();
    let session = state.sessions.get_mut(token).ok_or_else(ApiError::not_signed_in)?;
    session.last_used = now;
    let session = session.clone();
    let site = state.sites.get(&session.site).ok_or_else(ApiError::not_signed_in)?;
    let user = site.users.find(&session.user).ok_or_else(ApiError::not_signed_in)?;
    Ok(Caller {
        token: token.to_owned(),
        site: session.site,
        user: session.user,
        role: Role::of(&user.site_role),
    })
}

fn sign_in(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let credentials = doc.need_child("credentials")?;
    let content_url = credentials.child("site").and_then(|site| site.attr("contentUrl"));
    let (name, opened_with) = prove(state, credentials)?;
    let site = state.site_at(content_url.unwrap_or_default()).ok_or_else(ApiError::sign_in)?;
    let number = site.number;
    let user = site.user_named(&name).ok_or_else(ApiError::sign_in)?;
    if user.site_role == "Unlicensed" {
        return Err(ApiError::sign_in());
    }
    let mut id = user.id.clone();
    if let Some(other) = credentials.child("user") {
        let other = other.need("id")?;
        let too_old = opened_with.is_some() && state.newest < Version(3, 11);
        if Role::of(&user.site_role) != Role::ServerAdmin || too_old {
            let detail = "Only a server administrator can sign in as another user.";
            return Err(ApiError::forbidden("403004", detail));
        }
        id = site.users.get(other)?.id.clone();
    }
    // A personal access token has one session: the one before ends, on whatever site it is.
    if opened_with.is_some() {
        state.sessions.retain(|_, session| session.opened_with != opened_with);
    }
    let now = state.clock.now();
    if let Some(site) = state.sites.get_mut(&number) {
        site.users.get_mut(&id)?.last_login = Some(now);
    }
    open(state, number, id, opened_with)
}

/// Who the credentials prove somebody to be, and the personal access token that did.
fn prove(state: &mut ServerState, credentials: &Doc) -> Result<(String, Option<String>), ApiError> {
    if let Some(jwt) = credentials.attr("jwt") {
        if state.newest < Version(3, 14) {
            return Err(ApiError::sign_in());
        }
        credentials.flag("isUat")?;
        let known = state.jwts.iter().find(|(known, _)| known == jwt);
        return known.map(|(_, user)| (user.clone(), None)).ok_or_else(ApiError::sign_in);
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
        return Ok((token.user.clone(), Some(token.secret.clone())));
    }
    let (Some(name), Some(password)) = (credentials.attr("name"), credentials.attr("password"))
    else {
        return Err(ApiError::malformed("<credentials> proves nobody."));
    };
    if !state.is_password(name, password) {
        return Err(ApiError::sign_in());
    }
    Ok((name.to_owned(), None))
}

fn open(
    state: &mut ServerState,
    site: u16,
    user: String,
    opened_with: Option<String>,
) -> ApiResult {
    let id = state.sites.get(&site).map(|site| site.id.clone()).unwrap_or_default();
    // The parts of a real token: what it is, its secret, and the site.
    let token = format!("{}|{}|{id}", state.secret(22), state.secret(32));
    state.signed_in += 1;
    let session = Session {
        site,
        user: user.clone(),
        number: state.signed_in,
        last_used: state.clock.now(),
        opened_with,
        revoked: false,
    };
    state.sessions.insert(token.clone(), session);
    let minutes = state.session_lifetime.as_secs() / 60;
    let left = format!("{}:{:02}:00", minutes / 60, minutes % 60);
    let content_url = state.sites.get(&site).map(|site| site.content_url.as_str());
    Ok(Response::one(
        Element::new("credentials")
            .attr("token", token)
            .attr("estimatedTimeToExpiration", left)
            .child(
                Element::reference("site", &id).attr("contentUrl", content_url.unwrap_or_default()),
            )
            .child(Element::reference("user", &user)),
    ))
}

fn sign_out(state: &mut ServerState, ctx: &Context) -> ApiResult {
    state.sessions.remove(&ctx.caller()?.token);
    Ok(Response::no_content())
}

fn switch_site(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let wanted = doc.need_child("site")?.attr("contentUrl").unwrap_or_default();
    let here = state.site(ctx)?;
    let there = state.site_at(wanted).ok_or_else(|| {
        ApiError::not_found("404000", format!("Site '{wanted}' could not be found."))
    })?;
    if here.number == there.number {
        let detail = "The session is on that site already.";
        return Err(ApiError::forbidden("403070", detail));
    }
    let name = here.user_name(ctx.user());
    let user = there.user_named(&name).map(|user| user.id.clone()).ok_or_else(|| {
        let detail = format!("The user is not on the site '{wanted}'.");
        ApiError::new(401, "401003", "Switch Site Error", detail)
    })?;
    let number = there.number;
    // The old token ends with the switch, and a new one takes its place.
    let before = state.sessions.remove(&ctx.caller()?.token);
    open(state, number, user, before.and_then(|session| session.opened_with))
}

fn revoke_tokens(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::ServerAdmin)?;
    let admins: Vec<String> = state
        .tokens
        .iter()
        .map(|token| token.user.clone())
        .filter(|name| {
            state.sites.values().any(|site| {
                site.user_named(name).is_some_and(|u| u.site_role == "ServerAdministrator")
            })
        })
        .collect();
    let (gone, kept) = std::mem::take(&mut state.tokens)
        .into_iter()
        .partition(|token: &AccessToken| admins.contains(&token.user));
    state.tokens = kept;
    state
        .sessions
        .retain(|_, session| !gone.iter().any(|token| session.was_opened_with(&token.secret)));
    Ok(Response::no_content())
}

fn session_id(session: &Session) -> String {
    luid(Kind::Session, session.site, session.number)
}

fn current(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let caller = ctx.caller()?;
    let session = state.sessions.get(&caller.token).ok_or_else(ApiError::not_signed_in)?;
    Ok(Response::one(
        Element::reference("session", &session_id(session))
            .child(
                Element::reference("site", &site.id)
                    .attr("name", &site.name)
                    .attr("contentUrl", &site.content_url),
            )
            .child(
                Element::reference("user", &caller.user).attr("name", site.user_name(&caller.user)),
            ),
    ))
}

fn end(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let id = ctx.param(0);
    let caller = ctx.caller()?;
    let token = state
        .sessions
        .iter()
        .find(|(_, session)| session_id(session) == id)
        .map(|(token, _)| token.clone())
        .ok_or_else(|| Kind::Session.missing(id))?;
    if token != caller.token {
        ctx.require(Role::ServerAdmin)?;
    }
    state.sessions.remove(&token);
    Ok(Response::no_content())
}
