//! Sites, sessions and settings of the server, against the mock server.

use tableau_server_client as tsc;
use tsc::extensions::{ExtensionsServerSettingsUpdate, ExtensionsSettingsUpdate, SafeExtension};
use tsc::mock::MockServer;
use tsc::oidc::{ClientAuthentication, NewOidcConfiguration};
use tsc::sites::{EmbeddingSettingsUpdate, NewSite, SiteUpdate};
use tsc::users::SiteRole;

use super::{Nothing, Xml, talk};
use crate::help;

fn with_mock(check: impl FnOnce(&MockServer, &tsc::Session<'_>)) {
    let mock = MockServer::builder().user("max", "pw", "Creator").start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&mock, &session);
}

fn site_names(session: &tsc::Session<'_>) -> Vec<String> {
    session.sites().list().into_iter().map(|site| site.unwrap().name).collect()
}

#[test]
fn deletes_sites_by_id_name_and_content_url() {
    with_mock(|_, session| {
        let sites = session.sites();
        let by_id = sites.create(NewSite::new("One", "one")).unwrap().id;
        sites.create(NewSite::new("Two two", "two")).unwrap();
        sites.create(NewSite::new("Three", "three")).unwrap();
        sites.delete(&by_id).unwrap();
        sites.delete_by_name("Two two").unwrap();
        sites.delete_by_content_url("three").unwrap();
        assert_eq!(site_names(session), ["Default"]);
        assert_eq!(sites.delete_by_name("Three").unwrap_err().code(), Some("404000"));
        let error = sites.delete(session.site_id()).unwrap_err();
        assert_eq!(error.code(), Some("403002"), "{error}");
    });
}

#[test]
fn deletes_sites_as_jobs() {
    with_mock(|_, session| {
        let sites = session.sites();
        let by_id = sites.create(NewSite::new("One", "one")).unwrap().id;
        sites.create(NewSite::new("Two two", "two")).unwrap();
        sites.create(NewSite::new("Three", "three")).unwrap();
        let mut job = sites.delete_as_job(&by_id).unwrap();
        // The finish code of such a job is that of a failure until it has ended.
        assert_eq!(job.job().finish_code, Some(tsc::jobs::FinishCode::Failed));
        assert_eq!(site_names(session).len(), 4);
        let ended = job.wait().unwrap();
        assert_eq!(ended.job_type.as_deref(), Some("SiteDelete"));
        assert_eq!(ended.finish_code, Some(tsc::jobs::FinishCode::Success));
        sites.delete_as_job_by_name("Two two").unwrap().wait().unwrap();
        sites.delete_as_job_by_content_url("three").unwrap().wait().unwrap();
        assert_eq!(site_names(session), ["Default"]);
        let error = sites.delete_as_job(session.site_id()).unwrap_err();
        assert_eq!(error.code(), Some("403002"), "{error}");
    });
}

#[test]
fn deleting_the_site_of_a_session_ends_it() {
    let mock = MockServer::builder().site("Sandbox", "sandbox").start().unwrap();
    let mut server = help::at(mock.url());
    server.add_http_options(tsc::HttpOptions::new().renew_sessions(false)).unwrap();
    let mut session = server.sign_in(&mock.credentials()).unwrap();
    session.switch_site("sandbox").unwrap();
    session.sites().delete(session.site_id()).unwrap();
    let error = session.workbooks().list().page(1).unwrap_err();
    assert_eq!(error.code(), Some("401002"), "{error}");
    assert_eq!(mock.sites().len(), 1);
}

#[test]
fn replaces_the_logo_of_a_site() {
    with_mock(|mock, session| {
        let site =
            session.sites().update_logo(session.site_id(), "logo.png", b"\x89PNG\n").unwrap();
        assert_eq!(site.id, *session.site_id());
        let request = mock.requests().pop().unwrap();
        let body = request.text();
        assert!(body.contains("name=\"site_logo\"; filename=\"logo.png\""), "{body}");
        assert!(body.contains("<tsRequest><site/></tsRequest>"), "{body}");
    });
}

