//! [`Server`]: the address of a server, its HTTP options and its API version.

mod info;
mod view;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::cancel::{self, CancellationToken, earlier};
use crate::credentials::{Credentials, SignIn};
use crate::http::{AuthContext, Base, HttpOptions, ReentrancyGuard, Request, Transport};
use crate::resources::auth;
use crate::session::{OpenSession, Session, SessionFile, SessionToken, Sharing, explain_address};
use crate::version::ApiVersion;
use crate::xml::FromXml;
use crate::{Error, ErrorKind, Result};

pub use info::ServerInfo;
pub use view::ServerView;

/// A Tableau Server, or a pod of Tableau Cloud: address, HTTP options and API version.
///
/// Creating one sends nothing. Sessions borrow the server, so that its options cannot change while
/// they are in use, and share its connections.
///
/// ```no_run
/// use tableau_server_client as tsc;
///
/// let server = tsc::Server::new("https://tableau.example.com")?;
/// let session = server.sign_in(&tsc::TableauAuth::new("USERNAME", "PASSWORD").site("SITE"))?;
/// for workbook in session.workbooks().list() {
///     println!("{}", workbook?.name);
/// }
/// # Ok::<(), tsc::Error>(())
/// ```
#[derive(Debug)]
pub struct Server {
    transport: Arc<Transport>,
    pinned: Option<ApiVersion>,
    negotiation: Mutex<Negotiation>,
}

/// The outcome of requesting the server's API version. Locked during the request.
#[derive(Debug, Default)]
struct Negotiation {
    version: Option<ApiVersion>,
    /// When the request last failed, and its error, for threads that waited for it.
    failure: Option<(Instant, Error)>,
}

impl Server {
    /// Creates a server from an address such as `https://tableau.example.com`. Sends nothing.
    ///
    /// Without a scheme, `https` is used. A trailing slash and a path prefix (of a reverse proxy)
    /// are accepted.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for anything that is not a plain `http` or `https` URL; the message
    /// names it. User information, a query or a fragment is refused and not repeated, because it may
    /// hold a secret. For an address copied from a browser, such as
    /// `https://tableau.example.com/#/site/sales/home`, the message says which address and which
    /// site to use instead.
    pub fn new(address: impl AsRef<str>) -> Result<Server> {
        let transport = Transport::new(Base::parse(address.as_ref())?, HttpOptions::new())?;
        Ok(Server { transport: Arc::new(transport), pinned: None, negotiation: Mutex::default() })
    }

    /// Pins the REST API version, such as `"3.24"`. Default: the first sign-in requests the version from the server.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the text is not a version.
    pub fn set_version(&mut self, version: &str) -> Result<()> {
        self.pinned = Some(version.parse()?);
        Ok(())
    }

    /// Adds HTTP options. Options that are unset in `options` are unchanged.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for a file that cannot be read or used, or an invalid value. The
    /// server's options are then unchanged.
    pub fn add_http_options(&mut self, options: HttpOptions) -> Result<()> {
        self.transport = Arc::new(self.transport.with(options)?);
        Ok(())
    }

    /// Resets the HTTP options to the defaults.
    pub fn clear_http_options(&mut self) {
        self.transport = Arc::new(self.transport.with_defaults());
    }

    /// Returns the server's product version and REST API version, without signing in.
    #[doc = auth::rest!(SERVER_INFO)]
    #[doc(alias = "get")]
    pub fn server_info(&self) -> Result<ServerInfo> {
        self.info(None, None)
    }

    fn info(
        &self,
        cancellation: Option<&CancellationToken>,
        deadline: Option<Instant>,
    ) -> Result<ServerInfo> {
        let version = self.pinned.unwrap_or(ApiVersion::FIRST_TO_ASK);
        let mut request = Request::of(&auth::SERVER_INFO.call(version, None, &[])).until(deadline);
        let auth = AuthContext { token: None, redactor: self.transport.redactor(), cancellation };
        self.transport
            .send(&mut request, auth, |response| {
                response.xml(|root| ServerInfo::from_xml(root.need("serverInfo")?))
            })
            .map_err(|error| explain_address(self.suggest_address(error), &self.transport))
    }

    /// Suggests another address if this one ends with a part of the REST API's own address.
    fn suggest_address(&self, error: Error) -> Error {
        match self.transport.base().api_path() {
            Some(path) if is_response_error(&error) => {
                let what = format!("remove `{path}` from the server's address");
                let kind = error.kind();
                error.meaning(kind, what).redacted(self.transport.redactor())
            }
            _ => error,
        }
    }

