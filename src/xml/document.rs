//! [`OwnedDocument`]: a parsed document together with its text.

use roxmltree::Document;

use super::parse;
use crate::Error;

self_cell::self_cell! {
    struct TextAndTree {
        owner: String,
        #[covariant]
        dependent: Document,
    }
}

/// A parsed document that owns its text, so that its elements can be read later.
pub(crate) struct OwnedDocument(TextAndTree);

impl OwnedDocument {
    /// Parses a text like [`parse`]. Returns the text if it cannot be parsed.
    pub(crate) fn parse(text: String) -> Result<OwnedDocument, (String, Error)> {
        TextAndTree::try_new_or_recover(text, |text| parse(text)).map(OwnedDocument)
    }

    pub(crate) fn get(&self) -> &Document<'_> {
        self.0.borrow_dependent()
    }
}
