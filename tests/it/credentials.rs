//! The bodies of sign-in requests.

use tableau_server_client as tsc;
use tsc::ErrorKind;

use crate::help::{at, everything_of, pinned, workbooks};
use crate::raw::{Raw, signed_in, tableau_error};

fn sent(credentials: &dyn tsc::Credentials) -> String {
    let raw = Raw::signed_in(|_| workbooks(""));
    drop(pinned(&raw.url).sign_in(credentials).unwrap());
    let seen = raw.seen();
    assert_eq!(seen[0].target, "/api/3.24/auth/signin");
    assert_eq!(seen[0].header("content-type"), Some("text/xml"));
    assert_eq!(seen[0].header("content-length"), Some(seen[0].body.len().to_string().as_str()));
    String::from_utf8(seen[0].body.clone()).unwrap()
}

#[test]
fn sends_the_exact_sign_in_bodies() {
    let cases: [(Box<dyn tsc::Credentials>, &str); 7] = [
        (
            Box::new(tsc::TableauAuth::new("NAME", "WORD")),
            "<credentials name=\"NAME\" password=\"WORD\"><site contentUrl=\"\"/></credentials>",
        ),
        (
            Box::new(tsc::TableauAuth::new("NAME", "WORD").site("SITE")),
            "<credentials name=\"NAME\" password=\"WORD\"><site contentUrl=\"SITE\"/></credentials>",
        ),
        (
            Box::new(tsc::TableauAuth::new("NAME", "WORD").site("SITE").impersonate("LUID")),
            "<credentials name=\"NAME\" password=\"WORD\"><site contentUrl=\"SITE\"/>\
             <user id=\"LUID\"/></credentials>",
        ),
        (
            Box::new(tsc::PersonalAccessTokenAuth::new("T", "S").site("SITE").impersonate("LUID")),
            "<credentials personalAccessTokenName=\"T\" personalAccessTokenSecret=\"S\">\
             <site contentUrl=\"SITE\"/><user id=\"LUID\"/></credentials>",
        ),
        (
            Box::new(tsc::PersonalAccessTokenAuth::new("T", "S")),
            "<credentials personalAccessTokenName=\"T\" personalAccessTokenSecret=\"S\">\
             <site contentUrl=\"\"/></credentials>",
        ),
        (
            Box::new(tsc::JwtAuth::new("eyJ.x.y").site("SITE").impersonate("LUID")),
            "<credentials jwt=\"eyJ.x.y\" isUat=\"false\"><site contentUrl=\"SITE\"/>\
             <user id=\"LUID\"/></credentials>",
        ),
        (
            Box::new(tsc::JwtAuth::new("eyJ.x.y").site("SITE").unified_access_token(true)),
            "<credentials jwt=\"eyJ.x.y\" isUat=\"true\"><site contentUrl=\"SITE\"/></credentials>",
        ),
    ];
    for (credentials, body) in cases {
        assert_eq!(sent(&*credentials), format!("<tsRequest>{body}</tsRequest>"));
    }
}

/// If a server signs in to another site than requested, the session reports that site, and a
/// warning is logged.
#[test]
fn reports_sign_in_to_another_site() {
    crate::logs::start();
    let target = "tableau_server_client::session";
    for (requested, actual, warnings) in
        [("here", "here", 0), ("HERE", "here", 0), ("", "", 0), ("there", "here", 1)]
    {
        let before = crate::logs::of(target).len();
        let raw = Raw::start(move |seen| match seen.path().ends_with("signin") {
            true => crate::raw::success(&format!(
                "<credentials token=\"T\"><site id=\"s\" contentUrl=\"{actual}\"/>\
                 <user id=\"u\"/></credentials>"
            )),
            false => signed_in(seen).unwrap(),
        });
        let auth = tsc::TableauAuth::new("NAME", "WORD").site(requested);
        let session = pinned(&raw.url).into_session(&auth).unwrap();
        assert_eq!(session.site_url(), actual);
        drop(session);
        let records = crate::logs::of(target).split_off(before);
        assert_eq!(records.len(), warnings, "{records:?}");
        let both = |text: &str| text.contains("\"here\"") && text.contains("\"there\"");
        assert!(records.iter().all(|record| both(&record.text)), "{records:?}");
    }
}

const SPECIAL_CHARACTERS: &str =
    "R&D <\"'>\ttab\nnewline\r\u{85} Umläute ß 🦀 ]]> &amp; &lt; \u{a0}end ";

#[test]
fn escapes_special_characters_in_credentials() {
    let password = format!("{SPECIAL_CHARACTERS}2");
    // White space and a few other characters in a site are refused.
    let site = "R&D<\"'>Umläute-ß🦀]]>&amp;&lt;3".to_owned();
    let user = format!("{SPECIAL_CHARACTERS}4");
    let read = |text: &str, path: &[&str], attribute: &str| {
        let document = roxmltree::Document::parse(text).unwrap();
        let mut node = document.root_element();
        for name in path {
            node = node.children().find(|child| child.has_tag_name(*name)).unwrap();
        }
        node.attribute(attribute).unwrap().to_owned()
    };
    let body = sent(
        &tsc::TableauAuth::new(SPECIAL_CHARACTERS, &*password)
            .site(&*site)
            .impersonate(user.as_str()),
    );
    assert_eq!(read(&body, &["credentials"], "name"), SPECIAL_CHARACTERS);
    assert_eq!(read(&body, &["credentials"], "password"), password);
    assert_eq!(read(&body, &["credentials", "site"], "contentUrl"), site);
    assert_eq!(read(&body, &["credentials", "user"], "id"), user);
    // Tableau Server's XML parser rejects this entity.
    assert!(!body.contains("&apos;"), "{body}");

    let body = sent(&tsc::PersonalAccessTokenAuth::new(SPECIAL_CHARACTERS, &*password));
    assert_eq!(read(&body, &["credentials"], "personalAccessTokenName"), SPECIAL_CHARACTERS);
    assert_eq!(read(&body, &["credentials"], "personalAccessTokenSecret"), password);
    let body = sent(&tsc::JwtAuth::new(SPECIAL_CHARACTERS));
    assert_eq!(read(&body, &["credentials"], "jwt"), SPECIAL_CHARACTERS);
}

