//! [`AuthState`]: the token of a session, and how it is renewed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use log::{info, warn};

use super::LOG;
use super::sharing::{self, Renew, Sharing};
use super::sign_in::{SignInResponse, sign_in, sign_out};
use crate::cancel::{self, CancellationToken, earlier};
use crate::client::{Authenticator, Client, Renewal, Token};
use crate::credentials::SignIn;
use crate::http::ReentrancyGuard;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::text::cut;
use crate::{Error, ErrorKind, Result};

/// Maximum number of renewals within the period. More mean that something else ends the sessions.
const MAX_RENEWALS: usize = 3;
const RENEWALS_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The number of earlier tokens that stay redacted. Older ones expired long ago, and there may be
/// many.
const MAX_PAST_SECRETS: usize = 16;

/// The authentication of a session. Shared by threads and by the views of the session.
#[derive(Debug)]
pub(crate) struct AuthState {
    current: RwLock<Current>,
    /// The secrets that do not change.
    known: Redactor,
    /// The credentials to sign in again with. A session that another process opened has none.
    credentials: Option<SignIn>,
    sharing: Option<Sharing>,
    history: Mutex<History>,
    user_name: Option<String>,
}

/// The token in use.
#[derive(Debug)]
struct Current {
    token: Arc<Token>,
    /// Earlier tokens and minted JSON Web Tokens, the newest last. They stay redacted.
    past: Vec<Secret>,
    renewal: Renewal,
    /// When this process signed in to get the token.
    opened_at: Option<Timestamp>,
}

/// Earlier renewals, and the lock that a thread holds while it renews.
#[derive(Debug, Default)]
struct History {
    /// Recent renewals, the oldest first.
    renewals: VecDeque<Instant>,
    /// Whether the server refused the credentials, which are then not sent again.
    is_refused: bool,
    /// When the last renewal failed, and why, for threads that waited for it.
    failure: Option<(Instant, String)>,
    /// The token whose renewal by another process this process has waited for until the timeout.
    waited_in_vain: Option<Secret>,
    /// The token that is still in the file, because the one that replaced it could not be written.
    unwritten: Option<Secret>,
}

impl AuthState {
    /// `scopes` are those of the token, which can come from other credentials: a shared session is
    /// that of its holder.
    pub(super) fn new(
        redactor: &Redactor,
        token: Secret,
        scopes: Option<Vec<String>>,
        credentials: Option<SignIn>,
    ) -> AuthState {
        let mut known = redactor.clone();
        if let Some(credentials) = &credentials {
            known = known.with(credentials.secret());
        }
        let redactor = known.clone().with(&token);
        let token = Arc::new(Token::new(token, redactor, scopes));
        let renewal = Renewal::SignedIn;
        let current = Current { token, past: Vec::new(), renewal, opened_at: None };
        let (current, history) = (RwLock::new(current), Mutex::default());
        AuthState { current, known, credentials, sharing: None, history, user_name: None }
    }

    /// The same state of a session that this process opened.
    pub(super) fn opened(mut self, at: Option<Timestamp>, user_name: Option<String>) -> AuthState {
        self.current.get_mut().unwrap_or_else(PoisonError::into_inner).opened_at = at;
        AuthState { user_name, ..self }
    }

    pub(super) fn opened_at(&self) -> Option<Timestamp> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).opened_at
    }

    pub(super) fn user_name(&self) -> Option<&str> {
        self.user_name.as_deref()
    }

    /// The same state of a session that is shared by a file.
    pub(super) fn shared_by(self, sharing: Sharing) -> AuthState {
        AuthState { sharing: Some(sharing), ..self }
    }

    pub(super) fn sharing(&self) -> Option<&Sharing> {
        self.sharing.as_ref()
    }

    pub(super) fn credentials(&self) -> Option<&SignIn> {
        self.credentials.as_ref()
    }

    /// The token that is still in the file, because the one that replaced it could not be written.
    pub(super) fn unwritten(&self) -> Option<Secret> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner).unwritten.clone()
    }

    /// Uses a token that another process stored for this session.
    pub(super) fn take_over(&self, token: Secret) {
        self.replace(token, None, Renewal::Shared);
    }

    /// The credentials, if they can be used more than once.
    fn reusable_credentials(&self) -> Option<&SignIn> {
        self.credentials.as_ref().filter(|credentials| credentials.can_renew())
    }

    /// Replaces the token. `credentials` are those that it was obtained with, if this process signed in.
    fn replace(&self, token: Secret, credentials: Option<&SignIn>, renewal: Renewal) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let old = current.token.token.clone();
        let past = &mut current.past;
        past.push(old);
        let is_kept =
            |secret: &&Secret| self.credentials().is_some_and(|kept| kept.secret() == *secret);
        past.extend(credentials.map(SignIn::secret).filter(|secret| !is_kept(secret)).cloned());
        past.drain(..past.len().saturating_sub(MAX_PAST_SECRETS));
        let redactor = past.iter().fold(self.known.clone(), Redactor::with).with(&token);
        let scopes = credentials.and_then(SignIn::scopes);
        current.token = Arc::new(Token::new(token, redactor, scopes));
        current.renewal = renewal;
        current.opened_at = (renewal == Renewal::SignedIn).then(Timestamp::now);
    }

    /// The current token, and how it was obtained, if it is no longer `used`.
    fn renewed_since(&self, used: &Token) -> Option<Renewal> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        (current.token.token != used.token).then_some(current.renewal)
    }
}

