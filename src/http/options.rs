//! [`HttpOptions`]: how requests travel.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use super::limit::Limiter;
use super::retry::RetryPolicy;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::{Error, Result};

/// How requests travel: certificates, timeouts, proxies, headers.
///
/// What is left unset keeps its default, or what
/// [`Server::add_http_options`](crate::Server::add_http_options) was given before.
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
#[derive(Clone, Default)]
#[must_use = "options take effect when a server is given them"]
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
    max_per_hour: Option<usize>,
}

/// Which proxy: the environment's unless said otherwise.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum ProxyChoice {
    None,
    Use(Secret),
}

impl HttpOptions {
    /// Nothing set.
    pub fn new() -> HttpOptions {
        HttpOptions::default()
    }

    /// Which certificates a server may show. Default: `true`, those of Mozilla's roots.
    ///
    /// | value | what is accepted |
    /// |---|---|
    /// | `true` | certificates that Mozilla's roots vouch for (crate `webpki-roots`) |
    /// | `"ca.pem"`, a `Path` | those, and what this PEM file's certificates vouch for |
    /// | a [`Fingerprint`] | this one certificate, whoever signed it and whatever name is in it |
    /// | `false` | any certificate: whoever sits in between can read and change everything |
    ///
    /// A self-signed certificate may itself be listed in the PEM file; the host name must still be
    /// in it. Where such a certificate is marked as an authority (as `openssl req -x509` makes
    /// them), its validity dates are not looked at: the file names this very certificate.
    pub fn verify(mut self, verify: impl Into<Verify>) -> HttpOptions {
        self.verify = Some(verify.into());
        self
    }

    /// Whether each request over `https` that [`verify(false)`](HttpOptions::verify) leaves
    /// unverified says so, at `warn` under the log target
    /// `tableau_server_client::insecure_request`, or on standard error where the program has no
    /// logger. Default: `true`.
    pub fn insecure_warnings(mut self, yes: bool) -> HttpOptions {
        self.insecure_warnings = Some(yes);
        self
    }

    /// The longest that one whole request may take: its tries, its redirects, signing in again
    /// where that is due, and the whole answer included. Default: none, so that a long transfer that
    /// moves is never cut off.
    pub fn timeout(mut self, longest: Duration) -> HttpOptions {
        self.timeout = Some(longest);
        self
    }

    /// The longest that connecting may take: name look-up, TCP, proxy and TLS. Default: 10 s.
    pub fn connect_timeout(mut self, longest: Duration) -> HttpOptions {
        self.connect_timeout = Some(longest);
        self
    }

    /// The longest silence: between two reads of an answer, before its first byte, and of a server
    /// that takes no more of an upload. Default: 60 s.
    ///
    /// Where the server has to work before it can answer (publishing, exports, downloads) it is
    /// given at least 30 minutes for the first byte.
    pub fn read_timeout(mut self, longest: Duration) -> HttpOptions {
        self.read_timeout = Some(longest);
        self
    }

    /// The longest that a sign-out may take, and so the longest that dropping a
    /// [`Session`](crate::Session) may block. Default: 5 s.
    pub fn sign_out_timeout(mut self, longest: Duration) -> HttpOptions {
        self.sign_out_timeout = Some(longest);
        self
    }

    /// The most bytes that an answer may have, after decompression. Default: 64 MiB. Downloads are
    /// streamed and have no bound.
    ///
    /// The answer's tree takes memory of its own while it is read: about four times as much for what
    /// servers send, and twelve times at the very worst (200 MiB where the limit is below 16 MiB).
    pub fn max_response(mut self, bytes: u64) -> HttpOptions {
        self.max_response = Some(bytes);
        self
    }

