//! What rooms share.

use tableau_server_client as tsc;
use tsc::Capability::{Delete, ExportData, Filter, InheritedProjectLeader, Read, Write};

use super::{No, Nothing, Xml, refused, talk, talk_in};

#[test]
fn tags_on_every_kind_that_has_them() {
    let says = || Xml("<tags><tag label='a'/><tag label='b c'/></tags>");
    let (_, lines) = talk((0..8).map(|_| says()), |session| {
        session.tags(&tsc::WorkbookId::from("1")).add(["a"]).unwrap();
        session.tags(&tsc::ViewId::from("2")).add(["a"]).unwrap();
        session.tags(&tsc::DatasourceId::from("3")).add(["a"]).unwrap();
        session.tags(&tsc::FlowId::from("4")).add(["a"]).unwrap();
        session.tags(&tsc::DatabaseId::from("5")).add(["a"]).unwrap();
        session.tags(&tsc::TableId::from("6")).add(["a"]).unwrap();
        session.tags(&tsc::ColumnId::from("7")).add(["a"]).unwrap();
        let labels = session.tags(&tsc::VirtualConnectionId::from("8")).add(["a"]).unwrap();
        assert_eq!(labels, ["a", "b c"]);
    });
    let body = "<r><tags><tag label=\"a\"/></tags></r>";
    assert_eq!(
        lines,
        [
            "workbooks/1",
            "views/2",
            "datasources/3",
            "flows/4",
            "databases/5",
            "tables/6",
            "columns/7",
            "virtualConnections/8"
        ]
        .map(|path| format!("PUT {path}/tags {body}"))
    );
}

#[test]
fn labels_are_written_so_that_they_stay_one() {
    let id = tsc::WorkbookId::from("w");
    let (_, lines) = talk([Xml("<tags/>"), Nothing, Nothing, Nothing], |session| {
        let labels = ["two words", "x,y", "50%", "a/b", "a/b"];
        session.tags(&id).add(labels).unwrap();
        session.tags(&id).remove(["two words", "50%", "a/b"]).unwrap();
        assert!(session.tags(&id).add([] as [&str; 0]).unwrap().is_empty());
    });
    assert_eq!(
        lines,
        [
            "PUT workbooks/w/tags <r><tags><tag label=\"&quot;two words&quot;\"/>\
             <tag label=\"&quot;x,y&quot;\"/><tag label=\"50%\"/><tag label=\"a/b\"/></tags></r>",
            "DELETE workbooks/w/tags/two%20words",
            "DELETE workbooks/w/tags/50%25",
            "DELETE workbooks/w/tags/a%2Fb",
        ]
    );
    for label in ["", "  ", "say \"hi\" now"] {
        refused("3.30", tsc::ErrorKind::Input, |session| session.tags(&id).add(["fine", label]));
    }
    let error = refused("3.8", tsc::ErrorKind::Version, |session| {
        session.tags(&tsc::TableId::from("t")).add(["a"])
    });
    assert!(error.contains("needs REST API 3.9"), "{error}");
}

#[test]
fn setting_tags_sends_the_difference() {
    let view = "<view id='v' name='n'><workbook id='w'><tags><tag label='not this'/></tags>\
                </workbook><tags><tag label='keep'/><tag label='drop me'/></tags></view>";
    let answer = || Xml("<tags><tag label='new'/></tags>");
    let (_, lines) =
        talk([Xml(view), Nothing, answer(), Xml(view), Nothing, answer()], |session| {
            let id = tsc::ViewId::from("v");
            session.tags(&id).set(["keep", "new"]).unwrap();
            session.tags(&id).set(["keep", "drop me"]).unwrap();
            session.tags(&id).replace(["a", "b"], ["b", "c"]).unwrap();
            session.tags(&id).replace(["a"], ["a"]).unwrap();
        });
    assert_eq!(
        lines,
        [
            "GET views/v",
            "DELETE views/v/tags/drop%20me",
            "PUT views/v/tags <r><tags><tag label=\"new\"/></tags></r>",
            "GET views/v",
            "DELETE views/v/tags/a",
            "PUT views/v/tags <r><tags><tag label=\"c\"/></tags></r>",
        ]
    );
    // What cannot be added is refused before anything is removed.
    refused("3.30", tsc::ErrorKind::Input, |session| {
        session.tags(&tsc::ViewId::from("v")).replace(["a"], [""])
    });
}

