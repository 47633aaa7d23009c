//! Connected apps and external authorization servers: requests, responses and versions. Signing in
//! with an app is in `connected_app.rs`.

use tableau_server_client as tsc;
use tsc::ErrorKind::{Decode, Version};
use tsc::connected_apps::{
    ConnectedAppUpdate, ExternalAuthorizationServerUpdate, NewConnectedApp,
    NewExternalAuthorizationServer,
};
use tsc::mock::MockServer;
use tsc::{ConnectedAppSecretId, ProjectId};

use super::{Nothing, Xml, expect_error, talk, talk_in};
use crate::help;

const APP: &str = "<connectedApplication>\
    <secret><id>s1</id><createdAt>2026-01-02T03:04:05Z</createdAt></secret>\
    <secret><id>s2</id></secret>\
    <name>Portal &amp; more</name><enabled>true</enabled><clientId>c1</clientId>\
    <projectIds><projectId>p1</projectId><projectId>p2</projectId></projectIds>\
    <domainSafelist>https://a.example *.b.example</domainSafelist>\
    <createdAt>2026-01-01T00:00:00Z</createdAt>\
    <unrestrictedEmbedding>false</unrestrictedEmbedding></connectedApplication>";

const LIST: &str = "<connectedApplications><connectedApplication><name>A</name>\
    <enabled>false</enabled><clientId>c1</clientId></connectedApplication>\
    <connectedApplication><name>B</name><enabled>true</enabled><clientId>c2</clientId>\
    <projectId>p1</projectId></connectedApplication></connectedApplications>";

const SECRET: &str = "<connectedApplicationSecret><value>hush</value><id>s3</id>\
    <createdAt>2026-01-02T03:04:05Z</createdAt></connectedApplicationSecret>";

const EAS: &str = "<externalAuthorizationServer><name>N</name><id>e1</id>\
    <issuerUrl>https://idp.example</issuerUrl><jwksUri>https://idp.example/keys</jwksUri>\
    <createdAt>2026-01-01T00:00:00Z</createdAt></externalAuthorizationServer>";

const EAS_LIST: &str = "<externalAuthorizationServerList><externalAuthorizationServer>\
    <name>N</name><id>e1</id><issuerUrl>https://idp.example</issuerUrl>\
    </externalAuthorizationServer></externalAuthorizationServerList>";

fn projects(ids: &[&str]) -> Vec<ProjectId> {
    ids.iter().copied().map(ProjectId::from).collect()
}

#[test]
fn writes_connected_apps_as_attributes_and_reads_child_elements() {
    let responses = [Xml(APP), Xml(APP), Nothing, Xml(SECRET), Xml(SECRET), Nothing];
    let (app, lines) = talk(responses, |session| {
        let apps = session.connected_apps();
        let new = NewConnectedApp::new("Portal & more")
            .enabled(true)
            .domain_safelist("https://a.example *.b.example")
            .unrestricted_embedding(false)
            .projects(projects(&["p1", "p2"]));
        let app = apps.create(new).unwrap();
        let changes = ConnectedAppUpdate::new().enabled(true).projects([]);
        let changed = apps.update(&app.client_id, &changes).unwrap();
        assert_eq!(changes.ignored_in(&changed), ["projects"]);
        let changes = ConnectedAppUpdate::new().projects(projects(&["p2", "p1"]));
        assert_eq!(changes.ignored_in(&changed), [""; 0], "the order does not matter");
        apps.delete("c1").unwrap();
        assert_eq!(apps.create_secret("c1").unwrap().export_value(), "hush");
        let secret = apps.get_secret("c1", "s3").unwrap();
        assert_eq!((secret.id.as_str(), secret.value), ("s3", tsc::Secret::from("hush")));
        assert_eq!(secret.created_at.unwrap().to_string(), "2026-01-02T03:04:05Z");
        apps.delete_secret("c1", ConnectedAppSecretId::from("s3")).unwrap();
        app
    });
    assert_eq!(
        lines,
        [
            "POST connected-apps/direct-trust <r><connectedApplication name=\"Portal &amp; more\" \
             enabled=\"true\" domainSafelist=\"https://a.example *.b.example\" \
             unrestrictedEmbedding=\"false\"><projectIds><projectId>p1</projectId>\
             <projectId>p2</projectId></projectIds></connectedApplication></r>",
            "PUT connected-apps/direct-trust/c1 <r><connectedApplication enabled=\"true\">\
             <projectIds/></connectedApplication></r>",
            "DELETE connected-apps/direct-trust/c1",
            "POST connected-apps/direct-trust/c1/secrets",
            "GET connected-apps/direct-trust/c1/secrets/s3",
            "DELETE connected-apps/direct-trust/c1/secrets/s3",
        ]
    );
    assert_eq!((app.client_id.as_str(), &*app.name), ("c1", "Portal & more"));
    assert_eq!((app.enabled, app.unrestricted_embedding), (Some(true), Some(false)));
    assert_eq!(app.projects, projects(&["p1", "p2"]));
    assert_eq!(app.domain_safelist.as_deref(), Some("https://a.example *.b.example"));
    assert_eq!(app.created_at.unwrap().to_string(), "2026-01-01T00:00:00Z");
    let secrets: Vec<&str> = app.secrets.iter().map(|secret| secret.id.as_str()).collect();
    assert_eq!(secrets, ["s1", "s2"]);
    assert!(app.secrets[0].created_at.is_some() && app.secrets[1].created_at.is_none());
}

