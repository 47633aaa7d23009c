//! A mock Tableau Server, for the tests of programs that use this library.
//!
//! [`MockServer`] is a real HTTP server on loopback that keeps state as Tableau Server does: who is
//! signed in, what is published, which jobs run. It can be told to misbehave, and asked what it was
//! sent.
//!
//! ```
//! use tableau_server_client::mock::MockServer;
//!
//! # fn main() -> tableau_server_client::Result<()> {
//! let mock = MockServer::start()?;
//! assert!(mock.url().starts_with("http://127.0.0.1:"));
//! assert_eq!(mock.requests().len(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! The program `tableau-mock-server` is the same for clients in any language.

mod api_error;
mod auth;
mod body;
mod builder;
mod clock;
mod collection;
mod collections;
mod common;
mod context;
mod csv;
mod element;
mod encoding;
mod expect;
mod faults;
mod files;
mod filter;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod http;
mod inspect;
mod item;
mod listing;
mod luid;
mod multipart;
mod net;
mod operations;
mod prelude;
mod record;
mod registry;
mod request;
mod resources;
mod response;
mod role;
mod route;
mod sample;
mod samples;
mod schema;
mod seed;
mod server_state;
mod service;
mod session;
mod site;
mod tls;
mod version;

// So that the programs of the page on testing are run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/testing.md")]
mod testing {}

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::Builder;
pub use expect::Expectation;
pub use faults::Fault;
pub use item::Item;
pub use request::Request;

use crate::{Result, TableauAuth};
use common::jobs::{JobOptions, Outcome};
use net::lock;

/// A mock Tableau Server. It stops when it is dropped: no thread, port or connection is left.
///
/// Several servers in one process have nothing to do with each other: not even their secrets are
/// the same.
pub struct MockServer {
    net: net::Net,
    service: Arc<service::Service>,
    url: String,
    api_version: String,
    user: String,
    password: String,
    token_name: String,
    token_secret: String,
    jwt: String,
    certificates: Option<tls::Certificates>,
}

impl MockServer {
    /// Starts a server on loopback, on a free port, with sample content.
    pub fn start() -> Result<MockServer> {
        MockServer::builder().start()
    }

    /// A server that is to be otherwise in some way.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The server's address: `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The newest REST API version that it speaks: `3.30`.
    pub fn api_version(&self) -> &str {
        &self.api_version
    }

    /// The administrator's name and password, for the default site.
    pub fn credentials(&self) -> TableauAuth {
        TableauAuth::new(&self.user, &self.password)
    }

    /// The administrator's user name.
    pub fn username(&self) -> &str {
        &self.user
    }

    /// The administrator's password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// The name of the administrator's personal access token.
    pub fn token_name(&self) -> &str {
        &self.token_name
    }

    /// The secret of the administrator's personal access token.
    pub fn token_secret(&self) -> &str {
        &self.token_secret
    }

    /// A JSON Web Token that signs the administrator in, as often as wanted.
    pub fn jwt(&self) -> &str {
        &self.jwt
    }

    /// The SHA-256 of the certificate, 64 hex digits; `None` without HTTPS.
    pub fn certificate_sha256(&self) -> Option<&str> {
        self.certificates.as_ref().map(|certificates| certificates.sha256.as_str())
    }

    /// The certificate in PEM; `None` without HTTPS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificates.as_ref().map(|certificates| certificates.pem.as_str())
    }

    /// The CA's certificate in PEM, with [`Builder::https_with_ca`] and
    /// [`Builder::client_certificate_required`].
    pub fn ca_pem(&self) -> Option<&str> {
        self.certificates.as_ref()?.ca_pem.as_deref()
    }

    /// A client certificate and its key in PEM that the server takes, with
    /// [`Builder::client_certificate_required`].
    pub fn client_certificate(&self) -> Option<(&str, &str)> {
        let (certificate, key) = self.certificates.as_ref()?.client.as_ref()?;
        Some((certificate, key))
    }

    /// What the server was sent, in the order in which the requests were complete. What was no
    /// HTTP is not among it.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.service.log).clone()
    }

    /// The requests with a method (`"*"` is any) and a route, as [`Fault::on`] has them:
    /// `requests_to("POST", "/auth/signout")`.
    pub fn requests_to(&self, method: &str, route: &str) -> Vec<Request> {
        lock(&self.service.log)
            .iter()
            .filter(|request| method == "*" || request.method.eq_ignore_ascii_case(method))
            .filter(|request| request::is_route(route, &request.path))
            .cloned()
            .collect()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        lock(&self.service.log).clear();
    }

    /// How many sessions are open: signed in, and neither signed out, expired nor revoked.
    pub fn sessions_open(&self) -> usize {
        let mut state = lock(&self.service.state);
        state.settle();
        state.sessions.len()
    }

    /// Ends all sessions, as an administrator or an impatient server can: their tokens get
    /// `401002` from now on.
    pub fn expire_sessions(&self) {
        lock(&self.service.state).sessions.clear();
    }

    /// Takes a personal access token back, and ends the session that it opened.
    pub fn revoke_token(&self, name: &str) {
        lock(&self.service.state).revoke_tokens(|token| token.name == name);
    }

    /// Moves the server's clock forward: sessions expire, jobs end, uploads are given up.
    pub fn advance(&self, time: Duration) {
        let mut state = lock(&self.service.state);
        state.clock.advance(time);
        state.settle();
    }

    /// The next background job that is started fails, with this note.
    pub fn fail_next_job(&self, note: impl Into<String>) {
        self.plan_job(Outcome::Failed(note.into()));
    }

    /// The next background job that is started ends as cancelled.
    pub fn cancel_next_job(&self) {
        self.plan_job(Outcome::Cancelled);
    }

    fn plan_job(&self, outcome: Outcome) {
        let mut state = lock(&self.service.state);
        state.server.state_mut::<JobOptions>().outcomes.push_back(outcome);
    }

    /// Expects requests with a method (`"*"` is any) and a route, as [`Fault::on`] has them:
    ///
    /// ```
    /// # use tableau_server_client::mock::MockServer;
    /// # fn main() -> tableau_server_client::Result<()> {
    /// let mock = MockServer::start()?;
    /// mock.expect("POST", "/auth/signin").times(1);
    /// mock.expect("DELETE", "/**").never();
    /// // … run the program …
    /// # std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mock.verify())).unwrap_err();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// It is checked when the server is dropped, which panics where it is not met (unless the
    /// thread panics already), or by [`verify`](MockServer::verify).
    pub fn expect(&self, method: &str, route: &str) -> Expectation<'_> {
        Expectation::new(self, method, route)
    }

    /// Checks the expectations so far, and forgets them.
    ///
    /// # Panics
    ///
    /// Where one is not met. The message has the request that came nearest to it, and what was
    /// different about that.
    #[track_caller]
    pub fn verify(&self) {
        let all = std::mem::take(&mut *lock(&self.service.expected));
        if let Some(complaint) = expect::complain(&all) {
            panic!("{complaint}");
        }
    }

    /// Makes something go wrong from now on.
    pub fn fault(&self, fault: Fault) {
        lock(&self.service.faults).arm(fault);
    }

    /// Disarms all faults.
    pub fn clear_faults(&self) {
        lock(&self.service.faults).clear();
    }
}

impl fmt::Debug for MockServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockServer")
            .field("url", &self.url)
            .field("api_version", &self.api_version)
            .finish_non_exhaustive()
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.net.stop();
        // A second panic would end the process, and hide the first.
        if !std::thread::panicking() {
            self.verify();
        }
    }
}
