//! Operations and fields of the REST reference that TSC does not have.

use tableau_server_client as tsc;
use tsc::sites::{NewSite, SiteUpdate};
use tsc::{ErrorKind, UserId};

use super::{Failure, Nothing, Xml, expect_error, talk};

#[test]
fn updates_and_reads_site_settings() {
    let site = "<site id='s1' name='S' contentUrl='s' explainDataEnabled='true' \
                personalSpaceEnabled='false' personalSpaceStorageQuota='2048' \
                flowParametersEnabled='true' linkedTaskSchedulingEnabled='true' tagLimit='50' \
                siteInviteEmailEnabled='false'>\
                <usage numUsers='7' numCreators='1' numExplorers='2' numViewers='4' \
                storage='345'/></site>";
    let (site, lines) = talk([Xml(site), Xml(site)], |session| {
        let changes = SiteUpdate::new().personal_space_storage_quota(1024).tag_limit(5);
        session.sites().update("s1", changes.explain_data_enabled(false)).unwrap();
        let new = NewSite::new("S", "s").flow_parameters_enabled(true).user_quota(10);
        session.sites().create(new).unwrap()
    });
    assert_eq!(
        lines,
        [
            "PUT /api/3.30/sites/s1 <r><site explainDataEnabled=\"false\" \
             personalSpaceStorageQuota=\"1024\" tagLimit=\"5\"/></r>",
            "POST /api/3.30/sites <r><site name=\"S\" contentUrl=\"s\" userQuota=\"10\" \
             flowParametersEnabled=\"true\"/></r>",
        ]
    );
    assert_eq!((site.explain_data_enabled, site.personal_space_enabled), (Some(true), Some(false)));
    assert_eq!((site.personal_space_storage_quota, site.tag_limit), (Some(2048), Some(50)));
    assert_eq!(site.linked_task_scheduling_enabled, Some(true));
    assert_eq!((site.user_count, site.creator_count), (Some(7), Some(1)));
    assert_eq!((site.explorer_count, site.viewer_count), (Some(2), Some(4)));
    assert_eq!(
        (site.site_invite_email_enabled, site.web_zone_content_enabled),
        (Some(false), None)
    );
}

#[test]
fn leaves_checks_of_sites_to_the_server() {
    use tsc::sites::AdminMode;
    let site = || Xml("<site id='s2' name='S' contentUrl='s'/>");
    let ((), lines) = talk([site(), site(), site(), Nothing], |session| {
        // A site whose administrators do not manage users has no quota of users.
        let new = NewSite::new("S", "s").admin_mode(AdminMode::ContentOnly).user_quota(10);
        session.sites().create(new).unwrap();
        let update = SiteUpdate::new().admin_mode(AdminMode::ContentOnly).user_quota(10);
        session.sites().update("s2", update).unwrap();
        // A site other than the session's.
        session.sites().get("s2").unwrap();
        session.sites().delete("s2").unwrap();
    });
    assert_eq!(
        lines,
        [
            "POST /api/3.30/sites <r><site name=\"S\" contentUrl=\"s\" adminMode=\"ContentOnly\" \
             userQuota=\"10\"/></r>",
            "PUT /api/3.30/sites/s2 <r><site adminMode=\"ContentOnly\" userQuota=\"10\"/></r>",
            "GET /api/3.30/sites/s2",
            "DELETE /api/3.30/sites/s2",
        ]
    );
}

#[test]
fn reads_both_spellings_of_project_counts() {
    let count = |attribute: &str| {
        let page = format!(
            "<pagination pageNumber='1' pageSize='1000' totalAvailable='1'/><projects>\
             <project id='p1' name='P'><contentsCounts workbookCount='2' {attribute}/></project>\
             </projects>"
        );
        let (project, _) = talk([Xml(page.leak())], |s| s.projects().get("p1").unwrap());
        assert_eq!(project.workbook_count, Some(2));
        project.datasource_count
    };
    assert_eq!(count("datasourceCount='4'"), Some(4));
    assert_eq!(count("dataSourceCount='5'"), Some(5));
    assert_eq!(count(""), None);
}

