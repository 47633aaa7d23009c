//! Errors: kinds, fields, limits, invalid responses of every kind.

use std::io::Write;
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::help::{LONG, auth, everything_of, page, plain, timed, with, workbooks};
use crate::raw::{Raw, Response, Seen, response, success, tableau_error};

/// A session on a server that gives this response to every call, without retries.
fn asking(
    respond: impl Fn(&Seen) -> Response + Send + Sync + 'static,
) -> (Raw, tsc::Session<'static>) {
    limited(respond, plain())
}

fn limited(
    respond: impl Fn(&Seen) -> Response + Send + Sync + 'static,
    options: tsc::HttpOptions,
) -> (Raw, tsc::Session<'static>) {
    let raw = Raw::signed_in(respond);
    let mut server = with(&raw.url, options.retries(tsc::RetryPolicy::none()));
    server.set_version("3.24").unwrap();
    let session = server.into_session(&auth()).unwrap();
    (raw, session)
}

fn list(session: &tsc::Session<'_>) -> tsc::Result<Vec<tsc::Workbook>> {
    session.workbooks().list().into_iter().collect()
}

/// The error of a list request with this response, which must arrive in bounded time.
fn error_of(respond: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> tsc::Error {
    let (_raw, session) = asking(respond);
    let (result, took) = timed(|| list(&session));
    assert!(took < LONG, "{took:?}");
    let error = result.unwrap_err();
    assert!(error.url().unwrap().contains("/api/3.24/sites/site-1/workbooks"), "{error:?}");
    assert!(error.to_string().contains("/api/3.24/sites/site-1/workbooks"), "{error}");
    error
}

#[test]
fn reads_every_field_of_a_tableau_error() {
    let error = error_of(|_| {
        let body = "<tsResponse xmlns=\"http://tableau.com/api\"><error code=\"404006\">\
             <summary>Resource Not Found</summary><detail>Workbook R&amp;D</detail></error>\
             </tsResponse>";
        response(404, &[("X-Tableau-Request-Id", "abc-1"), ("Retry-After", "120")], body)
    });
    assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(404)));
    assert_eq!(error.code(), Some("404006"));
    assert_eq!(error.summary(), Some("Resource Not Found"));
    assert_eq!(error.detail(), Some("Workbook R&D"));
    assert_eq!(error.request_id(), Some("abc-1"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    for part in ["404006", "Resource Not Found", "Workbook R&D"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert!(error.is_not_found());
    assert!(!error.is_retryable() && !error.is_timeout() && !error.is_session_expired());
}

#[test]
fn tableau_error_takes_precedence_over_status() {
    for status in [200, 201, 202, 400, 403, 404, 409, 500, 503] {
        let error = error_of(move |_| tableau_error(status, "400123", "odd"));
        assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(status)));
        assert_eq!(error.code(), Some("400123"));
        // Without a namespace, and with the namespace of old servers.
        for xmlns in ["", " xmlns=\"http://tableausoftware.com/api\""] {
            let body = format!(
                "<?xml version='1.0' encoding='UTF-8'?>\n<tsResponse{xmlns}><error code=\"400123\">\
                 <summary/></error></tsResponse>"
            );
            let error = error_of(move |_| response(status, &[], &body));
            assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("400123")), "{error:?}");
            assert_eq!((error.summary(), error.detail()), (None, None));
        }
    }
}

#[test]
fn error_in_the_response_to_a_delete_takes_precedence_over_status() {
    let (_raw, session) = asking(|_| tableau_error(200, "403004", "not yours"));
    let error = session.projects().delete("p").unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("403004")));
    let (_raw, session) = asking(|_| response(200, &[], "<html>Please sign in</html>"));
    let error = session.projects().delete("p").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("HTML"), "{error}");
    // Without a code, and in JSON with a number as the code.
    for (body, code) in [
        ("<tsResponse><error><summary>no</summary></error></tsResponse>", None),
        (r#"{"error":{"code":403004,"summary":"no"}}"#, Some("403004")),
    ] {
        let (_raw, session) = asking(move |_| response(200, &[], body));
        for error in [session.projects().delete("p").unwrap_err(), list(&session).unwrap_err()] {
            assert_eq!((error.kind(), error.code()), (ErrorKind::Api, code), "{error:?}");
        }
    }
    let (_raw, session) = asking(|_| response(200, &[], [0xff, 0xfe]));
    session.projects().delete("p").unwrap();
    // An empty body that is marked as compressed is an empty body.
    let (raw, session) = asking(|_| response(204, &[("content-encoding", "gzip")], ""));
    for _ in 0..3 {
        session.projects().delete("p").unwrap();
    }
    assert_eq!(raw.connections(), 1);
}

