//! Reading: [`Node`], an element of an answer, and what may be asked of it.

use roxmltree::{Document, ParsingOptions};

use super::text::Text;
use crate::{Error, Result};

/// Reads an answer: well-formed XML without a DTD, of bounded cost.
///
/// A million nodes and as many attributes are allowed, and in a large text one of each for every 16
/// bytes: more than any answer has
/// (a page of a thousand workbooks has one for every 50), and a bound for the memory of the tree.
pub(crate) fn parse(text: &str) -> Result<Document<'_>> {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if text.is_empty() {
        return Err(Error::decode("the answer is empty, where XML was due"));
    }
    if !text.starts_with('<') {
        return Err(Error::decode("the answer is no XML"));
    }
    let beginning = text.get(..20).unwrap_or_default().to_ascii_lowercase();
    if beginning.starts_with("<!doctype html") || beginning.starts_with("<html") {
        return Err(Error::decode("the answer is an HTML page, such as a login page, not XML"));
    }
    let most = (text.len() / 16).max(1 << 20);
    check_cost(text, most)?;
    let nodes = most.try_into().unwrap_or(u32::MAX);
    let options = ParsingOptions { allow_dtd: false, nodes_limit: nodes, ..Default::default() };
    // Not as the source: the parser's messages repeat names out of the text.
    Document::parse_with_options(text, options).map_err(|error| {
        let why = error.to_string();
        Error::decode(format!(
            "the answer is no well-formed XML: {}",
            crate::error::short(&why, 300)
        ))
    })
}

/// Refuses what costs the parser more than its size says: its time is quadratic in the attributes
/// of an element, and cubic in the namespaces that are in scope.
fn check_cost(text: &str, attributes: usize) -> Result<()> {
    const ATTRIBUTES: usize = 512;
    const NAMESPACES: usize = 16;
    // How many declarations are in scope inside of each element that is open.
    let mut scopes = vec![0];
    let mut in_all = 0;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find(|(open, _)| rest.starts_with(open));
        if let Some((_, close)) = skipped {
            rest = rest.find(close).map_or("", |at| &rest[at + close.len()..]);
            continue;
        }
        let tag = Tag::measure(rest);
        let in_scope = scopes.last().copied().unwrap_or(0) + tag.namespaces;
        in_all += tag.attributes;
        for (count, most, what) in [
            (tag.attributes, ATTRIBUTES, "attributes on an element"),
            (in_all, attributes, "attributes"),
            (in_scope, NAMESPACES, "namespaces in scope"),
        ] {
            if count > most {
                let line = text[..text.len() - rest.len()].matches('\n').count() + 1;
                return Err(Error::decode(format!(
                    "the answer has more than {most} {what} at line {line}"
                )));
            }
        }
        let inside = &rest[..tag.length];
        if inside.starts_with("</") {
            scopes.pop();
        } else if !inside.ends_with("/>") {
            scopes.push(in_scope);
        }
        rest = &rest[tag.length..];
    }
    Ok(())
}

/// How long a tag is, and what is in it.
struct Tag {
    length: usize,
    attributes: usize,
    namespaces: usize,
}

impl Tag {
    fn measure(text: &str) -> Tag {
        let mut tag = Tag { length: text.len(), attributes: 0, namespaces: 0 };
        let (mut quote, mut name, mut apart) = (None, 1, true);
        for (at, byte) in text.bytes().enumerate().skip(1) {
            match (quote, byte) {
                (Some(open), _) => {
                    if open == byte {
                        (quote, apart) = (None, true);
                    }
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => {
                    tag.attributes += 1;
                    let namespace = text.as_bytes()[name..at].starts_with(b"xmlns");
                    tag.namespaces += usize::from(namespace);
                    apart = true;
                }
                (None, b'>') => {
                    tag.length = at + 1;
                    break;
                }
                // The space before a `=` stays with the name.
                (None, b' ' | b'\t' | b'\r' | b'\n') => apart = true,
                (None, _) => {
                    if std::mem::take(&mut apart) {
                        name = at;
                    }
                }
            }
        }
        tag
    }
}

/// An element of an answer. Names are compared without their namespace, which old servers and new
/// ones spell differently.
#[derive(Clone, Copy)]
pub struct Node<'a>(
    roxmltree::Node<'a, 'a>,
    /// The id of one that says none; see [`Node::or_id`].
    Option<&'a str>,
);

/// A value that is read from an element.
pub trait FromXml: Sized {
    fn from_xml(node: Node<'_>) -> Result<Self>;
}

/// What an attribute may become: a value that has to be there, or an `Option` of one.
pub(crate) trait FromAttr: Sized {
    fn from_attr(text: Option<&str>) -> Result<Self, &'static str>;
}

impl<T: Text> FromAttr for T {
    fn from_attr(text: Option<&str>) -> Result<T, &'static str> {
        T::read(text.ok_or("is missing")?).ok_or("cannot be read")
    }
}

