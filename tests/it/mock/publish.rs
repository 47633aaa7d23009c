//! Publishing and downloading.

use tableau_server_client::mock::MockServer;
use tableau_server_client::publish::{ConnectionCredentials, PublishConnection};
use tableau_server_client::{Server, Source};

use super::{Client, Response};

const TWB: &[u8] = b"<?xml version='1.0'?><workbook><datasources><datasource caption='Orders'>\
    <connection class='postgres' server='db' port='5432' username='u' dbname='d'/></datasource>\
    </datasources><worksheets><worksheet name='One'/><worksheet name='Two'/></worksheets></workbook>";

fn multipart(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, filename, bytes) in parts {
        let head = format!(
            "--B\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(b"--B--\r\n");
    body
}

fn post(client: &Client<'_>, method: &str, path: &str, parts: &[(&str, &str, &[u8])]) -> Response {
    let path = format!("sites/{}/{path}", client.site);
    let headers = [("Content-Type", "multipart/mixed; boundary=B")];
    client.send(method, &path, &headers, &multipart(parts))
}

fn payload(name: &str) -> String {
    format!(
        "<tsRequest><workbook name='{name}'><views><view name='Two' hidden='true'/></views></workbook></tsRequest>"
    )
}

#[test]
fn returns_published_bytes_unchanged() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let xml = payload("Mine é");
    let parts = [("request_payload", "", xml.as_bytes()), ("tableau_workbook", "m.twb", TWB)];
    let response = post(&client, "POST", "workbooks?workbookType=twb", &parts);
    assert_eq!(response.status, 201, "{}", response.text());
    assert_eq!(response.all("view", "name"), ["One"], "hidden views are not shown");
    let of_site = client.get("views?filter=workbookName:eq:Mine%20%C3%A9");
    assert_eq!(of_site.all("view", "name"), ["One"], "nor in the list of the site");
    assert_eq!(of_site.one("pagination", "totalAvailable"), "1");
    let id = response.one("workbook", "id");
    let content = client.get(&format!("workbooks/{id}/content"));
    assert_eq!(content.body, TWB);
    let disposition = content.header("content-disposition").unwrap();
    assert_eq!(disposition, "name=\"tableau_file\"; filename*=UTF-8''Mine+%C3%A9.twb");
    let connections = client.get(&format!("workbooks/{id}/connections"));
    assert_eq!(connections.one("connection", "type"), "postgres");
    assert_eq!(connections.one("datasource", "name"), "Orders");

    let again = post(&client, "POST", "workbooks?workbookType=twb", &parts);
    assert_eq!(again.error(), (403, "403007".to_owned()));
    let again = post(&client, "POST", "workbooks?workbookType=twb&overwrite=true", &parts);
    assert_eq!(again.one("workbook", "id"), id);
    let revisions = client.get(&format!("workbooks/{id}/revisions"));
    assert_eq!(revisions.all("revision", "revisionNumber"), ["1", "2"]);
    let first = client.get(&format!("workbooks/{id}/revisions/1/content"));
    assert_eq!(first.body, TWB);
    let current = client.get(&format!("workbooks/{id}/revisions/2/content"));
    assert_eq!(
        current.error(),
        (404, "404024".to_owned()),
        "it must be requested without its number"
    );
    let delete = |number: u8| {
        client.on_site("DELETE", &format!("workbooks/{id}/revisions/{number}"), "").error()
    };
    assert_eq!(delete(2), (403, "403055".to_owned()));
    assert_eq!(delete(1), (204, String::new()));
    assert_eq!(delete(1), (404, "404024".to_owned()));
}

