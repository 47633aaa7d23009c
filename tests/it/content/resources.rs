//! The methods of each resource.

use tableau_server_client as tsc;

use super::{Failure, Nothing, Xml, expect_error, talk, talk_in};

const PAGE: &str = "<pagination pageNumber=\"1\" pageSize=\"1000\" totalAvailable=\"1\"/>";

fn all<T: Send + 'static>(list: impl IntoIterator<Item = tsc::Result<T>>) -> tsc::Result<Vec<T>> {
    list.into_iter().collect()
}

#[test]
fn reads_a_workbook_with_every_field() {
    let (workbook, lines) = talk(
        [Xml("<workbook id='w1' name='R&amp;D' contentUrl='RD' webpageUrl='http://x/#/w/1' \
              description='what' showTabs='true' size='26' createdAt='2026-01-02T03:04:05Z' \
              updatedAt='2026-01-03T03:04:05Z' lastPublishedAt='2026-01-04T03:04:05Z' \
              sheetCount='9' hasExtracts='true' encryptExtracts='false' recentlyViewed='true' \
              defaultViewId='v1' shareDescription='look' unheardOf='1'>\
              <project id='p1' name='Ops' description='all of it' parentProjectId='p0' \
              topLevelProject='false' writeable='true' contentPermissions='ManagedByOwner'/>\
              <location id='p1' type='Project' name='Ops'/>\
              <owner id='u1' name='ada' fullName='Ada L.' email='a@x' siteRole='Creator' \
              lastLogin='2025-02-04T06:39:20Z'/><unheardOf/>\
              <tags><tag label='a'/><tag label='b c'/></tags>\
              <views><view id='v1' name='One' contentUrl='RD/sheets/One'>\
              <dataAccelerationConfig accelerationEnabled='true' accelerationStatus='Enabled'/>\
              <usage totalViewCount='7'/></view></views>\
              <usage totalViewCount='12'/>\
              <dataAccelerationConfig accelerationEnabled='true' accelerateNow='false' \
              lastUpdatedAt='2026-02-02T00:00:00Z' accelerationStatus='Pending'/>\
              <dataFreshnessPolicy option='FreshEvery'>\
              <freshEverySchedule frequency='Hours' value='10'/></dataFreshnessPolicy></workbook>")],
        |session| session.workbooks().get("w1").unwrap(),
    );
    assert_eq!(lines, ["GET workbooks/w1"]);
    let time = |text: &str| Some(text.parse().unwrap());
    assert_eq!(workbook.id.as_str(), "w1");
    assert_eq!(workbook.name, "R&D");
    assert_eq!(workbook.content_url.as_deref(), Some("RD"));
    assert_eq!(workbook.webpage_url.as_deref(), Some("http://x/#/w/1"));
    assert_eq!(workbook.description.as_deref(), Some("what"));
    assert_eq!(workbook.show_tabs, Some(true));
    assert_eq!(workbook.size, Some(26));
    assert_eq!(workbook.created_at, time("2026-01-02T03:04:05Z"));
    assert_eq!(workbook.updated_at, time("2026-01-03T03:04:05Z"));
    assert_eq!(workbook.last_published_at, time("2026-01-04T03:04:05Z"));
    assert_eq!(workbook.sheet_count, Some(9));
    assert_eq!(workbook.has_extracts, Some(true));
    assert_eq!(workbook.encrypt_extracts, Some(false));
    assert_eq!(workbook.recently_viewed, Some(true));
    assert_eq!(workbook.default_view, Some("v1".into()));
    assert_eq!(workbook.share_description.as_deref(), Some("look"));
    assert_eq!(workbook.project, Some("p1".into()));
    assert_eq!(workbook.project_name.as_deref(), Some("Ops"));
    let project = workbook.project_details.unwrap();
    assert_eq!(project.description.as_deref(), Some("all of it"));
    assert_eq!(project.parent, Some("p0".into()));
    assert_eq!(project.top_level, Some(false));
    assert_eq!(project.writeable, Some(true));
    assert_eq!(
        project.content_permissions,
        Some(tsc::projects::ContentPermissions::ManagedByOwner)
    );
    let location = workbook.location.unwrap();
    assert_eq!(location.kind, Some(tsc::content::LocationKind::Project));
    assert_eq!((location.id.as_deref(), location.name.as_deref()), (Some("p1"), Some("Ops")));
    assert_eq!(workbook.owner, Some("u1".into()));
    assert_eq!(workbook.owner_name.as_deref(), Some("ada"));
    let owner = workbook.owner_details.unwrap();
    assert_eq!(owner.full_name.as_deref(), Some("Ada L."));
    assert_eq!(owner.email.as_deref(), Some("a@x"));
    assert_eq!(owner.site_role, Some(tsc::users::SiteRole::Creator));
    assert_eq!(owner.last_login, time("2025-02-04T06:39:20Z"));
    assert_eq!(workbook.tags, ["a", "b c"]);
    assert_eq!(workbook.views[0].name, "One");
    assert_eq!(workbook.views[0].acceleration_enabled, Some(true));
    assert_eq!(workbook.views[0].acceleration_status.as_deref(), Some("Enabled"));
    assert_eq!(workbook.views[0].total_view_count, Some(7));
    assert_eq!(workbook.total_view_count, Some(12));
    let acceleration = workbook.data_acceleration.unwrap();
    assert_eq!(acceleration.enabled, Some(true));
    assert_eq!(acceleration.accelerate_now, Some(false));
    assert_eq!(acceleration.last_updated_at, time("2026-02-02T00:00:00Z"));
    assert_eq!(acceleration.status.as_deref(), Some("Pending"));
    assert_eq!(
        workbook.data_freshness,
        Some(tsc::workbooks::DataFreshness::every(10, tsc::workbooks::FreshEveryUnit::Hours))
    );
}

