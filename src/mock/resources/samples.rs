//! The sample content of a site: item `n` of each resource, computed from `n`.

use super::catalog::{Column, DATABASE, Database, TABLE, Table};
use super::metrics::Metric;
use super::virtual_connections::VirtualConnection;
use super::{
    CustomView, Datasource, Flow, Group, PROJECT, Project, Schedule, USER, User, VIEW, View,
    WORKBOOK, Workbook, url_name,
};
use crate::mock::collection::{Collection, Generate};
use crate::mock::prelude::*;
use crate::mock::sample::{Sample, VIEWS};

const FIRST_NAMES: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];

const ROLES: [&str; 5] =
    ["SiteAdministratorCreator", "Creator", "ExplorerCanPublish", "Explorer", "Viewer"];

const SUBJECTS: [&str; 6] = ["Sales", "Finance", "Customers", "Inventory", "Forecast", "Staff"];

// Name, description and parent. The fifth has a name that needs escaping everywhere.
const PROJECTS: [(&str, &str, Option<u64>); 7] = [
    ("default", "The project for everything that has no other.", None),
    ("Finance", "Budgets and results.", None),
    ("Quarterly", "Results, by quarter.", Some(1)),
    ("Marketing", "", None),
    ("R&D <\"'>", "Names of projects can be anything.", None),
    ("Sales", "", None),
    ("Archive", "Its permissions are locked.", Some(2)),
];

/// Gives a new site its sample content.
pub(in crate::mock) fn add(site: &mut Site, sample: &Sample) {
    fn items<R: Resource>(site: &mut Site, sample: &Sample, count: u64, generate: Generate) {
        site.insert(Collection::<R>::new(sample, count, generate));
    }
    if site.number == 0 {
        return items::<Schedule>(site, sample, SCHEDULES.len() as u64, schedule);
    }
    let sizes = &sample.sizes;
    items::<User>(site, sample, sizes.users.max(1), user);
    items::<Group>(site, sample, sizes.groups.max(1), group);
    items::<Project>(site, sample, sizes.projects.max(1), project);
    items::<Workbook>(site, sample, sizes.workbooks, workbook);
    items::<View>(site, sample, sizes.workbooks * VIEWS, view);
    items::<Datasource>(site, sample, sizes.datasources, datasource);
    items::<Flow>(site, sample, sizes.datasources.min(3), flow);
    items::<CustomView>(site, sample, sizes.workbooks.min(2), custom_view);
    let assets = sizes.datasources.min(2);
    items::<Database>(site, sample, assets, database);
    items::<Table>(site, sample, assets * TABLES, table);
    items::<Column>(site, sample, assets * TABLES * COLUMNS.len() as u64, column);
    items::<VirtualConnection>(site, sample, assets, virtual_connection);
    items::<Metric>(site, sample, sizes.workbooks.min(3), metric);
}

/// A time for item `n`, within two years.
fn time(n: u64, minutes: u64) -> Timestamp {
    let offset = (n % 1_000_000) * 61 + minutes * 60;
    let second = 1_704_067_200 + i64::try_from(offset).unwrap_or_default();
    Timestamp::from_second(second).unwrap_or_default()
}

/// An item whose times are that many minutes apart.
fn item<R: Resource>(sample: &Sample, n: u64, created: u64, updated: u64) -> Record {
    Record {
        number: n + 1,
        created: time(n, created),
        updated: time(n, updated),
        ..Record::new(luid(R::SCHEMA.kind, sample.site, n))
    }
}

/// A workbook, data source or flow; `what` is `workbook`.
fn content<R: Resource>(sample: &Sample, n: u64, what: &str, name: &str, owner: u64) -> Record {
    Record {
        owner: user_id(sample, owner),
        parent: Some(luid(PROJECT, sample.site, n % sample.sizes.projects.max(1))),
        tags: tags(n),
        ..item::<R>(sample, n, 0, 300)
    }
    .with("name", name)
    .with("description", format!("Sample {what} {}.", n + 1))
}

fn user_id(sample: &Sample, n: u64) -> String {
    luid(USER, sample.site, n % sample.sizes.users.max(1))
}

