//! Jobs: waiting for them, cancelling them, and the requests that start them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::jobs::JobWait;

use super::server;
use crate::help::{auth, millis, timed};
use crate::raw::{Raw, Response, response, success, tableau_error};

const STARTED: &str = "<job id=\"j1\" mode=\"Asynchronous\" type=\"RefreshExtract\"/>";

fn ended(code: &str, notes: &str) -> String {
    format!(
        "<job id=\"j1\" type=\"RefreshExtract\" progress=\"100\" finishCode=\"{code}\" \
         completedAt=\"2026-01-02T03:04:05Z\">{notes}</job>"
    )
}

/// Starts a refresh and responds to the polls of its job in order; the last response is repeated.
fn refreshing(responses: Vec<Response>) -> Raw {
    let responses: Vec<Vec<u8>> = responses.into_iter().map(Response::bytes).collect();
    let request_count = AtomicUsize::new(0);
    Raw::signed_in(move |seen| match (seen.method.as_str(), seen.path().rsplit('/').next()) {
        ("POST", Some("refresh")) => success(STARTED),
        ("GET", Some("j1")) => {
            let number = request_count.fetch_add(1, Ordering::SeqCst).min(responses.len() - 1);
            match responses[number].is_empty() {
                true => Response::Close,
                false => Response::Send(responses[number].clone()),
            }
        }
        ("PUT", Some("j1")) => response(200, &[], ""),
        _ => response(404, &[], ""),
    })
}

fn soon<'f>() -> JobWait<'f> {
    JobWait::new().poll_intervals(millis(1), millis(5))
}

fn wait(raw: &Raw, how: JobWait<'_>) -> (tsc::Result<tsc::Job>, tsc::Job) {
    let server = server(raw);
    let session = server.sign_in(&auth()).unwrap();
    let mut job = session.datasources().refresh("d1").unwrap();
    assert_eq!(job.id().as_str(), "j1");
    let outcome = job.wait_with(how);
    (outcome, job.job().clone())
}

#[test]
fn an_unreadable_time_of_completion_ends_the_wait() {
    let raw = refreshing(vec![success("<job id=\"j1\" progress=\"100\" completedAt=\"soon\"/>")]);
    let error = wait(&raw, soon()).0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("`completedAt`"), "{error}");
    assert_eq!(raw.count("GET", "/j1"), 1);
}

#[test]
fn waits_for_a_job_and_reports_progress() {
    let raw = refreshing(vec![
        success("<job id=\"j1\" type=\"RefreshExtract\" progress=\"0\" finishCode=\"-1\"/>"),
        // A finish code is only final with `completedAt`: some servers send one while the job is
        // running.
        success("<job id=\"j1\" type=\"RefreshExtract\" progress=\"50\" finishCode=\"1\"/>"),
        success(&ended("0", "")),
    ]);
    let (mut percents, mut polls) = (Vec::new(), Vec::new());
    let how = soon()
        .on_progress(|progress| percents.push(progress))
        .on_poll(|job| polls.push(job.finish_code.clone()));
    let (outcome, _) = wait(&raw, how);
    assert!(outcome.unwrap().completed_at.is_some());
    for (progress, done) in percents.iter().zip([0, 50, 100]) {
        assert_eq!((progress.done, progress.total), (done, Some(100)));
        assert_eq!(progress.unit, tsc::ProgressUnit::Percent);
    }
    assert_eq!(percents.len(), 3);
    let codes: Vec<_> = polls.iter().flatten().map(tsc::jobs::FinishCode::as_str).collect();
    assert_eq!(codes, ["-1", "1", "0"]);
}

#[test]
fn finish_code_is_final_only_with_a_completion_time() {
    let running = |code: &str| {
        success(&format!("<job id=\"j1\" type=\"RefreshExtract\" finishCode=\"{code}\"/>"))
    };
    // Tableau Bridge: 0 when a client was assigned, 3 at the end. Publishing: 1 while it runs.
    for (responses, polls) in [
        (vec![running("0"), running("0"), success(&ended("3", ""))], 3),
        (vec![running("1"), running("1"), success(&ended("0", ""))], 3),
        (vec![running("2"), success(&ended("0", ""))], 2),
        (vec![running("3"), success(&ended("3", ""))], 2),
    ] {
        let raw = refreshing(responses);
        wait(&raw, soon()).0.unwrap();
        assert_eq!(raw.count("GET", "/j1"), polls);
    }
    let raw = refreshing(vec![running("0"), success(&ended("1", ""))]);
    assert_eq!(wait(&raw, soon()).0.unwrap_err().kind(), ErrorKind::Job);
}

