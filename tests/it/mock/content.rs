//! Lists, their queries, and changes of content.

use tableau_server_client::mock::{Item, MockServer};

use super::{Client, Response};

fn failure(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn lists_in_pages() {
    let mock = MockServer::builder().workbooks(250).start().unwrap();
    let client = Client::new(&mock);
    let response = client.get("workbooks");
    assert_eq!(response.one("pagination", "pageSize"), "100");
    assert_eq!(response.one("pagination", "totalAvailable"), "250");
    assert_eq!(response.all("workbook", "id").len(), 100);
    assert_eq!(client.get("workbooks?pageNumber=3").all("workbook", "id").len(), 50);
    assert_eq!(client.get("workbooks?pageSize=1000").all("workbook", "id").len(), 250);
    for (query, expected) in [
        ("pageNumber=4", failure(400, "400006")),
        ("pageNumber=0", failure(400, "400006")),
        ("pageNumber=x", failure(400, "400006")),
        ("pageSize=0", failure(400, "400007")),
        ("pageSize=-1", failure(400, "400007")),
        ("pageSize=1001", failure(403, "403014")),
        ("filter=nonsense", failure(400, "400065")),
        ("filter=nonsense:eq:x", failure(400, "400065")),
        ("filter=name:like:x", failure(400, "400065")),
        ("filter=size:gt:big", failure(400, "400065")),
        ("filter=createdAt:gt:yesterday", failure(400, "400065")),
        ("filter=name:in:x", failure(400, "400065")),
        ("sort=nonsense:asc", failure(400, "400065")),
        ("sort=name:up", failure(400, "400065")),
    ] {
        assert_eq!(client.get(&format!("workbooks?{query}")).error(), expected, "{query}");
    }
}

#[test]
fn filters_sorts_and_selects_fields() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let names = |query: &str| client.get(&format!("workbooks?{query}")).all("workbook", "name");
    assert_eq!(names("filter=name:eq:Sales"), ["Sales"]);
    assert_eq!(names("filter=name%3Aeq%3ASales+2"), ["Sales 2"]);
    assert_eq!(names("filter=name:cieq:sALES"), ["Sales"]);
    assert_eq!(names("filter=name:in:[Sales,Staff%202]"), ["Sales", "Staff 2"]);
    assert_eq!(names("filter=name:eq:S*2"), ["Sales 2", "Staff 2"]);
    assert_eq!(names("filter=name:eq:sales").len(), 0);
    assert_eq!(names("filter=projectName:in:[R*%3C%22'%3E]"), ["Forecast", "Staff 2"]);
    assert_eq!(names("filter=tags:in:[board%20room]&sort=name:desc").len(), 3);
    assert_eq!(names("filter=createdAt:lt:2024-01-01T00:02:00Z"), ["Sales", "Finance"]);
    assert_eq!(names("filter=createdAt:gte:2024-01-01,size:lte:2"), ["Sales", "Finance"]);
    assert_eq!(names("filter=hasExtracts:eq:true").len(), 3);
    assert_eq!(names("sort=size:desc&pageSize=2"), ["Staff 2", "Forecast 2"]);
    let sorted = names("sort=displayTabs:asc,name:asc");
    assert_eq!(sorted[..2], ["Finance", "Finance 2"]);
    let response = client.get("workbooks?fields=workbook.name,owner.id&pageSize=1");
    let text = response.text();
    assert!(text.contains("<workbook name=\"Sales\"><owner id="), "{text}");
    assert!(!client.get("workbooks").text().contains("hasExtracts"));
    assert!(client.get("workbooks?fields=_all_").text().contains("hasExtracts"));
    let text = client.get("workbooks?fields=_default_,workbook.hasExtracts&pageSize=1").text();
    assert!(text.contains("hasExtracts") && text.contains("contentUrl"), "{text}");
    assert!(!client.get("users").text().contains("fullName"));
    assert!(client.get("users?fields=_all_").text().contains("fullName"));
}

#[test]
fn refuses_all_fields_on_request() {
    let mock = MockServer::builder().all_fields(false).start().unwrap();
    let client = Client::new(&mock);
    for (list, code) in
        [("workbooks", "400023"), ("users", "400025"), ("views", "400053"), ("projects", "400000")]
    {
        let response = client.get(&format!("{list}?fields=_all_"));
        assert_eq!(response.error(), failure(400, code), "{list}");
        assert_eq!(client.get(&format!("{list}?fields=_default_")).status, 200, "{list}");
    }
}

