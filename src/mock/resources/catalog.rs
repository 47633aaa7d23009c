//! Tableau Catalog: `sites/{site}/databases`, and `sites/{site}/tables` with their columns.

use super::Project;
use crate::mock::prelude::*;

pub(in crate::mock) struct Database;
pub(in crate::mock) struct Table;
pub(in crate::mock) struct Column;

pub(in crate::mock) const DATABASE: Kind = Kind::new(0xdb, "404031", "Database");
pub(in crate::mock) const TABLE: Kind = Kind::new(0x7a, "404032", "Table");
const COLUMN: Kind = Kind::new(0xc1, "409066", "Column");

impl Resource for Database {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 5, &[List, Get, Update, Delete])],
        attributes: &[
            text("name").read_only(),
            text("connectionType").read_only(),
            flag("isEmbedded").read_only(),
            text("description"),
            flag("isCertified"),
            text("certificationNote"),
            text("type").read_only(),
            text("filePath").read_only(),
            text("hostName").read_only(),
            number("port").read_only(),
            one_of("contentPermissions", "LockedToDatabase ManagedByOwner"),
        ],
        children: "contact",
        internal: "certifier project",
        ..Schema::new(DATABASE, "databases", "database", "databases")
    };

    fn routes() -> Vec<Route> {
        routes! { Post (3, 16) "databases" => move_to_project::<Database>; }
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        complete(record, element, site)
    }

    fn validate(change: Change<'_>) -> Result<()> {
        certify(change)
    }
}

impl Resource for Table {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 5, &[List, Get, Update, Delete])],
        attributes: &[
            text("name").read_only(),
            text("description"),
            flag("isEmbedded").read_only(),
            flag("isCertified"),
            text("certificationNote"),
            text("schema").read_only(),
        ],
        children: "contact",
        internal: "certifier project",
        parents: &[DATABASE],
        ..Schema::new(TABLE, "tables", "table", "tables")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (3, 16) "tables" => move_to_project::<Table>;
            Get (3, 5) "tables/{id}/columns" => list_columns;
            Get (3, 5) "tables/{id}/columns/{column}" => get_column;
            Put (3, 5) "tables/{id}/columns/{column}" => update_column;
            Delete (3, 5) "tables/{id}/columns/{column}" => delete_column;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        complete(record, element, site)
    }

    fn validate(change: Change<'_>) -> Result<()> {
        certify(change)
    }
}

impl Resource for Column {
    const SCHEMA: &'static Schema = &Schema {
        attributes: &[
            text("name").read_only(),
            text("description"),
            text("remoteType").read_only(),
        ],
        parents: &[TABLE],
        ..Schema::new(COLUMN, "columns", "column", "columns")
    };

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        element
            .with("parentTableId", parent_id(record))
            .containing([Element::reference("site", &site.id)])
    }
}

/// Adds the site, the project, the user who certified the item, and its tags.
fn complete(record: &Record, element: Element, site: &Site) -> Element {
    let certifier = record.get("certifier").map(|id| site.reference_at("users", "certifier", id));
    let project = record.get("project").and_then(|id| site.find::<Project>(id));
    let location = project.map(|project| {
        let location = Element::reference("location", &project.id).with("type", "Project");
        location.with("name", project.name())
    });
    element
        .containing([Element::reference("site", &site.id)])
        .containing(location)
        .containing(certifier)
        .containing([tags::element(&record.tags)])
}

/// Notes who certified an item.
fn certify(change: Change<'_>) -> Result<()> {
    if let Some(id) = change.record.child("contact").and_then(|contact| contact.attr("id")) {
        change.site.record("users", id).transpose()?;
    }
    if change.record.flag("isCertified") {
        change.record.set("certifier", change.ctx.user());
    } else {
        change.record.clear("certifier");
    }
    Ok(())
}

/// Moves items to a project. For items that cannot be moved, the error contains warnings.
fn move_to_project<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("contentLocationRequest")?;
    let location = body.need_child("location")?;
    if location.need("type")? != "PROJECT" {
        let detail = "The type of the location is not PROJECT.";
        return Err(ApiError::bad("409100", detail));
    }
    let resources: Vec<_> = body.need_child("resourceList")?.children("resource").collect();
    let content_type = R::SCHEMA.element.to_uppercase();
    let fits = |one: &&Element| one.attr("contentType") == Some(content_type.as_str());
    if !(1..=1000).contains(&resources.len()) || !resources.iter().all(fits) {
        let detail = format!("1 to 1000 resources of the type {content_type} can be moved.");
        return Err(ApiError::malformed(detail));
    }
    let with_tables = body.child_attr("contentAction", "action") != Some("MoveDatabaseOnly");
    let site = state.site_mut(ctx)?;
    let project = site.get::<Project>(location.need("id")?)?.id.clone();
    let mut warnings = Vec::new();
    for resource in resources {
        let id = resource.need("id")?;
        if let Err(error) = move_one::<R>(site, id, &project, with_tables, ctx) {
            let warning = Element::new("warning").with("message", error.detail);
            warnings.push(warning.with("id", id).with("errorCode", error.code));
        }
    }
    match warnings.is_empty() {
        true => Ok(Response::ok([])),
        false => {
            let error = ApiError::malformed("Some of the resources were not moved.");
            Ok(Response::from(error).and(Element::list("warnings", warnings)))
        }
    }
}

fn move_one<R: Resource>(
    site: &mut Site,
    id: &str,
    project: &str,
    with_tables: bool,
    ctx: &Context,
) -> Result<()> {
    let item = site.get::<R>(id)?;
    if item.flag("isEmbedded") {
        return Err(ApiError::forbidden("403112", "An embedded asset cannot be moved."));
    }
    if ctx.require(Role::SiteAdmin).is_err() {
        let detail = "You do not have permission to move this asset.";
        return Err(ApiError::forbidden("403156", detail));
    }
    let id = item.id.clone();
    let tables = site.iter::<Table>().filter(|table| with_tables && parent_id(table) == id);
    let tables: Vec<String> = tables.map(|table| table.id.clone()).collect();
    site.get_mut::<R>(&id)?.set("project", project);
    for table in tables {
        site.get_mut::<Table>(&table)?.set("project", project);
    }
    Ok(())
}

fn list_columns(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let table = site.get::<Table>(ctx.param(0))?.id.clone();
    let columns = site.iter::<Column>();
    list_some::<Column>(columns.filter(|column| parent_id(column) == table), site, ctx)
}

/// The column that the path names.
fn column(site: &Site, ctx: &Context) -> Result<Record> {
    let table = site.get::<Table>(ctx.param(0))?;
    let column = site.get::<Column>(ctx.param(1))?;
    match parent_id(&column) == table.id {
        true => Ok(column.into_owned()),
        false => Err(COLUMN.missing(&column.id)),
    }
}

fn get_column(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    Ok(Response::one(Column::full_element(&column(site, ctx)?, site, ctx)))
}

fn update_column(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("column")?;
    let site = state.site_mut(ctx)?;
    let id = column(site, ctx)?.id;
    let column = modify::<Column>(site, &id, &body, ctx)?;
    Ok(Response::one(Column::full_element(&column, site, ctx)))
}

fn delete_column(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let id = column(site, ctx)?.id;
    site.remove::<Column>(&id)?;
    Ok(Response::no_content())
}
