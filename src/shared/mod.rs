//! What rooms have in common, each written once.

mod details;
mod list;
mod query;

pub use details::{Location, LocationKind, OwnerDetails, ProjectDetails, WorkbookDetails};
pub(crate) use list::Listed;
pub use list::{Items, List, Page};
pub use query::{Filter, Sort};
