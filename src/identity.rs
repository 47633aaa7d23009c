//! [`Identity`]: who is signed in, by which token, and how to sign in again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use log::info;

use crate::core::Core;
use crate::credentials::SignIn;
use crate::http::{Asker, Request, Transport};
use crate::ids::{SiteId, UserId};
use crate::secret::{Scrub, Secret};
use crate::version::ApiVersion;
use crate::xml::{FromXml, Node};
use crate::{Error, ErrorKind, Result};

/// So many renewals within this time are more than expiry explains.
const RENEWALS: usize = 3;
const RENEWALS_WITHIN: Duration = Duration::from_secs(5 * 60);

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
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
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

impl SignedIn {
    /// Signs in.
    pub(crate) fn by(
        transport: &Transport,
        version: ApiVersion,
        sign_in: &SignIn,
    ) -> Result<SignedIn> {
        let scrub = transport.scrub().clone().with(sign_in.secret());
        let asker = Asker { token: None, scrub: &scrub, stop: None };
        let mut request =
            Request::post(format!("/api/{version}/auth/signin")).xml(sign_in.request()?);
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
}

impl Identity {
    pub(crate) fn new(scrub: &Scrub, token: Secret, sign_in: Option<SignIn>) -> Identity {
        let mut scrub = scrub.clone().with(&token);
        if let Some(sign_in) = &sign_in {
            scrub = scrub.with(sign_in.secret());
        }
        let token = RwLock::new(Arc::new(Token { token, scrub }));
        Identity { token, sign_in, renewal: Mutex::default() }
    }

    pub(crate) fn token(&self) -> Arc<Token> {
        self.token.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn sign_in(&self) -> Option<&SignIn> {
        self.sign_in.as_ref()
    }

    pub(crate) fn can_renew(&self) -> bool {
        self.sign_in.as_ref().is_some_and(SignIn::can_renew)
    }

    /// Signs in again, unless another thread has done so since `used` was taken. `expired` is what
    /// the server said, and what the caller gets where this fails.
    pub(crate) fn renew(&self, core: &Core, used: &Token, expired: Error) -> Result<()> {
        let Some(sign_in) = &self.sign_in else { return Err(expired) };
        let mut renewal = self.renewal.lock().unwrap_or_else(PoisonError::into_inner);
        if self.token().token != used.token {
            return Ok(());
        }
        if renewal.refused {
            return Err(expired.and_then_failed("the credentials were refused before", None));
        }
        let now = Instant::now();
        renewal.lately.retain(|then| now.duration_since(*then) < RENEWALS_WITHIN);
        if renewal.lately.len() >= RENEWALS {
            let why = match sign_in.token_name() {
                Some(name) => format!(
                    "the personal access token {name:?} seems to be in use elsewhere: each \
                     sign-in with it ends the other's session"
                ),
                None => "something else ends the session again and again".to_owned(),
            };
            let why = format!("it was renewed {RENEWALS} times in a few minutes; {why}");
            return Err(expired.and_then_failed(&why, None));
        }
        renewal.lately.push_back(now);
        info!(target: "tableau_server_client::session", "the session has expired: signing in again");
        let next = sign_in.renewed(&core.site_url);
        let answer = next.and_then(|next| {
            let answer = SignedIn::by(&core.transport, core.version, &next)?;
            Ok((next, answer))
        });
        match answer {
            Ok((next, answer))
                if answer.site_id == core.site_id && answer.user_id == core.user_id =>
            {
                let scrub = used.scrub.clone().with(&answer.token).with(next.secret());
                let token = Arc::new(Token { token: answer.token, scrub });
                *self.token.write().unwrap_or_else(PoisonError::into_inner) = token;
                Ok(())
            }
            Ok((_, answer)) => {
                renewal.refused = true;
                let other = Error::new(
                    ErrorKind::Decode,
                    format!(
                        "signing in again led to user {} on site {}, not to user {} on site {}",
                        answer.user_id, answer.site_id, core.user_id, core.site_id
                    ),
                );
                // Nobody else will end the session that was not wanted.
                let stray = Identity::new(&used.scrub, answer.token, None);
                let _ = core.with_identity(stray).sign_out();
                Err(other)
            }
            Err(error) => {
                renewal.refused = error.is_sign_in_failed();
                Err(expired.and_then_failed("signing in again failed", Some(error)))
            }
        }
    }
}