#[test]
fn reads_both_names_of_the_data_alert_setting() {
    let site = "<site id='s1' name='S' contentUrl='s' isDataAlertsEnabled='true' \
                groupAssertionsSAMLEnabled='true' groupSetsEnabled='false' \
                recycleBinEnabled='true'/>";
    let (site, lines) = talk([Xml(site), Xml(site)], |session| {
        let changes = SiteUpdate::new().data_alerts_enabled(true).group_assertions_enabled(false);
        let changes = changes.group_assertions_saml_enabled(true).recycle_bin_enabled(false);
        session.sites().update("s1", changes.group_assertions_oidc_enabled(true)).unwrap();
        session.sites().get("s1").unwrap()
    });
    assert_eq!(
        lines[0],
        "PUT /api/3.30/sites/s1 <r><site dataAlertsEnabled=\"true\" groupAssertionsEnabled=\"false\" \
         groupAssertionsSAMLEnabled=\"true\" groupAssertionsOIDCEnabled=\"true\" \
         recycleBinEnabled=\"false\"/></r>"
    );
    assert_eq!(site.data_alerts_enabled, Some(true));
    assert_eq!(
        (site.group_assertions_saml_enabled, site.group_sets_enabled),
        (Some(true), Some(false))
    );
    assert_eq!((site.recycle_bin_enabled, site.group_assertions_enabled), (Some(true), None));
}

#[test]
fn changes_where_views_can_be_embedded() {
    with_mock(|mock, session| {
        let sites = session.sites();
        assert_eq!(sites.embedding_settings().unwrap().unrestricted, Some(true));
        let changes =
            EmbeddingSettingsUpdate::new().unrestricted(false).allow_list("*.example.com");
        sites.update_embedding_settings(&changes).unwrap();
        let settings = sites.embedding_settings().unwrap();
        assert!(changes.ignored_in(&settings).is_empty(), "{settings:?}");
        let server = help::at(mock.url());
        let max = server.sign_in(&tsc::TableauAuth::new("max", "pw")).unwrap();
        let error = max.sites().update_embedding_settings(changes).unwrap_err();
        assert_eq!(error.code(), Some("403004"), "{error}");
    });
}

#[test]
fn reads_recently_viewed_views_and_workbooks() {
    let recent = "<recents><recent><view id='v1' name='V' contentUrl='W/sheets/V'>\
                  <workbook id='w1'/></view></recent>\
                  <recent><workbook id='w2' name='W' contentUrl='W'/></recent></recents>";
    let (items, lines) = talk([Xml(recent)], |session| session.sites().recently_viewed().unwrap());
    assert_eq!(lines, ["GET content/recent"]);
    let [first, second] = &items[..] else { panic!("{items:?}") };
    assert_eq!(first.view.as_ref().map(|view| view.id.to_string()).as_deref(), Some("v1"));
    assert!(first.workbook.is_none() && second.view.is_none());
    assert_eq!(second.workbook.as_ref().map(|book| book.name.as_str()), Some("W"));
    with_mock(|_, session| {
        let items = session.sites().recently_viewed().unwrap();
        assert!((1..=24).contains(&items.len()), "{}", items.len());
        assert!(items.iter().all(|item| item.view.is_some()));
    });
}

#[test]
fn describes_and_ends_sessions() {
    with_mock(|mock, session| {
        let current = session.sessions().current().unwrap();
        assert_eq!(current.user.as_ref(), Some(session.user_id()));
        assert_eq!(current.user_site_role, Some(SiteRole::ServerAdministrator));
        assert_eq!(current.site.map(|site| site.id).as_ref(), Some(session.site_id()));
        let mut server = help::at(mock.url());
        server.add_http_options(tsc::HttpOptions::new().renew_sessions(false)).unwrap();
        let max = server.sign_in(&tsc::TableauAuth::new("max", "pw")).unwrap();
        let his = max.sessions().current().unwrap();
        assert_eq!((his.user_name.as_deref(), his.user_site_role), (Some("max"), None));
        let id = his.id.unwrap();
        session.sessions().delete(&id).unwrap();
        assert_eq!(max.sessions().current().unwrap_err().code(), Some("401002"));
        assert_eq!(session.sessions().delete(&id).unwrap_err().code(), Some("404029"));
    });
}

