//! Finding things by path, name and address, against the mock server.

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::MockServer;

use crate::raw::{Raw, refusal, success};

fn sign_in(url: &str, credentials: &tsc::TableauAuth) -> tsc::Session<'static> {
    let mut server = tsc::Server::new(url).unwrap();
    server.add_http_options(tsc::HttpOptions::new().no_proxy()).unwrap();
    server.into_session(credentials).unwrap()
}

#[test]
fn finds_projects_by_path() {
    let mock = MockServer::start().unwrap();
    let session = sign_in(mock.url(), &mock.credentials());
    let projects = session.projects();
    let create = |name: &str, parent: Option<&tsc::ProjectId>| {
        let mut project = tsc::projects::NewProject::new(name);
        if let Some(parent) = parent {
            project = project.parent(parent);
        }
        projects.create(project).unwrap().id
    };
    let marketing = create("Marketing*", None);
    let quarter = create("Q1", Some(&marketing));
    let slash = create(r"A/B\C", Some(&marketing));
    let comma = create("Sales, East & West", Some(&slash));
    let other = create("Marketing and more", None);
    create("Q1", Some(&other));

    let found = |path| projects.find(path).unwrap().map(|project| project.id);
    assert_eq!(found("Marketing*"), Some(marketing));
    assert_eq!(found("Marketing*/Q1"), Some(quarter));
    assert_eq!(found(r"Marketing*/A\/B\\C"), Some(slash));
    assert_eq!(found(r"/Marketing*/A\/B\C/Sales, East & West/"), Some(comma.clone()));
    let by_names = projects.find_path(["Marketing*", r"A/B\C", "Sales, East & West"]).unwrap();
    assert_eq!(by_names.map(|project| project.id), Some(comma));
    for path in ["Q1", "Marketing*/Q2", "Marketing*/Q1/Q1", "Nowhere/Q1"] {
        assert_eq!(found(path), None, "{path}");
    }
    assert_eq!(projects.find("/").unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn finds_content_by_name_and_address() {
    let mock = MockServer::start().unwrap();
    let session = sign_in(mock.url(), &mock.credentials());
    let workbooks: Vec<tsc::Workbook> =
        session.workbooks().list().into_iter().collect::<Result<_, _>>().unwrap();
    let one = &workbooks[0];
    let project = one.project.clone().unwrap();
    let found = session.workbooks().find_in(&project, &one.name).unwrap().unwrap();
    assert_eq!(found.id, one.id);
    assert!(session.workbooks().find_in(&project, "Nothing, at all").unwrap().is_none());
    let elsewhere = tsc::ProjectId::from("elsewhere");
    assert!(session.workbooks().find_in(&elsewhere, &one.name).unwrap().is_none());

    let content_url = one.content_url.clone().unwrap();
    let view = &session.workbooks().views(&one.id).unwrap()[0];
    let sheet = view.content_url.clone().unwrap();
    let sheet_name = sheet.split('/').next_back().unwrap();
    let page = format!("https://elsewhere/#/views/{content_url}/{sheet_name}?:iid=1");
    for address in [&content_url, &page] {
        let found = session.workbooks().find_url(address).unwrap().unwrap();
        assert_eq!(found.id, one.id, "{address}");
    }
    for address in [&sheet, &format!("{content_url}/{sheet_name}"), &page] {
        let found = session.views().find_url(address).unwrap().unwrap();
        assert_eq!(found.id, view.id, "{address}");
    }
    let of_another_site = session.views().find_url("https://h/t/Other/views/A/B").unwrap_err();
    assert_eq!(of_another_site.kind(), ErrorKind::Input);
    assert!(of_another_site.to_string().contains("\"Other\""), "{of_another_site}");
    assert_eq!(session.views().find_url("Superstore").unwrap_err().kind(), ErrorKind::Input);
    assert!(session.workbooks().find_url("Nothing").unwrap().is_none());
}

const SEVERAL: &str = "<workbooks>\
    <workbook id=\"w1\" name=\"A\" webpageUrl=\"http://h/#/workbooks/1\"><project id=\"p1\" name=\"P\"/></workbook>\
    <workbook id=\"w2\" name=\"A\" webpageUrl=\"http://h/#/workbooks/12\"><project id=\"p2\" name=\"Q\"/></workbook>\
    <workbook id=\"w3\" name=\"a\"/></workbooks>";

#[test]
fn ambiguous_name_is_an_error_that_lists_the_candidates() {
    let raw = Raw::signed_in(|_| success(SEVERAL));
    let session = sign_in(&raw.url, &tsc::TableauAuth::new("me", "hush"));
    let error = session.workbooks().find("A").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert_eq!(error.to_string(), "2 workbooks have the name \"A\": w1 in \"P\", w2 in \"Q\"");
    let found = session.workbooks().find_in("p2", "A").unwrap().unwrap();
    assert_eq!(found.id.as_str(), "w2");
    // By the number in the browser's address, whatever host it has.
    let found = session.workbooks().find_url("https://x/#/workbooks/12/views").unwrap().unwrap();
    assert_eq!(found.id.as_str(), "w2");
    assert!(session.workbooks().find_url("https://x/#/workbooks/2").unwrap().is_none());
    assert!(session.workbooks().find_url("https://x/#/flows/12").is_err());
}

#[test]
fn searches_the_whole_list_without_filter_support() {
    let raw = Raw::signed_in(|seen| match seen.target.contains("filter=") {
        true => refusal(400, "400065", "no such filter"),
        false => success(SEVERAL),
    });
    let session = sign_in(&raw.url, &tsc::TableauAuth::new("me", "hush"));
    let found = session.workbooks().find("a").unwrap().unwrap();
    assert_eq!(found.id.as_str(), "w3");
    let lists = |lines: &[String]| lines.iter().filter(|l| l.contains("/workbooks?")).count();
    assert_eq!(lists(&raw.lines()), 2);
    // Any other error is the caller's.
    let raw = Raw::signed_in(|_| refusal(403, "403004", "no"));
    let session = sign_in(&raw.url, &tsc::TableauAuth::new("me", "hush"));
    assert_eq!(session.workbooks().find("a").unwrap_err().code(), Some("403004"));
}
