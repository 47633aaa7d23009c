//! [`ServerView`]: a server whose calls can be cancelled.

use super::{Server, ServerInfo};
use crate::Result;
use crate::cancel::CancellationToken;
use crate::credentials::{Credentials, SignIn};
use crate::resources::auth;
use crate::session::{Session, SessionFile, SessionToken};

/// A view of a [`Server`] whose calls a [`CancellationToken`] cancels, returned by
/// [`Server::with_cancellation`].
///
/// The token does not cancel calls of the sessions that the view returns;
/// [`Session::with_cancellation`] does that. Their sign-out is always sent.
///
/// If a sign-in is cancelled while the server carries it out, a session can remain open until it
/// times out on the server, after hours.
#[derive(Clone, Debug)]
#[must_use = "a view sends nothing until one of its methods is called"]
pub struct ServerView<'a> {
    pub(super) server: &'a Server,
    pub(super) cancellation: CancellationToken,
}

impl<'a> ServerView<'a> {
    /// Same as [`Server::server_info`].
    #[doc = auth::rest!(SERVER_INFO)]
    pub fn server_info(&self) -> Result<ServerInfo> {
        self.server.info(Some(&self.cancellation), None)
    }

    /// Same as [`Server::sign_in`].
    #[doc = auth::rest!(SIGN_IN)]
    pub fn sign_in(&self, credentials: &(impl Credentials + ?Sized)) -> Result<Session<'a>> {
        Ok(Session::new(self.server.open(credentials, Some(&self.cancellation))?))
    }

    /// Same as [`Server::into_session`], but keeps the server: the session does not borrow it, and
    /// keeps the options that the server has now.
    #[doc = auth::rest!(SIGN_IN)]
    pub fn into_session(
        self,
        credentials: &(impl Credentials + ?Sized),
    ) -> Result<Session<'static>> {
        Ok(Session::new(self.server.open(credentials, Some(&self.cancellation))?))
    }

    /// Same as [`Server::resume`], which sends nothing.
    pub fn resume(&self, token: SessionToken) -> Session<'a> {
        self.server.resume(token)
    }

    /// Same as [`Server::join`], which sends nothing.
    pub fn join(&self, token: &SessionToken) -> Session<'a> {
        self.server.join(token)
    }

    /// Same as [`Server::sign_in_shared`].
    #[doc = auth::rest!(SIGN_IN)]
    pub fn sign_in_shared(
        &self,
        credentials: &(impl Credentials + ?Sized),
        file: &SessionFile,
    ) -> Result<Session<'a>> {
        self.server.shared(credentials, file, Some(&self.cancellation))
    }

    /// Same as [`Server::join_shared`].
    pub fn join_shared(&self, file: &SessionFile) -> Result<Session<'a>> {
        self.server.joined(file, None, Some(&self.cancellation))
    }

    /// Same as [`Server::join_shared_with`].
    #[doc = auth::rest!(SIGN_IN)]
    pub fn join_shared_with(
        &self,
        credentials: &(impl Credentials + ?Sized),
        file: &SessionFile,
    ) -> Result<Session<'a>> {
        self.server.joined(file, Some(SignIn::of(credentials)), Some(&self.cancellation))
    }
}
