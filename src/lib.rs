//! A blocking client for the REST API of Tableau Server and Tableau Cloud. Sessions sign out when
//! they are dropped.
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
//! A [`Server`] holds the address and the connection settings. [`Server::sign_in`] returns a
//! [`Session`], which has one handle per kind of content: [`workbooks()`](Session::workbooks),
//! [`projects()`](Session::projects), [`datasources()`](Session::datasources) and so on. A handle's
//! `list` returns a lazy [`List`] that requests one page at a time. Each kind of id is a type of its
//! own. API enumerations preserve values that this release does not know. Fields that a response may
//! lack are `Option`s.
//!
//! A handle's other types are in its module, such as [`workbooks::WorkbookUpdate`]. Operations that
//! several kinds of content share have modules of their own, such as [`permissions`] and [`tags`].
//!
//! The documentation of a method names its operation in Tableau's REST reference, the first API
//! version, the scope that a JSON Web Token needs, and the error codes of the operation.
//! [Errors](guide::errors) explains the codes, and lists those that nearly every call can return.
//!
//! Calls block the current thread. There is no async runtime; threads can share a session.
//!
//! # Where to start
//!
//! - The [`guide`] has a quick start, a cookbook with programs for common tasks, and a page on errors.
//! - [`Server`], [`Session`] and [`List`] are the types that every program uses, [`Error`] is what
//!   calls return, and [`HttpOptions`] has timeouts, proxies and certificates.
//! - `examples/tableau` in the repository is a command-line program with many subcommands.
//!
//! | to … | see |
//! |---|---|
//! | use a self-signed certificate or a private CA | [signing in](guide/sign_in_and_out/index.html#self-signed-certificates), [`HttpOptions::verify`] |
//! | retry, also after 429 | [`RetryPolicy`], [reliability](guide/reliability/index.html#requests-that-fail) |
//! | share a session between threads or processes | [`Session`], [signing in](guide/sign_in_and_out/index.html#one-session-many-processes) |
//! | stop at a deadline or after Ctrl-C | [`CancellationToken`], [signing in](guide/sign_in_and_out/index.html#ctrl-c) |
//! | learn why a background job failed | [`JobHandle::wait`], [content](guide/content/index.html#jobs) |
//! | send a request without a method | [`Session::request`], [raw requests](guide/raw_requests/index.html) |
//! | look up an error code | [errors](guide/errors/index.html#codes) |
//! | look up the API version and scope of a method | its documentation, or [coverage](guide/coverage/index.html) |
//! | test without a server | [testing](guide/testing/index.html), module `mock` |
//!
//! # Features
//!
//! Sessions, lists, workbooks, data sources, views, custom views, flows, projects and jobs are always
//! compiled.
//!
//! - `people` (on by default): users, groups and group sets.
//! - `schedules` (on by default): schedules, tasks, subscriptions, favorites, webhooks, data-driven alerts
//!   and metrics.
//! - `admin` (on by default): sites, sessions, connected apps, OpenID Connect, dashboard extensions,
//!   domains.
//! - `metadata` (on by default): the Metadata API, Tableau Catalog, virtual connections, metrics.
//! - `serde`: `serde::Serialize` for the items that the server returns.
//! - `mock`: a mock Tableau Server for tests, in the module `mock` and as the program
//!   `tableau-mock-server`. Enables `people`, `schedules`, `admin` and `metadata`.

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
mod json;
mod operation;
pub mod raw;
mod redact;
mod resources;
mod scopes;
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

#[cfg(feature = "mock")]
#[doc(hidden)]
pub mod benchmarks;

pub mod guide;

/// The crate that provides [`Timestamp`](jiff::Timestamp), re-exported so that programs need no
/// dependency of their own.
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
    ConnectedAppAuth, Credentials, JwtAuth, PersonalAccessTokenAuth, TableauAuth,
    UnifiedAccessTokenAuth, credentials_from_env,
};
pub use error::{Error, ErrorKind, ErrorWarning, Result};
pub use http::{Fingerprint, HttpOptions, RetryPolicy, Verify};
pub use ids::*;
pub use operation::Method;
pub use resources::*;
pub use scopes::scopes_of;
pub use secret::Secret;
pub use server::{Server, ServerInfo, ServerView};
pub use session::{Session, SessionFile, SessionToken, SessionView};
pub use version::ApiVersion;
pub use xml::{Unreadable, UnreadableValue};

/// What items of several kinds of content have in common: location, owner, project, schedules.
pub mod content {
    pub use crate::common::{
        AuthSetting, ContentPermissions, Location, LocationKind, LocationUpdate, OwnerDetails,
        ProjectDetails, Schedulable, Scheduled, SiteRole, WorkbookDetails,
    };
}
