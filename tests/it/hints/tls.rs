//! Certificates with the host only in the common name, and handshakes that end with an alert.

use std::io::Write;

use tableau_server_client::{ErrorKind, RetryPolicy};

use crate::help::{auth, plain, with, workbooks};
use crate::raw::{Raw, signed_in};
use crate::tls_server::{Authority, Certified, over_tls};

#[test]
fn a_host_only_in_the_common_name() {
    let authority = Authority::new();
    let serve = |certified: &Certified| {
        over_tls(certified.server(), |seen| signed_in(seen).unwrap_or_else(|| workbooks("")))
    };
    for (host, common_name, names, is_only_there) in [
        ("127.0.0.1", "127.0.0.1", &[][..], true),
        ("localhost", "localhost", &[], true),
        ("localhost", "LocalHost", &["tableau.example.com"], true),
        ("localhost", "tableau.example.com", &[], false),
        ("localhost", "tableau.example.com", &["other.example.com"], false),
        ("localhost", "*.localhost", &[], false),
    ] {
        let raw = serve(&authority.certify_common_name(common_name, names));
        let url = raw.url.replace("127.0.0.1", host);
        let error =
            with(&url, plain().verify(authority.file())).sign_in(&auth()).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        let text = error.to_string();
        assert_eq!(text.contains("subjectAltName"), is_only_there, "{common_name}: {text}");
        assert_eq!(text.contains("another name"), !is_only_there, "{common_name}: {text}");
        if is_only_there {
            assert!(text.contains("common name") && text.contains(host), "{text}");
        }
    }
    // As a subject alternative name, too, it is accepted.
    let raw = serve(&authority.certify_common_name("127.0.0.1", &["127.0.0.1"]));
    drop(with(&raw.url, plain().verify(authority.file())).sign_in(&auth()).unwrap());
}

#[test]
fn a_failed_handshake_says_what_the_client_offers_and_the_alert() {
    for (number, name) in [
        (40, "handshake_failure (40)"),
        (70, "protocol_version (70)"),
        (71, "insufficient_security (71)"),
        (80, "internal_error (80)"),
        (112, "unrecognised_name (112)"),
        (120, "no_application_protocol (120)"),
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
fn a_server_with_only_old_tls_says_what_the_client_offers() {
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
fn an_alert_about_the_client_certificate_names_the_alert() {
    let authority = Authority::new();
    let raw = over_tls(authority.server_for_members(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let stranger = Authority::new().certify(&["client"]);
    let options =
        plain().verify(authority.file()).client_cert(stranger.file(), stranger.key_file());
    let error = with(&raw.url, options).sign_in(&auth()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    let text = error.to_string();
    assert!(text.contains("refused the client certificate with the alert"), "{text}");
}