    /// A header to send with every request; the same name again replaces it. Default: none.
    ///
    /// This library shows no value in a log, an error or `Debug`; and where a name says that it is
    /// about who one is (`Authorization`, `Cookie`, `X-Api-Key`), not even if the server repeats it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> HttpOptions {
        set_header(&mut self.headers, name.into(), Secret::new(value));
        self
    }

    /// The `User-Agent`. Default: `tableau-server-client/` and this library's version.
    pub fn user_agent(mut self, name: impl Into<String>) -> HttpOptions {
        self.user_agent = Some(name.into());
        self
    }

    /// Sends every request through this proxy, whatever the environment says: `http://`, `https://`,
    /// `socks4://`, `socks4a://`, `socks5://` or `socks5h://`, with a percent-encoded
    /// `user:password@` if it requires credentials. An HTTP proxy is sent `CONNECT`, for `http`
    /// addresses too.
    ///
    /// Default: `HTTPS_PROXY` for `https` addresses, `HTTP_PROXY` for `http` addresses, `ALL_PROXY`
    /// for both, in either case, except for the hosts in `NO_PROXY` and for loopback addresses
    /// (`127.0.0.0/8`, `::1`, `localhost` and names below it).
    pub fn proxy(mut self, url: impl Into<String>) -> HttpOptions {
        self.proxy = Some(ProxyChoice::Use(Secret::new(url)));
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> HttpOptions {
        self.proxy = Some(ProxyChoice::None);
        self
    }

    /// The certificate chain and the private key (PEM files) to show to a server that asks for a
    /// client certificate. Default: none.
    pub fn client_cert(
        mut self,
        chain: impl Into<PathBuf>,
        private_key: impl Into<PathBuf>,
    ) -> HttpOptions {
        self.client_cert = Some((chain.into(), private_key.into()));
        self
    }

    /// Lets redirects lead to this host (`host` for any port, or `host:port`), with the token, the
    /// password and the body: for load balancers and sign-on fronts of one's own. Adds to the
    /// hosts named before. Default: the server's own origin only.
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

    /// Whether a session that has expired signs in again with its credentials and goes on.
    /// Default: `true`.
    ///
    /// When the server says `401002`, one thread signs in again, to the session's current site,
    /// while the others wait; then each request is sent once more. A session that was
    /// [resumed](crate::Server::resume) or [joined](crate::Server::join), and a JSON Web Token
    /// without [`renew_with`](crate::JwtAuth::renew_with), cannot: there the error stays,
    /// [`is_session_expired`](crate::Error::is_session_expired).
    pub fn renew_sessions(mut self, yes: bool) -> HttpOptions {
        self.renew_sessions = Some(yes);
        self
    }

    /// Sets the maximum number of concurrent requests; further ones wait for a permit. Default: no
    /// limit.
    ///
    /// Tableau Cloud refuses more than about 20 concurrent exports of a site (429). A nested request of
    /// the same thread, such as one that `on_progress` sends, does not wait for the outer one.
    pub fn max_concurrent(mut self, requests: usize) -> HttpOptions {
        self.max_concurrent = Some(requests);
        self
    }

    /// Sets the maximum number of requests within any hour; further ones wait for a permit. Default: no
    /// limit.
    ///
    /// Sign-outs count, but do not wait: a late sign-out would leave the session open.
    pub fn max_per_hour(mut self, requests: usize) -> HttpOptions {
        self.max_per_hour = Some(requests);
        self
    }

    /// These options with what the others set.
    pub(super) fn merged(&self, others: HttpOptions) -> HttpOptions {
        let mut all = self.clone();
        let HttpOptions {
            verify,
            insecure_warnings,
            timeout,
            connect_timeout,
            read_timeout,
            sign_out_timeout,
            max_response,
            headers,
            user_agent,
            proxy,
            client_cert,
            trusted_redirects,
            retries,
            renew_sessions,
            max_concurrent,
            max_per_hour,
        } = others;
        all.verify = verify.or(all.verify);
        all.insecure_warnings = insecure_warnings.or(all.insecure_warnings);
        all.timeout = timeout.or(all.timeout);
        all.connect_timeout = connect_timeout.or(all.connect_timeout);
        all.read_timeout = read_timeout.or(all.read_timeout);
        all.sign_out_timeout = sign_out_timeout.or(all.sign_out_timeout);
        all.max_response = max_response.or(all.max_response);
        for (name, value) in headers {
            set_header(&mut all.headers, name, value);
        }
        all.user_agent = user_agent.or(all.user_agent);
        all.proxy = proxy.or(all.proxy);
        all.client_cert = client_cert.or(all.client_cert);
        all.trusted_redirects.extend(trusted_redirects);
        all.retries = retries.or(all.retries);
        all.renew_sessions = renew_sessions.or(all.renew_sessions);
        all.max_concurrent = max_concurrent.or(all.max_concurrent);
        all.max_per_hour = max_per_hour.or(all.max_per_hour);
        all
    }

    /// Refuses what could only fail later, by name.
    pub(super) fn check(&self) -> Result<()> {
        for (name, duration) in [
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
            ("read_timeout", self.read_timeout),
            ("sign_out_timeout", self.sign_out_timeout),
        ] {
            if duration == Some(Duration::ZERO) {
                return Err(Error::config(format!(
                    "`{name}` is zero: nothing could be done in it"
                )));
            }
        }
        for (name, limit) in
            [("max_concurrent", self.max_concurrent), ("max_per_hour", self.max_per_hour)]
        {
            if limit == Some(0) {
                return Err(Error::config(format!("`{name}` is zero: nothing could be sent")));
            }
        }
        for (name, value) in &self.headers {
            if ureq::http::HeaderName::from_bytes(name.as_bytes()).is_err() {
                return Err(Error::config(format!("{name:?} is no name for a header")));
            }
            if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
                return Err(Error::config(format!("the header {name:?} is the library's to set")));
            }
            check_header_value(name, value.reveal())?;
        }
        check_header_value("User-Agent", self.agent_name())
    }

    pub(super) fn insecure(&self) -> bool {
        self.verify == Some(Verify::Off)
    }

    pub(super) fn warns_when_insecure(&self) -> bool {
        self.insecure_warnings.unwrap_or(true)
    }

    pub(super) fn whole_request(&self) -> Option<Duration> {
        self.timeout.map(countable)
    }

    pub(super) fn connecting(&self) -> Duration {
        self.connect_timeout.map_or(Duration::from_secs(10), countable)
    }

    pub(super) fn silence(&self) -> Duration {
        self.read_timeout.map_or(Duration::from_secs(60), countable)
    }

    pub(super) fn signing_out(&self) -> Duration {
        self.sign_out_timeout.map_or(Duration::from_secs(5), countable)
    }

    pub(super) fn largest_answer(&self) -> u64 {
        self.max_response.unwrap_or(64 << 20)
    }

    pub(super) fn retrying(&self) -> &RetryPolicy {
        static DEFAULT: LazyLock<RetryPolicy> = LazyLock::new(RetryPolicy::default);
        self.retries.as_ref().unwrap_or(&DEFAULT)
    }

    pub(super) fn renews_sessions(&self) -> bool {
        self.renew_sessions.unwrap_or(true)
    }

    pub(super) fn limiter(&self) -> Option<Limiter> {
        Limiter::new(self.max_concurrent, self.max_per_hour)
    }

    pub(super) fn agent_name(&self) -> &str {
        let default = concat!("tableau-server-client/", env!("CARGO_PKG_VERSION"));
        self.user_agent.as_deref().unwrap_or(default)
    }

    /// Whether redirects may lead there: `host` is in lower case.
    pub(super) fn trusts_redirects_to(&self, host: &str, authority: &str) -> bool {
        self.trusted_redirects.iter().any(|trusted| trusted == host || trusted == authority)
    }

    /// Knows the values of headers whose names suggest a secret. Redacting other values
    /// (`Accept-Language: en`) would make messages unreadable.
    pub(super) fn redactor(&self) -> Redactor {
        let secret = ["auth", "cookie", "key", "pass", "secret", "session", "token"];
        let mut redactor = Redactor::default();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            if secret.iter().any(|part| name.contains(part)) {
                redactor.add(value.reveal());
                // A server may repeat the value of `Authorization` without its scheme.
                if let Some((_, rest)) = value.reveal().split_once(' ') {
                    redactor.add(rest.trim());
                }
            }
        }
        redactor
    }
}

