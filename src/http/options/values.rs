//! The effective values: merging, validation and defaults of [`HttpOptions`].

use std::sync::LazyLock;
use std::time::Duration;

use super::super::limit::Limiter;
use super::super::retry::RetryPolicy;
use super::super::url::Origin;
use super::{HttpOptions, Verify};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::{Error, Result};

impl HttpOptions {
    /// These options, overridden by those that are set in `others`.
    pub(in crate::http) fn merged(&self, others: HttpOptions) -> HttpOptions {
        // Destructured exhaustively, so that a new option cannot be forgotten.
        macro_rules! merge {
            ($others:ident over $own:ident: $($option:ident),+; $($joined:ident),+) => {
                let HttpOptions { $($option,)+ $($joined),+ } = $others;
                $($own.$option = $option.or($own.$option);)+
            };
        }
        let mut all = self.clone();
        merge!(others over all:
            verify, insecure_warnings, timeout, connect_timeout, read_timeout, sign_out_timeout, max_response,
            user_agent, proxy, client_cert, retries, renew_sessions, max_concurrent;
            headers, trusted_redirects);
        for (name, value) in headers {
            set_header(&mut all.headers, name, value);
        }
        all.trusted_redirects.extend(trusted_redirects);
        all
    }

    /// Rejects invalid values before the first request.
    pub(in crate::http) fn check(&self) -> Result<()> {
        for (name, duration) in [
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
            ("read_timeout", self.read_timeout),
            ("sign_out_timeout", self.sign_out_timeout),
        ] {
            if duration == Some(Duration::ZERO) {
                return Err(Error::config(format!("invalid `{name}` 0: must be positive")));
            }
        }
        if self.max_concurrent == Some(0) {
            return Err(Error::config("invalid `max_concurrent` 0: must be positive"));
        }
        for (name, value) in &self.headers {
            if ureq::http::HeaderName::from_bytes(name.as_bytes()).is_err() {
                return Err(Error::config(format!("invalid header name {name:?}")));
            }
            if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
                return Err(Error::config(format!(
                    "the header {name:?} is reserved: the library sets it"
                )));
            }
            check_header_value(name, value.reveal())?;
        }
        for host in &self.trusted_redirects {
            // A URL would never match, and can contain a password.
            if !matches!(Origin::parse(&format!("https://{host}")), Ok((_, ""))) {
                return Err(Error::config(
                    "invalid host for `trust_redirects_to`: must be a host or host:port, without a \
                     scheme or a path",
                ));
            }
        }
        check_header_value("User-Agent", self.agent_name())
    }

    pub(in crate::http) fn insecure(&self) -> bool {
        self.verify == Some(Verify::Off)
    }

    pub(in crate::http) fn warns_when_insecure(&self) -> bool {
        self.insecure_warnings.unwrap_or(true)
    }

    pub(in crate::http) fn request_timeout(&self) -> Option<Duration> {
        self.timeout.map(representable)
    }

    pub(in crate::http) fn effective_connect_timeout(&self) -> Duration {
        self.connect_timeout.map_or(Duration::from_secs(10), representable)
    }

    pub(in crate::http) fn effective_read_timeout(&self) -> Duration {
        self.read_timeout.map_or(Duration::from_secs(60), representable)
    }

    pub(in crate::http) fn effective_sign_out_timeout(&self) -> Duration {
        self.sign_out_timeout.map_or(Duration::from_secs(5), representable)
    }

    pub(in crate::http) fn max_response_size(&self) -> u64 {
        self.max_response.unwrap_or(64 << 20)
    }

    pub(in crate::http) fn retry_policy(&self) -> &RetryPolicy {
        static DEFAULT: LazyLock<RetryPolicy> = LazyLock::new(RetryPolicy::default);
        self.retries.as_ref().unwrap_or(&DEFAULT)
    }

    pub(in crate::http) fn renews_sessions(&self) -> bool {
        self.renew_sessions.unwrap_or(true)
    }

    pub(in crate::http) fn limiter(&self) -> Option<Limiter> {
        self.max_concurrent.map(Limiter::new)
    }

    pub(in crate::http) fn agent_name(&self) -> &str {
        let default = concat!("tableau-server-client/", env!("CARGO_PKG_VERSION"));
        self.user_agent.as_deref().unwrap_or(default)
    }

    /// Whether redirects to this host are allowed. `host` is in lower case.
    pub(in crate::http) fn trusts_redirects_to(&self, host: &str, authority: &str) -> bool {
        self.trusted_redirects.iter().any(|trusted| trusted == host || trusted == authority)
    }

    /// The values of headers whose names suggest a secret. Redacting all values (`Accept-Language:
    /// en`) would make messages unreadable.
    pub(in crate::http) fn secrets(&self) -> Vec<Secret> {
        let secret = ["auth", "cookie", "key", "pass", "secret", "session", "token"];
        let mut secrets = Vec::new();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            if secret.iter().any(|part| name.contains(part)) {
                secrets.push(value.clone());
                // A server may repeat the value of `Authorization` without the scheme.
                if let Some((_, rest)) = value.reveal().split_once(' ') {
                    secrets.push(Secret::new(rest.trim()));
                }
            }
        }
        secrets
    }

    /// A redactor for [`secrets`](HttpOptions::secrets).
    pub(in crate::http) fn redactor(&self) -> Redactor {
        self.secrets().iter().fold(Redactor::default(), Redactor::with)
    }
}

