//! What rooms have in common, each written once.

mod details;
mod export;
mod list;
pub mod query;

pub use details::{Location, LocationKind, OwnerDetails, ProjectDetails, WorkbookDetails};
pub use export::{
    CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport,
    PowerPointExport, Resolution,
};
pub(crate) use list::Listed;
pub use list::{Items, List, OnChange, Page};
pub(crate) use query::fields;
pub use query::{Field, Filter, Sort};
