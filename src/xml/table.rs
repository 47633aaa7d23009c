//! Element tables: the position of each field in an element, and the loops that read and write by
//! them.
//!
//! The loops are not generic, so that a further element adds data and a few small functions to the
//! compiled library instead of a copy of the decoder.

mod write;

pub(crate) use self::write::{FieldValue, WriteField, push_field, write_fields};
use super::node::{FieldType, Node, Source};
use crate::Result;

/// The position of a field in its element, by names on the wire.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    place: Place,
    /// The child element or the wrapper of a list.
    tag: &'static str,
    /// The items of a list.
    item: &'static str,
    /// The attribute.
    name: &'static str,
    /// Another name of the attribute in some responses.
    or: &'static str,
    required: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// `<element name="…"/>`
    Attribute,
    /// `<element><tag name="…"/></element>`, or with an item `<tag><item name="…"/></tag>`
    ChildAttribute,
    /// `<element><tag><value/></tag></element>`, or in some answers an attribute of the element
    ChildName,
    /// `<element><tag>…</tag></element>`, where the child is an element with a table of its own.
    Child,
    /// `<element><tag>text</tag></element>`
    ChildText,
    /// `<element name="…"/>` in requests, `<element><name>text</name></element>` in responses
    AttributeOrText,
    /// `<element><tag><item/><item/></tag></element>`
    List,
    /// `<element><tag><item name="…"/></tag></element>`, or without a name
    /// `<element><tag><item>text</item></tag></element>`
    ListAttribute,
    /// `<element/><tag>…</tag>`, or in some answers a child
    Sibling,
    /// `<element><item/><item/></element>`
    Items,
    /// `<element><tag>text</tag><tag>text</tag></element>`
    Texts,
    /// `<element/><tag><item/><item/></tag>`
    SiblingList,
}

impl Field {
    const fn new(place: Place, tag: &'static str, item: &'static str, name: &'static str) -> Field {
        Field { place, tag, item, name, or: "", required: false }
    }

    /// An attribute of the element.
    pub(crate) const fn attr(name: &'static str) -> Field {
        Field::new(Place::Attribute, "", "", name)
    }

    /// An attribute that is written by its first name; some responses have the second one.
    pub(crate) const fn either(name: &'static str, or: &'static str) -> Field {
        Field { or, ..Field::attr(name) }
    }

    /// An attribute of a child.
    pub(crate) const fn child_attr(tag: &'static str, name: &'static str) -> Field {
        Field::new(Place::ChildAttribute, tag, "", name)
    }

    /// An attribute of a child, which has another name in some responses.
    pub(crate) const fn child_either(
        tag: &'static str,
        name: &'static str,
        or: &'static str,
    ) -> Field {
        Field { or, ..Field::child_attr(tag, name) }
    }

    /// An attribute of a child's child.
    #[cfg_attr(not(feature = "schedules"), allow(dead_code))]
    pub(crate) const fn grandchild_attr(
        tag: &'static str,
        item: &'static str,
        name: &'static str,
    ) -> Field {
        Field { item, ..Field::child_attr(tag, name) }
    }

    /// The name of the element inside a child. Some answers have an attribute of this name, too.
    #[cfg_attr(not(feature = "schedules"), allow(dead_code))]
    pub(crate) const fn child_name(tag: &'static str, or: &'static str) -> Field {
        Field { or, ..Field::new(Place::ChildName, tag, "", "") }
    }

    /// The id of a child.
    pub(crate) const fn child_id(tag: &'static str) -> Field {
        Field::child_attr(tag, "id")
    }

    /// A child that is an element of its own.
    pub(crate) const fn child(tag: &'static str) -> Field {
        Field::new(Place::Child, tag, "", "")
    }

    /// The text of a child.
    pub(crate) const fn child_text(tag: &'static str) -> Field {
        Field::new(Place::ChildText, tag, "", "")
    }

