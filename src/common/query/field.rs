//! [`Field`]: a field that a list can be filtered and sorted by, with its operators.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use jiff::Timestamp;

use super::{Filter, Sort};
use crate::xml::Text as _;

/// A field that a list can be filtered and sorted by. `T` is the type of the items, `K` the kind of
/// values, and `O` the set of operators.
///
/// The module of a resource has its fields as constants: [`workbooks::NAME`](crate::workbooks::NAME).
/// Operators take `&str` and `String` for text, integers for numbers, [`jiff::Timestamp`] for times
/// (truncated to seconds), `bool` for flags, and the type of the id or the enum for ids and enums.
///
/// The server usually compares text case-sensitively.
pub struct Field<T, K = Any, O = ops::Every> {
    name: Cow<'static, str>,
    of: Of<T, K, O>,
}

type Of<T, K, O> = PhantomData<fn() -> (T, K, O)>;

/// The kind of fields with text.
#[derive(Clone, Copy, Debug)]
pub enum Text {}
/// The kind of fields with whole numbers.
#[derive(Clone, Copy, Debug)]
pub enum Number {}
/// The kind of fields with times.
#[derive(Clone, Copy, Debug)]
pub enum Time {}
/// The kind of fields with `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub enum Flag {}
/// The kind of fields with ids or enums of the type `W`.
#[derive(Clone, Copy, Debug)]
pub struct Word<W>(PhantomData<fn() -> W>);
/// The kind of fields whose values this library does not know; see [`Field::named`].
#[derive(Clone, Copy, Debug)]
pub enum Any {}

/// A value that fields of the kind `K` can be compared with.
#[diagnostic::on_unimplemented(
    message = "a field of the kind `{K}` cannot be compared with `{Self}`",
    label = "this value"
)]
pub trait Operand<K> {
    /// Returns the value as it appears in a filter expression.
    fn into_text(self) -> String;
}

impl<V: Into<String>> Operand<Text> for V {
    #[inline]
    fn into_text(self) -> String {
        self.into()
    }
}

impl<W: Display, V: Into<W>> Operand<Word<W>> for V {
    #[inline]
    fn into_text(self) -> String {
        self.into().to_string()
    }
}

macro_rules! operands {
    ($($Value:ty: $Kind:ident)+) => {$(
        impl Operand<$Kind> for $Value {
            #[inline]
            fn into_text(self) -> String {
                self.write()
            }
        }

        impl Operand<Any> for $Value {
            #[inline]
            fn into_text(self) -> String {
                self.write()
            }
        }
    )+};
    ($Kind:ident: $($Value:ty)+) => {$(
        impl Operand<$Kind> for $Value {
            #[inline]
            fn into_text(self) -> String {
                self.to_string()
            }
        }
    )+};
}

