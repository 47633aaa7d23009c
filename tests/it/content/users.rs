//! Users.

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::MockServer;
use tsc::users::{
    AuthSetting, DestinationSite, NewIdentityPoolUser, NewUser, SiteRole, UserUpdate,
};

use super::{Failure, Nothing, Xml, expect_error, talk};

#[test]
fn adds_updates_and_removes_users() {
    let (responses, lines) = talk(
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
    let (added, changed) = responses;
    assert_eq!((added.name.as_str(), added.domain.as_deref()), ("cy", Some("corp")));
    // The response to an update has no id.
    assert_eq!((&changed.id, changed.full_name.as_deref()), (&added.id, Some("Cy")));
    assert_eq!(changed.site_role, Some(SiteRole::Creator));
}

#[test]
fn user_has_one_authentication_setting() {
    let why = expect_error("3.30", ErrorKind::Input, |session| {
        let new = NewUser::new("cy", SiteRole::Viewer).auth_setting(AuthSetting::OpenId);
        session.users().add(new.idp_configuration_id("idp-1"))
    });
    assert!(why.contains("OpenID") && why.contains("idp-1"), "{why}");
    expect_error("3.30", ErrorKind::Input, |session| {
        let both = UserUpdate::new().auth_setting(AuthSetting::Saml).idp_configuration_id("idp-1");
        session.users().update("u1", both)
    });
    expect_error("3.9", ErrorKind::Version, |session| {
        session.users().remove_and_transfer("u1", "u2")
    });
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

#[test]
fn moves_saved_credentials_to_another_site() {
    let downloaded = "<associatedUserLuidList><associatedUserLuid>u1</associatedUserLuid>\
                      </associatedUserLuidList><encryptedKeychainList>\
                      <encryptedKeychain>a2V5Y2hhaW4tMQ==</encryptedKeychain>\
                      <encryptedKeychain>a2V5Y2hhaW4tMg==</encryptedKeychain>\
                      </encryptedKeychainList>";
    let empty = "<associatedUserLuidList/><encryptedKeychainList/>";
    let tableau_error = Failure(400, "400000", "cannot decrypt a2V5Y2hhaW4tMg==");
    let ((credentials, none, error), lines) =
        talk([Xml(downloaded), Xml(empty), Nothing, tableau_error], |session| {
            let users = session.users();
            let site = DestinationSite::new("https://tableau.example.com", "fin&ance", "site-2");
            let credentials = users.saved_credentials("u1", &site).unwrap();
            let none = users.saved_credentials("u2", &site).unwrap();
            let mapped = credentials.clone().map_user("u1", "u9");
            users.upload_saved_credentials("u9", mapped).unwrap();
            let error = users.upload_saved_credentials("u9", &credentials).unwrap_err();
            (credentials, none, error)
        });
    let destination = "<r><destinationSiteUrlNamespace>fin&amp;ance</destinationSiteUrlNamespace>\
                       <destinationSiteLuid>site-2</destinationSiteLuid>\
                       <destinationServerUrl>https://tableau.example.com</destinationServerUrl></r>";
    let keychains = "<encryptedKeychainList><encryptedKeychain>a2V5Y2hhaW4tMQ==\
                     </encryptedKeychain><encryptedKeychain>a2V5Y2hhaW4tMg==</encryptedKeychain>\
                     </encryptedKeychainList></r>";
    let mapping = "<associatedUserLuidMapping><userLuidPair sourceSiteUserLuid=\"u1\" \
                   destinationSiteUserLuid=\"u9\"/></associatedUserLuidMapping>";
    assert_eq!(
        lines,
        [
            format!("POST users/u1/retrieveSavedCreds {destination}"),
            format!("POST users/u2/retrieveSavedCreds {destination}"),
            format!("PUT users/u9/uploadSavedCreds <r>{mapping}{keychains}"),
            format!("PUT users/u9/uploadSavedCreds <r><associatedUserLuidMapping/>{keychains}"),
        ]
    );
    assert_eq!(credentials.users, ["u1".into()]);
    assert!(!credentials.is_empty() && none.is_empty());
    for text in [format!("{credentials:?}"), format!("{error:?}"), error.to_string()] {
        assert!(!text.contains("a2V5"), "{text}");
    }
    let site = DestinationSite::new("https://tableau.example.com", "", "site-2");
    expect_error("3.22", ErrorKind::Version, |session| {
        session.users().saved_credentials("u1", &site)
    });
}

#[test]
fn the_mock_keeps_saved_credentials_for_administrators() {
    let mock = MockServer::builder().user("ada", "pw", "Viewer").start().unwrap();
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let (users, me) = (session.users(), session.user_id());
    let site = DestinationSite::new(mock.url(), "", session.site_id());
    assert!(users.saved_credentials(me, &site).unwrap().is_empty());
    let body = "<tsRequest><associatedUserLuidMapping/><encryptedKeychainList>\
                <encryptedKeychain>a2V5</encryptedKeychain></encryptedKeychainList></tsRequest>";
    let path = format!("sites/{{site}}/users/{me}/uploadSavedCreds");
    session.request(tsc::Method::Put, &path).xml(body).send().unwrap();
    let credentials = users.saved_credentials(me, &site).unwrap();
    assert_eq!(credentials.users, std::slice::from_ref(me));
    // The upload is idempotent, because it is sent again if the response is lost.
    users.upload_saved_credentials(me, credentials.clone().map_user(me, me)).unwrap();
    assert_eq!(users.saved_credentials(me, &site).unwrap(), credentials);
    let unknown = users.saved_credentials("absent", &site).unwrap_err();
    assert!(unknown.is_not_found());

    let ada = server.sign_in(&tsc::TableauAuth::new("ada", "pw")).unwrap();
    let error = ada.users().saved_credentials(ada.user_id(), &site).unwrap_err();
    assert_eq!(error.code(), Some("403054"));
}

#[test]
fn adds_users_to_identity_pools_and_removes_them() {
    let response = "<user id='u1' name='cy' identityPoolUuid='pool-1'/>";
    let (added, lines) = talk([Xml(response), Nothing], |session| {
        let new = NewIdentityPoolUser::new("u1", "pool-1").name("cy").identity_id("identity-1");
        let new = new.site_role(SiteRole::Viewer).auth_setting(AuthSetting::OpenId);
        let added = session.users().add_to_identity_pool(new).unwrap();
        session.users().remove_from_identity_pool("u1", "pool-1").unwrap();
        added
    });
    assert_eq!(
        lines,
        [
            "POST users/identityPool <r><user id=\"u1\" name=\"cy\" siteRole=\"Viewer\" \
             authSetting=\"OpenID\" identityPoolUuid=\"pool-1\" identityUuid=\"identity-1\"/></r>",
            "DELETE users/u1/identityPool/pool-1",
        ]
    );
    assert_eq!((&*added.id.to_string(), added.identity_pool_id.as_deref()), ("u1", Some("pool-1")));

    let mock = MockServer::start().unwrap();
    let server = crate::help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let (users, me) = (session.users(), session.user_id());
    let new = NewIdentityPoolUser::new(me, "pool-1");
    assert_eq!(&users.add_to_identity_pool(&new).unwrap().id, me);
    let twice = users.add_to_identity_pool(&new).unwrap_err();
    assert!(twice.is_conflict() && !twice.is_throttled(), "{twice}");
    users.remove_from_identity_pool(me, "pool-1").unwrap();
    let twice = users.remove_from_identity_pool(me, "pool-1").unwrap_err();
    assert!(twice.is_conflict(), "{twice}");
}