/// No longer than a clock can count on from now: a century is as good as for ever.
pub(super) fn countable(time: Duration) -> Duration {
    time.min(Duration::from_secs(100 * 365 * 24 * 60 * 60))
}

const RESERVED: [&str; 5] =
    ["X-Tableau-Auth", "Content-Length", "Content-Type", "Transfer-Encoding", "Connection"];

fn check_header_value(name: &str, value: &str) -> Result<()> {
    match ureq::http::HeaderValue::from_str(value) {
        Ok(_) => Ok(()),
        // Not the value: it may be a secret.
        Err(_) => Err(Error::config(format!(
            "the value of the header {name:?} holds a character that no header can"
        ))),
    }
}

fn set_header(headers: &mut Vec<(String, Secret)>, name: String, value: Secret) {
    headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
    headers.push((name, value));
}

/// Works from a list of what may be shown, so that a new option is hidden until it is added here.
impl fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header_names: Vec<&String> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpOptions")
            .field("verify", &self.verify)
            .field("insecure_warnings", &self.insecure_warnings)
            .field("timeout", &self.timeout)
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("sign_out_timeout", &self.sign_out_timeout)
            .field("max_response", &self.max_response)
            .field("headers", &header_names)
            .field("user_agent", &self.user_agent)
            .field("client_cert", &self.client_cert.as_ref().map(|(chain, _)| chain))
            .field("trusted_redirects", &self.trusted_redirects)
            .field("retries", &self.retries)
            .field("renew_sessions", &self.renew_sessions)
            .field("max_concurrent", &self.max_concurrent)
            .field("max_per_hour", &self.max_per_hour)
            .finish_non_exhaustive()
    }
}

