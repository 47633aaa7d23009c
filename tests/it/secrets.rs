//! No secret appears in `Debug`, `Display`, causes, or log records at `trace`.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tableau_server_client as tsc;

use crate::help::{child, everything_of, given, millis, plain, with, workbooks};
use crate::logs::{self, Record};
use crate::proxy_server::http_proxy;
use crate::raw::{Raw, Response, Seen, redirect, response, signed_in, success, tableau_error};
use crate::tls_server::{Authority, over_tls};

/// Passwords without special characters, and with those that formats escape differently.
const PASSWORDS: [&str; 3] =
    ["hunter2hunter2", "R&D <\"'> p\u{e4}ss \\w/rd+1%", "Tab\tand\nnewline"];
const JWT: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";
const TOKEN: &str = "aB3-_dEf|gHi9JkLmNoP+qR/s==";
const HEADER: &str = "Bearer header-secret-77";
const APP_SECRET: &str = "kZ9/connected+app=secret";
const KEY: &str = include_str!("uat-test-key.pem");

fn connected_app(secret: &str) -> tsc::ConnectedAppAuth {
    tsc::ConnectedAppAuth::new("CLIENT", "SECRET-ID", secret, "me", ["tableau:content:read"])
}

fn unified_access_token() -> tsc::UnifiedAccessTokenAuth {
    tsc::UnifiedAccessTokenAuth::new("ISSUER", "TENANT", KEY, "me", ["tableau:content:read"])
        .unwrap()
}

/// Everything that the library has shown in a test.
#[derive(Default)]
struct CollectedOutput(String);

impl CollectedOutput {
    fn add(&mut self, thing: &impl std::fmt::Debug) {
        let _ = write!(self.0, "{thing:?}\n{thing:#?}\n");
    }

    fn error(&mut self, error: &tsc::Error) {
        self.0 += &everything_of(error);
    }
}

/// The spellings a server may use for a secret.
fn spellings(secret: &str) -> Vec<String> {
    let percent = |lower: bool, keep: &str| {
        let mut out = String::new();
        for byte in secret.bytes() {
            match byte {
                b if b.is_ascii_alphanumeric() || keep.as_bytes().contains(&b) => {
                    out.push(char::from(b));
                }
                b if lower => out += &format!("%{b:02x}"),
                b => out += &format!("%{b:02X}"),
            }
        }
        out
    };
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let ascii_json: String = serde_json::Value::from(secret)
        .to_string()
        .trim_matches('"')
        .chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) })
        .collect();
    let debug = format!("{secret:?}");
    vec![
        secret.to_owned(),
        debug[1..debug.len() - 1].to_owned(),
        ascii_json,
        percent(false, "-._~"),
        percent(true, "-._~"),
        percent(false, "-._~").replace("%20", "+"),
        xml.clone(),
        xml.replace('"', "&quot;"),
        xml.replace('"', "&quot;").replace('\'', "&#39;"),
        xml.replace('"', "&#34;").replace('\'', "&#x27;"),
    ]
}

/// Panics if the text contains one of the secrets, in any spelling that the server may use.
fn assert_no_secret(text: &str, secrets: &[&str], place: &str) {
    for secret in secrets {
        for spelling in spellings(secret) {
            assert!(!text.contains(&spelling), "{place} shows {spelling:?}: {text}");
        }
    }
}

fn ours(record: &Record) -> bool {
    record.target.starts_with("tableau_server_client")
}

/// The records since the mark that name the server's port.
fn logged_about(raw: &Raw, mark: usize) -> Vec<Record> {
    let port = raw.address.port().to_string();
    logs::since(mark, |record| record.text.contains(&port))
}

fn site(token: &str) -> Response {
    success(&format!(
        "<credentials token=\"{token}\"><site id=\"s\" contentUrl=\"\"/><user id=\"u\"/></credentials>"
    ))
}