#[test]
fn partially_successful_requests_keep_the_warnings() {
    let body = "<tsResponse xmlns=\"http://tableau.com/api\"><error code=\"400000\">\
        <summary>Bad Request</summary><detail>Some were not moved</detail></error><warnings>\
        <warning id=\"t1\" errorCode=\"404032\" message=\"no such table\"/>\
        <warning id=\"t2\" errorCode=\"BAD_REQUEST\" message=\"\"/><other/>\
        <warning message=\"says THE-TOKEN\"/></warnings></tsResponse>";
    let error = error_of(move |_| response(400, &[], body));
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("400000")));
    let warnings: Vec<_> = error
        .warnings()
        .iter()
        .map(|one| (one.id.as_deref(), one.code.as_deref(), one.message.as_deref()))
        .collect();
    assert_eq!(
        warnings,
        [
            (Some("t1"), Some("404032"), Some("no such table")),
            (Some("t2"), Some("BAD_REQUEST"), None),
            (None, None, Some("says [secret]")),
        ]
    );
    assert!(
        error.to_string().contains("3 warnings, the first: t1: 404032: no such table"),
        "{error}"
    );
    let plain = error_of(|_| tableau_error(400, "400000", "no"));
    assert_eq!(plain.warnings(), []);
    assert!(!plain.to_string().contains("warnings"), "{plain}");
}

#[test]
fn accepts_codes_that_are_not_numbers() {
    for (status, code) in [(400, "BAD_REQUEST"), (404, "BAD_REQUEST"), (429, "RATE_EXCEEDED")] {
        let error = error_of(move |_| tableau_error(status, code, "no"));
        assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some(code)));
        assert_eq!(error.is_not_found(), status == 404, "{error}");
        assert_eq!((error.is_throttled(), error.is_retryable()), (status == 429, status == 429));
    }
    let error = error_of(|_| tableau_error(429, "429001", "already in the pool"));
    assert!(error.is_conflict() && !error.is_throttled() && !error.is_retryable(), "{error}");
}

#[test]
fn reads_errors_in_json() {
    let error = error_of(|_| {
        let body = r#"{"error":{"code":"403004","summary":"Forbidden","detail":"No \"R&D\""}}"#;
        response(403, &[("content-type", "application/json")], body)
    });
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("403004")));
    assert_eq!((error.summary(), error.detail()), (Some("Forbidden"), Some("No \"R&D\"")));
    let error = error_of(|_| response(403, &[], r#"{"message":"who are you"}"#));
    assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(403)));
    assert!(error.to_string().contains("who are you"), "{error}");
}

#[test]
fn error_predicates_follow_code_and_status() {
    let predicates = |status, code: &'static str| {
        let error = error_of(move |_| match code {
            "" => response(status, &[], ""),
            code => tableau_error(status, code, "no"),
        });
        [
            error.is_sign_in_failed(),
            error.is_session_expired(),
            error.is_not_found(),
            error.is_timeout(),
            error.is_retryable(),
        ]
    };
    let [no, yes] = [false, true];
    assert_eq!(predicates(401, "401001"), [yes, no, no, no, no]);
    assert_eq!(predicates(404, "404002"), [no, no, yes, no, no]);
    assert_eq!(predicates(404, ""), [no, no, yes, no, no]);
    assert_eq!(predicates(429, ""), [no, no, no, no, yes]);
    assert_eq!(predicates(502, ""), [no, no, no, no, yes]);
    assert_eq!(predicates(503, "503000"), [no, no, no, no, yes]);
    assert_eq!(predicates(504, ""), [no, no, no, no, yes]);
    assert_eq!(predicates(500, "500000"), [no, no, no, no, no]);
    assert_eq!(predicates(403, "403004"), [no, no, no, no, no]);
}

#[test]
fn reports_an_expired_session_that_cannot_be_renewed() {
    let options = plain().renew_sessions(false);
    let (raw, session) = limited(|_| tableau_error(401, "401002", "Invalid credentials"), options);
    let error = list(&session).unwrap_err();
    assert!(error.is_session_expired() && !error.is_sign_in_failed(), "{error:?}");
    assert_eq!(raw.count("POST", "/signin"), 1);
}

