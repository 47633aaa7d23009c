//! `https` at a port without TLS, and `http` at a port with it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use tableau_server_client as tsc;
use tsc::{ErrorKind, RetryPolicy};

use crate::help::{LONG, auth, millis, plain, timed, with};
use crate::raw::{Raw, Response, response};
use crate::tls_server::{Authority, over_tls};

fn options() -> tsc::HttpOptions {
    plain().retries(RetryPolicy::none())
}

/// The error of a request over TLS to a port that responds to the handshake like this.
fn handshake_with(
    connect_timeout: u64,
    serve: impl Fn(TcpStream) + Send + Sync + 'static,
) -> (tsc::Error, String) {
    let raw = Raw::on_connection(move |stream, _, _| serve(stream));
    let authority = raw.address.to_string();
    let options = options().connect_timeout(millis(connect_timeout));
    let (result, took) =
        timed(|| with(&format!("https://{authority}"), options).sign_in(&auth()).map(drop));
    assert!(took < LONG, "{took:?}");
    (result.unwrap_err(), format!("is the address http://{authority}?"))
}

#[test]
fn suggests_http_if_the_port_does_not_use_tls() {
    let http = response(400, &[], "<html>Bad Request</html>").bytes();
    let responses: [&[u8]; 4] =
        [&http, b"SSH-2.0-OpenSSH_9.6\r\n", b"220 ready\r\n", b"\x4a\0\0\0\x0a8.0.36"];
    for begins_to_read in [true, false] {
        for bytes in responses {
            let bytes = bytes.to_vec();
            // The connection stays open: the first bytes are enough.
            let (error, hint) = handshake_with(60_000, move |mut stream| {
                if begins_to_read {
                    let _ = stream.read(&mut [0; 64]);
                }
                let _ = stream.write_all(&bytes);
                let _ = std::io::copy(&mut stream, &mut std::io::sink());
            });
            assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
            let text = error.to_string();
            assert!(text.contains("the server does not use TLS on this port"), "{text}");
            assert!(text.contains(&hint), "{text}");
        }
    }
}

#[test]
fn suggests_http_if_the_handshake_is_not_completed() {
    let closes: [fn(TcpStream); 4] = [
        |stream| drop(stream.shutdown(Shutdown::Both)),
        |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
        },
        |mut stream| {
            let _ = stream.shutdown(Shutdown::Write);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        },
        // The beginning of a handshake message.
        |mut stream| {
            let _ = stream.write_all(b"\x16\x03\x03\x40\0\x02\0");
            let _ = stream.shutdown(Shutdown::Write);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
        },
    ];
    for close in closes {
        let (error, hint) = handshake_with(60_000, close);
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert!(error.to_string().contains(&hint), "{error}");
        assert!(error.to_string().contains("TLS 1.2 and 1.3"), "{error}");
        assert!(error.is_retryable());
    }
    let (error, hint) = handshake_with(300, |mut stream| {
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(error.to_string().contains(&hint), "{error}");
}

#[test]
fn suggests_http_for_an_address_without_a_scheme() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let address = mock.url().strip_prefix("http://").unwrap();
    for url in [address.to_owned(), format!("https://{address}")] {
        let options = options().connect_timeout(millis(5000));
        let (result, took) = timed(|| with(&url, options).server_info());
        let error = result.unwrap_err();
        assert!(
            error.to_string().contains(&format!("is the address http://{address}?")),
            "{error}"
        );
        assert!(took < LONG, "{took:?}");
    }
}

#[test]
fn suggests_https_if_the_port_expects_tls() {
    let authority = Authority::new();
    let tls = over_tls(authority.server(&["127.0.0.1"]), |_| response(200, &[], ""));
    let mock = tsc::mock::MockServer::builder().https().start().unwrap();
    let nginx = Raw::start(|_| {
        let body = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>";
        response(400, &[("content-type", "text/html")], body)
    });
    let go =
        Raw::start(|_| response(400, &[], "Client sent an HTTP request to an HTTPS server.\n"));
    let closing = Raw::start(|_| Response::Close);
    let alert = Raw::start(|_| Response::SendAndClose(b"\x15\x03\x01\0\x02\x02\x0a".into()));
    for address in [
        &tls.address.to_string(),
        mock.url().strip_prefix("https://").unwrap(),
        &nginx.address.to_string(),
        &go.address.to_string(),
        &closing.address.to_string(),
        &alert.address.to_string(),
    ] {
        let url = format!("http://{address}");
        let mut pinned = with(&url, options());
        pinned.set_version("3.24").unwrap();
        for server in [with(&url, options()), pinned] {
            let error = server.sign_in(&auth()).unwrap_err();
            let hint = format!("https://{address}");
            assert!(error.to_string().contains(&hint), "{error:?}");
        }
    }
}

#[test]
fn suggests_the_pod_and_the_scheme_after_a_page_or_405000_at_sign_in() {
    let page = || response(200, &[], "<!DOCTYPE html><html><body>Sign in</body></html>");
    let refused_page = || response(404, &[], "<html>nothing here</html>");
    let not_allowed = || crate::raw::tableau_error(405, "405000", "Method not allowed");
    let bare = || response(405, &[], "");
    let responses: [fn() -> Response; 4] = [page, refused_page, not_allowed, bare];
    for respond in responses {
        let raw = Raw::start(move |_| respond());
        let mut pinned = with(&raw.url, options());
        pinned.set_version("3.24").unwrap();
        for server in [with(&raw.url, options()), pinned] {
            let error = server.sign_in(&auth()).unwrap_err();
            let text = error.to_string();
            assert!(text.contains("pod of Tableau Cloud"), "{text}");
            assert!(text.contains("http instead of https"), "{text}");
        }
    }
    // Over TLS, the scheme is right.
    let authority = Authority::new();
    let raw = over_tls(authority.server(&["127.0.0.1"]), move |_| page());
    let server = with(&raw.url, options().verify(authority.file()));
    let text = server.sign_in(&auth()).unwrap_err().to_string();
    assert!(text.contains("pod of Tableau Cloud") && !text.contains("instead of"), "{text}");
}
