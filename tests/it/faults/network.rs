//! Connections that cannot be made, break or stall, and invalid HTTP.

use std::io::{BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tableau_server_client as tsc;
use tsc::mock::{Fault, MockServer};
use tsc::projects::{NewProject, ProjectUpdate};
use tsc::{ErrorKind, HttpOptions};

use super::{projects_named, quick, session_of};
use crate::help::{LONG, auth, millis, timed, with};
use crate::raw::{Raw, Response, SOON, converse, response, signed_in, success};

const NONE: &str = "<pagination pageNumber=\"1\" pageSize=\"1\" totalAvailable=\"0\"/><projects/>";

#[test]
fn unknown_host_is_a_connect_error_that_names_it() {
    let server = with("http://no-such-host.invalid", quick());
    let (error, took) = timed(|| server.sign_in(&auth()).map(drop).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(error.to_string().contains("no-such-host.invalid"), "{error}");
    assert!(took < LONG, "{took:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn retries_until_a_late_server_listens() {
    // An address that no other test uses, so that no other test takes its port.
    let address = TcpListener::bind("127.0.83.7:0").unwrap().local_addr().unwrap();
    let server = with(&format!("http://{address}"), quick().retries(tsc::RetryPolicy::new()));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(millis(300));
            let listener = TcpListener::bind(address).unwrap();
            let (stream, _) = listener.accept().unwrap();
            converse(stream, 0, &Mutex::default(), &|seen| signed_in(seen).unwrap());
        });
        // The sign-in is a POST; it was not received, so it is sent again.
        server.sign_in(&auth()).unwrap().sign_out().unwrap();
        drop(server);
    });
}

/// A connection that breaks once or always, at each moment: reads, updates and deletions take
/// effect once, and a creation takes effect at most once.
#[test]
fn broken_connections_neither_lose_nor_repeat_changes() {
    type Break = fn() -> Fault;
    let breaks: [(&str, Break, bool); 5] = [
        ("reset before the response", Fault::reset, false),
        ("reset after the head", Fault::reset_after_head, true),
        ("reset within the body", Fault::reset_mid_body, true),
        ("closed within the body", || Fault::cut(25), true),
        ("closed before the body", || Fault::cut(0), true),
    ];
    for (name, fault, carried_out) in breaks {
        let mock = MockServer::start().unwrap();
        let session = session_of(&mock);
        let projects = session.projects();

        let before = projects.list().total().unwrap();
        mock.fault(fault().on("GET", "/projects").times(2));
        assert_eq!(projects.list().total().unwrap(), before, "{name}");

        mock.fault(fault().on("POST", "/projects").times(1));
        let error = projects.create(NewProject::new("once")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{name}: {error:?}");
        assert!(error.is_retryable(), "{name}: {error:?}");
        assert_eq!(mock.requests_to("POST", "/projects").len(), 1, "{name}");
        assert_eq!(projects_named(&session, "once"), usize::from(carried_out), "{name}");

        let project = projects.create(NewProject::new("twice")).unwrap();
        mock.fault(fault().on("PUT", "/projects/*").times(1));
        let update = ProjectUpdate::new().description("new");
        let updated = projects.update(&project.id, &update).unwrap();
        assert_eq!(updated.description.as_deref(), Some("new"), "{name}");
        assert_eq!(mock.requests_to("PUT", "/projects/*").len(), 2, "{name}");

        // A deletion has no response body that could break off.
        mock.fault(Fault::reset().on("DELETE", "/projects/*").times(1));
        mock.fault(Fault::reset_after_head().on("DELETE", "/projects/*").times(1));
        projects.delete(&project.id).unwrap();
        assert_eq!(projects_named(&session, "twice"), 0, "{name}");

        mock.fault(fault().on("GET", "/projects"));
        mock.clear_requests();
        let error = projects.list().total().unwrap_err();
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (ErrorKind::ConnectionLost, true),
            "{name}"
        );
        assert_eq!(mock.requests_to("GET", "/projects").len(), 4, "{name}: three times more");
        mock.clear_faults();
        drop(session);
        assert_eq!(mock.sessions_open(), 0, "{name}");
    }
}

