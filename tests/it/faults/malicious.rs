//! Malicious servers: memory stays within the documented limits, no wait exceeds a deadline, and no
//! message contains a secret.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::{ErrorKind, HttpOptions, RetryPolicy};

use super::quick;
#[cfg(target_os = "linux")]
use crate::help::peak_kib;
use crate::help::{
    LONG, PASSWORD, auth, child, everything_of, given, millis, timed, token_of, with,
};
use crate::raw::{Raw, Response, read_request, response, signed_in, tableau_error};

/// Responds to the sign-in, and passes the connection of any other request to `handle`.
fn taken_over(
    answering: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> Raw {
    Raw::on_connection(move |mut stream, _, seen| {
        let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
        while let Some(request) = read_request(&mut reader) {
            seen.lock().unwrap().push(request.clone());
            match signed_in(&request) {
                Some(response) => drop(stream.write_all(&response.bytes())),
                // Ends when the client closes the connection.
                None => return drop(answering(&mut stream)),
            }
        }
    })
}

/// Repeats a piece until the client closes the connection.
fn endless(head: &'static str, piece: Vec<u8>) -> Raw {
    taken_over(move |stream| {
        stream.write_all(head.as_bytes())?;
        loop {
            stream.write_all(&piece)?;
        }
    })
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

#[test]
fn limits_endless_responses() {
    let text = vec![b'x'; 64 << 10];
    let cases = [
        ("headers", endless(OK, b"x-more: and more\r\n".to_vec()), ErrorKind::Decode),
        ("one header", endless("HTTP/1.1 200 OK\r\nx-long: ", text.clone()), ErrorKind::Decode),
        ("a status line", endless("HTTP/1.1 200 ", text.clone()), ErrorKind::Decode),
        (
            "interim responses",
            endless("", b"HTTP/1.1 103 X\r\na: b\r\n\r\n".to_vec()),
            ErrorKind::Decode,
        ),
        ("chunks", endless(CHUNKED, chunk(&text)), ErrorKind::Decode),
        (
            "a chunk's extension",
            endless("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;", text.clone()),
            ErrorKind::Decode,
        ),
        (
            "trailers",
            endless(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n",
                b"x-t: y\r\n".to_vec(),
            ),
            ErrorKind::Decode,
        ),
        (
            "a body without length",
            endless("HTTP/1.1 200 OK\r\n\r\n", text.clone()),
            ErrorKind::Decode,
        ),
        (
            "an error",
            endless("HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n", chunk(&text)),
            ErrorKind::Http,
        ),
        (
            "a redirect",
            endless(
                "HTTP/1.1 302 X\r\nlocation: /x\r\ntransfer-encoding: chunked\r\n\r\n",
                chunk(&text),
            ),
            ErrorKind::Redirect,
        ),
    ];
    for (name, raw, kind) in cases {
        // Trailers are skipped until the timeout.
        let time = millis(if name == "trailers" { 800 } else { 3000 });
        let options = quick().retries(RetryPolicy::none()).max_response(4 << 20).timeout(time);
        let session = with(&raw.url, options).into_resumed(token_of(&raw.url));
        let (result, took) = timed(|| session.projects().list().total());
        let error = result.unwrap_err();
        eprintln!("{name}: {took:?} {:.200}", format!("{error:?}"));
        assert!(took < LONG, "{name}: {took:?}");
        assert!(everything_of(&error).len() < 20_000, "{name}");
        let expected = error.kind() == kind || error.is_timeout();
        assert!(expected, "{name}: {error:?}");
        let (result, took) = timed(|| session.projects().delete("p"));
        assert!(result.is_err(), "{name}: a deletion");
        assert!(took < LONG, "{name}: {took:?}");
    }
}

/// Single bytes at intervals never exceed `read_timeout`; the timeout of the whole request ends
/// them.
#[test]
fn timeout_and_cancellation_end_responses_sent_byte_by_byte() {
    let cases = [
        ("head", "HTTP/1.1 200 OK\r\nx-slow: ", "x"),
        ("body", "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", "<"),
        ("chunks", CHUNKED, "1\r\n<\r\n"),
        ("error", "HTTP/1.1 500 X\r\ncontent-length: 1000000\r\n\r\n", "x"),
        ("redirect", "HTTP/1.1 302 X\r\nlocation: /y\r\ncontent-length: 60000\r\n\r\n", "x"),
    ];
    std::thread::scope(|scope| {
        for (name, start, piece) in cases {
            scope.spawn(move || dripped(name, start, piece));
        }
    });
}

fn dripped(name: &str, start: &'static str, piece: &'static str) {
    let raw = taken_over(move |stream| {
        stream.write_all(start.as_bytes())?;
        loop {
            std::thread::sleep(millis(20));
            stream.write_all(piece.as_bytes())?;
        }
    });
    // Long enough that a delay on a busy machine is not a timeout.
    let options = quick().read_timeout(millis(1200));
    let ends = |projects: tsc::projects::Projects<'_>, at: u64| {
        let (result, took) = timed(|| projects.list().total());
        assert!(result.is_err(), "{name}");
        // The head has to arrive completely within `read_timeout`; in the body, single bytes
        // restart it.
        let least = millis(if name == "head" { at.min(1200) } else { at });
        assert!(took + millis(50) >= least && took < LONG, "{name}: {took:?} for {at} ms");
    };
    let session = with(&raw.url, options.clone()).into_session(&auth()).unwrap();
    let bounded = with(&raw.url, options.timeout(millis(1800))).into_session(&auth()).unwrap();
    let cancellation = tsc::CancellationToken::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let token = tsc::CancellationToken::with_timeout(millis(2500));
            ends(session.with_cancellation(&token).projects(), 2500)
        });
        scope.spawn(|| ends(bounded.projects(), 1800));
        scope.spawn(|| ends(session.with_cancellation(&cancellation).projects(), 1700));
        std::thread::sleep(millis(1800));
        cancellation.cancel();
    });
}