#[test]
fn tags_in_batches() {
    let workbooks = [tsc::WorkbookId::from("1"), "2".into()];
    let (_, lines) =
        talk([Xml("<tagBatch><tags><tag label='a b'/></tags></tagBatch>"), Nothing], |session| {
            let batch = session
                .tag_batch()
                .on_all(&workbooks)
                .on(&tsc::DatasourceId::from("3"))
                .on(&tsc::ColumnId::from("4"));
            assert_eq!(batch.add(["a b"]).unwrap(), ["a b"]);
            batch.remove(["x"]).unwrap();
        });
    let contents = "<contents><content id=\"1\" contentType=\"Workbook\"/>\
                    <content id=\"2\" contentType=\"Workbook\"/>\
                    <content id=\"3\" contentType=\"Datasource\"/>\
                    <content id=\"4\" contentType=\"Column\"/></contents>";
    assert_eq!(
        lines,
        [
            format!(
                "PUT tags:batchCreate <r><tagBatch><tags><tag label=\"&quot;a b&quot;\"/></tags>\
                 {contents}</tagBatch></r>"
            ),
            format!(
                "DELETE tags:BatchDelete <r><tagBatch><tags><tag label=\"x\"/></tags>{contents}\
                 </tagBatch></r>"
            ),
        ]
    );
    refused("3.30", tsc::ErrorKind::Input, |session| session.tag_batch().add(["a"]));
    refused("3.30", tsc::ErrorKind::Input, |session| {
        session.tag_batch().on(&workbooks[0]).remove([] as [&str; 0])
    });
}

const RULES: &str = "<permissions><workbook id='w' name='n'><owner id='u9'/></workbook>\
    <granteeCapabilities><user id='u1'/><capabilities><capability name='Read' mode='Allow'/>\
    <capability name='Delete' mode='Deny'/></capabilities></granteeCapabilities>\
    <granteeCapabilities><group id='g1'/><capabilities><capability name='Write' mode='Allow'/>\
    </capabilities></granteeCapabilities><granteeCapabilities><groupSet id='s1'/><capabilities>\
    <capability name='Teleport' mode='Allow'/></capabilities></granteeCapabilities>\
    <granteeCapabilities><robot id='r1'/><capabilities/></granteeCapabilities></permissions>";

#[test]
fn rules_are_read_with_every_sort_of_grantee() {
    let (rules, lines) = talk([Xml(RULES)], |session| {
        session.permissions(&tsc::WorkbookId::from("w")).list().unwrap()
    });
    assert_eq!(lines, ["GET workbooks/w/permissions"]);
    assert_eq!(rules[0].grantee, tsc::UserId::from("u1").into());
    assert_eq!(rules[0].mode(&Read), Some(&tsc::PermissionMode::Allow));
    assert_eq!(rules[0].mode(&Delete), Some(&tsc::PermissionMode::Deny));
    assert_eq!(rules[0].mode(&Write), None);
    assert_eq!(rules[1].grantee, tsc::GroupId::from("g1").into());
    assert_eq!(rules[2].grantee, tsc::GroupSetId::from("s1").into());
    assert_eq!(rules[2].capabilities[0].0.as_str(), "Teleport");
    assert_eq!(rules[3].grantee, tsc::Grantee::Unknown { kind: "robot".into(), id: "r1".into() });
    assert_eq!(rules.len(), 4);
}

