//! A mock Tableau Server, for tests of programs that use this library.
//!
//! [`MockServer`] is an HTTP server on loopback that keeps state as Tableau Server does: sessions,
//! published content, background jobs. Tests can inject faults, and inspect the requests it received
//! and its content.
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
//! The [guide](../guide/testing/index.html) describes its content, faults, expectations and clock.
//! The program `tableau-mock-server` is the same server for clients in any language.

mod api_error;
mod auth;
mod body;
mod builder;
mod clock;
mod collection;
mod collections;
mod common;
mod connected_app;
mod context;
mod csv;
mod element;
mod encoding;
mod event;
mod expect;
mod fault_text;
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
mod schema;
mod seed;
mod server_state;
mod service;
mod session;
mod site;
mod tls;
mod unified_access_token;
mod version;

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

/// A mock Tableau Server. Dropping it stops its threads and closes its port and connections.
///
/// [`start`](MockServer::start) starts one with sample content, [`builder`](MockServer::builder) one
/// with other content or settings. [`credentials`](MockServer::credentials) signs its administrator in.
///
/// Several servers in one process are independent; even their generated secrets differ.
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
    /// Starts a server on loopback, on a free port, with sample content. Fails if no port can be used.
    pub fn start() -> Result<MockServer> {
        MockServer::builder().start()
    }

    /// Configures a server before starting it.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The server's address: `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The newest REST API version that it supports: `3.30`.
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

    /// A JSON Web Token that signs the administrator in any number of times.
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

    /// A client certificate and its key in PEM that the server accepts, with
    /// [`Builder::client_certificate_required`].
    pub fn client_certificate(&self) -> Option<(&str, &str)> {
        let (certificate, key) = self.certificates.as_ref()?.client.as_ref()?;
        Some((certificate, key))
    }

    /// The requests that the server received, in the order in which they were complete. Data that
    /// is not HTTP is not included.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.service.log).clone()
    }

    /// The received requests with a method (`"*"` is any) and a route as in [`Fault::on`]:
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

    /// The number of open sessions: neither signed out, expired nor revoked.
    pub fn sessions_open(&self) -> usize {
        let mut state = lock(&self.service.state);
        state.settle();
        state.sessions.len()
    }

    /// Ends all sessions; requests with their tokens fail with `401002` from then on.
    pub fn expire_sessions(&self) {
        lock(&self.service.state).sessions.clear();
    }

    /// Revokes a personal access token, and ends the session that it opened.
    pub fn revoke_token(&self, name: &str) {
        lock(&self.service.state).revoke_tokens(|token| token.name == name);
    }

    /// Moves the server's clock forward: sessions and uploads expire, jobs end.
    pub fn advance(&self, time: Duration) {
        let mut state = lock(&self.service.state);
        state.clock.advance(time);
        state.settle();
    }

    /// Makes the next background job that is started fail with this note.
    pub fn fail_next_job(&self, note: impl Into<String>) {
        self.plan_job(Outcome::Failed(note.into()));
    }

    /// Makes the next background job that is started end as cancelled.
    pub fn cancel_next_job(&self) {
        self.plan_job(Outcome::Cancelled);
    }

    fn plan_job(&self, outcome: Outcome) {
        let mut state = lock(&self.service.state);
        state.server.state_mut::<JobOptions>().outcomes.push_back(outcome);
    }

    /// Expects requests with a method (`"*"` is any) and a route as in [`Fault::on`]:
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
    /// [`verify`](MockServer::verify) checks the expectation. Otherwise dropping the server does, and
    /// panics if it is not met, unless the thread is panicking already.
    pub fn expect(&self, method: &str, route: &str) -> Expectation<'_> {
        Expectation::new(self, method, route)
    }

    /// Checks and removes the expectations so far.
    ///
    /// # Panics
    ///
    /// Panics if one is not met. The message has the most similar request and how it differs.
    #[track_caller]
    pub fn verify(&self) {
        let all = std::mem::take(&mut *lock(&self.service.expected));
        if let Some(unmet) = expect::describe_unmet(&all) {
            panic!("{unmet}");
        }
    }

    /// Injects a fault from now on.
    pub fn fault(&self, fault: Fault) {
        lock(&self.service.faults).add(fault);
    }

    /// Removes all faults.
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
        // A second panic would abort the process and hide the first one.
        if !std::thread::panicking() {
            self.verify();
        }
    }
}
