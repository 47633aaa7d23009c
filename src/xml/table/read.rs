//! Reads an element by its table of fields.

use super::super::node::{Node, Source};
use super::{Field, LISTS, Place, SIBLINGS, Table};
use crate::{Error, Result};

/// An element that is filled field by field.
pub(crate) trait Fields {
    fn table(&self) -> &'static Table;

    /// Sets one field, or adds to it if it is a list. Returns `false` if the field cannot hold the
    /// value.
    fn fill(&mut self, field: usize, source: Source<'_>) -> bool;
}

/// Fills an element from a response, visiting each attribute and each child once.
///
/// A value that cannot be read is reported, and its field is unchanged. A required field that is
/// missing or cannot be read is an error.
pub(crate) fn read_fields(node: Node<'_>, target: &mut dyn Fields) -> Result<()> {
    let table = target.table();
    let mut reader = FieldReader { node, fields: table.fields, target, seen: 0 };
    reader.attributes(table.has_other_names);
    reader.children(node, !Place::SiblingList.bit());
    if table.has_siblings
        && let Some(parent) = node.parent()
    {
        reader.children(parent, SIBLINGS);
    }
    match table.required & !reader.seen {
        0 => Ok(()),
        missing => Err(reader.missing(missing)),
    }
}

struct FieldReader<'a, 't> {
    node: Node<'a>,
    fields: &'static [Field],
    target: &'t mut dyn Fields,
    /// One bit per field; the first of several values counts.
    seen: u128,
}

impl<'a> FieldReader<'a, '_> {
    /// The index of a field. The attributes and children of all items have the same order, usually
    /// that of the table, so the search starts at `next`, behind the field that was found last.
    fn search(&self, next: usize, is_it: impl Fn(&Field) -> bool) -> Option<usize> {
        let (before, after) = self.fields.split_at(next);
        let found = after.iter().position(&is_it).map(|at| next + at);
        found.or_else(|| before.iter().position(is_it))
    }

    fn attributes(&mut self, has_other_names: bool) {
        let mut next = 0;
        for (name, value) in self.node.attributes() {
            let mut found = self.search(next, |field| field.name == name && field.is_attribute());
            if found.is_none() && has_other_names {
                found = self.attribute(name);
            }
            if let Some(index) = found {
                next = index + 1;
                self.fill(index, self.node, name, Source::Text(value));
            }
        }
        if let (Some(id), Some(index)) = (self.node.fallback_id(), self.attribute("id")) {
            self.fill(index, self.node, "id", Source::Text(id));
        }
    }

    /// The field of an attribute, by any of its names.
    fn attribute(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.is_attribute() && field.is_named(name))
    }

    /// Reads the fields in `places`, a set of [bits](Place::bit), from the children of an element.
    fn children(&mut self, parent: Node<'a>, places: u16) {
        let mut next = 0;
        for child in parent.children() {
            let tag = child.tag();
            let first = self.search(next, |field| field.tag == tag && !field.repeats_tag);
            let Some(first) = first else { continue };
            next = first + 1;
            let mut index = first;
            while let Some(field) = self.fields.get(index) {
                if field.is_in(places & LISTS) {
                    self.list(index, field, child);
                } else if field.is_in(places) {
                    self.child(index, field, child);
                }
                index = usize::from(field.next_of_tag);
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
            if field.place != Place::ListAttribute {
                self.fill(index, item, field.item, Source::Node(item));
            } else if field.name.is_empty() {
                self.fill(index, item, field.item, Source::Text(&item.text()));
            } else if let Some(value) = item.attribute(field.name) {
                self.fill(index, item, field.name, Source::Text(value));
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
        } else if !self.fields[index].required {
            at.report(name, source);
        }
    }

    /// The error for the first of the fields that are missing.
    #[cold]
    fn missing(&self, fields: u128) -> Error {
        let field = &self.fields[fields.trailing_zeros() as usize];
        self.node.fail(&field.label(), "is missing or cannot be read")
    }
}
