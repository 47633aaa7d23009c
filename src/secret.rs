//! [`Secret`]: text that is sent and never shown; and the [`Scrub`] that keeps it out of messages.

use std::borrow::Cow;
use std::fmt;

use crate::http::encode_segment;
use crate::xml::Escaped;

/// A password, a token or a JSON Web Token: text that is sent and never shown. `Debug` shows none
/// of it, nor does an error, even where the server repeats it.
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

impl crate::xml::Text for Secret {
    fn read(text: &str) -> Option<Secret> {
        Some(text.into())
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

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

/// Takes secrets out of text that others wrote: the server's words, a redirect's address, the start
/// of a body. A secret is found as it is and as XML, JSON and URLs write it.
#[derive(Clone, Default)]
pub(crate) struct Scrub {
    // Longest first, so that a secret inside another leaves no rest of the longer one.
    forms: Vec<String>,
}

impl Scrub {
    pub(crate) const MARK: &str = "[secret]";

    pub(crate) fn add(&mut self, secret: &str) {
        let json = serde_json::Value::from(secret).to_string();
        for form in [
            secret.to_owned(),
            Escaped(secret).to_string(),
            json[1..json.len() - 1].to_owned(),
            encode_segment(secret),
            encode_segment(secret).replace("%20", "+"),
            encode_segment(secret).to_ascii_lowercase(),
        ] {
            if !form.is_empty() && !self.forms.contains(&form) {
                self.forms.push(form);
            }
        }
        self.forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    }

    pub(crate) fn with(mut self, secret: &Secret) -> Scrub {
        self.add(secret.reveal());
        self
    }

    pub(crate) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for form in &self.forms {
            if text.contains(form.as_str()) {
                text = Cow::Owned(text.replace(form.as_str(), Scrub::MARK));
            }
        }
        text
    }

    /// The first `most` bytes of the text, cleaned. Where the text itself was cut short, its last
    /// bytes may be the beginning of a secret, so they are left out.
    pub(crate) fn start_of(&self, text: &str, cut_short: bool, most: usize) -> String {
        let longest = self.forms.first().map_or(0, String::len);
        let sure = if cut_short { text.len().saturating_sub(longest) } else { text.len() };
        let cleaned = self.clean(crate::error::first(text, sure));
        crate::error::cut(&cleaned, most).into_owned()
    }
}

impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scrub({} forms)", self.forms.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_secret_is_found() {
        let scrub = Scrub::default().with(&Secret::new("p&\" ß"));
        for text in ["p&\" ß", "p&amp;&quot; ß", "p&\\\" ß", "p%26%22%20%C3%9F", "p%26%22+%C3%9F"]
        {
            assert_eq!(scrub.clean(&format!("a {text} z")), "a [secret] z");
        }
    }

    #[test]
    fn half_a_secret_at_the_end_is_left_out() {
        let scrub = Scrub::default().with(&Secret::new("0123456789"));
        assert_eq!(scrub.start_of("the token 01234", true, 100), "the t");
        assert_eq!(scrub.start_of("the token is 0123456789", false, 100), "the token is [secret]");
        assert_eq!(scrub.start_of(&"ä".repeat(100), false, 5), "ää…");
    }
}