fn user(sample: &Sample, n: u64) -> Record {
    let at = usize::try_from(n).unwrap_or(usize::MAX);
    let (name, site_role, last_login) = match (at, FIRST_NAMES.get(at.wrapping_sub(1))) {
        (0, _) => ((*sample.admin).to_owned(), "ServerAdministrator", Some(time(0, 60))),
        (_, name) => {
            let name = name.map_or_else(|| format!("user{n}"), |name| (*name).to_owned());
            let login = (!n.is_multiple_of(3)).then(|| time(n - 1, 600));
            (name, ROLES[(at - 1) % ROLES.len()], login)
        }
    };
    let first = if n == 0 { "admin" } else { &name };
    let mut full_name = first.to_owned();
    full_name[..1].make_ascii_uppercase();
    let mut user = item::<User>(sample, n, 0, 0).with("name", &name).with("siteRole", site_role);
    if let Some(time) = last_login {
        user.set("lastLogin", written(time));
    }
    user.with("externalAuthUserId", "")
        .with("authSetting", "ServerDefault")
        .with("fullName", &full_name)
        .with("email", format!("{first}@example.com"))
}

fn group(sample: &Sample, n: u64) -> Record {
    let name = match n {
        0 => "All Users".to_owned(),
        1 => "Analysts".to_owned(),
        2 => "Managers".to_owned(),
        n => format!("Group {n}"),
    };
    item::<Group>(sample, n, 0, 0).with("name", name)
}

fn project(sample: &Sample, n: u64) -> Record {
    let at = usize::try_from(n).unwrap_or(usize::MAX);
    let (name, description, parent) = match PROJECTS.get(at) {
        Some((name, description, parent)) => ((*name).to_owned(), *description, *parent),
        // Every third of the further ones is inside the previous one.
        None => (format!("Project {n}"), "", (n % 3 == 2).then(|| n - 1)),
    };
    let lock = if n == 6 { "LockedToProject" } else { "ManagedByOwner" };
    Record {
        owner: user_id(sample, 0),
        parent: parent.map(|parent| luid(PROJECT, sample.site, parent)),
        ..item::<Project>(sample, n, 0, 30)
    }
    .with("name", name)
    .with("description", description)
    .with("contentPermissions", lock)
}

fn workbook(sample: &Sample, n: u64) -> Record {
    let name = subject(n);
    content::<Workbook>(sample, n, "workbook", &name, n)
        .with("contentUrl", url_name(&name))
        .with("showTabs", n.is_multiple_of(2))
        .with("size", 1 + n % 40)
        .with("encryptExtracts", false)
        .with("hasExtracts", n % 4 == 1)
}

fn view(sample: &Sample, n: u64) -> Record {
    let (workbook, at) = (n / VIEWS, n % VIEWS);
    Record {
        parent: Some(luid(WORKBOOK, sample.site, workbook)),
        created: time(workbook, 0),
        updated: time(workbook, 300),
        ..Record::new(luid(VIEW, sample.site, n))
    }
    .with("name", if at == 0 { "Overview" } else { "Details" })
    .with("sheetType", if at == 0 { "dashboard" } else { "view" })
    .with("usage", workbook % 97 + at)
}

fn datasource(sample: &Sample, n: u64) -> Record {
    let name = format!("{} data", subject(n));
    let mut datasource = content::<Datasource>(sample, n, "data source", &name, n + 1)
        .with("contentUrl", url_name(&name))
        .with("type", "sqlserver")
        .with("size", 1 + n % 20)
        .with("encryptExtracts", false)
        .with("hasExtracts", n.is_multiple_of(2))
        .with("isCertified", n % 3 == 1)
        .with("useRemoteQueryAgent", false);
    if n % 3 == 1 {
        datasource.set("certificationNote", "Checked.");
    }
    datasource
}

fn flow(sample: &Sample, n: u64) -> Record {
    let name = format!("{} flow", subject(n));
    content::<Flow>(sample, n, "flow", &name, n).with("fileType", "tflx")
}

