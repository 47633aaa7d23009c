//! PEM files with byte order marks, and certificates and keys in other formats.

use std::path::Path;

use tableau_server_client as tsc;
use tsc::{ErrorKind, HttpOptions};

use crate::help::{auth, plain, with, workbooks};
use crate::raw::signed_in;
use crate::tls_server::{Authority, file, over_tls};

/// The message of the error that this file causes.
fn error_of(options: HttpOptions, path: &Path) -> String {
    let error = with("https://127.0.0.1:9", plain()).add_http_options(options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
    assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
    assert!(!format!("{error:?}").contains("of-a-key"), "{error:?}");
    error.to_string()
}

#[test]
fn accepts_byte_order_marks_anywhere_in_a_bundle() {
    let (authority, other) = (Authority::new(), Authority::new());
    let raw = over_tls(authority.server(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    for bundle in [
        format!("\u{feff}{}", authority.pem()),
        format!("\u{feff}{}", authority.pem().replace('\n', "\r\n")),
        format!("{}\u{feff}{}", other.pem(), authority.pem()),
        format!("\u{feff}\u{feff}{}\u{feff}", authority.pem()),
    ] {
        let options = plain().verify(file("marked.pem", bundle));
        drop(with(&raw.url, options).sign_in(&auth()).unwrap());
    }
    let client = authority.certify(&["client"]);
    let certificate = file("marked-client.pem", format!("\u{feff}{}", client.pem));
    let key = file("marked-key.pem", format!("\u{feff}{}", client.key_pem()));
    let mut server = with(&raw.url, plain());
    server.add_http_options(HttpOptions::new().client_cert(certificate, key)).unwrap();
}

#[test]
fn errors_for_other_formats_name_the_conversion_commands() {
    let certified = Authority::new().certify(&["client"]);
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nb2YtYS1rZXk=\n\
                     -----END ENCRYPTED PRIVATE KEY-----\n";
    let utf16: Vec<u8> = certified.pem.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for content in [
        &certified.der[..],
        &utf16,
        encrypted.as_bytes(),
        b"of-a-key",
        b"",
        b"PK\x03\x04",
        b"\xfe\xed\xfe\xed\0\0\0\x02",
        b"-----BEGIN CERTIFICATE-----\nof-a-key",
    ] {
        let path = file("other.pem", content);
        let message = error_of(HttpOptions::new().verify(&path), &path);
        for part in ["BEGIN CERTIFICATE", "openssl x509 -inform DER", "openssl pkcs12 -nokeys"] {
            assert!(message.contains(part), "{message}");
        }
        let message = error_of(HttpOptions::new().client_cert(certified.file(), &path), &path);
        for part in
            ["unencrypted private key", "`openssl pkey` decrypts", "openssl pkcs12 -nocerts"]
        {
            assert!(message.contains(part), "{message}");
        }
    }
}
