//! The API version: pinned, requested once, or unavailable.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::help::{at, auth, plain, with, workbooks};
use crate::raw::{Raw, Response, Seen, redirect, response, signed_in, success, tableau_error};

/// A server that responds to the version request with this response.
fn server_with(respond: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Raw {
    Raw::start(move |seen| match seen.path().ends_with("serverinfo") {
        true => respond(seen),
        false => signed_in(seen).unwrap_or_else(|| workbooks("")),
    })
}

fn info(version: &str) -> Response {
    success(&format!(
        "<serverInfo><productVersion build=\"20243.24.1010.1014\">2024.3.0</productVersion>\
         <restApiVersion>{version}</restApiVersion></serverInfo>"
    ))
}

#[test]
fn requests_the_version_once() {
    let raw = server_with(|_| info("3.19"));
    let mut server = at(&raw.url);
    assert_eq!(server.sign_in(&auth()).unwrap().version().to_string(), "3.19");
    // New options reset the connections.
    server.add_http_options(tsc::HttpOptions::new().user_agent("later")).unwrap();
    let session = server.sign_in(&auth()).unwrap();
    assert_eq!(session.version(), tsc::ApiVersion::new(3, 19));
    drop(session);
    assert_eq!(
        raw.lines(),
        [
            "GET /api/2.4/serverinfo",
            "POST /api/3.19/auth/signin",
            "POST /api/3.19/auth/signout",
            "POST /api/3.19/auth/signin",
            "POST /api/3.19/auth/signout",
        ]
    );
    let question = &raw.seen()[0];
    assert_eq!(question.header("x-tableau-auth"), None);
    assert_eq!(question.header("authorization"), None);
    assert!(question.body.is_empty());
}

/// A thread that waits for the version request of another thread fails with it, and does not send
/// one of its own.
#[test]
fn threads_waiting_for_the_version_fail_together() {
    let raw = server_with(|_| Response::Silence);
    let options = plain().timeout(crate::help::millis(500)).connect_timeout(crate::raw::SOON);
    let server = with(&raw.url, options);
    let (_, took) = crate::help::timed(|| {
        thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    let error = server.sign_in(&auth()).unwrap_err();
                    assert!(error.is_timeout(), "{error:?}");
                });
            }
        });
    });
    assert!(took < crate::help::millis(3000), "{took:?}");
    assert!(raw.count("GET", "/serverinfo") < 6, "{:?}", raw.lines());
    // The next call sends its own request.
    let before = raw.count("GET", "/serverinfo");
    server.sign_in(&auth()).unwrap_err();
    assert_eq!(raw.count("GET", "/serverinfo"), before + 1);
}

#[test]
fn threads_request_the_version_once() {
    let raw = server_with(|_| {
        thread::sleep(crate::help::millis(100));
        info("3.19")
    });
    let server = at(&raw.url);
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| server.sign_in(&auth()).unwrap());
        }
    });
    assert_eq!(raw.count("GET", "/serverinfo"), 1);
    assert_eq!(raw.count("POST", "/signin"), 6);
    assert_eq!(raw.count("POST", "/signout"), 6);
}

#[test]
fn pinned_version_sends_no_version_request() {
    let raw = server_with(|_| info("3.19"));
    let mut server = at(&raw.url);
    server.set_version("3.0").unwrap();
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!(raw.lines(), ["POST /api/3.0/auth/signin", "POST /api/3.0/auth/signout"]);
    // A pinned version can be changed, and takes precedence over the server's.
    let mut server = at(&raw.url);
    drop(server.sign_in(&auth()).unwrap());
    server.set_version("3.4").unwrap();
    assert_eq!(server.sign_in(&auth()).unwrap().version().to_string(), "3.4");
    assert_eq!(raw.count("GET", "/serverinfo"), 1);
}

