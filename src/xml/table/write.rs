//! Writing: the fields of a request by the same table.

use super::{ATTRIBUTES, Field, Place, SIBLINGS};
use crate::xml::{Out, Text, ToXml};

/// A value in a request.
pub(crate) enum FieldValue<'v> {
    Text(String),
    Texts(Vec<String>),
    Element(&'v dyn ToXml),
}

/// A type that a field of a request can have.
pub(crate) trait WriteField {
    fn write_field(&self) -> FieldValue<'_>;
}

impl<T: Text> WriteField for T {
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Text(self.write())
    }
}

impl<T: Text> WriteField for Vec<T> {
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Texts(self.iter().map(T::write).collect())
    }
}

/// Adds a field to those that are written, if it is set.
pub(crate) fn push_field<'v, T: WriteField>(
    set: &mut Vec<(usize, FieldValue<'v>)>,
    index: usize,
    value: &'v Option<T>,
) {
    if let Some(value) = value {
        set.push((index, value.write_field()));
    }
}

/// Writes an element with the fields that are set, in the order of the table, and then the fields
/// that are its siblings.
pub(crate) fn write_fields(
    out: &mut Out,
    tag: &'static str,
    table: &'static [Field],
    values: &[(usize, FieldValue<'_>)],
) {
    let values: Vec<(&Field, &FieldValue<'_>)> =
        values.iter().map(|(index, value)| (&table[*index], value)).collect();
    out.element(tag, |out| {
        for (field, value) in &values {
            if let (true, FieldValue::Text(text)) = (field.is_in(ATTRIBUTES), value) {
                out.attribute(field.name, text);
            }
        }
        for (at, (field, value)) in values.iter().enumerate() {
            match (field.place, value) {
                (Place::ChildAttribute, _) => {
                    let is_same = |(other, _): &&(&Field, &FieldValue<'_>)| {
                        other.place == Place::ChildAttribute && other.tag == field.tag
                    };
                    // One child holds all its attributes; it is written where its first one stands.
                    if !values[..at].iter().any(|value| is_same(&value)) {
                        let same = values[at..].iter().filter(is_same);
                        out.element(field.tag, |out| match field.item {
                            "" => write_attributes(out, same),
                            item => out.element(item, |out| write_attributes(out, same)),
                        });
                    }
                }
                (Place::ChildName, FieldValue::Text(text)) => {
                    out.element(field.tag, |out| out.named(text));
                }
                (Place::ChildText, FieldValue::Text(text)) => {
                    out.element(field.tag, |out| out.text(text));
                }
                (Place::Texts, FieldValue::Texts(texts)) => {
                    texts.iter().for_each(|text| out.element(field.tag, |out| out.text(text)));
                }
                (Place::Child | Place::Items, FieldValue::Element(value)) => value.to_xml(out),
                (Place::List | Place::ListAttribute, FieldValue::Texts(texts)) => {
                    write_list(out, field, texts);
                }
                _ => debug_assert!(
                    field.is_in(ATTRIBUTES | SIBLINGS),
                    "the value of {} does not match the kind of the field",
                    field.label()
                ),
            }
        }
    });
    for (field, value) in values {
        match (field.place, value) {
            (Place::SiblingList, FieldValue::Texts(texts)) => write_list(out, field, texts),
            (Place::Sibling, FieldValue::Element(value)) => value.to_xml(out),
            _ => {}
        }
    }
}

fn write_attributes<'v>(
    out: &mut Out,
    values: impl Iterator<Item = &'v (&'v Field, &'v FieldValue<'v>)>,
) {
    for (field, value) in values {
        if let FieldValue::Text(text) = value {
            out.attribute(field.name, text);
        }
    }
}

fn write_list(out: &mut Out, field: &Field, texts: &[String]) {
    out.element(field.tag, |out| {
        for text in texts {
            out.element(field.item, |out| match field.name {
                "" => out.text(text),
                name => out.attribute(name, text),
            });
        }
    });
}
