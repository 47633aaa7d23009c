//! Data quality warnings: `sites/{site}/dataQualityWarnings`, on data sources and flows.

use jiff::Timestamp;

use super::common::{Common, named, need_owner};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::{ADDED, Kind, luid};
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// A warning that hangs on content.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Warning {
    id: String,
    /// `datasource` or `flow`.
    kind: &'static str,
    pub(in crate::mock) content: String,
    sort: String,
    message: String,
    active: bool,
    severe: bool,
    owner: String,
    created: Timestamp,
    updated: Timestamp,
}

impl Warning {
    fn element(&self, site: &Site) -> Element {
        let name = site.users.find(&self.owner).map(|user| user.full_name.clone());
        Element::reference("dataQualityWarning", &self.id)
            .attr("userDisplayName", name.unwrap_or_default())
            .attr("contentId", &self.content)
            .attr("contentType", self.kind.to_uppercase())
            .attr("message", &self.message)
            .attr("type", &self.sort)
            .attr("isActive", self.active)
            .attr("isSevere", self.severe)
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .child(Element::reference("site", &site.id))
            .child(Element::reference("owner", &self.owner))
    }

    fn change(&mut self, doc: &Doc, now: Timestamp) -> Result<(), ApiError> {
        if let Some(sort) = doc.attr("type") {
            sort.clone_into(&mut self.sort);
        }
        if let Some(message) = doc.attr("message") {
            message.clone_into(&mut self.message);
        }
        self.active = doc.flag("isActive")?.unwrap_or(self.active);
        self.severe = doc.flag("isSevere")?.unwrap_or(self.severe);
        self.updated = now;
        Ok(())
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/dataQualityWarnings/{kind}/{id}", 3, 5, all),
    Route::new(Method::Post, "sites/{site}/dataQualityWarnings/{kind}/{id}", 3, 5, add),
    Route::new(Method::Delete, "sites/{site}/dataQualityWarnings/{kind}/{id}", 3, 5, delete_all),
    // The spelling of the Python client.
    Route::new(Method::Put, "sites/{site}/dataQualityWarnings/{kind}/{id}", 3, 5, update_all),
    Route::new(Method::Get, "sites/{site}/dataQualityWarnings/{warning}", 3, 5, get),
    Route::new(Method::Put, "sites/{site}/dataQualityWarnings/{warning}", 3, 5, update),
    Route::new(Method::Delete, "sites/{site}/dataQualityWarnings/{warning}", 3, 5, delete),
];

/// Kind, id and owner of the content that the path names.
fn content(site: &Site, ctx: &Context) -> Result<(&'static str, String, String), ApiError> {
    let kind = ctx.param(0);
    let found = match kind {
        "datasource" | "flow" => named(site, &format!("{kind}s"), ctx.param(1)),
        _ => None,
    };
    let (_, kind, Common { id, owner, .. }) = found.ok_or_else(|| {
        let detail = format!("Nothing of the kind '{kind}' carries a warning here.");
        ApiError::not_found("404029", detail)
    })??;
    Ok((kind, id, owner))
}

fn listed(site: &Site, content: &str) -> Element {
    let of = site.warnings.iter().filter(|warning| warning.content == content);
    Element::list("dataQualityWarningList", of.map(|warning| warning.element(site)))
}

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let (_, id, _) = content(site, ctx)?;
    Ok(Response::one(listed(site, &id)))
}

fn add(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let doc = doc.need_child("dataQualityWarning")?;
    doc.need("type")?;
    let (now, user) = (state.clock.now(), ctx.user().to_owned());
    let site = state.site_mut(ctx)?;
    let (kind, content, owner) = content(site, ctx)?;
    need_owner(ctx, &owner)?;
    site.warned += 1;
    let mut warning = Warning {
        id: luid(Kind::Warning, site.number, ADDED + site.warned),
        kind,
        content,
        sort: String::new(),
        message: String::new(),
        active: true,
        severe: false,
        owner: user,
        created: now,
        updated: now,
    };
    warning.change(doc, now)?;
    let element = warning.element(site);
    site.warnings.push(warning);
    Ok(Response::one(element))
}

fn update_all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let doc = doc.need_child("dataQualityWarning")?;
    let now = state.clock.now();
    let site = state.site_mut(ctx)?;
    let (_, id, owner) = content(site, ctx)?;
    need_owner(ctx, &owner)?;
    for warning in site.warnings.iter_mut().filter(|warning| warning.content == id) {
        warning.change(doc, now)?;
    }
    Ok(Response::one(listed(site, &id)))
}

fn delete_all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site_mut(ctx)?;
    let (_, id, owner) = content(site, ctx)?;
    need_owner(ctx, &owner)?;
    site.warnings.retain(|warning| warning.content != id);
    Ok(Response::no_content())
}

fn place(site: &Site, ctx: &Context) -> Result<usize, ApiError> {
    let id = ctx.param(0);
    let at = site.warnings.iter().position(|warning| warning.id == id);
    at.ok_or_else(|| Kind::Warning.missing(id))
}

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    Ok(Response::one(site.warnings[place(site, ctx)?].element(site)))
}

fn update(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let doc = doc.need_child("dataQualityWarning")?;
    let now = state.clock.now();
    let site = state.site_mut(ctx)?;
    let at = place(site, ctx)?;
    need_owner(ctx, &site.warnings[at].owner)?;
    site.warnings[at].change(doc, now)?;
    Ok(Response::one(site.warnings[at].element(site)))
}

fn delete(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site_mut(ctx)?;
    let at = place(site, ctx)?;
    need_owner(ctx, &site.warnings[at].owner)?;
    site.warnings.remove(at);
    Ok(Response::no_content())
}
