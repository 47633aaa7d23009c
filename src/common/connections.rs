//! Connections of content to data: `session.connections(&id)`.

use std::borrow::Borrow;
use std::sync::Arc;

use super::capability;
use crate::client::{Client, nothing_set};
use crate::ids::{ConnectionId, DatasourceId};
use crate::operation::operations;
use crate::secret::Secret;
use crate::xml::{Changes, FromXml, Node, Out, ToXml, element};
use crate::{Error, Result};

operations! {
    LIST_OF_WORKBOOK = GET "sites/{site}/workbooks/{workbook}/connections" since (2, 0)
        scope "tableau:content:read" errors [403021, 404006]
        "Query Workbook Connections" "workbooks_and_views.htm#query_workbook_connections";
    LIST_OF_DATASOURCE = GET "sites/{site}/datasources/{datasource}/connections" since (2, 3)
        scope "tableau:content:read" errors [403021, 404011]
        "Query Data Source Connections" "data_sources.htm#query_data_source_connections";
    LIST_OF_FLOW = GET "sites/{site}/flows/{flow}/connections" since (3, 3)
        scope "tableau:flow_connections:read" errors [403092, 404027]
        "Query Flow Connections" "flow.htm#query_flow_connections";
    UPDATE_OF_WORKBOOK = PUT "sites/{site}/workbooks/{workbook}/connections/{connection}"
        since (2, 0) scope "tableau:workbooks:update" errors [403029, 404006, 404020]
        "Update Workbook Connection" "workbooks_and_views.htm#update_workbook_connection";
    UPDATE_OF_DATASOURCE = PUT "sites/{site}/datasources/{datasource}/connections/{connection}"
        since (2, 3) scope "tableau:datasources:update" errors [403023, 403027, 403062, 404004]
        "Update Data Source Connection" "data_sources.htm#update_data_source_connection";
    UPDATE_OF_FLOW = PUT "sites/{site}/flows/{flow}/connections/{connection}" since (3, 3)
        scope "tableau:flow_connections:update" errors [403098, 403103, 404027]
        "Update Flow Connection" "flow.htm#update_flow_connection";
    UPDATE_ALL_OF_WORKBOOK = PUT "sites/{site}/workbooks/{workbook}/connections" since (3, 27)
        scope "tableau:workbooks:update" errors [403023, 403027, 403062, 404004]
        "Update Workbook Connections" "workbooks_and_views.htm#update_workbook_connections";
    UPDATE_ALL_OF_DATASOURCE = PUT "sites/{site}/datasources/{datasource}/connections"
        since (3, 27) scope "tableau:datasources:update" errors [403023, 403027, 403062, 404004]
        "Update Data Source Connections" "data_sources.htm#update_data_source_connections";
}

capability! {
    /// The id of content that has connections to data; see
    /// [`Session::connections`](crate::Session::connections).
    pub trait HasConnections: "`{Self}` cannot have connections",
        "workbooks, data sources and flows can";
    WorkbookId { LIST = LIST_OF_WORKBOOK, UPDATE = UPDATE_OF_WORKBOOK }
    DatasourceId { LIST = LIST_OF_DATASOURCE, UPDATE = UPDATE_OF_DATASOURCE }
    FlowId { LIST = LIST_OF_FLOW, UPDATE = UPDATE_OF_FLOW }
}

capability! {
    /// The id of content whose connections can be updated together; see
    /// [`Connections::update_all`].
    pub trait BatchUpdatableConnections: "connections of `{Self}` cannot be updated together",
        "those of workbooks and data sources can";
    WorkbookId { UPDATE_ALL = UPDATE_ALL_OF_WORKBOOK }
    DatasourceId { UPDATE_ALL = UPDATE_ALL_OF_DATASOURCE }
}

/// The connections of one item; see [`Session::connections`](crate::Session::connections).
#[derive(Clone, Debug)]
pub struct Connections<'s, I> {
    client: &'s Arc<Client>,
    id: I,
}

impl<'s, I: HasConnections> Connections<'s, I> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, id: &I) -> Connections<'s, I> {
        Connections { client, id: id.clone() }
    }

    /// Returns all connections, without their passwords.
    #[doc = rest!(LIST_OF_WORKBOOK)]
    #[doc = rest!(LIST_OF_DATASOURCE)]
    #[doc = rest!(LIST_OF_FLOW)]
    #[doc(alias = "populate_connections")]
    #[inline]
    pub fn list(&self) -> Result<Vec<Connection>> {
        let request = self.client.request(I::LIST, &[&self.id]);
        let mut connections: Vec<Connection> =
            self.client.read_all(request, "connections", "connection")?;
        if I::KIND == "datasource" {
            for connection in &mut connections {
                // The response for a data source does not repeat the data source.
                connection.datasource.get_or_insert_with(|| self.id.as_str().into());
            }
        }
        Ok(connections)
    }

    /// Changes a connection. If the server responds with a list of connections that does not
    /// contain this one, the result has only the id.
    #[doc = rest!(UPDATE_OF_WORKBOOK)]
    #[doc = rest!(UPDATE_OF_DATASOURCE)]
    #[doc = rest!(UPDATE_OF_FLOW)]
    #[doc(alias = "update_connection")]
    pub fn update(
        &self,
        connection: impl Into<ConnectionId>,
        changes: impl Borrow<ConnectionUpdate>,
    ) -> Result<Connection> {
        let (connection, changes) = (connection.into(), changes.borrow());
        let request = self.client.request(I::UPDATE, &[&self.id, &connection]);
        self.client.change_read(request.hiding(changes.password.as_ref()), changes, |root| {
            // Some servers return all connections of the item instead of the changed one.
            let mut all: Vec<Connection> = root.list("connections", "connection")?;
            match all.iter().position(|one| one.id == connection) {
                Some(at) => Ok(all.swap_remove(at)),
                // The change was carried out, whatever the response contains.
                None => {
                    let one = root.find("connection").unwrap_or(root);
                    Connection::from_xml(one.or_id(connection.as_str()))
                }
            }
        })
    }
}

