//! Content, against the mock server.

use tableau_server_client as tsc;
use tsc::mock::MockServer;

use crate::help;

fn with_mock(check: impl FnOnce(&tsc::Session<'_>)) {
    let mock = MockServer::start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&session);
}

fn first<T>(list: impl IntoIterator<Item = tsc::Result<T>>) -> T {
    list.into_iter().next().expect("the sample content has an item").unwrap()
}

#[test]
fn update_changes_only_the_field_that_is_set() {
    with_mock(|session| {
        let before = first(session.workbooks().list());
        let before = session.workbooks().get(&before.id).unwrap();
        let after = session
            .workbooks()
            .update(&before.id, tsc::workbooks::WorkbookUpdate::new().name("renamed"))
            .unwrap();
        assert_eq!(after.name, "renamed");
        let after = session.workbooks().get(&before.id).unwrap();
        let same = tsc::workbooks::WorkbookUpdate::new().name(before.name.clone());
        session.workbooks().update(&before.id, same).unwrap();
        let mut again = session.workbooks().get(&before.id).unwrap();
        again.updated_at = before.updated_at;
        assert_eq!(again, before);
        assert_eq!(after.show_tabs, before.show_tabs);
        assert_eq!(after.owner, before.owner);
    });
}

#[test]
fn lists_views_of_a_workbook() {
    with_mock(|session| {
        let workbook = first(session.workbooks().list());
        let views = session.workbooks().views(&workbook.id).unwrap();
        assert!(!views.is_empty());
        for view in views {
            let view = session.views().get(&view.id).unwrap();
            assert_eq!(view.workbook.as_ref(), Some(&workbook.id));
        }
        let with_usage = session.workbooks().views_with_usage(&workbook.id).unwrap();
        assert!(with_usage.iter().all(|view| view.total_view_count.is_some()));
    });
}

#[test]
fn certifies_and_deletes_data_sources() {
    with_mock(|session| {
        let id = first(session.datasources().list()).id;
        let changes =
            tsc::datasources::DatasourceUpdate::new().certified(true).certification_note("checked");
        session.datasources().update(&id, changes).unwrap();
        let changed = session.datasources().get(&id).unwrap();
        assert_eq!(changed.certified, Some(true));
        assert_eq!(changed.certification_note.as_deref(), Some("checked"));
        session.datasources().delete(&id).unwrap();
        assert!(session.datasources().get(&id).unwrap_err().is_not_found());
    });
}

#[test]
fn adds_updates_and_removes_users() {
    with_mock(|session| {
        let users = session.users();
        let cy = users.add(tsc::users::NewUser::new("cy", tsc::users::SiteRole::Viewer)).unwrap();
        let changes = tsc::users::UserUpdate::new().full_name("Cy C.").email("cy@ops.example");
        assert_eq!(users.update(&cy.id, changes).unwrap().id, cy.id);
        assert_eq!(users.get(&cy.id).unwrap().full_name.as_deref(), Some("Cy C."));
        let owners = session.workbooks().list().into_iter().filter_map(|one| one.unwrap().owner);
        let owner = owners.into_iter().find(|owner| owner != session.user_id()).unwrap();
        let owned = users.owned_workbooks(&owner).total().unwrap();
        assert!(owned > 0);
        assert_eq!(users.owned_workbooks(&cy.id).total().unwrap(), 0);
        users.remove_and_transfer(&owner, &cy.id).unwrap();
        assert!(users.get(&owner).unwrap_err().is_not_found());
        assert_eq!(users.owned_workbooks(&cy.id).total().unwrap(), owned);
        users.remove_and_transfer(&cy.id, session.user_id()).unwrap();
        assert!(users.get(&cy.id).unwrap_err().is_not_found());
    });
}

