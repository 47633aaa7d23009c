//! Signing in and out with every kind of credentials.

use std::time::Duration;

use tableau_server_client::mock::MockServer;

use super::{Client, send_raw};

fn sign_in(mock: &MockServer, credentials: &str, site: &str) -> (u16, String) {
    match Client::signed_in(mock, "3.30", credentials, site) {
        Ok(_) => (200, String::new()),
        Err(response) => response.error(),
    }
}

fn expected(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn signs_in_with_every_kind_of_credentials() {
    let mock = MockServer::builder()
        .site("Marketing", "marketing")
        .user("viewer", "v & <w> \"x\" ß", "Viewer")
        .token("viewer", "mine", "s3cret")
        .jwt("viewer", "a.b.c")
        .start()
        .unwrap();
    let password = mock.password();
    let token = mock.token_secret();
    for (credentials, site, expected) in [
        (format!("name='admin' password='{password}'"), "", expected(200, "")),
        (format!("name='ADMIN' password='{password}'"), "Marketing", expected(200, "")),
        (format!("name='admin' password='{password}'"), "elsewhere", expected(401, "401001")),
        ("name='admin' password='wrong'".to_owned(), "", expected(401, "401001")),
        ("name='nobody' password='x'".to_owned(), "", expected(401, "401001")),
        ("name='alice' password=''".to_owned(), "", expected(401, "401001")),
        (
            "name='viewer' password='v &amp; &lt;w> &quot;x&quot; &#223;'".to_owned(),
            "marketing",
            expected(200, ""),
        ),
        (
            format!("personalAccessTokenName='mock-token' personalAccessTokenSecret='{token}'"),
            "",
            expected(200, ""),
        ),
        (
            "personalAccessTokenName='mine' personalAccessTokenSecret='s3cret'".to_owned(),
            "",
            expected(200, ""),
        ),
        (
            "personalAccessTokenName='mine' personalAccessTokenSecret='S3cret'".to_owned(),
            "",
            expected(401, "401001"),
        ),
        (format!("jwt='{}' isUat='true'", mock.jwt()), "", expected(200, "")),
        ("jwt='a.b.c' isUat='false'".to_owned(), "", expected(200, "")),
        ("jwt='a.b.d' isUat='false'".to_owned(), "", expected(401, "401001")),
        ("oddity='x'".to_owned(), "", expected(400, "400000")),
    ] {
        assert_eq!(sign_in(&mock, &credentials, site), expected, "{credentials} {site}");
    }
}

#[test]
fn signs_in_and_out() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    assert_eq!(mock.sessions_open(), 1);
    assert_eq!(client.get("workbooks").status, 200);
    let current = client.call("GET", "sessions/current", "");
    assert_eq!(current.one("user", "id"), client.user);
    assert_eq!(client.call("POST", "auth/signout", "").status, 204);
    assert_eq!(mock.sessions_open(), 0);
    for response in [client.get("workbooks"), client.call("POST", "auth/signout", "")] {
        assert_eq!(response.error(), expected(401, "401002"));
    }
    assert_eq!(mock.requests_to("POST", "/auth/signout").len(), 2);
    assert_eq!(mock.requests_to("GET", "/workbooks").len(), 2);
    let all = mock.requests();
    assert_eq!(all.len(), 6);
    assert_eq!(all[0].route(), "/auth/signin");
    assert!(all[0].text().contains(mock.password()));
    assert!(!format!("{all:?}").contains(mock.password()));
    assert!(!format!("{all:?}").contains(&client.token));
}

#[test]
fn personal_access_token_has_one_session() {
    let mock = MockServer::builder().site("Other", "other").start().unwrap();
    let credentials = format!(
        "personalAccessTokenName='{}' personalAccessTokenSecret='{}'",
        mock.token_name(),
        mock.token_secret()
    );
    let first = Client::signed_in(&mock, "3.30", &credentials, "").unwrap();
    let second = Client::signed_in(&mock, "3.30", &credentials, "other").unwrap();
    assert_eq!(first.get("users").error(), expected(401, "401002"));
    assert_eq!(second.get("users").status, 200);
    mock.revoke_token(mock.token_name());
    assert_eq!(second.get("users").error(), expected(401, "401002"));
    assert_eq!(sign_in(&mock, &credentials, ""), expected(401, "401001"));
}

