//! [`Response`]: status, headers and a body of elements, JSON or bytes.

use serde_json::{Map, Value};

use super::api_error::ApiError;
use super::element::{Element, add_children};
use super::version::Version;

/// The format that the client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

impl Format {
    /// The first of the two in an `Accept` header; XML without a preference.
    pub(super) fn accepted(accept: Option<&str>) -> Format {
        let position = |what: &str| accept.and_then(|accept| accept.find(what));
        match (position("json"), position("xml")) {
            (Some(json), Some(xml)) if json < xml => Format::Json,
            (Some(_), None) => Format::Json,
            _ => Format::Xml,
        }
    }
}

/// A response: status, headers and body.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Body,
}

#[derive(Debug)]
pub(super) enum Body {
    Empty,
    /// The children of `<tsResponse>`.
    Elements(Vec<Element>),
    /// JSON whatever the client accepts, for paths below `/api/-/`.
    Json(Value),
    Bytes(&'static str, Vec<u8>),
}

impl Response {
    fn new(status: u16, body: Body) -> Response {
        Response { status, headers: Vec::new(), body }
    }

    pub(super) fn ok(elements: impl IntoIterator<Item = Element>) -> Response {
        Response::new(200, Body::Elements(elements.into_iter().collect()))
    }

    pub(super) fn one(element: Element) -> Response {
        Response::ok([element])
    }

    pub(super) fn created(element: Element) -> Response {
        Response::new(201, Body::Elements(vec![element]))
    }

    pub(super) fn no_content() -> Response {
        Response::new(204, Body::Empty)
    }

    pub(super) fn with_status(status: u16, element: Element) -> Response {
        Response::new(status, Body::Elements(vec![element]))
    }

    pub(super) fn empty(status: u16) -> Response {
        Response::new(status, Body::Empty)
    }

    pub(super) fn json(value: Value) -> Response {
        Response::new(200, Body::Json(value))
    }

    pub(super) fn bytes(content_type: &'static str, bytes: Vec<u8>) -> Response {
        Response::new(200, Body::Bytes(content_type, bytes))
    }

    pub(super) fn header(mut self, name: &str, value: impl Into<String>) -> Response {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds an element.
    pub(super) fn and(mut self, element: Element) -> Response {
        if let Body::Elements(elements) = &mut self.body {
            elements.push(element);
        }
        self
    }

    /// Leaves out what JSON of that API version does not have.
    pub(super) fn for_json_of(mut self, version: Version) -> Response {
        if let Body::Elements(elements) = &mut self.body
            && version < Version(3, 19)
        {
            elements.iter_mut().for_each(leave_out_new_members);
        }
        self
    }

    /// The content type and the bytes.
    pub(super) fn serialize(&self, format: Format) -> (&'static str, Vec<u8>) {
        const XML: &str = "application/xml;charset=utf-8";
        const JSON: &str = "application/json;charset=utf-8";
        match &self.body {
            Body::Empty => ("", Vec::new()),
            Body::Bytes(content_type, bytes) => (content_type, bytes.clone()),
            Body::Json(value) => (JSON, value.to_string().into_bytes()),
            Body::Elements(elements) if format == Format::Json => {
                let mut map = Map::new();
                add_children(&mut map, elements, false);
                (JSON, Value::Object(map).to_string().into_bytes())
            }
            Body::Elements(elements) => (XML, document(elements)),
        }
    }
}

impl Response {
    /// An error as the REST API writes it.
    pub(super) fn error(status: u16, code: &str, summary: &str, detail: &str) -> Response {
        let error = Element::new("error").with("code", code).containing([
            Element::with_text("summary", summary),
            Element::with_text("detail", detail),
        ]);
        Response::new(status, Body::Elements(vec![error]))
    }
}

impl From<ApiError> for Response {
    fn from(api_error: ApiError) -> Response {
        Response::error(api_error.status, api_error.code, api_error.summary, &api_error.detail)
    }
}

/// Members that Tableau Server omits from JSON for API 3.18 and earlier. tableau_utilities, which uses
/// API 3.18, fails on members that it does not know.
const NEWER_THAN_3_18: [(&str, &str); 6] = [
    ("connection", "dbName"),
    ("connection", "queryTagging"),
    ("datasource", "size"),
    ("extractRefreshJob", "workbook"),
    ("job", "progress"),
    ("workbook", "views"),
];

fn leave_out_new_members(element: &mut Element) {
    let is_new = |name: &str| NEWER_THAN_3_18.contains(&(&*element.name, name));
    element.attributes.retain(|(name, _)| !is_new(name));
    element.children.retain(|child| !is_new(&child.name));
    element.children.iter_mut().for_each(leave_out_new_members);
}

fn document(elements: &[Element]) -> Vec<u8> {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
        <tsResponse xmlns=\"http://tableau.com/api\" \
        xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
        xsi:schemaLocation=\"http://tableau.com/api http://tableau.com/api/ts-api.xsd\">"
        .to_owned();
    elements.iter().for_each(|element| element.write(&mut text));
    text.push_str("</tsResponse>");
    text.into_bytes()
}

/// The reason phrase of a status.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_elements_as_xml_and_json() {
        let tree = Response::ok([
            Element::new("pagination").with("pageNumber", 1),
            Element::list(
                "workbooks",
                [Element::new("workbook").with("name", "R&D").with("showTabs", true)],
            ),
            Element::list("views", []),
            Element::new("productVersion")
                .with("build", "1")
                .containing([Element::with_text("x", "y")]),
        ]);
        let (_, xml) = tree.serialize(Format::Xml);
        let xml = String::from_utf8(xml).unwrap();
        assert!(xml.contains("<workbook name=\"R&amp;D\" showTabs=\"true\"/>"), "{xml}");
        let (_, json) = tree.serialize(Format::Json);
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
    fn reads_the_accept_header() {
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
