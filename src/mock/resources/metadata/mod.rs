//! The Metadata API: `/api/metadata`, a subset of its GraphQL over the site's content.

mod graphql;
mod nodes;

use serde_json::{Map, Value as Json, json};

use crate::mock::prelude::*;
use graphql::{Field, Selection};
use nodes::{Linked, Node, Nodes, ROOTS};

pub(super) fn routes() -> Vec<Route> {
    let routes = routes! {
        Post (3, 5) "/metadata/graphql" => query;
        Get (3, 9) "/metadata/v1/control/backfill/status" => |_, _| {
            Ok(Response::json(json!({ "backfill": { "status": "done", "percent": 100 } })))
        };
        Get (3, 9) "/metadata/v1/control/eventing/status" => |_, _| {
            Ok(Response::json(json!({ "eventing": "OK" })))
        };
    };
    routes.into_iter().map(Route::unversioned).collect()
}

/// Maximum number of nodes in a response.
const NODE_LIMIT: usize = 20_000;

/// Responds to a query. Errors have the status 200, as usual in GraphQL.
fn query(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let malformed = || ApiError::malformed("The body is not a query in JSON.");
    let body: Json = serde_json::from_slice(&ctx.request.body).map_err(|_| malformed())?;
    let text = body["query"].as_str().ok_or_else(malformed)?;
    let none = Map::new();
    let variables = match &body["variables"] {
        Json::Null => &none,
        variables => variables.as_object().ok_or_else(malformed)?,
    };
    let failed = |why: String, kind: &str| {
        let error = json!({ "message": why, "extensions": { "classification": kind } });
        Ok(Response::json(json!({ "data": null, "errors": [error] })))
    };
    let selection = match graphql::parse(text, variables) {
        Ok(selection) => selection,
        Err(why) => return failed(format!("Invalid Syntax : {why}"), "InvalidSyntax"),
    };
    let mut run = Run { nodes: Nodes { site: state.site(ctx)?, ctx }, count: 0 };
    let data = match run.roots(&selection) {
        Ok(data) => data,
        Err(why) => return failed(format!("Validation error: {why}"), "ValidationError"),
    };
    if run.count <= NODE_LIMIT {
        return Ok(Response::json(json!({ "data": data })));
    }
    let warning = json!({
        "message": format!(
            "Showing partial results. The request exceeded the {NODE_LIMIT} node limit. Use \
             pagination, additional filtering, or both in the query to adjust results."
        ),
        "extensions": { "severity": "WARNING", "code": "NODE_LIMIT_EXCEEDED" },
    });
    Ok(Response::json(json!({ "data": data, "errors": [warning] })))
}

/// The execution of a query.
struct Run<'s> {
    nodes: Nodes<'s>,
    /// The number of nodes in the response so far.
    count: usize,
}

