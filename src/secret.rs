//! [`Secret`]: text that is sent and never shown; and the [`Scrub`] that keeps it out of messages.

use std::borrow::Cow;
use std::fmt;

use crate::xml::Escaped;

/// A password, a token or a JSON Web Token. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself, to be sent. Every caller is a place to look at.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Scrub::MARK)
    }
}
