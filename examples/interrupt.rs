//! Lists workbooks again and again until Ctrl-C, and signs out even then.
//!
//! The server and the credentials are those of `quickstart`; here the name and the password are
//! enough to show it: `TABLEAU_SERVER`, `TABLEAU_USERNAME`, `TABLEAU_PASSWORD`.
#![allow(clippy::print_stdout)]

use std::env;

use anyhow::Context;
use tableau_server_client as tsc;

fn main() -> anyhow::Result<()> {
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
