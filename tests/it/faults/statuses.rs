//! Error statuses, in each form that servers and gateways use.

use std::time::Duration;

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::{Fault, MockServer};
use tsc::projects::NewProject;

use super::{projects_named, server_of, session_of};
use crate::help::{LONG, millis, timed};

/// Each status in each form, twice: reads succeed if they may be retried, and a creation takes
/// effect only if the call says so.
#[test]
fn statuses_are_classified_in_each_form() {
    type Form = (&'static str, fn(Fault) -> Fault);
    let forms: [Form; 4] = [
        ("Tableau's XML", |fault| fault),
        ("a gateway's page", Fault::html),
        ("nothing", Fault::empty),
        ("JSON", |fault| fault.body("application/json", r#"{"error":"busy"}"#)),
    ];
    for (status, reads, creates) in [
        (429, true, true),
        (500, false, false),
        (501, false, false),
        (502, true, false),
        (503, true, false),
        (504, true, false),
    ] {
        let mock = MockServer::start().unwrap();
        let session = session_of(&mock);
        let before = session.projects().list().total().unwrap();
        for (form, shaped) in forms {
            let name = format!("{status} with {form}");
            mock.clear_requests();
            mock.fault(shaped(Fault::status(status)).on("GET", "/projects").times(2));
            let listed = session.projects().list().total();
            assert_eq!(listed.is_ok(), reads, "{name}: {listed:?}");
            let expected = if reads { 3 } else { 1 };
            assert_eq!(mock.requests_to("GET", "/projects").len(), expected, "{name}");
            match listed {
                Ok(total) => assert_eq!(total, before, "{name}"),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::Api | ErrorKind::Http), "{error:?}");
                    assert_eq!(error.status(), Some(status), "{name}");
                    assert!(!error.is_retryable());
                }
            }
            mock.clear_faults();

            mock.fault(shaped(Fault::status(status)).on("POST", "/projects").times(2));
            let created = session.projects().create(NewProject::new("new"));
            assert_eq!(created.is_ok(), creates, "{name}: {created:?}");
            assert_eq!(mock.requests_to("POST", "/projects").len(), if creates { 3 } else { 1 });
            mock.clear_faults();
            assert_eq!(projects_named(&session, "new"), usize::from(creates), "{name}");
            if let Ok(project) = created {
                session.projects().delete(&project.id).unwrap();
            }
        }
    }
}

#[test]
fn retries_any_request_after_503_with_retry_after() {
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    mock.fault(Fault::status(503).retry_after(Duration::ZERO).on("POST", "/projects").times(2));
    session.projects().create(NewProject::new("new")).unwrap();
    assert_eq!(projects_named(&session, "new"), 1);
}

/// The response to a deletion is lost, and the retry gets an HTML page of a gateway: whether the
/// item was deleted is unknown.
#[test]
fn html_page_in_response_to_a_repeated_deletion_is_an_error() {
    for (fault, is_gone) in [(Fault::status(404).html(), false), (Fault::status(404).empty(), true)]
    {
        let mock = MockServer::start().unwrap();
        let session = session_of(&mock);
        let project = session.projects().create(NewProject::new("new")).unwrap();
        mock.fault(Fault::status(502).on("DELETE", "/projects/*").times(1));
        mock.fault(fault.on("DELETE", "/projects/*").times(1));
        let deleted = session.projects().delete(&project.id);
        assert_eq!(deleted.is_ok(), is_gone, "{deleted:?}");
        assert_eq!(mock.requests_to("DELETE", "/projects/*").len(), 2);
    }
}

#[test]
fn waits_for_retry_after_in_each_form() {
    let second = Duration::from_secs(1);
    waits_a_second([
        ("seconds", Fault::too_many_requests(second)),
        // A date has whole seconds, so this is one to two seconds from now.
        ("a date", Fault::status(429).retry_after_date(2 * second)),
    ]);
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    let list = || session.projects().list().total();
    // An invalid value is ignored.
    for junk in ["soon", "-5", "1.5", "Mon, 99 Foo 2026 99:99:99 GMT"] {
        mock.fault(Fault::status(429).header("Retry-After", junk).on("GET", "/projects").times(1));
        let (result, took) = timed(list);
        result.unwrap();
        assert!(took < second, "{junk}: {took:?}");
    }
}