#[test]
fn lists_workbooks_and_default_views_of_users() {
    with_mock(|session| {
        let (users, views) = (session.users(), session.custom_views());
        let flow = first(session.flows().list());
        let owner = flow.owner.clone().unwrap();
        assert!(users.owned_flows(&owner).into_iter().any(|own| own.unwrap().id == flow.id));
        assert_eq!(users.flows(&owner).total().unwrap(), session.flows().list().total().unwrap());
        let eve =
            users.add(tsc::users::NewUser::new("eve", tsc::users::SiteRole::Viewer)).unwrap().id;
        assert_eq!(users.owned_flows(&eve).total().unwrap(), 0);

        // Of two custom views of one view, the later one replaces the earlier one.
        let old = first(views.list());
        let definition = views.download(&old.id).to_bytes().unwrap();
        let source = tsc::Source::bytes("n.json", definition);
        let publish = views.publish(old.workbook.as_ref().unwrap(), source).name("Another");
        let new = publish.send().unwrap().item;
        assert_eq!(new.view, old.view);
        let default_of = |id| -> Vec<tsc::UserId> {
            views.default_users(id).into_iter().map(|user| user.unwrap().id).collect()
        };
        assert!(
            views.set_default_users(&old.id, [&eve, &owner]).unwrap().iter().all(|s| s.success)
        );
        let set = views.set_default_users(&new.id, [eve.clone(), "nobody".into()]).unwrap();
        assert_eq!((set[0].success, set[1].success), (true, false));
        assert_eq!(set[1].error_code.as_deref(), Some("404002"));
        assert_eq!((default_of(&old.id), default_of(&new.id)), (vec![owner], vec![eve]));
    });
}

#[test]
fn lists_features_that_a_downgrade_would_lose() {
    with_mock(|session| {
        let (resource, id) = (session.workbooks(), first(session.workbooks().list()).id);
        let lost = |version| resource.downgrade_info(&id, version).unwrap().len();
        assert!(lost("2018.3") > lost("2020.2"));
        assert_eq!(lost("2026.1"), 0);
        assert_eq!(resource.downgrade_info(&id, "new").unwrap_err().code(), Some("400003"));
    });
}

#[test]
fn keeps_updated_site_settings() {
    with_mock(|session| {
        let (sites, id) = (session.sites(), session.site_id());
        let changes = tsc::sites::SiteUpdate::new().tag_limit(7).user_quota(-1);
        let changes = changes.explain_data_enabled(false).linked_task_run_now_enabled(false);
        let response = sites.update(id, &changes).unwrap();
        assert!(changes.ignored_in(&response).is_empty());
        let site = sites.get(id).unwrap();
        assert_eq!((site.tag_limit, site.user_quota), (Some(7), Some(-1)));
        assert_eq!(site.explain_data_enabled, Some(false));
        assert_eq!(site.dqw_subscriptions_enabled, Some(false), "unchanged");
    });
}

#[test]
fn reads_site_limits_as_numbers() {
    with_mock(|session| {
        let (sites, id) = (session.sites(), session.site_id());
        let change = |changes: tsc::sites::SiteUpdate| sites.update(id, changes);
        let none = tsc::sites::SiteUpdate::new().storage_quota(-1).personal_space_storage_quota(-1);
        let none = none.tag_limit(-1).revision_limit(-1).tier_creator_capacity(-1);
        let none = none.tier_explorer_capacity(-1).tier_viewer_capacity(-1);
        let site = change(none.clone()).unwrap();
        assert!(none.ignored_in(&site).is_empty());
        // A site without limits must not hide the other sites.
        let listed = sites.list().fields(["_all_"]).into_iter().next().unwrap().unwrap();
        assert_eq!((listed.storage_quota, listed.tier_viewer_capacity), (Some(-1), Some(-1)));
        for wrong in [
            tsc::sites::SiteUpdate::new().storage_quota(-2),
            tsc::sites::SiteUpdate::new().revision_limit(1),
            tsc::sites::SiteUpdate::new().auto_suspend_refresh_inactivity_window(6),
        ] {
            let error = change(wrong.explain_data_enabled(false)).unwrap_err();
            assert_eq!(error.code(), Some("400000"), "{error}");
        }
        let site = sites.get(id).unwrap();
        assert_eq!((site.revision_limit, site.explain_data_enabled), (Some(-1), Some(true)));
    });
}

