//! Reading: [`Node`], an element of a response.

use roxmltree::{Document, NodeId};

use super::report::Reports;
use super::text::Text;
use crate::{Error, Result};

/// An element of a response in XML. Names are compared without their namespace, which depends on the
/// version of the server. Errors state the line and column of the element.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    xml: roxmltree::Node<'a, 'a>,
    reports: &'a Reports,
    /// The id of an element that has none; see [`Node::or_id`].
    id: Option<&'a str>,
}

/// Shows the name of the element.
impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}>", self.tag())
    }
}

/// A value that is read from an element.
pub trait FromXml: Sized {
    fn from_xml(node: Node<'_>) -> Result<Self>;
}

/// The source of a field's value.
#[derive(Clone, Copy)]
pub(crate) enum Source<'a> {
    Text(&'a str),
    Node(Node<'a>),
}

/// A value in a response: text or an element.
pub(crate) trait Value: Sized {
    /// Whether an element that lacks the value is an error.
    const REQUIRED: bool = true;

    /// The initial value of the field.
    fn blank() -> Self;

    fn read(source: Source<'_>) -> Option<Self>;
}

impl<T: Text> Value for T {
    const REQUIRED: bool = T::REQUIRED;

    fn blank() -> T {
        T::blank()
    }

    fn read(source: Source<'_>) -> Option<T> {
        match source {
            Source::Text(text) => T::read(text),
            Source::Node(_) => None,
        }
    }
}

/// The type of a field: a value, an optional one, or several.
pub(crate) trait FieldType: Sized {
    const REQUIRED: bool;

    fn blank() -> Self;

    /// Stores a value; `false` if it cannot be read.
    fn fill(&mut self, source: Source<'_>) -> bool;
}

impl<T: Value> FieldType for T {
    const REQUIRED: bool = T::REQUIRED;

    fn blank() -> T {
        T::blank()
    }

    fn fill(&mut self, source: Source<'_>) -> bool {
        T::read(source).map(|value| *self = value).is_some()
    }
}

/// An empty text is a value if the type allows it (a name may be empty), and absent otherwise.
impl<T: Value> FieldType for Option<T> {
    const REQUIRED: bool = false;

    fn blank() -> Option<T> {
        None
    }

    fn fill(&mut self, source: Source<'_>) -> bool {
        *self = T::read(source);
        self.is_some() || matches!(source, Source::Text(""))
    }
}

impl<T: Value> FieldType for Vec<T> {
    const REQUIRED: bool = false;

    fn blank() -> Vec<T> {
        Vec::new()
    }

    fn fill(&mut self, source: Source<'_>) -> bool {
        T::read(source).map(|value| self.push(value)).is_some()
    }
}

impl<'a> Node<'a> {
    /// The maximum number of items in a list.
    pub(crate) const LONGEST: usize = 100_000;

    /// The root of a response, `<tsResponse>`.
    pub(crate) fn root(document: &'a Document<'a>, reports: &'a Reports) -> Result<Node<'a>> {
        Node::any_root(document, reports).require_response()
    }

    /// The root of any XML document.
    pub(crate) fn any_root(document: &'a Document<'a>, reports: &'a Reports) -> Node<'a> {
        Node { xml: document.root_element(), reports, id: None }
    }

    /// Fails if this is not the root of a response, `<tsResponse>`.
    pub(crate) fn require_response(self) -> Result<Node<'a>> {
        match self.tag() {
            "tsResponse" => Ok(self),
            other => Err(Error::decode(format!(
                "the root of the response is <{}>; expected <tsResponse>",
                crate::text::short(other, 64)
            ))),
        }
    }

    /// The position of the element in its document.
    pub(crate) fn position(self) -> NodeId {
        self.xml.id()
    }

    /// The element at a position of the same document.
    pub(crate) fn at_position(self, position: NodeId) -> Node<'a> {
        let xml = self.xml.document().get_node(position);
        self.at(xml.expect("the position is of this document"))
    }

    fn at(self, xml: roxmltree::Node<'a, 'a>) -> Node<'a> {
        Node { xml, id: None, ..self }
    }

    /// The name of the element, without its namespace.
    pub fn tag(self) -> &'a str {
        self.xml.tag_name().name()
    }

    pub(crate) fn parent(self) -> Option<Node<'a>> {
        self.xml.parent_element().map(|parent| self.at(parent))
    }

    /// The child elements.
    pub fn children(self) -> impl Iterator<Item = Node<'a>> {
        self.xml.children().filter(|child| child.is_element()).map(move |child| self.at(child))
    }

