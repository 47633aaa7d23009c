//! [`Identity`]: who is signed in, by which token, and how to sign in again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};
use std::time::{Duration, Instant};

use log::{info, warn};

use crate::core::Core;
use crate::credentials::SignIn;
use crate::error::cut;
use crate::http::{Asker, Request, Transport};
use crate::ids::{SiteId, UserId};
use crate::secret::{Scrub, Secret};
use crate::session_file::{Locked, SessionFile};
use crate::stop::Stop;
use crate::token::SessionToken;
use crate::version::ApiVersion;
use crate::xml::{FromXml, Node};
use crate::{Error, ErrorKind, Result};

const LOG: &str = "tableau_server_client::session";

/// So many renewals within this time are more than expiry explains.
const RENEWALS: usize = 3;
const RENEWALS_WITHIN: Duration = Duration::from_secs(5 * 60);

/// A wait is looked at again this often, so that a stop is noticed.
const LOOK: Duration = Duration::from_millis(20);

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
        known: &Scrub,
        stop: Option<&Stop>,
        deadline: Option<Instant>,
    ) -> Result<SignedIn> {
        let scrub = known.clone().with(sign_in.secret());
        let asker = Asker { token: None, scrub: &scrub, stop };
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
    /// To sign in again with. A session that another process opened has none.
    sign_in: Option<SignIn>,
    /// Where the session is shared with other processes.
    shared: Option<SessionFile>,
    renewal: Mutex<Renewal>,
}

/// The token in use, and what no message may repeat.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) token: Secret,
    pub(crate) scrub: Scrub,
}

#[derive(Debug, Default)]
struct Renewal {
    /// When the session was renewed lately, the oldest first.
    lately: VecDeque<Instant>,
    /// The server refused the credentials: it is not asked again.
    refused: bool,
    /// When signing in again failed last, and how, for those that waited for it meanwhile.
    failed: Option<(Instant, String)>,
}

impl Identity {
    pub(crate) fn new(scrub: &Scrub, token: Secret, sign_in: Option<SignIn>) -> Identity {
        let mut scrub = scrub.clone().with(&token);
        if let Some(sign_in) = &sign_in {
            scrub = scrub.with(sign_in.secret());
        }
        let token = RwLock::new(Arc::new(Token { token, scrub }));
        Identity { token, sign_in, shared: None, renewal: Mutex::default() }
    }

    /// The same, shared by a file.
    pub(crate) fn shared_in(self, file: &SessionFile) -> Identity {
        Identity { shared: Some(file.clone()), ..self }
    }

    pub(crate) fn shared(&self) -> Option<&SessionFile> {
        self.shared.as_ref()
    }

