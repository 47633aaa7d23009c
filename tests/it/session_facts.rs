//! A session's user name and sign-in time, and sessions that use the same personal access token.

use tableau_server_client as tsc;
use tsc::{JwtAuth, PersonalAccessTokenAuth, SessionToken, TableauAuth};

use crate::help::{auth, pinned};
use crate::logs;
use crate::raw::{Raw, Response, response, signed_in, success, tableau_error};

const LOG: &str = "tableau_server_client::session";

/// The header, `{"sub":"ada@example.com","aud":"tableau"}` and a signature.
const JWT: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGFAZXhhbXBsZS5jb20iLCJhdWQiOiJ0YWJsZWF1In0.c2ln";

fn credentials_response(user: &str) -> Response {
    success(&format!(
        "<credentials token=\"t0ken-of-a-test\"><site id=\"site-1\" contentUrl=\"\"/>{user}</credentials>"
    ))
}

fn server_with_user(user: &'static str) -> Raw {
    Raw::start(move |seen| match seen.path().ends_with("/signin") {
        true => credentials_response(user),
        false => signed_in(seen).unwrap_or_else(|| response(204, &[], "")),
    })
}

#[test]
fn session_has_the_name_of_its_user() {
    let names = |raw: &Raw| {
        let server = pinned(&raw.url);
        let credentials: [Box<dyn tsc::Credentials>; 6] = [
            Box::new(TableauAuth::new("ada", "pa55word-of-a-test")),
            Box::new(TableauAuth::new("ada", "pa55word-of-a-test").impersonate("user-2")),
            Box::new(PersonalAccessTokenAuth::new("ci", "secret-of-a-test")),
            Box::new(JwtAuth::new(JWT)),
            Box::new(JwtAuth::new("no.dots-of-a-token")),
            Box::new(JwtAuth::new("eyJhbGciOiJIUzI1NiJ9.e30.c2ln")),
        ];
        credentials.map(|credentials| {
            let session = server.sign_in(&*credentials).unwrap();
            session.user_name().map(str::to_owned)
        })
    };
    let named = |name: &str| Some(name.to_owned());
    let raw = server_with_user("<user id=\"user-1\"/>");
    let expected = [named("ada"), None, None, named("ada@example.com"), None, None];
    assert_eq!(names(&raw), expected);
    let raw = server_with_user("<user id=\"user-1\" name=\"Ada &amp; Co\"/>");
    assert_eq!(names(&raw), [0; 6].map(|_| named("Ada & Co")));
}

#[test]
fn session_has_the_time_of_its_sign_in() {
    let raw = server_with_user("<user id=\"user-1\"/>");
    let server = pinned(&raw.url);
    let before = jiff::Timestamp::now();
    let session = server.sign_in(&auth()).unwrap();
    let opened_at = session.opened_at().unwrap();
    assert!(before <= opened_at && opened_at <= jiff::Timestamp::now());

    let exported = session.detach().export();
    let resumed = server.resume(SessionToken::import(&exported).unwrap());
    assert_eq!((resumed.user_name(), resumed.opened_at()), (None, None));
    let joined = server.join(&SessionToken::import(&exported).unwrap());
    assert_eq!((joined.user_name(), joined.opened_at()), (None, None));
}

#[test]
fn renewing_a_session_or_switching_its_site_opens_it_again() {
    let mock = tsc::mock::MockServer::builder().site("Sales", "sales").start().unwrap();
    let server = crate::help::at(mock.url());
    let mut session = server.sign_in(&mock.credentials()).unwrap();
    let first = session.opened_at().unwrap();
    session.switch_site("sales").unwrap();
    let second = session.opened_at().unwrap();
    assert!(second > first);
    assert_eq!(session.user_name(), Some(mock.username()));
    mock.expire_sessions();
    session.workbooks().list().total().unwrap();
    assert!(session.opened_at().unwrap() > second);
    assert_eq!(session.user_name(), Some(mock.username()));
}

