//! The nodes of the Metadata API, and the links between them, from the site's content. A connection of
//! content is a table in a database, and each table has the same columns.

use serde_json::Value as Json;

use super::super::views::of_workbook;
use super::super::{Datasource, Flow, Project, User, Workbook};
use crate::mock::common::connections;
use crate::mock::prelude::*;

/// A node: its type in GraphQL, and its fields without links.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) kind: &'static str,
    scalars: Vec<(&'static str, Json)>,
    /// The id of the owner of content, the workbook of a view or the table of a column; the name of the
    /// database of a table.
    owner: String,
    /// The tags of content; the host of the database of a table.
    tags: Vec<String>,
}

/// The nodes that a field leads to.
pub(super) enum Linked {
    One(Option<Node>),
    Many(Vec<Node>),
}

/// The content that a request sees.
pub(super) struct Nodes<'s> {
    pub(super) site: &'s Site,
    pub(super) ctx: &'s Context<'s>,
}

/// A field of the query itself.
pub(super) struct Root {
    pub(super) name: &'static str,
    pub(super) nodes: fn(&Nodes<'_>) -> Vec<Node>,
}

pub(super) const ROOTS: &[Root] = &[
    Root { name: "workbooks", nodes: |all| all.content::<Workbook>("Workbook") },
    Root { name: "publishedDatasources", nodes: |all| all.datasources() },
    Root { name: "flows", nodes: |all| all.content::<Flow>("Flow") },
    Root { name: "databaseTables", nodes: |all| all.tables() },
    Root { name: "tables", nodes: |all| all.tables() },
    Root { name: "columns", nodes: |all| all.tables().iter().flat_map(Nodes::columns).collect() },
    Root { name: "databases", nodes: |all| all.databases() },
    Root { name: "views", nodes: |all| all.views() },
    Root { name: "tableauUsers", nodes: |all| all.users() },
];

/// The columns of every table.
const COLUMNS: [(&str, &str); 3] =
    [("Region", "WSTR"), ("Measure Names", "WSTR"), ("Measure Values", "R8")];

impl Node {
    fn new(kind: &'static str, luid: &str, name: &str) -> Node {
        // The id of the index is not that of the REST API.
        let (first, rest) = luid.split_at(luid.find('-').unwrap_or_default());
        let id = format!("{}{rest}", first.chars().rev().collect::<String>());
        let scalars = vec![("id", id.into()), ("luid", luid.into()), ("name", name.into())];
        Node { kind, scalars, owner: String::new(), tags: Vec::new() }
    }

    fn user(user: &Record) -> Node {
        Node::new("TableauUser", &user.id, user.attr("fullName"))
            .with("username", user.name())
            .with("email", user.attr("email"))
    }

    fn with(mut self, name: &'static str, value: impl Into<Json>) -> Node {
        self.scalars.push((name, value.into()));
        self
    }

    pub(super) fn scalar(&self, name: &str) -> Option<&Json> {
        self.scalars.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn text(&self, name: &str) -> &str {
        self.scalar(name).and_then(Json::as_str).unwrap_or_default()
    }
}

impl Nodes<'_> {
    fn content<R: Resource>(&self, kind: &'static str) -> Vec<Node> {
        let visible = self.site.iter::<R>().filter(|r| R::is_visible(r, self.site, self.ctx));
        let node = |record: Cow<'_, Record>| {
            let project = record.parent.as_deref().map(|id| self.site.name_of::<Project>(id));
            let mut node = Node::new(kind, &record.id, record.name())
                .with("description", record.attr("description"))
                .with("projectName", project)
                .with("vizportalUrlId", record.number.to_string())
                .with("createdAt", written(record.created))
                .with("updatedAt", written(record.updated));
            node.owner.clone_from(&record.owner);
            node.tags.clone_from(&record.tags);
            node
        };
        visible.map(node).collect()
    }

    fn datasources(&self) -> Vec<Node> {
        let nodes = self.content::<Datasource>("PublishedDatasource").into_iter();
        nodes.map(|node| node.with("hasExtracts", false)).collect()
    }

    fn users(&self) -> Vec<Node> {
        self.site.iter::<User>().map(|user| Node::user(&user)).collect()
    }

    fn views(&self) -> Vec<Node> {
        let workbooks = self.content::<Workbook>("Workbook");
        workbooks.iter().flat_map(|workbook| self.views_of(workbook)).collect()
    }

