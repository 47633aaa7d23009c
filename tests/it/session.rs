//! Signing in and out.

use std::cell::RefCell;
use std::net::TcpListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use log::Level;
use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::help::{
    LONG, at, auth, child, given, millis, pinned, plain, timed, token_of, with, workbooks,
};
use crate::raw::{Raw, Response, Seen, redirect, response, signed_in, success, tableau_error};
use crate::{help, logs};

const LOG: &str = "tableau_server_client::session";

/// A server with this response to the sign-out.
fn signing_out(respond: impl Fn() -> Response + Send + Sync + 'static) -> Raw {
    Raw::start(move |seen| match seen.path().ends_with("signout") {
        true => respond(),
        false => signed_in(seen).unwrap_or_else(|| workbooks("<workbook id=\"w\" name=\"W\"/>")),
    })
}

fn quiet() -> Raw {
    signing_out(|| response(204, &[], ""))
}

fn sign_outs(raw: &Raw) -> usize {
    raw.count("POST", "/auth/signout")
}

#[test]
fn drop_signs_out() {
    let raw = Raw::signed_in(|_| workbooks("<workbook id=\"w1\" name=\"R&amp;D\"/>"));
    let server = at(&raw.url);
    {
        let session = server.sign_in(&tsc::TableauAuth::new("me", "hush")).unwrap();
        let workbooks: Vec<_> =
            session.workbooks().list().into_iter().collect::<Result<_, _>>().unwrap();
        assert_eq!(workbooks[0].name, "R&D");
        assert_eq!(sign_outs(&raw), 0);
    }
    assert_eq!(
        raw.lines(),
        [
            "GET /api/2.4/serverinfo",
            "POST /api/3.24/auth/signin",
            "GET /api/3.24/sites/site-1/workbooks?pageNumber=1&pageSize=1000",
            "POST /api/3.24/auth/signout",
        ]
    );
    assert_eq!(raw.connections(), 1);
    let seen = raw.seen();
    assert_eq!(seen[0].header("x-tableau-auth"), None);
    assert_eq!(seen[1].header("x-tableau-auth"), None);
    assert_eq!(seen[2].header("x-tableau-auth"), Some("THE-TOKEN"));
    assert_eq!(seen[3].header("x-tableau-auth"), Some("THE-TOKEN"));
    assert_eq!(seen[3].header("content-length"), Some("0"));
}

#[test]
fn creating_a_server_sends_nothing() {
    let raw = quiet();
    let mut server = at(&raw.url);
    server.set_version("3.0").unwrap();
    server.clear_http_options();
    drop(server);
    assert_eq!((raw.lines().len(), raw.connections()), (0, 0));
}

#[test]
fn early_return_signs_out_once_and_keeps_the_error() {
    fn work(server: &tsc::Server) -> tsc::Result<()> {
        let session = server.sign_in(&auth())?;
        session.workbooks().get("gone")?;
        unreachable!("the workbook is not there");
    }
    let raw = Raw::signed_in(|_| tableau_error(404, "404006", "no such workbook"));
    let error = work(&pinned(&raw.url)).unwrap_err();
    assert_eq!(error.code(), Some("404006"));
    assert_eq!(raw.lines().last().unwrap(), "POST /api/3.24/auth/signout");
    assert_eq!(sign_outs(&raw), 1);
}

#[test]
fn panic_signs_out_once() {
    let raw = quiet();
    let server = pinned(&raw.url);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _session = server.sign_in(&auth()).unwrap();
        panic!("on purpose");
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"on purpose"));
    assert_eq!(sign_outs(&raw), 1);
}

#[test]
fn failed_sign_out_during_unwinding_does_not_abort() {
    for respond in
        [|| Response::Close, || response(500, &[], "<html>"), || response(200, &[], [0xff])]
    {
        let raw = signing_out(respond);
        let server = pinned(&raw.url);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let _session = server.sign_in(&auth()).unwrap();
            panic!("on purpose");
        }));
        assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"on purpose"));
        assert_eq!(sign_outs(&raw), 1);
    }
}

