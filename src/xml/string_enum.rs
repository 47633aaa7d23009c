//! Open enumerations: enums of the API that preserve values they do not know.

/// Declares an enumeration of the API. Values are matched regardless of case, underscores
/// and spaces: `LOCKED_TO_PROJECT` is `LockedToProject`.
///
/// ```text
/// string_enum! {
///     /// Who sets the permissions of a project's content.
///     pub enum ContentPermissions {
///         /// The project.
///         LockedToProject = "LockedToProject",
///         /// The owner of each item; some servers write the second spelling.
///         ManagedByOwner = "ManagedByOwner" | "OWNER_MANAGED",
///     }
/// }
/// ```
macro_rules! string_enum {
    (
        $(#[$doc:meta])* pub enum $Name:ident {
            $( $(#[$vdoc:meta])* $Variant:ident = $word:literal $(| $other:literal)* ),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vdoc])* $Variant, )+
            /// A value that this release does not know, exactly as the server sent it.
            Unknown(String),
        }

        impl $Name {
            /// The value as the API spells it.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $( $Name::$Variant => $word, )+
                    $Name::Unknown(word) => word,
                }
            }
        }

        impl From<&str> for $Name {
            #[inline]
            fn from(word: &str) -> Self {
                const KNOWN: &[(&str, $Name)] = &[
                    $( ($word, $Name::$Variant), $( ($other, $Name::$Variant), )* )+
                ];
                let known = $crate::xml::known_word(KNOWN, word);
                known.map_or_else(|| $Name::Unknown(word.to_owned()), $Name::clone)
            }
        }

        impl std::fmt::Display for $Name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::xml::Text for $Name {
            #[inline]
            fn blank() -> Self {
                $Name::Unknown(String::new())
            }

            #[inline]
            fn read(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| text.into())
            }

            #[inline]
            fn write(&self) -> String {
                self.as_str().to_owned()
            }
        }
    };
}
pub(crate) use string_enum;

/// Parses a value, which may differ in case, underscores and spaces.
pub(crate) fn known_word<'k, T>(known: &'k [(&str, T)], word: &str) -> Option<&'k T> {
    let exact = known.iter().find(|(known, _)| *known == word);
    let found = exact.or_else(|| known.iter().find(|(known, _)| is_same_word(known, word)));
    found.map(|(_, value)| value)
}

/// Whether two strings differ only in case, underscores and spaces.
#[inline]
pub(crate) fn is_same_word(one: &str, other: &str) -> bool {
    #[inline]
    fn letters(word: &str) -> impl Iterator<Item = u8> {
        word.bytes().filter(|b| !b"_ ".contains(b)).map(|b| b.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}