#[test]
fn rules_are_added_and_deleted_on_every_kind_that_has_them() {
    let rules = [
        tsc::PermissionRule::new(tsc::UserId::from("u1")).allow([Read]).deny([Delete]),
        tsc::PermissionRule::new(tsc::GroupId::from("g1")).allow([Write]),
        tsc::PermissionRule::new(tsc::GroupSetId::from("s1")).allow([Filter]),
        tsc::PermissionRule::new(tsc::GroupId::from("g2")),
    ];
    let says = std::iter::once(Xml("<permissions/>")).chain((0..11).map(|_| Nothing));
    let (_, lines) = talk(says, |session| {
        session.permissions(&tsc::FlowId::from("f")).add(&rules).unwrap();
        session.permissions(&tsc::ProjectId::from("p")).delete(&rules).unwrap();
        let one = [&rules[1]];
        session.permissions(&tsc::WorkbookId::from("1")).delete(one).unwrap();
        session.permissions(&tsc::ViewId::from("2")).delete(one).unwrap();
        session.permissions(&tsc::DatasourceId::from("3")).delete(one).unwrap();
        session.permissions(&tsc::FlowId::from("4")).delete(one).unwrap();
        session.permissions(&tsc::DatabaseId::from("5")).delete(one).unwrap();
        session.permissions(&tsc::TableId::from("6")).delete(one).unwrap();
        session.permissions(&tsc::VirtualConnectionId::from("7")).delete(one).unwrap();
        assert!(session.permissions(&tsc::FlowId::from("f")).add([&rules[3]]).unwrap().is_empty());
    });
    assert_eq!(
        lines,
        [
            "PUT flows/f/permissions <r><permissions><granteeCapabilities><user id=\"u1\"/>\
             <capabilities><capability name=\"Read\" mode=\"Allow\"/>\
             <capability name=\"Delete\" mode=\"Deny\"/></capabilities></granteeCapabilities>\
             <granteeCapabilities><group id=\"g1\"/><capabilities>\
             <capability name=\"Write\" mode=\"Allow\"/></capabilities></granteeCapabilities>\
             <granteeCapabilities><groupSet id=\"s1\"/><capabilities>\
             <capability name=\"Filter\" mode=\"Allow\"/></capabilities></granteeCapabilities>\
             </permissions></r>",
            "DELETE projects/p/permissions/users/u1/Read/Allow",
            "DELETE projects/p/permissions/users/u1/Delete/Deny",
            "DELETE projects/p/permissions/groups/g1/Write/Allow",
            "DELETE projects/p/permissions/groupSets/s1/Filter/Allow",
            "DELETE workbooks/1/permissions/groups/g1/Write/Allow",
            "DELETE views/2/permissions/groups/g1/Write/Allow",
            "DELETE datasources/3/permissions/groups/g1/Write/Allow",
            "DELETE flows/4/permissions/groups/g1/Write/Allow",
            "DELETE databases/5/permissions/groups/g1/Write/Allow",
            "DELETE tables/6/permissions/groups/g1/Write/Allow",
            "DELETE virtualConnections/7/permissions/groups/g1/Write/Allow",
        ]
    );
}