#[test]
fn threads_share_a_session_and_one_sign_out() {
    let raw = quiet();
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(session.workbooks().list().into_iter().count(), 1);
                }
            });
        }
    });
    assert_eq!(sign_outs(&raw), 0);
    drop(session);
    assert_eq!(sign_outs(&raw), 1);
    assert_eq!(raw.count("POST", "/auth/signin"), 1);
    assert_eq!(raw.count("GET", "/workbooks"), 40);
    assert!(raw.connections() <= 9, "{}", raw.connections());
    assert_eq!(raw.lines().last().unwrap(), "POST /api/3.24/auth/signout");
}

#[test]
fn session_in_a_thread_local_signs_out_when_the_thread_ends() {
    thread_local! {
        static SESSION: RefCell<Option<tsc::Session<'static>>> = const { RefCell::new(None) };
    }
    let raw = quiet();
    let server = pinned(&raw.url);
    thread::spawn(move || {
        let session = server.into_session(&auth()).unwrap();
        SESSION.with(|slot| *slot.borrow_mut() = Some(session));
    })
    .join()
    .unwrap();
    assert_eq!(sign_outs(&raw), 1);

    // Thread-locals are dropped in an arbitrary order: this one outlives those of the library.
    thread_local! {
        static LAST: RefCell<Option<tsc::Session<'static>>> = const { RefCell::new(None) };
    }
    let server = pinned(&raw.url);
    thread::spawn(move || {
        LAST.with(|slot| *slot.borrow_mut() = Some(server.into_session(&auth()).unwrap()));
    })
    .join()
    .unwrap();
    assert_eq!(sign_outs(&raw), 2);
    // The thread-locals of the main thread are dropped when the program ends.
    child("session::child_that_ends_with_a_thread_local", &[("SERVER", &raw.url)]);
    assert_eq!(sign_outs(&raw), 4);
}

#[test]
#[ignore = "run as a child process"]
fn child_that_ends_with_a_thread_local() {
    thread_local! {
        static KEPT: RefCell<Vec<tsc::Session<'static>>> = const { RefCell::new(Vec::new()) };
    }
    let Some(url) = given("SERVER") else { return };
    // With `--test-threads=1` this is the main thread.
    KEPT.with(|kept| {
        let mut kept = kept.borrow_mut();
        for _ in 0..2 {
            kept.push(pinned(&url).into_session(&auth()).unwrap());
        }
    });
}

#[test]
fn endless_durations_do_not_panic() {
    let raw = signing_out(|| response(204, &[], ""));
    let endless = Duration::MAX;
    let options = plain()
        .timeout(endless)
        .connect_timeout(endless)
        .read_timeout(endless)
        .sign_out_timeout(endless)
        .retries(
            tsc::RetryPolicy::new()
                .initial_backoff(endless)
                .max_backoff(endless)
                .max_elapsed(endless),
        );
    let folder = std::env::temp_dir().join(format!("tsc-endless-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let server = with(&raw.url, options);
    let file = tsc::SessionFile::at(folder.join("session"));
    let session = server.sign_in_shared(&auth(), &file).unwrap();
    let cancellation = tsc::CancellationToken::with_timeout(endless);
    session.with_cancellation(&cancellation).workbooks().list().total().unwrap();
    drop(session);
    assert_eq!(sign_outs(&raw), 1);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A sign-out that waited for a permit could leave the session open.
#[test]
fn sign_out_waits_for_no_permit() {
    let busy = Raw::signed_in(|_| Response::Silence);
    let server = with(&busy.url, plain().max_concurrent(1));
    let session = server.sign_in(&auth()).unwrap();
    let (cancellation, other) = (tsc::CancellationToken::new(), server.sign_in(&auth()).unwrap());
    thread::scope(|scope| {
        scope.spawn(|| {
            other.with_cancellation(&cancellation).workbooks().list().total().unwrap_err()
        });
        while busy.count("GET", "/workbooks") == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        session.sign_out().unwrap();
        cancellation.cancel();
    });
}

#[test]
fn failed_sign_out_is_an_error_and_is_not_repeated() {
    logs::start();
    let raw = signing_out(|| response(503, &[("Retry-After", "7")], "busy"));
    let server = pinned(&raw.url);
    let error = server.sign_in(&auth()).unwrap().sign_out().unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(503)));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(sign_outs(&raw), 1);
    // An error that was returned is not logged, too.
    assert!(logs::of(LOG).is_empty());

    let raw = quiet();
    pinned(&raw.url).sign_in(&auth()).unwrap().sign_out().unwrap();
    assert_eq!(sign_outs(&raw), 1);
}

#[test]
fn tableau_error_with_success_status_fails_the_sign_out() {
    let raw = signing_out(|| {
        success("<error code=\"500000\"><summary>Oops</summary><detail>not now</detail></error>")
    });
    let error = pinned(&raw.url).sign_in(&auth()).unwrap().sign_out().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("500000")));

    let raw = signing_out(|| response(200, &[], "<!DOCTYPE html><html>Please sign in</html>"));
    let error = pinned(&raw.url).sign_in(&auth()).unwrap().sign_out().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.url().unwrap().ends_with("/auth/signout"));
}

