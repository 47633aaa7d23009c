//! Permissions.

use tableau_server_client as tsc;
use tsc::permissions::Capability::{
    Delete, ExportData, Filter, InheritedProjectLeader, Read, Write,
};

use super::{Nothing, Xml, expect_error, talk};

const RULES: &str = "<permissions><workbook id='w' name='n'><owner id='u9'/></workbook>\
    <granteeCapabilities><user id='u1'/><capabilities><capability name='Read' mode='Allow'/>\
    <capability name='Delete' mode='Deny'/></capabilities></granteeCapabilities>\
    <granteeCapabilities><group id='g1'/><capabilities><capability name='Write' mode='Allow'/>\
    </capabilities></granteeCapabilities><granteeCapabilities><groupSet id='s1'/><capabilities>\
    <capability name='Teleport' mode='Allow'/></capabilities></granteeCapabilities>\
    <granteeCapabilities><robot id='r1'/><capabilities/></granteeCapabilities></permissions>";

#[test]
fn reads_rules_with_every_kind_of_grantee() {
    let (rules, lines) = talk([Xml(RULES)], |session| {
        session.permissions(&tsc::WorkbookId::from("w")).list().unwrap()
    });
    assert_eq!(lines, ["GET workbooks/w/permissions"]);
    assert_eq!(rules[0].grantee, tsc::UserId::from("u1").into());
    assert_eq!(rules[0].mode(&Read), Some(&tsc::permissions::PermissionMode::Allow));
    assert_eq!(rules[0].mode(&Delete), Some(&tsc::permissions::PermissionMode::Deny));
    assert_eq!(rules[0].mode(&Write), None);
    assert_eq!(rules[1].grantee, tsc::GroupId::from("g1").into());
    assert_eq!(rules[2].grantee, tsc::GroupSetId::from("s1").into());
    assert_eq!(rules[2].capabilities[0].0.as_str(), "Teleport");
    assert_eq!(
        rules[3].grantee,
        tsc::permissions::Grantee::Unknown { kind: "robot".into(), id: "r1".into() }
    );
    assert_eq!(rules.len(), 4);
}

#[test]
fn adds_and_deletes_rules_of_every_kind_of_content() {
    let rules = [
        tsc::permissions::PermissionRule::new(tsc::UserId::from("u1")).allow([Read]).deny([Delete]),
        tsc::permissions::PermissionRule::new(tsc::GroupId::from("g1")).allow([Write]),
        tsc::permissions::PermissionRule::new(tsc::GroupSetId::from("s1")).allow([Filter]),
        tsc::permissions::PermissionRule::new(tsc::GroupId::from("g2")),
    ];
    let responses = std::iter::once(Xml("<permissions/>")).chain((0..11).map(|_| Nothing));
    let (_, lines) = talk(responses, |session| {
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
            "DELETE virtualconnections/7/permissions/groups/g1/Write/Allow",
        ]
    );
}

