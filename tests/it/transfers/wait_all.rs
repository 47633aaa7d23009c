//! Waiting for several jobs at once.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::jobs::JobWait;

use super::server;
use crate::help::{LONG, auth, millis, timed};
use crate::raw::{Raw, Response, response, success, tableau_error};

fn job(id: &str, rest: &str) -> Response {
    success(&format!("<job id=\"{id}\" type=\"RefreshExtract\" {rest}/>"))
}

fn ended(id: &str, code: u32) -> Response {
    job(id, &format!("finishCode=\"{code}\" completedAt=\"2026-01-02T03:04:05Z\""))
}

/// Responds to the polls of a job, by its id and the number of the poll from 1.
fn polled(respond: impl Fn(&str, u32) -> Response + Send + Sync + 'static) -> Raw {
    let polls = Mutex::new(HashMap::new());
    Raw::signed_in(move |seen| {
        let id = seen.path().rsplit('/').next().unwrap_or_default().to_owned();
        match seen.method.as_str() {
            "GET" => {
                let mut polls = polls.lock().unwrap();
                let number = polls.entry(id.clone()).and_modify(|number| *number += 1).or_insert(1);
                respond(&id, *number)
            }
            _ => job("started", ""),
        }
    })
}

fn soon<'f>() -> JobWait<'f> {
    JobWait::new().poll_intervals(millis(1), millis(5))
}

#[test]
fn returns_a_result_for_each_job_in_order() {
    let raw = polled(|id, number| match (id, number) {
        ("late", ..=4) => job(id, "progress=\"10\""),
        ("late" | "quick", _) => ended(id, 0),
        ("failed", _) => ended(id, 1),
        ("cancelled", 2..) => ended(id, 2),
        ("bridge", _) => ended(id, 3),
        ("shaky", 2) => response(503, &[], ""),
        ("shaky", 3..) => ended(id, 0),
        ("gone", _) => tableau_error(404, "404009", "no such job"),
        _ => job(id, ""),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let ids = ["late", "failed", "quick", "cancelled", "gone", "bridge", "shaky"];
    let (mut progress, mut polled) = (Vec::new(), Vec::new());
    let how = soon()
        .on_progress(|now| progress.push((now.done, now.total, now.unit)))
        .on_poll(|job| polled.push(job.id.to_string()));
    let results = session.jobs().wait_all(ids, how);
    let kinds: Vec<_> =
        results.iter().map(|result| result.as_ref().err().map(tsc::Error::kind)).collect();
    let (failed, gone) = (Some(ErrorKind::Job), Some(ErrorKind::Api));
    assert_eq!(kinds, [None, failed, None, failed, gone, None, None]);
    for (id, result) in ids.iter().zip(&results) {
        match result {
            Ok(job) => assert_eq!(job.id.as_str(), *id),
            Err(error) => assert!(error.to_string().contains(id), "{error}"),
        }
    }
    let expected: Vec<_> = (1..=7).map(|n| (n, Some(7), tsc::ProgressUnit::Items)).collect();
    assert_eq!(progress, expected);
    // A job that has ended is not polled again.
    assert_eq!(raw.count("GET", "/quick"), 1);
    assert_eq!(raw.count("GET", "/late"), 5);
    assert_eq!(polled.iter().filter(|id| *id == "late").count(), 5);
}

#[test]
fn deadline_applies_to_all_jobs_together() {
    let raw = polled(|id, number| match id {
        "ends" if number > 1 => ended(id, 0),
        _ => job(id, "progress=\"40\""),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let how = soon().deadline(millis(300));
    let (results, took) = timed(|| session.jobs().wait_all(["runs", "ends", "too"], how));
    assert!(took >= millis(300) && took < LONG, "{took:?}");
    assert!(results[1].is_ok());
    for (id, result) in [("runs", &results[0]), ("too", &results[2])] {
        let error = result.as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
        assert!(error.to_string().contains(id) && error.to_string().contains("40 %"), "{error}");
    }
    // Without any time, each job is read once.
    let before = raw.seen().len();
    let results = session.jobs().wait_all(["a", "ends", "b"], soon().deadline(Duration::ZERO));
    let ended: Vec<_> = results.iter().map(Result::is_ok).collect();
    assert_eq!((ended, raw.seen().len() - before), (vec![false, true, false], 3));
}

#[test]
fn accepts_ids_and_handles() {
    let raw = polled(|id, _| ended(id, 0));
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let handles: Vec<tsc::JobHandle<'_>> =
        ["d1", "d2"].iter().map(|id| session.datasources().refresh(*id).unwrap()).collect();
    let ids = |results: Vec<tsc::Result<tsc::Job>>| -> Vec<String> {
        results.into_iter().map(|result| result.unwrap().id.to_string()).collect()
    };
    assert_eq!(ids(session.jobs().wait_all(&handles, soon())), ["started", "started"]);
    let known = session.jobs().handle("known").unwrap();
    let before = raw.seen().len();
    assert_eq!(ids(session.jobs().wait_all([&known], soon())), ["known"]);
    assert_eq!(raw.seen().len(), before, "a job that has ended is not read again");
    assert_eq!(ids(session.jobs().wait_all(handles, soon())).len(), 2);
    let own = [tsc::JobId::from("a"), tsc::JobId::from("b")];
    assert_eq!(ids(session.jobs().wait_all(&own, soon())), ["a", "b"]);
    assert_eq!(ids(session.jobs().wait_all(own.to_vec(), soon())), ["a", "b"]);
    assert_eq!(ids(session.jobs().wait_all(Vec::<String>::new(), soon())), Vec::<String>::new());
}

#[test]
fn gives_up_after_failures_and_when_it_is_cancelled() {
    let raw = polled(|id, _| match id {
        "broken" => response(502, &[], ""),
        _ => job(id, ""),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let how = soon().max_failures(2).deadline(millis(400));
    let results = session.jobs().wait_all(["broken", "runs"], how);
    let kinds = [0, 1].map(|n| results[n].as_ref().unwrap_err().kind());
    assert_eq!(kinds, [ErrorKind::Http, ErrorKind::Timeout]);

    let token = tsc::CancellationToken::new();
    let view = session.with_cancellation(&token);
    let how = soon().on_poll(|job| {
        if job.id.as_str() == "last" {
            token.cancel();
        }
    });
    let results = view.jobs().wait_all(["first", "last"], how);
    assert!(results.iter().all(|r| r.as_ref().unwrap_err().kind() == ErrorKind::Cancelled));
}
