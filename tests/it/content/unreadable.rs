//! Responses with values that cannot be read, or that differ from the expected ones.

use tableau_server_client as tsc;
use tsc::connections::ConnectionUpdate;

use super::{Xml, talk};
use crate::help::{auth, plain, with};
use crate::raw::{Raw, response, success};

#[test]
fn returns_the_id_if_other_values_are_unreadable() {
    let job = "<job id='j1' mode='Asynchronous' type='RefreshExtract' progress='none' \
        createdAt='2019-09-31T08:00:00Z' startedAt='soon' updatedAt='0' completedAt='later'>\
        <statusNotes><statusNote type='CountOfUsersAddedToGroup' value='x'/></statusNotes>\
        <extractRefreshJob><workbook id='w1' name='Sales'/></extractRefreshJob></job>";
    let workbook = "<workbook id='w1' name='Sales' size='big' showTabs='maybe' \
        createdAt='2019-09-31T08:00:00Z' updatedAt='Tue Foo 01 06:31:47 UTC 2025'>\
        <dataFreshnessPolicy option='FreshAt'><freshAtSchedule frequency='' time='noon'/>\
        </dataFreshnessPolicy><views><view name='no id'/><view id='v1' name='Map'/></views>\
        </workbook>";
    let project = "<project id='p1' name='Ops' createdAt='never' topLevelProject='?'/>";
    let raw = Raw::signed_in(move |seen| match (&*seen.method, seen.target.contains("asJob")) {
        ("POST", true) => success(job),
        ("POST", false) if seen.path().ends_with("/workbooks") => success(workbook),
        ("POST", false) if seen.path().ends_with("/projects") => success(project),
        ("POST", false) => success(job),
        _ => success(workbook),
    });
    let session = with(&raw.url, plain()).into_session(&auth()).unwrap();
    let id = tsc::WorkbookId::from("w1");
    let refresh = session.workbooks().refresh(&id).unwrap();
    assert_eq!((refresh.id().as_str(), refresh.job().created_at), ("j1", None));
    assert_eq!(refresh.job().workbook, Some(id.clone()));
    let extract = session.extracts(&id).create().unwrap();
    assert_eq!((extract.id().as_str(), extract.job().progress), ("j1", None));
    let file = || tsc::Source::bytes("Sales.twbx", &b"PK\x03\x04"[..]);
    let publish = session.workbooks().publish(file()).send_as_job().unwrap();
    assert_eq!(publish.id().as_str(), "j1");
    let published = session.workbooks().publish(file()).send().unwrap();
    assert_eq!((published.item.id.as_str(), published.item.size), ("w1", None));
    let update = tsc::workbooks::WorkbookUpdate::new().name("Sales");
    let updated = session.workbooks().update(&id, update).unwrap();
    assert_eq!((updated.id, updated.name.as_str(), updated.created_at), (id, "Sales", None));
    let project = session.projects().create(tsc::projects::NewProject::new("Ops")).unwrap();
    assert_eq!((project.id.as_str(), project.created_at), ("p1", None));
}

#[test]
fn list_with_an_impossible_date_returns_every_item_and_one_report() {
    for date in ["2019-09-31T08:00:00Z", "2019-09-31 08:00:00", "Tue Sep 31 08:00:00 UTC 2019"] {
        let page = format!(
            "<pagination pageNumber='1' pageSize='1000' totalAvailable='3'/><workbooks>\
             <workbook id='w1' name='a' createdAt='2019-09-30T08:00:00Z'/>\
             <workbook id='w2' name='b' createdAt='{date}'/>\
             <workbook id='w3' name='c' createdAt='2025-03-27 11:07:49.129'/></workbooks>"
        );
        let ((workbooks, unreadable), _) = talk([Xml(page.leak())], |session| {
            let mut items = session.workbooks().list().into_iter();
            let all: Vec<tsc::Workbook> = items.by_ref().map(Result::unwrap).collect();
            (all, items.unreadable().clone())
        });
        let dates: Vec<bool> = workbooks.iter().map(|one| one.created_at.is_some()).collect();
        assert_eq!(dates, [true, false, true]);
        assert_eq!(unreadable.count, 1);
        let report = &unreadable.reports[0];
        assert_eq!((report.item_id.as_deref(), &*report.attribute), (Some("w2"), "createdAt"));
        assert_eq!(report.value, date);
    }
}

#[test]
fn page_with_a_forbidden_character_returns_every_item() {
    for (name, expected, reports) in [
        (&b"Ops\x0bnight"[..], "Ops\u{FFFD}night", 1),
        (b"Ops&#11;night", "Ops\u{FFFD}night", 1),
        (b"Ops&#xB;night", "Ops\u{FFFD}night", 1),
        (b"Ops\xa0night", "Ops\u{FFFD}night", 1),
        (b"Ops\x00night", "Ops\u{FFFD}night", 1),
        (b"Ops&#xFFFF;", "Ops\u{FFFD}", 1),
        (b"Ops&#55357;", "Ops\u{FFFD}", 1),
        (b"Ops&#55357;&#56832;", "Ops\u{1F600}", 0),
        (b"Ops&#xD83D;&#xDE00;", "Ops\u{1F600}", 0),
        (b"Ops\xc2\xa0night", "Ops\u{A0}night", 0),
    ] {
        let mut page = b"<tsResponse><pagination pageNumber='1' pageSize='1000' \
            totalAvailable='900'/><workbooks>"
            .to_vec();
        for number in 1..=900 {
            page.extend(format!("<workbook id='w{number}' name='").bytes());
            page.extend(if number == 556 { name } else { b"Sales" });
            page.extend(b"'/>");
        }
        page.extend(b"</workbooks></tsResponse>");
        let raw = Raw::signed_in(move |_| response(200, &[], &page));
        let session = with(&raw.url, plain()).into_session(&auth()).unwrap();
        let mut items = session.workbooks().list().into_iter();
        let all: Vec<tsc::Workbook> = items.by_ref().map(Result::unwrap).collect();
        assert_eq!((all.len(), all[555].name.as_str()), (900, expected));
        assert_eq!(items.unreadable().count, reports, "{expected}");
        for report in &items.unreadable().reports {
            assert_eq!((report.item_id.as_deref(), &*report.attribute), (Some("w556"), "name"));
        }
    }
}

