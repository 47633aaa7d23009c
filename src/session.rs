//! [`Session`]: signed in, until it is dropped.

use std::marker::PhantomData;
use std::sync::Arc;

use log::warn;

use crate::cancel::CancellationToken;
use crate::core::Core;
use crate::http::Fate;
use crate::identity::LOG;
use crate::ids::{SiteId, UserId};
use crate::server::Server;
use crate::token::SessionToken;
use crate::version::ApiVersion;
use crate::{Error, ErrorKind, Result};

/// A signed-in session. Dropping it signs out.
///
/// Every way out of its scope sends the sign-out: the end of a block, `?`, a panic. `Drop` tries
/// once, waits [`sign_out_timeout`](crate::HttpOptions::sign_out_timeout) at most (5 s unless
/// set), and logs what went wrong at `warn`, target `tableau_server_client::session`. To get the error
/// instead, call [`sign_out`](Session::sign_out). `std::process::exit`, an abort and a killed process
/// run no `Drop`: the server then ends the session itself, after hours.
///
/// It borrows the [`Server`], whose options cannot be changed meanwhile; a session from
/// [`Server::into_session`] owns its server instead and is `Session<'static>`. Threads share a
/// session by reference, its connections and its one sign-out included:
///
/// ```no_run
/// # fn main() -> Result<(), tableau_server_client::Error> {
/// # use tableau_server_client as tsc;
/// # let server = tsc::Server::new("https://tableau.example.com")?;
/// let session = server.sign_in(&tsc::TableauAuth::new("USERNAME", "PASSWORD"))?;
/// std::thread::scope(|scope| {
///     let projects = scope.spawn(|| session.projects().list().total());
///     let workbooks = scope.spawn(|| session.workbooks().list().total());
///     println!("{:?} {:?}", projects.join(), workbooks.join());
/// });
/// # Ok(())
/// # }
/// ```
///
/// # What does not compile
///
/// A session used after its sign-out:
///
/// ```compile_fail,E0382
/// # fn f(session: tableau_server_client::Session<'_>) -> Result<(), tableau_server_client::Error> {
/// session.sign_out()?;
/// println!("{}", session.site_id());
/// # Ok(())
/// # }
/// ```
///
/// ```
/// # fn f(session: tableau_server_client::Session<'_>) -> Result<(), tableau_server_client::Error> {
/// println!("{}", session.site_id());
/// session.sign_out()?;
/// # Ok(())
/// # }
/// ```
///
/// Options changed under a session:
///
/// ```compile_fail,E0502
/// # use tableau_server_client::{Error, HttpOptions, Server, TableauAuth};
/// # fn f(mut server: Server, auth: TableauAuth, options: HttpOptions) -> Result<(), Error> {
/// let session = server.sign_in(&auth)?;
/// server.add_http_options(options)?;
/// println!("{}", session.site_id());
/// # Ok(())
/// # }
/// ```
///
/// ```
/// # use tableau_server_client::{Error, HttpOptions, Server, TableauAuth};
/// # fn f(mut server: Server, auth: TableauAuth, options: HttpOptions) -> Result<(), Error> {
/// server.add_http_options(options)?;
/// let session = server.sign_in(&auth)?;
/// println!("{}", session.site_id());
/// # Ok(())
/// # }
/// ```
///
/// A session that outlives its server:
///
/// ```compile_fail,E0515
/// # use tableau_server_client::{Error, Server, Session, TableauAuth};
/// fn open(auth: &TableauAuth) -> Result<Session<'static>, Error> {
///     let server = Server::new("https://tableau.example.com")?;
///     server.sign_in(auth)
/// }
/// ```
///
/// ```
/// # use tableau_server_client::{Error, Server, Session, TableauAuth};
/// fn open(auth: &TableauAuth) -> Result<Session<'static>, Error> {
///     let server = Server::new("https://tableau.example.com")?;
///     server.into_session(auth)
/// }
/// ```
#[must_use = "a session that is not kept signs out at once"]
pub struct Session<'a> {
    core: Arc<Core>,
    at_the_end: AtTheEnd,
    /// The error of a `switch_site` that may have opened a session on another site.
    lost_switch: Option<Error>,
    server: PhantomData<&'a Server>,
}