/// A custom view of the first view of each workbook.
fn custom_view(sample: &Sample, n: u64) -> Record {
    Record {
        owner: user_id(sample, n),
        parent: Some(luid(VIEW, sample.site, n * VIEWS)),
        ..item::<CustomView>(sample, n, 60, 360)
    }
    .with("name", format!("My {}", subject(n)))
    .with("shared", n.is_multiple_of(2))
}

/// The number of tables of a sample database.
const TABLES: u64 = 2;

/// Name and type of the columns of each sample table.
const COLUMNS: [(&str, &str); 3] = [("id", "I4"), ("region", "WSTR"), ("amount", "R8")];

fn database(sample: &Sample, n: u64) -> Record {
    let database = item::<Database>(sample, n, 0, 0)
        .with("name", if n == 0 { "warehouse" } else { "orders.hyper" })
        .with("connectionType", if n == 0 { "sqlserver" } else { "hyper" })
        .with("isEmbedded", n != 0)
        .with("isCertified", false)
        .with("contentPermissions", "ManagedByOwner");
    match n {
        0 => database.with("type", "DatabaseServer").with("hostName", "db.example.com"),
        _ => database.with("type", "File").with("filePath", "orders.hyper"),
    }
}

fn table(sample: &Sample, n: u64) -> Record {
    Record {
        parent: Some(luid(DATABASE, sample.site, n / TABLES)),
        ..item::<Table>(sample, n, 0, 0)
    }
    .with("name", if n.is_multiple_of(TABLES) { "orders" } else { "customers" })
    .with("isEmbedded", n / TABLES != 0)
    .with("isCertified", false)
    .with("schema", "dbo")
}

fn column(sample: &Sample, n: u64) -> Record {
    let count = COLUMNS.len() as u64;
    let (name, kind) = COLUMNS[usize::try_from(n % count).unwrap_or_default()];
    Record { parent: Some(luid(TABLE, sample.site, n / count)), ..item::<Column>(sample, n, 0, 0) }
        .with("name", name)
        .with("remoteType", kind)
}

fn virtual_connection(sample: &Sample, n: u64) -> Record {
    Record {
        owner: user_id(sample, n),
        parent: Some(luid(PROJECT, sample.site, 0)),
        ..item::<VirtualConnection>(sample, n, 0, 300)
    }
    .with("name", format!("{} connection", subject(n)))
    .with("hasExtracts", false)
    .with("isCertified", false)
}

/// A metric of the first view of each workbook.
fn metric(sample: &Sample, n: u64) -> Record {
    Record {
        owner: user_id(sample, n),
        parent: Some(luid(VIEW, sample.site, n * VIEWS)),
        ..item::<Metric>(sample, n, 60, 360)
    }
    .with("name", format!("{} metric", subject(n)))
    .with("description", format!("Sample metric {}.", n + 1))
    .with("suspended", false)
    .with("project", luid(PROJECT, sample.site, 0))
}

/// Name and type.
const SCHEDULES: [(&str, &str); 2] =
    [("Weekday early mornings", "Extract"), ("Every night", "Flow")];

fn schedule(sample: &Sample, n: u64) -> Record {
    let (name, kind) = SCHEDULES[usize::try_from(n).unwrap_or_default() % SCHEDULES.len()];
    let start = Element::new("frequencyDetails").with("start", "04:00:00");
    let mut schedule = item::<Schedule>(sample, 0, 0, 0)
        .with("name", name)
        .with("state", "Active")
        .with("priority", 50)
        .with("type", kind)
        .with("frequency", "Daily")
        .with("executionOrder", "Parallel");
    schedule.id = luid(Schedule::SCHEMA.kind, sample.site, n);
    schedule.set_child(start);
    schedule
}

fn subject(n: u64) -> String {
    let count = SUBJECTS.len() as u64;
    let subject = SUBJECTS[usize::try_from(n % count).unwrap_or_default()];
    match n / count {
        0 => subject.to_owned(),
        more => format!("{subject} {}", more + 1),
    }
}

fn tags(n: u64) -> Vec<String> {
    let mut tags = Vec::new();
    if n.is_multiple_of(3) {
        tags.push("daily".to_owned());
    }
    if n.is_multiple_of(4) {
        tags.push("board room".to_owned());
    }
    tags
}