#[test]
fn setting_rules_sends_the_difference() {
    let there = "<permissions><granteeCapabilities><user id='u1'/><capabilities>\
        <capability name='Read' mode='Allow'/><capability name='Write' mode='Allow'/>\
        <capability name='InheritedProjectLeader' mode='Allow'/></capabilities>\
        </granteeCapabilities><granteeCapabilities><group id='g1'/><capabilities>\
        <capability name='Filter' mode='Deny'/></capabilities></granteeCapabilities></permissions>";
    let wanted = [
        tsc::PermissionRule::new(tsc::UserId::from("u1")).deny([Write]).allow([Read]),
        tsc::PermissionRule::new(tsc::GroupId::from("g2")).allow([ExportData]),
    ];
    let says = [Xml(there), Nothing, Nothing, Xml("<permissions/>"), Xml(there)];
    let (changes, lines) = talk(says, |session| {
        let id = tsc::ProjectId::from("p");
        let changes = session.permissions(&id).set(&wanted).unwrap();
        let same = [
            tsc::PermissionRule::new(tsc::GroupId::from("g1")).deny([Filter]),
            tsc::PermissionRule::new(tsc::UserId::from("u1")).allow([Write, Read]),
        ];
        assert!(session.permissions(&id).set(&same).unwrap().is_empty());
        changes
    });
    assert_eq!(
        lines,
        [
            "GET projects/p/permissions",
            "DELETE projects/p/permissions/users/u1/Write/Allow",
            "DELETE projects/p/permissions/groups/g1/Filter/Deny",
            "PUT projects/p/permissions <r><permissions><granteeCapabilities><user id=\"u1\"/>\
             <capabilities><capability name=\"Write\" mode=\"Deny\"/></capabilities>\
             </granteeCapabilities><granteeCapabilities><group id=\"g2\"/><capabilities>\
             <capability name=\"ExportData\" mode=\"Allow\"/></capabilities></granteeCapabilities>\
             </permissions></r>",
            "GET projects/p/permissions",
        ]
    );
    assert_eq!(changes.deleted.len(), 2);
    assert_eq!(changes.added[1], wanted[1]);
    assert!(changes.deleted.iter().all(|rule| rule.mode(&InheritedProjectLeader).is_none()));
    let contradiction =
        tsc::PermissionRule::new(tsc::UserId::from("u1")).deny([Read]).allow([Read]);
    refused("3.30", tsc::ErrorKind::Input, |session| {
        session.permissions(&tsc::ProjectId::from("p")).set([&contradiction])
    });
    let unknown = tsc::Grantee::Unknown { kind: "robot".into(), id: "r".into() };
    refused("3.30", tsc::ErrorKind::Input, |session| {
        let rule = tsc::PermissionRule::new(unknown).allow([Read]);
        session.permissions(&tsc::ProjectId::from("p")).add([rule])
    });
}

#[test]
fn default_permissions_by_kind() {
    use tsc::DefaultsFor as For;
    let rule = [tsc::PermissionRule::new(tsc::GroupId::from("g")).allow([Read])];
    for (of, path, since) in [
        (For::Workbooks, "workbooks", (2, 1)),
        (For::Datasources, "datasources", (2, 1)),
        (For::Metrics, "metrics", (3, 2)),
        (For::Flows, "flows", (3, 4)),
        (For::DataRoles, "dataroles", (3, 4)),
        (For::Lenses, "lenses", (3, 4)),
        (For::VirtualConnections, "virtualConnections", (3, 23)),
        (For::Databases, "databases", (3, 23)),
        (For::Tables, "tables", (3, 23)),
    ] {
        let id = tsc::ProjectId::from("p");
        let says = [Xml(RULES), Xml(RULES), Nothing];
        let (_, lines) = talk(says, |session| {
            let defaults = session.default_permissions(&id, of.clone());
            assert_eq!(defaults.list().unwrap().len(), 4);
            defaults.add(&rule).unwrap();
            defaults.delete(&rule).unwrap();
        });
        let at = format!("projects/p/default-permissions/{path}");
        assert_eq!(lines[0], format!("GET {at}"));
        assert!(lines[1].starts_with(&format!("PUT {at} <r><permissions><grantee")), "{lines:?}");
        assert_eq!(lines[2], format!("DELETE {at}/groups/g/Read/Allow"));
        let before = format!("{}.{}", since.0, since.1 - 1);
        refused(&before, tsc::ErrorKind::Version, |session| {
            session.default_permissions(&id, of.clone()).list()
        });
    }
    let (_, lines) = talk([Xml(RULES)], |session| {
        session.default_table_permissions(&"d".into()).list().unwrap();
    });
    assert_eq!(lines, ["GET databases/d/default-permissions/tables"]);
}

const CONNECTIONS: &str = "<connections><connection id='c1' type='sqlserver' serverAddress='db' \
    serverPort='1433' userName='u' embedPassword='true' queryTaggingEnabled='true' \
    authenticationType='auth-user-pass' databaseName='sales'/><connection connectionId='c2' \
    dbClass='postgres' server='pg' port='5432' username='v' queryTagging='false' dbName='x'>\
    <datasource id='d7' name='Embedded'/></connection>\
    <connection id='c3' type='dataengine' serverAddress='' serverPort='' userName=''/></connections>";

