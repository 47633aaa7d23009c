//! [`Core`]: what a session owns and its threads share. It borrows nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use log::warn;

use crate::credentials::SignIn;
use crate::error::one_line;
use crate::http::{Asker, Origin, Request, Success, Transport, encode_segment};
use crate::identity::{Identity, LOG, Renewed, Sharing, SignedIn};
use crate::ids::{SiteId, UserId};
use crate::redact::Redactor;
use crate::session_file::Shared;
use crate::stop::{self, Stop};
use crate::version::ApiVersion;
use crate::xml::{Changes, FromXml, Node, Out};
use crate::{Error, ErrorKind, Result};

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
    stop: Option<Stop>,
    /// The stop of the session, where `stop` is that of a part of what is done over it.
    whole: Option<Stop>,
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
        stop: Option<&Stop>,
    ) -> Result<Core> {
        let answer = SignedIn::by(&transport, version, &sign_in, transport.redactor(), stop, None)?;
        let known = transport.redactor().clone();
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
        known: &Redactor,
    ) -> Core {
        let SignedIn { token, site_id, site_url, user_id } = answer;
        let identity = Arc::new(Identity::new(known, token, sign_in));
        let (foreign, stop, whole) = (None, None, None);
        Core { transport, version, site_id, site_url, user_id, identity, foreign, stop, whole }
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
        let known = transport.redactor().clone();
        Core { foreign, ..Core::new(transport, version, session, None, &known) }
    }

    /// The same session, whose calls this stop ends.
    pub(crate) fn until(&self, stop: &Stop) -> Core {
        Core { stop: Some(stop.clone()), whole: Some(stop.clone()), ..self.clone() }
    }

    /// The same session for a part of what is done over it, which this stop ends: a branch of the
    /// session's own. Renewing the session is nobody's part.
    pub(crate) fn branch(&self, stop: &Stop) -> Core {
        Core { stop: Some(stop.clone()), ..self.clone() }
    }

    /// What ends renewing the session.
    pub(crate) fn whole_stop(&self) -> Option<&Stop> {
        self.whole.as_ref()
    }

    /// What ends its calls.
    pub(crate) fn stop(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// The same session, shared by a file: with credentials that renew it, if there are any.
    pub(crate) fn shared_in(self, sharing: Sharing, sign_in: Option<SignIn>) -> Core {
        let token = self.identity.token().token.clone();
        let identity = Identity::new(self.transport.redactor(), token, sign_in);
        self.with_identity(identity.shared_in(sharing))
    }

    /// The same site, by another sign-in.
    pub(crate) fn with_identity(&self, identity: Identity) -> Core {
        let (identity, stop) = (Arc::new(identity), self.whole.clone());
        Core { identity, stop, ..self.clone() }
    }

    /// The same user's session on another site, whose token takes the place of this one.
    pub(crate) fn switch_site(&self, content_url: &str) -> Result<Core> {
        let mut out = Out::new();
        out.element("tsRequest", |out| {
            out.element("site", |out| out.attribute("contentUrl", content_url));
        });
        let request = Request::post(self.api("auth/switchSite")).since(2, 6).xml(out.finish()?);
        let answer = self.read(request, "credentials")?;
        let sign_in = self.identity.sign_in().cloned();
        // The old token is none any more, and still nobody's to see.
        let known = &self.identity.token().redactor;
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

    /// Removes secrets that the server may have sent as names or ids.
    pub(crate) fn redact(&self, error: Error) -> Error {
        error.redacted(&self.identity.token().redactor)
    }

    /// What the server calls something, for a line of a log.
    pub(crate) fn shown(&self, text: &str) -> String {
        one_line(&self.identity.token().redactor.redact_start(text, false, 200)).into_owned()
    }

    /// The whole address of a call, for messages.
    pub(crate) fn address(&self, path: &str) -> String {
        let address = self.transport.base().call(path).to_string();
        self.identity.token().redactor.redact(&address).into_owned()
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
            let outcome = self.transport.send(&mut request, self.asker(&used), &mut finish);
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
        self.transport.send(&mut request, self.asker(&token), finish)
    }

    /// Waits, unless the calls are stopped meanwhile.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        stop::sleep(self.stop.as_ref(), time)
    }

    fn asker<'a>(&'a self, state: &'a crate::identity::Token) -> Asker<'a> {
        Asker { token: Some(&state.token), redactor: &state.redactor, stop: self.stop.as_ref() }
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
            Some(needed) => self.has(needed, || format!("{} {}", request.method(), request.path())),
            None => Ok(()),
        }
    }

    /// Refuses a part of a request that the session's version does not have.
    pub(crate) fn needs(&self, since: (u16, u16), what: impl FnOnce() -> String) -> Result<()> {
        self.has(ApiVersion::new(since.0, since.1), what)
    }

    fn has(&self, needed: ApiVersion, what: impl FnOnce() -> String) -> Result<()> {
        if needed <= self.version {
            return Ok(());
        }
        let what = what();
        let speaks = self.version;
        Err(Error::new(
            ErrorKind::Version,
            format!("{what} needs REST API {needed}, and the session speaks {speaks}"),
        ))
    }

    /// Sends a request whose answer says no more than that it is done.
    pub(crate) fn done(&self, request: Request<'_>) -> Result<()> {
        self.ask(request, Success::ignore)
    }

    /// Sends a request and reads the one element that its answer is about.
    pub(crate) fn read<T: FromXml>(&self, request: Request<'_>, tag: &str) -> Result<T> {
        self.xml(request, |root| root.child(tag))
    }

    /// Sends changes and reads what they are about as it is then.
    pub(crate) fn change<C: Changes>(&self, request: Request<'_>, changes: &C) -> Result<C::Of> {
        self.change_read(request, changes, |root| root.child(C::TAG))
    }

    /// As [`change`](Core::change), where the answer has it at a place of its own. What it shows
    /// otherwise than it was asked for is logged: the server ignores some of what it is told, and
    /// says nothing.
    pub(crate) fn change_read<C: Changes>(
        &self,
        request: Request<'_>,
        changes: &C,
        read: impl Fn(Node<'_>) -> Result<C::Of>,
    ) -> Result<C::Of> {
        let request = request.element(changes)?;
        let path = request.path().to_owned();
        let answer = self.xml(request, read)?;
        self.compare(&path, changes, &answer);
        Ok(answer)
    }

    /// Logs what an answer shows otherwise than it was asked for.
    pub(crate) fn compare<C: Changes>(&self, path: &str, changes: &C, answer: &C::Of) {
        let ignored = changes.ignored(answer);
        if !ignored.is_empty() {
            warn!(
                target: "tableau_server_client::update",
                "PUT {}: the {} in the answer has other values than it was given: {}",
                self.address(path),
                C::TAG,
                ignored.join(", ")
            );
        }
    }

    /// Sends a request and reads its answer from the root on.
    pub(crate) fn xml<T>(
        &self,
        request: Request<'_>,
        read: impl Fn(Node<'_>) -> Result<T>,
    ) -> Result<T> {
        self.ask(request, |answer| answer.xml(&read))
    }

    /// Sends a request and reads the list that its answer is, which has no pages.
    pub(crate) fn read_all<T: FromXml>(
        &self,
        request: Request<'_>,
        wrap: &str,
        item: &str,
    ) -> Result<Vec<T>> {
        self.xml(request, |root| {
            root.need(wrap)?;
            root.list(wrap, item)
        })
    }

    /// Sends a request and reads the element that its answer is about, if it is about any.
    pub(crate) fn read_any<T: FromXml>(
        &self,
        request: Request<'_>,
        tag: &str,
    ) -> Result<Option<T>> {
        self.ask(request, |answer| answer.xml_if_any(|root| root.child(tag))).map(Option::flatten)
    }
}
