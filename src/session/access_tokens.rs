//! The sessions of personal access tokens that this process holds.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::OpenSession;
use super::auth_state::AuthState;
use crate::credentials::SignIn;
use crate::http::Origin;

/// The sessions with the servers that they are on. A session that was dropped cannot be upgraded.
static HELD: Mutex<Vec<(Origin, Weak<AuthState>)>> = Mutex::new(Vec::new());

/// Adds a session, if it was opened with a personal access token. Returns whether this process
/// holds another session of the same token; `compares` is whether to look for one.
pub(super) fn add(session: &OpenSession, compares: bool) -> bool {
    let auth = &session.auth;
    let token = |auth: &AuthState| {
        let credentials = auth.credentials().filter(|_| auth.opened_at().is_some());
        let is_token = credentials.is_some_and(|credentials| credentials.token_name().is_some());
        credentials.filter(|_| is_token).map(SignIn::secret).cloned()
    };
    let Some(secret) = token(auth) else { return false };
    let origin = session.client.transport.origin();
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.retain(|(_, auth)| auth.strong_count() > 0);
    let is_same = |(other, auth): &(Origin, Weak<AuthState>)| {
        *other == origin && auth.upgrade().and_then(|auth| token(&auth)).as_ref() == Some(&secret)
    };
    let is_held = compares && held.iter().any(is_same);
    held.push((origin, Arc::downgrade(auth)));
    is_held
}
