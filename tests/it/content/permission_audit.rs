//! The effective permissions of users.

use tableau_server_client as tsc;
use tsc::group_sets::NewGroupSet;
use tsc::groups::NewGroup;
use tsc::mock::MockServer;
use tsc::permission_audit::{EffectivePermission, PermissionSource, write_csv};
use tsc::permissions::Capability::{
    self, ChangePermissions, ExportData, Filter, ProjectLeader, Read, WebAuthoring,
};
use tsc::permissions::PermissionMode::{self, Allow, Deny};
use tsc::permissions::{DefaultsFor, Grantee, PermissionRule};
use tsc::projects::{ContentPermissions, ProjectUpdate};
use tsc::users::SiteRole;
use tsc::workbooks::WorkbookUpdate;

use crate::help;

/// A session on a mock server with two workbooks in a nested project, and the users ada, bo, cy (a
/// viewer) and di (without a license).
fn with_mock(check: impl FnOnce(&MockServer, &tsc::Session<'_>)) {
    let mock = MockServer::builder()
        .workbooks(0)
        .user("ada", "pw", "Explorer")
        .user("bo", "pw", "Explorer")
        .user("cy", "pw", "Viewer")
        .user("di", "pw", "Unlicensed")
        .project("Outer/Inner")
        .workbook("Outer/Inner/Budget", ["Plan"])
        .workbook("Outer/Inner/Sales", ["Map"])
        .start()
        .unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&mock, &session);
}

fn user(session: &tsc::Session<'_>, name: &str) -> tsc::UserId {
    let found = session.users().list().filter(tsc::users::NAME.eq(name));
    found.into_iter().next().unwrap().unwrap().id
}

fn project(session: &tsc::Session<'_>, path: &str) -> tsc::Project {
    session.projects().find(path).unwrap().unwrap()
}

fn workbook(session: &tsc::Session<'_>, name: &str) -> tsc::Workbook {
    let found = session.workbooks().list().filter(tsc::workbooks::NAME.eq(name));
    found.into_iter().next().unwrap().unwrap()
}

fn group(session: &tsc::Session<'_>, name: &str, members: &[&str]) -> tsc::GroupId {
    let group = session.groups().create(NewGroup::new(name)).unwrap().id;
    for member in members {
        session.groups().add_member(&group, user(session, member)).unwrap();
    }
    group
}

/// The decision about a user and a capability on the workbook Budget.
fn budget(
    session: &tsc::Session<'_>,
    name: &str,
    capability: Capability,
) -> (PermissionMode, PermissionSource) {
    let audit = session.permission_audit().item(workbook(session, "Budget"));
    let mut all = audit.users([user(session, name)]).run().unwrap().map(Result::unwrap);
    let found = all.find(|one| one.capability == capability).unwrap();
    assert_eq!(
        (&*found.user_name, &*found.item_name, found.item_kind),
        (name, "Budget", "workbook")
    );
    (found.mode, found.source)
}

fn by_rule(grantee: impl Into<Grantee>) -> PermissionSource {
    PermissionSource::Rule { grantee: grantee.into(), locked_by: None }
}

#[test]
fn user_rules_override_group_rules_and_deny_overrides_allow() {
    with_mock(|_, session| {
        let (ada, bo) = (user(session, "ada"), user(session, "bo"));
        let sales = group(session, "Sales", &["ada", "bo", "cy", "di"]);
        let staff = group(session, "Staff", &["ada", "bo"]);
        let budget_id = workbook(session, "Budget").id;
        let rules = [
            PermissionRule::new(&sales).allow([Read, ExportData, WebAuthoring]),
            PermissionRule::new(&staff).deny([ExportData]),
            PermissionRule::new(&bo).allow([ExportData]).deny([Read]),
        ];
        session.permissions(&budget_id).set(rules).unwrap();

        let check = |name: &str, capability, mode, source| {
            assert_eq!(budget(session, name, capability), (mode, source), "{name}");
        };
        check("ada", Read, Allow, by_rule(&sales));
        check("ada", ExportData, Deny, by_rule(&staff));
        check("ada", Filter, Deny, PermissionSource::Unspecified);
        check("bo", Read, Deny, by_rule(&bo));
        check("bo", ExportData, Allow, by_rule(&bo));
        check("cy", ExportData, Allow, by_rule(&sales));
        check("cy", WebAuthoring, Deny, PermissionSource::SiteRole(SiteRole::Viewer));
        check("di", Read, Deny, PermissionSource::SiteRole(SiteRole::Unlicensed));
        let admin = PermissionSource::SiteRole(SiteRole::ServerAdministrator);
        check("admin", Read, Allow, admin);

        let owner = WorkbookUpdate::new().owner(&ada);
        session.workbooks().update(&budget_id, owner).unwrap();
        check("ada", ExportData, Allow, PermissionSource::ItemOwner);
        check("ada", ChangePermissions, Allow, PermissionSource::ItemOwner);
    });
}