    /// Returns a view of this server for signing in, whose calls the token cancels.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # use std::time::Duration;
    /// # fn f(server: &tsc::Server, auth: &tsc::TableauAuth) -> tsc::Result<()> {
    /// let minute = tsc::CancellationToken::with_timeout(Duration::from_secs(60));
    /// let session = server.with_cancellation(&minute).sign_in(auth)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_cancellation(&self, cancellation: &CancellationToken) -> ServerView<'_> {
        ServerView { server: self, cancellation: cancellation.clone() }
    }

    /// Signs in. The session signs out when it is dropped.
    ///
    /// Unless a version is pinned, the first sign-in requests the server info, unauthenticated, and
    /// uses the REST API version in it; later sign-ins use the same version. If Tableau responds
    /// that it has no server info (error 404001 or 404003), version 2.4 is used. The session keeps
    /// a copy of the credentials to sign in again.
    ///
    /// # Errors
    ///
    /// [`is_sign_in_failed`](crate::Error::is_sign_in_failed) if the server refuses the credentials
    /// or the site.
    ///
    /// If the request for the server info fails, no credentials are sent. The error is
    /// [`ErrorKind::Api`] for any other Tableau error, [`ErrorKind::Http`] for any other
    /// response that is not a success, such as an HTML page with status 404, and
    /// [`ErrorKind::Decode`] for a response without a version. These usually mean that the address
    /// does not belong to a Tableau server.
    #[doc = auth::rest!(SIGN_IN)]
    pub fn sign_in(&self, credentials: &(impl Credentials + ?Sized)) -> Result<Session<'_>> {
        Ok(Session::new(self.open(credentials, None)?))
    }

    /// Same as [`sign_in`](Server::sign_in), for a session that owns the server and can be kept in a
    /// struct.
    pub fn into_session(
        self,
        credentials: &(impl Credentials + ?Sized),
    ) -> Result<Session<'static>> {
        Ok(Session::new(self.open(credentials, None)?))
    }

    /// Takes over a session that another process opened. Sends nothing, and signs out when dropped.
    ///
    /// The token's API version takes precedence over a pinned one. If the token is from another
    /// server, every call of the session fails with an [`ErrorKind::Config`] error that names both
    /// servers, and nothing is sent.
    pub fn resume(&self, token: SessionToken) -> Session<'_> {
        Session::new(self.resumed(&token))
    }

    /// Same as [`resume`](Server::resume), for a session that owns the server.
    pub fn into_resumed(self, token: SessionToken) -> Session<'static> {
        Session::new(self.resumed(&token))
    }

    /// Same as [`resume`](Server::resume), but never signs out: for one of several workers.
    pub fn join(&self, token: &SessionToken) -> Session<'_> {
        Session::joined(self.resumed(token))
    }

    /// Signs in, and shares the session with other processes through a file. This process is the
    /// holder: it signs out and empties the file when the session is dropped.
    ///
    /// If another process signs in with the same file later, it becomes the holder of the shared
    /// session, and this process signs out only its own.
    ///
    /// # Errors
    ///
    /// Those of [`sign_in`](Server::sign_in); [`ErrorKind::Io`] if the file cannot be written, and
    /// [`ErrorKind::Config`] if other users can read it or if it contains anything other than a
    /// session. In these cases no session is left open.
    pub fn sign_in_shared(
        &self,
        credentials: &(impl Credentials + ?Sized),
        file: &SessionFile,
    ) -> Result<Session<'_>> {
        self.shared(credentials, file, None)
    }

    fn shared(
        &self,
        credentials: &(impl Credentials + ?Sized),
        file: &SessionFile,
        cancellation: Option<&CancellationToken>,
    ) -> Result<Session<'_>> {
        let (holder_id, sign_in) = (SessionFile::new_holder_id()?, SignIn::of(credentials));
        let sharing = Sharing { file: file.clone(), holder_id: Some(holder_id.clone()) };
        let is_new = file.is_missing();
        let wait_until = earlier(file.wait_until(), self.transport.deadline());
        let mut locked = file.lock(true, wait_until, cancellation)?;
        locked.check()?;
        let open = match self.open(credentials, cancellation) {
            Ok(open) => open,
            Err(error) if is_new => {
                locked.remove_empty();
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        let session = Session::new(open.shared_by(sharing, Some(sign_in)));
        loop {
            let written = locked.write(&session.open().token(), &holder_id);
            let is_in_place = locked.is_in_place();
            // Unlocks the file before an error drops the session, which locks the file to sign out.
            drop(locked);
            written?;
            // The previous holder may have moved the file aside in the meantime.
            if is_in_place {
                return Ok(session);
            }
            locked = file.lock(true, wait_until, cancellation)?;
        }
    }

    /// Joins the session that another process [holds](Server::sign_in_shared). Sends nothing, and
    /// never signs out. When the session expires, waits for a process with credentials to renew it,
    /// for the file's [`wait_timeout`](SessionFile::wait_timeout) at most.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] if the file cannot be read; [`ErrorKind::Config`] if it holds no session or
    /// other users can read it.
    pub fn join_shared(&self, file: &SessionFile) -> Result<Session<'_>> {
        self.joined(file, None, None)
    }

    /// Same as [`join_shared`](Server::join_shared), with credentials to renew the session: when it
    /// expires, for example while the holder is idle, this process signs in for all processes and
    /// stores the new session in the file. It never signs out; the holder signs out the newest
    /// session.
    ///
    /// # Errors
    ///
    /// Those of [`join_shared`](Server::join_shared).
    #[doc = auth::rest!(SIGN_IN)]
    pub fn join_shared_with(
        &self,
        credentials: &(impl Credentials + ?Sized),
        file: &SessionFile,
    ) -> Result<Session<'_>> {
        self.joined(file, Some(SignIn::of(credentials)), None)
    }

    fn joined(
        &self,
        file: &SessionFile,
        sign_in: Option<SignIn>,
        cancellation: Option<&CancellationToken>,
    ) -> Result<Session<'_>> {
        let wait_until = earlier(file.wait_until(), self.transport.deadline());
        let stored = file.lock(false, wait_until, cancellation)?.read()?;
        let Some(stored) = stored else {
            return Err(Error::config(format!(
                "{file:?} contains no session: no process has signed in, or it has signed out again"
            )));
        };
        let sharing = Sharing { file: file.clone(), holder_id: None };
        Ok(Session::joined(self.resumed(&stored.session).shared_by(sharing, sign_in)))
    }

    fn open(
        &self,
        credentials: &(impl Credentials + ?Sized),
        cancellation: Option<&CancellationToken>,
    ) -> Result<OpenSession> {
        let sign_in = SignIn::of(credentials);
        // Credentials that cannot be sent are refused before the version is requested.
        sign_in.request()?;
        OpenSession::sign_in(
            self.transport.clone(),
            self.version(cancellation)?,
            sign_in,
            cancellation,
        )
    }

    fn resumed(&self, token: &SessionToken) -> OpenSession {
        OpenSession::resume(self.transport.clone(), token)
    }

    /// The API version to use: pinned, known from an earlier request, or requested now. Threads that
    /// sign in at the same time send one request.
    fn version(&self, cancellation: Option<&CancellationToken>) -> Result<ApiVersion> {
        if let Some(version) = self.pinned {
            return Ok(version);
        }
        let started = Instant::now();
        let deadline =
            earlier(self.transport.deadline(), cancellation.and_then(CancellationToken::deadline));
        let Some(_guard) = ReentrancyGuard::enter(&self.negotiation) else {
            // Re-entered: a logger signs in while this thread requests the version.
            return self.request_version(cancellation, deadline);
        };
        let Some(mut negotiation) = cancel::lock(&self.negotiation, cancellation, deadline)? else {
            let what = "the version request did not start in the time allowed";
            return Err(Error::new(ErrorKind::Timeout, what));
        };
        if let Some(version) = negotiation.version {
            return Ok(version);
        }
        // The request of another thread failed while this one waited for it.
        if let Some((when, error)) = &negotiation.failure
            && *when > started
        {
            return Err(error.again());
        }
        let version = self.request_version(cancellation, deadline);
        match &version {
            Ok(version) => negotiation.version = Some(*version),
            // Do not return one caller's cancellation to others.
            Err(error) if cancellation.is_none() => {
                negotiation.failure = Some((Instant::now(), error.again()));
            }
            Err(_) => {}
        }
        version
    }

    fn request_version(
        &self,
        cancellation: Option<&CancellationToken>,
        deadline: Option<Instant>,
    ) -> Result<ApiVersion> {
        match self.info(cancellation, deadline) {
            Ok(info) => Ok(info.rest_api_version),
            // Any other 404 may come from a server that is not Tableau, which must not receive the
            // credentials.
            Err(error) if matches!(error.code(), Some("404001" | "404003")) => {
                Ok(ApiVersion::FIRST_TO_ASK)
            }
            Err(error) if is_response_error(&error) => {
                let kind = error.kind();
                let what =
                    "the server did not state its REST API version, and no credentials were sent";
                Err(error.meaning(kind, what))
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether a server responded, but not with the requested content.
fn is_response_error(error: &Error) -> bool {
    use ErrorKind::{Api, Decode, Http, Redirect};
    matches!(error.kind(), Api | Decode | Http | Redirect)
}