#[test]
fn includes_site_usage_on_request() {
    with_mock(|session| {
        let (sites, id) = (session.sites(), session.site_id());
        assert_eq!(sites.get(id).unwrap().user_count, None);
        let counts = || {
            let site = sites.get_with_usage(id).unwrap();
            let sum = site.creator_count.unwrap() + site.explorer_count.unwrap();
            assert_eq!(site.user_count, Some(sum + site.viewer_count.unwrap()));
            (site.user_count.unwrap(), site.viewer_count.unwrap(), site.storage.unwrap())
        };
        let (users, viewers, storage) = counts();
        assert_eq!(users, session.users().list().total().unwrap());
        assert!(storage > 0.0);
        session.users().add(tsc::users::NewUser::new("cy", tsc::users::SiteRole::Viewer)).unwrap();
        session
            .users()
            .add(tsc::users::NewUser::new("di", tsc::users::SiteRole::Unlicensed))
            .unwrap();
        let workbook = first(session.workbooks().list());
        session.workbooks().delete(&workbook.id).unwrap();
        let (users_now, viewers_now, storage_now) = counts();
        // Unlicensed users do not count.
        assert_eq!((users_now, viewers_now), (users + 1, viewers + 1));
        assert!(storage_now < storage);
    });
}

#[test]
fn sign_in_respects_authentication_settings_of_the_site() {
    let mock = MockServer::builder().user("max", "pw", "Creator").start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let [way]: [_; 1] = session.sites().auth_configurations().unwrap().try_into().unwrap();
    assert_eq!((way.auth_setting.as_deref(), way.enabled), (Some("ServerDefault"), Some(true)));
    assert!(way.idp_configuration_name.is_some());
    let way = way.idp_configuration_id.unwrap();
    let users = session.users();
    let new =
        tsc::users::NewUser::new("cy", tsc::users::SiteRole::Viewer).idp_configuration_id(&way);
    let cy = users.add(new).unwrap().id;
    assert_eq!(users.get(&cy).unwrap().idp_configuration_id.as_ref(), Some(&way));
    users
        .update(&cy, tsc::users::UserUpdate::new().auth_setting(tsc::users::AuthSetting::Saml))
        .unwrap();
    assert_eq!(users.get(&cy).unwrap().idp_configuration_id, None);
    let nowhere = tsc::users::UserUpdate::new().idp_configuration_id("nowhere");
    assert_eq!(users.update(&cy, nowhere).unwrap_err().code(), Some("400003"));
    // Only site administrators can read the authentication configurations.
    let max = server.sign_in(&tsc::TableauAuth::new("max", "pw")).unwrap();
    let error = max.sites().auth_configurations().unwrap_err();
    assert_eq!(error.code(), Some("403004"), "{error}");
}

#[test]
fn revokes_tokens_of_administrators() {
    let mock = MockServer::builder()
        .site("Marketing", "marketing")
        .user("root", "pw", "ServerAdministrator")
        .token("root", "root-token", "r")
        .user("max", "pw", "SiteAdministratorCreator")
        .token("max", "max-token", "m")
        .start()
        .unwrap();
    let server = help::at(mock.url());
    let sign_in = |name: &str| server.sign_in(&tsc::TableauAuth::new(name, "pw")).unwrap();
    let token = |name: &str, secret: &str| tsc::PersonalAccessTokenAuth::new(name, secret);
    let (root, max) = (sign_in("root"), sign_in("max"));
    let elsewhere = token("root-token", "r").site("marketing");
    let by_root = server.sign_in(&elsewhere).unwrap();
    let by_admin = server.sign_in(&token(mock.token_name(), mock.token_secret())).unwrap();
    let by_max = server.sign_in(&token("max-token", "m")).unwrap();

    let error = max.revoke_administrator_tokens().unwrap_err();
    assert_eq!(error.code(), Some("403004"), "{error}");
    assert!(by_root.users().list().total().is_ok() && by_admin.users().list().total().is_ok());

    root.revoke_administrator_tokens().unwrap();
    for ended in [&by_root, &by_admin] {
        let error = ended.users().list().total().unwrap_err();
        assert_eq!(error.status(), Some(401), "{error}");
    }
    for gone in [elsewhere, token(mock.token_name(), mock.token_secret())] {
        let error = server.sign_in(&gone).unwrap_err();
        assert_eq!(error.code(), Some("401001"), "{error}");
    }
    // A password is not a token, and a site administrator is not a server administrator.
    for going_on in [&root, &max, &by_max] {
        assert!(going_on.users().list().total().is_ok());
    }
    drop(by_max);
    drop(server.sign_in(&token("max-token", "m")).unwrap());

    let old = MockServer::builder().api_version("3.10").start().unwrap();
    let server = help::at(old.url());
    let session = server.sign_in(&old.credentials()).unwrap();
    let error = session.revoke_administrator_tokens().unwrap_err();
    assert_eq!(error.kind(), tsc::ErrorKind::Version, "{error}");
}