#[test]
fn comma_ends_a_filter_value() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let body = "<tsRequest><project name=\"a b: &quot;c&quot; \\ [d]\"/></tsRequest>";
    assert_eq!(client.on_site("POST", "projects", body).status, 201);
    let found = |filter: &str| {
        let response = client.get(&format!("projects?filter={filter}"));
        (response.status, response.all("project", "id").len())
    };
    for filter in ["name:eq:R%26D", "name:in:[R%26D,default]", "name:eq:a%2C%20b", "name:eq:a%26"] {
        let response = client.get(&format!("projects?filter={filter}"));
        assert_eq!(response.error(), failure(400, "400065"), "{filter}");
    }
    assert_eq!(found("name:eq:a%20b:%20%22c%22%20%5C%20[d]"), (200, 1));
    assert_eq!(found("name:in:[default,Marketing]"), (200, 2));
    assert_eq!(found("name:eq:a,%20b").0, 400);
    assert_eq!(found("name:eq:a%5C%2C%20b").0, 400);
}

#[test]
fn lists_a_million_workbooks() {
    let mock = MockServer::builder().workbooks(1_000_000).start().unwrap();
    let client = Client::new(&mock);
    let response = client.get("workbooks?pageSize=1000&pageNumber=1000");
    assert_eq!(response.one("pagination", "totalAvailable"), "1000000");
    assert_eq!(response.all("workbook", "id").len(), 1000);
    let id = response.all("workbook", "id").pop().unwrap();
    assert_eq!(client.get(&format!("workbooks/{id}")).all("view", "id").len(), 2);
    assert_eq!(client.on_site("DELETE", &format!("workbooks/{id}"), "").status, 204);
    assert_eq!(client.get("workbooks?pageSize=1").one("pagination", "totalAvailable"), "999999");
    assert_eq!(client.get("views?pageSize=1").one("pagination", "totalAvailable"), "1999998");
}

#[test]
fn unknown_ids_have_error_codes() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    for (path, code) in [
        ("workbooks/x", "404006"),
        ("users/x", "404002"),
        ("views/x", "404011"),
        ("datasources/x", "404004"),
        ("jobs/x", "404018"),
        ("groups/x/users", "404012"),
        ("workbooks/x/connections", "404006"),
        ("projects/x/permissions", "404005"),
        ("nonsense/x", "404003"),
        ("nonsense/x/permissions", "404003"),
    ] {
        assert_eq!(client.get(path).error(), failure(404, code), "{path}");
    }
    let upload = client.on_site("PUT", "fileUploads/x", "");
    assert_eq!(upload.error(), failure(404, "404015"));
    let project = client.on_site("DELETE", "projects/x", "");
    assert_eq!(project.error(), failure(404, "404005"));
    assert_eq!(client.on_site("POST", "views", "").error(), failure(405, "405000"));
}

#[test]
fn creates_updates_and_deletes_projects() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let create = |attributes: &str| {
        client.on_site(
            "POST",
            "projects",
            &format!("<tsRequest><project {attributes}/></tsRequest>"),
        )
    };
    let special = "name=\"R&amp;D &lt;&quot;&#39;&gt; &#9;tab &#228; &#128512;\"";
    let response = create(special);
    assert_eq!(response.status, 201);
    let id = response.one("project", "id");
    assert_eq!(response.one("project", "name"), "R&D <\"'> \ttab ä 😀");
    assert_eq!(create(special).error(), failure(409, "409006"));
    assert_eq!(create("description='x'").error(), failure(400, "400000"));
    assert_eq!(create("name='x' parentProjectId='y'").error(), failure(404, "404005"));
    let inside = create(&format!("name='inside' parentProjectId='{id}'"));
    let inside = inside.one("project", "id");
    let update = |id: &str, attributes: &str| {
        let body = format!("<tsRequest><project {attributes}/></tsRequest>");
        client.on_site("PUT", &format!("projects/{id}"), &body)
    };
    let response = update(&id, "description='new' contentPermissions='LockedToProject'");
    assert_eq!(response.one("project", "description"), "new");
    let loop_ = update(&id, &format!("parentProjectId='{inside}'"));
    assert_eq!(loop_.error(), failure(400, "400003"));
    assert_eq!(update(&inside, "contentPermissions='odd'").status, 400);
    assert_eq!(update(&inside, "parentProjectId=''").all("project", "parentProjectId").len(), 0);
    assert_eq!(update(&inside, &format!("parentProjectId='{id}'")).status, 200);
    assert_eq!(client.on_site("DELETE", &format!("projects/{id}"), "").status, 204);
    let names = client.get("projects").all("project", "name");
    assert!(!names.contains(&"inside".to_owned()), "{names:?}");
    let default = client.get("projects?filter=name:eq:default").one("project", "id");
    assert_eq!(client.on_site("DELETE", &format!("projects/{default}"), "").status, 403);
    assert_eq!(update(&default, "name='other'").error(), failure(403, "403005"));
    assert_eq!(update(&default, "name='default' description='x'").status, 200);
}

