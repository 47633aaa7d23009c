//! What rooms have in common, each written once.

mod backoff;
mod calendar;
mod capability;
pub(crate) mod chunks;
mod connections;
pub(crate) mod content;
mod details;
mod download;
mod export;
pub(crate) mod extracts;
mod filetype;
pub(crate) mod find;
mod hyper;
pub(crate) mod job;
mod list;
mod permissions;
mod progress;
mod publish;
mod quality;
pub mod query;
mod revisions;
mod schedule;
mod source;
mod tags;
mod upload;

pub use calendar::{MonthDay, WeekDay};
pub(crate) use capability::capability;
pub(crate) use chunks::upload_file;
pub use connections::{Connection, ConnectionUpdate, Connections};
pub(crate) use details::in_one_place;
pub use details::{
    Location, LocationKind, LocationUpdate, OwnerDetails, ProjectDetails, WorkbookDetails,
};
pub use download::Download;
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) use download::file_name;
pub(crate) use download::{Extensions, Item};
pub use export::{
    CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport,
    PowerPointExport, Resolution,
};
pub use extracts::Extracts;
pub(crate) use extracts::refresh;
pub(crate) use filetype::Magic;
pub use hyper::{HyperAction, HyperCondition, HyperTable, HyperUpdate, HyperValue};
pub use job::{JobHandle, JobWait};
pub(crate) use list::Listed;
pub use list::{Items, List, ListItem, OnChange, OnUnreadable, Page};
pub use permissions::{
    Capability, DefaultsFor, Grantee, PermissionChanges, PermissionMode, PermissionRule,
    Permissions,
};
pub use progress::{Progress, ProgressUnit};
pub(crate) use publish::{Appendable, HoldsExtracts, InProject, Publishable};
pub use publish::{
    ConnectionCredentials, Publish, PublishConnection, PublishJob, Published, PublishedConnection,
};
pub use quality::{NewWarning, QualityWarning, QualityWarnings, WarningType, WarningUpdate};
pub(crate) use query::filter_fields;
pub use query::{Field, Filter, Sort};
pub use revisions::{Revision, Revisions};
pub use schedule::Scheduled;
pub(crate) use schedule::add_to_schedule;
pub use source::Source;
pub use tags::{TagBatch, Taggable, Tags};
pub use upload::Upload;
