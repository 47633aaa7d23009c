//! [`OpenSession`]: a session that is open on the server.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use log::warn;

use super::access_tokens;
use super::auth_state::AuthState;
use super::sharing::{self, SharedBy, Sharing};
use super::sign_in::{SignInResponse, sign_in, sign_out};
use super::{LOG, SessionToken};
use crate::cancel::CancellationToken;
use crate::client::{Client, Site};
use crate::credentials::{SignIn, check_content_url};
use crate::http::Transport;
use crate::redact::Redactor;
use crate::resources::auth;
use crate::version::ApiVersion;
use crate::xml::Out;
use crate::{Error, Result};

/// A session that is open on the server. Unlike [`Session`](super::Session), it does not sign out
/// when it is dropped.
#[derive(Debug)]
pub(crate) struct OpenSession {
    pub(super) client: Arc<Client>,
    pub(super) auth: Arc<AuthState>,
    /// When the personal access token expires that the session was opened with.
    pub(super) token_expires_at: Option<Timestamp>,
}

impl OpenSession {
    /// Signs in. The API version is determined first, so that no credentials are sent to a server
    /// that does not state its version.
    pub(crate) fn sign_in(
        transport: Arc<Transport>,
        version: ApiVersion,
        credentials: SignIn,
        cancellation: Option<&CancellationToken>,
    ) -> Result<OpenSession> {
        let known = transport.redactor().clone();
        let credentials = credentials.for_first_sign_in(transport.server_time())?;
        let response = sign_in(&transport, version, &credentials, &known, cancellation, None)?;
        let content_url = credentials.site().to_owned();
        let now = Some(Timestamp::now());
        let session =
            OpenSession::new(transport, version, response, Some(credentials), &known, now);
        session.check_site(&content_url);
        if access_tokens::add(&session, true) {
            let name = session.auth.credentials().and_then(SignIn::token_name).unwrap_or_default();
            warn!(
                target: LOG,
                "this process already holds a session of the personal access token {:?}, which this \
                 sign-in has ended: share one session between threads, or use a token for each",
                session.client.shown(name)
            );
        }
        Ok(session)
    }

    /// Takes over a session that another process opened.
    pub(crate) fn resume(transport: Arc<Transport>, session: &SessionToken) -> OpenSession {
        let SessionToken { origin, version, site_id, site_url, user_id, token } = session.clone();
        let ours = transport.origin();
        let mut is_foreign = false;
        // A session that was opened before the server redirected to https belongs to this server.
        if origin != ours && origin != transport.base().origin {
            // The token of a session that was redirected to https must not be sent over http again.
            match origin.is_upgrade_of(&ours) && (origin.port(), ours.port()) == (443, 80) {
                true => transport.upgrade_to(&origin),
                false => is_foreign = true,
            }
        }
        let known = transport.redactor().clone();
        let site = Site { id: site_id, url: site_url, user_id };
        let response = SignInResponse { token, site, user_name: None, time_left: None };
        let mut session = OpenSession::new(transport, version, response, None, &known, None);
        if is_foreign {
            let client = Arc::unwrap_or_clone(session.client).for_foreign_origin(origin);
            session.client = Arc::new(client);
        }
        session
    }

    fn new(
        transport: Arc<Transport>,
        version: ApiVersion,
        response: SignInResponse,
        credentials: Option<SignIn>,
        known: &Redactor,
        opened_at: Option<Timestamp>,
    ) -> OpenSession {
        let of_credentials = || credentials.as_ref().and_then(SignIn::user_name);
        let user_name = response.user_name.or_else(of_credentials);
        let scopes = credentials.as_ref().and_then(SignIn::scopes);
        let auth = AuthState::new(known, response.token, scopes, credentials);
        let auth = Arc::new(auth.opened(opened_at, user_name));
        let client = Arc::new(Client::new(transport, version, response.site, auth.clone()));
        let time_left = response.time_left.and_then(|left| SignedDuration::try_from(left).ok());
        let token_expires_at = time_left.and_then(|left| Timestamp::now().checked_add(left).ok());
        OpenSession { client, auth, token_expires_at }
    }

    /// The same session, shared through a file, with optional credentials for renewal.
    pub(crate) fn shared_by(self, sharing: Sharing, credentials: Option<SignIn>) -> OpenSession {
        let (transport, token) = (&self.client.transport, self.client.token());
        let (secret, scopes) = (token.token.clone(), token.scopes.clone());
        let auth = AuthState::new(transport.redactor(), secret, scopes, credentials);
        let user_name = self.auth.user_name().map(str::to_owned);
        let auth = Arc::new(auth.opened(self.auth.opened_at(), user_name).shared_by(sharing));
        let client = Arc::new(self.client.with_auth(auth.clone()));
        let session = OpenSession { client, auth, ..self };
        // Replaces this session.
        access_tokens::add(&session, false);
        session
    }

    /// The session with its current token.
    pub(crate) fn token(&self) -> SessionToken {
        SessionToken::of(&self.client)
    }

    /// Switches to another site. Returns the session on that site, whose token replaces this one's.
    pub(super) fn switch_site(&self, content_url: &str) -> Result<OpenSession> {
        let client = &self.client;
        if client.transport.base().origin.is_tableau_cloud() {
            return Err(Error::input(format!(
                "Tableau Cloud cannot switch the site of a session: sign in to {} instead",
                client.shown_site(content_url)
            )));
        }
        check_content_url(content_url)?;
        let mut out = Out::new();
        out.element("tsRequest", |out| {
            out.element("site", |out| out.attribute("contentUrl", content_url));
        });
        let request = client.request(&auth::SWITCH_SITE, &[]).xml(out.finish()?);
        let response = client.read(request, "credentials")?;
        let credentials = self.auth.credentials().cloned();
        // The old token is invalid now, but must stay redacted.
        let (transport, known) = (client.transport.clone(), client.redactor());
        let (version, now) = (client.version, Some(Timestamp::now()));
        let mut session = OpenSession::new(transport, version, response, credentials, &known, now);
        session.token_expires_at = session.token_expires_at.or(self.token_expires_at);
        session.check_site(content_url);
        // Replaces this session.
        access_tokens::add(&session, false);
        Ok(session)
    }

    /// Logs a warning if the session is on another site than the requested one.
    fn check_site(&self, content_url: &str) {
        let client = &self.client;
        // The server ignores the case of content URLs.
        if !client.site_url.eq_ignore_ascii_case(content_url) {
            let (actual, requested) = (client.shown(&client.site_url), client.shown(content_url));
            warn!(target: LOG, "requested the site {requested:?}, signed in to {actual:?}");
        }
    }

    /// Removes the session from the file through which it is shared, then signs out, both within
    /// the sign-out timeout. Does not sign out if another process now owns the shared session.
    pub(super) fn end(&self) -> Result<()> {
        let timeout = self.client.transport.sign_out_timeout();
        let started = Instant::now();
        let removed = self.auth.sharing().map_or(Ok(SharedBy::NotShared), |sharing| {
            let take_over = |token| self.auth.take_over(token);
            let unwritten = self.auth.unwritten();
            sharing::remove(sharing, &self.client, unwritten, take_over, timeout / 2)
        });
        if let Ok(SharedBy::AnotherProcess) = removed {
            return Ok(());
        }
        sign_out(&self.client, timeout.saturating_sub(started.elapsed())).and(removed.map(drop))
    }
}