#[test]
fn manages_openid_connect_configurations() {
    with_mock(|_, session| {
        let oidc = session.oidc();
        assert_eq!(oidc.get_initial().unwrap_err().code(), Some("400000"));
        let new = |name: &str| {
            NewOidcConfiguration::new(name, "our-id", "hush")
                .authorization_endpoint("https://idp.example/authorize")
                .token_endpoint("https://idp.example/token")
                .userinfo_endpoint("https://idp.example/userinfo")
                .jwks_uri("https://idp.example/keys")
        };
        let first = oidc.create(new("First").email_mapping("mail")).unwrap();
        assert_eq!(first.email_mapping.as_deref(), Some("mail"));
        let basic = Some(ClientAuthentication::ClientSecretBasic);
        assert_eq!((first.enabled, first.client_authentication.clone()), (Some(true), basic));
        let second = oidc.create(new("Second")).unwrap().idp_configuration_id.unwrap();
        let first = first.idp_configuration_id.unwrap();
        let names: Vec<_> =
            oidc.list().unwrap().into_iter().map(|c| c.idp_configuration_name).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        assert_eq!(oidc.get_initial().unwrap().idp_configuration_id.as_deref(), Some(&*first));
        // An update replaces everything, so the mapping returns to its default.
        oidc.update(&first, new("First").enabled(false)).unwrap();
        let read = oidc.get(&first).unwrap();
        assert_eq!((read.enabled, read.email_mapping.as_deref()), (Some(false), Some("email")));
        oidc.delete_initial().unwrap();
        assert_eq!(oidc.get(&first).unwrap_err().code(), Some("400000"));
        oidc.delete(&second).unwrap();
        assert_eq!(oidc.list().unwrap().len(), 1);
        let incomplete = NewOidcConfiguration::new("Third", "our-id", "hush");
        assert_eq!(oidc.create(incomplete).unwrap_err().code(), Some("400000"));
    });
}

#[test]
fn users_can_have_an_openid_connect_configuration() {
    let mock = MockServer::builder().oidc_configuration("Office").start().unwrap();
    let [_, office] = &mock.auth_configurations()[..] else { panic!("two configurations") };
    let id = office.attribute("idpConfigurationId").unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let configuration = session.oidc().get(id).unwrap();
    assert_eq!(configuration.idp_configuration_name.as_deref(), Some("Office"));
    let new = tsc::users::NewUser::new("cy", SiteRole::Viewer).idp_configuration_id(id);
    let cy = session.users().add(new).unwrap();
    assert_eq!(cy.idp_configuration_id.as_deref(), Some(id));
}

#[test]
fn never_shows_the_client_secret() {
    let new = NewOidcConfiguration::new("Office", "our-id", "hush-hush");
    assert!(!format!("{new:?}").contains("hush"), "{new:?}");
    let text = "<siteOIDCConfiguration idpConfigurationId='i' clientSecret='hush-hush'/>";
    let (read, lines) = talk([Xml(text), Nothing], |session| {
        let read = session.oidc().update("i", &new).unwrap();
        session.oidc().delete_initial().unwrap();
        read
    });
    assert!(lines[0].contains("clientSecret=\"hush-hush\""), "it is sent: {}", lines[0]);
    assert_eq!(lines[1], "PUT disable-site-oidc-configuration");
    assert!(!format!("{read:?}").contains("hush"), "{read:?}");
}

