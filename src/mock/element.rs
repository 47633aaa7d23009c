//! [`Element`]: an element of a response, written as XML or as JSON.

use std::borrow::Cow;
use std::fmt::Display;

use serde_json::{Map, Value};

use crate::xml::Out;

/// An element of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: Option<String>,
    /// Whether its children are of one kind, any number of them: an array in JSON.
    many: bool,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Element {
        Element { name, ..Element::default() }
    }

    /// `<workbooks>` around any number of `<workbook>`.
    pub(super) fn list(name: &'static str, children: impl IntoIterator<Item = Element>) -> Element {
        Element { name, children: children.into_iter().collect(), many: true, ..Element::default() }
    }

    pub(super) fn with_text(name: &'static str, text: impl Display) -> Element {
        Element { name, text: Some(text.to_string()), ..Element::default() }
    }

    /// `<project id="…">`, the shape of most references.
    pub(super) fn reference(name: &'static str, id: &str) -> Element {
        Element::new(name).attr("id", id)
    }

    pub(super) fn attr(mut self, name: &'static str, value: impl Display) -> Element {
        self.attributes.push((name, value.to_string()));
        self
    }

    pub(super) fn maybe(self, name: &'static str, value: Option<impl Display>) -> Element {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    pub(super) fn child(mut self, child: Element) -> Element {
        self.children.push(child);
        self
    }

    pub(super) fn maybe_child(self, child: Option<Element>) -> Element {
        match child {
            Some(child) => self.child(child),
            None => self,
        }
    }

    pub(super) fn write(&self, out: &mut Out) {
        out.element(self.name, |out| {
            for (name, value) in &self.attributes {
                out.attribute(name, &clean(value));
            }
            if let Some(text) = &self.text {
                out.text(&clean(text));
            }
            for child in &self.children {
                child.write(out);
            }
        });
    }

    fn json(&self) -> Value {
        if let (Some(text), true) = (&self.text, self.attributes.is_empty()) {
            return scalar(text);
        }
        let mut map = Map::new();
        for (name, value) in &self.attributes {
            map.insert((*name).to_owned(), scalar(value));
        }
        if let Some(text) = &self.text {
            map.insert("value".to_owned(), scalar(text));
        }
        add_children(&mut map, &self.children, self.many);
        Value::Object(map)
    }
}

// An error can repeat what a client sent, and a builder can be given any name: what XML 1.0 cannot
// carry is replaced.
fn clean(text: &str) -> Cow<'_, str> {
    let lacks = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(lacks) {
        Cow::Owned(text.replace(lacks, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

// Several children of one name are an array, and so are the children of a list, however many.
pub(super) fn add_children(map: &mut Map<String, Value>, children: &[Element], many: bool) {
    for child in children {
        let value = child.json();
        match map.get_mut(child.name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => {
                let value = if many { Value::Array(vec![value]) } else { value };
                map.insert(child.name.to_owned(), value);
            }
        }
    }
}

// The REST API's JSON has its booleans as such, and all other values as strings, numbers included.
fn scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => Value::from(text),
    }
}
