//! Damaged responses: bytes changed, removed, duplicated, inserted and cut off.
//!
//! `MUTATIONS=100000 cargo test --test it -- faults::mutations` runs 100,000 cases instead of 300;
//! `SEED=n` sets the seed of the first.

use std::sync::{Arc, Mutex};

use tableau_server_client as tsc;
use tsc::{ErrorKind, RetryPolicy};

use super::Rng;
use crate::help::{PASSWORD, auth, everything_of, millis, plain, timed, with};
use crate::raw::{Raw, Response, SOON, response, success, tableau_error};

/// Byte strings that are significant to parsers.
const WORDS: [&[u8]; 26] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b"\0",
    b"\xff\xfe",
    b" ",
    b":",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 18446744073709551615\r\n",
    b"Content-Length: -1\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Content-Encoding: br\r\n",
    b"Connection: close\r\n",
    b"Connection: keep-alive\r\n",
    b"Location: ///\r\n",
    b"Location: http://127.0.0.1:1/\r\n",
    b"Retry-After: 99999999999999999999\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"7;a=b\r\n",
    b"&#0;<![CDATA[",
    b"<error code=\"400000\"/>",
];

/// Responses of every kind, before they are damaged.
fn responses() -> Vec<Vec<u8>> {
    let page = "<pagination pageNumber=\"1\" pageSize=\"1000\" totalAvailable=\"1\"/>\
                <projects><project id=\"p\" name=\"n\" createdAt=\"2026-01-02T03:04:05Z\"/></projects>\
                <project id=\"p\" name=\"n\"/>";
    let body = success(page).bytes();
    let body = &body[body.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4..];
    let (first, second) = body.split_at(100);
    let size = format!("\r\n{:x};x=y\r\n", second.len());
    let chunked = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/xml\r\n\r\n64\r\n",
        first,
        size.as_bytes(),
        second,
        b"\r\n0\r\nX-Trailer: z\r\n\r\n",
    ];
    let disposition = "attachment; filename*=UTF-8''a%2Fb.twbx; filename=\"c.twbx\"";
    vec![
        success(page).bytes(),
        chunked.concat(),
        [&b"HTTP/1.0 200 OK\r\n\r\n"[..], body].concat(),
        [&b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"[..], &success(page).bytes()].concat(),
        response(204, &[], "").bytes(),
        response(200, &[("content-disposition", disposition)], "PK\x03\x04 and so on").bytes(),
        response(302, &[("location", "projects?again=1")], "moved").bytes(),
        response(429, &[("retry-after", "0")], "<html>slow down</html>").bytes(),
        response(503, &[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], "").bytes(),
        tableau_error(401, "401002", "expired").bytes(),
        tableau_error(400, "400000", PASSWORD).bytes(),
        response(500, &[], PASSWORD).bytes(),
    ]
}

fn damage(rng: &mut Rng, mut bytes: Vec<u8>, others: &[Vec<u8>]) -> Vec<u8> {
    for _ in 0..=rng.below(4) {
        let at = rng.below(bytes.len());
        let end = (at + rng.below(24)).min(bytes.len());
        match rng.below(7) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(rng.next(256)).unwrap(),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let twice = bytes[at..end].to_vec();
                bytes.splice(at..at, twice);
            }
            3 => bytes.truncate(at),
            4 => {
                let other = &others[rng.below(others.len())];
                bytes.truncate(at);
                bytes.extend(&other[rng.below(other.len())..]);
            }
            // Usually at the end of a line.
            _ => {
                let line = bytes[at..].windows(2).position(|end| end == b"\r\n");
                let at = line.filter(|_| rng.below(3) > 0).map_or(at, |line| at + line + 2);
                bytes.splice(at..at, WORDS[rng.below(WORDS.len())].iter().copied());
            }
        }
    }
    bytes
}

/// A damaged response is read or is an error, without a panic, a wait or a secret. A `POST` is
/// repeated only if the response says so, and the next request gets its own response.
#[test]
fn damaged_responses_are_read_or_are_errors() {
    let number = |name, most| std::env::var(name).ok().map_or(most, |n| n.parse().unwrap());
    let (cases, seed) = (number("MUTATIONS", 300), number("SEED", 1));
    let errors: u64 = std::thread::scope(|scope| {
        // Most of the time is spent waiting for responses that stall.
        let threads: Vec<_> = (0..THREADS as u64)
            .map(|first| scope.spawn(move || run((seed + first..seed + cases).step_by(THREADS))))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // Some mutations are harmless.
    assert!(cases < 100 || (errors > cases / 4 && errors < cases), "{errors} of {cases}");
}

const THREADS: usize = 6;

/// Runs the cases with these seeds, and returns the number of errors.
fn run(seeds: impl Iterator<Item = u64>) -> u64 {
    let next: Arc<Mutex<Response>> = Arc::new(Mutex::new(Response::Close));
    let given = next.clone();
    let raw = Raw::signed_in(move |seen| match seen.target.contains("/users") {
        true => {
            crate::help::page(1, 1, 1, "<users><user id=\"u\" name=\"the right one\"/></users>")
        }
        false => match &*given.lock().unwrap() {
            Response::Send(bytes) => Response::Send(bytes.clone()),
            Response::SendAndClose(bytes) => Response::SendAndClose(bytes.clone()),
            _ => Response::Close,
        },
    });
    let options = plain()
        .read_timeout(millis(600))
        .timeout(millis(3000))
        .max_response(1 << 20)
        .retries(RetryPolicy::new().max_retries(1).initial_backoff(millis(0)));
    let server = with(&raw.url, options);
    let responses = responses();
    let mut errors = 0;
    for case in seeds {
        let mut rng = Rng(case);
        let whole = responses[rng.below(responses.len())].clone();
        let bytes = damage(&mut rng, whole, &responses);
        let shown = || format!("SEED={case}: {}", bytes.escape_ascii());
        *next.lock().unwrap() = match rng.below(16) {
            0 => Response::Send(bytes.clone()),
            _ => Response::SendAndClose(bytes.clone()),
        };
        // A new session for each case, because a session is renewed at most three times.
        let session = server.sign_in(&auth()).unwrap();
        let posted = raw.count("POST", "/projects");
        let (outcome, took) = timed(|| match rng.below(3) {
            0 => session.projects().list().into_iter().try_for_each(|one| one.map(drop)),
            1 => session.workbooks().download("w").to_bytes().map(drop),
            _ => session.projects().create(tsc::projects::NewProject::new("n")).map(drop),
        });
        assert!(took < SOON, "{took:?}, {}", shown());
        if let Err(error) = outcome {
            errors += 1;
            let text = everything_of(&error);
            assert!(!text.contains(PASSWORD), "{text}, {}", shown());
            assert!(error.to_string().len() < 4000, "{error}, {}", shown());
            assert!(!error.to_string().contains(char::is_control), "{error:?}, {}", shown());
            assert_ne!(error.kind(), ErrorKind::Input, "{error:?}, {}", shown());
        }
        let has = |words: &[&str]| {
            words.iter().any(|word| bytes.windows(word.len()).any(|part| part == word.as_bytes()))
        };
        if !has(&["429", "503", "401002", " 30"]) {
            assert!(raw.count("POST", "/projects") <= posted + 1, "{}", shown());
        }
        let right: Vec<_> = session.users().list().into_iter().collect();
        let [Ok(user)] = &right[..] else { panic!("{right:?}, {}", shown()) };
        assert_eq!(user.name, "the right one");
        drop(session.detach());
    }
    errors
}
