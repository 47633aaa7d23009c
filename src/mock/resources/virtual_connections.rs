//! Virtual connections: `sites/{site}/virtualconnections`.

use std::collections::HashMap;

use super::PROJECT;
use crate::mock::prelude::*;

pub(in crate::mock) struct VirtualConnection;

const VIRTUAL_CONNECTION: Kind = Kind::new(0x7c, "404049", "Virtual connection");

const CONNECTION: Kind = Kind::new(0x7d, "404000", "Connection");

impl Resource for VirtualConnection {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 18, &[List]), (3, 23, &[Update, Delete])],
        attributes: &[
            text("name").required(),
            flag("hasExtracts").read_only().default("false"),
            flag("isCertified").default("false"),
            text("certificationNote"),
        ],
        // The reference names no fields to sort by, and no filters, which are accepted here, too.
        filters: &[(Text, "name"), (Time, "createdAt updatedAt")],
        dated: true,
        owner_can_change: true,
        has_owner: true,
        parents: &[PROJECT],
        ..Schema::new(
            VIRTUAL_CONNECTION,
            "virtualconnections",
            "virtualConnection",
            "virtualConnections",
        )
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (3, 23) "virtualconnections" => publish;
            Get (3, 23) "virtualconnections/{id}" => |s, ctx| download(s, ctx, None);
            Get (3, 23) "virtualconnections/{id}/revisions" => list_revisions;
            Get (3, 23) "virtualconnections/{id}/revisions/{number}"
                => |s, ctx| download(s, ctx, Some(ctx.param(1)));
            Get (3, 18) "virtualconnections/{id}/connections" => list_connections;
            Put (3, 18) "virtualconnections/{id}/connections/{connection}/modify"
                => update_connection;
        }
    }

    fn complete(record: &Record, element: Element, _: &Site, ctx: &Context) -> Element {
        let page = format!("{}/#/virtualconnections/{}", ctx.base, record.number);
        element.with("webpageUrl", page)
    }

    fn detail(record: &Record, element: Element, _: &Site, _: &Context) -> Element {
        element.containing([
            Element::reference("project", parent_id(record)),
            Element::reference("owner", &record.owner),
        ])
    }

    fn validate(change: Change<'_>) -> Result<()> {
        if let Some(id) = change.body.child_attr("project", "id") {
            change.site.record("projects", id).transpose()?;
            change.record.parent = Some(id.to_owned());
        }
        Ok(())
    }
}

/// The state of each virtual connection in addition to its record.
#[derive(Default)]
struct Definitions(HashMap<String, Definition>);

#[derive(Clone, Default)]
struct Definition {
    /// Publisher, time and JSON text, from the oldest to the current one.
    revisions: Vec<(String, Timestamp, String)>,
    /// The attributes of its only connection that were changed.
    connection: Vec<(&'static str, String)>,
}

pub(super) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Definitions>().0.remove(id);
}

/// The definition; a sample item has one that is generated on demand.
fn definition(record: &Record, site: &Site) -> Definition {
    let known = site.state::<Definitions>().and_then(|all| all.0.get(&record.id)).cloned();
    let mut definition = known.unwrap_or_default();
    if definition.revisions.is_empty() {
        let text = r#"{"policyCollection":{"policies":[]},"revision":{}}"#.to_owned();
        definition.revisions.push((record.owner.clone(), record.created, text));
    }
    definition
}