#[test]
fn shows_no_secret_during_normal_use() {
    logs::start();
    let raw = Raw::start(|seen| match seen.path().ends_with("signin") {
        true => site(TOKEN),
        false => signed_in(seen).unwrap_or_else(|| workbooks("<workbook id=\"w\" name=\"n\"/>")),
    });
    let all: Vec<(Box<dyn tsc::Credentials>, &str)> = vec![
        (Box::new(tsc::TableauAuth::new("me", PASSWORDS[0]).site("s")), PASSWORDS[0]),
        (Box::new(tsc::TableauAuth::new("me", PASSWORDS[1])), PASSWORDS[1]),
        (Box::new(tsc::PersonalAccessTokenAuth::new("T", PASSWORDS[2])), PASSWORDS[2]),
        (Box::new(tsc::JwtAuth::new(JWT).renew_with(|| Ok(JWT.to_owned()))), JWT),
        (Box::new(connected_app(APP_SECRET)), APP_SECRET),
        (Box::new(unified_access_token()), KEY.lines().nth(1).unwrap()),
    ];
    let mut shown = CollectedOutput::default();
    let mut secrets = vec![TOKEN, HEADER];
    for (credentials, secret) in &all {
        secrets.push(secret);
        let options = plain().header("Authorization", HEADER);
        shown.add(&options);
        let server = with(&raw.url, options);
        shown.add(&server);
        let session = server.sign_in(&**credentials).unwrap();
        shown.add(&session);
        shown.add(&session.workbooks());
        let list = session.workbooks().list();
        shown.add(&list);
        let mut items = list.into_iter();
        shown.add(&items.next().unwrap());
        shown.add(&items);
        drop(items);
        let token = session.detach();
        shown.add(&token);
        assert!(token.export().contains(TOKEN), "what is handed out is handed out");
        drop(server.resume(token));
    }
    shown.add(&tsc::TableauAuth::new("me", PASSWORDS[0]));
    shown.add(&tsc::PersonalAccessTokenAuth::new("T", PASSWORDS[0]));
    shown.add(&tsc::JwtAuth::new(PASSWORDS[0]));
    shown.add(&connected_app(PASSWORDS[0]));
    shown.add(&unified_access_token());
    assert_no_secret(&shown.0, &secrets, "Debug");
    // Hex dumps of ureq_proto split these secrets over several records.
    let records = logs::here();
    assert!(records.iter().filter(|record| ours(record)).count() >= 16, "{records:?}");
    assert!(records.iter().any(|record| record.level == log::Level::Trace));
    for record in records {
        assert_no_secret(&record.text, &secrets, &record.target);
    }
}

/// A server that echoes requests in every part of its responses.
fn echoing(part: usize) -> Raw {
    Raw::start(move |seen| echo(seen, part).unwrap_or_else(|| signed_in(seen).unwrap()))
}

const PARTS: usize = 14;

fn echo(seen: &Seen, part: usize) -> Option<Response> {
    let last = seen.path().rsplit('/').next().unwrap();
    // Half of the parts are sent at the sign-in, the others later.
    let at_sign_in = part.is_multiple_of(2);
    match (at_sign_in, last) {
        (true, "signin") | (false, "workbooks" | "signout") => {}
        (false, "signin") => return Some(site(TOKEN)),
        _ => return None,
    }
    let document = roxmltree::Document::parse(&seen.text()).ok().map(|document| {
        let credentials = document.root_element().first_element_child().unwrap();
        let mut values = credentials.attributes().map(|attribute| attribute.value().to_owned());
        values.find(|value| PASSWORDS.contains(&value.as_str()) || value == JWT).unwrap()
    });
    let header = seen.header("x-tableau-auth").map(str::to_owned);
    let secret = document.or(header).unwrap_or_else(|| TOKEN.to_owned());
    let spelled = spellings(&secret);
    let everything = spelled.join(" | ");
    let xml = spelled[7].clone();
    let line = spelled[3].clone();
    Some(match part / 2 {
        0 => response(500, &[], &everything),
        1 => tableau_error(401, "401001", &xml),
        2 => {
            let body = serde_json::json!({"error": {"code": "400000", "summary": secret,
                "detail": format!("{secret} twice {secret}")}});
            response(400, &[], body.to_string())
        }
        3 => redirect(302, &format!("http://elsewhere.example/{line}?t={}", spelled[4])),
        4 => redirect(302, &format!("/{line}?t={line}")),
        5 => response(503, &[("X-Tableau-Request-Id", &line), ("Retry-After", "0")], &everything),
        _ => response(
            200,
            &[],
            format!("<tsResponse><credentials token=\"x\" {0}=\"\" {0}=\"\"/>{1}", "a1", xml),
        ),
    })
}

