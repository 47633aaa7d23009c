//! [`Secret`]: text that is sent but never shown.

use std::fmt;

use crate::redact::Redactor;

/// A password, token or JSON Web Token. It is sent to the server, but `Debug` output, errors and log
/// lines never contain it, even if the server repeats it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// Returns the plain text, for sending. Keep the number of callers small.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Redactor::MARK)
    }
}
