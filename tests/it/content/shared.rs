//! Revisions, quality warnings, extracts and refreshes.

use tableau_server_client as tsc;

use super::{Failure, Nothing, Xml, expect_error, talk, talk_in};

#[test]
fn lists_revisions_in_pages() {
    let pages = [
        "<pagination pageNumber='1' pageSize='2' totalAvailable='3'/><revisions>\
         <revision publishedAt='2016-07-26T20:34:56Z' revisionNumber='1' deleted='true'>\
         <publisher id='u1' name='Cassie'/></revision><revision revisionNumber='2' sizeInBytes='7'/>\
         </revisions>",
        "<pagination pageNumber='2' pageSize='2' totalAvailable='3'/><revisions>\
         <revision revisionNumber='3' current='true'/></revisions>",
    ];
    let responses = pages.map(Xml).into_iter().chain([Nothing, Nothing]);
    let (revisions, lines) = talk(responses, |session| {
        let id = tsc::WorkbookId::from("w");
        let revisions = session.revisions(&id);
        let all: Vec<_> =
            revisions.list().page_size(2).into_iter().collect::<Result<_, _>>().unwrap();
        revisions.delete(2).unwrap();
        session.revisions(&tsc::DatasourceId::from("d")).delete(1).unwrap();
        all
    });
    assert_eq!(
        lines,
        [
            "GET workbooks/w/revisions?pageNumber=1&pageSize=2",
            "GET workbooks/w/revisions?pageNumber=2&pageSize=2",
            "DELETE workbooks/w/revisions/2",
            "DELETE datasources/d/revisions/1",
        ]
    );
    assert_eq!(revisions[0].number, 1);
    assert_eq!(revisions[0].published_at, Some("2016-07-26T20:34:56Z".parse().unwrap()));
    assert_eq!((revisions[0].deleted, revisions[0].current), (Some(true), None));
    assert_eq!(revisions[0].publisher, Some("u1".into()));
    assert_eq!(revisions[0].publisher_name.as_deref(), Some("Cassie"));
    assert_eq!(revisions[1].size_in_bytes, Some(7));
    assert_eq!((revisions[2].number, revisions[2].current), (3, Some(true)));
}

#[test]
fn adds_updates_and_removes_quality_warnings() {
    let warning = "<dataQualityWarning id='q1' userDisplayName='Alice' contentId='d' \
                   contentType='DATASOURCE' message='old' type='STALE' isActive='true' \
                   isSevere='false' createdAt='2021-04-09T18:39:54Z' \
                   updatedAt='2021-04-09T18:39:54Z'><site id='s'/><owner id='u1'/>\
                   </dataQualityWarning>";
    let list = format!("<dataQualityWarningList>{warning}</dataQualityWarningList>").leak();
    let responses = [
        Xml(list),
        Xml("<dataQualityWarningList/>"),
        Xml(list),
        Xml(warning),
        Xml(warning),
        Nothing,
        Nothing,
    ];
    let (all, lines) = talk(responses, |session| {
        let id = tsc::DatasourceId::from("d");
        let warnings = session.quality_warnings(&id);
        let all = warnings.list().unwrap();
        assert!(session.quality_warnings(&tsc::FlowId::from("f")).list().unwrap().is_empty());
        let new = tsc::quality_warnings::NewWarning::new(tsc::quality_warnings::WarningType::Stale)
            .message("Rows < 10 & \"old\"");
        assert_eq!(warnings.add(new.severe(true)).unwrap().id.as_str(), "q1");
        warnings.add(tsc::quality_warnings::NewWarning::new("HAUNTED").active(false)).unwrap();
        warnings.update("q1", tsc::quality_warnings::WarningUpdate::new().message("")).unwrap();
        warnings.delete("q1").unwrap();
        warnings.delete_all().unwrap();
        all
    });
    assert_eq!(
        lines,
        [
            "GET dataQualityWarnings/datasource/d",
            "GET dataQualityWarnings/flow/f",
            "POST dataQualityWarnings/datasource/d <r><dataQualityWarning type=\"STALE\" \
             message=\"Rows &lt; 10 &amp; &quot;old&quot;\" isActive=\"true\" isSevere=\"true\"/></r>",
            "POST dataQualityWarnings/datasource/d <r><dataQualityWarning type=\"HAUNTED\" \
             isActive=\"false\" isSevere=\"false\"/></r>",
            "PUT dataQualityWarnings/q1 <r><dataQualityWarning message=\"\"/></r>",
            "DELETE dataQualityWarnings/q1",
            "DELETE dataQualityWarnings/datasource/d",
        ]
    );
    assert_eq!(all[0].warning_type, Some(tsc::quality_warnings::WarningType::Stale));
    assert_eq!((all[0].active, all[0].severe), (Some(true), Some(false)));
    assert_eq!(all[0].content_id.as_deref(), Some("d"));
    assert_eq!(all[0].content_type.as_deref(), Some("DATASOURCE"));
    assert_eq!(all[0].owner, Some("u1".into()));
    assert_eq!(all[0].owner_display_name.as_deref(), Some("Alice"));
}

const JOB: &str = "<job id='j1' mode='Asynchronous' type='RefreshExtract'><extractRefreshJob>\
    <workbook id='w' name='n'/></extractRefreshJob></job>";