#[test]
fn workbook_in_a_personal_space_has_no_project() {
    let (workbook, _) = talk(
        [Xml("<workbook id='w1' name='Mine'><location id='s1' type='PersonalSpace'/>\
              <owner id='u1'/></workbook>")],
        |session| session.workbooks().get("w1").unwrap(),
    );
    assert_eq!(workbook.project, None);
    assert_eq!(workbook.project_details, None);
    assert_eq!(workbook.location.unwrap().kind, Some(tsc::content::LocationKind::PersonalSpace));
    assert!(workbook.tags.is_empty() && workbook.views.is_empty());
}

#[test]
fn update_sends_only_the_fields_that_are_set() {
    let response = || Xml("<workbook id='w1' name='n'/>");
    let update = tsc::workbooks::WorkbookUpdate::new;
    let freshness = tsc::workbooks::FreshAt::weekly(
        [tsc::workbooks::WeekDay::Monday],
        "22:15:00".parse().unwrap(),
    )
    .time_zone("Europe/Berlin");
    for (changes, body) in [
        (update().name("x & y"), "<workbook name=\"x &amp; y\"/>"),
        (update().description(""), "<workbook description=\"\"/>"),
        (update().show_tabs(false), "<workbook showTabs=\"false\"/>"),
        (update().encrypt_extracts(true), "<workbook encryptExtracts=\"true\"/>"),
        (update().recently_viewed(true), "<workbook recentlyViewed=\"true\"/>"),
        (update().project("p1"), "<workbook><project id=\"p1\"/></workbook>"),
        (update().owner("u1"), "<workbook><owner id=\"u1\"/></workbook>"),
        (
            update()
                .views(["v1".into(), "v2".into()])
                .data_acceleration(tsc::workbooks::DataAccelerationUpdate::new().enabled(true)),
            "<workbook><views><view id=\"v1\"/><view id=\"v2\"/></views>\
             <dataAccelerationConfig accelerationEnabled=\"true\"/></workbook>",
        ),
        (
            update().data_freshness(freshness),
            "<workbook><dataFreshnessPolicy option=\"FreshAt\"><freshAtSchedule frequency=\"Week\" \
             time=\"22:15:00\" timezone=\"Europe/Berlin\"><intervals>\
             <interval weekDay=\"Monday\"/></intervals></freshAtSchedule></dataFreshnessPolicy>\
             </workbook>",
        ),
        (
            update().data_freshness(tsc::workbooks::DataFreshness::SiteDefault),
            "<workbook><dataFreshnessPolicy option=\"SiteDefault\"/></workbook>",
        ),
    ] {
        let (outcome, lines) =
            talk([response()], |session| session.workbooks().update("w1", &changes));
        assert_eq!(outcome.unwrap().id.as_str(), "w1");
        assert_eq!(lines, [format!("PUT workbooks/w1 <r>{body}</r>")]);
    }
}

