//! Virtual connections: `session.virtual_connections()`.

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::common::content::{self, GET_VIRTUAL_CONNECTION};
use crate::common::{List, filter_fields};
use crate::ids::{ConnectionId, ProjectId, UserId, VirtualConnectionId};
use crate::operation::{Operation, PathSegment, operations};
use crate::secret::Secret;
use crate::xml::{FromXml, Node, Out, element};

operations! {
    LIST = GET "sites/{site}/virtualconnections" since (3, 18) scope "tableau:content:read"
        errors [400008]
        "List Virtual Connections" "virtual_connections.htm#ref_list_virtual_connections";
    CONNECTIONS = GET "sites/{site}/virtualconnections/{virtual-connection}/connections"
        since (3, 18) scope "tableau:content:read"
        "List Virtual Connection Database Connections"
        "virtual_connections.htm#ref_list_virtual_connection_database_connections";
    UPDATE_CONNECTION = PUT
        "sites/{site}/virtualconnections/{virtual-connection}/connections/{connection}/modify"
        since (3, 18) scope "tableau:virtualconnectionconnections:update"
        "Update Virtual Connection Database Connections"
        "virtual_connections.htm#update_virtual_connection_database_connections";
    PUBLISH = POST "sites/{site}/virtualconnections" since (3, 23)
        scope "tableau:virtual_connections:create" errors [400201, 403175]
        "Publish Virtual Connection" "virtual_connections.htm#publish_virtual_connection";
    DOWNLOAD_REVISION = GET
        "sites/{site}/virtualconnections/{virtual-connection}/revisions/{revision}"
        since (3, 23) scope "tableau:virtual_connections:read" errors [400200, 403174, 404049]
        "Download Virtual Connection Revision"
        "virtual_connections.htm#download_virtual_connection_revision";
    UPDATE = PUT "sites/{site}/virtualconnections/{virtual-connection}" since (3, 23)
        scope "tableau:virtual_connections:update"
        errors [400203, 403176, 403177, 403178, 404049, 409124]
        "Update Virtual Connection" "virtual_connections.htm#update_virtual_connection";
    DELETE = DELETE "sites/{site}/virtualconnections/{virtual-connection}" since (3, 23)
        scope "tableau:virtual_connections:delete" errors [404049, 409122]
        "Delete Virtual Connection" "virtual_connections.htm#delete_virtual_connection";
}

super::resource! {
    /// The virtual connections of a site. Needs Data Management.
    VirtualConnections
}

impl<'s> VirtualConnections<'s> {
    /// Lists the virtual connections of the site.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "filter", "find_by_name", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, VirtualConnection> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns the name, the project and the owner of a virtual connection. Only the list
    /// contains the other fields.
    #[doc = content::rest!(GET_VIRTUAL_CONNECTION)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<VirtualConnectionId>) -> Result<VirtualConnection> {
        let id = id.into();
        let request = self.client.request(&GET_VIRTUAL_CONNECTION, &[&id]);
        self.client.xml(request, |root| read(root, &id))
    }

    /// Downloads the definition of a virtual connection, a JSON document.
    /// [`publish`](VirtualConnections::publish) accepts it.
    #[doc = content::rest!(GET_VIRTUAL_CONNECTION)]
    pub fn download(&self, id: impl Into<VirtualConnectionId>) -> Result<String> {
        self.definition(&GET_VIRTUAL_CONNECTION, &[&id.into()])
    }

    /// Downloads the definition of an older revision. The server refuses the current one.
    #[doc = rest!(DOWNLOAD_REVISION)]
    pub fn download_revision(
        &self,
        id: impl Into<VirtualConnectionId>,
        revision: u64,
    ) -> Result<String> {
        self.definition(&DOWNLOAD_REVISION, &[&id.into(), &revision])
    }

    #[inline]
    fn definition(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> Result<String> {
        self.client.xml(self.client.request(operation, ids), |root| {
            Ok(root.need("virtualConnection")?.need("content")?.text().to_owned())
        })
    }

    /// Publishes a virtual connection.
    #[doc = rest!(PUBLISH)]
    pub fn publish(
        &self,
        connection: impl Borrow<NewVirtualConnection>,
    ) -> Result<PublishedVirtualConnection> {
        let new = connection.borrow();
        let request = self
            .client
            .request(&PUBLISH, &[])
            .query("overwrite", new.overwrite.to_string())
            .query("publishAsDraft", new.draft.to_string());
        let request = request.element(&|out: &mut Out| {
            out.element("virtualConnection", |out| {
                out.attribute("name", &new.name);
                out.child_id("project", &new.project);
                out.child_id("owner", &new.owner);
                out.element("content", |out| out.text(&new.definition));
            });
        })?;
        self.client.read(request, "virtualConnection")
    }

    /// Changes a virtual connection.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<VirtualConnectionId>,
        changes: impl Borrow<VirtualConnectionUpdate>,
    ) -> Result<VirtualConnection> {
        let id = id.into();
        let request = self.client.request(&UPDATE, &[&id]);
        self.client.change_read(request, changes.borrow(), |root| read(root, &id))
    }

    /// Deletes a virtual connection.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<VirtualConnectionId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Lists the connections of a virtual connection to databases, without their passwords.
    #[doc = rest!(CONNECTIONS)]
    #[doc(alias = "populate_connections")]
    pub fn connections(&self, id: impl Into<VirtualConnectionId>) -> List<'s, DatabaseConnection> {
        List::of(self.client, &CONNECTIONS, &[&id.into()])
    }

    /// Changes a connection to a database.
    #[doc = rest!(UPDATE_CONNECTION)]
    #[doc(alias = "update_connection_db_connection")]
    pub fn update_connection(
        &self,
        id: impl Into<VirtualConnectionId>,
        connection: impl Into<ConnectionId>,
        changes: impl Borrow<DatabaseConnectionUpdate>,
    ) -> Result<DatabaseConnection> {
        let (connection, changes) = (connection.into(), changes.borrow());
        let request = self.client.request(&UPDATE_CONNECTION, &[&id.into(), &connection]);
        self.client.change_read(request.hiding(changes.password.as_ref()), changes, |root| {
            let one =
                root.find("virtualConnectionConnections").unwrap_or(root).need("connection")?;
            DatabaseConnection::from_xml(one.or_id(connection.as_str()))
        })
    }
}