#[test]
fn sign_out_of_an_expired_session_succeeds() {
    logs::start();
    let raw = signing_out(|| tableau_error(401, "401002", "Invalid authentication credentials"));
    let server = pinned(&raw.url);
    server.sign_in(&auth()).unwrap().sign_out().unwrap();
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!(sign_outs(&raw), 2);
    assert!(logs::of(LOG).is_empty(), "{:?}", logs::of(LOG));
}

#[test]
fn drop_logs_a_failed_sign_out_and_keeps_the_error() {
    fn work(server: &tsc::Server) -> tsc::Result<()> {
        let session = server.sign_in(&auth())?;
        session.workbooks().get("gone").map(drop)
    }
    logs::start();
    let raw = Raw::start(|seen| match seen.path().rsplit('/').next() {
        Some("signout") => tableau_error(500, "500000", "it does not want to"),
        Some("gone") => tableau_error(404, "404006", "no such workbook"),
        _ => signed_in(seen).unwrap(),
    });
    let error = work(&pinned(&raw.url)).unwrap_err();
    assert_eq!(error.code(), Some("404006"));
    assert_eq!(sign_outs(&raw), 1);
    let records = logs::of(LOG);
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!(records[0].level, Level::Warn);
    assert!(records[0].text.contains("500000"), "{}", records[0].text);
    assert!(records[0].text.contains("it does not want to"), "{}", records[0].text);
}

#[test]
fn drop_logs_a_warning_if_the_server_is_gone() {
    logs::start();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    drop(at(&url).resume(token_of(&url)));
    let records = logs::of(LOG);
    assert_eq!(records.len(), 1);
    assert!(records[0].text.contains(&address.to_string()), "{}", records[0].text);
}

#[test]
fn drop_ends_at_the_sign_out_timeout() {
    let raw = signing_out(|| Response::Silence);
    let server = with(&raw.url, plain().sign_out_timeout(millis(300)));
    let session = server.sign_in(&auth()).unwrap();
    let ((), took) = timed(|| drop(session));
    assert!(took >= millis(250) && took < millis(4000), "{took:?}");
    assert_eq!(sign_outs(&raw), 1);
}

#[test]
fn drop_waits_five_seconds_by_default() {
    logs::start();
    let raw = signing_out(|| Response::Silence);
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let ((), took) = timed(|| drop(session));
    assert!(took >= millis(4500) && took < millis(9000), "{took:?}");
    assert_eq!(logs::of(LOG).len(), 1);
    assert!(logs::of(LOG)[0].text.contains("Timeout"), "{:?}", logs::of(LOG));
}

