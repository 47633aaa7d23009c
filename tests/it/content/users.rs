//! Users.

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::MockServer;
use tsc::users::{AuthSetting, NewUser, SiteRole, UserUpdate};

use super::{Nothing, Xml, refused, talk};

#[test]
fn adds_updates_and_removes_users() {
    let (answers, lines) = talk(
        [
            Xml("<user id='u1' name='cy' siteRole='Viewer'><domain name='corp'/></user>"),
            Xml("<user name='cy' fullName='Cy' email='' siteRole='Creator'/>"),
            Nothing,
            Nothing,
        ],
        |session| {
            let users = session.users();
            let new = NewUser::new("corp\\cy", SiteRole::Viewer).auth_setting(AuthSetting::Saml);
            let added = users.add(new).unwrap();
            let changes = UserUpdate::new().full_name("Cy").email("").site_role(SiteRole::Creator);
            let changed = users.update(&added.id, changes.password("p\"w")).unwrap();
            users.remove("u2").unwrap();
            users.remove_and_transfer("u3", "u/1").unwrap();
            (added, changed)
        },
    );
    assert_eq!(
        lines,
        [
            "POST users <r><user name=\"corp\\cy\" siteRole=\"Viewer\" authSetting=\"SAML\"/></r>",
            "PUT users/u1 <r><user siteRole=\"Creator\" fullName=\"Cy\" email=\"\" \
             password=\"p&quot;w\"/></r>",
            "DELETE users/u2",
            "DELETE users/u3?mapAssetsTo=u%2F1",
        ]
    );
    let (added, changed) = answers;
    assert_eq!((added.name.as_str(), added.domain.as_deref()), ("cy", Some("corp")));
    // The response to an update has no id.
    assert_eq!((&changed.id, changed.full_name.as_deref()), (&added.id, Some("Cy")));
    assert_eq!(changed.site_role, Some(SiteRole::Creator));
}

#[test]
fn user_has_one_authentication_setting() {
    let why = refused("3.30", ErrorKind::Input, |session| {
        let new = NewUser::new("cy", SiteRole::Viewer).auth_setting(AuthSetting::OpenId);
        session.users().add(new.idp_configuration_id("idp-1"))
    });
    assert!(why.contains("OpenID") && why.contains("idp-1"), "{why}");
    refused("3.30", ErrorKind::Input, |session| {
        let both = UserUpdate::new().auth_setting(AuthSetting::Saml).idp_configuration_id("idp-1");
        session.users().update("u1", both)
    });
    refused("3.9", ErrorKind::Version, |session| session.users().remove_and_transfer("u1", "u2"));
}

#[test]
fn redacts_passwords_of_users() {
    let changes = UserUpdate::new().password("hush-hush");
    assert!(!format!("{changes:?}").contains("hush"), "{changes:?}");
}

#[test]
fn lists_workbooks_that_a_user_sees_or_owns() {
    const PAGE: &str = "<pagination pageNumber='1' pageSize='1000' totalAvailable='1'/>\
                        <workbooks><workbook id='w1' name='W'/></workbooks>\
                        <flows><flow id='f1' name='F'/></flows>";
    let (names, lines) = talk([Xml(PAGE), Xml(PAGE), Xml(PAGE), Xml(PAGE)], |session| {
        let (users, id) = (session.users(), tsc::UserId::from("u1"));
        let mut names: Vec<String> = Vec::new();
        for list in [users.workbooks(&id), users.owned_workbooks(&id)] {
            names.extend(list.into_iter().map(|workbook| workbook.unwrap().name));
        }
        for list in [users.flows(&id), users.owned_flows(&id)] {
            names.extend(list.into_iter().map(|flow| flow.unwrap().name));
        }
        names
    });
    assert_eq!(names, ["W", "W", "F", "F"]);
    let page = "pageNumber=1&pageSize=1000";
    assert_eq!(
        lines,
        [
            format!("GET users/u1/workbooks?{page}"),
            format!("GET users/u1/workbooks?ownedBy=true&{page}"),
            format!("GET users/u1/flows?{page}"),
            format!("GET users/u1/flows?ownedBy=true&{page}"),
        ]
    );
}

#[test]
fn sets_every_attribute_of_a_user() {
    let (_, lines) =
        talk([Xml("<user id='u1' name='cy'/>"), Xml("<user name='cy'/>")], |session| {
            // A site role that is newer than this release.
            let new = NewUser::new("cy", SiteRole::Unknown("Agent".into()))
                .auth_setting(AuthSetting::Unknown("Passkey".into()))
                .identity_pool_name("General")
                .email("cy@example.com")
                .language("de")
                .locale("de_CH");
            session.users().add(new).unwrap();
            let changes =
                UserUpdate::new().identity_pool_name("General").language("fr").locale("fr_CH");
            session.users().update("u1", changes).unwrap();
        });
    assert_eq!(
        lines,
        [
            "POST users <r><user name=\"cy\" siteRole=\"Agent\" authSetting=\"Passkey\" \
             identityPoolName=\"General\" email=\"cy@example.com\" locale=\"de_CH\" \
             language=\"de\"/></r>",
            "PUT users/u1 <r><user identityPoolName=\"General\" locale=\"fr_CH\" \
             language=\"fr\"/></r>",
        ]
    );
}

#[test]
fn lists_the_groups_and_tokens_of_a_user() {
    let mock = MockServer::builder().token("ada", "ci", "hush-hush").user("ada", "pw", "Viewer");
    let mock = mock.group("Sales", ["ada"]).start().unwrap();
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let users = session.users();
    let ada = users.list().filter(tsc::users::NAME.eq("ada"));
    let ada = ada.into_iter().next().expect("the user was seeded").unwrap().id;
    let groups: Vec<String> =
        users.groups(&ada).into_iter().map(|group| group.unwrap().name).collect();
    assert_eq!(groups, ["All Users", "Sales"]);

    let tokens = users.personal_access_tokens(&ada).unwrap();
    assert_eq!(tokens.iter().map(|token| &*token.name).collect::<Vec<_>>(), ["ci"]);
    assert!(tokens[0].id.is_some() && tokens[0].expires_at > tokens[0].last_used_at);
    users.revoke_personal_access_token(&ada, "ci").unwrap();
    assert_eq!(users.personal_access_tokens(&ada).unwrap(), []);
    let error = users.revoke_personal_access_token(&ada, "ci").unwrap_err();
    assert_eq!(error.code(), Some("404051"));
    let with_token = tsc::PersonalAccessTokenAuth::new("ci", "hush-hush");
    assert!(server.sign_in(&with_token).unwrap_err().is_sign_in_failed());
}
