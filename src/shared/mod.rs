//! What rooms have in common, each written once.

mod export;
mod list;
mod query;

pub use export::{
    CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport,
    PowerPointExport, Resolution,
};
pub(crate) use list::Listed;
pub use list::{Items, List, Page};
pub use query::{Filter, Sort};
