//! Groups and their members.

use tableau_server_client as tsc;
use tsc::group_sets::{GroupSetUpdate, NewGroupSet};
use tsc::groups::{self, DirectoryGroup, GrantLicenseMode, GroupUpdate, NewGroup};
use tsc::mock::MockServer;
use tsc::users::SiteRole;
use tsc::{ErrorKind, Result};

use super::{Xml, expect_error, talk_in};
use crate::help;

fn with_mock(check: impl FnOnce(&MockServer, &tsc::Session<'_>)) {
    let mock = MockServer::builder()
        .user("ada", "pw", "Viewer")
        .user("bo", "pw", "Viewer")
        .group("Sales", ["ada"])
        .start()
        .unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&mock, &session);
}

fn user(session: &tsc::Session<'_>, name: &str) -> tsc::UserId {
    let list = session.users().list().filter(tsc::users::NAME.eq(name));
    list.into_iter().next().expect("the mock has the user").unwrap().id
}

#[test]
fn creates_finds_updates_and_deletes_a_group() {
    with_mock(|mock, session| {
        let groups = session.groups();
        let new = NewGroup::new("R&D").minimum_site_role(SiteRole::Viewer);
        let created = groups.create(new).unwrap();
        assert_eq!((created.name.as_str(), created.domain.as_deref()), ("R&D", Some("local")));
        assert_eq!(created.minimum_site_role, Some(SiteRole::Viewer));
        assert_eq!(groups.find("R&D").unwrap().map(|group| group.id), Some(created.id.clone()));
        assert_eq!(groups.get(&created.id).unwrap().name, "R&D");
        assert_eq!(groups.find("Nobody").unwrap(), None);

        let renamed = groups.update(&created.id, GroupUpdate::new().name("Research")).unwrap();
        assert_eq!((&renamed.id, renamed.name.as_str()), (&created.id, "Research"));
        assert_eq!(renamed.minimum_site_role, Some(SiteRole::Viewer));

        groups.delete(&created.id).unwrap();
        assert!(mock.groups().iter().all(|group| group.name() != "Research"));
        assert!(groups.get(&created.id).unwrap_err().is_not_found());
    });
}

#[test]
fn filters_the_list_of_groups() {
    with_mock(|_, session| {
        let list = session.groups().list();
        let names = |list: tsc::List<'_, groups::Group>| -> Vec<String> {
            list.into_iter().map(|group| group.unwrap().name).collect()
        };
        assert!(names(list.clone()).len() > 1);
        assert_eq!(names(list.clone().filter(groups::NAME.eq("Sales"))), ["Sales"]);
        let local = list.clone().filter(groups::IS_LOCAL.eq(true));
        assert!(names(local).contains(&"Sales".to_owned()));
        assert_eq!(names(list.filter(groups::IS_LOCAL.eq(false))), [""; 0]);
    });
}

#[test]
fn adds_and_removes_members() {
    with_mock(|mock, session| {
        let groups = session.groups();
        let sales = groups.find("Sales").unwrap().expect("the group was seeded").id;
        let (ada, bo) = (user(session, "ada"), user(session, "bo"));
        let members = || -> Vec<String> {
            groups.members(&sales).into_iter().map(|user| user.unwrap().name).collect()
        };
        assert_eq!(members(), ["ada"]);
        assert_eq!(groups.add_member(&sales, &bo).unwrap().name, "bo");
        assert_eq!(members(), ["ada", "bo"]);
        groups.remove_member(&sales, &ada).unwrap();
        assert_eq!(members(), ["bo"]);
        let added = groups.add_members(&sales, [&ada, &bo]).unwrap();
        assert_eq!(added.iter().map(|user| &*user.name).collect::<Vec<_>>(), ["ada", "bo"]);
        assert_eq!(mock.group_members("Sales"), ["ada", "bo"]);
        groups.remove_members(&sales, [&ada, &bo]).unwrap();
        assert_eq!(members(), [""; 0]);
    });
}

#[test]
fn adding_several_members_needs_api_3_21() {
    expect_error("3.20", ErrorKind::Version, |s| s.groups().add_members("g1", ["u1"]));
    expect_error("3.20", ErrorKind::Version, |s| s.groups().remove_members("g1", ["u1"]));
    let responses = [Xml("<user id='u1' name='ada'/>")];
    let (added, lines) = talk_in("3.20", responses, |s| s.groups().add_member("g1", "u1").unwrap());
    assert_eq!(added.name, "ada");
    assert_eq!(lines, ["POST groups/g1/users <r><user id=\"u1\"/></r>"]);
}

#[test]
fn group_errors_have_the_codes_of_the_server() {
    with_mock(|_, session| {
        let groups = session.groups();
        let sales = groups.find("Sales").unwrap().expect("the group was seeded").id;
        let ada = user(session, "ada");
        let code = |outcome: Result<()>| outcome.unwrap_err().code().map(str::to_owned);
        let update = GroupUpdate::new().name("x");
        for (outcome, expected) in [
            (groups.create(NewGroup::new("sales")).map(drop), "409009"),
            (groups.update("absent", update).map(drop), "404012"),
            (groups.delete("absent"), "404012"),
            (groups.add_member("absent", &ada).map(drop), "404012"),
            (groups.add_member(&sales, &ada).map(drop), "409011"),
            (groups.remove_member(&sales, "absent"), "404002"),
        ] {
            assert_eq!(code(outcome).as_deref(), Some(expected));
        }
    });
}