/// What the session's drop does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AtTheEnd {
    SignOut,
    Nothing,
}

impl<'a> Session<'a> {
    pub(crate) fn new(core: Core) -> Session<'a> {
        let (core, at_the_end) = (Arc::new(core), AtTheEnd::SignOut);
        Session { core, at_the_end, lost_switch: None, server: PhantomData }
    }

    /// A session that others sign out.
    pub(crate) fn joined(core: Core) -> Session<'a> {
        let mut session = Session::new(core);
        session.at_the_end = AtTheEnd::Nothing;
        session
    }

    /// Signs out and returns any error; `Drop` only logs it. An expired session has already ended,
    /// which is not an error.
    ///
    /// Does nothing on a session from [`Server::join`], which never signs out.
    ///
    /// # Errors
    ///
    /// If the response to a [`switch_site`](Session::switch_site) was lost, its error is returned
    /// again, even if this session is signed out successfully: a session may remain open on the other
    /// site. If the sign-out fails as well, the message of that error says so, too.
    ///
    /// REST: [Sign Out](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_out), API 1.0.
    pub fn sign_out(mut self) -> Result<()> {
        match self.end() {
            (signed_out, None) => signed_out,
            (Ok(()), Some(lost_switch)) => Err(lost_switch),
            (Err(error), Some(lost_switch)) => {
                let what = format!("the sign-out of this session failed, too: {error}");
                Err(lost_switch.and_then_failed(&what, None))
            }
        }
    }

    /// Signs out, once even if it fails. Returns its outcome and the error of a lost switch.
    fn end(&mut self) -> (Result<()>, Option<Error>) {
        let signed_out = match std::mem::replace(&mut self.at_the_end, AtTheEnd::Nothing) {
            AtTheEnd::SignOut => self.core.end(),
            AtTheEnd::Nothing => Ok(()),
        };
        (signed_out, self.lost_switch.take())
    }

    /// Leaves without signing out; the token carries the session to another process.
    ///
    /// Somebody has to sign out in the end: whoever [resumes](Server::resume) it, as a rule.
    pub fn detach(mut self) -> SessionToken {
        self.at_the_end = AtTheEnd::Nothing;
        SessionToken::of(&self.core)
    }

    /// Switches the session to another site, identified by content URL (`""` is the default site).
    /// Switching to the current site succeeds without effect.
    ///
    /// # Errors
    ///
    /// If the server refuses, or the request was not sent, the session is unchanged.
    ///
    /// If the response is lost or cannot be read, the server may have opened a session on the other
    /// site, whose token only the response contains. The error says so. This value keeps its site and
    /// its token, and signs in again if the switch has ended that token. The other session ends when
    /// it times out on the server. [`sign_out`](Session::sign_out) returns the error again, and `Drop`
    /// and [`detach`](Session::detach) log it at `warn`.
    ///
    /// [`Input`](ErrorKind::Input), before sending, on Tableau Cloud (`online.tableau.com` and its
    /// subdomains), which has no such call, and for a session that is shared ([`Server::join`],
    /// [`Server::sign_in_shared`]), because switching would end it for the other processes.
    ///
    /// REST: [Switch Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#switch_site), API 2.6.
    pub fn switch_site(&mut self, content_url: &str) -> Result<()> {
        if self.at_the_end == AtTheEnd::Nothing || self.core.identity.sharing().is_some() {
            return Err(Error::input(
                "a shared session cannot switch its site: that would end the session of the others",
            ));
        }
        match self.core.switch_site(content_url) {
            Ok(core) => self.core = Arc::new(core),
            Err(error) if error.code() == Some("403070") => {}
            Err(error) if may_have_switched(&error) => {
                let site = self.core.shown_site(content_url);
                return Err(self.keep_lost_switch(error, &site));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Keeps the error of a switch that may have opened a session on this site, for the sign-out to
    /// report again.
    fn keep_lost_switch(&mut self, error: Error, site: &str) -> Error {
        let may_be_open = format!("a session may remain open on {site}");
        let kind = error.kind();
        let what =
            format!("{may_be_open}, because it is unknown whether the server switched to it");
        let error = error.meaning(kind, what);
        self.lost_switch = Some(match self.lost_switch.take() {
            None => error.again(),
            // The message names each site once, however often a program repeats the switch.
            Some(first) if first.to_string().contains(&may_be_open) => first,
            Some(first) => first.and_then_failed(&may_be_open, None),
        });
        error
    }

    /// A view of this session whose calls end when the stop does. It never signs out; dropping it
    /// does nothing.
    pub fn with_cancellation(&self, cancellation: &CancellationToken) -> Session<'_> {
        Session::joined(self.core.with_cancellation(cancellation))
    }

    /// The site that the session is on.
    pub fn site_id(&self) -> &SiteId {
        &self.core.site_id
    }

    /// The site's content URL: the part after `/site/` in the browser's address, `""` for the
    /// default site.
    pub fn site_url(&self) -> &str {
        &self.core.site_url
    }

    /// Who is signed in.
    pub fn user_id(&self) -> &UserId {
        &self.core.user_id
    }

    /// The token that every request carries as `X-Tableau-Auth`. **It is a secret.**
    pub fn auth_token(&self) -> String {
        self.core.identity.token().token.reveal().to_owned()
    }

    /// The REST API version that the session speaks.
    pub fn version(&self) -> ApiVersion {
        self.core.version
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        let (signed_out, lost_switch) = self.end();
        if let Err(error) = signed_out {
            warn!(target: LOG, "signing out failed: {error:?}");
        }
        if let Some(error) = lost_switch {
            warn!(target: LOG, "{error:?}");
        }
    }
}

/// Whether the server may have carried out a switch of site that failed with this error.
fn may_have_switched(error: &Error) -> bool {
    match Fate::of(error) {
        Fate::NotReceived => false,
        Fate::Unknown | Fate::Abandoned => true,
        Fate::Refused if error.is_before_sending() => false,
        Fate::Refused => match error.kind() {
            // A gateway's page can replace Tableau's response to a request that was carried out.
            ErrorKind::Http => true,
            // The other statuses say that the request was not carried out at this address.
            ErrorKind::Redirect => error.status() == Some(303),
            _ => false,
        },
    }
}

/// Shows where and who, never the token.
impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A server can call things by the password's name.
        let scrub = &self.core.identity.token().scrub;
        f.debug_struct("Session")
            .field("server", &self.core.transport.base().to_string())
            .field("version", &self.core.version)
            .field("site_id", &scrub.clean(self.core.site_id.as_str()))
            .field("site_url", &scrub.clean(&self.core.site_url))
            .field("user_id", &scrub.clean(self.core.user_id.as_str()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Answer;

    #[test]
    fn tells_lost_switches_from_refused_and_unsent_ones() {
        let broken = || Error::io("x", std::io::Error::other("y")).broken_connection();
        let answered = |kind, status| {
            Error::new(kind, "x").answer(Answer { status: Some(status), ..Answer::default() })
        };
        for error in [
            broken(),
            Error::new(ErrorKind::Timeout, "x"),
            Error::new(ErrorKind::Cancelled, "x"),
            answered(ErrorKind::Cancelled, 200),
            answered(ErrorKind::Decode, 200),
            answered(ErrorKind::Tls, 200),
            answered(ErrorKind::Api, 500),
            answered(ErrorKind::Http, 502),
            answered(ErrorKind::Http, 403),
            answered(ErrorKind::Redirect, 303),
        ] {
            assert!(may_have_switched(&error), "{error:?}");
        }
        for error in [
            Error::new(ErrorKind::Connect, "x"),
            Error::new(ErrorKind::Tls, "x"),
            Error::new(ErrorKind::Timeout, "x").before_sending(),
            Error::new(ErrorKind::Cancelled, "x").before_sending(),
            answered(ErrorKind::Decode, 200).before_sending(),
            Error::input("x"),
            Error::config("x"),
            answered(ErrorKind::Api, 404),
            answered(ErrorKind::Http, 429),
            answered(ErrorKind::Redirect, 302),
        ] {
            assert!(!may_have_switched(&error), "{error:?}");
        }
    }
}