#[test]
fn drop_ends_in_time_in_every_state_of_the_connection() {
    let short = || plain().sign_out_timeout(millis(400));
    // Servers that send the head, the body or redirects one byte at a time.
    let pieces = |text: &str| text.bytes().map(|b| vec![b]).collect::<Vec<_>>();
    let slow = [
        format!("HTTP/1.1 204 No Content\r\nX: {}\r\n\r\n", "x".repeat(300)),
        format!("HTTP/1.1 200 OK\r\ncontent-length: 300\r\n\r\n{}", "x".repeat(300)),
        "HTTP/1.1 307 R\r\nlocation: /api/3.24/auth/signout\r\ncontent-length: 0\r\n\r\n".repeat(3),
    ];
    let drops = |session: tsc::Session<'_>, name: &str| {
        let ((), took) = timed(|| drop(session));
        assert!(took >= millis(350) && took < millis(4000), "{name}: {took:?}");
    };
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    thread::scope(|scope| {
        for text in slow {
            scope.spawn(move || {
                let name = text.clone();
                let raw = signing_out(move || Response::Slowly(pieces(&text), millis(60)));
                drops(with(&raw.url, short()).into_session(&auth()).unwrap(), &name);
            });
        }
        // A server that accepts the connection and never responds, also to a TLS handshake.
        for scheme in ["http", "https"] {
            scope.spawn(move || {
                let url = format!("{scheme}://{address}");
                drops(with(&url, short()).into_resumed(token_of(&url)), scheme);
            });
        }
        // A proxy that accepts the connection and never responds.
        for scheme in ["http", "socks5", "socks4"] {
            scope.spawn(move || {
                let url = "http://127.0.0.1:9";
                let options = short().proxy(format!("{scheme}://{address}"));
                drops(with(url, options).into_resumed(token_of(url)), scheme);
            });
        }
    });
}

#[test]
fn request_timeout_does_not_extend_the_sign_out() {
    let raw = signing_out(|| Response::Silence);
    let options = plain().timeout(LONG).read_timeout(LONG).sign_out_timeout(millis(300));
    let session = with(&raw.url, options).into_session(&auth()).unwrap();
    let ((), took) = timed(|| drop(session));
    assert!(took < millis(5000), "{took:?}");
}

#[test]
fn detached_sessions_stay_open_and_can_be_resumed() {
    let raw = quiet();
    let server = pinned(&raw.url);
    let token = server.sign_in(&auth()).unwrap().detach();
    assert_eq!(raw.lines(), ["POST /api/3.24/auth/signin"]);

    let text = token.export();
    assert!(!text.contains('\n'), "{text}");
    let again = tsc::SessionToken::import(&text).unwrap();
    assert_eq!(again, token);
    assert!(!format!("{again:?} {again:#?}").contains("THE-TOKEN"));

    // Another process with another pinned version; the version of the token takes precedence.
    let mut other = at(&raw.url);
    other.set_version("2.8").unwrap();
    {
        let joined = other.join(&again);
        assert_eq!(joined.workbooks().list().total().unwrap(), 1);
        assert_eq!(joined.auth_token(), "THE-TOKEN");
        joined.sign_out().unwrap();
        drop(other.join(&again));
    }
    assert_eq!(sign_outs(&raw), 0);
    let before = raw.lines().len();
    let resumed = other.resume(again.clone());
    assert_eq!(raw.lines().len(), before, "resuming sends nothing");
    assert_eq!(resumed.site_id(), &tsc::SiteId::from("site-1"));
    assert_eq!(resumed.user_id(), &tsc::UserId::from("user-1"));
    assert_eq!(resumed.site_url(), "");
    assert_eq!(resumed.version().to_string(), "3.24");
    drop(resumed);
    assert_eq!(raw.lines().last().unwrap(), "POST /api/3.24/auth/signout");
    assert_eq!(sign_outs(&raw), 1);

    drop(other.into_resumed(again));
    assert_eq!(sign_outs(&raw), 2);
}

#[test]
fn resumed_session_can_be_detached_again() {
    let raw = quiet();
    let server = pinned(&raw.url);
    let token = server.sign_in(&auth()).unwrap().detach();
    assert_eq!(server.resume(token.clone()).detach(), token);
    assert_eq!(sign_outs(&raw), 0);
}

