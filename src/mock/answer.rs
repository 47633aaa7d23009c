//! Answers: a tree of [`Element`]s, written as XML or as JSON, or bytes.

use std::borrow::Cow;
use std::fmt::Display;

use serde_json::{Map, Value};

use super::refusal::Refusal;
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

    fn write(&self, out: &mut Out) {
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
fn add_children(map: &mut Map<String, Value>, children: &[Element], many: bool) {
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

/// What the client accepts, and so how an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

impl Format {
    /// The better liked of the two; XML where the client does not care.
    pub(super) fn accepted(accept: Option<&str>) -> Format {
        let position = |what: &str| accept.and_then(|accept| accept.find(what));
        match (position("json"), position("xml")) {
            (Some(json), Some(xml)) if json < xml => Format::Json,
            (Some(_), None) => Format::Json,
            _ => Format::Xml,
        }
    }
}

/// An answer: status, headers, and a body.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Empty,
    /// The children of `<tsResponse>`.
    Tree(Vec<Element>),
    /// JSON, whatever the client accepts: the `/api/-/` family.
    Json(Value),
    Bytes(&'static str, Vec<u8>),
}

impl Answer {
    fn new(status: u16, body: Body) -> Answer {
        Answer { status, headers: Vec::new(), body }
    }

    pub(super) fn ok(elements: impl IntoIterator<Item = Element>) -> Answer {
        Answer::new(200, Body::Tree(elements.into_iter().collect()))
    }

    pub(super) fn one(element: Element) -> Answer {
        Answer::ok([element])
    }

    pub(super) fn created(element: Element) -> Answer {
        Answer::new(201, Body::Tree(vec![element]))
    }

    pub(super) fn no_content() -> Answer {
        Answer::new(204, Body::Empty)
    }

    pub(super) fn with_status(status: u16, element: Element) -> Answer {
        Answer::new(status, Body::Tree(vec![element]))
    }

    pub(super) fn empty(status: u16) -> Answer {
        Answer::new(status, Body::Empty)
    }

    pub(super) fn json(value: Value) -> Answer {
        Answer::new(200, Body::Json(value))
    }

    pub(super) fn bytes(content_type: &'static str, bytes: Vec<u8>) -> Answer {
        Answer::new(200, Body::Bytes(content_type, bytes))
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The content type and the bytes.
    pub(super) fn written(&self, format: Format) -> (&'static str, Vec<u8>) {
        const XML: &str = "application/xml;charset=utf-8";
        const JSON: &str = "application/json;charset=utf-8";
        match &self.body {
            Body::Empty => ("", Vec::new()),
            Body::Bytes(content_type, bytes) => (content_type, bytes.clone()),
            Body::Json(value) => (JSON, value.to_string().into_bytes()),
            Body::Tree(elements) if format == Format::Json => {
                let mut map = Map::new();
                add_children(&mut map, elements, false);
                (JSON, Value::Object(map).to_string().into_bytes())
            }
            Body::Tree(elements) => (XML, document(elements)),
        }
    }
}

impl Answer {
    /// Tableau's error.
    pub(super) fn error(status: u16, code: &str, summary: &str, detail: &str) -> Answer {
        let error = Element::new("error")
            .attr("code", code)
            .child(Element::with_text("summary", summary))
            .child(Element::with_text("detail", detail));
        Answer::new(status, Body::Tree(vec![error]))
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Answer {
        Answer::error(refusal.status, refusal.code, refusal.summary, &refusal.detail)
    }
}

fn document(elements: &[Element]) -> Vec<u8> {
    let mut out = Out::new();
    out.element("tsResponse", |out| {
        out.attribute("xmlns", "http://tableau.com/api");
        out.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
        out.attribute(
            "xsi:schemaLocation",
            "http://tableau.com/api http://tableau.com/api/ts-api.xsd",
        );
        for element in elements {
            element.write(out);
        }
    });
    // All values were cleaned, so that there is nothing left to refuse.
    let text = out.finish().unwrap_or_else(|_| "<tsResponse/>".to_owned());
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tree_two_ways() {
        let tree = Answer::ok([
            Element::new("pagination").attr("pageNumber", 1),
            Element::list(
                "workbooks",
                [Element::new("workbook").attr("name", "R&D").attr("showTabs", true)],
            ),
            Element::list("views", []),
            Element::new("productVersion").attr("build", "1").child(Element::with_text("x", "y")),
        ]);
        let (_, xml) = tree.written(Format::Xml);
        let xml = String::from_utf8(xml).unwrap();
        assert!(xml.contains("<workbook name=\"R&amp;D\" showTabs=\"true\"/>"), "{xml}");
        let (_, json) = tree.written(Format::Json);
        let json: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "pagination": {"pageNumber": "1"},
                "workbooks": {"workbook": [{"name": "R&D", "showTabs": true}]},
                "views": {},
                "productVersion": {"build": "1", "x": "y"},
            })
        );
    }

    #[test]
    fn what_is_accepted() {
        for (accept, format) in [
            (None, Format::Xml),
            (Some("*/*"), Format::Xml),
            (Some("application/json"), Format::Json),
            (Some("application/xml, application/json"), Format::Xml),
        ] {
            assert_eq!(Format::accepted(accept), format, "{accept:?}");
        }
    }
}
