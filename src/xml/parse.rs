//! Parses a response: well-formed XML with limited cost.

use roxmltree::{Document, ParsingOptions};

use crate::text::first;
use crate::{Error, Result};

/// Parses a response: well-formed XML without a DTD, with limited cost.
///
/// The limit is a million nodes and a million attributes, or in a larger text one of each per 16
/// bytes. A page of a thousand workbooks has one per 50 bytes. This also limits the memory of the
/// tree.
pub(crate) fn parse(text: &str) -> Result<Document<'_>> {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.is_empty() {
        return Err(Error::decode("the response is empty instead of XML"));
    }
    if !text.starts_with('<') {
        return Err(Error::decode("the response is not XML"));
    }
    let beginning = first(text, 20).to_ascii_lowercase();
    if beginning.starts_with("<!doctype html") || beginning.starts_with("<html") {
        return Err(Error::decode("the response is an HTML page, such as a login page, not XML"));
    }
    let most = (text.len() / 16).max(1 << 20);
    check_cost(text, most)?;
    let nodes = most.try_into().unwrap_or(u32::MAX);
    let options = ParsingOptions { allow_dtd: false, nodes_limit: nodes, ..Default::default() };
    // The cause is not attached as the source, because the parser's messages repeat names from the
    // text.
    Document::parse_with_options(text, options).map_err(|error| {
        let why = error.to_string();
        Error::decode(format!(
            "the response is not well-formed XML: {}",
            crate::text::short(&why, 300)
        ))
    })
}

/// Rejects text that is more expensive for the parser than its size suggests: its time is quadratic
/// in the attributes of an element, and cubic in the namespaces in scope.
fn check_cost(text: &str, attributes: usize) -> Result<()> {
    const ATTRIBUTES: usize = 512;
    const NAMESPACES: usize = 16;
    if is_clearly_cheap(text, ATTRIBUTES, NAMESPACES) {
        return Ok(());
    }
    // The number of declarations in scope inside each open element.
    let mut scopes = vec![0];
    let mut in_all = 0;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find(|(open, _)| rest.starts_with(open));
        if let Some((_, close)) = skipped {
            rest = rest.find(close).map_or("", |at| &rest[at + close.len()..]);
            continue;
        }
        let tag = Tag::measure(rest);
        let in_scope = scopes.last().copied().unwrap_or(0) + tag.namespaces;
        in_all += tag.attributes;
        for (count, most, what) in [
            (tag.attributes, ATTRIBUTES, "attributes on an element"),
            (in_all, attributes, "attributes"),
            (in_scope, NAMESPACES, "namespaces in scope"),
        ] {
            if count > most {
                let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
                return Err(Error::decode(format!(
                    "the response has more than {most} {what} at line {line}"
                )));
            }
        }
        let inside = &rest[..tag.length];
        if inside.starts_with("</") {
            scopes.pop();
        } else if !inside.ends_with("/>") {
            scopes.push(in_scope);
        }
        rest = &rest[tag.length..];
    }
    Ok(())
}

/// A fast check that a response is within the limits. `true` for nearly every response; `false`
/// means that it has to be checked byte by byte.
///
/// An attribute takes at least four bytes (`a=''`) and a tag ends before the next `<`, so a tag of
/// at most `4 * attributes` bytes is within its limit. No tag is longer if each block of half that
/// size has a `<`.
fn is_clearly_cheap(text: &str, attributes: usize, namespaces: usize) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() / 4 > 1 << 20 {
        return false;
    }
    let mut blocks = bytes.chunks_exact(2 * attributes);
    blocks.all(|block| memchr::memchr(b'<', block).is_some())
        && memchr::memmem::find_iter(bytes, "xmlns").nth(namespaces).is_none()
}

/// The length of a tag and the number of its attributes and namespaces.
struct Tag {
    length: usize,
    attributes: usize,
    namespaces: usize,
}