#[test]
fn rejects_fields_that_an_old_server_would_ignore() {
    let changes = tsc::workbooks::WorkbookUpdate::new().name("n").description("d");
    let error = expect_error("3.20", tsc::ErrorKind::Version, |session| {
        session.workbooks().update("w1", &changes)
    });
    let needs = "the description of a workbook needs REST API 3.21 (Tableau 2023.3)";
    assert!(error.starts_with(needs), "{error}");
    let (outcome, _) = talk_in("3.21", [Xml("<workbook id='w1' name='n'/>")], |session| {
        session.workbooks().update("w1", &changes)
    });
    outcome.unwrap();
}

#[test]
fn lists_views_of_a_workbook() {
    let views = || Xml("<views><view id='v1' name='One'/><view id='v2' name='Two'/></views>");
    let (outcome, lines) = talk([views(), views(), Xml("<views/>"), Xml("")], |session| {
        let (workbooks, id) = (session.workbooks(), tsc::WorkbookId::from("w1"));
        assert_eq!(workbooks.views_with_usage(&id).unwrap().len(), 2);
        let views = workbooks.views(&id);
        assert!(workbooks.views(&id).unwrap().is_empty());
        assert_eq!(workbooks.views(&id).unwrap_err().kind(), tsc::ErrorKind::Decode);
        views.unwrap()
    });
    assert_eq!(
        lines,
        [
            "GET workbooks/w1/views?includeUsageStatistics=true",
            "GET workbooks/w1/views",
            "GET workbooks/w1/views",
            "GET workbooks/w1/views",
        ]
    );
    assert_eq!(outcome[1].name, "Two");
    assert_eq!(outcome[1].workbook, Some("w1".into()));
}

#[test]
fn deletes_workbooks_and_reads_acceleration_status() {
    let (_, lines) = talk([Nothing, Xml("<workbook id='w1' name='n'/>")], |session| {
        session.workbooks().delete("w1").unwrap();
        let changes = tsc::workbooks::WorkbookUpdate::new().show_tabs(true);
        session.workbooks().update_with_acceleration_status("w1", changes).unwrap();
    });
    assert_eq!(
        lines,
        [
            "DELETE workbooks/w1",
            "PUT workbooks/w1?includeViewAccelerationStatus=true \
             <r><workbook showTabs=\"true\"/></r>",
        ]
    );
}