#[test]
fn reports_html_pages_with_any_status() {
    for page in [
        "<!DOCTYPE html><html><head><title>Sign in</title></head></html>",
        "\n <html lang=\"en\"><body>Sign in</body></html>",
        "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \
         \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd\"><html>Sign in</html>",
        "\u{feff}<!doctype HTML><html><p>unclosed<br></html>",
    ] {
        let error = error_of(move |_| response(200, &[("content-type", "text/html")], page));
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)), "{error}");
        let error = error_of(move |_| response(503, &[("content-type", "text/html")], page));
        assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(503)), "{error}");
        assert!(error.to_string().contains("503"), "{error}");
        assert!(error.to_string().contains("HTML"), "{error}");
    }
}

#[test]
fn other_statuses_are_http_errors() {
    for status in [203, 226, 300, 304, 400, 401, 402, 407, 418, 451, 500, 599] {
        let error = error_of(move |_| response(status, &[], "{}"));
        assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(status)), "{error:?}");
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[test]
fn invalid_response_is_a_decode_error_with_position() {
    let cases: [(&str, &str); 12] = [
        ("", "empty"),
        ("   \n", "empty"),
        ("hello", "not XML"),
        ("{}", "not XML"),
        ("<tsResponse><workbooks><workbook id=\"w\" na", "1:"),
        ("<tsResponse>\n<workbooks></tsResponse>", "2:"),
        ("<other/>", "<other>"),
        ("<tsResponse/>", "<workbooks>"),
        ("<tsResponse><workbooks>\n <workbook name=\"n\"/></workbooks></tsResponse>", "line 2"),
        ("<tsResponse><workbooks>\n\n<workbook id=\"\"/></workbooks></tsResponse>", "line 3"),
        ("<tsResponse><workbooks><workbook id=\"\" name=\"n\"/></workbooks></tsResponse>", "`id`"),
        ("<tsResponse><a>&lol;</a></tsResponse>", "lol"),
    ];
    for (body, part) in cases {
        let error = error_of(move |_| response(200, &[], body));
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)), "{error:?}");
        assert!(error.to_string().contains(part), "{body}: {error}");
    }
    let error = error_of(|_| response(204, &[], ""));
    assert_eq!(error.kind(), ErrorKind::Decode);
    let error = error_of(|_| response(200, &[], b"<tsResponse a=\"\xff\"/>"));
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[test]
fn reports_values_that_cannot_be_read() {
    for (attribute, wrong) in [
        ("createdAt", "yesterday"),
        ("updatedAt", "2026-02-30T00:00:00Z"),
        ("size", "-1"),
        ("size", "1.5"),
        ("size", "99999999999999999999"),
        ("showTabs", "maybe"),
    ] {
        let items = format!("<workbook id=\"w\" name=\"n\" {attribute}=\"{wrong}\"/>");
        let (_raw, session) = asking(move |_| workbooks(&items));
        let list = || session.workbooks().list();
        let mut read = list().into_iter();
        let workbook = read.by_ref().next().unwrap().unwrap();
        assert_eq!((workbook.created_at, workbook.size, workbook.show_tabs), (None, None, None));
        assert_eq!(read.unreadable().count, 1);
        let report = &read.unreadable().reports[0];
        assert_eq!((report.item_id.as_deref(), report.attribute.as_str()), (Some("w"), attribute));
        assert_eq!(report.value, wrong);
        assert_eq!(list().page(1).unwrap().unreadable(), read.unreadable());
        let mut read = list().on_unreadable(tsc::OnUnreadable::Fail).into_iter();
        let error = read.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(attribute), "{error}");
        assert!(read.next().is_none());
    }
    for counts in ["pageNumber=\"x\" pageSize=\"1\" totalAvailable=\"1\"", "pageNumber=\"1\""] {
        let inside = format!("<pagination {counts}/><workbooks/>");
        let error = error_of(move |_| success(&inside));
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
}

