//! Encoding and decoding of JSON with this library's errors.

use serde_core::{Deserialize, Serialize};

use crate::text::cut;
use crate::{Error, Result};

/// Decodes JSON of a response.
pub(crate) fn from_json<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T> {
    serde_json::from_slice(text).map_err(|error| {
        let why = cut(&error.to_string(), 300).into_owned();
        Error::decode(format!("the JSON of the response cannot be read: {why}"))
    })
}

/// Encodes a value for a request.
pub(crate) fn to_json(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| {
        Error::input(format!("the value to send cannot be written as JSON: {error}"))
    })
}
