//! Connections of workbooks, data sources and flows.

use std::collections::HashMap;

use crate::mock::files::Found;
use crate::mock::prelude::*;

/// Connections are stored by their content rather than as items.
pub(in crate::mock) struct Connection;

const CONNECTION: Kind = Kind::new(0xc0, "404020", "Connection");

impl Resource for Connection {
    const SCHEMA: &'static Schema = &Schema {
        attributes: &[
            text("serverAddress"),
            text("serverPort"),
            text("userName"),
            flag("embedPassword"),
            flag("queryTaggingEnabled"),
            text("authenticationType"),
        ],
        internal: "datasource",
        ..Schema::new(CONNECTION, "connections", "connection", "connections")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Get (2, 0) "workbooks/{id}/connections" => list_connections;
            Put (3, 26) "workbooks/{id}/connections" => update_several;
            Put (2, 0) "workbooks/{id}/connections/{connection}" => update_one;
            Get (3, 3) "flows/{id}/connections" => list_connections;
            Put (3, 3) "flows/{id}/connections/{connection}" => update_one;
            Get (2, 0) "datasources/{id}/connections" => list_connections;
            Put (3, 26) "datasources/{id}/connections" => update_several;
            Put (2, 3) "datasources/{id}/connections/{connection}" => update_one;
        }
    }

    fn complete(record: &Record, element: Element, _: &Site, ctx: &Context) -> Element {
        let datasource = (ctx.segment == "workbooks").then(|| {
            let id = record.parent.as_deref().unwrap_or_default();
            Element::reference("datasource", id).with("name", record.attr("datasource"))
        });
        element.with("queryTagging", record.attr("queryTaggingEnabled")).containing(datasource)
    }
}

/// The connections of published content, by content.
#[derive(Default)]
struct Connections(HashMap<String, Vec<Record>>);

pub(in crate::mock) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Connections>().0.remove(id);
}

/// The content that the path names, and its connections.
fn of_content(site: &Site, ctx: &Context) -> Result<(Record, Vec<Record>)> {
    let id = ctx.param(0);
    let unknown = || ApiError::unknown_path(&ctx.request.path);
    let content = site.record(&ctx.segment, id).ok_or_else(unknown)??.into_owned();
    let known = site.state::<Connections>().and_then(|connections| connections.0.get(id));
    let connections = known.cloned().unwrap_or_else(|| vec![sample(site, &content, ctx)]);
    Ok((content, connections))
}

/// The connection of sample content, with an id that depends on the content's.
fn sample(site: &Site, content: &Record, ctx: &Context) -> Record {
    let kind = ["workbooks", "datasources", "flows"].iter().position(|kind| *kind == ctx.segment);
    let number = content.number.saturating_sub(1) * 3 + kind.unwrap_or_default() as u64;
    let found = Found {
        of: String::new(),
        class: "sqlserver".to_owned(),
        server: "db.example.com".to_owned(),
        port: "1433".to_owned(),
        user: "reporting".to_owned(),
        database: "warehouse".to_owned(),
    };
    let id = luid(CONNECTION, site.number, number);
    connection(id, &content.id, content.name(), found).with("embedPassword", true)
}

fn connection(id: String, content: &str, name: &str, found: Found) -> Record {
    let datasource = if found.of.is_empty() { name } else { &found.of };
    let mut connection = Record { parent: Some(content.to_owned()), ..Record::new(id) }
        .with("datasource", datasource)
        .with("type", found.class)
        .with("serverAddress", found.server);
    if !found.port.is_empty() {
        connection.set("serverPort", found.port);
    }
    connection
        .with("userName", found.user)
        .with("dbName", found.database)
        .with("embedPassword", false)
        .with("queryTaggingEnabled", false)
}

/// Stores the connections of a published file, with the credentials in the request.
pub(in crate::mock) fn publish<'e>(
    site: &mut Site,
    id: &str,
    name: &str,
    found: impl Iterator<Item = Found>,
    requested: impl Iterator<Item = &'e Element> + Clone,
) {
    let mut connections = Vec::new();
    for found in found {
        let mut connection = connection(site.new_id::<Connection>(), id, name, found);
        // Credentials without a server apply to all connections.
        let applies = |element: &&Element| {
            let server = element.attr("serverAddress");
            server.is_none_or(|s| s.eq_ignore_ascii_case(connection.attr("serverAddress")))
        };
        let matching: Vec<&Element> = requested.clone().filter(applies).collect();
        for element in matching {
            let credentials = element.child("connectionCredentials").unwrap_or(element);
            if let Some(user) = credentials.attr("name") {
                connection.set("userName", user);
            }
            if let Ok(Some(embed)) = credentials.flag("embed") {
                connection.set("embedPassword", embed);
            }
        }
        connections.push(connection);
    }
    site.state_mut::<Connections>().0.insert(id.to_owned(), connections);
}

fn list_connections(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let (_, connections) = of_content(site, ctx)?;
    let elements = connections.iter().map(|connection| Connection::element(connection, site, ctx));
    Ok(Response::one(Element::list("connections", elements)))
}

fn update_one(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let change = ctx.body_child("connection")?;
    let elements = apply(state, ctx, &[ctx.param(1).to_owned()], &change)?;
    Ok(Response::ok(elements))
}

fn update_several(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body()?;
    let ids = body.need_child("connectionLUIDs")?.texts("connectionLUID");
    let elements = apply(state, ctx, &ids, body.need_child("connection")?)?;
    Ok(Response::one(Element::list("connections", elements)))
}

/// Changes connections and returns their elements.
fn apply(
    state: &mut ServerState,
    ctx: &Context,
    ids: &[String],
    change: &Element,
) -> Result<Vec<Element>> {
    let site = state.site_mut(ctx)?;
    let (content, mut connections) = of_content(site, ctx)?;
    ctx.require_owner(&content.owner)?;
    for id in ids {
        let connection = connections.iter_mut().find(|connection| connection.id == *id);
        let connection = connection.ok_or_else(|| CONNECTION.missing(id))?;
        connection.apply(Connection::SCHEMA, change, ctx.version, false)?;
    }
    let changed = connections.iter().filter(|connection| ids.contains(&connection.id));
    let elements = changed.map(|connection| Connection::element(connection, site, ctx)).collect();
    site.state_mut::<Connections>().0.insert(content.id, connections);
    Ok(elements)
}
