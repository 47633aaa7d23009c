//! The response to a query: data and errors.

use std::collections::BTreeMap;

use serde_core::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::error;
use crate::json::from_json;
use crate::redact::Redactor;
use crate::text::one_line;
use crate::{Error, ErrorKind, Result};

/// The fields of a JSON object, not decoded yet.
pub(super) type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// The data and the errors of a response.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialData<T> {
    /// The data. It may be incomplete if there are errors.
    pub data: Option<T>,
    /// The errors and warnings.
    pub errors: Vec<QueryError>,
}

/// An error or a warning in a response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryError {
    /// The message.
    pub message: String,
    /// The code, such as `NODE_LIMIT_EXCEEDED`.
    pub code: Option<String>,
    /// What to do about it, as stated by the server.
    pub description: Option<String>,
}

/// A response to a query.
pub(super) struct QueryResponse<'a> {
    fields: Fields<'a>,
    errors: Vec<Value>,
}

impl<'a> QueryResponse<'a> {
    #[inline]
    pub(super) fn parse(text: &'a [u8]) -> Result<QueryResponse<'a>> {
        let fields: Fields<'_> = from_json(text)?;
        let errors: Option<Vec<Value>> = match fields.get("errors") {
            Some(errors) => from_json(errors.get().as_bytes())?,
            None => None,
        };
        Ok(QueryResponse { fields, errors: errors.unwrap_or_default() })
    }

    /// The data, unless it is null.
    pub(super) fn data<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.raw_data().map_or(Ok(None), |data| from_json(data.as_bytes()))
    }

    #[inline]
    pub(super) fn raw_data(&self) -> Option<&'a str> {
        self.fields.get("data").map(|data| data.get()).filter(|data| *data != "null")
    }

    #[inline]
    pub(super) fn errors(&self, redactor: &Redactor) -> Vec<QueryError> {
        let redact = |text: String| redactor.redact(&text).into_owned();
        let read = |error: &Value| QueryError {
            message: redact(message(error)),
            code: extension(error, "code").map(redact),
            description: extension(error, "description").map(redact),
        };
        self.errors.iter().map(read).collect()
    }

    /// Whether the server stopped because of a limit, so that a request for fewer nodes may
    /// succeed.
    #[inline]
    pub(super) fn exceeds_a_limit(&self) -> bool {
        self.errors.iter().any(|error| match extension(error, "code").as_deref() {
            Some("NODE_LIMIT_EXCEEDED" | "TIME_LIMIT_EXCEEDED") => true,
            _ => message(error).contains("node limit") || message(error).contains("time limit"),
        })
    }

    /// Returns the first error, if there is one.
    #[inline]
    pub(super) fn fail_on_errors(self, redactor: &Redactor) -> Result<QueryResponse<'a>> {
        self.error(redactor).map_or(Ok(self), Err)
    }

    /// The first error of the response as an error of this library.
    #[inline]
    pub(super) fn error(&self, redactor: &Redactor) -> Option<Error> {
        let first = self.errors(redactor).into_iter().next()?;
        let QueryError { message, code, description: detail } = first;
        let advice = match code.as_deref() {
            _ if self.exceeds_a_limit() => {
                "; request fewer nodes with a filter or `first`, or read pages with `nodes`"
            }
            Some("BACKFILL_RUNNING") => {
                "; the index is incomplete, and `backfill_status` shows its progress"
            }
            Some("RATE_EXCEEDED") => "; wait before the next query",
            _ => "",
        };
        let more = match self.errors.len() {
            1 => String::new(),
            count => format!(" and {} more errors", count - 1),
        };
        let partial = if self.raw_data().is_some() { ", with partial data" } else { "" };
        let shown = code.as_ref().map_or(String::new(), |code| format!(" ({code})"));
        let what =
            format!("the query failed{partial}: {}{shown}{more}{advice}", one_line(&message));
        let response =
            error::ErrorResponse { code, summary: Some(message), detail, ..Default::default() };
        Some(Error::new(ErrorKind::Api, what).with_response(response))
    }
}

#[inline]
pub(super) fn no_data() -> Error {
    Error::decode("the response has neither `data` nor `errors`")
}

#[inline]
fn message(error: &Value) -> String {
    error["message"].as_str().unwrap_or("an error without a message").trim().to_owned()
}

#[inline]
fn extension(error: &Value, name: &str) -> Option<String> {
    error["extensions"][name].as_str().map(str::to_owned)
}