#[test]
fn set_deletes_and_adds_the_difference() {
    let there = "<permissions><granteeCapabilities><user id='u1'/><capabilities>\
        <capability name='Read' mode='Allow'/><capability name='Write' mode='Allow'/>\
        <capability name='InheritedProjectLeader' mode='Allow'/></capabilities>\
        </granteeCapabilities><granteeCapabilities><group id='g1'/><capabilities>\
        <capability name='Filter' mode='Deny'/></capabilities></granteeCapabilities></permissions>";
    let wanted = [
        tsc::permissions::PermissionRule::new(tsc::UserId::from("u1")).deny([Write]).allow([Read]),
        tsc::permissions::PermissionRule::new(tsc::GroupId::from("g2")).allow([ExportData]),
    ];
    let responses = [Xml(there), Nothing, Nothing, Xml("<permissions/>"), Xml(there)];
    let (changes, lines) = talk(responses, |session| {
        let id = tsc::ProjectId::from("p");
        let changes = session.permissions(&id).set(&wanted).unwrap();
        let same = [
            tsc::permissions::PermissionRule::new(tsc::GroupId::from("g1")).deny([Filter]),
            tsc::permissions::PermissionRule::new(tsc::UserId::from("u1")).allow([Write, Read]),
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
        tsc::permissions::PermissionRule::new(tsc::UserId::from("u1")).deny([Read]).allow([Read]);
    expect_error("3.30", tsc::ErrorKind::Input, |session| {
        session.permissions(&tsc::ProjectId::from("p")).set([&contradiction])
    });
    let unknown = tsc::permissions::Grantee::Unknown { kind: "robot".into(), id: "r".into() };
    expect_error("3.30", tsc::ErrorKind::Input, |session| {
        let rule = tsc::permissions::PermissionRule::new(unknown).allow([Read]);
        session.permissions(&tsc::ProjectId::from("p")).add([rule])
    });
}

#[test]
fn permissions_of_virtual_connections_need_api_3_23() {
    expect_error("3.22", tsc::ErrorKind::Version, |session| {
        session.permissions(&tsc::VirtualConnectionId::from("v")).list()
    });
}

#[test]
fn default_permissions_have_a_path_and_a_version_for_each_kind() {
    use tsc::permissions::DefaultsFor as For;
    let rule = [tsc::permissions::PermissionRule::new(tsc::GroupId::from("g")).allow([Read])];
    for (of, path, since) in [
        (For::Workbooks, "workbooks", (2, 1)),
        (For::Datasources, "datasources", (2, 1)),
        (For::Metrics, "metrics", (3, 2)),
        (For::Flows, "flows", (3, 4)),
        (For::DataRoles, "dataroles", (3, 4)),
        (For::Lenses, "lenses", (3, 4)),
        (For::VirtualConnections, "virtualconnections", (3, 23)),
        (For::Databases, "databases", (3, 23)),
        (For::Tables, "tables", (3, 23)),
        (For::from("collections"), "collections", (2, 1)),
    ] {
        let id = tsc::ProjectId::from("p");
        let responses = [Xml(RULES), Xml(RULES), Nothing];
        let (_, lines) = talk(responses, |session| {
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
        expect_error(&before, tsc::ErrorKind::Version, |session| {
            session.default_permissions(&id, of.clone()).list()
        });
    }
    let (_, lines) = talk([Xml(RULES)], |session| {
        session.default_table_permissions("d").list().unwrap();
    });
    assert_eq!(lines, ["GET databases/d/default-permissions/tables"]);
}

const NEW_RULE: &str = "<r><permissions><granteeCapabilities><group id=\"g1\"/><capabilities>\
    <capability name=\"Read\" mode=\"Allow\"/></capabilities></granteeCapabilities></permissions></r>";

#[test]
fn replaces_rules_in_one_request_since_api_3_23() {
    let group = || tsc::permissions::PermissionRule::new(tsc::GroupId::from("g1"));
    let replace = |session: &tsc::Session<'_>| {
        let rule = group().allow([Read, InheritedProjectLeader]);
        session.permissions(&tsc::WorkbookId::from("w")).replace([rule]).unwrap();
        let defaults = tsc::permissions::DefaultsFor::Workbooks;
        let project = tsc::ProjectId::from("p");
        session.default_permissions(&project, defaults).replace([group().allow([Read])]).unwrap();
    };
    let (_, lines) = talk([Nothing, Nothing], replace);
    assert_eq!(
        lines,
        [
            format!("POST workbooks/w/permissions {NEW_RULE}"),
            format!("POST projects/p/default-permissions/workbooks {NEW_RULE}"),
        ]
    );
    let responses = || [Xml("<permissions/>"), Xml("<permissions/>")];
    let (_, lines) = super::talk_in("3.22", responses().into_iter().chain(responses()), replace);
    assert!(lines[0].starts_with("GET workbooks/w") && lines[1].starts_with("PUT workbooks/w"));
    assert!(lines[2].starts_with("GET projects/p") && lines[3].starts_with("PUT projects/p"));
    // No rule, rules of a group set, and content without such an operation.
    let (_, lines) =
        talk(responses().into_iter().chain(responses()).chain(responses()).take(5), |session| {
            let id = tsc::WorkbookId::from("w");
            session.permissions(&id).replace([group()]).unwrap();
            let set = tsc::permissions::PermissionRule::new(tsc::GroupSetId::from("s1"));
            session.permissions(&id).replace([set.allow([Read])]).unwrap();
            session.permissions(&tsc::TableId::from("t")).replace([group().allow([Read])]).unwrap();
        });
    let methods: Vec<&str> = lines.iter().map(|line| &line[..3]).collect();
    assert_eq!(methods, ["GET", "GET", "PUT", "GET", "PUT"]);
}

#[test]
fn replace_leaves_no_other_rules() {
    let mock = tsc::mock::MockServer::builder().group("Sales", ["admin"]).start().unwrap();
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let sales = session.groups().find("Sales").unwrap().expect("the group was seeded").id;
    let workbook = session.workbooks().list().into_iter().next().expect("has samples").unwrap().id;
    let permissions = session.permissions(&workbook);
    permissions
        .add([tsc::permissions::PermissionRule::new(session.user_id()).deny([Write])])
        .unwrap();
    let rules = [tsc::permissions::PermissionRule::new(&sales).allow([Read, Filter])];
    permissions.replace(&rules).unwrap();
    assert_eq!(permissions.list().unwrap(), rules);
    permissions.replace([] as [tsc::permissions::PermissionRule; 0]).unwrap();
    assert_eq!(permissions.list().unwrap(), []);
}
