//! Connected apps with direct trust: `sites/{site}/connected-apps/direct-trust`.
//!
//! Values are attributes in requests, and child elements in responses.

use super::Project;
use crate::mock::connected_app::{AppSecret, ConnectedApp, ConnectedApps};
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 17) "connected-apps/direct-trust" => list;
        Post (3, 17) "connected-apps/direct-trust" => create;
        Get (3, 17) "connected-apps/direct-trust/{app}" => get;
        Put (3, 17) "connected-apps/direct-trust/{app}" => update;
        Delete (3, 17) "connected-apps/direct-trust/{app}" => delete;
        Post (3, 17) "connected-apps/direct-trust/{app}/secrets" => create_secret;
        Get (3, 17) "connected-apps/direct-trust/{app}/secrets/{secret}" => get_secret;
        Delete (3, 17) "connected-apps/direct-trust/{app}/secrets/{secret}" => delete_secret;
    }
}

const APP: Kind = Kind::new(0xca, "404041", "Connected app");
const SECRET: Kind = Kind::new(0xc5, "404042", "Connected app secret");

/// The number of secrets that an app can have.
const MAX_SECRETS: usize = 2;

/// The first API version in which an app can have several projects. Before, the only project is an
/// attribute.
const MULTIPLE_PROJECTS: Version = Version(3, 22);

/// The number of apps and secrets that requests have created, for their ids.
#[derive(Default)]
struct Created(u64);

fn next_id(site: &mut Site, kind: Kind) -> String {
    let number = site.number;
    let created = site.state_mut::<Created>();
    created.0 += 1;
    luid(kind, number, ADDED + created.0)
}

/// The app that the path names.
fn app<'s>(state: &'s mut ServerState, ctx: &Context) -> Result<&'s mut ConnectedApp> {
    ctx.require(Role::SiteAdmin)?;
    let id = ctx.param(0);
    let ConnectedApps(apps) = state.site_mut(ctx)?.state_mut();
    apps.iter_mut().find(|app| app.client_id == id).ok_or_else(|| APP.missing(id))
}

fn element(app: &ConnectedApp, version: Version) -> Element {
    let secrets = app.secrets.iter().map(|secret| {
        Element::new("secret").containing([
            Element::with_text("id", &secret.id),
            Element::with_text("createdAt", written(secret.created)),
        ])
    });
    let project = |id| Element::with_text("projectId", id);
    let projects = match &app.projects[..] {
        [] => None,
        [first, ..] if version < MULTIPLE_PROJECTS => Some(project(first)),
        all => Some(Element::list("projectIds", all.iter().map(project))),
    };
    let safelist = app.domain_safelist.as_ref();
    Element::new("connectedApplication")
        .containing(secrets)
        .containing([
            Element::with_text("name", &app.name),
            Element::with_text("enabled", app.enabled),
            Element::with_text("clientId", &app.client_id),
        ])
        .containing(projects)
        .containing(safelist.map(|domains| Element::with_text("domainSafelist", domains)))
        .containing([
            Element::with_text("createdAt", written(app.created)),
            Element::with_text("unrestrictedEmbedding", app.unrestricted_embedding),
        ])
}

/// Returns `<connectedApplications>`, which also contains a single app.
fn elements<'a>(apps: impl IntoIterator<Item = &'a ConnectedApp>, ctx: &Context) -> Response {
    let apps = apps.into_iter().map(|app| element(app, ctx.version));
    Response::one(Element::list("connectedApplications", apps))
}

/// Copies the attributes and the projects of a request to the app.
fn apply(app: &mut ConnectedApp, body: &Element, site: &Site, ctx: &Context) -> Result<()> {
    if body.attr("name").is_some() {
        body.need("name")?.clone_into(&mut app.name);
    }
    // An update without this attribute disables the app, too.
    app.enabled = body.flag("enabled")?.unwrap_or_default();
    if let Some(unrestricted) = body.flag("unrestrictedEmbedding")? {
        app.unrestricted_embedding = unrestricted;
    }
    if let Some(domains) = body.attr("domainSafelist") {
        app.domain_safelist = Some(domains.to_owned()).filter(|domains| !domains.is_empty());
    }
    let several = body.child("projectIds").filter(|_| ctx.version >= MULTIPLE_PROJECTS);
    let projects = several.map(|ids| ids.texts("projectId"));
    // An empty attribute stands for all projects.
    let only = body.attr("projectId").map(|id| id.to_owned()).map(|id| match id.is_empty() {
        true => Vec::new(),
        false => vec![id],
    });
    let projects = projects.or(only);
    if let Some(projects) = projects {
        let unknown = |id: &&String| site.find::<Project>(id).is_none();
        if let Some(id) = projects.iter().find(unknown) {
            return Err(ApiError::bad("400143", format!("Project '{id}' could not be found.")));
        }
        app.projects = projects;
    }
    Ok(())
}

fn list(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let apps = state.site(ctx)?.state::<ConnectedApps>();
    Ok(elements(apps.into_iter().flat_map(|apps| &apps.0), ctx))
}

fn get(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let app = app(state, ctx)?;
    Ok(elements([&*app], ctx))
}

fn create(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let body = ctx.body_child("connectedApplication")?;
    let name = body.need("name")?.to_owned();
    let site = state.site_mut(ctx)?;
    let mut app = ConnectedApp::new(next_id(site, APP), name, ctx.now);
    apply(&mut app, &body, site, ctx)?;
    let response = Response::created(element(&app, ctx.version));
    site.state_mut::<ConnectedApps>().0.push(app);
    Ok(response)
}

fn update(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("connectedApplication")?;
    let mut changed = app(state, ctx)?.clone();
    apply(&mut changed, &body, state.site(ctx)?, ctx)?;
    let response = Response::one(element(&changed, ctx.version));
    *app(state, ctx)? = changed;
    Ok(response)
}

fn delete(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    app(state, ctx)?;
    let ConnectedApps(apps) = state.site_mut(ctx)?.state_mut();
    apps.retain(|app| app.client_id != ctx.param(0));
    Ok(Response::no_content())
}

fn secret_element(secret: &AppSecret) -> Element {
    Element::new("connectedApplicationSecret").containing([
        Element::with_text("value", &secret.value),
        Element::with_text("id", &secret.id),
        Element::with_text("createdAt", written(secret.created)),
    ])
}

fn create_secret(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    if app(state, ctx)?.secrets.len() >= MAX_SECRETS {
        let detail = format!("A connected app can have at most {MAX_SECRETS} secrets.");
        return Err(ApiError::bad("400144", detail));
    }
    // Tableau's secrets have the same form: 32 bytes in Base64.
    let value = format!("{}=", state.secret(43));
    let id = next_id(state.site_mut(ctx)?, SECRET);
    let secret = AppSecret { id, value, created: ctx.now };
    let response = Response::created(secret_element(&secret));
    app(state, ctx)?.secrets.push(secret);
    Ok(response)
}

/// The position of the secret that the path names.
fn position(app: &ConnectedApp, ctx: &Context) -> Result<usize> {
    let id = ctx.param(1);
    app.secrets.iter().position(|secret| secret.id == id).ok_or_else(|| SECRET.missing(id))
}

fn get_secret(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let app = app(state, ctx)?;
    Ok(Response::one(secret_element(&app.secrets[position(app, ctx)?])))
}

fn delete_secret(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let app = app(state, ctx)?;
    let index = position(app, ctx)?;
    app.secrets.remove(index);
    Ok(Response::no_content())
}
