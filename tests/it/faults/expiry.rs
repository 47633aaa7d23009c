//! Sessions that expire while lists are read, files are published and jobs are waited for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::{Fault, MockServer};

use super::{auth_of, file, project_of, quick, server_of, session_of, workbooks_named};
use crate::help::{LONG, auth, millis, page, timed, with};
use crate::raw::{Raw, Response, response, signed_in, tableau_error};

fn sign_ins(mock: &MockServer) -> usize {
    mock.requests_to("POST", "/auth/signin").len()
}

/// Expires the session, and returns whether exactly one was open before.
fn ends_with_one(mock: &MockServer, session: tsc::Session<'_>) {
    assert_eq!(mock.sessions_open(), 1);
    drop(session);
    assert_eq!(mock.sessions_open(), 0);
    assert_eq!(mock.requests_to("POST", "/auth/signout").len(), 1);
}

#[test]
fn session_expires_at_each_page_of_a_list() {
    for prefetch in [0, 2] {
        for page in 1..=5 {
            let mock = MockServer::builder().workbooks(23).start().unwrap();
            let session = session_of(&mock);
            mock.fault(Fault::expire_session().page(page).times(1));
            let list = session.workbooks().list().page_size(5).prefetch(prefetch);
            let mut ids: Vec<_> = list.into_iter().map(|one| one.unwrap().id).collect();
            assert_eq!(ids.len(), 23, "page {page}, {prefetch} ahead");
            ids.sort_by(|a, b| a.as_str().cmp(b.as_str()));
            ids.dedup();
            assert_eq!(ids.len(), 23, "page {page}, {prefetch} prefetched: each id once");
            assert_eq!(sign_ins(&mock), 2);
            ends_with_one(&mock, session);
        }
    }
}

/// An upload of five chunks: `POST fileUploads`, five `PUT`s, and the publish request.
#[test]
fn session_expires_at_each_request_of_a_chunked_publish() {
    let content = file((4 << 16) + 77, 5);
    let moments = (0..5)
        .map(|chunk| Fault::expire_session().on("PUT", "/fileUploads/*").skip(chunk))
        .chain([Fault::expire_session().on("POST", "/fileUploads")])
        .chain([Fault::expire_session().on("POST", "/workbooks")]);
    for (moment, fault) in moments.enumerate() {
        let mock = MockServer::start().unwrap();
        let session = session_of(&mock);
        let project = project_of(&session);
        mock.fault(fault.times(1));
        let source = tsc::Source::bytes("Chunked.twb", &content[..]);
        let source = source.chunked_from(1).chunk_size(1 << 16);
        session.workbooks().publish(source).project(&project).send().unwrap();
        assert_eq!(sign_ins(&mock), 2, "moment {moment}");
        let there = workbooks_named(&session, "Chunked");
        assert!(there == [content.clone()], "request {moment}: {} workbooks", there.len());
        // A refused chunk was not received: at most one chunk was sent twice, and none was lost.
        let chunks = mock.requests_to("PUT", "/fileUploads/*").len();
        assert_eq!(chunks, if moment < 5 { 6 } else { 5 }, "moment {moment}");
        ends_with_one(&mock, session);
    }
}

#[test]
fn session_expires_at_each_poll_of_a_job() {
    for question in 0..3 {
        let mock = MockServer::builder().job_polls(3).start().unwrap();
        let session = session_of(&mock);
        let workbook = session.workbooks().list().into_iter().next().unwrap().unwrap();
        let mut job = session.workbooks().refresh(&workbook.id).unwrap();
        mock.fault(Fault::expire_session().on("GET", "/jobs/*").skip(question).times(1));
        let ended =
            job.wait_with(tsc::jobs::JobWait::new().poll_intervals(millis(1), millis(1))).unwrap();
        assert_eq!(&ended.id, job.id());
        assert_eq!(sign_ins(&mock), 2, "question {question}");
        ends_with_one(&mock, session);
    }
}

#[test]
fn session_expires_at_a_download_and_between_attempts() {
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    let workbook = session.workbooks().list().into_iter().next().unwrap().unwrap();
    let whole = session.workbooks().download(&workbook.id).to_bytes().unwrap();
    mock.fault(Fault::reset_mid_body().on("GET", "/workbooks/*/content").times(1));
    mock.fault(Fault::expire_session().on("GET", "/workbooks/*/content").times(1));
    mock.fault(Fault::reset_mid_body().on("GET", "/workbooks/*/content").times(1));
    let again = session.workbooks().download(&workbook.id).to_bytes().unwrap();
    assert!(again == whole);
    assert_eq!(mock.requests_to("GET", "/workbooks/*/content").len(), 1 + 4);
    assert_eq!(sign_ins(&mock), 2);
    ends_with_one(&mock, session);
}