#[test]
fn publishes_parts_without_a_disposition() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let xml = payload("Without");
    let parts = [("request_payload", "", xml.as_bytes()), ("tableau_workbook", "m.twb", TWB)];
    let body = String::from_utf8(multipart(&parts)).unwrap().replace("form-data; ", "");
    let path = format!("sites/{}/workbooks?workbookType=twb", client.site);
    let headers = [("Content-Type", "multipart/mixed; boundary=B")];
    let answer = client.send("POST", &path, &headers, body.as_bytes());
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[test]
fn publishes_with_a_json_payload() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let project = client.get("projects?filter=name:eq:Marketing").one("project", "id");
    let json = serde_json::json!({"workbook": {
        "name": "From JSON",
        "description": null,
        "showTabs": "True",
        "project": {"id": project},
        "views": {"view": [{"name": "Two", "hidden": true}]},
    }});
    let json = json.to_string();
    for query in ["workbookType=twb", "workbookType=twb&overwrite=True"] {
        let parts = [("request_payload", "", json.as_bytes()), ("tableau_workbook", "m.twb", TWB)];
        let response = post(&client, "POST", &format!("workbooks?{query}"), &parts);
        assert_eq!(response.status, 201, "{}", response.text());
        assert_eq!(response.one("workbook", "name"), "From JSON");
        assert_eq!(response.one("workbook", "showTabs"), "true");
        assert!(!response.text().contains("null"), "null counts as absent: {}", response.text());
        assert_eq!(response.one("project", "id"), project);
        assert_eq!(response.all("view", "name"), ["One"]);
    }
    let broken = [("request_payload", "", &b"{"[..]), ("tableau_workbook", "m.twb", TWB)];
    let response = post(&client, "POST", "workbooks?workbookType=twb", &broken);
    assert_eq!(response.error(), (400, "400000".to_owned()));
}

#[test]
fn downloads_without_extracts_cannot_be_published() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let server = Server::new(mock.url()).unwrap();
    let session = server.sign_in(&mock.credentials()).unwrap();
    let (workbooks, sources) = (session.workbooks(), session.datasources());
    let with_extracts = |list: &str, element: &str| {
        let path = format!("{list}?filter=hasExtracts:eq:true");
        client.get(&path).one(element, "id")
    };
    let (workbook, source) =
        (with_extracts("workbooks", "workbook"), with_extracts("datasources", "datasource"));
    let files = [
        ("workbooks", workbooks.download(&*workbook), workbooks.download(&*workbook)),
        ("datasources", sources.download(&*source), sources.download(&*source)),
    ]
    .map(|(kind, whole, smaller)| {
        (kind, whole.to_bytes().unwrap(), smaller.include_extract(false).to_bytes().unwrap())
    });
    let contains = |file: &[u8], text: &[u8]| file.windows(text.len()).any(|part| part == text);
    for (kind, whole, smaller) in files {
        assert!(contains(&whole, b"Extracts/sample.hyperHyPer"), "{kind}");
        assert!(!contains(&smaller, b"HyPer"), "{kind}");
        let element = kind.trim_end_matches('s');
        let (part, extension) = match kind {
            "workbooks" => ("tableau_workbook", "twbx"),
            _ => ("tableau_datasource", "tdsx"),
        };
        let xml = format!("<tsRequest><{element} name='Copy'/></tsRequest>");
        let path = format!("{kind}?{element}Type={extension}");
        let publish = |file: &[u8]| {
            let parts = [("request_payload", "", xml.as_bytes()), (part, "f", file)];
            post(&client, "POST", &path, &parts)
        };
        assert_eq!(publish(&smaller).error(), (400, "400011".to_owned()), "{kind}");
        assert_eq!(publish(&whole).status, 201, "{kind}");
    }
    let (name, xml) = ("d.hyper", "<tsRequest><datasource name='Rows'/></tsRequest>");
    let parts =
        [("request_payload", "", xml.as_bytes()), ("tableau_datasource", name, &b"HyPer"[..])];
    let id = post(&client, "POST", "datasources", &parts).one("datasource", "id");
    let content = client.get(&format!("datasources/{id}/content?includeExtract=False"));
    assert!(content.header("content-disposition").unwrap().contains("\"Rows.tds\""));
    assert!(content.text().contains("Data/Extracts/Rows.hyper"), "{}", content.text());
}

#[test]
fn reads_connections_of_flows_only_as_siblings_of_the_flow() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let file = r#"{"connections": {"1": {"name": "Orders", "connectionAttributes":
        {"class": "postgres", "server": "db", "username": "u"}}}}"#;
    let login = "<connections><connection serverAddress='db'><connectionCredentials name='me' \
        password='p' embed='true'/></connection></connections>";
    for (name, xml, user) in [
        ("Beside", format!("<flow name='Beside'/>{login}"), "me"),
        ("Inside", format!("<flow name='Inside'>{login}</flow>"), "u"),
    ] {
        let xml = format!("<tsRequest>{xml}</tsRequest>");
        let parts =
            [("request_payload", "", xml.as_bytes()), ("tableau_flow", "f.tfl", file.as_bytes())];
        let id = post(&client, "POST", "flows", &parts).one("flow", "id");
        let connections = client.get(&format!("flows/{id}/connections"));
        assert_eq!(connections.one("connection", "userName"), user, "{name}");
    }
    let server = Server::new(mock.url()).unwrap();
    let session = server.sign_in(&mock.credentials()).unwrap();
    let source = Source::bytes("f.tfl", file.as_bytes());
    let login = PublishConnection::new("db").credentials(ConnectionCredentials::new("me", "p"));
    let published = session.flows().publish(source).name("Library").connection(login);
    let published = published.send().unwrap();
    let connections = session.connections(&published.item.id).list().unwrap();
    assert_eq!(connections[0].user_name.as_deref(), Some("me"));
}