#[test]
fn import_rejects_invalid_text_without_repeating_it() {
    let good = help::token().export();
    let mut wrong = vec![String::new(), "hush".into(), "{\"hush\":1}".into(), "[1,2]".into()];
    wrong.extend([good.replace("THE-TOKEN", ""), good.replace("THE-TOKEN", "hush\\nhush")]);
    wrong.extend([good.replace("3.24", "hush"), good.replace("http://127.0.0.1:9", "hush:hush@x")]);
    wrong.push(good[..good.len() - 9].to_owned());
    for text in wrong {
        let error = tsc::SessionToken::import(&text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{text}");
        let shown = help::everything_of(&error);
        assert!(!shown.contains("hush") && !shown.contains("THE-TOKEN"), "{text}: {shown}");
    }
}

#[test]
fn export_preserves_site_names() {
    let raw = Raw::start(|seen| match seen.path().ends_with("signin") {
        true => success(
            "<credentials token=\"a|b+/=\"><site id=\"s\" contentUrl=\"R&amp;D &quot;x&quot; ü🦀\"/>\
             <user id=\"u\"/></credentials>",
        ),
        false => signed_in(seen).unwrap(),
    });
    let token = pinned(&raw.url).into_session(&auth()).unwrap().detach();
    let token = tsc::SessionToken::import(&token.export()).unwrap();
    let session = at(&raw.url).into_resumed(token);
    assert_eq!(session.site_url(), "R&D \"x\" ü🦀");
    assert_eq!(session.auth_token(), "a|b+/=");
}

#[test]
fn token_of_another_server_is_not_sent() {
    logs::start();
    let (raw, elsewhere) = (quiet(), quiet());
    let token = pinned(&elsewhere.url).sign_in(&auth()).unwrap().detach();
    let before = elsewhere.lines().len();
    let server = pinned(&raw.url);
    let mut session = server.resume(token.clone());
    let joined = server.join(&token);
    let mut errors = vec![
        session.workbooks().list().into_iter().next().unwrap().unwrap_err(),
        session.workbooks().list().total().unwrap_err(),
        joined.projects().create(tsc::projects::NewProject::new("p")).unwrap_err(),
    ];
    errors.push(session.switch_site("other").unwrap_err());
    errors.push(session.sign_out().unwrap_err());
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
        for url in [&raw.url, &elsewhere.url] {
            assert!(error.to_string().contains(url.as_str()), "{error}");
        }
    }
    drop(server.resume(token));
    assert_eq!(logs::of(LOG).len(), 1);
    assert_eq!((raw.lines().len(), raw.connections()), (0, 0));
    assert_eq!(elsewhere.lines().len(), before);
}

#[test]
fn compares_origins_of_tokens_after_normalization() {
    let raw = quiet();
    let server = at(&format!("{}/", raw.url.replace("http://", "HTTP://")));
    let token = pinned(&raw.url).sign_in(&auth()).unwrap().detach();
    server.join(&token).workbooks().list().total().unwrap();
    let behind_a_prefix = at(&format!("{}/tableau/", raw.url));
    behind_a_prefix.join(&token).workbooks().list().total().unwrap();
    assert!(
        raw.lines().last().unwrap().starts_with("GET /tableau/api/3.24/sites/site-1/workbooks")
    );
}

#[test]
fn session_can_own_its_server() {
    struct Owner {
        session: tsc::Session<'static>,
    }
    let raw = quiet();
    let owner = Owner { session: at(&raw.url).into_session(&auth()).unwrap() };
    let owner = thread::spawn(move || {
        assert_eq!(owner.session.workbooks().list().total().unwrap(), 1);
        owner
    });
    drop(owner.join().unwrap());
    assert_eq!(sign_outs(&raw), 1);
}

