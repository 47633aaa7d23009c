//! Resources that are implemented by their schema, builders, and inspectors.

use tableau_server_client::mock::{Item, MockServer};

use super::{Client, Response};

fn failure(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn names(items: &[Item]) -> Vec<&str> {
    items.iter().map(Item::name).collect()
}

const HOOK: &str = "<tsRequest><webhook name='n'><webhook-source>\
    <webhook-source-event-datasource-created/></webhook-source><webhook-destination>\
    <webhook-destination-http method='POST' url='https://ops.example/hook'/>\
    </webhook-destination></webhook></tsRequest>";

#[test]
fn creates_tests_updates_and_deletes_webhooks() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let response = client.on_site("POST", "webhooks", HOOK);
    assert_eq!(response.status, 201);
    assert_eq!(response.one("webhook", "event"), "DatasourceCreated");
    assert_eq!(response.one("webhook", "isEnabled"), "true");
    assert_eq!(response.one("owner", "name"), "admin");
    let id = response.one("webhook", "id");
    let path = format!("webhooks/{id}");
    assert_eq!(
        client.get(&path).one("webhook-destination-http", "url"),
        "https://ops.example/hook"
    );
    assert_eq!(client.get(&format!("{path}/test")).one("webhookTestResult", "status"), "200");
    let update = |attributes: &str| -> Response {
        let body = format!("<tsRequest><webhook {attributes}/></tsRequest>");
        client.on_site("PUT", &path, &body)
    };
    let response = update("name='m' isEnabled='False' statusChangeReason='gone'");
    assert_eq!(response.one("webhook", "statusChangeReason"), "gone");
    assert_eq!(update("isEnabled='true' statusChangeReason='x'").error(), failure(400, "400127"));
    assert_eq!(client.get("webhooks?filter=isEnabled:eq:false").all("webhook", "name"), ["m"]);
    assert_eq!(client.get("webhooks?fields=name").text().matches("event=").count(), 0);
    assert_eq!(client.on_site("DELETE", &path, "").status, 204);
    for (method, path) in [("GET", &path), ("PUT", &path), ("DELETE", &path)] {
        let response = client.on_site(method, path, HOOK);
        assert_eq!(response.error(), failure(404, "404034"), "{method}");
    }
}

#[test]
fn webhooks_need_a_name_an_event_and_an_https_url() {
    let mock = MockServer::builder().user("vera", "pw", "Viewer").start().unwrap();
    let client = Client::new(&mock);
    let source = "<webhook-source><webhook-source-event-datasource-created/></webhook-source>";
    for (from, to, code) in [
        ("name='n'", "", "400000"),
        (source, "", "400000"),
        ("name='n'", "name='n' event='ViewDeleted'", "400000"),
        ("https://", "http://", "400118"),
    ] {
        let response = client.on_site("POST", "webhooks", &HOOK.replace(from, to));
        assert_eq!(response.error(), failure(400, code), "{to}");
    }
    let by_event = HOOK.replace(source, "").replace("name='n'", "name='n' event='UserDeleted'");
    let response = client.on_site("POST", "webhooks", &by_event);
    assert!(
        response.text().contains("<webhook-source-event-user-deleted/>"),
        "{}",
        response.text()
    );
    let vera = Client::signed_in(&mock, "3.30", "name='vera' password='pw'", "").unwrap();
    assert_eq!(vera.on_site("POST", "webhooks", HOOK).error(), failure(403, "403004"));
    assert_eq!(vera.get("webhooks").error(), failure(403, "403004"));
    let old = Client::with_version(&mock, "3.5");
    assert_eq!(old.get("webhooks").error(), failure(404, "404003"));
}