    /// Names and values of the attributes that have no namespace.
    pub fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let plain = self.xml.attributes().filter(|attribute| attribute.namespace().is_none());
        plain.map(|attribute| (attribute.name(), attribute.value()))
    }

    /// The text of an attribute.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        self.attributes().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// The text of an attribute. It is a [`Decode`](crate::ErrorKind::Decode) error if it is missing.
    pub fn require(self, name: &str) -> Result<&'a str> {
        let missing = || self.fail(&format!("the attribute `{name}`"), "is missing");
        self.attribute(name).ok_or_else(missing)
    }

    /// Parses an attribute, such as a number. It is a [`Decode`](crate::ErrorKind::Decode) error if
    /// it is missing or cannot be parsed.
    pub fn parse<T: std::str::FromStr>(self, name: &str) -> Result<T> {
        let invalid = |_| self.fail(&format!("the attribute `{name}`"), "cannot be read");
        self.require(name)?.parse().map_err(invalid)
    }

    /// The first child of that name, if there is one.
    pub fn find(self, tag: &str) -> Option<Node<'a>> {
        self.children().find(|child| child.tag() == tag)
    }

    /// The first child of that name. It is a [`Decode`](crate::ErrorKind::Decode) error if there is
    /// none.
    pub fn need(self, tag: &str) -> Result<Node<'a>> {
        self.find(tag).ok_or_else(|| self.fail(&format!("<{tag}>"), "is missing"))
    }

    /// Returns this element with a fallback id, because a response may omit the id that was requested.
    pub(crate) fn or_id(self, id: &'a str) -> Node<'a> {
        Node { id: Some(id), ..self }
    }

    pub(crate) fn fallback_id(self) -> Option<&'a str> {
        self.id
    }

    pub(crate) fn attr<T: FieldType>(self, name: &str) -> Result<T> {
        let fallback = || self.id.filter(|_| name == "id");
        let text = self.attribute(name).or_else(fallback);
        self.value(text.map(Source::Text), name, || format!("the attribute `{name}`"))
    }

    pub(crate) fn child<T: FieldType>(self, tag: &str) -> Result<T> {
        match self.find(tag) {
            // An error inside a required element is more specific than one about the element.
            Some(child) => self.value(Some(Source::Node(child)), tag, || format!("<{tag}>")),
            None => self.value(None, tag, || format!("<{tag}>")),
        }
    }

    pub(crate) fn child_attr<T: FieldType>(self, tag: &str, name: &str) -> Result<T> {
        match self.find(tag) {
            Some(child) => child.attr(name),
            None => self.value(None, name, || format!("<{tag}>")),
        }
    }

    pub(crate) fn child_id<T: FieldType>(self, tag: &str) -> Result<T> {
        self.child_attr(tag, "id")
    }

    fn value<T: FieldType>(
        self,
        source: Option<Source<'_>>,
        name: &str,
        label: impl Fn() -> String,
    ) -> Result<T> {
        let mut value = T::blank();
        let is_read = source.is_some_and(|source| value.fill(source));
        self.check_value(source, name, is_read, T::REQUIRED, &label)?;
        Ok(value)
    }

    /// Reports a value that was not read, or fails if it is required.
    fn check_value(
        self,
        source: Option<Source<'_>>,
        name: &str,
        is_read: bool,
        is_required: bool,
        label: &dyn Fn() -> String,
    ) -> Result<()> {
        let Some(source) = source else {
            return match is_required {
                true => Err(self.fail(&label(), "is missing")),
                false => Ok(()),
            };
        };
        self.report_replacements(name, source);
        match (is_read, is_required) {
            (true, _) => {}
            (false, true) => return Err(self.fail(&label(), "cannot be read")),
            (false, false) => self.report(name, source),
        }
        Ok(())
    }

    /// The items with this name in a wrapper element; empty if the wrapper is missing. An item that
    /// cannot be read is left out and reported.
    pub(crate) fn list<T: Value>(self, wrap: &str, item: &str) -> Result<Vec<T>> {
        let items = self.items(wrap, item, Node::LONGEST)?;
        let mut all = Vec::with_capacity(items.len());
        for node in items {
            match T::read(Source::Node(node)) {
                Some(value) => all.push(value),
                None => node.report(item, Source::Node(node)),
            }
        }
        Ok(all)
    }

    /// Returns the elements with this name inside a wrapper. Fails if there are more than `max_count`,
    /// because a decoded item can use many times the memory of its XML.
    pub(crate) fn items(self, wrap: &str, item: &str, max_count: usize) -> Result<Vec<Node<'a>>> {
        self.find(wrap).map_or(Ok(Vec::new()), |wrap| wrap.children_with(item, max_count))
    }

    /// Returns the children with this name. Fails if there are more than `max_count`.
    pub(crate) fn children_with(self, item: &str, max_count: usize) -> Result<Vec<Node<'a>>> {
        let items: Vec<_> = self.children().filter(|child| child.tag() == item).collect();
        if items.len() > max_count {
            let why = format!("has {} items, more than the limit of {max_count}", items.len());
            return Err(self.fail(&format!("<{}>", self.tag()), &why));
        }
        Ok(items)
    }

    /// The labels of the items inside a wrapper: tags.
    pub(crate) fn labels(self, wrap: &str, item: &str) -> Result<Vec<String>> {
        let items = self.items(wrap, item, Node::LONGEST)?;
        items.into_iter().map(|child| child.attr("label")).collect()
    }

    /// All text directly inside the element, also around comments.
    pub fn text(self) -> String {
        self.xml
            .children()
            .filter(|child| child.is_text())
            .filter_map(|child| child.text())
            .collect()
    }

    /// An error about this element, with its position in the response. The value is omitted,
    /// because it may be long or a secret.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(self, what: &str, why: &str) -> Error {
        let at = self.xml.document().text_pos_at(self.xml.range().start);
        let tag = crate::text::short(self.tag(), 64);
        Error::decode(format!("{what} of <{tag}> at line {}, column {} {why}", at.row, at.col))
    }

    /// The collector for values of this response that cannot be read.
    pub(crate) fn reports(self) -> &'a Reports {
        self.reports
    }

    /// Reports an item that cannot be read.
    pub(crate) fn report_item(self, error: &Error) {
        self.reports.add(self.tag(), "id", &error.to_string());
    }

    /// Reports text in which characters were replaced.
    pub(super) fn report_replacements(self, name: &str, source: Source<'_>) {
        if self.reports.has_replacements
            && let Source::Text(text) = source
            && text.contains(char::REPLACEMENT_CHARACTER)
        {
            self.report(name, source);
        }
    }

    /// Reports a value of this element that cannot be read.
    #[cold]
    #[inline(never)]
    pub(crate) fn report(self, name: &str, source: Source<'_>) {
        let value = match source {
            Source::Text(text) => text,
            Source::Node(_) => "",
        };
        self.reports.add(self.tag(), name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    #[test]
    fn errors_name_the_position() {
        let text = "<tsResponse>\n  <site id='s'/>\n</tsResponse>";
        let document = parse(text).unwrap();
        let reports = Reports::default();
        let site = Node::root(&document, &reports).unwrap().need("site").unwrap();
        let error = site.attr::<u64>("size").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the attribute `size` of <site> at line 2, column 3 is missing"
        );
        let error = site.attr::<u64>("id").unwrap_err();
        assert!(error.to_string().ends_with("cannot be read"), "{error}");
        assert_eq!(site.attr::<Option<u64>>("size").unwrap(), None);
        assert_eq!(site.attr::<Option<u64>>("id").unwrap(), None);
        assert_eq!(reports.count(), 1);
    }

    #[test]
    fn reads_the_old_namespace() {
        for namespace in ["http://tableau.com/api", "http://tableausoftware.com/api"] {
            let text = format!(
                "\u{FEFF}<t:tsResponse xmlns:t='{namespace}'><t:a>x<!-- -->y</t:a></t:tsResponse>"
            );
            let document = parse(&text).unwrap();
            let reports = Reports::default();
            let root = Node::root(&document, &reports).unwrap();
            assert_eq!(root.find("a").map(Node::text).as_deref(), Some("xy"));
        }
    }
}
