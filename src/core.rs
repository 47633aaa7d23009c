//! [`Core`]: what a session owns and its threads share. It borrows nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::warn;

use crate::cancel::{self, CancellationToken};
use crate::credentials::SignIn;
use crate::http::{AuthContext, Origin, Request, Success, Transport, encode_segment};
use crate::identity::{Identity, LOG, Renewed, Sharing, SignedIn};
use crate::ids::{SiteId, UserId};
use crate::secret::Scrub;
use crate::session_file::Shared;
use crate::text::one_line;
use crate::version::ApiVersion;
use crate::xml::Out;
use crate::{Error, Result};

/// A session on a site: the way to the server, and who is signed in there.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pub(crate) transport: Arc<Transport>,
    pub(crate) version: ApiVersion,
    pub(crate) site_id: SiteId,
    pub(crate) site_url: String,
    pub(crate) user_id: UserId,
    pub(crate) identity: Arc<Identity>,
    /// The origin that the token is for, where that is not this server's: then nothing is sent.
    foreign: Option<Origin>,
    cancellation: Option<CancellationToken>,
    /// The stop of the session, where `stop` is that of a part of what is done over it.
    whole: Option<CancellationToken>,
}

/// Whose a session is once it was taken out of the file that it is shared by.
enum Left {
    /// This process's alone.
    Alone,
    /// Another process's, which has put its own into the file that all of them use now.
    ToAnother,
}

impl Core {
    /// Signs in. The version is settled before, so that no credentials go to a server that cannot
    /// say which version it speaks.
    pub(crate) fn sign_in(
        transport: Arc<Transport>,
        version: ApiVersion,
        sign_in: SignIn,
        cancellation: Option<&CancellationToken>,
    ) -> Result<Core> {
        let answer =
            SignedIn::by(&transport, version, &sign_in, transport.scrub(), cancellation, None)?;
        let known = transport.scrub().clone();
        let asked = sign_in.site().to_owned();
        let core = Core::new(transport, version, answer, Some(sign_in), &known);
        core.check_site(&asked);
        Ok(core)
    }

    fn new(
        transport: Arc<Transport>,
        version: ApiVersion,
        answer: SignedIn,
        sign_in: Option<SignIn>,
        known: &Scrub,
    ) -> Core {
        let SignedIn { token, site_id, site_url, user_id } = answer;
        let identity = Arc::new(Identity::new(known, token, sign_in));
        let (foreign, cancellation, whole) = (None, None, None);
        Core {
            transport,
            version,
            site_id,
            site_url,
            user_id,
            identity,
            foreign,
            cancellation,
            whole,
        }
    }

    /// Takes over a session that another process opened, with the origin that it was opened at.
    pub(crate) fn resumed(
        transport: Arc<Transport>,
        version: ApiVersion,
        origin: &Origin,
        session: SignedIn,
    ) -> Core {
        let ours = transport.origin();
        let mut foreign = None;
        // One from before the server led us to https is this server's too.
        if *origin != ours && *origin != transport.base().origin {
            // The token of a session that was led to https must not go over http again.
            match origin.is_upgrade_of(&ours) && (origin.port(), ours.port()) == (443, 80) {
                true => transport.upgrade_to(origin),
                false => foreign = Some(origin.clone()),
            }
        }
        let known = transport.scrub().clone();
        Core { foreign, ..Core::new(transport, version, session, None, &known) }
    }

    /// The same session, whose calls this stop ends.
    pub(crate) fn with_cancellation(&self, cancellation: &CancellationToken) -> Core {
        Core {
            cancellation: Some(cancellation.clone()),
            whole: Some(cancellation.clone()),
            ..self.clone()
        }
    }

    /// The same session for a part of what is done over it, which this stop ends: a branch of the
    /// session's own. Renewing the session is nobody's part.
    pub(crate) fn with_call_cancellation(&self, cancellation: &CancellationToken) -> Core {
        Core { cancellation: Some(cancellation.clone()), ..self.clone() }
    }

    /// What ends renewing the session.
    pub(crate) fn whole_stop(&self) -> Option<&CancellationToken> {
        self.whole.as_ref()
    }

    /// What ends its calls.
    pub(crate) fn cancellation(&self) -> Option<&CancellationToken> {
        self.cancellation.as_ref()
    }