#[test]
fn data_alerts_have_recipients_and_are_deleted_with_their_view() {
    let mock = MockServer::builder()
        .user("vera", "pw", "Viewer")
        .workbook("Alerts", ["One"])
        .data_alert("high", "Alerts")
        .start()
        .unwrap();
    let client = Client::new(&mock);
    let list = client.get("dataAlerts");
    assert_eq!(list.one("pagination", "totalAvailable"), "1");
    assert_eq!(
        (list.one("dataAlert", "subject"), list.one("view", "name")),
        ("high".into(), "One".into())
    );
    assert_eq!(
        (list.one("dataAlert", "frequency"), list.one("workbook", "name")),
        ("Daily".into(), "Alerts".into())
    );
    let (id, view) = (list.one("dataAlert", "id"), list.one("view", "id"));
    let path = format!("dataAlerts/{id}");
    let vera = client.get("users?filter=name:eq:vera").one("user", "id");
    let add = format!("<tsRequest><user id='{vera}'/></tsRequest>");
    let users = format!("{path}/users");
    assert_eq!(client.on_site("POST", &users, &add).one("user", "name"), "vera");
    assert_eq!(client.get(&path).all("recipient", "id"), [vera.as_str()]);
    assert_eq!(client.on_site("DELETE", &format!("{users}/{vera}"), "").status, 204);
    assert_eq!(client.get(&path).all("recipient", "id").len(), 0);
    let update = "<tsRequest><dataAlert frequency='weekly' public='false'/></tsRequest>";
    assert_eq!(client.on_site("PUT", &path, update).one("dataAlert", "frequency"), "Weekly");
    let as_vera = Client::signed_in(&mock, "3.30", "name='vera' password='pw'", "").unwrap();
    assert_eq!(as_vera.on_site("PUT", &path, update).error(), failure(403, "403004"));
    assert_eq!(as_vera.on_site("DELETE", &path, "").error(), failure(403, "403004"));

    let create = |attributes: &str| {
        let body = format!("<tsRequest><dataAlertCreateAlert {attributes}/></tsRequest>");
        client.on_site("POST", "dataAlerts", &body)
    };
    let required =
        "alertCondition='above' alertThreshold='1' worksheetName='w' subject='s' frequency='once'";
    assert_eq!(create(required).error(), failure(400, "403165"));
    assert_eq!(create(&format!("{required} viewId='x'")).error(), failure(404, "404011"));
    assert_eq!(create(&format!("{required} viewId='{view}'")).status, 200);
    assert_eq!(
        client.get(&format!("dataAlerts?filter=viewId:eq:{view}")).all("dataAlert", "id").len(),
        2
    );
    assert_eq!(client.get("dataAlerts/x").error(), failure(404, "409023"));
    let workbook = list.one("workbook", "id");
    assert_eq!(client.on_site("DELETE", &format!("workbooks/{workbook}"), "").status, 204);
    assert_eq!(mock.data_alerts(), []);
}

