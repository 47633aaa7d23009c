//! Eight threads send thousands of requests, with a fault in every twentieth. Afterwards, the state of
//! the server must match the results of the calls.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tableau_server_client as tsc;
use tsc::mock::{Fault, MockServer};
use tsc::projects::{NewProject, ProjectUpdate};
use tsc::{ErrorKind, HttpOptions};

use super::{Rng, file, project_of};
use crate::help::{child, given, millis, with};

const THREADS: usize = 8;

/// The state of an item, as the results of the calls imply it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ItemState {
    Exists,
    Deleted,
    /// An error after which it is unknown whether the request was carried out.
    Unknown,
}

/// A fault in every twentieth request: eleven kinds, each with its share.
fn arm(mock: &MockServer, seed: u64) {
    let faults: [fn() -> Fault; 11] = [
        Fault::reset,
        Fault::reset_after_head,
        Fault::reset_mid_body,
        || Fault::cut(30),
        || Fault::status(429).empty(),
        || Fault::status(503).html(),
        || Fault::status(503).retry_after(Duration::ZERO),
        || Fault::status(502).html(),
        || Fault::status(504).empty(),
        || Fault::status(500),
        || Fault::slow(100, millis(2)),
    ];
    for (route, number) in
        ["/projects/**", "/workbooks/**", "/fileUploads/**", "/jobs/**"].iter().zip(0_u64..)
    {
        for (fault, kind) in faults.iter().zip(0_u64..) {
            let seed = seed.wrapping_mul(1000) + number * 100 + kind;
            mock.fault(fault().on("*", *route).probability(0.05 / 11.0, seed));
        }
    }
    // Silence is rare, because each costs a second.
    mock.fault(Fault::silent().on("GET", "/projects/**").probability(0.001, seed));
    // A session that expires, and later (see `soak`) another one whose renewal is interrupted.
    mock.fault(Fault::expire_session().on("GET", "/projects").skip(100).times(1));
    mock.fault(Fault::reset().on("POST", "/auth/signin").skip(1).times(1));
}

#[derive(Default)]
struct Ledger {
    /// The state and the id of each project, by name.
    projects: HashMap<String, (ItemState, Option<tsc::ProjectId>)>,
    /// The description of an existing project, if it is certain.
    descriptions: HashMap<String, String>,
    /// The state and the file of each workbook, by name.
    workbooks: HashMap<String, (ItemState, Vec<u8>)>,
    succeeded: usize,
    failed: HashMap<String, usize>,
}

impl Ledger {
    fn note<T>(&mut self, what: &str, result: tsc::Result<T>) -> Option<T> {
        match result {
            Ok(value) => {
                self.succeeded += 1;
                Some(value)
            }
            Err(error) => {
                let kind = error.kind();
                let known = matches!(
                    kind,
                    ErrorKind::ConnectionLost
                        | ErrorKind::Timeout
                        | ErrorKind::Api
                        | ErrorKind::Http
                );
                assert!(known, "{what}: {error:?}");
                *self.failed.entry(format!("{what}: {kind:?}")).or_default() += 1;
                None
            }
        }
    }
}