    /// An attribute in requests, and in responses the text of a child of that name.
    #[cfg(feature = "admin")]
    pub(crate) const fn attr_or_text(name: &'static str) -> Field {
        Field { name, ..Field::new(Place::AttributeOrText, name, "", "") }
    }

    /// The elements inside a wrapper. In a request, their ids.
    pub(crate) const fn list(tag: &'static str, item: &'static str) -> Field {
        Field::new(Place::List, tag, item, "id")
    }

    /// Children without a wrapper.
    #[cfg(any(feature = "people", feature = "admin"))]
    pub(crate) const fn items(item: &'static str) -> Field {
        Field::new(Place::Items, item, item, "id")
    }

    /// The texts of children of one name.
    #[cfg(feature = "admin")]
    pub(crate) const fn texts(tag: &'static str) -> Field {
        Field::new(Place::Texts, tag, "", "")
    }

    /// The texts of the elements inside a wrapper.
    #[cfg(feature = "admin")]
    pub(crate) const fn list_text(tag: &'static str, item: &'static str) -> Field {
        Field::list_attr(tag, item, "")
    }

    /// One attribute of each element inside a wrapper.
    pub(crate) const fn list_attr(
        tag: &'static str,
        item: &'static str,
        name: &'static str,
    ) -> Field {
        Field::new(Place::ListAttribute, tag, item, name)
    }

    /// The labels of the elements inside a wrapper: tags.
    pub(crate) const fn labels(tag: &'static str, item: &'static str) -> Field {
        Field::list_attr(tag, item, "label")
    }

    /// An element that stands beside this element. Some answers have it as a child.
    #[cfg_attr(not(feature = "schedules"), allow(dead_code))]
    pub(crate) const fn sibling(tag: &'static str) -> Field {
        Field::new(Place::Sibling, tag, "", "")
    }

    /// The elements inside a wrapper that stands beside this element.
    pub(crate) const fn sibling_list(tag: &'static str, item: &'static str) -> Field {
        Field::new(Place::SiblingList, tag, item, "id")
    }

    /// The same field as `T` needs it: whether an element without it is an error.
    pub(crate) const fn of<T: FieldType>(self) -> Field {
        Field { required: T::REQUIRED, ..self }
    }

    fn is_attribute(&self, name: &str) -> bool {
        matches!(self.place, Place::Attribute | Place::ChildName | Place::AttributeOrText)
            && self.is_named(name)
    }

    fn is_named(&self, name: &str) -> bool {
        self.name == name || (!self.or.is_empty() && self.or == name)
    }

    /// The name of the field in messages.
    fn label(&self) -> String {
        match self.place {
            Place::Attribute => format!("the attribute `{}`", self.name),
            Place::ChildAttribute => format!("the attribute `{}` of <{}>", self.name, self.tag),
            _ => format!("<{}>", self.tag),
        }
    }
}

/// An element that is filled field by field.
pub(crate) trait Fields {
    fn table(&self) -> &'static [Field];

    /// Sets one field, or adds to it if it is a list. Returns `false` if the field cannot hold the
    /// value.
    fn fill(&mut self, field: usize, source: Source<'_>) -> bool;
}

/// Fills an element from a response, visiting each attribute and each child once.
///
/// A value that cannot be read is reported, and its field is unchanged. A required field that is
/// missing or cannot be read is an error.
pub(crate) fn read_fields(node: Node<'_>, target: &mut dyn Fields) -> Result<()> {
    let mut reader = FieldReader { node, table: target.table(), target, seen: 0 };
    reader.attributes();
    let single = [
        Place::ChildAttribute,
        Place::ChildName,
        Place::Child,
        Place::ChildText,
        Place::AttributeOrText,
        Place::Sibling,
        Place::Items,
        Place::Texts,
    ];
    reader.children(node, &single, Place::List);
    let beside = [Place::Sibling, Place::SiblingList];
    if reader.table.iter().any(|field| beside.contains(&field.place))
        && let Some(parent) = node.parent()
    {
        reader.children(parent, &[Place::Sibling], Place::SiblingList);
    }
    reader.finish()
}

struct FieldReader<'a, 't> {
    node: Node<'a>,
    table: &'static [Field],
    target: &'t mut dyn Fields,
    /// One bit per field; the first of several values counts.
    seen: u128,
}

impl<'a> FieldReader<'a, '_> {
    fn attributes(&mut self) {
        // The attributes of all items have the same order, usually that of the table, so the search
        // starts behind the field that was found last.
        let mut next = 0;
        for (name, value) in self.node.attributes() {
            let after = self.table[next..].iter().position(|field| field.is_attribute(name));
            let found = after.map(|at| next + at);
            let found = found
                .or_else(|| self.table[..next].iter().position(|field| field.is_attribute(name)));
            if let Some(index) = found {
                next = index + 1;
                self.fill(index, self.node, name, Source::Text(value));
            }
        }
        if let (Some(id), Some(index)) =
            (self.node.fallback_id(), self.table.iter().position(|field| field.is_attribute("id")))
        {
            self.fill(index, self.node, "id", Source::Text(id));
        }
    }

