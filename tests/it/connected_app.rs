//! Signing in with a connected app or with unified access tokens, which the mock server verifies.

use std::io::{self, Read};
use std::sync::mpsc;
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::connected_apps::{ConnectedAppSecret, ConnectedAppUpdate, NewConnectedApp};
use tsc::mock::{Fault, MockServer};
use tsc::{ConnectedApp, ConnectedAppAuth, Error, ErrorKind, Source, UnifiedAccessTokenAuth};

use crate::help::LONG;

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

fn auth_of(app: &ConnectedApp, secret: &ConnectedAppSecret, scopes: &[&str]) -> ConnectedAppAuth {
    let (client, id) = (app.client_id.as_str(), secret.id.as_str());
    self::app(client, id, &secret.export_value(), "ada", scopes)
}

#[test]
fn created_app_signs_in_until_it_is_deleted() {
    let mock = mock();
    let server = server(&mock);
    let admin = server.sign_in(&mock.credentials()).unwrap();
    let apps = admin.connected_apps();
    let app = apps.create(NewConnectedApp::new("Portal")).unwrap();
    let first = apps.create_secret(&app.client_id).unwrap();
    let signed_in = |secret: &ConnectedAppSecret| {
        let session = server.sign_in(&auth_of(&app, secret, &["tableau:content:read"]))?;
        session.workbooks().list().total()?;
        session.sign_out()
    };
    assert_refused(&signed_in(&first).unwrap_err(), 126);
    apps.update(&app.client_id, ConnectedAppUpdate::new().enabled(true)).unwrap();
    signed_in(&first).unwrap();

    let second = apps.rotate_secret(&app.client_id, &first.id).unwrap();
    assert_refused(&signed_in(&first).unwrap_err(), 127);
    signed_in(&second).unwrap();
    let kept: Vec<_> = apps.get(&app.client_id).unwrap().secrets;
    assert_eq!(kept.iter().map(|secret| &secret.id).collect::<Vec<_>>(), [&second.id]);

    // The open session outlives the secret and the app.
    let open = server.sign_in(&auth_of(&app, &second, &["tableau:content:read"])).unwrap();
    apps.delete_secret(&app.client_id, &second.id).unwrap();
    assert_refused(&signed_in(&second).unwrap_err(), 127);
    apps.delete(&app.client_id).unwrap();
    assert_refused(&signed_in(&second).unwrap_err(), 126);
    open.workbooks().list().total().unwrap();
    // The app of the builder is another one.
    server.sign_in(&auth(&["tableau:content:read"])).unwrap().sign_out().unwrap();
}

#[test]
fn created_app_signs_in_to_its_own_site_only() {
    let mock = MockServer::builder()
        .user("ada", "password-of-a-test", "Explorer")
        .site("Other", "other")
        .start()
        .unwrap();
    let server = server(&mock);
    let admin = server.sign_in(&mock.credentials()).unwrap();
    let apps = admin.connected_apps();
    let app = apps.create(NewConnectedApp::new("Portal").enabled(true)).unwrap();
    let secret = apps.create_secret(&app.client_id).unwrap();
    let auth = auth_of(&app, &secret, &["tableau:content:read"]);
    server.sign_in(&auth).unwrap().sign_out().unwrap();
    let error = server.sign_in(&auth.site("other")).unwrap_err();
    assert!(error.is_sign_in_failed(), "{error}");
}

#[test]
fn rotation_keeps_the_old_secret_if_no_new_one_can_be_created() {
    let mock = mock();
    let server = server(&mock);
    let admin = server.sign_in(&mock.credentials()).unwrap();
    let apps = admin.connected_apps();
    let app = apps.create(NewConnectedApp::new("Portal").enabled(true)).unwrap();
    let first = apps.create_secret(&app.client_id).unwrap();
    let second = apps.create_secret(&app.client_id).unwrap();
    let error = apps.rotate_secret(&app.client_id, &first.id).unwrap_err();
    assert_eq!(error.code(), Some("400144"), "{error}");
    for secret in [first, second] {
        server
            .sign_in(&auth_of(&app, &secret, &["tableau:content:read"]))
            .unwrap()
            .sign_out()
            .unwrap();
    }
}

#[test]
fn rotation_names_the_new_secret_if_the_old_one_cannot_be_deleted() {
    let mock = mock();
    let server = server(&mock);
    let admin = server.sign_in(&mock.credentials()).unwrap();
    let apps = admin.connected_apps();
    let app = apps.create(NewConnectedApp::new("Portal").enabled(true)).unwrap();
    let old = apps.create_secret(&app.client_id).unwrap();
    let path = format!("/connected-apps/direct-trust/{}/secrets/{}", app.client_id, old.id);
    mock.fault(Fault::status(403).on("DELETE", &path));
    let error = apps.rotate_secret(&app.client_id, &old.id).unwrap_err();
    let secrets = apps.get(&app.client_id).unwrap().secrets;
    let [_, new] = &secrets[..] else { panic!("{secrets:?}") };
    assert!(
        error.to_string().contains(&format!("the new secret {} was created", new.id)),
        "{error}"
    );
    assert_eq!(error.status(), Some(403), "{error}");
    // A repeated call cannot create a third secret, and says what to do.
    mock.clear_faults();
    let repeated = apps.rotate_secret(&app.client_id, &old.id).unwrap_err();
    assert_eq!(repeated.code(), Some("400144"), "{repeated}");
    assert!(repeated.to_string().contains(&format!("delete the secret {}", old.id)), "{repeated}");
    let new = apps.get_secret(&app.client_id, &new.id).unwrap();
    let shown = crate::help::everything_of(&error);
    assert!(!shown.contains(&new.export_value()) && !shown.contains(&old.export_value()));
    for secret in [&old, &new] {
        server
            .sign_in(&auth_of(&app, secret, &["tableau:content:read"]))
            .unwrap()
            .sign_out()
            .unwrap();
    }
}

