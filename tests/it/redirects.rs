//! Which redirects are followed, and what is sent to their targets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::help::{PASSWORD, at, auth, everything_of, page, pinned, plain, with, workbooks};
use crate::raw::{Raw, Response, Seen, redirect, response, signed_in, success};
use crate::tls_server::{Authority, over_tls};

const PROJECT: &str = "<project id=\"p\" name=\"n\"/>";

/// A server that redirects every request to a resource once, to what `location` returns.
fn leading(status: u16, location: impl Fn(&Seen) -> String + Send + Sync + 'static) -> Raw {
    Raw::signed_in(move |seen| match seen.target.contains("moved") {
        true if seen.method == "GET" => workbooks(""),
        true => success(PROJECT),
        false => redirect(status, &location(seen)),
    })
}

#[test]
fn keeps_method_and_body_for_every_redirect_status() {
    for status in [301, 302, 303, 307, 308] {
        let raw = leading(status, |seen| format!("{}?moved", seen.path()));
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        session.projects().create(tsc::projects::NewProject::new("R&D")).unwrap();
        session.projects().update("p", tsc::projects::ProjectUpdate::new().name("x")).unwrap();
        session.projects().delete("p").unwrap();
        session.workbooks().list().total().unwrap();
        let seen = raw.seen();
        let calls = &seen[1..];
        assert_eq!(calls.len(), 8, "{:?}", raw.lines());
        for pair in calls.chunks(2) {
            let (first, second) = (&pair[0], &pair[1]);
            assert_eq!(second.target, format!("{}?moved", first.path()));
            assert_eq!(second.method, first.method, "{status}");
            assert_eq!(second.body, first.body, "{status}");
            assert_eq!(second.header("content-type"), first.header("content-type"));
            assert_eq!(second.header("content-length"), first.header("content-length"));
            assert_eq!(second.header("x-tableau-auth"), Some("THE-TOKEN"));
        }
        assert_eq!(
            calls.iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(),
            ["POST", "POST", "PUT", "PUT", "DELETE", "DELETE", "GET", "GET"]
        );
        assert!(calls[1].text().contains("R&amp;D"));
        // The bodies of the redirects are read, so the connection is reused.
        assert_eq!(raw.connections(), 1);
    }
}

#[test]
fn sign_in_and_version_request_follow_redirects() {
    let raw = Raw::start(|seen| match seen.path().strip_prefix("/new") {
        None => redirect(307, &format!("/new{}", seen.target)),
        Some(_) => signed_in(seen).unwrap_or_else(|| workbooks("")),
    });
    drop(at(&raw.url).sign_in(&auth()).unwrap());
    let lines = raw.lines();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert_eq!(lines[1], "GET /new/api/2.4/serverinfo");
    assert_eq!(lines[3], "POST /new/api/3.24/auth/signin");
    assert!(raw.seen()[3].text().contains(PASSWORD));
    assert_eq!(lines[5], "POST /new/api/3.24/auth/signout");
}

#[test]
fn accepts_every_form_of_location() {
    for (location, target) in [
        ("/moved", "/moved"),
        ("moved?a=b", "/api/3.24/sites/site-1/moved?a=b"),
        // The server resolves it.
        ("../moved", "/api/3.24/sites/site-1/../moved"),
        ("?moved", "/api/3.24/sites/site-1/projects?moved"),
        ("//HOST/moved", "/moved"),
        ("http://HOST/moved#fragment", "/moved"),
        ("HTTP://HOST/moved", "/moved"),
    ] {
        let slot = Arc::new(std::sync::OnceLock::<String>::new());
        let host = slot.clone();
        let raw = leading(302, move |_| location.replace("HOST", host.get().unwrap()));
        slot.set(raw.address.to_string()).unwrap();
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        session.projects().create(tsc::projects::NewProject::new("n")).unwrap();
        assert_eq!(raw.seen()[2].target, target, "{location}");
        assert_eq!(raw.seen()[2].method, "POST");
    }
}

#[test]
fn follows_at_most_ten_redirects() {
    for (redirects, works) in [(10, true), (11, false)] {
        let count = AtomicUsize::new(0);
        let raw =
            Raw::signed_in(move |seen| match count.fetch_add(1, Ordering::SeqCst) < redirects {
                true => redirect(302, &seen.target),
                false => workbooks(""),
            });
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let result = session.workbooks().list().total();
        assert_eq!(result.is_ok(), works, "{result:?}");
        if let Err(error) = result {
            assert_eq!(error.kind(), ErrorKind::Redirect);
            assert!(error.to_string().contains("10"), "{error}");
        }
        assert_eq!(raw.count("GET", "/workbooks"), 11);
        // The limit applies to each call.
        session.workbooks().list().total().unwrap();
    }
}

