//! External authorization servers: `sites/{site}/connected-apps/external-authorization-servers`.
//!
//! They are stored only: the mock server does not verify the tokens that they issue.

use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 16) "connected-apps/external-authorization-servers" => list;
        Post (3, 16) "connected-apps/external-authorization-servers" => create;
        Get (3, 16) "connected-apps/external-authorization-servers/{server}" => get;
        Put (3, 16) "connected-apps/external-authorization-servers/{server}" => update;
        Delete (3, 16) "connected-apps/external-authorization-servers/{server}" => delete;
    }
}

const SERVER: Kind = Kind::new(0xea, "404047", "External authorization server");

/// The first API version with names, and with several servers on a site.
const NAMES: Version = Version(3, 22);

const DEFAULT_NAME: &str = "External Authorization Server";

#[derive(Clone)]
struct AuthorizationServer {
    id: String,
    name: String,
    issuer_url: String,
    jwks_uri: Option<String>,
    created: Timestamp,
}

/// The servers of a site, and the number of servers that were ever registered.
#[derive(Default)]
struct AuthorizationServers {
    all: Vec<AuthorizationServer>,
    created: u64,
}

impl AuthorizationServer {
    fn element(&self, jwks_uri: Option<&String>) -> Element {
        Element::new("externalAuthorizationServer")
            .containing([
                Element::with_text("name", &self.name),
                Element::with_text("id", &self.id),
                Element::with_text("issuerUrl", &self.issuer_url),
            ])
            .containing(jwks_uri.map(|uri| Element::with_text("jwksUri", uri)))
            .containing([Element::with_text("createdAt", written(self.created))])
    }

    /// Takes over the attributes of a request.
    fn apply(&mut self, body: &Element, version: Version) {
        let sent = |name| body.attr(name).filter(|value| !value.is_empty()).map(str::to_owned);
        self.issuer_url = sent("issuerUrl").unwrap_or(std::mem::take(&mut self.issuer_url));
        self.jwks_uri = sent("jwksUri").or(self.jwks_uri.take());
        if version >= NAMES {
            self.name = sent("name").unwrap_or(std::mem::take(&mut self.name));
        }
    }
}

/// Lists have no `jwksUri`, and a single server is inside the element of a list.
fn elements<'a>(servers: impl IntoIterator<Item = &'a AuthorizationServer>) -> Response {
    let servers = servers.into_iter().map(|server| server.element(None));
    Response::one(Element::list("externalAuthorizationServerList", servers))
}

fn servers<'s>(state: &'s mut ServerState, ctx: &Context) -> Result<&'s mut AuthorizationServers> {
    ctx.require(Role::SiteAdmin)?;
    Ok(state.site_mut(ctx)?.state_mut())
}

impl AuthorizationServers {
    /// The position of the server that the path names.
    fn position(&self, ctx: &Context) -> Result<usize> {
        let id = ctx.param(0);
        self.all.iter().position(|server| server.id == id).ok_or_else(|| SERVER.missing(id))
    }

    fn check_issuer(&self, server: &AuthorizationServer) -> Result<()> {
        let is_same = |other: &AuthorizationServer| {
            other.issuer_url == server.issuer_url && other.id != server.id
        };
        if self.all.iter().any(is_same) {
            let detail = format!("The issuer '{}' is already registered.", server.issuer_url);
            return Err(ApiError::bad("400194", detail));
        }
        Ok(())
    }
}

fn list(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    Ok(elements(&servers(state, ctx)?.all))
}

fn get(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let known = servers(state, ctx)?;
    Ok(elements([&known.all[known.position(ctx)?]]))
}

fn create(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("externalAuthorizationServer")?;
    let number = state.site(ctx)?.number;
    let known = servers(state, ctx)?;
    if body.attr("issuerUrl").is_none_or(str::is_empty) {
        let detail = "<externalAuthorizationServer> needs the attribute 'issuerUrl'.";
        return Err(ApiError::bad("400008", detail));
    }
    let mut server = AuthorizationServer {
        id: luid(SERVER, number, ADDED + known.created + 1),
        name: DEFAULT_NAME.to_owned(),
        issuer_url: String::new(),
        jwks_uri: None,
        created: ctx.now,
    };
    server.apply(&body, ctx.version);
    known.check_issuer(&server)?;
    if ctx.version < NAMES && !known.all.is_empty() {
        let detail = "The site has an external authorization server already.";
        return Err(ApiError::bad("400161", detail));
    }
    known.created += 1;
    known.all.push(server.clone());
    Ok(Response::created(server.element(server.jwks_uri.as_ref())))
}

fn update(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("externalAuthorizationServer")?;
    let known = servers(state, ctx)?;
    let index = known.position(ctx)?;
    let mut server = known.all[index].clone();
    server.apply(&body, ctx.version);
    known.check_issuer(&server)?;
    known.all[index] = server.clone();
    Ok(Response::one(server.element(server.jwks_uri.as_ref())))
}

fn delete(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let known = servers(state, ctx)?;
    known.all.remove(known.position(ctx)?);
    Ok(Response::no_content())
}
