//! Signing in and out on the server.

use std::time::{Duration, Instant};

use log::warn;

use super::LOG;
use super::explain::explain_sign_in;
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
use crate::xml::{FromXml, Node, Text};

/// The response to a sign-in or a switch of site.
pub(crate) struct SignInResponse {
    pub(crate) token: Secret,
    pub(crate) site: Site,
    /// Some servers do not send it.
    pub(crate) user_name: Option<String>,
    /// The time until the personal access token expires, of a sign-in with one.
    pub(crate) time_left: Option<Duration>,
}

/// A time as `DAYS:HH:MM`.
struct TimeLeft(Duration);

impl Text for TimeLeft {
    fn blank() -> TimeLeft {
        TimeLeft(Duration::ZERO)
    }

    fn read(text: &str) -> Option<TimeLeft> {
        let mut parts = text.split(':').map(|part| part.trim().parse::<u32>().ok());
        let (days, hours, minutes) = (parts.next()??, parts.next()??, parts.next()??);
        if parts.next().is_some() || hours > 23 || minutes > 59 {
            return None;
        }
        let minutes = (u64::from(days) * 24 + u64::from(hours)) * 60 + u64::from(minutes);
        Some(TimeLeft(Duration::from_secs(minutes * 60)))
    }

    fn write(&self) -> String {
        let minutes = self.0.as_secs() / 60;
        format!("{}:{:02}:{:02}", minutes / (24 * 60), minutes / 60 % 24, minutes % 60)
    }
}

/// A personal access token with less time than this causes a warning.
const SHORT_TIME_LEFT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl FromXml for SignInResponse {
    fn from_xml(node: Node<'_>) -> Result<SignInResponse> {
        let token: String = node.attr("token")?;
        if !is_token(&token) {
            return Err(node.fail("the attribute `token`", "is not a valid token"));
        }
        let site = Site {
            id: node.child_id("site")?,
            // Required, although it can be empty: an empty content URL is that of the default site.
            url: node
                .child_attr::<Option<String>>("site", "contentUrl")?
                .ok_or_else(|| node.fail("the attribute `contentUrl` of <site>", "is missing"))?,
            user_id: node.child_id("user")?,
        };
        let user_name = node.child_attr("user", "name")?;
        let time_left = node.attr::<Option<TimeLeft>>("estimatedTimeToExpiration")?;
        if let Some(left) = &time_left
            && left.0 < SHORT_TIME_LEFT
        {
            warn!(
                target: LOG,
                "the personal access token expires in {} (days:hours:minutes): create a new one",
                left.write()
            );
        }
        let time_left = time_left.map(|left| left.0);
        Ok(SignInResponse { token: Secret::new(token), site, user_name, time_left })
    }
}

/// Signs in, before `deadline` if there is one. `known` contains further secrets to redact.
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
        .map_err(|error| {
            explain_sign_in(error, credentials, transport).redacted(&redactor).during_sign_in()
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_time_left_of_a_token() {
        let minutes = |text: &str| TimeLeft::read(text).map(|left| left.0.as_secs() / 60);
        for (text, expected) in [
            ("2:12:30", (2 * 24 + 12) * 60 + 30),
            ("0:00:05", 5),
            ("0:0:0", 0),
            ("364:23:59", (364 * 24 + 23) * 60 + 59),
            ("07:01:00", (7 * 24 + 1) * 60),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text}");
        }
        for invalid in
            ["", "2", "12:30", "1:2:3:4", "1:24:00", "1:00:60", "-1:00:00", "soon", "1::2"]
        {
            assert_eq!(minutes(invalid), None, "{invalid}");
        }
        assert_eq!(TimeLeft::read("2:1:5").unwrap().write(), "2:01:05");
    }
}