#[test]
fn update_of_a_connection_accepts_a_response_about_another_one() {
    const C2: &str = "<connection id='c2' type='postgres' serverAddress='pg' serverPort='many'/>";
    let id = tsc::WorkbookId::from("w");
    let update = || ConnectionUpdate::new().user_name("u");
    for (response, expected) in [
        (C2, ("c2", Some("pg"))),
        ("<connections><connection id='c2' serverAddress='pg'/></connections>", ("c1", None)),
        ("<connections/>", ("c1", None)),
        ("<connection type='sqlserver' serverAddress='db'/>", ("c1", Some("db"))),
        ("", ("c1", None)),
        (
            "<connections><connection type='no id'/><connection id='c1' serverAddress='db'/>\
             </connections>",
            ("c1", Some("db")),
        ),
    ] {
        let (connection, _) = talk([Xml(response)], |session| {
            session.connections(&id).update("c1", update()).unwrap()
        });
        let found = (connection.id.as_str(), connection.server_address.as_deref());
        assert_eq!(found, expected, "{response}");
    }
    for (response, count) in [
        ("<connections><connection id='c9' serverPort='many'/><connection/></connections>", 1),
        ("<connections/>", 0),
        ("", 0),
    ] {
        let (all, _) = talk([Xml(response)], |session| {
            session.connections(&id).update_all(["c1"], update()).unwrap()
        });
        assert_eq!(all.len(), count, "{response}");
    }
}

#[test]
fn reads_enumerations_in_every_form() {
    use tsc::flow_runs::FlowRunStatus;
    use tsc::jobs::JobStatus;
    use tsc::permissions::{Capability, PermissionMode};
    use tsc::schedules::{Frequency, ScheduleState};
    use tsc::sites::{AdminMode, SiteState, UserVisibilityMode};
    use tsc::users::{AuthSetting, SiteRole};

    macro_rules! check {
        ($($Enum:ident::$Value:ident: $($text:literal)+;)+) => {
            $($( assert_eq!($Enum::from($text), $Enum::$Value, "{}", $text); )+)+
        };
    }
    check! {
        SiteRole::Unlicensed: "Unlicensed" "UNLICENSED" "unlicensed";
        SiteRole::SiteAdministratorExplorer: "SiteAdministratorExplorer"
            "SITE_ADMINISTRATOR_EXPLORER" "siteadministratorexplorer" "Site Administrator Explorer";
        SiteRole::ExplorerCanPublish: "ExplorerCanPublish" "EXPLORER_CAN_PUBLISH";
        AuthSetting::OpenId: "OpenID" "OpenId" "OIDC" "oidc";
        AuthSetting::TableauIdWithMfa: "TableauIDWithMFA" "TableauIdWithMfa" "TABLEAU_ID_WITH_MFA";
        AuthSetting::ServerDefault: "ServerDefault" "SERVER_DEFAULT";
        JobStatus::InProgress: "InProgress" "IN_PROGRESS" "In Progress";
        JobStatus::Cancelled: "Cancelled" "Canceled" "CANCELLED";
        FlowRunStatus::Cancelled: "Cancelled" "canceled";
        FlowRunStatus::Success: "Success" "SUCCESS";
        Frequency::Daily: "Daily" "daily" "DAILY";
        ScheduleState::Suspended: "Suspended" "SUSPENDED";
        SiteState::Active: "Active" "ACTIVE";
        AdminMode::ContentOnly: "ContentOnly" "CONTENT_ONLY";
        UserVisibilityMode::Limited: "LIMITED" "Limited";
        Capability::ExportXml: "ExportXml" "ExportXML" "EXPORT_XML";
        PermissionMode::Allow: "Allow" "ALLOW";
    }
    for unknown in ["", "_", "Success_", "Successful", "Overlord"] {
        let read = FlowRunStatus::from(unknown);
        match unknown {
            "Success_" => assert_eq!(read, FlowRunStatus::Success),
            _ => assert_eq!(read, FlowRunStatus::Unknown(unknown.to_owned())),
        }
    }
}

#[test]
fn preserves_unknown_enumeration_values() {
    let users = "<pagination pageNumber='1' pageSize='1000' totalAvailable='2'/><users>\
        <user id='u1' name='a' siteRole='GALACTIC_EMPEROR' lastLogin='2025-03-27 11:07:49.129'/>\
        <user id='u2' name='b' siteRole='viewer' lastLogin='Tue Apr 01 06:31:47 UTC 2025'/></users>";
    let (users, _) = talk([Xml(users)], |session| {
        session.users().list().into_iter().collect::<tsc::Result<Vec<_>>>().unwrap()
    });
    let role = users[0].site_role.as_ref().unwrap();
    assert_eq!(role.as_str(), "GALACTIC_EMPEROR");
    assert_eq!(users[1].site_role, Some(tsc::users::SiteRole::Viewer));
    let logins: Vec<_> = users.iter().map(|user| user.last_login.unwrap().to_string()).collect();
    assert_eq!(logins, ["2025-03-27T11:07:49.129Z", "2025-04-01T06:31:47Z"]);
}