/// Silence at each stage ends after `read_timeout`, is not retried, and can be cancelled.
#[test]
fn stalls_end_at_every_stage_of_a_response() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let stages = [
        ("before the response", String::new()),
        ("within the status", "HTTP/1.1 20".to_owned()),
        ("within the head", "HTTP/1.1 200 OK\r\ncontent-le".to_owned()),
        ("before the body", head.to_owned()),
        ("within the body", format!("{head}<tsResp")),
        ("before a chunk", chunked.to_owned()),
        ("within a chunk", format!("{chunked}20\r\n<tsRes")),
        ("before the last chunk", format!("{chunked}7\r\n<tsResp\r\n")),
        ("within an error", "HTTP/1.1 500 X\r\ncontent-length: 99\r\n\r\n<tsResp".to_owned()),
        ("within a redirect", "HTTP/1.1 302 X\r\nlocation: /a\r\ncontent-length: 9\r\n".to_owned()),
    ];
    std::thread::scope(|scope| {
        for (name, bytes) in stages {
            scope.spawn(move || stalls_at(name, &bytes));
        }
    });
}

fn stalls_at(name: &str, bytes: &str) {
    let silent = bytes.to_owned();
    let raw = Raw::signed_in(move |_| Response::SendAndSilence(silent.clone().into_bytes()));
    let server = with(&raw.url, quick().read_timeout(millis(400)));
    let session = server.sign_in(&auth()).unwrap();
    let (result, took) = timed(|| session.projects().list().total());
    let error = result.unwrap_err();
    assert!(took < LONG, "{name}: {took:?}");
    match name {
        // The part of the error that arrived is reported.
        "within an error" => assert_eq!(error.status(), Some(500), "{error:?}"),
        _ => assert!(error.is_timeout() && error.is_retryable(), "{name}: {error:?}"),
    }
    assert_eq!(raw.count("GET", "/projects"), 1, "{name}");

    let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
    let cancellation = tsc::CancellationToken::new();
    let (error, took) = std::thread::scope(|scope| {
        let blocked = scope
            .spawn(|| timed(|| session.with_cancellation(&cancellation).projects().list().total()));
        std::thread::sleep(millis(100));
        cancellation.cancel();
        let (result, took) = blocked.join().unwrap();
        (result.unwrap_err(), took)
    });
    assert!(took < LONG, "{name}: {took:?}");
    if name != "within an error" {
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{name}: {error:?}");
    }
}

