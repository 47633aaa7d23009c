//! Subcommands for users, groups and permissions.

use tableau_server_client as tsc;
use tsc::permissions::{Capability, DefaultsFor, PermissionRule};

use crate::output::Table;
use crate::{Entry, Task, table_of};

pub const ENTRIES: &[Entry] = &[
    ("groups", &[], "List groups", &["name"], groups),
    ("create-group", &["GROUP"], "Create a group", &[], create_group),
    ("add-user", &["USER", "ROLE"], "Add a user to the site", &[], add_user),
    ("permissions", &["WORKBOOK"], "Show the permissions of a workbook", &[], permissions),
    (
        "default-permission",
        &["PROJECT", "GROUP"],
        "Let a group read a project's workbooks",
        &[],
        default_permission,
    ),
];

fn groups(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut list = task.session.groups().list().sort(tsc::groups::NAME.asc());
    if let Some(name) = task.optional("name") {
        list = list.filter(tsc::groups::NAME.eq(name));
    }
    table_of(&["name", "id"], list, |group| [group.name, group.id.to_string()])
}

fn create_group(task: &Task<'_>) -> anyhow::Result<Table> {
    let group = task.session.groups().create(tsc::groups::NewGroup::new(task.text("GROUP")))?;
    Ok(Table::new(&["name", "id"]).row([group.name, group.id.to_string()]))
}

fn add_user(task: &Task<'_>) -> anyhow::Result<Table> {
    let role = tsc::users::SiteRole::from(task.text("ROLE"));
    let user = task.session.users().add(tsc::users::NewUser::new(task.text("USER"), role))?;
    Ok(Table::new(&["name", "id"]).row([user.name, user.id.to_string()]))
}

fn permissions(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut table = Table::new(&["kind", "grantee", "capability", "mode"]);
    for rule in task.session.permissions(&task.workbook()?.id).list()? {
        for (capability, mode) in &rule.capabilities {
            let (kind, id) = (rule.grantee.kind().to_owned(), rule.grantee.id().to_owned());
            table.push([kind, id, capability.to_string(), mode.to_string()]);
        }
    }
    Ok(table)
}

fn default_permission(task: &Task<'_>) -> anyhow::Result<Table> {
    let (project, group) = (task.project(task.text("PROJECT"))?, task.group()?);
    let rule = PermissionRule::new(&group.id).allow([Capability::Read]);
    task.session.default_permissions(&project.id, DefaultsFor::Workbooks).add([rule])?;
    Ok(Table::new(&["project", "group"]).row([project.name, group.name]))
}