impl Run<'_> {
    fn roots(&mut self, selection: &[Selection]) -> Result<Map<String, Json>, String> {
        let mut data = Map::new();
        for selection in selection {
            let Selection::Field(field) = selection else {
                return Err("a fragment on the query is not supported".to_owned());
            };
            let name = field.name.strip_suffix("Connection").unwrap_or(&field.name);
            let root = ROOTS.iter().find(|root| root.name == name);
            let root = root.ok_or_else(|| undefined(&field.name, "Query"))?;
            let value = self.list(field, (root.nodes)(&self.nodes))?;
            data.insert(field.key.clone(), value);
        }
        Ok(data)
    }

    /// The nodes that match the arguments: a list, or a connection.
    fn list(&mut self, field: &Field, all: Vec<Node>) -> Result<Json, String> {
        let mut matching = all;
        let (mut first, mut offset) = (usize::MAX, 0);
        for (name, value) in field.arguments.iter().filter(|(_, value)| !value.is_null()) {
            let number = || {
                let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
                number.ok_or_else(|| format!("'{name}' has to be a number"))
            };
            match name.as_str() {
                "filter" => {
                    let filter = value.as_object().ok_or("'filter' has to be an object")?;
                    for (name, wanted) in filter.iter().filter(|(_, wanted)| !wanted.is_null()) {
                        let (name, is_within) = match name.strip_suffix("Within") {
                            Some(name) => (name, true),
                            None => (name.as_str(), false),
                        };
                        if !matches!(name, "id" | "luid" | "name" | "projectName") {
                            return Err(undefined(name, "filter"));
                        }
                        matching.retain(|node| {
                            let value = node.scalar(name).unwrap_or(&Json::Null);
                            match wanted.as_array().filter(|_| is_within) {
                                Some(wanted) => wanted.contains(value),
                                None => wanted == value,
                            }
                        });
                    }
                }
                "first" => first = number()?,
                "offset" => offset = number()?,
                "after" => {
                    let cursor = value.as_str().and_then(|text| text.strip_prefix("cursor:"));
                    offset = cursor
                        .and_then(|cursor| cursor.parse().ok())
                        .ok_or_else(|| format!("the cursor {value} is not valid"))?;
                }
                _ => return Err(format!("the argument '{name}' of '{}' is unknown", field.name)),
            }
        }
        let total = matching.len();
        let page = matching.into_iter().skip(offset).take(first);
        if !field.name.ends_with("Connection") {
            return self.objects(field, page, &field.selection);
        }
        let end = offset.saturating_add(first).min(total);
        let page: Vec<Node> = page.collect();
        let mut connection = Map::new();
        for selection in &field.selection {
            let Selection::Field(part) = selection else { continue };
            let value = match part.name.as_str() {
                "totalCount" => total.into(),
                "nodes" => self.objects(part, page.iter().cloned(), &part.selection)?,
                "pageInfo" => {
                    let cursor = (end > offset).then(|| format!("cursor:{end}"));
                    json!({ "hasNextPage": end < total, "endCursor": cursor })
                }
                name => return Err(undefined(name, &field.name)),
            };
            connection.insert(part.key.clone(), value);
        }
        Ok(connection.into())
    }

    fn objects(
        &mut self,
        field: &Field,
        nodes: impl Iterator<Item = Node>,
        selection: &[Selection],
    ) -> Result<Json, String> {
        if selection.is_empty() {
            return Err(format!("'{}' needs a selection of fields", field.name));
        }
        let mut all = Vec::new();
        for node in nodes {
            self.count += 1;
            if self.count > NODE_LIMIT {
                break;
            }
            let mut object = Map::new();
            self.object(&node, selection, &mut object)?;
            all.push(Json::Object(object));
        }
        Ok(all.into())
    }

    fn object(
        &mut self,
        node: &Node,
        selection: &[Selection],
        into: &mut Map<String, Json>,
    ) -> Result<(), String> {
        for selection in selection {
            let field = match selection {
                Selection::Field(field) => field,
                Selection::On(kind, inner) => {
                    if *kind == node.kind {
                        self.object(node, inner, into)?;
                    }
                    continue;
                }
            };
            let value = match node.scalar(&field.name) {
                Some(value) if field.selection.is_empty() => value.clone(),
                Some(_) => return Err(format!("'{}' has no fields", field.name)),
                None if field.name == "__typename" => node.kind.into(),
                None => {
                    let name = field.name.strip_suffix("Connection").unwrap_or(&field.name);
                    match self.nodes.link(node, name) {
                        Some(Linked::Many(nodes)) => self.list(field, nodes)?,
                        Some(Linked::One(node)) => {
                            let one = self.objects(field, node.into_iter(), &field.selection)?;
                            one.get(0).cloned().unwrap_or_default()
                        }
                        None => return Err(undefined(&field.name, node.kind)),
                    }
                }
            };
            into.insert(field.key.clone(), value);
        }
        Ok(())
    }
}

fn undefined(field: &str, kind: &str) -> String {
    format!("the field '{field}' in type '{kind}' is undefined")
}