#[test]
fn idle_sessions_expire() {
    let mock = MockServer::builder().session_lifetime(Duration::from_secs(3600)).start().unwrap();
    let client = Client::new(&mock);
    mock.advance(Duration::from_secs(3500));
    assert_eq!(client.get("users").status, 200);
    mock.advance(Duration::from_secs(3500));
    assert_eq!(client.get("users").status, 200);
    mock.advance(Duration::from_secs(3700));
    assert_eq!(mock.sessions_open(), 0);
    assert_eq!(client.get("users").error(), expected(401, "401002"));
}

#[test]
fn switches_sites() {
    let mock = MockServer::builder().site("Marketing", "marketing").start().unwrap();
    let client = Client::new(&mock);
    let switch = |to: &str| {
        let body = format!("<tsRequest><site contentUrl=\"{to}\"/></tsRequest>");
        client.call("POST", "auth/switchSite", &body)
    };
    assert_eq!(switch("").error(), expected(403, "403070"));
    assert_eq!(switch("nowhere").error(), expected(404, "404000"));
    assert_eq!(client.get("users").status, 200, "a switch that fails changes nothing");
    let response = switch("marketing");
    assert_eq!(response.one("site", "contentUrl"), "marketing");
    let there = Client {
        token: response.one("credentials", "token"),
        site: response.one("site", "id"),
        user: response.one("user", "id"),
        ..Client::new(&mock)
    };
    assert_eq!(there.get("users").status, 200);
    assert_eq!(client.get("users").error(), expected(401, "401002"));
    // The site in the path must be that of the session.
    let elsewhere = there.call("GET", &format!("sites/{}/users", client.site), "");
    assert_eq!(elsewhere.error(), expected(404, "404000"));
}

#[test]
fn impersonates_users() {
    let mock = MockServer::builder().user("bob", "pw", "Viewer").start().unwrap();
    let admin = Client::new(&mock);
    let bob = admin.get("users?filter=name:eq:bob").one("user", "id");
    let as_user = |credentials: &str, user: &str| {
        let body = format!(
            "<tsRequest><credentials {credentials}><site contentUrl=''/><user id='{user}'/></credentials></tsRequest>"
        );
        let target = "/api/3.30/auth/signin";
        send_raw(&mock, &super::request("POST", target, &[], body.as_bytes())).unwrap()
    };
    let credentials = format!("name='admin' password='{}'", mock.password());
    let response = as_user(&credentials, &bob);
    assert_eq!(response.one("user", "id"), bob);
    assert_eq!(as_user(&credentials, "x").error(), expected(404, "404002"));
    assert_eq!(as_user("name='bob' password='pw'", &bob).error(), expected(403, "403004"));
    let as_bob = Client { token: response.one("credentials", "token"), ..Client::new(&mock) };
    let body = "<tsRequest><user name='x' siteRole='Viewer'/></tsRequest>";
    assert_eq!(as_bob.on_site("POST", "users", body).error(), expected(403, "403004"));
}

#[test]
fn negotiates_versions() {
    let mock = MockServer::builder().api_version("3.4").start().unwrap();
    let get = |path: &str| {
        let response = send_raw(&mock, &super::request("GET", path, &[], b"")).unwrap();
        (response.error(), response.text())
    };
    let (status, text) = get("/api/2.4/serverinfo");
    assert_eq!(status, expected(200, ""));
    assert!(text.contains("<restApiVersion>3.4</restApiVersion>"), "{text}");
    assert_eq!(get("/api/3.4/serverInfo").0, expected(200, ""));
    assert_eq!(get("/api/3.5/serverinfo").0, expected(404, "404001"));
    assert_eq!(get("/api/2.3/serverinfo").0, expected(404, "404001"));
    assert_eq!(get("/api/nonsense/serverinfo").0, expected(404, "404001"));
    let client = Client::with_version(&mock, "2.4");
    assert_eq!(client.get("jobs").error(), expected(404, "404003"));
    assert_eq!(Client::with_version(&mock, "3.1").get("jobs").status, 200);
    assert!(MockServer::builder().api_version("2.3").start().is_err());
    assert!(MockServer::builder().api_version("three").start().is_err());
}

