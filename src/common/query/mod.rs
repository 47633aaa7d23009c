//! Filters and sorts: which items of a list, and in which order.
//!
//! Each room has a constant for every field that the REST API can filter its list by, and a field
//! has the operators that the API has for it; others do not compile:
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
//! // A flag is equal or it is not.
//! tableau_server_client::workbooks::HAS_EXTRACTS.gt(true);
//! ```
//!
//! ```
//! // The passing twin.
//! tableau_server_client::workbooks::HAS_EXTRACTS.eq(true);
//! ```
//!
//! A field that the library does not know is [`Field::named`], and a whole expression
//! [`Filter::raw`].
//!
//! # What the server cannot be asked for
//!
//! In a filter expression a comma ends the value, however it is encoded, and an empty value is
//! refused; in the list of an `in` a square bracket ends the list. Where a value has one of these,
//! the list that it is given to is an [`Input`](crate::ErrorKind::Input) error on its first use, and
//! nothing is sent. What remains is to filter by something else, or to look at all items; newer
//! servers also take `*` in [`eq`](Field::eq) as "anything".
//!
//! Everything else (colons, quotes, ampersands, plus and percent signs, backslashes, any script)
//! arrives as it is, with every version of the API.

mod field;
mod fields;

use std::fmt;
use std::marker::PhantomData;

pub use field::{Any, Field, Flag, Number, Operand, Text, Time, Word, ops};
pub(crate) use fields::filter_fields;

use crate::{Error, Result};

/// A condition on the items of a list: one of a [`Field`]'s operators applied, or
/// [`raw`](Filter::raw).
///
/// REST: [Filtering and Sorting](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_filtering_and_sorting.htm), API 2.3.
pub struct Filter<T>(Expression<T>);

/// A field to sort a list by, and the direction.
///
/// REST: [Filtering and Sorting](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_filtering_and_sorting.htm), API 2.3.
pub struct Sort<T>(Expression<T>);

/// An expression as it stands on the wire before percent-encoding, or why there is none.
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

            /// What is sent, or why nothing can be.
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
                    Err(why) => write!(f, concat!(stringify!($Name), "(refused: {})"), why),
                }
            }
        }
    )+};
}

expressions!(Filter, Sort);

impl<T> Filter<T> {
    /// A filter expression as it stands on the wire, for what this library does not know:
    /// `name:eq:Sales`. Nothing is checked; only the percent-encoding is done.
    pub fn raw(expression: impl Into<String>) -> Filter<T> {
        Filter::new(Ok(expression.into()))
    }
}

impl<T> Sort<T> {
    /// A sort expression as it stands on the wire: `name:asc`, `createdAt:desc`.
    pub fn raw(expression: impl Into<String>) -> Sort<T> {
        Sort::new(Ok(expression.into()))
    }
}