#[test]
fn session_expires_after_four_idle_hours() {
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    mock.advance(Duration::from_secs(5 * 3600));
    assert_eq!(mock.sessions_open(), 0);
    session.workbooks().list().total().unwrap();
    assert_eq!(sign_ins(&mock), 2);
    ends_with_one(&mock, session);
}

#[test]
fn session_expires_on_the_site_switched_to() {
    let mock = MockServer::builder().site("Other", "other").start().unwrap();
    let mut session = session_of(&mock);
    session.switch_site("other").unwrap();
    let here = session.site_id().clone();
    mock.expire_sessions();
    session.workbooks().list().total().unwrap();
    assert_eq!(session.site_id(), &here);
    let signed_in = mock.requests_to("POST", "/auth/signin");
    assert!(signed_in[1].text().contains("contentUrl=\"other\""));
    ends_with_one(&mock, session);
}

#[test]
fn renewal_fails_if_the_token_was_revoked() {
    let mock = MockServer::start().unwrap();
    let server = server_of(&mock);
    let auth = tsc::PersonalAccessTokenAuth::new(mock.token_name(), mock.token_secret());
    let session = server.sign_in(&auth).unwrap();
    mock.revoke_token(mock.token_name());
    for _ in 0..3 {
        let error = session.workbooks().list().total().unwrap_err();
        assert!(error.is_session_expired(), "{error:?}");
        assert!(error.to_string().contains("; "), "{error:?}");
        assert!(!format!("{error:?}").contains(mock.token_secret()));
    }
    assert_eq!(sign_ins(&mock), 2, "refused credentials were sent again");
}

/// Two programs with one personal access token end each other's sessions. They stop after some
/// renewals, and the error names the cause.
#[test]
fn two_holders_of_one_token_stop_renewing() {
    let mock = MockServer::start().unwrap();
    let auth = tsc::PersonalAccessTokenAuth::new(mock.token_name(), mock.token_secret());
    let (one, other) = (server_of(&mock), server_of(&mock));
    let (one, other) = (one.sign_in(&auth).unwrap(), other.sign_in(&auth).unwrap());
    let mut message = None;
    for _ in 0..20 {
        for session in [&one, &other] {
            if let Err(error) = session.workbooks().list().total() {
                message.get_or_insert(error);
            }
        }
    }
    let message = message.unwrap().to_string();
    assert!(
        message.contains("in use elsewhere") && message.contains(mock.token_name()),
        "{message}"
    );
    assert!(sign_ins(&mock) <= 2 + 2 * 3, "{}", sign_ins(&mock));
}

/// If many threads use the session, only one of them renews it after each expiry.
#[test]
fn session_expires_under_many_threads() {
    let mock = MockServer::builder().workbooks(30).start().unwrap();
    let session = session_of(&mock);
    for skipped in [20, 80, 140] {
        mock.fault(Fault::expire_session().on("GET", "/workbooks").skip(skipped).times(1));
    }
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    let all = session.workbooks().list().page_size(7).into_iter();
                    assert_eq!(all.map(Result::unwrap).count(), 30);
                }
            });
        }
    });
    assert_eq!(sign_ins(&mock), 1 + 3);
    session.workbooks().list().total().unwrap();
    ends_with_one(&mock, session);
}

#[test]
fn without_renewal_expiry_is_returned_to_the_caller() {
    let mock = MockServer::start().unwrap();
    let server = with(mock.url(), quick().renew_sessions(false));
    let session = server.sign_in(&auth_of(&mock)).unwrap();
    mock.fault(Fault::expire_session().page(2).times(1));
    let mut list = session.workbooks().list().page_size(5).into_iter();
    assert_eq!(list.by_ref().take(5).filter(Result::is_ok).count(), 5);
    assert!(list.next().unwrap().unwrap_err().is_session_expired());
    assert!(list.next().is_none(), "nothing comes after an error");
    drop(session);
    assert_eq!(sign_ins(&mock), 1);
}

/// The server does not respond to the renewal: deadlines and cancellation apply to the thread that
/// renews and to those that wait for it.
#[test]
fn cancels_renewal() {
    let signed = AtomicUsize::new(0);
    let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" if signed.fetch_add(1, Ordering::SeqCst) > 0 => Response::Silence,
        "serverinfo" | "signin" | "signout" => signed_in(seen).unwrap(),
        _ => tableau_error(401, "401002", "expired"),
    });
    let session = with(&raw.url, quick().read_timeout(LONG)).into_session(&auth()).unwrap();
    for deadline in [true, false] {
        let cancellation = if deadline {
            tsc::CancellationToken::with_timeout(millis(400))
        } else {
            tsc::CancellationToken::new()
        };
        let started = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let error = session
                        .with_cancellation(&cancellation)
                        .projects()
                        .list()
                        .total()
                        .unwrap_err();
                    let kind = if deadline { ErrorKind::Timeout } else { ErrorKind::Cancelled };
                    assert_eq!(error.kind(), kind, "{error:?}");
                });
            }
            if !deadline {
                std::thread::sleep(millis(400));
                cancellation.cancel();
            }
        });
        assert!(started.elapsed() < LONG, "{:?}", started.elapsed());
    }
}

