//! Requests as clients other than TSC send them.

use serde_json::{Value, json};
use tableau_server_client::mock::MockServer;

use super::{Client, Response};

/// Sends JSON and reads a JSON response.
fn call(client: &Client<'_>, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let headers = [("Content-Type", "application/json"), ("Accept", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let response = client.send(method, path, &headers, body.as_bytes());
    (response.status, serde_json::from_slice(&response.body).unwrap_or_default())
}

#[test]
fn ignores_an_impersonated_user_without_id() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let sign_in = |user: Value| {
        let body = json!({"credentials": {
            "personalAccessTokenName": mock.token_name(),
            "personalAccessTokenSecret": mock.token_secret(),
            "name": null,
            "site": {"contentUrl": ""},
            "user": user,
        }});
        call(&client, "POST", "auth/signin", &body)
    };
    for user in [json!({"id": null}), Value::Null] {
        let (status, response) = sign_in(user);
        assert_eq!((status, &response["credentials"]["user"]["id"]), (200, &json!(client.user)));
    }
    assert_eq!(sign_in(json!({"id": "x"})).0, 404);
}

fn publish(client: &Client<'_>, accept: &str, version: &str, xml: &str) -> Response {
    let kind = if xml.contains("<workbook") { "workbook" } else { "datasource" };
    let body = format!(
        "--B\r\nContent-Disposition: form-data; name=\"request_payload\"\r\n\r\n\
         <tsRequest>{xml}</tsRequest>\r\n--B\r\nContent-Disposition: form-data; \
         name=\"tableau_{kind}\"; filename=\"f\"\r\n\r\n<{kind}><connection class='c' server='s'/>\
         </{kind}>\r\n--B--\r\n"
    );
    let headers = [("Content-Type", "multipart/mixed; boundary=B"), ("Accept", accept)];
    let extension = if kind == "workbook" { "twb" } else { "tds" };
    let path = format!(
        "/api/{version}/sites/{}/{kind}s?{kind}Type={extension}&overwrite=True&append=False",
        client.site
    );
    client.send("POST", &path, &headers, body.as_bytes())
}

#[test]
fn treats_none_as_an_absent_boolean() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    for (xml, attribute) in [
        ("<workbook name='W' showTabs='none' thumbnailsUserId=''/>", "showTabs"),
        ("<datasource name='D' useRemoteQueryAgent='None'/>", "useRemoteQueryAgent"),
    ] {
        let response = publish(&client, "application/xml", "3.30", xml);
        assert_eq!(response.status, 201, "{}", response.text());
        assert!(response.text().contains(&format!("{attribute}=\"false\"")), "{}", response.text());
    }
    let odd = publish(&client, "application/xml", "3.30", "<workbook name='V' showTabs='maybe'/>");
    assert_eq!(odd.error(), (400, "400008".to_owned()));
}

#[test]
fn omits_newer_members_from_json_of_older_versions() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let xml = "<workbook name='W'/>";
    let views = |accept, version| {
        let response = publish(&client, accept, version, xml);
        assert_eq!(response.status, 201, "{}", response.text());
        response.text().contains("Sheet 1")
    };
    assert!(!views("application/json", "3.18"));
    assert!(views("application/json", "3.19") && views("application/xml", "3.18"));
    let source = publish(&client, "application/json", "3.18", "<datasource name='D'/>");
    let source: Value = serde_json::from_slice(&source.body).unwrap();
    let source = &source["datasource"];
    let owner = json!({"id": client.user});
    assert_eq!(
        (&source["owner"], source.get("size"), source.get("location")),
        (&owner, None, None)
    );
    assert_eq!(source.get("askData"), None, "Ask Data ended with API 3.12");
    let path = format!("/api/3.18/sites/{}/datasources/{}/connections", client.site, {
        source["id"].as_str().unwrap()
    });
    let (_, connections) = call(&client, "GET", &path, &Value::Null);
    let connection = &connections["connections"]["connection"][0];
    assert_eq!(connection["serverAddress"], "s");
    for absent in ["serverPort", "dbName", "queryTagging"] {
        assert_eq!(connection.get(absent), None, "{absent}");
    }
}

#[test]
fn omits_newer_attributes_for_older_versions() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let id = client.get("workbooks").one("workbook", "id");
    let path = format!("workbooks/{id}");
    let update =
        "<tsRequest><workbook><dataFreshnessPolicy option='AlwaysLive'/></workbook></tsRequest>";
    assert_eq!(client.on_site("PUT", &path, update).status, 200);
    let site = format!("sites/{}", client.site);
    let capture = "<tsRequest><site attributeCaptureEnabled='true'/></tsRequest>";
    assert_eq!(client.call("PUT", &site, capture).status, 200);
    for (version, path, attribute, is_shown) in [
        ("3.20", &path, "description", true),
        ("3.19", &path, "description", false),
        ("3.22", &path, "dataFreshnessPolicy", true),
        ("3.21", &path, "dataFreshnessPolicy", false),
        ("3.19", &String::new(), "attributeCaptureEnabled", true),
        ("3.18", &String::new(), "attributeCaptureEnabled", false),
    ] {
        let old = Client {
            version,
            token: client.token.clone(),
            site: client.site.clone(),
            ..Client::new(&mock)
        };
        let response = if path.is_empty() { old.call("GET", &site, "") } else { old.get(path) };
        assert_eq!(response.status, 200, "{}", response.text());
        assert_eq!(response.text().contains(attribute), is_shown, "{version} {attribute}");
    }
}

#[test]
fn json_only_apis_report_errors_in_json() {
    let mock = MockServer::start().unwrap();
    let client = Client { token: String::new(), ..Client::new(&mock) };
    for (method, path) in [("GET", "/api/-/search"), ("POST", "/api/metadata/nothing")] {
        let response = client.send(method, path, &[("Accept", "text/xml")], b"");
        let error: Value = serde_json::from_slice(&response.body).unwrap();
        let code = error["error"]["code"].as_str().unwrap();
        assert!(code.starts_with(&response.status.to_string()), "{path}: {error}");
        assert_eq!(response.header("content-type"), Some("application/json;charset=utf-8"));
    }
}