#[test]
fn invalid_redirect_is_an_error() {
    let responses: [fn() -> Response; 6] = [
        || response(302, &[], ""),
        || redirect(302, ""),
        || redirect(302, "ftp://127.0.0.1/x"),
        || redirect(302, "http://"),
        || redirect(302, "http://a b/"),
        || redirect(302, "javascript:alert(1)"),
    ];
    for respond in responses {
        let raw = Raw::signed_in(move |_| respond());
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let error = session.workbooks().list().total().unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Redirect, Some(302)), "{error:?}");
        assert!(!error.is_retryable());
        assert_eq!(raw.count("GET", "/workbooks"), 1);
    }
}

/// Redirects requests to `path_end` to `there`, and responds to the others.
fn leading_away(path_end: &'static str, there: String) -> Raw {
    Raw::start(move |seen| match seen.path().ends_with(path_end) {
        true => redirect(307, &format!("{there}{}", seen.target)),
        false => signed_in(seen).unwrap_or_else(|| workbooks("")),
    })
}

#[test]
fn sends_nothing_to_another_origin() {
    let elsewhere = Raw::signed_in(|_| workbooks(""));
    // Another port, or another name of the same machine, is another origin.
    let other_name = format!("http://localhost:{}", elsewhere.address.port());
    for there in [elsewhere.url.clone(), other_name] {
        for path_end in ["/serverinfo", "/signin", "/workbooks", "/signout"] {
            let raw = leading_away(path_end, there.clone());
            let server = at(&raw.url);
            let error = server
                .sign_in(&auth())
                .and_then(|session| {
                    session.workbooks().list().total()?;
                    session.sign_out()
                })
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Redirect, "{path_end}: {error:?}");
            for url in [&raw.url, &there] {
                assert!(error.to_string().contains(url.as_str()), "{error}");
            }
            let shown = everything_of(&error);
            assert!(!shown.contains(PASSWORD) && !shown.contains("THE-TOKEN"), "{shown}");
        }
    }
    assert_eq!((elsewhere.lines().len(), elsewhere.connections()), (0, 0));
}

#[test]
fn similar_host_names_are_another_origin() {
    for there in [
        "http://127.0.0.1:1@evil.example",
        "http://127.0.0.1.evil.example",
        "//evil.example",
        "http://evil.example\\@127.0.0.1",
        "\\\\evil.example",
        "http:evil.example",
    ] {
        let raw = Raw::signed_in(move |_| redirect(302, there));
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let error = session.workbooks().list().total().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect, "{there}: {error:?}");
    }
}

#[test]
fn sends_token_and_body_to_trusted_hosts() {
    let elsewhere = Raw::signed_in(|seen| match seen.method.as_str() {
        "GET" => workbooks(""),
        _ => success(PROJECT),
    });
    let port = elsewhere.address.port();
    for trusted in ["localhost".to_owned(), format!("LOCALHOST:{port}")] {
        let raw = Raw::start(move |seen| {
            redirect(307, &format!("http://localhost:{port}{}", seen.target))
        });
        let before = elsewhere.lines().len();
        let options = plain().trust_redirects_to("unrelated.example").trust_redirects_to(trusted);
        let server = with(&raw.url, options);
        let session = server.sign_in(&auth()).unwrap();
        session.projects().create(tsc::projects::NewProject::new("n")).unwrap();
        drop(session);
        let seen = &elsewhere.seen()[before..];
        assert_eq!(seen.len(), 4);
        assert!(seen[1].text().contains(PASSWORD));
        assert_eq!(seen[2].header("x-tableau-auth"), Some("THE-TOKEN"));
        assert_eq!(seen[2].method, "POST");
        // Every request was redirected: a redirect to another host is not remembered.
        assert_eq!(raw.lines().len(), 4);
    }
    // Trust applies to one port, and not to hosts whose name ends with the trusted name.
    for trusted in ["localhost:1", "host", "calhost"] {
        let raw = leading_away("/signin", format!("http://localhost:{port}"));
        let server = with(&raw.url, plain().trust_redirects_to(trusted));
        let error = server.sign_in(&auth()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect, "{trusted}");
    }
}

