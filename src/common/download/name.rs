//! File names from `Content-Disposition` headers. They are untrusted input and are sanitized.

use std::iter::Peekable;
use std::str::Chars;

use super::super::filetype::split;
use crate::encoding::percent_decode_bytes;

/// Maximum length of a file name in bytes. Most file systems allow 255.
const MAX_LENGTH: usize = 200;

/// Parses the file name of a header, without sanitizing it. `filename*` takes precedence over
/// `filename`.
#[inline]
pub(super) fn from_header(header: &[u8]) -> Option<String> {
    // Some servers send unencoded UTF-8, older ones Latin-1.
    let text = match std::str::from_utf8(header) {
        Ok(text) => text.to_owned(),
        Err(_) => header.iter().copied().map(char::from).collect(),
    };
    let parameters = parameters(&text);
    let find = |name: &str| {
        let found = parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    // RFC 5987 allows an unencoded `+`; Tableau Server sends it for a space.
    let has_plus = find("filename").is_some_and(|name| name.contains('+'));
    let decode = |value: &str| decode(value, !has_plus);
    let extended = find("filename*").and_then(decode).filter(|name| safe(name).is_some());
    extended.or_else(|| find("filename").map(str::to_owned)).filter(|name| !name.is_empty())
}

/// Parses `name=value` and `name="value"` between semicolons. The disposition itself is skipped.
#[inline]
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut chars = text.chars().peekable();
    while chars.peek().is_some() {
        let mut last = None;
        let is_name = |c: &char| {
            last = Some(*c);
            !matches!(c, '=' | ';')
        };
        let name: String = chars.by_ref().take_while(is_name).collect();
        if last != Some('=') {
            continue;
        }
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        let value = match chars.next_if_eq(&'"') {
            Some(_) => {
                let value = quoted(&mut chars);
                // Text between the closing quote and the semicolon is ignored.
                chars.by_ref().find(|&c| c == ';');
                value
            }
            None => {
                // Tableau Server puts the name in `filename*` in quotes.
                let (may_quote, mut in_quotes) = (name.trim().ends_with('*'), false);
                let is_value = |c: &char| {
                    in_quotes ^= may_quote && *c == '"';
                    in_quotes || *c != ';'
                };
                chars.by_ref().take_while(is_value).collect::<String>().trim().to_owned()
            }
        };
        all.push((name.trim().to_owned(), value));
    }
    all
}

/// The rest of a quoted value. A backslash is an escape only before a quote or a backslash: in `C:\x`
/// it is a separator. Servers do not escape the quotes in a name, so a quote ends the value only
/// before the next parameter or at the end of the header.
#[inline]
fn quoted(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut value = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_end_of_value(chars.clone()) => break,
            '\\' => value.push(chars.next_if(|c| matches!(c, '"' | '\\')).unwrap_or(c)),
            c => value.push(c),
        }
    }
    value
}

/// Whether the header ends here or continues with `; name=`.
#[inline]
fn is_end_of_value(mut rest: Peekable<Chars<'_>>) -> bool {
    let skip_spaces = |rest: &mut Peekable<Chars<'_>>| {
        while rest.next_if(|c| c.is_whitespace()).is_some() {}
    };
    skip_spaces(&mut rest);
    match rest.next() {
        None => true,
        Some(';') => {
            skip_spaces(&mut rest);
            let is_last = rest.peek().is_none();
            while rest.next_if(|c| c.is_ascii_alphanumeric() || "-_*".contains(*c)).is_some() {}
            skip_spaces(&mut rest);
            is_last || rest.next() == Some('=')
        }
        Some(_) => false,
    }
}

/// Decodes a value such as `UTF-8'de'Gr%C3%B6%C3%9Fe`, whose name may be in quotes. With
/// `plus_is_space`, `+` is decoded to a space.
#[inline]
fn decode(value: &str, plus_is_space: bool) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, text) = (parts.next()?, parts.next()?, parts.next()?);
    let unquoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let text = unquoted.unwrap_or(text);
    let text = if plus_is_space { text.replace('+', " ") } else { text.to_owned() };
    let decoded = percent_decode_bytes(&text)?;
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => String::from_utf8(decoded).ok(),
        "iso-8859-1" => Some(decoded.into_iter().map(char::from).collect()),
        _ => None,
    }
}

