//! Subcommands for workbooks, data sources and views.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tableau_server_client as tsc;

use crate::output::{Table, or_empty};
use crate::{Entry, Task, found, progress_bar, show, table_of};

pub const ENTRIES: &[Entry] = &[
    ("workbooks", &[], "List workbooks", &["name", "tag"], workbooks),
    ("show-workbook", &["WORKBOOK"], "Show the views of a workbook", &[], show_workbook),
    ("show-datasource", &["DATASOURCE"], "Show connections of a data source", &[], show_datasource),
    ("publish", &["FILE", "PROJECT"], "Publish a file; replaces the same name", &[], publish),
    (
        "publish-folder",
        &["FOLDER", "PROJECT"],
        "Publish a folder; replaces same names",
        &[],
        publish_folder,
    ),
    ("download", &["WORKBOOK", "FOLDER"], "Download a workbook", &["overwrite"], download),
    (
        "export",
        &["VIEW", "FILE"],
        "Export a view: .png, .pdf, .csv, .xlsx",
        &["field", "value", "overwrite"],
        export,
    ),
    ("move-workbook", &["WORKBOOK", "PROJECT"], "Move a workbook to a project", &[], move_workbook),
    (
        "copy-workbook",
        &["WORKBOOK", "SITE", "PROJECT"],
        "Copy a workbook to a site",
        &[],
        copy_workbook,
    ),
    ("refresh-workbook", &["WORKBOOK"], "Refresh a workbook and wait", &[], refresh_workbook),
    (
        "refresh-datasource",
        &["DATASOURCE"],
        "Refresh a data source and wait",
        &[],
        refresh_datasource,
    ),
    ("create-extract", &["WORKBOOK"], "Create the extracts of a workbook", &[], create_extract),
    ("delete-extract", &["WORKBOOK"], "Delete the extracts of a workbook", &[], delete_extract),
    (
        "update-connections",
        &["DATASOURCE", "USER"],
        "Set user and password of connections",
        &[],
        update_connections,
    ),
    (
        "append-rows",
        &["DATASOURCE", "FILE", "TABLE"],
        "Insert the rows of a Hyper file",
        &[],
        append_rows,
    ),
    ("freshness", &["WORKBOOK", "HOURS"], "Limit the age of a workbook's data", &[], freshness),
];

fn workbooks(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut list = task.session.workbooks().list().sort(tsc::workbooks::NAME.asc());
    if let Some(name) = task.optional("name") {
        list = list.filter(tsc::workbooks::NAME.eq(name));
    }
    if let Some(tag) = task.optional("tag") {
        list = list.filter(tsc::workbooks::TAGS.eq(tag));
    }
    table_of(&["name", "project", "id"], list, |workbook| {
        [workbook.name, or_empty(workbook.project_name), workbook.id.to_string()]
    })
}

fn show_workbook(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut table = Table::new(&["view", "address"]);
    for view in task.session.workbooks().views(&task.workbook()?.id)? {
        table.push([view.name, view.content_url.unwrap_or_default()]);
    }
    Ok(table)
}

fn show_datasource(task: &Task<'_>) -> anyhow::Result<Table> {
    let mut table = Table::new(&["type", "server", "user"]);
    for connection in task.session.connections(&task.datasource()?.id).list()? {
        table.push([
            connection.connection_type.unwrap_or_default(),
            connection.server_address.unwrap_or_default(),
            connection.user_name.unwrap_or_default(),
        ]);
    }
    Ok(table)
}

/// Publishes a workbook, or any other file as a data source. Returns its name and id.
fn publish_file(
    task: &Task<'_>,
    file: &Path,
    project: &tsc::ProjectId,
) -> anyhow::Result<[String; 2]> {
    let bar = progress_bar();
    let source = tsc::Source::path(file).on_progress(|progress| show(&bar, progress));
    let published = match file.extension().and_then(|text| text.to_str()) {
        Some("twb" | "twbx") => {
            let publish = task.session.workbooks().publish(source);
            let item = publish.project(project).overwrite(true).send()?.item;
            [item.name, item.id.to_string()]
        }
        _ => {
            let publish = task.session.datasources().publish(source);
            let item = publish.project(project).overwrite(true).send()?.item;
            [item.name, item.id.to_string()]
        }
    };
    bar.finish_and_clear();
    Ok(published)
}

fn publish(task: &Task<'_>) -> anyhow::Result<Table> {
    let project = task.project(task.text("PROJECT"))?;
    let published = publish_file(task, Path::new(task.text("FILE")), &project.id)?;
    Ok(Table::new(&["name", "id"]).row(published))
}

fn publish_folder(task: &Task<'_>) -> anyhow::Result<Table> {
    let project = task.project(task.text("PROJECT"))?;
    let mut files: Vec<PathBuf> = std::fs::read_dir(task.text("FOLDER"))
        .with_context(|| format!("cannot read the folder {:?}", task.text("FOLDER")))?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    let mut table = Table::new(&["name", "id"]);
    for file in files {
        let extension = file.extension().and_then(|text| text.to_str());
        if let Some("twb" | "twbx" | "tds" | "tdsx" | "hyper") = extension {
            table.push(publish_file(task, &file, &project.id)?);
        }
    }
    Ok(table)
}

fn download(task: &Task<'_>) -> anyhow::Result<Table> {
    let bar = progress_bar();
    let path = task
        .session
        .workbooks()
        .download(&task.workbook()?.id)
        .overwrite(task.flag("overwrite"))
        .on_progress(|progress| show(&bar, progress))
        .to_folder(task.text("FOLDER"))?;
    bar.finish_and_clear();
    Ok(Table::new(&["path"]).row([path.display().to_string()]))
}