#[test]
fn refuses_redirect_from_https_to_http_even_to_a_trusted_host() {
    let authority = Authority::new();
    let clear = Raw::signed_in(|_| workbooks(""));
    let there = clear.url.clone();
    let raw = over_tls(authority.server(&["127.0.0.1"]), move |seen| {
        match seen.path().ends_with("workbooks") {
            true => redirect(302, &format!("{there}{}", seen.target)),
            false => signed_in(seen).unwrap(),
        }
    });
    let options = plain().verify(authority.file()).trust_redirects_to("127.0.0.1");
    let server = with(&raw.url, options);
    let session = server.sign_in(&auth()).unwrap();
    let error = session.workbooks().list().total().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    for url in [&raw.url, &clear.url] {
        assert!(error.to_string().contains(url.as_str()), "{error}");
    }
    assert_eq!(clear.connections(), 0);
}

#[test]
fn remembers_https_upgrade_from_the_version_request() {
    let authority = Authority::new();
    let secure = over_tls(authority.server(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let there = secure.url.clone();
    let raw = Raw::start(move |seen| redirect(301, &format!("{there}{}", seen.target)));
    let server = with(&raw.url, plain().verify(authority.file()));
    let session = server.sign_in(&auth()).unwrap();
    session.workbooks().list().total().unwrap();
    let token = session.detach();
    // The token belongs to the address at which it was used.
    assert!(token.export().contains(&secure.url), "{token:?}");
    drop(server.resume(token));
    assert_eq!(raw.lines(), ["GET /api/2.4/serverinfo"], "no password followed in the clear");
    assert_eq!(secure.lines().len(), 4);
    assert!(secure.seen()[1].text().contains(PASSWORD));
}

#[test]
fn https_upgrade_survives_new_options() {
    let authority = Authority::new();
    let secure = over_tls(authority.server(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let there = secure.url.clone();
    let raw = Raw::start(move |seen| redirect(301, &format!("{there}{}", seen.target)));
    let mut server = with(&raw.url, plain().verify(authority.file()));
    server.server_info().unwrap();
    server.add_http_options(tsc::HttpOptions::new().user_agent("x")).unwrap();
    drop(server.sign_in(&auth()).unwrap());
    server.clear_http_options();
    server.add_http_options(plain().verify(authority.file())).unwrap();
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!(raw.lines(), ["GET /api/2.4/serverinfo"]);
}

#[test]
fn sends_the_password_once_across_the_https_upgrade_with_a_pinned_version() {
    // No request was sent before, so the sign-in itself is redirected.
    let authority = Authority::new();
    let secure = over_tls(authority.server(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let there = secure.url.clone();
    let raw = Raw::start(move |seen| redirect(308, &format!("{there}{}", seen.target)));
    let mut server = with(&raw.url, plain().verify(authority.file()));
    server.set_version("3.24").unwrap();
    drop(server.sign_in(&auth()).unwrap());
    assert_eq!(raw.lines(), ["POST /api/3.24/auth/signin"]);
    assert_eq!(secure.lines(), ["POST /api/3.24/auth/signin", "POST /api/3.24/auth/signout"]);
}

#[test]
fn token_from_before_the_https_upgrade_remains_valid() {
    let authority = Authority::new();
    let secure = over_tls(authority.server(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    let there = secure.url.clone();
    let raw = Raw::start(move |seen| redirect(301, &format!("{there}{}", seen.target)));
    let token = crate::help::token_of(&raw.url);
    let server = with(&raw.url, plain().verify(authority.file()));
    server.join(&token).workbooks().list().total().unwrap();
    // `Server` has remembered the upgrade, also for the next session.
    server.join(&token).workbooks().list().total().unwrap();
    assert_eq!(raw.lines().len(), 1);
    assert_eq!(secure.lines().len(), 2);
}

#[test]
fn each_page_of_a_list_follows_redirects() {
    let raw = Raw::signed_in(|seen| {
        let (size, second) =
            (seen.target.contains("pageSize=1"), seen.target.contains("pageNumber=2"));
        match (seen.target.contains("moved"), second) {
            (false, _) => redirect(303, &format!("{}&moved", seen.target)),
            (true, false) => {
                page(1, 1, 2, "<workbooks><workbook id=\"a\" name=\"a\"/></workbooks>")
            }
            (true, true) => {
                assert!(size);
                page(2, 1, 2, "<workbooks><workbook id=\"b\" name=\"b\"/></workbooks>")
            }
        }
    });
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let all: Vec<_> = session
        .workbooks()
        .list()
        .page_size(1)
        .into_iter()
        .map(|item| item.unwrap().name)
        .collect();
    assert_eq!(all, ["a", "b"]);
}
