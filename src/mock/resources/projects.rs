//! Projects: `sites/{site}/projects`.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;

use super::common::{self, Common, Content};
use super::{Datasource, Flow, Workbook};
use crate::mock::api_error::ApiError;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::Kind;
use crate::mock::query::{Field, Listed, list};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// A project, which can be inside another.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Project {
    pub(in crate::mock) id: String,
    pub(in crate::mock) name: String,
    pub(in crate::mock) description: String,
    pub(in crate::mock) parent: Option<String>,
    pub(in crate::mock) content_permissions: String,
    pub(in crate::mock) owner: String,
    pub(in crate::mock) created: Timestamp,
    pub(in crate::mock) updated: Timestamp,
}

impl Project {
    pub(in crate::mock) fn new(
        id: String,
        name: &str,
        parent: Option<String>,
        owner: String,
        now: Timestamp,
    ) -> Project {
        Project {
            id,
            name: name.to_owned(),
            description: String::new(),
            parent,
            content_permissions: "ManagedByOwner".to_owned(),
            owner,
            created: now,
            updated: now,
        }
    }
}

impl Listed for Project {
    const NAMES: (&'static str, &'static str) = ("project", "projects");
    const SHOWN: &'static [&'static str] = &[
        "id",
        "name",
        "description",
        "createdAt",
        "updatedAt",
        "contentPermissions",
        "parentProjectId",
        "controllingPermissionsProjectId",
        "owner",
    ];
    const FIELDS: &'static [Field<Project>] = &[
        Field { name: "name", holds: Type::Text, of: |p, _| p.name.as_str().into() },
        Field { name: "createdAt", holds: Type::Time, of: |p, _| Value::Time(p.created) },
        Field { name: "updatedAt", holds: Type::Time, of: |p, _| Value::Time(p.updated) },
        Field {
            name: "ownerName",
            holds: Type::Text,
            of: |p, site| Value::Text(site.user_name(&p.owner)),
        },
        Field {
            name: "ownerDomain",
            holds: Type::Text,
            of: |p, site| {
                site.users.find(&p.owner).map_or(Value::None, |u| Value::Text(u.domain.clone()))
            },
        },
        Field {
            name: "ownerEmail",
            holds: Type::Text,
            of: |p, site| {
                site.users.find(&p.owner).map_or(Value::None, |u| Value::Text(u.email.clone()))
            },
        },
        Field {
            name: "parentProjectId",
            holds: Type::Text,
            of: |p, _| p.parent.as_deref().map_or(Value::None, Value::from),
        },
        Field {
            name: "topLevelProject",
            holds: Type::Flag,
            of: |p, _| Value::Flag(p.parent.is_none()),
        },
    ];

    fn element(&self, site: &Site, ctx: &Context) -> Element {
        let counted = ctx.query("fields").is_some().then(|| counts(site, &self.id));
        Element::new("project")
            .attr("id", &self.id)
            .attr("name", &self.name)
            .attr("description", &self.description)
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .attr("contentPermissions", &self.content_permissions)
            .maybe("parentProjectId", self.parent.as_ref())
            .maybe("controllingPermissionsProjectId", lock(site, self))
            .attr("topLevelProject", self.parent.is_none())
            .attr("writeable", true)
            .child(Element::reference("owner", &self.owner))
            .maybe_child(counted)
    }
}

fn counts(site: &Site, id: &str) -> Element {
    let workbooks: Vec<_> = site.workbooks.iter().filter(|w| w.project() == Some(id)).collect();
    let views: usize = workbooks.iter().map(|workbook| site.views_of(&workbook.id).len()).sum();
    Element::new("contentsCounts")
        .attr(
            "projectCount",
            site.projects.iter().filter(|p| p.parent.as_deref() == Some(id)).count(),
        )
        .attr("workbookCount", workbooks.len())
        .attr("viewCount", views)
        .attr(
            "dataSourceCount",
            site.datasources.iter().filter(|d| d.project() == Some(id)).count(),
        )
}

/// The project whose permissions hold for this one's content: the nearest above, or itself, that
/// is locked together with all that is nested in it.
pub(super) fn lock(site: &Site, project: &Project) -> Option<String> {
    let mut at = Some(Cow::Borrowed(project));
    // As many steps as there could be, so that a loop is no trap.
    for _ in 0..64 {
        let here = at?;
        let nested = here.id != project.id;
        match here.content_permissions.as_str() {
            "LockedToProject" => return Some(here.id.clone()),
            "LockedToProjectWithoutNested" if !nested => return Some(here.id.clone()),
            _ => at = here.parent.as_ref().and_then(|parent| site.projects.find(parent)),
        }
    }
    None
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/projects", 2, 0, all),
    Route::new(Method::Post, "sites/{site}/projects", 2, 0, create),
    Route::new(Method::Put, "sites/{site}/projects/{project}", 2, 0, update),
    Route::new(Method::Delete, "sites/{site}/projects/{project}", 2, 0, delete),
];

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    list(&site.projects, site, ctx)
}

const CONTENT_PERMISSIONS: [&str; 3] =
    ["LockedToProject", "ManagedByOwner", "LockedToProjectWithoutNested"];

