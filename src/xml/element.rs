//! The element table: one declaration that reads an element and writes it.

use super::{FromXml, Out, Text};

/// A value that is written as an element.
pub(crate) trait ToXml {
    fn to_xml(&self, out: &mut Out);
}

/// Changes to a thing, which the server answers by showing the thing.
pub(crate) trait Changes: ToXml {
    type Of: FromXml;
    /// The thing's element.
    const TAG: &'static str;

    /// The names of what is otherwise in the answer.
    fn ignored(&self, answer: &Self::Of) -> Vec<&'static str>;
}

/// A value of an answer that can be held against what was asked for.
pub(crate) trait Shows<W> {
    /// Whether it is another one. An answer that does not show it says nothing against it.
    fn contradicts(&self, asked: &W) -> bool;
}

impl<T: Text> Shows<T> for T {
    fn contradicts(&self, asked: &T) -> bool {
        self.write() != asked.write()
    }
}

impl<T: Text> Shows<T> for Option<T> {
    fn contradicts(&self, asked: &T) -> bool {
        self.as_ref().is_some_and(|shown| shown.contradicts(asked))
    }
}

/// The writing twins of [`Node`](super::Node)'s readers, by the same names.
impl Out {
    pub(crate) fn attr<T: Text>(&mut self, name: &'static str, value: &T) {
        self.attribute(name, &value.write());
    }

    pub(crate) fn child_id<T: Text>(&mut self, tag: &'static str, value: &T) {
        self.element(tag, |out| out.attr("id", value));
    }

    pub(crate) fn child_attr<T: Text>(&mut self, tag: &'static str, name: &'static str, value: &T) {
        self.element(tag, |out| out.attr(name, value));
    }

    /// Written by the first name; answers use the others, too.
    pub(crate) fn either<T: Text>(&mut self, name: &'static str, _or: &str, value: &T) {
        self.attr(name, value);
    }

    /// The value knows its own name, which is the same.
    pub(crate) fn child(&mut self, _tag: &'static str, value: &impl ToXml) {
        value.to_xml(self);
    }

    /// What a list refers to is written by its ids.
    pub(crate) fn list<T: Text>(&mut self, wrap: &'static str, item: &'static str, ids: &[T]) {
        self.element(wrap, |out| ids.iter().for_each(|id| out.child_id(item, id)));
    }
}

/// A request's body: `<tsRequest>` around one element.
pub(crate) fn request(inside: &impl ToXml) -> crate::Result<String> {
    let mut out = Out::new();
    out.element("tsRequest", |out| inside.to_xml(out));
    out.finish()
}