impl Tag {
    fn measure(text: &str) -> Tag {
        let mut tag = Tag { length: text.len(), attributes: 0, namespaces: 0 };
        let (mut quote, mut name, mut apart) = (None, 1, true);
        for (at, byte) in text.bytes().enumerate().skip(1) {
            match (quote, byte) {
                (Some(open), _) => {
                    if open == byte {
                        (quote, apart) = (None, true);
                    }
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => {
                    tag.attributes += 1;
                    let namespace = text.as_bytes()[name..at].starts_with(b"xmlns");
                    tag.namespaces += usize::from(namespace);
                    apart = true;
                }
                (None, b'>') => {
                    tag.length = at + 1;
                    break;
                }
                // Spaces before a `=` do not start a new name.
                (None, b' ' | b'\t' | b'\r' | b'\n') => apart = true,
                (None, _) => {
                    if std::mem::take(&mut apart) {
                        name = at;
                    }
                }
            }
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::ErrorKind;
    use crate::xml::{Node, Reports};

    fn error_of(text: &str) -> String {
        let reports = Reports::default();
        let read = parse(text).and_then(|document| Node::root(&document, &reports).map(|_| ()));
        let error = read.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        error.to_string()
    }

    #[test]
    fn distinguishes_invalid_responses() {
        assert!(error_of("").contains("empty"));
        assert!(error_of("{\"a\":1}").contains("not XML"));
        for page in ["<!DOCTYPE html><html>", "<html/>", "<html lang=\"de\" \u{e4}\u{f6}\u{fc}"] {
            assert!(error_of(page).contains("HTML page"), "{page}");
        }
        assert!(error_of("<tsResponse><a></tsResponse>").contains("1:16"));
        assert!(error_of("<rss/>").contains("<rss>"));
        assert!(
            error_of("<!DOCTYPE x [<!ENTITY a 'b'>]><tsResponse>&a;</tsResponse>").contains("DTD")
        );
    }

    #[test]
    fn limits_namespaces_in_scope() {
        let nested = |n: usize, between: &str| {
            let open: String =
                (0..n).map(|n| format!("<a b='='{between}xmlns:n{n} = \"u{n}\">")).collect();
            format!("<tsResponse>{open}{}</tsResponse>", "</a>".repeat(n))
        };
        for between in [" ", "\n\t"] {
            parse(&nested(16, between)).unwrap();
            assert!(error_of(&nested(17, between)).contains("more than 16 namespaces"));
            assert!(error_of(&nested(20_000, between)).contains("more than 16 namespaces"));
        }
        // Namespaces of siblings are not in scope together.
        let siblings = "<?p <x>?><!-- <x> --><a xmlns:x='u'/><b xmlns='v'></b>".repeat(1000);
        parse(&format!("<tsResponse>{siblings}</tsResponse>")).unwrap();
    }

    #[test]
    fn limits_attributes_of_an_element_at_each_position() {
        for length in 0..1100 {
            let before = "-".repeat(length);
            let parse = |attributes: usize| {
                let element = format!("<x{}/>", " a=''".repeat(attributes));
                check_cost(&format!("<r><!--{before}-->{element}</r>"), 1 << 20)
            };
            parse(512).unwrap();
            let message = parse(513).unwrap_err().to_string();
            assert!(message.contains("more than 512 attributes on an element"), "{message}");
        }
    }

    #[test]
    fn rejects_malicious_texts_quickly() {
        let many: String = (0..200_000).map(|n| format!(" a{n}='{n}'")).collect();
        let deep = "<a>".repeat(1_100_000);
        let dense = "<a/>".repeat(1_100_000);
        let unclosed = "<a b=\"".repeat(200_000);
        for text in [
            format!("<tsResponse><x{many}/></tsResponse>"),
            deep,
            format!("<tsResponse>{dense}</tsResponse>"),
            unclosed,
        ] {
            let start = Instant::now();
            error_of(&text);
            assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        }
    }
}