#[test]
fn reads_connected_apps_with_and_without_the_element_of_a_list() {
    let single = "<connectedApplications><connectedApplication><name>A</name>\
                  <clientId>c1</clientId></connectedApplication></connectedApplications>";
    let responses = [Xml(LIST), Xml(single), Xml(APP), Xml("<connectedApplications/>")];
    let (apps, lines) = talk(responses, |session| {
        let apps = session.connected_apps();
        let listed: Vec<_> = apps.list().into_iter().map(Result::unwrap).collect();
        assert_eq!(apps.get("c1").unwrap().name, "A");
        assert_eq!(apps.get("c1").unwrap().name, "Portal & more");
        assert_eq!(apps.get("c1").unwrap_err().kind(), Decode);
        listed
    });
    let get = "GET connected-apps/direct-trust/c1";
    assert_eq!(lines, ["GET connected-apps/direct-trust", get, get, get]);
    let [first, second] = &apps[..] else { panic!("{apps:?}") };
    assert_eq!((first.client_id.as_str(), first.enabled), ("c1", Some(false)));
    assert_eq!((&first.project, &first.projects[..]), (&None, &[][..]));
    assert_eq!(second.project, Some(ProjectId::from("p1")));
}

#[test]
fn limits_apps_to_one_project_by_attribute_before_api_3_23() {
    let (_, lines) = talk_in("3.22", [Xml(APP), Xml(APP), Xml(APP), Xml(APP)], |session| {
        let apps = session.connected_apps();
        apps.create(NewConnectedApp::new("A").projects(projects(&["p1"]))).unwrap();
        apps.update("c1", ConnectedAppUpdate::new().projects(projects(&["p1"]))).unwrap();
        apps.create(NewConnectedApp::new("A").projects([])).unwrap();
        apps.update("c1", ConnectedAppUpdate::new().projects([])).unwrap();
    });
    assert_eq!(
        lines,
        [
            "POST connected-apps/direct-trust \
             <r><connectedApplication name=\"A\" projectId=\"p1\"/></r>",
            "PUT connected-apps/direct-trust/c1 <r><connectedApplication projectId=\"p1\"/></r>",
            "POST connected-apps/direct-trust <r><connectedApplication name=\"A\"/></r>",
            "PUT connected-apps/direct-trust/c1 <r><connectedApplication projectId=\"\"/></r>",
        ]
    );
    let several = projects(&["p1", "p2"]);
    let error = expect_error("3.22", Version, |session| {
        session.connected_apps().create(NewConnectedApp::new("A").projects(several.clone()))
    });
    assert!(error.contains("Create Connected App with these options"), "{error}");
    expect_error("3.22", Version, |session| {
        let changes = ConnectedAppUpdate::new().projects(several.clone());
        session.connected_apps().update("c1", changes)
    });
}

#[test]
fn refuses_operations_and_attributes_of_newer_versions() {
    expect_error("3.16", Version, |s| s.connected_apps().list().total());
    expect_error("3.16", Version, |s| s.connected_apps().get("c1"));
    expect_error("3.16", Version, |s| s.connected_apps().create(NewConnectedApp::new("A")));
    expect_error("3.16", Version, |s| s.connected_apps().create_secret("c1"));
    expect_error("3.16", Version, |s| s.connected_apps().rotate_secret("c1", "s1"));
    let new = || NewExternalAuthorizationServer::new("https://idp.example");
    expect_error("3.15", Version, |s| {
        s.connected_apps().external_authorization_servers().create(new())
    });
    expect_error("3.21", Version, |s| {
        s.connected_apps().external_authorization_servers().create(new().name("N"))
    });
    expect_error("3.21", Version, |s| {
        let changes = ExternalAuthorizationServerUpdate::new().name("N");
        s.connected_apps().external_authorization_servers().update("e1", changes)
    });
    expect_error("3.30", tsc::ErrorKind::Input, |s| {
        s.connected_apps().update("c1", ConnectedAppUpdate::new())
    });
}

