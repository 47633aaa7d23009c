//! Certificates and keys in other formats than PEM.

use std::path::{Path, PathBuf};
use std::process::Command;

use tableau_server_client as tsc;
use tsc::{ErrorKind, HttpOptions};

use crate::help::{auth, plain, with, workbooks};
use crate::raw::signed_in;
use crate::tls_server::{Authority, Certified, file, over_tls};

/// Runs openssl. Returns `false` where it is not installed.
fn openssl(arguments: &[&str]) -> bool {
    let Ok(output) = Command::new("openssl").args(arguments).output() else { return false };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    true
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The message of the error that this file causes as CA bundle, or as client key.
fn refused(options: HttpOptions, named: &Path) -> String {
    let error = with("https://127.0.0.1:9", plain()).add_http_options(options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
    assert!(error.to_string().starts_with(text(named)), "{error}");
    let shown = format!("{error:?}");
    assert!(!shown.contains("PRIVATE KEY--"), "{shown}");
    error.to_string()
}

fn as_bundle(path: &Path) -> String {
    refused(HttpOptions::new().verify(path), path)
}

fn as_key(certified: &Certified, path: &Path) -> String {
    refused(HttpOptions::new().client_cert(certified.file(), path), path)
}

/// Runs the command that a message says, and returns the file that it writes.
fn converted(message: &str, path: &Path) -> PathBuf {
    let command = message.split('`').nth(1).unwrap();
    let output = Command::new("sh").args(["-c", command]).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    path.with_extension("converted.pem")
}

fn utf16(text: &str, mark: bool, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = mark.then_some(0xfeff);
    mark.into_iter().chain(text.encode_utf16()).flat_map(to_bytes).collect()
}

#[test]
fn a_byte_order_mark_is_accepted_anywhere_in_a_bundle() {
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
    let member = authority.certify(&["client"]);
    let certificate = file("marked-client.pem", format!("\u{feff}{}", member.pem));
    let key = file("marked-key.pem", format!("\u{feff}{}", member.key_pem()));
    let mut server = with(&raw.url, plain());
    server.add_http_options(HttpOptions::new().client_cert(certificate, key)).unwrap();
}

#[test]
fn utf_16_is_named_with_the_command_that_converts_it() {
    let authority = Authority::new();
    let certified = authority.certify(&["127.0.0.1"]);
    for (order, to_bytes) in
        [("UTF-16LE", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("UTF-16BE", u16::to_be_bytes)]
    {
        for mark in [true, false] {
            let path = file("windows.pem", utf16(authority.pem(), mark, to_bytes));
            let message = as_bundle(&path);
            assert!(message.contains("UTF-16"), "{message}");
            assert!(message.contains(&format!("iconv -f {order} -t UTF-8")), "{message}");
            let path = converted(&message, &path);
            with("https://h", plain()).add_http_options(HttpOptions::new().verify(path)).unwrap();
            let key = file("windows-key.pem", utf16(&certified.key_pem(), mark, to_bytes));
            assert!(as_key(&certified, &key).contains(order));
        }
    }
    let path = file("comment.pem", utf16("# ours\n", false, u16::to_le_bytes));
    assert!(as_bundle(&path).contains("UTF-16LE"));
}

#[test]
fn other_formats_are_named_with_the_command_that_converts_them() {
    let authority = Authority::new();
    let certified = authority.certify(&["127.0.0.1"]);
    let der = file("ca.der", &certified.der);
    let message = as_bundle(&der);
    assert!(message.contains("a certificate in DER"), "{message}");
    assert!(message.contains(&format!("openssl x509 -inform DER -in {}", der.display())));
    assert!(as_key(&certified, &der).contains("a certificate in DER, not a private key"));
    if !openssl(&["version"]) {
        return;
    }
    let accepted = |message: &str, path: &Path| {
        let options = HttpOptions::new().verify(converted(message, path));
        with("https://h", plain()).add_http_options(options).unwrap();
    };
    accepted(&message, &der);

    let (pem, key) = (certified.file(), certified.key_file());
    let (pem, key) = (text(&pem), text(&key));
    for (form, name) in [("DER", "a PKCS#7 file in DER"), ("PEM", "a PKCS#7 file")] {
        let path = file("chain.p7b", "");
        let from = ["crl2pkcs7", "-nocrl", "-certfile", pem, "-outform", form, "-out", text(&path)];
        openssl(&from);
        let message = as_bundle(&path);
        assert!(message.contains(name) && message.contains("openssl pkcs7"), "{message}");
        accepted(&message, &path);
        assert!(as_key(&certified, &path).contains("not a private key"));
    }

    let path = file("both.p12", "");
    let password = "pass:pa55word-of-a-file";
    let out = ["-passout", password, "-out", text(&path)];
    openssl(&[&["pkcs12", "-export", "-in", pem, "-inkey", key][..], &out].concat());
    let message = as_bundle(&path);
    assert!(message.contains("PKCS#12") && message.contains("openssl pkcs12 -nokeys"), "{message}");
    let message = as_key(&certified, &path);
    assert!(message.contains("openssl pkcs12 -nocerts -nodes"), "{message}");

    let path = file(
        "base64.cer",
        certified.pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n"),
    );
    let message = as_bundle(&path);
    assert!(message.contains("Base64"), "{message}");
    accepted(&message, &path);
}

#[test]
fn keys_in_other_formats_are_named() {
    let certified = Authority::new().certify(&["client"]);
    if !openssl(&["version"]) {
        return;
    }
    let key = certified.key_file();
    let accepted = |message: &str, path: &Path| {
        let options = HttpOptions::new().client_cert(certified.file(), converted(message, path));
        with("https://h", plain()).add_http_options(options).unwrap();
    };
    let path = file("key.der", "");
    openssl(&["pkey", "-in", text(&key), "-outform", "DER", "-out", text(&path)]);
    let message = as_key(&certified, &path);
    assert!(message.contains("a private key in DER"), "{message}");
    accepted(&message, &path);
    assert!(as_bundle(&path).contains("a private key in DER, not a certificate"));
    // Without a password in the message: openssl asks for it.
    let pass = "pass:pa55word-of-a-file";
    for form in ["DER", "PEM"] {
        let path = file("encrypted.key", "");
        let encrypted = ["-topk8", "-v2", "aes-256-cbc", "-passout", pass, "-outform", form];
        let command = [&["pkcs8", "-in", text(&key)][..], &encrypted, &["-out", text(&path)]];
        openssl(&command.concat());
        let message = as_key(&certified, &path);
        assert!(message.contains("an encrypted private key"), "{message}");
        assert!(message.contains("openssl pkey"), "{message}");
        assert!(!as_bundle(&path).contains("convert"), "{}", as_bundle(&path));
    }
    let path = file("traditional.key", "");
    let command = ["ec", "-in", text(&key), "-aes128", "-passout", pass, "-out", text(&path)];
    openssl(&command);
    let message = as_key(&certified, &path);
    assert!(message.contains("an encrypted private key"), "{message}");
    // The SEC1 form is read, and is recognized in DER.
    openssl(&["ec", "-in", text(&key), "-out", text(&path)]);
    let options = HttpOptions::new().client_cert(certified.file(), path.clone());
    with("https://h", plain()).add_http_options(options).unwrap();
    openssl(&["ec", "-in", text(&key), "-outform", "DER", "-out", text(&path)]);
    assert!(as_key(&certified, &path).contains("a private key in DER"));
}

#[test]
fn other_files_say_what_is_needed() {
    let certified = Authority::new().certify(&["client"]);
    for content in
        [&b"0 is a text"[..], b"0\x82", b"", b"MI", b"PK\x03\x04", b"\x30\x03\x01\x01\x00"]
    {
        let path = file("other.txt", content);
        let message = as_bundle(&path);
        assert!(message.contains("BEGIN CERTIFICATE") || message.contains("Base64"), "{message}");
        let message = as_key(&certified, &path);
        assert!(message.contains("private key") || message.contains("Base64"), "{message}");
    }
    let key_store = file("keys.jks", b"\xfe\xed\xfe\xed\0\0\0\x02");
    assert!(as_bundle(&key_store).contains("keytool"));
}