#[test]
fn escapes_special_characters_in_resource_requests() {
    let raw = Raw::signed_in(|_| crate::raw::success("<project id=\"p\" name=\"n\"/>"));
    let server = pinned(&raw.url);
    let session = server.sign_in(&crate::help::auth()).unwrap();
    session
        .projects()
        .create(tsc::projects::NewProject::new(SPECIAL_CHARACTERS).description(""))
        .unwrap();
    let body = raw.seen()[1].text();
    let document = roxmltree::Document::parse(&body).unwrap();
    let project = document.root_element().first_element_child().unwrap();
    assert_eq!(project.attribute("name"), Some(SPECIAL_CHARACTERS));
    assert_eq!(project.attribute("description"), Some(""));
    assert_eq!(project.attributes().len(), 2, "unset fields are not sent: {body}");
}

#[test]
fn rejects_characters_that_xml_forbids_before_sending() {
    type Make = fn(&str) -> Box<dyn tsc::Credentials>;
    let cases: [Make; 7] = [
        |c| Box::new(tsc::TableauAuth::new(c, "hush")),
        |c| Box::new(tsc::TableauAuth::new("me", format!("hush{c}"))),
        |c| Box::new(tsc::TableauAuth::new("me", "hush").site(c)),
        |c| Box::new(tsc::TableauAuth::new("me", "hush").impersonate(c)),
        |c| Box::new(tsc::PersonalAccessTokenAuth::new(c, "hush")),
        |c| Box::new(tsc::PersonalAccessTokenAuth::new("me", format!("hush{c}"))),
        |c| Box::new(tsc::JwtAuth::new(format!("hush{c}"))),
    ];
    let raw = Raw::signed_in(|_| workbooks(""));
    // Also if the version would be requested first.
    let server = at(&raw.url);
    for case in cases {
        for (character, name) in
            [("\0", "U+0000"), ("\u{1b}", "U+001B"), ("\u{b}", "U+000B"), ("\u{ffff}", "U+FFFF")]
        {
            let error = server.sign_in(&*case(character)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{error}");
            assert!(error.to_string().contains(name), "{error}");
            assert!(!everything_of(&error).contains("hush"), "{error:?}");
        }
    }
    assert!(raw.lines().is_empty(), "{:?}", raw.lines());

    let session = server.sign_in(&crate::help::auth()).unwrap();
    let before = raw.lines().len();
    let error = session.projects().create(tsc::projects::NewProject::new("a\u{7}b")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(
        error.to_string().contains("U+0007") && error.to_string().contains("`name`"),
        "{error}"
    );
    assert_eq!(raw.lines().len(), before);
}

#[test]
fn distinguishes_reasons_for_refused_credentials() {
    for (status, code) in [(401, "401001"), (401, "401002"), (400, "401001")] {
        let raw = Raw::start(move |seen| match seen.path().ends_with("signin") {
            true => tableau_error(status, code, "The credentials are invalid."),
            false => signed_in(seen).unwrap(),
        });
        let error = pinned(&raw.url).sign_in(&tsc::TableauAuth::new("me", "no")).unwrap_err();
        assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(status)));
        assert!(error.is_sign_in_failed() && !error.is_session_expired(), "{error:?}");
        // No session was opened, so none is signed out.
        assert_eq!(raw.lines(), ["POST /api/3.24/auth/signin"]);
    }
}

#[test]
fn debug_shows_names_and_sites_but_no_secret() {
    let all: [Box<dyn std::fmt::Debug>; 3] = [
        Box::new(tsc::TableauAuth::new("THE-NAME", "hush").site("THE-SITE").impersonate("LUID")),
        Box::new(tsc::PersonalAccessTokenAuth::new("THE-NAME", "hush").site("THE-SITE").clone()),
        Box::new(tsc::JwtAuth::new("hush").site("THE-SITE").renew_with(|| Ok("hush".into()))),
    ];
    for (at, credentials) in all.iter().enumerate() {
        let shown = format!("{credentials:?} {credentials:#?}");
        assert!(!shown.contains("hush"), "{shown}");
        assert!(shown.contains("THE-SITE"), "{shown}");
        assert!(at == 2 || shown.contains("THE-NAME"), "{shown}");
    }
}

#[test]
fn names_the_scope_that_a_jwt_session_may_lack() {
    for (status, code) in [(401, "401002"), (403, "403004"), (409, "409009")] {
        let raw = Raw::signed_in(move |_| tableau_error(status, code, "refused"));
        let server = pinned(&raw.url);
        let jwt = tsc::JwtAuth::new("eyJ.x.y");
        let renewing = jwt.clone().renew_with(|| Ok("eyJ.x.z".to_owned()));
        let message = |credentials: &dyn tsc::Credentials| {
            let session = server.sign_in(credentials).unwrap();
            let error = session.groups().delete("g").unwrap_err();
            assert_eq!(error.code(), Some(code), "{error:?}");
            error.to_string()
        };
        let hint = "Delete Group needs the scope `tableau:groups:delete` in a JSON Web Token";
        for jwt in [jwt, renewing] {
            assert_eq!(message(&jwt).contains(hint), status != 409, "{code}");
        }
        assert!(!message(&crate::help::auth()).contains("scope"), "{code}");
    }
}