/// Serves a job that can only be read in the list, on the second of two pages.
fn only_listed(responses: Vec<&'static str>) -> Raw {
    let request_count = AtomicUsize::new(0);
    Raw::signed_in(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "createExtract" => success("<job id=\"j1\" type=\"CreateExtract\"/>"),
        "j1" => tableau_error(400, "400031", "job type not supported"),
        "jobs" if seen.target.contains("pageNumber=1") => success(
            "<pagination pageNumber=\"1\" pageSize=\"1000\" totalAvailable=\"1001\"/>\
             <backgroundJobs><backgroundJob id=\"j9\" status=\"Failed\"/></backgroundJobs>",
        ),
        "jobs" => {
            let number = request_count.fetch_add(1, Ordering::SeqCst).min(responses.len() - 1);
            success(&format!(
                "<pagination pageNumber=\"2\" pageSize=\"1000\" totalAvailable=\"1001\"/>\
                 <backgroundJobs>{}</backgroundJobs>",
                responses[number]
            ))
        }
        _ => response(404, &[], ""),
    })
}

#[test]
fn waits_in_the_list_for_a_job_that_cannot_be_read_by_id() {
    const PENDING: &str =
        "<backgroundJob id=\"j1\" status=\"Pending\" jobType=\"create_extracts\"/>";
    const RUNNING: &str = "<backgroundJob id=\"j1\" status=\"InProgress\"/>";
    for (last, code) in [
        (
            "<backgroundJob id=\"j1\" status=\"Success\" jobType=\"create_extracts\" \
             createdAt=\"2026-01-02T03:04:05Z\" endedAt=\"2026-01-02T03:05:05Z\"/>",
            None,
        ),
        ("<backgroundJob id=\"j1\" status=\"SUCCESS\"/>", None),
        ("<backgroundJob id=\"j1\" status=\"Failed\"/>", Some("failed")),
        ("<backgroundJob id=\"j1\" status=\"Cancelled\" endedAt=\"?\"/>", Some("cancelled")),
    ] {
        let raw = only_listed(vec![PENDING, RUNNING, last]);
        let server = server(&raw);
        let session = server.sign_in(&auth()).unwrap();
        for id in ["w1", "w2"] {
            let mut job = session.extracts(&tsc::WorkbookId::from(id)).create().unwrap();
            match (job.wait_with(soon()), code) {
                (Ok(ended), None) => {
                    assert!(ended.completed_at.is_some());
                    assert_eq!(ended.finish_code, Some(tsc::jobs::FinishCode::Success));
                }
                (Err(error), Some(how)) => {
                    assert_eq!(error.kind(), ErrorKind::Job);
                    assert!(error.to_string().contains(how), "{error}");
                }
                (outcome, _) => panic!("{last}: {outcome:?}"),
            }
        }
        assert_eq!(session.jobs().get("j1").unwrap().id.as_str(), "j1");
    }
}

#[test]
fn job_that_is_not_listed_keeps_the_error_of_its_id() {
    let raw = only_listed(vec!["<backgroundJob id=\"j2\" status=\"Success\"/>"]);
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let mut job = session.extracts(&tsc::DatasourceId::from("d1")).create().unwrap();
    assert_eq!(job.wait_with(soon()).unwrap_err().code(), Some("400031"));
    assert_eq!(session.jobs().get("j1").unwrap_err().code(), Some("400031"));
    assert_eq!(session.jobs().handle("j1").unwrap_err().code(), Some("400031"));
}

