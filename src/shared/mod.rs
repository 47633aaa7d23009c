//! What rooms have in common, each written once.

mod connections;
mod details;
mod extracts;
mod list;
mod permissions;
mod quality;
mod query;
mod revisions;
mod tags;

pub use connections::{Connection, ConnectionUpdate, Connections};
pub use details::{Location, LocationKind, OwnerDetails, ProjectDetails, WorkbookDetails};
pub use extracts::Extracts;
pub(crate) use extracts::{or_waiting, refresh};
pub(crate) use list::Listed;
pub use list::{Items, List, Page};
pub use permissions::{
    Capability, DefaultsFor, Grantee, PermissionChanges, PermissionMode, PermissionRule,
    Permissions,
};
pub use quality::{NewWarning, QualityWarning, QualityWarnings, WarningType, WarningUpdate};
pub use query::{Filter, Sort};
pub use revisions::{Revision, Revisions};
pub use tags::{TagBatch, Tags};