#[test]
fn reads_a_subscription_job() {
    let job = "<job id='j1' type='SingleSubscriptionNotify' progress='100' finishCode='0'>\
               <subscriptionJobType><subscriptionId>sub1</subscriptionId>\
               <subscriptionSubject>Monday</subscriptionSubject><notes/></subscriptionJobType></job>";
    let (job, _) = talk([Xml(job)], |session| session.jobs().get("j1").unwrap());
    assert_eq!(job.subscription, Some("sub1".into()));
    assert_eq!(job.subscription_subject.as_deref(), Some("Monday"));
    assert!(job.notes.is_empty());
}

#[test]
fn reads_features_that_a_downgrade_would_lose() {
    let lost = "<downgradeInfo><downgradedFeature name='Sets' severity='Warning'/></downgradeInfo>";
    let ((lost, none), lines) = talk([Xml(lost), Xml("<downgradeInfo/>")], |session| {
        let info = |version| session.workbooks().downgrade_info("w1", version).unwrap();
        (info("2018.3"), info("10.5"))
    });
    assert_eq!(
        lines,
        [
            "GET workbooks/w1/downGradeInfo?productVersion=2018.3",
            "GET workbooks/w1/downGradeInfo?productVersion=10.5",
        ]
    );
    assert_eq!(lost[0].name.as_deref(), Some("Sets"));
    assert_eq!(lost[0].severity.as_deref(), Some("Warning"));
    assert!(none.is_empty());
    expect_error("3.4", ErrorKind::Version, |s| s.workbooks().downgrade_info("w1", "2018.3"));
}

#[test]
fn sets_and_lists_default_custom_views() {
    let users = "<pagination pageNumber='1' pageSize='1000' totalAvailable='1'/>\
                 <users><user id='u1'/></users>";
    let results = "<customViewAsUserDefaultResults>\
                   <customViewAsUserDefaultViewResult success='true'><user id='u1'/>\
                   </customViewAsUserDefaultViewResult>\
                   <customViewAsUserDefaultViewResult success='false'><error code='404002'/>\
                   <user id='u2'/></customViewAsUserDefaultViewResult>\
                   </customViewAsUserDefaultResults>";
    let responses = [Xml(users), Xml(results), Failure(404, "404042", "no such view")];
    let ((listed, set, error), lines) = talk(responses, |session| {
        let (resource, id) = (session.custom_views(), tsc::CustomViewId::from("c1"));
        let listed: tsc::Result<Vec<_>> = resource.default_users(&id).into_iter().collect();
        let set = resource.set_default_users(&id, ["u1", "u2"]).unwrap();
        let error = resource.set_default_users("c2", ["u1"]).unwrap_err();
        (listed.unwrap(), set, error)
    });
    assert_eq!(
        lines,
        [
            "GET customviews/c1/default/users?pageNumber=1&pageSize=1000",
            "POST customviews/c1/default/users <r><users><user id=\"u1\"/><user id=\"u2\"/></users></r>",
            "POST customviews/c2/default/users <r><users><user id=\"u1\"/></users></r>",
        ]
    );
    assert_eq!((listed[0].id.as_str(), &listed[0].name), ("u1", &None));
    assert_eq!((set[0].success, set[1].success), (true, false));
    assert_eq!(set[1].user, Some("u2".into()));
    assert_eq!(set[1].error_code.as_deref(), Some("404002"));
    assert_eq!(error.code(), Some("404042"));
    let many: Vec<UserId> = (0..101).map(|n| format!("u{n}").into()).collect();
    for users in [&many[..], &[]] {
        let why = expect_error("3.30", ErrorKind::Input, |session| {
            session.custom_views().set_default_users("c1", users)
        });
        assert!(why.contains(&format!("{} users", users.len())), "{why}");
    }
}