#[test]
fn invalid_version_is_a_config_error_without_effect() {
    let raw = server_with(|_| info("3.19"));
    let mut server = at(&raw.url);
    server.set_version("3.4").unwrap();
    for wrong in ["abc", "", "3", "3.", ".1", "v3.1", "3.1.2", "3,1", "-3.1", "3.x", " 3.1"] {
        let error = server.set_version(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{wrong}");
        assert!(error.to_string().contains(wrong), "{error}");
    }
    assert_eq!(server.sign_in(&auth()).unwrap().version().to_string(), "3.4");
}

#[test]
fn uses_version_2_4_after_404001_and_404003() {
    let cases: [fn() -> Response; 3] = [
        || tableau_error(404, "404001", "Unknown resource"),
        || tableau_error(404, "404003", "Unknown version"),
        || response(404, &[], "{\"error\":{\"code\":\"404003\",\"summary\":\"Not Found\"}}"),
    ];
    for respond in cases {
        let raw = server_with(move |_| respond());
        let server = at(&raw.url);
        assert_eq!(server.sign_in(&auth()).unwrap().version().to_string(), "2.4");
        drop(server.sign_in(&auth()).unwrap());
        assert_eq!(raw.count("GET", "/serverinfo"), 1);
        assert_eq!(raw.lines()[1], "POST /api/2.4/auth/signin");
    }
}

const NGINX_404: &str = "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n\
    <center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// Servers that are not Tableau: every path has this response.
const NOT_TABLEAU: [fn() -> Response; 6] = [
    || response(404, &[("content-type", "text/html")], "<!DOCTYPE html><html>Not found</html>"),
    || response(404, &[("content-type", "text/html")], NGINX_404),
    || response(404, &[], ""),
    || response(404, &[("content-type", "application/json")], "{\"detail\":\"Not Found\"}"),
    || response(404, &[], "{\"error\":{\"code\":404,\"message\":\"no such route\"}}"),
    || response(405, &[], "Method Not Allowed"),
];

#[test]
fn sends_no_credentials_to_servers_that_are_not_tableau() {
    for respond in NOT_TABLEAU {
        for prefix in ["", "/api/3.20", "/bi/api/3.20/"] {
            let raw = Raw::start(move |_| respond());
            let address = format!("{}{prefix}", raw.url);
            let server = at(&address);
            for _ in 0..2 {
                let error = server.sign_in(&auth()).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Http, "{error:?}");
                assert_eq!(error.code(), None, "{error:?}");
                let url = format!("{}/api/2.4/serverinfo", address.trim_end_matches('/'));
                assert_eq!(error.url(), Some(&*url), "{error:?}");
                let text = error.to_string();
                assert!(text.contains(&url) && text.contains("no credentials"), "{error}");
                let advice = "remove `/api/3.20` from the server's address";
                assert_eq!(text.contains(advice), !prefix.is_empty(), "{error}");
            }
            let error = server.server_info().unwrap_err();
            assert_eq!(error.to_string().contains("remove `/api/"), !prefix.is_empty(), "{error}");
            let seen = raw.seen();
            assert_eq!(seen.len(), 3, "{:?}", raw.lines());
            for request in seen {
                assert_eq!(request.method, "GET", "{request:?}");
                assert!(request.body.is_empty() && request.header("authorization").is_none());
            }
        }
    }
}

#[test]
fn sends_no_credentials_after_another_tableau_error() {
    for (status, code) in [
        (404, "404000"),
        (404, "404002"),
        (401, "401000"),
        (403, "403004"),
        (500, "500000"),
        (200, "400000"),
    ] {
        let error = sign_in_error(move || tableau_error(status, code, "Refused"));
        assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(status)), "{error:?}");
        assert_eq!(error.code(), Some(code), "{error:?}");
        assert!(error.url().unwrap().ends_with("/api/2.4/serverinfo"), "{error:?}");
        assert!(!error.is_sign_in_failed(), "no sign-in was attempted: {error:?}");
    }
}

#[test]
fn sends_no_credentials_after_a_redirect_to_another_host() {
    let raw = Raw::start(|_| redirect(302, "https://login.example.com/"));
    let error = at(&format!("{}/api/3.20", raw.url)).sign_in(&auth()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect, "{error:?}");
    let text = error.to_string();
    assert!(text.contains("remove `/api/3.20`") && text.contains("login.example.com"), "{error}");
    assert_eq!(raw.lines(), ["GET /api/3.20/api/2.4/serverinfo"]);
}

/// Signs in to a server that responds to the server info request like this, and checks that nothing
/// else was sent.
fn sign_in_error(respond: impl Fn() -> Response + Send + Sync + 'static) -> tsc::Error {
    let raw = server_with(move |_| respond());
    let server = with(&raw.url, plain().retries(tsc::RetryPolicy::none()));
    let error = server.sign_in(&auth()).unwrap_err();
    assert_eq!(raw.lines(), ["GET /api/2.4/serverinfo"], "{error}");
    error
}

