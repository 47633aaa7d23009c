//! [`HttpOptions`]: certificates, timeouts, proxies, headers, retries and limits.

mod values;
pub(super) mod verify;

use std::path::PathBuf;
use std::time::Duration;

use super::retry::RetryPolicy;
use crate::secret::Secret;

pub(super) use values::representable;
use values::set_header;
pub use verify::{Fingerprint, Verify};

/// How requests are sent: certificates, timeouts, proxies, headers, retries and limits.
///
/// An option that is not set keeps its default, or the value from an earlier call of
/// [`Server::add_http_options`](crate::Server::add_http_options).
///
/// ```
/// use tableau_server_client as tsc;
/// use std::time::Duration;
///
/// let options = tsc::HttpOptions::new()
///     .connect_timeout(Duration::from_secs(5))
///     .read_timeout(Duration::from_secs(120))
///     .header("X-Request-Source", "nightly");
/// let mut server = tsc::Server::new("https://tableau.example.com")?;
/// server.add_http_options(options)?;
/// # Ok::<(), tsc::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options take effect in `Server::add_http_options`"]
pub struct HttpOptions {
    pub(super) verify: Option<Verify>,
    insecure_warnings: Option<bool>,
    timeout: Option<Duration>,
    connect_timeout: Option<Duration>,
    read_timeout: Option<Duration>,
    sign_out_timeout: Option<Duration>,
    max_response: Option<u64>,
    pub(super) headers: Vec<(String, Secret)>,
    user_agent: Option<String>,
    pub(super) proxy: Option<ProxyChoice>,
    pub(super) client_cert: Option<(PathBuf, PathBuf)>,
    trusted_redirects: Vec<String>,
    retries: Option<RetryPolicy>,
    renew_sessions: Option<bool>,
    max_concurrent: Option<usize>,
}

/// The proxy to use. If unset, it is taken from the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProxyChoice {
    None,
    Use(Secret),
}

impl HttpOptions {
    /// Creates options with nothing set. Invalid values, such as a timeout of 0, are an error of
    /// [`Server::add_http_options`](crate::Server::add_http_options).
    pub fn new() -> HttpOptions {
        HttpOptions::default()
    }

    /// Sets which server certificates are accepted. Default: `true`.
    ///
    /// | value | accepted certificates |
    /// |---|---|
    /// | `true` | issued under Mozilla's roots (crate `webpki-roots`) |
    /// | `"ca.pem"`, a `Path` | issued under Mozilla's roots or under a certificate of this PEM file |
    /// | a [`Fingerprint`] | this certificate only, regardless of its issuer and host name |
    /// | `false` | any certificate: an attacker on the network can read and change all data |
    ///
    /// The PEM file can contain a self-signed certificate itself, which must still contain the host
    /// name. If it is marked as a CA (as `openssl req -x509` does), its validity dates and its
    /// extended key usage are not checked, because the file lists exactly this certificate.
    pub fn verify(mut self, verify: impl Into<Verify>) -> HttpOptions {
        self.verify = Some(verify.into());
        self
    }

    /// Sets whether each `https` request emits a warning with [`verify(false)`](HttpOptions::verify): at
    /// `warn`, log target `tableau_server_client::insecure_request`, or on standard error if the
    /// program has no logger. Default: `true`.
    pub fn insecure_warnings(mut self, yes: bool) -> HttpOptions {
        self.insecure_warnings = Some(yes);
        self
    }

