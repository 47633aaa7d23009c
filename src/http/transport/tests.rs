//! Request bodies: early error responses, stalled servers, sources of the wrong length, retries.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::Replay;
use super::raw::{Raw, Response, Seen, read_head, redirect, response};
use super::*;
use crate::ErrorKind;

const LARGE: u64 = 24 << 20;

/// A source whose actual length can differ from the announced one.
struct Source {
    announced: u64,
    actual: u64,
    error: Option<&'static str>,
    opened: usize,
}

impl Source {
    fn of(length: u64) -> Source {
        Source { announced: length, actual: length, error: None, opened: 0 }
    }
}

impl Replay for Source {
    fn length(&self) -> u64 {
        self.announced
    }

    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        self.opened += 1;
        let bytes = io::repeat(b'u').take(self.actual);
        Ok(match self.error {
            None => Box::new(bytes),
            Some(why) => Box::new(bytes.chain(Failing(why))),
        })
    }
}

struct Failing(&'static str);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(self.0))
    }
}

fn upload(url: &str, method: &str, source: &mut Source) -> Result<()> {
    upload_within(Duration::from_secs(60), url, method, source)
}

fn upload_within(silence: Duration, url: &str, method: &str, source: &mut Source) -> Result<()> {
    let options = HttpOptions::new().no_proxy().read_timeout(silence);
    let transport = Transport::new(Base::parse(url)?, options)?;
    let (token, redactor) = (Secret::new("TOKEN"), Redactor::default());
    let auth = AuthContext { token: Some(&token), redactor: &redactor, cancellation: None };
    let request = match method {
        "POST" => Request::raw(crate::operation::Method::Post, "/api/3.24/upload"),
        _ => Request::raw(crate::operation::Method::Put, "/api/3.24/upload"),
    };
    let mut request = request.stream("application/octet-stream", source);
    transport.send(&mut request, auth, Success::ignore)
}

#[test]
fn reads_an_early_error_response_while_a_body_is_sent() {
    // The server responds before it has read the body. Then it closes the connection, stops reading, or
    // reads the rest.
    for status in [401, 413] {
        for manner in 0..3 {
            let serve = move |stream: TcpStream, _, seen: &Mutex<Vec<Seen>>| {
                let mut reader = BufReader::new(stream);
                let Some(request) = read_head(&mut reader) else { return };
                seen.lock().unwrap().push(request);
                let _ = reader.fill_buf();
                let response = response(status, &[("Connection", "close")], "too much").bytes();
                reader.get_mut().write_all(&response).unwrap();
                match manner {
                    0 | 1 => {}
                    _ => {
                        let _ = reader.get_mut().shutdown(Shutdown::Write);
                        let _ = io::copy(&mut reader, &mut io::sink());
                    }
                }
            };
            let raw = match manner {
                1 => Raw::holding(serve),
                _ => Raw::on_connection(serve),
            };
            let mut source = Source::of(LARGE);
            let silence = Duration::from_secs(if manner == 1 { 1 } else { 60 });
            let error = upload_within(silence, &raw.url, "POST", &mut source).unwrap_err();
            assert_eq!(error.status(), Some(status), "{manner}: {error:?}");
            assert_eq!(error.kind(), ErrorKind::Http);
            assert!(error.to_string().contains("too much"), "{error}");
            assert_eq!((raw.seen().len(), source.opened), (1, 1));
        }
    }
}

#[test]
fn times_out_if_the_server_stops_reading_a_body() {
    let raw = Raw::holding(|stream, _, _| {
        read_head(&mut BufReader::new(stream));
    });
    let mut source = Source::of(LARGE);
    let silence = Duration::from_secs(1);
    let error = upload_within(silence, &raw.url, "POST", &mut source).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(source.opened, 1);
}

#[test]
fn reports_connection_lost_if_the_server_closes_while_a_body_is_sent() {
    let raw = Raw::on_connection(|stream, _, seen| {
        let mut reader = BufReader::new(stream);
        seen.lock().unwrap().extend(read_head(&mut reader));
        let _ = reader.fill_buf();
    });
    let mut source = Source::of(LARGE);
    let error = upload(&raw.url, "POST", &mut source).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
    assert!(error.is_retryable());
    // The server may have received it, so it is not sent again.
    assert_eq!((raw.seen().len(), source.opened), (1, 1));
}

#[test]
fn reports_io_error_for_a_source_of_the_wrong_length() {
    // With bodies that fit into one buffer, and larger ones.
    for announced in [10, 200_000] {
        for (actual, error, part) in [
            (announced - 1, None, "1 bytes early"),
            (0, None, "early"),
            (announced + 1, None, "longer"),
            (announced / 2, Some("the disk is torn"), "the disk is torn"),
        ] {
            let raw = Raw::start(|_| response(200, &[], ""));
            let mut source = Source { announced, actual, error, opened: 0 };
            let started = Instant::now();
            let error = upload(&raw.url, "POST", &mut source).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
            assert!(format!("{error:?}").contains(part), "{error:?}");
            assert!(!error.is_retryable(), "{error:?}");
            assert!(started.elapsed() < Duration::from_secs(60));
            assert_eq!(source.opened, 1);
            // The server has not received a complete request.
            assert!(raw.seen().is_empty(), "{:?}", raw.lines());
        }
    }
}

#[test]
fn opens_the_source_again_for_each_attempt() {
    for status in [301, 302, 303, 307, 308] {
        let raw = Raw::start(move |seen| match seen.target.ends_with("upload") {
            true => redirect(status, "/moved"),
            false => response(200, &[], ""),
        });
        let mut source = Source::of(300_000);
        upload(&raw.url, "POST", &mut source).unwrap();
        let seen = raw.seen();
        assert_eq!(seen.iter().map(|seen| seen.body.len()).collect::<Vec<_>>(), [300_000; 2]);
        assert!(seen.iter().all(|seen| seen.body.iter().all(|byte| *byte == b'u')));
        assert_eq!((seen[1].method.as_str(), seen[1].target.as_str()), ("POST", "/moved"));
        assert_eq!(seen[1].header("content-type"), Some("application/octet-stream"));
        assert_eq!(source.opened, 2);
    }
    let count = AtomicUsize::new(0);
    let raw = Raw::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => response(503, &[], ""),
        1 => Response::Close,
        _ => response(200, &[], ""),
    });
    let mut source = Source::of(1000);
    upload(&raw.url, "PUT", &mut source).unwrap();
    assert_eq!((raw.seen().len(), source.opened), (3, 3));
    assert!(raw.seen().iter().all(|seen| seen.body.len() == 1000));
}

#[test]
fn sends_no_body_to_another_origin() {
    let elsewhere = Raw::start(|_| response(200, &[], ""));
    let there = elsewhere.url.clone();
    let raw = Raw::start(move |_| redirect(307, &there));
    let mut source = Source::of(1000);
    let error = upload(&raw.url, "PUT", &mut source).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!((elsewhere.connections(), source.opened), (0, 1));
}
