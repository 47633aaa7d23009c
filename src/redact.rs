//! [`Redactor`]: keeps secrets out of messages and logs.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::encoding::RESERVED;
use crate::secret::Secret;
use crate::text::{cut, first};

/// Replaces known secrets in text from outside: error responses, redirect addresses, the start of a
/// body. A secret is found as it is and in its XML-, JSON-, URL- and form-encoded spellings.
///
/// A secret of fewer than eight characters is replaced only where it is an entire value, because it
/// would match unrelated text elsewhere.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Arc<Vec<Arc<Known>>>);

struct Known {
    secret: String,
    /// Computed once: most texts are searched for many secrets.
    spellings: BTreeSet<String>,
    is_short: bool,
}

impl Redactor {
    pub(crate) const MARK: &str = "[secret]";

    pub(crate) fn add(&mut self, secret: &str) {
        if secret.is_empty() || self.0.iter().any(|known| known.secret == secret) {
            return;
        }
        let is_short = secret.chars().count() < 8;
        let known = Known { secret: secret.to_owned(), spellings: spellings(secret), is_short };
        Arc::make_mut(&mut self.0).push(Arc::new(known));
    }

    pub(crate) fn with(mut self, secret: &Secret) -> Redactor {
        self.add(secret.reveal());
        self
    }

    /// Does not allocate if the text contains no secret.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redact_text(text, false)
    }

    /// Returns at most `max` bytes of the redacted text. If the text was cut short, the beginning of
    /// a secret at its end is replaced too.
    pub(crate) fn redact_start(&self, text: &str, cut_short: bool, max: usize) -> String {
        // Only the part that is shown is searched.
        let spellings = self.0.iter().flat_map(|known| &known.spellings);
        let start = first(text, 4 * max + spellings.map(String::len).max().unwrap_or(0));
        let redacted = self.redact_text(start, cut_short || start.len() < text.len());
        cut(&redacted, max).into_owned()
    }

    fn redact_text<'t>(&self, text: &'t str, cut_short: bool) -> Cow<'t, str> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for known in &*self.0 {
            for spelling in &known.spellings {
                let is_secret = |range: &Range<usize>| {
                    !known.is_short || is_entire_value(text, range, cut_short)
                };
                if text.contains(spelling.as_str()) {
                    let ranges = text.match_indices(spelling.as_str());
                    found.extend(ranges.map(|(at, _)| at..at + spelling.len()).filter(is_secret));
                }
                if cut_short {
                    let starts =
                        spelling.char_indices().rev().map(|(length, _)| &spelling[..length]);
                    let ends = starts.filter(|start| !start.is_empty() && text.ends_with(start));
                    let mut ranges = ends.map(|start| text.len() - start.len()..text.len());
                    found.extend(ranges.find(is_secret));
                }
            }
        }
        if found.is_empty() {
            return text.into();
        }
        found.sort_unstable_by_key(|range| (range.start, Reverse(range.end)));
        let (mut redacted, mut end) = (String::new(), 0);
        for range in found {
            // A secret that overlaps another one is covered by the same mark.
            if range.start >= end {
                redacted += &text[end..range.start];
                redacted += Redactor::MARK;
            }
            end = end.max(range.end);
        }
        (redacted + &text[end..]).into()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.0.len())
    }
}

/// Whether the range is an entire attribute, text node, JSON string, header, query or form field, or
/// the entire text.
fn is_entire_value(text: &str, range: &Range<usize>, cut_short: bool) -> bool {
    let (before, after) = (&text[..range.start], &text[range.end..]);
    let ends_at = |end: &[char]| after.starts_with(end) || (cut_short && after.is_empty());
    match before.chars().next_back() {
        // A JSON string inside a JSON string ends with `\"`.
        Some('"') => ends_at(&['"', '\\']),
        Some('\'') => ends_at(&['\'']),
        Some('>') => ends_at(&['<']),
        Some('=') => {
            after.is_empty()
                || ends_at(&['&', ';', '#', '"', '\'', '<', ')', ',', ':', ' ', '\r', '\n'])
        }
        Some(' ') if before.ends_with(": ") => after.is_empty() || ends_at(&['\r', '\n']),
        _ => before.trim().is_empty() && after.trim().is_empty(),
    }
}