#[test]
fn requires_the_value_of_a_secret() {
    let without = "<connectedApplicationSecret><id>s3</id></connectedApplicationSecret>";
    let empty = "<connectedApplicationSecret><id>s3</id><value/></connectedApplicationSecret>";
    talk([Xml(without), Xml(empty)], |session| {
        for _ in 0..2 {
            let error = session.connected_apps().get_secret("c1", "s3").unwrap_err();
            assert_eq!(error.kind(), Decode, "{error}");
            assert!(error.to_string().contains("value"), "{error}");
        }
    });
}

#[test]
fn registers_external_authorization_servers() {
    let responses = [Xml(EAS), Xml(EAS_LIST), Xml(EAS_LIST), Xml(EAS), Nothing];
    let (server, lines) = talk(responses, |session| {
        let servers = session.connected_apps().external_authorization_servers();
        let new = NewExternalAuthorizationServer::new("https://idp.example")
            .jwks_uri("https://idp.example/keys")
            .name("N");
        let server = servers.create(new).unwrap();
        let listed: Vec<_> = servers.list().into_iter().map(Result::unwrap).collect();
        assert_eq!((&*listed[0].issuer_url, &listed[0].jwks_uri), ("https://idp.example", &None));
        assert_eq!(servers.get(&server.id).unwrap(), listed[0]);
        let changes = ExternalAuthorizationServerUpdate::new().name("N");
        let changed = servers.update("e1", &changes).unwrap();
        assert_eq!(changes.ignored_in(&changed), [""; 0]);
        servers.delete("e1").unwrap();
        server
    });
    let path = "connected-apps/external-authorization-servers";
    assert_eq!(
        lines,
        [
            format!(
                "POST {path} <r><externalAuthorizationServer name=\"N\" \
                 issuerUrl=\"https://idp.example\" jwksUri=\"https://idp.example/keys\"/></r>"
            ),
            format!("GET {path}"),
            format!("GET {path}/e1"),
            format!("PUT {path}/e1 <r><externalAuthorizationServer name=\"N\"/></r>"),
            format!("DELETE {path}/e1"),
        ]
    );
    assert_eq!((server.id.as_str(), server.name.as_deref()), ("e1", Some("N")));
    assert_eq!(server.jwks_uri.as_deref(), Some("https://idp.example/keys"));
    assert!(server.created_at.is_some());
}

