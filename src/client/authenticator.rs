//! [`Authenticator`], which gives a [`Client`] its token.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::Client;
use crate::operation::Operation;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::{Error, Result};

/// Provides the token of a session and renews it.
pub(crate) trait Authenticator: fmt::Debug + Send + Sync {
    /// The token in use.
    fn token(&self) -> Arc<Token>;

    /// Whether an expired session can be renewed.
    fn can_renew(&self) -> bool;

    /// Whether the session was signed in with a JSON Web Token, whose scopes limit it.
    fn uses_jwt(&self) -> bool;

    /// Signs out a token that was replaced although it may not have expired.
    fn end_replaced(&self, client: &Client, replaced: &Token, deadline: Option<Instant>);

    /// Replaces the token `used`, which the server rejected with `expired`, unless it has already
    /// been replaced. If the session cannot be renewed, the error is based on `expired`.
    fn renew(
        &self,
        client: &Client,
        used: &Token,
        expired: Error,
        deadline: Option<Instant>,
    ) -> Result<Renewal>;
}

/// A session's token, and the secrets to redact in messages about its requests.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) token: Secret,
    pub(crate) redactor: Redactor,
    /// The scopes of the JSON Web Token that it was obtained with, if they are known.
    pub(crate) scopes: Option<Vec<String>>,
    /// Whether it was replaced although it may not have expired. The last request that uses it signs
    /// it out.
    pub(crate) is_replaced: AtomicBool,
}

impl Token {
    pub(crate) fn new(token: Secret, redactor: Redactor, scopes: Option<Vec<String>>) -> Token {
        Token { token, redactor, scopes, is_replaced: AtomicBool::new(false) }
    }

    /// Whether the session is known to lack the scope of an operation.
    pub(super) fn lacks_scope(&self, operation: Option<&Operation>) -> bool {
        let (Some(scopes), Some(operation)) = (&self.scopes, operation) else { return false };
        !operation.scope.is_among(scopes)
    }
}

/// How the token that replaced an expired one was obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// This process has just signed in.
    SignedIn,
    /// Another process signed in, some time ago: the new token may have expired as well.
    Shared,
}