#[test]
fn validates_and_updates_schedules() {
    let mock = MockServer::builder()
        .user("max", "pw", "SiteAdministratorCreator")
        .schedule("Nightly", "Flow")
        .start()
        .unwrap();
    let client = Client::new(&mock);
    let create = |attributes: &str, details: &str| {
        let body = format!(
            "<tsRequest><schedule name='n' priority='50' type='Extract' {attributes}>\
             <frequencyDetails start='01:00:00' {details}</frequencyDetails></schedule></tsRequest>"
        );
        client.call("POST", "schedules", &body)
    };
    let intervals = |intervals: &str| format!("end='23:00:00'><intervals>{intervals}</intervals>");
    for (attributes, details, code) in [
        ("frequency='Hourly'", ">".to_owned(), "400064"),
        ("frequency='Hourly'", intervals("<interval hours='1'/><interval hours='2'/>"), "400064"),
        ("frequency='Weekly'", ">".to_owned(), "400064"),
        ("frequency='Monthly'", ">".to_owned(), "400064"),
        ("frequency='Yearly'", ">".to_owned(), "400003"),
        ("", ">".to_owned(), "400000"),
    ] {
        assert_eq!(create(attributes, &details).error(), failure(400, code), "{attributes}");
    }
    let weekly = intervals("<interval weekDay='Monday'/><interval weekDay='Friday'/>");
    let response = create("frequency='Weekly'", &weekly);
    assert_eq!(response.status, 201);
    assert_eq!(response.one("schedule", "state"), "Active");
    assert_eq!(response.all("interval", "weekDay"), ["Monday", "Friday"]);
    assert_eq!(create("frequency='Daily'", ">").error(), failure(409, "409021"));
    let path = format!("schedules/{}", response.one("schedule", "id"));
    let body = "<tsRequest><schedule state='suspended' priority='101'/></tsRequest>";
    assert_eq!(client.call("PUT", &path, body).error(), failure(400, "400003"));
    let body = "<tsRequest><schedule state='suspended' priority='9'/></tsRequest>";
    assert_eq!(client.call("PUT", &path, body).one("schedule", "state"), "Suspended");
    assert_eq!(client.call("GET", &path, "").all("interval", "weekDay").len(), 2);
    assert_eq!(client.call("GET", "schedules", "").all("interval", "weekDay").len(), 0);
    let states = |client: &Client<'_>, query: &str, ids: &[&str]| {
        let ids: String =
            ids.iter().map(|id| format!("<scheduleLuid>{id}</scheduleLuid>")).collect();
        let body = format!("<tsRequest><scheduleLuids>{ids}</scheduleLuids></tsRequest>");
        client.call("PUT", &format!("schedules?state={query}"), &body)
    };
    let id = &path["schedules/".len()..];
    let changed = states(&client, "active", &[id]);
    assert!(changed.text().contains(&format!("<scheduleLuid>{id}</scheduleLuid>")));
    assert!(!states(&client, "active", &[id]).text().contains(id), "only changes are listed");
    assert!(states(&client, "suspended&updateAll=true", &[]).text().contains(id));
    assert_eq!(states(&client, "asleep", &[id]).error(), failure(400, "400003"));
    assert_eq!(states(&client, "active", &["x"]).error(), failure(404, "404023"));
    let max = Client::signed_in(&mock, "3.30", "name='max' password='pw'", "").unwrap();
    assert_eq!(states(&max, "active", &[id]).error(), failure(403, "403004"));
    let workbook = client.get("workbooks").one("workbook", "id");
    let task = format!(
        "<tsRequest><task><extractRefresh><workbook id='{workbook}'/></extractRefresh></task></tsRequest>"
    );
    let added = client.on_site("PUT", &format!("{path}/workbooks"), &task);
    let tasks = max.get(&format!("{path}/extracts"));
    assert_eq!(tasks.one("extract", "id"), added.one("extractRefresh", "id"));
    assert_eq!(tasks.one("workbook", "id"), workbook);
    assert_eq!(max.call("GET", "schedules?sort=name:asc", "").all("schedule", "name").len(), 4);
    assert_eq!(max.call("DELETE", &path, "").error(), failure(403, "403004"));
    assert_eq!(client.call("DELETE", &path, "").status, 204);
    assert_eq!(client.call("GET", &path, "").error(), failure(404, "404023"));
    assert_eq!(names(&mock.schedules()), ["Weekday early mornings", "Every night", "Nightly"]);
}

#[test]
fn reads_renames_and_deletes_groups() {
    let mock = MockServer::builder()
        .user("ada", "pw", "Viewer")
        .user("bo", "pw", "Viewer")
        .group("Sales", ["ada"])
        .start()
        .unwrap();
    let client = Client::new(&mock);
    let id = client.get("groups?filter=name:eq:Sales").one("group", "id");
    let path = format!("groups/{id}");
    assert_eq!(client.get(&path).one("domain", "name"), "local");
    let users = client.get("users?filter=name:in:[ada,bo]").all("user", "id");
    let list = |users: &[String]| {
        let users: String = users.iter().map(|id| format!("<user id='{id}'/>")).collect();
        format!("<tsRequest><users>{users}</users></tsRequest>")
    };
    let added = client.on_site("POST", &format!("{path}/users"), &list(&users));
    assert_eq!(added.all("user", "name"), ["ada", "bo"]);
    assert_eq!(mock.group_members("Sales"), ["ada", "bo"]);
    let removed = client.on_site("PUT", &format!("{path}/users/remove"), &list(&users[..1]));
    assert_eq!((removed.status, mock.group_members("Sales")), (200, vec!["bo".to_owned()]));
    let rename = |name: &str| {
        let body =
            format!("<tsRequest><group name='{name}' minimumSiteRole='Viewer'/></tsRequest>");
        client.on_site("PUT", &path, &body)
    };
    assert_eq!(rename("analysts").error(), failure(409, "409009"));
    assert_eq!(rename("Support").one("group", "minimumSiteRole"), "Viewer");
    let ada = Client::signed_in(&mock, "3.30", "name='ada' password='pw'", "").unwrap();
    assert_eq!(ada.on_site("DELETE", &path, "").error(), failure(403, "403004"));
    assert_eq!(client.on_site("DELETE", &path, "").status, 204);
    assert_eq!(client.get(&path).error(), failure(404, "404012"));
    assert_eq!(names(&mock.groups()), ["All Users", "Analysts", "Managers"]);
}

