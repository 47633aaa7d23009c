//! [`Field`]: what a list can be filtered and sorted by, with the operators that the server has for
//! it.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use jiff::Timestamp;

use super::{Filter, Sort};
use crate::xml::Text as _;

/// A field of a room's items that their list can be filtered and sorted by: `T` is the item, `K`
/// what the field holds, `O` the operators that it has.
///
/// Rooms have their fields as constants: [`workbooks::NAME`](crate::workbooks::NAME). Every operator
/// takes what fits the field: `&str` and `String` for a text, integers for a number, a
/// [`jiff::Timestamp`] for a time (in whole seconds, the rest is dropped), `bool` for a flag, an id
/// or a vocabulary's enum where the field holds one.
///
/// Names and values are compared with their case, as a rule.
pub struct Field<T, K = Any, O = ops::Every> {
    name: Cow<'static, str>,
    of: Of<T, K, O>,
}

type Of<T, K, O> = PhantomData<fn() -> (T, K, O)>;

/// A field holds texts.
#[derive(Clone, Copy, Debug)]
pub enum Text {}
/// A field holds whole numbers.
#[derive(Clone, Copy, Debug)]
pub enum Number {}
/// A field holds points in time.
#[derive(Clone, Copy, Debug)]
pub enum Time {}
/// A field holds `true` or `false`.
#[derive(Clone, Copy, Debug)]
pub enum Flag {}
/// A field holds ids or the words of a vocabulary: `W`.
#[derive(Clone, Copy, Debug)]
pub struct Word<W>(PhantomData<fn() -> W>);
/// What a field holds is not known here; see [`Field::named`].
#[derive(Clone, Copy, Debug)]
pub enum Any {}

/// A value that a field of the kind `K` can be compared with.
#[diagnostic::on_unimplemented(
    message = "a field that holds `{K}` cannot be compared with `{Self}`",
    label = "not what the field holds"
)]
pub trait Operand<K> {
    /// The value as it stands in a filter expression.
    #[doc(hidden)]
    fn into_text(self) -> String;
}

impl<V: Into<String>> Operand<Text> for V {
    fn into_text(self) -> String {
        self.into()
    }
}

impl<W: Display, V: Into<W>> Operand<Word<W>> for V {
    fn into_text(self) -> String {
        self.into().to_string()
    }
}

macro_rules! operands {
    ($($Value:ty: $Kind:ident)+) => {$(
        impl Operand<$Kind> for $Value {
            fn into_text(self) -> String {
                self.write()
            }
        }

        impl Operand<Any> for $Value {
            fn into_text(self) -> String {
                self.write()
            }
        }
    )+};
    ($Kind:ident: $($Value:ty)+) => {$(
        impl Operand<$Kind> for $Value {
            fn into_text(self) -> String {
                self.to_string()
            }
        }
    )+};
}