#[test]
fn reads_a_data_source_with_every_field() {
    let (datasource, lines) = talk(
        [Xml(
            "<datasource id='d1' name='Sales' contentUrl='S' webpageUrl='http://x' type='hyper' \
              description='' createdAt='2026-01-02T03:04:05Z' updatedAt='2026-01-02T03:04:05.5Z' \
              isCertified='True' certificationNote='ok' useRemoteQueryAgent='false' \
              encryptExtracts='true' hasExtracts='true' hasAlert='false' isPublished='true' \
              size='1' connectedWorkbooksCount='3' favoritesTotal='2' serverName='db' \
              databaseName='sales'><project id='p1' name='Ops'/><owner id='u1' name='ada'/>\
              <location id='p1' type='Project'/><tags><tag label='t'/></tags>\
              <askData enablement='SiteDefault'/></datasource>",
        )],
        |session| session.datasources().get("d1").unwrap(),
    );
    assert_eq!(lines, ["GET datasources/d1"]);
    assert_eq!(datasource.datasource_type.as_deref(), Some("hyper"));
    assert_eq!(datasource.description.as_deref(), Some(""));
    assert_eq!(datasource.certified, Some(true));
    assert_eq!(datasource.certification_note.as_deref(), Some("ok"));
    assert_eq!(datasource.use_remote_query_agent, Some(false));
    assert_eq!(datasource.encrypt_extracts, Some(true));
    assert_eq!(datasource.has_extracts, Some(true));
    assert_eq!(datasource.has_alert, Some(false));
    assert_eq!(datasource.published, Some(true));
    assert_eq!(datasource.size, Some(1));
    assert_eq!(datasource.connected_workbooks_count, Some(3));
    assert_eq!(datasource.favorites_total, Some(2));
    assert_eq!(datasource.server_name.as_deref(), Some("db"));
    assert_eq!(datasource.database_name.as_deref(), Some("sales"));
    assert_eq!(datasource.project_name.as_deref(), Some("Ops"));
    assert_eq!(datasource.owner, Some("u1".into()));
    assert_eq!(datasource.location.unwrap().kind, Some(tsc::content::LocationKind::Project));
    assert_eq!(datasource.tags, ["t"]);
    assert_eq!(datasource.ask_data, Some(tsc::datasources::AskData::SiteDefault));
}

#[test]
fn lists_updates_and_deletes_data_sources() {
    let changes = tsc::datasources::DatasourceUpdate::new()
        .name("World")
        .use_remote_query_agent(true)
        .certified(true)
        .certification_note("ok & fine")
        .encrypt_extracts(true)
        .description("desc")
        .ask_data(tsc::datasources::AskData::Enabled)
        .project("p1")
        .owner("u1");
    let item = "<datasource id='d1' name='World'/>";
    let page = format!("{PAGE}<datasources>{item}</datasources>").leak();
    let (_, lines) = talk([Xml(page), Xml(item), Xml(item), Nothing], |session| {
        let (resource, id) = (session.datasources(), tsc::DatasourceId::from("d1"));
        assert_eq!(all(resource.list()).unwrap()[0].name, "World");
        resource.update(&id, changes).unwrap();
        resource
            .update(&id, tsc::datasources::DatasourceUpdate::new().certification_note(""))
            .unwrap();
        resource.delete(&id).unwrap();
    });
    assert_eq!(
        lines,
        [
            "GET datasources?pageNumber=1&pageSize=1000",
            "PUT datasources/d1 <r><datasource name=\"World\" useRemoteQueryAgent=\"true\" \
             isCertified=\"true\" certificationNote=\"ok &amp; fine\" encryptExtracts=\"true\" \
             description=\"desc\"><askData enablement=\"Enabled\"/><project id=\"p1\"/>\
             <owner id=\"u1\"/></datasource></r>",
            "PUT datasources/d1 <r><datasource certificationNote=\"\"/></r>",
            "DELETE datasources/d1",
        ]
    );
}