#[test]
fn group_sets_apply_to_members_of_all_groups() {
    with_mock(|_, session| {
        let sales = group(session, "Sales", &["ada", "bo"]);
        let europe = group(session, "Europe", &["ada", "cy"]);
        let set = session.group_sets().create(NewGroupSet::new("Both")).unwrap().id;
        let empty = session.group_sets().create(NewGroupSet::new("Empty")).unwrap().id;
        for id in [&sales, &europe] {
            session.group_sets().add_group(&set, id).unwrap();
        }
        let rules =
            [PermissionRule::new(&set).allow([Read]), PermissionRule::new(&empty).deny([Read])];
        session.permissions(&workbook(session, "Budget").id).set(rules).unwrap();

        assert_eq!(budget(session, "ada", Read), (Allow, by_rule(&set)));
        for name in ["bo", "cy"] {
            assert_eq!(budget(session, name, Read), (Deny, PermissionSource::Unspecified));
        }
    });
}

#[test]
fn the_all_users_group_contains_every_user() {
    with_mock(|mock, session| {
        let all = tsc::GroupId::from(mock.groups()[0].id());
        let rule = PermissionRule::new(&all).allow([Read]);
        session.permissions(&workbook(session, "Budget").id).set([rule]).unwrap();
        for name in ["ada", "bo", "cy"] {
            assert_eq!(budget(session, name, Read), (Allow, by_rule(&all)));
        }
    });
}

#[test]
fn locked_projects_replace_the_rules_of_the_item() {
    with_mock(|_, session| {
        let (ada, bo) = (user(session, "ada"), user(session, "bo"));
        let (outer, inner) = (project(session, "Outer").id, project(session, "Outer/Inner").id);
        let id = workbook(session, "Budget").id;
        session.workbooks().update(&id, WorkbookUpdate::new().owner(&bo)).unwrap();
        session.permissions(&id).set([PermissionRule::new(&ada).allow([Filter])]).unwrap();
        for project in [&outer, &inner] {
            let rule = PermissionRule::new(&ada).allow([Read]);
            session.default_permissions(project, DefaultsFor::Workbooks).set([rule]).unwrap();
        }
        let lock = |project: &tsc::ProjectId, how| {
            let changes = ProjectUpdate::new().content_permissions(how);
            session.projects().update(project, changes).unwrap();
        };
        let locked_by = |project: &tsc::ProjectId| PermissionSource::Rule {
            grantee: (&ada).into(),
            locked_by: Some(project.clone()),
        };
        assert_eq!(budget(session, "ada", Filter), (Allow, by_rule(&ada)));

        // A lock without nested projects concerns only the content of the project itself.
        lock(&outer, ContentPermissions::LockedToProjectWithoutNested);
        assert_eq!(budget(session, "ada", Filter), (Allow, by_rule(&ada)));

        lock(&outer, ContentPermissions::LockedToProject);
        assert_eq!(budget(session, "ada", Read), (Allow, locked_by(&outer)));
        assert_eq!(budget(session, "ada", Filter), (Deny, PermissionSource::Unspecified));
        assert_eq!(budget(session, "bo", Read), (Allow, PermissionSource::ItemOwner));
        let refused = (Deny, PermissionSource::Unspecified);
        assert_eq!(budget(session, "bo", ChangePermissions), refused);

        lock(&outer, ContentPermissions::ManagedByOwner);
        lock(&inner, ContentPermissions::LockedToProjectWithoutNested);
        assert_eq!(budget(session, "ada", Read), (Allow, locked_by(&inner)));
    });
}