/// Reads a response, which does not repeat the id.
#[inline]
fn read(root: Node<'_>, id: &VirtualConnectionId) -> Result<VirtualConnection> {
    VirtualConnection::from_xml(root.need("virtualConnection")?.or_id(id.as_str()))
}

element! {
    /// A virtual connection.
    pub struct VirtualConnection = "virtualConnection" in "virtualConnections";
    /// Changes to a virtual connection; see [`VirtualConnections::update`].
    pub struct VirtualConnectionUpdate: update;
    {
        /// The virtual connection's id.
        id: VirtualConnectionId = attr("id");
        /// The name.
        name: String = attr("name"), update String;
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// Whether it has extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// Whether it is certified.
        certified: Option<bool> = attr("isCertified"), update bool;
        /// The note of the certification.
        certification_note: Option<String> = attr("certificationNote"), update String;
        /// Its address in the browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// The project that it is in.
        project: Option<ProjectId> = child_id("project"), update ProjectId;
        /// The user who owns it.
        owner: Option<UserId> = child_id("owner"), update UserId;
    }
}

element! {
    /// The response to publishing a virtual connection.
    pub struct PublishedVirtualConnection = "virtualConnection";
    {
        /// The id of the virtual connection, or of the draft.
        id: Option<VirtualConnectionId> = attr("id");
        /// The name.
        name: String = attr("name");
        /// The project that it is in.
        project: Option<ProjectId> = child_id("project");
        /// The user who owns it.
        owner: Option<UserId> = child_id("owner");
    }
}

/// A virtual connection to publish; see [`VirtualConnections::publish`].
#[derive(Clone, Debug, PartialEq)]
#[must_use = "nothing is sent until it is passed to a method of the resource"]
pub struct NewVirtualConnection {
    name: String,
    project: ProjectId,
    owner: UserId,
    definition: String,
    overwrite: bool,
    draft: bool,
}

impl NewVirtualConnection {
    /// A virtual connection with this definition, as [`VirtualConnections::download`] returns it.
    /// The server requires an owner, and makes the user of the session the owner.
    pub fn new(
        name: impl Into<String>,
        project: impl Into<ProjectId>,
        owner: impl Into<UserId>,
        definition: impl Into<String>,
    ) -> NewVirtualConnection {
        NewVirtualConnection {
            name: name.into(),
            project: project.into(),
            owner: owner.into(),
            definition: definition.into(),
            overwrite: false,
            draft: false,
        }
    }

    /// Whether to replace a virtual connection of the same name, which then becomes a revision.
    /// Default: `false`.
    #[inline]
    pub fn overwrite(mut self, overwrite: bool) -> NewVirtualConnection {
        self.overwrite = overwrite;
        self
    }

    /// Whether to publish a draft. Default: `false`, unlike the server's default.
    #[inline]
    pub fn draft(mut self, draft: bool) -> NewVirtualConnection {
        self.draft = draft;
        self
    }
}

element! {
    /// A connection of a virtual connection to a database.
    pub struct DatabaseConnection = "connection" in "virtualConnectionConnections";
    /// Changes to a connection; see [`VirtualConnections::update_connection`].
    pub struct DatabaseConnectionUpdate: update;
    {
        /// The connection's id.
        id: ConnectionId = attr("id");
        /// The type of database: `postgres`, ….
        connection_type: Option<String> = either("dbClass", "type");
        /// The address of the database server.
        server_address: Option<String> = either("serverAddress", "server"), update String;
        /// The port of the database server.
        server_port: Option<u16> = either("serverPort", "port"), update u16 as number;
        /// The user name on the database server.
        user_name: Option<String> = either("userName", "username"), update String;
    }
    requests {
        /// The password.
        password = attr("password"), update Secret;
    }
}

// The reference has no filters for this list. It can be sorted, by fields that are not named; these
// are the ones that other lists of content can be sorted by.
filter_fields! {
    for VirtualConnection;
    CREATED_AT = "createdAt" Time [];
    NAME = "name" Text [];
    UPDATED_AT = "updatedAt" Time [];
}