#[test]
fn connections_by_every_name_that_servers_use() {
    let says = [Xml(CONNECTIONS), Xml(CONNECTIONS), Xml(CONNECTIONS)];
    let (lists, lines) = talk(says, |session| {
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
fn a_connection_is_changed_by_what_is_set() {
    let every = tsc::ConnectionUpdate::new()
        .server_address("Bar.example.com")
        .server_port(9876u16)
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
        assert_eq!(connections.update(&"c1".into(), &every).unwrap().id.as_str(), "c1");
        let user = tsc::ConnectionUpdate::new().user_name("");
        // A server may answer with all of them.
        let changed = connections.update(&"c2".into(), user).unwrap();
        assert_eq!(changed.server_address.as_deref(), Some("pg"));
        let port = tsc::ConnectionUpdate::new().server_port(1u16);
        session.connections(&tsc::FlowId::from("f")).update(&"c1".into(), port).unwrap();
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
fn a_password_that_the_server_repeats_is_in_no_message() {
    let update = tsc::ConnectionUpdate::new().password("Tr0ub4dor&3");
    for detail in ["bad password Tr0ub4dor&amp;3", "Tr0ub4dor&amp;amp;3 is weak"] {
        let (error, _) = talk([No(400, "400003", detail)], |session| {
            let id = tsc::DatasourceId::from("d");
            session.connections(&id).update(&"c1".into(), &update).unwrap_err()
        });
        let shown = format!("{error} {error:?} {:?}", error.detail());
        assert!(shown.contains("[secret]") && !shown.contains("Tr0ub4dor"), "{shown}");
    }
}

#[test]
fn several_connections_get_one_login() {
    let login = tsc::ConnectionUpdate::new()
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
        (&ids[..], login.clone().server_port(1u16)),
        (&ids[..], login.clone().query_tagging(true)),
    ] {
        refused("3.30", tsc::ErrorKind::Input, |session| {
            session.connections(&workbook).update_all(ids, &changes)
        });
    }
    refused("3.25", tsc::ErrorKind::Version, |session| {
        session.connections(&workbook).update_all(&ids, &login)
    });
}

#[test]
fn revisions_come_in_pages() {
    let pages = [
        "<pagination pageNumber='1' pageSize='2' totalAvailable='3'/><revisions>\
         <revision publishedAt='2016-07-26T20:34:56Z' revisionNumber='1' deleted='true'>\
         <publisher id='u1' name='Cassie'/></revision><revision revisionNumber='2' sizeInBytes='7'/>\
         </revisions>",
        "<pagination pageNumber='2' pageSize='2' totalAvailable='3'/><revisions>\
         <revision revisionNumber='3' current='true'/></revisions>",
    ];
    let says = pages.map(Xml).into_iter().chain([Nothing, Nothing]);
    let (revisions, lines) = talk(says, |session| {
        let id = tsc::WorkbookId::from("w");
        let revisions = session.revisions(&id);
        let all: Vec<_> =
            revisions.list().page_size(2).into_iter().collect::<Result<_, _>>().unwrap();
        revisions.delete(2).unwrap();
        session.revisions(&tsc::DatasourceId::from("d")).delete(1).unwrap();
        all
    });
    assert_eq!(
        lines,
        [
            "GET workbooks/w/revisions?pageNumber=1&pageSize=2",
            "GET workbooks/w/revisions?pageNumber=2&pageSize=2",
            "DELETE workbooks/w/revisions/2",
            "DELETE datasources/d/revisions/1",
        ]
    );
    assert_eq!(revisions[0].number, 1);
    assert_eq!(revisions[0].published_at, Some("2016-07-26T20:34:56Z".parse().unwrap()));
    assert_eq!((revisions[0].deleted, revisions[0].current), (Some(true), None));
    assert_eq!(revisions[0].publisher, Some("u1".into()));
    assert_eq!(revisions[0].publisher_name.as_deref(), Some("Cassie"));
    assert_eq!(revisions[1].size_in_bytes, Some(7));
    assert_eq!((revisions[2].number, revisions[2].current), (3, Some(true)));
}

#[test]
fn quality_warnings() {
    let warning = "<dataQualityWarning id='q1' userDisplayName='Alice' contentId='d' \
                   contentType='DATASOURCE' message='old' type='STALE' isActive='true' \
                   isSevere='false' createdAt='2021-04-09T18:39:54Z' \
                   updatedAt='2021-04-09T18:39:54Z'><site id='s'/><owner id='u1'/>\
                   </dataQualityWarning>";
    let list = format!("<dataQualityWarningList>{warning}</dataQualityWarningList>").leak();
    let says = [
        Xml(list),
        Xml("<dataQualityWarningList/>"),
        Xml(list),
        Xml(warning),
        Xml(warning),
        Nothing,
        Nothing,
    ];
    let (all, lines) = talk(says, |session| {
        let id = tsc::DatasourceId::from("d");
        let warnings = session.quality_warnings(&id);
        let all = warnings.list().unwrap();
        assert!(session.quality_warnings(&tsc::FlowId::from("f")).list().unwrap().is_empty());
        let new = tsc::NewWarning::new(tsc::WarningType::Stale).message("Rows < 10 & \"old\"");
        assert_eq!(warnings.add(new.severe(true)).unwrap().id.as_str(), "q1");
        warnings.add(tsc::NewWarning::new("HAUNTED").active(false)).unwrap();
        warnings.update(&"q1".into(), tsc::WarningUpdate::new().message("")).unwrap();
        warnings.delete(&"q1".into()).unwrap();
        warnings.delete_all().unwrap();
        all
    });
    assert_eq!(
        lines,
        [
            "GET dataQualityWarnings/datasource/d",
            "GET dataQualityWarnings/flow/f",
            "POST dataQualityWarnings/datasource/d <r><dataQualityWarning type=\"STALE\" \
             message=\"Rows &lt; 10 &amp; &quot;old&quot;\" isActive=\"true\" isSevere=\"true\"/></r>",
            "POST dataQualityWarnings/datasource/d <r><dataQualityWarning type=\"HAUNTED\" \
             isActive=\"false\" isSevere=\"false\"/></r>",
            "PUT dataQualityWarnings/q1 <r><dataQualityWarning message=\"\"/></r>",
            "DELETE dataQualityWarnings/q1",
            "DELETE dataQualityWarnings/datasource/d",
        ]
    );
    assert_eq!(all[0].warning_type, Some(tsc::WarningType::Stale));
    assert_eq!((all[0].active, all[0].severe), (Some(true), Some(false)));
    assert_eq!(all[0].content_id.as_deref(), Some("d"));
    assert_eq!(all[0].content_type.as_deref(), Some("DATASOURCE"));
    assert_eq!(all[0].owner, Some("u1".into()));
    assert_eq!(all[0].owner_display_name.as_deref(), Some("Alice"));
}

const JOB: &str = "<job id='j1' mode='Asynchronous' type='RefreshExtract'><extractRefreshJob>\
    <workbook id='w' name='n'/></extractRefreshJob></job>";

#[test]
fn extracts_are_created_and_deleted() {
    let says = [Xml(JOB), Xml(JOB), Xml(JOB), Xml(JOB), Nothing, Nothing, Nothing, Nothing];
    let (_, lines) = talk(says, |session| {
        let (workbook, datasource) = (tsc::WorkbookId::from("w"), tsc::DatasourceId::from("d"));
        assert_eq!(session.extracts(&workbook).create().unwrap().id().as_str(), "j1");
        let _ = session.extracts(&workbook).only(["d1", "d2"]).encrypt().create().unwrap();
        assert!(session.extracts(&workbook).delete().unwrap().is_some());
        let _ = session.extracts(&datasource).encrypt().create().unwrap();
        assert!(session.extracts(&datasource).delete().unwrap().is_none());
        let site = session.site_id();
        session.sites().encrypt_extracts(site).unwrap();
        session.sites().decrypt_extracts(site).unwrap();
        session.sites().reencrypt_extracts(site).unwrap();
    });
    let whole = "<r><datasources includeAll=\"true\"/></r>";
    assert_eq!(
        lines,
        [
            format!("POST workbooks/w/createExtract {whole}"),
            "POST workbooks/w/createExtract?encrypt=true <r><datasources><datasource id=\"d1\"/>\
             <datasource id=\"d2\"/></datasources></r>"
                .to_owned(),
            format!("POST workbooks/w/deleteExtract {whole}"),
            "POST datasources/d/createExtract?encrypt=true <r/>".to_owned(),
            "POST datasources/d/deleteExtract <r/>".to_owned(),
            "POST encrypt-extracts <r/>".to_owned(),
            "POST decrypt-extracts <r/>".to_owned(),
            "POST reencrypt-extracts <r/>".to_owned(),
        ]
    );
    refused("3.30", tsc::ErrorKind::Input, |session| {
        session.extracts(&tsc::WorkbookId::from("w")).only([] as [&str; 0]).create().map(drop)
    });
}

#[test]
fn refreshes_by_version() {
    let (_, lines) = talk([Xml(JOB), Xml(JOB), Xml(JOB)], |session| {
        let _ = session.workbooks().refresh(&"w".into()).unwrap();
        let _ = session.workbooks().refresh_incrementally(&"w".into()).unwrap();
        let _ = session.datasources().refresh_incrementally(&"d".into()).unwrap();
    });
    assert_eq!(
        lines,
        [
            "POST workbooks/w/refresh <r><extractRefresh/></r>",
            "POST workbooks/w/refresh <r><extractRefresh incremental=\"true\"/></r>",
            "POST datasources/d/refresh <r><extractRefresh incremental=\"true\"/></r>",
        ]
    );
    let (_, lines) = talk_in("3.24", [Xml(JOB)], |session| {
        let _ = session.datasources().refresh(&"d".into()).unwrap();
    });
    assert_eq!(lines, ["POST datasources/d/refresh <r/>"]);
    let error = refused("3.24", tsc::ErrorKind::Version, |session| {
        session.workbooks().refresh_incrementally(&"w".into()).map(drop)
    });
    assert!(error.contains("incremental refresh needs REST API 3.25"), "{error}");
}

#[test]
fn a_refresh_that_waits_already_is_found() {
    let waits = || No(409, "409093", "already queued");
    let jobs = || {
        Xml("<pagination pageNumber='1' pageSize='1000' totalAvailable='3'/><backgroundJobs>\
             <backgroundJob id='j0' status='Success'/><backgroundJob id='j2' status='Pending'/>\
             <backgroundJob id='j1' status='InProgress'/></backgroundJobs>")
    };
    let other =
        || Xml("<job id='j2'><extractRefreshJob><workbook id='x'/></extractRefreshJob></job>");
    let flow =
        || Xml("<job id='j1'><runFlowJobType flowRunId='r'><flow id='f'/></runFlowJobType></job>");
    let says = [waits(), jobs(), other(), Xml(JOB), waits(), jobs(), No(404, "404009", ""), flow()];
    let (_, lines) = talk(says, |session| {
        assert_eq!(session.workbooks().refresh(&"w".into()).unwrap().id().as_str(), "j1");
        assert_eq!(session.flows().run_now(&"f".into()).unwrap().id().as_str(), "j1");
    });
    assert_eq!(lines[1], "GET jobs?sort=createdAt:desc&pageNumber=1&pageSize=1000");
    assert_eq!(lines[2..4], ["GET jobs/j2", "GET jobs/j1"]);
    assert_eq!(lines.len(), 8);
    // Not found, or not to be looked for: the server's own error.
    for says in [
        vec![waits(), jobs(), other(), other()],
        vec![waits(), No(403, "403004", "administrators only")],
    ] {
        let (error, _) = talk(says, |session| {
            session.workbooks().refresh(&"w".into()).map(|job| job.id().clone()).unwrap_err()
        });
        assert_eq!(error.code(), Some("409093"));
    }
}
