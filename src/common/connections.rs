//! Connections to data, on everything that has them: `session.connections(&id)`.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::client::Client;
use crate::http::{Request, encode_segment};
use crate::ids::{BatchConnected, Connected, ConnectionId, DatasourceId};
use crate::secret::Secret;
use crate::xml::{FromXml, Out, ToXml, element};
use crate::{Error, Result, Session};

impl Session<'_> {
    /// The connections of a workbook, a data source or a flow.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// for connection in session.connections(&workbook_id).list()? {
    ///     let login = tsc::ConnectionUpdate::new().user_name("report").password("PASSWORD");
    ///     session.connections(&workbook_id).update(&connection.id, login)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What connects to nothing does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, view_id: tsc::ViewId) -> tsc::Result<()> {
    /// session.connections(&view_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, flow_id: tsc::FlowId) -> tsc::Result<()> {
    /// session.connections(&flow_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn connections<I: Connected>(&self, id: &I) -> Connections<'_, I> {
        Connections { client: self.core(), id: id.clone() }
    }
}

/// The connections of one thing; see [`Session::connections`].
#[derive(Clone, Debug)]
pub struct Connections<'s, I> {
    client: &'s Arc<Client>,
    id: I,
}

impl<'s, I: Connected> Connections<'s, I> {
    pub(crate) fn new(client: &'s Arc<Client>, id: &I) -> Connections<'s, I> {
        Connections { client, id: id.clone() }
    }
}

impl<I: Connected> Connections<'_, I> {
    /// All of them. Passwords are not among what the server tells.
    ///
    /// REST: [Query Workbook Connections](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbook_connections)
    /// and its kin, API 2.0; data sources 2.3, flows 3.3.
    pub fn list(&self) -> Result<Vec<Connection>> {
        let request = Request::get(self.path("")).since(I::SINCE.0, I::SINCE.1);
        let mut connections: Vec<Connection> =
            self.client.read_all(request, "connections", "connection")?;
        if I::KIND == "datasource" {
            for connection in &mut connections {
                // The answer leaves out what the question said.
                connection.datasource.get_or_insert_with(|| self.id.as_str().into());
            }
        }
        Ok(connections)
    }

    /// Changes one of them: what the update leaves unset stays as it is.
    ///
    /// REST: [Update Workbook Connection](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_workbook_connection)
    /// and its kin, API 2.0; data sources 2.3, flows 3.3.
    pub fn update(
        &self,
        connection: impl Into<ConnectionId>,
        changes: impl Borrow<ConnectionUpdate>,
    ) -> Result<Connection> {
        let connection = &connection.into();
        let changes = changes.borrow();
        let path = self.path(&format!("/{}", encode_segment(connection.as_str())));
        let request = Request::put(path).since(I::SINCE.0, I::SINCE.1);
        self.client.change_read(request.hiding(changes.password.as_ref()), changes, |root| {
            // One, or all of the thing's, of which one is it.
            let mut all: Vec<Connection> = root.list("connections", "connection")?;
            match all.iter().position(|one| one.id == *connection) {
                Some(at) => Ok(all.swap_remove(at)),
                None => Connection::from_xml(root.need("connection")?),
            }
        })
    }

    fn path(&self, rest: &str) -> String {
        self.client.site(&format!("{}/connections{rest}", self.id.path()))
    }
}

impl<I: Connected + BatchConnected> Connections<'_, I> {
    /// Gives several of them the same login: user name, password, whether it is embedded, and the
    /// sort of authentication. Gives the connections that the server answers with.
    ///
    /// Those of a flow take it one by one:
    ///
    /// ```compile_fail,E0599
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, id: tsc::FlowId) -> tsc::Result<()> {
    /// session.connections(&id).update_all([&"c".into()], tsc::ConnectionUpdate::new())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, id: tsc::WorkbookId) -> tsc::Result<()> {
    /// session.connections(&id).update_all([&"c".into()], tsc::ConnectionUpdate::new())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, where no connection
    /// is named, or where the update has what is each connection's own: its server's address and
    /// port, and query tagging.
    ///
    /// REST: [Update Multiple Workbook Connections](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_workbook_connections)
    /// and its kin, API 3.26.
    pub fn update_all<C: Into<ConnectionId>>(
        &self,
        connections: impl IntoIterator<Item = C>,
        changes: impl Borrow<ConnectionUpdate>,
    ) -> Result<Vec<Connection>> {
        let changes = changes.borrow();
        let ids: Vec<ConnectionId> = connections.into_iter().map(C::into).collect();
        if ids.is_empty() {
            return Err(Error::input("an update of several connections names none"));
        }
        for (set, what) in [
            (changes.server_address.is_some(), "server address"),
            (changes.server_port.is_some(), "server port"),
            (changes.query_tagging.is_some(), "query tagging"),
        ] {
            if set {
                return Err(Error::input(format!(
                    "several connections cannot be given one {what}: update them one by one"
                )));
            }
        }
        let since = <I as BatchConnected>::SINCE;
        let path = self.path("");
        let request = Request::put(&*path).since(since.0, since.1).xml(many(&ids, changes)?);
        let request = request.hiding(changes.password.as_ref());
        let answer: Vec<Connection> = self.client.read_all(request, "connections", "connection")?;
        // The answer may have connections that were not named.
        for one in answer.iter().filter(|one| ids.contains(&one.id)) {
            self.client.compare(&path, changes, one);
        }
        Ok(answer)
    }
}

fn many(ids: &[ConnectionId], changes: &ConnectionUpdate) -> Result<String> {
    let mut out = Out::new();
    out.element("tsRequest", |out| {
        out.element("connectionLUIDs", |out| {
            for id in ids {
                out.element("connectionLUID", |out| out.text(id.as_str()));
            }
        });
        changes.to_xml(out);
    });
    out.finish()
}

element! {
    /// A connection to data.
    pub struct Connection = "connection";
    /// Changes to a connection; see [`Connections::update`].
    pub struct ConnectionUpdate: update;
    {
        /// Its id.
        id: ConnectionId = either("id", "connectionId");
        /// What it connects to: `sqlserver`, `dataengine`, ….
        connection_type: Option<String> = either("type", "dbClass");
        /// The server's address.
        server_address: Option<String> = either("serverAddress", "server"), update String;
        /// The server's port.
        server_port: Option<u16> = either("serverPort", "port"), update u16 as number;
        /// The name that it signs in with.
        user_name: Option<String> = either("userName", "username"), update String;
        /// The sort of authentication: `auth-user-pass`, `AD Service Principal`, ….
        authentication_type: Option<String> = attr("authenticationType"), update String;
        /// Whether its password is kept on the server.
        embed_password: Option<bool> = attr("embedPassword"), update bool;
        /// Whether its queries are marked with who asks (API 3.13).
        query_tagging: Option<bool> =
            either("queryTaggingEnabled", "queryTagging"), update bool;
        /// The database.
        database_name: Option<String> = either("dbName", "databaseName");
        /// The file that it reads.
        file_name: Option<String> = attr("filename");
        /// The Google sheet that it reads.
        google_sheet_id: Option<String> = attr("googleSheetId");
        /// What it asks the account for.
        scope: Option<String> = attr("scope");
        /// The data source that it is of.
        datasource: Option<DatasourceId> = child_id("datasource");
        /// The data source's name.
        datasource_name: Option<String> = child_attr("datasource", "name");
    }
    requests {
        /// The password.
        password = attr("password"), update Secret;
    }
}
