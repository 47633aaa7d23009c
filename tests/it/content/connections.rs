//! Connections to data.

use tableau_server_client as tsc;

use super::{Failure, Xml, expect_error, talk};

const CONNECTIONS: &str = "<connections><connection id='c1' type='sqlserver' serverAddress='db' \
    serverPort='1433' userName='u' embedPassword='true' queryTaggingEnabled='true' \
    authenticationType='auth-user-pass' databaseName='sales'/><connection connectionId='c2' \
    dbClass='postgres' server='pg' port='5432' username='v' queryTagging='false' dbName='x'>\
    <datasource id='d7' name='Embedded'/></connection>\
    <connection id='c3' type='dataengine' serverAddress='' serverPort='' userName=''/></connections>";

#[test]
fn reads_every_spelling_of_connection_attributes() {
    let responses = [Xml(CONNECTIONS), Xml(CONNECTIONS), Xml(CONNECTIONS)];
    let (lists, lines) = talk(responses, |session| {
        [
            session.connections(&tsc::WorkbookId::from("w")).list().unwrap(),
            session.connections(&tsc::DatasourceId::from("d")).list().unwrap(),
            session.connections(&tsc::FlowId::from("f")).list().unwrap(),
        ]
    });
    assert_eq!(
        lines,
        ["GET workbooks/w/connections", "GET datasources/d/connections", "GET flows/f/connections"]
    );
    let [of_workbook, of_datasource, _] = lists;
    let [first, second, third] = &of_workbook[..] else { panic!("{of_workbook:?}") };
    assert_eq!(first.connection_type.as_deref(), Some("sqlserver"));
    assert_eq!((first.server_address.as_deref(), first.server_port), (Some("db"), Some(1433)));
    assert_eq!((first.user_name.as_deref(), first.embed_password), (Some("u"), Some(true)));
    assert_eq!(first.query_tagging, Some(true));
    assert_eq!(first.authentication_type.as_deref(), Some("auth-user-pass"));
    assert_eq!(first.database_name.as_deref(), Some("sales"));
    assert_eq!(first.datasource, None);
    assert_eq!(second.id.as_str(), "c2");
    assert_eq!(second.connection_type.as_deref(), Some("postgres"));
    assert_eq!((second.server_address.as_deref(), second.server_port), (Some("pg"), Some(5432)));
    assert_eq!((second.user_name.as_deref(), second.query_tagging), (Some("v"), Some(false)));
    assert_eq!(second.database_name.as_deref(), Some("x"));
    assert_eq!(second.datasource, Some("d7".into()));
    assert_eq!(second.datasource_name.as_deref(), Some("Embedded"));
    assert_eq!((third.server_address.as_deref(), third.server_port), (Some(""), None));
    assert_eq!(of_datasource[0].datasource, Some("d".into()));
}

#[test]
fn update_sends_only_the_fields_that_are_set() {
    let every = tsc::connections::ConnectionUpdate::new()
        .server_address("Bar.example.com")
        .server_port(9876)
        .user_name("u")
        .authentication_type("auth-user-pass")
        .embed_password(true)
        .query_tagging(true)
        .password("hush-hush");
    assert!(!format!("{every:?}").contains("hush"));
    let one = "<connection id='c1' type='sqlserver' serverAddress='db' userName='u'/>";
    let (_, lines) = talk([Xml(one), Xml(CONNECTIONS), Xml(one)], |session| {
        let id = tsc::WorkbookId::from("w");
        let connections = session.connections(&id);
        assert_eq!(connections.update("c1", &every).unwrap().id.as_str(), "c1");
        let user = tsc::connections::ConnectionUpdate::new().user_name("");
        // A server may respond with all connections.
        let changed = connections.update("c2", user).unwrap();
        assert_eq!(changed.server_address.as_deref(), Some("pg"));
        let port = tsc::connections::ConnectionUpdate::new().server_port(1);
        session.connections(&tsc::FlowId::from("f")).update("c1", port).unwrap();
    });
    assert_eq!(
        lines,
        [
            "PUT workbooks/w/connections/c1 <r><connection serverAddress=\"Bar.example.com\" \
             serverPort=\"9876\" userName=\"u\" authenticationType=\"auth-user-pass\" \
             embedPassword=\"true\" queryTaggingEnabled=\"true\" password=\"hush-hush\"/></r>",
            "PUT workbooks/w/connections/c2 <r><connection userName=\"\"/></r>",
            "PUT flows/f/connections/c1 <r><connection serverPort=\"1\"/></r>",
        ]
    );
}

#[test]
fn redacts_a_connection_password_that_the_server_repeats() {
    let update = tsc::connections::ConnectionUpdate::new().password("Tr0ub4dor&3");
    for detail in ["bad password Tr0ub4dor&amp;3", "Tr0ub4dor&amp;amp;3 is weak"] {
        let (error, _) = talk([Failure(400, "400003", detail)], |session| {
            let id = tsc::DatasourceId::from("d");
            session.connections(&id).update("c1", &update).unwrap_err()
        });
        let shown = format!("{error} {error:?} {:?}", error.detail());
        assert!(shown.contains("[secret]") && !shown.contains("Tr0ub4dor"), "{shown}");
    }
}

#[test]
fn updates_the_credentials_of_several_connections() {
    let login = tsc::connections::ConnectionUpdate::new()
        .authentication_type("AD Service Principal")
        .user_name("svc")
        .password("p&q")
        .embed_password(true);
    let ids = [tsc::ConnectionId::from("c1"), "c2".into()];
    let workbook = tsc::WorkbookId::from("w");
    let (changed, lines) = talk([Xml(CONNECTIONS)], |session| {
        session.connections(&workbook).update_all(&ids, &login).unwrap()
    });
    assert_eq!(changed.len(), 3);
    assert_eq!(
        lines,
        ["PUT workbooks/w/connections <r><connectionLUIDs><connectionLUID>c1</connectionLUID>\
          <connectionLUID>c2</connectionLUID></connectionLUIDs>\
          <connection userName=\"svc\" authenticationType=\"AD Service Principal\" \
          embedPassword=\"true\" password=\"p&amp;q\"/></r>"]
    );
    for (ids, changes) in [
        (&ids[..0], login.clone()),
        (&ids[..], login.clone().server_address("x")),
        (&ids[..], login.clone().server_port(1)),
        (&ids[..], login.clone().query_tagging(true)),
    ] {
        expect_error("3.30", tsc::ErrorKind::Input, |session| {
            session.connections(&workbook).update_all(ids, &changes)
        });
    }
    expect_error("3.26", tsc::ErrorKind::Version, |session| {
        session.connections(&workbook).update_all(&ids, &login)
    });
}
