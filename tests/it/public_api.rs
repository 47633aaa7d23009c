//! The public API: every item that programs use, with its exact type.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::mock::MockServer;

use crate::help::plain;

fn shared<T: Send + Sync>() {}

fn an_id<T>()
where
    T: for<'a> From<&'a str>
        + for<'a> From<&'a String>
        + From<String>
        + Display
        + Debug
        + Clone
        + Eq
        + Hash
        + Send
        + Sync,
{
}

#[test]
fn functions_have_the_documented_signatures() {
    shared::<tsc::Server>();
    shared::<tsc::Session<'static>>();
    shared::<tsc::SessionToken>();
    shared::<tsc::Items<'static, tsc::Workbook>>();
    shared::<tsc::Error>();
    shared::<tsc::HttpOptions>();
    shared::<Box<dyn tsc::Credentials>>();
    an_id::<tsc::WorkbookId>();
    an_id::<tsc::UserId>();
    an_id::<tsc::SiteId>();
    an_id::<tsc::ProjectId>();

    let _: fn(&'static str) -> tsc::Result<tsc::Server> = tsc::Server::new;
    let _: fn(&'static String) -> tsc::Result<tsc::Server> = tsc::Server::new;
    let _: fn(String) -> tsc::Result<tsc::Server> = tsc::Server::new;
    let _: fn(&mut tsc::Server, &str) -> tsc::Result<()> = tsc::Server::set_version;
    let _: fn(&tsc::Server) -> tsc::Result<tsc::ServerInfo> = tsc::Server::server_info;
    let _: fn(&mut tsc::Server, tsc::HttpOptions) -> tsc::Result<()> =
        tsc::Server::add_http_options;
    let _: fn(&mut tsc::Server) = tsc::Server::clear_http_options;
    let _: for<'s> fn(&'s tsc::Server, tsc::SessionToken) -> tsc::Session<'s> = tsc::Server::resume;
    let _: fn(tsc::Server, tsc::SessionToken) -> tsc::Session<'static> = tsc::Server::into_resumed;
    let _: for<'s> fn(&'s tsc::Server, &tsc::SessionToken) -> tsc::Session<'s> = join;
    let _: for<'s> fn(&'s tsc::Server, &dyn tsc::Credentials) -> tsc::Result<tsc::Session<'s>> =
        sign_in;
    let _: fn(tsc::Server, &dyn tsc::Credentials) -> tsc::Result<tsc::Session<'static>> =
        |server, credentials| server.into_session(credentials);
    let _: fn([&'static str; 1]) -> tsc::Result<Vec<&'static str>> = tsc::scopes_of;
    let _: fn(tsc::Session<'static>) -> tsc::Result<()> = tsc::Session::sign_out;
    let _: fn(tsc::Session<'static>) -> tsc::SessionToken = tsc::Session::detach;
    let _: fn(&tsc::SessionToken) -> String = tsc::SessionToken::export;
    let _: fn(&str) -> tsc::Result<tsc::SessionToken> = tsc::SessionToken::import;
    let _: fn(&mut tsc::Session<'static>, &str) -> tsc::Result<()> = tsc::Session::switch_site;
    let _: for<'s> fn(&'s tsc::Session<'static>) -> &'s tsc::SiteId = tsc::Session::site_id;
    let _: for<'s> fn(&'s tsc::Session<'static>) -> &'s tsc::UserId = tsc::Session::user_id;
    let _: for<'s> fn(&'s tsc::Session<'static>) -> &'s str = tsc::Session::site_url;
    let _: fn(&tsc::Session<'static>) -> String = tsc::Session::auth_token;
    let _: fn(&tsc::Session<'static>) -> tsc::ApiVersion = tsc::Session::version;

    let _: fn(&tsc::Error) -> tsc::ErrorKind = tsc::Error::kind;
    let _: fn(&tsc::Error) -> Option<u16> = tsc::Error::status;
    for text in [
        tsc::Error::code,
        tsc::Error::summary,
        tsc::Error::detail,
        tsc::Error::url,
        tsc::Error::request_id,
    ] {
        let _: for<'e> fn(&'e tsc::Error) -> Option<&'e str> = text;
    }
    let _: fn(&tsc::Error) -> Option<Duration> = tsc::Error::retry_after;
    for predicate in [
        tsc::Error::is_sign_in_failed,
        tsc::Error::is_session_expired,
        tsc::Error::is_not_found,
        tsc::Error::is_timeout,
        tsc::Error::is_retryable,
    ] {
        let _: fn(&tsc::Error) -> bool = predicate;
    }
    let _: fn(&'static str) -> tsc::Result<tsc::Fingerprint> = tsc::Fingerprint::sha256;
    let _: fn(String) -> tsc::Result<tsc::Fingerprint> = tsc::Fingerprint::sha256;
    let _: fn() -> tsc::Result<MockServer> = MockServer::start;
    let _: for<'m> fn(&'m MockServer) -> &'m str = MockServer::url;
    let _: fn(&MockServer) -> tsc::TableauAuth = MockServer::credentials;
}

fn join<'s>(server: &'s tsc::Server, token: &tsc::SessionToken) -> tsc::Session<'s> {
    server.join(token)
}

fn sign_in<'s>(
    server: &'s tsc::Server,
    credentials: &dyn tsc::Credentials,
) -> tsc::Result<tsc::Session<'s>> {
    server.sign_in(credentials)
}

/// Compiles only while `Session` and the handles are covariant.
fn shorter<'short, 'long: 'short>(
    session: tsc::Session<'long>,
    resource: tsc::workbooks::Workbooks<'long>,
) -> (tsc::Session<'short>, tsc::workbooks::Workbooks<'short>) {
    (session, resource)
}