/// Limits a duration to a century, so that it can be added to the current time.
pub(in crate::http) fn representable(time: Duration) -> Duration {
    time.min(Duration::from_secs(100 * 365 * 24 * 60 * 60))
}

/// The headers that the library sets.
const RESERVED: [&str; 5] =
    ["X-Tableau-Auth", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection"];

fn check_header_value(name: &str, value: &str) -> Result<()> {
    match ureq::http::HeaderValue::from_str(value) {
        Ok(_) => Ok(()),
        // The message omits the value, which may be a secret.
        Err(_) => Err(Error::config(format!(
            "invalid value of the header {name:?}: it contains a character that is not allowed in headers"
        ))),
    }
}

pub(super) fn set_header(headers: &mut Vec<(String, Secret)>, name: String, value: Secret) {
    headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
    headers.push((name, value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_keeps_options_that_are_not_set() {
        let first = HttpOptions::new().verify(false).header("A", "1").header("B", "2");
        let all = first.merged(HttpOptions::new().timeout(Duration::from_secs(9)).header("a", "3"));
        assert_eq!(all.verify, Some(Verify::Off));
        assert_eq!(all.timeout, Some(Duration::from_secs(9)));
        let headers: Vec<_> = all.headers.iter().map(|(n, v)| (n.as_str(), v.reveal())).collect();
        assert_eq!(headers, [("B", "2"), ("a", "3")]);
    }

    #[test]
    fn errors_name_the_invalid_option() {
        for (options, name) in [
            (HttpOptions::new().timeout(Duration::ZERO), "`timeout`"),
            (HttpOptions::new().header("a b", "c"), "\"a b\""),
            (HttpOptions::new().header("x-tableau-auth", "c"), "\"x-tableau-auth\""),
            (HttpOptions::new().header("X-Key", "hush\r\nX: y"), "\"X-Key\""),
            (HttpOptions::new().user_agent("a\nb"), "\"User-Agent\""),
            (HttpOptions::new().trust_redirects_to("https://h.example"), "`trust_redirects_to`"),
            (HttpOptions::new().trust_redirects_to("h.example/path"), "`trust_redirects_to`"),
            (HttpOptions::new().trust_redirects_to("me:hush@h.example"), "`trust_redirects_to`"),
            (HttpOptions::new().trust_redirects_to(""), "`trust_redirects_to`"),
        ] {
            let error = options.check().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Config);
            assert!(error.to_string().contains(name), "{error}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
