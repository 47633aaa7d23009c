//! [`Core`]: what a session owns and its threads share. It borrows nothing.

use std::sync::{Arc, PoisonError, RwLock};

use crate::credentials::SignIn;
use crate::http::{Origin, Request, Success, Transport, encode_segment};
use crate::ids::{SiteId, UserId};
use crate::secret::{Scrub, Secret};
use crate::version::ApiVersion;
use crate::xml::{FromXml, Node};
use crate::{Error, ErrorKind, Result};

/// One sign-in: whose, where, by which token, and the way there.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) transport: Arc<Transport>,
    pub(crate) version: ApiVersion,
    pub(crate) site_id: SiteId,
    pub(crate) site_url: String,
    pub(crate) user_id: UserId,
    token: RwLock<Secret>,
    /// To sign in again with. A session that another process opened has none.
    sign_in: Option<SignIn>,
    /// The origin that the token is for, where that is not this server's: then nothing is sent.
    foreign: Option<Origin>,
    scrub: Scrub,
}

/// What an answer to a sign-in or a switch of site says.
pub(crate) struct SignedIn {
    token: Secret,
    site_id: SiteId,
    site_url: String,
    user_id: UserId,
}

impl FromXml for SignedIn {
    fn from_xml(node: Node<'_>) -> Result<SignedIn> {
        Ok(SignedIn {
            token: Secret::new(node.attr::<String>("token")?),
            site_id: node.child_id("site")?,
            site_url: node.child_attr("site", "contentUrl")?,
            user_id: node.child_id("user")?,
        })
    }
}

impl Core {
    /// Signs in. The version is settled before, so that no credentials go to a server that cannot
    /// say which version it speaks.
    pub(crate) fn sign_in(
        transport: Arc<Transport>,
        version: ApiVersion,
        sign_in: SignIn,
    ) -> Result<Core> {
        let scrub = transport.scrub().clone().with(sign_in.secret());
        let mut request =
            Request::post(format!("/api/{version}/auth/signin")).xml(sign_in.request()?);
        let answer = transport
            .send(&mut request, None, &scrub)
            .and_then(|answer| answer.xml(|root| root.child::<SignedIn>("credentials")))
            .map_err(Error::during_sign_in)?;
        Ok(Core::new(transport, version, answer, Some(sign_in)))
    }

    fn new(
        transport: Arc<Transport>,
        version: ApiVersion,
        answer: SignedIn,
        sign_in: Option<SignIn>,
    ) -> Core {
        let mut scrub = transport.scrub().clone().with(&answer.token);
        if let Some(sign_in) = &sign_in {
            scrub = scrub.with(sign_in.secret());
        }
        Core {
            transport,
            version,
            site_id: answer.site_id,
            site_url: answer.site_url,
            user_id: answer.user_id,
            token: RwLock::new(answer.token),
            sign_in,
            foreign: None,
            scrub,
        }
    }

    /// Takes over a session that another process opened, with the origin that it was opened at.
    pub(crate) fn resumed(
        transport: Arc<Transport>,
        version: ApiVersion,
        origin: &Origin,
        (token, site_id, site_url, user_id): (Secret, SiteId, String, UserId),
    ) -> Core {
        let ours = transport.origin();
        let mut foreign = None;
        if *origin != ours {
            // The token of a session that was led to https must not go over http again.
            match origin.is_upgrade_of(&ours) && (origin.port(), ours.port()) == (443, 80) {
                true => transport.upgrade_to(origin),
                false => foreign = Some(origin.clone()),
            }
        }
        let answer = SignedIn { token, site_id, site_url, user_id };
        Core { foreign, ..Core::new(transport, version, answer, None) }
    }

    /// The same user's session on another site, whose token takes the place of this one.
    pub(crate) fn switch_site(&self, content_url: &str) -> Result<Core> {
        let mut out = crate::xml::Out::new();
        out.element("tsRequest", |out| {
            out.element("site", |out| out.attribute("contentUrl", content_url));
        });
        let request = Request::post(self.api("auth/switchSite")).since(2, 6).xml(out.finish()?);
        let answer = self.send(request)?.xml(|root| root.child::<SignedIn>("credentials"))?;
        Ok(Core::new(self.transport.clone(), self.version, answer, self.sign_in.clone()))
    }

    /// Ends the session on the server. One that is no longer valid has ended already.
    pub(crate) fn sign_out(&self) -> Result<()> {
        let within = self.transport.sign_out_timeout();
        match self.done(Request::post(self.api("auth/signout")).within(within)) {
            Err(error) if error.is_session_expired() => Ok(()),
            other => other,
        }
    }

    pub(crate) fn token(&self) -> Secret {
        self.token.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The address of a call: `/api/3.24/…`.
    pub(crate) fn api(&self, path: &str) -> String {
        format!("/api/{}/{path}", self.version)
    }

    /// The address of a call on the session's site: `/api/3.24/sites/{id}/…`.
    pub(crate) fn site(&self, path: &str) -> String {
        self.api(&format!("sites/{}/{path}", encode_segment(self.site_id.as_str())))
    }

    /// As [`site`](Core::site), for what the server has not yet put under a version of the API.
    pub(crate) fn experimental_site(&self, path: &str) -> String {
        format!("/api/exp/sites/{}/{path}", encode_segment(self.site_id.as_str()))
    }

    /// Sends a request with the session's token.
    pub(crate) fn send(&self, mut request: Request<'_>) -> Result<Success> {
        self.send_again(&mut request)
    }

    /// As [`send`](Core::send), for a request that may have to be sent more than once.
    pub(crate) fn send_again(&self, request: &mut Request<'_>) -> Result<Success> {
        self.require(request)?;
        if let Some(foreign) = &self.foreign {
            return Err(Error::config(format!(
                "the session token is of {foreign}, and this server is {}: nothing was sent",
                self.transport.origin()
            )));
        }
        let scrub = request.secrets().iter().fold(self.scrub.clone(), Scrub::with);
        self.transport.send(request, Some(&self.token()), &scrub)
    }

    /// Refuses, before anything is sent, what the session's version does not have.
    fn require(&self, request: &Request<'_>) -> Result<()> {
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
        self.send(request)?.ignore()
    }

    /// Sends a request and reads the one element that its answer is about.
    pub(crate) fn read<T: FromXml>(&self, request: Request<'_>, tag: &str) -> Result<T> {
        self.send(request)?.xml(|root| root.child(tag))
    }

    /// Sends a request and reads the list that its answer is, which has no pages.
    pub(crate) fn read_all<T: FromXml>(
        &self,
        request: Request<'_>,
        wrap: &str,
        item: &str,
    ) -> Result<Vec<T>> {
        self.send(request)?.xml(|root| {
            root.need(wrap)?;
            root.list(wrap, item)
        })
    }
}