/// A server with a second site and this response to a switch.
fn switching(respond: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Raw {
    Raw::start(move |seen| match seen.path().rsplit('/').next() {
        Some("switchSite") => respond(seen),
        Some("workbooks") => workbooks(""),
        _ => signed_in(seen).unwrap(),
    })
}

#[test]
fn switch_site_uses_the_new_token() {
    let raw = switching(|_| {
        success(
            "<credentials token=\"SECOND\"><site id=\"site-2\" contentUrl=\"R&amp;D\"/>\
             <user id=\"user-2\"/></credentials>",
        )
    });
    let server = pinned(&raw.url);
    let mut session = server.sign_in(&auth()).unwrap();
    session.switch_site("R&D").unwrap();
    assert_eq!((session.site_id().as_str(), session.site_url()), ("site-2", "R&D"));
    assert_eq!((session.user_id().as_str(), session.auth_token().as_str()), ("user-2", "SECOND"));
    session.workbooks().list().total().unwrap();
    drop(session);
    let seen = raw.seen();
    assert_eq!(seen[1].target, "/api/3.24/auth/switchSite");
    assert_eq!(seen[1].header("x-tableau-auth"), Some("THE-TOKEN"));
    assert_eq!(seen[1].text(), "<tsRequest><site contentUrl=\"R&amp;D\"/></tsRequest>");
    assert!(seen[2].target.starts_with("/api/3.24/sites/site-2/workbooks"));
    assert_eq!(seen[2].header("x-tableau-auth"), Some("SECOND"));
    // The switch ended the first token, so there is one sign-out, with the second.
    assert_eq!(sign_outs(&raw), 1);
    assert_eq!(seen[3].header("x-tableau-auth"), Some("SECOND"));
}

/// Checks that the session is unchanged, and that nothing was logged.
fn is_unchanged(session: &tsc::Session<'_>) {
    assert_eq!((session.site_id().as_str(), session.site_url()), ("site-1", ""));
    assert_eq!(session.auth_token(), "THE-TOKEN");
    session.workbooks().list().total().unwrap();
}

#[test]
fn refused_or_unsent_switch_leaves_no_session_open() {
    logs::start();
    let raw = switching(|seen| match seen.text() {
        text if text.contains("busy") => response(429, &[("Retry-After", "1000")], ""),
        text if text.contains("moved") => redirect(307, "http://elsewhere.example.com/"),
        text if text.contains("here") => {
            tableau_error(403, "403070", "Already signed in to that site")
        }
        _ => tableau_error(404, "404000", "Site not found"),
    });
    let server = pinned(&raw.url);
    let failing = |session: &mut tsc::Session<'_>| {
        session.switch_site("here").unwrap();
        assert_eq!(session.switch_site("gone").unwrap_err().code(), Some("404000"));
        assert_eq!(session.switch_site("busy").unwrap_err().status(), Some(429));
        assert_eq!(session.switch_site("moved").unwrap_err().kind(), ErrorKind::Redirect);
        let error = session.switch_site("\u{1}").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(!error.to_string().contains("remain open"), "{error}");
        is_unchanged(session);
    };
    let mut session = server.sign_in(&auth()).unwrap();
    failing(&mut session);
    session.sign_out().unwrap();
    failing(&mut server.sign_in(&auth()).unwrap());
    assert_eq!((sign_outs(&raw), raw.count("POST", "/auth/switchSite")), (2, 8));
    assert!(logs::of(LOG).is_empty(), "{:?}", logs::of(LOG));
}

/// Responses to a switch after which it is unknown whether it was carried out, with the kinds of
/// errors.
const LOST_SWITCHES: [(fn() -> Response, ErrorKind); 8] = [
    (|| Response::Close, ErrorKind::ConnectionLost),
    (
        || Response::SendAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n<".to_vec()),
        ErrorKind::ConnectionLost,
    ),
    (|| Response::Silence, ErrorKind::Timeout),
    (|| success("<credentials token=\"HALF\"/>"), ErrorKind::Decode),
    (|| response(200, &[], "<html>Sign in</html>"), ErrorKind::Decode),
    (|| response(502, &[], "<html>Bad gateway</html>"), ErrorKind::Http),
    (|| tableau_error(500, "500000", "Internal error"), ErrorKind::Api),
    (|| redirect(303, "http://elsewhere.example.com/"), ErrorKind::Redirect),
];

#[test]
fn lost_switch_is_reported_again_by_sign_out() {
    for (respond, kind) in LOST_SWITCHES {
        let raw = switching(move |_| respond());
        let mut server = pinned(&raw.url);
        server.add_http_options(tsc::HttpOptions::new().read_timeout(millis(300))).unwrap();
        let mut session = server.sign_in(&auth()).unwrap();
        let error = session.switch_site("other").unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.url().unwrap().ends_with("/auth/switchSite"), "{error:?}");
        let may_be_open = "a session may remain open on the site \"other\"";
        assert!(error.to_string().contains(may_be_open), "{error}");
        assert_eq!(raw.count("POST", "/auth/switchSite"), 1);
        is_unchanged(&session);

        let again = session.sign_out().unwrap_err();
        assert_eq!((again.kind(), again.to_string()), (kind, error.to_string()));
        assert_eq!((again.status(), again.code()), (error.status(), error.code()));
        assert_eq!(sign_outs(&raw), 1);
        assert_eq!(raw.seen().last().unwrap().header("x-tableau-auth"), Some("THE-TOKEN"));
    }
}