impl Authenticator for AuthState {
    fn token(&self) -> Arc<Token> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).token.clone()
    }

    fn can_renew(&self) -> bool {
        self.sharing.is_some() || self.reusable_credentials().is_some()
    }

    fn uses_jwt(&self) -> bool {
        self.credentials.as_ref().is_some_and(SignIn::is_jwt)
    }

    fn end_replaced(&self, client: &Client, replaced: &Token, deadline: Option<Instant>) {
        end_unused(client, &replaced.redactor, replaced.token.clone(), deadline);
    }

    fn renew(
        &self,
        client: &Client,
        used: &Token,
        expired: Error,
        deadline: Option<Instant>,
    ) -> Result<Renewal> {
        let cancellation = client.cancellation();
        // A callback that mints tokens, or a logger, may send requests with the same session.
        let Some(_guard) = ReentrancyGuard::enter(self) else {
            let what = "a callback that runs during the renewal used the session";
            return Err(expired.and_then_failed(what, None));
        };
        let started = Instant::now();
        let Some(mut history) = cancel::lock(&self.history, cancellation, deadline)? else {
            let what = "the session has expired, and was not renewed in the time allowed";
            return Err(Error::new(ErrorKind::Timeout, what));
        };
        if let Some(renewal) = self.renewed_since(used) {
            return Ok(renewal);
        }
        let can_sign_in = self.reusable_credentials().is_some();
        let mut file = None;
        if let Some(sharing) = &self.sharing {
            let waited_in_vain = &mut history.waited_in_vain;
            match sharing::find_renewal(
                sharing,
                client,
                used,
                can_sign_in,
                waited_in_vain,
                deadline,
            ) {
                Ok(Renew::Done(token)) => {
                    self.take_over(token);
                    return Ok(Renewal::Shared);
                }
                Ok(Renew::AndStore(locked, holder_id)) => file = Some((locked, holder_id)),
                Ok(Renew::Alone) => {}
                Err(error) if is_over(cancellation, deadline) => return Err(error),
                Err(error) => {
                    let what = "the process that shares it has not renewed it";
                    return Err(expired.and_then_failed(what, Some(error)));
                }
            }
        }
        let Some(credentials) = self.reusable_credentials() else {
            return Err(expired);
        };
        if let Err(why) = history.check(credentials, started) {
            return Err(expired.and_then_failed(&why, None));
        }
        // A prefetched page can be cancelled only up to here, because the renewal is for the whole
        // session.
        cancellation.map_or(Ok(()), CancellationToken::check)?;
        info!(target: LOG, "the session has expired: signing in again");
        let (next, response) = match sign_in_again(client, credentials, used, deadline) {
            Ok(signed_in) => signed_in,
            // Includes an error of the function that mints tokens.
            Err(error) if is_over(client.session_cancellation(), deadline) => return Err(error),
            Err(error) => {
                history.is_refused = is_rejection(&error);
                history.failure = Some((Instant::now(), cut(&error.to_string(), 500).into_owned()));
                return Err(expired.and_then_failed("signing in again failed", Some(error)));
            }
        };
        if let Err(error) = check_site(client, &next, &response, used) {
            history.is_refused = true;
            let redactor = used.redactor.clone().with(next.secret()).with(&response.token);
            end_unused(client, &redactor, response.token, deadline);
            return Err(error);
        }
        if let (Some((file, holder_id)), Some(sharing)) = (&mut file, &self.sharing) {
            let (is_shared, error) = sharing::store(file, holder_id, client, &response.token);
            // A worker does not sign out, so sign out this session now: the holder does not know of
            // it, or has ended and moved the file aside.
            if sharing.holder_id.is_none() && !is_shared {
                end_unused(client, &used.redactor, response.token, deadline);
                let what = "the new session cannot be shared, and was ended";
                return Err(expired.and_then_failed(what, error));
            }
            history.unwritten = error.is_some().then(|| used.token.clone());
            if let Some(error) = error {
                warn!(target: LOG, "the session was renewed, but could not be shared: {error:?}");
            }
        }
        history.renewals.push_back(Instant::now());
        self.replace(response.token, Some(&next), Renewal::SignedIn);
        Ok(Renewal::SignedIn)
    }
}

