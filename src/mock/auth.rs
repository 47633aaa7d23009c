//! Signing in and out, sessions, and the server's own version.

use std::time::Duration;

use jiff::Timestamp;

use super::answer::{Answer, Element};
use super::clock::later;
use super::doc::Doc;
use super::luid::{Kind, luid};
use super::refusal::Refusal;
use super::request::{Call, Caller, Standing};
use super::route::{Method, Reply, Route};
use super::version::Version;
use super::world::World;

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

fn server_info(world: &mut World, _: &Call) -> Reply {
    let Version(major, minor) = world.newest;
    let product = Element::with_text("productVersion", world.newest.product())
        .attr("build", format!("{major}{minor:04}.26.0101.0000"));
    Ok(Answer::one(
        Element::new("serverInfo")
            .child(product)
            .child(Element::with_text("restApiVersion", world.newest)),
    ))
}

/// Finds the caller of a request by its token, and notes that the session is in use.
pub(super) fn caller(world: &mut World, token: Option<&str>) -> Result<Caller, Refusal> {
    let token = token.ok_or_else(Refusal::not_signed_in)?;
    let now = world.clock.now();
    let session = world.sessions.get_mut(token).ok_or_else(Refusal::not_signed_in)?;
    session.last_used = now;
    let session = session.clone();
    let site = world.sites.get(&session.site).ok_or_else(Refusal::not_signed_in)?;
    let user = site.users.find(&session.user).ok_or_else(Refusal::not_signed_in)?;
    Ok(Caller {
        token: token.to_owned(),
        site: session.site,
        user: session.user,
        standing: Standing::of(&user.site_role),
    })
}

fn sign_in(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let credentials = doc.need_child("credentials")?;
    let content_url = credentials.child("site").and_then(|site| site.attr("contentUrl"));
    let (name, opened_with) = prove(world, credentials)?;
    let site = world.site_at(content_url.unwrap_or_default()).ok_or_else(Refusal::sign_in)?;
    let number = site.number;
    let user = site.user_named(&name).ok_or_else(Refusal::sign_in)?;
    if user.site_role == "Unlicensed" {
        return Err(Refusal::sign_in());
    }
    let mut id = user.id.clone();
    if let Some(other) = credentials.child("user") {
        let other = other.need("id")?;
        let too_old = opened_with.is_some() && world.newest < Version(3, 11);
        if Standing::of(&user.site_role) != Standing::ServerAdmin || too_old {
            let detail = "Only a server administrator can sign in as another user.";
            return Err(Refusal::forbidden("403004", detail));
        }
        id = site.users.get(other)?.id.clone();
    }
    // A personal access token has one session: the one before ends, on whatever site it is.
    if opened_with.is_some() {
        world.sessions.retain(|_, session| session.opened_with != opened_with);
    }
    let now = world.clock.now();
    if let Some(site) = world.sites.get_mut(&number) {
        site.users.get_mut(&id)?.last_login = Some(now);
    }
    open(world, number, id, opened_with)
}

/// Who the credentials prove somebody to be, and the personal access token that did.
fn prove(world: &mut World, credentials: &Doc) -> Result<(String, Option<String>), Refusal> {
    if let Some(jwt) = credentials.attr("jwt") {
        if world.newest < Version(3, 14) {
            return Err(Refusal::sign_in());
        }
        credentials.flag("isUat")?;
        let known = world.jwts.iter().find(|(known, _)| known == jwt);
        return known.map(|(_, user)| (user.clone(), None)).ok_or_else(Refusal::sign_in);
    }
    if let Some(name) = credentials.attr("personalAccessTokenName") {
        let secret = credentials.attr("personalAccessTokenSecret").unwrap_or_default();
        if world.newest < Version(3, 6) {
            return Err(Refusal::sign_in());
        }
        let now = world.clock.now();
        let token = world
            .tokens
            .iter_mut()
            .find(|token| token.name == name && token.secret == secret)
            .filter(|token| now < later(token.last_used, TOKEN_IDLE))
            .ok_or_else(Refusal::sign_in)?;
        token.last_used = now;
        return Ok((token.user.clone(), Some(token.secret.clone())));
    }
    let (Some(name), Some(password)) = (credentials.attr("name"), credentials.attr("password"))
    else {
        return Err(Refusal::malformed("<credentials> proves nobody."));
    };
    if !world.is_password(name, password) {
        return Err(Refusal::sign_in());
    }
    Ok((name.to_owned(), None))
}

