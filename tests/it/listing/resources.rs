//! The lists of all resources.

use tableau_server_client::Progress;

use super::{ids, ids_of, names, query, session};
use crate::help::page;
use crate::raw::{Raw, tableau_error};

#[test]
fn every_list_yields_an_error_at_the_position_of_its_page() {
    // The elements of the list and of an item, by the end of the path.
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
        // The path ends like that of the users of a site.
        ("users", "users", "user", "DefaultUser"),
        ("groups", "groups", "group", "Group"),
        ("groupsets", "groupSets", "groupSet", "GroupSet"),
        ("schedules", "schedules", "schedule", "Schedule"),
        ("extracts", "extracts", "extract", "ScheduledRefresh"),
        ("linked", "linkedTasks", "linkedTasks", "LinkedTask"),
        ("subscriptions", "subscriptions", "subscription", "Subscription"),
        ("dataAlerts", "dataAlerts", "dataAlert", "DataAlert"),
        ("databases", "databases", "database", "Database"),
        ("tables", "tables", "table", "Table"),
        ("columns", "columns", "column", "Column"),
        ("virtualconnections", "virtualConnections", "virtualConnection", "VirtualConnection"),
        ("connections", "virtualConnectionConnections", "connection", "DatabaseConnection"),
        ("metrics", "metrics", "metric", "Metric"),
    ];
    // The lists that have no pages.
    const WITHOUT_PAGES: [&str; 7] = [
        "ConnectedApp",
        "DataAccelerationTask",
        "ExternalAuthorizationServer",
        "ExtractRefreshTask",
        "Favorite",
        "FlowRunTask",
        "Webhook",
    ];
    for bad in 1..=4 {
        let raw = Raw::signed_in(move |seen| {
            let path = seen.target.split('?').next().unwrap();
            let last = path.rsplit('/').next().unwrap();
            let (_, wrap, item, _) = NAMES.iter().find(|(end, ..)| *end == last).unwrap();
            let number: u32 = query(seen, "pageNumber").unwrap().parse().unwrap();
            if number == bad {
                return tableau_error(400, "400123", "this page is bad");
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
                    let mut progress = Vec::new();
                    let report = |now: Progress| progress.push((now.done, now.total));
                    let list = $list.on_progress(report).page_size(3).prefetch(prefetch);
                    let (ids, error) = ids_of(list, |item| item.id.to_string());
                    let each = (1..=u64::from(3 * (bad - 1))).map(|done| (done, Some(10)));
                    assert_eq!(progress, each.collect::<Vec<_>>(), "{}", stringify!($Item));
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
                session.custom_views().default_users("c") => DefaultUser,
                session.groups().list() => Group,
                session.group_sets().list() => GroupSet,
                session.schedules().list() => Schedule,
                session.schedules().extract_refreshes("s") => ScheduledRefresh,
                session.linked_tasks().list() => LinkedTask,
                session.subscriptions().list() => Subscription,
                session.data_alerts().list() => DataAlert,
                session.databases().list() => Database,
                session.tables().list() => Table,
                session.tables().columns("t") => Column,
                session.virtual_connections().list() => VirtualConnection,
                session.virtual_connections().connections("v") => DatabaseConnection,
                session.metrics().list() => Metric,
            );
        }
        assert!(NAMES.iter().all(|(.., item)| seen.contains(item)));
    }
    // Every item type that lists yield must be in the table.
    let mut listed = Vec::new();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source.join("resources"), source.join("common/job")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            listed.extend(source.lines().filter_map(listed_item).map(str::to_owned));
        }
    }
    listed.retain(|item| !WITHOUT_PAGES.contains(&&**item));
    for item in &listed {
        assert!(NAMES.iter().any(|(.., known)| known == item), "the list of {item} is not tested");
    }
    assert!(listed.len() >= NAMES.len(), "{listed:?}");
}

/// The item that a line of source declares as an item of lists: `impl Listed for Site {`, or
/// `pub struct Workbook = "workbook" in "workbooks";`.
fn listed_item(line: &str) -> Option<&str> {
    if let Some(rest) = line.strip_prefix("impl Listed for ") {
        return Some(rest.trim_end_matches(" {"));
    }
    let (item, rest) = line.trim().strip_prefix("pub struct ")?.split_once(" = ")?;
    rest.contains(" in ").then_some(item)
}
