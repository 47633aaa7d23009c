//! The connections of a file that is published: how they sign in, and whether the server took them.

use std::fmt;

use log::warn;

use super::super::connections::Connection;
use crate::Error;
use crate::client::Client;
use crate::http::Request;
use crate::ids::ConnectionId;
use crate::secret::Secret;
use crate::xml::Out;

/// How a connection signs in to its database.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectionCredentials {
    user: String,
    pub(super) password: Secret,
    embed: bool,
    oauth: bool,
}

impl ConnectionCredentials {
    /// A user name and a password, embedded: kept on the server, for whoever looks at the content.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> ConnectionCredentials {
        let (user, password) = (user.into(), Secret::new(password.into()));
        ConnectionCredentials { user, password, embed: true, oauth: false }
    }

    /// Whether they are kept on the server. Default: `true`; otherwise whoever looks at the content
    /// is asked.
    pub fn embed(mut self, yes: bool) -> Self {
        self.embed = yes;
        self
    }

    /// Whether they are those of an account that is signed in to through OAuth, which the user has
    /// saved on the server; the password does not matter then. Default: `false`.
    pub fn oauth(mut self, yes: bool) -> Self {
        self.oauth = yes;
        self
    }

    pub(super) fn write(&self, out: &mut Out) {
        out.element("connectionCredentials", |out| {
            out.attribute("name", &self.user);
            out.attribute("password", self.password.reveal());
            out.attribute("embed", if self.embed { "true" } else { "false" });
            if self.oauth {
                out.attribute("oAuth", "true");
            }
        });
    }
}

impl fmt::Debug for ConnectionCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionCredentials")
            .field("user", &self.user)
            .field("embed", &self.embed)
            .field("oauth", &self.oauth)
            .finish_non_exhaustive()
    }
}

/// A connection inside a file to publish: which one, and how it signs in. The server finds it by
/// its address, and by the port where one is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishConnection {
    pub(super) server: String,
    port: Option<u16>,
    database: Option<String>,
    pub(super) credentials: Option<ConnectionCredentials>,
}

impl PublishConnection {
    /// The connection to this server, its address as the file has it.
    pub fn new(server: impl Into<String>) -> PublishConnection {
        let server = server.into();
        PublishConnection { server, port: None, database: None, credentials: None }
    }

    /// The port, as the file has it.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// The database.
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// How it signs in.
    pub fn credentials(mut self, credentials: ConnectionCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    pub(super) fn write(&self, out: &mut Out) {
        out.element("connection", |out| {
            out.attribute("serverAddress", &self.server);
            if let Some(port) = self.port {
                out.attribute("serverPort", &port.to_string());
            }
            if let Some(database) = &self.database {
                out.attribute("databaseName", database);
            }
            if let Some(credentials) = &self.credentials {
                credentials.write(out);
            }
        });
    }

    pub(super) fn asked(&self) -> Asked {
        // What is not embedded is not kept, so there is nothing to be seen of it.
        let login = self.credentials.as_ref().filter(|login| login.embed);
        Asked {
            server: self.server.clone(),
            port: self.port,
            user: login.map(|login| login.user.clone()),
        }
    }
}

/// What can be seen on the server of a connection that was published along.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    server: String,
    port: Option<u16>,
    /// The embedded login's.
    user: Option<String>,
}

impl Asked {
    /// Whether the server has it as it was asked for.
    fn is_taken_as(&self, there: &Connection) -> bool {
        let port = self.port.is_none_or(|port| there.server_port.is_none_or(|other| other == port));
        let address =
            there.server_address.as_deref().is_some_and(|s| s.eq_ignore_ascii_case(&self.server));
        let login = self.user.is_none()
            || (there.user_name == self.user && there.embed_password != Some(false));
        address && port && login
    }
}

/// What became of a connection that was published along.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublishedConnection {
    /// The server's address that was asked for.
    pub server: String,
    /// The port, where one was asked for.
    pub port: Option<u16>,
    /// Whether the server took it: it has a connection to that address, with that login where one
    /// was to be embedded. `None` where the server could not be asked.
    ///
    /// The server passes over a connection that it does not find in the file without a word.
    pub taken: Option<bool>,
    /// The id of the connection that it is.
    pub id: Option<ConnectionId>,
}

/// Compares what was asked with what is there, where the item's path is known. The item is published,
/// so that nothing here may look as if it were not.
pub(crate) fn compare(
    client: &Client,
    item: Option<&str>,
    asked: &[Asked],
) -> Vec<PublishedConnection> {
    if asked.is_empty() {
        return Vec::new();
    }
    let there = item.and_then(|item| {
        let request = Request::get(client.site(&format!("{item}/connections")));
        let there = client.read_all::<Connection>(request, "connections", "connection");
        let unknown = |error: &Error| {
            warn!(
                target: "tableau_server_client::publish",
                "published, but whether its connections were taken is not known: {error}"
            );
        };
        there.inspect_err(unknown).ok()
    });
    let found = |asked: &Asked| {
        let there = there.as_ref()?;
        Some(there.iter().find(|there| asked.is_taken_as(there)).map(|there| there.id.clone()))
    };
    let outcome = |asked: &Asked| {
        let found = found(asked);
        PublishedConnection {
            taken: found.as_ref().map(Option::is_some),
            id: found.flatten(),
            server: asked.server.clone(),
            port: asked.port,
        }
    };
    asked.iter().map(outcome).collect()
}
