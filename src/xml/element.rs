//! [`element!`]: one declaration for reading and writing an element.

use super::table::Fields;
use super::{FromXml, Out, Text};
use crate::version::ApiVersion;

/// A value that is written as an element.
pub(crate) trait ToXml {
    fn to_xml(&self, out: &mut Out);
}

/// A closure writes the body of a request that has no type of its own.
impl<F: Fn(&mut Out)> ToXml for F {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        self(out);
    }
}

/// An element with a table of fields.
pub(crate) trait Element: Fields + Sized {
    const TAG: &'static str;

    /// The element before it is read.
    fn blank() -> Self;
}

/// An item of a list: how it is requested and read.
pub trait Listed: FromXml + Send + 'static {
    /// The element around the items of a page: `workbooks`.
    const WRAP: &'static str;
    /// The element of an item: `workbook`.
    const ITEM: &'static str;
    /// The element inside of an item that has its fields: `extractRefresh` in `task`.
    const INSIDE: Option<&'static str> = None;
    /// The fields that every item has. They are requested in addition to the caller's fields.
    const ALWAYS: &'static [&'static str] = &["id", "name"];

    /// The prefix of field names that include the kind of item: `workbook` in `workbook.id`.
    const FIELDS_OF: &'static str = Self::ITEM;

    /// Fields that servers of some API versions do not filter by, with the first and the last version.
    const BROKEN_FILTERS: &'static [(&'static str, ApiVersion, ApiVersion)] = &[];
}

/// Changes to an item. The server responds with the changed item.
pub(crate) trait Changes: ToXml {
    type Of: FromXml;
    /// The item's element.
    const TAG: &'static str;

    /// Whether nothing is set.
    fn is_empty(&self) -> bool;

    /// The names of the fields that differ in the response.
    fn ignored(&self, response: &Self::Of) -> Vec<&'static str>;
}

/// A field of a response that can be compared with the requested value.
pub(crate) trait Contradicts<W> {
    /// Whether the response has another value. A response without the field does not differ.
    fn contradicts(&self, requested: &W) -> bool;
}

impl<T: Text> Contradicts<T> for T {
    #[inline]
    fn contradicts(&self, requested: &T) -> bool {
        self.write() != requested.write()
    }
}

impl<T: Text> Contradicts<T> for Option<T> {
    #[inline]
    fn contradicts(&self, requested: &T) -> bool {
        self.as_ref().is_some_and(|shown| shown.contradicts(requested))
    }
}

impl Contradicts<Vec<String>> for Vec<String> {
    #[inline]
    fn contradicts(&self, requested: &Vec<String>) -> bool {
        self != requested
    }
}

/// Adds the name of a field if its value in the response differs from the requested one.
pub(crate) fn push_ignored<W, T: Contradicts<W>>(
    ignored: &mut Vec<&'static str>,
    name: &'static str,
    requested: &Option<W>,
    shown: &T,
) {
    if requested.as_ref().is_some_and(|requested| shown.contradicts(requested)) {
        ignored.push(name);
    }
}

impl Out {
    pub(crate) fn attr<T: Text>(&mut self, name: &'static str, value: &T) {
        self.attribute(name, &value.write());
    }

    pub(crate) fn child_id<T: Text>(&mut self, tag: &'static str, id: &T) {
        self.element(tag, |out| out.attr("id", id));
    }

    pub(crate) fn ids<T: Text>(&mut self, wrap: &'static str, item: &'static str, ids: &[T]) {
        self.element(wrap, |out| ids.iter().for_each(|id| out.child_id(item, id)));
    }
}

/// A request body: `<tsRequest>` around the content that `inside` writes.
#[inline]
pub(crate) fn request(inside: &dyn ToXml) -> crate::Result<String> {
    let mut out = Out::new();
    out.element("tsRequest", |out| inside.to_xml(out));
    out.finish()
}

