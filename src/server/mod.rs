//! [`Server`]: an address, and how to talk to it.

mod info;
mod until;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::core::Core;
use crate::credentials::{Credentials, SignIn};
use crate::http::{Asker, Base, HttpOptions, Request, Transport};
use crate::identity::{Sharing, SignedIn};
use crate::session::Session;
use crate::session_file::SessionFile;
use crate::stop::{self, Stop, earlier};
use crate::token::SessionToken;
use crate::version::ApiVersion;
use crate::within::Within;
use crate::{Error, ErrorKind, Result};

pub use info::ServerInfo;
pub use until::ServerUntil;

/// A Tableau Server, or Tableau Cloud's pod.
///
/// Making one sends nothing. Sessions borrow it, so that its options stay as they are while a
/// session lives; they share its connections.
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
    asked: Mutex<Asked>,
}

/// What came of the question about the version.
#[derive(Debug, Default)]
struct Asked {
    version: Option<ApiVersion>,
    /// When it failed last, and how, for those that waited for it meanwhile.
    failed: Option<(Instant, Error)>,
}

impl Server {
    /// A server at an address: `https://tableau.example.com`. Without a scheme it is `https`; a
    /// slash at the end and a path prefix (of a reverse proxy) are fine. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for anything else, naming it. An address with user information, a
    /// query or a fragment is refused too, without repeating what may be a secret.
    pub fn new(address: &str) -> Result<Server> {
        let transport = Transport::new(Base::parse(address)?, HttpOptions::new())?;
        Ok(Server { transport: Arc::new(transport), pinned: None, asked: Mutex::default() })
    }

    /// Pins the REST API version, such as `"3.24"`. Default: the first sign-in asks the server.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for what is no version.
    pub fn set_version(&mut self, version: &str) -> Result<()> {
        self.pinned = Some(version.parse()?);
        Ok(())
    }

    /// Adds HTTP options: what they leave unset stays as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for a file that cannot be read or used, or a value that cannot work.
    /// The options are then as they were.
    pub fn add_http_options(&mut self, options: HttpOptions) -> Result<()> {
        self.transport = Arc::new(self.transport.with(options)?);
        Ok(())
    }

    /// Back to the default HTTP options.
    pub fn clear_http_options(&mut self) {
        self.transport = Arc::new(self.transport.with_defaults());
    }

    /// What the server says of itself, without signing in.
    ///
    /// REST: [Server Info](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_server.htm#server_info), API 2.4.
    pub fn server_info(&self) -> Result<ServerInfo> {
        self.info(None, None)
    }

    fn info(&self, stop: Option<&Stop>, deadline: Option<Instant>) -> Result<ServerInfo> {
        let version = self.pinned.unwrap_or(ApiVersion::FIRST_TO_ASK);
        let mut request = Request::get(format!("/api/{version}/serverinfo")).until(deadline);
        let asker = Asker { token: None, redactor: self.transport.redactor(), stop };
        self.transport
            .send(&mut request, asker, |answer| answer.xml(|root| root.child("serverInfo")))
    }