operands!(Timestamp: Time bool: Flag);
operands!(Number: u8 u16 u32 u64 usize i8 i16 i32 i64 isize);
operands!(Any: u8 u16 u32 u64 usize i8 i16 i32 i64 isize &str &String String Cow<'_, str>);

/// The sets of operators that fields have, and a trait for each operator.
pub mod ops {
    macro_rules! operators {
        ($( $(#[$doc:meta])* $Trait:ident $message:literal: $($Set:ident)+; )+) => {$(
            $(#[$doc])*
            #[diagnostic::on_unimplemented(
                message = $message,
                note = "the REST reference, \"Filtering and Sorting\", lists the operators of each field"
            )]
            pub trait $Trait: sealed::Sealed {}
            $( impl $Trait for $Set {} )+
        )+};
    }

    macro_rules! sets {
        ($( $(#[$doc:meta])* $Set:ident; )+) => {
            mod sealed {
                pub trait Sealed {}
                $( impl Sealed for super::$Set {} )+
            }
            $(
                $(#[$doc])*
                #[derive(Clone, Copy, Debug)]
                pub enum $Set {}
            )+
        };
    }

    sets! {
        /// No operator, for fields that a list can only be sorted by.
        SortOnly;
        /// `eq`.
        Equal;
        /// `eq` and `in`.
        EqualOrIn;
        /// `eq`, `in` and `like`.
        EqualInOrLike;
        /// `cieq`, `eq`, `in` and `like`.
        TextOrLike;
        /// `eq`, `gt`, `gte`, `lt` and `lte`.
        Ordered;
        /// `has`.
        Has;
        /// `eq` and `has`.
        EqualOrHas;
        /// All operators, for fields whose operators this library does not know.
        Every;
    }

    operators! {
        /// Fields with `eq`.
        HasEq "this field does not support `eq`": Equal EqualOrIn EqualInOrLike TextOrLike Ordered EqualOrHas Every;
        /// Fields with `in`.
        HasIn "this field does not support `in` (`any_of`)": EqualOrIn EqualInOrLike TextOrLike Every;
        /// Fields with `has`.
        HasHas "this field does not support `has`": Has EqualOrHas Every;
        /// Fields with `like`.
        HasLike "this field does not support `like`; see `Field::named`":
            EqualInOrLike TextOrLike Every;
        /// Fields with `gt`, `gte`, `lt` and `lte`.
        HasOrder "this field does not support `gt`, `gte`, `lt` and `lte`": Ordered Every;
        /// Fields with `cieq`.
        HasCieq "this field does not support `cieq`; see `Field::named`": TextOrLike Every;
    }
}

impl<T, K, O> Field<T, K, O> {
    pub(crate) const fn new(name: &'static str) -> Field<T, K, O> {
        Field { name: Cow::Borrowed(name), of: PhantomData }
    }

    /// Returns the name of the field in the REST API.
    #[inline]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Matches items whose field equals the value, or, for a field with several values such as tags,
    /// has the value.
    pub fn eq(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasEq,
    {
        self.with("eq", single(value.into_text()))
    }

    /// Matches items whose field equals one of the values: the operator `in`.
    pub fn any_of<V: Operand<K>>(&self, values: impl IntoIterator<Item = V>) -> Filter<T>
    where
        O: ops::HasIn,
    {
        self.with("in", several(values.into_iter().map(Operand::into_text)))
    }

    /// Matches items whose field contains the text.
    pub fn has(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasHas,
    {
        self.with("has", single(value.into_text()))
    }

    /// Matches items whose field matches the pattern, in which `*` matches any text: `mark*`,
    /// `*east`, `mark*east`. Tableau Server 2022.1.14 and Tableau Cloud.
    pub fn like(&self, pattern: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasLike,
    {
        self.with("like", single(pattern.into_text()))
    }

    /// Matches items whose field equals the value regardless of case: the operator `cieq`.
    pub fn eq_ignore_case(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasCieq,
    {
        self.with("cieq", single(value.into_text()))
    }

    /// Matches items whose field is greater, or later, than the value.
    pub fn gt(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("gt", single(value.into_text()))
    }

    /// Matches items whose field equals the value, or is greater or later.
    pub fn gte(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("gte", single(value.into_text()))
    }

    /// Matches items whose field is less, or earlier, than the value.
    pub fn lt(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("lt", single(value.into_text()))
    }

    /// Matches items whose field equals the value, or is less or earlier.
    pub fn lte(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("lte", single(value.into_text()))
    }

    /// Sorts by this field in ascending order.
    #[inline]
    pub fn asc(&self) -> Sort<T> {
        self.sorted("asc")
    }

    /// Sorts by this field in descending order.
    #[inline]
    pub fn desc(&self) -> Sort<T> {
        self.sorted("desc")
    }

    #[inline]
    fn with(&self, operator: &str, value: Result<String, String>) -> Filter<T> {
        Filter::new(expression(&self.name, operator, value))
    }

    #[inline]
    fn sorted(&self, direction: &str) -> Sort<T> {
        Sort::new(check_name(&self.name).map(|()| format!("{}:{direction}", self.name)))
    }
}

/// The expression of a filter. Not generic, so that it is compiled once.
#[inline]
fn expression(name: &str, operator: &str, value: Result<String, String>) -> Result<String, String> {
    check_name(name)?;
    match value {
        Ok(value) => Ok(format!("{name}:{operator}:{value}")),
        Err(why) => Err(format!("the filter `{operator}` on {name} {why}")),
    }
}

#[inline]
fn check_name(name: &str) -> Result<(), String> {
    match name.is_empty() || name.contains([',', ':']) {
        false => Ok(()),
        true => Err(format!(
            "invalid field name {name:?}: must not be empty or contain a comma or a colon"
        )),
    }
}

impl<T> Field<T> {
    /// A field that has no constant, by its name in the REST API, with all operators. Values are
    /// checked and encoded as for other fields.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) {
    /// let list = session.workbooks().list().filter(tsc::query::Field::named("isStarred").eq(true));
    /// # }
    /// ```
    pub fn named(name: impl Into<Cow<'static, str>>) -> Field<T> {
        Field { name: name.into(), of: PhantomData }
    }
}

/// Checks the value of an operator. The server treats a comma or an ampersand as the end of the
/// value, even if it is percent-encoded.
#[inline]
fn single(value: String) -> Result<String, String> {
    check(&value, &[',', '&'])?;
    Ok(value)
}

/// Checks the values of the operator `in`, and writes them as a list.
fn several(values: impl Iterator<Item = String>) -> Result<String, String> {
    let mut list = String::from("[");
    for value in values {
        check(&value, &[',', '&', '[', ']'])?;
        if list.len() > 1 {
            list.push(',');
        }
        list.push_str(&value);
    }
    if list.len() == 1 {
        return Err("has no values".to_owned());
    }
    list.push(']');
    Ok(list)
}

#[inline]
fn check(value: &str, forbidden: &[char]) -> Result<(), String> {
    let shown = || crate::text::cut(value, 100);
    if value.is_empty() {
        return Err(
            "has an empty value, which the server does not support; compare the items in the \
                    program, with `Iterator::filter`"
                .to_owned(),
        );
    }
    match value.chars().enumerate().find(|(_, c)| forbidden.contains(c)) {
        None => Ok(()),
        Some((at, c)) => Err(format!(
            "has the value {:?}, which the server does not support: it treats the `{c}` (at position \
             {}) as the end of the value, even if it is encoded; compare the items in the program, \
             with `Iterator::filter` or the resource's `find`",
            shown(),
            at + 1
        )),
    }
}

impl<T, K, O> Clone for Field<T, K, O> {
    #[inline]
    fn clone(&self) -> Self {
        Field { name: self.name.clone(), of: PhantomData }
    }
}

impl<T, K, O> fmt::Debug for Field<T, K, O> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({:?})", self.name)
    }
}

#[cfg(test)]
mod tests;
