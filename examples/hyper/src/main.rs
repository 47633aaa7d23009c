//! Writes rows into a Hyper file with Tableau's crate `hyperdb-api`, publishes the file as a data source,
//! and appends the rows of a second file to it.
//!
//! Usage: `cargo run -- PROJECT NAME`, with the server in `TABLEAU_SERVER`, the credentials in the variables
//! that `tsc::credentials_from_env` reads, and the path of Tableau's program `hyperd` in `HYPERD_PATH`. The
//! Python package `tableauhyperapi` contains it, in `bin/hyper`. To build, `hyperdb-api` needs `protoc`.

use std::path::Path;

use anyhow::Context as _;
use hyperdb_api::{
    Catalog, Connection, CreateMode, HyperProcess, Inserter, Parameters, SqlType, TableDefinition,
};
use tableau_server_client as tsc;
use tsc::hyper::{HyperAction, HyperUpdate};

/// Schema and name of the table. Tableau itself calls the only table of an extract so.
const EXTRACT: &str = "Extract";

/// Writes a Hyper file with one table of products and amounts.
fn write(hyper: &HyperProcess, path: &Path, rows: &[(&str, i64)]) -> anyhow::Result<()> {
    let connection = Connection::new(hyper, path, CreateMode::CreateAndReplace)?;
    let table = TableDefinition::from(EXTRACT)
        .with_schema(EXTRACT)
        .add_required_column("product", SqlType::text())
        .add_required_column("amount", SqlType::big_int());
    let catalog = Catalog::new(&connection);
    catalog.create_schema(EXTRACT)?;
    catalog.create_table(&table)?;
    let mut inserter = Inserter::new(&connection, &table)?;
    for (product, amount) in rows {
        inserter.add_row(&[product, amount])?;
    }
    inserter.execute()?;
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (project, name) = arguments.next().zip(arguments.next()).context("usage: PROJECT NAME")?;
    let address = std::env::var("TABLEAU_SERVER").context("set TABLEAU_SERVER")?;

    let folder = std::env::temp_dir().join(format!("tableau-hyper-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (first, second) = (folder.join("first.hyper"), folder.join("second.hyper"));
    {
        let mut parameters = Parameters::new();
        parameters.set("log_dir", folder.display().to_string());
        let hyper = HyperProcess::new(None, Some(&parameters))?;
        write(&hyper, &first, &[("apples", 12), ("pears", 7)])?;
        write(&hyper, &second, &[("plums", 30)])?;
    } // the files can be read when the process has ended

    let server = tsc::Server::new(&address)?;
    let session = server.sign_in(&*tsc::credentials_from_env()?)?;
    let project = session.projects().find(&project)?.context("the project does not exist")?;
    let published = session
        .datasources()
        .publish(&first)
        .name(name)
        .project(&project.id)
        .overwrite(true)
        .send()?
        .item;
    println!("{} {}", published.id, published.name);

    let table = (EXTRACT, EXTRACT);
    let update = HyperUpdate::new().payload(&second).action(HyperAction::insert(table, table));
    session.datasources().update_data(&published.id, update)?.wait()?;
    println!("rows were added");

    session.sign_out()?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
