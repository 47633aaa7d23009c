//! Finding content by path, name and address, against the mock server.

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::MockServer;

use crate::raw::{Raw, success, tableau_error};

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

/// A server whose list of projects has these: id, name and parent. The user sees no others.
fn with_projects(projects: &'static [(&str, &str, &str)]) -> (Raw, tsc::Session<'static>) {
    let raw = Raw::signed_in(|seen| {
        let items: String = projects
            .iter()
            .map(|(id, name, parent)| match *parent {
                "" => format!("<project id=\"{id}\" name=\"{name}\"/>"),
                parent => {
                    format!("<project id=\"{id}\" name=\"{name}\" parentProjectId=\"{parent}\"/>")
                }
            })
            .collect();
        let total = projects.len() as u64;
        match seen.path().ends_with("/projects") {
            true => crate::help::page(1, 1000, total, &format!("<projects>{items}</projects>")),
            false => tableau_error(404, "404000", "not here"),
        }
    });
    let session = crate::help::pinned(&raw.url).into_session(&crate::help::auth()).unwrap();
    (raw, session)
}

#[test]
fn finds_projects_whose_parent_is_not_visible() {
    let (_raw, session) = with_projects(&[
        ("p1", "Sales", ""),
        ("p2", "Q1", "hidden-1"),
        ("p3", "East", "p2"),
        ("p4", "Q2", "p1"),
        ("p5", "Twice", "hidden-2"),
        ("p6", "Twice", "hidden-3"),
        ("p7", "Both", "hidden-4"),
        ("p8", "Both", ""),
        ("p9", "loop", "p10"),
        ("p10", "loop", "p9"),
    ]);
    let projects = session.projects();
    let found = |path: &str| projects.find(path).map(|found| found.map(|p| p.id.to_string()));
    for (path, expected) in [
        ("Q1", Some("p2")),
        ("Marketing/Q1", Some("p2")),
        ("Company/Marketing/Q1", Some("p2")),
        ("Q1/East", Some("p3")),
        ("Marketing/Q1/East", Some("p3")),
        ("Sales/Q2", Some("p4")),
        ("Both", Some("p8")),
        ("Elsewhere/Both", Some("p7")),
        // The user can see everything in these.
        ("Sales/Q1", None),
        ("Both/Q1", None),
        ("East", None),
        ("Q2", None),
        ("Marketing/East", None),
        ("Marketing/Sales", None),
        ("loop", None),
        ("loop/loop", None),
    ] {
        assert_eq!(found(path).unwrap().as_deref(), expected, "{path}");
    }
    let error = found("Twice").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ambiguous);
    assert!(error.to_string().contains("p5") && error.to_string().contains("p6"), "{error}");
}

#[test]
fn lists_the_content_of_a_project_by_its_id() {
    let mock = MockServer::start().unwrap();
    let session = sign_in(mock.url(), &mock.credentials());
    let create = |name: &str, parent: Option<&tsc::ProjectId>| {
        let project = tsc::projects::NewProject::new(name);
        let project = match parent {
            Some(parent) => project.parent(parent),
            None => project,
        };
        session.projects().create(project).unwrap().id
    };
    let top = create("Team, A & B", None);
    let inner = create("Inner", Some(&top));
    let innermost = create("Innermost", Some(&inner));
    // Of the same name, elsewhere.
    let other = create("Inner", None);
    let twb = "<workbook><worksheets><worksheet name='s'/></worksheets></workbook>";
    let tds = "<datasource formatted-name='d'/>";
    for (project, name) in [(&top, "t"), (&inner, "i"), (&innermost, "n"), (&other, "o")] {
        let source = tsc::Source::bytes("w.twb", twb.as_bytes());
        session.workbooks().publish(source).name(name).project(project).send().unwrap();
        let source = tsc::Source::bytes("d.tds", tds.as_bytes());
        session.datasources().publish(source).name(name).project(project).send().unwrap();
    }
    for (project, nested, expected) in [
        (&top, false, "t"),
        (&top, true, "int"),
        (&inner, false, "i"),
        (&inner, true, "in"),
        (&innermost, true, "n"),
        (&other, true, "o"),
    ] {
        let sorted = |mut names: Vec<String>| {
            names.sort_unstable();
            names.concat()
        };
        let workbooks = session.workbooks().in_project(project, nested).unwrap();
        assert_eq!(sorted(workbooks.into_iter().map(|item| item.name).collect()), expected);
        let datasources = session.datasources().in_project(project, nested).unwrap();
        assert_eq!(sorted(datasources.into_iter().map(|item| item.name).collect()), expected);
    }
    for nested in [false, true] {
        assert!(session.flows().in_project(&top, nested).unwrap().is_empty());
        let error = session.workbooks().in_project("nowhere", nested).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
    }
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
    // By the number in the address of the browser, with any host.
    let found = session.workbooks().find_url("https://x/#/workbooks/12/views").unwrap().unwrap();
    assert_eq!(found.id.as_str(), "w2");
    assert!(session.workbooks().find_url("https://x/#/workbooks/2").unwrap().is_none());
    assert!(session.workbooks().find_url("https://x/#/flows/12").is_err());
}

#[test]
fn searches_the_whole_list_without_filter_support() {
    let raw = Raw::signed_in(|seen| match seen.target.contains("filter=") {
        true => tableau_error(400, "400065", "no such filter"),
        false => success(SEVERAL),
    });
    let session = sign_in(&raw.url, &tsc::TableauAuth::new("me", "hush"));
    let found = session.workbooks().find("a").unwrap().unwrap();
    assert_eq!(found.id.as_str(), "w3");
    let lists = |lines: &[String]| lines.iter().filter(|l| l.contains("/workbooks?")).count();
    assert_eq!(lists(&raw.lines()), 2);
    // Other errors are returned to the caller.
    let raw = Raw::signed_in(|_| tableau_error(403, "403004", "no"));
    let session = sign_in(&raw.url, &tsc::TableauAuth::new("me", "hush"));
    assert_eq!(session.workbooks().find("a").unwrap_err().code(), Some("403004"));
}