/// The server repeats the password, the token and the value of a header in every part of a
/// response.
#[test]
fn redacts_secrets_echoed_in_any_part_of_a_response() {
    const HEADER: &str = "a-header-of-secret-value";
    crate::logs::start();
    let all = format!("{PASSWORD} THE-TOKEN {HEADER}");
    let pad = |n: usize| format!("{}{PASSWORD}", "x".repeat(n));
    type Echo = Box<dyn Fn() -> Response + Send + Sync>;
    let mut echoes: Vec<(String, Echo)> = Vec::new();
    let a = all.clone();
    let xml = format!("<tsResponse><{PASSWORD} THE-TOKEN=\"{HEADER}\"></tsResponse>");
    let missing = format!(
        "<tsResponse><projects><project {PASSWORD}=\"THE-TOKEN\"/></projects></tsResponse>"
    );
    let html = format!("<html>{all}</html>");
    let status = format!("HTTP/1.1 200 {all}\r\nx: {all}\r\n\r\n<{all}>");
    let junk = format!("{all}\r\n\r\n");
    let bad = format!("HTTP/1.1 200 OK\r\ncontent-length: {PASSWORD}\r\n\r\n");
    let chunks = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{PASSWORD}\r\n");
    let mut add = |name: &str, echo: Echo| echoes.push((name.to_owned(), echo));
    add("detail", Box::new(move || tableau_error(400, "400000", &a)));
    let a = all.clone();
    add("code", Box::new(move || tableau_error(400, PASSWORD, &a)));
    let a = all.clone();
    add("body", Box::new(move || response(502, &[], &a)));
    let a = all.clone();
    add(
        "request id",
        Box::new(move || response(500, &[("x-tableau-request-id", &a), ("retry-after", &a)], "")),
    );
    let a = all.clone();
    add(
        "location",
        Box::new(move || crate::raw::redirect(302, &format!("http://elsewhere.invalid/{a}"))),
    );
    add("bad location", Box::new(|| crate::raw::redirect(302, &format!("ftp://{PASSWORD}"))));
    add("host", Box::new(|| crate::raw::redirect(302, &format!("http://{PASSWORD}.invalid/"))));
    add("mismatched tag", Box::new(move || response(200, &[], &xml)));
    add("missing attribute", Box::new(move || response(200, &[], &missing)));
    add("page", Box::new(move || response(200, &[], &html)));
    add("host in lower case", Box::new(|| crate::raw::redirect(302, "http://THE-TOKEN.invalid/")));
    let broken_off = "HTTP/1.1 500 X\r\ncontent-length: 99\r\n\r\nyour token: THE-TOK".to_owned();
    for (name, bytes) in [
        ("status", status),
        ("junk", junk),
        ("length", bad),
        ("chunk size", chunks),
        ("broken off", broken_off),
    ] {
        add(name, Box::new(move || Response::SendAndClose(bytes.clone().into_bytes())));
    }
    // If a message is cut off, no part of a secret may remain at its end.
    for n in [80, 90, 95, 180, 190, 290, 690, 990, 995] {
        let padded = pad(n);
        add(&format!("detail at {n}"), Box::new(move || tableau_error(400, "400000", &padded)));
        let padded = pad(n);
        add(&format!("body at {n}"), Box::new(move || response(502, &[], &padded)));
        let padded = pad(n);
        add(
            &format!("id at {n}"),
            Box::new(move || response(500, &[("x-request-id", &padded)], "")),
        );
        let padded = pad(n);
        add(
            &format!("location at {n}"),
            Box::new(move || crate::raw::redirect(302, &format!("ftp://{padded}"))),
        );
        let padded = pad(n);
        add(
            &format!("tag at {n}"),
            Box::new(move || response(200, &[], format!("<tsResponse><{padded}></tsResponse>"))),
        );
        let padded = pad(n);
        add(&format!("root at {n}"), Box::new(move || response(200, &[], format!("<{padded}/>"))));
    }
    let half = &PASSWORD[..PASSWORD.len() / 2];
    for (name, echo) in echoes {
        let raw = Raw::signed_in(move |_| echo());
        let options = quick().retries(RetryPolicy::none()).header("X-Api-Key", HEADER);
        let session = with(&raw.url, options).into_session(&auth()).unwrap();
        let shown = match session.projects().list().page(1) {
            // A missing attribute is not an error, but the page's report must not contain a secret
            // either.
            Ok(page) => format!("{page:?}"),
            Err(error) => everything_of(&error),
        };
        for secret in [PASSWORD, "THE-TOKEN", "THE-TOK", "the-token", HEADER, half] {
            assert!(!shown.contains(secret), "{name}: {shown}");
        }
        let _ = session.projects().delete("p");
    }
    for record in crate::logs::here() {
        // ureq's own records are not covered; they are disabled at `info`.
        if record.target.starts_with("tableau_server_client") {
            for secret in [PASSWORD, "THE-TOKEN", HEADER] {
                assert!(!record.text.contains(secret), "{record:?}");
            }
        }
    }
}

