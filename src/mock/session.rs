//! [`Session`] and [`AccessToken`].

use std::time::Duration;

use jiff::Timestamp;

use super::clock::later;

/// A personal access token.
#[derive(Clone)]
pub(super) struct AccessToken {
    pub(super) user: String,
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) last_used: Timestamp,
}

/// How long a personal access token stays valid without being used.
pub(super) const TOKEN_IDLE: Duration = Duration::from_secs(15 * 24 * 60 * 60);

/// The session of a signed-in user.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) site: u16,
    /// The user's id on that site; with impersonation, the impersonated user's.
    pub(super) user: String,
    /// The number in the session's id.
    pub(super) number: u64,
    pub(super) last_used: Timestamp,
    /// The secret of the personal access token that opened it.
    pub(super) opened_with: Option<String>,
    /// The scopes of the JSON Web Token that opened it, if it limits the session.
    pub(super) scopes: Option<Vec<String>>,
    pub(super) revoked: bool,
}

impl Session {
    pub(super) fn is_alive(&self, now: Timestamp, lifetime: Duration) -> bool {
        !self.revoked && now < later(self.last_used, lifetime)
    }

    pub(super) fn was_opened_with(&self, secret: &str) -> bool {
        self.opened_with.as_deref() == Some(secret)
    }

    pub(super) fn revoke(&mut self) {
        self.revoked = true;
    }
}
