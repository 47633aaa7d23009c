//! [`Identity`]: who is signed in, by which token, and how to sign in again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use log::{info, warn};

use crate::core::Core;
use crate::credentials::SignIn;
use crate::error::cut;
use crate::http::{Asker, Request, Transport};
use crate::ids::{SiteId, UserId};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::session_file::{Locked, SessionFile};
use crate::stop::{self, Stop, earlier};
use crate::token::SessionToken;
use crate::version::ApiVersion;
use crate::within::Within;
use crate::xml::{FromXml, Node};
use crate::{Error, ErrorKind, Result};

/// Where the log lines of sessions go.
pub(crate) const LOG: &str = "tableau_server_client::session";

/// So many renewals within this time are more than expiry explains.
const RENEWALS: usize = 3;
const RENEWALS_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The file of a session that somebody else is to renew is looked into this often.
const LOOK: Duration = Duration::from_millis(50);

/// What an answer to a sign-in or a switch of site says.
pub(crate) struct SignedIn {
    pub(crate) token: Secret,
    pub(crate) site_id: SiteId,
    pub(crate) site_url: String,
    pub(crate) user_id: UserId,
}

impl FromXml for SignedIn {
    fn from_xml(node: Node<'_>) -> Result<SignedIn> {
        let token: String = node.attr("token")?;
        if !is_token(&token) {
            return Err(node.fail("the attribute `token`", "is no token"));
        }
        Ok(SignedIn {
            token: Secret::new(token),
            site_id: node.child_id("site")?,
            site_url: node.child_attr("site", "contentUrl")?,
            user_id: node.child_id("user")?,
        })
    }
}

/// Whether a text can be sent as a session's token, in a header among others.
pub(crate) fn is_token(text: &str) -> bool {
    const LONGEST: usize = 16 << 10;
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

impl SignedIn {
    /// Signs in, until then where that is a part of something that has to be done.
    pub(crate) fn by(
        transport: &Transport,
        version: ApiVersion,
        sign_in: &SignIn,
        known: &Redactor,
        stop: Option<&Stop>,
        deadline: Option<Instant>,
    ) -> Result<SignedIn> {
        let redactor = known.clone().with(sign_in.secret());
        let asker = Asker { token: None, redactor: &redactor, stop };
        let mut request = Request::post(format!("/api/{version}/auth/signin"))
            .xml(sign_in.request()?)
            .until(deadline);
        transport
            .send(&mut request, asker, |answer| answer.xml(|root| root.child("credentials")))
            .map_err(Error::during_sign_in)
    }
}

/// Who is signed in. Threads, and views of one session, share it.
#[derive(Debug)]
pub(crate) struct Identity {
    token: RwLock<Arc<Token>>,
    /// Knows the secrets that stay what they are.
    known: Redactor,
    /// To sign in again with. A session that another process opened has none.
    sign_in: Option<SignIn>,
    /// How the session is shared with other processes.
    sharing: Option<Sharing>,
    renewal: Mutex<Renewal>,
}

/// A session that is shared by a file.
#[derive(Clone, Debug)]
pub(crate) struct Sharing {
    pub(crate) file: SessionFile,
    /// What shows in the file that the session is this process's to sign out. A worker has none.
    pub(crate) mark: Option<String>,
}

/// What a look into the file of a session that has expired shows.
enum Look<'f> {
    /// Somebody has renewed it.
    Renewed(Secret),
    /// Nobody has: this process is to, and the file, with the mark of its holder, is its own so long.
    Ours(Locked<'f>, String),
    /// The file is somebody else's by now, and no way to share this session.
    Without,
}

/// By whom a session was renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Renewed {
    /// By a thread of this process: the session is new.
    Here,
    /// By whoever has put another one into the file, some time ago.
    ByAFile,
}

/// The token in use, and what no message may repeat.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) token: Secret,
    pub(crate) redactor: Redactor,
    /// The tokens before it, the newest last.
    past: Vec<Secret>,
    by: Renewed,
}

/// So many tokens of before are kept out of messages. Those of long before are worth nothing to
/// anybody, and there may be many.
const REMEMBERED: usize = 16;

