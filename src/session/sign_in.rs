//! Signing in and out on the server.

use std::time::{Duration, Instant};

use super::token::is_token;
use crate::Result;
use crate::cancel::CancellationToken;
use crate::client::{Client, Site};
use crate::credentials::SignIn;
use crate::http::{AuthContext, Request, Success, Transport};
use crate::redact::Redactor;
use crate::resources::auth;
use crate::secret::Secret;
use crate::version::ApiVersion;
use crate::xml::{FromXml, Node};

/// The response to a sign-in or a switch of site.
pub(crate) struct SignInResponse {
    pub(crate) token: Secret,
    pub(crate) site: Site,
}

impl FromXml for SignInResponse {
    fn from_xml(node: Node<'_>) -> Result<SignInResponse> {
        let token: String = node.attr("token")?;
        if !is_token(&token) {
            return Err(node.fail("the attribute `token`", "is not a valid token"));
        }
        let site = Site {
            id: node.child_id("site")?,
            // Required, unlike other texts: an empty one names the default site.
            url: node
                .child_attr::<Option<String>>("site", "contentUrl")?
                .ok_or_else(|| node.fail("the attribute `contentUrl` of <site>", "is missing"))?,
            user_id: node.child_id("user")?,
        };
        Ok(SignInResponse { token: Secret::new(token), site })
    }
}

/// Signs in, before `deadline` if there is one. `known` are further secrets to redact.
pub(super) fn sign_in(
    transport: &Transport,
    version: ApiVersion,
    credentials: &SignIn,
    known: &Redactor,
    cancellation: Option<&CancellationToken>,
    deadline: Option<Instant>,
) -> Result<SignInResponse> {
    let redactor = known.clone().with(credentials.secret());
    let auth = AuthContext { token: None, redactor: &redactor, cancellation };
    let mut request = Request::of(&auth::SIGN_IN.call(version, None, &[]))
        .xml(credentials.request()?)
        .until(deadline);
    transport
        .send(&mut request, auth, |response| {
            response.xml(|root| SignInResponse::from_xml(root.need("credentials")?))
        })
        .map_err(crate::Error::during_sign_in)
}

/// Signs out. Succeeds if the session is no longer valid. Makes one attempt with the current token:
/// renewing the session would only open one that has to be signed out as well.
pub(super) fn sign_out(client: &Client, timeout: Duration) -> Result<()> {
    let request = client.request(&auth::SIGN_OUT, &[]).within(timeout).once().ignoring_limits();
    match client.ask_once(request, Success::ignore) {
        Err(error) if error.is_session_expired() => Ok(()),
        other => other,
    }
}
