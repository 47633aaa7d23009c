//! Repairs responses with characters that XML does not allow. Some servers send them in names.

use std::borrow::Cow;

use super::out::is_xml_char;

/// Replaces each character that XML 1.0 does not allow, written directly or as a reference, by
/// U+FFFD. Two references that form a surrogate pair are replaced by their character. Returns
/// `None` if nothing was replaced.
pub(crate) fn repair(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '&' || !is_xml_char(c)) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((code, length)) = reference(rest) else {
            let first = rest.chars().next().unwrap_or_default();
            changed |= first != '&';
            out.push(if first == '&' { '&' } else { char::REPLACEMENT_CHARACTER });
            rest = &rest[first.len_utf8()..];
            continue;
        };
        let pair = match code {
            0xD800..=0xDBFF => reference(&rest[length..]).and_then(|(low, more)| {
                char::decode_utf16([u16::try_from(code).ok()?, u16::try_from(low).ok()?])
                    .next()?
                    .ok()
                    .map(|c| (c, length + more))
            }),
            _ => None,
        };
        let (new, length): (Cow<'_, str>, usize) = match (pair, char::from_u32(code)) {
            (Some((c, length)), _) => (c.to_string().into(), length),
            (None, Some(c)) if is_xml_char(c) => (rest[..length].into(), length),
            (None, _) => ("\u{FFFD}".into(), length),
        };
        changed |= *new != rest[..length];
        out.push_str(&new);
        rest = &rest[length..];
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// Whether a character reference is not a character, such as half of a surrogate pair. The parser
/// replaces these without an error.
pub(crate) fn has_invalid_references(text: &str) -> bool {
    let mut references = memchr::memmem::find_iter(text.as_bytes(), "&#");
    references
        .any(|at| reference(&text[at..]).is_some_and(|(code, _)| char::from_u32(code).is_none()))
}

/// The number of the character reference at the start of the text, and the length of the reference.
fn reference(text: &str) -> Option<(u32, usize)> {
    let number = text.strip_prefix("&#")?;
    let end = number.bytes().take(12).position(|b| b == b';')?;
    let number = &number[..end];
    let code = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    Some((code.ok()?, end + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_characters_that_xml_does_not_allow() {
        for (text, repaired) in [
            ("Ops\u{B}night", "Ops\u{FFFD}night"),
            ("Ops&#11;night", "Ops\u{FFFD}night"),
            ("Ops&#xB;&#xFFFE;", "Ops\u{FFFD}\u{FFFD}"),
            ("Ops&#55357;&#56832;", "Ops😀"),
            ("&#xD83D;&#xDE00;&amp;", "😀&amp;"),
            ("&#55357;x", "\u{FFFD}x"),
            ("&#56832;&#55357;", "\u{FFFD}\u{FFFD}"),
            ("&#1114112;", "\u{FFFD}"),
            ("\u{FFFF}é", "\u{FFFD}é"),
        ] {
            assert_eq!(repair(text).as_deref(), Some(repaired), "{text:?}");
        }
    }

    #[test]
    fn leaves_other_text_unchanged() {
        for text in ["", "a &amp; b", "&#10;&#x1F600;", "&", "&#;", "&#x;", "&#9", "R&D 🦀\t\r\n"]
        {
            assert_eq!(repair(text), None, "{text:?}");
            assert!(!has_invalid_references(text), "{text:?}");
        }
    }

    #[test]
    fn finds_references_that_the_parser_replaces() {
        for text in ["&#55357;&#56832;", "a &#xD83D;", "&amp;&#56832;", "&#1114112;"] {
            assert!(has_invalid_references(text), "{text:?}");
            let parsed = crate::xml::parse(&format!("<a>{text}</a>")).map(|document| {
                document.root_element().text().unwrap_or_default().contains('\u{FFFD}')
            });
            assert!(parsed.unwrap_or(true), "the parser does not replace {text:?} any more");
        }
    }
}