/// The spellings that servers and libraries use for a secret: raw, and XML-, JSON-, URL- and
/// form-encoded.
fn spellings(secret: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([secret.to_owned()]);
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // Quotes and white space need no escape in text nodes.
    for (quote, apostrophe) in XML_QUOTES {
        let quoted = xml.replace('"', quote).replace('\'', apostrophe);
        for (line_feed, tab) in [("\n", "\t"), ("&#10;", "&#9;"), ("&#xA;", "&#x9;")] {
            let text = quoted.replace('\n', line_feed).replace('\t', tab);
            all.insert(escaped(&text, |c| c.is_ascii(), |c| format!("&#{};", u32::from(c))));
            all.insert(text);
        }
    }
    for literal in [format!("{secret:?}"), serde_json::Value::from(secret).to_string()] {
        let json = &literal[1..literal.len() - 1];
        let unicode = |c: char| {
            c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        };
        all.insert(escaped(json, |c| c.is_ascii(), unicode));
        // Some libraries also escape what is special in HTML.
        all.insert(escaped(json, |c| c.is_ascii() && !"<>&'".contains(c), unicode));
        all.extend([json.replace('/', "\\/"), json.to_owned()]);
    }
    for reserved in [RESERVED, ENCODE_URI_COMPONENT, FORM] {
        let url = utf8_percent_encode(secret, reserved).to_string();
        let lower = lower_case_escapes(&url);
        all.extend([url.replace("%20", "+"), lower.replace("%20", "+"), url, lower]);
    }
    all
}

/// Writes `%C3` as `%c3`.
fn lower_case_escapes(url: &str) -> String {
    let mut parts = url.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        let (digits, rest) = part.split_at(2);
        out + "%" + &digits.to_ascii_lowercase() + rest
    })
}

/// Replaces the characters that do not stay.
fn escaped(text: &str, stays: impl Fn(char) -> bool, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|c| if stays(c) { c.to_string() } else { escape(c) }).collect()
}

/// How XML libraries write a quotation mark and an apostrophe.
const XML_QUOTES: [(&str, &str); 5] =
    [("\"", "'"), ("&quot;", "'"), ("&quot;", "&apos;"), ("&quot;", "&#39;"), ("&#34;", "&#x27;")];

/// What JavaScript's `encodeURIComponent` encodes.
const ENCODE_URI_COMPONENT: &AsciiSet =
    &RESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// What HTML forms encode; a space becomes `+`.
