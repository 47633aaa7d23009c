//! HTTP: from the options to the one loop that sends.

mod connector;
mod failure;
mod limit;
mod options;
mod proxy;
mod request;
mod retry;
mod tls;
mod transport;
mod url;

pub use options::{Fingerprint, HttpOptions, Verify};
#[expect(unused_imports, reason = "publishing implements it")]
pub(crate) use request::Replay;
pub(crate) use request::Request;
pub use retry::Retries;
#[expect(unused_imports, reason = "uploads call them")]
pub(crate) use tls::{random, sha256};
pub(crate) use transport::{Asker, Success, Transport};
pub(crate) use url::{Base, Origin, encode_segment};