#[test]
fn limits_endless_redirects() {
    let raw = Raw::signed_in(|seen| {
        let next = seen.target.len();
        crate::raw::redirect(307, &format!("/api/3.24/{}", "x".repeat(next)))
    });
    let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
    let error = session.projects().list().total().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("more than 10 consecutive redirects"), "{error}");
    // The version request, and the first request with its ten redirects.
    assert_eq!(raw.seen().iter().filter(|seen| seen.method == "GET").count(), 1 + 11);
}

/// Sends a response of this size, made of a start, repeated pieces and an end, without holding it
/// in memory.
#[cfg(target_os = "linux")]
fn dense(total: usize, piece: &'static str) -> Raw {
    let (start, end) = match (piece.starts_with("<workbook "), piece.starts_with('<')) {
        (true, _) => ("<tsResponse><workbooks>", "</workbooks></tsResponse>"),
        (_, true) => ("<tsResponse>", "</tsResponse>"),
        (_, false) => ("[", "0]"),
    };
    taken_over(move |stream| {
        let count = (total - start.len() - end.len()) / piece.len();
        let length = start.len() + count * piece.len() + end.len();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{start}")?;
        let block = piece.repeat(1000);
        for _ in 0..count / 1000 {
            stream.write_all(block.as_bytes())?;
        }
        stream.write_all(piece.repeat(count % 1000).as_bytes())?;
        stream.write_all(end.as_bytes())
    })
}