fn work(
    session: &tsc::Session<'_>,
    home: &tsc::ProjectId,
    me: usize,
    enough: &AtomicBool,
) -> Ledger {
    let mut ledger = Ledger::default();
    let mut rng = Rng(me as u64);
    let projects = session.projects();
    let mut number = 0;
    while !enough.load(Ordering::Relaxed) {
        number += 1;
        let name = format!("soak-{me}-{number}");
        let mine = |ledger: &Ledger, rng: &mut Rng| {
            let there =
                ledger.projects.iter().filter(|(_, (known, _))| *known == ItemState::Exists);
            let mut names: Vec<String> = there.map(|(name, _)| name.clone()).collect();
            names.sort();
            let at = rng.below(names.len());
            names.get(at).cloned()
        };
        match rng.next(20) {
            0..8 => {
                let listed = projects.list().page_size(50).into_iter();
                // Another thread may change the list meanwhile, which is an error, too.
                let listed = listed.collect::<tsc::Result<Vec<_>>>();
                if !matches!(&listed, Err(error) if error.kind() == ErrorKind::Changed) {
                    ledger.note("list", listed);
                }
            }
            8..12 => {
                let created = ledger.note("create", projects.create(NewProject::new(&name)));
                let known = if created.is_some() { ItemState::Exists } else { ItemState::Unknown };
                ledger.projects.insert(name, (known, created.map(|project| project.id)));
            }
            12..15 => {
                let Some(name) = mine(&ledger, &mut rng) else { continue };
                let id = ledger.projects[&name].1.clone().unwrap();
                let text = format!("text {number}");
                let update = ProjectUpdate::new().description(text.as_str());
                match ledger.note("update", projects.update(&id, update)) {
                    Some(project) => {
                        assert_eq!(project.description.as_deref(), Some(&*text));
                        ledger.descriptions.insert(name, text);
                    }
                    None => drop(ledger.descriptions.remove(&name)),
                }
            }
            15..17 => {
                let Some(name) = mine(&ledger, &mut rng) else { continue };
                let id = ledger.projects[&name].1.clone().unwrap();
                let deleted = ledger.note("delete", projects.delete(&id));
                let known = if deleted.is_some() { ItemState::Deleted } else { ItemState::Unknown };
                ledger.projects.insert(name, (known, Some(id)));
            }
            17 => {
                let content = file(5000, me as u64 * 100_000 + number);
                let source = tsc::Source::bytes(format!("{name}.twb"), content.clone());
                let source = source.chunked_from(1).chunk_size(2000);
                let publish = session.workbooks().publish(source).project(home);
                let published = ledger.note("publish", publish.send());
                let known =
                    if published.is_some() { ItemState::Exists } else { ItemState::Unknown };
                ledger.workbooks.insert(name, (known, content));
            }
            18 => {
                let workbook: tsc::WorkbookId = session
                    .workbooks()
                    .list()
                    .page_size(1)
                    .page(1)
                    .map_or_else(|_| "none".into(), |page| page.items[0].id.clone());
                let download = session.workbooks().download(&workbook);
                let bytes = ledger.note("download", download.to_bytes());
                assert!(bytes.is_none_or(|bytes| bytes.len() > 100));
            }
            _ => {
                let Ok(page) = session.workbooks().list().page_size(1).page(1) else { continue };
                let started = session.workbooks().refresh(&page.items[0].id);
                let Some(mut job) = ledger.note("refresh", started) else { continue };
                let pauses = tsc::jobs::JobWait::new().poll_intervals(millis(1), millis(5));
                ledger.note("wait", job.wait_with(pauses));
            }
        }
    }
    ledger
}

/// Checks that the mock has what the calls returned.
fn compare(session: &tsc::Session<'_>, ledgers: &[Ledger]) {
    let mut there: HashMap<String, Vec<tsc::Project>> = HashMap::new();
    for project in session.projects().list() {
        let project = project.unwrap();
        there.entry(project.name.clone()).or_default().push(project);
    }
    let mut files: HashMap<String, Vec<tsc::WorkbookId>> = HashMap::new();
    for workbook in session.workbooks().list() {
        let workbook = workbook.unwrap();
        files.entry(workbook.name).or_default().push(workbook.id);
    }
    for ledger in ledgers {
        for (name, (known, id)) in &ledger.projects {
            let found = there.get(name).map_or(&[][..], Vec::as_slice);
            match known {
                ItemState::Exists => assert_eq!(found.len(), 1, "{name} should exist"),
                ItemState::Deleted => assert_eq!(found.len(), 0, "{name} should not exist"),
                ItemState::Unknown => assert!(found.len() <= 1, "{name} exists twice"),
            }
            if let ([found], Some(id)) = (found, id) {
                assert_eq!(&found.id, id, "{name}");
            }
            if let (ItemState::Exists, Some(text)) = (known, ledger.descriptions.get(name)) {
                assert_eq!(found[0].description.as_deref(), Some(text.as_str()), "{name}");
            }
        }
        for (name, (known, content)) in &ledger.workbooks {
            let found = files.get(name).map_or(&[][..], Vec::as_slice);
            assert!(found.len() <= 1, "{name} exists twice");
            assert!(*known != ItemState::Exists || found.len() == 1, "{name} should exist");
            if let [id] = found {
                let bytes = session.workbooks().download(id).to_bytes().unwrap();
                assert!(bytes == *content, "{name} has other content than was sent");
            }
        }
    }
}

#[cfg(target_os = "linux")]
fn threads_and_descriptors() -> (usize, usize) {
    let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    (count("/proc/self/task"), count("/proc/self/fd"))
}

#[cfg(not(target_os = "linux"))]
fn threads_and_descriptors() -> (usize, usize) {
    (0, 0)
}