#[test]
fn accepts_missing_and_unknown_fields() {
    let (_raw, session) = asking(|seen| match seen.path().ends_with("/users") {
        true => page(
            1,
            1000,
            2,
            "<users><user id=\"u\" name=\"\" siteRole=\"Overlord\" shoeSize=\"44\">\
             <hat colour=\"red\"/></user>\
             <user id=\"v\" name=\"n\" siteRole=\"\" lastLogin=\"\"/></users><news/>",
        ),
        false => workbooks(
            "<workbook id=\"w\" name=\"n\" createdAt=\"2026-01-02T03:04:05.678+02:00\" size=\"\">\
             <tags><tag label=\"R&amp;D\"/></tags><!-- c --></workbook>",
        ),
    });
    let users: Vec<tsc::User> =
        session.users().list().into_iter().collect::<tsc::Result<_>>().unwrap();
    assert_eq!(users[0].site_role, Some(tsc::users::SiteRole::Unknown("Overlord".into())));
    assert_eq!(users[0].site_role.as_ref().unwrap().as_str(), "Overlord");
    assert_eq!((users[0].name.as_str(), &users[0].last_login), ("", &None));
    assert_eq!((&users[1].site_role, &users[1].last_login), (&None, &None));
    let workbooks = list(&session).unwrap();
    assert_eq!(workbooks[0].created_at.unwrap().to_string(), "2026-01-02T01:04:05.678Z");
    assert_eq!((&workbooks[0].project, &workbooks[0].size), (&None, &None));
    assert_eq!(workbooks[0].tags, ["R&D"]);
}

#[test]
fn reads_responses_in_every_encoding() {
    let inside = "<pagination pageNumber=\"1\" pageSize=\"9\" totalAvailable=\"1\"/><workbooks>\
                  <workbook id=\"w\" name=\"Ü🦀\"/></workbooks>";
    let root = format!("<tsResponse xmlns=\"http://tableau.com/api\">{inside}</tsResponse>");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\n";
    let chunked: String =
        root.chars().map(|c| format!("{:x}\r\n{c}\r\n", c.len_utf8())).collect::<String>();
    let prefixed = root.replace("<", "<t:").replace("<t:/", "</t:").replace("xmlns", "xmlns:t");
    let responses = [
        response(200, &[], format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>{root}")),
        response(200, &[], format!("\r\n\r\n{root}\n<!-- end -->\n")),
        response(200, &[("content-encoding", "gzip")], gzip(root.as_bytes())),
        response(201, &[("content-type", "text/plain")], &root),
        response(200, &[], prefixed),
        Response::Send(
            format!("{head}transfer-encoding: chunked\r\n\r\n{chunked}0\r\n\r\n").into(),
        ),
        Response::SendAndClose(format!("{head}connection: close\r\n\r\n{root}").into()),
        Response::Slowly(
            response(200, &[], &root).bytes().chunks(40).map(<[u8]>::to_vec).collect(),
            Duration::from_millis(5),
        ),
    ];
    for response in responses {
        let response = std::sync::Mutex::new(Some(response));
        let (_raw, session) = asking(move |_| response.lock().unwrap().take().unwrap());
        assert_eq!(list(&session).unwrap()[0].name, "Ü🦀");
    }
}

/// Compresses into stored blocks, which is valid gzip and needs no further crate.
fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    out.extend((!crc).to_le_bytes());
    out.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    out
}

#[test]
fn truncated_body_is_an_error() {
    let body = "<tsResponse><workbooks/></tsResponse>";
    let head = |length| format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    let whole = format!("{}{body}", head(body.len() + 100));
    let error = error_of(move |_| Response::SendAndClose(whole.clone().into()));
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
    assert!(error.is_retryable(), "{error:?}");
    let chunked = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
        body.len()
    );
    let error = error_of(move |_| Response::SendAndClose(chunked.clone().into()));
    assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
    // Without a length, the body ends with the connection: half a response is malformed.
    let half = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", &body[..20]);
    let error = error_of(move |_| Response::SendAndClose(half.clone().into()));
    assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
}

#[test]
fn invalid_gzip_is_a_decode_error() {
    let whole = gzip(
        b"<tsResponse><pagination pageNumber=\"1\" pageSize=\"9\" totalAvailable=\"0\"/>\
                       <workbooks/></tsResponse>",
    );
    for broken in [
        whole[..whole.len() - 20].to_vec(),
        whole[..whole.len() - 4].to_vec(),
        whole[..5].to_vec(),
        b"no gzip at all".to_vec(),
        [&whole[..whole.len() - 8], &[0; 8]].concat(),
    ] {
        let length = broken.len();
        let error = error_of(move |_| response(200, &[("content-encoding", "gzip")], &broken));
        assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)), "{error:?}");
        assert!(!error.is_retryable(), "{length}: {error:?}");
    }
    // Invalid gzip in the body of an error response does not hide the status.
    let error = error_of(|_| response(502, &[("content-encoding", "gzip")], "no gzip"));
    assert_eq!((error.kind(), error.status()), (ErrorKind::Http, Some(502)), "{error:?}");
}