#[test]
fn shows_no_secret_of_a_connected_app() {
    logs::start();
    let mark = logs::mark();
    // The second response has the value in the wrong place, and the third one is not well-formed.
    let raw = Raw::signed_in(|seen| {
        let inside = match seen.path().rsplit('/').next().unwrap() {
            "good" => format!("<id>s1</id><value>{APP_SECRET}</value>"),
            "misplaced" => format!("<id>s1</id><createdAt>{APP_SECRET}</createdAt>"),
            _ => format!("<value>{APP_SECRET}</value><id>"),
        };
        success(&format!("<connectedApplicationSecret>{inside}</connectedApplicationSecret>"))
    });
    let server = with(&raw.url, plain());
    let session = server.sign_in(&tsc::TableauAuth::new("me", PASSWORDS[0])).unwrap();
    let apps = session.connected_apps();
    let mut shown = CollectedOutput::default();
    let secret = apps.get_secret("c1", "good").unwrap();
    assert_eq!(secret.export_value(), APP_SECRET);
    shown.add(&secret);
    shown.add(&secret.value);
    for id in ["misplaced", "broken"] {
        shown.error(&apps.get_secret("c1", id).unwrap_err());
    }
    assert_no_secret(&shown.0, &[APP_SECRET], "Debug or an error");
    let records = logged_about(&raw, mark);
    assert!(records.iter().any(ours), "{records:?}");
    for record in records {
        assert_no_secret(&record.text, &[APP_SECRET], &record.target);
    }
}

#[test]
fn redacts_secrets_that_a_server_echoes() {
    logs::start();
    for part in 0..PARTS {
        for secret in PASSWORDS {
            let (raw, mark) = (echoing(part), logs::mark());
            let options = plain()
                .header("Authorization", HEADER)
                .retries(tsc::RetryPolicy::new().max_retries(1).initial_backoff(millis(1)));
            let server = with(&raw.url, options);
            let mut shown = CollectedOutput::default();
            let credentials: [Box<dyn tsc::Credentials>; 2] = [
                Box::new(tsc::TableauAuth::new("me", secret)),
                Box::new(tsc::PersonalAccessTokenAuth::new("name", secret)),
            ];
            let mut errors = 0;
            for credentials in credentials {
                match server.sign_in(&*credentials) {
                    Err(error) => {
                        errors += 1;
                        shown.error(&error);
                    }
                    Ok(session) => {
                        for item in session.workbooks().list() {
                            errors += 1;
                            shown.error(&item.unwrap_err());
                        }
                        // The sign-out fails, too, and is logged.
                        drop(session);
                    }
                }
            }
            assert_eq!(errors, 2, "part {part} should fail");
            assert_no_secret(&shown.0, &[secret, TOKEN, HEADER], &format!("part {part}"));
            let records = logged_about(&raw, mark);
            assert!(records.iter().any(ours), "part {part} logs");
            for record in records.iter().filter(|record| ours(record)) {
                assert_no_secret(
                    &record.text,
                    &[secret, TOKEN, HEADER],
                    &format!("part {part}, a log"),
                );
            }
        }
    }
}