impl<I: HasConnections + BatchUpdatableConnections> Connections<'_, I> {
    /// Gives several connections the same login in one request: user name, password, whether it is
    /// embedded, and authentication type. Returns the connections in the response.
    ///
    /// The connections of a flow have to be updated one at a time:
    ///
    /// ```compile_fail,E0599
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, id: tsc::FlowId) -> tsc::Result<()> {
    /// session.connections(&id).update_all(["c"], tsc::connections::ConnectionUpdate::new())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, id: tsc::WorkbookId) -> tsc::Result<()> {
    /// session.connections(&id).update_all(["c"], tsc::connections::ConnectionUpdate::new())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if there is no
    /// connection, if the update sets nothing, or if it sets the server address, the server port or
    /// query tagging, which the operation does not support.
    #[doc = rest!(UPDATE_ALL_OF_WORKBOOK)]
    #[doc = rest!(UPDATE_ALL_OF_DATASOURCE)]
    #[doc(alias = "update_connections")]
    pub fn update_all<C: Into<ConnectionId>>(
        &self,
        connections: impl IntoIterator<Item = C>,
        changes: impl Borrow<ConnectionUpdate>,
    ) -> Result<Vec<Connection>> {
        let changes = changes.borrow();
        let ids: Vec<ConnectionId> = connections.into_iter().map(C::into).collect();
        if ids.is_empty() {
            return Err(Error::input(
                "an update of several connections needs at least one connection",
            ));
        }
        if changes.is_empty() {
            return Err(nothing_set("connections"));
        }
        for (set, what) in [
            (changes.server_address.is_some(), "server address"),
            (changes.server_port.is_some(), "server port"),
            (changes.query_tagging.is_some(), "query tagging"),
        ] {
            if set {
                return Err(Error::input(format!(
                    "{what} cannot be set for several connections at once: update them one by one"
                )));
            }
        }
        let request = self.client.request(I::UPDATE_ALL, &[&self.id]);
        let path = request.path().to_owned();
        let request = request.element(&|out: &mut Out| {
            out.element("connectionLUIDs", |out| {
                for id in &ids {
                    out.element("connectionLUID", |out| out.text(id.as_str()));
                }
            });
            changes.to_xml(out);
        })?;
        let request = request.hiding(changes.password.as_ref());
        let read = |root: Node<'_>| root.list("connections", "connection");
        let response: Vec<Connection> = self.client.xml(request, read)?;
        // The response may include connections that were not updated.
        for one in response.iter().filter(|one| ids.contains(&one.id)) {
            self.client.compare(&path, changes, one);
        }
        Ok(response)
    }
}

element! {
    /// A connection to data.
    pub struct Connection = "connection";
    /// Changes to a connection; see [`Connections::update`].
    pub struct ConnectionUpdate: update;
    {
        /// The connection's id.
        id: ConnectionId = either("id", "connectionId");
        /// The type of data source: `sqlserver`, `dataengine`, ….
        connection_type: Option<String> = either("type", "dbClass");
        /// The address of the database server.
        server_address: Option<String> = either("serverAddress", "server"), update String;
        /// The port of the database server.
        server_port: Option<u16> = either("serverPort", "port"), update u16 as number;
        /// The user name on the database server.
        user_name: Option<String> = either("userName", "username"), update String;
        /// The authentication type: `auth-user-pass`, `AD Service Principal`, ….
        authentication_type: Option<String> = attr("authenticationType"), update String;
        /// Whether the password is stored on the Tableau server.
        embed_password: Option<bool> = attr("embedPassword"), update bool;
        /// Whether queries are tagged with their origin in Tableau (API 3.13). Returned to
        /// administrators only.
        query_tagging: Option<bool> =
            either("queryTaggingEnabled", "queryTagging"), update bool;
        /// The name of the database.
        database_name: Option<String> = either("dbName", "databaseName");
        /// The name of the file that the connection reads.
        file_name: Option<String> = attr("filename");
        /// The id of the Google sheet that the connection reads.
        google_sheet_id: Option<String> = attr("googleSheetId");
        /// The OAuth scope that the connection requests.
        scope: Option<String> = attr("scope");
        /// The data source that the connection belongs to.
        datasource: Option<DatasourceId> = child_id("datasource");
        /// The name of the data source.
        datasource_name: Option<String> = child_attr("datasource", "name");
    }
    requests {
        /// The password.
        password = attr("password"), update Secret;
    }
}
