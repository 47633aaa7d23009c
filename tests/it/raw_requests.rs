//! Requests for which the library has no method: paths, bodies, responses, retries and refusals.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use tableau_server_client as tsc;
use tsc::{ErrorKind, Method};

use crate::help::{auth, everything_of, millis, page, pinned, with};
use crate::raw::{Raw, Response, Seen, response, success, tableau_error};
use crate::reliability::{count, expiring};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// The request that a raw request sends; the response is an empty list.
fn sent(send: impl FnOnce(&tsc::Session<'_>) -> tsc::Result<()>) -> Seen {
    let raw = Raw::signed_in(|_| success("<webhooks/>"));
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    send(&session).unwrap();
    raw.seen().remove(1)
}

/// The error of a raw request that must not be sent.
fn error_of(send: impl FnOnce(&tsc::Session<'_>) -> tsc::Result<()>) -> String {
    let raw = Raw::signed_in(|_| success(""));
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let error = send(&session).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    drop(session);
    assert_eq!(raw.seen().len(), 2, "only the sign-in and the sign-out: {:?}", raw.lines());
    error.to_string()
}

fn get(session: &tsc::Session<'_>, path: &str) -> tsc::Result<()> {
    session.request(Method::Get, path).send().map(drop)
}

/// Sends a request that the server responds to with this body.
fn send_to<T>(
    respond: impl Fn() -> Response + Send + Sync + 'static,
    read: impl FnOnce(tsc::raw::RawRequest<'_>) -> tsc::Result<T>,
) -> tsc::Result<T> {
    let raw = Raw::signed_in(move |_| respond());
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    read(session.request(Method::Get, "sites/{site}/webhooks"))
}

/// An error with the status of a success.
fn error_with_success_status() -> Response {
    success("<error code=\"403004\"><summary>Forbidden</summary><detail>no</detail></error>")
}

#[test]
fn fills_in_the_placeholders_of_a_path() {
    for (path, target) in [
        ("sites/{site}/webhooks", "/api/3.24/sites/site-1/webhooks"),
        ("sites/{site}/users/{user}", "/api/3.24/sites/site-1/users/user-1"),
        ("/api/{version}/sites", "/api/3.24/sites"),
        ("/api/-/pulse/definitions:batchGet", "/api/-/pulse/definitions:batchGet"),
        ("groups?filter=name:eq:a+b%26c", "/api/3.24/groups?filter=name:eq:a%20b%26c"),
    ] {
        let seen = sent(|session| get(session, path));
        assert_eq!((&*seen.method, &*seen.target), ("GET", target));
        assert_eq!(seen.header("x-tableau-auth"), Some("THE-TOKEN"));
    }
}

#[test]
fn sends_query_and_headers() {
    let seen = sent(|session| {
        let request = session.request(Method::Get, "sites/{site}/webhooks?a=1");
        request.query("page size", 5).query("filter", "x:eq:ü&b").header("X-Note", "n").send()?;
        Ok(())
    });
    assert!(seen.target.ends_with("?a=1&page%20size=5&filter=x:eq:%C3%BC%26b"), "{}", seen.target);
    assert_eq!(seen.header("x-note"), Some("n"));
}

#[test]
fn replaces_headers_of_the_options() {
    let raw = Raw::signed_in(|_| success(""));
    let server = with(&raw.url, tsc::HttpOptions::new().header("Accept", "text/plain"));
    let session = server.sign_in(&auth()).unwrap();
    session.request(Method::Get, "x").header("accept", "text/csv").send().unwrap();
    let seen = raw.seen().into_iter().find(|seen| seen.path().ends_with("/x")).unwrap();
    let accepts: Vec<_> =
        seen.headers.iter().filter(|header| header.0.eq_ignore_ascii_case("accept")).collect();
    assert_eq!(accepts.len(), 1, "{accepts:?}");
    assert_eq!(seen.header("accept"), Some("text/csv"));
}

#[test]
fn accepts_a_url_of_the_same_server() {
    let raw = Raw::signed_in(|_| success(""));
    let server = pinned(&format!("{}/tableau", raw.url));
    let session = server.sign_in(&auth()).unwrap();
    get(&session, &format!("{}/tableau/api/-/search?page=2", raw.url)).unwrap();
    assert!(raw.lines().contains(&"GET /tableau/api/-/search?page=2".to_owned()));
    let error = get(&session, &format!("{}/api/-/search", raw.url)).unwrap_err();
    assert!(error.to_string().contains("not below"), "{error}");
}

#[test]
fn refuses_paths_that_cannot_be_sent() {
    for (path, why) in [
        ("https://other.example.com/api/3.24/sites", "it is on https://other.example.com, but"),
        ("ftp://other.example.com/x", "neither http nor https"),
        ("//other.example.com/x", "a segment is empty"),
        ("sites/{group}", "unknown placeholder {group}: only {site}, {user} and {version} are"),
        ("sites/{site", "`{` has no `}`"),
        ("sites/../x", "a segment is empty, `.` or `..`"),
        ("api/3.24/sites", "begin an absolute path with `/`"),
        ("groups/R&D x", "' ', which has to be percent-encoded"),
        ("groups/x#y", "write `%23`"),
        ("groups?filter=%f", "\"filter\" is not percent-encoded"),
    ] {
        let error = error_of(|session| get(session, path));
        assert!(error.contains(why), "{path}: {error}");
    }
}

#[test]
fn refuses_get_with_a_body_and_reserved_headers() {
    let error = error_of(|session| session.request(Method::Get, "x").text("y").send().map(drop));
    assert!(error.contains("GET /api/3.24/x has a body") && error.contains("`query`"), "{error}");
    for name in ["X-Tableau-Auth", "Content-Length", "bad name"] {
        let error = error_of(|session| {
            session.request(Method::Get, "x").header(name, "1").send().map(drop)
        });
        assert!(error.contains(name), "{error}");
    }
    let error = error_of(|session| {
        session.request(Method::Post, "x").text("y").header("Content-Type", "a\nb").send().map(drop)
    });
    assert!(error.contains("media type"), "{error}");
}

#[test]
fn sends_every_kind_of_body() {
    let post = |build: &dyn Fn(tsc::raw::RawRequest<'_>) -> tsc::Result<()>| {
        sent(|session| build(session.request(Method::Post, "x")))
    };
    let seen = post(&|request| request.bytes("image/png", [1, 2]).send().map(drop));
    assert_eq!((seen.header("content-type"), &*seen.body), (Some("image/png"), &[1, 2][..]));
    let seen = post(&|request| request.text("ü").send().map(drop));
    assert_eq!(seen.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(seen.text(), "ü");
    let seen = post(&|request| request.xml("<tsRequest/>").send().map(drop));
    assert_eq!((seen.header("content-type"), &*seen.text()), (Some("text/xml"), "<tsRequest/>"));
    let value = BTreeMap::from([("name", "x")]);
    let seen = post(&|request| {
        let request = request.json(&value);
        request.header("Content-Type", "application/vnd.tableau.x+json").send().map(drop)
    });
    assert_eq!(seen.header("content-type"), Some("application/vnd.tableau.x+json"));
    assert_eq!(seen.text(), "{\"name\":\"x\"}");
    let seen =
        post(&|request| request.stream(tsc::Source::bytes("f", &b"PK"[..])).send().map(drop));
    assert_eq!(seen.header("content-type"), Some("application/octet-stream"));
    assert_eq!((seen.header("content-length"), &*seen.body), (Some("2"), &b"PK"[..]));
    let seen = post(&|request| request.send().map(drop));
    assert_eq!((seen.header("content-type"), seen.header("content-length")), (None, Some("0")));
}

#[test]
fn sends_parts_and_a_file() {
    let seen = sent(|session| {
        let request =
            session.request(Method::Post, "x").part("request_payload", "text/xml", "<a/>");
        let file = tsc::Source::reader("b.tds", 2, &b"PK"[..]);
        request.part("note", "text/plain", "n").file("tableau_datasource", file).send().map(drop)
    });
    let media_type = seen.header("content-type").unwrap();
    let boundary = media_type.strip_prefix("multipart/mixed; boundary=").unwrap();
    let expected = "--B\r\nContent-Disposition: form-data; name=\"request_payload\"; filename=\"\"\r\n\
        Content-Type: text/xml\r\n\r\n<a/>\r\n\
        --B\r\nContent-Disposition: form-data; name=\"note\"; filename=\"\"\r\n\
        Content-Type: text/plain\r\n\r\nn\r\n\
        --B\r\nContent-Disposition: form-data; name=\"tableau_datasource\"; filename=\"b.tds\"\r\n\
        Content-Type: application/octet-stream\r\n\r\nPK\r\n--B--\r\n";
    assert_eq!(seen.text().replace(boundary, "B"), expected);
    let error = error_of(|session| {
        let file = || tsc::Source::bytes("f", &b"PK"[..]);
        session.request(Method::Post, "x").file("a", file()).file("b", file()).send().map(drop)
    });
    assert!(error.contains("only one file"), "{error}");
}

#[test]
fn reads_every_kind_of_response() {
    let text = || response(200, &[("x-note", "n")], "plain");
    assert_eq!(send_to(text, |request| request.read_text()).unwrap(), "plain");
    let sent = send_to(text, |request| request.send()).unwrap();
    assert_eq!((sent.status(), sent.header("X-Note")), (200, Some("n")));
    assert_eq!((sent.text().unwrap(), sent.bytes()), ("plain", &b"plain"[..]));
    let mut out = Vec::new();
    let written = send_to(text, |request| request.write_to(&mut out)).unwrap();
    assert_eq!((written, &*out), (5, &b"plain"[..]));
    let json = || response(200, JSON, "\u{feff}{\"a\": [1, 2]}");
    let read: BTreeMap<String, Vec<u8>> = send_to(json, |request| request.read_json()).unwrap();
    assert_eq!(read["a"], [1, 2]);
    let xml =
        || response(200, &[], "<ns:report xmlns:ns='u'><row n='7'/><row n='8'>x</row></ns:report>");
    let read: tsc::Result<Vec<_>> = send_to(xml, |request| {
        request.read_xml(|root| {
            assert_eq!(root.tag(), "report");
            root.children().map(|row| Ok((row.parse::<u8>("n")?, row.text()))).collect()
        })
    });
    assert_eq!(read.unwrap(), vec![(7, String::new()), (8, "x".to_owned())]);
}

#[test]
fn requests_the_format_that_is_read() {
    let accept = |read: &dyn Fn(tsc::raw::RawRequest<'_>)| {
        let seen = sent(|session| {
            read(session.request(Method::Get, "x"));
            Ok(())
        });
        seen.header("accept").map(str::to_owned)
    };
    let json = accept(&|request| drop(request.read_json::<u8>()));
    assert_eq!(json.as_deref(), Some("application/json"));
    let xml = accept(&|request| request.read_xml(|_| Ok(())).unwrap());
    assert_eq!(xml.as_deref(), Some("application/xml"));
    let own = accept(&|request| drop(request.header("Accept", "a/b").read_json::<u8>()));
    assert_eq!(own.as_deref(), Some("a/b"));
}

#[test]
fn explains_responses_that_cannot_be_read() {
    let xml = || success("<webhooks>\n<webhook n='x'/></webhooks>");
    for (error, why) in [
        (send_to(xml, |r| r.read_json::<u8>()).unwrap_err(), "is XML instead of JSON"),
        (send_to(|| response(200, &[], ""), |r| r.read_json::<u8>()).unwrap_err(), "is empty"),
        (send_to(|| response(200, JSON, "{"), |r| r.read_json::<u8>()).unwrap_err(), "line 1"),
        (
            send_to(|| response(200, &[], [0xff]), |r| r.read_text()).unwrap_err(),
            "not text in UTF-8",
        ),
        (send_to(|| response(200, &[], "<html>"), |r| r.send()).unwrap_err(), "HTML page"),
        (
            send_to(xml, |r| r.read_xml(|root| root.need("users").map(drop))).unwrap_err(),
            "<users> of <tsResponse> at line 1, column 1 is missing",
        ),
        (
            send_to(xml, |r| {
                r.read_xml(|root| root.need("webhooks")?.need("webhook")?.parse::<u8>("n"))
            })
            .unwrap_err(),
            "the attribute `n` of <webhook> at line 2, column 1 cannot be read",
        ),
    ] {
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        let text = error.to_string();
        assert!(text.contains(why) && text.starts_with("GET http://"), "{text}");
    }
}

#[test]
fn reads_errors_of_json_operations() {
    for (path, headers, body, code, summary, detail) in [
        (
            "/api/v1/vizql-data-service/query-datasource",
            None,
            r#"{"errorCode":"400803","message":"Validation failed","datetime":"2026-01-01T00:00:00Z","debug":{"field":"x"},"tab-error-code":"400803"}"#,
            "400803",
            "Validation failed",
            Some(r#"{"field":"x"}"#),
        ),
        (
            "/api/-/pulse/definitions",
            None,
            r#"{"code":5,"message":"no such definition","details":[]}"#,
            "5",
            "no such definition",
            None,
        ),
        (
            "/api/-/pulse/insights/ban",
            Some(("tableau_error_code", "400999")),
            r#"{"code":3,"message":"Pulse is disabled","details":["on the site"]}"#,
            "400999",
            "Pulse is disabled",
            Some(r#"["on the site"]"#),
        ),
        (
            "/api/metadata/graphql",
            None,
            r#"{"errors":[{"message":"bad query","extensions":{"code":"E1","description":"see x"}}]}"#,
            "E1",
            "bad query",
            Some("see x"),
        ),
        (
            "sites/{site}/webhooks",
            None,
            r#"{"error":{"summary":"Bad Request","detail":"no","code":"400000"}}"#,
            "400000",
            "Bad Request",
            Some("no"),
        ),
    ] {
        let headers: Vec<_> = headers.into_iter().chain(JSON.iter().copied()).collect();
        let raw = Raw::signed_in(move |_| response(400, &headers, body));
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let error = session.request(Method::Post, path).read_json::<u8>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Api, "{path}: {error}");
        assert_eq!((error.code(), error.summary()), (Some(code), Some(summary)), "{path}");
        assert_eq!((error.detail(), error.status()), (detail, Some(400)), "{path}");
    }
    let other = send_to(|| response(400, JSON, r#"{"code":5,"message":"x"}"#), |r| r.send());
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Http, "a format of other operations");
}

#[test]
fn repeats_post_only_if_it_was_not_carried_out_or_is_idempotent() {
    let attempts = |respond: fn() -> Response, is_idempotent: bool| {
        let calls = AtomicUsize::new(0);
        let raw = Raw::signed_in(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
            0 => respond(),
            _ => response(200, JSON, "1"),
        });
        let retries = tsc::RetryPolicy::new().initial_backoff(millis(1));
        let server = with(&raw.url, tsc::HttpOptions::new().retries(retries));
        let session = server.sign_in(&auth()).unwrap();
        let request = session.request(Method::Post, "x").text("y");
        let request = if is_idempotent { request.idempotent() } else { request };
        let outcome = request.read_json::<u8>();
        (count(&raw, "POST /api/3.24/x"), outcome.is_ok())
    };
    let throttled = || tableau_error(429, "429000", "too many requests");
    assert_eq!(attempts(throttled, false), (2, true));
    assert_eq!(attempts(|| Response::Close, false), (1, false));
    assert_eq!(attempts(|| Response::Close, true), (2, true));
    assert_eq!(attempts(|| response(503, &[], ""), true), (2, true));
}

#[test]
fn renews_an_expired_session() {
    let raw = expiring(1);
    let server = crate::reliability::server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    for _ in 0..3 {
        get(&session, "x").unwrap();
    }
    drop(session);
    assert_eq!(count(&raw, "signin"), 3);
}

#[test]
fn observes_cancellation_and_the_size_limit() {
    let raw = Raw::signed_in(|_| page(1, 1, 0, &" ".repeat(2000)));
    let server = with(&raw.url, tsc::HttpOptions::new().max_response(1000));
    let session = server.sign_in(&auth()).unwrap();
    let error = get(&session, "x").unwrap_err();
    assert!(error.to_string().contains("larger than 1000 bytes"), "{error}");
    let mut out = Vec::new();
    session.request(Method::Get, "/files/x").write_to(&mut out).unwrap();
    assert!(out.len() > 2000, "a stream has no limit");
    let refused = Raw::signed_in(|_| error_with_success_status());
    let server = pinned(&refused.url);
    let error = server.sign_in(&auth()).unwrap().request(Method::Get, "x").write_to(&mut out);
    assert_eq!(error.unwrap_err().code(), Some("403004"));
    let token = tsc::CancellationToken::new();
    token.cancel();
    let view = session.with_cancellation(&token);
    let error = view.request(Method::Get, "x").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn redacts_secrets_of_the_request() {
    let raw = Raw::signed_in(|seen| {
        let key = seen.header("x-api-key").unwrap_or_default();
        tableau_error(400, "400000", &format!("{key} {}", seen.text()))
    });
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let request = session.request(Method::Post, "x").header("X-Api-Key", "key-of-a-caller");
    let request = request.text("body-secret-1").redact("body-secret-1");
    let shown = format!("{request:?}");
    let error = request.send().unwrap_err();
    for text in [everything_of(&error), shown] {
        assert!(!text.contains("key-of-a-caller") && !text.contains("body-secret-1"), "{text}");
    }
}

#[test]
fn returns_the_specification_of_the_server() {
    let raw = Raw::signed_in(|_| response(200, JSON, "{\"openapi\": \"3.0.1\"}"));
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    assert_eq!(session.openapi().unwrap(), "{\"openapi\": \"3.0.1\"}");
    assert!(raw.lines().contains(&"GET /services/specifications/openapi".to_owned()));
}

#[test]
fn sends_raw_requests_to_the_mock_server() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let names = session.request(Method::Get, "sites/{site}/projects").query("pageSize", 1000);
    let mut names: Vec<String> = names
        .read_xml(|root| {
            let projects = root.need("projects")?;
            projects.children().map(|project| Ok(project.require("name")?.to_owned())).collect()
        })
        .unwrap();
    let mut listed: Vec<_> =
        session.projects().list().into_iter().map(|project| project.unwrap().name).collect();
    names.sort();
    listed.sort();
    assert_eq!(names, listed);
}

/// The items of a list with pages, and the targets of its requests.
fn items_of(
    responses: impl Fn(&Seen) -> String + Send + Sync + 'static,
    paging: tsc::raw::Paging,
    path: &str,
) -> (Vec<tsc::Result<u8>>, Vec<String>) {
    let raw = Raw::signed_in(move |seen| response(200, JSON, responses(seen)));
    let server = pinned(&raw.url);
    let session = server.sign_in(&auth()).unwrap();
    let request = session.request(Method::Get, "/api/-/x").query("size", 2).header("X-Note", "n");
    let items = request.read_items(paging, path).collect();
    let seen: Vec<Seen> = raw.seen().into_iter().filter(|s| s.path() == "/api/-/x").collect();
    assert!(seen.iter().all(|s| s.header("x-note") == Some("n")));
    assert!(seen.iter().all(|s| s.header("accept") == Some("application/json")));
    (items, seen.into_iter().map(|s| s.target).collect())
}

fn values(items: Vec<tsc::Result<u8>>) -> Vec<u8> {
    items.into_iter().map(Result::unwrap).collect()
}

#[test]
fn follows_page_numbers_tokens_and_links() {
    use tsc::raw::Paging;
    let by_number = |seen: &Seen| {
        let items = if seen.target.contains("pageNumber=1") { "1, 2" } else { "3" };
        format!("{{\"pagination\": {{\"totalAvailable\": \"3\"}}, \"a\": {{\"b\": [{items}]}}}}")
    };
    let (items, targets) = items_of(by_number, Paging::Numbers, "a.b");
    assert_eq!(values(items), [1, 2, 3]);
    assert_eq!(targets, ["/api/-/x?size=2&pageNumber=1", "/api/-/x?size=2&pageNumber=2"]);
    let by_token = |seen: &Seen| match seen.target.contains("page_token=a%2Fb") {
        true => "{\"list\": [3], \"next_page_token\": \"\"}".to_owned(),
        false => "{\"list\": [1, 2], \"next_page_token\": \"a/b\"}".to_owned(),
    };
    let (items, targets) = items_of(by_token, Paging::Tokens, "list");
    assert_eq!((values(items), targets.len()), (vec![1, 2, 3], 2));
    let by_link = |seen: &Seen| match seen.target.contains("page=1") {
        true => "{\"hits\": {\"items\": [3]}}".to_owned(),
        false => "{\"hits\": {\"items\": [1], \"next\": \"/api/-/x?page=1\"}}".to_owned(),
    };
    let (items, targets) = items_of(by_link, Paging::Links, "hits.items");
    assert_eq!(values(items), [1, 3]);
    assert_eq!(targets[1], "/api/-/x?page=1");
    let nothing = |_: &Seen| "{\"next_page_token\": \"\"}".to_owned();
    assert!(items_of(nothing, Paging::Tokens, "list").0.is_empty(), "an empty list is left out");
}

#[test]
fn reports_items_and_pages_that_cannot_be_read() {
    use tsc::raw::Paging;
    let bad = |_: &Seen| "{\"list\": [1, \"x\", 3]}".to_owned();
    let (items, _) = items_of(bad, Paging::Tokens, "list");
    assert!(items[0].is_ok() && items[1].is_err() && items[2].is_ok(), "{items:?}");
    for (paging, text, why) in [
        (
            Paging::Tokens,
            "{\"definitions\": []}",
            "no `list`, which `list` requires; the fields there are [\"definitions\"]",
        ),
        (Paging::Numbers, "{\"list\": [1]}", "no `pagination`"),
        (
            Paging::Numbers,
            "{\"list\": [], \"pagination\": {\"totalAvailable\": 2}}",
            "a page without items before `totalAvailable`",
        ),
        (
            Paging::Links,
            "{\"list\": [], \"next\": \"https://other.example.com/x\"}",
            "the link to the next page is invalid: it is on https://other.example.com",
        ),
    ] {
        let (items, _) = items_of(move |_| text.to_owned(), paging, "list");
        let [Err(error)] = &items[..] else { panic!("one error: {items:?}") };
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(why), "{error}");
    }
    let error = error_of(|session| {
        let request = session.request(Method::Post, "x").text("y");
        request.read_items::<u8>(Paging::Tokens, "a").collect::<tsc::Result<Vec<_>>>().map(drop)
    });
    assert!(error.contains("cannot have a body"), "{error}");
}

#[test]
fn ends_a_list_whose_next_page_is_the_same_page() {
    use tsc::raw::Paging;
    for (paging, text) in [
        (Paging::Tokens, "{\"list\": [1], \"next_page_token\": \"t\"}"),
        (Paging::Links, "{\"list\": [1], \"next\": \"/api/-/x?page=1\"}"),
    ] {
        let raw = Raw::signed_in(move |_| response(200, JSON, text));
        let server = pinned(&raw.url);
        let session = server.sign_in(&auth()).unwrap();
        let items = session.request(Method::Get, "/api/-/x").read_items::<u8>(paging, "list");
        let [Ok(1), Err(error)] = &items.take(5).collect::<Vec<_>>()[..] else {
            panic!("one item and one error")
        };
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("names this page as the next"), "{error}");
    }
}

#[test]
fn reads_lists_of_the_mock_server_in_json() {
    use serde_json::Value;
    let mock = tsc::mock::MockServer::start().unwrap();
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let total = session.workbooks().list().total().unwrap();
    let request = session.request(Method::Get, "sites/{site}/workbooks").query("pageSize", 2);
    let items = request.read_items::<Value>(tsc::raw::Paging::Numbers, "workbooks.workbook");
    assert_eq!(items.map(Result::unwrap).count() as u64, total);
    let search = session.request(Method::Get, "/api/-/search").query("limit", 2);
    let search = search.query("filter", "type:eq:workbook");
    let hits = search.read_items::<Value>(tsc::raw::Paging::Links, "hits.items");
    assert!(hits.map(Result::unwrap).count() as u64 >= total);
}