#[test]
fn invalid_http_is_a_decode_error() {
    for junk in
        ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"]
    {
        let error = error_of(move |_| Response::SendAndClose(junk.into()));
        assert_eq!(error.kind(), ErrorKind::Decode, "{junk}: {error:?}");
    }
    let endless = || format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(1 << 20)).into_bytes();
    let error = error_of(move |_| Response::SendAndClose(endless()));
    assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
    let whole = || response(200, &[("X", &"x".repeat(100_000))], "");
    let error = error_of(move |_| whole());
    assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
    assert!(!error.to_string().contains("TLS"), "a TLS server sends no such header: {error}");
}

#[test]
fn quotes_at_most_one_kibibyte_of_a_body() {
    let shown = |error: &tsc::Error| {
        let all = everything_of(error);
        let longest = all.split(|c| c != 'q').map(str::len).max().unwrap_or(0);
        assert!(longest <= 1024, "{longest}");
        assert!(error.to_string().len() < 1024 + 300, "{}", error.to_string().len());
        assert!(format!("{error:?}").len() < 2 * 1024 + 600, "{}", format!("{error:?}").len());
        longest
    };
    let long = "q".repeat(100_000);
    let body = long.clone();
    let error = error_of(move |_| response(502, &[], &body));
    assert!(shown(&error) >= 900, "too little of the body is quoted: {error}");
    let body = long.clone();
    let error = error_of(move |_| response(200, &[], &body));
    assert!(shown(&error) <= 1024);
    let detail = long.clone();
    let error = error_of(move |_| tableau_error(400, "400000", &detail));
    assert_eq!(error.code(), Some("400000"));
    shown(&error);
    // The XML parser's errors repeat names from the text.
    for wrong in [
        format!("<tsResponse><{long}></tsResponse>"),
        format!("<tsResponse><{long}></{long}z></tsResponse>"),
        format!("<{long}/>"),
        format!("<tsResponse><a {long}=\"1\" {long}=\"2\"/></tsResponse>"),
        format!("<tsResponse>&{long};</tsResponse>"),
        format!("<tsResponse><{long}:a/></tsResponse>"),
        format!("<tsResponse><?{long}</tsResponse>"),
    ] {
        let error = error_of(move |_| response(200, &[], &wrong));
        assert_eq!(error.kind(), ErrorKind::Decode);
        shown(&error);
    }
    // Errors repeat parts of the response head.
    let id = long[..3000].to_owned();
    let error = error_of(move |_| response(500, &[("x-tableau-request-id", &id)], ""));
    shown(&error);
    assert!(error.request_id().unwrap().len() <= 1024);
    let to = format!("http://{}/{}", "q".repeat(200), &long[..3000]);
    let error = error_of(move |_| crate::raw::redirect(302, &to));
    assert_eq!(error.kind(), ErrorKind::Redirect);
    shown(&error);
}

#[test]
fn oversized_response_is_a_decode_or_http_error() {
    let big = "x".repeat(70_000);
    for (status, kind) in [(200, ErrorKind::Decode), (500, ErrorKind::Http)] {
        let body = big.clone();
        let options = plain().max_response(65_536);
        let (_raw, session) = limited(move |_| response(status, &[], &body), options);
        let error = list(&session).unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{error:?}");
    }
    // Even if the rest of the body is an error of Tableau.
    let options = plain().max_response(65_536);
    let detail = big.clone();
    let (_raw, session) = limited(move |_| tableau_error(400, "400000", &detail), options);
    assert_eq!(list(&session).unwrap_err().kind(), ErrorKind::Http);
    // A body at the limit is accepted, and a caller can raise the limit.
    let fine = workbooks("<workbook id=\"w\" name=\"n\"/>").bytes();
    let length = u64::try_from(fine.len()).unwrap();
    let body_at = fine.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    let body = length - u64::try_from(body_at).unwrap();
    for (most, works) in [(body, true), (body - 1, false)] {
        let fine = fine.clone();
        let options = plain().max_response(most).retries(tsc::RetryPolicy::none());
        let raw = Raw::start(move |seen| match seen.path().ends_with("/workbooks") {
            true => Response::Send(fine.clone()),
            false => response(204, &[], ""),
        });
        let session = with(&raw.url, options).into_resumed(crate::help::token_of(&raw.url));
        let result = list(&session);
        assert_eq!(result.is_ok(), works, "{result:?}");
        assert!(result.err().is_none_or(|error| error.kind() == ErrorKind::Decode));
    }
}