#[test]
fn returns_the_outcome_of_a_job() {
    let notes = "<extractRefreshJob><notes>No \"db\".</notes><datasource id=\"d1\" name=\"D\"/>\
                 </extractRefreshJob>";
    for (code, notes, expected) in [
        ("1", notes, "job j1 (RefreshExtract) failed: No \"db\"."),
        ("2", "", "job j1 (RefreshExtract) was cancelled"),
        ("7", "", "job j1 (RefreshExtract) ended with the unknown code 7"),
        ("", "", "job j1 (RefreshExtract) ended without a finish code"),
    ] {
        let (outcome, job) = wait(&refreshing(vec![success(&ended(code, notes))]), soon());
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Job, expected.to_owned()));
        assert!(job.completed_at.is_some());
    }
    for code in ["0", "3"] {
        let (outcome, _) = wait(&refreshing(vec![success(&ended(code, ""))]), soon());
        outcome.unwrap();
    }
}

#[test]
fn continues_waiting_after_failed_polls() {
    let raw = refreshing(vec![
        response(500, &[], "oops"),
        response(502, &[], "<html>"),
        response(503, &[("Retry-After", "0")], ""),
        response(429, &[], ""),
        Response::Close,
        Response::Close,
        tableau_error(500, "500000", "internal"),
        success(&ended("0", "")),
    ]);
    wait(&raw, soon()).0.unwrap();
}

#[test]
fn stops_waiting_after_too_many_failed_polls() {
    let raw = refreshing(vec![tableau_error(500, "500000", "internal")]);
    let error = wait(&raw, soon().max_failures(2)).0.unwrap_err();
    assert_eq!(error.code(), Some("500000"));
    assert_eq!(raw.count("GET", "/j1"), 3);
    let raw = refreshing(vec![tableau_error(404, "404000", "no such job")]);
    let error = wait(&raw, soon()).0.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(raw.count("GET", "/j1"), 1);
}