#[test]
fn lists_users_groups_and_members() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let add = "<tsRequest><user name='new' siteRole='Viewer' authSetting='SAML'/></tsRequest>";
    let response = client.on_site("POST", "users", add);
    assert_eq!(response.status, 201);
    let user = response.one("user", "id");
    assert_eq!(client.on_site("POST", "users", add).error(), failure(409, "409017"));
    let bad = "<tsRequest><user name='n' siteRole='King'/></tsRequest>";
    assert_eq!(client.on_site("POST", "users", bad).error(), failure(400, "400013"));
    let update = "<tsRequest><user fullName='N' password='pw' siteRole='Creator'/></tsRequest>";
    let response = client.on_site("PUT", &format!("users/{user}"), update);
    assert_eq!(response.one("user", "siteRole"), "Creator");
    assert!(Client::signed_in(&mock, "3.30", "name='new' password='pw'", "").is_ok());

    let group = client.on_site("POST", "groups", "<tsRequest><group name='G'/></tsRequest>");
    let group = group.one("group", "id");
    let again = client.on_site("POST", "groups", "<tsRequest><group name='g'/></tsRequest>");
    assert_eq!(again.error(), failure(409, "409009"));
    let members = format!("groups/{group}/users");
    let member = format!("<tsRequest><user id='{user}'/></tsRequest>");
    assert_eq!(client.on_site("POST", &members, &member).one("user", "name"), "new");
    assert_eq!(client.on_site("POST", &members, &member).error(), failure(409, "409011"));
    assert_eq!(client.get(&members).all("user", "id"), [user.as_str()]);
    let groups = client.get(&format!("users/{user}/groups")).all("group", "name");
    assert_eq!(groups, ["All Users", "G"]);
    assert_eq!(client.on_site("DELETE", &format!("{members}/{user}"), "").status, 204);
    assert_eq!(client.get(&members).all("user", "id").len(), 0);

    assert_eq!(client.on_site("DELETE", &format!("users/{user}"), "").status, 204);
    assert_eq!(mock.sessions_open(), 1, "the session of a removed user ends");
    let owner = client.get("users?filter=name:eq:alice").one("user", "id");
    let response = client.on_site("DELETE", &format!("users/{owner}"), "");
    assert_eq!(response.error(), failure(409, "409003"));
    let target = format!("users/{owner}?mapAssetsTo={}", client.user);
    assert_eq!(client.on_site("DELETE", &target, "").status, 204);
}