#[test]
fn reads_views_with_usage_and_parents() {
    let view = "<view id='v1' name='Overview' contentUrl='S/sheets/O' createdAt='2024-02-14T04:42:09Z' \
                updatedAt='2024-02-14T04:42:09Z' sheetType='dashboard' favoritesTotal='3' \
                viewUrlName='O' hidden='false' recentlyViewed='true'>\
                <workbook id='w1' name='S' contentUrl='S' showTabs='true' size='2' sheetCount='9' \
                hasExtracts='false' createdAt='2024-02-14T04:42:09Z'><tags><tag label='of the workbook'/>\
                </tags></workbook><owner id='u1' name='bob' email='b@x'/><project id='p1' name='Ops'/>\
                <tags><tag label='own'/></tags><usage totalViewCount='42'/>\
                <location id='p1' type='Project'/></view>";
    let page = format!("{PAGE}<views>{view}</views>").leak();
    let responses = [Xml(page), Xml(page), Xml(view), Xml(view), Nothing];
    let (view, lines) = talk(responses, |session| {
        let (resource, id) = (session.views(), tsc::ViewId::from("v1"));
        all(resource.list()).unwrap();
        all(resource.list_with_usage().filter(tsc::views::NAME.eq("Overview"))).unwrap();
        resource.get(&id).unwrap();
        let view = resource.get_with_usage(&id).unwrap();
        resource.delete(&id).unwrap();
        view
    });
    assert_eq!(
        lines,
        [
            "GET views?pageNumber=1&pageSize=1000",
            "GET views?includeUsageStatistics=true&filter=name:eq:Overview&pageNumber=1&pageSize=1000",
            "GET views/v1",
            "GET views/v1?includeUsageStatistics=true",
            "DELETE views/v1",
        ]
    );
    assert_eq!(view.sheet_type, Some(tsc::views::SheetType::Dashboard));
    assert_eq!(view.view_url_name.as_deref(), Some("O"));
    assert_eq!((view.favorites_total, view.total_view_count), (Some(3), Some(42)));
    assert_eq!((view.hidden, view.recently_viewed), (Some(false), Some(true)));
    assert_eq!(view.workbook, Some("w1".into()));
    assert_eq!(view.tags, ["own"]);
    let workbook = view.workbook_details.unwrap();
    assert_eq!(workbook.tags, ["of the workbook"]);
    assert_eq!((workbook.sheet_count, workbook.size), (Some(9), Some(2)));
    assert_eq!(workbook.show_tabs, Some(true));
    assert_eq!(view.owner_details.unwrap().email.as_deref(), Some("b@x"));
    let error =
        expect_error("3.26", tsc::ErrorKind::Version, |session| session.views().delete("v1"));
    assert!(error.contains("needs REST API 3.27"), "{error}");
}

#[test]
fn reads_flows_with_parameters_and_output_steps() {
    let flow = "<flow id='f1' name='Clean' description='d' webpageUrl='http://x' fileType='tflx' \
                createdAt='2019-06-16T21:43:28Z' updatedAt='2019-06-16T21:43:28Z'>\
                <project id='p1' name='Ops'/><owner id='u1'/><tags><tag label='t'/></tags>\
                <parameters><parameter id='a1' name='Year' type='int' value='2024' isRequired='true' \
                description='which'><domain domainType='list'/></parameter></parameters></flow>";
    let with_steps =
        format!("{flow}<flowOutputSteps><flowOutputStep id='s1' name='Write'/></flowOutputSteps>")
            .leak();
    let page = format!("{PAGE}<flows>{flow}</flows>").leak();
    let (flow, lines) = talk(
        [Xml(page), Xml(with_steps), Xml(flow), Xml("<flow id='f1' name='x'/>"), Nothing],
        |session| {
            let (resource, id) = (session.flows(), tsc::FlowId::from("f1"));
            all(resource.list()).unwrap();
            let flow = resource.get(&id).unwrap();
            let update = tsc::flows::FlowUpdate::new().project("p2").owner("u2");
            resource.update(&id, update).unwrap();
            resource.update(&id, tsc::flows::FlowUpdate::new().name("x").description("")).unwrap();
            resource.delete(&id).unwrap();
            flow
        },
    );
    assert_eq!(
        lines,
        [
            "GET flows?pageNumber=1&pageSize=1000",
            "GET flows/f1",
            "PUT flows/f1 <r><flow><project id=\"p2\"/><owner id=\"u2\"/></flow></r>",
            "PUT flows/f1 <r><flow name=\"x\" description=\"\"/></r>",
            "DELETE flows/f1",
        ]
    );
    assert_eq!(flow.file_type.as_deref(), Some("tflx"));
    assert_eq!(flow.output_steps[0].id, "s1");
    assert_eq!(flow.output_steps[0].name.as_deref(), Some("Write"));
    let parameter = &flow.parameters[0];
    assert_eq!(parameter.name.as_deref(), Some("Year"));
    assert_eq!(
        (parameter.kind.as_deref(), parameter.value.as_deref()),
        (Some("int"), Some("2024"))
    );
    assert_eq!((parameter.required, parameter.domain.as_deref()), (Some(true), Some("list")));
}