#[test]
fn deadline_ends_the_wait_but_not_the_job() {
    let raw = refreshing(vec![success("<job id=\"j1\" progress=\"30\"/>")]);
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let mut job = session.workbooks().refresh("w1").unwrap();
    let how = soon().deadline(millis(200));
    let (outcome, took) = timed(|| job.wait_with(how));
    let error = outcome.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.to_string(), "job j1 has not ended after 200ms, at 30 %");
    assert!(took >= millis(200) && took < Duration::from_secs(10), "{took:?}");
    job.cancel().unwrap();
    assert_eq!(raw.lines().iter().filter(|line| line.starts_with("PUT")).count(), 1);
    // The deadline also limits a poll without a response.
    let raw =
        refreshing(vec![Response::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n".into())]);
    let (outcome, took) = timed(|| wait(&raw, soon().deadline(millis(100))).0);
    assert!(outcome.unwrap_err().is_timeout());
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn poll_returns_the_state_of_the_job() {
    let failed = ended("1", "");
    let raw = refreshing(vec![success(STARTED), success(&failed)]);
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let mut job = session.datasources().refresh("d1").unwrap();
    assert_eq!(job.poll().unwrap().completed_at, None);
    assert_eq!(job.poll().unwrap().finish_code, Some(tsc::jobs::FinishCode::Failed));
}

#[test]
fn refresh_returns_the_job_that_is_already_queued() {
    let job = |id: &str, datasource: &str| {
        format!(
            "<job id=\"{id}\" type=\"RefreshExtract\"><extractRefreshJob>\
             <datasource id=\"{datasource}\" name=\"D\"/></extractRefreshJob></job>"
        )
    };
    let raw = Raw::signed_in(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "refresh" => tableau_error(409, "409093", "Job for 'extract' is already queued."),
        "jobs" => success(
            "<pagination pageNumber=\"1\" pageSize=\"1000\" totalAvailable=\"3\"/><backgroundJobs>\
             <backgroundJob id=\"j0\" status=\"Success\" jobType=\"refresh_extracts\"/>\
             <backgroundJob id=\"j1\" status=\"InProgress\" jobType=\"refresh_extracts\"/>\
             <backgroundJob id=\"j2\" status=\"Pending\" jobType=\"refresh_extracts\"/>\
             </backgroundJobs>",
        ),
        "j1" => success(&job("j1", "d9")),
        "j2" => success(&job("j2", "d1")),
        _ => response(404, &[], ""),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    assert_eq!(session.datasources().refresh("d1").unwrap().id().as_str(), "j2");
    let error = session.datasources().refresh("d2").unwrap_err();
    assert_eq!(error.code(), Some("409093"));
}

#[test]
fn repeats_an_update_of_hyper_data_with_the_same_request_id() {
    let request_count = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "fileUploads" => success("<fileUpload uploadSessionId=\"u1\"/>"),
        "u1" => success("<fileUpload uploadSessionId=\"u1\" fileSize=\"1\"/>"),
        // The first response is lost; the request id makes a second request safe.
        _ if request_count.fetch_add(1, Ordering::SeqCst) == 0 => Response::Close,
        _ => success("<job id=\"j1\" type=\"UpdateUploadedFile\"/>"),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let update = tsc::hyper::HyperUpdate::new()
        .request_id("test_id")
        .payload(tsc::Source::bytes("new.hyper", &b"rows"[..]))
        .action(tsc::hyper::HyperAction::insert("t", "t"));
    let job = session.datasources().update_data("d1", update).unwrap();
    assert_eq!(job.id().as_str(), "j1");
    let seen = raw.seen();
    let patches: Vec<_> = seen.iter().filter(|seen| seen.method == "PATCH").collect();
    assert_eq!(patches.len(), 2);
    for patch in patches {
        assert_eq!(patch.target, "/api/3.24/sites/site-1/datasources/d1/data?uploadSessionId=u1");
        assert_eq!(patch.header("requestid"), Some("test_id"));
        assert_eq!(patch.header("content-type"), Some("application/json"));
        let expected =
            "{\"actions\":[{\"action\":\"insert\",\"source-table\":\"t\",\"target-table\":\"t\"}]}";
        assert_eq!(patch.text(), expected);
    }
    let update =
        tsc::hyper::HyperUpdate::new().action(tsc::hyper::HyperAction::replace("t", ("S", "t")));
    session.datasources().update_connection_data("d1", "c 1", update).unwrap();
    let last = raw.seen().pop().unwrap();
    assert_eq!(last.target, "/api/3.24/sites/site-1/datasources/d1/connections/c%201/data");
    assert_eq!(last.header("requestid").unwrap().len(), 32);
}

#[test]
fn deadline_does_not_extend_the_timeout_of_a_poll() {
    let raw = Raw::signed_in(|seen| match seen.path().ends_with("refresh") {
        true => success(STARTED),
        false => Response::Silence,
    });
    let options = crate::help::plain().timeout(millis(300));
    let session = crate::help::with(&raw.url, options).into_session(&auth()).unwrap();
    let mut job = session.datasources().refresh("d1").unwrap();
    let how = soon().max_failures(1).deadline(crate::help::LONG);
    let (result, took) = timed(|| job.wait_with(how));
    assert!(result.unwrap_err().is_timeout() && took < crate::raw::SOON, "{took:?}");
    assert_eq!(raw.count("GET", "/j1"), 2);
}

#[test]
fn continues_waiting_after_a_poll_without_a_permit() {
    let raw = Raw::signed_in(|seen| match seen.path().rsplit('/').next().unwrap() {
        "refresh" => success(STARTED),
        "content" => response(200, &[], "PK\x03\x04"),
        _ => success(&ended("0", "")),
    });
    let options = crate::help::plain().timeout(millis(300)).max_concurrent(1);
    let session = crate::help::with(&raw.url, options).into_session(&auth()).unwrap();
    let mut job = session.datasources().refresh("d1").unwrap();
    std::thread::scope(|scope| {
        let (begun, begins) = std::sync::mpsc::channel();
        scope.spawn(|| {
            let download = session.workbooks().download("w").on_progress(move |_| {
                begun.send(()).unwrap();
                std::thread::sleep(millis(1000));
            });
            // The download exceeds its timeout, which this test ignores.
            let _ = download.to_bytes();
        });
        begins.recv().unwrap();
        let (outcome, took) = timed(|| job.wait_with(soon()));
        outcome.unwrap();
        assert!(took > millis(300), "{took:?}");
    });
    assert_eq!(raw.count("GET", "/j1"), 1);
}
