//! Open vocabularies: words of the wire as enums that keep a word they do not know.

/// Declares an enum of words.
///
/// ```text
/// words! {
///     /// Who sets the permissions of a project's content.
///     ContentPermissions { LockedToProject, ManagedByOwner = "ManagedByOwner" }
/// }
/// ```
macro_rules! words {
    (
        $(#[$doc:meta])* $Name:ident {
            $( $(#[$vdoc:meta])* $Variant:ident = $word:literal ),+ $(,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vdoc])* $Variant, )+
            /// A word that this release does not know, exactly as the server sent it.
            Unknown(String),
        }

        impl $Name {
            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $( $Name::$Variant => $word, )+
                    $Name::Unknown(word) => word,
                }
            }
        }

        impl From<&str> for $Name {
            fn from(word: &str) -> Self {
                match word {
                    $( $word => $Name::$Variant, )+
                    _ => $Name::Unknown(word.to_owned()),
                }
            }
        }

        impl std::fmt::Display for $Name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::xml::Text for $Name {
            fn read(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| text.into())
            }

            fn write(&self) -> String {
                self.as_str().to_owned()
            }
        }
    };
}
pub(crate) use words;
