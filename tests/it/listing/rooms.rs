//! Every room's list.

use tableau_server_client as tsc;

use super::{ids, ids_of, names, query, session};
use crate::help::page;
use crate::raw::{Raw, refusal};

#[test]
fn in_every_room_an_error_comes_at_its_place() {
    // What the server calls the list and an item of it, by the end of the path.
    const NAMES: &[(&str, &str, &str, &str)] = &[
        ("sites", "sites", "site", "Site"),
        ("workbooks", "workbooks", "workbook", "Workbook"),
        ("views", "views", "view", "View"),
        ("customviews", "customViews", "customView", "CustomView"),
        ("datasources", "datasources", "datasource", "Datasource"),
        ("flows", "flows", "flow", "Flow"),
        ("runs", "flowRuns", "flowRuns", "FlowRun"),
        ("jobs", "backgroundJobs", "backgroundJob", "BackgroundJob"),
        ("projects", "projects", "project", "Project"),
        ("users", "users", "user", "User"),
        ("groups", "groups", "group", "Group"),
        ("schedules", "schedules", "schedule", "Schedule"),
        // The end of its address is that of the users themselves.
        ("users", "users", "user", "DefaultUser"),
    ];
    for bad in 1..=4 {
        let raw = Raw::signed_in(move |seen| {
            let path = seen.target.split('?').next().unwrap();
            let last = path.rsplit('/').next().unwrap();
            let (_, wrap, item, _) = NAMES.iter().find(|(end, ..)| *end == last).unwrap();
            let number: u32 = query(seen, "pageNumber").unwrap().parse().unwrap();
            if number == bad {
                return refusal(400, "400123", "this page is bad");
            }
            let items: String = ids(number, 3, 10)
                .map(|id| format!("<{item} id=\"w{id}\" name=\"n\" contentUrl=\"c\"/>"))
                .collect();
            page(number, 3, 10, &format!("<{wrap}>{items}</{wrap}>"))
        });
        let session = session(&raw);
        let mut seen = Vec::new();
        for prefetch in [0, 3] {
            macro_rules! check {
                ($($list:expr => $Item:ident),+ $(,)?) => {$(
                    let list = $list.page_size(3).prefetch(prefetch);
                    let (ids, error) = ids_of(list, |item: &tsc::$Item| item.id.to_string());
                    assert_eq!(ids, names(0..u64::from(3 * (bad - 1))), "{}", stringify!($Item));
                    assert_eq!(error.unwrap().code(), Some("400123"), "{}", stringify!($Item));
                    seen.push(stringify!($Item));
                )+};
            }
            check!(
                session.sites().list() => Site,
                session.workbooks().list() => Workbook,
                session.views().list() => View,
                session.custom_views().list() => CustomView,
                session.datasources().list() => Datasource,
                session.flows().list() => Flow,
                session.flow_runs().list() => FlowRun,
                session.jobs().list() => BackgroundJob,
                session.projects().list() => Project,
                session.users().list() => User,
                session.groups().list() => Group,
                session.schedules().list() => Schedule,
                session.custom_views().default_users("c") => DefaultUser,
            );
        }
        assert!(NAMES.iter().all(|(.., item)| seen.contains(item)));
    }
    // No room may be left out: each has this line.
    let mut rooms = Vec::new();
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/resources")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            let items = source.lines().filter_map(|line| {
                let element =
                    line.trim().strip_prefix("pub struct ").filter(|l| l.contains("\" in \""));
                line.strip_prefix("impl Listed for ").or(element)
            });
            let name = |rest: &str| rest.split(' ').next().unwrap_or_default().to_owned();
            rooms.extend(items.map(name));
        }
    }
    for item in &rooms {
        assert!(NAMES.iter().any(|(.., known)| known == item), "the list of {item} is not tested");
    }
    assert!(rooms.len() >= NAMES.len());
}
