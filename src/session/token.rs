//! [`SessionToken`]: a session that can be transferred to another process.

use std::fmt;

use serde_json::{Value, json};

use crate::client::Client;
use crate::http::{Base, Origin};
use crate::ids::{SiteId, UserId};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::version::ApiVersion;
use crate::{Error, Result};

/// A session that is not owned by a [`Session`](crate::Session) value, so nothing signs it out: its
/// token, server, API version, site and user.
///
/// Created by [`Session::detach`](crate::Session::detach);
/// [`Server::resume`](crate::Server::resume) and [`Server::join`](crate::Server::join) take it.
/// `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken {
    pub(crate) origin: Origin,
    pub(crate) version: ApiVersion,
    pub(crate) site_id: SiteId,
    pub(crate) site_url: String,
    pub(crate) user_id: UserId,
    pub(crate) token: Secret,
}

impl SessionToken {
    /// The session of a client, with its current token.
    pub(crate) fn of(client: &Client) -> SessionToken {
        SessionToken {
            origin: client.transport.origin(),
            version: client.version,
            site_id: client.site_id.clone(),
            site_url: client.site_url.clone(),
            user_id: client.user_id.clone(),
            token: client.token().token.clone(),
        }
    }

    /// Whether the session is that of the client's user, on the same site of the same server.
    pub(crate) fn is_of(&self, client: &Client) -> bool {
        self.origin == client.transport.origin()
            && self.site_id == client.site_id
            && self.user_id == client.user_id
    }

    /// Returns the session as a line of text, for a file or an environment variable. **It is a
    /// secret**: anyone who has it is signed in.
    pub fn export(&self) -> String {
        self.to_json().to_string()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            // The first member, also in sorted order, because a session file is recognized by it.
            "api_version": self.version.to_string(),
            "tableau_session": 1,
            "server": self.origin.to_string(),
            "site_id": self.site_id.as_str(),
            "site_url": self.site_url,
            "user_id": self.user_id.as_str(),
            "token": self.token.reveal(),
        })
    }

    /// Parses a string that [`export`](SessionToken::export) returned.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for any other string. The message does not
    /// quote it.
    pub fn import(text: &str) -> Result<SessionToken> {
        SessionToken::from_json(&SessionToken::parse(text)?)
    }

    pub(crate) fn parse(text: &str) -> Result<Value> {
        serde_json::from_str(text.trim())
            .map_err(|error| invalid(&format!("not valid JSON at column {}", error.column())))
    }

    pub(crate) fn from_json(value: &Value) -> Result<SessionToken> {
        if value.get("tableau_session").and_then(Value::as_u64) != Some(1) {
            return Err(invalid("`tableau_session` is not 1"));
        }
        let field = |name: &str| {
            let field = value.get(name).and_then(Value::as_str);
            field.ok_or_else(|| invalid(&format!("`{name}` is missing")))
        };
        let needed = |name: &str| match field(name)? {
            "" => Err(invalid(&format!("`{name}` is empty"))),
            text => Ok(text),
        };
        let token = needed("token")?;
        if !is_token(token) {
            return Err(invalid("`token` is too long, or contains an invalid character"));
        }
        Ok(SessionToken {
            origin: Base::parse(needed("server")?)
                .map_err(|_| invalid("`server` is not a valid URL"))?
                .origin,
            version: needed("api_version")?
                .parse()
                .map_err(|_| invalid("`api_version` is not a valid version"))?,
            site_id: needed("site_id")?.into(),
            site_url: field("site_url")?.to_owned(),
            user_id: needed("user_id")?.into(),
            token: Secret::new(token),
        })
    }
}

/// Whether a string can be sent as a session token in a header.
pub(super) fn is_token(text: &str) -> bool {
    const MAX_LENGTH: usize = 16 << 10;
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn invalid(why: &str) -> Error {
    Error::config(format!("the text is not a valid exported session: {why}"))
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The ids come from the server and could contain the token.
        let redactor = Redactor::default().with(&self.token);
        f.debug_struct("SessionToken")
            .field("server", &self.origin.to_string())
            .field("version", &self.version)
            .field("site_id", &redactor.redact(self.site_id.as_str()))
            .field("site_url", &redactor.redact(&self.site_url))
            .field("user_id", &redactor.redact(self.user_id.as_str()))
            .finish_non_exhaustive()
    }
}