fn open(world: &mut World, site: u16, user: String, opened_with: Option<String>) -> Reply {
    let id = world.sites.get(&site).map(|site| site.id.clone()).unwrap_or_default();
    // The parts of a real token: what it is, its secret, and the site.
    let token = format!("{}|{}|{id}", world.secret(22), world.secret(32));
    world.signed_in += 1;
    let session = Session {
        site,
        user: user.clone(),
        number: world.signed_in,
        last_used: world.clock.now(),
        opened_with,
        revoked: false,
    };
    world.sessions.insert(token.clone(), session);
    let minutes = world.session_lifetime.as_secs() / 60;
    let left = format!("{}:{:02}:00", minutes / 60, minutes % 60);
    let content_url = world.sites.get(&site).map(|site| site.content_url.as_str());
    Ok(Answer::one(
        Element::new("credentials")
            .attr("token", token)
            .attr("estimatedTimeToExpiration", left)
            .child(
                Element::reference("site", &id).attr("contentUrl", content_url.unwrap_or_default()),
            )
            .child(Element::reference("user", &user)),
    ))
}

fn sign_out(world: &mut World, call: &Call) -> Reply {
    world.sessions.remove(&call.caller()?.token);
    Ok(Answer::no_content())
}

fn switch_site(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let wanted = doc.need_child("site")?.attr("contentUrl").unwrap_or_default();
    let here = world.site(call)?;
    let there = world.site_at(wanted).ok_or_else(|| {
        Refusal::not_found("404000", format!("Site '{wanted}' could not be found."))
    })?;
    if here.number == there.number {
        let detail = "The session is on that site already.";
        return Err(Refusal::forbidden("403070", detail));
    }
    let name = here.user_name(call.user());
    let user = there.user_named(&name).map(|user| user.id.clone()).ok_or_else(|| {
        let detail = format!("The user is not on the site '{wanted}'.");
        Refusal::new(401, "401003", "Switch Site Error", detail)
    })?;
    let number = there.number;
    // The old token ends with the switch, and a new one takes its place.
    let before = world.sessions.remove(&call.caller()?.token);
    open(world, number, user, before.and_then(|session| session.opened_with))
}

fn revoke_tokens(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::ServerAdmin)?;
    let admins: Vec<String> = world
        .tokens
        .iter()
        .map(|token| token.user.clone())
        .filter(|name| {
            world.sites.values().any(|site| {
                site.user_named(name).is_some_and(|u| u.site_role == "ServerAdministrator")
            })
        })
        .collect();
    let (gone, kept) = std::mem::take(&mut world.tokens)
        .into_iter()
        .partition(|token: &AccessToken| admins.contains(&token.user));
    world.tokens = kept;
    world
        .sessions
        .retain(|_, session| !gone.iter().any(|token| session.was_opened_with(&token.secret)));
    Ok(Answer::no_content())
}

fn session_id(session: &Session) -> String {
    luid(Kind::Session, session.site, session.number)
}

fn current(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let caller = call.caller()?;
    let session = world.sessions.get(&caller.token).ok_or_else(Refusal::not_signed_in)?;
    Ok(Answer::one(
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

fn end(world: &mut World, call: &Call) -> Reply {
    let id = call.param(0);
    let caller = call.caller()?;
    let token = world
        .sessions
        .iter()
        .find(|(_, session)| session_id(session) == id)
        .map(|(token, _)| token.clone())
        .ok_or_else(|| Kind::Session.missing(id))?;
    if token != caller.token {
        call.need(Standing::ServerAdmin)?;
    }
    world.sessions.remove(&token);
    Ok(Answer::no_content())
}
