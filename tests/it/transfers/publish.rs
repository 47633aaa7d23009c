//! Publishing: requests, checks before sending, and results.

use std::sync::atomic::{AtomicUsize, Ordering};

use tableau_server_client as tsc;
use tsc::publish::{ConnectionCredentials, PublishConnection};
use tsc::{ErrorKind, Source};

use super::{Folder, content, parts, server};
use crate::help::{auth, everything_of};
use crate::raw::{Raw, Response, Seen, response, success, tableau_error};

const CONNECTIONS: &str = "<connections>\
    <connection id=\"c1\" type=\"mysql\" serverAddress=\"MYSQL.test.com\" serverPort=\"3306\" \
     userName=\"report\" embedPassword=\"true\"/>\
    <connection id=\"c2\" type=\"postgres\" serverAddress=\"pg.test.com\" userName=\"\"/>\
    </connections>";

/// Accepts every request, and responds to a publish request with an item.
fn taking() -> Raw {
    Raw::signed_in(|seen| {
        let last = seen.path().rsplit('/').next().unwrap();
        match (last, seen.target.contains("asJob=true")) {
            ("connections", _) => success(CONNECTIONS),
            (_, true) => success("<job id=\"j1\" type=\"PublishWorkbook\" progress=\"0\"/>"),
            ("workbooks", _) => success("<workbook id=\"i1\" name=\"N\"/>"),
            ("datasources", _) => success("<datasource id=\"i1\" name=\"N\"/>"),
            ("flows", _) => success("<flow id=\"i1\" name=\"N\"/>"),
            ("customviews", _) => success("<customView id=\"i1\" name=\"N\"/>"),
            _ => response(404, &[], ""),
        }
    })
}

/// The requests after the sign-in.
fn sent<'s, T>(
    raw: &Raw,
    session: &'s tsc::Session<'_>,
    publish: impl FnOnce(&'s tsc::Session<'_>) -> tsc::Result<T>,
) -> (T, Vec<Seen>) {
    let before = raw.seen().len();
    let result = publish(session).unwrap();
    (result, raw.seen().split_off(before))
}

fn xml(seen: &Seen) -> String {
    let payload = &parts(seen)[0];
    assert_eq!(
        payload.head,
        "Content-Disposition: form-data; name=\"request_payload\"; filename=\"\"\r\n\
         Content-Type: text/xml"
    );
    String::from_utf8(payload.body.clone()).unwrap()
}