    fn children(&mut self, parent: Node<'a>, single: &[Place], list: Place) {
        for child in parent.children() {
            let tag = child.tag();
            for (index, field) in self.table.iter().enumerate() {
                if field.tag != tag {
                    continue;
                }
                if single.contains(&field.place) {
                    self.child(index, field, child);
                } else if field.place == list
                    || (list == Place::List && field.place == Place::ListAttribute)
                {
                    self.list(index, field, child);
                }
            }
        }
    }

    fn child(&mut self, index: usize, field: &Field, child: Node<'a>) {
        match field.place {
            Place::ChildAttribute => {
                let holder = match field.item {
                    "" => Some(child),
                    item => child.find(item),
                };
                let Some(child) = holder else { return };
                let mut attributes = child.attributes();
                if let Some((name, value)) = attributes.find(|(name, _)| field.is_named(name)) {
                    self.fill(index, child, name, Source::Text(value));
                }
            }
            Place::ChildName => {
                if let Some(named) = child.children().next() {
                    self.fill(index, child, field.tag, Source::Text(named.tag()));
                }
            }
            Place::ChildText | Place::AttributeOrText => {
                self.fill(index, child, field.tag, Source::Text(&child.text()));
            }
            Place::Texts => {
                self.seen &= !(1 << index);
                self.fill(index, child, field.tag, Source::Text(&child.text()));
            }
            Place::Items => {
                self.seen &= !(1 << index);
                self.fill(index, child, field.tag, Source::Node(child));
            }
            _ => self.fill(index, child, field.tag, Source::Node(child)),
        }
    }

    fn list(&mut self, index: usize, field: &Field, wrapper: Node<'a>) {
        let bit = 1 << index;
        if self.seen & bit != 0 {
            return;
        }
        for item in wrapper.children().filter(|item| item.tag() == field.item) {
            self.seen &= !bit;
            if field.place == Place::ListAttribute && field.name.is_empty() {
                self.fill(index, item, field.item, Source::Text(&item.text()));
            } else if field.place == Place::ListAttribute {
                if let Some(value) = item.attribute(field.name) {
                    self.fill(index, item, field.name, Source::Text(value));
                }
            } else {
                self.fill(index, item, field.item, Source::Node(item));
            }
        }
        self.seen |= bit;
    }

    fn fill(&mut self, index: usize, at: Node<'a>, name: &str, source: Source<'_>) {
        let bit = 1 << index;
        if self.seen & bit != 0 {
            return;
        }
        if self.target.fill(index, source) {
            self.seen |= bit;
            at.report_replacements(name, source);
        } else if !self.table[index].required {
            at.report(name, source);
        }
    }

    fn finish(self) -> Result<()> {
        let missing =
            |(index, field): &(usize, &Field)| field.required && self.seen >> index & 1 == 0;
        match self.table.iter().enumerate().find(missing) {
            Some((_, field)) => Err(self.node.fail(&field.label(), "is missing or cannot be read")),
            None => Ok(()),
        }
    }
}
