//! [`Session`]: signed in, until it is dropped.

use std::marker::PhantomData;
use std::sync::Arc;

use log::warn;

use crate::Result;
use crate::core::Core;
use crate::error::Error;
use crate::identity::LOG;
use crate::ids::{SiteId, UserId};
use crate::server::Server;
use crate::stop::Stop;
use crate::token::SessionToken;
use crate::version::ApiVersion;

/// A signed-in session. Dropping it signs out.
///
/// Every way out of its scope sends the sign-out: the end of a block, `?`, a panic. `Drop` tries
/// once, waits [`sign_out_timeout`](crate::HttpOptions::sign_out_timeout) at most (5 s unless
/// set), and logs what went wrong at `warn`, target `tableau_server_client::session`. Who wants to
/// know calls [`sign_out`](Session::sign_out). `std::process::exit`, an abort and a killed process
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
        Session { core: Arc::new(core), at_the_end: AtTheEnd::SignOut, server: PhantomData }
    }

    /// A session that others sign out.
    pub(crate) fn joined(core: Core) -> Session<'a> {
        let mut session = Session::new(core);
        session.at_the_end = AtTheEnd::Nothing;
        session
    }

    /// Signs out and says whether that worked; `Drop` only logs it. A session that has expired has
    /// ended already, which is no error.
    ///
    /// On a session from [`Server::join`], which others sign out, it does nothing.
    ///
    /// REST: [Sign Out](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_out), API 1.0.
    pub fn sign_out(mut self) -> Result<()> {
        self.end()
    }

    // Once: whatever comes of it, it is not tried again.
    fn end(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.at_the_end, AtTheEnd::Nothing) {
            AtTheEnd::SignOut => self.core.end(),
            AtTheEnd::Nothing => Ok(()),
        }
    }

    /// Leaves without signing out; the token carries the session to another process.
    ///
    /// Somebody has to sign out in the end: whoever [resumes](Server::resume) it, as a rule.
    pub fn detach(mut self) -> SessionToken {
        self.at_the_end = AtTheEnd::Nothing;
        SessionToken::of(&self.core)
    }

    /// Goes over to another site, by its content URL (`""`: the default site). Fails it, the
    /// session is as it was; being there already is fine.
    ///
    /// A session that others share ([`Server::join`], [`Server::sign_in_shared`]) stays where it is:
    /// switching would end the session of the others, so it is an
    /// [`Input`](crate::ErrorKind::Input) error.
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
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A view of this session whose calls end when the stop does. It never signs out; dropping it
    /// does nothing.
    pub fn until(&self, stop: &Stop) -> Session<'_> {
        Session::joined(self.core.until(stop))
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
        if let Err(error) = self.end() {
            warn!(target: LOG, "signing out failed: {error:?}");
        }
    }
}

/// Shows where and who, never the token.
impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A server can call things by the password's name.
        let redactor = &self.core.identity.token().redactor;
        f.debug_struct("Session")
            .field("server", &self.core.transport.base().to_string())
            .field("version", &self.core.version)
            .field("site_id", &redactor.redact(self.core.site_id.as_str()))
            .field("site_url", &redactor.redact(&self.core.site_url))
            .field("user_id", &redactor.redact(self.core.user_id.as_str()))
            .finish_non_exhaustive()
    }
}
