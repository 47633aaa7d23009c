//! Sites that do not exist, and sites that cannot be content URLs.

use tableau_server_client as tsc;
use tsc::{ErrorKind, JwtAuth, PersonalAccessTokenAuth, TableauAuth};

use crate::help::{PASSWORD, auth, pinned};
use crate::raw::{Raw, response, signed_in, tableau_error};

#[test]
fn refuses_an_invalid_content_url_before_sending() {
    let raw = Raw::signed_in(|_| response(204, &[], ""));
    let server = pinned(&raw.url);
    for site in ["My Site", "a/b", "a:b", "a#b", " ", "https://host/#/site/sales/home"] {
        let credentials: [Box<dyn tsc::Credentials>; 3] = [
            Box::new(TableauAuth::new("USER", PASSWORD).site(site)),
            Box::new(PersonalAccessTokenAuth::new("name", "secret-of-a-test").site(site)),
            Box::new(JwtAuth::new("eyJhbGciOi.of-a.test").site(site)),
        ];
        for credentials in credentials {
            let error = server.sign_in(&*credentials).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
            assert!(error.to_string().contains(&format!("{site:?}")), "{error}");
        }
    }
    assert!(raw.lines().is_empty(), "{:?}", raw.lines());
    let error = server.sign_in(&auth().site("http://h/#/site/sales/home")).unwrap_err();
    assert!(error.to_string().contains("use \"sales\""), "{error}");
    let mut session = server.sign_in(&auth()).unwrap();
    let error = session.switch_site("My Site").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
    assert_eq!(raw.count("POST", "/switchSite"), 0);
}

#[test]
fn explains_the_content_url_after_a_refused_sign_in() {
    let raw = Raw::start(|_| tableau_error(401, "401001", "Error signing in to Tableau Server"));
    let server = pinned(&raw.url);
    for site in ["sales", "Default", "default", "DEFAULT", "Sales-Team_2"] {
        let error = server.sign_in(&auth().site(site)).unwrap_err();
        assert!(error.is_sign_in_failed());
        assert_eq!(error.code(), Some("401001"));
        let text = error.to_string();
        assert!(text.contains("part after /site/") && text.contains(site), "{text}");
        assert_eq!(text.contains("leave out"), site.eq_ignore_ascii_case("default"), "{text}");
    }
    let error = server.sign_in(&auth()).unwrap_err();
    assert!(error.to_string().contains("is to the default site"), "{error}");
    assert!(!error.to_string().contains("/site/"), "{error}");
    // Another error has nothing to do with the site.
    let raw = Raw::start(|_| tableau_error(403, "403004", "Forbidden"));
    let error = pinned(&raw.url).sign_in(&auth().site("sales")).unwrap_err();
    assert!(!error.to_string().contains("/site/"), "{error}");
}

#[test]
fn names_what_to_check_after_a_refused_sign_in() {
    let raw = Raw::start(|_| tableau_error(401, "401001", "Error signing in to Tableau Server"));
    let server = pinned(&raw.url);
    let token = tsc::PersonalAccessTokenAuth::new("NAME", "SECRET-OF-IT");
    let error = server.sign_in(&token).unwrap_err().to_string();
    assert!(error.contains("the secret of the personal access token"), "{error}");
    let error = server.sign_in(&auth()).unwrap_err().to_string();
    assert!(error.contains("check the user name and the password"), "{error}");
    let jwt = JwtAuth::new("eyJhbGciOi.of-a.test");
    let error = server.sign_in(&jwt).unwrap_err().to_string();
    assert!(!error.contains("password") && !error.contains("secret"), "{error}");
}

#[test]
fn mock_server_refuses_the_name_of_the_default_site() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let server = tsc::Server::new(mock.url()).unwrap();
    let error = server.sign_in(&mock.credentials().site("Default")).unwrap_err();
    assert!(error.to_string().contains("leave out"), "{error}");
}

#[test]
fn explains_the_error_number_of_a_refused_json_web_token() {
    for (detail, expected) in [
        ("Error signing in to Tableau Server (5)", "no user has the name in `sub`"),
        ("Error signing in to Tableau Server (16)", "more than 10 minutes"),
        ("Error signing in to Tableau Server (126)", "does not exist or is disabled"),
        ("Error signing in to Tableau Server (10083)", "`alg`"),
        ("Error signing in to Tableau Server (10084)", "check `aud`"),
        ("Error signing in to Tableau Server (10091)\nTableauErrorCode::1", "used before"),
        ("Error signing in to Tableau Server (10099)", "`scp` is missing"),
        ("Error signing in to Tableau Server (424242)", "424242 is the reason"),
    ] {
        let raw = Raw::start(move |_| tableau_error(401, "401001", detail));
        let server = pinned(&raw.url);
        let error = server.sign_in(&JwtAuth::new("eyJhbGciOi.of-a.test")).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        // A password has no such number.
        let error = server.sign_in(&auth()).unwrap_err();
        assert!(!error.to_string().contains(expected), "{error}");
        // Both hints.
        let jwt = JwtAuth::new("eyJhbGciOi.of-a.test").site("sales");
        let text = server.sign_in(&jwt).unwrap_err().to_string();
        assert!(text.contains(expected) && text.contains("part after /site/"), "{text}");
    }
    let raw = Raw::start(|seen| {
        signed_in(seen).unwrap_or_else(|| tableau_error(401, "401001", "Error signing in (16)"))
    });
    let session = pinned(&raw.url).into_session(&JwtAuth::new("eyJhbGciOi.of-a.test")).unwrap();
    let error = session.workbooks().list().total().unwrap_err();
    assert!(!error.to_string().contains("more than 10 minutes"), "{error}");
}
