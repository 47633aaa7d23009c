//! XML: [`Node`] reads, [`Out`] writes, and an [`element!`] table does both.

mod document;
mod element;
mod node;
mod out;
mod parse;
mod repair;
mod report;
mod string_enum;
mod table;
mod text;

pub(crate) use document::OwnedDocument;
pub use element::Listed;
pub(crate) use element::{
    Changes, Contradicts, Element, ToXml, element, push_ignored, request, value_from_xml,
};
pub use node::Node;
pub(crate) use node::{FieldType, FromXml, Source, Value};
#[cfg(feature = "mock")]
pub(crate) use out::Escaped;
pub(crate) use out::Out;
pub(crate) use parse::parse;
pub(crate) use repair::{has_invalid_references, repair};
pub(crate) use report::Reports;
pub use report::{Unreadable, UnreadableValue};
pub(crate) use roxmltree::NodeId;
pub(crate) use string_enum::{known_word, string_enum};
pub(crate) use table::{
    Field, FieldValue, Fields, Table, WriteField, push_field, read_fields, write_fields,
};
pub(crate) use text::Text;