#[test]
fn redacts_passwords_of_other_accounts_that_a_server_echoes() {
    use tsc::connections::ConnectionUpdate;
    use tsc::oidc::NewOidcConfiguration;
    use tsc::users::UserUpdate;
    use tsc::virtual_connections::DatabaseConnectionUpdate;
    logs::start();
    let secret = PASSWORDS[1];
    let (workbook, view) = (tsc::WorkbookId::from("w"), "v");
    type Send<'a> = &'a dyn Fn(&tsc::Session<'_>) -> tsc::Result<()>;
    let connection = ConnectionUpdate::new().password(secret);
    let oidc = NewOidcConfiguration::new("IdP", "client", secret);
    let requests: [Send<'_>; 6] = [
        &|s| s.connections(&workbook).update("c", &connection).map(drop),
        &|s| s.connections(&workbook).update_all(["c"], &connection).map(drop),
        &|s| s.users().update("u", UserUpdate::new().password(secret)).map(drop),
        &|s| s.oidc().create(&oidc).map(drop),
        &|s| s.oidc().update("i", &oidc).map(drop),
        &|s| {
            let changes = DatabaseConnectionUpdate::new().password(secret);
            s.virtual_connections().update_connection(view, "c", changes).map(drop)
        },
    ];
    for (number, send) in requests.into_iter().enumerate() {
        let raw = Raw::start(|seen| {
            signed_in(seen)
                .unwrap_or_else(|| response(400, &[], format!("refused: {}", seen.text())))
        });
        let mark = logs::mark();
        let mut server = with(&raw.url, plain());
        server.set_version("3.30").unwrap();
        let session = server.sign_in(&tsc::TableauAuth::new("me", "pw")).unwrap();
        let error = send(&session).unwrap_err();
        assert!(error.to_string().contains("refused: "), "{number}: {error}");
        assert_no_secret(&everything_of(&error), &[secret], &format!("request {number}"));
        for record in logged_about(&raw, mark).iter().filter(|record| ours(record)) {
            assert_no_secret(&record.text, &[secret], &format!("request {number}, a log"));
        }
    }
}

#[test]
fn redacts_echoed_jwts_and_headers() {
    logs::start();
    let mark = logs::mark();
    let raw = Raw::start(|seen| match seen.path().ends_with("signin") {
        true => {
            let header = seen.header("authorization").unwrap();
            response(500, &[("X-Request-Id", header)], format!("{header} {}", seen.text()))
        }
        false => signed_in(seen).unwrap(),
    });
    let server = with(&raw.url, plain().header("Authorization", HEADER));
    let error = server.sign_in(&tsc::JwtAuth::new(JWT)).unwrap_err();
    assert_no_secret(&everything_of(&error), &[JWT, HEADER], "the error");
    assert!(error.to_string().contains("jwt="), "the rest is still quoted: {error}");
    for record in logged_about(&raw, mark) {
        assert_no_secret(&record.text, &[JWT, HEADER], &record.target);
    }
}

#[test]
fn redacts_a_secret_cut_off_at_the_end_of_a_quote() {
    for before in (900..990).chain(1010..1060).step_by(8).chain(990..1010) {
        let raw = Raw::signed_in(move |seen| {
            let token = seen.header("x-tableau-auth").unwrap();
            response(500, &[], format!("{}{token}{}", "x".repeat(before), "y".repeat(2000)))
        });
        let server = with(&raw.url, plain().retries(tsc::RetryPolicy::none()));
        let session = server.sign_in(&tsc::TableauAuth::new("me", "hush-hush")).unwrap();
        let error = session.workbooks().list().total().unwrap_err();
        assert!(!everything_of(&error).contains("THE"), "{before}: {error}");
    }
}

#[test]
fn redacts_the_token_in_a_panic() {
    let raw = Raw::signed_in(|_| tableau_error(403, "403004", "THE-TOKEN"));
    let server = with(&raw.url, plain());
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let session = server.sign_in(&tsc::TableauAuth::new("me", PASSWORDS[0])).unwrap();
        session.workbooks().get("w").unwrap();
    }));
    let text = panic.unwrap_err().downcast::<String>().unwrap();
    assert!(text.contains("403004"), "{text}");
    assert_no_secret(&text, &["THE-TOKEN", PASSWORDS[0]], "the panic");
}

