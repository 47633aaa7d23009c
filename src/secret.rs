//! [`Secret`]: text that is sent and never shown; and the [`Scrub`] that keeps it out of messages.

use std::borrow::Cow;
use std::fmt;

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
/// of a body. A secret is found however it is written: each of its characters as it is, or as XML,
/// HTML, JSON and URLs may write it.
#[derive(Clone, Default)]
pub(crate) struct Scrub {
    secrets: Vec<String>,
}

/// How far a secret goes in a text.
enum Found {
    No,
    /// To its end.
    Whole(usize),
    /// To the end of the text, which may be the beginning of the secret.
    Begun,
}

impl Scrub {
    pub(crate) const MARK: &str = "[secret]";

    pub(crate) fn add(&mut self, secret: &str) {
        if !secret.is_empty() && !self.secrets.iter().any(|known| known == secret) {
            self.secrets.push(secret.to_owned());
        }
    }

    pub(crate) fn with(mut self, secret: &Secret) -> Scrub {
        self.add(secret.reveal());
        self
    }

    pub(crate) fn clean<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.clean_start(text, false)
    }

    /// The first `most` bytes of the text, cleaned. Where the text itself was cut short, what may
    /// be the beginning of a secret at its end is left out.
    pub(crate) fn start_of(&self, text: &str, cut_short: bool, most: usize) -> String {
        crate::error::cut(&self.clean_start(text, cut_short), most).into_owned()
    }

    fn clean_start<'t>(&self, text: &'t str, cut_short: bool) -> Cow<'t, str> {
        let (mut out, mut kept, mut at) = (String::new(), 0, 0);
        while let Some(next) = text[at..].chars().next() {
            // The longest, so that a secret inside another leaves no rest of that.
            let mut longest = None;
            for found in self.secrets.iter().map(|secret| find_here(&text[at..], secret)) {
                match found {
                    Found::Whole(length) => longest = longest.max(Some(length)),
                    Found::Begun if cut_short => longest = Some(text.len() - at),
                    Found::Begun | Found::No => {}
                }
            }
            match longest {
                Some(length) => {
                    out += &text[kept..at];
                    at += length;
                    kept = at;
                    out += Scrub::MARK;
                }
                None => at += next.len_utf8(),
            }
        }
        if kept == 0 {
            return text.into();
        }
        out += &text[kept..];
        out.into()
    }
}

/// Whether the text begins with this secret. All ways that it may be written in are followed at
/// once: `%` may stand for itself or begin a `%25`.
fn find_here(text: &str, secret: &str) -> Found {
    let mut ends = vec![0];
    let mut begun = false;
    for wanted in secret.chars() {
        let mut next: Vec<usize> = Vec::new();
        for end in ends {
            let rest = &text[end..];
            let before = next.len();
            spellings(rest, wanted, |length| next.push(end + length));
            // An escape that the end of the text cut off.
            begun |= rest.is_empty()
                || (next.len() == before && rest.len() < 12 && rest.starts_with(['%', '&', '\\']));
        }
        next.dedup();
        if next.is_empty() {
            return if begun { Found::Begun } else { Found::No };
        }
        ends = next;
    }
    ends.into_iter().max().map_or(Found::No, Found::Whole)
}

/// Says how long each spelling of a character is that the text begins with.
fn spellings(text: &str, wanted: char, mut is: impl FnMut(usize)) {
    if text.starts_with(wanted) {
        is(wanted.len_utf8());
    }
    match text.as_bytes().first() {
        Some(b'+') if wanted == ' ' => is(1),
        Some(b'%') => {
            let mut buffer = [0; 4];
            let bytes = wanted.encode_utf8(&mut buffer).as_bytes();
            let written = |(at, byte): (usize, &u8)| {
                text.as_bytes().get(3 * at) == Some(&b'%')
                    && text.get(3 * at + 1..3 * at + 3).and_then(hex) == Some(u32::from(*byte))
            };
            if bytes.iter().enumerate().all(written) {
                is(3 * bytes.len());
            }
        }
        Some(b'&') => {
            let reference = text.bytes().take(12).position(|byte| byte == b';');
            if let Some(end) = reference
                && referred_to(&text[1..end]) == Some(u32::from(wanted))
            {
                is(end + 1);
            }
        }
        Some(b'\\') => escaped(text, wanted, is),
        _ => {}
    }
}