#[test]
fn metrics_have_the_error_codes_of_each_operation() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    for (method, code) in [("GET", "404004"), ("PUT", "404004"), ("DELETE", "404006")] {
        let body = "<tsRequest><metric name='m'/></tsRequest>";
        let response = client.on_site(method, "metrics/missing", body);
        assert_eq!(response.error(), failure(404, code), "{method}");
    }
    let metrics = client.get("metrics").all("metric", "id");
    assert!(!metrics.is_empty());
    for id in metrics {
        assert_eq!(client.on_site("DELETE", &format!("metrics/{id}"), "").status, 204);
    }
    assert_eq!(client.get("metrics").error(), failure(404, "404004"));
}

#[test]
fn inspectors_show_content_of_builders() {
    let mock = MockServer::builder()
        .workbooks(0)
        .datasources(0)
        .users(1)
        .projects(1)
        .site("Other", "other")
        .workbook("Finance/Reports/Budget", ["Plan", "Actual"])
        .datasource("Finance/Orders")
        .flow("Clean")
        .custom_view("Mine", "Budget")
        .webhook("audit", "UserDeleted", "https://ops.example/hook")
        .start()
        .unwrap();
    assert_eq!(mock.sessions_open(), 0);
    assert_eq!(mock.requests().len(), 0, "content of the builder is not a client's request");
    assert_eq!(names(&mock.users()), ["admin"]);
    assert_eq!(names(&mock.projects()), ["default", "Finance", "Reports"]);
    let [workbook] = &mock.workbooks()[..] else { panic!("one workbook") };
    assert_eq!(workbook.name(), "Budget");
    assert_eq!(workbook.child("project").unwrap().name(), "Reports");
    assert_eq!(names(&workbook.child("views").unwrap().children()), ["Plan", "Actual"]);
    assert_eq!(names(&mock.views()), ["Plan", "Actual"]);
    assert_eq!(names(&mock.datasources()), ["Orders"]);
    assert_eq!(mock.flows()[0].child("project").unwrap().name(), "default");
    assert_eq!(names(&mock.custom_views()), ["Mine"]);
    assert_eq!(mock.webhooks()[0].attribute("event"), Some("UserDeleted"));
    assert_eq!(names(&mock.items_on("other", "workbooks")), ["Budget"]);
    assert_eq!(mock.items("nonsense"), []);
    assert_eq!((mock.jobs(), mock.data_quality_warnings()), (vec![], vec![]));

    let client = Client::new(&mock);
    let id = client.get("workbooks").one("workbook", "id");
    assert_eq!(client.on_site("POST", &format!("workbooks/{id}/refresh"), "").status, 202);
    assert_eq!(mock.jobs()[0].attribute("progress"), Some("0"));
    assert_eq!(mock.jobs()[0].attribute("progress"), Some("0"), "inspecting is not polling");
}

