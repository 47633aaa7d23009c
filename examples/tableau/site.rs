//! Subcommands for the site: session, projects, webhooks, favorites, metadata.

use anyhow::bail;
use tableau_server_client as tsc;

use crate::output::{Table, or_empty};
use crate::{Entry, Task, table_of};

pub const ENTRIES: &[Entry] = &[
    ("login", &[], "Sign in and show the session", &[], login),
    ("list", &["KIND"], "List names and ids of one kind", &[], list),
    ("create-site", &["NAME", "CONTENT_URL"], "Create a site (Server)", &[], create_site),
    ("delete-site", &["CONTENT_URL"], "Delete a site (Server)", &[], delete_site),
    ("projects", &[], "List projects", &["name"], projects),
    ("create-project", &["NAME"], "Create a project", &["parent"], create_project),
    (
        "create-webhook",
        &["NAME", "EVENT", "URL"],
        "Create a webhook and test it",
        &[],
        create_webhook,
    ),
    ("add-favorite", &["WORKBOOK"], "Add a workbook to your favorites", &[], add_favorite),
    ("metadata", &["QUERY"], "Send a query to the Metadata API", &[], metadata),
];

fn login(task: &Task<'_>) -> anyhow::Result<Table> {
    let session = task.session;
    Ok(Table::new(&["version", "site", "user"]).row([
        session.version().to_string(),
        session.site_url().to_owned(),
        session.user_id().to_string(),
    ]))
}

fn list(task: &Task<'_>) -> anyhow::Result<Table> {
    const COLUMNS: &[&str] = &["name", "id"];
    let session = task.session;
    macro_rules! list {
        ($($kind:ident),+) => {
            match task.text("KIND") {
                $(stringify!($kind) => {
                    table_of(COLUMNS, session.$kind().list(), |one| [one.name, one.id.to_string()])
                })+
                "jobs" => table_of(&["type", "status", "id"], session.jobs().list(), |job| {
                    [or_empty(job.job_type), or_empty(job.status), job.id.to_string()]
                }),
                kind => bail!(
                    "unknown kind {kind:?}: use {} or jobs",
                    [$(stringify!($kind)),+].join(", ")
                ),
            }
        };
    }
    list!(workbooks, datasources, views, flows, projects, users, groups, schedules, webhooks, sites)
}

fn create_site(task: &Task<'_>) -> anyhow::Result<Table> {
    let new = tsc::sites::NewSite::new(task.text("NAME"), task.text("CONTENT_URL"));
    let site = task.session.sites().create(new)?;
    Ok(Table::new(&["name", "id"]).row([site.name, site.id.to_string()]))
}

fn delete_site(task: &Task<'_>) -> anyhow::Result<Table> {
    let content_url = task.text("CONTENT_URL");
    task.session.sites().delete_by_content_url(content_url)?;
    Ok(Table::new(&["deleted"]).row([content_url.to_owned()]))
}

fn projects(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut list = task.session.projects().list().sort(tsc::projects::NAME.asc());
    if let Some(name) = task.optional("name") {
        list = list.filter(tsc::projects::NAME.eq(name));
    }
    table_of(&["name", "id", "parent"], list, |project| {
        [project.name, project.id.to_string(), or_empty(project.parent)]
    })
}

fn create_project(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut new = tsc::projects::NewProject::new(task.text("NAME"));
    if let Some(parent) = task.optional("parent") {
        new = new.parent(&task.project(parent)?.id);
    }
    let project = task.session.projects().create(new)?;
    Ok(Table::new(&["name", "id"]).row([project.name, project.id.to_string()]))
}

fn create_webhook(task: &Task<'_>) -> anyhow::Result<Table> {
    let event = tsc::webhooks::WebhookEvent::from(task.text("EVENT"));
    let new = tsc::webhooks::NewWebhook::new(task.text("NAME"), event, task.text("URL"));
    let webhook = task.session.webhooks().create(new)?;
    let test = task.session.webhooks().test(&webhook.id)?;
    Ok(Table::new(&["id", "status"]).row([webhook.id.to_string(), test.status.to_string()]))
}

fn add_favorite(task: &Task<'_>) -> anyhow::Result<Table> {
    let workbook = task.workbook()?;
    let favorites = task.session.favorites();
    favorites.add(task.session.user_id(), &workbook.id, &workbook.name)?;
    Ok(Table::new(&["favorites"])
        .row([favorites.list(task.session.user_id()).total()?.to_string()]))
}

fn metadata(task: &Task<'_>) -> anyhow::Result<Table> {
    let data: serde_json::Value = task.session.metadata().query(task.text("QUERY")).send()?;
    Ok(Table::new(&["data"]).row([data]))
}