    /// The same session, shared by a file: with credentials that renew it, if there are any.
    pub(crate) fn shared_in(self, sharing: Sharing, sign_in: Option<SignIn>) -> Core {
        let token = self.identity.token().token.clone();
        let identity = Identity::new(self.transport.scrub(), token, sign_in);
        self.with_identity(identity.shared_in(sharing))
    }

    /// The same site, by another sign-in.
    pub(crate) fn with_identity(&self, identity: Identity) -> Core {
        let (identity, cancellation) = (Arc::new(identity), self.whole.clone());
        Core { identity, cancellation, ..self.clone() }
    }

    /// Switches to another site: returns the same user's session there, whose token replaces this
    /// one's.
    pub(crate) fn switch_site(&self, content_url: &str) -> Result<Core> {
        if self.transport.base().origin.is_tableau_cloud() {
            return Err(Error::input(format!(
                "Tableau Cloud cannot switch the site of a session: sign in to {} instead",
                self.shown_site(content_url)
            )));
        }
        let mut out = Out::new();
        out.element("tsRequest", |out| {
            out.element("site", |out| out.attribute("contentUrl", content_url));
        });
        let request = Request::post(self.api("auth/switchSite")).since(2, 6).xml(out.finish()?);
        let answer = self.read(request, "credentials")?;
        let sign_in = self.identity.sign_in().cloned();
        // The old token is none any more, and still nobody's to see.
        let known = &self.identity.token().scrub;
        let core = Core::new(self.transport.clone(), self.version, answer, sign_in, known);
        core.check_site(content_url);
        Ok(core)
    }

    /// Logs where the server leads to another site than it was asked for.
    fn check_site(&self, asked: &str) {
        // Content URLs differ in more than case.
        if !self.site_url.eq_ignore_ascii_case(asked) {
            let (here, asked) = (self.shown(&self.site_url), self.shown(asked));
            warn!(target: LOG, "asked for the site {asked:?}, the server led to {here:?}");
        }
    }

    /// Ends the session: takes it out of the file that it is shared by, then signs out, both within
    /// the time for signing out.
    pub(crate) fn end(&self) -> Result<()> {
        let within = self.transport.sign_out_timeout();
        let started = Instant::now();
        let left = match self.leave_file(within / 2) {
            Ok(Left::ToAnother) => return Ok(()),
            Ok(Left::Alone) => Ok(()),
            Err(error) => Err(error),
        };
        self.sign_out(within.saturating_sub(started.elapsed())).and(left)
    }

    /// Ends the session on the server. One that is no longer valid has ended already. It is tried
    /// once, with the token that is there: a new one would only have to be ended, too.
    pub(crate) fn sign_out(&self, within: Duration) -> Result<()> {
        let request = Request::post(self.api("auth/signout")).within(within).once().at_once();
        match self.ask_once(request, Success::ignore) {
            Err(error) if error.is_session_expired() => Ok(()),
            other => other,
        }
    }

    fn leave_file(&self, within: Duration) -> Result<Left> {
        let Some(Sharing { file, mark: Some(mark) }) = self.identity.sharing() else {
            return Ok(Left::Alone);
        };
        // Somebody has cleaned it away, and nobody can join by it any more.
        if file.is_missing() {
            return Ok(Left::Alone);
        }
        let unwritten = self.identity.unwritten();
        // As a worker may have renewed it.
        let take_over = |there: Shared| {
            let token = there.session.token;
            if unwritten.as_ref() != Some(&token) && token != self.identity.token().token {
                self.identity.take_over(token);
            }
        };
        let locked = file.lock(false, Instant::now().checked_add(within), None);
        let mut locked = locked.inspect_err(|error| {
            // Somebody is renewing a session that nobody would sign out.
            if error.is_timeout()
                && let Some(there) = file.take_away(mark)
                && there.session.is_of(self)
            {
                take_over(there);
            }
        })?;
        match locked.read()?.filter(|there| there.session.is_of(self)) {
            Some(there) if there.holder == *mark => {
                take_over(there);
                locked.clear()?;
                Ok(Left::Alone)
            }
            Some(there) if there.session.token == self.identity.token().token => {
                Ok(Left::ToAnother)
            }
            _ => Ok(Left::Alone),
        }
    }

    /// The address of a call: `/api/3.24/…`.
    pub(crate) fn api(&self, path: &str) -> String {
        format!("/api/{}/{path}", self.version)
    }

