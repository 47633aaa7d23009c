//! The HTTP client: options, connections, and the loop that sends requests.

mod connector;
mod context;
mod error_content;
mod exact_length;
mod failure;
mod limit;
mod multipart;
mod options;
mod pem;
mod proxy;
mod request;
mod retry;
mod retry_after;
mod tls;
mod tls_failure;
mod transport;
mod url;

pub(crate) use crate::encoding::{hex, percent_decode};
pub(crate) use context::{ReentrancyGuard, counting_as_nested, on_another_thread};
pub(crate) use multipart::Multipart;
pub use options::{Fingerprint, HttpOptions, Verify};
pub(crate) use request::{Body, Replay, Request};
pub use retry::RetryPolicy;
pub(crate) use retry::{Delivery, scaled};
pub(crate) use tls::{random, sha256};
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) use transport::fuzzing;
pub(crate) use transport::{Accepts, AuthContext, Success, Transport, XmlResponse};
pub(crate) use url::{Base, Origin, is_clean};
