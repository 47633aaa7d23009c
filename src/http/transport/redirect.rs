//! Where redirects lead, and which are followed.

use ureq::http::Response;
use ureq::http::header::LOCATION;

use super::super::url::Url;
use super::Transport;
use crate::error::ErrorResponse;
use crate::redact::Redactor;
use crate::text::cut;
use crate::{Error, ErrorKind, Result};

/// Maximum number of consecutive redirects.
const MAX_REDIRECTS: usize = 10;

impl Transport {
    /// The target of a redirect. Fails if the token, the password and the body must not be sent there.
    pub(super) fn redirected(
        &self,
        response: &Response<ureq::Body>,
        from: &Url,
        count: usize,
        redactor: &Redactor,
    ) -> Result<Url> {
        let status = response.status().as_u16();
        let error = |why: String| {
            let error_response = ErrorResponse {
                status: Some(status),
                url: Some(redactor.redact(&from.to_string()).into_owned()),
                ..ErrorResponse::default()
            };
            Error::new(ErrorKind::Redirect, format!("HTTP {status}: {why}"))
                .with_response(error_response)
        };
        if count > MAX_REDIRECTS {
            return Err(error(format!("more than {MAX_REDIRECTS} consecutive redirects")));
        }
        let location = response.headers().get(LOCATION).filter(|location| !location.is_empty());
        let Some(location) = location else {
            return Err(error("a redirect without a `Location` header".into()));
        };
        let location = String::from_utf8_lossy(location.as_bytes());
        let to = from.join(&location).map_err(|why| {
            let location = redactor.redact(&location);
            error(format!("a redirect to the invalid URL {:?}: {why}", cut(&location, 200)))
        })?;
        if from.origin.https && !to.origin.https {
            return Err(error(format!(
                "a redirect from {} to {}, from https to http, is not followed",
                from.origin, to.origin
            )));
        }
        let ours = self.origin();
        if to.origin.is_upgrade_of(&ours) {
            self.upgrade_to(&to.origin);
        } else if to.origin != ours
            && !self.options.trusts_redirects_to(&to.origin.host, &to.origin.authority())
        {
            // The location instead of the parsed origin, whose lower case would hide a secret.
            let redacted = redactor.redact(&location);
            let there = cut(&redacted, 200);
            return Err(error(format!(
                "a redirect from {} to {there}, another origin, is not followed \
                 (`trust_redirects_to` allows a host)",
                from.origin
            )));
        }
        Ok(to)
    }
}
