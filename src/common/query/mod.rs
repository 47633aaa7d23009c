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
//!     .filter(tsc::workbooks::PROJECT_NAME.eq("Research"))
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
//! The server treats a comma or an ampersand in a value as the end of the value, even if it is
//! percent-encoded, and a square bracket in a value of [`any_of`](Field::any_of) as the end of the
//! list. It rejects empty values. A filter with such a value causes an
//! [`Input`](crate::ErrorKind::Input) error when the list is used, and nothing is sent. Filter by
//! another field, or compare the items of the list with [`Iterator::filter`]; `find` does this for
//! names.
//!
//! All other characters (colons, quotes, plus and percent signs, backslashes, any script) are
//! supported with every version of the API.
//!
//! # Several filters
//!
//! Items have to match all filters of a list, which have to be on different fields. If a field
//! occurs twice, the server uses only the last expression, so that a range of dates is not
//! possible: the list causes an [`Input`](crate::ErrorKind::Input) error. Filter by one bound, and
//! compare the items with the other. Servers with the API versions 3.13 to 3.17 do not filter data
//! sources by the name of their project, which is also an error.

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
pub struct Filter<T>(pub(crate) Expression, PhantomData<fn() -> T>);

/// A field to sort a list by, with a direction.
///
/// REST: [Filtering and Sorting](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_filtering_and_sorting.htm), API 2.3.
pub struct Sort<T>(pub(crate) Expression, PhantomData<fn() -> T>);

/// The expression before percent-encoding, or why it is invalid. Independent of the type of the
/// items, so that all lists share the code of their requests.
#[derive(Clone)]
pub(crate) struct Expression(Result<String, String>);

impl Expression {
    #[inline]
    pub(crate) fn text(&self) -> Result<&str> {
        self.0.as_deref().map_err(Error::input)
    }

    #[inline]
    fn fmt(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(text) => write!(f, "{name}({text:?})"),
            Err(why) => write!(f, "{name}(invalid: {why})"),
        }
    }
}

macro_rules! expressions {
    ($($Name:ident),+) => {$(
        impl<T> $Name<T> {
            #[inline]
            fn new(text: Result<String, String>) -> $Name<T> {
                $Name(Expression(text), PhantomData)
            }
        }

        impl<T> Clone for $Name<T> {
            #[inline]
            fn clone(&self) -> Self {
                $Name(self.0.clone(), PhantomData)
            }
        }

        impl<T> fmt::Debug for $Name<T> {
            #[inline]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(stringify!($Name), f)
            }
        }
    )+};
}

expressions!(Filter, Sort);

impl<T> Filter<T> {
    /// Creates a filter from an expression of the REST API: `name:eq:Sales`. It is percent-encoded,
    /// but its values are not checked.
    pub fn raw(expression: impl Into<String>) -> Filter<T> {
        Filter::new(Ok(expression.into()))
    }
}

/// The fields of a filter: the text before the first colon of each of its expressions, which are
/// separated by commas outside of brackets.
#[inline]
pub(crate) fn fields_of(filter: &str) -> impl Iterator<Item = &str> {
    let mut in_list = false;
    let expressions = filter.split(move |c| {
        in_list = if c == '[' { true } else { in_list && c != ']' };
        c == ',' && !in_list
    });
    expressions.filter_map(|expression| Some(expression.split_once(':')?.0))
}

impl<T> Sort<T> {
    /// Creates a sort from an expression of the REST API: `name:asc`, `createdAt:desc`.
    pub fn raw(expression: impl Into<String>) -> Sort<T> {
        Sort::new(Ok(expression.into()))
    }
}
