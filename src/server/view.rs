//! [`ServerView`]: a server whose calls a stop ends.

use super::{Server, ServerInfo};
use crate::Result;
use crate::cancel::CancellationToken;
use crate::credentials::{Credentials, SignIn};
use crate::session::Session;
use crate::session_file::SessionFile;

/// A view of a [`Server`] whose calls a [`CancellationToken`] ends: [`Server::until`] makes it.
///
/// What the server was doing when it was stopped may have been done: a sign-in that is stopped while
/// its answer is on the way can leave a session behind, which ends by itself, after hours.
#[derive(Clone, Debug)]
#[must_use = "nothing is asked before one of its methods is called"]
pub struct ServerView<'a> {
    pub(super) server: &'a Server,
    pub(super) cancellation: CancellationToken,
}

impl<'a> ServerView<'a> {
    /// As [`Server::server_info`].
    ///
    /// REST: [Server Info](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_server.htm#server_info), API 2.4.
    pub fn server_info(&self) -> Result<ServerInfo> {
        self.server.info(Some(&self.cancellation), None)
    }

    /// As [`Server::sign_in`].
    ///
    /// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), API 1.0.
    pub fn sign_in(&self, credentials: &(impl Credentials + ?Sized)) -> Result<Session<'a>> {
        Ok(Session::new(self.server.core(credentials, Some(&self.cancellation))?))
    }

    /// As [`Server::sign_in_shared`].
    ///
    /// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), API 1.0.
    pub fn sign_in_shared(
        &self,
        credentials: &(impl Credentials + ?Sized),
        file: &SessionFile,
    ) -> Result<Session<'a>> {
        self.server.shared(credentials, file, Some(&self.cancellation))
    }

    /// As [`Server::join_shared`].
    pub fn join_shared(&self, file: &SessionFile) -> Result<Session<'a>> {
        self.server.joined(file, None, Some(&self.cancellation))
    }

    /// As [`Server::join_shared_with`].
    ///
    /// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), API 1.0.
    pub fn join_shared_with(
        &self,
        credentials: &(impl Credentials + ?Sized),
        file: &SessionFile,
    ) -> Result<Session<'a>> {
        self.server.joined(file, Some(SignIn::of(credentials)), Some(&self.cancellation))
    }
}