/// Sanitizes a name so that it is the name of a file in a folder on every system: separators become
/// `_`, so that `North/South` and `East/South` are two files, and the name has no control characters,
/// is not reserved and not too long. `None` if nothing remains.
#[inline]
pub(super) fn safe(name: &str) -> Option<String> {
    let kept: String = name
        .chars()
        .filter(|&c| !c.is_control() && !is_invisible(c))
        .map(|c| if "/\\<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    // Leading dots hide a file; Windows drops trailing dots and spaces.
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let short = shorten(kept, MAX_LENGTH);
    match short.is_empty() {
        true => None,
        false if is_reserved(&short) => Some(format!("_{}", shorten(kept, MAX_LENGTH - 1))),
        false => Some(short),
    }
}

/// Whether a character is invisible or changes the direction of the text: `report\u{202e}fdp.exe`.
#[inline]
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether Windows reserves the name for a device, with any extension.
#[inline]
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$" => true,
        stem => ["COM", "LPT"].iter().any(|device| {
            let mut number = stem.strip_prefix(device).unwrap_or_default().chars();
            matches!(number.next(), Some('0'..='9' | '\u{B9}' | '\u{B2}' | '\u{B3}'))
                && number.next().is_none()
        }),
    }
}

/// Shortens a name to `max` bytes and keeps its extension.
#[inline]
fn shorten(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let extension = match split(name) {
        (stem, Some(extension)) if extension.len() <= 16 => &name[stem.len()..],
        _ => "",
    };
    let stem = crate::text::first(name, max - extension.len());
    format!("{}{extension}", stem.trim_end_matches(|c: char| c == '.' || c.is_whitespace()))
}