fn content_permissions(text: &str) -> Result<String, ApiError> {
    if !CONTENT_PERMISSIONS.contains(&text) {
        return Err(ApiError::bad("400003", format!("'{text}' are no content permissions.")));
    }
    Ok(text.to_owned())
}

fn name_is_free(site: &Site, project: &Project) -> Result<(), ApiError> {
    let taken = |other: &Project| {
        other.id != project.id
            && other.parent == project.parent
            && other.name.to_lowercase() == project.name.to_lowercase()
    };
    if site.projects.iter().any(|other| taken(&other)) {
        let detail = format!("There is a project '{}' there already.", project.name);
        return Err(ApiError::conflict("409006", detail));
    }
    Ok(())
}

fn create(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::Publisher)?;
    ctx.asks("publishSamples")?;
    let doc = ctx.doc()?;
    let project = doc.need_child("project")?;
    let now = state.clock.now();
    let owner = ctx.user().to_owned();
    let site = state.site_mut(ctx)?;
    let parent = project.attr("parentProjectId").filter(|parent| !parent.is_empty());
    // Whoever is no administrator can only create inside a project of their own.
    let may = match parent {
        Some(parent) => site.projects.get(parent)?.owner == owner,
        None => false,
    };
    if !may {
        ctx.require(Role::SiteAdmin)?;
    }
    let (id, parent) = (site.projects.new_id(), parent.map(str::to_owned));
    let mut new = Project::new(id, project.need("name")?, parent, owner, now);
    if let Some(description) = project.attr("description") {
        description.clone_into(&mut new.description);
    }
    if let Some(text) = project.attr("contentPermissions") {
        new.content_permissions = content_permissions(text)?;
    }
    name_is_free(site, &new)?;
    let element = new.element(site, ctx);
    site.projects.add(new);
    Ok(Response::created(element))
}

fn update(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let project = doc.need_child("project")?;
    let now = state.clock.now();
    let site = state.site_mut(ctx)?;
    let mut changed = site.projects.get(ctx.param(0))?.into_owned();
    // An update that changes nothing is how the Python client gets a project.
    let empty = ["name", "description", "parentProjectId", "contentPermissions"]
        .iter()
        .all(|name| project.attr(name).is_none())
        && project.child("owner").is_none();
    if empty {
        return Ok(Response::one(changed.element(site, ctx)));
    }
    if changed.owner != ctx.user() {
        ctx.require(Role::SiteAdmin)?;
    }
    if let Some(name) = project.attr("name") {
        if name.is_empty() {
            return Err(ApiError::malformed("A project needs a name."));
        }
        name.clone_into(&mut changed.name);
    }
    if let Some(description) = project.attr("description") {
        description.clone_into(&mut changed.description);
    }
    if let Some(text) = project.attr("contentPermissions") {
        changed.content_permissions = content_permissions(text)?;
    }
    match project.attr("parentProjectId") {
        None => {}
        Some("") => changed.parent = None,
        Some(parent) => {
            site.projects.get(parent)?;
            if parent == changed.id || is_inside(site, parent, &changed.id) {
                let detail = "A project cannot be moved into itself.";
                return Err(ApiError::bad("400003", detail));
            }
            changed.parent = Some(parent.to_owned());
        }
    }
    if let Some(owner) = project.child("owner") {
        changed.owner = site.users.get(owner.need("id")?)?.id.clone();
    }
    name_is_free(site, &changed)?;
    changed.updated = now;
    site.projects.get_mut(ctx.param(0))?.clone_from(&changed);
    Ok(Response::one(changed.element(site, ctx)))
}

/// Whether a project is below another.
fn is_inside(site: &Site, id: &str, other: &str) -> bool {
    let mut at = site.projects.find(id).and_then(|project| project.parent.clone());
    for _ in 0..64 {
        match at {
            Some(parent) if parent == other => return true,
            Some(parent) => {
                at = site.projects.find(&parent).and_then(|project| project.parent.clone());
            }
            None => return false,
        }
    }
    true
}

fn delete(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let id = ctx.param(0);
    if site.projects.get(id)?.id == crate::mock::luid::luid(Kind::Project, site.number, 0) {
        return Err(ApiError::forbidden("403004", "The default project cannot be deleted."));
    }
    // What is inside goes too: projects, workbooks, data sources.
    let mut children: HashMap<String, Vec<String>> = HashMap::new();
    for project in site.projects.iter() {
        if let Some(parent) = &project.parent {
            children.entry(parent.clone()).or_default().push(project.id.clone());
        }
    }
    let mut doomed = vec![id.to_owned()];
    let mut at = 0;
    while let Some(project) = doomed.get(at).cloned() {
        doomed.extend(children.remove(&project).unwrap_or_default());
        at += 1;
    }
    discard_in::<Workbook>(site, &doomed)?;
    discard_in::<Datasource>(site, &doomed)?;
    discard_in::<Flow>(site, &doomed)?;
    for project in doomed {
        site.projects.remove(&project)?;
        site.forget(&project);
    }
    Ok(Response::no_content())
}

/// Takes the content of a kind that is in any of the projects off the site.
fn discard_in<T: Content>(site: &mut Site, projects: &[String]) -> Result<(), ApiError> {
    let inside = |common: &Common| projects.iter().any(|id| common.project() == Some(id));
    common::ids::<T>(site, inside).iter().try_for_each(|id| T::discard(site, id))
}