#[test]
fn app_sessions_need_the_scopes_of_connected_apps() {
    let mock = MockServer::builder().connected_app("CLIENT", "SECRET-ID", "secret-of-a-test");
    let mock = mock.start().unwrap();
    let server = server(&mock);
    let admin = |scopes: &[&str]| {
        let auth = app("CLIENT", "SECRET-ID", "secret-of-a-test", mock.username(), scopes);
        server.sign_in(&auth).unwrap()
    };
    let session = admin(&["tableau:connected_apps_direct_trust:read"]);
    let apps = session.connected_apps();
    assert_eq!(apps.list().total().unwrap(), 1);
    let error = apps.create(NewConnectedApp::new("A")).unwrap_err();
    assert!(error.to_string().contains("tableau:connected_apps_direct_trust:create"), "{error}");
    let error = apps.delete_secret("CLIENT", "SECRET-ID").unwrap_err();
    let scope = "tableau:connected_app_direct_trust_secrets:delete";
    assert!(error.to_string().contains(scope), "{error}");
    let error = apps.external_authorization_servers().list().total().unwrap_err();
    assert!(error.to_string().contains("tableau:external_authorization_servers:read"), "{error}");
    let session = admin(&[scope]);
    session.connected_apps().delete_secret("CLIENT", "SECRET-ID").unwrap();
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

fn no_scope() -> Fault {
    Fault::status(401).error("401002", "Unauthorized Access", "No scope")
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
    mock.fault(no_scope().on("DELETE", "/groups/*").times(2));
    let error = session.groups().delete("group-of-a-test").unwrap_err();
    assert!(error.to_string().contains("tableau:groups:delete"), "{error}");
    assert_eq!(tokens(&mock).len(), 2);
    assert_eq!(mock.sessions_open(), 1);
    session.workbooks().list().total().unwrap();
    drop(session);
    assert_eq!(mock.sessions_open(), 0);
}

/// A reader that can be read once, and waits before its last bytes.
struct Held {
    bytes: &'static [u8],
    started: mpsc::Sender<()>,
    rest: mpsc::Receiver<()>,
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.len() == 1 {
            let _ = self.started.send(());
            self.rest.recv_timeout(LONG).map_err(io::Error::other)?;
        }
        let most = self.bytes.len().saturating_sub(1).max(1).min(self.bytes.len());
        let read = buffer.len().min(most);
        buffer[..read].copy_from_slice(&self.bytes[..read]);
        self.bytes = &self.bytes[read..];
        Ok(read)
    }
}

/// Replaces the session while another thread publishes with it. Returns the outcome of publishing.
#[track_caller]
fn replaces_a_session_in_use(mock: &MockServer) -> tsc::Result<()> {
    let server = server(mock);
    let jwt = mock.jwt().to_owned();
    let auth = tsc::JwtAuth::new(jwt.as_str()).renew_with(move || Ok(jwt.clone()));
    let session = server.sign_in(&auth).unwrap();
    let project = session.projects().list().into_iter().next().unwrap().unwrap().id;
    mock.fault(no_scope().on("DELETE", "/groups/*").times(2));
    let (started, has_started) = mpsc::channel();
    let (send_rest, rest) = mpsc::channel();
    let bytes = b"<?xml version='1.0'?><workbook></workbook>";
    let outcome = std::thread::scope(|scope| {
        let (session, project) = (&session, &project);
        let upload = scope.spawn(move || {
            let reader = Held { bytes, started, rest };
            let source = Source::reader("held.twb", bytes.len() as u64, reader);
            session.workbooks().publish(source).project(project).name("Held").send()
        });
        has_started.recv_timeout(LONG).unwrap();
        session.groups().delete("group-of-a-test").unwrap_err();
        let open = mock.sessions_open();
        send_rest.send(()).unwrap();
        let outcome = upload.join().unwrap();
        assert_eq!(open, 2, "the upload used the replaced session");
        outcome
    });
    assert_eq!(tokens(mock).len(), 2);
    assert_eq!(mock.sessions_open(), 1, "the last request with the replaced session ends it");
    drop(session);
    assert_eq!(mock.sessions_open(), 0);
    outcome.map(drop)
}

#[test]
fn replaced_session_stays_open_while_another_thread_uses_it() {
    replaces_a_session_in_use(&mock()).unwrap();
}

#[test]
fn replaced_session_is_signed_out_if_the_last_request_lacks_a_scope_too() {
    let mock = mock();
    mock.fault(no_scope().on("POST", "/workbooks"));
    let error = replaces_a_session_in_use(&mock).unwrap_err();
    assert!(error.to_string().contains("the request body cannot be sent again"), "{error}");
}

#[test]
fn error_names_no_scope_that_the_token_has() {
    let mock = mock();
    let server = server(&mock);
    let session = server.sign_in(&auth(&["tableau:groups"])).unwrap();
    let tableau_error = Fault::status(403).error("403004", "Forbidden", "Not allowed");
    mock.fault(tableau_error.on("DELETE", "/groups/*"));
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