fn kinds() -> Vec<tsc::ErrorKind> {
    use tsc::ErrorKind::{
        Ambiguous, Api, Cancelled, Changed, Config, Connect, ConnectionLost, Decode, Http, Input,
        Io, Job, NotFound, Redirect, Timeout, Tls, Version,
    };
    vec![
        Config,
        Connect,
        Tls,
        Timeout,
        Redirect,
        Api,
        Http,
        Decode,
        Version,
        Input,
        Job,
        Io,
        ConnectionLost,
        Cancelled,
        NotFound,
        Ambiguous,
        Changed,
    ]
}

const UAT_KEY: &str = include_str!("uat-test-key.pem");

#[test]
fn public_constants_and_defaults_have_the_documented_values() {
    assert_eq!(kinds().len(), 17);
    assert_eq!(size_of::<tsc::Error>(), size_of::<usize>());
    let credentials: Vec<Box<dyn tsc::Credentials>> = vec![
        Box::new(tsc::TableauAuth::new("USERNAME", "PASSWORD").site("SITE").impersonate("LUID")),
        Box::new(tsc::TableauAuth::new(String::from("U"), String::from("P")).clone()),
        Box::new(tsc::PersonalAccessTokenAuth::new("N", "S").site("SITE").impersonate("L").clone()),
        Box::new(tsc::JwtAuth::new("eyJ").site("SITE").unified_access_token(true).clone()),
        Box::new(tsc::JwtAuth::new("eyJ").renew_with(|| Ok("eyJ".to_owned())).impersonate("L")),
        Box::new(tsc::ConnectedAppAuth::new("C", "I", "S", "U", ["tableau:a:b"]).site("S").clone()),
        Box::new(
            tsc::UnifiedAccessTokenAuth::new(
                "I",
                "T",
                UAT_KEY,
                "U",
                vec![String::from("tableau:a")],
            )
            .unwrap()
            .user_claim("name")
            .site("SITE")
            .clone(),
        ),
    ];
    assert_eq!(credentials.len(), 7);
    let fingerprint = tsc::Fingerprint::sha256("aB".repeat(32)).unwrap();
    let _: [tsc::Verify; 6] = [
        true.into(),
        "ca.pem".into(),
        String::from("ca.pem").into(),
        Path::new("ca.pem").into(),
        PathBuf::from("ca.pem").into(),
        fingerprint.into(),
    ];
    let options = tsc::HttpOptions::new()
        .verify(false)
        .insecure_warnings(false)
        .timeout(Duration::from_secs(60))
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(60))
        .sign_out_timeout(Duration::from_secs(5))
        .max_response(512 << 20)
        .header("X-Request-Source", "nightly")
        .user_agent("nightly-report/1.2")
        .proxy("http://proxy.example.com:3128")
        .trust_redirects_to("east.tableau.example.com")
        .no_proxy();
    let mut server = tsc::Server::new("https://tableau.example.com").unwrap();
    server.add_http_options(options).unwrap();
    server.clear_http_options();
    let _ = tsc::HttpOptions::new().client_cert("client.pem", "client.key");
    assert_eq!(tsc::WorkbookId::from("a").as_str(), "a");
    // As in `main`, with `?`.
    fn as_boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
        tsc::Server::new("")?;
        Ok(())
    }
    let mut server = tsc::Server::new("h").unwrap();
    let error = server.set_version("abc").unwrap_err();
    let any: anyhow::Error = error.into();
    assert!(any.is::<tsc::Error>());
    assert!(as_boxed().unwrap_err().is::<tsc::Error>());
}

