//! Connections: reuse, loss, and requests that must not be repeated.

use std::io::{BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::help::{auth, millis, pinned, plain, token_of, with, workbooks};
use crate::logs;
use crate::raw::{
    Raw, Response, read_request, redirect, response, signed_in, success, tableau_error,
};

#[test]
fn reuses_one_connection_for_a_hundred_requests() {
    let raw = Raw::signed_in(|_| workbooks(""));
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    for _ in 0..100 {
        session.workbooks().list().total().unwrap();
    }
    drop(session);
    assert_eq!((raw.lines().len(), raw.connections()), (102, 1));
}

#[test]
fn reuses_the_connection_after_responses_of_every_kind() {
    // Errors, HTML pages, redirects, responses whose body is not read, and chunked responses.
    let count = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |seen| match count.fetch_add(1, Ordering::SeqCst) % 8 {
        0 => tableau_error(404, "404006", "gone"),
        1 => response(500, &[], "<html>".repeat(5000)),
        2 => redirect(302, &seen.target),
        3 => response(200, &[], "not XML"),
        4 => response(204, &[], ""),
        5 => response(401, &[], ""),
        6 => Response::Send(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n".into(),
        ),
        _ => workbooks(""),
    });
    let server = with(&raw.url, plain().retries(tsc::RetryPolicy::none()));
    let session = server.sign_in(&auth()).unwrap();
    let succeeded = (0..28).filter(|_| session.workbooks().list().total().is_ok()).count();
    assert_eq!(succeeded, 4);
    assert_eq!(raw.count("GET", "/workbooks"), 32);
    for status in [200, 202] {
        let raw = Raw::signed_in(move |_| response(status, &[], "<tsResponse/>"));
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        for _ in 0..5 {
            session.projects().delete("p").unwrap();
        }
        drop(session);
        assert_eq!(raw.connections(), 1);
    }
    assert_eq!(raw.connections(), 1);
}

#[test]
fn keeps_one_connection_per_concurrent_thread() {
    let raw = Raw::signed_in(|_| {
        thread::sleep(millis(10));
        workbooks("")
    });
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    for _ in 0..4 {
        let barrier = std::sync::Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    for _ in 0..5 {
                        session.workbooks().list().total().unwrap();
                    }
                });
            }
        });
    }
    drop(session);
    assert_eq!(raw.lines().len(), 2 + 4 * 8 * 5);
    // By default ureq keeps three connections and would open the others again each time.
    assert!((2..=8).contains(&raw.connections()), "{}", raw.connections());
}

#[test]
fn sessions_of_one_server_share_connections() {
    let raw = Raw::signed_in(|_| workbooks(""));
    let server = pinned(&raw.url);
    drop(server.sign_in(&auth()).unwrap());
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!((raw.lines().len(), raw.connections()), (4, 1));
}

#[test]
fn replaces_a_connection_closed_while_idle() {
    // The responses do not announce the close.
    let raw = Raw::start(|seen| {
        let response = signed_in(seen).unwrap_or_else(|| match seen.method.as_str() {
            "GET" => workbooks(""),
            _ => success("<project id=\"p\" name=\"n\"/>"),
        });
        Response::SendAndClose(response.bytes())
    });
    let mut server = with(&raw.url, plain().retries(tsc::RetryPolicy::none()));
    // With the version request before it, the sign-in would use a connection that is not idle yet.
    server.set_version("3.24").unwrap();
    let pause = || thread::sleep(millis(300));
    server.server_info().unwrap();
    pause();
    let session = server.sign_in(&auth()).unwrap();
    pause();
    session.workbooks().list().total().unwrap();
    pause();
    session.projects().create(tsc::projects::NewProject::new("n")).unwrap();
    pause();
    session.sign_out().unwrap();
    assert_eq!(raw.lines().len(), 5, "{:?}", raw.lines());
    assert_eq!(raw.connections(), 5);
}

/// Closes the connection after reading the `n`th request to a resource, like a server that closes
/// an idle connection at the moment it is used.
fn closing_at(closes: usize) -> Raw {
    let count = Arc::new(AtomicUsize::new(0));
    Raw::signed_in(move |seen| match count.fetch_add(1, Ordering::SeqCst) == closes {
        true => Response::Close,
        false if seen.method == "GET" => workbooks(""),
        false => success("<project id=\"p\" name=\"n\"/>"),
    })
}