#[test]
fn accepts_and_returns_json() {
    let mock = MockServer::start().unwrap();
    let without_token = Client { token: String::new(), ..Client::new(&mock) };
    let body = format!(
        "{{\"credentials\": {{\"name\": \"admin\", \"password\": \"{}\", \"site\": {{\"contentUrl\": \"\"}}}}}}",
        mock.password()
    );
    let headers = [("Content-Type", "application/json"), ("Accept", "application/json")];
    let response = without_token.send("POST", "auth/signin", &headers, body.as_bytes());
    let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    let token = json["credentials"]["token"].as_str().unwrap().to_owned();
    let site = json["credentials"]["site"]["id"].as_str().unwrap();
    let client = Client { token, site: site.to_owned(), ..Client::new(&mock) };
    let path = format!("sites/{site}/workbooks?pageSize=2");
    let response = client.send("GET", &path, &headers[1..], b"");
    let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(json["pagination"]["totalAvailable"], "12");
    assert_eq!(json["workbooks"]["workbook"].as_array().unwrap().len(), 2);
    assert_eq!(json["workbooks"]["workbook"][0]["showTabs"], true);
    let response = client.send("GET", &format!("sites/{site}/workbooks/x"), &headers[1..], b"");
    let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(json["error"]["code"], "404006");
    let response = client.send("GET", "/api/-/search?terms=sales&limit=1", &[], b"");
    let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(json["hits"]["items"].as_array().unwrap().len(), 1);
    assert!(json["hits"]["next"].is_string());
    let hit = &json["hits"]["items"][0]["content"];
    let path = format!(
        "/api/-/content/usage-stats/{}/{}",
        hit["type"].as_str().unwrap(),
        hit["luid"].as_str().unwrap()
    );
    let response = client.send("GET", &path, &[], b"");
    let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!(json["hitsTotal"], 1);
}

#[test]
fn reads_and_updates_mcp_settings() {
    let mock = MockServer::builder().user("reader", "pw", "Viewer").start().unwrap();
    let client = Client::new(&mock);
    let path = format!("sites/{}/settings/mcp", client.site);
    let json = [("Content-Type", "application/json"), ("Accept", "application/json")];
    let call = |client: &Client<'_>, method: &str, body: &str| {
        let response = client.send(method, &path, &json, body.as_bytes());
        (response.status, response.text())
    };
    let shown = |body: &str| (200, format!("{{\"mcpSiteSettings\":{body}}}"));
    assert_eq!(call(&client, "GET", ""), shown("{}"));
    let entry = |key: &str, value: &str| format!("{{\"key\":\"{key}\",\"value\":\"{value}\"}}");
    let both = format!("{{\"settings\":[{},{}]}}", entry("A", "x"), entry("B", "true"));
    let body = format!("{{\"mcpSiteSettings\":{both}}}");
    assert_eq!(call(&client, "POST", &body), shown(&both));
    let body = r#"{"mcpSiteSettings": {"settings": [{"key": "A", "value": null}]}}"#;
    let rest = shown(&format!("{{\"settings\":[{}]}}", entry("B", "true")));
    assert_eq!(call(&client, "PUT", body), rest);
    let reader = Client::signed_in(&mock, "3.30", "name='reader' password='pw'", "").unwrap();
    assert_eq!(call(&reader, "GET", ""), rest);
    assert_eq!(call(&reader, "PUT", body).0, 403);
    let texts = client.get("settings/mcp").text();
    assert!(texts.contains("<settings><key>B</key><value>true</value></settings>"), "{texts}");
    assert_eq!(call(&client, "POST", r#"{"mcpSiteSettings": {"settings": [{}]}}"#).0, 400);
    let old = Client::with_version(&mock, "3.28");
    assert_eq!(old.get("settings/mcp").status, 404);
}

#[test]
fn search_pages_have_only_the_links_that_exist() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let links = |page: u8| {
        let path = format!("/api/-/search?terms=&filter=type:eq:workbook&limit=4&page={page}");
        let response = client.send("GET", &path, &[], b"");
        let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
        let hits = json["hits"].as_object().unwrap();
        assert_eq!(
            (hits["total"].as_u64(), hits["items"].as_array().map(Vec::len)),
            (Some(12), Some(4))
        );
        (hits.contains_key("prev"), hits.contains_key("next"))
    };
    assert_eq!([links(0), links(1), links(2)], [(false, true), (true, true), (true, false)]);
}