#[test]
fn upload_that_the_server_does_not_read_times_out() {
    let raw = Raw::holding(|stream, _, seen| {
        let mut reader = BufReader::with_capacity(1, stream.try_clone().unwrap());
        while let Some(head) = crate::raw::read_head(&mut reader) {
            seen.lock().unwrap().push(head.clone());
            let length: usize = head.header("content-length").map_or(0, |n| n.parse().unwrap());
            if length > 1 << 20 {
                // Keeps the connection open without reading the body.
                return;
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let response = signed_in(&head).unwrap_or_else(|| response(204, &[], ""));
            let _ = (&stream).write_all(&response.bytes());
        }
    });
    let server = with(&raw.url, quick().read_timeout(millis(300)));
    let session = server.sign_in(&auth()).unwrap();
    let file = super::file(32 << 20, 1);
    let source = tsc::Source::bytes("a.twb", &file[..]);
    let project = tsc::ProjectId::from("p");
    let publish = session.workbooks().publish(source).project(&project);
    let (result, took) = timed(|| publish.send());
    let error = result.unwrap_err();
    assert!(took < LONG, "{took:?}");
    assert!(error.is_timeout() || error.kind() == ErrorKind::ConnectionLost, "{error:?}");
    assert_eq!(raw.count("POST", "/workbooks"), 1, "it may have been received");
}

/// A server that reads an upload in small steps, so that every write makes progress, must not delay
/// the call beyond the deadline.
#[test]
fn upload_read_slowly_ends_at_the_deadline() {
    let file = super::file(16 << 20, 1);
    let upload = |workbooks: tsc::workbooks::Workbooks<'_>| {
        let source = tsc::Source::bytes("a.twb", &file[..]);
        workbooks.publish(source).project("p").send().unwrap_err()
    };
    std::thread::scope(|scope| {
        for (size, pause) in [(1, 1), (4 << 10, 20), (64 << 10, 50)] {
            let finished = Arc::new(AtomicBool::new(false));
            let client_is_finished = finished.clone();
            let raw = Raw::on_connection(move |stream, _, seen| {
                let mut reader = BufReader::with_capacity(1, stream.try_clone().unwrap());
                while let Some(head) = crate::raw::read_head(&mut reader) {
                    seen.lock().unwrap().push(head.clone());
                    let length = head.header("content-length").map_or(0, |n| n.parse().unwrap());
                    let mut body = vec![0; if length < 1 << 20 { length } else { size }];
                    if body.len() == length {
                        reader.read_exact(&mut body).unwrap();
                        let response = signed_in(&head).unwrap_or_else(|| response(204, &[], ""));
                        let _ = (&stream).write_all(&response.bytes());
                        continue;
                    }
                    let is_finished = || client_is_finished.load(Ordering::SeqCst);
                    while !is_finished() && reader.read(&mut body).is_ok_and(|n| n > 0) {
                        std::thread::sleep(millis(pause));
                    }
                    return;
                }
            });
            scope.spawn(move || {
                let bounded = with(&raw.url, quick().timeout(millis(700)));
                let bounded = bounded.sign_in(&auth()).unwrap();
                let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
                let ends: [(&str, &dyn Fn() -> tsc::Error); 2] = [
                    ("timeout", &|| upload(bounded.workbooks())),
                    ("token", &|| {
                        let token = tsc::CancellationToken::with_timeout(millis(700));
                        upload(session.with_cancellation(&token).workbooks())
                    }),
                ];
                for (name, end) in ends {
                    let (error, took) = timed(end);
                    assert!(error.is_timeout(), "{size} {pause} {name}: {error:?}");
                    assert!(took >= millis(690) && took < SOON, "{size} {pause} {name}: {took:?}");
                }
                finished.store(true, Ordering::SeqCst);
                assert_eq!(raw.count("POST", "/workbooks"), 2, "it may have been received");
            });
        }
    });
}

/// A server that reports success after reading only the beginning of a body has not received it.
#[test]
fn success_before_the_whole_body_was_read_is_a_broken_connection() {
    let raw = Raw::on_connection(|stream, _, seen| {
        let mut reader = BufReader::with_capacity(1, stream.try_clone().unwrap());
        while let Some(head) = crate::raw::read_head(&mut reader) {
            seen.lock().unwrap().push(head.clone());
            let length: usize = head.header("content-length").map_or(0, |n| n.parse().unwrap());
            let mut body = vec![0; length.min(1 << 20)];
            reader.read_exact(&mut body).unwrap();
            let response = match head.path().rsplit('/').next().unwrap() {
                "fileUploads" => success("<fileUpload uploadSessionId=\"u\" fileSize=\"0\"/>"),
                "u" => success("<fileUpload uploadSessionId=\"u\" fileSize=\"1\"/>"),
                "workbooks" => success("<workbook id=\"w\" name=\"a\"/>"),
                _ => signed_in(&head).unwrap(),
            };
            let _ = (&stream).write_all(&response.bytes());
            if length > 1 << 20 {
                return;
            }
        }
    });
    let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
    let file = super::file(24 << 20, 1);
    for (chunked_from, requests) in [(64 << 20, 1), (1, 0)] {
        let source = tsc::Source::bytes("a.twb", &file[..]).restarts(1);
        let source = source.chunked_from(chunked_from).chunk_size(20 << 20);
        let publish = session.workbooks().publish(source).project("p");
        let error = publish.send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
        assert!(error.is_retryable(), "{error:?}");
        assert_eq!(raw.count("POST", "/workbooks"), 1, "{error:?}");
        assert_eq!(raw.count("PUT", "/u"), 2 * (1 - requests), "{error:?}");
    }
}