operands!(Timestamp: Time bool: Flag);
operands!(Number: u8 u16 u32 u64 usize i8 i16 i32 i64 isize);
operands!(Any: u8 u16 u32 u64 usize i8 i16 i32 i64 isize &str &String String Cow<'_, str>);

/// The sets of operators that fields have, and the traits that say which one is in which.
pub mod ops {
    macro_rules! operators {
        ($( $(#[$doc:meta])* $Trait:ident $message:literal: $($Set:ident)+; )+) => {$(
            $(#[$doc])*
            #[diagnostic::on_unimplemented(
                message = $message,
                note = "the REST reference, \"Filtering and Sorting\", has the operators of each field"
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
        /// `eq`.
        Equal;
        /// `eq` and `in`.
        EqualOrIn;
        /// `eq`, `gt`, `gte`, `lt` and `lte`.
        Ordered;
        /// `has`.
        Has;
        /// `eq` and `has`.
        EqualOrHas;
        /// All of them: which the field really has is not known here.
        Every;
    }

    operators! {
        /// Fields with `eq`.
        HasEq "the server has no `eq` for this field": Equal EqualOrIn Ordered EqualOrHas Every;
        /// Fields with `in`.
        HasIn "the server has no `in` (`any_of`) for this field": EqualOrIn Every;
        /// Fields with `has`.
        HasHas "the server has no `has` for this field": Has EqualOrHas Every;
        /// Fields with `gt`, `gte`, `lt` and `lte`.
        HasOrder "the server does not compare this field by order": Ordered Every;
        /// Fields with `cieq`.
        HasCieq "`cieq` is not known to work for this field; see `Field::named`": Every;
    }
}

impl<T, K, O> Field<T, K, O> {
    pub(crate) const fn new(name: &'static str) -> Field<T, K, O> {
        Field { name: Cow::Borrowed(name), of: PhantomData }
    }

    /// The field's name on the wire.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Items whose field is this value, or for a field of several (tags) has it among them. In a
    /// text newer servers take `*` as "anything" (Tableau Server 2022.1.14, Tableau Cloud).
    pub fn eq(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasEq,
    {
        self.with("eq", single(value.into_text()))
    }

    /// Items whose field is any of these values: the operator `in`.
    pub fn any_of<V: Operand<K>>(&self, values: impl IntoIterator<Item = V>) -> Filter<T>
    where
        O: ops::HasIn,
    {
        self.with("in", several(values.into_iter().map(Operand::into_text)))
    }

    /// Items whose field has this text in it.
    pub fn has(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasHas,
    {
        self.with("has", single(value.into_text()))
    }

    /// Items whose field is this value in whatever case: the operator `cieq`.
    pub fn eq_ignore_case(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasCieq,
    {
        self.with("cieq", single(value.into_text()))
    }

    /// Items whose field is greater, or later.
    pub fn gt(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("gt", single(value.into_text()))
    }

    /// Items whose field is this or greater, or later.
    pub fn gte(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("gte", single(value.into_text()))
    }

    /// Items whose field is less, or earlier.
    pub fn lt(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("lt", single(value.into_text()))
    }

    /// Items whose field is this or less, or earlier.
    pub fn lte(&self, value: impl Operand<K>) -> Filter<T>
    where
        O: ops::HasOrder,
    {
        self.with("lte", single(value.into_text()))
    }

    /// Sorts by this field, the smallest, earliest or first of the alphabet first.
    pub fn asc(&self) -> Sort<T> {
        self.sorted("asc")
    }

    /// Sorts by this field, the greatest, latest or last of the alphabet first.
    pub fn desc(&self) -> Sort<T> {
        self.sorted("desc")
    }

    fn with(&self, operator: &str, value: Result<String, String>) -> Filter<T> {
        let named = self.checked_name();
        Filter::new(named.and_then(|name| match value {
            Ok(value) => Ok(format!("{name}:{operator}:{value}")),
            Err(why) => Err(format!("the filter `{operator}` on {name} {why}")),
        }))
    }

    fn sorted(&self, direction: &str) -> Sort<T> {
        Sort::new(self.checked_name().map(|name| format!("{name}:{direction}")))
    }

    fn checked_name(&self) -> Result<&str, String> {
        match self.name.find([',', ':']) {
            None if !self.name.is_empty() => Ok(&self.name),
            _ => Err(format!("{:?} cannot be the name of a field", self.name)),
        }
    }
}

impl<T> Field<T> {
    /// A field that the library does not know, by its name on the wire, with all operators. Values
    /// are checked and escaped as those of other fields.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) {
    /// let list = session.workbooks().list().filter(tsc::Field::named("isStarred").eq(true));
    /// # }
    /// ```
    pub fn named(name: impl Into<Cow<'static, str>>) -> Field<T> {
        Field { name: name.into(), of: PhantomData }
    }
}

/// The one value of an operator. A comma would end it, however it was encoded.
fn single(value: String) -> Result<String, String> {
    check(&value, &[','])?;
    Ok(value)
}

/// The list of an `in`. Commas separate its values, and brackets its end.
fn several(values: impl Iterator<Item = String>) -> Result<String, String> {
    let mut list = String::from("[");
    for value in values {
        check(&value, &[',', '[', ']'])?;
        if list.len() > 1 {
            list.push(',');
        }
        list.push_str(&value);
    }
    if list.len() == 1 {
        return Err("has no value at all".to_owned());
    }
    list.push(']');
    Ok(list)
}

fn check(value: &str, refused: &[char]) -> Result<(), String> {
    let shown = || crate::text::cut(value, 100);
    if value.is_empty() {
        return Err("has an empty value, which the server cannot be asked for".to_owned());
    }
    match value.chars().enumerate().find(|(_, c)| refused.contains(c)) {
        None => Ok(()),
        Some((at, c)) => Err(format!(
            "has the value {:?}, and the server cannot be asked for a `{c}` (at position {}): it \
             takes it for the end of the value, however it is encoded",
            shown(),
            at + 1
        )),
    }
}

impl<T, K, O> Clone for Field<T, K, O> {
    fn clone(&self) -> Self {
        Field { name: self.name.clone(), of: PhantomData }
    }
}

impl<T, K, O> fmt::Debug for Field<T, K, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({:?})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    struct Thing;
    const NAME: Field<Thing, Text, ops::EqualOrIn> = Field::new("name");
    const SIZE: Field<Thing, Number, ops::Ordered> = Field::new("size");
    const WHEN: Field<Thing, Time, ops::Ordered> = Field::new("createdAt");
    const FLAG: Field<Thing, Flag, ops::Equal> = Field::new("isLocal");
    const ROLE: Field<Thing, Word<crate::SiteRole>, ops::EqualOrIn> = Field::new("siteRole");
    const TITLE: Field<Thing, Text, ops::EqualOrHas> = Field::new("title");

    fn sent(filter: Filter<Thing>) -> String {
        filter.text().unwrap().to_owned()
    }

    fn refused(filter: Filter<Thing>) -> String {
        let error = filter.text().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        error.to_string()
    }

    #[test]
    fn every_operator_and_type() {
        let second: Timestamp = "2026-01-02T05:04:05.678+02:00".parse().unwrap();
        for (filter, text) in [
            (NAME.eq("a b"), "name:eq:a b"),
            (NAME.eq(String::from("x")), "name:eq:x"),
            (NAME.any_of(["a", "O'Brien"]), "name:in:[a,O'Brien]"),
            (NAME.any_of(vec![String::from("a")]), "name:in:[a]"),
            (TITLE.has("x:y"), "title:has:x:y"),
            (SIZE.gt(5), "size:gt:5"),
            (SIZE.lte(7_u64), "size:lte:7"),
            (WHEN.gte(second), "createdAt:gte:2026-01-02T03:04:05Z"),
            (WHEN.lt(second), "createdAt:lt:2026-01-02T03:04:05Z"),
            (FLAG.eq(false), "isLocal:eq:false"),
            (ROLE.eq(crate::SiteRole::Viewer), "siteRole:eq:Viewer"),
            (ROLE.any_of(["Viewer", "Novelty"]), "siteRole:in:[Viewer,Novelty]"),
            (Field::named("new").eq_ignore_case("a"), "new:cieq:a"),
            (Field::named("new").gt(second), "new:gt:2026-01-02T03:04:05Z"),
            (Field::named("new".to_owned()).any_of([1, 2]), "new:in:[1,2]"),
            (Filter::raw("a:b:c,d"), "a:b:c,d"),
        ] {
            assert_eq!(sent(filter), text);
        }
        assert_eq!(NAME.asc().text().unwrap(), "name:asc");
        assert_eq!(WHEN.desc().text().unwrap(), "createdAt:desc");
    }

    #[test]
    fn marks_that_the_server_takes_as_they_are() {
        for value in [
            "R&D",
            "a:b",
            "a[1]",
            "[",
            "]",
            "\"q\"",
            "O'Brien",
            "1+1",
            "50%",
            "%2C",
            r"DOM\me",
            "東京 🦀",
            "#?/=;",
            " two ",
            "a\nb",
        ] {
            assert_eq!(sent(NAME.eq(value)), format!("name:eq:{value}"));
            if !value.contains(['[', ']']) {
                assert_eq!(sent(NAME.any_of([value, "x"])), format!("name:in:[{value},x]"));
            }
        }
    }

    #[test]
    fn what_the_server_cannot_be_asked_for_is_named() {
        let why = refused(NAME.eq("Sales, East"));
        assert!(why.contains("`eq` on name") && why.contains("\"Sales, East\""), "{why}");
        assert!(why.contains("`,` (at position 6)"), "{why}");
        assert!(refused(NAME.any_of(["a", "b]"])).contains("`]`"));
        assert!(refused(NAME.any_of(["[a"])).contains("`[`"));
        assert!(refused(NAME.any_of(["a", ""])).contains("empty"));
        assert!(refused(NAME.any_of([""; 0])).contains("no value"));
        assert!(refused(NAME.eq("")).contains("empty"));
        assert!(refused(Field::named("a:b").eq("x")).contains("\"a:b\""));
        assert!(refused(Field::named("").eq("x")).contains("name of a field"));
        assert!(Field::<Thing>::named("a,b").asc().text().is_err());
    }
}