    pub(crate) fn token(&self) -> Arc<Token> {
        self.token.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn sign_in(&self) -> Option<&SignIn> {
        self.sign_in.as_ref()
    }

    pub(crate) fn can_renew(&self) -> bool {
        self.shared.is_some() || self.sign_in.as_ref().is_some_and(SignIn::can_renew)
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
    ) -> Result<()> {
        let stop = core.stop();
        let over = || {
            stop.is_some_and(Stop::is_stopped)
                || deadline.is_some_and(|deadline| deadline <= Instant::now())
        };
        let asked = Instant::now();
        let mut renewal = self.lock_renewal(stop, deadline)?;
        if self.token().token != used.token {
            return Ok(());
        }
        let mut file = match self.lock_file(stop, deadline) {
            Ok(file) => file,
            Err(error) if over() => return Err(error),
            Err(error) => return Err(expired.and_then_failed("its file is of no use", Some(error))),
        };
        if let Some(file) = &mut file {
            match file.read() {
                Ok(Some(there)) if there.token != used.token && there.is_of(core) => {
                    self.adopt(used, there.token, None);
                    return Ok(());
                }
                Ok(_) => {}
                Err(error) => {
                    return Err(expired.and_then_failed("its file is of no use", Some(error)));
                }
            }
        }
        let Some(sign_in) = &self.sign_in else {
            let why = "whoever holds the shared session has not renewed it";
            return Err(expired.and_then_failed(why, None));
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
        info!(target: LOG, "the session has expired: signing in again");
        let signed_in = sign_in.renewed(&core.site_url).and_then(|next| {
            let answer =
                SignedIn::by(&core.transport, core.version, &next, &used.scrub, stop, deadline)?;
            Ok((next, answer))
        });
        let (next, answer) = match signed_in {
            Ok(signed_in) => signed_in,
            Err(error) if over() => return Err(error),
            Err(error) => {
                // Of a function that mints tokens, too.
                let error = error.scrubbed(&used.scrub);
                renewal.refused = error.is_sign_in_failed();
                renewal.failed = Some((Instant::now(), cut(&error.to_string(), 500).into_owned()));
                return Err(expired.and_then_failed("signing in again failed", Some(error)));
            }
        };
        renewal.lately.push_back(Instant::now());
        if answer.site_id != core.site_id || answer.user_id != core.user_id {
            renewal.refused = true;
            let scrub = used.scrub.clone().with(next.secret()).with(&answer.token);
            let shown = |id: &str| cut(&scrub.clean(id), 100).into_owned();
            let what = format!(
                "signing in again led to user {} on site {}, not to user {} on site {}",
                shown(answer.user_id.as_str()),
                shown(answer.site_id.as_str()),
                shown(core.user_id.as_str()),
                shown(core.site_id.as_str())
            );
            // Nobody else will end the session that was not wanted.
            let stray = core.with_identity(Identity::new(&scrub, answer.token, None));
            if let Err(error) = stray.sign_out(core.transport.sign_out_timeout()) {
                warn!(target: LOG, "ending that session failed: {error}");
            }
            return Err(Error::new(ErrorKind::Decode, what));
        }
        self.adopt(used, answer.token, Some(next.secret()));
        if let Some(file) = &mut file {
            file.write(&SessionToken::of(core))?;
        }
        Ok(())
    }

    /// Waits while another thread signs in again, which may take longer than this call may.
    fn lock_renewal(
        &self,
        stop: Option<&Stop>,
        deadline: Option<Instant>,
    ) -> Result<MutexGuard<'_, Renewal>> {
        if stop.is_none() && deadline.is_none() {
            return Ok(self.renewal.lock().unwrap_or_else(PoisonError::into_inner));
        }
        loop {
            match self.renewal.try_lock() {
                Ok(renewal) => return Ok(renewal),
                Err(TryLockError::Poisoned(poisoned)) => return Ok(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => {}
            }
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                let what = "the session has expired, and was not renewed in the time allowed";
                return Err(Error::new(ErrorKind::Timeout, what));
            }
            match stop {
                Some(stop) => stop.sleep(LOOK)?,
                None => std::thread::sleep(LOOK),
            }
        }
    }

    fn lock_file(
        &self,
        stop: Option<&Stop>,
        deadline: Option<Instant>,
    ) -> Result<Option<Locked<'_>>> {
        let Some(file) = &self.shared else { return Ok(None) };
        // Who can sign in again makes it anew where somebody has cleaned it away.
        let create = self.sign_in.is_some();
        let patient = Instant::now() + SessionFile::PATIENCE;
        let patient = deadline.map_or(patient, |deadline| deadline.min(patient));
        loop {
            match file.lock(create, LOOK) {
                Err(error) if error.is_timeout() && Instant::now() < patient => {
                    stop.map_or(Ok(()), Stop::check)?;
                }
                other => return other.map(Some),
            }
        }
    }

    /// Puts another token in the place of the one that expired.
    fn adopt(&self, used: &Token, token: Secret, secret: Option<&Secret>) {
        let mut scrub = used.scrub.clone().with(&token);
        if let Some(secret) = secret {
            scrub = scrub.with(secret);
        }
        let token = Arc::new(Token { token, scrub });
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = token;
    }
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
