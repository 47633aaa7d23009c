//! XML: [`Node`] reads, [`Out`] writes, and an [`element!`] table does both.

mod element;
mod node;
mod out;
mod parse;
mod repair;
mod report;
mod string_enum;
mod table;
mod text;

pub use element::Listed;
pub(crate) use element::{
    Changes, Contradicts, Element, ToXml, element, push_ignored, request, value_from_xml,
};
pub(crate) use node::{FieldType, FromXml, Node, Source, Value};
#[cfg(feature = "mock")]
pub(crate) use out::Escaped;
pub(crate) use out::Out;
pub(crate) use parse::parse;
pub(crate) use repair::repair;
pub(crate) use report::Reports;
pub use report::{Unreadable, UnreadableValue};
pub(crate) use string_enum::{is_same_word, string_enum};
pub(crate) use table::{
    Field, FieldValue, Fields, WriteField, push_field, read_fields, write_fields,
};
pub(crate) use text::Text;
