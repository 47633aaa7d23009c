//! The connections of workbooks, data sources and flows.

use super::common::{Common, named, need_owner};
use super::files::Found;
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::{ADDED, Kind, luid, number};
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// A connection to a database or a file.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Connection {
    pub(super) id: String,
    /// The data source that it belongs to: id and name.
    datasource: (String, String),
    kind: String,
    server: String,
    port: String,
    user: String,
    database: String,
    embed_password: bool,
    query_tagging: bool,
    authentication: Option<String>,
}

impl Connection {
    fn element(&self, ctx: &Context) -> Element {
        let of_workbook = ctx.at == "workbooks";
        let datasource = of_workbook.then(|| {
            Element::reference("datasource", &self.datasource.0).attr("name", &self.datasource.1)
        });
        Element::reference("connection", &self.id)
            .attr("type", &self.kind)
            .attr("serverAddress", &self.server)
            .attr("serverPort", &self.port)
            .attr("userName", &self.user)
            .attr("dbName", &self.database)
            .attr("embedPassword", self.embed_password)
            .attr("queryTaggingEnabled", self.query_tagging)
            .attr("queryTagging", self.query_tagging)
            .maybe("authenticationType", self.authentication.as_ref())
            .maybe_child(datasource)
    }

    fn change(&mut self, doc: &Doc) -> Result<(), ApiError> {
        let set = |name: &str, field: &mut String| {
            if let Some(value) = doc.attr(name) {
                value.clone_into(field);
            }
        };
        set("serverAddress", &mut self.server);
        set("serverPort", &mut self.port);
        set("userName", &mut self.user);
        if let Some(kind) = doc.attr("authenticationType") {
            self.authentication = Some(kind.to_owned());
        }
        if let Some(embed) = doc.flag("embedPassword")? {
            self.embed_password = embed;
        }
        if let Some(tagging) = doc.flag("queryTaggingEnabled")? {
            self.query_tagging = tagging;
        }
        Ok(())
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/workbooks/{id}/connections", 2, 0, all),
    Route::new(Method::Put, "sites/{site}/workbooks/{id}/connections", 3, 26, update_several),
    Route::new(Method::Put, "sites/{site}/workbooks/{id}/connections/{connection}", 2, 0, update),
    Route::new(Method::Get, "sites/{site}/flows/{id}/connections", 3, 3, all),
    Route::new(Method::Put, "sites/{site}/flows/{id}/connections/{connection}", 3, 3, update),
    Route::new(Method::Get, "sites/{site}/datasources/{id}/connections", 2, 0, all),
    Route::new(Method::Put, "sites/{site}/datasources/{id}/connections", 3, 26, update_several),
    Route::new(Method::Put, "sites/{site}/datasources/{id}/connections/{connection}", 2, 3, update),
];

/// The content that the path names: its owner and its connections.
fn of(site: &Site, ctx: &Context) -> Result<(String, Vec<Connection>), ApiError> {
    let id = ctx.param(0);
    let unknown = || ApiError::http(404, format!("'{}' have no connections.", ctx.at));
    let (kind, _, Common { owner, name, .. }) = named(site, ctx.at, id).ok_or_else(unknown)??;
    let connections = match site.connections.get(id) {
        Some(connections) => connections.clone(),
        None => sample(site, id, &name, kind),
    };
    Ok((owner, connections))
}

// Sample content has one connection each, whose id follows from the content's.
fn sample(site: &Site, id: &str, name: &str, kind: Kind) -> Vec<Connection> {
    let Some(n) = number(id, kind, site.number).filter(|&n| n < ADDED) else { return Vec::new() };
    let kinds = [Kind::Workbook, Kind::Datasource, Kind::Flow];
    let at = kinds.iter().position(|known| *known == kind).unwrap_or_default();
    let n = n * kinds.len() as u64 + at as u64;
    vec![Connection {
        id: luid(Kind::Connection, site.number, n),
        datasource: (id.to_owned(), name.to_owned()),
        kind: "sqlserver".to_owned(),
        server: "db.example.com".to_owned(),
        port: "1433".to_owned(),
        user: "reporting".to_owned(),
        database: "warehouse".to_owned(),
        embed_password: true,
        query_tagging: false,
        authentication: None,
    }]
}

/// Makes connections of what a published file has, and of what the publisher said about it.
pub(super) fn publish(site: &mut Site, id: &str, name: &str, found: Vec<Found>, said: &[Doc]) {
    let mut connections = Vec::new();
    for found in found {
        site.connected += 1;
        let mut connection = Connection {
            id: luid(Kind::Connection, site.number, ADDED + site.connected),
            datasource: (
                id.to_owned(),
                if found.of.is_empty() { name.to_owned() } else { found.of },
            ),
            kind: found.class,
            server: found.server,
            port: found.port,
            user: found.user,
            database: found.database,
            embed_password: false,
            query_tagging: false,
            authentication: None,
        };
        // Credentials go to the connection of the same server, or to all where none is named.
        for doc in said {
            let server = doc.attr("serverAddress");
            if server.is_some_and(|server| !server.eq_ignore_ascii_case(&connection.server)) {
                continue;
            }
            let credentials = doc.child("connectionCredentials").unwrap_or(doc);
            if let Some(user) = credentials.attr("name") {
                user.clone_into(&mut connection.user);
            }
            connection.embed_password =
                credentials.flag("embed").ok().flatten().unwrap_or(connection.embed_password);
        }
        connections.push(connection);
    }
    site.connections.insert(id.to_owned(), connections);
}

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let (_, connections) = of(state.site(ctx)?, ctx)?;
    let elements = connections.iter().map(|connection| connection.element(ctx));
    Ok(Response::one(Element::list("connections", elements)))
}

fn update(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let change = doc.need_child("connection")?;
    let site = state.site_mut(ctx)?;
    let (owner, mut connections) = of(site, ctx)?;
    need_owner(ctx, &owner)?;
    let id = ctx.param(1);
    let connection = connections
        .iter_mut()
        .find(|connection| connection.id == id)
        .ok_or_else(|| Kind::Connection.missing(id))?;
    connection.change(change)?;
    let element = connection.element(ctx);
    site.connections.insert(ctx.param(0).to_owned(), connections);
    Ok(Response::one(element))
}

fn update_several(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let ids = doc.need_child("connectionLUIDs")?.texts("connectionLUID");
    let change = doc.need_child("connection")?;
    let site = state.site_mut(ctx)?;
    let (owner, mut connections) = of(site, ctx)?;
    need_owner(ctx, &owner)?;
    for id in &ids {
        connections
            .iter_mut()
            .find(|connection| connection.id == *id)
            .ok_or_else(|| Kind::Connection.missing(id))?
            .change(change)?;
    }
    let changed = connections.iter().filter(|connection| ids.contains(&connection.id));
    let elements: Vec<Element> = changed.map(|connection| connection.element(ctx)).collect();
    site.connections.insert(ctx.param(0).to_owned(), connections);
    Ok(Response::one(Element::list("connections", elements)))
}
