//! Certificates whose host is only the common name, and handshakes that end with an alert.

use std::io::Write;

use tableau_server_client::{ErrorKind, RetryPolicy};

use crate::help::{auth, plain, with, workbooks};
use crate::raw::{Raw, signed_in};
use crate::tls_server::{Authority, over_tls};

#[test]
fn rejects_a_host_that_is_only_the_common_name() {
    let authority = Authority::new();
    let visit = |names: &[&str]| {
        let certified = authority.certify_common_name("127.0.0.1", names);
        let raw =
            over_tls(certified.server(), |seen| signed_in(seen).unwrap_or_else(|| workbooks("")));
        with(&raw.url, plain().verify(authority.file())).sign_in(&auth()).map(drop)
    };
    for names in [&[][..], &["tableau.example.com"]] {
        let error = visit(names).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        let text = error.to_string();
        assert!(text.contains("another name") && text.contains("subjectAltName"), "{text}");
    }
    visit(&["127.0.0.1"]).unwrap();
}

#[test]
fn names_the_alert_and_the_offer_after_a_failed_handshake() {
    for (number, name) in [
        (40, "the alert HandshakeFailure"),
        (70, "the alert ProtocolVersion"),
        (71, "the alert InsufficientSecurity"),
        (80, "the alert InternalError"),
        (112, "the alert UnrecognisedName"),
        (120, "the alert NoApplicationProtocol"),
    ] {
        let raw = Raw::on_connection(move |mut stream, _, _| {
            let _ = stream.write_all(&[0x15, 3, 3, 0, 2, 2, number]);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        });
        let url = raw.url.replace("http:", "https:");
        let server = with(&url, plain().retries(RetryPolicy::none()));
        let error = server.sign_in(&auth()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        let text = error.to_string();
        for part in [name, "TLS 1.2 and 1.3", "ECDHE", "AEAD"] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[test]
fn names_the_offer_if_the_server_has_only_tls_1_0() {
    // A ServerHello of TLS 1.0 with an RSA key exchange.
    let mut hello = vec![3, 1];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![0x16, 3, 1, 0, length + 4, 2, 0, 0, length];
    record.extend(hello);
    let raw = Raw::on_connection(move |mut stream, _, _| {
        let _ = stream.write_all(&record);
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let url = raw.url.replace("http:", "https:");
    let error = with(&url, plain().retries(RetryPolicy::none())).server_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(error.to_string().contains("TLS 1.2 and 1.3"), "{error:?}");
}

#[test]
fn names_the_alert_after_a_rejected_client_certificate() {
    let authority = Authority::new();
    let raw = over_tls(authority.server_for_members(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let untrusted = Authority::new().certify(&["client"]);
    let options =
        plain().verify(authority.file()).client_cert(untrusted.file(), untrusted.key_file());
    let error = with(&raw.url, options).sign_in(&auth()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    let text = error.to_string();
    assert!(text.contains("rejected the client certificate with the alert"), "{text}");
}
