//! [`SessionView`]: a session whose calls can be cancelled.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::client::Client;

/// A view of a [`Session`](crate::Session) whose calls a
/// [`CancellationToken`](crate::CancellationToken) cancels, returned by
/// [`Session::with_cancellation`](crate::Session::with_cancellation). It has the session's resources
/// and does not sign out.
///
/// The view borrows the session, so that it cannot be used after the sign-out:
///
/// ```compile_fail,E0505
/// # use tableau_server_client as tsc;
/// # fn f(session: tsc::Session<'_>, token: tsc::CancellationToken) -> tsc::Result<()> {
/// let view = session.with_cancellation(&token);
/// session.sign_out()?;
/// view.workbooks().list().total()?;
/// # Ok(())
/// # }
/// ```
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # fn f(session: tsc::Session<'_>, token: tsc::CancellationToken) -> tsc::Result<()> {
/// let view = session.with_cancellation(&token);
/// view.workbooks().list().total()?;
/// session.sign_out()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a view sends nothing until one of its resources is used"]
pub struct SessionView<'a> {
    client: Arc<Client>,
    session: PhantomData<&'a ()>,
}

impl SessionView<'_> {
    pub(super) fn new(client: Client) -> Self {
        SessionView { client: Arc::new(client), session: PhantomData }
    }

    pub(crate) fn client(&self) -> &Arc<Client> {
        &self.client
    }
}

/// Shows server, version, site and user, but not the token.
impl fmt::Debug for SessionView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_client("SessionView", &self.client, f)
    }
}

/// Formats the site and user of a client's session, without its token.
pub(super) fn fmt_client(name: &str, client: &Client, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    // The ids and the URL come from the server and could contain a secret.
    let redactor = client.redactor();
    f.debug_struct(name)
        .field("server", &client.transport.base().to_string())
        .field("version", &client.version)
        .field("site_id", &redactor.redact(client.site_id.as_str()))
        .field("site_url", &redactor.redact(&client.site_url))
        .field("user_id", &redactor.redact(client.user_id.as_str()))
        .finish_non_exhaustive()
}