/// An empty text is a value where the type has one (a name that is empty), and none where not.
impl<T: Text> FromAttr for Option<T> {
    fn from_attr(text: Option<&str>) -> Result<Option<T>, &'static str> {
        match text.map(T::read) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) if text == Some("") => Ok(None),
            Some(None) => Err("cannot be read"),
        }
    }
}

/// What a child element may become: a value that has to be there, or an `Option` of one.
pub(crate) trait FromChild: Sized {
    fn from_child(child: Option<Node<'_>>) -> Option<Result<Self>>;
}

impl<T: FromXml> FromChild for T {
    fn from_child(child: Option<Node<'_>>) -> Option<Result<T>> {
        child.map(T::from_xml)
    }
}

impl<T: FromXml> FromChild for Option<T> {
    fn from_child(child: Option<Node<'_>>) -> Option<Result<Option<T>>> {
        Some(child.map(T::from_xml).transpose())
    }
}

impl<'a> Node<'a> {
    /// As many items a list may have.
    pub(crate) const LONGEST: usize = 100_000;

    /// The root of an answer, `<tsResponse>`.
    pub(crate) fn root(document: &'a Document<'a>) -> Result<Node<'a>> {
        let root = Node(document.root_element(), None);
        match root.tag() {
            "tsResponse" => Ok(root),
            other => Err(Error::decode(format!(
                "the answer's root is <{}>, where <tsResponse> was due",
                crate::error::short(other, 64)
            ))),
        }
    }