#[test]
fn rejects_xml_bombs_quickly() {
    let lol = "<!DOCTYPE lolz [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
               <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><tsResponse>&c;</tsResponse>";
    let outside =
        "<!DOCTYPE x [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><tsResponse>&x;</tsResponse>";
    for body in [lol, outside] {
        let error = error_of(move |_| response(200, &[], body));
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(!everything_of(&error).contains("root:"), "{error:?}");
    }
    // Deep nesting, an element with very many attributes, very many namespaces.
    let deep = format!("<tsResponse>{}", "<a>".repeat(300_000));
    let wide = (0..50_000).map(|n| format!(" a{n}=\"\"")).collect::<String>();
    let wide = format!("<tsResponse><a{wide}/></tsResponse>");
    let spaces = (0..20_000).map(|n| format!("<a xmlns:n{n}=\"u{n}\">")).collect::<String>();
    let spaces = format!("<tsResponse>{spaces}{}</tsResponse>", "</a>".repeat(20_000));
    for body in [deep, wide, spaces] {
        let error = error_of(move |_| response(200, &[], &body));
        assert_eq!(error.kind(), ErrorKind::Decode);
    }
    // Well-formed deep nesting without content.
    let deep = format!(
        "<tsResponse><workbooks/>{}{}</tsResponse>",
        "<a>".repeat(100_000),
        "</a>".repeat(100_000)
    );
    let (_raw, session) = asking(move |_| response(200, &[], &deep));
    assert!(list(&session).unwrap().is_empty());
}

#[test]
fn rejects_fifty_megabytes_of_junk_quickly() {
    for status in [200, 500] {
        let raw = Raw::on_connection(move |mut stream, _, seen| {
            let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
            while let Some(request) = crate::raw::read_request(&mut reader) {
                seen.lock().unwrap().push(request);
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", 50 << 20);
                let block = vec![b'j'; 1 << 20];
                let sent = stream.write_all(head.as_bytes());
                let _ = sent.and_then(|()| (0..50).try_for_each(|_| stream.write_all(&block)));
            }
        });
        let server = with(&raw.url, plain().retries(tsc::RetryPolicy::none()));
        let token = crate::help::token_of(&raw.url);
        let session = server.join(&token);
        let (error, took) = timed(|| list(&session).unwrap_err());
        let kind = if status == 200 { ErrorKind::Decode } else { ErrorKind::Http };
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{error:?}");
        assert!(everything_of(&error).len() < 16_000);
        assert!(took < LONG, "{took:?}");
    }
}

#[test]
fn limits_decompressed_size() {
    // 256 MiB of zeros in a few bytes. Stored blocks cannot compress, so this writes deflate codes.
    let bomb = zeros_packed(256 << 20);
    assert!(bomb.len() < 2 << 20, "{}", bomb.len());
    for status in [200, 500] {
        let body = bomb.clone();
        let error = error_of(move |_| response(status, &[("content-encoding", "gzip")], &body));
        let kind = if status == 200 { ErrorKind::Decode } else { ErrorKind::Http };
        assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{error:?}");
    }
}

/// This many zero bytes as gzip with fixed codes: a literal 0, then repeats of 258 at distance 1.
/// The checksum at the end is wrong, but is never reached.
fn zeros_packed(bytes: usize) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (mut bits, mut count) = (0_u32, 0);
    let mut push = |value: u32, length: u32| {
        bits |= value << count;
        count += length;
        while count >= 8 {
            out.push(u8::try_from(bits & 0xff).unwrap());
            bits >>= 8;
            count -= 8;
        }
    };
    push(0b011, 3);
    // Huffman codes are written from their highest bit: 0 is 00110000, 258 is 11000101, distance 1
    // is 00000.
    push(0b0000_1100, 8);
    for _ in 0..bytes / 258 {
        push(0b1010_0011, 8);
        push(0, 5);
    }
    push(0, 7);
    push(0, 7);
    out.extend([0; 8]);
    out
}

