//! Element tables: the position of each field in an element, and the loops that read and write by
//! them.
//!
//! The loops are not generic, so that a further element adds data and a few small functions to the
//! compiled library instead of a copy of the decoder.

mod read;
mod write;

pub(crate) use self::read::{Fields, read_fields};
pub(crate) use self::write::{FieldValue, WriteField, push_field, write_fields};
use super::node::FieldType;

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
    /// Whether an earlier field of the table has the same tag.
    repeats_tag: bool,
    /// The index of the next field with the same tag, or [`NONE`](Field::NONE).
    next_of_tag: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "admin"), allow(dead_code))]
enum Place {
    /// `<element name="…"/>`
    Attribute,
    /// `<element><tag name="…"/></element>`, or with an item `<tag><item name="…"/></tag>`
    ChildAttribute,
    /// `<element><tag><value/></tag></element>`, or in some responses an attribute of the element
    ChildName,
    /// `<element><tag>…</tag></element>`, where the child is an element with a table of its own.
    Child,
    /// `<element><tag>text</tag></element>`
    ChildText,
    /// `<element name="…"/>` in requests, `<element><name>text</name></element>` in responses
    AttributeOrText,
    /// `<element><tag><item/><item/></tag></element>`
    List,
    /// `<element><tag><item name="…"/></tag></element>`, or the texts of the items
    ListAttribute,
    /// `<element/><tag>…</tag>`, or in some responses a child
    Sibling,
    /// `<element><item/><item/></element>`
    Items,
    /// `<element><tag>text</tag><tag>text</tag></element>`
    Texts,
    /// `<element/><tag><item/><item/></tag>`
    SiblingList,
}

/// Whether two names are equal, for constants.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

impl Place {
    /// The bit of the place in a set of places.
    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// Places that are written as attributes of the element.
const ATTRIBUTES: u16 = Place::Attribute.bit() | Place::AttributeOrText.bit();

/// Places that are siblings of the element.
const SIBLINGS: u16 = Place::Sibling.bit() | Place::SiblingList.bit();

/// Places that hold several items.
const LISTS: u16 = Place::List.bit() | Place::ListAttribute.bit() | Place::SiblingList.bit();

impl Field {
    /// No index of a table.
    const NONE: u8 = u8::MAX;

    const fn new(place: Place, tag: &'static str, item: &'static str, name: &'static str) -> Field {
        Field {
            place,
            tag,
            item,
            name,
            or: "",
            required: false,
            repeats_tag: false,
            next_of_tag: Field::NONE,
        }
    }

    /// The fields of an element. Links those that have the same tag, so that a child is compared with
    /// one of them.
    pub(crate) const fn linked<const N: usize>(mut fields: [Field; N]) -> [Field; N] {
        // The fields are also bits of an integer.
        assert!(N <= u128::BITS as usize);
        let mut last = 1_u8;
        while (last as usize) < N {
            let mut before = last as usize;
            while before > 0 {
                before -= 1;
                if same(fields[before].tag, fields[last as usize].tag) {
                    fields[before].next_of_tag = last;
                    fields[last as usize].repeats_tag = true;
                    break;
                }
            }
            last += 1;
        }
        fields
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

    /// The name of the element inside a child. Some responses have an attribute of this name, too.
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

    /// The text of each child with a name.
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

    /// A sibling of this element. Some responses have it as a child.
    #[cfg_attr(not(feature = "schedules"), allow(dead_code))]
    pub(crate) const fn sibling(tag: &'static str) -> Field {
        Field::new(Place::Sibling, tag, "", "")
    }

    /// The elements inside a wrapper that is a sibling of this element.
    pub(crate) const fn sibling_list(tag: &'static str, item: &'static str) -> Field {
        Field::new(Place::SiblingList, tag, item, "id")
    }

    /// The same field for the type `T`, which determines whether an element without it is an error.
    pub(crate) const fn of<T: FieldType>(self) -> Field {
        Field { required: T::REQUIRED, ..self }
    }

    const fn is_in(&self, places: u16) -> bool {
        self.place.bit() & places != 0
    }

    fn is_attribute(&self) -> bool {
        self.is_in(ATTRIBUTES | Place::ChildName.bit())
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

/// The fields of an element, and what is known about all of them.
#[derive(Debug)]
pub(crate) struct Table {
    fields: &'static [Field],
    /// One bit per field: whether an element without it is an error.
    required: u128,
    /// Whether any field is a sibling of the element.
    has_siblings: bool,
    /// Whether any field has another name in some responses.
    has_other_names: bool,
}

impl Table {
    pub(crate) const fn new(fields: &'static [Field]) -> Table {
        let mut table = Table { fields, required: 0, has_siblings: false, has_other_names: false };
        let mut at = 0;
        while at < fields.len() {
            let field = &fields[at];
            if field.required {
                table.required |= 1 << at;
            }
            table.has_siblings |= field.is_in(SIBLINGS);
            table.has_other_names |= !field.or.is_empty();
            at += 1;
        }
        table
    }
}