/// Declares what the server says of a thing, and what one asks of it, in one table.
///
/// ```text
/// element! {
///     /// A project.
///     Project = "project",
///     /// A project to create.
///     new NewProject,
///     /// Changes to a project.
///     update ProjectUpdate
///     {
///         /// Its id.
///         id:    ProjectId      = attr("id");
///         /// Its name.
///         name:  String         = attr("name"),     set String;
///         /// Who owns it.
///         owner: Option<UserId> = child_id("owner"), update UserId;
///     }
/// }
/// ```
///
/// `attr`, `child_id`, … are methods of [`Node`](super::Node) and, for what can be written, of
/// [`Out`]; what is optional in an answer is an `Option`. `set` makes a setter for both kinds of
/// request, `new` and `update` for the one. A number is set `as number`: a setter that took
/// whatever becomes one would not take `1433`. Attributes stand before children: XML is written in
/// the table's order.
macro_rules! element {
    (
        $(#[$doc:meta])* $Read:ident = $tag:literal
        $(, $(#[$wdoc:meta])* $role:ident $Write:ident)* { $($table:tt)* }
    ) => {
        $crate::xml::element!(@read $(#[$doc])* $Read { $($table)* });
        $crate::xml::element!(@writes $Read $tag { $($table)* } $([$(#[$wdoc])* $role $Write])*);
    };
    (@writes $Read:ident $tag:literal $table:tt $([$($Write:tt)*])*) => {
        $( $crate::xml::element!(@write $Read $tag $table $($Write)*); )*
    };
    (@read $(#[$doc:meta])* $Read:ident {
        $( $(#[$fdoc:meta])* $f:ident: $t:ty = $how:ident($($arg:literal),+) $(, $verb:ident $w:ty $(as $plain:ident)?)?; )+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $Read { $( $(#[$fdoc])* pub $f: $t, )+ }

        impl $crate::xml::FromXml for $Read {
            fn from_xml(node: $crate::xml::Node<'_>) -> $crate::Result<Self> {
                Ok($Read { $( $f: node.$how($($arg),+)?, )+ })
            }
        }
    };
    (@write $Read:ident $tag:literal {
        $( $(#[$fdoc:meta])* $f:ident: $t:ty = $how:ident $args:tt $(, $verb:ident $w:ty $(as $plain:ident)?)?; )+
    } $(#[$doc:meta])* $role:ident $Write:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[must_use = "nothing is sent until a room is given it"]
        pub struct $Write { $( $( $f: Option<$w>, )? )+ }

        $crate::xml::element!(@blank $role $Write { $( $( $f $w, )? )+ });
        $crate::xml::element!(@compare $role $Read $tag $Write { $( $( $f $w, )? )+ });

        impl $Write {
            $( $crate::xml::element!(@setter $role $($verb)? [$(#[$fdoc])*] $f $($w $(as $plain)?)?); )+
        }

        impl $crate::xml::ToXml for $Write {
            fn to_xml(&self, out: &mut $crate::xml::Out) {
                out.element($tag, |out| {
                    $( $( if let Some(value) = &self.$f {
                        let _: &$w = value;
                        $crate::xml::element!(@put out $how $args value);
                    } )? )+
                });
            }
        }
    };
    (@blank new $Write:ident { $($f:ident $w:ty,)* }) => {
        impl $Write {
            fn blank() -> Self {
                $Write { $($f: None,)* }
            }
        }
    };
    (@blank update $Write:ident { $($f:ident $w:ty,)* }) => {
        impl $Write {
            /// Changes nothing yet.
            pub fn new() -> Self {
                $Write { $($f: None,)* }
            }
        }

        impl Default for $Write {
            fn default() -> Self {
                $Write::new()
            }
        }
    };
    (@compare new $Read:ident $tag:literal $Write:ident $fields:tt) => {};
    (@compare update $Read:ident $tag:literal $Write:ident { $($f:ident $w:ty,)* }) => {
        impl $Write {
            /// The names of what was set here and is otherwise in the server's answer: of what it
            /// has ignored, or not done yet. What the answer does not show is not among them.
            pub fn ignored_in(&self, answer: &$Read) -> Vec<&'static str> {
                $crate::xml::Changes::ignored(self, answer)
            }
        }

        impl $crate::xml::Changes for $Write {
            type Of = $Read;
            const TAG: &'static str = $tag;

            fn ignored(&self, answer: &$Read) -> Vec<&'static str> {
                use $crate::xml::Shows as _;
                let mut ignored = Vec::new();
                $( if let Some(asked) = &self.$f && answer.$f.contradicts(asked) {
                    ignored.push(stringify!($f));
                } )*
                ignored
            }
        }
    };
    (@put $out:ident $how:ident ($($arg:literal),+) $value:ident) => { $out.$how($($arg),+, $value) };
    (@setter new set [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "Left unset, the server chooses." $f $w $(as $plain)?);
    };
    (@setter new new [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "Left unset, the server chooses." $f $w $(as $plain)?);
    };
    (@setter update set [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "Left unset, it stays as it is." $f $w $(as $plain)?);
    };
    (@setter update update [$(#[$doc:meta])*] $f:ident $w:ty $(as $plain:ident)?) => {
        $crate::xml::element!(@setter [$(#[$doc])*] "Left unset, it stays as it is." $f $w $(as $plain)?);
    };
    // Not written at all, or not in this kind of request.
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
    (@setter [$(#[$doc:meta])*] $unset:literal $f:ident $w:ty as $plain:ident) => {
        $(#[$doc])*
        #[doc = ""]
        #[doc = $unset]
        pub fn $f(mut self, value: $w) -> Self {
            self.$f = Some(value);
            self
        }
    };
}
pub(crate) use element;