#[test]
fn mock_server_supports_the_core_api() {
    let mock = MockServer::start().unwrap();
    let mut server = tsc::Server::new(mock.url()).unwrap();
    server.add_http_options(plain()).unwrap();
    let info: tsc::ServerInfo = server.server_info().unwrap();
    let _: (&String, &String) = (&info.product_version, &info.build_number);
    let credentials: &dyn tsc::Credentials = &mock.credentials();
    let session: tsc::Session<'_> = server.sign_in(credentials).unwrap();
    assert_eq!(session.version().to_string(), info.rest_api_version.to_string());

    let list = session.workbooks().list().page_size(2).prefetch(2).fields(["size"]);
    let total: u64 = list.total().unwrap();
    let page: tsc::Page<tsc::Workbook> = list.page(1).unwrap();
    let (_, _, _): (u32, u32, u64) = (page.number, page.size, page.total);
    assert_eq!(page.total, total);
    let mut count = 0;
    for workbook in list {
        let workbook: tsc::Workbook = workbook.unwrap();
        let (_, _): (&tsc::WorkbookId, &String) = (&workbook.id, &workbook.name);
        count += 1;
    }
    assert_eq!(count, total);
    let all: tsc::Result<Vec<tsc::User>> = session.users().list().into_iter().collect();
    let all = all.unwrap();
    let one: tsc::User = session.users().get(&all[0].id).unwrap();
    assert_eq!((&one.id, &one.name), (&all[0].id, &all[0].name));
    for site in session.sites().list() {
        let _: tsc::Site = site.unwrap();
    }
    let project = session.projects().create(tsc::projects::NewProject::new("R&D")).unwrap();
    let update = tsc::projects::ProjectUpdate::new().description("");
    let project = session.projects().update(&project.id, update).unwrap();
    assert_eq!(session.projects().get(&project.id).unwrap().name, "R&D");
    session.projects().delete(&project.id).unwrap();
    assert!(session.projects().get(&project.id).unwrap_err().is_not_found());

    thread::scope(|scope| {
        let totals: Vec<_> =
            (0..4).map(|_| scope.spawn(|| session.workbooks().list().total().unwrap())).collect();
        assert!(totals.into_iter().all(|thread| thread.join().unwrap() == total));
    });
    let text = session.detach().export();
    let token = tsc::SessionToken::import(&text).unwrap();
    assert_eq!(server.join(&token).auth_token(), server.join(&token).auth_token());
    let resumed = server.resume(token);
    // A handle may be created from a short borrow of the session.
    let resource = resumed.workbooks();
    let (_, resource) = shorter(server.join(&tsc::SessionToken::import(&text).unwrap()), resource);
    assert_eq!(resource.list().total().unwrap(), total);
    resumed.sign_out().unwrap();
    let requests = mock.requests();
    assert!(requests.len() > 10);
    assert_eq!(requests.iter().filter(|request| request.path.ends_with("signout")).count(), 1);

    let error = server.sign_in(&tsc::TableauAuth::new("admin", "wrong")).unwrap_err();
    assert!(error.is_sign_in_failed());
    assert_eq!(error.code(), Some("401001"));
}

/// A program keeps the server and the session in a struct, and lends the session.
struct Program {
    session: tsc::Session<'static>,
}

impl Program {
    fn session<'a>(&'a self) -> &'a tsc::Session<'a> {
        &self.session
    }
}

#[test]
fn session_can_be_stored_in_a_struct() {
    let mock = MockServer::start().unwrap();
    let mut server = tsc::Server::new(mock.url()).unwrap();
    server.add_http_options(plain()).unwrap();
    let program = Program { session: server.into_session(&mock.credentials()).unwrap() };
    assert!(!program.session().user_id().as_str().is_empty());
    assert!(!program.session().site_id().as_str().is_empty());
    let boxed: Box<dyn Send> = Box::new(program);
    thread::spawn(move || drop(boxed)).join().unwrap();
    assert!(mock.requests().last().unwrap().path.ends_with("signout"));
}