/// `timeout` covers the request, the renewal and the second request.
#[test]
fn timeout_covers_renewal() {
    let signed = AtomicUsize::new(0);
    let raw = Raw::start(move |seen| {
        let slowly = |response: Response| Response::Slowly(vec![response.bytes()], millis(400));
        match seen.path().rsplit('/').next().unwrap() {
            "signin" if signed.fetch_add(1, Ordering::SeqCst) > 0 => {
                slowly(signed_in(seen).unwrap())
            }
            "serverinfo" | "signin" | "signout" => signed_in(seen).unwrap(),
            _ => slowly(tableau_error(401, "401002", "expired")),
        }
    });
    let session = with(&raw.url, quick().timeout(millis(1000))).into_session(&auth()).unwrap();
    let error = session.projects().list().total().unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(raw.count("GET", "/projects"), 2);
}

/// The response to a deletion is lost, then the session expires, and the retry finds nothing to
/// delete.
#[test]
fn session_expires_between_attempts_of_a_deletion() {
    let attempts = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |_| match attempts.fetch_add(1, Ordering::SeqCst) {
        0 => Response::Close,
        1 => tableau_error(401, "401002", "expired"),
        _ => tableau_error(404, "404005", "gone"),
    });
    let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
    session.projects().delete("p").unwrap();
    assert_eq!(raw.count("DELETE", "/p"), 3);
    assert!(session.projects().delete("q").unwrap_err().is_not_found());
}

/// An outage during a renewal is returned once to every waiting thread, and does not count as
/// another holder of the token: the session continues when the outage is over.
#[test]
fn renewal_is_retried_during_an_outage() {
    const THREADS: usize = 6;
    let (sign_ins, request_count) = (AtomicUsize::new(0), std::sync::Arc::new(AtomicUsize::new(0)));
    let counted = request_count.clone();
    let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" => match sign_ins.fetch_add(1, Ordering::SeqCst) {
            0 => signed_in(seen).unwrap(),
            1 => {
                // Wait until all threads are blocked.
                let started = Instant::now();
                while counted.load(Ordering::SeqCst) < THREADS && started.elapsed() < LONG {
                    std::thread::sleep(millis(5));
                }
                std::thread::sleep(millis(100));
                response(502, &[], "")
            }
            2..=5 => response(502, &[], ""),
            _ => crate::raw::success(
                "<credentials token=\"NEXT\"><site id=\"site-1\" contentUrl=\"\"/>\
                 <user id=\"user-1\"/></credentials>",
            ),
        },
        "projects" if seen.header("x-tableau-auth") == Some("NEXT") => {
            page(1, 1000, 0, "<projects/>")
        }
        "projects" => {
            counted.fetch_add(1, Ordering::SeqCst);
            tableau_error(401, "401002", "")
        }
        _ => signed_in(seen).unwrap(),
    });
    let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
    let errors: Vec<tsc::Error> = std::thread::scope(|scope| {
        let list = || session.projects().list().total().unwrap_err();
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(list)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(request_count.load(Ordering::SeqCst), THREADS);
    for error in &errors {
        assert!(error.is_session_expired() && format!("{error:?}").contains("502"), "{error:?}");
    }
    // A thread that was not waiting yet may have sent its own request.
    let tried = raw.count("POST", "/auth/signin") - 1;
    assert!(tried < THREADS / 2, "{tried}");
    for _ in tried..5 {
        let error = session.projects().list().total().unwrap_err();
        assert!(format!("{error:?}").contains("502"), "{error:?}");
    }
    assert_eq!(session.projects().list().total().unwrap(), 0);
}

/// A callback that mints a JWT uses the session that it renews: that call is an error instead of a
/// deadlock.
#[test]
fn jwt_callback_that_uses_its_own_session_is_an_error() {
    use std::sync::{Arc, OnceLock};
    let mock = MockServer::start().unwrap();
    let session: Arc<OnceLock<tsc::Session<'static>>> = Arc::default();
    let (used, jwt) = (session.clone(), mock.jwt().to_owned());
    let auth = tsc::JwtAuth::new(mock.jwt()).renew_with(move || {
        for _ in 0..3 {
            let error = used.get().unwrap().projects().list().total().unwrap_err();
            assert!(error.is_session_expired(), "{error:?}");
            assert!(
                error.to_string().contains("runs during the renewal used the session"),
                "{error}"
            );
        }
        Ok(jwt.clone())
    });
    session.set(server_of(&mock).into_session(&auth).unwrap()).unwrap();
    mock.expire_sessions();
    session.get().unwrap().projects().list().total().unwrap();
    mock.expire_sessions();
    session.get().unwrap().projects().list().total().unwrap();
}

/// A body that was read cannot be sent again: the expiry is returned, and the next call renews the
/// session.
#[test]
fn expiry_is_returned_if_the_source_can_be_read_once() {
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    let (project, content) = (project_of(&session), file(300_000, 3));
    for chunked_from in [1, 64 << 20] {
        let route = if chunked_from == 1 { "/fileUploads/*" } else { "/workbooks" };
        mock.fault(Fault::expire_session().on("*", route).times(1));
        let reader = tsc::Source::reader("Once.twb", content.len() as u64, &content[..]);
        let reader = reader.chunked_from(chunked_from);
        let error = session.workbooks().publish(reader).project(&project).send().unwrap_err();
        assert!(error.is_session_expired(), "{error:?}");
        assert!(error.to_string().contains("cannot be sent again"), "{error}");
        assert!(workbooks_named(&session, "Once").is_empty());
    }
    assert_eq!(sign_ins(&mock), 3);
}

/// A renewal yields the session of another user, and signing that out hangs: the call still ends
/// within its timeout.
#[test]
fn signing_out_the_session_of_another_user_does_not_exceed_the_timeout() {
    let signed = AtomicUsize::new(0);
    let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" if signed.fetch_add(1, Ordering::SeqCst) > 0 => crate::raw::success(
            "<credentials token=\"OTHER\"><site id=\"site-2\" contentUrl=\"\"/>\
             <user id=\"user-1\"/></credentials>",
        ),
        "signout" if seen.header("x-tableau-auth") == Some("OTHER") => Response::Silence,
        "serverinfo" | "signin" | "signout" => signed_in(seen).unwrap(),
        _ => tableau_error(401, "401002", "expired"),
    });
    let options = quick().timeout(millis(600)).sign_out_timeout(LONG);
    let session = with(&raw.url, options).into_session(&auth()).unwrap();
    let (result, took) = timed(|| session.projects().list().total());
    assert!(result.unwrap_err().to_string().contains("site-2"));
    assert!(took < crate::raw::SOON, "{took:?}");
}