#[test]
fn only_the_holder_of_a_shared_session_has_user_name_and_time() {
    let raw = server_with_user("<user id=\"user-1\"/>");
    let server = pinned(&raw.url);
    let folder =
        tsc::SessionFile::at(crate::tls_server::file("shared-session", "").with_extension("json"));
    let holder = server.sign_in_shared(&auth(), &folder).unwrap();
    assert_eq!(holder.user_name(), Some("USER"));
    assert!(holder.opened_at().is_some());
    let worker = server.join_shared_with(&auth(), &folder).unwrap();
    assert_eq!((worker.user_name(), worker.opened_at()), (None, None));
}

/// The warnings of this thread about a token that is in use already.
fn warnings() -> usize {
    let is_about = |record: &&logs::Record| record.text.contains("already holds a session");
    logs::of(LOG).iter().filter(is_about).count()
}

#[test]
fn a_second_session_of_a_personal_access_token_is_logged() {
    logs::start();
    let raw = server_with_user("<user id=\"user-1\"/>");
    let other_server = server_with_user("<user id=\"user-1\"/>");
    let token = |name: &str, secret: &str| PersonalAccessTokenAuth::new(name, secret);
    let ci = token("ci", "secret-of-a-test");
    let server = pinned(&raw.url);

    // Sequential sessions.
    drop(server.sign_in(&ci).unwrap());
    server.sign_in(&ci).unwrap().sign_out().unwrap();
    let _detached = server.sign_in(&ci).unwrap().detach();
    let first = server.sign_in(&ci).unwrap();
    assert_eq!(warnings(), 0);

    // Other tokens, another server and other credentials.
    let others =
        [token("ci", "another-secret-of-a-test"), token("nightly", "third-secret-of-a-test")];
    let _others = others.map(|other| server.sign_in(&other).unwrap());
    let elsewhere = pinned(&other_server.url);
    let _elsewhere = elsewhere.sign_in(&ci).unwrap();
    let _password = [server.sign_in(&auth()).unwrap(), server.sign_in(&auth()).unwrap()];
    assert_eq!(warnings(), 0);

    // The same token, also to another site and through another `Server`.
    let second = server.sign_in(&ci.clone().site("")).unwrap();
    assert_eq!(warnings(), 1);
    let again = pinned(&raw.url);
    let third = again.sign_in(&ci).unwrap();
    assert_eq!(warnings(), 2);
    let texts = logs::of(LOG);
    assert!(texts.iter().any(|record| record.text.contains("\"ci\"")), "{texts:?}");
    assert!(texts.iter().all(|record| !record.text.contains("secret-of-a-test")), "{texts:?}");

    drop((first, second, third));
    drop(server.sign_in(&ci).unwrap());
    assert_eq!(warnings(), 2);
}

#[test]
fn a_refused_sign_in_does_not_count_as_a_session() {
    logs::start();
    let raw = Raw::start(|_| tableau_error(401, "401001", "Error signing in to Tableau Server"));
    let ci = PersonalAccessTokenAuth::new("ci", "refused-secret-of-a-test");
    for _ in 0..2 {
        pinned(&raw.url).sign_in(&ci).unwrap_err();
    }
    assert_eq!(warnings(), 0);
}

#[test]
fn a_shared_session_counts_as_a_session_of_its_token() {
    logs::start();
    let mock = tsc::mock::MockServer::builder().site("Sales", "sales").start().unwrap();
    let ci = PersonalAccessTokenAuth::new(mock.token_name(), mock.token_secret());
    let server = crate::help::at(mock.url());
    let path = crate::tls_server::file("held-session", "").with_extension("json");
    let holder = server.sign_in_shared(&ci, &tsc::SessionFile::at(path)).unwrap();
    assert_eq!(warnings(), 0);
    drop(server.sign_in(&ci).unwrap());
    assert_eq!(warnings(), 1);
    drop(holder);
    let mut session = server.sign_in(&ci).unwrap();
    session.switch_site("sales").unwrap();
    assert_eq!(warnings(), 1);
    drop(server.sign_in(&ci).unwrap());
    assert_eq!(warnings(), 2);
}