/// Finds a view by its name or its content URL.
fn find_view(task: &Task<'_>) -> anyhow::Result<tsc::View> {
    let (name, views) = (task.text("VIEW"), task.session.views());
    if name.contains('/') {
        return found("view", name, views.find_url(name)?);
    }
    let list = views.list().filter(tsc::views::NAME.eq(name)).page_size(2);
    let mut views = list.page(1)?.items;
    if views.len() > 1 {
        let url = or_empty(views[0].content_url.as_deref());
        bail!("several views have the name {name:?}; use a content URL, such as {url}");
    }
    found("view", name, views.pop())
}

fn export(task: &Task<'_>) -> anyhow::Result<Table> {
    let file = task.text("FILE");
    let filter = match (task.optional("field"), task.optional("value")) {
        (Some(field), Some(value)) => Some((field, value)),
        (None, None) => None,
        _ => bail!("--field and --value have to be used together"),
    };
    let view = find_view(task)?;
    macro_rules! options {
        ($Type:ident) => {
            match filter {
                Some((field, value)) => tsc::export::$Type::new().filter(field, [value]),
                None => tsc::export::$Type::new(),
            }
        };
    }
    let views = task.session.views();
    let download = match Path::new(file).extension().and_then(|text| text.to_str()) {
        Some("png") => views.image(&view.id, options!(ImageExport)),
        Some("pdf") => views.pdf(&view.id, options!(PdfExport)),
        Some("csv") => views.csv(&view.id, options!(CsvExport)),
        Some("xlsx") => views.excel(&view.id, options!(ExcelExport)),
        _ => bail!("invalid file name {file:?}: it has to end in .png, .pdf, .csv or .xlsx"),
    };
    download.overwrite(task.flag("overwrite")).to_path(file)?;
    Ok(Table::new(&["path"]).row([file.to_owned()]))
}

fn move_workbook(task: &Task<'_>) -> anyhow::Result<Table> {
    let project = task.project(task.text("PROJECT"))?;
    let changes = tsc::workbooks::WorkbookUpdate::new().project(&project.id);
    let moved = task.session.workbooks().update(&task.workbook()?.id, changes)?;
    Ok(Table::new(&["name", "project"]).row([moved.name, project.name]))
}

fn copy_workbook(task: &Task<'_>) -> anyhow::Result<Table> {
    let workbook = task.workbook()?;
    let folder = std::env::temp_dir().join(format!("copy-workbook-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = task.session.workbooks().download(&workbook.id).to_folder(&folder)?;
    // A second session: a token could have only one.
    let credentials = tsc::TableauAuth::new(
        std::env::var("TABLEAU_USERNAME").context("copying needs TABLEAU_USERNAME")?,
        std::env::var("TABLEAU_PASSWORD").context("copying needs TABLEAU_PASSWORD")?,
    );
    let target = task.server.sign_in(&credentials.site(task.text("SITE")))?;
    let name = task.text("PROJECT");
    let project = found("project", name, target.projects().find(name)?)?;
    let publish = target.workbooks().publish(path).name(&workbook.name).project(&project.id);
    let copy = publish.overwrite(true).send()?.item;
    target.sign_out()?;
    std::fs::remove_dir_all(&folder)?;
    Ok(Table::new(&["name", "id"]).row([copy.name, copy.id.to_string()]))
}

fn refresh_workbook(task: &Task<'_>) -> anyhow::Result<Table> {
    task.wait(task.session.workbooks().refresh(&task.workbook()?.id)?)
}

fn refresh_datasource(task: &Task<'_>) -> anyhow::Result<Table> {
    task.wait(task.session.datasources().refresh(&task.datasource()?.id)?)
}

fn create_extract(task: &Task<'_>) -> anyhow::Result<Table> {
    let job = task.session.extracts(&task.workbook()?.id).create()?;
    Ok(Table::new(&["job"]).row([job.id().to_string()]))
}

fn delete_extract(task: &Task<'_>) -> anyhow::Result<Table> {
    let job = task.session.extracts(&task.workbook()?.id).delete()?;
    Ok(Table::new(&["job"]).row([or_empty(job.map(|job| job.id().clone()))]))
}

fn update_connections(task: &Task<'_>) -> anyhow::Result<Table> {
    let password =
        std::env::var("TABLEAU_DB_PASSWORD").ok().context("TABLEAU_DB_PASSWORD is not set")?;
    let connections = task.session.connections(&task.datasource()?.id);
    let mut table = Table::new(&["connection", "user"]);
    for connection in connections.list()? {
        let changes = tsc::connections::ConnectionUpdate::new()
            .user_name(task.text("USER"))
            .password(password.as_str())
            .embed_password(true);
        let changed = connections.update(&connection.id, changes)?;
        table.push([changed.id.to_string(), changed.user_name.unwrap_or_default()]);
    }
    Ok(table)
}

fn append_rows(task: &Task<'_>) -> anyhow::Result<Table> {
    let name = task.text("TABLE");
    let update = tsc::hyper::HyperUpdate::new()
        .payload(task.text("FILE"))
        .action(tsc::hyper::HyperAction::insert(name, name));
    task.wait(task.session.datasources().update_data(&task.datasource()?.id, update)?)
}

fn freshness(task: &Task<'_>) -> anyhow::Result<Table> {
    use tsc::workbooks::{DataFreshness, FreshEveryUnit, WorkbookUpdate};
    let hours = task.text("HOURS");
    let hours = hours.parse().with_context(|| format!("HOURS {hours:?} has to be a number"))?;
    let policy = DataFreshness::every(hours, FreshEveryUnit::Hours);
    let changes = WorkbookUpdate::new().data_freshness(policy);
    let changed = task.session.workbooks().update(&task.workbook()?.id, changes)?;
    Ok(Table::new(&["name", "hours"]).row([changed.name, hours.to_string()]))
}