#[derive(Debug, Default)]
struct Renewal {
    /// When the session was renewed lately, the oldest first.
    lately: VecDeque<Instant>,
    /// The server refused the credentials: it is not asked again.
    refused: bool,
    /// When signing in again failed last, and how, for those that waited for it meanwhile.
    failed: Option<(Instant, String)>,
    /// A token that nobody renewed while this process, which cannot, waited for it.
    in_vain: Option<Secret>,
    /// The token that stayed in the file, as the session that this process holds since could not be
    /// put there.
    unwritten: Option<Secret>,
}

impl Identity {
    pub(crate) fn new(redactor: &Redactor, token: Secret, sign_in: Option<SignIn>) -> Identity {
        let mut known = redactor.clone();
        if let Some(sign_in) = &sign_in {
            known = known.with(sign_in.secret());
        }
        let redactor = known.clone().with(&token);
        let token =
            RwLock::new(Arc::new(Token { token, redactor, past: Vec::new(), by: Renewed::Here }));
        Identity { token, known, sign_in, sharing: None, renewal: Mutex::default() }
    }

    /// The same, shared by a file.
    pub(crate) fn shared_in(self, sharing: Sharing) -> Identity {
        Identity { sharing: Some(sharing), ..self }
    }

    pub(crate) fn sharing(&self) -> Option<&Sharing> {
        self.sharing.as_ref()
    }

