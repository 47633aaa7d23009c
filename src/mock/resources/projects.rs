//! Projects: `sites/{site}/projects`.

use super::{Datasource, User, Workbook, content, views};
use crate::mock::common::permissions::{ancestors, lock};
use crate::mock::prelude::*;

pub(in crate::mock) struct Project;

pub(in crate::mock) const PROJECT: Kind = Kind::new(0x70, "404005", "Project");

const CONTENT_PERMISSIONS: &str = "LockedToProject ManagedByOwner LockedToProjectWithoutNested";

impl Resource for Project {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 0, &[List, Create, Delete])],
        attributes: &[
            text("name").required(),
            text("description").default(""),
            one_of("contentPermissions", CONTENT_PERMISSIONS).default("ManagedByOwner"),
        ],
        filters: &[
            (Text, "name ownerName ownerDomain ownerEmail parentProjectId"),
            (Time, "createdAt updatedAt"),
            (Flag, "topLevelProject"),
        ],
        hidden: "topLevelProject writeable contentsCounts",
        dated: true,
        unique: Some(("name", "409006")),
        create: Role::Publisher,
        owner_can_change: true,
        has_owner: true,
        parents: &[PROJECT],
        ..Schema::new(PROJECT, "projects", "project", "projects")
    };

    fn routes() -> Vec<Route> {
        routes! { Put (2, 0) "projects/{project}" => update_project; }
    }

    fn complete(record: &Record, element: Element, site: &Site, ctx: &Context) -> Element {
        let counts = ctx.query("fields").map(|_| counts(site, &record.id));
        element
            .with_opt("parentProjectId", record.parent.as_ref())
            .with_opt("controllingPermissionsProjectId", lock(site, record))
            .with("topLevelProject", record.parent.is_none())
            .with("writeable", true)
            .containing([Element::reference("owner", &record.owner)])
            .containing(counts)
    }

    fn computed(record: &Record, field: &str, site: &Site) -> Option<Value> {
        match field {
            // Unlike for content, this is the user name.
            "ownerName" => Some(Value::Text(site.name_of::<User>(&record.owner))),
            "parentProjectId" => Some(record.parent.clone().map_or(Value::None, Value::Text)),
            "topLevelProject" => Some(Value::Flag(record.parent.is_none())),
            _ => content::computed(record, field, site),
        }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, before, body, site, ctx } = change;
        if body.attr("name") == Some("") {
            return Err(ApiError::malformed("A project needs a name."));
        }
        let renamed = before.is_some_and(|before| before.name() != record.name());
        if renamed && record.id == content::default_project(site) {
            return Err(ApiError::forbidden("403005", "The default project cannot be renamed."));
        }
        match body.attr("parentProjectId") {
            None => {}
            Some("") => record.parent = None,
            Some(parent) => {
                site.get::<Project>(parent)?;
                if ancestors(site, parent).any(|ancestor| ancestor.id == record.id) {
                    let detail = "A project cannot be moved into itself.";
                    return Err(ApiError::bad("400003", detail));
                }
                record.parent = Some(parent.to_owned());
            }
        }
        // Users who are not administrators can only create projects inside their own projects.
        let parent = record.parent.as_deref().and_then(|parent| site.find::<Project>(parent));
        if before.is_none() && parent.is_none_or(|parent| parent.owner != ctx.user()) {
            ctx.require(Role::SiteAdmin)?;
        }
        Ok(())
    }

    fn check_delete(record: &Record, site: &Site, ctx: &Context) -> Result<()> {
        ctx.require(Role::SiteAdmin)?;
        if record.id == content::default_project(site) {
            return Err(ApiError::forbidden("403004", "The default project cannot be deleted."));
        }
        Ok(())
    }
}

fn counts(site: &Site, id: &str) -> Element {
    let count = |ids: Vec<String>| ids.len();
    let workbooks = Workbook::ids_below(site, id);
    let view_count: usize = workbooks.iter().map(|id| views::of_workbook(site, id).len()).sum();
    Element::new("contentsCounts")
        .with("projectCount", count(Project::ids_below(site, id)))
        .with("workbookCount", workbooks.len())
        .with("viewCount", view_count)
        .with("dataSourceCount", count(Datasource::ids_below(site, id)))
}

/// TSC fetches a project with an update that changes nothing, which everyone may send.
fn update_project(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("project")?;
    if !body.attributes.is_empty() || body.child("owner").is_some() {
        return update::<Project>(state, ctx);
    }
    let site = state.site(ctx)?;
    let project = site.get::<Project>(ctx.param(0))?;
    Ok(Response::one(Project::element(&project, site, ctx)))
}
