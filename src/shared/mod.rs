//! What rooms have in common, each written once.

mod details;
mod download;
mod export;
mod filetype;
mod hyper;
mod job;
mod list;
pub mod query;
mod retry;
mod source;
mod upload;

pub use details::{Location, LocationKind, OwnerDetails, ProjectDetails, WorkbookDetails};
pub use download::Download;
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) use download::file_name;
pub(crate) use download::{Extensions, Item};
pub use export::{
    CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport,
    PowerPointExport, Resolution,
};
pub(crate) use filetype::Magic;
pub use hyper::{HyperAction, HyperCondition, HyperTable, HyperUpdate, HyperValue};
pub use job::{JobHandle, JobWait};
pub(crate) use list::Listed;
pub use list::{Items, List, OnChange, Page};
pub(crate) use query::fields;
pub use query::{Field, Filter, Sort};
pub use source::Source;
pub use upload::Upload;
pub(crate) use upload::upload_whole;