#[test]
fn mock_stores_connected_apps() {
    let mock = MockServer::builder().user("max", "pw", "Creator").start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let apps = session.connected_apps();
    let ids: Vec<ProjectId> = mock.projects()[..2].iter().map(|item| item.id().into()).collect();
    let new = NewConnectedApp::new("Portal").projects(ids.clone()).domain_safelist("a.example");
    let created = apps.create(new).unwrap();
    assert_eq!(created.enabled, Some(false), "apps are disabled unless a request enables them");
    assert_eq!(created.projects, ids);
    assert_eq!(apps.get(&created.client_id).unwrap(), created);

    let changes =
        ConnectedAppUpdate::new().name("Other").enabled(true).unrestricted_embedding(true);
    let changed = apps.update(&created.client_id, &changes).unwrap();
    assert!(changes.ignored_in(&changed).is_empty(), "{changed:?}");
    assert_eq!((&changed.projects, changed.domain_safelist.as_deref()), (&ids, Some("a.example")));
    let secret = apps.create_secret(&created.client_id).unwrap();
    let [item] = &mock.connected_apps()[..] else { panic!("one app") };
    assert_eq!(item.child("clientId").unwrap().text(), created.client_id.as_str());
    assert_eq!(item.child("projectIds").unwrap().children()[1].text(), ids[1].as_str());
    assert_eq!(item.child("secret").unwrap().child("id").unwrap().text(), secret.id.as_str());

    let changes = ConnectedAppUpdate::new().projects([]).domain_safelist("");
    let changed = apps.update(&created.client_id, changes).unwrap();
    assert_eq!((changed.projects, changed.domain_safelist), (vec![], None));
    assert_eq!(changed.enabled, Some(false), "an update that does not set it disables the app");

    let code = |error: tsc::Error| error.code().unwrap_or_default().to_owned();
    let nowhere = NewConnectedApp::new("A").projects(projects(&["nowhere"]));
    assert_eq!(code(apps.create(nowhere).unwrap_err()), "400143");
    assert_eq!(code(apps.create(NewConnectedApp::new("")).unwrap_err()), "400000");
    assert_eq!(code(apps.get("nowhere").unwrap_err()), "404041");
    assert_eq!(code(apps.delete("nowhere").unwrap_err()), "404041");
    assert_eq!(code(apps.create_secret("nowhere").unwrap_err()), "404041");
    assert_eq!(code(apps.get_secret(&created.client_id, "nowhere").unwrap_err()), "404042");
    assert_eq!(code(apps.delete_secret(&created.client_id, "nowhere").unwrap_err()), "404042");
    let max = server.sign_in(&tsc::TableauAuth::new("max", "pw")).unwrap();
    let error = max.connected_apps().get_secret(&created.client_id, &secret.id).unwrap_err();
    assert!(error.is_permission_denied(), "{error}");

    let mut old = help::at(mock.url());
    old.set_version("3.21").unwrap();
    let old = old.sign_in(&mock.credentials()).unwrap();
    let new = NewConnectedApp::new("Old").projects(vec![ids[0].clone()]);
    let created = old.connected_apps().create(new).unwrap();
    assert_eq!((created.project, created.projects), (Some(ids[0].clone()), vec![]));
    assert_eq!(apps.get(&created.client_id).unwrap().projects, [ids[0].clone()]);
    let changes = ConnectedAppUpdate::new().enabled(true).projects([]);
    assert_eq!(old.connected_apps().update(&created.client_id, changes).unwrap().project, None);
    assert!(apps.get(&created.client_id).unwrap().projects.is_empty());
    assert_eq!(apps.list().total().unwrap(), 2);
    apps.delete(&created.client_id).unwrap();
    assert_eq!(mock.connected_apps().len(), 1);
}

#[test]
fn mock_stores_external_authorization_servers() {
    let mock = MockServer::builder()
        .user("max", "pw", "Creator")
        .external_authorization_server("Head office", "https://idp.example")
        .start()
        .unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let servers = session.connected_apps().external_authorization_servers();
    let code = |error: tsc::Error| error.code().unwrap_or_default().to_owned();
    let same = NewExternalAuthorizationServer::new("https://idp.example");
    assert_eq!(code(servers.create(&same).unwrap_err()), "400194");
    let none = NewExternalAuthorizationServer::new("");
    assert_eq!(code(servers.create(&none).unwrap_err()), "400008");
    let other = NewExternalAuthorizationServer::new("https://idp2.example").jwks_uri("https://k");
    let other = servers.create(&other).unwrap();
    assert_eq!(other.name.as_deref(), Some("External Authorization Server"));
    assert_eq!(other.jwks_uri.as_deref(), Some("https://k"));
    let changes = ExternalAuthorizationServerUpdate::new().issuer_url("https://idp.example");
    assert_eq!(code(servers.update(&other.id, &changes).unwrap_err()), "400194");
    let changes = changes.issuer_url("https://idp3.example").name("Third");
    let changed = servers.update(&other.id, &changes).unwrap();
    assert!(changes.ignored_in(&changed).is_empty(), "{changed:?}");
    assert_eq!(servers.get(&other.id).unwrap().jwks_uri, None);
    let names: Vec<_> = servers.list().into_iter().map(|server| server.unwrap().name).collect();
    assert_eq!(names, [Some("Head office".to_owned()), Some("Third".to_owned())]);
    servers.delete(&other.id).unwrap();
    assert_eq!(code(servers.get(&other.id).unwrap_err()), "404047");
    let [item] = &mock.external_authorization_servers()[..] else { panic!("one server") };
    assert_eq!(item.child("issuerUrl").unwrap().text(), "https://idp.example");
    let max = server.sign_in(&tsc::TableauAuth::new("max", "pw")).unwrap();
    let denied = max.connected_apps().external_authorization_servers().list().total();
    assert!(denied.unwrap_err().is_permission_denied());

    // Before API 3.22, a site has one server.
    let mut old = help::at(mock.url());
    old.set_version("3.21").unwrap();
    let old = old.sign_in(&mock.credentials()).unwrap();
    let servers = old.connected_apps().external_authorization_servers();
    let second = NewExternalAuthorizationServer::new("https://idp4.example");
    assert_eq!(code(servers.create(second).unwrap_err()), "400161");
}