#[test]
fn errors_are_pointer_sized_and_thread_safe() {
    fn anywhere<T: std::error::Error + Send + Sync + 'static>() {}
    anywhere::<tsc::Error>();
    assert_eq!(size_of::<tsc::Error>(), size_of::<usize>());
    let server = with("http://127.0.0.1:9", plain().retries(tsc::RetryPolicy::none()));
    let error = server.sign_in(&auth()).unwrap_err();
    // `Debug`, which `unwrap` and `main` print, names the causes.
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(format!("{error:?}").contains(&cause), "{error:?}");
    let any: anyhow::Error = error.into();
    assert!(any.downcast_ref::<tsc::Error>().is_some());
}

#[test]
fn names_invalid_addresses() {
    for wrong in ["", "ftp://tableau.example.com", "https://", "https://a b", "https://host:port"] {
        let error = tsc::Server::new(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{wrong}");
        assert!(error.to_string().contains(wrong), "{error}");
    }
    for wrong in
        ["https://me:hush@h", "https://hush@h", "http://h/?hush", "h#hush", "https://h/a?b=hush#c"]
    {
        let error = tsc::Server::new(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{wrong}");
        assert!(!everything_of(&error).contains("hush"), "{error:?}");
    }
    let error = tsc::Server::new("http://host/#/site/foo/home?x=hush").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let text = error.to_string();
    assert!(text.contains("`http://host`") && text.contains("`.site(\"foo\")`"), "{error}");
    assert!(!everything_of(&error).contains("hush") && !text.contains("home"), "{error:?}");
    for fine in
        ["tableau.example.com", "https://h/", "http://h/prefix/", "http://[::1]:8000", "h:1"]
    {
        tsc::Server::new(fine).unwrap();
    }
}

#[test]
fn keeps_path_prefix_of_the_address() {
    let raw = Raw::signed_in(|_| workbooks(""));
    for prefix in ["/bi", "/bi/", "/a/b/"] {
        let mut server = tsc::Server::new(format!("{}{prefix}", raw.url)).unwrap();
        server.add_http_options(plain()).unwrap();
        drop(server.sign_in(&auth()).unwrap());
    }
    assert_eq!(raw.lines()[0], "GET /bi/api/2.4/serverinfo");
    assert_eq!(raw.lines()[1], "POST /bi/api/3.24/auth/signin");
    assert_eq!(raw.lines()[5], "POST /bi/api/3.24/auth/signout");
    assert_eq!(raw.lines()[8], "POST /a/b/api/3.24/auth/signout");
}

/// A head that is too long is refused before it is sent, whichever option made it so long.
#[test]
fn reports_response_heads_that_are_too_long() {
    let long = "x".repeat(70_000);
    let raw = Raw::signed_in(|_| workbooks(""));
    let session = with(&raw.url, plain()).into_session(&auth()).unwrap();
    let before = raw.lines().len();
    let error = session.workbooks().list().filter(tsc::workbooks::NAME.eq(&*long)).total();
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
    assert!(error.to_string().len() < 4000, "{error}");
    let headers = plain().header("X-Long", &long);
    let error = with(&raw.url, headers).server_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
    assert_eq!(raw.lines().len(), before);

    let location = format!("/{long}");
    let raw = Raw::signed_in(move |_| crate::raw::redirect(302, &location[..60_000]));
    let options = plain().header("X-Long", &long[..10_000]);
    let session = with(&raw.url, options).into_session(&auth()).unwrap();
    let error = session.workbooks().list().total().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect, "{error:?}");

    let id = long.repeat(20);
    let raw = Raw::start(move |seen| match seen.path().ends_with("signin") {
        true => success(&format!(
            "<credentials token=\"T\"><site id=\"{id}\" contentUrl=\"\"/><user id=\"u\"/>\
             </credentials>"
        )),
        false => crate::raw::signed_in(seen).unwrap(),
    });
    let session = with(&raw.url, plain()).into_session(&auth()).unwrap();
    let (result, took) = crate::help::timed(|| session.workbooks().list().total());
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert!(error.to_string().len() < 4000 && took < crate::help::LONG, "{took:?}");
}
