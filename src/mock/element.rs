//! [`Element`]: an element of a request or a response, in XML or JSON.

use std::borrow::Cow;
use std::fmt::Display;

use serde_json::{Map, Value};

use super::api_error::ApiError;
use crate::xml::Escaped;

/// An element or attribute name. Names in responses are literals; names in requests are owned.
pub(super) type Name = Cow<'static, str>;

/// An element with its attributes, children and text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: Name,
    pub(super) attributes: Vec<(Name, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: Option<String>,
    /// Whether the children are a list, written in JSON as an array even if there is one.
    is_list: bool,
}

/// Building.
impl Element {
    pub(super) fn new(name: impl Into<Name>) -> Element {
        Element { name: name.into(), ..Element::default() }
    }

    /// A list element such as `<workbooks>`.
    pub(super) fn list(
        name: impl Into<Name>,
        children: impl IntoIterator<Item = Element>,
    ) -> Element {
        let children = children.into_iter().collect();
        Element { children, is_list: true, ..Element::new(name) }
    }

    pub(super) fn with_text(name: impl Into<Name>, text: impl Display) -> Element {
        Element { text: Some(text.to_string()), ..Element::new(name) }
    }

    /// `<project id="…">`.
    pub(super) fn reference(name: impl Into<Name>, id: &str) -> Element {
        Element::new(name).with("id", id)
    }

    /// Adds an attribute.
    pub(super) fn with(mut self, name: impl Into<Name>, value: impl Display) -> Element {
        self.attributes.push((name.into(), value.to_string()));
        self
    }

    /// Adds an attribute if it has a value.
    pub(super) fn with_opt(self, name: &'static str, value: Option<impl Display>) -> Element {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds children.
    pub(super) fn containing(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        self.children.extend(children);
        self
    }

    /// Treats the children as a list if their name is the singular of this element's name.
    pub(super) fn infer_list(mut self) -> Element {
        let is_item = |child: &Element| self.name.strip_suffix('s') == Some(&*child.name);
        self.is_list = !self.children.is_empty() && self.children.iter().all(is_item);
        self
    }
}

/// Reading.
impl Element {
    pub(super) fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A required attribute that is not empty.
    pub(super) fn need(&self, name: &str) -> Result<&str, ApiError> {
        self.attr(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            ApiError::malformed(format!("<{}> needs the attribute '{name}'.", self.name))
        })
    }

    /// A boolean attribute. Python clients send `none` for a value that they do not know.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        let value = self.attr(name).filter(|value| !value.eq_ignore_ascii_case("none"));
        value.map(|value| flag(name, value)).transpose()
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// A required child.
    pub(super) fn need_child(&self, name: &str) -> Result<&Element, ApiError> {
        self.child(name)
            .ok_or_else(|| ApiError::malformed(format!("<{}> needs a <{name}>.", self.name)))
    }

    pub(super) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The attribute of a child, such as the id in `<owner id="…">`.
    pub(super) fn child_attr(&self, child: &str, name: &str) -> Option<&str> {
        self.child(child)?.attr(name)
    }

    /// The `id` attributes of the children with that name; at least one is required.
    pub(super) fn ids(&self, name: &str) -> Result<Vec<String>, ApiError> {
        let ids = self.children(name).map(|child| child.need("id").map(str::to_owned));
        let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Err(ApiError::malformed(format!("<{}> needs a <{name}>.", self.name)));
        }
        Ok(ids)
    }

    /// The text of each child with that name: elements in XML, strings in JSON.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let elements = self.children(name).filter_map(|child| child.text.clone());
        let strings = self.attributes.iter().filter(|(known, _)| known == name);
        elements.chain(strings.map(|(_, value)| value.clone())).collect()
    }

    /// The values at a path such as `owner@name` or `tags/tag@label`.
    pub(super) fn values<'a>(&'a self, path: &str) -> Vec<&'a str> {
        let (elements, attribute) = path.rsplit_once('@').unwrap_or((path, ""));
        let mut found = vec![self];
        for name in elements.split('/').filter(|name| !name.is_empty()) {
            found =
                found.into_iter().flat_map(|e| &e.children).filter(|c| c.name == name).collect();
        }
        let value = |element: &'a Element| match attribute {
            "" => element.text.as_deref(),
            name => element.attr(name),
        };
        found.into_iter().filter_map(value).collect()
    }
}

/// Writing.
impl Element {
    pub(super) fn write(&self, out: &mut String) {
        let name = &*self.name;
        out.push_str(&format!("<{name}"));
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", Escaped(&replace_invalid(value))));
        }
        if self.children.is_empty() && self.text.is_none() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        if let Some(text) = &self.text {
            out.push_str(&Escaped(&replace_invalid(text)).to_string());
        }
        self.children.iter().for_each(|child| child.write(out));
        out.push_str(&format!("</{name}>"));
    }

    fn json(&self) -> Value {
        if let (Some(text), true) = (&self.text, self.attributes.is_empty()) {
            // The text of an element is never a boolean.
            return Value::from(text.as_str());
        }
        let mut map = Map::new();
        for (name, value) in &self.attributes {
            map.insert(name.clone().into_owned(), scalar(value));
        }
        if let Some(text) = &self.text {
            map.insert("value".to_owned(), scalar(text));
        }
        add_children(&mut map, &self.children, self.is_list);
        Value::Object(map)
    }
}

// Errors repeat parts of requests, and builders accept any name, so values can have characters that
// XML 1.0 does not allow.
fn replace_invalid(text: &str) -> Cow<'_, str> {
    if text.contains(is_invalid_char) {
        Cow::Owned(text.replace(is_invalid_char, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Adds members for the children: an array for a list, and for several children of one name.
pub(super) fn add_children(map: &mut Map<String, Value>, children: &[Element], is_list: bool) {
    for child in children {
        let value = child.json();
        match map.get_mut(&*child.name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => {
                let value = if is_list { Value::Array(vec![value]) } else { value };
                map.insert(child.name.clone().into_owned(), value);
            }
        }
    }
}

// The REST API writes JSON booleans as such, and all other values as strings, even numbers.
fn scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => Value::from(text),
    }
}

/// Whether XML 1.0 does not allow the character.
pub(super) fn is_invalid_char(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Reads a boolean in any of the forms that clients send.
pub(super) fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ApiError::bad("400008", format!("'{name}' must be true or false."))),
    }
}
