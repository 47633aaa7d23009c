//! Which server certificates are accepted, and the errors for others.

use std::io::{Read, Write};
use std::path::Path;

use log::Level;
use tableau_server_client as tsc;
use tsc::{ErrorKind, Fingerprint, HttpOptions};

use crate::help::{auth, child, given, plain, with, workbooks};
use crate::raw::{Raw, Response, redirect, response, signed_in, success};
use crate::tls_server::{Authority, Certified, file, over_tls, over_tls_ending};
use crate::{help, logs};

const WARNINGS: &str = "tableau_server_client::insecure_request";

fn secure(certified: &Certified) -> Raw {
    over_tls(certified.server(), |seen| signed_in(seen).unwrap_or_else(|| workbooks("")))
}

/// Signs in, lists and signs out.
fn visit(url: &str, options: HttpOptions) -> tsc::Result<()> {
    let server = with(url, options);
    let session = server.sign_in(&auth())?;
    session.workbooks().list().total()?;
    session.sign_out()
}

/// The error of a sign-in, which must be a TLS error that occurs before anything is sent.
fn handshake_error(raw: &Raw, options: HttpOptions) -> String {
    let error = visit(&raw.url, options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(error.to_string().contains(&raw.address.to_string()), "{error}");
    assert!(std::error::Error::source(&error).is_some(), "{error:?}");
    assert!(!error.is_retryable() && !error.is_timeout());
    assert!(raw.lines().is_empty(), "{:?}", raw.lines());
    format!("{error:?}")
}

#[test]
fn refuses_an_unknown_issuer_by_default() {
    let (authority, other) = (Authority::new(), Authority::new());
    let raw = secure(&authority.certify(&["127.0.0.1"]));
    for options in [plain(), plain().verify(true), plain().verify(other.file())] {
        let message = handshake_error(&raw, options);
        assert!(message.contains("UnknownIssuer"), "{message}");
        assert!(
            message.contains("verify(\"ca.pem\")") && message.contains("SSL_CERT_FILE"),
            "{message}"
        );
    }
    assert!(with(&raw.url, plain()).server_info().is_err());
    visit(&raw.url, plain().verify(authority.file())).unwrap();
}

#[test]
fn accepts_a_bundle_as_bytes_string_or_path() {
    let (authority, other) = (Authority::new(), Authority::new());
    let raw = secure(&authority.certify(&["127.0.0.1", "localhost"]));
    // Several certificates in one file, with text between them.
    let bundle = format!("# ours\n{}\nand\r\n{}", other.pem(), authority.pem());
    let path = file("bundle.pem", bundle);
    let text = path.to_str().unwrap();
    visit(&raw.url, plain().verify(text)).unwrap();
    visit(&raw.url, plain().verify(text.to_owned())).unwrap();
    visit(&raw.url, plain().verify(Path::new(text))).unwrap();
    visit(&raw.url, plain().verify(path.clone())).unwrap();
    // By name; every address of the name is tried.
    visit(&raw.url.replace("127.0.0.1", "localhost"), plain().verify(path)).unwrap();
}

#[test]
fn reads_the_certificate_file_when_options_are_set() {
    let authority = Authority::new();
    let raw = secure(&authority.certify(&["127.0.0.1"]));
    let path = authority.file();
    let server = with(&raw.url, plain().verify(path.clone()));
    std::fs::remove_file(path).unwrap();
    drop(server.sign_in(&auth()).unwrap());
}

#[test]
fn reports_wrong_names_and_expired_certificates() {
    let authority = Authority::new();
    let wrong_name = secure(&authority.certify(&["tableau.example.com"]));
    let message = handshake_error(&wrong_name, plain().verify(authority.file()));
    assert!(
        message.contains("another name") && message.contains("tableau.example.com"),
        "{message}"
    );
    let expired = secure(&authority.certify_expired(&["127.0.0.1"]));
    let message = handshake_error(&expired, plain().verify(authority.file()));
    assert!(message.contains("expired"), "{message}");
}

#[test]
fn accepts_a_listed_self_signed_certificate() {
    // Marked as `openssl req -x509` does, and without the mark.
    for authority in [true, false] {
        let certified = Certified::self_signed(&["127.0.0.1"], authority);
        let raw = secure(&certified);
        handshake_error(&raw, plain());
        visit(&raw.url, plain().verify(certified.file())).unwrap();
        let other_name = Certified::self_signed(&["tableau.example.com"], authority);
        let raw = secure(&other_name);
        let message = handshake_error(&raw, plain().verify(other_name.file()));
        assert!(message.contains("another name"), "{message}");
    }
    // Another certificate with the same name.
    let raw = secure(&Certified::self_signed(&["127.0.0.1"], true));
    handshake_error(&raw, plain().verify(Certified::self_signed(&["127.0.0.1"], true).file()));
}

#[test]
fn fingerprint_accepts_only_its_certificate() {
    let authority = Authority::new();
    // Other defects of a pinned certificate do not matter.
    for certified in [
        authority.certify(&["127.0.0.1"]),
        authority.certify_expired(&["tableau.example.com"]),
        Certified::self_signed(&["tableau.example.com"], true),
    ] {
        let raw = secure(&certified);
        let right = certified.sha256();
        let wrong = right.replace(&right[..2], if right.starts_with("00") { "01" } else { "00" });
        for spelling in [right.clone(), right.to_lowercase(), right.replace(':', "")] {
            visit(&raw.url, plain().verify(Fingerprint::sha256(&spelling).unwrap())).unwrap();
        }
        let raw = secure(&certified);
        let message = handshake_error(&raw, plain().verify(Fingerprint::sha256(&wrong).unwrap()));
        assert!(message.contains(&right), "the one that is shown is named: {message}");
        assert!(message.contains("pinned"), "{message}");
    }
    // Even a certificate that Mozilla's roots or a bundle would accept: the last `verify` applies.
    let raw = secure(&authority.certify(&["127.0.0.1"]));
    let options = plain().verify(authority.file());
    let mut server = with(&raw.url, options);
    let other = Fingerprint::sha256(Authority::new().certify(&["x"]).sha256()).unwrap();
    server.add_http_options(HttpOptions::new().verify(other)).unwrap();
    assert_eq!(server.sign_in(&auth()).unwrap_err().kind(), ErrorKind::Tls);
}

#[test]
fn invalid_fingerprint_is_a_config_error() {
    for wrong in ["", "AB", &"AB:".repeat(32), &"G".repeat(64), &"A".repeat(63), &"é".repeat(32)] {
        let error = Fingerprint::sha256(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{wrong}");
        assert!(error.to_string().contains("64 hex digits"), "{error}");
    }
}

#[test]
fn refuses_a_server_without_the_key_of_the_pinned_certificate() {
    // The server presents the public certificate of another one, and signs with its own key.
    let pinned = Certified::self_signed(&["127.0.0.1"], false);
    let thief = Certified::self_signed(&["127.0.0.1"], false);
    let raw = over_tls(pinned.server_with_key_of(&thief), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let options = plain().verify(Fingerprint::sha256(pinned.sha256()).unwrap());
    let message = handshake_error(&raw, options);
    assert!(message.contains("Signature"), "{message}");
    visit(&raw.url, plain().verify(false).insecure_warnings(false)).unwrap();
}

#[test]
fn verify_false_accepts_any_certificate_and_warns_at_every_request() {
    logs::start();
    let raw = secure(&Authority::new().certify_expired(&["tableau.example.com"]));
    let mut server = with(&raw.url, plain().verify(false));
    drop(server.sign_in(&auth()).unwrap());
    let requests = raw.lines().len();
    assert_eq!(requests, 3);
    let records = logs::of(WARNINGS);
    assert_eq!(records.len(), requests, "one warning per request");
    for record in &records {
        assert_eq!(record.level, Level::Warn);
        assert!(record.text.starts_with("InsecureRequestWarning"), "{}", record.text);
        assert!(record.text.contains("127.0.0.1"), "{}", record.text);
    }
    // Further options keep both settings; then the warning is silenced.
    server.add_http_options(HttpOptions::new().user_agent("x")).unwrap();
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!(logs::of(WARNINGS).len(), 5);
    server.add_http_options(HttpOptions::new().insecure_warnings(false)).unwrap();
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!(logs::of(WARNINGS).len(), 5);
    server.add_http_options(HttpOptions::new().insecure_warnings(true)).unwrap();
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!(logs::of(WARNINGS).len(), 7);
    // The defaults refuse the certificate.
    server.clear_http_options();
    server.add_http_options(plain()).unwrap();
    assert_eq!(server.sign_in(&auth()).unwrap_err().kind(), ErrorKind::Tls);
    assert_eq!(logs::of(WARNINGS).len(), 7);
}

#[test]
fn warns_only_for_https_without_verification() {
    logs::start();
    let authority = Authority::new();
    let certified = authority.certify(&["127.0.0.1"]);
    let raw = secure(&certified);
    visit(&raw.url, plain().verify(authority.file())).unwrap();
    visit(&raw.url, plain().verify(Fingerprint::sha256(certified.sha256()).unwrap())).unwrap();
    let clear = Raw::signed_in(|_| workbooks(""));
    visit(&clear.url, plain().verify(false)).unwrap();
    assert!(logs::of(WARNINGS).is_empty(), "{:?}", logs::of(WARNINGS));
    // An http address that redirects to https warns for the https requests.
    let there = raw.url.clone();
    let leading = Raw::start(move |seen| redirect(301, &format!("{there}{}", seen.target)));
    visit(&leading.url, plain().verify(false)).unwrap();
    assert_eq!(logs::of(WARNINGS).len(), 4);
    assert_eq!(leading.lines().len(), 1);
}

#[test]
fn prints_the_warning_to_stderr_without_a_logger() {
    let raw = secure(&Certified::self_signed(&["127.0.0.1"], true));
    let visit = |quiet: &str| {
        let test = "tls::child_visits_without_a_logger";
        let output = child(test, &[("VISIT", &raw.url), ("QUIET", quiet)]);
        String::from_utf8(output.stderr).unwrap()
    };
    let message = visit("no");
    let lines: Vec<_> =
        message.lines().filter(|line| line.starts_with("InsecureRequestWarning")).collect();
    assert_eq!(lines.len(), 4, "{message}");
    assert!(lines.iter().all(|line| line.contains("127.0.0.1")), "{message}");
    assert!(!visit("yes").contains("InsecureRequestWarning"));
    assert_eq!(raw.lines().len(), 8);
}

#[test]
#[ignore = "run as a child process"]
fn child_visits_without_a_logger() {
    let (Some(url), Some(quiet)) = (given("VISIT"), given("QUIET")) else { return };
    assert_eq!(log::max_level(), log::LevelFilter::Off);
    let options = plain().verify(false);
    let options = if quiet == "yes" { options.insecure_warnings(false) } else { options };
    visit(&url, options).unwrap();
}

#[test]
fn mutual_tls_sends_the_client_certificate() {
    let authority = Authority::new();
    let raw = over_tls(authority.server_for_members(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let trusting = || plain().verify(authority.file());
    let message = handshake_error(&raw, trusting());
    assert!(message.contains("client certificate"), "{message}");
    let untrusted = Authority::new().certify(&["client"]);
    handshake_error(&raw, trusting().client_cert(untrusted.file(), untrusted.key_file()));
    let member = authority.certify(&["client"]);
    visit(&raw.url, trusting().client_cert(member.file(), member.key_file())).unwrap();
    // Certificate and key in one text.
    let both = file("both.pem", format!("{}{}", member.pem, member.key_pem()));
    let both = both.to_str().unwrap();
    visit(&raw.url, trusting().client_cert(both, both)).unwrap();
}

#[test]
fn names_unusable_files_and_the_reason() {
    let member = Authority::new().certify(&["client"]);
    let other = Authority::new().certify(&["client"]);
    let good = member.file();
    let no_pem = file("junk.pem", "not a certificate at all");
    let empty = file("empty.pem", "");
    let binary = file("binary.der", &member.der);
    let torn = file("torn.pem", &member.pem[..member.pem.len() / 2]);
    let damaged =
        file("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA////\n-----END CERTIFICATE-----\n");
    let folder = file("folder", "").parent().unwrap().to_owned();
    let gone = Path::new("/nowhere/ca.pem").to_owned();
    let raw = Raw::signed_in(|_| response(204, &[], ""));
    let mut server = with(&raw.url, plain());
    let mut refuse = |options: HttpOptions, named: &Path| {
        let error = server.add_http_options(options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        assert!(error.to_string().contains(named.to_str().unwrap()), "{error}");
        let message = format!("{error:?}");
        assert!(!message.contains("PRIVATE KEY--"), "{message}");
        message
    };
    for wrong in [&no_pem, &empty, &binary, &torn, &damaged, &folder, &gone] {
        refuse(HttpOptions::new().verify(wrong.clone()), wrong);
        refuse(HttpOptions::new().client_cert(wrong.clone(), member.key_file()), wrong);
        refuse(HttpOptions::new().client_cert(good.clone(), wrong.clone()), wrong);
    }
    assert!(refuse(HttpOptions::new().verify(gone.clone()), &gone).contains("No such file"));
    assert!(
        refuse(HttpOptions::new().verify(empty.clone()), &empty).contains("no PEM certificate")
    );
    // A certificate in place of the key, and the key of another certificate.
    refuse(HttpOptions::new().client_cert(good.clone(), good.clone()), &good);
    let key = other.key_file();
    refuse(HttpOptions::new().client_cert(good.clone(), key.clone()), &key);
    refuse(HttpOptions::new().client_cert(good.clone(), key), &good);
    // The previous options still apply.
    drop(server.sign_in(&help::auth()).unwrap());
}

#[test]
fn replaces_a_tls_connection_closed_while_idle() {
    // The server sends `close_notify` and closes after every response, without announcing it in the
    // response.
    let authority = Authority::new();
    let raw = over_tls(authority.server(&["127.0.0.1"]), |seen| {
        let response = signed_in(seen).unwrap_or_else(|| workbooks(""));
        crate::raw::Response::SendAndClose(response.bytes())
    });
    logs::start();
    let mut server = with(&raw.url, plain().verify(authority.file()));
    // With the version request before it, the sign-in would use a connection that is not idle yet.
    server.set_version("3.24").unwrap();
    let session = server.sign_in(&auth()).unwrap();
    for _ in 0..3 {
        std::thread::sleep(help::millis(150));
        session.workbooks().list().total().unwrap();
    }
    std::thread::sleep(help::millis(400));
    drop(session);
    assert_eq!(raw.count("POST", "/signout"), 1);
    assert!(logs::of("tableau_server_client::session").is_empty());
}

#[test]
fn reuses_one_tls_connection_for_a_hundred_requests() {
    let authority = Authority::new();
    let raw = secure(&authority.certify(&["127.0.0.1"]));
    let server = with(&raw.url, plain().verify(authority.file()));
    let session = server.sign_in(&auth()).unwrap();
    for _ in 0..100 {
        session.workbooks().list().total().unwrap();
    }
    drop(session);
    assert_eq!((raw.lines().len(), raw.connections()), (103, 1));
}

#[test]
fn plain_http_at_an_https_address_is_a_tls_error() {
    let raw = Raw::on_connection(|mut stream, _, _| {
        let _ = stream.read(&mut [0; 64]);
        let _ = stream.write_all(&response(400, &[], "speak plainly").bytes());
        let _ = stream.read(&mut [0; 1024]);
    });
    let url = raw.url.replace("http:", "https:");
    let error =
        with(&url, plain().verify(false).insecure_warnings(false)).server_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    assert!(error.to_string().contains(&raw.address.to_string()), "{error}");
}

/// An attacker on the network can close a connection, but cannot make that look like the end of a
/// response.
#[test]
fn end_without_close_notify_is_a_broken_connection() {
    let authority = Authority::new();
    for goodbye in [true, false] {
        let config = authority.server(&["127.0.0.1"]);
        let raw = over_tls_ending(config, goodbye, |seen| {
            signed_in(seen).unwrap_or_else(|| match seen.path().ends_with("content") {
                true => Response::SendAndClose(b"HTTP/1.1 200 OK\r\n\r\nPK the file".into()),
                false => Response::SendAndClose(b"HTTP/1.1 200 OK\r\n\r\n<tsResponse/>".into()),
            })
        });
        let options = plain().verify(authority.file()).retries(tsc::RetryPolicy::none());
        let session = with(&raw.url, options).into_session(&auth()).unwrap();
        let got = session.workbooks().download("w").to_bytes();
        match goodbye {
            true => assert_eq!(got.unwrap(), b"PK the file"),
            false => {
                let error = got.unwrap_err();
                assert_eq!(
                    (error.kind(), error.is_retryable()),
                    (ErrorKind::ConnectionLost, true),
                    "{error:?}"
                );
                let error = session.workbooks().list().total().unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
            }
        }
    }
}

/// A server that does not speak a supported TLS version causes a TLS error without a long wait.
#[test]
fn failed_handshakes_are_tls_errors_or_timeouts() {
    for (name, start, piece, kind) in [
        ("TLS 1.0 only", &b"\x15\x03\x01\0\x02\x02\x46"[..], &b""[..], ErrorKind::Tls),
        ("no common cipher", b"\x15\x03\x03\0\x02\x02\x28", b"", ErrorKind::Tls),
        ("no protocol of ours", b"\x15\x03\x03\0\x02\x02\x78", b"", ErrorKind::Tls),
        ("SSL 2", b"\x80\x2e\x04\0\x02", b"", ErrorKind::Tls),
        ("warnings without end", b"", b"\x15\x03\x01\0\x02\x01\0", ErrorKind::Tls),
        ("asking to begin again", b"", b"\x16\x03\x03\0\x04\0\0\0\0", ErrorKind::Tls),
        ("a slow drip", b"\x16\x03\x03\x40\0\x02\0\x3f\xfc", b"\x03", ErrorKind::Timeout),
        ("an end", b"\x16\x03\x03\x40\0", b"", ErrorKind::Connect),
    ] {
        let raw = Raw::on_connection(move |mut stream, _, _| {
            let _ = stream.write_all(start);
            if piece.is_empty() {
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
                return;
            }
            while stream.write_all(piece).is_ok() {
                std::thread::sleep(help::millis(10));
            }
        });
        let url = raw.url.replace("http:", "https:");
        let fails = |verify| {
            let options = plain().verify(verify).insecure_warnings(false);
            let options =
                options.connect_timeout(help::millis(600)).retries(tsc::RetryPolicy::none());
            let (result, took) = help::timed(|| with(&url, options).server_info());
            let error = result.unwrap_err();
            assert_eq!(error.kind(), kind, "{name}: {error:?}");
            assert!(took < help::LONG, "{name}: {took:?}");
        };
        std::thread::scope(|scope| {
            scope.spawn(|| fails(false));
            fails(true);
        });
    }
}

/// A TLS record that arrives a byte at a time cannot be read before it is complete; the deadline
/// still applies.
#[test]
fn deadline_ends_a_tls_record_sent_byte_by_byte() {
    let authority = Authority::new();
    let config = authority.server(&["127.0.0.1"]);
    let mut raw = Raw::on_connection(move |stream, _, _| {
        let connection = rustls::ServerConnection::new(config.clone()).unwrap();
        let mut stream = rustls::StreamOwned::new(connection, stream);
        while let Some(request) =
            crate::raw::read_request(&mut std::io::BufReader::new(&mut stream))
        {
            let response = signed_in(&request).unwrap_or_else(|| success(&"x".repeat(9000)));
            stream.conn.writer().write_all(&response.bytes()).unwrap();
            let mut records = Vec::new();
            while stream.conn.wants_write() {
                stream.conn.write_tls(&mut records).unwrap();
            }
            let drips = signed_in(&request).is_none();
            for piece in records.chunks(if drips { 1 } else { records.len() }) {
                if stream.sock.write_all(piece).is_err() {
                    return;
                }
                std::thread::sleep(help::millis(u64::from(drips)));
            }
        }
    });
    raw.url = format!("https://{}", raw.address);
    let options = plain().verify(authority.file());
    let session = with(&raw.url, options).into_session(&auth()).unwrap();
    let soon = tsc::CancellationToken::with_timeout(help::millis(400));
    let (result, took) = help::timed(|| session.with_cancellation(&soon).projects().list().total());
    let error = result.unwrap_err();
    assert!(error.is_timeout() && took < crate::raw::SOON, "{took:?}: {error:?}");
    let options = plain().verify(authority.file()).timeout(help::millis(400));
    let session = with(&raw.url, options).into_session(&auth()).unwrap();
    let (result, took) = help::timed(|| session.projects().list().total());
    let error = result.unwrap_err();
    assert!(error.is_timeout() && took < crate::raw::SOON, "{took:?}: {error:?}");
}

/// Invalid TLS within a response or instead of one is a broken connection, and an error does not
/// repeat a secret in the name of a certificate.
#[test]
fn tls_failure_after_the_handshake_is_a_broken_connection() {
    let authority = Authority::new();
    let config = authority.server(&["127.0.0.1"]);
    // For the empty one, the server sends an alert, encrypted like the rest.
    let junk: [&[u8]; 4] =
        [b"HTTP/1.1 200 OK", &[21, 3, 3, 0, 2, 2, 80], &[23, 3, 3, 0, 3, 1, 2, 3], b""];
    for (junk, begun) in junk.into_iter().flat_map(|junk| [(junk, true), (junk, false)]) {
        let config = config.clone();
        let mut raw = Raw::on_connection(move |stream, _, seen| {
            let connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let stream = rustls::StreamOwned::new(connection, stream);
            let mut reader = std::io::BufReader::new(stream);
            while let Some(request) = crate::raw::read_request(&mut reader) {
                seen.lock().unwrap().push(request.clone());
                let out = reader.get_mut();
                let response = match signed_in(&request) {
                    Some(response) => response.bytes(),
                    None if begun => b"HTTP/1.1 200 OK\r\n\r\n<tsResponse/>".to_vec(),
                    None => Vec::new(),
                };
                out.write_all(&response).and_then(|()| out.flush()).unwrap();
                if signed_in(&request).is_none() {
                    if junk.is_empty() {
                        let no_record =
                            [[23, 3, 3, 0, 20], [7; 5], [7; 5], [7; 5], [7; 5]].concat();
                        out.conn.read_tls(&mut &no_record[..]).unwrap();
                        out.conn.process_new_packets().unwrap_err();
                        while out.conn.wants_write() {
                            out.conn.write_tls(&mut out.sock).unwrap();
                        }
                    }
                    out.sock.write_all(junk).unwrap();
                    let _ = out.sock.read(&mut [0]);
                }
            }
        });
        raw.url = format!("https://{}", raw.address);
        let options = plain().verify(authority.file());
        let options = options
            .retries(tsc::RetryPolicy::new().max_retries(1).initial_backoff(help::millis(1)));
        let session = with(&raw.url, options).into_session(&auth()).unwrap();
        let error = session.projects().list().total().unwrap_err();
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (ErrorKind::ConnectionLost, true),
            "{error:?}"
        );
        assert_eq!(raw.count("GET", "/projects"), 2, "{error:?}");
        let error = session.projects().create(tsc::projects::NewProject::new("p")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
        assert_eq!(raw.count("POST", "/projects"), 1, "{error:?}");
    }

    let name = format!("{}.invalid", help::PASSWORD);
    let (good, telling) = (config, authority.server(&[&name]));
    let mut raw = Raw::on_connection(move |stream, number, seen| {
        let config = if number == 0 { good.clone() } else { telling.clone() };
        let connection = rustls::ServerConnection::new(config).unwrap();
        let stream = rustls::StreamOwned::new(connection, stream);
        crate::raw::converse(stream, number, seen, &|seen| match seen.path().ends_with("signin") {
            true => Response::SendAndClose(signed_in(seen).unwrap().bytes()),
            false => signed_in(seen).unwrap(),
        });
    });
    raw.url = format!("https://{}", raw.address);
    let session = with(&raw.url, plain().verify(authority.file())).into_session(&auth()).unwrap();
    let error = session.projects().list().total().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    let shown = help::everything_of(&error);
    assert!(shown.contains("another name") && !shown.contains(help::PASSWORD), "{shown}");
}
