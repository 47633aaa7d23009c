//! [`RawResponse`]: the response to a raw request, in memory.

use std::fmt;

use ureq::http::HeaderMap;

use crate::{Error, Result};

/// The response to a [`RawRequest`](super::RawRequest), whose status is a success.
#[derive(Clone)]
pub struct RawResponse {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl RawResponse {
    #[inline]
    pub(super) fn new((status, headers, body): (u16, HeaderMap, Vec<u8>)) -> RawResponse {
        RawResponse { status, headers, body }
    }

    /// The HTTP status: 200, 201, 202 or 204.
    #[inline]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The value of a header, regardless of the name's case. `None` if it is not text.
    #[inline]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body, without a copy.
    #[inline]
    pub fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// The body as text. [`ErrorKind::Decode`](crate::ErrorKind::Decode) if it is not UTF-8.
    #[inline]
    pub fn text(&self) -> Result<&str> {
        let failed = |_| Error::decode("the response is not text in UTF-8");
        std::str::from_utf8(&self.body).map_err(failed)
    }
}

/// Shows the status and the size of the body.
impl fmt::Debug for RawResponse {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