#[test]
fn adds_sets_and_removes_tags() {
    with_mock(|session| {
        let id = first(session.workbooks().list()).id;
        let tags = session.tags(&id);
        tags.set(["one", "two words", "x,y"]).unwrap();
        let sorted = || {
            let mut all = tags.list().unwrap();
            all.sort();
            all
        };
        assert_eq!(sorted(), ["one", "two words", "x,y"]);
        tags.set(["one", "three"]).unwrap();
        assert_eq!(sorted(), ["one", "three"]);
        let view = first(session.views().list()).id;
        session.tag_batch().on(&id).on(&view).add(["both"]).unwrap();
        assert!(sorted().contains(&"both".to_owned()));
        assert!(session.tags(&view).list().unwrap().contains(&"both".to_owned()));
        session.tag_batch().on(&id).on(&view).remove(["both"]).unwrap();
        assert!(!session.tags(&view).list().unwrap().contains(&"both".to_owned()));
    });
}

#[test]
fn adds_sets_and_removes_permissions() {
    use tsc::permissions::Capability::{Filter, Read, Write};
    with_mock(|session| {
        let project = session.projects().create(tsc::projects::NewProject::new("Locked")).unwrap();
        let user = session.user_id().clone();
        let rules = [tsc::permissions::PermissionRule::new(&user).allow([Read]).deny([Write])];
        let permissions = session.permissions(&project.id);
        permissions.set(&rules).unwrap();
        assert!(
            tsc::permissions::PermissionChanges::between(permissions.list().unwrap(), &rules)
                .is_empty()
        );
        assert!(permissions.set(&rules).unwrap().is_empty());
        let other = [tsc::permissions::PermissionRule::new(&user).allow([Read, Write])];
        let changes = permissions.set(&other).unwrap();
        assert_eq!(changes.deleted, [tsc::permissions::PermissionRule::new(&user).deny([Write])]);
        assert_eq!(changes.added, [tsc::permissions::PermissionRule::new(&user).allow([Write])]);
        let defaults =
            session.default_permissions(&project.id, tsc::permissions::DefaultsFor::Workbooks);
        let rules = [tsc::permissions::PermissionRule::new(&user).allow([Read, Filter])];
        defaults.set(&rules).unwrap();
        assert!(
            tsc::permissions::PermissionChanges::between(defaults.list().unwrap(), &rules)
                .is_empty()
        );
    });
}

#[test]
fn updates_connections() {
    with_mock(|session| {
        let id = first(session.datasources().list()).id;
        let connections = session.connections(&id);
        let one = connections.list().unwrap().remove(0);
        let changes =
            tsc::connections::ConnectionUpdate::new().user_name("report").password("hush");
        let changed = connections.update(&one.id, changes).unwrap();
        assert_eq!(changed.user_name.as_deref(), Some("report"));
        let login =
            tsc::connections::ConnectionUpdate::new().user_name("other").embed_password(true);
        connections.update_all([&one.id], login).unwrap();
        assert_eq!(connections.list().unwrap()[0].user_name.as_deref(), Some("other"));
    });
}

#[test]
fn extracts_and_refreshes_start_jobs() {
    with_mock(|session| {
        let id = first(session.datasources().list()).id;
        let job = session.datasources().refresh(&id).unwrap();
        assert_eq!(session.jobs().get(job.id()).unwrap().id, *job.id());
        let workbook = first(session.workbooks().list()).id;
        let _ = session.workbooks().refresh(&workbook).unwrap();
        session.sites().encrypt_extracts(session.site_id()).unwrap();
        let revisions = session.revisions(&workbook).list();
        assert!(revisions.total().unwrap() > 0);
    });
}

