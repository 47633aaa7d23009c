//! Expiry, throttling and faults: what is retried, and what is not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tableau_server_client as tsc;
use tsc::{ErrorKind, HttpOptions, RetryPolicy};

use crate::help::{auth, millis, with};
use crate::raw::{Raw, Response, Seen, response, signed_in, success, tableau_error};

const NO_ITEMS: &str =
    "<pagination pageNumber=\"1\" pageSize=\"1\" totalAvailable=\"0\"/><projects/>";

pub fn server(raw: &Raw) -> tsc::Server {
    server_with(raw, HttpOptions::new())
}

/// The default number of retries, with a short backoff.
fn server_with(raw: &Raw, options: HttpOptions) -> tsc::Server {
    let mut server =
        with(&raw.url, HttpOptions::new().retries(RetryPolicy::new().initial_backoff(millis(1))));
    server.add_http_options(options).unwrap();
    server
}

/// A server whose sign-ins return `T1`, `T2`, …. Only the newest token is valid, for at most
/// `lives` requests.
pub fn expiring(lives: usize) -> Raw {
    let state = Mutex::new((0, 0));
    Raw::start(move |seen| {
        let mut state = state.lock().unwrap();
        let (token, used) = &mut *state;
        match seen.target.rsplit('/').next().unwrap() {
            "signin" => {
                *token += 1;
                *used = 0;
                success(&format!(
                    "<credentials token=\"T{token}\"><site id=\"site-1\" contentUrl=\"here\"/>\
                     <user id=\"user-1\"/></credentials>"
                ))
            }
            "serverinfo" => signed_in(seen).unwrap(),
            _ => {
                let good = seen.header("x-tableau-auth") == Some(&format!("T{token}"));
                *used += 1;
                match good && (*used <= lives || seen.target.ends_with("signout")) {
                    true => signed_in(seen).unwrap_or_else(|| success(NO_ITEMS)),
                    false => tableau_error(401, "401002", "Invalid authentication credentials"),
                }
            }
        }
    })
}

pub fn count(raw: &Raw, what: &str) -> usize {
    raw.lines().iter().filter(|line| line.contains(what)).count()
}

#[test]
fn renews_an_expired_session() {
    let raw = expiring(2);
    let server = server(&raw);
    let session = server.sign_in(&auth().site("here")).unwrap();
    for _ in 0..5 {
        assert_eq!(session.projects().list().total().unwrap(), 0);
    }
    assert_eq!(session.auth_token(), "T3");
    drop(session);
    assert_eq!(count(&raw, "signin"), 3);
    assert_eq!(count(&raw, "signout"), 1);
    let seen = raw.seen();
    let renewal = seen.iter().filter(|seen| seen.target.ends_with("signin")).nth(1).unwrap();
    assert!(renewal.text().contains("contentUrl=\"here\""), "{}", renewal.text());
    assert_eq!(seen.last().unwrap().header("x-tableau-auth"), Some("T3"));
}

#[test]
fn threads_renew_an_expired_session_once() {
    let raw = expiring(usize::MAX);
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    // Another sign-in invalidates the token.
    drop(self::server(&raw).sign_in(&auth()).unwrap().detach());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| session.projects().list().total().unwrap());
        }
    });
    drop(session);
    assert_eq!(count(&raw, "signin"), 3);
    assert_eq!(count(&raw, "signout"), 1);
}

#[test]
fn returns_a_second_expiry_to_the_caller() {
    let raw = expiring(0);
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let error = session.projects().list().total().unwrap_err();
    assert!(error.is_session_expired(), "{error:?}");
    assert_eq!(count(&raw, "signin"), 2);
}

#[test]
fn renewal_stops_if_another_holder_renews() {
    let raw = expiring(0);
    let server = server(&raw);
    let token = tsc::PersonalAccessTokenAuth::new("nightly", "hush");
    let session = server.sign_in(&token).unwrap();
    for _ in 0..6 {
        assert!(session.projects().list().total().unwrap_err().is_session_expired());
    }
    let error = session.projects().list().total().unwrap_err();
    assert!(error.to_string().contains("\"nightly\" seems to be in use elsewhere"), "{error}");
    assert_eq!(count(&raw, "signin"), 1 + 3);
}

