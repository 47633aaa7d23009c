//! Connections in a file that is published: their credentials, and whether the server applied them.

use std::fmt;

use log::warn;

use super::super::connections::Connection;
use crate::ids::ConnectionId;
use crate::secret::Secret;
use crate::xml::{Out, ToXml};
use crate::{Error, Result};

/// The credentials with which a connection signs in to its database.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionCredentials {
    user: String,
    pub(super) password: Secret,
    embed: bool,
    oauth: bool,
}

impl ConnectionCredentials {
    /// A user name and a password, embedded: stored on the server, for everyone who opens the
    /// content.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> ConnectionCredentials {
        let (user, password) = (user.into(), Secret::new(password.into()));
        ConnectionCredentials { user, password, embed: true, oauth: false }
    }

    /// Whether the credentials are stored on the server. If not, everyone who opens the content is
    /// prompted for them. Default: `true`.
    #[inline]
    pub fn embed(mut self, embed: bool) -> Self {
        self.embed = embed;
        self
    }

    /// Whether the user name is that of an OAuth account that is saved on the server. The password
    /// is then ignored. Default: `false`.
    #[inline]
    pub fn oauth(mut self, oauth: bool) -> Self {
        self.oauth = oauth;
        self
    }
}

impl ToXml for ConnectionCredentials {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("connectionCredentials", |out| {
            out.attribute("name", &self.user);
            out.attribute("password", self.password.reveal());
            out.attr("embed", &self.embed);
            if self.oauth {
                out.attr("oAuth", &true);
            }
        });
    }
}

impl fmt::Debug for ConnectionCredentials {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionCredentials")
            .field("user", &self.user)
            .field("embed", &self.embed)
            .field("oauth", &self.oauth)
            .finish_non_exhaustive()
    }
}

/// A connection in a file to publish, and its credentials. The server identifies the connection by
/// its server address, and by its port if one is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishConnection {
    pub(super) server: String,
    port: Option<u16>,
    database: Option<String>,
    pub(super) credentials: Option<ConnectionCredentials>,
}

impl PublishConnection {
    /// The connection to a server, by the address in the file.
    pub fn new(server: impl Into<String>) -> PublishConnection {
        let server = server.into();
        PublishConnection { server, port: None, database: None, credentials: None }
    }

    /// The port in the file.
    #[inline]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// The name of the database.
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// The credentials with which the connection signs in.
    #[inline]
    pub fn credentials(mut self, credentials: ConnectionCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    #[inline]
    pub(super) fn requested(&self) -> RequestedConnection {
        // Credentials that are not embedded are not stored, so the server cannot show them.
        let embedded = self.credentials.as_ref().filter(|credentials| credentials.embed);
        RequestedConnection {
            server: self.server.clone(),
            port: self.port,
            user: embedded.map(|credentials| credentials.user.clone()),
        }
    }
}

impl ToXml for PublishConnection {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("connection", |out| {
            out.attribute("serverAddress", &self.server);
            if let Some(port) = &self.port {
                out.attr("serverPort", port);
            }
            if let Some(database) = &self.database {
                out.attribute("databaseName", database);
            }
            if let Some(credentials) = &self.credentials {
                credentials.to_xml(out);
            }
        });
    }
}

/// The connection that the server should return after publishing.
#[derive(Clone, Debug)]
pub(crate) struct RequestedConnection {
    server: String,
    port: Option<u16>,
    /// The user of embedded credentials.
    user: Option<String>,
}

impl RequestedConnection {
    #[inline]
    fn is_applied_to(&self, actual: &Connection) -> bool {
        let port = self.port.is_none_or(|port| actual.server_port.is_none_or(|p| p == port));
        let address =
            actual.server_address.as_deref().is_some_and(|s| s.eq_ignore_ascii_case(&self.server));
        let credentials = self.user.is_none()
            || (actual.user_name == self.user && actual.embed_password != Some(false));
        address && port && credentials
    }

    /// The outcome, if the connections of the published item are known.
    #[inline]
    fn outcome(&self, actual: Option<&[Connection]>) -> PublishedConnection {
        let found = actual.map(|all| all.iter().find(|actual| self.is_applied_to(actual)));
        PublishedConnection {
            server: self.server.clone(),
            port: self.port,
            taken: found.map(|found| found.is_some()),
            id: found.flatten().map(|found| found.id.clone()),
        }
    }
}

/// The outcome of a connection that was passed to `publish`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishedConnection {
    /// The requested server address.
    pub server: String,
    /// The requested port.
    pub port: Option<u16>,
    /// Whether the server applied it: the item has a connection to that address, with the embedded
    /// credentials if there were any. `None` if the item's connections could not be read.
    ///
    /// The server silently ignores connections that it does not find in the file.
    pub taken: Option<bool>,
    /// The id of the connection.
    pub id: Option<ConnectionId>,
}

/// Compares the requested connections with those of the published item, which are read only if any
/// were requested. Never fails, because the item is already published.
pub(crate) fn check_connections(
    requested: &[RequestedConnection],
    read: impl FnOnce() -> Option<Result<Vec<Connection>>>,
) -> Vec<PublishedConnection> {
    if requested.is_empty() {
        return Vec::new();
    }
    let log = |error: &Error| {
        warn!(
            target: "tableau_server_client::publish",
            "published, but the item's connections cannot be compared with those requested: {error}"
        );
    };
    let actual = read().and_then(|actual| actual.inspect_err(log).ok());
    requested.iter().map(|requested| requested.outcome(actual.as_deref())).collect()
}
