//! [`Redactor`]: keeps secrets out of messages and logs.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::secret::Secret;
use crate::text::{cut, first};

/// Replaces known secrets in untrusted text: error responses, redirect addresses, the start of a
/// body. A secret is recognized unencoded and XML-, JSON-, URL- or form-encoded, also if only some of
/// its characters are encoded.
///
/// A secret of fewer than eight characters is replaced only where it is an entire value, because it
/// would match unrelated text elsewhere.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Arc<BTreeSet<String>>);

impl Redactor {
    pub(crate) const MARK: &str = "[secret]";

    pub(crate) fn add(&mut self, secret: &str) {
        if !secret.is_empty() {
            Arc::make_mut(&mut self.0).insert(secret.to_owned());
        }
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
        // Only the returned part is searched. Encoding takes up to six times the bytes.
        let longest = 6 * self.0.iter().map(String::len).max().unwrap_or(0);
        let start = first(text, 4 * max + longest);
        let redacted = self.redact_text(start, cut_short || start.len() < text.len());
        cut(&redacted, max).into_owned()
    }

    fn redact_text<'t>(&self, text: &'t str, cut_short: bool) -> Cow<'t, str> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for secret in &*self.0 {
            let is_short = secret.chars().nth(7).is_none();
            let plain = &secret[..secret.find(is_encoded).unwrap_or(secret.len())];
            let is_start = |c: char| {
                secret.starts_with(c) || (plain.is_empty() && ['&', '\\', '%', '+'].contains(&c))
            };
            let starts = text.match_indices(is_start).map(|(start, _)| start).filter(|&start| {
                let rest = &text[start..];
                rest.starts_with(plain) || (cut_short && plain.starts_with(rest))
            });
            let ranges = starts.filter_map(|start| {
                let length = length_of_secret(&text[start..], secret, cut_short)?;
                Some(start..start + length)
            });
            found.extend(
                ranges.filter(|range| !is_short || is_entire_value(text, range, cut_short)),
            );
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
        f.write_str("Redactor")
    }
}

/// Whether the range is an entire attribute, text node, JSON string, header, query or form field, or
/// the entire text.
fn is_entire_value(text: &str, range: &Range<usize>, cut_short: bool) -> bool {
    let (before, after) = (&text[..range.start], &text[range.end..]);
    // A JSON string inside a JSON string ends with `\"`.
    let ends = match before.chars().next_back() {
        Some('"') => "\"\\",
        Some('\'') => "'",
        Some('>') => "<",
        Some('=') => "&;#\"'<),: \r\n",
        Some(' ') if before.ends_with(": ") => "\r\n",
        _ => return before.trim().is_empty() && after.trim().is_empty(),
    };
    match after.chars().next() {
        Some(end) => ends.contains(end),
        None => cut_short || before.ends_with(['=', ' ']),
    }
}

/// The length of the secret at the start of a text, if it is there. In a text that was cut short, the
/// beginning of the secret counts.
fn length_of_secret(text: &str, secret: &str, cut_short: bool) -> Option<usize> {
    // Where the characters so far can end: `&` can be the secret's `&` or the start of an `&amp;`.
    let mut ends = vec![0];
    for c in secret.chars() {
        let may_be_encoded = ends.iter().any(|&end| text[end..].starts_with(['&', '\\', '%', '+']));
        let mut spellings = if may_be_encoded { encodings(c) } else { Vec::new() };
        spellings.push(c.to_string());
        let mut next = Vec::new();
        for (end, spelling) in ends.iter().flat_map(|&end| spellings.iter().map(move |s| (end, s)))
        {
            if text[end..].starts_with(&**spelling) {
                next.push(end + spelling.len());
            } else if cut_short && spelling.starts_with(&text[end..]) {
                return Some(text.len());
            }
        }
        ends = next;
    }
    ends.into_iter().max()
}

/// Whether XML, JSON, URLs or forms can write the character in another way.
fn is_encoded(c: char) -> bool {
    !c.is_ascii_alphanumeric() && !"-._".contains(c)
}

/// How XML, JSON, URLs and forms write a character other than as it is.
fn encodings(c: char) -> Vec<String> {
    if !is_encoded(c) {
        return Vec::new();
    }
    let named: &[&str] = match c {
        '&' => &["&amp;"],
        '<' => &["&lt;"],
        '>' => &["&gt;"],
        '"' => &["&quot;", "\\\""],
        '\'' => &["&apos;"],
        '\\' => &["\\\\"],
        '/' => &["\\/"],
        ' ' => &["+"],
        '\n' => &["\\n"],
        '\r' => &["\\r"],
        '\t' => &["\\t"],
        _ => &[],
    };
    let (code, url) =
        (u32::from(c), utf8_percent_encode(&c.to_string(), NON_ALPHANUMERIC).to_string());
    let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
    let lower = [url.to_ascii_lowercase(), format!("&#x{code:x};"), units];
    let other = [url, format!("&#x{code:X};"), format!("&#{code};")];
    named.iter().map(|&name| name.to_owned()).chain(lower).chain(other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        secrets.iter().fold(Redactor::default(), |all, secret| all.with(&Secret::new(*secret)))
    }

    #[test]
    fn replaces_each_encoding_of_a_secret() {
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
            // As Python's `quote` and Java's Gson write it.
            "p%26%22%20%27%C3%9F%0A%F0%9F%A6%80%25%2B%5C/",
            "p\\u0026\\\" \\u0027\u{df}\\n\u{1f980}%+\\\\/",
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
    fn redacts_secrets_of_eight_characters_anywhere() {
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
    fn redacts_overlapping_secrets_completely() {
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