/// Declares an element of a response, and the requests that create or change it, in one table.
///
/// ```text
/// element! {
///     /// A project.
///     pub struct Project = "project" in "projects";
///     /// A project to create.
///     pub struct NewProject: new;
///     /// Changes to a project.
///     pub struct ProjectUpdate: update;
///     {
///         /// The project's id.
///         id:    ProjectId      = attr("id");
///         /// The project's name.
///         name:  String         = attr("name"),     set String;
///         /// The user who owns the project.
///         owner: Option<UserId> = child_id("owner"), update UserId;
///     }
///     requests {
///         /// A field that no response has.
///         password = attr("password"), update Secret;
///     }
/// }
/// ```
///
/// `in "projects"` makes it an item of lists, by the element around the items.
///
/// `attr`, `child_id`, … are functions of [`Field`](super::Field), and an optional field is an
/// `Option`. `set` makes a setter for both kinds of request, `new` and `update` for one of them. A
/// number is set `as number`: a setter with `impl Into<u16>` would not take `1433`. A setter `as
/// private` is for the module of the element only.
macro_rules! element {
    (
        $(#[$doc:meta])* pub struct $Read:ident = $tag:literal $(in $wrap:literal)?;
        $( $(#[$wdoc:meta])* pub struct $Write:ident: $role:ident; )*
        { $($table:tt)* }
        $(requests { $($extra:tt)* })?
    ) => {
        $crate::xml::element!(@read $(#[$doc])* $Read $tag { $($table)* } { $($($extra)*)? });
        $(
            impl $crate::xml::Listed for $Read {
                const WRAP: &'static str = $wrap;
                const ITEM: &'static str = $tag;
            }
        )?
        $crate::xml::element!(@writes $Read $tag { $($table)* } { $($($extra)*)? } $([$(#[$wdoc])* $role $Write])*);
    };
    (@writes $Read:ident $tag:literal $table:tt $extra:tt $([$($Write:tt)*])*) => {
        $( $crate::xml::element!(@write $Read $tag $table $extra $($Write)*); )*
    };
    (@read $(#[$doc:meta])* $Read:ident $tag:literal {
        $( $(#[$fdoc:meta])* $f:ident: $t:ty = $how:ident($($arg:literal),+) $(, $verb:ident $w:ty $(as $plain:ident)?)?; )+
    } {
        $( $(#[$edoc:meta])* $ef:ident = $ehow:ident($($earg:literal),+), $everb:ident $ew:ty; )*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct $Read { $( $(#[$fdoc])* pub $f: $t, )+ }

        impl $Read {
            const FIELDS: &'static [$crate::xml::Field] =
                &$crate::xml::Field::linked([
                    $( $crate::xml::Field::$how($($arg),+).of::<$t>(), )+
                    $( $crate::xml::Field::$ehow($($earg),+), )*
                ]);
            const TABLE: &'static $crate::xml::Table = &$crate::xml::Table::new(Self::FIELDS);
        }

        impl $crate::xml::Fields for $Read {
            #[inline]
            fn table(&self) -> &'static $crate::xml::Table {
                $Read::TABLE
            }

            #[allow(non_upper_case_globals, deprecated)]
            #[inline]
            fn fill(&mut self, field: usize, source: $crate::xml::Source<'_>) -> bool {
                $crate::xml::element!(@indices $($f)+);
                match field {
                    $( $f => $crate::xml::FieldType::fill(&mut self.$f, source), )+
                    _ => true,
                }
            }
        }

        impl $crate::xml::Element for $Read {
            const TAG: &'static str = $tag;

            #[allow(deprecated)]
            #[inline]
            fn blank() -> Self {
                $Read { $( $f: <$t as $crate::xml::FieldType>::blank(), )+ }
            }
        }

        impl $crate::xml::FromXml for $Read {
            #[inline]
            fn from_xml(node: $crate::xml::Node<'_>) -> $crate::Result<Self> {
                let mut read = <$Read as $crate::xml::Element>::blank();
                $crate::xml::read_fields(node, &mut read).map(|()| read)
            }
        }

        $crate::xml::value_from_xml!($Read, <$Read as $crate::xml::Element>::blank());
    };
    // One constant per field: its index in the table.
    (@indices $($f:ident)+) => {
        #[allow(non_camel_case_types, dead_code)]
        enum Index { $($f),+ }
        $( #[allow(non_upper_case_globals, dead_code)] const $f: usize = Index::$f as usize; )+
    };
    (@write $Read:ident $tag:literal {
        $( $(#[$fdoc:meta])* $f:ident: $t:ty = $how:ident $args:tt $(, $verb:ident $w:ty $(as $plain:ident)?)?; )+
    } {
        $( $(#[$edoc:meta])* $ef:ident = $ehow:ident $eargs:tt, $everb:ident $ew:ty; )*
    } $(#[$doc:meta])* $role:ident $Write:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[must_use = "nothing is sent until it is passed to a method of the resource"]
        pub struct $Write { $( $( $f: Option<$w>, )? )+ $( $ef: Option<$ew>, )* }

        $crate::xml::element!(@blank $role $Write { $( $( $f $w, )? )+ $( $ef $ew, )* });
        $crate::xml::element!(@compare $role $Read $tag $Write { $( $( $f $w, )? )+ } $($ef)*);

        impl $Write {
            $( $crate::xml::element!(@setter $role $($verb)? [$(#[$fdoc])*] $f $($w $(as $plain)?)?); )+
            $( $crate::xml::element!(@setter $role $everb [$(#[$edoc])*] $ef $ew); )*
        }

        impl $crate::xml::ToXml for $Write {
            #[inline]
            fn to_xml(&self, out: &mut $crate::xml::Out) {
                $crate::xml::element!(@indices $($f)+ $($ef)*);
                let mut set = Vec::new();
                $( $( $crate::xml::push_field::<$w>(&mut set, $f, &self.$f); )? )+
                $( $crate::xml::push_field(&mut set, $ef, &self.$ef); )*
                $crate::xml::write_fields(out, $tag, $Read::FIELDS, &set);
            }
        }

        impl $crate::xml::WriteField for $Write {
            #[inline]
            fn write_field(&self) -> $crate::xml::FieldValue<'_> {
                $crate::xml::FieldValue::Element(self)
            }
        }
    };
    (@blank new $Write:ident { $($f:ident $w:ty,)* }) => {
        impl $Write {
            #[inline]
            fn blank() -> Self {
                $Write { $($f: None,)* }
            }
        }
    };
    (@blank update $Write:ident { $($f:ident $w:ty,)* }) => {
        impl $Write {
            /// An update without changes. At least one field must be set before it is sent.
            #[inline]
            pub fn new() -> Self {
                $Write { $($f: None,)* }
            }
        }

        impl Default for $Write {
            #[inline]
            fn default() -> Self {
                $Write::new()
            }
        }
    };
    (@compare new $Read:ident $tag:literal $Write:ident $fields:tt $($ef:ident)*) => {};
    (@compare update $Read:ident $tag:literal $Write:ident { $($f:ident $w:ty,)* } $($ef:ident)*) => {
        impl $Write {
            /// The names of the fields that were set here and have another value in the server's
            /// response: the server ignored them, or has not applied them yet. Fields that the
            /// response does not have are not included.
            #[inline]
            pub fn ignored_in(&self, response: &$Read) -> Vec<&'static str> {
                $crate::xml::Changes::ignored(self, response)
            }
        }

        impl $crate::xml::Changes for $Write {
            type Of = $Read;
            const TAG: &'static str = $tag;

            #[inline]
            fn is_empty(&self) -> bool {
                $( self.$f.is_none() && )* $( self.$ef.is_none() && )* true
            }

            #[allow(deprecated)]
            #[inline]
            fn ignored(&self, response: &$Read) -> Vec<&'static str> {
                let mut ignored = Vec::new();
                $( $crate::xml::push_ignored(&mut ignored, stringify!($f), &self.$f, &response.$f); )*
                ignored
            }
        }
    };
    (@setter new set [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "If unset, the server chooses." $f $w $(as $plain)?);
    };
    (@setter new new [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "If unset, the server chooses." $f $w $(as $plain)?);
    };
    (@setter update set [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "If unset, it is left unchanged." $f $w $(as $plain)?);
    };
    (@setter update update [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "If unset, it is left unchanged." $f $w $(as $plain)?);
    };
    // Not written in this kind of request, or not in any.
    (@setter $role:ident $($verb:ident)? [$(#[$doc:meta])*] $f:ident $($w:ty $(as $plain:ident)?)?) => {};
    (@setter [$(#[$doc:meta])*] $unset:literal $f:ident $w:ty) => {
        $(#[$doc])*
        #[doc = ""]
        #[doc = $unset]
        pub fn $f(mut self, value: impl Into<$w>) -> Self {
            self.$f = Some(value.into());
            self
        }
    };
    (@setter [$(#[$doc:meta])*] $unset:literal $f:ident $w:ty as private) => {
        #[inline]
        fn $f(mut self, value: $w) -> Self {
            self.$f = Some(value);
            self
        }
    };
    (@setter [$(#[$doc:meta])*] $unset:literal $f:ident $w:ty as $plain:ident) => {
        $(#[$doc])*
        #[doc = ""]
        #[doc = $unset]
        #[inline]
        pub fn $f(mut self, value: $w) -> Self {
            self.$f = Some(value);
            self
        }
    };
}
pub(crate) use element;

/// Makes a type that has [`FromXml`] usable as the type of a field.
macro_rules! value_from_xml {
    ($Type:ty, $blank:expr) => {
        impl $crate::xml::Value for $Type {
            #[inline]
            fn blank() -> Self {
                $blank
            }

            #[inline]
            fn read(source: $crate::xml::Source<'_>) -> Option<Self> {
                match source {
                    $crate::xml::Source::Node(node) => $crate::xml::FromXml::from_xml(node).ok(),
                    $crate::xml::Source::Text(_) => None,
                }
            }
        }
    };
}
pub(crate) use value_from_xml;