#[test]
fn accepts_chunked_uploads() {
    let mock = MockServer::builder().max_file(1000).start().unwrap();
    let client = Client::new(&mock);
    let bytes: Vec<u8> = (0..2500_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
    let xml = "<tsRequest><datasource name='D'><connectionCredentials name='u' password='p' embed='true'/></datasource></tsRequest>";
    let whole =
        [("request_payload", "", xml.as_bytes()), ("tableau_datasource", "d.hyper", &bytes)];
    let response = post(&client, "POST", "datasources?datasourceType=hyper", &whole);
    assert_eq!(response.error(), (413, "413000".to_owned()));
    let id = client.on_site("POST", "fileUploads", "").one("fileUpload", "uploadSessionId");
    for piece in bytes.chunks(1000) {
        let parts = [("request_payload", "", &b""[..]), ("tableau_file", "file", piece)];
        assert_eq!(post(&client, "PUT", &format!("fileUploads/{id}"), &parts).status, 200);
    }
    let path = format!("datasources?datasourceType=hyper&asJob=true&uploadSessionId={id}");
    let job = post(&client, "POST", &path, &whole[..1]).one("job", "id");
    let again = post(&client, "POST", &path, &whole[..1]);
    assert_eq!(again.error(), (404, "404015".to_owned()));
    let path = "datasources?filter=name:eq:D";
    assert_eq!(client.get(path).all("datasource", "id").len(), 0);
    client.get(&format!("jobs/{job}"));
    let response = client.get(&format!("jobs/{job}"));
    assert_eq!(response.one("job", "finishCode"), "0");
    let id = client.get(path).one("datasource", "id");
    assert_eq!(response.one("datasource", "id"), id);
    assert_eq!(client.get(&format!("datasources/{id}/content")).body, bytes);
    // An upload that is not continued expires.
    let id = client.on_site("POST", "fileUploads", "").one("fileUpload", "uploadSessionId");
    mock.advance(std::time::Duration::from_secs(3 * 3600));
    client.get("users");
    mock.advance(std::time::Duration::from_secs(22 * 3600));
    let client = Client::new(&mock);
    let parts = [("tableau_file", "file", &b"x"[..])];
    let late = post(&client, "PUT", &format!("fileUploads/{id}"), &parts);
    assert_eq!(late.error(), (404, "404015".to_owned()));
}

#[test]
fn joins_numbered_chunks_by_their_sequence_ids() {
    let append = |client: &Client<'_>, id: &str, query: &str, bytes: &[u8]| {
        let parts = [("request_payload", "", &b""[..]), ("tableau_file", "file", bytes)];
        post(client, "PUT", &format!("fileUploads/{id}{query}"), &parts)
    };
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let start = || client.on_site("POST", "fileUploads", "").one("fileUpload", "uploadSessionId");
    let publish = |id: &str, name: &str| {
        let xml = payload(name);
        let path = format!("workbooks?workbookType=twb&uploadSessionId={id}");
        let published = post(&client, "POST", &path, &[("request_payload", "", xml.as_bytes())]);
        client.get(&format!("workbooks/{}/content", published.one("workbook", "id"))).body
    };
    let (start_of_file, end_of_file) = TWB.split_at(TWB.len() / 2);
    let id = start();
    assert_eq!(append(&client, &id, "?sequenceID=30", end_of_file).status, 200);
    assert_eq!(append(&client, &id, "?sequenceID=7", start_of_file).status, 200);
    let refused = (400, "400000".to_owned());
    for query in ["?sequenceID=7", "?sequenceID=0", "?sequenceID=x", "?sequenceID=-1", ""] {
        assert_eq!(append(&client, &id, query, b"x").error(), refused, "{query}");
    }
    assert_eq!(publish(&id, "Numbered"), TWB);
    let id = start();
    assert_eq!(append(&client, &id, "", start_of_file).status, 200);
    assert_eq!(append(&client, &id, "?sequenceID=1", b"x").error(), refused);
    assert_eq!(append(&client, &id, "", end_of_file).status, 200);
    assert_eq!(publish(&id, "Not numbered"), TWB);
}