/// A DNS lookup needs a thread. If the system cannot start one, the call returns an error: a panic
/// would abort a program that drops a session while it unwinds.
#[cfg(target_os = "linux")]
#[test]
fn missing_threads_are_an_error_without_panic() {
    crate::help::child_within(1_500_000, "faults::network::child_without_threads", &[("X", "1")]);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by another test in a separate process"]
fn child_without_threads() {
    if crate::help::given("X").is_none() {
        return;
    }
    let server = with("http://localhost:9", quick());
    let sessions = [(), ()].map(|()| server.resume(crate::help::token_of("http://localhost:9")));
    let mut held = Vec::new();
    // Starts threads up to the limit; they run until the process ends.
    while let Ok(thread) = std::thread::Builder::new().spawn(|| std::thread::sleep(LONG)) {
        held.push(thread);
        assert!(held.len() < 100_000, "there is no limit");
    }
    let error = server.server_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    let [dropped, unwound] = sessions;
    drop(dropped);
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _session = unwound;
        panic!("the program's own");
    }));
    assert!(unwound.unwrap_err().is::<&str>());
}

/// Bodies with invalid framing are an error or read correctly, and their rest is not read as the
/// next response on that connection.
#[test]
fn bad_framing_is_an_error_or_the_right_response() {
    let body = format!("<tsResponse>{NONE}</tsResponse>");
    let length = body.len();
    let forged = body.replace("totalAvailable=\"0\"", "totalAvailable=\"666\"");
    let forged = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{forged}", forged.len());
    let plain = |head: &str, body: &str| format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
    let chunked = |body: &str| plain("transfer-encoding: chunked", body);
    let size = format!("{length:x}");
    let cases = [
        (
            "a body longer than stated",
            plain(&format!("content-length: {length}"), &format!("{body}{forged}")),
        ),
        ("a body shorter than stated", plain(&format!("content-length: {}", length + 9), &body)),
        ("a length that is not a number", plain("content-length: many", &body)),
        ("a negative length", plain("content-length: -5", &body)),
        ("a length beyond all numbers", plain("content-length: 99999999999999999999999", &body)),
        ("two lengths", plain(&format!("content-length: {length}\r\ncontent-length: 5"), &body)),
        (
            "length and chunks",
            plain(
                "content-length: 5\r\ntransfer-encoding: chunked",
                &format!("{size}\r\n{body}\r\n0\r\n\r\n"),
            ),
        ),
        ("chunks and more", chunked(&format!("{size}\r\n{body}\r\n0\r\n\r\n{forged}"))),
        ("a chunk size that is not a number", chunked(&format!("xyz\r\n{body}\r\n0\r\n\r\n"))),
        (
            "a chunk size beyond all numbers",
            chunked(&format!("fffffffffffffffffff\r\n{body}\r\n0\r\n\r\n")),
        ),
        ("a chunk longer than stated", chunked(&format!("5\r\n{body}\r\n0\r\n\r\n"))),
        ("a chunk without its end", chunked(&format!("{size}\r\n{body}"))),
        ("no last chunk", chunked(&format!("{size}\r\n{body}\r\n"))),
        ("an unknown encoding", plain("transfer-encoding: rot13", &body)),
        ("a body without length", plain("content-type: text/xml", &body)),
        ("no body where there is one", plain("content-length: 0", "")),
        ("a response without a status", format!("HELLO\r\n\r\n{body}")),
        ("two responses", format!("HTTP/1.1 204 X\r\n\r\n{forged}")),
    ];
    for (name, bytes) in cases {
        let first = AtomicUsize::new(0);
        let raw = Raw::signed_in(move |_| match first.fetch_add(1, Ordering::SeqCst) {
            0 => Response::SendAndClose(bytes.clone().into_bytes()),
            _ => success(NONE),
        });
        let server =
            with(&raw.url, quick().retries(tsc::RetryPolicy::none()).read_timeout(millis(500)));
        let session = server.sign_in(&auth()).unwrap();
        let (result, took) = timed(|| session.projects().list().total());
        assert!(took < LONG, "{name}: {took:?}");
        match result {
            Ok(total) => assert_eq!(total, 0, "{name}"),
            Err(error) => {
                let kind = error.kind();
                assert!(
                    matches!(kind, ErrorKind::Decode | ErrorKind::ConnectionLost),
                    "{name}: {error:?}"
                );
            }
        }
        // The request may be sent on the old connection while that is being closed.
        let next = (0..2).find_map(|_| session.projects().list().total().ok());
        assert_eq!(next, Some(0), "the request after {name}");
    }
}