const FORM: &AsciiSet = &RESERVED.add(b'~').remove(b'*');

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        secrets.iter().fold(Redactor::default(), |all, secret| all.with(&Secret::new(*secret)))
    }

    #[test]
    fn replaces_each_spelling_of_a_secret() {
        let redactor = redactor(&["p&\" '\u{df}\n\u{1f980}%+\\/"]);
        for text in [
            "p&\" '\u{df}\n\u{1f980}%+\\/",
            "p&amp;\" '\u{df}\n\u{1f980}%+\\/",
            "p&amp;&quot; &apos;\u{df}&#xA;\u{1f980}%+\\/",
            "p&amp;&quot; &#39;\u{df}\n\u{1f980}%+\\/",
            "p&amp;&#34; &#x27;&#223;&#10;&#129408;%+\\/",
            "p&\\\" '\u{df}\\n\u{1f980}%+\\\\/",
            "p&\\\" '\u{df}\\n\u{1f980}%+\\\\\\/",
            "p\\u0026\\\" \\u0027\\u00df\\n\\ud83e\\udd80%+\\\\/",
            "p%26%22%20%27%C3%9F%0A%F0%9F%A6%80%25%2B%5C%2F",
            "p%26%22+%27%c3%9f%0a%f0%9f%a6%80%25%2b%5c%2f",
            "p%26%22%20'%C3%9F%0A%F0%9F%A6%80%25%2B%5C%2F",
        ] {
            assert_eq!(redactor.redact(&format!("a {text} z")), "a [secret] z", "{text}");
        }
    }

    #[test]
    fn borrows_text_without_a_secret() {
        let redactor = redactor(&["hush-hush", "p"]);
        for text in ["", "h", "http://h/p?a=%41&b=pp", "hush-hus", "100 % of R&amp;D \\n"] {
            assert!(matches!(redactor.redact(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn replaces_a_short_secret_only_as_an_entire_value() {
        let redactor = redactor(&["p", "a&b"]);
        for (text, redacted) in [
            ("http://p.example/p", "http://p.example/p"),
            ("no project p in http://h/p", "no project p in http://h/p"),
            ("p", "[secret]"),
            ("<x a=\"p\" b='p'>", "<x a=\"[secret]\" b='[secret]'>"),
            ("<x a=\"a&amp;b\">p</x>", "<x a=\"[secret]\">[secret]</x>"),
            ("<x a=\"pp\">up p</x>", "<x a=\"pp\">up p</x>"),
            (r#"{"k":"p","l":["p", "pq"]}"#, r#"{"k":"[secret]","l":["[secret]", "pq"]}"#),
            (r#"{"k":"{\"l\":\"p\"}"}"#, r#"{"k":"{\"l\":\"[secret]\"}"}"#),
            ("http://h/p?q=p&r=pp&s=p", "http://h/p?q=[secret]&r=pp&s=[secret]"),
            ("q=a%26b&r=a%26", "q=[secret]&r=a%26"),
            ("X-Key: p\r\nX-More: p", "X-Key: [secret]\r\nX-More: [secret]"),
            ("X-Key: p q", "X-Key: p q"),
        ] {
            assert_eq!(redactor.redact(text), redacted, "{text}");
        }
        assert_eq!(redactor.redact_start("<x p=\"a&am", true, 100), "<x p=\"[secret]");
        assert_eq!(redactor.redact_start("x a&a", true, 100), "x a&a");
    }

    #[test]
    fn seven_characters_are_short_and_eight_are_not() {
        let redactor = redactor(&["seven-7", "eight-88"]);
        assert_eq!(redactor.redact("a seven-7 a eight-88 a"), "a seven-7 a [secret] a");
        // Characters, not bytes.
        assert_eq!(
            self::redactor(&["\u{e4}\u{e4}\u{e4}\u{e4}"])
                .redact("x\u{e4}\u{e4}\u{e4}\u{e4}x")
                .len(),
            10
        );
    }

    #[test]
    fn leaves_no_rest_of_overlapping_secrets() {
        let redactor = redactor(&["abcdefgh", "abcdefghij", "ghijklmn"]);
        assert_eq!(
            redactor.redact("abcdefgh abcdefghij abcdefghijklmn abcdefg"),
            "[secret] [secret] [secret] abcdefg"
        );
        assert_eq!(redactor.redact("abcdefghabcdefgh"), "[secret][secret]");
    }

    #[test]
    fn replaces_the_beginning_of_a_secret_where_text_was_cut() {
        let redactor = redactor(&["0123456789&"]);
        for cut in ["the token 01234", "the token 0123456789%2", "the token 0123456789&am"] {
            assert_eq!(redactor.redact_start(cut, true, 100), "the token [secret]");
        }
        assert_eq!(redactor.redact_start("the token 01234", false, 100), "the token 01234");
        assert_eq!(redactor.redact_start("a 0123456789&", false, 100), "a [secret]");
        assert_eq!(redactor.redact_start(&"\u{e4}".repeat(100), false, 5), "\u{e4}\u{e4}\u{2026}");
    }
}