/// A file name from the name of an item, which may contain any character, and an extension.
#[inline]
pub(super) fn from_item(name: &str, extension: &str) -> String {
    safe(&format!("{name}.{extension}")).unwrap_or_else(|| format!("download.{extension}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_names_as_servers_send_them() {
        for (header, name) in [
            (&b"name=\"tableau_file\"; filename=\"RESTAPISample.twbx\""[..], "RESTAPISample.twbx"),
            (b"attachment; filename=plain.twb ; x=y", "plain.twb"),
            (b"attachment;FILENAME=\"a; b=\\\"c\\\".twbx\"", "a; b=\"c\".twbx"),
            (b"attachment; filename=\"Gr\xC3\xB6\xC3\x9Fe.tdsx\"", "Gr\u{F6}\u{DF}e.tdsx"),
            (b"attachment; filename=\"Gr\xF6\xDFe.tdsx\"", "Gr\u{F6}\u{DF}e.tdsx"),
            (b"attachment; filename=\"x.twb\"; filename*=UTF-8''%E6%9D%B1.twb", "\u{6771}.twb"),
            (b"attachment; filename*=utf-8'de'R%26D%20%22x%22.twb; filename=y", "R&D \"x\".twb"),
            (b"attachment; filename*=ISO-8859-1''%F6.twb", "\u{F6}.twb"),
            (b"attachment; filename*=UTF-8''%FF; filename=fallback.twb", "fallback.twb"),
            (b"attachment; filename*=UTF-8''%; filename=fallback.twb", "fallback.twb"),
            (b"attachment; filename*=koi8-r''%C1; filename=fallback.twb", "fallback.twb"),
            (b"attachment; filename*=UTF-8''..; filename=fallback.twb", "fallback.twb"),
            (b"filename=\"unclosed.twb", "unclosed.twb"),
            (b"filename=\"Sales \"best\" of.twbx\"", "Sales \"best\" of.twbx"),
            (b"filename=\"Sales \"best\" of.twbx\"; x=y", "Sales \"best\" of.twbx"),
            (b"filename=\"\"Best\" of.twbx\" ; name=\"f\"", "\"Best\" of.twbx"),
            (b"filename=\"The \"best\".twbx\";", "The \"best\".twbx"),
            (b"filename=\"12\" record; B side.twbx\"", "12\" record; B side.twbx"),
            (b"filename=\"Say \"yes\"; or no.twbx\"", "Say \"yes\"; or no.twbx"),
            (b"filename=\"a \"b\".twb\"; filename*=UTF-8''%", "a \"b\".twb"),
            (b"filename*=UTF-8''\"Sales \"best\" of.twbx\"", "Sales \"best\" of.twbx"),
            (b"name=\"tableau_file\"; filename*=UTF-8''\"Night shift.twbx\"", "Night shift.twbx"),
            (b"filename*=UTF-8''\"Day; night.twbx\"; x=y", "Day; night.twbx"),
            (b"filename*=UTF-8''Night+shift.twbx", "Night shift.twbx"),
            (b"filename*=UTF-8''A%2BB+C.twbx", "A+B C.twbx"),
            (b"filename=\"A+B.twbx\"", "A+B.twbx"),
            (b"filename=\"A+B.twbx\"; filename*=UTF-8''A+B.twbx", "A+B.twbx"),
        ] {
            assert_eq!(from_header(header).as_deref(), Some(name), "{}", header.escape_ascii());
        }
        for header in [&b""[..], b"attachment", b"attachment; filename=", b"filename=\"\"", b";;="]
        {
            assert_eq!(from_header(header), None, "{}", header.escape_ascii());
        }
    }

    #[test]
    fn keeps_names_inside_the_folder() {
        for (name, expected) in [
            ("North/South.twbx", Some("North_South.twbx")),
            ("East/South.twbx", Some("East_South.twbx")),
            ("North\\South.twbx", Some("North_South.twbx")),
            ("a/b\\c.twb", Some("a_b_c.twb")),
            ("../../etc/passwd", Some("_.._etc_passwd")),
            ("/etc/shadow", Some("_etc_shadow")),
            ("C:\\Windows\\x.twb", Some("C__Windows_x.twb")),
            ("..\\..\\x.twb", Some("_.._x.twb")),
            ("..", None),
            ("a/..", Some("a_")),
            ("a/", Some("a_")),
            (". .", None),
            ("\0", None),
            ("a\0b\r\n.twb", Some("ab.twb")),
            ("C:x.twb", Some("C_x.twb")),
            ("x.twb:stream", Some("x.twb_stream")),
            (".bashrc", Some("bashrc")),
            ("x.twb. .", Some("x.twb")),
            ("CON", Some("_CON")),
            ("nul.twbx", Some("_nul.twbx")),
            ("Com1 .a.b", Some("_Com1 .a.b")),
            ("LPT\u{B2}", Some("_LPT\u{B2}")),
            ("COM10.twb", Some("COM10.twb")),
            ("console.twb", Some("console.twb")),
            ("x\u{202E}xbwt.exe", Some("xxbwt.exe")),
            ("x\u{61C}\u{2066}\u{AD}\u{E0041}.twb", Some("x.twb")),
            ("R&D \"x\".twbx", Some("R&D _x_.twbx")),
        ] {
            assert_eq!(safe(name).as_deref(), expected, "{name:?}");
        }
    }

    #[test]
    fn keeps_the_extension_of_a_long_name() {
        for name in ["a".repeat(10_000), "\u{6771}".repeat(10_000), "a.".repeat(5_000)] {
            let short = safe(&format!("{name}.twbx")).unwrap();
            assert!(short.len() <= MAX_LENGTH && short.ends_with(".twbx"), "{short}");
        }
        assert_eq!(safe(&format!("x.{}", "y".repeat(10_000))).unwrap().len(), MAX_LENGTH);
    }

    #[test]
    fn limits_the_length_of_reserved_names() {
        for name in [format!("CON.{}", "x".repeat(300)), format!("NUL{}x.twbx", " ".repeat(300))] {
            let safe = safe(&name).unwrap();
            assert!(safe.starts_with('_') && safe.len() <= MAX_LENGTH, "{safe:?}");
        }
    }

    #[test]
    fn names_files_after_items() {
        assert_eq!(from_item("Q1/Q2 \u{6771}", "twbx"), "Q1_Q2 \u{6771}.twbx");
        assert_eq!(from_item("..", "twbx"), "twbx");
        assert_eq!(from_item("a".repeat(300).as_str(), "pdf").len(), MAX_LENGTH);
    }
}