/// As above, with the connection left open.
#[test]
fn rest_of_a_response_is_not_read_as_the_next_one() {
    let body = format!("<tsResponse>{NONE}</tsResponse>");
    let forged = body.replace("totalAvailable=\"0\"", "totalAvailable=\"666\"");
    let forged = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{forged}", forged.len());
    let own = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let empty = "HTTP/1.1 204 X\r\n\r\n".to_owned();
    for (name, honest) in [("a body", own), ("no body", empty)] {
        let first = AtomicUsize::new(0);
        let bytes = format!("{honest}{forged}");
        let raw = Raw::signed_in(move |_| match first.fetch_add(1, Ordering::SeqCst) {
            0 => Response::Send(bytes.clone().into_bytes()),
            _ => success(NONE),
        });
        let server = with(&raw.url, quick());
        let session = server.sign_in(&auth()).unwrap();
        let _ = session.projects().delete("p");
        // Long enough for everything to arrive.
        std::thread::sleep(millis(50));
        assert_eq!(session.projects().list().total().unwrap(), 0, "after {name} and further bytes");
    }
}

#[test]
fn timeout_covers_attempts_and_redirects() {
    let raw = Raw::signed_in(|seen| match seen.target.contains("hop") {
        true => {
            let mut pieces = vec![b"HTTP/1.1 503 X\r\nretry-after: 0\r\nx-slow: ".to_vec()];
            pieces.resize(50, b"x".to_vec());
            Response::Slowly(pieces, millis(40))
        }
        false => crate::raw::redirect(307, "/hop"),
    });
    let server = with(&raw.url, HttpOptions::new().timeout(millis(400)));
    let session = server.sign_in(&auth()).unwrap();
    let (result, took) = timed(|| session.projects().list().total());
    assert!(result.unwrap_err().is_timeout());
    assert!(took < LONG, "{took:?}");
}

/// Invalid and unusual statuses and versions: read correctly or an error of the right kind, and the
/// next response belongs to the next request.
#[test]
fn reads_responses_with_unusual_framing() {
    use ErrorKind::{Decode, Http, Timeout};
    let body = format!("<tsResponse>{NONE}</tsResponse>");
    let length = format!("content-length: {}", body.len());
    let chunks = format!("{:x};by=chance\r\n{body}\r\n0\r\n", body.len());
    let made = |start: &str, head: &str| format!("{start}\r\n{head}\r\n\r\n{body}");
    let ok = |head: &str| made("HTTP/1.1 200 OK", head);
    let chunked = |head: &str, trailer: &str| {
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {head}\r\n\r\n{chunks}{trailer}\r\n")
    };
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n";
    let cases = [
        ("interim responses first", format!("{interim}{}", ok(&length)), None),
        ("no reason", made("HTTP/1.1 200", &length), None),
        ("bare line ends", ok(&length).replace("\r\n", "\n"), None),
        ("empty lines first", format!("\r\n\r\n{}", ok(&length)), None),
        ("the length twice", ok(&format!("{length}\r\n{length}")), None),
        ("HTTP/1.0 with a length", made("HTTP/1.0 200 OK", &length), None),
        ("HTTP/1.0 without end", made("HTTP/1.0 200 OK", "a: b"), Some(Timeout)),
        ("HTTP/0.9", body.clone(), Some(Decode)),
        ("HTTP/2 in letters", made("HTTP/2 200 OK", &length), Some(Decode)),
        ("another protocol", made("ICY 200 OK", &length), Some(Decode)),
        ("trailers", chunked("Chunked", "x-t: y\r\nx-u: z\r\n"), None),
        ("packed in transfer", chunked("gzip, chunked", ""), Some(Decode)),
        ("packed unasked", ok(&format!("{length}\r\ncontent-encoding: BR")), Some(Decode)),
        ("status 101", "HTTP/1.1 101 X\r\nupgrade: x\r\n\r\n".into(), Some(Http)),
        ("status 099", made("HTTP/1.1 099 X", &length), Some(Decode)),
        ("status 000", made("HTTP/1.1 000 X", &length), Some(Decode)),
        ("status 999", made("HTTP/1.1 999 X", &length), Some(Http)),
        ("status 1000", made("HTTP/1.1 1000 X", &length), Some(Decode)),
        ("a part", made("HTTP/1.1 206 X", &length), Some(Http)),
        ("not modified", "HTTP/1.1 304 X\r\n\r\n".into(), Some(Http)),
        ("a choice", made("HTTP/1.1 300 X", &length), Some(Http)),
        ("no content, and content", made("HTTP/1.1 204 X", &length), Some(Decode)),
        ("a header without a colon", ok(&format!("junk\r\n{length}")), Some(Decode)),
        ("a folded header", ok(&format!("a: b\r\n c\r\n{length}")), Some(Decode)),
        ("a zero in a header", ok(&format!("a: \0\r\n{length}")), Some(Decode)),
    ];
    for (name, bytes, kind) in cases {
        let first = AtomicUsize::new(0);
        let raw = Raw::signed_in(move |_| match first.fetch_add(1, Ordering::SeqCst) {
            0 => Response::Send(bytes.clone().into_bytes()),
            _ => success(NONE),
        });
        let options = quick().retries(tsc::RetryPolicy::none()).read_timeout(millis(500));
        let session = with(&raw.url, options).into_session(&auth()).unwrap();
        let outcome = session.projects().list().total();
        assert_eq!(outcome.as_ref().err().map(tsc::Error::kind), kind, "{name}: {outcome:?}");
        assert_eq!(outcome.unwrap_or(0), 0, "{name}");
        // The request may be sent on the old connection while that is being closed.
        let next = (0..2).find_map(|_| session.projects().list().total().ok());
        assert_eq!(next, Some(0), "the request after {name}");
    }
}

