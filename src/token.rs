//! [`SessionToken`]: a session on its way to another process.

use std::fmt;

use serde_json::{Value, json};

use crate::core::Core;
use crate::http::{Base, Origin};
use crate::identity::is_token;
use crate::ids::{SiteId, UserId};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::version::ApiVersion;
use crate::{Error, Result};

/// A session that no [`Session`](crate::Session) value signs out: its token, and what goes with it.
///
/// [`Session::detach`](crate::Session::detach) makes it;
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
    /// The session of a core, with the token that it has now.
    pub(crate) fn of(core: &Core) -> SessionToken {
        SessionToken {
            origin: core.transport.origin(),
            version: core.version,
            site_id: core.site_id.clone(),
            site_url: core.site_url.clone(),
            user_id: core.user_id.clone(),
            token: core.identity.token().token.clone(),
        }
    }

    /// Whether it is the same user's, on the same site of the same server.
    pub(crate) fn is_of(&self, core: &Core) -> bool {
        self.origin == core.transport.origin()
            && self.site_id == core.site_id
            && self.user_id == core.user_id
    }

    /// The session as a line of text, for a file or an environment variable. **It is a secret**:
    /// whoever has it is signed in.
    pub fn export(&self) -> String {
        self.to_json().to_string()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            // First, as it is too where they are sorted: a session file is known by it.
            "api_version": self.version.to_string(),
            "tableau_session": 1,
            "server": self.origin.to_string(),
            "site_id": self.site_id.as_str(),
            "site_url": self.site_url,
            "user_id": self.user_id.as_str(),
            "token": self.token.reveal(),
        })
    }

    /// Reads what [`export`](SessionToken::export) wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for anything else. The text is not repeated.
    pub fn import(text: &str) -> Result<SessionToken> {
        SessionToken::from_json(&SessionToken::parse(text)?)
    }

    pub(crate) fn parse(text: &str) -> Result<Value> {
        serde_json::from_str(text.trim())
            .map_err(|error| refuse(&format!("no JSON at column {}", error.column())))
    }

    pub(crate) fn from_json(value: &Value) -> Result<SessionToken> {
        if value.get("tableau_session").and_then(Value::as_u64) != Some(1) {
            return Err(refuse("`tableau_session` is not 1"));
        }
        let field = |name: &str| {
            let field = value.get(name).and_then(Value::as_str);
            field.ok_or_else(|| refuse(&format!("`{name}` is missing")))
        };
        let needed = |name: &str| match field(name)? {
            "" => Err(refuse(&format!("`{name}` is empty"))),
            text => Ok(text),
        };
        let token = needed("token")?;
        if !is_token(token) {
            return Err(refuse("`token` is too long, or holds a character that no token has"));
        }
        Ok(SessionToken {
            origin: Base::parse(needed("server")?)
                .map_err(|_| refuse("`server` is no URL"))?
                .origin,
            version: needed("api_version")?.parse().map_err(|_| refuse("`api_version` is none"))?,
            site_id: needed("site_id")?.into(),
            site_url: field("site_url")?.to_owned(),
            user_id: needed("user_id")?.into(),
            token: Secret::new(token),
        })
    }
}

fn refuse(why: &str) -> Error {
    Error::config(format!("the text is no exported session: {why}"))
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A server can call things by the token's name.
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