    /// The address of a call on the session's site: `/api/3.24/sites/{id}/…`.
    pub(crate) fn site(&self, path: &str) -> String {
        self.api(&format!("sites/{}/{path}", encode_segment(self.site_id.as_str())))
    }

    /// The error without the secrets that names and ids of the server's may be.
    pub(crate) fn clean(&self, error: Error) -> Error {
        error.scrubbed(&self.identity.token().scrub)
    }

    /// What the server calls something, for a line of a log.
    pub(crate) fn shown(&self, text: &str) -> String {
        one_line(&self.identity.token().scrub.start_of(text, false, 200)).into_owned()
    }

    /// Formats a site's content URL for a message.
    pub(crate) fn shown_site(&self, content_url: &str) -> String {
        match content_url {
            "" => "the default site".to_owned(),
            _ => format!("the site {:?}", self.shown(content_url)),
        }
    }

    /// The whole address of a call, for messages.
    pub(crate) fn address(&self, path: &str) -> String {
        let address = self.transport.base().call(path).to_string();
        self.identity.token().scrub.clean(&address).into_owned()
    }

    /// As [`site`](Core::site), for what the server has not yet put under a version of the API.
    pub(crate) fn experimental_site(&self, path: &str) -> String {
        format!("/api/exp/sites/{}/{path}", encode_segment(self.site_id.as_str()))
    }

    /// Sends a request with the session's token and reads the answer, signing in again where the
    /// session has expired: once, so that a second `401002` is the caller's. A session that another
    /// process had put into a file may have expired there, too, and is not counted.
    pub(crate) fn ask<T>(
        &self,
        mut request: Request<'_>,
        mut finish: impl FnMut(Success) -> Result<T>,
    ) -> Result<T> {
        self.allow(&request)?;
        let mut renewed = None;
        loop {
            let used = self.identity.token();
            let outcome = self.transport.send(&mut request, self.auth(&used), &mut finish);
            match outcome {
                // What can be read once only, and was, cannot be sent again.
                Err(expired) if expired.is_session_expired() && !request.is_repeatable() => {
                    let what = "what was sent cannot be sent again";
                    return Err(expired.and_then_failed(what, None));
                }
                Err(expired)
                    if expired.is_session_expired()
                        && self.renews()
                        && matches!(renewed, None | Some(Renewed::ByAFile)) =>
                {
                    let by = self.identity.renew(self, &used, expired, request.deadline());
                    let by = by.map_err(|error| request.not_sent(error))?;
                    // Once: whoever writes into it again and again would be followed for ever.
                    renewed = Some(if renewed.is_none() { by } else { Renewed::Here });
                }
                other => return other,
            }
        }
    }

    fn ask_once<T>(
        &self,
        mut request: Request<'_>,
        finish: impl FnMut(Success) -> Result<T>,
    ) -> Result<T> {
        self.allow(&request)?;
        let token = self.identity.token();
        self.transport.send(&mut request, self.auth(&token), finish)
    }

    /// Waits, unless the calls are stopped meanwhile.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        cancel::sleep(self.cancellation.as_ref(), time)
    }

    fn auth<'a>(&'a self, state: &'a crate::identity::Token) -> AuthContext<'a> {
        AuthContext {
            token: Some(&state.token),
            scrub: &state.scrub,
            cancellation: self.cancellation.as_ref(),
        }
    }

    fn renews(&self) -> bool {
        self.transport.renews_sessions() && self.identity.can_renew()
    }

    /// Refuses, before anything is sent, what the session's version does not have, and what is for
    /// another server.
    fn allow(&self, request: &Request<'_>) -> Result<()> {
        if let Some(foreign) = &self.foreign {
            return Err(Error::config(format!(
                "the session token is of {foreign}, and this server is {}: nothing was sent",
                self.transport.origin()
            )));
        }
        match request.needs() {
            Some(needed) => self.has(needed, || match request.operation() {
                Some(operation) if operation.since < needed => {
                    format!("{} with these options", operation.title)
                }
                Some(operation) => operation.title.to_owned(),
                None => format!("{} {}", request.method(), request.path()),
            }),
            None => Ok(()),
        }
    }

    pub(crate) fn has(&self, needed: ApiVersion, what: impl FnOnce() -> String) -> Result<()> {
        if needed <= self.version {
            return Ok(());
        }
        Err(self.version.too_old(needed, &what()))
    }
}
