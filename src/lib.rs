//! A blocking client for Tableau.

mod credentials;
mod error;
mod http;
mod ids;
mod secret;
mod xml;

#[cfg(feature = "mock")]
pub mod mock;

pub use credentials::{Credentials, JwtAuth, PersonalAccessTokenAuth, TableauAuth};
pub use error::{Error, ErrorKind, Result};
pub use ids::{Located, ProjectId, SiteId, UserId, ViewId, WorkbookId};