#[test]
fn runs_a_flow_entirely_or_in_part() {
    let job = "<job id='j1' mode='Asynchronous' type='RunFlow' createdAt='2018-05-22T13:00:29Z'>\
               <runFlowJobType flowRunId='r1'><flow id='f1' name='Clean'/></runFlowJobType></job>";
    let (job, lines) = talk([Xml(job), Xml(job)], |session| {
        let (resource, id) = (session.flows(), tsc::FlowId::from("f1"));
        let spec = tsc::flows::FlowRunSpec::new()
            .incremental(true)
            .output_step("s1")
            .parameter("a1", "20<25");
        let _ = resource.run_now_with(&id, spec).unwrap();
        resource.run_now(&id).unwrap().job().clone()
    });
    assert_eq!(
        lines,
        [
            "POST flows/f1/run <r><flowRunSpec flowId=\"f1\" runMode=\"incremental\">\
             <flowOutputSteps><flowOutputStep id=\"s1\"/></flowOutputSteps><flowParameterSpecs>\
             <flowParameterSpec parameterId=\"a1\" overrideValue=\"20&lt;25\"/>\
             </flowParameterSpecs></flowRunSpec></r>",
            "POST flows/f1/run <r/>",
        ]
    );
    assert_eq!((job.flow, job.flow_run), (Some("f1".into()), Some("r1".into())));
    assert_eq!(job.flow_name.as_deref(), Some("Clean"));
}

#[test]
fn lists_and_cancels_flow_runs() {
    let runs = "<flowRuns><flowRuns id='r1' flowId='f1' status='Success' \
                startedAt='2021-02-11T01:42:55Z' completedAt='2021-02-11T01:57:38Z' progress='100' \
                backgroundJobId='j1'/><flowRuns id='r2' status='Dreaming'/></flowRuns>";
    let run = "<flowRun id='r3' flowId='f1' status='InProgress' startedAt='2021-02-11T01:42:55Z' \
               completedAt='' progress='50' backgroundJobId='j2'><flowParameterRuns>\
               <parameterRuns parameterId='a1' name='Year' overrideValue='2025'/>\
               </flowParameterRuns></flowRun>";
    let ((listed, run), lines) = talk([Xml(runs), Xml(run), Nothing], |session| {
        let (resource, id) = (session.flow_runs(), tsc::FlowRunId::from("r3"));
        let listed = all(resource.list()).unwrap();
        let run = resource.get(&id).unwrap();
        resource.cancel(&id).unwrap();
        (listed, run)
    });
    assert_eq!(
        lines,
        ["GET flows/runs?pageNumber=1&pageSize=1000", "GET flows/runs/r3", "PUT flows/runs/r3"]
    );
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].status, Some(tsc::flow_runs::FlowRunStatus::Success));
    assert_eq!(listed[0].background_job, Some("j1".into()));
    assert_eq!(listed[1].status.as_ref().unwrap().as_str(), "Dreaming");
    assert_eq!((run.progress, run.completed_at), (Some(50), None));
    assert_eq!(run.flow, Some("f1".into()));
    assert_eq!(run.parameters[0].value.as_deref(), Some("2025"));
}

