//! [`filter_fields!`]: the fields that the list of a resource can be filtered and sorted by.

/// Declares a constant for each field that the list of a resource can be filtered and sorted by, with
/// the operators of the REST reference.
///
/// ```text
/// filter_fields! {
///     for Project;
///     CREATED_AT = "createdAt" Time [eq gt gte lt lte];
///     NAME = "name" Text [eq in];
/// }
/// ```
macro_rules! filter_fields {
    (for $Item:ident; $( $NAME:ident = $wire:literal $kind:tt [$($op:ident)*]; )+) => {$(
        #[doc = $crate::common::filter_fields!(@doc $wire $($op)*)]
        pub const $NAME: $crate::query::Field<
            $Item,
            $crate::common::filter_fields!(@kind $kind),
            $crate::common::filter_fields!(@ops $($op)*),
        > = $crate::query::Field::new($wire);
    )+};
    (@doc $wire:literal) => {
        concat!("The field `", $wire, "` of the list, to sort by. The list cannot be filtered by it.")
    };
    (@doc $wire:literal $($op:ident)+) => {
        concat!("The field `", $wire, "` of the list, with the operators", $(" `", stringify!($op), "`",)+ ".")
    };
    (@kind Text) => { $crate::query::Text };
    (@kind Number) => { $crate::query::Number };
    (@kind Time) => { $crate::query::Time };
    (@kind Flag) => { $crate::query::Flag };
    (@kind ($Word:ty)) => { $crate::query::Word<$Word> };
    (@ops) => { $crate::query::ops::SortOnly };
    (@ops eq) => { $crate::query::ops::Equal };
    (@ops cieq eq in like) => { $crate::query::ops::TextOrLike };
    (@ops eq in like) => { $crate::query::ops::EqualInOrLike };
    (@ops eq in) => { $crate::query::ops::EqualOrIn };
    (@ops eq gt gte lt lte) => { $crate::query::ops::Ordered };
    (@ops has) => { $crate::query::ops::Has };
    (@ops eq has) => { $crate::query::ops::EqualOrHas };
}
pub(crate) use filter_fields;
