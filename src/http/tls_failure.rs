//! TLS errors, with advice on how to resolve them.

use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

use super::connector::Stage;
use super::context;
use crate::{Error, ErrorKind};

/// What the client supports, for errors where client and server have no protocol version or cipher
/// in common.
const OFFER: &str = "this client offers TLS 1.2 and 1.3, with ECDHE key exchange and AEAD ciphers \
                     (AES-GCM, ChaCha20-Poly1305)";

const ROOTS: &str = "Mozilla's roots are trusted, those of the operating system and SSL_CERT_FILE \
                     are not: `verify(\"ca.pem\")` adds the CA certificates of a PEM file";

/// `server` is host and port, with the proxy if there is one; `authority` is host and port.
pub(super) fn tls_failed(
    error: rustls::Error,
    stage: Stage,
    server: &str,
    authority: &str,
) -> Error {
    let shown = context::take_certificate();
    if stage == Stage::Established && !is_about_our_certificate(&error) {
        let what = format!("the connection to {server} broke");
        return Error::connection_lost(what, io::Error::other(error));
    }
    let mut what = format!("no TLS connection to {server}: {}", why(&error, stage, authority));
    if let (rustls::Error::InvalidCertificate(cause), Some(shown)) = (&error, shown) {
        if *cause == CertificateError::UnknownIssuer {
            what += &format!("; {ROOTS}");
        }
        what += &format!(
            " (the certificate has the SHA-256 fingerprint {shown}; if you know that it is the \
             right one, pass the fingerprint or the issuer's PEM file to `verify`)"
        );
    }
    Error::new(ErrorKind::Tls, what).because(error)
}

fn why(error: &rustls::Error, stage: Stage, authority: &str) -> String {
    match error {
        rustls::Error::InvalidCertificate(why) => about_certificate(why).to_owned(),
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) if stage == Stage::Connecting => {
            format!("the server does not use TLS on this port; is the address http://{authority}?")
        }
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the server requires a client certificate: set it with `client_cert`".to_owned()
        }
        rustls::Error::AlertReceived(alert) if is_about_our_certificate(error) => {
            format!("the server rejected the client certificate with the alert {alert:?}")
        }
        rustls::Error::AlertReceived(alert) => {
            format!("the server ended the handshake with the alert {alert:?}; {OFFER}")
        }
        // The signature schemes in the server's certificate request.
        rustls::Error::PeerIncompatible(
            PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon,
        ) => "the server accepts no signature scheme of the client certificate".to_owned(),
        rustls::Error::PeerIncompatible(_) | rustls::Error::PeerMisbehaved(_) => {
            format!("the handshake failed; {OFFER}")
        }
        _ if stage == Stage::Connecting => "the handshake failed".to_owned(),
        _ => "the server ended it".to_owned(),
    }
}

fn about_certificate(why: &CertificateError) -> &'static str {
    use CertificateError as Certificate;
    match why {
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => {
            "its certificate is not for servers (extended key usage)"
        }
        Certificate::UnknownIssuer => "its certificate's issuer is not trusted",
        Certificate::Expired | Certificate::ExpiredContext { .. } => "its certificate has expired",
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
            "its certificate is not valid yet"
        }
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            "its certificate is for another name (only a subjectAltName counts, not the common name)"
        }
        Certificate::ApplicationVerificationFailure => {
            "its certificate does not match the pinned fingerprint"
        }
        _ => "its certificate is not accepted",
    }
}

/// Explains a handshake during which the connection was closed or timed out.
pub(super) fn about_broken_handshake(authority: &str) -> String {
    format!("the TLS handshake was not completed; is the address http://{authority}? {OFFER}")
}

/// Whether the server rejected the client certificate. With TLS 1.3, that alert can arrive after the
/// client has finished the handshake and sent the request, which the server has not read. Other alerts
/// can arrive after the server has carried out the request.
fn is_about_our_certificate(error: &rustls::Error) -> bool {
    use AlertDescription::{
        AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked,
        CertificateUnknown, UnknownCA, UnsupportedCertificate,
    };
    let rustls::Error::AlertReceived(alert) = error else { return false };
    matches!(
        alert,
        AccessDenied
            | BadCertificate
            | CertificateExpired
            | CertificateRequired
            | CertificateRevoked
            | CertificateUnknown
            | UnknownCA
            | UnsupportedCertificate
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alert_after_the_handshake_is_a_certificate_error_or_a_lost_connection() {
        use AlertDescription::{CertificateRequired, InternalError, UnknownCA};
        for (alert, stage, kind) in [
            (CertificateRequired, Stage::Established, ErrorKind::Tls),
            (UnknownCA, Stage::Established, ErrorKind::Tls),
            (InternalError, Stage::Established, ErrorKind::ConnectionLost),
            (InternalError, Stage::Connecting, ErrorKind::Tls),
        ] {
            let error = tls_failed(rustls::Error::AlertReceived(alert), stage, "h:443", "h:443");
            assert_eq!(error.kind(), kind, "{error:?}");
        }
    }
}
