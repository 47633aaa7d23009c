//! Signs in, lists projects, workbooks and users, and signs out.
//!
//! Without environment variables it starts a mock server. With `TABLEAU_SERVER` it signs in to that
//! server: `TABLEAU_SITE` is the site's content URL (the default site if unset), and the
//! credentials are `TABLEAU_TOKEN_NAME` and `TABLEAU_TOKEN_VALUE`, or `TABLEAU_USERNAME` and
//! `TABLEAU_PASSWORD`, or `TABLEAU_JWT`. `RUST_LOG` sets what is logged to standard error.
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
    match variable("TABLEAU_SERVER") {
        Some(address) => {
            let server = tsc::Server::new(&address)?;
            look_around(&server, &*tsc::credentials_from_env()?)
        }
        None => {
            let mock = tsc::mock::MockServer::start()?;
            println!("TABLEAU_SERVER is not set: using a mock server.");
            let server = tsc::Server::new(mock.url())?;
            look_around(&server, &mock.credentials())?;

            println!("\nWhat the mock server saw:");
            for request in mock.requests() {
                println!("  {} {}", request.method, request.path);
            }
            println!("Sessions still open there: {}", mock.sessions_open());
            Ok(())
        }
    }
}

fn look_around(server: &tsc::Server, credentials: &dyn tsc::Credentials) -> anyhow::Result<()> {
    {
        let session = server.sign_in(credentials).context("signing in")?;
        println!("Signed in, speaking REST API {}.", session.version());
        println!("  site {:?} ({})", session.site_url(), session.site_id());
        println!("  user {}", session.user_id());

        println!("\nProjects:");
        for project in session.projects().list() {
            println!("  {}", project?.name);
        }
        println!("\nWorkbooks: {}, the first ones:", session.workbooks().list().total()?);
        for workbook in session.workbooks().list().page_size(10).page(1)?.items {
            let project = workbook.project_name.as_deref().unwrap_or("(a personal space)");
            println!("  {} in {project}", workbook.name);
        }
        println!("\nUsers: {}", session.users().list().total()?);
    } // The session is dropped here, which signs out.
    println!("\nSigned out.");
    Ok(())
}

/// The value of an environment variable, unless it is unset or empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
