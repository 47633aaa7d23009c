//! A blocking client for the REST API of Tableau Server and Tableau Cloud, whose sessions sign
//! themselves out.
//!
//! ```no_run
//! use tableau_server_client as tsc;
//!
//! fn main() -> anyhow::Result<()> {
//!     let auth = tsc::TableauAuth::new("USERNAME", "PASSWORD").site("SITE");
//!     let server = tsc::Server::new("https://tableau.example.com")?; // sends nothing yet
//!     {
//!         let session = server.sign_in(&auth)?;
//!         for workbook in session.workbooks().list() {
//!             let workbook = workbook?;
//!             println!("{} {}", workbook.id, workbook.name);
//!         }
//!     } // signs out
//!     Ok(())
//! }
//! ```
//!
//! A [`Server`] is an address and the way there; [`Server::sign_in`] gives a [`Session`], and that
//! has a room for each kind of thing: [`workbooks()`](Session::workbooks),
//! [`projects()`](Session::projects), [`users()`](Session::users) and so on. `list` on a room is a
//! lazy [`List`] of everything. Ids are types, words of the wire are enums that keep what they do
//! not know, and what an answer may lack is an `Option`.
//!
//! The [`guide`] explains it at length, in programs that run.
//!
//! # Features
//!
//! - `people`, `schedules`, `admin` (on by default): users and groups; schedules; sites. What is always
//!   there: sessions, lists, workbooks, data sources, views, custom views, flows, projects, jobs.
//! - `metadata` (on by default): reserved for the Metadata API.
//! - `serde` (off by default): `serde::Serialize` for the items of answers.
//! - `mock` (off by default): a mock Tableau Server for the tests of programs that use this library,
//!   in the module `mock`, and the program `tableau-mock-server`.

mod cancel;
mod client;
mod common;
#[cfg(test)]
mod coverage;
mod credentials;
mod encoding;
mod error;
mod http;
mod ids;
mod operation;
mod redact;
mod resources;
mod secret;
mod server;
mod session;
mod text;
mod version;
mod xml;

#[cfg(feature = "mock")]
pub mod mock;

#[cfg(all(feature = "mock", any(test, fuzzing)))]
#[doc(hidden)]
pub mod fuzzing;

pub mod guide;

/// The crate that times are of, so that a program can name them without depending on it itself.
pub use jiff;

pub use cancel::CancellationToken;
pub use common::query::{Filter, Sort};
pub use common::{
    Download, Items, JobHandle, List, ListItem, OnChange, OnUnreadable, Page, Progress,
    ProgressUnit, Publish, Source, Upload,
};
pub use common::{
    connections, export, extracts, hyper, permissions, publish, quality as quality_warnings, query,
    revisions, tags,
};
pub use credentials::{
    Credentials, JwtAuth, PersonalAccessTokenAuth, TableauAuth, credentials_from_env,
};
pub use error::{Error, ErrorKind, Result};
pub use http::{Fingerprint, HttpOptions, RetryPolicy, Verify};
pub use ids::*;
pub use operation::Method;
pub use resources::*;
pub use secret::Secret;
pub use server::{Server, ServerInfo, ServerView};
pub use session::{Session, SessionFile, SessionToken, SessionView};
pub use version::ApiVersion;
pub use xml::{Unreadable, UnreadableValue};

pub use custom_views::CustomView;
pub use datasources::Datasource;
pub use flow_runs::FlowRun;
pub use flows::Flow;
#[cfg(feature = "people")]
pub use groups::Group;
pub use jobs::{BackgroundJob, Job};
pub use personal_space::PersonalSpace;
pub use projects::Project;
#[cfg(feature = "schedules")]
pub use schedules::Schedule;
#[cfg(feature = "admin")]
pub use sites::Site;
#[cfg(feature = "people")]
pub use users::User;
pub use views::View;
pub use workbooks::Workbook;

/// What items of several kinds of content have in common: location, owner, project, schedules.
pub mod content {
    pub use crate::common::{
        AuthSetting, ContentPermissions, Location, LocationKind, LocationUpdate, OwnerDetails,
        ProjectDetails, Schedulable, Scheduled, SiteRole, WorkbookDetails,
    };
}