/// Tokens and passwords that were replaced are still redacted.
#[test]
fn redacts_earlier_secrets_of_a_session() {
    logs::start();
    type Second = fn() -> Response;
    let seconds: [(&str, Second); 3] = [
        ("refused", || {
            tableau_error(401, "401001", "OLD-TOKEN OLD-JSON-WEB-TOKEN NEW-JSON-WEB-TOKEN")
        }),
        ("another user", || {
            success(
                "<credentials token=\"NEW-TOKEN\"><site id=\"OLD-TOKEN\" contentUrl=\"\"/>\
                 <user id=\"NEW-JSON-WEB-TOKEN NEW-TOKEN\"/></credentials>",
            )
        }),
        ("a gateway", || response(500, &[], "OLD-TOKEN OLD-JSON-WEB-TOKEN NEW-JSON-WEB-TOKEN")),
    ];
    let secrets = ["OLD-TOKEN", "OLD-JSON-WEB-TOKEN", "NEW-JSON-WEB-TOKEN", "NEW-TOKEN"];
    for (name, second) in seconds {
        let (mark, first) = (logs::mark(), std::sync::atomic::AtomicBool::new(true));
        let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
            "signin" if first.swap(false, std::sync::atomic::Ordering::SeqCst) => site("OLD-TOKEN"),
            "signin" => second(),
            "workbooks" => tableau_error(401, "401002", "OLD-TOKEN"),
            _ => signed_in(seen).unwrap(),
        });
        let server = with(&raw.url, plain().retries(tsc::RetryPolicy::none()));
        let jwt = tsc::JwtAuth::new("OLD-JSON-WEB-TOKEN")
            .renew_with(|| Ok("NEW-JSON-WEB-TOKEN".to_owned()));
        let session = server.sign_in(&jwt).unwrap();
        let error = session.workbooks().list().total().unwrap_err();
        assert_no_secret(&everything_of(&error), &secrets, name);
        drop(session);
        for record in logged_about(&raw, mark).iter().filter(|record| ours(record)) {
            assert_no_secret(&record.text, &secrets, name);
        }
    }
    // The error of a function that mints tokens may contain one.
    let raw = Raw::start(|seen| match seen.path().ends_with("workbooks") {
        true => tableau_error(401, "401002", ""),
        false => signed_in(seen).unwrap(),
    });
    let jwt = tsc::JwtAuth::new("OLD-JSON-WEB-TOKEN")
        .renew_with(|| Err(tsc::Server::new("ftp://OLD-JSON-WEB-TOKEN").unwrap_err()));
    let server = with(&raw.url, plain());
    let error = server.sign_in(&jwt).unwrap().workbooks().list().total().unwrap_err();
    assert_no_secret(&everything_of(&error), &secrets, "minting");
    // On another site.
    let raw = Raw::start(|seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" => site("OLD-TOKEN"),
        "switchSite" => site("NEW-TOKEN"),
        "workbooks" => response(500, &[], "OLD-TOKEN NEW-TOKEN"),
        _ => signed_in(seen).unwrap(),
    });
    let server = with(&raw.url, plain());
    let mut session = server.sign_in(&tsc::TableauAuth::new("me", "hush")).unwrap();
    session.switch_site("there").unwrap();
    let error = session.workbooks().list().total().unwrap_err();
    assert_no_secret(&everything_of(&error), &secrets, "switched");
}

