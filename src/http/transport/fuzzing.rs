//! Responses for the fuzz targets.

use ureq::http::header::RETRY_AFTER;
use ureq::http::{HeaderMap, HeaderValue};

use super::super::failure::{self, Size};
use super::success::Success;
use crate::Error;
use crate::redact::Redactor;
use crate::secret::Secret;

/// A successful response with this body.
pub(crate) fn success(body: &[u8], secret: &str) -> Success {
    let redactor = Redactor::default().with(&Secret::new(secret));
    let body = ureq::Body::builder().data(body.to_vec()).into_reader();
    let mut success = Success::no_content(&redactor);
    success.context.status = 200;
    Success { body, max_size: 1 << 20, ..success }
}

/// The error for a response with this status, `Retry-After` and body.
pub(crate) fn refused(status: u16, after: &[u8], body: &[u8], cut: bool, secret: &str) -> Error {
    let redactor = Redactor::default().with(&Secret::new(secret));
    let mut headers = HeaderMap::new();
    if let Ok(after) = HeaderValue::from_bytes(after) {
        headers.insert("x-request-id", after.clone());
        headers.insert(RETRY_AFTER, after);
    }
    let size = if cut { Size::TooLarge } else { Size::Whole };
    failure::refused(status, &headers, body, size, "https://", &redactor)
}
