//! A session that several processes share through a file.

use std::time::Duration;

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::{Fault, MockServer};

use crate::help::{at, auth, child, given, millis, timed};
use crate::reliability::{count, expiring, server};

#[test]
fn processes_share_a_session_through_a_file() {
    let (folder, path) = shared_folder("processes");
    let file = tsc::SessionFile::at(&path);
    let raw = expiring(3);
    let server = server(&raw);
    assert!(matches!(server.join_shared(&file), Err(e) if e.kind() == ErrorKind::Io));
    let holder =
        server.sign_in_shared(&tsc::PersonalAccessTokenAuth::new("t", "hush"), &file).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let elsewhere = self::server(&raw);
    let mut worker = elsewhere.join_shared(&file).unwrap();
    for _ in 0..3 {
        worker.projects().list().total().unwrap();
    }
    // The session has expired: the worker has no credentials, and the holder has not noticed.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| worker.projects().list().total());
        std::thread::sleep(millis(150));
        assert!(!waiting.is_finished(), "{:?}", waiting.join());
        holder.projects().list().total().unwrap();
        // The holder has renewed the session: the worker finds the new token in the file.
        waiting.join().unwrap().unwrap();
    });
    assert_eq!(worker.auth_token(), holder.auth_token());
    assert_eq!(worker.switch_site("x").unwrap_err().kind(), ErrorKind::Input);
    drop(worker);
    assert_eq!((count(&raw, "signin"), count(&raw, "signout")), (2, 0));
    holder.sign_out().unwrap();
    assert_eq!(count(&raw, "signout"), 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    assert_eq!(server.join_shared(&file).unwrap_err().kind(), ErrorKind::Config);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = server.sign_in_shared(&auth(), &file).unwrap_err();
        assert!(error.to_string().contains("0600"), "{error}");
        assert_eq!(count(&raw, "signin"), 2, "no sign-in if the session cannot be shared");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A folder for a session file, and the path of the file.
fn shared_folder(name: &str) -> (std::path::PathBuf, std::path::PathBuf) {
    let folder = std::env::temp_dir().join(format!("tsc-shared-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("session");
    (folder, path)
}

#[cfg(unix)]
fn private(path: &std::path::Path, content: impl AsRef<[u8]>) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(unix)]
#[test]
fn rejects_session_files_that_are_not_private_or_not_sessions() {
    let (folder, path) = shared_folder("odd");
    let raw = expiring(usize::MAX);
    let server = server(&raw);
    let file = tsc::SessionFile::at(&path);
    // A file that is not a session file is left unchanged, even if it is the target of a link.
    let key = folder.join("key");
    private(&key, "-----BEGIN KEY-----");
    std::os::unix::fs::symlink(&key, &path).unwrap();
    for (content, expected) in
        [("-----BEGIN KEY-----", "something other"), ("{\"a\": 1}", "something other")]
    {
        private(&key, content);
        let error = server.sign_in_shared(&auth(), &file).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(server.join_shared(&file).unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(std::fs::read_to_string(&key).unwrap(), content);
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert_eq!(server.sign_in_shared(&auth(), &file).unwrap_err().kind(), ErrorKind::Io);
    std::fs::remove_dir(&path).unwrap();
    assert_eq!(count(&raw, "signin"), 0, "no sign-in if the session cannot be shared");
    // An incomplete session, as after a crash, is overwritten.
    let whole = server.sign_in(&auth()).unwrap().detach().export();
    for left in ["", "\0\0\0\0", &whole[..5], &whole[..60]] {
        private(&path, left);
        assert_eq!(server.join_shared(&file).unwrap_err().kind(), ErrorKind::Config, "{left:?}");
        let holder = server.sign_in_shared(&auth(), &file).unwrap();
        let worker = server.join_shared(&file).unwrap();
        assert_eq!(worker.auth_token(), holder.auth_token());
        holder.sign_out().unwrap();
    }
    // A session of another server is not used.
    private(&path, whole.replace(&raw.url, "http://127.0.0.1:9"));
    let (worker, requests) = (server.join_shared(&file).unwrap(), raw.lines().len());
    let error = worker.projects().list().total().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    assert_eq!(raw.lines().len(), requests);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(unix)]
#[test]
fn recreates_a_removed_session_file() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = shared_folder("cleaned");
    let file = tsc::SessionFile::at(&path);
    let raw = expiring(3);
    let server = server(&raw);
    let holder = server.sign_in_shared(&auth(), &file).unwrap();
    let worker = server.join_shared(&file).unwrap();
    std::fs::remove_file(&path).unwrap();
    for _ in 0..4 {
        holder.projects().list().total().unwrap();
    }
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    worker.projects().list().total().unwrap();
    assert_eq!(worker.auth_token(), holder.auth_token());
    std::fs::remove_file(&path).unwrap();
    holder.sign_out().unwrap();
    assert_eq!(count(&raw, "signout"), 1);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A process that waits for the lock of a file that is removed and created again gets the lock of
/// the new one.
#[cfg(unix)]
#[test]
fn lock_on_a_removed_file_has_no_effect() {
    let (folder, path) = shared_folder("locked");
    let file = tsc::SessionFile::at(&path);
    let raw = expiring(usize::MAX);
    let server = server(&raw);
    let token = server.sign_in(&auth()).unwrap().detach().export();
    private(&path, "");
    let lock = std::fs::File::options().write(true).open(&path).unwrap();
    lock.lock().unwrap();
    std::thread::scope(|scope| {
        let joined = scope.spawn(|| server.join_shared(&file).map(drop));
        std::thread::sleep(Duration::from_millis(100));
        assert!(!joined.is_finished(), "it did not wait for the lock");
        let new = folder.join("new");
        private(&new, &token);
        std::fs::rename(&new, &path).unwrap();
        drop(lock);
        joined.join().unwrap().unwrap();
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Credentials with the mock server's personal access token, whose sign-in ends the previous session.
fn token_of(mock: &MockServer) -> tsc::PersonalAccessTokenAuth {
    tsc::PersonalAccessTokenAuth::new(mock.token_name(), mock.token_secret())
}

fn sign_ins(mock: &MockServer) -> usize {
    mock.requests_to("POST", "/auth/signin").len()
}

/// The session expires while its holder waits for workers and sends no requests.
#[test]
fn workers_renew_the_session_of_an_idle_holder() {
    let (folder, path) = shared_folder("renews");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let (server, auth) = (at(mock.url()), token_of(&mock));
    let holder = server.sign_in_shared(&auth, &file).unwrap();
    for round in 1..=2 {
        mock.expire_sessions();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let (server, file) = (at(mock.url()), tsc::SessionFile::at(&path));
                    let worker = server.join_shared_with(&auth, &file).unwrap();
                    worker.projects().list().total().unwrap();
                    // A worker without credentials uses the session that others renewed.
                    server.join_shared(&file).unwrap().projects().list().total().unwrap();
                });
            }
        });
        assert_eq!(sign_ins(&mock), 1 + round, "one sign-in per expiry");
        assert_eq!(mock.sessions_open(), 1);
    }
    let stale = holder.auth_token();
    holder.sign_out().unwrap();
    assert_eq!(mock.sessions_open(), 0, "the newest session was not signed out");
    let sign_out = mock.requests_to("POST", "/auth/signout").pop().unwrap();
    assert_ne!(sign_out.header("X-Tableau-Auth"), Some(&*stale));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Separate processes, while the session expires several times.
#[test]
fn processes_renew_the_session_for_each_other() {
    let (folder, path) = shared_folder("children");
    let mock = MockServer::start().unwrap();
    let server = at(mock.url());
    let holder = server.sign_in_shared(&token_of(&mock), &tsc::SessionFile::at(&path)).unwrap();
    mock.fault(Fault::expire_session().on("GET", "/projects").skip(20).times(1));
    mock.fault(Fault::expire_session().on("GET", "/projects").skip(70).times(1));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let variables = [
                    ("SERVER", mock.url()),
                    ("FILE", path.to_str().unwrap()),
                    ("NAME", mock.token_name()),
                    ("SECRET", mock.token_secret()),
                ];
                child("shared_sessions::child_that_works", &variables);
            });
        }
    });
    assert_eq!(sign_ins(&mock), 3);
    assert_eq!(mock.sessions_open(), 1);
    drop(holder);
    assert_eq!(mock.sessions_open(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
#[ignore = "run by another test in a separate process"]
fn child_that_works() {
    let Some(url) = given("SERVER") else { return };
    let file = tsc::SessionFile::at(given("FILE").unwrap());
    let auth = tsc::PersonalAccessTokenAuth::new(given("NAME").unwrap(), given("SECRET").unwrap());
    let server = at(&url);
    let worker = server.join_shared_with(&auth, &file).unwrap();
    for _ in 0..40 {
        worker.projects().list().total().unwrap();
    }
}

/// The scopes of a worker's own token do not limit the session of the holder.
#[test]
fn worker_with_a_limited_token_uses_the_session_that_the_holder_renewed() {
    let (folder, path) = shared_folder("scopes");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let server = tsc::Server::new(mock.url()).unwrap();
    let holder = server.sign_in_shared(&mock.credentials(), &file).unwrap();
    // The claims `{"scp":["tableau:content:read"]}`.
    let limited = tsc::JwtAuth::new("e30.eyJzY3AiOlsidGFibGVhdTpjb250ZW50OnJlYWQiXX0.x");
    let worker = server.join_shared_with(&limited, &file).unwrap();
    mock.advance(Duration::from_secs(5 * 60 * 60));
    holder.projects().list().total().unwrap();
    let error = worker.groups().delete("group-of-a-test").unwrap_err();
    assert!(error.is_not_found(), "{error}");
    drop(worker);
    drop(holder);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Waiting for a renewal ends at the file's wait timeout, at a deadline or on cancellation.
#[test]
fn worker_stops_waiting_for_a_session() {
    let (folder, path) = shared_folder("wait-timeout");
    let raw = expiring(1);
    let server = server(&raw);
    let holder = server.sign_in_shared(&auth(), &tsc::SessionFile::at(&path)).unwrap();
    holder.projects().list().total().unwrap();
    let brief = tsc::SessionFile::at(&path).wait_timeout(millis(200));
    let worker = server.join_shared(&brief).unwrap();
    let read_total = |worker: &tsc::Session<'_>| worker.projects().list().total();
    let (error, took) = timed(|| read_total(&worker).unwrap_err());
    assert!(error.is_session_expired() && error.to_string().contains("not renewed"), "{error}");
    assert!(took >= millis(200), "{took:?}");
    // After a wait that failed, the next call does not wait again.
    let brief = tsc::SessionFile::at(&path).wait_timeout(millis(400));
    let worker = server.join_shared(&brief).unwrap();
    read_total(&worker).unwrap_err();
    let (error, took) = timed(|| read_total(&worker).unwrap_err());
    assert!(error.is_session_expired() && took < millis(400), "{took:?}: {error}");

    let worker = server.join_shared(&tsc::SessionFile::at(&path)).unwrap();
    let soon = tsc::CancellationToken::with_timeout(millis(200));
    let view = worker.with_cancellation(&soon);
    assert!(view.projects().list().total().unwrap_err().is_timeout());
    let cancellation = tsc::CancellationToken::new();
    std::thread::scope(|scope| {
        let view = worker.with_cancellation(&cancellation);
        let blocked = scope.spawn(move || view.projects().list().total().unwrap_err());
        std::thread::sleep(millis(100));
        assert!(!blocked.is_finished());
        cancellation.cancel();
        assert_eq!(blocked.join().unwrap().kind(), ErrorKind::Cancelled);
    });
    // The session is used as soon as another process has renewed it.
    holder.projects().list().total().unwrap();
    assert_eq!(count(&raw, "signin"), 2);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A worker renews only a session that its holder has not signed out.
#[test]
fn worker_does_not_renew_a_session_that_was_signed_out() {
    let (folder, path) = shared_folder("ended");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::builder().user("other", "hush-hush", "Viewer").start().unwrap();
    let server = at(mock.url());
    let holder = server.sign_in_shared(&token_of(&mock), &file).unwrap();
    let worker = server.join_shared_with(&token_of(&mock), &file).unwrap();
    holder.sign_out().unwrap();
    let error = worker.projects().list().total().unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    assert!(format!("{error:?}").contains("was signed out"), "{error:?}");
    // It does not renew a session that now belongs to another user either.
    let other = tsc::TableauAuth::new("other", "hush-hush");
    let other = server.sign_in_shared(&other, &file).unwrap();
    let error = worker.projects().list().total().unwrap_err();
    assert!(format!("{error:?}").contains("another user's"), "{error:?}");
    assert_eq!((sign_ins(&mock), mock.sessions_open()), (2, 1));
    drop(other);
    assert_eq!(mock.sessions_open(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A second holder with the same file and personal access token ends the first holder's session.
/// Both continue with the second session, and its own holder signs it out once.
#[test]
fn newest_holder_signs_out_the_session() {
    let (folder, path) = shared_folder("holders");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let (server, auth) = (at(mock.url()), token_of(&mock));
    let first = server.sign_in_shared(&auth, &file).unwrap();
    let second = server.sign_in_shared(&auth, &file).unwrap();
    first.projects().list().total().unwrap();
    assert_eq!(first.auth_token(), second.auth_token());
    first.sign_out().unwrap();
    assert_eq!(mock.sessions_open(), 1);
    second.projects().list().total().unwrap();
    second.sign_out().unwrap();
    assert_eq!((sign_ins(&mock), mock.sessions_open()), (2, 0));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The first holder adopts the session of the second one, renews it, and leaves it to the second
/// one, also if the two use different versions.
#[test]
fn renewal_by_a_worker_keeps_the_holder() {
    let (folder, path) = shared_folder("whose");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let (server, auth) = (at(mock.url()), token_of(&mock));
    let mut old = at(mock.url());
    old.set_version("3.20").unwrap();
    let first = old.sign_in_shared(&auth, &file).unwrap();
    let second = server.sign_in_shared(&auth, &file).unwrap();
    first.projects().list().total().unwrap(); // adopts it
    mock.expire_sessions();
    first.projects().list().total().unwrap(); // renews it
    assert_eq!(sign_ins(&mock), 3);
    first.sign_out().unwrap();
    assert_eq!(mock.sessions_open(), 1, "the session of the second holder");
    second.projects().list().total().unwrap();
    assert_eq!(sign_ins(&mock), 3);
    second.sign_out().unwrap();
    assert_eq!(mock.sessions_open(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// If the file now has the session of another user, the holder renews its own session and leaves
/// the file unchanged.
#[test]
fn leaves_the_session_of_another_user_in_the_file() {
    let (folder, path) = shared_folder("another");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::builder().user("other", "hush-hush", "Viewer").start().unwrap();
    let server = at(mock.url());
    let first = server.sign_in_shared(&mock.credentials(), &file).unwrap();
    let other = tsc::TableauAuth::new("other", "hush-hush");
    let second = server.sign_in_shared(&other, &file).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    mock.expire_sessions();
    first.projects().list().total().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    drop(first);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    second.projects().list().total().unwrap();
    drop(second);
    assert_eq!(mock.sessions_open(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The session in the file has expired as well: one sign-in, and no error.
#[test]
fn idle_worker_signs_in_after_two_expired_sessions() {
    let (folder, path) = shared_folder("idle");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let (server, auth) = (at(mock.url()), token_of(&mock));
    let holder = server.sign_in_shared(&auth, &file).unwrap();
    let idle = server.join_shared_with(&auth, &file).unwrap();
    mock.expire_sessions();
    holder.projects().list().total().unwrap();
    mock.expire_sessions();
    // In each of its threads.
    mock.fault(Fault::delay(millis(50)).on("GET", "/projects"));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| idle.projects().list().total().unwrap());
        }
    });
    assert_eq!(sign_ins(&mock), 3);
    drop(holder);
    assert_eq!(mock.sessions_open(), 0);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A wait that the caller's own deadline ended does not affect the next one.
#[test]
fn short_deadline_does_not_affect_the_next_call() {
    let (folder, path) = shared_folder("short");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let server = at(mock.url());
    let holder = server.sign_in_shared(&mock.credentials(), &file).unwrap();
    let worker = server.join_shared(&file).unwrap();
    mock.expire_sessions();
    let soon = tsc::CancellationToken::with_timeout(millis(200));
    assert!(worker.with_cancellation(&soon).projects().list().total().unwrap_err().is_timeout());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| worker.projects().list().total());
        std::thread::sleep(millis(150));
        holder.projects().list().total().unwrap();
        waiting.join().unwrap().unwrap();
    });
    drop(holder);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A worker is still signing in when the holder signs out: the worker signs out the session that it
/// opened.
#[cfg(unix)]
#[test]
fn session_renewed_during_sign_out_is_signed_out() {
    let (folder, path) = shared_folder("gone");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let options = crate::help::plain().sign_out_timeout(millis(1000));
    let server = crate::help::with(mock.url(), options);
    let auth = mock.credentials();
    let holder = server.sign_in_shared(&auth, &file).unwrap();
    let worker = server.join_shared_with(&auth, &file).unwrap();
    mock.expire_sessions();
    mock.fault(Fault::delay(millis(1500)).on("POST", "/auth/signin").times(1));
    std::thread::scope(|scope| {
        let renews = scope.spawn(|| worker.projects().list().total().unwrap_err());
        while sign_ins(&mock) < 2 {
            std::thread::sleep(millis(5));
        }
        assert!(holder.sign_out().unwrap_err().is_timeout(), "the file is locked");
        let error = renews.join().unwrap();
        assert!(error.is_session_expired() && error.to_string().contains("ended"), "{error}");
    });
    assert_eq!(mock.sessions_open(), 0);
    assert!(!path.exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn failed_sign_in_leaves_no_file() {
    let (folder, path) = shared_folder("refused");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let server = at(mock.url());
    let wrong = tsc::TableauAuth::new("nobody", "at all");
    assert!(server.sign_in_shared(&wrong, &file).unwrap_err().is_sign_in_failed());
    assert!(!path.exists());
    // An existing file is kept, whatever it contains.
    drop(server.sign_in_shared(&mock.credentials(), &file).unwrap());
    assert!(server.sign_in_shared(&wrong, &file).unwrap_err().is_sign_in_failed());
    assert!(path.exists());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A process with a JSON Web Token that cannot be minted again does not renew the session, and does
/// not wait for others.
#[test]
fn one_time_credentials_are_not_used_twice() {
    let (folder, path) = shared_folder("once");
    let file = tsc::SessionFile::at(&path);
    let mock = MockServer::start().unwrap();
    let server = at(mock.url());
    let holder = server.sign_in_shared(&tsc::JwtAuth::new(mock.jwt()), &file).unwrap();
    mock.expire_sessions();
    let error = holder.projects().list().total().unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    assert!(format!("{error:?}").contains("only once"), "{error:?}");
    assert_eq!(sign_ins(&mock), 1);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Joining waits for a locked file at most as long as the request timeout.
#[test]
fn waits_for_a_locked_file_within_the_timeout() {
    let (folder, path) = shared_folder("timeout");
    let mock = MockServer::start().unwrap();
    let file = tsc::SessionFile::at(&path);
    drop(at(mock.url()).sign_in_shared(&mock.credentials(), &file).unwrap());
    let locked = std::fs::File::options().write(true).open(&path).unwrap();
    locked.lock().unwrap();
    let server = crate::help::with(mock.url(), tsc::HttpOptions::new().timeout(millis(200)));
    let (error, took) = timed(|| server.join_shared(&file).unwrap_err());
    assert!(error.is_timeout() && took < crate::raw::SOON, "{took:?}: {error:?}");
    let (error, took) = timed(|| server.sign_in_shared(&auth(), &file).unwrap_err());
    assert!(error.is_timeout() && took < crate::raw::SOON, "{took:?}: {error:?}");
    std::fs::remove_dir_all(&folder).unwrap();
}
