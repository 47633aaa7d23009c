//! [`Filter`] and [`Sort`]: which items of a list, and in which order.

use std::fmt;
use std::marker::PhantomData;

/// A condition on the items of a list.
///
/// REST: [Filtering and Sorting](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_filtering_and_sorting.htm).
pub struct Filter<T> {
    pub(super) text: String,
    of: PhantomData<fn() -> T>,
}

impl<T> Filter<T> {
    /// A filter expression as it stands on the wire, for what this library does not know:
    /// `name:eq:Sales`. The value must be escaped as the REST API wants it; only the
    /// percent-encoding is done.
    pub fn raw(expression: impl Into<String>) -> Filter<T> {
        Filter { text: expression.into(), of: PhantomData }
    }
}

/// A field to sort a list by.
pub struct Sort<T> {
    pub(super) text: String,
    of: PhantomData<fn() -> T>,
}

impl<T> Sort<T> {
    /// A sort expression as it stands on the wire: `name:asc`, `createdAt:desc`.
    pub fn raw(expression: impl Into<String>) -> Sort<T> {
        Sort { text: expression.into(), of: PhantomData }
    }
}

macro_rules! shown {
    ($($Name:ident),+) => {$(
        impl<T> Clone for $Name<T> {
            fn clone(&self) -> Self {
                $Name { text: self.text.clone(), of: PhantomData }
            }
        }

        impl<T> fmt::Debug for $Name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($Name), "({:?})"), self.text)
            }
        }
    )+};
}

shown!(Filter, Sort);