/// Which certificates a server may show; see [`HttpOptions::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verify {
    /// Those that Mozilla's roots vouch for: `true`.
    Roots,
    /// Those, and what the certificates of a PEM file vouch for: a path.
    Bundle(PathBuf),
    /// One certificate and no other: a [`Fingerprint`].
    Pinned(Fingerprint),
    /// Any: `false`.
    Off,
}

impl From<bool> for Verify {
    fn from(yes: bool) -> Verify {
        if yes { Verify::Roots } else { Verify::Off }
    }
}

impl From<Fingerprint> for Verify {
    fn from(fingerprint: Fingerprint) -> Verify {
        Verify::Pinned(fingerprint)
    }
}

macro_rules! bundles {
    ($($Path:ty),+) => {$(
        impl From<$Path> for Verify {
            fn from(path: $Path) -> Verify {
                Verify::Bundle(path.into())
            }
        }
    )+};
}

bundles!(&str, String, &String, &Path, PathBuf, &PathBuf);

/// The SHA-256 of a certificate's DER bytes, which names that one certificate.
///
/// `openssl x509 -noout -fingerprint -sha256 -in server.pem` prints it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Reads 64 hex digits, in either case, with or without colons between the bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for anything else.
    pub fn sha256(text: &str) -> Result<Fingerprint> {
        let refuse = || {
            Error::config(format!(
                "{text:?} is no SHA-256 fingerprint: 64 hex digits, colons between the bytes optional"
            ))
        };
        let text = text.trim();
        let digits: String = match text.contains(':') {
            true if text.split(':').all(|byte| byte.len() == 2) => text.replace(':', ""),
            true => return Err(refuse()),
            false => text.to_owned(),
        };
        if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(refuse());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).map_err(|_| refuse())?;
        }
        Ok(Fingerprint(bytes))
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Fingerprint {
        Fingerprint(bytes)
    }
}

/// `AB:CD:…`, as `openssl` prints it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_in_every_spelling() {
        let plain = "ab".repeat(32);
        let wanted = Fingerprint::sha256(&plain).unwrap();
        let colons = ["AB"; 32].join(":");
        assert_eq!(Fingerprint::sha256(&colons).unwrap(), wanted);
        assert_eq!(wanted.to_string(), colons);
        let misplaced = format!("A:{}", &colons[1..]);
        for wrong in ["", "ab", &plain[1..], &format!("{plain}0"), &"g".repeat(64), &misplaced] {
            assert!(Fingerprint::sha256(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn merging_keeps_what_is_unset() {
        let first = HttpOptions::new().verify(false).header("A", "1").header("B", "2");
        let all = first.merged(HttpOptions::new().timeout(Duration::from_secs(9)).header("a", "3"));
        assert_eq!(all.verify, Some(Verify::Off));
        assert_eq!(all.timeout, Some(Duration::from_secs(9)));
        let headers: Vec<_> = all.headers.iter().map(|(n, v)| (n.as_str(), v.reveal())).collect();
        assert_eq!(headers, [("B", "2"), ("a", "3")]);
    }

    #[test]
    fn options_that_cannot_work_are_named() {
        for (options, name) in [
            (HttpOptions::new().timeout(Duration::ZERO), "`timeout`"),
            (HttpOptions::new().header("a b", "c"), "\"a b\""),
            (HttpOptions::new().header("x-tableau-auth", "c"), "\"x-tableau-auth\""),
            (HttpOptions::new().header("X-Key", "hush\r\nX: y"), "\"X-Key\""),
            (HttpOptions::new().user_agent("a\nb"), "\"User-Agent\""),
        ] {
            let error = options.check().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Config);
            assert!(error.to_string().contains(name), "{error}");
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let options = HttpOptions::new()
            .header("Authorization", "Bearer hush")
            .proxy("http://me:hush@proxy:3128");
        assert!(!format!("{options:?}").contains("hush"), "{options:?}");
        assert!(format!("{options:?}").contains("Authorization"));
    }
}