#[test]
fn adds_and_removes_tags_and_permissions() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let id = client.get("workbooks?filter=name:eq:Finance").one("workbook", "id");
    let tags = format!("workbooks/{id}/tags");
    let body = "<tsRequest><tags><tag label='a b'/><tag label='\"c d\"'/></tags></tsRequest>";
    assert_eq!(client.on_site("PUT", &tags, body).all("tag", "label"), ["a", "b", "c d"]);
    assert_eq!(client.on_site("DELETE", &format!("{tags}/c%20d"), "").status, 204);
    let gone = client.on_site("DELETE", &format!("{tags}/c%20d"), "");
    assert_eq!(gone.error(), failure(404, "404007"));

    let permissions = format!("workbooks/{id}/permissions");
    let add = |who: &str, name: &str, mode: &str| -> Response {
        let body = format!(
            "<tsRequest><permissions><granteeCapabilities><user id='{who}'/><capabilities>\
             <capability name='{name}' mode='{mode}'/></capabilities></granteeCapabilities>\
             </permissions></tsRequest>"
        );
        client.on_site("PUT", &permissions, &body)
    };
    assert_eq!(add(&client.user, "Read", "Allow").one("capability", "mode"), "Allow");
    assert_eq!(add(&client.user, "Read", "Deny").all("capability", "mode"), ["Deny"]);
    assert_eq!(add(&client.user, "Fly", "Allow").error(), failure(400, "400009"));
    assert_eq!(add("x", "Read", "Allow").error(), failure(404, "404002"));
    let take = |mode: &str| {
        let path = format!("{permissions}/users/{}/Read/{mode}", client.user);
        client.on_site("DELETE", &path, "")
    };
    assert_eq!(take("Allow").error(), failure(404, "404013"));
    assert_eq!(take("Deny").status, 204);
    assert_eq!(client.get(&permissions).all("capability", "name").len(), 0);

    let project = client.get("projects?filter=name:eq:Finance").one("project", "id");
    let defaults = format!("projects/{project}/default-permissions/workbooks");
    assert_eq!(client.get(&defaults).status, 200);
    assert_eq!(client.get(&format!("projects/{project}/default-permissions/odd")).status, 404);
    // Content in a locked project has the permissions of the project.
    let lock = "<tsRequest><project contentPermissions='LockedToProject'/></tsRequest>";
    assert_eq!(client.on_site("PUT", &format!("projects/{project}"), lock).status, 200);
    assert_eq!(add(&client.user, "Read", "Allow").error(), failure(403, "403039"));
}

#[test]
fn jobs_end_when_polled_or_as_time_passes() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let ids = client.get("workbooks").all("workbook", "id");
    let start = |at: usize| client.on_site("POST", &format!("workbooks/{}/refresh", ids[at]), "");
    let job = start(0).one("job", "id");
    assert_eq!(start(0).error(), failure(409, "409093"));
    let ask = |id: &str| client.get(&format!("jobs/{id}"));
    assert_eq!(ask(&job).all("job", "completedAt").len(), 0);
    assert_eq!(ask(&job).one("job", "finishCode"), "0");
    let job = start(1).one("job", "id");
    mock.advance(std::time::Duration::from_secs(61));
    assert_eq!(ask(&job).one("job", "finishCode"), "0");
    assert_eq!(client.on_site("PUT", &format!("jobs/{job}"), "").error(), failure(403, "403091"));
    mock.fail_next_job("no disk");
    let job = start(2).one("job", "id");
    ask(&job);
    let response = ask(&job);
    assert_eq!(response.one("job", "finishCode"), "1");
    assert!(response.text().contains("no disk"));
    let job = start(3).one("job", "id");
    assert_eq!(client.on_site("PUT", &format!("jobs/{job}"), "").status, 200);
    assert_eq!(ask(&job).one("job", "finishCode"), "2");
    let response = client.get("jobs?filter=status:eq:Failed");
    assert_eq!(response.all("backgroundJob", "jobType"), ["refresh_extracts"]);
}

#[test]
fn jobs_that_create_extracts_are_only_in_the_list() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let id = client.get("workbooks").one("workbook", "id");
    let create = || client.on_site("POST", &format!("workbooks/{id}/createExtract"), "");
    let job = create().one("job", "id");
    for _ in 0..3 {
        let by_id = client.get(&format!("jobs/{job}"));
        assert_eq!(by_id.error(), failure(400, "400031"));
    }
    let status = || client.get("jobs").one("backgroundJob", "status");
    assert_eq!((status(), status()), ("InProgress".into(), "Success".into()));
    let changed = client.get("workbooks?fields=id,hasExtracts").all("workbook", "hasExtracts");
    assert_eq!(changed[0], "true");
    let job = create().one("job", "id");
    assert_eq!(client.on_site("PUT", &format!("jobs/{job}"), "").status, 200);
    assert_eq!(status(), "Cancelled");
}