    /// A view of this server whose calls end when the stop does, signing in above all. What it gives
    /// are sessions like any other: [`Session::until`] ties their calls to the stop, and their
    /// sign-out goes out in any case.
    pub fn until(&self, stop: &Stop) -> ServerUntil<'_> {
        ServerUntil { server: self, stop: stop.clone() }
    }

    /// Signs in. The session signs out when it is dropped.
    ///
    /// Unless a version is pinned, the first sign-in asks the server which one it speaks, once, and
    /// later ones remember. A server that cannot be asked (404) is spoken to in 2.4. The session
    /// keeps a copy of the credentials, to sign in again.
    ///
    /// # Errors
    ///
    /// [`is_sign_in_failed`](crate::Error::is_sign_in_failed) where the server refuses the
    /// credentials or the site. [`ErrorKind::Decode`] or [`ErrorKind::Http`] where it does not say
    /// which version it speaks: then no credentials were sent.
    ///
    /// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), API 1.0.
    pub fn sign_in(&self, credentials: &(impl Credentials + ?Sized)) -> Result<Session<'_>> {
        Ok(Session::new(self.core(credentials, None)?))
    }

    /// As [`sign_in`](Server::sign_in), with a session that owns the server: to keep in a struct.
    pub fn into_session(
        self,
        credentials: &(impl Credentials + ?Sized),
    ) -> Result<Session<'static>> {
        Ok(Session::new(self.core(credentials, None)?))
    }

    /// Takes over a session that another process opened. Sends nothing; signs out when dropped.
    ///
    /// The token's API version wins over a pinned one. With a token of another server every call
    /// of the session is an [`ErrorKind::Config`] error that names both, and nothing is sent.
    pub fn resume(&self, token: SessionToken) -> Session<'_> {
        Session::new(self.resumed(&token))
    }

    /// As [`resume`](Server::resume), with a session that owns the server.
    pub fn into_resumed(self, token: SessionToken) -> Session<'static> {
        Session::new(self.resumed(&token))
    }

    /// As [`resume`](Server::resume), for one worker among many: never signs out.
    pub fn join(&self, token: &SessionToken) -> Session<'_> {
        Session::joined(self.resumed(token))
    }

    /// Signs in, and shares the session with other processes by a file: this process holds it, and
    /// signs out and empties the file when the session is dropped.
    ///
    /// Where another process has signed in over the same file since then, that one holds the session
    /// of all, and this one signs out no more than its own.
    ///
    /// # Errors
    ///
    /// As [`sign_in`](Server::sign_in); [`ErrorKind::Io`] where the file cannot be written, and
    /// [`ErrorKind::Config`] where others may read it, or it holds something else. Then nobody is
    /// signed in.
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
        stop: Option<&Stop>,
    ) -> Result<Session<'_>> {
        let (mark, sign_in) = (SessionFile::mark()?, SignIn::of(credentials));
        let sharing = Sharing { file: file.clone(), mark: Some(mark.clone()) };
        let is_new = file.is_missing();
        let patient = earlier(file.patient(), self.transport.deadline());
        let mut locked = file.lock(true, patient, stop)?;
        locked.check()?;
        let core = match self.core(credentials, stop) {
            Ok(core) => core,
            Err(error) if is_new => {
                locked.remove_empty();
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        // From here on, a failure drops the session, which signs out and wants the file for it.
        let session = Session::new(core.shared_in(sharing, Some(sign_in)));
        loop {
            let written = locked.write(&SessionToken::of(session.core()), &mark);
            let is_there = locked.is_there();
            drop(locked);
            written?;
            // Who held it before may have taken it away meanwhile, as nobody's any more.
            if is_there {
                return Ok(session);
            }
            locked = file.lock(true, patient, stop)?;
        }
    }

    /// Joins the session that another process [holds](Server::sign_in_shared). Sends nothing, and
    /// never signs out. When the session expires, it waits for a process that has credentials to
    /// renew it, as long as the file's [`patience`](SessionFile::patience) lasts.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] where the file cannot be read; [`ErrorKind::Config`] where there is no
    /// session in it, or others may read it.
    pub fn join_shared(&self, file: &SessionFile) -> Result<Session<'_>> {
        self.joined(file, None, None)
    }

    /// As [`join_shared`](Server::join_shared), for a worker that may outlive the session although
    /// its holder does nothing but wait for it: when the session expires, the worker signs in with
    /// these credentials, once for all who share it, and puts the new session into the file. It
    /// never signs out: whoever holds the session does, with the newest one.
    ///
    /// # Errors
    ///
    /// As [`join_shared`](Server::join_shared).
    ///
    /// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), API 1.0.
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
        stop: Option<&Stop>,
    ) -> Result<Session<'_>> {
        let patient = earlier(file.patient(), self.transport.deadline());
        let there = file.lock(false, patient, stop)?.read()?;
        let Some(there) = there else {
            return Err(Error::config(format!("there is no session in {file:?} at the moment")));
        };
        let sharing = Sharing { file: file.clone(), mark: None };
        Ok(Session::joined(self.resumed(&there.session).shared_in(sharing, sign_in)))
    }

    fn core(&self, credentials: &(impl Credentials + ?Sized), stop: Option<&Stop>) -> Result<Core> {
        let sign_in = SignIn::of(credentials);
        // Credentials that cannot be sent are refused before anything is, the version question too.
        sign_in.request()?;
        Core::sign_in(self.transport.clone(), self.version(stop)?, sign_in, stop)
    }

    fn resumed(&self, token: &SessionToken) -> Core {
        let SessionToken { origin, version, site_id, site_url, user_id, token } = token.clone();
        let session = SignedIn { token, site_id, site_url, user_id };
        Core::resumed(self.transport.clone(), version, &origin, session)
    }

    /// The version to speak: pinned, remembered, or asked now. Threads that sign in at the same
    /// time ask once.
    fn version(&self, stop: Option<&Stop>) -> Result<ApiVersion> {
        if let Some(version) = self.pinned {
            return Ok(version);
        }
        let begun = Instant::now();
        let deadline = earlier(self.transport.deadline(), stop.and_then(Stop::deadline));
        let Some(_asking) = Within::begin(&self.asked) else {
            // By a logger, of what this thread does to find out.
            return self.ask_version(stop, deadline);
        };
        let Some(mut asked) = stop::lock(&self.asked, stop, deadline)? else {
            let what = "the server was not asked for its version in the time allowed";
            return Err(Error::new(ErrorKind::Timeout, what));
        };
        if let Some(version) = asked.version {
            return Ok(version);
        }
        // Who waited while it failed need not wait for the same again.
        if let Some((when, error)) = &asked.failed
            && *when > begun
        {
            return Err(error.again());
        }
        let version = self.ask_version(stop, deadline);
        match &version {
            Ok(version) => asked.version = Some(*version),
            // A stop, and what it cut short, is the own one of who asked.
            Err(error) if stop.is_none() => asked.failed = Some((Instant::now(), error.again())),
            Err(_) => {}
        }
        version
    }

    fn ask_version(&self, stop: Option<&Stop>, deadline: Option<Instant>) -> Result<ApiVersion> {
        match self.info(stop, deadline) {
            Ok(info) => Ok(info.rest_api_version),
            Err(error) if error.status() == Some(404) => Ok(ApiVersion::FIRST_TO_ASK),
            // Whoever answered, it was not the version.
            Err(error) if error.kind() == ErrorKind::Api => Err(error.into_kind(ErrorKind::Http)),
            Err(error) => Err(error),
        }
    }
}