#[test]
fn imports_and_synchronizes_directory_groups() {
    with_mock(|_, session| {
        let groups = session.groups();
        let staff = DirectoryGroup::new("Staff", "example.com", SiteRole::Viewer);
        let group = groups.import(&staff).unwrap();
        assert_eq!(group.domain.as_deref(), Some("example.com"));
        assert_eq!(group.import_site_role, Some(SiteRole::Viewer));
        assert_eq!(group.grant_license_mode, None);
        let local = groups.list().filter(groups::IS_LOCAL.eq(false));
        assert_eq!(local.into_iter().count(), 1);

        let changed = DirectoryGroup::new("Staff", "example.com", SiteRole::Explorer)
            .grant_license_mode(GrantLicenseMode::OnSync);
        let mut job = groups.sync_as_job(&group.id, &changed).unwrap();
        assert_eq!(job.job().job_type.as_deref(), Some("GroupSync"));
        job.wait().unwrap();
        let group = groups.get(&group.id).unwrap();
        assert_eq!(group.import_site_role, Some(SiteRole::Explorer));
        assert_eq!(group.grant_license_mode, Some(GrantLicenseMode::OnSync));

        let later = DirectoryGroup::new("Later", "example.com", SiteRole::Viewer);
        groups.import_as_job(later).unwrap().wait().unwrap();
        assert!(groups.find("Later").unwrap().is_some());
    });
}

#[test]
fn enables_external_users_of_a_group() {
    with_mock(|_, session| {
        let groups = session.groups();
        let group = groups.create(NewGroup::new("Guests").external_user_enabled(true)).unwrap();
        assert_eq!(group.external_user_enabled, Some(true));
        let list = groups.list().filter(groups::IS_EXTERNAL_USER_ENABLED.eq(true));
        let names: Vec<String> = list.into_iter().map(|group| group.unwrap().name).collect();
        assert_eq!(names, ["Guests"]);
        let changes = GroupUpdate::new().external_user_enabled(false);
        let changed = groups.update(&group.id, changes).unwrap();
        assert_eq!(changed.external_user_enabled, Some(false));
    });
}

#[test]
fn puts_groups_into_a_group_set() {
    with_mock(|_, session| {
        let sets = session.group_sets();
        let sales = session.groups().find("Sales").unwrap().expect("the group was seeded");
        let set = sets.create(NewGroupSet::new("Europe")).unwrap();
        assert_eq!((set.group_count, set.groups.len()), (Some(0), 0));
        sets.add_group(&set.id, &sales.id).unwrap();
        let renamed = sets.update(&set.id, GroupSetUpdate::new().name("EMEA")).unwrap();
        assert_eq!((renamed.name.as_str(), renamed.group_count), ("EMEA", Some(1)));
        let groups = sets.get(&set.id).unwrap().groups;
        assert_eq!((&groups[0].id, &groups[0].name), (&sales.id, &sales.name));
        assert_eq!(sets.find("EMEA").unwrap().map(|found| found.id), Some(set.id.clone()));
        let code = |outcome: Result<()>| outcome.unwrap_err().code().map(str::to_owned);
        let taken = sets.create(NewGroupSet::new("emea")).map(drop);
        assert_eq!(code(taken).as_deref(), Some("409121"));

        // A group that is deleted leaves its group sets.
        session.groups().delete(&sales.id).unwrap();
        assert_eq!(sets.get(&set.id).unwrap().group_count, Some(0));
        assert_eq!(code(sets.remove_group(&set.id, "absent")).as_deref(), Some("404012"));
        sets.delete(&set.id).unwrap();
        assert_eq!(code(sets.get(&set.id).map(drop)).as_deref(), Some("409120"));
    });
}

#[test]
fn mock_server_creates_and_returns_group_sets() {
    let builder =
        MockServer::builder().group("Sales", [""; 0]).group_set("Europe", ["Managers", "Sales"]);
    let mock = builder.start().unwrap();
    let set_names =
        || -> Vec<String> { mock.group_sets().iter().map(|set| set.name().to_owned()).collect() };
    assert_eq!(set_names(), ["Europe"]);
    assert_eq!(mock.group_set_groups("Europe"), ["Managers", "Sales"]);
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let set = session.group_sets().find("Europe").unwrap().expect("the group set was seeded");
    let managers = session.groups().find("Managers").unwrap().unwrap();
    session.group_sets().remove_group(&set.id, &managers.id).unwrap();
    session.group_sets().create(NewGroupSet::new("Asia")).unwrap();
    assert_eq!(mock.group_set_groups("Europe"), ["Sales"]);
    assert_eq!(set_names(), ["Europe", "Asia"]);
    assert_eq!(mock.group_set_groups("Absent"), Vec::<String>::new());
    let absent = MockServer::builder().group_set("Europe", ["Absent"]).start().unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::Config);
}

#[test]
fn group_sets_need_api_3_22() {
    expect_error("3.21", ErrorKind::Version, |s| s.group_sets().get("s1"));
}
