//! Signing in with a connected app or with unified access tokens, which the mock server verifies.

use std::time::Duration;

use tableau_server_client as tsc;
use tsc::mock::{Fault, MockServer};
use tsc::{ConnectedAppAuth, Error, ErrorKind, UnifiedAccessTokenAuth};

fn mock() -> MockServer {
    MockServer::builder()
        .user("ada", "password-of-a-test", "Explorer")
        .connected_app("CLIENT", "SECRET-ID", "secret-of-a-test")
        .start()
        .unwrap()
}

fn auth(scopes: &[&str]) -> ConnectedAppAuth {
    app("CLIENT", "SECRET-ID", "secret-of-a-test", "ada", scopes)
}

fn app(client: &str, id: &str, secret: &str, user: &str, scopes: &[&str]) -> ConnectedAppAuth {
    ConnectedAppAuth::new(client, id, secret, user, scopes.iter().copied())
}

fn server(mock: &MockServer) -> tsc::Server {
    tsc::Server::new(mock.url()).unwrap()
}

/// The tokens that the server received, in order.
fn tokens(mock: &MockServer) -> Vec<String> {
    let requests = mock.requests_to("POST", "/auth/signin");
    let token = |text: String| text.split("jwt=\"").nth(1)?.split('"').next().map(str::to_owned);
    requests.iter().filter_map(|request| token(request.text())).collect()
}

#[track_caller]
fn assert_refused(error: &Error, number: u32) {
    assert_eq!(error.code(), Some("401001"), "{error:?}");
    assert!(error.to_string().contains(&format!("({number})")), "{error}");
    assert!(error.is_sign_in_failed(), "{error:?}");
}

#[test]
fn connected_app_signs_its_user_in() {
    let mock = mock();
    let server = server(&mock);
    let session = server.sign_in(&auth(&["tableau:content:read"])).unwrap();
    assert_eq!(session.user_name(), Some("ada"));
    assert!(session.workbooks().list().total().unwrap() > 0);
    session.sign_out().unwrap();
    assert_eq!(mock.sessions_open(), 0);
}

#[test]
fn connected_app_with_wrong_parts_is_refused() {
    let mock = mock();
    let server = server(&mock);
    for (credentials, number) in [
        (app("CLIENT", "SECRET-ID", "wrong", "ada", &["tableau:content:read"]), 10084),
        (app("OTHER", "SECRET-ID", "secret-of-a-test", "ada", &["tableau:content:read"]), 126),
        (app("CLIENT", "OTHER", "secret-of-a-test", "ada", &["tableau:content:read"]), 127),
        (app("CLIENT", "SECRET-ID", "secret-of-a-test", "Ada", &["tableau:content:read"]), 5),
    ] {
        assert_refused(&server.sign_in(&credentials).unwrap_err(), number);
    }
    assert_eq!(mock.sessions_open(), 0);
}

#[test]
fn connected_app_token_signs_in_once() {
    let mock = mock();
    let server = server(&mock);
    server.sign_in(&auth(&["tableau:content:read"])).unwrap().sign_out().unwrap();
    let used = tokens(&mock).remove(0);
    assert_refused(&server.sign_in(&tsc::JwtAuth::new(used.as_str())).unwrap_err(), 10091);

    let (signed, signature) = used.rsplit_once('.').unwrap();
    let unsigned = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    assert_refused(&server.sign_in(&tsc::JwtAuth::new(unsigned)).unwrap_err(), 10084);
    mock.advance(Duration::from_secs(5 * 60));
    assert_refused(&server.sign_in(&tsc::JwtAuth::new(used)).unwrap_err(), 10084);
}

#[test]
fn connected_app_renews_its_session_with_a_new_token() {
    let mock = mock();
    let server = server(&mock);
    let session = server.sign_in(&auth(&["tableau:content:read"])).unwrap();
    // The token is valid on the server's clock, which differs from that of this machine.
    mock.advance(Duration::from_secs(5 * 60 * 60));
    session.workbooks().list().total().unwrap();
    let tokens = tokens(&mock);
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1]);
    session.sign_out().unwrap();
}