#[test]
fn lists_and_updates_sites() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let create =
        "<tsRequest><site name='New' contentUrl='new' disableSubscriptions='True'/></tsRequest>";
    let response = client.call("POST", "sites", create);
    assert_eq!(response.status, 201);
    assert_eq!(response.one("site", "disableSubscriptions"), "true");
    assert_eq!(client.call("POST", "sites", create).error(), failure(409, "409001"));
    let other = create.replace("'New'", "'Other'");
    assert_eq!(client.call("POST", "sites", &other).error(), failure(409, "409002"));
    assert_eq!(client.call("GET", "sites", "").all("site", "contentUrl"), ["", "new"]);
    let id = response.one("site", "id");
    assert_eq!(client.call("GET", &format!("sites/{id}"), "").error(), failure(403, "403004"));
    assert_eq!(client.call("GET", "sites/x", "").error(), failure(404, "404000"));
    let credentials = format!("name='admin' password='{}'", mock.password());
    let there = Client::signed_in(&mock, "3.30", &credentials, "new").unwrap();
    assert_eq!(there.get("workbooks").all("workbook", "id").len(), 0);
    assert_eq!(there.call("DELETE", &format!("sites/{id}"), "").status, 204);
    assert_eq!(there.get("workbooks").error(), failure(401, "401002"));
}

#[test]
fn builder_creates_nested_projects() {
    let mock =
        MockServer::builder().project("Finance/Reports/2026").project("Finance/Plans").start();
    let mock = mock.unwrap();
    let client = Client::new(&mock);
    let find = |filter: &str| client.get(&format!("projects?filter={filter}"));
    let finance = find("name:eq:Finance").one("project", "id");
    let inside = find(&format!("parentProjectId:eq:{finance}")).all("project", "name");
    assert_eq!(inside, ["Quarterly", "Reports", "Plans"]);
    let reports = find("name:eq:Reports").one("project", "id");
    assert_eq!(find("name:eq:2026").one("project", "parentProjectId"), reports);
}

#[test]
fn moving_and_renaming_onto_a_taken_name_conflicts() {
    let mock = MockServer::builder()
        .workbook("Here/Plan", ["One"])
        .workbook("Here/Other", ["One"])
        .workbook("There/PLAN", ["One"])
        .datasource("Here/Orders")
        .datasource("There/Orders")
        .flow("Here/Clean")
        .flow("There/Clean")
        .start()
        .unwrap();
    let client = Client::new(&mock);
    let there = client.get("projects?filter=name:eq:There").one("project", "id");
    let update = |path: &str, element: &str, name: &str, body: &str| {
        let items = mock.items(path);
        let is_here = |item: &&Item| item.child("project").unwrap().name() == "Here";
        let mut items = items.iter().filter(is_here).filter(|item| item.name() == name);
        let path = format!("{path}/{}", items.next().unwrap().id());
        client.on_site(
            "PUT",
            &path,
            &format!("<tsRequest><{element} {body}</{element}></tsRequest>"),
        )
    };
    let to_there = format!("><project id='{there}'/>");
    let moved = |path, element, name| update(path, element, name, &to_there).error();
    assert_eq!(moved("workbooks", "workbook", "Plan"), failure(409, "409013"));
    assert_eq!(moved("datasources", "datasource", "Orders"), failure(409, "409015"));
    assert_eq!(moved("flows", "flow", "Clean"), failure(409, "409041"));
    let renamed = update("workbooks", "workbook", "Other", "name='plan'>");
    assert_eq!(renamed.error(), failure(409, "409012"));
    assert_eq!(update("workbooks", "workbook", "Plan", "name='PLAN'>").status, 200);
    assert_eq!(update("workbooks", "workbook", "Other", &to_there).one("project", "name"), "There");
}

#[test]
fn default_permissions_of_a_new_project_reach_new_content() {
    let mock = MockServer::builder().workbook("New/First", ["One"]).start().unwrap();
    let client = Client::new(&mock);
    let project = client.get("projects?filter=name:eq:New").one("project", "id");
    let everyone = client.get("groups?filter=name:eq:All%20Users").one("group", "id");
    let defaults = format!("projects/{project}/default-permissions/workbooks");
    let names = |path: &str| {
        let response = client.get(path);
        assert_eq!(response.all("group", "id"), [everyone.as_str()], "{path}");
        response.all("capability", "name")
    };
    let usual = ["AddComment", "ExportData", "ExportImage", "Filter", "Read", "ViewComments"];
    assert_eq!(names(&defaults), usual);
    let first = client.get("workbooks?filter=name:eq:First").one("workbook", "id");
    assert_eq!(names(&format!("workbooks/{first}/permissions")), usual);
    let sources = format!("projects/{project}/default-permissions/datasources");
    assert_eq!(names(&sources), ["Connect", "Read"]);

    // Later changes of the default permissions apply to content published after them.
    let write = format!(
        "<tsRequest><permissions><granteeCapabilities><group id='{everyone}'/><capabilities>\
         <capability name='Write' mode='Allow'/></capabilities></granteeCapabilities></permissions></tsRequest>"
    );
    assert_eq!(client.on_site("PUT", &defaults, &write).status, 200);
    let second = publish_workbook(&client, "Second", &project);
    assert!(names(&format!("workbooks/{second}/permissions")).contains(&"Write".to_owned()));
    assert_eq!(names(&format!("workbooks/{first}/permissions")), usual);

    // The default project has them too; the other sample projects have none.
    let default = client.get("projects?filter=name:eq:default").one("project", "id");
    assert_eq!(names(&format!("projects/{default}/default-permissions/workbooks")), usual);
    let third = publish_workbook(&client, "Third", &default);
    assert_eq!(names(&format!("workbooks/{third}/permissions")), usual);
    let sample = client.get("projects?filter=name:eq:Marketing").one("project", "id");
    let of_sample = client.get(&format!("projects/{sample}/default-permissions/workbooks"));
    assert_eq!(of_sample.all("capability", "name").len(), 0);
}

