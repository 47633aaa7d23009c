//! Updates: differences between the request and the response are reported.

use tableau_server_client as tsc;

use super::{Xml, talk};
use crate::logs;

const UPDATE_LOG: &str = "tableau_server_client::update";

fn warnings() -> Vec<String> {
    logs::of(UPDATE_LOG).into_iter().map(|record| record.text).collect()
}

#[test]
fn reports_changes_that_the_server_ignored() {
    logs::start();
    let changes = tsc::workbooks::WorkbookUpdate::new().name("new").description("").show_tabs(true);
    let changes = changes.project("p2").owner("u1").encrypt_extracts(false);
    let (workbook, lines) = talk(
        [Xml("<workbook id='w1' name='old' description='still' showTabs='true'>\
              <project id='p1'/><owner id='u1'/></workbook>")],
        |session| session.workbooks().update("w1", &changes).unwrap(),
    );
    assert_eq!(lines.len(), 1);
    // Unchanged fields, and fields that the response does not have, are not reported.
    assert_eq!(changes.ignored_in(&workbook), ["name", "description", "project"]);
    let warnings = warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("/workbooks/w1"), "{warnings:?}");
    assert!(warnings[0].ends_with(": name, description, project"), "{warnings:?}");
}

#[test]
fn reports_nothing_if_all_changes_were_made() {
    logs::start();
    talk(
        [
            Xml("<project id='p1' name='n'/>"),
            Xml("<dataQualityWarning id='q1' type='STALE' isActive='false'/>"),
            Xml("<connections><connection id='c0' userName='other'/>\
                 <connection id='c1' userName='ada' serverPort='1433'/></connections>"),
            Xml("<connections><connection id='c0' userName='other'/>\
                 <connection id='c1' userName='ada'/></connections>"),
        ],
        |session| {
            // A project at the top level has no parent in the response.
            let top = tsc::projects::ProjectUpdate::new().parent("").name("n");
            session.projects().update("p1", top).unwrap();
            let warning = tsc::quality_warnings::WarningUpdate::new().active(false);
            let id = tsc::DatasourceId::from("d1");
            session.quality_warnings(&id).update("q1", warning).unwrap();
            let login = tsc::connections::ConnectionUpdate::new().user_name("ada").password("hush");
            session.connections(&id).update("c1", login.clone().server_port(1433_u16)).unwrap();
            session.connections(&id).update_all(["c1"], login).unwrap();
        },
    );
    assert_eq!(warnings(), [""; 0]);
}

#[test]
fn reports_a_connection_that_keeps_its_credentials() {
    logs::start();
    talk(
        [
            Xml("<connections><connection id='c1' userName='old'/></connections>"),
            Xml("<connections><connection id='c1' userName='old'/>\
                 <connection id='c2' userName='ada'/></connections>"),
        ],
        |session| {
            let login = tsc::connections::ConnectionUpdate::new().user_name("ada").password("hush");
            let id = tsc::WorkbookId::from("w1");
            session.connections(&id).update("c1", login.clone()).unwrap();
            session.connections(&id).update_all(["c1", "c2"], login).unwrap();
        },
    );
    let warnings = warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().all(|line| line.ends_with("request: user_name")), "{warnings:?}");
    assert!(!warnings.concat().contains("ada"), "{warnings:?}");
}

#[test]
fn mock_server_makes_all_changes() {
    logs::start();
    let mock = tsc::mock::MockServer::start().unwrap();
    let session = crate::help::at(mock.url()).into_session(&mock.credentials()).unwrap();
    let named = session.users().list().filter(tsc::users::NAME.eq("alice"));
    let alice = named.page(1).unwrap().items.remove(0).id;
    let project = session.projects().create(tsc::projects::NewProject::new("Ours")).unwrap().id;

    let workbook = session.workbooks().list().page(1).unwrap().items.remove(0).id;
    let changes = tsc::workbooks::WorkbookUpdate::new().name("n").description("d").show_tabs(true);
    let changes = changes.project(project.clone()).owner(alice.clone());
    session.workbooks().update(&workbook, changes).unwrap();

    let datasource = session.datasources().list().page(1).unwrap().items.remove(0).id;
    let changes =
        tsc::datasources::DatasourceUpdate::new().certified(true).certification_note("checked");
    let changes = changes.name("n").project(project.clone()).owner(alice.clone());
    session.datasources().update(&datasource, changes).unwrap();

    let flow = session.flows().list().page(1).unwrap().items.remove(0).id;
    let changes = tsc::flows::FlowUpdate::new().project(project.clone()).owner(alice.clone());
    session.flows().update(&flow, changes).unwrap();

    let changes = tsc::projects::ProjectUpdate::new().name("Theirs").description("d").owner(alice);
    session.projects().update(&project, changes).unwrap();
    assert_eq!(warnings(), [""; 0]);
}

