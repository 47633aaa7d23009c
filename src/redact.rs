//! [`Redactor`]: keeps secrets out of messages and logs.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

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

/// The spellings that servers and libraries use for a secret. They differ in what they escape, and
/// in how.
fn spellings(secret: &str) -> BTreeSet<String> {
    let debug = format!("{secret:?}");
    let mut all = BTreeSet::from([secret.to_owned(), debug[1..debug.len() - 1].to_owned()]);
    all.extend(xml_spellings(secret));
    let mut add = |write: &dyn Fn(char, &mut String)| {
        let mut spelling = String::new();
        secret.chars().for_each(|c| write(c, &mut spelling));
        all.insert(spelling);
    };
    for ascii in [false, true] {
        for (as_unicode, slash, upper) in JSON_ESCAPES {
            add(&|c, out| match c {
                c if as_unicode.contains(c) || (ascii && !c.is_ascii()) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        *out += &if upper {
                            format!("\\u{unit:04X}")
                        } else {
                            format!("\\u{unit:04x}")
                        };
                    }
                }
                '"' => *out += "\\\"",
                '\\' => *out += "\\\\",
                '/' => *out += slash,
                '\t' => *out += "\\t",
                '\n' => *out += "\\n",
                '\r' => *out += "\\r",
                c => out.push(c),
            });
        }
    }
    for unescaped in URL_UNESCAPED {
        for (space, upper) in [("%20", true), ("%20", false), ("+", true), ("+", false)] {
            add(&|c, out| match c {
                ' ' => *out += space,
                c if c.is_ascii_alphanumeric() || unescaped.contains(c) => out.push(c),
                c => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        *out +=
                            &if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
                    }
                }
            });
        }
    }
    all
}

fn xml_spellings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")];
    for (c, references) in XML_REFERENCES {
        if secret.contains(c) {
            let each = |text: &String| references.map(|reference| text.replace(c, reference));
            all.extend(all.iter().flat_map(each).collect::<Vec<_>>());
        }
    }
    let ascii = |text: &String| -> String {
        let write = |c: char| match c.is_ascii() {
            true => c.to_string(),
            false => format!("&#{};", u32::from(c)),
        };
        text.chars().map(write).collect()
    };
    all.extend(all.iter().map(ascii).collect::<Vec<_>>());
    all
}

/// How XML and HTML libraries write characters that need no escape everywhere.
const XML_REFERENCES: [(char, [&str; 4]); 4] = [
    ('"', ["&quot;", "&#34;", "&#x22;", "&#034;"]),
    ('\'', ["&apos;", "&#39;", "&#x27;", "&#039;"]),
    ('\t', ["&#9;", "&#x9;", "&#09;", "&#x09;"]),
    ('\n', ["&#10;", "&#xA;", "&#xa;", "&#x0A;"]),
];

/// Which characters JSON libraries write as `\u` escapes, the slash, and whether in upper case.
const JSON_ESCAPES: [(&str, &str, bool); 5] = [
    ("", "/", false),
    ("", "\\/", false),
    ("<>&", "/", false),
    ("<>&'=", "/", false),
    ("<>&'\"+`", "/", true),
];

/// What is not percent-encoded by RFC 3986, `encodeURIComponent`, `encodeURI` and HTML forms.
const URL_UNESCAPED: [&str; 4] = ["-._~", "-._~!*'()", "-._~!*'();/?:@&=+$,#", "-._*"];

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
            "p&amp;&#34; &#39;&#223;&#10;&#129408;%+\\/",
            "p&\\\" '\u{df}\\n\u{1f980}%+\\\\/",
            "p&\\\" '\u{df}\\n\u{1f980}%+\\\\\\/",
            "p\\u0026\\\" \\u0027\\u00df\\n\\ud83e\\udd80%+\\\\/",
            "p\\u0026\\u0022 \\u0027\\u00DF\\n\\uD83E\\uDD80%\\u002B\\\\/",
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
