//! [`Secret`]: text that is sent and never shown; and the [`Scrub`] that keeps it out of messages.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

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
/// HTML, JSON and URLs may write it, one inside the other too; and as a whole in Base64 and in hex.
#[derive(Clone, Default)]
pub(crate) struct Scrub(Arc<Known>);

#[derive(Clone, Default)]
struct Known {
    secrets: Vec<String>,
    /// What they are in Base64 and in hex.
    packed: Vec<String>,
    /// The characters that one of these begins with.
    firsts: BTreeSet<char>,
}

impl Known {
    fn all(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().chain(&self.packed).map(String::as_str)
    }
}

/// So many characters of secrets are compared to clean one text. A server can choose its token, and
/// write a text for it, of which each part begins it anew.
const STEPS: usize = 4_000_000;

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
        if secret.is_empty() || self.0.secrets.iter().any(|known| known == secret) {
            return;
        }
        let known = Arc::make_mut(&mut self.0);
        known.secrets.push(secret.to_owned());
        // What is shorter would be found in texts that have nothing to do with it.
        known.packed.extend(packed(secret.as_bytes()).into_iter().filter(|text| text.len() >= 8));
        known.firsts = known.all().filter_map(|text| text.chars().next()).collect();
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
        // What can have no part in these is not looked at: a body may have a megabyte.
        let longest = self.0.all().map(str::len).max().unwrap_or(0);
        let looked_at = crate::text::first(text, 4 * most + LONGEST_REFERENCE * longest);
        let cut_short = cut_short || looked_at.len() < text.len();
        crate::text::cut(&self.clean_start(looked_at, cut_short), most).into_owned()
    }

    fn clean_start<'t>(&self, text: &'t str, cut_short: bool) -> Cow<'t, str> {
        let (mut out, mut kept, mut at) = (String::new(), 0, 0);
        let mut steps = STEPS;
        while let Some(next) = text[at..].chars().next() {
            // Nearly everywhere nothing begins.
            if !matches!(next, '%' | '&' | '\\' | '+') && !self.0.firsts.contains(&next) {
                at += next.len_utf8();
                continue;
            }
            // The longest, so that a secret inside another leaves no rest of that.
            let mut longest = None;
            for found in self.0.all().map(|secret| find_here(&text[at..], secret, &mut steps)) {
                match found {
                    Found::Whole(length) => longest = longest.max(Some(length)),
                    Found::Begun if cut_short => longest = Some(text.len() - at),
                    Found::Begun | Found::No => {}
                }
            }
            if steps == 0 {
                return Scrub::MARK.into();
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
        let clean: Cow<'t, str> = match kept {
            0 => text.into(),
            _ => (out + &text[kept..]).into(),
        };
        // Where layers of writing hide one still, nothing of the text is of use.
        match self.is_hidden_in(&clean) {
            true => Scrub::MARK.into(),
            false => clean,
        }
    }

    /// Whether one of the secrets comes to light where the text is read as what several layers of
    /// XML, JSON and URLs have made of another text.
    fn is_hidden_in(&self, text: &str) -> bool {
        if !text.contains(['%', '&', '\\']) {
            return false;
        }
        // What stands in the place of a secret is none, even if somebody's password is `secret`.
        let mut text = Cow::Owned::<str>(text.replace(Scrub::MARK, "\0"));
        for _ in 0..3 {
            if !text.contains(['%', '&', '\\']) {
                return false;
            }
            text = unescaped(&text).into();
            if self.0.all().any(|secret| text.contains(secret)) {
                return true;
            }
        }
        false
    }
}

