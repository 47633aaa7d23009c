//! Functionality that several resources have in common.

mod backoff;
mod calendar;
mod capability;
#[cfg(feature = "metadata")]
pub(crate) mod catalog;
pub(crate) mod chunks;
pub mod connections;
pub(crate) mod content;
mod details;
mod download;
pub mod export;
pub mod extracts;
mod filetype;
pub(crate) mod find;
pub mod hyper;
pub(crate) mod job;
mod list;
mod parallel;
pub mod permissions;
mod progress;
pub mod publish;
pub mod quality;
pub mod query;
pub mod revisions;
pub(crate) mod schedule;
mod sheets;
mod site_role;
mod source;
pub mod tags;
mod upload;

pub(crate) use crate::xml::Listed;
pub use calendar::{MonthDay, WeekDay};
pub(crate) use capability::capability;
pub(crate) use chunks::upload_file;
pub(crate) use connections::{Connections, HasConnections};
pub(crate) use details::in_one_place;
pub use details::{
    ContentPermissions, Location, LocationKind, LocationUpdate, OwnerDetails, ProjectDetails,
    WorkbookDetails,
};
pub use download::Download;
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) use download::file_name;
pub(crate) use download::{Extensions, Item};
pub(crate) use export::{CsvExport, ExcelExport, ImageExport, PdfExport, PowerPointExport};
pub(crate) use extracts::refresh;
pub(crate) use extracts::{Extracts, HasExtracts};
pub(crate) use filetype::Magic;
pub(crate) use hyper::HyperUpdate;
pub use job::JobHandle;
pub use list::{Items, List, ListItem, OnChange, OnUnreadable, Page};
pub(crate) use permissions::{DefaultsFor, HasPermissions, Permissions};
pub use progress::{Progress, ProgressUnit};
pub(crate) use publish::ConnectionCredentials;
pub use publish::Publish;
pub(crate) use publish::{Appendable, HoldsExtracts, InProject, Publishable};
pub(crate) use quality::{HasQualityWarnings, QualityWarnings};
pub(crate) use query::filter_fields;
pub(crate) use revisions::{HasRevisions, Revisions};
pub(crate) use schedule::add_to_schedule;
pub use schedule::{Schedulable, Scheduled};
pub use sheets::{Sheet, SheetKind, sheets, sheets_in};
pub use site_role::{AuthSetting, SiteRole};
pub use source::Source;
pub(crate) use tags::{TagBatch, Taggable, Tags};
pub use upload::Upload;