#[test]
fn inspectors_show_jobs_warnings_connections_permissions_and_settings() {
    let mock = MockServer::builder()
        .site("Other", "other")
        .workbook("default/Budget", ["Plan"])
        .datasource("default/Orders")
        .data_quality_warning("Orders", "Deprecated")
        .refresh_job("Budget")
        .start()
        .unwrap();
    let sites = mock.sites();
    assert_eq!(sites.iter().map(Item::name).collect::<Vec<_>>(), ["Default", "Other"]);
    let [job] = &mock.jobs()[..] else { panic!("one job") };
    assert_eq!((job.attribute("type"), job.attribute("startedAt")), (Some("RefreshExtract"), None));
    let [warning] = &mock.data_quality_warnings()[..] else { panic!("one warning") };
    assert_eq!(warning.attribute("type"), Some("Deprecated"));
    let [connection] = &mock.connections("workbooks", "Budget")[..] else {
        panic!("one connection")
    };
    assert_eq!(connection.attribute("type"), Some("sqlserver"));
    assert_eq!(mock.connections("flows", "Budget"), []);
    let [rule] = &mock.permissions("workbooks", "Budget")[..] else { panic!("one rule") };
    assert_eq!(rule.child("group").unwrap().id(), mock.groups()[0].id());
    assert_eq!(rule.child("capabilities").unwrap().children()[0].name(), "AddComment");

    let client = Client::new(&mock);
    let flow = client.get("flows").one("flow", "id");
    client.on_site("POST", &format!("flows/{flow}/run"), "");
    let [run] = &mock.flow_runs()[..] else { panic!("one run") };
    assert_eq!((run.attribute("flowId"), run.attribute("status")), (Some(&*flow), Some("Pending")));
    assert_eq!(mock.mcp_settings(), []);
    let body = "<tsRequest><mcpSiteSettings><settings><key>k</key><value>v</value></settings>\
        </mcpSiteSettings></tsRequest>";
    client.on_site("PUT", "settings/mcp", body);
    assert_eq!(mock.mcp_settings()[0].child("value").unwrap().text(), "v");
    assert_eq!(mock.requests().len(), 4, "inspecting sends no requests");
}

#[test]
fn builders_report_rejected_content() {
    for (builder, expected) in [
        (MockServer::builder().group("Sales", ["nobody"]), "no 'nobody' among its users"),
        (MockServer::builder().group("analysts", [""; 0]), "already exists"),
        (MockServer::builder().webhook("n", "UserDeleted", "http://x"), "https://"),
        (MockServer::builder().schedule("n", "Coffee"), "Extract"),
        (MockServer::builder().data_alert("s", "nowhere"), "no 'nowhere' among its workbooks"),
        (MockServer::builder().data_quality_warning("x", "Stale"), "no 'x' among its datasources"),
        (MockServer::builder().refresh_job("x"), "no 'x' among its workbooks"),
    ] {
        let error = builder.start().unwrap_err();
        assert_eq!(error.kind(), tableau_server_client::ErrorKind::Config);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn reads_and_writes_connected_apps_in_json() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let path = format!("/api/3.30/sites/{}/connected-apps/direct-trust", client.site);
    let json = [("Accept", "application/json"), ("Content-Type", "application/json")];
    let call = |method: &str, path: &str, body: &str| -> (u16, serde_json::Value) {
        let response = client.send(method, path, &json, body.as_bytes());
        (response.status, serde_json::from_str(&response.text()).unwrap())
    };
    let projects: Vec<String> =
        mock.projects()[..2].iter().map(|project| project.id().to_owned()).collect();
    let body = serde_json::json!({"connectedApplication": {
        "name": "Portal", "enabled": true, "projectIds": {"projectId": projects}}});
    let (status, created) = call("POST", &path, &body.to_string());
    let app = &created["connectedApplication"];
    assert_eq!((status, &app["name"], &app["enabled"]), (201, &"Portal".into(), &"true".into()));
    assert_eq!(app["projectIds"]["projectId"], serde_json::json!(projects));
    let secrets = format!("{path}/{}/secrets", app["clientId"].as_str().unwrap());
    for expected in [201, 201, 400] {
        let (status, secret) = call("POST", &secrets, "");
        assert_eq!(status, expected, "{secret}");
        if status == 201 {
            assert_eq!(secret["connectedApplicationSecret"]["value"].as_str().unwrap().len(), 44);
        }
    }
    let (_, listed) = call("GET", &path, "");
    let [app] = &listed["connectedApplications"]["connectedApplication"].as_array().unwrap()[..]
    else {
        panic!("{listed}")
    };
    assert_eq!(app["secret"].as_array().unwrap().len(), 2, "{app}");
}
