//! Writing: [`Out`], the only caller of `xmlwriter`.
//!
//! `xmlwriter` 0.1 escapes only the quote in attributes and `<` in text, so everything is escaped
//! by [`Escaped`] first. Apostrophes are written as numeric references, because the parser behind
//! Tableau's publish endpoint rejects `&apos;`.

use std::fmt::{self, Write as _};

use xmlwriter::{Indent, Options, XmlWriter};

use crate::{Error, Result};

/// An XML document being written.
pub(crate) struct Out {
    writer: XmlWriter,
    open: Vec<&'static str>,
    refused: Option<Error>,
}

impl Out {
    pub(crate) fn new() -> Out {
        let options = Options { indent: Indent::None, ..Options::default() };
        Out { writer: XmlWriter::new(options), open: Vec::new(), refused: None }
    }

    /// Writes `<tag>…</tag>` around what `inside` writes.
    pub(crate) fn element(&mut self, tag: &'static str, inside: impl FnOnce(&mut Out)) {
        self.start(tag);
        inside(self);
        self.end();
    }

    // Not generic, so that they are compiled once.
    fn start(&mut self, tag: &'static str) {
        self.writer.start_element(tag);
        self.open.push(tag);
    }

    fn end(&mut self) {
        self.open.pop();
        self.writer.end_element();
    }

    /// Writes an empty element, whose name is a value: `<webhook-source-event-view-deleted/>`.
    pub(crate) fn named(&mut self, tag: &str) {
        if tag.is_empty() || !tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return self.refuse(Error::input(format!("{tag:?} cannot be the name of an element")));
        }
        self.writer.start_element(tag);
        self.writer.end_element();
    }

    /// Records why the document cannot be sent; the first reason is kept.
    pub(crate) fn refuse(&mut self, why: Error) {
        self.refused.get_or_insert(why);
    }

    /// Writes an attribute of the element that was opened last.
    pub(crate) fn attribute(&mut self, name: &'static str, value: &str) {
        if name == "id" && value.is_empty() {
            let tag = self.open.last().copied().unwrap_or_default();
            self.refuse(Error::input(format!("the id of <{tag}> is empty")));
        }
        self.check(value, || format!("the attribute `{name}`"));
        self.writer.write_attribute(name, &Escaped(value));
    }

    /// Writes text into the element that was opened last.
    pub(crate) fn text(&mut self, value: &str) {
        self.check(value, || "the text".to_owned());
        self.writer.write_text_fmt(format_args!("{}", Escaped(value)));
    }

    /// The document, or an error for the first value that XML 1.0 does not allow.
    pub(crate) fn finish(self) -> Result<String> {
        match self.refused {
            Some(error) => Err(error),
            None => Ok(self.writer.end_document()),
        }
    }

    // The message does not contain the value, which may be a password.
    fn check(&mut self, value: &str, what: impl FnOnce() -> String) {
        if self.refused.is_none()
            && let Some((at, c)) = value.chars().enumerate().find(|&(_, c)| !is_xml_char(c))
        {
            self.refused = Some(Error::input(format!(
                "{} of <{}> contains the character U+{:04X} at position {}, which XML 1.0 forbids",
                what(),
                self.open.last().copied().unwrap_or_default(),
                u32::from(c),
                at + 1,
            )));
        }
    }
}

/// Whether XML 1.0 allows this character.
pub(super) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Text that is escaped when it is displayed, for an attribute or an element.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' => f.write_str("&#9;")?,
                '\n' => f.write_str("&#10;")?,
                '\r' => f.write_str("&#13;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(value: &str) -> Result<String> {
        let mut out = Out::new();
        out.element("a", |out| {
            out.attribute("v", value);
            out.element("b", |out| out.text(value));
        });
        out.finish()
    }

    #[test]
    fn values_round_trip() {
        for value in
            ["R&D <\"'>", "a\tb\nc\rd", "]]>", "&lt;already", "Umläute ß 🦀", "", "  two  "]
        {
            let text = write(value).unwrap();
            let document = roxmltree::Document::parse(&text).unwrap();
            let root = document.root_element();
            assert_eq!(root.attribute("v"), Some(value), "{text}");
            let inner = root.first_element_child().unwrap();
            assert_eq!(inner.text().unwrap_or_default(), value, "{text}");
        }
    }

    #[test]
    fn escapes_apostrophes_as_character_references() {
        assert_eq!(write("'").unwrap(), "<a v=\"&#39;\"><b>&#39;</b></a>");
    }

    #[test]
    fn rejects_characters_that_xml_forbids() {
        for (value, name) in [("a\u{0}", "U+0000"), ("\u{b}", "U+000B"), ("ab\u{FFFE}", "U+FFFE")] {
            let error = write(value).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Input);
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.to_string().contains("`v` of <a>"), "{error}");
        }
    }
}