#[test]
fn rejects_invalid_publish_requests() {
    let mock = MockServer::builder().user("reader", "pw", "Viewer").start().unwrap();
    let client = Client::new(&mock);
    let xml = payload("W");
    let good = ("request_payload", "", xml.as_bytes());
    let file = ("tableau_workbook", "w.twb", TWB);
    for (query, parts, expected) in [
        ("workbookType=twb", &[good][..], (400, "400020")),
        ("workbookType=twb", &[file], (400, "400000")),
        ("workbookType=exe", &[good, file], (400, "400020")),
        ("", &[good, ("tableau_workbook", "w", TWB)], (400, "400020")),
        ("workbookType=twb", &[good, ("tableau_workbook", "w.twb", b"")], (400, "400011")),
        ("workbookType=twb&overwrite=maybe", &[good, file], (400, "400008")),
        ("workbookType=twb&uploadSessionId=x", &[good], (404, "404015")),
        ("workbookType=twb", &[("request_payload", "", b"<tsRequest/>"), file], (400, "400000")),
    ] {
        let response = post(&client, "POST", &format!("workbooks?{query}"), parts);
        assert_eq!(response.error(), (expected.0, expected.1.to_owned()), "{query}");
    }
    let path = format!("sites/{}/workbooks", client.site);
    let body = multipart(&[good, file]);
    let no_boundary = client.send("POST", &path, &[("Content-Type", "multipart/mixed")], &body);
    assert_eq!(no_boundary.status, 400);
    assert_eq!(client.send("POST", &path, &[("Content-Type", "text/xml")], &body).status, 415);
    let half = client.send(
        "POST",
        &path,
        &[("Content-Type", "multipart/mixed; boundary=B")],
        &body[..body.len() / 2],
    );
    assert_eq!(half.status, 400);
    let reader = Client::signed_in(&mock, "3.30", "name='reader' password='pw'", "").unwrap();
    let response = post(&reader, "POST", "workbooks?workbookType=twb", &[good, file]);
    assert_eq!(response.error(), (403, "403007".to_owned()));
}

#[test]
fn rejects_files_of_another_kind() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let workbook = client.get("workbooks").one("workbook", "id");
    let inside = format!("<workbook id='{workbook}'/>");
    // The path below the site, the element, its required content, the part, a file of the kind, the
    // code for a file of another kind, and whether the file's name determines its type.
    let kinds = [
        ("workbooks", "workbook", "", "tableau_workbook", "a.twbx", "400020", true),
        ("datasources", "datasource", "", "tableau_datasource", "a.hyper", "400010", true),
        ("flows", "flow", "", "tableau_flow", "a.tflx", "400086", true),
        ("customviews", "customView", &inside, "tableau_customview", "a.json", "400000", false),
    ];
    for (at, element, inside, part, file, code, by_name) in kinds {
        let xml = format!("<tsRequest><{element} name='N'>{inside}</{element}></tsRequest>");
        let payload = ("request_payload", "", xml.as_bytes());
        let send = |query: &str, rest: &[(&str, &str, &[u8])]| {
            let parts = [&[payload], rest].concat();
            post(&client, "POST", &format!("{at}{query}"), &parts)
        };
        let code = code.to_owned();
        assert_eq!(send("", &[]).error(), (400, code.clone()), "{at}");
        assert_eq!(send("", &[("tableau_file", file, b"{}")]).error(), (400, code.clone()));
        assert_eq!(send("", &[(part, file, b"")]).error(), (400, "400011".into()), "{at}");
        let other = if by_name { (part, "a.docx", &b"{}"[..]) } else { (part, file, &b"{"[..]) };
        assert_eq!(send("", &[other]).error(), (400, code.clone()), "{at}");
        let both = send("?overwrite=true&append=true", &[(part, file, b"{}")]);
        assert_eq!(both.error(), (400, "400055".into()), "{at}");
        let gone = send(&format!("?{element}Type=twb&uploadSessionId=x"), &[]);
        let (status, code) = gone.error();
        // The type of the file is checked before the upload is looked up.
        let expected = match at {
            "workbooks" | "customviews" => (404, "404015"),
            "datasources" => (400, "400010"),
            _ => (400, "400086"),
        };
        assert_eq!((status, code.as_str()), expected, "{at}");
        let good = send("", &[(part, file, b"{}")]);
        assert_eq!(good.status, 201, "{at}: {}", good.text());
        let id = good.one(element, "id");
        assert_eq!(client.get(&format!("{at}/{id}/content")).body, b"{}", "{at}");
    }
    // Operations that the API version or the kind of content does not have are not found.
    let old = Client::with_version(&mock, "3.2");
    assert_eq!(post(&old, "POST", "flows", &[]).status, 404);
    let old = Client::with_version(&mock, "3.20");
    assert_eq!(post(&old, "POST", "customviews", &[]).error().0, 405);
}

