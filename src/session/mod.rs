//! [`Session`]: signs out when it is dropped.

mod access_tokens;
mod accessors;
mod auth_state;
mod concerns;
mod explain;
mod file;
mod open;
mod sharing;
mod sign_in;
mod token;
mod view;

use std::marker::PhantomData;
use std::sync::Arc;

use log::warn;

use crate::cancel::CancellationToken;
use crate::client::Client;
use crate::http::Delivery;
use crate::resources::auth;
use crate::{Error, ErrorKind, Result};

pub(crate) use explain::explain_address;
pub use file::SessionFile;
pub(crate) use open::OpenSession;
pub(crate) use sharing::Sharing;
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) use sign_in::SignInResponse;
pub use token::SessionToken;
pub use view::SessionView;

/// The target of the log lines about sessions.
const LOG: &str = "tableau_server_client::session";

/// A signed-in session. Dropping it signs out.
///
/// The session is signed out no matter how its scope is left: at the end of a block, by `?` or by a
/// panic. `Drop` makes one attempt, takes at most
/// [`sign_out_timeout`](crate::HttpOptions::sign_out_timeout) (5 s unless set), and logs errors at
/// `warn`, target `tableau_server_client::session`. To get the error instead, call
/// [`sign_out`](Session::sign_out). `std::process::exit`, an abort or a signal that kills the
/// process does not run `Drop`: the session then ends when it times out on the server, after hours.
///
/// A session borrows the [`Server`](crate::Server), whose options cannot be changed while the
/// session exists. A session from [`Server::into_session`](crate::Server::into_session) owns its
/// server instead and is `Session<'static>`. Threads can share a session by reference; they then
/// use the same connections, and the session is signed out once:
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
/// Using a session after its sign-out:
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
/// Changing options while a session exists:
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
    open: OpenSession,
    on_drop: OnDrop,
    /// The error of a `switch_site` that may have opened a session on another site.
    lost_switch: Option<Error>,
    server: PhantomData<&'a ()>,
}

/// What to do when the session is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnDrop {
    SignOut,
    Nothing,
}