/// A wait that exceeds the time for all attempts is not started.
#[test]
fn returns_a_long_retry_after_at_once() {
    let mock = MockServer::builder().job_polls(1).start().unwrap();
    let server = server_of(&mock);
    let session = server.sign_in(&super::auth_of(&mock)).unwrap();
    for (text, seconds) in [
        ("121", 121),
        ("1099511627776", 1 << 40),
        ("18446744073709551615", u64::MAX),
        ("99999999999999999999999999", u64::MAX),
    ] {
        let fault = Fault::status(429).header("Retry-After", text);
        mock.fault(fault.on("GET", "/projects").times(1));
        let (result, took) = timed(|| session.projects().list().total());
        let error = result.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(seconds)));
        assert!(took < LONG, "{took:?}");
    }
    // Neither is it while waiting for a job.
    let workbook = session.workbooks().list().into_iter().next().unwrap().unwrap();
    let mut job = session.workbooks().refresh(&workbook.id).unwrap();
    let fault = Fault::too_many_requests(Duration::from_secs(u64::MAX));
    mock.fault(fault.on("GET", "/jobs/*").times(1));
    let (result, took) = timed(|| job.wait());
    assert_eq!(result.unwrap_err().retry_after(), Some(Duration::from_secs(u64::MAX)));
    assert!(took < LONG, "{took:?}");
    // The deadline limits the wait.
    let fault = Fault::too_many_requests(Duration::from_secs(3000)).on("GET", "/jobs/*");
    mock.fault(fault.times(1));
    let soon =
        tsc::jobs::JobWait::new().deadline(millis(300)).poll_intervals(millis(10), millis(10));
    let (result, took) = timed(|| job.wait_with(soon));
    assert!(
        result.is_ok_and(|job| job.completed_at.is_some()),
        "the job is polled once more at the deadline"
    );
    assert!(took >= millis(250) && took < LONG, "{took:?}");
}

/// Checks that the request is sent again about a second after each fault, in parallel.
fn waits_a_second<const N: usize>(faults: [(&str, Fault); N]) {
    std::thread::scope(|scope| {
        for (name, fault) in faults {
            scope.spawn(move || {
                let mock = MockServer::start().unwrap();
                let session = session_of(&mock);
                mock.fault(fault.on("GET", "/projects").times(1));
                let (result, took) = timed(|| session.projects().list().total());
                result.unwrap();
                assert!(took >= millis(950) && took < LONG, "{name}: {took:?}");
            });
        }
    });
}

/// A server with a wrong clock: `Retry-After` is relative to the date in the same response.
#[test]
fn retry_after_date_is_relative_to_the_servers_clock() {
    let dated = |date, until| Fault::status(429).header("Date", date).header("Retry-After", until);
    waits_a_second([
        ("behind", dated("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT")),
        ("ahead", dated("Sat, 06 Nov 2094 08:49:37 GMT", "Sat, 06 Nov 2094 08:49:38 GMT")),
    ]);
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    // A date in the past means now, and one in the distant future is returned to the caller.
    let fault = Fault::status(429).header("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT");
    mock.fault(fault.on("GET", "/projects").times(1));
    session.projects().list().total().unwrap();
    let fault = Fault::status(429).retry_after_date(Duration::from_secs(3600));
    mock.fault(fault.on("GET", "/projects").times(1));
    let (result, took) = timed(|| session.projects().list().total());
    let error = result.unwrap_err();
    assert!(error.retry_after().unwrap() > Duration::from_secs(3500), "{error:?}");
    assert!(took < LONG, "{took:?}");
}

#[test]
fn success_without_the_expected_content_is_a_decode_error() {
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    for (name, fault) in [
        ("a login page", Fault::status(200).html()),
        ("nothing", Fault::status(200).empty()),
        ("no content", Fault::status(204).empty()),
        ("another XML", Fault::status(200).body("text/xml", "<rss/>")),
        ("half an XML", Fault::status(200).body("text/xml", "<tsResponse><projects>")),
    ] {
        mock.fault(fault.on("GET", "/projects").times(1));
        let error = session.projects().list().total().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{name}: {error:?}");
        assert!(!error.is_retryable(), "{name}");
    }
    let error = Fault::status(200).error("403004", "Forbidden", "not yours");
    mock.fault(error.on("GET", "/projects").times(1));
    let error = session.projects().list().total().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("403004")));
}

#[test]
fn returns_an_error_sent_before_the_whole_file_was_read() {
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    let project = session.projects().list().into_iter().next().unwrap().unwrap();
    let file = super::file(8 << 20, 1);
    for (status, code) in [(413, "413000"), (401, "401000"), (403, "403004")] {
        let fault = Fault::status(status).error(code, "No", "not this").early();
        mock.fault(fault.on("POST", "/workbooks").times(1));
        let source = tsc::Source::bytes("big.twb", &file[..]);
        let error = session.workbooks().publish(source).project(&project.id).send().unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(status), Some(code)), "{error:?}");
    }
    assert_eq!(mock.requests_to("POST", "/workbooks").len(), 3);
}