fn hex(digits: &str) -> Option<u32> {
    // `from_str_radix` would take a sign.
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// The character of `&name;`.
fn referred_to(name: &str) -> Option<u32> {
    match name {
        "amp" => Some('&'.into()),
        "lt" => Some('<'.into()),
        "gt" => Some('>'.into()),
        "quot" => Some('"'.into()),
        "apos" => Some('\''.into()),
        _ => {
            let number = name.strip_prefix('#')?;
            number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), hex)
        }
    }
}

/// A backslash and what follows: JSON's ways, and Rust's own where it prints a text.
fn escaped(text: &str, wanted: char, mut is: impl FnMut(usize)) {
    let Some(letter) = text[1..].chars().next() else { return };
    let short = match letter {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'u' => {
            let unit = |at: usize| text.get(at..at + 4).and_then(hex);
            let mut units = [0; 2];
            let units = wanted.encode_utf16(&mut units);
            let written = |(at, wanted): (usize, &u16)| {
                text.get(6 * at..).is_some_and(|text| text.starts_with("\\u"))
                    && unit(2 + 6 * at) == Some(u32::from(*wanted))
            };
            if units.iter().enumerate().all(written) {
                is(6 * units.len());
            }
            if let Some(digits) = text[2..].strip_prefix('{')
                && let Some((digits, _)) = digits.split_once('}')
                && hex(digits) == Some(u32::from(wanted))
            {
                is(4 + digits.len());
            }
            return;
        }
        other => other,
    };
    if short == wanted {
        is(1 + letter.len_utf8());
    }
}

impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scrub({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_secret_is_found() {
        let scrub = Scrub::default().with(&Secret::new("p&\" ß\n🦀%+\\"));
        for text in [
            "p&\" ß\n🦀%+\\",
            "p&amp;&quot; ß&#10;🦀%+\\",
            "p&#38;&#x22;&#32;&#xDF;&#xa;&#x1F980;%+\\",
            "p&\\\" ß\\n🦀%+\\\\",
            "p\\u0026\\u0022 \\u00DF\\u000a\\ud83e\\udd80%+\\u005c",
            "p&\\\" \\u{df}\\n\\u{1f980}%+\\\\",
            "p%26%22%20%C3%9F%0A%F0%9F%A6%80%25%2B%5C",
            "p%26%22+%c3%9f%0a%f0%9f%a6%80%25%2b%5c",
            "%70%26%22%20ß%0a🦀%25+%5c",
        ] {
            assert_eq!(scrub.clean(&format!("a {text} z")), "a [secret] z", "{text}");
        }
        for text in
            ["", "p", "p&", "a p&amp;&quot; ss", "%7", "p%2", "\\", "p\\u", "p\\u{", "p\\u00", "&;"]
        {
            assert_eq!(scrub.clean(text), text);
            assert_eq!(scrub.clean(&format!("{text}ß")), format!("{text}ß"));
        }
    }

    #[test]
    fn a_secret_inside_another_leaves_no_rest() {
        let scrub = Scrub::default().with(&Secret::new("abc")).with(&Secret::new("abcdef"));
        assert_eq!(scrub.clean("abcabcdefabcde"), "[secret][secret][secret]de");
        let marks = Scrub::default().with(&Secret::new("%%%%"));
        assert_eq!(marks.clean("%25%%25%%%%%25"), "[secret][secret]");
        assert_eq!(marks.clean(&"%".repeat(7)), "[secret]%%%");
    }

    #[test]
    fn half_a_secret_at_the_end_is_left_out() {
        let scrub = Scrub::default().with(&Secret::new("0123456789&"));
        assert_eq!(scrub.start_of("the token 01234", true, 100), "the token [secret]");
        assert_eq!(scrub.start_of("the token 012345%36", true, 100), "the token [secret]");
        assert_eq!(scrub.start_of("the token 012345678&#5", true, 100), "the token [secret]");
        assert_eq!(scrub.start_of("the token 01234", false, 100), "the token 01234");
        assert_eq!(scrub.start_of("a 0123456789&", false, 100), "a [secret]");
        assert_eq!(scrub.start_of(&"ä".repeat(100), false, 5), "ää…");
    }

    #[test]
    fn long_texts_and_secrets_cost_little() {
        let scrub = Scrub::default()
            .with(&Secret::new("%".repeat(2_000)))
            .with(&Secret::new("&amp;".repeat(400)));
        let text = format!("{} {}", "%25".repeat(1_500), "&amp;".repeat(300));
        assert_eq!(scrub.clean(&text), text);
    }
}
