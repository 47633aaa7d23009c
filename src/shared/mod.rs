//! What rooms have in common, each written once.

mod connections;
mod details;
mod export;
mod extracts;
mod list;
mod permissions;
mod quality;
pub mod query;
mod revisions;
mod tags;

pub use connections::{Connection, ConnectionUpdate, Connections};
pub use details::{Location, LocationKind, OwnerDetails, ProjectDetails, WorkbookDetails};
pub use export::{
    CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport,
    PowerPointExport, Resolution,
};
pub use extracts::Extracts;
pub(crate) use extracts::{or_waiting, refresh};
pub(crate) use list::Listed;
pub use list::{Items, List, OnChange, Page};
pub use permissions::{
    Capability, DefaultsFor, Grantee, PermissionChanges, PermissionMode, PermissionRule,
    Permissions,
};
pub use quality::{NewWarning, QualityWarning, QualityWarnings, WarningType, WarningUpdate};
pub(crate) use query::fields;
pub use query::{Field, Filter, Sort};
pub use revisions::{Revision, Revisions};
pub use tags::{TagBatch, Tags};
