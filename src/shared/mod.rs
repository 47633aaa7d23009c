//! What rooms have in common, each written once.

mod list;
mod query;

pub(crate) use list::Listed;
pub use list::{Items, List, Page};
pub use query::{Filter, Sort};