#[test]
fn redacts_ids_in_debug_output_of_a_session() {
    let raw = Raw::start(|seen| match seen.path().ends_with("signin") {
        true => success(
            "<credentials token=\"THE-TOKEN\"><site id=\"THE-TOKEN\" contentUrl=\"hush-hush\"/>\
             <user id=\"hush-hush\"/></credentials>",
        ),
        false => signed_in(seen).unwrap(),
    });
    let server = with(&raw.url, plain());
    let session = server.sign_in(&tsc::TableauAuth::new("me", "hush-hush")).unwrap();
    let mut shown = CollectedOutput::default();
    shown.add(&session);
    assert_no_secret(&shown.0, &["THE-TOKEN", "hush-hush"], "the session");
    let mut shown = CollectedOutput::default();
    shown.add(&session.detach());
    assert_no_secret(&shown.0, &["THE-TOKEN"], "the session's token");
}

/// A server may choose ids and names that contain secrets, and messages of the library quote them.
#[test]
fn redacts_ids_and_names_in_errors_and_logs() {
    logs::start();
    let mark = logs::mark();
    let long = format!("THE-TOKEN{}", "y".repeat(3000));
    let notes = format!("{}hush-hush db-password", "x".repeat(1950));
    let raw = Raw::start(move |seen| {
        let target = seen.target.as_str();
        let twice = "<workbooks><workbook id=\"hush-hush\" name=\"n\"/></workbooks>";
        let job = |more: &str| {
            success(&format!("<job id=\"hush-hush&#10;ERROR\" type=\"THE-TOKEN\" {more}</job>"))
        };
        match seen.path().rsplit('/').next().unwrap() {
            "signin" => site("THE-TOKEN"),
            "workbooks" if seen.method == "POST" => job(">"),
            "workbooks" if target.contains("filter") => success(
                "<pagination pageNumber=\"1\" pageSize=\"9\" totalAvailable=\"2\"/><workbooks>\
                 <workbook id=\"hush-hush\" name=\"n\"/><workbook id=\"w\" name=\"n\">\
                 <project id=\"p\" name=\"THE-TOKEN\"/></workbook></workbooks>",
            ),
            "workbooks" => {
                let number = target.split_once("pageNumber=").unwrap().1.split('&').next().unwrap();
                crate::help::page(number.parse().unwrap(), 1, 3, twice)
            }
            "content" => response(
                200,
                &[("content-disposition", "attachment; filename=\"hush-hush.twbx\"")],
                "PK\x03\x04",
            ),
            "fileUploads" => {
                success(&format!("<fileUpload uploadSessionId=\"{long}\" fileSize=\"0\"/>"))
            }
            last if last.starts_with("hush-hush%0A") && seen.connection % 2 == 0 => job(&format!(
                "finishCode=\"1\" completedAt=\"2026-01-02T03:04:05Z\"><notes>{notes}</notes>"
            )),
            last if last.starts_with("hush-hush%0A") => response(500, &[], ""),
            last if last.starts_with("THE-TOKEN") => {
                response(400, &[], "<tsResponse><error code=\"400000\"/></tsResponse>")
            }
            _ => signed_in(seen).unwrap(),
        }
    });
    let retries = tsc::RetryPolicy::new().initial_backoff(millis(1));
    let server = with(&raw.url, plain().retries(retries));
    let session = server.sign_in(&tsc::TableauAuth::new("me", "hush-hush")).unwrap();
    let folder = std::env::temp_dir().join(format!("tsc-named-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (workbooks, id) = (session.workbooks(), tsc::WorkbookId::from("w"));
    workbooks.download(&id).to_folder(&folder).unwrap();
    let upload = std::sync::Mutex::new(None);
    let source = tsc::Source::bytes("a.twb", &b"<workbook/>"[..]).chunked_from(1).chunk_size(4);
    let source = source.on_checkpoint(|at| *upload.lock().unwrap() = Some(at.clone()));
    let broken = session.fileuploads().upload(source).unwrap_err();
    let other = tsc::Source::bytes("b.twb", &b"<workbook>"[..]);
    let other = other.resume(upload.into_inner().unwrap().unwrap());
    let connection = tsc::publish::PublishConnection::new("db")
        .credentials(tsc::publish::ConnectionCredentials::new("u", "db-password"));
    let zip = tsc::Source::bytes("c.twb", &b"<workbook/>"[..]);
    let publish = workbooks.publish(zip).project("p").connection(connection);
    let mut job = publish.send_as_job().unwrap();
    let quick =
        tsc::jobs::JobWait::new().poll_intervals(crate::help::millis(1), crate::help::millis(1));
    let errors = [
        ("on two pages", workbooks.list().page_size(1).into_iter().find_map(Result::err).unwrap()),
        ("ambiguous", workbooks.find("n").unwrap_err()),
        ("is there", workbooks.download(&id).to_folder(&folder).unwrap_err()),
        ("an upload", broken),
        ("another file", session.fileuploads().upload(other).unwrap_err()),
        ("not ended", job.connections().unwrap_err()),
        ("a job", job.wait_with(quick.max_failures(1000)).unwrap_err()),
        ("ended", job.connections().unwrap_err()),
    ];
    let secrets = ["THE-TOKEN", "hush-hush", "db-password", "hush", "db-pass"];
    for (name, error) in &errors {
        assert!(everything_of(error).contains("[secret]"), "{name}: {error:?}");
        assert_no_secret(&everything_of(error), &secrets, name);
    }
    drop(session);
    for record in logged_about(&raw, mark).iter().chain(&logs::here()).filter(|record| ours(record))
    {
        assert!(!record.text.contains('\n'), "{record:?}");
    }
    for record in logs::since(mark, |record| record.target == "tableau_server_client::job") {
        assert!(!record.text.contains(['\n', '\r']), "{record:?}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A malicious server may choose a token and a text that make searching slow.
#[test]
fn redacts_repetitive_tokens_quickly() {
    for (token, text) in [("a".repeat(16_000), "a"), ("\\".repeat(2000), "\\")] {
        let (given, text) = (token.clone(), text.repeat(1 << 20));
        let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
            "signin" => site(&given),
            "workbooks" | "signout" => response(500, &[], &text),
            _ => signed_in(seen).unwrap(),
        });
        let server = with(&raw.url, plain());
        let session = server.sign_in(&tsc::TableauAuth::new("me", "hush-hush")).unwrap();
        let (error, took) = crate::help::timed(|| session.workbooks().list().total().unwrap_err());
        assert!(took < crate::help::LONG / 4, "{took:?}");
        assert!(!everything_of(&error).contains(&token[..1000]), "{error:?}");
        let (_, took) = crate::help::timed(|| drop(session));
        assert!(took < crate::help::LONG / 4, "{took:?}");
    }
}

#[test]
fn short_secrets_leave_messages_readable() {
    let body = "<tsResponse a=\"p\">http://p.example/?p=p&amp;q=pp for the project p</tsResponse>";
    let raw = Raw::start(move |seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" => site(TOKEN),
        "workbooks" => response(500, &[("X-Request-Id", "p")], body),
        "views" => tableau_error(400, "400006", "p"),
        _ => signed_in(seen).unwrap(),
    });
    let server = with(&raw.url, plain().retries(tsc::RetryPolicy::none()));
    let session = server.sign_in(&tsc::TableauAuth::new("me", "p")).unwrap();
    let error = session.workbooks().list().total().unwrap_err();
    let quoted = body.replace("\"p\"", "\"[secret]\"").replace("p=p&", "p=[secret]&");
    assert!(error.to_string().ends_with(&quoted), "{error}");
    assert!(error.url().unwrap().starts_with(&format!("{}/api/", raw.url)), "{error:?}");
    assert_eq!(error.request_id(), Some("[secret]"));
    let error = session.views().list().total().unwrap_err();
    assert_eq!(error.detail(), Some("[secret]"), "{error:?}");
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = with(&format!("http://{gone}"), plain().retries(tsc::RetryPolicy::none()));
    let error = server.sign_in(&tsc::TableauAuth::new("me", "p")).unwrap_err();
    assert!(everything_of(&error).contains(&format!("http://{gone}/api/")), "{error:?}");
}

/// The log targets of dependencies that can show secrets, with the levels. README.md, SECURITY.md and
/// the threat model list them and say how to disable them.
const TARGETS_WITH_SECRETS: [(&str, log::Level); 3] = [
    ("ureq::body", log::Level::Debug),
    ("ureq::run", log::Level::Debug),
    ("ureq_proto::util", log::Level::Trace),
];

#[test]
fn dependencies_log_secrets_only_to_the_documented_targets() {
    child("secrets::child_logs_at_trace", &[("FILTERED", "")]);
    for file in ["README.md", "SECURITY.md", "docs/threat-model.md", "docs/sign-in-and-out.md"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).unwrap();
        for (target, _) in TARGETS_WITH_SECRETS {
            assert!(text.contains(&format!("`{target}`")), "{file} does not name {target}");
        }
        assert!(text.contains("ureq=info,ureq_proto=info"), "{file} shows no filter");
    }
}

#[test]
fn documented_log_filter_keeps_secrets_out_of_every_target() {
    child("secrets::child_logs_at_trace", &[("FILTERED", "yes")]);
}

#[test]
#[ignore = "run as a child process"]
fn child_logs_at_trace() {
    let Some(filtered) = given("FILTERED") else { return };
    logs::start_for_every_thread(!filtered.is_empty());
    let authority = Authority::new();
    let responses = |seen: &Seen| match seen.path().rsplit('/').next().unwrap() {
        "signin" => site(TOKEN),
        "workbooks" if !seen.target.contains("moved") => {
            redirect(302, &format!("{}?moved&t={}", seen.path(), spellings(TOKEN)[3]))
        }
        "workbooks" => {
            let headers = ["X-Request-Id", "Server", "Content-Encoding"].map(|name| (name, TOKEN));
            response(500, &headers, TOKEN)
        }
        _ => signed_in(seen).unwrap(),
    };
    let servers = [Raw::start(responses), over_tls(authority.server(&["127.0.0.1"]), responses)];
    // `me:proxy-password-5`
    let basic = "bWU6cHJveHktcGFzc3dvcmQtNQ==";
    for raw in servers {
        let proxy = http_proxy(Some("Basic bWU6cHJveHktcGFzc3dvcmQtNQ=="));
        let address = format!("http://me:proxy-password-5@{}", proxy.address);
        for options in [plain(), plain().proxy(address)] {
            let options = options.header("Authorization", HEADER).verify(authority.file());
            let server = with(&raw.url, options.retries(tsc::RetryPolicy::none()));
            let session = server.sign_in(&tsc::TableauAuth::new("me", PASSWORDS[0])).unwrap();
            session.workbooks().list().total().unwrap_err();
        }
        assert!(proxy.connections() > 0);
    }
    let secrets = [PASSWORDS[0], TOKEN, HEADER, "proxy-password-5", basic];
    let records = logs::since(0, |_| true);
    assert!(records.iter().any(ours));
    let mut targets: Vec<_> = records.iter().map(|r| (r.target.as_str(), r.level)).collect();
    targets.sort();
    targets.dedup();
    targets.retain(|target| {
        let texts = || records.iter().filter(|r| (r.target.as_str(), r.level) == *target);
        let text: String = texts().map(|record| record.text.as_str()).collect();
        // A hex dump shows sixteen bytes a record, as text at its end.
        let dumped =
            texts().flat_map(|r| r.text.char_indices().rev().nth(15).map(|(at, _)| &r.text[at..]));
        let dumped: String = dumped.collect();
        let spelled = secrets.iter().flat_map(|secret| spellings(secret));
        spelled.into_iter().any(|s| text.contains(&s) || dumped.contains(&s))
    });
    assert_eq!(targets, if filtered.is_empty() { &TARGETS_WITH_SECRETS[..] } else { &[] });
}
