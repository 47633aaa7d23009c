//! Personal spaces: requests, and the behavior of the mock server.

use tableau_server_client as tsc;
use tsc::Source;
use tsc::content::LocationKind;
use tsc::mock::MockServer;

use super::{Xml, expect_error, talk};
use crate::raw::{Raw, success};
use crate::{help, logs};

const SPACE: &str = "<personalSpace luid='ps-1' ownerLuid='user-1' readOnly='false'/>";

#[test]
fn sends_the_personal_space_of_the_user() {
    let (space, lines) = talk([Xml(SPACE)], |session| session.personal_space().unwrap());
    assert_eq!(lines, ["GET personalSpace"]);
    assert_eq!(space.id, "ps-1".into());
    assert_eq!((space.owner, space.read_only), (Some("user-1".into()), Some(false)));

    let moved = "<workbook id='w' name='W'>\
        <location id='ps-1' type='PersonalSpace' name='Personal Space'/></workbook>";
    let changes = tsc::workbooks::WorkbookUpdate::new().name("W").location("ps-1");
    let (workbook, lines) =
        talk([Xml(moved)], |session| session.workbooks().update("w", &changes).unwrap());
    let body =
        "<r><workbook name=\"W\"><location id=\"ps-1\" type=\"PersonalSpace\"/></workbook></r>";
    assert_eq!(lines, [format!("PUT workbooks/w {body}")]);
    assert_eq!(workbook.project, None);
    let location = workbook.location.unwrap();
    assert_eq!(
        (location.kind, location.id.as_deref()),
        (Some(LocationKind::PersonalSpace), Some("ps-1"))
    );

    let both = changes.clone().project("p");
    let error = expect_error("3.30", tsc::ErrorKind::Input, |session| {
        session.workbooks().update("w", &both)
    });
    assert!(error.contains("one of them"), "{error}");
    expect_error("3.12", tsc::ErrorKind::Version, |session| {
        session.workbooks().update("w", &changes)
    });
    expect_error("3.12", tsc::ErrorKind::Version, |session| session.personal_space());
    let file = || Source::bytes("W.twb", &b"<workbook/>"[..]);
    expect_error("3.12", tsc::ErrorKind::Version, |session| {
        session.workbooks().publish(file()).location("ps-1").send().map(drop)
    });
    let error = expect_error("3.30", tsc::ErrorKind::Input, |session| {
        let publish = session.workbooks().publish(file()).project("p");
        publish.location("ps-1").send().map(drop)
    });
    assert!(error.contains("one of them"), "{error}");
}

/// Some servers ignore the location and publish to a project.
#[test]
fn reports_a_workbook_that_was_published_elsewhere() {
    let elsewhere = "<workbook id='w' name='W'><project id='p'/>\
        <location id='p' type='Project' name='default'/></workbook>";
    logs::start();
    let file = Source::bytes("W.twb", &b"<workbook/>"[..]);
    let raw = Raw::signed_in(move |_| success(elsewhere));
    let server = help::pinned(&raw.url);
    let session = server.sign_in(&help::auth()).unwrap();
    let send = session.workbooks().publish(file).location("ps-1").send();
    let item = send.unwrap().item;
    let sent = raw.seen().last().unwrap().text();
    let payload = "<workbook name=\"W\"><location id=\"ps-1\" type=\"PersonalSpace\"/></workbook>";
    assert!(sent.contains(payload), "{sent}");
    let warnings = logs::of("tableau_server_client::publish");
    let warnings: Vec<String> = warnings.into_iter().map(|record| record.text).collect();
    assert!(
        warnings.iter().any(|text| text.contains("ps-1") && text.contains("elsewhere")),
        "{warnings:?}"
    );
    let changes = tsc::workbooks::WorkbookUpdate::new().location("ps-1");
    assert_eq!(changes.ignored_in(&item), ["location"]);
    assert_eq!(tsc::workbooks::WorkbookUpdate::new().location("p").ignored_in(&item), [""; 0]);
}