fn publish(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::Publisher)?;
    let body = ctx.body_child("virtualConnection")?;
    let text = body.need_child("content")?.text.clone().unwrap_or_default();
    if text.is_empty() {
        return Err(ApiError::bad("400201", "<content> is empty."));
    }
    for name in ["project", "owner"] {
        body.need_child(name)?.need("id")?;
    }
    let overwrite = ctx.flag("overwrite")?;
    let site = state.site_mut(ctx)?;
    let (name, project) = (body.need("name")?, body.child_attr("project", "id"));
    let is_same =
        |known: &Cow<'_, Record>| known.name() == name && known.parent.as_deref() == project;
    let existing = site.iter::<VirtualConnection>().find(is_same).map(Cow::into_owned);
    let (record, mut definition) = match existing {
        Some(_) if !overwrite => {
            let detail = format!("The project has a virtual connection '{name}'.");
            return Err(ApiError::conflict("409124", detail));
        }
        Some(existing) => {
            let definition = definition(&existing, site);
            (existing, definition)
        }
        None => (insert::<VirtualConnection>(site, &body, ctx)?, Definition::default()),
    };
    definition.revisions.push((ctx.user().to_owned(), ctx.now, text));
    site.state_mut::<Definitions>().0.insert(record.id.clone(), definition);
    let element = Element::reference("virtualConnection", &record.id).with("name", record.name());
    Ok(Response::one(element.containing([Element::reference("project", parent_id(&record))])))
}

/// The definition of a revision; without a number, of the current one.
fn download(state: &mut ServerState, ctx: &Context, number: Option<&str>) -> Result<Response> {
    let site = state.site(ctx)?;
    let record = site.get::<VirtualConnection>(ctx.param(0))?;
    let revisions = definition(&record, site).revisions;
    let at = match number.map(str::parse::<usize>) {
        None => revisions.len(),
        Some(Ok(at)) if (1..revisions.len()).contains(&at) => at,
        Some(_) => {
            let detail = "The number is not that of an older revision.";
            return Err(ApiError::bad("400200", detail));
        }
    };
    let text = revisions.get(at - 1).map_or("", |(_, _, text)| text);
    let element = Element::new("virtualConnection").with("name", record.name());
    Ok(Response::one(element.containing([
        Element::reference("project", parent_id(&record)),
        Element::reference("owner", &record.owner),
        Element::with_text("content", text),
    ])))
}

fn list_revisions(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let record = site.get::<VirtualConnection>(ctx.param(0))?;
    let revisions = definition(&record, site).revisions;
    let elements = revisions.iter().enumerate().map(|(at, (publisher, time, _))| {
        Element::new("revision")
            .with("revisionNumber", at + 1)
            .with("publishedAt", written(*time))
            .with("deleted", false)
            .with("current", at + 1 == revisions.len())
            .containing([site.reference_at("users", "publisher", publisher)])
    });
    Paging::read(ctx)?.respond("revisions", elements.collect())
}

/// The only connection of a virtual connection.
fn connection(record: &Record, site: &Site) -> Element {
    let number = luid_number(&record.id, VIRTUAL_CONNECTION, site.number).unwrap_or_default();
    let id = luid(CONNECTION, site.number, number);
    let mut element = Element::reference("connection", &id)
        .with("dbClass", "postgres")
        .with("serverAddress", "db.example.com")
        .with("serverPort", "5432")
        .with("userName", "report");
    for (name, value) in definition(record, site).connection {
        element.attributes.retain(|(known, _)| *known != name);
        element = element.with(name, value);
    }
    element
}

fn list_connections(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let record = site.get::<VirtualConnection>(ctx.param(0))?;
    Paging::read(ctx)?.respond("virtualConnectionConnections", vec![connection(&record, site)])
}

fn update_connection(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("connection")?;
    let site = state.site_mut(ctx)?;
    let record = site.get::<VirtualConnection>(ctx.param(0))?.into_owned();
    ctx.require_owner(&record.owner)?;
    if connection(&record, site).attr("id") != Some(ctx.param(1)) {
        return Err(CONNECTION.missing(ctx.param(1)));
    }
    let mut definition = definition(&record, site);
    for name in ["serverAddress", "serverPort", "userName"] {
        if let Some(value) = body.attr(name) {
            definition.connection.retain(|(known, _)| *known != name);
            definition.connection.push((name, value.to_owned()));
        }
    }
    site.state_mut::<Definitions>().0.insert(record.id.clone(), definition);
    let list = Element::list("virtualConnectionConnections", [connection(&record, site)]);
    Ok(Response::one(list))
}