    fn views_of(&self, workbook: &Node) -> Vec<Node> {
        let id = workbook.text("luid");
        let node = |view: Cow<'_, Record>| {
            let mut node = Node::new("Sheet", &view.id, view.name());
            id.clone_into(&mut node.owner);
            node
        };
        of_workbook(self.site, id).into_iter().map(node).collect()
    }

    /// The tables that content is connected to, each once.
    fn tables_of(&self, content: impl IntoIterator<Item = Node>) -> Vec<Node> {
        let mut tables: Vec<Node> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for content in content {
            let segment = match content.kind {
                "Workbook" => "workbooks",
                "Flow" => "flows",
                _ => "datasources",
            };
            let Some(Ok(record)) = self.site.record(segment, content.text("luid")) else {
                continue;
            };
            for connection in connections::of_record(self.site, segment, &record) {
                let (database, name) = (connection.attr("dbName"), connection.attr("datasource"));
                if !known.insert((database.to_owned(), name.to_owned())) {
                    continue;
                }
                let luid = format!("7a{}", &connection.id[2..]);
                let mut table = Node::new("DatabaseTable", &luid, name)
                    .with("fullName", format!("[{database}].[{name}]"))
                    .with("connectionType", connection.attr("type"))
                    .with("isEmbedded", false);
                database.clone_into(&mut table.owner);
                table.tags.push(connection.attr("serverAddress").to_owned());
                tables.push(table);
            }
        }
        tables
    }

    fn tables(&self) -> Vec<Node> {
        let workbooks = self.content::<Workbook>("Workbook");
        let flows = self.content::<Flow>("Flow");
        self.tables_of(self.datasources().into_iter().chain(workbooks).chain(flows))
    }

    fn columns(table: &Node) -> Vec<Node> {
        let luid = table.text("luid");
        let node = |(n, (name, remote_type)): (usize, &(&str, &str))| {
            let mut column = Node::new("Column", &format!("c{n}{}", &luid[2..]), name)
                .with("remoteType", *remote_type);
            luid.clone_into(&mut column.owner);
            column
        };
        COLUMNS.iter().enumerate().map(node).collect()
    }

    fn databases_of(tables: &[Node]) -> Vec<Node> {
        let mut databases: Vec<Node> = Vec::new();
        for table in tables {
            if !databases.iter().any(|known| known.text("name") == table.owner) {
                let luid = format!("db{}", &table.text("luid")[2..]);
                let host = table.tags.first().cloned().unwrap_or_default();
                let database = Node::new("DatabaseServer", &luid, &table.owner)
                    .with("connectionType", table.text("connectionType"))
                    .with("hostName", host);
                databases.push(database);
            }
        }
        databases
    }

    fn databases(&self) -> Vec<Node> {
        Nodes::databases_of(&self.tables())
    }

    /// The content that is connected to a table.
    fn connected_to(&self, table: &Node, content: Vec<Node>) -> Vec<Node> {
        let name = |table: &Node| (table.owner.clone(), table.text("name").to_owned());
        let is_connected = |content: &Node| {
            let tables = self.tables_of([content.clone()]);
            tables.iter().any(|connected| name(connected) == name(table))
        };
        content.into_iter().filter(is_connected).collect()
    }

    /// The nodes that a field of a node leads to; `None` if its type has no such field.
    pub(super) fn link(&self, node: &Node, field: &str) -> Option<Linked> {
        let by_luid = |nodes: Vec<Node>, luid: &str| {
            Linked::One(nodes.into_iter().find(|node| node.text("luid") == luid))
        };
        let is_content = matches!(node.kind, "Workbook" | "PublishedDatasource" | "Flow");
        let tables = || self.tables_of([node.clone()]);
        Some(match (node.kind, field) {
            (_, "owner") if is_content => {
                Linked::One(self.site.find::<User>(&node.owner).map(|user| Node::user(&user)))
            }
            (_, "tags") if is_content => {
                let tag = |tag: &String| Node::new("Tag", tag, tag);
                Linked::Many(node.tags.iter().map(tag).collect())
            }
            (_, "upstreamTables") if is_content => Linked::Many(tables()),
            (_, "upstreamDatabases") if is_content => Linked::Many(Nodes::databases_of(&tables())),
            ("Workbook", "views" | "sheets") => Linked::Many(self.views_of(node)),
            ("PublishedDatasource", "fields") => {
                Linked::Many(tables().iter().flat_map(Nodes::columns).collect())
            }
            ("Sheet", "workbook") => by_luid(self.content::<Workbook>("Workbook"), &node.owner),
            ("Column", "table") => by_luid(self.tables(), &node.owner),
            ("DatabaseTable", "columns") => Linked::Many(Nodes::columns(node)),
            ("DatabaseTable", "database") => {
                Linked::One(Nodes::databases_of(std::slice::from_ref(node)).pop())
            }
            ("DatabaseTable", "downstreamWorkbooks") => {
                Linked::Many(self.connected_to(node, self.content::<Workbook>("Workbook")))
            }
            ("DatabaseTable", "downstreamDatasources") => {
                Linked::Many(self.connected_to(node, self.datasources()))
            }
            ("DatabaseTable", "downstreamFlows") => {
                Linked::Many(self.connected_to(node, self.content::<Flow>("Flow")))
            }
            ("DatabaseServer", "tables") => {
                let mut tables = self.tables();
                tables.retain(|table| table.owner == node.text("name"));
                Linked::Many(tables)
            }
            _ => return None,
        })
    }
}
