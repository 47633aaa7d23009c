//! Lists workbooks repeatedly until Ctrl-C, and then signs out.
//!
//! Set `TABLEAU_SERVER`, `TABLEAU_USERNAME` and `TABLEAU_PASSWORD`.
#![allow(clippy::print_stdout)]

use std::env;

use anyhow::Context;
use log::LevelFilter;
use tableau_server_client as tsc;

fn main() -> anyhow::Result<()> {
    // At lower levels the HTTP client logs requests and responses, which contain secrets.
    env_logger::Builder::from_default_env()
        .filter_module("ureq", LevelFilter::Info)
        .filter_module("ureq_proto", LevelFilter::Info)
        .init();
    let cancellation = tsc::CancellationToken::new();
    let on_signal = cancellation.clone();
    ctrlc::set_handler(move || on_signal.cancel())?;

    let server = tsc::Server::new(&env::var("TABLEAU_SERVER").context("TABLEAU_SERVER")?)?;
    let name = env::var("TABLEAU_USERNAME").context("TABLEAU_USERNAME")?;
    let password = env::var("TABLEAU_PASSWORD").context("TABLEAU_PASSWORD")?;
    let session =
        server.with_cancellation(&cancellation).sign_in(&tsc::TableauAuth::new(name, password))?;
    println!("signed in; press Ctrl-C");
    // The token cancels calls over this view only, so that the session itself can still sign out.
    let view = session.with_cancellation(&cancellation);
    loop {
        for workbook in view.workbooks().list() {
            match workbook {
                Ok(workbook) => println!("{}", workbook.name),
                Err(error) if error.kind() == tsc::ErrorKind::Cancelled => {
                    println!("interrupted");
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