    pub(crate) fn token(&self) -> Arc<Token> {
        self.token.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn sign_in(&self) -> Option<&SignIn> {
        self.sign_in.as_ref()
    }

    pub(crate) fn can_renew(&self) -> bool {
        self.sharing.is_some() || self.renewable().is_some()
    }

    /// Signs in again, unless another thread, or another process that shares the session, has done
    /// so since `used` was taken. `expired` is what the server said, and what the caller gets where
    /// this fails, by the deadline that the call has.
    pub(crate) fn renew(
        &self,
        core: &Core,
        used: &Token,
        expired: Error,
        deadline: Option<Instant>,
    ) -> Result<Renewed> {
        let (stop, whole) = (core.stop(), core.whole_stop());
        // A function that mints tokens, or a logger, may ask over the very session.
        let Some(_renewing) = Within::begin(self) else {
            let what = "it was asked over by what is to renew it";
            return Err(expired.and_then_failed(what, None));
        };
        let over = |stop: Option<&Stop>| {
            stop.is_some_and(Stop::is_stopped)
                || deadline.is_some_and(|deadline| deadline <= Instant::now())
        };
        let asked = Instant::now();
        let Some(mut renewal) = stop::lock(&self.renewal, stop, deadline)? else {
            let what = "the session has expired, and was not renewed in the time allowed";
            return Err(Error::new(ErrorKind::Timeout, what));
        };
        let now = self.token();
        if now.token != used.token {
            return Ok(now.by);
        }
        let mut file = match &self.sharing {
            None => None,
            Some(sharing) => match self.look(sharing, core, used, &mut renewal, deadline) {
                Ok(Look::Renewed(token)) => {
                    self.adopt(used, token, None, Renewed::ByAFile);
                    return Ok(Renewed::ByAFile);
                }
                Ok(Look::Ours(file, holder)) => Some((file, holder, sharing.mark.is_some())),
                Ok(Look::Without) => None,
                Err(error) if over(stop) => return Err(error),
                Err(error) => {
                    let what = "the process that shares it has not renewed it";
                    return Err(expired.and_then_failed(what, Some(error)));
                }
            },
        };
        let Some(sign_in) = self.renewable() else {
            return Err(expired);
        };
        if renewal.refused {
            return Err(expired.and_then_failed("the credentials were refused before", None));
        }
        if let Some((_, why)) = renewal.failed.as_ref().filter(|(when, _)| *when > asked) {
            let why = format!("signing in again failed in another thread: {why}");
            return Err(expired.and_then_failed(&why, None));
        }
        if let Err(why) = renewal.allow(sign_in) {
            return Err(expired.and_then_failed(&why, None));
        }
        // From here on it is for the whole session, and no list that is left ends it half done.
        stop.map_or(Ok(()), Stop::check)?;
        info!(target: LOG, "the session has expired: signing in again");
        let signed_in = sign_in.renewed(&core.site_url).and_then(|next| {
            let answer = SignedIn::by(
                &core.transport,
                core.version,
                &next,
                &used.redactor,
                whole,
                deadline,
            )?;
            Ok((next, answer))
        });
        let (next, answer) = match signed_in {
            Ok(signed_in) => signed_in,
            // Of a function that mints tokens, too.
            Err(error) if over(whole) => return Err(error.redacted(&used.redactor)),
            Err(error) => {
                let error = error.redacted(&used.redactor);
                renewal.refused = is_refusal(&error);
                renewal.failed = Some((Instant::now(), cut(&error.to_string(), 500).into_owned()));
                return Err(expired.and_then_failed("signing in again failed", Some(error)));
            }
        };
        if answer.site_id != core.site_id || answer.user_id != core.user_id {
            renewal.refused = true;
            let redactor = used.redactor.clone().with(next.secret()).with(&answer.token);
            let shown = |id: &str| cut(&redactor.redact(id), 100).into_owned();
            let what = format!(
                "signing in again led to user {} on site {}, not to user {} on site {}",
                shown(answer.user_id.as_str()),
                shown(answer.site_id.as_str()),
                shown(core.user_id.as_str()),
                shown(core.site_id.as_str())
            );
            // Nobody else will end the session that was not wanted.
            end_stray(core, &redactor, answer.token, deadline);
            return Err(Error::new(ErrorKind::Decode, what));
        }
        if let Some((file, holder, holds)) = &mut file {
            let session = SessionToken { token: answer.token.clone(), ..SessionToken::of(core) };
            let written = file.write(&session, holder);
            // Whoever held it has gone and taken the file away, or does not learn of this session.
            if !*holds && (written.is_err() || !file.is_there()) {
                end_stray(core, &used.redactor, answer.token, deadline);
                let what = "the new session cannot be shared, and was ended";
                return Err(expired.and_then_failed(what, written.err()));
            }
            renewal.unwritten = written.is_err().then(|| used.token.clone());
            if let Err(error) = written {
                warn!(target: LOG, "the session is renewed, and not shared: {error:?}");
            }
        }
        let minted = Some(next.secret()).filter(|secret| *secret != sign_in.secret());
        renewal.lately.push_back(Instant::now());
        self.adopt(used, answer.token, minted, Renewed::Here);
        Ok(Renewed::Here)
    }

    /// Looks into the file that the session is shared by: whether somebody has renewed it, or it is
    /// this process's turn, for which the file stays locked. Without credentials there is nothing to
    /// do but to wait until somebody has.
    fn look<'f>(
        &self,
        sharing: &'f Sharing,
        core: &Core,
        used: &Token,
        renewal: &mut Renewal,
        deadline: Option<Instant>,
    ) -> Result<Look<'f>> {
        let (file, stop) = (&sharing.file, core.stop());
        let can = self.renewable().is_some();
        let patient = file.patient();
        loop {
            // Who holds it makes it anew where somebody has cleaned it away.
            let holds = sharing.mark.is_some();
            let mut locked = file.lock(holds && can, earlier(patient, deadline), stop)?;
            match (locked.read()?, &sharing.mark) {
                (Some(there), mark) if there.session.is_of(core) => {
                    if there.session.token != used.token {
                        return Ok(Look::Renewed(there.session.token));
                    }
                    if can {
                        // It stays whose it is. One that is nobody's is its next holder's.
                        let nobodys = mark.clone().filter(|_| there.holder.is_empty());
                        return Ok(Look::Ours(locked, nobodys.unwrap_or(there.holder)));
                    }
                    if mark.is_some() {
                        return Err(Error::config("the credentials can be used only once"));
                    }
                }
                (None, Some(mark)) if can => return Ok(Look::Ours(locked, mark.clone())),
                // Those who share that one are not to find this one there.
                (Some(_), Some(_)) => return Ok(Look::Without),
                (None, Some(_)) => {
                    return Err(Error::config("the credentials can be used only once"));
                }
                (Some(_), None) => {
                    return Err(Error::config("the file has another user's or site's session"));
                }
                (None, None) => {
                    let what = "there is no session in the file any more: it was signed out";
                    return Err(Error::config(what));
                }
            }
            drop(locked);
            let now = Instant::now();
            if deadline.is_some_and(|deadline| deadline <= now) {
                let what = "the session has expired, and nobody renewed it in the time allowed";
                return Err(Error::new(ErrorKind::Timeout, what));
            }
            // Or it was waited for in vain before.
            if renewal.in_vain.as_ref() == Some(&used.token)
                || patient.is_some_and(|patient| patient <= now)
            {
                renewal.in_vain = Some(used.token.clone());
                return Err(Error::new(ErrorKind::Timeout, "there is no new session in the file"));
            }
            stop::sleep(stop, LOOK)?;
        }
    }

    /// The token of before, where the one of now could not be put into the file in its place.
    pub(crate) fn unwritten(&self) -> Option<Secret> {
        self.renewal.lock().unwrap_or_else(PoisonError::into_inner).unwritten.clone()
    }

    /// The credentials, if they can be used a second time.
    fn renewable(&self) -> Option<&SignIn> {
        self.sign_in.as_ref().filter(|sign_in| sign_in.can_renew())
    }

    /// Takes over what another process has made of this session.
    pub(crate) fn take_over(&self, token: Secret) {
        self.adopt(&self.token(), token, None, Renewed::ByAFile);
    }

    /// Puts another token in the place of the one that expired.
    fn adopt(&self, used: &Token, token: Secret, secret: Option<&Secret>, by: Renewed) {
        let mut past = used.past.clone();
        past.push(used.token.clone());
        // Minted for this once.
        past.extend(secret.cloned());
        past.drain(..past.len().saturating_sub(REMEMBERED));
        let redactor = past.iter().fold(self.known.clone(), Redactor::with).with(&token);
        let token = Arc::new(Token { token, redactor, past, by });
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

/// Ends a session that nobody is to have, in the time that the call has.
fn end_stray(core: &Core, redactor: &Redactor, token: Secret, deadline: Option<Instant>) {
    let within = core.transport.sign_out_timeout();
    let left = earlier(deadline, core.whole_stop().and_then(Stop::deadline))
        .map_or(within, |by| by.saturating_duration_since(Instant::now()).min(within));
    let stray = core.with_identity(Identity::new(redactor, token, None));
    if let Err(error) = stray.sign_out(left) {
        warn!(target: LOG, "ending that session failed: {error}");
    }
}

/// Whether the server does not let these credentials in, now and later, rather than not now.
fn is_refusal(error: &Error) -> bool {
    let refused = matches!(error.status(), Some(400..=499)) && error.status() != Some(429);
    error.is_sign_in_failed() || (error.kind() == ErrorKind::Api && refused)
}

impl Renewal {
    /// Refuses where there were more lately than expiry explains. Those that failed do not count: an
    /// outage is no other holder.
    fn allow(&mut self, sign_in: &SignIn) -> Result<(), String> {
        let now = Instant::now();
        self.lately.retain(|then| now.duration_since(*then) < RENEWALS_WITHIN);
        if self.lately.len() >= RENEWALS {
            let why = match sign_in.token_name() {
                Some(name) => format!(
                    "the personal access token {name:?} seems to be in use elsewhere: each \
                     sign-in with it ends the other's session"
                ),
                None => "something else ends the session again and again".to_owned(),
            };
            return Err(format!("it was renewed {RENEWALS} times within minutes; {why}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_before_stay_secret_and_do_not_pile_up() {
        let token = |number: usize| Secret::new(format!("token-{number}-of-a-test"));
        let known = Redactor::default().with(&Secret::new("password-of-a-test"));
        let identity = Identity::new(&known, token(0), None);
        for number in 1..=100 {
            let minted = token(1000 + number);
            identity.adopt(&identity.token(), token(number), Some(&minted), Renewed::Here);
        }
        let now = identity.token();
        assert!(now.token == token(100));
        let text = "password-of-a-test token-100-of-a-test token-99-of-a-test \
                    token-1100-of-a-test token-95-of-a-test token-1-of-a-test";
        let shown = "[secret] [secret] [secret] [secret] [secret] token-1-of-a-test";
        assert_eq!(now.redactor.redact(text), shown);
        assert_eq!(format!("{:?}", now.redactor), "Redactor(18 secrets)");
    }
}