    pub(crate) fn tag(self) -> &'a str {
        self.0.tag_name().name()
    }

    pub(crate) fn children(self) -> impl Iterator<Item = Node<'a>> {
        self.0.children().filter(|child| child.is_element()).map(|child| Node(child, None))
    }

    /// The first child of that name, if there is one.
    pub(crate) fn find(self, tag: &str) -> Option<Node<'a>> {
        self.children().find(|child| child.tag() == tag)
    }

    /// The child of that name, which has to be there.
    pub(crate) fn need(self, tag: &str) -> Result<Node<'a>> {
        self.find(tag).ok_or_else(|| self.fail(&format!("<{tag}>"), "is missing"))
    }

    /// The same, with this id where it says none: an answer may leave out what the question said.
    pub(crate) fn or_id(self, id: &'a str) -> Node<'a> {
        Node(self.0, Some(id))
    }

    pub(crate) fn attr<T: FromAttr>(self, name: &str) -> Result<T> {
        let left_out = || self.1.filter(|_| name == "id");
        T::from_attr(self.0.attribute(name).or_else(left_out))
            .map_err(|why| self.fail(&format!("the attribute `{name}`"), why))
    }

    /// An attribute that some answers call by another name.
    pub(crate) fn either<T: FromAttr>(self, name: &str, or: &str) -> Result<T> {
        self.attr(if self.0.has_attribute(name) || !self.0.has_attribute(or) { name } else { or })
    }

    pub(crate) fn child<T: FromChild>(self, tag: &str) -> Result<T> {
        T::from_child(self.find(tag))
            .unwrap_or_else(|| Err(self.fail(&format!("<{tag}>"), "is missing")))
    }

    pub(crate) fn child_attr<T: FromAttr>(self, tag: &str, name: &str) -> Result<T> {
        match self.find(tag) {
            Some(child) => child.attr(name),
            None => T::from_attr(None).map_err(|why| self.fail(&format!("<{tag}>"), why)),
        }
    }

    /// An attribute of a child that some answers call by another name.
    pub(crate) fn child_either<T: FromAttr>(self, tag: &str, name: &str, or: &str) -> Result<T> {
        let or = self.find(tag).filter(|child| !child.0.has_attribute(name)).map_or(name, |_| or);
        self.child_attr(tag, or)
    }

    pub(crate) fn child_id<T: FromAttr>(self, tag: &str) -> Result<T> {
        self.child_attr(tag, "id")
    }

    /// The text of a child element.
    pub(crate) fn child_text<T: FromAttr>(self, tag: &str) -> Result<T> {
        let text = self.find(tag).map(Node::text);
        T::from_attr(text.as_deref()).map_err(|why| self.fail(&format!("<{tag}>"), why))
    }

    /// The items of that name inside a wrapper; none where the wrapper is missing.
    pub(crate) fn list<T: FromXml>(self, wrap: &str, item: &str) -> Result<Vec<T>> {
        self.list_of(wrap, item, Node::LONGEST)
    }

    /// As [`list`](Node::list), of no more than so many items: each takes many times the memory that
    /// it has on the wire.
    pub(crate) fn list_of<T: FromXml>(self, wrap: &str, item: &str, most: usize) -> Result<Vec<T>> {
        let wrapped = || self.find(wrap).into_iter().flat_map(Node::children);
        let items = || wrapped().filter(|child| child.tag() == item);
        match items().count() {
            there if there > most => Err(self.fail(
                &format!("<{wrap}>"),
                &format!("has {there} items, more than the {most} that are taken at a time"),
            )),
            _ => items().map(T::from_xml).collect(),
        }
    }

    /// The labels of the items inside a wrapper: tags, as a rule.
    pub(crate) fn labels(self, wrap: &str, item: &str) -> Result<Vec<String>> {
        let wrapped = self.find(wrap).into_iter().flat_map(Node::children);
        wrapped.filter(|child| child.tag() == item).map(|child| child.attr("label")).collect()
    }

    /// All text directly inside, also around comments.
    pub(crate) fn text(self) -> String {
        self.0.children().filter(|child| child.is_text()).filter_map(|child| child.text()).collect()
    }

    /// An error about this element, with its place in the answer. The value stays out of it: it
    /// may be long, or a secret.
    pub(crate) fn fail(self, what: &str, why: &str) -> Error {
        let at = self.0.document().text_pos_at(self.0.range().start);
        let tag = crate::error::short(self.tag(), 64);
        Error::decode(format!("{what} of <{tag}> at line {}, column {} {why}", at.row, at.col))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::ErrorKind;

    fn refused(text: &str) -> String {
        let error = parse(text).and_then(|document| Node::root(&document).map(|_| ())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        error.to_string()
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        assert!(refused("").contains("empty"));
        assert!(refused("{\"a\":1}").contains("no XML"));
        assert!(refused("<!DOCTYPE html><html>").contains("HTML page"));
        assert!(refused("<tsResponse><a></tsResponse>").contains("1:16"));
        assert!(refused("<rss/>").contains("<rss>"));
        assert!(
            refused("<!DOCTYPE x [<!ENTITY a 'b'>]><tsResponse>&a;</tsResponse>").contains("DTD")
        );
    }

    #[test]
    fn places_are_named() {
        let text = "<tsResponse>\n  <site id='s'/>\n</tsResponse>";
        let document = parse(text).unwrap();
        let site = Node::root(&document).unwrap().need("site").unwrap();
        let error = site.attr::<String>("name").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the attribute `name` of <site> at line 2, column 3 is missing"
        );
        let error = site.attr::<u64>("id").unwrap_err();
        assert!(error.to_string().ends_with("cannot be read"), "{error}");
        assert_eq!(site.attr::<Option<u64>>("size").unwrap(), None);
    }

    #[test]
    fn the_old_namespace_reads_the_same() {
        for namespace in ["http://tableau.com/api", "http://tableausoftware.com/api"] {
            let text = format!(
                "\u{FEFF}<t:tsResponse xmlns:t='{namespace}'><t:a>x<!-- -->y</t:a></t:tsResponse>"
            );
            let document = parse(&text).unwrap();
            let root = Node::root(&document).unwrap();
            assert_eq!(root.child_text::<String>("a").unwrap(), "xy");
        }
    }

    #[test]
    fn namespaces_in_scope_are_few() {
        let nested = |n: usize, between: &str| {
            let open: String =
                (0..n).map(|n| format!("<a b='='{between}xmlns:n{n} = \"u{n}\">")).collect();
            format!("<tsResponse>{open}{}</tsResponse>", "</a>".repeat(n))
        };
        for between in [" ", "\n\t"] {
            parse(&nested(16, between)).unwrap();
            assert!(refused(&nested(17, between)).contains("more than 16 namespaces"));
            assert!(refused(&nested(20_000, between)).contains("more than 16 namespaces"));
        }
        // Those of siblings are not in scope together.
        let siblings = "<?p <x>?><!-- <x> --><a xmlns:x='u'/><b xmlns='v'></b>".repeat(1000);
        parse(&format!("<tsResponse>{siblings}</tsResponse>")).unwrap();
    }

    #[test]
    fn hostile_texts_cost_little() {
        let many: String = (0..200_000).map(|n| format!(" a{n}='{n}'")).collect();
        let deep = "<a>".repeat(1_500_000);
        let dense = "<a/>".repeat(3_000_000);
        let unclosed = "<a b=\"".repeat(200_000);
        for text in [
            format!("<tsResponse><x{many}/></tsResponse>"),
            deep,
            format!("<tsResponse>{dense}</tsResponse>"),
            unclosed,
        ] {
            let start = Instant::now();
            refused(&text);
            assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
        }
    }
}