#[test]
fn dropping_or_detaching_a_session_logs_its_lost_switch() {
    logs::start();
    let raw = switching(|_| Response::Close);
    let server = pinned(&raw.url);
    for detaches in [false, true] {
        let before = logs::of(LOG).len();
        let mut session = server.sign_in(&auth()).unwrap();
        session.switch_site("").unwrap_err();
        assert_eq!(logs::of(LOG).len(), before);
        match detaches {
            true => drop(session.detach()),
            false => drop(session),
        }
        assert_eq!(sign_outs(&raw), 1);
        let records = &logs::of(LOG)[before..];
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0].level, Level::Warn);
        let may_be_open = "a session may remain open on the default site";
        assert!(records[0].text.contains(may_be_open), "{records:?}");
    }
}

#[test]
fn failed_sign_out_after_a_lost_switch_names_both() {
    let raw = Raw::start(|seen| match seen.path().rsplit('/').next() {
        Some("switchSite") => Response::Close,
        Some("signout") => tableau_error(500, "500000", "Internal error"),
        _ => signed_in(seen).unwrap(),
    });
    let server = pinned(&raw.url);
    let mut session = server.sign_in(&auth()).unwrap();
    session.switch_site("other").unwrap_err();
    let error = session.sign_out().unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::ConnectionLost,
        "the kind of the switch's error: {error:?}"
    );
    let text = error.to_string();
    assert!(text.contains("may remain open on the site \"other\""), "{error}");
    assert!(text.contains("the sign-out of this session failed, too"), "{error}");
    assert!(text.contains("500000"), "{error}");
    assert_eq!(sign_outs(&raw), 1);
}

#[test]
fn later_switch_does_not_hide_a_lost_one() {
    let raw = switching(|seen| match seen.text() {
        text if text.contains("lost") => Response::Close,
        _ => success(
            "<credentials token=\"SECOND\"><site id=\"site-2\" contentUrl=\"two\"/>\
             <user id=\"user-1\"/></credentials>",
        ),
    });
    let server = pinned(&raw.url);
    let mut session = server.sign_in(&auth()).unwrap();
    for _ in 0..2 {
        session.switch_site("lost-1").unwrap_err();
        session.switch_site("lost-2").unwrap_err();
    }
    session.switch_site("two").unwrap();
    let text = session.sign_out().unwrap_err().to_string();
    for site in ["\"lost-1\"", "\"lost-2\""] {
        assert_eq!(text.matches(site).count(), 1, "{text}");
    }
    assert!(!text.contains("two"), "{text}");
    assert_eq!(sign_outs(&raw), 1);
    assert_eq!(raw.seen().last().unwrap().header("x-tableau-auth"), Some("SECOND"));
}

/// The mock server carries out the switch, which ends the first token, and the response is lost.
#[test]
fn session_renews_on_its_own_site_after_a_lost_switch() {
    let mock = tsc::mock::MockServer::builder().site("Other", "other").start().unwrap();
    let server = with(mock.url(), plain());
    let mut session = server.sign_in(&mock.credentials()).unwrap();
    let site = session.site_id().clone();
    mock.fault(tsc::mock::Fault::reset_after_head().on("POST", "/auth/switchSite"));
    let error = session.switch_site("other").unwrap_err();
    assert!(error.to_string().contains("may remain open on the site \"other\""), "{error}");
    assert_eq!(mock.sessions_open(), 1, "the session on the other site");
    session.workbooks().list().total().unwrap();
    assert_eq!((session.site_id(), session.site_url()), (&site, ""));
    assert_eq!(mock.sessions_open(), 2);
    assert_eq!(session.sign_out().unwrap_err().to_string(), error.to_string());
    assert_eq!(mock.sessions_open(), 1, "the other session is still open");
}