#[test]
fn creates_and_deletes_extracts() {
    let responses = [Xml(JOB), Xml(JOB), Xml(JOB), Xml(JOB), Nothing, Nothing, Nothing, Nothing];
    let (_, lines) = talk(responses, |session| {
        let (workbook, datasource) = (tsc::WorkbookId::from("w"), tsc::DatasourceId::from("d"));
        assert_eq!(session.extracts(&workbook).create().unwrap().id().as_str(), "j1");
        let _ = session.extracts(&workbook).only(["d1", "d2"]).encrypt(true).create().unwrap();
        assert!(session.extracts(&workbook).delete().unwrap().is_some());
        let _ = session.extracts(&datasource).encrypt(true).create().unwrap();
        assert!(session.extracts(&datasource).delete().unwrap().is_none());
        let site = session.site_id();
        session.sites().encrypt_extracts(site).unwrap();
        session.sites().decrypt_extracts(site).unwrap();
        session.sites().reencrypt_extracts(site).unwrap();
    });
    let whole = "<r><datasources includeAll=\"true\"/></r>";
    assert_eq!(
        lines,
        [
            format!("POST workbooks/w/createExtract {whole}"),
            "POST workbooks/w/createExtract?encrypt=true <r><datasources><datasource id=\"d1\"/>\
             <datasource id=\"d2\"/></datasources></r>"
                .to_owned(),
            format!("POST workbooks/w/deleteExtract {whole}"),
            "POST datasources/d/createExtract?encrypt=true <r/>".to_owned(),
            "POST datasources/d/deleteExtract <r/>".to_owned(),
            "POST encrypt-extracts <r/>".to_owned(),
            "POST decrypt-extracts <r/>".to_owned(),
            "POST reencrypt-extracts <r/>".to_owned(),
        ]
    );
    expect_error("3.30", tsc::ErrorKind::Input, |session| {
        session.extracts(&tsc::WorkbookId::from("w")).only([] as [&str; 0]).create().map(drop)
    });
}

#[test]
fn chooses_the_refresh_request_by_version() {
    let (_, lines) = talk([Xml(JOB), Xml(JOB), Xml(JOB)], |session| {
        let _ = session.workbooks().refresh("w").unwrap();
        let _ = session.workbooks().refresh_incrementally("w").unwrap();
        let _ = session.datasources().refresh_incrementally("d").unwrap();
    });
    assert_eq!(
        lines,
        [
            "POST workbooks/w/refresh <r><extractRefresh/></r>",
            "POST workbooks/w/refresh <r><extractRefresh incremental=\"true\"/></r>",
            "POST datasources/d/refresh <r><extractRefresh incremental=\"true\"/></r>",
        ]
    );
    let (_, lines) = talk_in("3.27", [Xml(JOB)], |session| {
        let _ = session.datasources().refresh("d").unwrap();
    });
    assert_eq!(lines, ["POST datasources/d/refresh <r/>"]);
    let error = expect_error("3.27", tsc::ErrorKind::Version, |session| {
        session.workbooks().refresh_incrementally("w").map(drop)
    });
    assert!(error.contains("incremental refresh needs REST API 3.28"), "{error}");
}

#[test]
fn finds_a_refresh_that_is_already_queued() {
    let waits = || Failure(409, "409093", "already queued");
    let jobs = || {
        Xml("<pagination pageNumber='1' pageSize='1000' totalAvailable='3'/><backgroundJobs>\
             <backgroundJob id='j0' status='Success'/><backgroundJob id='j2' status='Pending'/>\
             <backgroundJob id='j1' status='InProgress'/></backgroundJobs>")
    };
    let other =
        || Xml("<job id='j2'><extractRefreshJob><workbook id='x'/></extractRefreshJob></job>");
    let flow =
        || Xml("<job id='j1'><runFlowJobType flowRunId='r'><flow id='f'/></runFlowJobType></job>");
    let responses =
        [waits(), jobs(), other(), Xml(JOB), waits(), jobs(), Failure(404, "404009", ""), flow()];
    let (_, lines) = talk(responses, |session| {
        assert_eq!(session.workbooks().refresh("w").unwrap().id().as_str(), "j1");
        assert_eq!(session.flows().run_now("f").unwrap().id().as_str(), "j1");
    });
    assert_eq!(lines[1], "GET jobs?sort=createdAt:desc&pageNumber=1&pageSize=1000");
    assert_eq!(lines[2..4], ["GET jobs/j2", "GET jobs/j1"]);
    assert_eq!(lines.len(), 8);
    // The job is not found, or cannot be searched: the server's own error.
    for responses in [
        vec![waits(), jobs(), other(), other()],
        vec![waits(), Failure(403, "403004", "administrators only")],
    ] {
        let (error, _) = talk(responses, |session| {
            session.workbooks().refresh("w").map(|job| job.id().clone()).unwrap_err()
        });
        assert_eq!(error.code(), Some("409093"));
    }
}

#[test]
fn refuses_empty_ids_in_bodies_and_queries() {
    use tsc::ErrorKind::Input;
    use tsc::oidc::NewOidcConfiguration;
    let empty = || tsc::WorkbookId::from("");
    expect_error("3.24", Input, |s| s.groups().add_member("g", ""));
    expect_error("3.24", Input, |s| s.favorites().add("u", &empty(), "label"));
    expect_error("3.24", Input, |s| s.data_alerts().add_recipient("a", ""));
    expect_error("3.24", Input, |s| s.users().remove_and_transfer("u", ""));
    expect_error("3.24", Input, |s| s.oidc().get(""));
    expect_error("3.24", Input, |s| s.oidc().update("", NewOidcConfiguration::new("n", "c", "s")));
    let error = expect_error("3.24", Input, |s| s.oidc().delete(""));
    assert!(error.contains("configuration is empty"), "{error}");
}