#[test]
fn changes_extension_settings() {
    with_mock(|mock, session| {
        let extensions = session.extensions();
        let safe = |url: &str| SafeExtension::new(url).prompt_needed(true);
        let both = [safe("https://a.example"), safe("https://b.example").full_data_allowed(true)];
        let changes = ExtensionsSettingsUpdate::new().enabled(true).include_sandboxed(false);
        let changed = extensions.update(changes.clone().safe_list(both.clone())).unwrap();
        assert_eq!((changed.include_sandboxed, changed.allow_trusted), (Some(false), Some(true)));
        assert_eq!(extensions.get().unwrap().safe_list, both);
        let [_, second] = &mock.safe_extensions()[..] else { panic!("two extensions") };
        assert_eq!(second.child("url").unwrap().text(), "https://b.example");
        // An update without the list empties it.
        assert!(extensions.update(&changes).unwrap().safe_list.is_empty());
        let incomplete = ExtensionsSettingsUpdate::new().allow_trusted(false);
        assert_eq!(extensions.update(incomplete).unwrap_err().code(), Some("400000"));

        let changes = ExtensionsServerSettingsUpdate::new().enabled(false);
        let blocked = ["https://bad.example".to_owned()];
        extensions.update_server_settings(changes.block_list(blocked.clone())).unwrap();
        let settings = extensions.server_settings().unwrap();
        assert_eq!((settings.enabled, settings.block_list), (Some(false), blocked.to_vec()));
        assert_eq!(mock.blocked_extensions()[0].text(), "https://bad.example");
        let server = help::at(mock.url());
        let max = server.sign_in(&tsc::TableauAuth::new("max", "pw")).unwrap();
        assert_eq!(max.extensions().get().unwrap().enabled, Some(true));
        assert_eq!(max.extensions().server_settings().unwrap_err().code(), Some("403004"));
    });
}

#[test]
fn renames_domains() {
    with_mock(|mock, session| {
        let domains = session.domains();
        let [local, other]: [_; 2] = domains.list().unwrap().try_into().unwrap();
        assert_eq!(local.name.as_deref(), Some("local"));
        let changes = tsc::domains::DomainUpdate::new().short_name("NEW");
        let changed = domains.update(other.id.unwrap(), &changes).unwrap();
        assert_eq!(changed.short_name.as_deref(), Some("NEW"));
        assert_eq!(mock.domains()[1].attribute("shortName"), Some("NEW"));
        assert_eq!(domains.update(local.id.unwrap(), &changes).unwrap_err().code(), Some("400000"));
        assert_eq!(domains.update(9, &changes).unwrap_err().code(), Some("404032"));
    });
}

#[test]
#[allow(deprecated)]
fn reads_both_names_of_the_load_time_without_acceleration() {
    let report = "<dataAccelerationReport>\
                  <comparisonRecord averageUnAcceleratedPLT='1.5' averageAcceleratedPLT='0.5'/>\
                  <comparisonRecord averageNonAcceleratedPLT='2'/></dataAccelerationReport>";
    let (records, _) = talk([Xml(report)], |s| s.data_acceleration_report().get().unwrap());
    let times: Vec<_> = records.iter().map(|one| one.average_unaccelerated_load_time).collect();
    assert_eq!(times, [Some(1.5), Some(2.0)]);
    assert_eq!(records[0].average_accelerated_load_time, Some(0.5));
    with_mock(|_, session| assert!(session.data_acceleration_report().get().unwrap().is_empty()));
}

#[test]
fn refreshes_thumbnails() {
    with_mock(|_, session| {
        let workbook = session.workbooks().list().page(1).unwrap().items.remove(0);
        let job = session.workbooks().refresh_thumbnails(&workbook.id).unwrap().wait().unwrap();
        assert_eq!(job.job_type.as_deref(), Some("RefreshThumbnails"));
        assert_eq!(job.workbook, Some(workbook.id));
    });
}

#[test]
fn deleting_the_last_view_deletes_its_workbook() {
    let mock = MockServer::builder().workbook("Two sheets", ["Map", "List"]).start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let workbook = session.workbooks().find("Two sheets").unwrap().unwrap();
    let [first, last]: [_; 2] =
        session.workbooks().views(&workbook.id).unwrap().try_into().unwrap();
    session.views().delete(&first.id).unwrap();
    assert!(session.workbooks().get(&workbook.id).is_ok());
    session.views().delete(&last.id).unwrap();
    assert_eq!(session.workbooks().get(&workbook.id).unwrap_err().code(), Some("404006"));
}