#[test]
fn publishes_a_workbook_with_every_option() {
    let raw = taking();
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let folder = Folder::new("publish");
    let file = content(1000);
    let path = folder.file("R&D \"x\" \u{6771}.twbx", &file);
    let login = ConnectionCredentials::new("report", "secret<&>");
    let (published, seen) = sent(&raw, &session, |session| {
        session
            .workbooks()
            .publish(&path)
            .project("p1")
            .overwrite(true)
            .show_tabs(true)
            .description("Q1 & Q2")
            .encrypt_extracts(true)
            .thumbnails_for_user("u1")
            .thumbnails_for_group("g1")
            .hidden_views(["Sheet 1", "R&D"])
            .skip_connection_check(true)
            .query("x", "1&2")
            .connection(PublishConnection::new("mysql.test.com").port(3306).credentials(login))
            .connection(PublishConnection::new("pg.test.com").database("sales"))
            .connection(
                PublishConnection::new("pg.test.com")
                    .credentials(ConnectionCredentials::new("u", "p").oauth(true)),
            )
            .connection(
                PublishConnection::new("PG.test.com")
                    .credentials(ConnectionCredentials::new("u", "p").embed(false)),
            )
            .connection(PublishConnection::new("elsewhere"))
            .send()
    });
    assert_eq!(
        seen[0].target,
        "/api/3.24/sites/site-1/workbooks?workbookType=twbx&overwrite=true\
         &skipConnectionCheck=true&x=1%262"
    );
    assert_eq!(
        xml(&seen[0]),
        "<tsRequest><workbook name=\"R&amp;D &quot;x&quot; \u{6771}\" showTabs=\"true\" \
         description=\"Q1 &amp; Q2\" encryptExtracts=\"true\" thumbnailsGroupId=\"g1\">\
         <project id=\"p1\"/><connections>\
         <connection serverAddress=\"mysql.test.com\" serverPort=\"3306\">\
         <connectionCredentials name=\"report\" password=\"secret&lt;&amp;&gt;\" embed=\"true\"/>\
         </connection>\
         <connection serverAddress=\"pg.test.com\" databaseName=\"sales\"/>\
         <connection serverAddress=\"pg.test.com\">\
         <connectionCredentials name=\"u\" password=\"p\" embed=\"true\" oAuth=\"true\"/>\
         </connection>\
         <connection serverAddress=\"PG.test.com\">\
         <connectionCredentials name=\"u\" password=\"p\" embed=\"false\"/></connection>\
         <connection serverAddress=\"elsewhere\"/></connections>\
         <views><view name=\"Sheet 1\" hidden=\"true\"/><view name=\"R&amp;D\" hidden=\"true\"/>\
         </views></workbook></tsRequest>"
    );
    let part = &parts(&seen[0])[1];
    assert_eq!(
        part.head,
        "Content-Disposition: form-data; name=\"tableau_workbook\"; \
         filename=\"R&D %22x%22 \u{6771}.twbx\"\r\nContent-Type: application/octet-stream"
    );
    assert!(part.body == file);
    assert!(seen[0].header("content-type").unwrap().starts_with("multipart/mixed; boundary="));
    // The connections that the server reports afterwards.
    assert_eq!(published.item.id.as_str(), "i1");
    assert_eq!(seen[1].path(), "/api/3.24/sites/site-1/workbooks/i1/connections");
    let taken: Vec<_> = published
        .connections
        .iter()
        .map(|c| (c.server.as_str(), c.taken, c.id.as_ref().map(|id| id.as_str())))
        .collect();
    assert_eq!(
        taken,
        [
            ("mysql.test.com", Some(true), Some("c1")),
            ("pg.test.com", Some(true), Some("c2")),
            ("pg.test.com", Some(false), None),
            ("PG.test.com", Some(true), Some("c2")),
            ("elsewhere", Some(false), None),
        ]
    );
}

#[test]
fn publishes_each_kind_in_every_mode() {
    let raw = taking();
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let file = content(100);
    let zip = || Source::bytes("N.tdsx", &file[..]);
    let target = |publish: &dyn Fn(&tsc::Session<'_>)| {
        let before = raw.seen().len();
        publish(&session);
        let seen = raw.seen()[before].clone();
        (seen.target.replace("sites/site-1/", ""), xml(&seen))
    };
    let (line, body) = target(&|s| drop(s.datasources().publish(zip()).send().unwrap()));
    assert_eq!(line, "/api/3.24/datasources?datasourceType=tdsx");
    assert_eq!(body, "<tsRequest><datasource name=\"N\"/></tsRequest>");
    let (line, body) = target(&|s| {
        let publish = s.datasources().publish(zip()).append(true).project("p1");
        let login = ConnectionCredentials::new("u", "p").oauth(true).embed(false);
        let publish = publish.credentials(login).certified(true).certification_note("ok");
        let publish = publish.use_remote_query_agent(false).ask_data("Disabled");
        drop(publish.send_as_job().unwrap());
    });
    assert_eq!(line, "/api/3.24/datasources?datasourceType=tdsx&append=true&asJob=true");
    assert_eq!(
        body,
        "<tsRequest><datasource name=\"N\" isCertified=\"true\" certificationNote=\"ok\" \
         useRemoteQueryAgent=\"false\"><askData enablement=\"Disabled\"/><project id=\"p1\"/>\
         <connectionCredentials name=\"u\" password=\"p\" embed=\"false\" oAuth=\"true\"/>\
         </datasource></tsRequest>"
    );
    let (line, _) = target(&|s| drop(s.datasources().publish(zip()).replace(true).send().unwrap()));
    assert_eq!(line, "/api/3.24/datasources?datasourceType=tdsx&replace=true");
    let (line, body) = target(&|s| {
        let source = Source::bytes("f.TFLX", &file[..]);
        drop(s.flows().publish(source).name("R&D").append(true).send().unwrap());
    });
    assert_eq!(line, "/api/3.24/flows?flowType=tflx&append=true");
    assert_eq!(body, "<tsRequest><flow name=\"R&amp;D\"/></tsRequest>");
    let (line, body) = target(&|s| {
        let source = Source::bytes("Mine.json", &b"[{\"isSourceView\": true}]"[..]);
        let publish = s.custom_views().publish("w1", source);
        drop(publish.shared(true).owner("u1").send().unwrap());
    });
    assert_eq!(line, "/api/exp/customviews");
    assert_eq!(
        body,
        "<tsRequest><customView name=\"Mine\" shared=\"true\"><owner id=\"u1\"/>\
         <workbook id=\"w1\"/></customView></tsRequest>"
    );
}