/// The whole response of a proxy must arrive within the connect timeout.
#[test]
fn proxy_response_counts_as_connecting() {
    let say = |start: &'static str, piece: &'static str| {
        Raw::on_connection(move |mut stream, _, seen| {
            let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
            seen.lock().unwrap().extend(crate::raw::read_head(&mut reader));
            let _ = stream.write_all(start.as_bytes());
            while !piece.is_empty() && stream.write_all(piece.as_bytes()).is_ok() {
                std::thread::sleep(millis(20));
            }
        })
    };
    let bounds: [fn(HttpOptions) -> HttpOptions; 2] =
        [|options| options.connect_timeout(millis(300)), |options| options.timeout(millis(300))];
    let times_out = |name: &str, proxy: Raw, bound: fn(HttpOptions) -> HttpOptions| {
        let options = bound(quick().proxy(proxy.url.clone()));
        let (result, took) = timed(|| with("http://example.invalid", options).server_info());
        let error = result.unwrap_err();
        assert!(error.is_timeout(), "{name}: {error:?}");
        assert!(took >= millis(250) && took < LONG, "{name}: {took:?}");
    };
    std::thread::scope(|scope| {
        for (name, start) in [
            ("a header sent byte by byte", "HTTP/1.1 200 OK\r\nx-slow: "),
            ("a status line sent byte by byte", "HTTP/1.1 200 "),
        ] {
            for bound in bounds {
                scope.spawn(move || times_out(name, say(start, "x"), bound));
            }
        }
    });
    for (name, start) in [
        ("no HTTP", "SSH-2.0-OpenSSH_9\r\n\r\n"),
        ("no tunnel", "HTTP/1.1 407 X\r\n\r\n"),
        ("a redirect", "HTTP/1.1 302 X\r\nlocation: http://127.0.0.1:1/\r\n\r\n"),
        ("an interim response", "HTTP/1.1 100 X\r\n\r\n"),
        ("nothing", ""),
    ] {
        let proxy = say(start, "");
        let options = quick().proxy(proxy.url.clone());
        let error = with("http://example.invalid", options).sign_in(&auth()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{name}: {error:?}");
        assert!(proxy.lines().iter().all(|line| line.starts_with("CONNECT ")), "{name}");
    }
}