#[test]
fn updates_that_set_nothing_are_not_sent() {
    use super::expect_error;
    let workbook = tsc::WorkbookId::from("w1");
    let input = tsc::ErrorKind::Input;
    for why in [
        expect_error("3.30", input, |s| {
            s.workbooks().update("w1", tsc::workbooks::WorkbookUpdate::new())
        }),
        expect_error("3.30", input, |s| {
            s.datasources().update("d1", tsc::datasources::DatasourceUpdate::new())
        }),
        expect_error("3.30", input, |s| s.flows().update("f1", tsc::flows::FlowUpdate::new())),
        expect_error("3.30", input, |s| {
            s.projects().update("p1", tsc::projects::ProjectUpdate::new())
        }),
        expect_error("3.30", input, |s| s.users().update("u1", tsc::users::UserUpdate::new())),
        expect_error("3.30", input, |s| s.groups().update("g1", tsc::groups::GroupUpdate::new())),
        expect_error("3.30", input, |s| s.sites().update("s1", tsc::sites::SiteUpdate::new())),
        expect_error("3.30", input, |s| {
            s.schedules().update("s1", tsc::schedules::ScheduleUpdate::new())
        }),
        expect_error("3.30", input, |s| {
            s.custom_views().update("c1", tsc::custom_views::CustomViewUpdate::new())
        }),
        expect_error("3.30", input, |s| {
            s.connections(&workbook).update("c1", tsc::connections::ConnectionUpdate::new())
        }),
        expect_error("3.30", input, |s| {
            s.connections(&workbook).update_all(["c1"], tsc::connections::ConnectionUpdate::new())
        }),
        expect_error("3.30", input, |s| {
            s.quality_warnings(&tsc::DatasourceId::from("d1"))
                .update("q1", tsc::quality_warnings::WarningUpdate::new())
        }),
    ] {
        assert!(why.contains("sets nothing, so nothing was sent"), "{why}");
    }
}

#[test]
fn owner_of_a_data_source_needs_its_project_before_api_3_15() {
    use super::{Xml, expect_error, talk_in};
    use tsc::datasources::DatasourceUpdate;
    let owner = || DatasourceUpdate::new().owner("u1");
    for version in ["2.0", "3.14"] {
        let why = expect_error(version, tsc::ErrorKind::Version, |s| {
            s.datasources().update("d1", owner().name("x"))
        });
        assert!(why.contains("without its project") && why.contains("3.15"), "{why}");
    }
    for (version, changes) in [
        ("3.15", owner()),
        ("3.14", owner().project("p1")),
        ("3.14", DatasourceUpdate::new().project("p1")),
    ] {
        let ((), lines) = talk_in(version, [Xml("<datasource id='d1' name='D'/>")], |session| {
            session.datasources().update("d1", changes).unwrap();
        });
        assert_eq!(lines.len(), 1);
    }
}

#[test]
fn updates_return_the_values_of_the_response() {
    use super::Xml;
    for (response, show_tabs) in
        [("showTabs='false'", Some(false)), ("showTabs='True'", Some(true)), ("", None)]
    {
        let response = format!("<workbook id='w1' name='n' {response}/>");
        let (workbook, _) = super::talk([Xml(response.leak())], |session| {
            let changes = tsc::workbooks::WorkbookUpdate::new().show_tabs(true);
            session.workbooks().update("w1", changes).unwrap()
        });
        assert_eq!(workbook.show_tabs, show_tabs);
    }
}
