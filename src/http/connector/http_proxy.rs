//! [`Challenge`]: which credentials an HTTP proxy requires.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, NextTimeout, Transport};

/// What a response with status 407 asks for, once it is there. ureq's error for a 407 does not hold
/// `Proxy-Authenticate`.
#[derive(Clone, Debug, Default)]
pub(super) struct Challenge(Arc<Mutex<Option<ProxyAuthRequired>>>);

impl Challenge {
    /// Runs the connector for the connection to a proxy, and reads the proxy's first response.
    pub(super) fn watch(
        &self,
        run_connector: &RunConnector,
        details: &ConnectionDetails<'_>,
    ) -> Result<Box<dyn Transport>, Error> {
        let (inner, challenge) = (run_connector(details)?, self.clone());
        Ok(ProxyTransport { inner, challenge, is_connected: false }.boxed())
    }

    /// The error for a 407, if there was one.
    pub(super) fn take(&self) -> Option<Error> {
        let required = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        required.map(|required| Error::Io(io::Error::other(required)))
    }
}

type RunConnector =
    dyn Fn(&ConnectionDetails<'_>) -> Result<Box<dyn Transport>, Error> + Send + Sync;

/// The connection to a proxy, whose first response is looked at.
#[derive(Debug)]
struct ProxyTransport {
    inner: Box<dyn Transport>,
    challenge: Challenge,
    is_connected: bool,
}

impl Transport for ProxyTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let made_progress = self.inner.await_input(timeout)?;
        if !self.is_connected {
            let head = String::from_utf8_lossy(self.inner.buffers().input()).into_owned();
            if let Some((head, _)) = head.split_once("\r\n\r\n") {
                self.is_connected = true;
                let required = ProxyAuthRequired::from_head(head);
                *self.challenge.0.lock().unwrap_or_else(PoisonError::into_inner) = required;
            }
        }
        Ok(made_progress)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// A proxy requires credentials, in one of these authentication schemes.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct ProxyAuthRequired {
    pub(in crate::http) schemes: Vec<String>,
}

impl ProxyAuthRequired {
    fn from_head(head: &str) -> Option<ProxyAuthRequired> {
        let mut lines = head.lines();
        lines.next()?.split(' ').nth(1).filter(|status| *status == "407")?;
        let headers = lines.filter_map(|line| line.split_once(':'));
        let schemes = headers
            .filter(|(name, _)| name.trim().eq_ignore_ascii_case("proxy-authenticate"))
            .flat_map(|(_, value)| value.split(','))
            .filter_map(|challenge| challenge.split_whitespace().next())
            // The rest are parameters.
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
            .map(|scheme| crate::text::first(scheme, 30).to_owned());
        Some(ProxyAuthRequired { schemes: schemes.collect() })
    }

    pub(in crate::http) fn accepts_basic(&self) -> bool {
        self.schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic"))
    }
}

impl fmt::Display for ProxyAuthRequired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.schemes.is_empty() {
            true => f.write_str("HTTP 407 without Proxy-Authenticate"),
            false => write!(f, "HTTP 407, Proxy-Authenticate: {}", self.schemes.join(", ")),
        }
    }
}

impl std::error::Error for ProxyAuthRequired {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_schemes_of_a_407_only() {
        let schemes = |head: &str| ProxyAuthRequired::from_head(head).map(|all| all.schemes);
        let head = "HTTP/1.1 407 Required\r\nproxy-authenticate: Negotiate\r\nVia: p\r\n\
                    Proxy-Authenticate: NTLM, Basic realm=\"x\", charset=\"UTF-8\"";
        assert_eq!(schemes(head).unwrap(), ["Negotiate", "NTLM", "Basic"]);
        assert_eq!(schemes("HTTP/1.1 407 Required").unwrap(), [""; 0]);
        assert_eq!(schemes("HTTP/1.1 200 OK\r\nProxy-Authenticate: Basic"), None);
        assert_eq!(schemes(""), None);
    }
}