/// Publishes a workbook and returns its id.
fn publish_workbook(client: &Client<'_>, name: &str, project: &str) -> String {
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"request_payload\"\r\n\r\n\
         <tsRequest><workbook name='{name}'><project id='{project}'/></workbook></tsRequest>\r\n\
         --B\r\nContent-Disposition: form-data; name=\"tableau_workbook\"; filename=\"w.twb\"\r\n\r\n\
         <workbook/>\r\n--B--\r\n"
    );
    let headers = [("Content-Type", "multipart/mixed; boundary=B")];
    let path = format!("sites/{}/workbooks?workbookType=twb", client.site);
    client.send("POST", &path, &headers, body.as_bytes()).one("workbook", "id")
}

#[test]
fn site_roles_limit_who_administers_users() {
    let mock = MockServer::builder()
        .user("vera", "pw", "Viewer")
        .user("carl", "pw", "Creator")
        .user("sam", "pw", "SiteAdministratorCreator")
        .start()
        .unwrap();
    let sign_in = |name: &str| {
        Client::signed_in(&mock, "3.30", &format!("name='{name}' password='pw'"), "").unwrap()
    };
    let (sam, admin) = (sign_in("sam"), Client::new(&mock));
    let group = sam.get("groups").one("group", "id");
    let body = |attributes: &str| format!("<tsRequest><user {attributes}/></tsRequest>");
    for name in ["vera", "carl"] {
        let client = sign_in(name);
        let myself = format!("users/{}", client.user);
        for (method, path, body) in [
            ("POST", "users", body("name='new' siteRole='Viewer'")),
            ("PUT", &myself, body("siteRole='ServerAdministrator'")),
            ("PUT", &myself, body("fullName='Other'")),
            ("PUT", &format!("users/{}", sam.user), body("password='x'")),
            ("DELETE", &format!("users/{}", sam.user), String::new()),
            ("POST", &format!("groups/{group}/users"), body(&format!("id='{}'", client.user))),
            ("POST", "groups", "<tsRequest><group name='g'/></tsRequest>".to_owned()),
            ("DELETE", &format!("groups/{group}"), String::new()),
            ("POST", "projects", "<tsRequest><project name='p'/></tsRequest>".to_owned()),
            ("POST", "users/import", String::new()),
            ("POST", "users/delete", String::new()),
            ("POST", "webhooks", String::new()),
            ("POST", "settings/mcp", String::new()),
        ] {
            let response = client.on_site(method, path, &body);
            assert_eq!(response.error(), failure(403, "403004"), "{name}: {method} {path}");
        }
    }
    let of_sam = format!("users/{}", sam.user);
    let promoted = sam.on_site("PUT", &of_sam, &body("siteRole='ServerAdministrator'"));
    assert_eq!(promoted.error(), failure(403, "403004"));
    let of_admin = format!("users/{}", admin.user);
    let demoted = sam.on_site("PUT", &of_admin, &body("siteRole='Viewer'"));
    assert_eq!(demoted.error(), failure(403, "403004"));
    assert_eq!(sam.on_site("PUT", &of_sam, &body("fullName='Sam S'")).status, 200);
    assert_eq!(admin.on_site("PUT", &of_sam, &body("siteRole='ServerAdministrator'")).status, 200);
}