/// Credentials refused with another status than 401.
#[test]
fn refused_credentials_end_renewal() {
    let signed = AtomicUsize::new(0);
    let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" if signed.fetch_add(1, Ordering::SeqCst) > 0 => {
            tableau_error(403, "403014", "locked")
        }
        "serverinfo" | "signin" | "signout" => signed_in(seen).unwrap(),
        _ => tableau_error(401, "401002", "expired"),
    });
    let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
    for _ in 0..3 {
        assert!(session.projects().list().total().unwrap_err().is_session_expired());
    }
    assert_eq!(raw.count("POST", "/signin"), 2);
}

/// A list is dropped while one of its pages renews the session for all: the renewal is completed.
#[test]
fn dropping_a_list_signs_out_a_session_opened_by_prefetch() {
    let (request_count, signed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let open = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let there = open.clone();
    let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" => {
            let token = format!("T{}", signed.fetch_add(1, Ordering::SeqCst));
            if token != "T0" {
                std::thread::sleep(millis(400));
            }
            there.lock().unwrap().push(token.clone());
            crate::raw::success(&format!(
                "<credentials token=\"{token}\"><site id=\"site-1\" contentUrl=\"\"/>\
                 <user id=\"user-1\"/></credentials>"
            ))
        }
        "signout" => {
            let ended = seen.header("x-tableau-auth").unwrap();
            there.lock().unwrap().retain(|token| token != ended);
            signed_in(seen).unwrap()
        }
        "projects" if request_count.fetch_add(1, Ordering::SeqCst) == 0 => {
            page(1, 1, 9, "<projects><project id=\"p1\" name=\"n\"/></projects>")
        }
        "projects" => {
            there.lock().unwrap().retain(|token| token != "T0");
            tableau_error(401, "401002", "")
        }
        _ => signed_in(seen).unwrap(),
    });
    let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
    let mut items = session.projects().list().page_size(1).prefetch(2).into_iter();
    items.next().unwrap().unwrap();
    let started = Instant::now();
    while raw.count("POST", "/signin") < 2 && started.elapsed() < LONG {
        std::thread::sleep(millis(2));
    }
    drop(items);
    drop(session);
    assert_eq!(*open.lock().unwrap(), [""; 0], "{:?}", raw.lines());
}