impl<'a> Session<'a> {
    /// Creates a session that signs out when it is dropped.
    pub(crate) fn new(open: OpenSession) -> Session<'a> {
        let on_drop = OnDrop::SignOut;
        Session { open, on_drop, lost_switch: None, server: PhantomData }
    }

    /// Creates a session that another process signs out.
    pub(crate) fn joined(open: OpenSession) -> Session<'a> {
        let on_drop = OnDrop::Nothing;
        Session { open, on_drop, lost_switch: None, server: PhantomData }
    }

    /// Signs out and returns any error; `Drop` only logs it. An expired session has already ended,
    /// which is not an error.
    ///
    /// Does nothing on a session from [`Server::join`](crate::Server::join), which never signs out.
    ///
    /// # Errors
    ///
    /// If the response to a [`switch_site`](Session::switch_site) was lost, its error is returned
    /// again, even if this session is signed out successfully: a session may remain open on the other
    /// site. If the sign-out fails as well, the message of that error says so, too.
    #[doc = auth::rest!(SIGN_OUT)]
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

    /// Signs out at most once, even if the sign-out fails. Returns its outcome, and the error of a
    /// switch whose response was lost.
    fn end(&mut self) -> (Result<()>, Option<Error>) {
        let signed_out = match std::mem::replace(&mut self.on_drop, OnDrop::Nothing) {
            OnDrop::SignOut => self.open.end(),
            OnDrop::Nothing => Ok(()),
        };
        (signed_out, self.lost_switch.take())
    }

    /// Consumes the session without signing out. The returned token transfers the session to
    /// another process, which usually [resumes](crate::Server::resume) it and signs out.
    pub fn detach(mut self) -> SessionToken {
        self.on_drop = OnDrop::Nothing;
        self.open.token()
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
    /// subdomains), which has no such operation, and for a session that is shared
    /// ([`Server::join`](crate::Server::join),
    /// [`Server::sign_in_shared`](crate::Server::sign_in_shared)), because switching would end it
    /// for the other processes.
    #[doc = auth::rest!(SWITCH_SITE)]
    pub fn switch_site(&mut self, content_url: &str) -> Result<()> {
        if self.on_drop == OnDrop::Nothing || self.open.auth.sharing().is_some() {
            return Err(Error::input(
                "a shared session cannot switch its site: that would end it for other processes",
            ));
        }
        match self.open.switch_site(content_url) {
            Ok(open) => self.open = open,
            Err(error) if error.code() == Some("403070") => {}
            Err(error) if may_have_switched(&error) => {
                let site = self.open.client.shown_site(content_url);
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
            // The message names each site once, even if the program repeats the switch.
            Some(first) if first.to_string().contains(&may_be_open) => first,
            Some(first) => first.and_then_failed(&may_be_open, None),
        });
        error
    }

    /// When the personal access token that the session was opened with expires, as the server
    /// estimated at sign-in. `None` for other credentials, for servers that do not return it, and
    /// for a session that was resumed or joined. If less than 7 days are left, sign-in logs a
    /// warning.
    ///
    /// A token that is not used for 15 days expires earlier.
    pub fn personal_access_token_expires_at(&self) -> Option<jiff::Timestamp> {
        self.open.token_expires_at
    }

    /// Returns a view of this session whose calls the token cancels. The sign-out is not affected.
    pub fn with_cancellation(&self, cancellation: &CancellationToken) -> SessionView<'_> {
        SessionView::new(self.open.client.with_cancellation(cancellation))
    }

    /// The name of the user who is signed in: the one in the server's response, or else the name or
    /// the claim `sub` in the credentials. `None` if neither has one, as with personal access tokens on
    /// most servers and after [`impersonate`](crate::TableauAuth::impersonate), and for a session that
    /// another process opened.
    pub fn user_name(&self) -> Option<&str> {
        self.open.auth.user_name()
    }

    /// When this process last signed in for this session: at first, to renew it, or to switch its
    /// site. `None` for a session that another process opened.
    pub fn opened_at(&self) -> Option<jiff::Timestamp> {
        self.open.auth.opened_at()
    }

    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.open.client
    }

    /// The session as a token that can be stored in a file.
    pub(crate) fn open(&self) -> &OpenSession {
        &self.open
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
    match Delivery::of_failed(error) {
        Delivery::NotSent => false,
        Delivery::Unknown | Delivery::Abandoned => true,
        Delivery::Rejected if error.is_before_sending() => false,
        Delivery::Rejected => match error.kind() {
            // The error page of a gateway can replace Tableau's response to a request that was
            // carried out.
            ErrorKind::Http => true,
            // With other statuses, the request was not carried out at this address.
            ErrorKind::Redirect => error.status() == Some(303),
            _ => false,
        },
    }
}

/// Shows server, version, site and user, but not the token.
impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        view::fmt_client("Session", self.client(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorResponse;

    #[test]
    fn distinguishes_lost_switches_from_refused_and_unsent_ones() {
        let broken = || Error::connection_lost("x", std::io::Error::other("y"));
        let error_with = |kind, status| {
            Error::new(kind, "x")
                .with_response(ErrorResponse { status: Some(status), ..ErrorResponse::default() })
        };
        for error in [
            broken(),
            Error::new(ErrorKind::Timeout, "x"),
            Error::new(ErrorKind::Cancelled, "x"),
            error_with(ErrorKind::Cancelled, 200),
            error_with(ErrorKind::Decode, 200),
            error_with(ErrorKind::Tls, 200),
            error_with(ErrorKind::Api, 500),
            error_with(ErrorKind::Http, 502),
            error_with(ErrorKind::Http, 403),
            error_with(ErrorKind::Redirect, 303),
        ] {
            assert!(may_have_switched(&error), "{error:?}");
        }
        for error in [
            Error::new(ErrorKind::Connect, "x"),
            Error::new(ErrorKind::Tls, "x"),
            Error::new(ErrorKind::Timeout, "x").before_sending(),
            Error::new(ErrorKind::Cancelled, "x").before_sending(),
            error_with(ErrorKind::Decode, 200).before_sending(),
            Error::input("x"),
            Error::config("x"),
            error_with(ErrorKind::Api, 404),
            error_with(ErrorKind::Http, 429),
            error_with(ErrorKind::Redirect, 302),
        ] {
            assert!(!may_have_switched(&error), "{error:?}");
        }
    }
}