#[test]
fn detects_the_file_type_by_name_or_content() {
    let raw = taking();
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let hyper = b"Hyper\x08\0\0\x01\0\0\0...";
    let hyper_2 = b"\x48\x79\x70\x65\x72\x08\0\0\x01\0\x02\0...";
    let hyper_4 = b"Hyper\x08\0\0\x01\0\x04\0...";
    for (name, bytes, expected, file) in [
        ("N.hyper", &b"whatever"[..], "hyper", "N.hyper"),
        ("N", hyper, "hyper", "N.hyper"),
        ("N v1.2", hyper, "hyper", "N v1.2.hyper"),
        ("N", hyper_2, "hyper", "N.hyper"),
        ("N", hyper_4, "hyper", "N.hyper"),
        ("export.tmp", hyper, "hyper", "export.hyper"),
        ("N", b"PK\x03\x04", "tdsx", "N.tdsx"),
        ("N", b"\xEF\xBB\xBF<?xml version='1.0'?><datasource/>", "tds", "N.tds"),
        ("N", b"PAR1", "parquet", "N.parquet"),
    ] {
        let source = Source::bytes(name, bytes);
        let (_, seen) = sent(&raw, &session, |s| s.datasources().publish(source).send());
        assert!(seen[0].target.ends_with(&format!("?datasourceType={expected}")), "{name}");
        let part = &parts(&seen[0])[1];
        assert!(part.head.contains(&format!("filename=\"{file}\"")), "{}", part.head);
        assert_eq!(part.body, bytes);
        // The type of a reader that can be read once is detected, too, and all bytes are sent.
        let source = Source::reader(name, bytes.len() as u64, bytes);
        let (_, seen) = sent(&raw, &session, |s| s.datasources().publish(source).send());
        assert!(seen[0].target.ends_with(&format!("?datasourceType={expected}")), "{name}");
        assert!(parts(&seen[0])[1].head.contains(&format!("filename=\"{file}\"")), "{name}");
        assert_eq!(parts(&seen[0])[1].body, bytes);
    }
}

#[test]
fn leaves_the_owner_of_a_custom_view_to_the_server() {
    let raw = taking();
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let source = Source::bytes("Mine.json", &b"[]"[..]);
    session.custom_views().publish("w1", source).send().unwrap();
    let seen = raw.seen().pop().unwrap();
    let expected =
        "<tsRequest><customView name=\"Mine\"><workbook id=\"w1\"/></customView></tsRequest>";
    assert_eq!(xml(&seen), expected);
}

