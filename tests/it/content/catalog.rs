//! Moving databases and tables of Tableau Catalog to a project.

use tableau_server_client as tsc;
use tsc::mock::MockServer;
use tsc::{DatabaseId, ErrorKind, ProjectId, TableId};

use super::{Nothing, Xml, expect_error, talk, talk_in};

/// A project of the sample server, its database that is not embedded, and one that is.
fn ids(mock: &MockServer) -> (ProjectId, DatabaseId, DatabaseId) {
    let find = |embedded| {
        let databases = mock.databases();
        let is_fitting = |one: &&tsc::mock::Item| one.attribute("isEmbedded") == Some(embedded);
        DatabaseId::from(databases.iter().find(is_fitting).unwrap().id())
    };
    (mock.projects()[1].id().into(), find("false"), find("true"))
}

/// The project of each table of a database.
fn projects_of_tables(mock: &MockServer, is_fitting: impl Fn(&str) -> bool) -> Vec<Option<String>> {
    let tables = mock.tables();
    let tables = tables.iter().filter(|table| is_fitting(table.attribute("isEmbedded").unwrap()));
    tables.map(|table| table.child("location").map(|project| project.id().to_owned())).collect()
}

#[test]
fn sends_moves_of_databases_and_tables() {
    let ((), lines) = talk([Xml(""), Nothing, Xml("")], |session| {
        session.databases().move_to(["d-1", "d-2"], "p").unwrap();
        session.databases().move_without_tables([DatabaseId::from("d-1")], "p").unwrap();
        let project = ProjectId::from("p");
        session.tables().move_to([&TableId::from("t-1")], &project).unwrap();
    });
    let body = |action: &str, resources: &str| {
        format!(
            "<r><contentLocationRequest><location id=\"p\" type=\"PROJECT\"/>{action}\
             <resourceList>{resources}</resourceList></contentLocationRequest></r>"
        )
    };
    let database = |id: &str| format!("<resource id=\"{id}\" contentType=\"DATABASE\"/>");
    let action = "<contentAction action=\"MoveDatabaseOnly\"/>";
    assert_eq!(
        lines,
        [
            format!("POST databases {}", body("", &(database("d-1") + &database("d-2")))),
            format!("POST databases {}", body(action, &database("d-1"))),
            format!("POST tables {}", body("", "<resource id=\"t-1\" contentType=\"TABLE\"/>")),
        ]
    );
}

#[test]
fn refuses_moves_that_the_server_does_not_support() {
    for (ids, expected) in [
        (Vec::new(), "moving"),
        (vec!["d"; 1001], "1001: must be between 1 and 1000"),
        (vec!["d", ""], "Move Database"),
        (vec!["a/b"], "\"a/b\""),
    ] {
        let why = expect_error("3.30", ErrorKind::Input, |session| {
            session.databases().move_to(ids.iter().copied(), "p")
        });
        assert!(why.contains(expected) || ids.is_empty() && why.contains("between 1"), "{why}");
    }
    expect_error("3.30", ErrorKind::Input, |session| session.tables().move_to(["t"], ""));
    let (outcome, lines) = talk_in("3.15", [], |session| session.tables().move_to(["t"], "p"));
    assert_eq!((outcome.unwrap_err().kind(), lines.len()), (ErrorKind::Version, 0));
}

#[test]
fn moves_a_database_with_or_without_its_tables() {
    let mock = MockServer::start().unwrap();
    let (project, database, _) = ids(&mock);
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    session.databases().move_without_tables([&database], &project).unwrap();
    let location = session.databases().get(&database).unwrap().location.unwrap();
    assert_eq!(location.id.as_deref(), Some(project.as_str()));
    let is_own = |embedded: &str| embedded == "false";
    assert_eq!(projects_of_tables(&mock, is_own), [None, None]);
    session.databases().move_to([&database], &project).unwrap();
    let moved = Some(project.to_string());
    assert_eq!(projects_of_tables(&mock, is_own), [moved.clone(), moved]);
}

#[test]
fn partial_move_is_an_error_with_the_items_that_were_not_moved() {
    let mock = MockServer::start().unwrap();
    let (project, database, embedded) = ids(&mock);
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let wanted = [DatabaseId::from("missing"), database.clone(), embedded.clone()];
    let error = session.databases().move_to(&wanted, &project).unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(400), Some("400000")), "{error:?}");
    let failed: Vec<_> =
        error.warnings().iter().map(|one| (one.id.as_deref(), one.code.as_deref())).collect();
    assert_eq!(
        failed,
        [(Some("missing"), Some("404031")), (Some(embedded.as_str()), Some("403112"))]
    );
    assert!(session.databases().get(&database).unwrap().location.is_some());
    assert!(session.databases().get(&embedded).unwrap().location.is_none());

    let error = session.databases().move_to([&database], "missing").unwrap_err();
    assert_eq!((error.code(), error.warnings().len()), (Some("404005"), 0), "{error:?}");
}

#[test]
fn moves_tables_of_users_with_permission_only() {
    let mock = MockServer::builder().user("ada", "password-of-a-test", "Explorer").start().unwrap();
    let (project, ..) = ids(&mock);
    let table = TableId::from(mock.tables()[0].id());
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&tsc::TableauAuth::new("ada", "password-of-a-test")).unwrap();
    let error = session.tables().move_to([&table], &project).unwrap_err();
    assert_eq!(error.warnings()[0].code.as_deref(), Some("403156"), "{error:?}");
    let session = server.sign_in(&mock.credentials()).unwrap();
    session.tables().move_to([&table], &project).unwrap();
    let location = session.tables().get(&table).unwrap().location.unwrap();
    assert_eq!(location.id.as_deref(), Some(project.as_str()));
}