#[test]
fn connected_app_session_is_limited_to_its_scopes() {
    let mock = mock();
    let server = server(&mock);
    let session = server.sign_in(&auth(&["tableau:content:read"])).unwrap();
    let error = session.groups().delete("group-of-a-test").unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(401), Some("401002")), "{error:?}");
    assert!(error.to_string().contains("tableau:groups:delete"), "{error}");
    session.workbooks().list().total().unwrap();

    // With the scope, the call fails for another reason.
    let session = server.sign_in(&auth(&["tableau:groups:delete"])).unwrap();
    let error = session.groups().delete("group-of-a-test").unwrap_err();
    assert_ne!(error.code(), Some("401002"), "{error:?}");
}

#[test]
fn missing_scope_does_not_sign_in_again() {
    let mock = mock();
    let server = server(&mock);
    let session = server.sign_in(&auth(&["tableau:content:read"])).unwrap();
    for _ in 0..2 {
        let error = session.groups().delete("group-of-a-test").unwrap_err();
        assert!(error.to_string().contains("tableau:groups:delete"), "{error}");
    }
    assert_eq!(tokens(&mock).len(), 1);
    assert_eq!(mock.sessions_open(), 1);
    drop(session);
    assert_eq!(mock.sessions_open(), 0);
}

/// The scopes of a token that the library cannot read are unknown, so a missing one looks like an
/// expired session.
#[test]
fn session_replaced_because_of_an_unknown_missing_scope_is_signed_out() {
    let mock = mock();
    let server = server(&mock);
    let jwt = mock.jwt().to_owned();
    let auth = tsc::JwtAuth::new(jwt.as_str()).renew_with(move || Ok(jwt.clone()));
    let session = server.sign_in(&auth).unwrap();
    let refusal = Fault::status(401).error("401002", "Unauthorized Access", "No scope");
    mock.fault(refusal.on("DELETE", "/groups/*").times(2));
    let error = session.groups().delete("group-of-a-test").unwrap_err();
    assert!(error.to_string().contains("tableau:groups:delete"), "{error}");
    assert_eq!(tokens(&mock).len(), 2);
    assert_eq!(mock.sessions_open(), 1);
    session.workbooks().list().total().unwrap();
    drop(session);
    assert_eq!(mock.sessions_open(), 0);
}

#[test]
fn refusal_names_no_scope_that_the_token_has() {
    let mock = mock();
    let server = server(&mock);
    let session = server.sign_in(&auth(&["tableau:groups"])).unwrap();
    let refusal = Fault::status(403).error("403004", "Forbidden", "Not allowed");
    mock.fault(refusal.on("DELETE", "/groups/*"));
    let error = session.groups().delete("group-of-a-test").unwrap_err();
    assert_eq!(error.status(), Some(403), "{error:?}");
    assert!(!error.to_string().contains("scope"), "{error}");
}

fn mock_of_cloud() -> MockServer {
    MockServer::builder()
        .user("ada", "password-of-a-test", "Explorer")
        .unified_access_tokens("ISSUER", "TENANT", "email", include_str!("uat-test-public-key.pem"))
        .start()
        .unwrap()
}

fn unified(issuer: &str, tenant: &str, user: &str, scopes: &[&str]) -> UnifiedAccessTokenAuth {
    let key = include_str!("uat-test-key.pem");
    UnifiedAccessTokenAuth::new(issuer, tenant, key, user, scopes.iter().copied()).unwrap()
}