#[test]
fn owners_and_leaders_of_projects_have_all_capabilities_below() {
    with_mock(|_, session| {
        let (outer, inner) = (project(session, "Outer").id, project(session, "Outer/Inner").id);
        let leaders = group(session, "Leaders", &["ada"]);
        let rule = PermissionRule::new(&leaders).allow([ProjectLeader]);
        session.permissions(&outer).add([rule]).unwrap();
        let bo = user(session, "bo");
        session.projects().update(&inner, ProjectUpdate::new().owner(&bo)).unwrap();

        let leads = (Allow, PermissionSource::ProjectLeader(outer.clone()));
        assert_eq!(budget(session, "ada", ChangePermissions), leads);
        let owns = (Allow, PermissionSource::ProjectOwner(inner));
        assert_eq!(budget(session, "bo", ChangePermissions), owns);

        let audit = session.permission_audit().item(project(session, "Outer"));
        let audit = audit.users([user(session, "ada"), bo]).run().unwrap();
        let found: Vec<EffectivePermission> = audit.map(Result::unwrap).collect();
        let shown: Vec<_> = found.iter().map(|one| (&*one.user_name, &one.source)).collect();
        let leads = PermissionSource::ProjectLeader(outer);
        assert_eq!(shown[0], ("ada", &leads));
        assert!(shown.iter().any(|(name, source)| *name == "bo" && **source != leads));
    });
}

#[test]
fn reads_shared_rules_once_and_yields_unreadable_items_as_errors() {
    with_mock(|mock, session| {
        let inner = project(session, "Outer/Inner").id;
        let lock = ProjectUpdate::new().content_permissions(ContentPermissions::LockedToProject);
        session.projects().update(&inner, lock).unwrap();
        let before = mock.requests().len();
        let audit = session.permission_audit().items(session.workbooks().list()).threads(3);
        let all: Vec<_> = audit.run().unwrap().map(Result::unwrap).collect();
        assert!(all.iter().any(|one| one.item_name == "Budget"));
        assert!(all.iter().any(|one| one.item_name == "Sales"));
        let paths: Vec<String> =
            mock.requests()[before..].iter().map(|request| request.path.clone()).collect();
        let count = |end: &str| paths.iter().filter(|path| path.ends_with(end)).count();
        assert_eq!(count("/default-permissions/workbooks"), 1, "{paths:?}");
        assert_eq!(count(&format!("/projects/{inner}/permissions")), 1, "{paths:?}");

        let unlock = ProjectUpdate::new().content_permissions(ContentPermissions::ManagedByOwner);
        session.projects().update(&inner, unlock).unwrap();
        let items: Vec<_> = session.workbooks().list().into_iter().collect();
        let gone = workbook(session, "Budget").id;
        session.workbooks().delete(&gone).unwrap();
        let mut names = Vec::new();
        let mut errors = Vec::new();
        for permission in session.permission_audit().items(items).run().unwrap() {
            match permission {
                Ok(permission) => names.push(permission.item_name),
                Err(error) => errors.push(error),
            }
        }
        names.dedup();
        assert_eq!(names, ["Sales"]);
        let [error] = &errors[..] else { panic!("one error: {errors:?}") };
        assert_eq!(error.status(), Some(404), "{error}");
        assert!(error.to_string().contains(gone.as_str()), "{error}");
    });
}

#[test]
fn writes_permissions_as_csv() {
    with_mock(|_, session| {
        let sales = group(session, "Sales", &["ada"]);
        let item = workbook(session, "Budget");
        let rule = PermissionRule::new(&sales).allow([Read]);
        session.permissions(&item.id).set([rule]).unwrap();
        let ada = user(session, "ada");
        let audit = session.permission_audit().item(&item).users([&ada]);
        let read_only = audit.run().unwrap().filter(|permission| {
            permission.as_ref().map_or(true, |permission| permission.capability == Read)
        });
        let mut file = Vec::new();
        assert_eq!(write_csv(read_only, &mut file).unwrap(), 1);
        assert_eq!(
            String::from_utf8(file).unwrap(),
            format!(
                "item kind,item id,item name,user id,user name,capability,mode,source,source id,\
                 locked by\nworkbook,{},Budget,{ada},ada,Read,Allow,group,{sales},\n",
                item.id
            )
        );
    });
}
