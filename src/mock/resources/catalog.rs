//! Tableau Catalog: `sites/{site}/databases`, and `sites/{site}/tables` with their columns.

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
        internal: "certifier",
        ..Schema::new(DATABASE, "databases", "database", "databases")
    };

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
        internal: "certifier",
        parents: &[DATABASE],
        ..Schema::new(TABLE, "tables", "table", "tables")
    };

    fn routes() -> Vec<Route> {
        routes! {
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

/// Adds the site, the user who certified the item, and its tags.
fn complete(record: &Record, element: Element, site: &Site) -> Element {
    let certifier = record.get("certifier").map(|id| site.named_at("users", "certifier", id));
    element
        .containing([Element::reference("site", &site.id)])
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