#[test]
fn lists_updates_and_deletes_custom_views() {
    let item = "<customView id='c1' name='Mine' contentUrl='S/O' shared='True' \
                createdAt='2002-05-30T09:00:00Z' updatedAt='2002-06-05T08:00:59Z' \
                lastAccessedAt='2003-06-05T08:00:59Z'><view id='v1' name='Overview'/>\
                <workbook id='w1' name='S'/><owner id='u1' name='ada'/></customView>";
    let page = format!("{PAGE}<customViews>{item}</customViews>").leak();
    let (view, lines) = talk([Xml(page), Xml(item), Xml(item), Nothing], |session| {
        let (resource, id) = (session.custom_views(), tsc::CustomViewId::from("c1"));
        all(resource.list()).unwrap();
        let view = resource.get(&id).unwrap();
        let changes = tsc::custom_views::CustomViewUpdate::new().name("Best <ever>").owner("u2");
        resource.update(&id, changes).unwrap();
        resource.delete(&id).unwrap();
        view
    });
    assert_eq!(
        lines,
        [
            "GET customviews?pageNumber=1&pageSize=1000",
            "GET customviews/c1",
            "PUT customviews/c1 <r><customView name=\"Best &lt;ever&gt;\"><owner id=\"u2\"/>\
             </customView></r>",
            "DELETE customviews/c1",
        ]
    );
    assert_eq!(view.shared, Some(true));
    assert_eq!((view.view, view.workbook), (Some("v1".into()), Some("w1".into())));
    assert_eq!(view.last_accessed_at, Some("2003-06-05T08:00:59Z".parse().unwrap()));
}

#[test]
fn reads_jobs_of_every_type() {
    let list = "<pagination pageNumber='1' pageSize='1000' totalAvailable='1'/><backgroundJobs>\
                <backgroundJob id='j1' status='Success' createdAt='2018-05-22T13:00:29Z' \
                startedAt='2018-05-22T13:00:37Z' endedAt='2018-05-22T13:00:45Z' priority='50' \
                jobType='refresh_extracts' title='Sales' subtitle='Ops'/></backgroundJobs>";
    let refresh = "<job id='j1' mode='Asynchronous' type='RefreshExtract' progress='100' \
                   createdAt='2020-05-13T20:23:45Z' startedAt='2020-05-13T20:23:46Z' \
                   updatedAt='2020-05-13T20:25:18Z' completedAt='2020-05-13T20:25:18Z' \
                   finishCode='1'><extractRefreshJob><notes>no such table</notes>\
                   <workbook id='w1' name='Sales'/></extractRefreshJob><statusNotes>\
                   <statusNote type='CountOfUsersAddedToGroup' value='5' text='five'/>More\
                   </statusNotes></job>";
    let update = "<job id='j2' mode='Asynchronous' type='UpdateUploadedFile' progress='0' \
                  createdAt='2021-10-05T18:53:34Z' finishCode='17'><updateUploadedFileJob>\
                  <datasource id='d1' name='World'/><connectionLuid>c1</connectionLuid>\
                  </updateUploadedFileJob></job>";
    let ((listed, first, second), lines) =
        talk([Xml(list), Xml(refresh), Xml(update), Nothing], |session| {
            let resource = session.jobs();
            let listed = all(resource.list()).unwrap();
            let (first, second) = (resource.get("j1"), resource.get("j2"));
            resource.cancel("j1").unwrap();
            (listed, first.unwrap(), second.unwrap())
        });
    assert_eq!(
        lines,
        ["GET jobs?pageNumber=1&pageSize=1000", "GET jobs/j1", "GET jobs/j2", "PUT jobs/j1"]
    );
    assert_eq!(listed[0].status, Some(tsc::jobs::JobStatus::Success));
    assert_eq!((listed[0].priority, listed[0].title.as_deref()), (Some(50), Some("Sales")));
    assert_eq!(listed[0].subtitle.as_deref(), Some("Ops"));
    assert_eq!(first.finish_code, Some(tsc::jobs::FinishCode::Failed));
    assert_eq!(first.notes, ["no such table"]);
    assert_eq!(first.status_notes[0].kind.as_deref(), Some("CountOfUsersAddedToGroup"));
    assert_eq!(first.status_notes[0].value.as_deref(), Some("5"));
    assert_eq!(first.status_notes[0].text.as_deref(), Some("five"));
    assert_eq!(
        (first.workbook, first.workbook_name.as_deref()),
        (Some("w1".into()), Some("Sales"))
    );
    assert_eq!((first.progress, first.datasource), (Some(100), None));
    assert_eq!(second.finish_code, Some(tsc::jobs::FinishCode::Unknown("17".into())));
    assert_eq!(second.datasource, Some("d1".into()));
    assert_eq!(second.connection, Some("c1".into()));
    assert_eq!(second.completed_at, None);
}