#[test]
fn unified_access_token_signs_its_user_in_within_its_scopes() {
    let mock = mock_of_cloud();
    let server = server(&mock);
    let auth = unified("ISSUER", "TENANT", "ada", &["tableau:content:read"]);
    let session = server.sign_in(&auth).unwrap();
    assert!(session.workbooks().list().total().unwrap() > 0);
    let error = session.groups().delete("group-of-a-test").unwrap_err();
    assert_eq!(error.code(), Some("401002"), "{error:?}");
    assert!(error.to_string().contains("tableau:groups:delete"), "{error}");
    mock.advance(Duration::from_secs(5 * 60 * 60));
    session.workbooks().list().total().unwrap();
    let tokens = tokens(&mock);
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1]);
    session.sign_out().unwrap();
    assert_eq!(mock.sessions_open(), 0);
}

#[test]
fn unified_access_token_with_wrong_parts_is_refused() {
    let mock = mock_of_cloud();
    let server = server(&mock);
    let scopes = ["tableau:content:read"];
    for auth in [
        unified("OTHER", "TENANT", "ada", &scopes),
        unified("ISSUER", "OTHER", "ada", &scopes),
        unified("ISSUER", "TENANT", "nobody", &scopes),
        unified("ISSUER", "TENANT", "ada", &scopes).user_claim("name"),
    ] {
        let error = server.sign_in(&auth).unwrap_err();
        assert!(error.is_sign_in_failed(), "{error:?}");
    }
    server.sign_in(&unified("ISSUER", "TENANT", "ada", &scopes)).unwrap().sign_out().unwrap();
    assert_eq!(mock.sessions_open(), 0);
}

#[test]
fn unified_access_token_signs_in_once_and_unchanged() {
    let mock = mock_of_cloud();
    let server = server(&mock);
    let auth = |jwt: &str| tsc::JwtAuth::new(jwt).unified_access_token(true);
    let scopes = ["tableau:content:read"];
    server.sign_in(&unified("ISSUER", "TENANT", "ada", &scopes)).unwrap().sign_out().unwrap();
    // Refused, so that its `jti` is not used up.
    mock.fault(Fault::status(400).on("POST", "/auth/signin").times(1));
    server.sign_in(&unified("ISSUER", "TENANT", "ada", &scopes)).unwrap_err();
    let [used, unused] = &tokens(&mock)[..] else { panic!("two tokens") };
    assert!(server.sign_in(&auth(used)).unwrap_err().is_sign_in_failed());

    let (signed, signature) = unused.rsplit_once('.').unwrap();
    let unsigned = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    assert!(server.sign_in(&auth(&unsigned)).unwrap_err().is_sign_in_failed());
    assert!(server.sign_in(&tsc::JwtAuth::new(unused.as_str())).unwrap_err().is_sign_in_failed());
    server.sign_in(&auth(unused)).unwrap().sign_out().unwrap();
}

#[test]
fn unified_access_token_ends_by_its_expiry_and_its_length() {
    let mock = mock_of_cloud();
    let server = server(&mock);
    let scopes = ["tableau:content:read"];
    mock.fault(Fault::status(400).on("POST", "/auth/signin").times(1));
    server.sign_in(&unified("ISSUER", "TENANT", "ada", &scopes)).unwrap_err();
    let unused = tokens(&mock).remove(0);
    mock.advance(Duration::from_secs(5 * 60));
    let auth = tsc::JwtAuth::new(unused).unified_access_token(true);
    assert!(server.sign_in(&auth).unwrap_err().is_sign_in_failed());

    let auth = unified("ISSUER", "TENANT", "ada", &["tableau:content:read"; 300]);
    let error = server.sign_in(&auth).unwrap_err();
    assert!(error.is_sign_in_failed() && error.to_string().contains("8192"), "{error}");
}

#[test]
fn mock_server_refuses_a_public_key_that_is_not_rsa() {
    for key in ["", "-----BEGIN PUBLIC KEY-----\naHVzaA==\n-----END PUBLIC KEY-----\n"] {
        let builder = MockServer::builder().unified_access_tokens("ISSUER", "T", "email", key);
        let error = builder.start().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("\"ISSUER\""), "{error}");
    }
}
