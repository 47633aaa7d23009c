//! [`Redactor`]: keeps secrets out of messages and logs.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::encoding::RESERVED;
use crate::secret::Secret;
use crate::text::{cut, first};

/// Replaces known secrets in untrusted text: error responses, redirect addresses, the start of a
/// body. A secret is recognized unencoded and XML-, JSON-, URL- or form-encoded.
///
/// A secret of fewer than eight characters is replaced only where it is an entire value, because it
/// would match unrelated text elsewhere.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Arc<BTreeMap<String, IsShort>>);

/// Whether an encoding belongs to a secret that is redacted only as an entire value.
type IsShort = bool;

impl Redactor {
    pub(crate) const MARK: &str = "[secret]";

    pub(crate) fn add(&mut self, secret: &str) {
        let is_short = secret.chars().count() < 8;
        let known = Arc::make_mut(&mut self.0);
        for encoding in encodings(secret).into_iter().filter(|encoding| !encoding.is_empty()) {
            *known.entry(encoding).or_insert(is_short) &= is_short;
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
        // Only the returned part is searched.
        let longest = self.0.keys().map(String::len).max().unwrap_or(0);
        let start = first(text, 4 * max + longest);
        let redacted = self.redact_text(start, cut_short || start.len() < text.len());
        cut(&redacted, max).into_owned()
    }

    fn redact_text<'t>(&self, text: &'t str, cut_short: bool) -> Cow<'t, str> {
        let mut found: Vec<Range<usize>> = Vec::new();
        for (encoding, is_short) in &*self.0 {
            let is_secret =
                |range: &Range<usize>| !is_short || is_entire_value(text, range, cut_short);
            let whole = text.match_indices(encoding.as_str());
            found.extend(whole.map(|(at, _)| at..at + encoding.len()).filter(is_secret));
            if cut_short {
                let starts = encoding.char_indices().rev().map(|(end, _)| &encoding[..end]);
                let at_end = starts.filter(|start| !start.is_empty() && text.ends_with(start));
                let mut ranges = at_end.map(|start| text.len() - start.len()..text.len());
                found.extend(ranges.find(is_secret));
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

/// The forms in which servers and libraries write a secret: unencoded, and XML-, JSON-, URL- and
/// form-encoded.
fn encodings(secret: &str) -> Vec<String> {
    let mut all = vec![secret.to_owned()];
    // No encoding changes these characters.
    if secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)) {
        return all;
    }
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    for (quote, apostrophe, line_feed, tab) in XML_ESCAPES {
        let text = xml.replace('"', quote).replace('\'', apostrophe);
        let text = text.replace('\n', line_feed).replace('\t', tab);
        all.extend([escape(&text, "", |c| format!("&#{};", u32::from(c))), text]);
    }
    let json = serde_json::Value::from(secret).to_string();
    let json = &json[1..json.len() - 1];
    let unicode =
        |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect();
    // Some libraries also escape characters that are special in HTML, and Gson the equals sign.
    all.extend(["", "<>&'", "<>&'="].map(|special| escape(json, special, unicode)));
    all.extend([json.replace('/', "\\/"), json.to_owned()]);
    for reserved in [RESERVED, ENCODE_URI_COMPONENT, FORM, EXCEPT_SLASH] {
        let parts = || utf8_percent_encode(secret, reserved);
        // An encoded byte is a separate part.
        let lower = |part: &str| match part.starts_with('%') {
            true => part.to_ascii_lowercase(),
            false => part.to_owned(),
        };
        for url in [parts().collect(), parts().map(lower).collect::<String>()] {
            all.extend([url.replace("%20", "+"), url]);
        }
    }
    all
}

/// Replaces the characters that are `special` or not ASCII.
fn escape(text: &str, special: &str, escape: impl Fn(char) -> String) -> String {
    let is_plain = |c: char| c.is_ascii() && !special.contains(c);
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match is_plain(c) {
            true => escaped.push(c),
            false => escaped += &escape(c),
        }
        escaped
    })
}

/// How XML libraries write a quotation mark, an apostrophe, a line feed and a tab: in text, and in
/// attributes.
const XML_ESCAPES: [(&str, &str, &str, &str); 6] = [
    ("\"", "'", "\n", "\t"),
    ("&quot;", "&#39;", "\n", "\t"),
    ("&quot;", "&apos;", "\n", "\t"),
    ("&quot;", "'", "&#10;", "&#9;"),
    ("&quot;", "&apos;", "&#xA;", "&#x9;"),
    ("&#34;", "&#x27;", "&#10;", "&#9;"),
];

/// The characters that JavaScript's `encodeURIComponent` encodes.
const ENCODE_URI_COMPONENT: &AsciiSet =
    &RESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// What Python's `quote` encodes.
const EXCEPT_SLASH: &AsciiSet = &RESERVED.remove(b'/');

/// What HTML forms encode; a space becomes `+`.
const FORM: &AsciiSet = &RESERVED.add(b'~').remove(b'*');

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
        ] {
            assert_eq!(redactor.redact(&format!("a {text} z")), "a [secret] z", "{text}");
        }
    }

    #[test]
    fn replaces_a_token_as_python_and_gson_write_it() {
        let redactor = redactor(&["qlE1g9/MMh9==:rZTHhPp'"]);
        for text in ["qlE1g9/MMh9%3D%3D%3ArZTHhPp%27", "qlE1g9/MMh9\\u003d\\u003d:rZTHhPp\\u0027"] {
            assert_eq!(redactor.redact(text), "[secret]", "{text}");
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
