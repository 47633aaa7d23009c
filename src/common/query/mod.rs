//! Filters and sorts of lists.
//!
//! The module of a resource has a constant for every field that the REST API can filter its list by.
//! A field has the operators that the API supports for it; others do not compile:
//!
//! ```no_run
//! use tableau_server_client as tsc;
//!
//! # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
//! let found = session
//!     .workbooks()
//!     .list()
//!     .filter(tsc::workbooks::PROJECT_NAME.eq("R&D"))
//!     .filter(tsc::workbooks::TAGS.any_of(["weekly", "O'Brien"]))
//!     .sort(tsc::workbooks::UPDATED_AT.desc())
//!     .sort(tsc::workbooks::NAME.asc());
//! # for workbook in found { workbook?; }
//! # Ok(())
//! # }
//! ```
//!
//! ```compile_fail
//! // The API has no `gt` for flags.
//! tableau_server_client::workbooks::HAS_EXTRACTS.gt(true);
//! ```
//!
//! ```
//! tableau_server_client::workbooks::HAS_EXTRACTS.eq(true);
//! ```
//!
//! For a field without a constant, use [`Field::named`]; for a whole filter expression,
//! [`Filter::raw`].
//!
//! # Unsupported values
//!
//! The server takes a comma in a value for the end of the value, even if it is percent-encoded, and
//! a square bracket in a value of [`any_of`](Field::any_of) for the end of the list. It rejects empty
//! values. A filter with such a value causes an [`Input`](crate::ErrorKind::Input) error when the
//! list is used, and nothing is sent. Filter by another field, or compare all items of the list;
//! newer servers also support `*` as a wildcard in [`eq`](Field::eq).
//!
//! All other characters (colons, quotes, ampersands, plus and percent signs, backslashes, any
//! script) are supported with every version of the API.

mod field;
mod fields;

use std::fmt;
use std::marker::PhantomData;

pub use field::{Any, Field, Flag, Number, Operand, Text, Time, Word, ops};
pub(crate) use fields::filter_fields;

use crate::{Error, Result};

/// A condition on the items of a list, made by an operator of a [`Field`] or by
/// [`raw`](Filter::raw).
///
/// REST: [Filtering and Sorting](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_filtering_and_sorting.htm), API 2.3.
pub struct Filter<T>(Expression<T>);

/// A field to sort a list by, with a direction.
///
/// REST: [Filtering and Sorting](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_filtering_and_sorting.htm), API 2.3.
pub struct Sort<T>(Expression<T>);

/// The expression before percent-encoding, or why it is invalid.
struct Expression<T> {
    text: Result<String, String>,
    of: PhantomData<fn() -> T>,
}

macro_rules! expressions {
    ($($Name:ident),+) => {$(
        impl<T> $Name<T> {
            fn new(text: Result<String, String>) -> $Name<T> {
                $Name(Expression { text, of: PhantomData })
            }

            /// The expression before percent-encoding.
            pub(crate) fn text(&self) -> Result<&str> {
                self.0.text.as_deref().map_err(|why| Error::input(why))
            }
        }

        impl<T> Clone for $Name<T> {
            fn clone(&self) -> Self {
                $Name::new(self.0.text.clone())
            }
        }

        impl<T> fmt::Debug for $Name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match &self.0.text {
                    Ok(text) => write!(f, concat!(stringify!($Name), "({:?})"), text),
                    Err(why) => write!(f, concat!(stringify!($Name), "(invalid: {})"), why),
                }
            }
        }
    )+};
}

expressions!(Filter, Sort);

impl<T> Filter<T> {
    /// Creates a filter from an expression of the REST API: `name:eq:Sales`. It is percent-encoded,
    /// but not checked.
    pub fn raw(expression: impl Into<String>) -> Filter<T> {
        Filter::new(Ok(expression.into()))
    }
}

impl<T> Sort<T> {
    /// Creates a sort from an expression of the REST API: `name:asc`, `createdAt:desc`.
    pub fn raw(expression: impl Into<String>) -> Sort<T> {
        Sort::new(Ok(expression.into()))
    }
}