impl History {
    /// Refuses to sign in again if the server refused the credentials before, if another thread has
    /// just failed, or if the session was recently renewed more often than expiry explains. Failed
    /// renewals do not count, because an outage does not mean that another program uses the
    /// credentials.
    fn check(&mut self, credentials: &SignIn, started: Instant) -> Result<(), String> {
        if self.is_refused {
            return Err("the credentials were refused before".to_owned());
        }
        if let Some((_, why)) = self.failure.as_ref().filter(|(when, _)| *when > started) {
            return Err(format!("signing in again failed in another thread: {why}"));
        }
        let now = Instant::now();
        self.renewals.retain(|then| now.duration_since(*then) < RENEWALS_WITHIN);
        if self.renewals.len() >= MAX_RENEWALS {
            let why = match credentials.token_name() {
                Some(name) => format!(
                    "the personal access token {name:?} seems to be in use elsewhere: each \
                     sign-in with it ends the other's session"
                ),
                None => "another program repeatedly ends the session".to_owned(),
            };
            return Err(format!("it was renewed {MAX_RENEWALS} times within minutes; {why}"));
        }
        Ok(())
    }
}

/// Whether a call was cancelled or its deadline has passed.
fn is_over(cancellation: Option<&CancellationToken>, deadline: Option<Instant>) -> bool {
    cancellation.is_some_and(CancellationToken::is_cancelled)
        || deadline.is_some_and(|deadline| deadline <= Instant::now())
}

/// Signs in to the session's site. Returns the credentials used, which may be newly minted.
fn sign_in_again(
    client: &Client,
    credentials: &SignIn,
    used: &Token,
    deadline: Option<Instant>,
) -> Result<(SignIn, SignInResponse)> {
    let (transport, cancellation) = (&client.transport, client.session_cancellation());
    let next = credentials.renewed(&client.site_url, transport.server_time());
    let signed_in = next.and_then(|next| {
        let version = client.version;
        let response = sign_in(transport, version, &next, &used.redactor, cancellation, deadline)?;
        Ok((next, response))
    });
    signed_in.map_err(|error| error.redacted(&used.redactor))
}

/// Returns an error if the new session is another user's or on another site.
fn check_site(
    client: &Client,
    credentials: &SignIn,
    response: &SignInResponse,
    used: &Token,
) -> Result<()> {
    let site = &response.site;
    if site.id == client.site_id && site.user_id == client.user_id {
        return Ok(());
    }
    let redactor = used.redactor.clone().with(credentials.secret()).with(&response.token);
    let shown = |id: &str| cut(&redactor.redact(id), 100).into_owned();
    let what = format!(
        "signing in again returned user {} on site {} instead of user {} on site {}",
        shown(site.user_id.as_str()),
        shown(site.id.as_str()),
        shown(client.user_id.as_str()),
        shown(client.site_id.as_str())
    );
    Err(Error::new(ErrorKind::Decode, what))
}

/// Signs out an unused session, within the remaining time of the call.
fn end_unused(client: &Client, redactor: &Redactor, token: Secret, deadline: Option<Instant>) {
    let timeout = client.transport.sign_out_timeout();
    let deadline =
        earlier(deadline, client.session_cancellation().and_then(CancellationToken::deadline));
    let left =
        deadline.map_or(timeout, |by| by.saturating_duration_since(Instant::now()).min(timeout));
    let unused = client.with_auth(Arc::new(AuthState::new(redactor, token, None, None)));
    if let Err(error) = sign_out(&unused, left) {
        warn!(target: LOG, "signing out an unused session failed: {error}");
    }
}

/// Whether the server rejected the credentials themselves, so that a retry is pointless.
fn is_rejection(error: &Error) -> bool {
    let is_rejected = matches!(error.status(), Some(400..=499)) && !error.is_throttled();
    error.is_sign_in_failed() || (error.kind() == ErrorKind::Api && is_rejected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::JwtAuth;

    #[test]
    fn keeps_recent_tokens_redacted() {
        let token = |number: usize| Secret::new(format!("token-{number}-of-a-test"));
        let known = Redactor::default().with(&Secret::new("password-of-a-test"));
        let state = AuthState::new(&known, token(0), None, None);
        for number in 1..=100 {
            let minted = JwtAuth::new(token(1000 + number).reveal());
            state.replace(token(number), Some(&SignIn::of(&minted)), Renewal::SignedIn);
        }
        let current = state.token();
        assert!(current.token == token(100));
        let text = "password-of-a-test token-100-of-a-test token-99-of-a-test \
                    token-1100-of-a-test token-95-of-a-test token-1-of-a-test";
        let shown = "[secret] [secret] [secret] [secret] [secret] token-1-of-a-test";
        assert_eq!(current.redactor.redact(text), shown);
        assert_eq!(format!("{:?}", current.redactor), "Redactor");
    }
}