fn published(session: &tsc::Session<'_>, name: &str) -> tsc::Workbook {
    let space = session.personal_space().unwrap();
    let file = Source::bytes("x.twb", &b"<workbook/>"[..]);
    session.workbooks().publish(file).name(name).location(&space.id).send().unwrap().item
}

#[test]
fn moves_a_workbook_into_a_personal_space_and_back() {
    let mock = MockServer::start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let space = session.personal_space().unwrap();
    assert_eq!((space.owner.as_ref(), space.read_only), (Some(session.user_id()), Some(false)));

    let draft = published(&session, "Draft");
    assert_eq!((&draft.project, &draft.project_name), (&None, &None));
    let location = draft.location.clone().unwrap();
    assert_eq!(location.kind, Some(LocationKind::PersonalSpace));
    assert_eq!(location.id.as_deref(), Some(space.id.as_str()));
    let view = session.workbooks().views(&draft.id).unwrap().remove(0).id;
    let view = session.views().get(&view).unwrap();
    assert_eq!(view.location.unwrap().id.as_deref(), Some(space.id.as_str()));

    // Into a project, and back.
    let project = session.projects().find("Finance").unwrap().unwrap().id;
    let change =
        |changes: tsc::workbooks::WorkbookUpdate| session.workbooks().update(&draft.id, changes);
    let out = change(tsc::workbooks::WorkbookUpdate::new().project(&project)).unwrap();
    assert_eq!(out.project.as_ref(), Some(&project));
    let location = out.location.unwrap();
    assert_eq!(
        (location.kind, location.id.as_deref()),
        (Some(LocationKind::Project), Some(project.as_str()))
    );
    let back = change(tsc::workbooks::WorkbookUpdate::new().location(&space.id)).unwrap();
    assert_eq!((back.project, back.location), (None, draft.location));
    // Names in a personal space are independent of projects, and can be overwritten.
    let file = || Source::bytes("x.twb", &b"<workbook/>"[..]);
    let publish = || session.workbooks().publish(file()).name("Draft");
    assert_eq!(publish().location(&space.id).send().unwrap_err().code(), Some("403007"));
    assert_ne!(publish().project(&project).send().unwrap().item.id, draft.id);
    assert_eq!(publish().location(&space.id).overwrite(true).send().unwrap().item.id, draft.id);
    let mut job = publish().location(&space.id).overwrite(true).send_as_job().unwrap();
    assert_eq!(job.wait().unwrap().workbook.as_ref(), Some(&draft.id));

    let nowhere = change(tsc::workbooks::WorkbookUpdate::new().location("x")).unwrap_err();
    assert!(nowhere.is_not_found(), "{nowhere}");
    let alice = session.users().list().into_iter().map(Result::unwrap).nth(1).unwrap().id;
    let given = change(tsc::workbooks::WorkbookUpdate::new().owner(&alice)).unwrap_err();
    assert_eq!(given.code(), Some("400000"), "{given}");
    let not_mine = session.workbooks().list().into_iter().map(Result::unwrap).nth(1).unwrap();
    assert_ne!(not_mine.owner.as_ref(), Some(session.user_id()));
    let changes = tsc::workbooks::WorkbookUpdate::new().location(&space.id);
    let error = session.workbooks().update(&not_mine.id, changes).unwrap_err();
    assert_eq!(error.code(), Some("403004"), "{error}");
}