#[test]
fn flows_are_not_published_as_jobs() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let xml = "<tsRequest><flow name='F'/></tsRequest>";
    let parts = [("request_payload", "", xml.as_bytes()), ("tableau_flow", "f.tfl", &b"{}"[..])];
    let response = post(&client, "POST", "flows?asJob=true", &parts);
    assert_eq!((response.status, response.one("flow", "fileType")), (201, "tfl".into()));
    let again = post(&client, "POST", "flows?append=true", &parts);
    assert_eq!(again.one("flow", "id"), response.one("flow", "id"));
    let revision =
        client.on_site("DELETE", &format!("flows/{}/revisions/1", response.one("flow", "id")), "");
    assert_eq!(revision.status, 404, "revisions of flows cannot be deleted");
}

#[test]
fn imports_users_from_a_file() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let csv = "new1,,New One,Creator,None,1,n1@example.com,\r\nno name,,,,,,,\r\nnew2,,\"Two, N\",Viewer,None,0,,SAML\r\n";
    let parts = [
        ("tableau_user_import", "u.csv", csv.as_bytes()),
        ("request_payload", "", &b"<tsRequest/>"[..]),
    ];
    let response = post(&client, "POST", "users/import", &parts);
    let job = response.one("job", "id");
    client.get(&format!("jobs/{job}"));
    let response = client.get(&format!("jobs/{job}"));
    assert_eq!(response.all("statusNote", "value"), ["2", "1", "0"]);
    assert!(response.text().contains("Row 2"), "{}", response.text());
    let user = client.get("users?filter=name:eq:new2&fields=_all_");
    assert_eq!(user.one("user", "fullName"), "Two, N");
    assert_eq!(user.one("user", "authSetting"), "SAML");
    let parts = [("tableau_user_delete", "u.csv", &b"new1,,,,,,\r\n"[..])];
    assert_eq!(post(&client, "POST", "users/delete", &parts).status, 200);
    assert_eq!(client.get("users?filter=name:eq:new1").all("user", "id").len(), 0);
}

#[test]
fn exports_views_and_workbooks() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let view = client.get("views").one("view", "id");
    let export = |what: &str| client.get(&format!("views/{view}/{what}"));
    assert!(export("image").body.starts_with(b"\x89PNG"));
    assert!(export("image?format=SVG").body.starts_with(b"<svg"));
    assert!(export("pdf?type=a4").body.starts_with(b"%PDF"));
    assert_eq!(export("data").text().lines().count(), 5);
    assert_eq!(export("data?vf_Region=East%2CWest").text().lines().count(), 3);
    assert!(export("crosstab/excel").body.starts_with(b"PK"));
    assert_eq!(export("image?vizHeight=10").status, 400);
    assert_eq!(export("data?maxAge=x").status, 400);
}

#[test]
fn library_reads_download_names_as_servers_send_them() {
    let mock = MockServer::builder()
        .workbook("default/Night shift", ["One"])
        .workbook("default/Z\u{FC}rich + Bern", ["One"])
        .workbook("default/A+B", ["One"])
        .start()
        .unwrap();
    let client = Client::new(&mock);
    let server = Server::new(mock.url()).unwrap();
    let session = server.sign_in(&mock.credentials()).unwrap();
    for (name, sent) in [
        ("Night shift", "filename*=UTF-8''\"Night shift.twb\""),
        ("Z\u{FC}rich + Bern", "filename*=UTF-8''Z%C3%BCrich+%2B+Bern.twb"),
        ("A+B", "filename=\"A+B.twb\""),
    ] {
        let workbooks = mock.workbooks();
        let workbook = workbooks.iter().find(|workbook| workbook.name() == name).unwrap();
        let id = workbook.id();
        let content = client.get(&format!("workbooks/{id}/content"));
        let header = content.header("content-disposition").unwrap();
        assert!(header.ends_with(sent), "{header}");
        let folder = std::env::temp_dir().join(format!("tsc-names-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = session.workbooks().download(id).to_folder(&folder);
        let path = path.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(path.unwrap(), format!("{name}.twb"));
    }
}