#[test]
fn sends_no_credentials_if_the_response_has_no_version() {
    let cases: [fn() -> Response; 9] = [
        || success("<serverInfo><productVersion build=\"1\">2024</productVersion></serverInfo>"),
        || info(""),
        || info("new"),
        || success(""),
        || success("<serverInfo/>"),
        || response(200, &[], ""),
        || response(204, &[], ""),
        || response(200, &[], "<!DOCTYPE html><html><body>Sign in</body></html>"),
        || response(200, &[], "{\"serverInfo\":{}}"),
    ];
    for case in cases {
        let error = sign_in_error(case);
        assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
        assert!(error.url().unwrap().ends_with("/api/2.4/serverinfo"), "{error:?}");
    }
}

#[test]
fn sends_no_credentials_after_a_failed_version_request() {
    let cases: [(fn() -> Response, u16); 3] = [
        (|| response(500, &[], "oops"), 500),
        (|| response(503, &[], "<html>busy</html>"), 503),
        (|| response(403, &[], ""), 403),
    ];
    for (case, status) in cases {
        let error = sign_in_error(case);
        assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(status)), "{error:?}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
        assert!(error.url().unwrap().ends_with("/api/2.4/serverinfo"), "{error:?}");
        assert!(!error.is_sign_in_failed(), "no sign-in was sent: {error:?}");
    }
}

#[test]
fn requests_the_version_again_after_a_failure() {
    let up = Arc::new(AtomicBool::new(false));
    let is_up = up.clone();
    let raw = server_with(move |_| match is_up.load(Ordering::SeqCst) {
        true => info("3.19"),
        false => response(500, &[], ""),
    });
    let server = at(&raw.url);
    server.sign_in(&auth()).unwrap_err();
    up.store(true, Ordering::SeqCst);
    assert_eq!(server.sign_in(&auth()).unwrap().version().to_string(), "3.19");
}

#[test]
fn closed_port_is_a_connect_error_with_host_and_port() {
    // A port that was free a moment ago could be taken by the server of another test.
    let address = "127.0.0.1:1";
    let server = with(&format!("http://{address}"), plain().retries(tsc::RetryPolicy::none()));
    let error = server.sign_in(&auth()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains(address), "{error}");
    assert!(error.to_string().ends_with("whether this machine can reach them"), "{error}");
    assert!(error.is_retryable() && !error.is_timeout() && !error.is_sign_in_failed());
}

#[test]
fn server_info_has_every_field() {
    let raw = server_with(|_| info("3.24"));
    let info: tsc::ServerInfo = at(&raw.url).server_info().unwrap();
    assert_eq!(info.product_version, "2024.3.0");
    assert_eq!(info.build_number, "20243.24.1010.1014");
    assert_eq!(info.rest_api_version.to_string(), "3.24");
    assert_eq!(raw.lines(), ["GET /api/2.4/serverinfo"]);
    assert_eq!(raw.seen()[0].header("x-tableau-auth"), None);
}

#[test]
fn server_info_is_requested_with_every_pinned_version() {
    for version in ["2.0", "2.3", "2.4", "3.30"] {
        let raw = server_with(|_| info("3.24"));
        let mut server = at(&raw.url);
        server.set_version(version).unwrap();
        server.server_info().unwrap();
        assert_eq!(raw.lines(), [format!("GET /api/{version}/serverinfo")]);
    }
}

#[test]
fn call_with_a_newer_version_names_both_and_sends_nothing() {
    let raw = server_with(|_| info("3.19"));
    let mut server = at(&raw.url);
    server.set_version("2.5").unwrap();
    let mut session = server.sign_in(&auth()).unwrap();
    let error = session.switch_site("other").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Version);
    assert!(error.to_string().contains("2.6") && error.to_string().contains("2.5"), "{error}");
    assert_eq!(raw.lines(), ["POST /api/2.5/auth/signin"]);
}

#[test]
fn versions_compare_as_numbers() {
    let version: tsc::ApiVersion = "3.9".parse().unwrap();
    assert!(version < tsc::ApiVersion::new(3, 10));
    assert_eq!(format!("{version} {:>6}", tsc::ApiVersion::new(3, 24)), "3.9   3.24");
}