#[test]
fn lists_and_creates_projects_with_samples() {
    let item = || {
        Xml(
            "<project id='p1' name='Ops' favoritesTotal='4'><owner id='u1' name='ada' fullName='Ada'/></project>",
        )
    };
    let (project, lines) = talk([item(), item()], |session| {
        let resource = session.projects();
        resource.create_with_samples(tsc::projects::NewProject::new("Ops")).unwrap();
        resource.update_with_samples("p1", tsc::projects::ProjectUpdate::new()).unwrap()
    });
    assert_eq!(
        lines,
        [
            "POST projects?publishSamples=true <r><project name=\"Ops\"/></r>",
            "PUT projects/p1?publishSamples=true <r><project/></r>",
        ]
    );
    assert_eq!(project.favorites_total, Some(4));
    assert_eq!(project.owner_details.unwrap().full_name.as_deref(), Some("Ada"));
}

#[test]
fn returns_the_error_of_the_server() {
    let (error, lines) = talk([Failure(404, "404006", "no such workbook")], |session| {
        session.workbooks().get("w?1").unwrap_err()
    });
    assert!(error.is_not_found());
    assert_eq!(lines, ["GET workbooks/w%3F1"]);
}

#[test]
fn adds_content_to_schedules() {
    let added = "<task><extractRefresh id='t1' type='FullRefresh'><schedule id='s1'/>\
                 <workbook id='w1'/></extractRefresh></task>\
                 <warnings><warning message='too often'/></warnings>";
    let responses = [Xml(added), Xml("<task><runFlow><flow id='f1'/></runFlow></task>"), Xml("")];
    let (added, lines) = talk(responses, |session| {
        let schedule = tsc::ScheduleId::from("s1");
        [
            session.workbooks().add_to_schedule("w1", &schedule).unwrap(),
            session.flows().add_to_schedule("f1", &schedule).unwrap(),
            session.datasources().add_to_schedule("d1", &schedule).unwrap(),
        ]
    });
    assert_eq!(
        lines,
        [
            "PUT schedules/s1/workbooks <r><task><extractRefresh><workbook id=\"w1\"/>\
             </extractRefresh></task></r>",
            "PUT schedules/s1/flows <r><task><runFlow><flow id=\"f1\"/></runFlow></task></r>",
            "PUT schedules/s1/datasources <r><task><extractRefresh><datasource id=\"d1\"/>\
             </extractRefresh></task></r>",
        ]
    );
    assert_eq!(added[0].task, Some("t1".into()));
    assert_eq!(added[0].warnings, ["too often"]);
    assert_eq!((added[1].created, added[1].task.is_none()), (true, true));
    assert!(!added[2].created && added[2].warnings.is_empty());
}

#[test]
fn returns_the_job_of_a_flow_run() {
    let run = "<flowRun id='r1' backgroundJobId='j1'/>";
    let job = "<job id='j1' completedAt='2026-01-01T00:00:00Z' finishCode='1'><runFlowJobType \
               flowRunId='r1'><notes>step 3 failed</notes></runFlowJobType></job>";
    let responses = [Xml(run), Xml(job), Xml("<flowRun id='r2'/>")];
    let ((error, none), lines) = talk(responses, |session| {
        let error = session.flow_runs().job("r1").unwrap().wait().unwrap_err();
        (error, session.flow_runs().job("r2").map(drop).unwrap_err())
    });
    assert_eq!(lines, ["GET flows/runs/r1", "GET jobs/j1", "GET flows/runs/r2"]);
    assert_eq!(error.kind(), tsc::ErrorKind::Job);
    assert!(error.to_string().contains("step 3 failed"), "{error}");
    assert!(none.is_not_found());
}