fn soak(requests: usize, seed: u64) {
    let options = HttpOptions::new()
        .retries(tsc::RetryPolicy::new().initial_backoff(millis(1)))
        .read_timeout(Duration::from_secs(1));
    let token = |mock: &MockServer| {
        tsc::PersonalAccessTokenAuth::new(mock.token_name(), mock.token_secret())
    };
    let before = {
        // Threads and descriptors that are created once are not counted.
        let mock = MockServer::start().unwrap();
        let server = with(mock.url(), options.clone());
        server.sign_in(&token(&mock)).unwrap().sign_out().unwrap();
        drop((server, mock));
        settled((0, 0), millis(300))
    };
    let mock = MockServer::builder().workbooks(5).start().unwrap();
    let auth = token(&mock);
    let server = with(mock.url(), options);
    let session = server.sign_in(&auth).unwrap();
    let home = project_of(&session);
    mock.clear_requests();
    arm(&mock, seed);
    let started = Instant::now();
    let (enough, running) = (AtomicBool::new(false), AtomicUsize::new(THREADS));
    let ledgers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for me in 0..THREADS {
            let (session, home, enough, running, ledgers) =
                (&session, &home, &enough, &running, &ledgers);
            scope.spawn(move || {
                // Also if an assertion fails, so that the other threads end.
                struct Last<'a>(&'a AtomicUsize, &'a AtomicBool);
                impl Drop for Last<'_> {
                    fn drop(&mut self) {
                        self.0.fetch_sub(1, Ordering::SeqCst);
                        self.1.store(true, Ordering::SeqCst);
                    }
                }
                let _last = Last(running, enough);
                let ledger = work(session, home, me, enough);
                ledgers.lock().unwrap().push(ledger);
            });
        }
        // Progress depends on the machine, but both expiries have to occur.
        let renewals = || mock.requests_to("POST", "/auth/signin").len();
        let is_due = || {
            let sent = mock.requests().len();
            sent < requests || (renewals() < 3 && sent < 4 * requests)
        };
        let mut expires_again = false;
        while is_due() && running.load(Ordering::SeqCst) == THREADS {
            let renewed = renewals() > 0;
            std::thread::sleep(millis(200));
            // Not before the first renewal is complete, or one renewal would serve both.
            if renewed && !std::mem::replace(&mut expires_again, true) {
                mock.fault(Fault::expire_session().on("PUT", "/fileUploads/*").skip(10).times(1));
            }
        }
        enough.store(true, Ordering::SeqCst);
    });
    mock.clear_faults();
    let ledgers = ledgers.into_inner().unwrap();
    assert_eq!(ledgers.len(), THREADS);
    let sent = mock.requests().len();
    let mut failed: HashMap<&str, usize> = HashMap::new();
    for (what, count) in ledgers.iter().flat_map(|ledger| &ledger.failed) {
        *failed.entry(what).or_default() += count;
    }
    let mut failed: Vec<_> = failed.into_iter().collect();
    failed.sort();
    let succeeded: usize = ledgers.iter().map(|ledger| ledger.succeeded).sum();
    eprintln!("{sent} requests in {:?}: {succeeded} succeeded; {failed:?}", started.elapsed());
    assert!(sent >= requests, "{sent}");
    let failed: usize = failed.iter().map(|(_, count)| count).sum();
    assert!(failed > 0 && failed * 5 < succeeded, "{failed} failed, {succeeded} succeeded");
    compare(&session, &ledgers);
    assert!(mock.requests_to("POST", "/auth/signin").len() >= 3, "it expired twice");
    assert_eq!(mock.sessions_open(), 1, "after all renewals");
    drop(session);
    assert_eq!(mock.sessions_open(), 0);
    drop(server);
    // The mock keeps silent connections open until it is dropped.
    drop(mock);
    let after = settled(before, Duration::from_secs(10));
    assert!(after.0 <= before.0 && after.1 <= before.1, "{before:?} before, {after:?} after");
}

/// The number of threads and descriptors, as soon as it is at most `most`, or after the time limit.
fn settled(most: (usize, usize), within: Duration) -> (usize, usize) {
    let started = Instant::now();
    loop {
        let now = threads_and_descriptors();
        if (now.0 <= most.0 && now.1 <= most.1) || started.elapsed() > within {
            return now;
        }
        std::thread::sleep(millis(20));
    }
}

/// A separate process, so that threads and descriptors of other tests are not counted.
#[test]
fn short_soak() {
    let output = child("faults::soak::twenty_thousand_requests", &[("REQUESTS", "1500")]);
    eprintln!("{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "minutes; `short_soak` is its beginning"]
fn twenty_thousand_requests() {
    let requests = given("REQUESTS").map_or(20_000, |text| text.parse().unwrap());
    soak(requests, 7);
}