/// What a text may look like in Base64, wherever in a longer text it begins, and in hex. Of the
/// first and the last character, which the neighbours have a part in, Base64 keeps none.
fn packed(bytes: &[u8]) -> Vec<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut all = Vec::new();
    for before in 0..3 {
        let bits = [vec![0; before].as_slice(), bytes].concat();
        let six = |at: usize| {
            let two = [bits[at * 6 / 8], bits.get(at * 6 / 8 + 1).copied().unwrap_or(0)];
            let shift = 10 - at * 6 % 8;
            char::from(LETTERS[usize::from(u16::from_be_bytes(two) >> shift & 63)])
        };
        let inside = (before * 8).div_ceil(6)..bits.len() * 8 / 6;
        all.push(inside.map(six).collect::<String>());
    }
    for at in 0..3 {
        let in_urls = all[at].replace('+', "-").replace('/', "_");
        if in_urls != all[at] {
            all.push(in_urls);
        }
    }
    all.extend([crate::encoding::hex(bytes), crate::encoding::hex(bytes).to_ascii_uppercase()]);
    all
}

/// The text that this one was, one layer of XML, JSON or URL less.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escape = match first {
            '%' => rest.get(1..3).and_then(hex).map(|code| (code, 3)),
            '&' => {
                let end = rest.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';');
                end.and_then(|end| Some((referred_to(&rest[1..end])?, end + 1)))
            }
            '\\' => match rest[1..].chars().next() {
                Some('u') => rest.get(2..6).and_then(hex).map(|code| (code, 6)),
                Some(letter) => Some((short_for(letter).into(), 1 + letter.len_utf8())),
                None => None,
            },
            _ => None,
        };
        match escape {
            // Bytes of UTF-8, each by itself.
            Some((code, length)) if first == '%' => {
                out.push(u8::try_from(code).unwrap_or_default());
                rest = &rest[length..];
            }
            Some((code, length)) => {
                let meant = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(meant.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[length..];
            }
            None => {
                out.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether the text begins with this secret. All ways that it may be written in are followed at
/// once: `%` may stand for itself or begin a `%25`. It takes no more than so many steps.
fn find_here(text: &str, secret: &str, steps: &mut usize) -> Found {
    // Nearly everywhere it does not.
    if !text.starts_with(['%', '&', '\\', '+']) && text.chars().next() != secret.chars().next() {
        return Found::No;
    }
    let mut ends = vec![0];
    let mut begun = false;
    for wanted in secret.chars() {
        *steps = steps.saturating_sub(ends.len());
        if *steps == 0 {
            return Found::No;
        }
        let mut next: Vec<usize> = Vec::new();
        for end in ends {
            let rest = &text[end..];
            let before = next.len();
            spellings(rest, wanted, |length| next.push(end + length));
            // An escape that the end of the text cut off.
            begun |= rest.is_empty()
                || (next.len() == before
                    && rest.len() < LONGEST_REFERENCE
                    && rest.starts_with(['%', '&', '\\']));
        }
        next.sort_unstable();
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
            let reference = text.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';');
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

/// As long is `&name;`, zeros in front of a number included.
const LONGEST_REFERENCE: usize = 16;

/// The names that HTML has for what stands on a keyboard; the first five are XML's.
const NAMES: [(&str, char); 39] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("nbsp", '\u{a0}'),
    ("excl", '!'),
    ("num", '#'),
    ("dollar", '$'),
    ("percnt", '%'),
    ("lpar", '('),
    ("rpar", ')'),
    ("ast", '*'),
    ("midast", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("period", '.'),
    ("sol", '/'),
    ("colon", ':'),
    ("semi", ';'),
    ("equals", '='),
    ("quest", '?'),
    ("commat", '@'),
    ("lsqb", '['),
    ("lbrack", '['),
    ("bsol", '\\'),
    ("rsqb", ']'),
    ("rbrack", ']'),
    ("Hat", '^'),
    ("lowbar", '_'),
    ("grave", '`'),
    ("lcub", '{'),
    ("lbrace", '{'),
    ("verbar", '|'),
    ("vert", '|'),
    ("rcub", '}'),
    ("rbrace", '}'),
];

/// The character of `&name;`.
fn referred_to(name: &str) -> Option<u32> {
    if let Some(number) = name.strip_prefix('#') {
        return number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), hex);
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, meant)| u32::from(*meant))
}

/// What a letter behind a backslash stands for.
fn short_for(letter: char) -> char {
    match letter {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        other => other,
    }
}

/// A backslash and what follows: JSON's ways, and Rust's own where it prints a text.
fn escaped(text: &str, wanted: char, mut is: impl FnMut(usize)) {
    let Some(letter) = text[1..].chars().next() else { return };
    let short = match letter {
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
        letter => short_for(letter),
    };
    if short == wanted {
        is(1 + letter.len_utf8());
    }
}

impl fmt::Debug for Scrub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scrub({} secrets)", self.0.secrets.len())
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
    fn a_text_that_begins_a_secret_everywhere_costs_no_time() {
        for (token, text) in [
            ("a".repeat(16_000), "a".repeat(200_000)),
            ("\\".repeat(2000), "\\".repeat(20_000)),
            ("%25".repeat(3000), "%2525".repeat(30_000)),
            ("ab".repeat(8000) + "c", "ab".repeat(100_000)),
        ] {
            let scrub = Scrub::default().with(&Secret::new(&*token));
            let started = std::time::Instant::now();
            let shown = scrub.clean(&text).into_owned();
            let started_of = scrub.start_of(&text, false, 1000);
            assert!(started.elapsed() < std::time::Duration::from_secs(20), "{}", &token[..9]);
            // What is not compared is not shown.
            assert!(!shown.contains(&token) && !started_of.contains(&token), "{}", &token[..9]);
        }
        // What is often in texts of this kind is not too much.
        let scrub = Scrub::default().with(&Secret::new("pa55word-of-a-test"));
        let text = "%41%42&amp;\\u0041+".repeat(4000);
        assert_eq!(scrub.clean(&text), text);
    }

    #[test]
    fn layers_and_packings_hide_no_secret() {
        let scrub = Scrub::default().with(&Secret::new("p@ss|w&rd \"ü\"+/=1"));
        for text in [
            // HTML's names, and zeros.
            "p&commat;ss&verbar;w&amp;rd &quot;ü&quot;&plus;&sol;&equals;1",
            "p&#00000000064;ss&vert;w&amp;rd &quot;ü&quot;+/=1",
            // URL in URL, XML in XML, XML in JSON, JSON in JSON, URL in XML in JSON.
            "p%2540ss%257Cw%2526rd%2520%2522%25C3%25BC%2522%252B%252F%253D1",
            "p@ss|w&amp;amp;rd &amp;quot;ü&amp;quot;+/=1",
            "p@ss|w\\u0026amp;rd \\u0026quot;ü\\u0026quot;+/=1",
            "p@ss|w&rd \\\\\\\"ü\\\\\\\"+/=1",
            "p\\u002540ss\\u00257Cw&#x25;26rd%20%22%C3%BC%22%2B%2F%3D1",
            // Hex.
            "704073737c77267264202 2c3bc222b2f3d31".replace(' ', "").as_str(),
        ] {
            let clean = scrub.clean(text);
            assert!(clean.ends_with(Scrub::MARK) && clean.len() <= 10, "{text}: {clean}");
        }
        // Base64, at each place of a group of three, in both alphabets; `user:password` is one.
        let scrub = Scrub::default().with(&Secret::new("~~hunter2?hunter2>>"));
        for text in [
            "fn5odW50ZXIyP2h1bnRlcjI+Pg==",
            "eH5+aHVudGVyMj9odW50ZXIyPj4=",
            "eHh+fmh1bnRlcjI/aHVudGVyMj4+",
            "eHh-fmh1bnRlcjI_aHVudGVyMj4-eQ==",
            "dXNlcjp+fmh1bnRlcjI/aHVudGVyMj4+",
        ] {
            let shown = scrub.clean(&format!("Basic {text}.")).into_owned();
            assert!(shown.contains(Scrub::MARK), "{text}: {shown}");
            assert!(!shown.contains("bnRlcj") && !shown.contains("VudGVy"), "{text}: {shown}");
        }
        assert_eq!(scrub.clean("100 % of R&amp;D \\n"), "100 % of R&amp;D \\n");
        let scrub = Scrub::default().with(&Secret::new("secret"));
        assert_eq!(scrub.clean("a secret &amp; %20"), "a [secret] &amp; %20");
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