#[test]
fn switching_on_tableau_cloud_is_an_input_error_and_sends_nothing() {
    let proxy = quiet();
    for host in ["10ax.online.tableau.com", "online.tableau.com", "Prod-UK.Online.Tableau.COM"] {
        let url = format!("http://{host}");
        let mut server = tsc::Server::new(&url).unwrap();
        server.add_http_options(tsc::HttpOptions::new().proxy(&proxy.url)).unwrap();
        let mut session = server.resume(token_of(&url.to_lowercase()));
        let error = session.switch_site("acme").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
        let text = error.to_string();
        assert!(text.contains("Tableau Cloud") && text.contains("\"acme\""), "{error}");
        drop(session.detach());
    }
    assert_eq!((proxy.lines().len(), proxy.connections()), (0, 0));
}

#[test]
fn switching_to_the_current_site_succeeds() {
    let raw =
        switching(|_| tableau_error(403, "403070", "The user is already signed in to that site"));
    let server = pinned(&raw.url);
    let mut session = server.sign_in(&auth()).unwrap();
    session.switch_site("").unwrap();
    assert_eq!(session.site_id().as_str(), "site-1");
    drop(session);
    assert_eq!(sign_outs(&raw), 1);
}

#[test]
fn switched_session_is_detached_on_its_new_site() {
    let raw = switching(|_| {
        success(
            "<credentials token=\"SECOND\"><site id=\"site-2\" contentUrl=\"two\"/>\
             <user id=\"user-1\"/></credentials>",
        )
    });
    let server = pinned(&raw.url);
    let mut session = server.sign_in(&auth()).unwrap();
    session.switch_site("two").unwrap();
    let token = session.detach();
    assert_eq!(sign_outs(&raw), 0);
    let resumed = server.resume(token);
    assert_eq!((resumed.site_url(), resumed.auth_token().as_str()), ("two", "SECOND"));
}

#[test]
fn reports_when_the_personal_access_token_expires() {
    logs::start();
    let saying = |time_left: Option<&'static str>| {
        let attribute = time_left.map(|left| format!(" estimatedTimeToExpiration=\"{left}\""));
        let attribute = attribute.unwrap_or_default();
        Raw::start(move |seen| match seen.path().ends_with("signin") {
            true => success(&format!(
                "<credentials token=\"THE-TOKEN\"{attribute}><site id=\"s\" contentUrl=\"\"/>\
                 <user id=\"u\"/></credentials>"
            )),
            false => signed_in(seen).unwrap_or_else(|| response(404, &[], "")),
        })
    };
    let pat = tsc::PersonalAccessTokenAuth::new("name", "secret-secret");
    let mut warnings = 0;
    for (left, minutes, warns) in [
        (Some("2:12:30"), Some((2 * 24 + 12) * 60 + 30), true),
        (Some("0:00:01"), Some(1), true),
        (Some("6:23:59"), Some(7 * 24 * 60 - 1), true),
        (Some("7:00:00"), Some(7 * 24 * 60), false),
        (Some("364:00:00"), Some(364 * 24 * 60), false),
        (Some("soon"), None, false),
        (Some(""), None, false),
        (None, None, false),
    ] {
        let raw = saying(left);
        let before = jiff::Timestamp::now();
        let session = at(&raw.url).into_session(&pat).unwrap();
        let expires = session.personal_access_token_expires_at();
        match (expires, minutes) {
            (Some(expires), Some(minutes)) => {
                let span = expires.duration_since(before);
                let expected = jiff::SignedDuration::from_mins(minutes);
                let most = expected + jiff::SignedDuration::from_mins(5);
                assert!(span >= expected && span < most, "{left:?}: {span:?}");
            }
            (found, expected) => assert_eq!((found, expected), (None, None), "{left:?}"),
        }
        let is_warning = |record: &&logs::Record| {
            record.level == Level::Warn
                && record.text.starts_with("the personal access token expires in")
        };
        warnings += usize::from(warns);
        assert_eq!(logs::of(LOG).iter().filter(is_warning).count(), warnings, "{left:?}");
        drop(session);
    }
    // A session that was taken over was not opened with the token.
    let session = at(&quiet().url).into_resumed(help::token());
    assert_eq!(session.personal_access_token_expires_at(), None);
    let _ = session.detach();
}
