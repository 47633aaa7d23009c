//! Capabilities: traits on id types that state which operations the content of an id has.

/// Declares a capability: a trait on the id types whose content has it, with the operations of each.
/// An id type has no operations if they are the same for all of them. For other id types the methods
/// do not compile, with a message that says why.
///
/// ```text
/// capability! {
///     /// The id of content that can be tagged.
///     pub trait Taggable: "`{Self}` cannot be tagged", "workbooks and views can";
///     WorkbookId { ADD = ADD_TO_WORKBOOK, REMOVE = REMOVE_FROM_WORKBOOK }
///     ViewId { ADD = ADD_TO_VIEW, REMOVE = REMOVE_FROM_VIEW }
/// }
/// ```
macro_rules! capability {
    (
        $(#[$doc:meta])* pub trait $Trait:ident: $lacks:literal, $who:literal;
        $First:ident { $($NAME:ident = $OPERATION:ident),* }
        $( $Id:ident { $($rest:tt)* } )*
    ) => {
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $lacks, label = "this id", note = $who)]
        pub trait $Trait: $crate::ids::ContentId {
            $( #[doc(hidden)] const $NAME: &'static $crate::operation::Operation; )*
        }

        $crate::common::capability!(@impl $Trait $First { $($NAME = $OPERATION),* });
        $( $crate::common::capability!(@impl $Trait $Id { $($rest)* }); )*
    };
    (@impl $Trait:ident $Id:ident { $($NAME:ident = $OPERATION:ident),* }) => {
        impl $Trait for $crate::ids::$Id {
            $( const $NAME: &'static $crate::operation::Operation = &$OPERATION; )*
        }
    };
}
pub(crate) use capability;