    /// Sets the timeout for one whole request, including retries, redirects, signing in again and
    /// reading the response. Default: none, so that long transfers are not interrupted.
    pub fn timeout(mut self, timeout: Duration) -> HttpOptions {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the timeout for connecting: DNS lookup, TCP, proxy and TLS handshake. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> HttpOptions {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the timeout for each read of a response, including its first byte, and for each write of a
    /// request. Default: 60 s.
    ///
    /// For publishing, exports and downloads, which the server completes before it responds, the
    /// timeout for the first byte is at least 30 minutes.
    pub fn read_timeout(mut self, timeout: Duration) -> HttpOptions {
        self.read_timeout = Some(timeout);
        self
    }

    /// Sets the timeout for a sign-out, which is the maximum time that dropping a
    /// [`Session`](crate::Session) blocks. Default: 5 s.
    pub fn sign_out_timeout(mut self, timeout: Duration) -> HttpOptions {
        self.sign_out_timeout = Some(timeout);
        self
    }

    /// Sets the maximum size of a response in bytes, after decompression. Default: 64 MiB. Downloads
    /// are streamed and not limited.
    ///
    /// While a response is decoded, its XML tree takes memory, too: about four times the size of the
    /// response, and in the worst case twelve times (200 MiB if the limit is below 16 MiB).
    pub fn max_response(mut self, bytes: u64) -> HttpOptions {
        self.max_response = Some(bytes);
        self
    }

    /// Adds a header to every request, or replaces the header of the same name. Default: none.
    ///
    /// Logs, errors and `Debug` do not contain the values. If the name suggests a secret
    /// (`Authorization`, `Cookie`, `X-Api-Key`), the value is redacted in text from the server, too.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> HttpOptions {
        set_header(&mut self.headers, name.into(), Secret::new(value));
        self
    }

    /// Sets the `User-Agent` header. Default: `tableau-server-client/` and the version of this library.
    pub fn user_agent(mut self, name: impl Into<String>) -> HttpOptions {
        self.user_agent = Some(name.into());
        self
    }

    /// Sends every request through this proxy, regardless of the environment: `http://`,
    /// `https://`, `socks4://`, `socks4a://`, `socks5://` or `socks5h://`, with a percent-encoded
    /// `user:password@` if it requires credentials. `CONNECT` is sent to an HTTP proxy, also for
    /// `http` addresses.
    ///
    /// Default: `HTTPS_PROXY` for `https` addresses, `HTTP_PROXY` for `http` addresses, `ALL_PROXY`
    /// for both, in either case, except for loopback addresses (`127.0.0.0/8`, `::1`, `localhost` and names
    /// below it) and for `NO_PROXY`, a list of hosts (with their subdomains), addresses and networks such as
    /// `10.0.0.0/8`, without ports.
    pub fn proxy(mut self, url: impl Into<String>) -> HttpOptions {
        self.proxy = Some(ProxyChoice::Use(Secret::new(url)));
        self
    }

    /// Uses no proxy, regardless of the environment.
    pub fn no_proxy(mut self) -> HttpOptions {
        self.proxy = Some(ProxyChoice::None);
        self
    }

    /// Sets the certificate chain and the private key (PEM files) for mutual TLS. Default: none.
    pub fn client_cert(
        mut self,
        chain: impl Into<PathBuf>,
        private_key: impl Into<PathBuf>,
    ) -> HttpOptions {
        self.client_cert = Some((chain.into(), private_key.into()));
        self
    }

    /// Allows redirects to a host (`host` for any port, or `host:port`), such as a load balancer or a
    /// sign-on proxy. They carry the token, the password and the body. Can be called repeatedly. A URL
    /// is refused when a server gets the options, with a [`Config`](crate::ErrorKind::Config) error.
    /// Default: only redirects to the server's own origin are followed.
    pub fn trust_redirects_to(mut self, host: impl Into<String>) -> HttpOptions {
        self.trusted_redirects.push(host.into().to_ascii_lowercase());
        self
    }

    /// Sets how often failed requests are sent again, and after what backoff. Default:
    /// [`RetryPolicy::new`], up to 3 retries within 2 minutes.
    pub fn retries(mut self, policy: RetryPolicy) -> HttpOptions {
        self.retries = Some(policy);
        self
    }

    /// Sets whether an expired session signs in again with its credentials. Default: `true`.
    ///
    /// If the server responds with `401002`, one thread signs in again, to the session's current site,
    /// while the others wait. Then each request is sent once more. A session that was
    /// [resumed](crate::Server::resume) or [joined](crate::Server::join), or that uses a JSON Web Token
    /// without [`renew_with`](crate::JwtAuth::renew_with), cannot sign in again: its requests fail with
    /// an error for which [`is_session_expired`](crate::Error::is_session_expired) is true.
    pub fn renew_sessions(mut self, yes: bool) -> HttpOptions {
        self.renew_sessions = Some(yes);
        self
    }

    /// Sets the maximum number of concurrent requests; further ones wait for a permit. Default: no
    /// limit.
    ///
    /// Tableau Cloud rejects more than 20 concurrent exports per site (429000). Sign-outs are not
    /// limited, because a late sign-out would leave the session open. A nested request, such as one
    /// that `on_progress` sends, does not wait for the outer one.
    pub fn max_concurrent(mut self, requests: usize) -> HttpOptions {
        self.max_concurrent = Some(requests);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let options = HttpOptions::new()
            .header("Authorization", "Bearer hush")
            .proxy("http://me:hush@proxy:3128");
        assert!(!format!("{options:?}").contains("hush"), "{options:?}");
        assert!(format!("{options:?}").contains("Authorization"));
    }
}