#[test]
fn renewal_can_be_disabled_and_needs_credentials() {
    let raw = expiring(1);
    let server = server_with(&raw, HttpOptions::new().renew_sessions(false));
    let session = server.sign_in(&auth()).unwrap();
    session.projects().list().total().unwrap();
    assert!(session.projects().list().total().unwrap_err().is_session_expired());
    let token = session.detach();
    let server = self::server(&raw);
    let resumed = server.resume(token);
    assert!(resumed.projects().list().total().unwrap_err().is_session_expired());
    assert_eq!(count(&raw, "signin"), 1);
    // The session had already expired: signing it out succeeds.
    resumed.sign_out().unwrap();
}

#[test]
fn does_not_retry_refused_credentials() {
    let signed = AtomicUsize::new(0);
    let raw = Raw::start(move |seen| match seen.target.rsplit('/').next().unwrap() {
        "signin" if signed.fetch_add(1, Ordering::SeqCst) > 0 => tableau_error(401, "401001", "no"),
        "serverinfo" | "signin" | "signout" => signed_in(seen).unwrap(),
        _ => tableau_error(401, "401002", "expired"),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    for _ in 0..3 {
        let error = session.projects().list().total().unwrap_err();
        assert!(error.is_session_expired(), "{error:?}");
    }
    let error = session.projects().list().total().unwrap_err();
    assert!(error.to_string().contains("refused before"), "{error}");
    assert_eq!(count(&raw, "signin"), 2);
}

#[test]
fn refuses_a_renewal_for_another_user_and_signs_it_out() {
    let signed = AtomicUsize::new(0);
    let raw = Raw::start(move |seen| match seen.target.rsplit('/').next().unwrap() {
        "signin" if signed.fetch_add(1, Ordering::SeqCst) > 0 => success(
            "<credentials token=\"OTHER\"><site id=\"site-2\" contentUrl=\"\"/>\
             <user id=\"user-1\"/></credentials>",
        ),
        "serverinfo" | "signin" | "signout" => signed_in(seen).unwrap(),
        _ => tableau_error(401, "401002", "expired"),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let error = session.projects().list().total().unwrap_err();
    assert!(error.to_string().contains("site-2"), "{error}");
    let signed_out: Vec<_> =
        raw.seen().into_iter().filter(|seen| seen.target.ends_with("signout")).collect();
    assert_eq!(signed_out.len(), 1);
    assert_eq!(signed_out[0].header("x-tableau-auth"), Some("OTHER"));
    assert_eq!(session.auth_token(), "THE-TOKEN");
}

#[test]
fn renewal_requests_a_new_jwt() {
    let raw = expiring(1);
    let server = server(&raw);
    let minted = Arc::new(AtomicUsize::new(0));
    let mint = minted.clone();
    let auth = tsc::JwtAuth::new("eyJ.first.s")
        .renew_with(move || Ok(format!("eyJ.minted-{}.s", mint.fetch_add(1, Ordering::SeqCst))));
    let session = server.sign_in(&auth).unwrap();
    session.projects().list().total().unwrap();
    session.projects().list().total().unwrap();
    assert_eq!(minted.load(Ordering::SeqCst), 1);
    let bodies: Vec<_> = raw.seen().iter().map(Seen::text).filter(|b| b.contains("jwt")).collect();
    assert!(
        bodies[0].contains("eyJ.first.s") && bodies[1].contains("eyJ.minted-0.s"),
        "{bodies:?}"
    );
    drop(session);

    let session = server.sign_in(&tsc::JwtAuth::new("eyJ.once.s")).unwrap();
    session.projects().list().total().unwrap();
    assert!(session.projects().list().total().unwrap_err().is_session_expired());
}

#[test]
fn connected_app_mints_a_jwt_for_each_sign_in() {
    let raw = expiring(1);
    let server = server(&raw);
    let scopes = ["tableau:content:read"];
    let auth = tsc::ConnectedAppAuth::new("CLIENT", "SECRET-ID", "hush", "me", scopes);
    let session = server.sign_in(&auth.site("SITE")).unwrap();
    session.projects().list().total().unwrap();
    session.projects().list().total().unwrap();
    let bodies: Vec<_> = raw.seen().iter().map(Seen::text).filter(|b| b.contains("jwt=")).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies.iter().all(|body| body.contains("jwt=\"eyJ")), "{bodies:?}");
    assert_ne!(bodies[0], bodies[1]);
    assert!(!format!("{session:?}").contains("hush"));
}

/// Responds to the first `times` requests to `what` like this, and then with a success.
fn failing(
    what: &'static str,
    times: usize,
    fail: impl Fn() -> Response + Send + Sync + 'static,
) -> Raw {
    let failed = AtomicUsize::new(0);
    Raw::start(move |seen| {
        let first = seen.target.contains(what) && failed.fetch_add(1, Ordering::SeqCst) < times;
        match (first, seen.method.as_str()) {
            (true, _) => fail(),
            (false, "DELETE") => response(204, &[], ""),
            (false, "POST" | "PUT") if seen.target.contains("projects") => {
                success("<project id=\"p\" name=\"n\"/>")
            }
            _ => signed_in(seen).unwrap_or_else(|| success(NO_ITEMS)),
        }
    })
}

#[test]
fn retries_reads_but_not_creates() {
    type Fail = fn() -> Response;
    let faults: [(&str, Fail, bool); 8] = [
        ("429", || tableau_error(429, "429000", "slow down"), true),
        ("503 with Retry-After", || response(503, &[("retry-after", "0")], ""), true),
        ("503", || response(503, &[], "<html>busy</html>"), false),
        ("502", || response(502, &[], ""), false),
        ("504", || response(504, &[], "late"), false),
        ("closed before the response", || Response::Close, false),
        ("closed within the head", || Response::SendAndClose(b"HTTP/1.1 200 O".to_vec()), false),
        (
            "closed within the body",
            || Response::SendAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<ts".to_vec()),
            false,
        ),
    ];
    for (name, fault, creates) in faults {
        let raw = failing("/projects", 2, fault);
        let server = server(&raw);
        let session = server.sign_in(&auth()).unwrap();
        assert_eq!(session.projects().list().total().unwrap(), 0, "{name}");
        assert_eq!(count(&raw, "GET /api/3.24/sites/site-1/projects"), 3, "{name}");

        let raw = failing("/projects", 2, fault);
        let server = self::server(&raw);
        let session = server.sign_in(&auth()).unwrap();
        let created = session.projects().create(tsc::projects::NewProject::new("n"));
        assert_eq!(created.is_ok(), creates, "{name}: {created:?}");
        let expected = if creates { 3 } else { 1 };
        assert_eq!(count(&raw, "POST /api/3.24/sites/site-1/projects"), expected, "{name}");
    }
}

#[test]
fn repeated_delete_with_not_found_succeeds() {
    let tries = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => Response::Close,
        _ => tableau_error(404, "404005", "gone"),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    session.projects().delete("p").unwrap();
    // No response was lost this time, so the item did not exist.
    assert!(session.projects().delete("q").unwrap_err().is_not_found());
}

#[test]
fn counts_attempts_and_returns_the_last_error() {
    let raw = failing("/projects", usize::MAX, || response(503, &[("retry-after", "0")], ""));
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let error = session.projects().list().total().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(503)));
    assert_eq!(error.retry_after(), Some(Duration::ZERO));
    assert!(error.is_retryable());
    assert_eq!(count(&raw, "/projects"), 4);
    drop(session);

    let server = server_with(&raw, HttpOptions::new().retries(RetryPolicy::none()));
    let session = server.sign_in(&auth()).unwrap();
    session.projects().list().total().unwrap_err();
    assert_eq!(count(&raw, "/projects"), 5);
}

#[test]
fn retries_end_at_the_timeout() {
    let raw = failing("/projects", 1, || tableau_error(429, "429000", "slow down"));
    let late = failing("/projects", 1, || response(429, &[("retry-after", "30")], ""));
    for raw in [raw, late] {
        let options = HttpOptions::new().timeout(Duration::from_millis(300));
        let options = options.retries(RetryPolicy::new().initial_backoff(Duration::from_secs(30)));
        let server = server_with(&raw, options);
        let session = server.sign_in(&auth()).unwrap();
        let start = Instant::now();
        assert_eq!(session.projects().list().total().unwrap_err().status(), Some(429));
        assert!(start.elapsed() < Duration::from_secs(10));
        assert_eq!(count(&raw, "/projects"), 1);
    }
}

#[test]
fn refused_connection_is_an_error_after_short_retries() {
    // A port that was free a moment ago could be taken by the server of another test.
    let address = "127.0.0.1:1";
    let server = tsc::Server::new(format!("http://{address}")).unwrap();
    let start = Instant::now();
    let error = server.server_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(error.to_string().contains(address), "{error}");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert!(start.elapsed() > Duration::from_millis(500), "it was not retried");
}

#[test]
fn sign_out_works_after_a_cancelled_call() {
    let raw = Raw::signed_in(|_| Response::Silence);
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let cancellation = tsc::CancellationToken::new();
    let start = Instant::now();
    std::thread::scope(|scope| {
        let blocked =
            scope.spawn(|| session.with_cancellation(&cancellation).projects().list().total());
        std::thread::sleep(Duration::from_millis(100));
        cancellation.cancel();
        assert_eq!(blocked.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
    });
    assert!(start.elapsed() < Duration::from_secs(20));
    let error = session.with_cancellation(&cancellation).projects().list().total().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    session.sign_out().unwrap();
    assert_eq!(count(&raw, "signout"), 1);
}

#[test]
fn deadline_covers_pages_and_attempts() {
    let pages = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |_| {
        std::thread::sleep(Duration::from_millis(30));
        let number = pages.fetch_add(1, Ordering::SeqCst);
        success(&format!(
            "<pagination pageNumber=\"1\" pageSize=\"1\" totalAvailable=\"1000000\"/>\
             <projects><project id=\"p{number}\" name=\"n\"/></projects>"
        ))
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let soon = tsc::CancellationToken::with_timeout(Duration::from_millis(400));
    let view = session.with_cancellation(&soon);
    let results: Vec<_> = view.projects().list().into_iter().collect();
    let (last, before) = results.split_last().unwrap();
    assert!(last.as_ref().is_err_and(tsc::Error::is_timeout), "{last:?}");
    assert!(!before.is_empty() && before.iter().all(Result::is_ok));
    assert!(before.len() < 100);

    let throttled = failing("/projects", usize::MAX, || response(429, &[("retry-after", "1")], ""));
    let server = self::server(&throttled);
    let session = server.sign_in(&auth()).unwrap();
    let soon = tsc::CancellationToken::with_timeout(Duration::from_millis(300));
    let error = session.with_cancellation(&soon).projects().list().total().unwrap_err();
    assert_eq!(error.status(), Some(429), "no further attempt fits into the time: {error:?}");
}

/// A throttled request was not carried out, so that a `POST` is sent again, too.
#[test]
fn retries_post_after_throttling_but_not_after_pool_conflict() {
    let create = |status: u16, code: &'static str, seconds: &'static str| {
        let raw = failing("/projects", 1, move || {
            let body = match code {
                "" => String::new(),
                code => format!("<tsResponse><error code=\"{code}\"/></tsResponse>"),
            };
            response(status, &[("Retry-After", seconds), ("content-type", "text/xml")], body)
        });
        let server = server_with(&raw, HttpOptions::new());
        let session = server.sign_in(&auth()).unwrap();
        let start = Instant::now();
        let created = session.projects().create(tsc::projects::NewProject::new("n"));
        (created, count(&raw, "POST /api/3.24/sites/site-1/projects"), start.elapsed())
    };
    for (status, code) in [(429, "429000"), (429, ""), (503, "429000")] {
        let (created, requests, waited) = create(status, code, "1");
        created.unwrap();
        assert_eq!(requests, 2, "{status} {code}");
        assert!(waited >= Duration::from_secs(1), "{waited:?}");

        // `max_elapsed` is two minutes.
        let (created, requests, waited) = create(status, code, "3600");
        let error = created.unwrap_err();
        assert!(error.is_throttled() && error.is_retryable(), "{error:?}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
        let limits = "60 refreshes an hour and 20 concurrent exports";
        assert!(error.to_string().contains(limits), "{error}");
        assert_eq!(requests, 1);
        assert!(waited < Duration::from_secs(30), "{waited:?}");
    }
    for code in ["429001", "429002", "429003"] {
        let (created, requests, _) = create(429, code, "1");
        let error = created.unwrap_err();
        assert!(error.is_conflict() && !error.is_retryable(), "{error:?}");
        assert!(!error.to_string().contains("refreshes"), "{error}");
        assert_eq!(requests, 1, "{code}");
    }
}

#[test]
fn requests_wait_for_a_permit() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (n, m) = (now.clone(), most.clone());
    let raw = Raw::signed_in(move |_| {
        m.fetch_max(n.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(20));
        n.fetch_sub(1, Ordering::SeqCst);
        success(NO_ITEMS)
    });
    let server = server_with(&raw, HttpOptions::new().max_concurrent(2));
    let session = server.sign_in(&auth()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| session.projects().list().total().unwrap());
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 2);
}
