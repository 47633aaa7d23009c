//! What rooms have in common, each written once.

mod details;
mod download;
mod export;
mod filetype;
mod hyper;
mod job;
mod list;
mod publish;
mod query;
mod retry;
mod source;
mod upload;

pub use details::{Location, LocationKind, OwnerDetails, ProjectDetails, WorkbookDetails};
pub use download::Download;
pub(crate) use download::{Extensions, Item};
pub use export::{
    CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport,
    PowerPointExport, Resolution,
};
pub(crate) use filetype::Magic;
pub use hyper::{HyperAction, HyperCondition, HyperTable, HyperUpdate, HyperValue};
pub use job::{JobHandle, JobWait};
pub(crate) use list::Listed;
pub use list::{Items, List, Page};
pub(crate) use publish::{Appendable, HoldsExtracts, InProject, Publishable};
pub use publish::{
    ConnectionCredentials, Publish, PublishConnection, Published, PublishedConnection,
};
pub use query::{Filter, Sort};
pub use source::Source;
pub use upload::Upload;
pub(crate) use upload::upload_whole;
