//! A blocking client for Tableau.

mod error;
mod xml;

#[cfg(feature = "mock")]
pub mod mock;

pub use error::{Error, ErrorKind, Result};
