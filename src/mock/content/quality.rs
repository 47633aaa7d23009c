//! Data quality warnings: `sites/{site}/dataQualityWarnings`, on data sources and flows.

use jiff::Timestamp;

use super::common::{Common, named, need_owner};
use crate::mock::answer::{Answer, Element};
use crate::mock::clock::written;
use crate::mock::doc::Doc;
use crate::mock::luid::{ADDED, Kind, luid};
use crate::mock::refusal::Refusal;
use crate::mock::request::Call;
use crate::mock::route::{Method, Reply, Route};
use crate::mock::site::Site;
use crate::mock::world::World;

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

    fn change(&mut self, doc: &Doc, now: Timestamp) -> Result<(), Refusal> {
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
fn content(site: &Site, call: &Call) -> Result<(&'static str, String, String), Refusal> {
    let kind = call.param(0);
    let found = match kind {
        "datasource" | "flow" => named(site, &format!("{kind}s"), call.param(1)),
        _ => None,
    };
    let (_, kind, Common { id, owner, .. }) = found.ok_or_else(|| {
        let detail = format!("Nothing of the kind '{kind}' carries a warning here.");
        Refusal::not_found("404029", detail)
    })??;
    Ok((kind, id, owner))
}

fn listed(site: &Site, content: &str) -> Element {
    let of = site.warnings.iter().filter(|warning| warning.content == content);
    Element::list("dataQualityWarningList", of.map(|warning| warning.element(site)))
}

fn all(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let (_, id, _) = content(site, call)?;
    Ok(Answer::one(listed(site, &id)))
}

fn add(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let doc = doc.need_child("dataQualityWarning")?;
    doc.need("type")?;
    let (now, user) = (world.clock.now(), call.user().to_owned());
    let site = world.site_mut(call)?;
    let (kind, content, owner) = content(site, call)?;
    need_owner(call, &owner)?;
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
    Ok(Answer::one(element))
}

fn update_all(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let doc = doc.need_child("dataQualityWarning")?;
    let now = world.clock.now();
    let site = world.site_mut(call)?;
    let (_, id, owner) = content(site, call)?;
    need_owner(call, &owner)?;
    for warning in site.warnings.iter_mut().filter(|warning| warning.content == id) {
        warning.change(doc, now)?;
    }
    Ok(Answer::one(listed(site, &id)))
}

fn delete_all(world: &mut World, call: &Call) -> Reply {
    let site = world.site_mut(call)?;
    let (_, id, owner) = content(site, call)?;
    need_owner(call, &owner)?;
    site.warnings.retain(|warning| warning.content != id);
    Ok(Answer::no_content())
}

fn place(site: &Site, call: &Call) -> Result<usize, Refusal> {
    let id = call.param(0);
    let at = site.warnings.iter().position(|warning| warning.id == id);
    at.ok_or_else(|| Kind::Warning.missing(id))
}

fn get(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    Ok(Answer::one(site.warnings[place(site, call)?].element(site)))
}

fn update(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let doc = doc.need_child("dataQualityWarning")?;
    let now = world.clock.now();
    let site = world.site_mut(call)?;
    let at = place(site, call)?;
    need_owner(call, &site.warnings[at].owner)?;
    site.warnings[at].change(doc, now)?;
    Ok(Answer::one(site.warnings[at].element(site)))
}

fn delete(world: &mut World, call: &Call) -> Reply {
    let site = world.site_mut(call)?;
    let at = place(site, call)?;
    need_owner(call, &site.warnings[at].owner)?;
    site.warnings.remove(at);
    Ok(Answer::no_content())
}