#[test]
fn rejects_invalid_files_before_sending() {
    let raw = taking();
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let before = raw.seen().len();
    let folder = Folder::new("refused");
    let refused = |source: Source<'_>| session.workbooks().publish(source).send().unwrap_err();
    for (source, why) in [
        (Source::bytes("N.tdsx", &b"PK\x03\x04"[..]), "a .tdsx file"),
        (Source::bytes("N.txt", &b"hello"[..]), "content is of an unknown format"),
        (Source::bytes("N", &b"Hyper\x08\0\0\x01\0\0\0"[..]), "content is a Hyper extract"),
        (Source::bytes("N", &b"<!DOCTYPE html><html>"[..]), "N is not a workbook"),
        (Source::bytes("", &b"PK\x03\x04"[..]), "no name"),
        (Source::bytes("N.twbx", &b""[..]), "N.twbx is empty"),
        (Source::path(folder.path()), "is not a file"),
    ] {
        let error = refused(source);
        assert_eq!(error.kind(), ErrorKind::Input, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    let error = refused(Source::path(folder.path().join("none.twbx")));
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("none.twbx"), "{error}");
    let zip = || Source::bytes("N.tdsx", &b"PK\x03\x04"[..]);
    let publish = session.datasources().publish(zip());
    let error = publish.connection(PublishConnection::new("")).send().unwrap_err();
    assert!(error.to_string().contains("needs a server address"), "{error}");
    let publish = session.datasources().publish(zip()).connection(PublishConnection::new("db"));
    let error = publish.credentials(ConnectionCredentials::new("u", "p")).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    let error = session.workbooks().publish(zip()).name("a\u{0}b").send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert_eq!(raw.seen().len(), before);
}

#[test]
fn rejects_unsupported_options_before_the_upload() {
    let raw = taking();
    let mut server = server(&raw);
    server.set_version("2.8").unwrap();
    let session = server.sign_in(&auth()).unwrap();
    let file = || Source::bytes("N", &b"PK\x03\x04"[..]).chunked_from(0);
    let errors = [
        session.flows().publish(file()).send().unwrap_err(),
        session.custom_views().publish("w1", file()).send().unwrap_err(),
        session.workbooks().publish(file()).send_as_job().unwrap_err(),
    ];
    for (error, needed) in errors.iter().zip(["3.3", "3.21", "3.0"]) {
        assert_eq!(error.kind(), ErrorKind::Version, "{error}");
        assert!(error.to_string().contains(needed), "{error}");
    }
    assert_eq!(raw.count("POST", "/fileUploads"), 0);
}

#[test]
fn publish_of_unknown_delivery_is_not_repeated() {
    for broken in [true, false] {
        let raw = Raw::signed_in(move |_| match broken {
            true => Response::Close,
            false => response(504, &[], "gateway"),
        });
        let server = server(&raw);
        let session = server.sign_in(&auth()).unwrap();
        let source = Source::bytes("N.twbx", content(100));
        let error = session.workbooks().publish(source).send().unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(raw.count("POST", "/workbooks"), 1);
    }
}

#[test]
fn unsent_publish_is_repeated_from_the_start() {
    let request_count = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |_| match request_count.fetch_add(1, Ordering::SeqCst) {
        0 => response(429, &[("Retry-After", "0")], ""),
        1 => response(503, &[("Retry-After", "0")], ""),
        _ => success("<workbook id=\"w1\" name=\"N\"/>"),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let source = Source::seekable("N.twbx", std::io::Cursor::new(content(5000)));
    session.workbooks().publish(source).send().unwrap();
    let seen = raw.seen();
    let attempts: Vec<_> = seen.iter().filter(|seen| seen.path().ends_with("/workbooks")).collect();
    assert_eq!(attempts.len(), 3);
    assert!(attempts.iter().all(|seen| parts(seen)[1].body == content(5000)));
}

#[test]
fn unreadable_connections_do_not_fail_the_publish() {
    let raw = Raw::signed_in(|seen| match seen.path().ends_with("/connections") {
        true => tableau_error(403, "403004", "not yours"),
        false => success("<workbook id=\"w1\" name=\"N\"/>"),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let source = Source::bytes("N.twbx", content(100));
    let publish = session.workbooks().publish(source).connection(PublishConnection::new("db"));
    assert_eq!(publish.send().unwrap().connections[0].taken, None);
}

#[test]
fn redacts_passwords_of_connections() {
    const SECRET: &str = "s3cret-of-a-database";
    let raw = Raw::signed_in(|seen| match seen.target.contains("echo=all") {
        true => response(400, &[], &seen.body),
        false => tableau_error(400, "400011", &format!("cannot use {SECRET}")),
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let login = ConnectionCredentials::new("report", SECRET);
    assert!(!format!("{login:?}").contains(SECRET));
    let connection = PublishConnection::new("db").credentials(login);
    assert!(!format!("{connection:?}").contains(SECRET));
    for echo in ["all", "word"] {
        let publish = session.workbooks().publish(Source::bytes("N.twbx", content(100)));
        let publish = publish.connection(connection.clone()).query("echo", echo);
        assert!(!format!("{publish:?}").contains(SECRET));
        let error = publish.send().unwrap_err();
        assert!(!everything_of(&error).contains(SECRET), "{error:?}");
        assert!(error.to_string().contains("[secret]"), "{error}");
    }
}
