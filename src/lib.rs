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
//! - `mock` (off by default): a mock Tableau Server for the tests of programs that use this library,
//!   in the module `mock`, and the program `tableau-mock-server`.

mod cancel;
mod client;
mod common;
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
pub use common::*;
pub use credentials::{Credentials, JwtAuth, PersonalAccessTokenAuth, TableauAuth};
pub use error::{Error, ErrorKind, Result};
pub use http::{Fingerprint, HttpOptions, RetryPolicy, Verify};
pub use ids::*;
pub use resources::*;
pub use secret::Secret;
pub use server::{Server, ServerInfo, ServerView};
pub use session::{Session, SessionFile, SessionToken, SessionView};
pub use version::ApiVersion;
pub use xml::{Unreadable, UnreadableValue};

pub use custom_views::{CustomView, CustomViewUpdate, DefaultUser, DefaultUserSet};
pub use datasources::{AskData, Datasource, DatasourceUpdate};
pub use flow_runs::{FlowParameterRun, FlowRun, FlowRunStatus};
pub use flows::{Flow, FlowOutputStep, FlowParameter, FlowRunSpec, FlowUpdate};
pub use groups::Group;
pub use jobs::{BackgroundJob, FinishCode, Job, JobStatus, StatusNote};
pub use personal_space::PersonalSpace;
pub use projects::{ContentPermissions, NewProject, Project, ProjectUpdate};
pub use schedules::Schedule;
pub use sites::{AuthConfiguration, NewSite, Site, SiteUpdate};
pub use users::{AuthSetting, NewUser, SiteRole, User, UserUpdate};
pub use views::{SheetType, View};
pub use workbooks::{
    DataAcceleration, DataAccelerationUpdate, DataFreshness, DowngradedFeature, FreshAt,
    FreshAtFrequency, FreshEvery, FreshEveryUnit, Workbook, WorkbookUpdate,
};
