//! HTTP: from the options to the one loop that sends.

mod connector;
mod failure;
mod options;
mod proxy;
mod request;
mod tls;
mod transport;
mod url;

pub use options::{Fingerprint, HttpOptions, Verify};
pub(crate) use request::Request;
pub(crate) use transport::{Success, Transport};
pub(crate) use url::{Base, Origin, encode_segment};