/// The memory that malicious responses take, each measured in a separate process.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_within_the_documented_limits() {
    for case in [
        "endless",
        "error",
        "headers",
        "download",
        "nodes",
        "attributes",
        "entities",
        "json",
        "too many items",
        "many items",
    ] {
        let output = child("faults::malicious::memory_of_one_case", &[("CASE", case)]);
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by `memory_stays_within_the_documented_limits`"]
fn memory_of_one_case() {
    const MIB: usize = 1 << 20;
    let case = given("CASE").unwrap_or_else(|| "endless".to_owned());
    let text = vec![b'x'; 64 << 10];
    let error = "HTTP/1.1 500 X\r\ntransfer-encoding: chunked\r\n\r\n";
    // Allowed are the limit, the spare capacity of a growing buffer, and what the program takes
    // anyway.
    let limit = std::env::var("LIMIT").map_or(16, |text| text.parse().unwrap());
    let (raw, allowed) = match case.as_str() {
        "endless" => (endless(CHUNKED, chunk(&text)), 3 * limit),
        "error" => (endless(error, chunk(&text)), 8),
        "headers" => (endless(OK, b"x-more: and more\r\n".to_vec()), 4),
        "download" => (endless(CHUNKED, chunk(&text)), 8),
        "nodes" => (dense(limit * MIB, "<aaaaaaaaa/>"), 12 * limit),
        "attributes" => (dense(limit * MIB, "<a b='' c='' d='' e='' f='' g=''/>"), 12 * limit),
        "entities" => (dense(limit * MIB, "<aaaaa b='&lt;'>&lt;</aaaaa>"), 12 * limit),
        "json" => (dense(limit * MIB, "0,"), 3 * limit),
        "too many items" => {
            (dense(limit * MIB, "<workbook id='w' name='n'          />"), 12 * limit)
        }
        // The maximum number of items in a list without pagination.
        "many items" => (dense(2_700_000, "<workbook id='w' name='n'/>"), 200),
        other => panic!("{other}"),
    };
    let options =
        HttpOptions::new().retries(RetryPolicy::none()).max_response((limit * MIB) as u64);
    let server = with(&raw.url, options.timeout(Duration::from_secs(60)));
    let token = token_of(&raw.url);
    let session = server.join(&token);
    // The memory that any request takes.
    let before = peak_kib();
    let outcome = match case.as_str() {
        "download" => {
            let cancellation = tsc::CancellationToken::new();
            let view = session.with_cancellation(&cancellation);
            let much = |progress: tsc::Progress| {
                if progress.done > 64 * MIB as u64 {
                    cancellation.cancel();
                }
            };
            let download = view.workbooks().download("w").on_progress(much);
            let outcome = download.to_writer(std::io::sink());
            assert!(cancellation.is_cancelled(), "{outcome:?}");
            outcome
        }
        // The response to a deletion is searched for an error, also as JSON.
        "json" => session.projects().delete("p").map(|()| 0),
        "too many items" | "many items" => session.workbooks().list().total(),
        _ => session.projects().list().total(),
    };
    let outcome = match outcome {
        Ok(_) => "taken".to_owned(),
        Err(error) => format!("{:.250}", format!("{error:?}")),
    };
    let took = (peak_kib() - before) << 10;
    eprintln!("{case}: {} MiB for a limit of {limit} MiB; {outcome}", took / MIB);
    assert!(took < allowed * MIB, "{} MiB", took / MIB);
    if case == "too many items" {
        assert!(outcome.contains("more than the limit of 100000"), "{outcome}");
    }
}

/// Text from a server appears in logs, so it must stay on one line and contain no control
/// characters.
#[test]
fn text_from_the_server_stays_on_one_line() {
    const BAD: &str = "a\nERROR forged\r\u{1b}[2J\u{7}\u{202e}b\u{2028}c\u{9b}1A";
    let escaped: String = BAD.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    let escaped = escaped.replace("&#27;", "").replace("&#7;", "");
    crate::logs::start();
    type Say = Box<dyn Fn() -> Response + Send + Sync>;
    let words = escaped.clone();
    let cases: [(&str, Say); 6] = [
        ("a body", Box::new(|| response(502, &[], BAD))),
        ("a detail", Box::new(move || tableau_error(400, "400000", &words))),
        ("a summary", {
            let json = serde_json::json!({"error": {"code": BAD, "summary": BAD, "detail": BAD}});
            Box::new(move || response(400, &[], json.to_string()))
        }),
        ("UTF-16", {
            let wide: Vec<u8> = BAD.encode_utf16().flat_map(u16::to_le_bytes).collect();
            Box::new(move || response(500, &[], &wide))
        }),
        ("a tag", Box::new(|| response(200, &[], format!("<tsResponse><a></{BAD}></tsResponse>")))),
        ("a job's notes", {
            let job = format!(
                "<job id=\"j\" finishCode=\"1\" completedAt=\"2026-01-01T00:00:00Z\">\
                 <notes>{escaped}</notes></job>"
            );
            Box::new(move || crate::raw::success(&job))
        }),
    ];
    for (name, say) in cases {
        let raw = Raw::signed_in(move |_| say());
        let options = quick().retries(RetryPolicy::new().max_retries(1).initial_backoff(millis(1)));
        let session = with(&raw.url, options).into_session(&auth()).unwrap();
        let errors = match name {
            "a job's notes" => {
                vec![session.jobs().handle("j").and_then(|mut job| job.wait()).unwrap_err()]
            }
            _ => vec![
                session.projects().list().total().unwrap_err(),
                session
                    .workbooks()
                    .download("w")
                    .to_bytes()
                    .err()
                    .unwrap_or_else(|| session.projects().list().total().unwrap_err()),
            ],
        };
        for error in errors {
            let shown = format!("{error}{error:?}");
            let bad = |c: char| c.is_control() || c == '\u{202e}' || c == '\u{2028}';
            assert!(!shown.contains(bad), "{name}: {shown:?}");
            assert!(!shown.contains("\nERROR"), "{name}: {shown:?}");
        }
    }
    for record in crate::logs::here() {
        if record.target.starts_with("tableau_server_client") {
            assert!(!record.text.contains(char::is_control), "{record:?}");
        }
    }
}

/// Invalid responses to a sign-in are errors, and unusual ids are escaped in paths.
#[test]
fn rejects_invalid_sign_in_responses() {
    let parts = |token: &str, site: &str, user: &str| {
        format!("<credentials {token}>{site}{user}</credentials>")
    };
    let (token, site, user) =
        ("token=\"T\"", "<site id=\"s\" contentUrl=\"\"/>", "<user id=\"u\"/>");
    for (name, inside) in [
        ("no credentials", String::new()),
        ("no token", parts("", site, user)),
        ("an empty token", parts("token=\"\"", site, user)),
        ("a line end", parts("token=\"a&#13;&#10;X-Evil: yes\"", site, user)),
        ("a space", parts("token=\"a b\"", site, user)),
        ("an umlaut", parts("token=\"\u{e4}\"", site, user)),
        ("no site", parts(token, "", user)),
        ("no id of the site", parts(token, "<site contentUrl=\"\"/>", user)),
        ("an empty id", parts(token, "<site id=\"\" contentUrl=\"\"/>", user)),
        ("no content URL", parts(token, "<site id=\"s\"/>", user)),
        ("no user", parts(token, site, "")),
        ("an empty user", parts(token, site, "<user id=\"\"/>")),
    ] {
        let raw = Raw::start(move |seen| match seen.path().ends_with("signin") {
            true => crate::raw::success(&inside),
            false => signed_in(seen).unwrap(),
        });
        let error = with(&raw.url, quick()).into_session(&auth()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{name}: {error:?}");
        assert_eq!(raw.lines().len(), 2, "{name}: {:?}", raw.lines());
    }
    let long = "x".repeat(20_000);
    for (id, sent) in [
        ("a?c#d", "a%3Fc%23d"),
        ("a&#13;&#10;X: y", "a%0D%0AX%3A%20y"),
        ("%2e%2e", "%252e%252e"),
        ("\u{e4}", "%C3%A4"),
        (&long, &long),
    ] {
        let inside = parts(token, &format!("<site id=\"{id}\" contentUrl=\"\"/>"), user);
        let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
            "signin" => crate::raw::success(&inside),
            "projects" => crate::raw::success(
                "<pagination pageNumber=\"1\" pageSize=\"1\" totalAvailable=\"0\"/>",
            ),
            _ => signed_in(seen).unwrap(),
        });
        let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
        session.projects().list().total().unwrap();
        let path = raw.seen()[2].path().to_owned();
        assert!(path == format!("/api/3.24/sites/{sent}/projects"), "{path}");
        assert_eq!(raw.seen()[2].header("x"), None);
    }
    for invalid in [".", "..", "../../users", "a/b"] {
        let inside = parts(token, &format!("<site id=\"{invalid}\" contentUrl=\"\"/>"), user);
        let raw = Raw::start(move |seen| match seen.path().ends_with("signin") {
            true => crate::raw::success(&inside),
            false => signed_in(seen).unwrap(),
        });
        let session = with(&raw.url, quick()).into_session(&auth()).unwrap();
        let error = session.projects().list().total().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
        assert_eq!(raw.lines().len(), 2, "{:?}", raw.lines());
    }
}
