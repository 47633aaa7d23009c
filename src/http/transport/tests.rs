//! What becomes of bodies that are sent: refused early, not taken, cut short, sent again.

use std::io::{self, BufRead, BufReader};
use std::net::Shutdown;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::Replay;
use super::raw::{Raw, Reply, answer, read_head, redirect};
use super::*;

const LARGE: u64 = 24 << 20;

/// So many bytes, of which only some come, or more.
struct Source {
    said: u64,
    comes: u64,
    then: Option<&'static str>,
    opened: usize,
}

impl Source {
    fn of(said: u64) -> Source {
        Source { said, comes: said, then: None, opened: 0 }
    }
}

impl Replay for Source {
    fn length(&self) -> u64 {
        self.said
    }

    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        self.opened += 1;
        let bytes = io::repeat(b'u').take(self.comes);
        Ok(match self.then {
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
    let (token, scrub) = (Secret::new("TOKEN"), Scrub::default());
    let auth = AuthContext { token: Some(&token), scrub: &scrub, cancellation: None };
    let request = match method {
        "POST" => Request::post("/api/3.24/upload"),
        _ => Request::put("/api/3.24/upload"),
    };
    let mut request = request.stream("application/octet-stream", source);
    transport.send(&mut request, auth, Success::ignore)
}

#[test]
fn an_early_refusal_is_not_lost_while_a_body_is_sent() {
    // The server answers before it has read the body: and closes at once, with the rest of it
    // unread; or takes no more of it; or goes on reading all of it.
    for status in [401, 413] {
        for manner in 0..3 {
            let raw = Raw::on_connection(move |stream, _, seen| {
                let mut reader = BufReader::new(stream);
                let Some(request) = read_head(&mut reader) else { return };
                seen.lock().unwrap().push(request);
                let _ = reader.fill_buf();
                let reply = answer(status, &[("Connection", "close")], "too much").bytes();
                reader.get_mut().write_all(&reply).unwrap();
                match manner {
                    0 => {}
                    1 => std::thread::sleep(Duration::from_secs(3)),
                    _ => {
                        let _ = reader.get_mut().shutdown(Shutdown::Write);
                        let _ = io::copy(&mut reader, &mut io::sink());
                    }
                }
            });
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
fn a_server_that_takes_no_more_of_a_body_is_a_timeout() {
    let raw = Raw::on_connection(|stream, _, _| {
        read_head(&mut BufReader::new(stream));
        std::thread::sleep(Duration::from_secs(4));
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
    // It may have arrived, so it is not sent again.
    assert_eq!((raw.seen().len(), source.opened), (1, 1));
}

#[test]
fn a_source_that_is_not_as_long_as_said_is_an_io_error() {
    // Each of them also where the rest fits into one buffer.
    for said in [10, 200_000] {
        for (comes, then, part) in [
            (said - 1, None, "1 bytes early"),
            (0, None, "early"),
            (said + 1, None, "longer"),
            (said / 2, Some("the disk is torn"), "the disk is torn"),
        ] {
            let raw = Raw::start(|_| answer(200, &[], ""));
            let mut source = Source { said, comes, then, opened: 0 };
            let started = Instant::now();
            let error = upload(&raw.url, "POST", &mut source).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
            assert!(format!("{error:?}").contains(part), "{error:?}");
            assert!(!error.is_retryable(), "{error:?}");
            assert!(started.elapsed() < Duration::from_secs(60));
            assert_eq!(source.opened, 1);
            // What was begun is not taken for a whole.
            assert!(raw.seen().is_empty(), "{:?}", raw.lines());
        }
    }
}

#[test]
fn a_body_is_read_anew_where_it_has_to_be_sent_again() {
    for status in [301, 302, 303, 307, 308] {
        let raw = Raw::start(move |seen| match seen.target.ends_with("upload") {
            true => redirect(status, "/moved"),
            false => answer(200, &[], ""),
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
        0 => answer(503, &[], ""),
        1 => Reply::Close,
        _ => answer(200, &[], ""),
    });
    let mut source = Source::of(1000);
    upload(&raw.url, "PUT", &mut source).unwrap();
    assert_eq!((raw.seen().len(), source.opened), (3, 3));
    assert!(raw.seen().iter().all(|seen| seen.body.len() == 1000));
}

#[test]
fn no_body_goes_to_another_origin() {
    let elsewhere = Raw::start(|_| answer(200, &[], ""));
    let there = elsewhere.url.clone();
    let raw = Raw::start(move |_| redirect(307, &there));
    let mut source = Source::of(1000);
    let error = upload(&raw.url, "PUT", &mut source).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!((elsewhere.connections(), source.opened), (0, 1));
}
