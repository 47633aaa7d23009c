//! Concerns that several resources have.

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
pub(crate) mod schedule;
mod site_role;
mod source;
mod tags;
mod upload;

pub use calendar::{MonthDay, WeekDay};
pub(crate) use capability::capability;
pub(crate) use chunks::upload_file;
pub use connections::{
    BatchUpdatableConnections, Connection, ConnectionUpdate, Connections, HasConnections,
};
pub(crate) use details::in_one_place;
pub use details::{
    ContentPermissions, Location, LocationKind, LocationUpdate, OwnerDetails, ProjectDetails,
    WorkbookDetails,
};
pub use download::Download;
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) use download::file_name;
pub(crate) use download::{Extensions, Item};
pub use export::{
    CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport,
    PowerPointExport, Resolution,
};
pub(crate) use extracts::refresh;
pub use extracts::{Extracts, HasExtracts, Refreshable};
pub(crate) use filetype::Magic;
pub use hyper::{HyperAction, HyperCondition, HyperTable, HyperUpdate, HyperValue};
pub use job::{JobHandle, JobWait};
pub(crate) use list::Listed;
pub use list::{Items, List, ListItem, OnChange, OnUnreadable, Page};
pub use permissions::{
    Capability, DefaultsFor, Grantee, HasPermissions, PermissionChanges, PermissionMode,
    PermissionRule, Permissions,
};
pub use progress::{Progress, ProgressUnit};
pub(crate) use publish::{Appendable, HoldsExtracts, InProject, Publishable};
pub use publish::{
    ConnectionCredentials, Publish, PublishConnection, PublishJob, Published, PublishedConnection,
};
pub use quality::{
    HasQualityWarnings, NewWarning, QualityWarning, QualityWarnings, WarningType, WarningUpdate,
};
pub(crate) use query::filter_fields;
pub use query::{Field, Filter, Sort};
pub use revisions::{DeletableRevisions, HasRevisions, Revision, Revisions};
pub(crate) use schedule::add_to_schedule;
pub use schedule::{Schedulable, Scheduled};
pub use site_role::{AuthSetting, SiteRole};
pub use source::Source;
pub use tags::{TagBatch, Taggable, Tags};
pub use upload::Upload;