#[test]
fn runs_flows() {
    with_mock(|session| {
        let id = first(session.flows().list()).id;
        let flow = session.flows().get(&id).unwrap();
        let changes = tsc::flows::FlowUpdate::new().name("Cleaner").description("");
        assert_eq!(session.flows().update(&id, changes).unwrap().name, "Cleaner");
        let steps = flow.output_steps.iter();
        let spec =
            steps.fold(tsc::flows::FlowRunSpec::new(), |spec, step| spec.output_step(&step.id));
        let mut job = session.flows().run_now_with(&id, spec).unwrap();
        // A job is already running, so its handle is returned.
        let again = session.flows().run_now(&id).unwrap();
        assert_eq!(again.id(), job.id());
        let run = job.job().flow_run.clone().unwrap();
        assert_eq!(session.flow_runs().get(&run).unwrap().flow.as_ref(), Some(&id));
        job.wait().unwrap();
        let runs: Vec<_> =
            session.flow_runs().list().into_iter().collect::<Result<_, _>>().unwrap();
        assert_eq!(runs[0].id, run);
        assert_eq!(runs[0].status, Some(tsc::flow_runs::FlowRunStatus::Success));
        assert_eq!(runs[0].background_job.as_ref(), Some(job.id()));
        session.flow_runs().job(&run).unwrap().wait().unwrap();
        let next = session.flows().run_now(&id).unwrap().job().flow_run.clone().unwrap();
        session.flow_runs().cancel(&next).unwrap();
        let status = session.flow_runs().get(&next).unwrap().status;
        assert_eq!(status, Some(tsc::flow_runs::FlowRunStatus::Cancelled));
        session.flows().delete(&id).unwrap();
        assert!(session.flows().get(&id).unwrap_err().is_not_found());
    });
}

#[test]
fn flows_have_tags_permissions_and_connections() {
    with_mock(|session| {
        let id = first(session.flows().list()).id;
        session.tags(&id).set(["nightly"]).unwrap();
        assert_eq!(session.tags(&id).list().unwrap(), ["nightly"]);
        let rules = [tsc::permissions::PermissionRule::new(session.user_id())
            .allow([tsc::permissions::Capability::Execute])];
        session.permissions(&id).set(&rules).unwrap();
        assert_eq!(session.permissions(&id).list().unwrap(), rules);
        let connections = session.connections(&id);
        let connection = connections.list().unwrap().remove(0).id;
        let changes = tsc::connections::ConnectionUpdate::new().user_name("prep");
        let changed = connections.update(&connection, changes).unwrap();
        assert_eq!(changed.user_name.as_deref(), Some("prep"));
    });
}

#[test]
fn transfers_custom_views() {
    with_mock(|session| {
        let view = first(session.custom_views().list());
        let owner = session.user_id().clone();
        let changes = tsc::custom_views::CustomViewUpdate::new().name("Ours").owner(&owner);
        let changed = session.custom_views().update(&view.id, changes).unwrap();
        assert_eq!((changed.name.as_str(), changed.owner), ("Ours", Some(owner)));
        assert_eq!((changed.view, changed.workbook), (view.view, view.workbook.clone()));
        // Deleting the workbook deletes its custom views.
        session.workbooks().delete(view.workbook.unwrap()).unwrap();
        assert!(session.custom_views().get(&view.id).unwrap_err().is_not_found());
    });
}

#[test]
fn adds_updates_and_removes_quality_warnings() {
    with_mock(|session| {
        let id = first(session.datasources().list()).id;
        let warnings = session.quality_warnings(&id);
        assert!(warnings.list().unwrap().is_empty());
        let stale =
            tsc::quality_warnings::NewWarning::new(tsc::quality_warnings::WarningType::Stale)
                .message("old & slow");
        let added = warnings.add(&stale).unwrap();
        assert_eq!(added.message.as_deref(), Some("old & slow"));
        assert_eq!((added.active, added.severe), (Some(true), Some(false)));
        let changes = tsc::quality_warnings::WarningUpdate::new().severe(true).message("");
        let changed = warnings.update(&added.id, changes).unwrap();
        assert_eq!((changed.severe, changed.message.as_deref()), (Some(true), Some("")));
        assert_eq!(changed.warning_type, Some(tsc::quality_warnings::WarningType::Stale));
        warnings.add(&stale).unwrap();
        warnings.delete(&added.id).unwrap();
        assert_eq!(warnings.list().unwrap().len(), 1);
        warnings.delete_all().unwrap();
        assert!(warnings.list().unwrap().is_empty());
        let flow = first(session.flows().list()).id;
        session.quality_warnings(&flow).add(stale).unwrap();
        assert!(warnings.list().unwrap().is_empty());
    });
}