#[test]
fn retries_get_after_connection_close() {
    let raw = closing_at(1);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    session.workbooks().list().total().unwrap();
    session.workbooks().list().total().unwrap();
    assert_eq!(raw.count("GET", "/workbooks"), 3);
    assert_eq!(raw.connections(), 2);
}

#[test]
fn does_not_repeat_post_that_may_have_been_received() {
    let half = |response: Response| {
        let bytes = response.bytes();
        Response::SendAndClose(bytes[..bytes.len() / 2].to_vec())
    };
    type End = Box<dyn Fn() -> Response + Send + Sync>;
    let ends: [End; 4] = [
        Box::new(|| Response::Close),
        Box::new(move || half(success("<project id=\"p\" name=\"n\"/>"))),
        Box::new(|| Response::SendAndClose(b"HTTP/1.1 20".to_vec())),
        Box::new(|| response(502, &[], "bad gateway")),
    ];
    for end in ends {
        let raw = Raw::signed_in(move |seen| match seen.method.as_str() {
            "GET" => workbooks(""),
            _ => end(),
        });
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        session.workbooks().list().total().unwrap();
        let error = session.projects().create(tsc::projects::NewProject::new("n")).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::ConnectionLost | ErrorKind::Http), "{error:?}");
        assert!(error.is_retryable(), "the caller may retry: {error:?}");
        assert_eq!(raw.count("POST", "/projects"), 1);
    }
}

#[test]
fn does_not_repeat_post_after_timeout() {
    let raw = Raw::signed_in(|_| Response::Silence);
    let server = with(&raw.url, plain().read_timeout(millis(200)));
    let session = server.sign_in(&auth()).unwrap();
    let error = session.projects().create(tsc::projects::NewProject::new("n")).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(raw.count("POST", "/projects"), 1);
}

#[test]
fn does_not_repeat_sign_in_or_sign_out() {
    logs::start();
    for path in ["signin", "signout"] {
        let raw = Raw::start(move |seen| match seen.path().ends_with(path) {
            true => Response::Close,
            false => signed_in(seen).unwrap(),
        });
        let server = pinned(&raw.url);
        drop(server.sign_in(&auth()));
        assert_eq!(raw.count("POST", &format!("/{path}")), 1);
    }
    let raw = Raw::start(|seen| match seen.path().ends_with("signout") {
        true => response(503, &[("Retry-After", "0")], ""),
        false => signed_in(seen).unwrap(),
    });
    drop(pinned(&raw.url).resume(token_of(&raw.url)));
    assert_eq!(raw.count("POST", "/signout"), 1);
}

#[test]
fn stops_retrying_get_after_the_last_attempt() {
    let raw = Raw::signed_in(|_| Response::Close);
    let retries = tsc::RetryPolicy::new().initial_backoff(millis(1));
    let server = with(&raw.url, plain().retries(retries));
    let session = server.sign_in(&auth()).unwrap();
    let error = session.workbooks().list().total().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    assert!(error.is_retryable());
    assert!(error.to_string().contains(&raw.address.to_string()), "{error}");
    let attempts = raw.count("GET", "/workbooks");
    assert!((2..=5).contains(&attempts), "{attempts}");
}

#[test]
fn does_not_reuse_a_connection_marked_close() {
    let raw = Raw::on_connection(|stream, _, seen| {
        let mut reader = BufReader::new(stream);
        // Announces the close, and then waits for the client to close the connection.
        if let Some(request) = read_request(&mut reader) {
            let response = signed_in(&request).unwrap_or_else(|| workbooks("")).bytes();
            seen.lock().unwrap().push(request);
            let text = String::from_utf8(response).unwrap();
            let text = text.replacen("\r\n", "\r\nConnection: close\r\n", 1);
            let _ = reader.get_mut().write_all(text.as_bytes());
            let _ = reader.read(&mut [0]);
        }
    });
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    session.workbooks().list().total().unwrap();
    session.sign_out().unwrap();
    assert_eq!(raw.connections(), 3);
}

#[test]
fn unsolicited_bytes_are_not_read_as_a_response() {
    // A second response after the first one, as in response smuggling.
    let raw = Raw::signed_in(|_| {
        let stray = workbooks("<workbook id=\"evil\" name=\"evil\"/>").bytes();
        Response::Send([workbooks("").bytes(), stray].concat())
    });
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    for _ in 0..3 {
        assert_eq!(session.workbooks().list().into_iter().count(), 0);
        thread::sleep(millis(30));
    }
}