#[test]
fn hides_personal_spaces_from_other_users() {
    let mock = MockServer::builder()
        .user("zoe", "pw", "Creator")
        .user("max", "pw", "Creator")
        .user("viv", "pw", "Viewer")
        .start()
        .unwrap();
    let server = help::at(mock.url());
    let sign_in = |name: &str| server.sign_in(&tsc::TableauAuth::new(name, "pw")).unwrap();
    let (zoe, max, viv) = (sign_in("zoe"), sign_in("max"), sign_in("viv"));
    let admin = server.sign_in(&mock.credentials()).unwrap();
    let private = published(&zoe, "Private").id;
    let view = zoe.workbooks().views(&private).unwrap().remove(0).id;
    let definition = Source::bytes("c.json", &b"{}"[..]);
    let custom = zoe.custom_views().publish(&private, definition).shared(true).name("Mine");
    let custom = custom.send().unwrap().item.id;

    let counts = |session: &tsc::Session<'_>| {
        let named = session.workbooks().list().filter(tsc::workbooks::NAME.eq("Private"));
        (
            session.workbooks().list().total().unwrap(),
            named.total().unwrap(),
            session.views().list().total().unwrap(),
            session.custom_views().list().total().unwrap(),
        )
    };
    let (all, none) = ((13, 1, 25, 3), (12, 0, 24, 2));
    assert_eq!((counts(&zoe), counts(&admin)), (all, all));
    assert_eq!((counts(&max), counts(&viv)), (none, none));

    // Content of another user's space is not found by any operation.
    for session in [&max, &viv] {
        let missing = |error: tsc::Error| assert!(error.is_not_found(), "{error}");
        missing(session.workbooks().get(&private).unwrap_err());
        missing(session.workbooks().download(&private).to_bytes().unwrap_err());
        missing(session.workbooks().delete(&private).unwrap_err());
        missing(session.connections(&private).list().unwrap_err());
        missing(session.permissions(&private).list().unwrap_err());
        missing(session.revisions(&private).list().total().unwrap_err());
        missing(session.tags(&private).add(["x"]).unwrap_err());
        missing(session.views().get(&view).unwrap_err());
        missing(session.permissions(&view).list().unwrap_err());
        missing(session.custom_views().get(&custom).unwrap_err());
    }
    assert_eq!(admin.workbooks().get(&private).unwrap().name, "Private");
    assert_eq!(zoe.workbooks().get(&private).unwrap().project, None);
    assert!(zoe.tags(&private).add(["x"]).is_ok());

    // No user can publish to another user's space, and a Viewer's space is read-only.
    let space = zoe.personal_space().unwrap().id;
    let file = || Source::bytes("x.twb", &b"<workbook/>"[..]);
    let other = max.workbooks().publish(file()).location(&space).send().unwrap_err();
    assert!(other.is_not_found(), "{other}");
    assert_eq!(viv.personal_space().unwrap().read_only, Some(true));

    // Content of a removed user moves to the space of the new owner.
    let new_owner = max.user_id();
    let client = crate::mock::Client::new(&mock);
    let path = format!("users/{}?mapAssetsTo={new_owner}", zoe.user_id());
    assert_eq!(client.on_site("DELETE", &path, "").status, 204);
    let mine = max.workbooks().get(&private).unwrap();
    assert_eq!(mine.owner.as_ref(), Some(new_owner));
    let space = max.personal_space().unwrap().id;
    assert_eq!(mine.location.unwrap().id.as_deref(), Some(space.as_str()));
}

#[test]
fn rejects_personal_spaces_on_a_site_without_them() {
    let mock = MockServer::start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let space = session.personal_space().unwrap().id;
    let client = crate::mock::Client::new(&mock);
    let switch = |on| {
        let changes = tsc::sites::SiteUpdate::new().personal_space_enabled(on);
        let site = session.sites().update(session.site_id(), changes).unwrap();
        assert_eq!(site.personal_space_enabled, Some(on));
    };
    switch(false);
    session.personal_space().unwrap_err();
    let file = Source::bytes("x.twb", &b"<workbook/>"[..]);
    let error = session.workbooks().publish(file).location(&space).send().unwrap_err();
    assert_eq!(error.code(), Some("400000"), "{error}");
    assert!(error.detail().unwrap().contains("personal space"), "{error}");
    assert_eq!(session.workbooks().list().total().unwrap(), 12);
    // Only workbooks can be in a personal space.
    let flow = client.get("flows").one("flow", "id");
    let body = format!(
        "<tsRequest><flow><location id='{space}' type='PersonalSpace'/></flow></tsRequest>"
    );
    assert_eq!(client.on_site("PUT", &format!("flows/{flow}"), &body).error().0, 400);
    switch(true);
    let file = Source::bytes("x.twb", &b"<workbook/>"[..]);
    session.workbooks().publish(file).location(&space).send().unwrap();
}
