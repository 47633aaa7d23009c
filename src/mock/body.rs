//! Request bodies: reading XML or JSON into an [`Element`].

use serde_json::Value;

use super::api_error::ApiError;
use super::element::{Element, is_invalid_char};

/// Maximum nesting of elements; no request of the REST API nests ten levels deep.
const MAX_DEPTH: usize = 64;

/// Reads `<tsRequest>`, or the JSON object that stands for it.
pub(super) fn read(content_type: Option<&str>, body: &[u8]) -> Result<Element, ApiError> {
    let content_type = content_type.unwrap_or("text/xml").to_ascii_lowercase();
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json" => json(body),
        "text/xml" | "application/xml" | "" => xml(body),
        other => Err(ApiError::http(415, format!("The content type '{other}' is not supported."))),
    }
}

/// Reads the `request_payload` part of a multipart body. Clients send JSON there without always
/// naming its type, so the first character tells the formats apart.
pub(super) fn payload(part: &[u8]) -> Result<Element, ApiError> {
    if part.trim_ascii_start().starts_with(b"{") { json(part) } else { xml(part) }
}

fn xml(body: &[u8]) -> Result<Element, ApiError> {
    let text =
        std::str::from_utf8(body).map_err(|_| ApiError::malformed("The request is not UTF-8."))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let document = roxmltree::Document::parse(text)
        .map_err(|error| ApiError::malformed(format!("The request is not valid XML: {error}.")))?;
    let root = document.root_element();
    if root.tag_name().name() != "tsRequest" {
        return Err(ApiError::malformed("The request's root element is not <tsRequest>."));
    }
    element(root, MAX_DEPTH)
}

fn element(node: roxmltree::Node<'_, '_>, depth: usize) -> Result<Element, ApiError> {
    let depth = depth
        .checked_sub(1)
        .ok_or_else(|| ApiError::malformed("The request's elements are nested too deeply."))?;
    let mut element = Element::new(node.tag_name().name().to_owned());
    for attribute in node.attributes() {
        element = element.with(attribute.name().to_owned(), attribute.value());
    }
    for child in node.children().filter(|child| child.is_element()) {
        element.children.push(self::element(child, depth)?);
    }
    let text: String = node.children().filter_map(|child| child.text()).collect();
    element.text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Ok(element.infer_list())
}

fn json(body: &[u8]) -> Result<Element, ApiError> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| ApiError::malformed(format!("The request is not valid JSON: {error}.")))?;
    let Value::Object(_) = &value else {
        return Err(ApiError::malformed("The request is not a JSON object."));
    };
    let mut outer = Element::default();
    add_json(&mut outer, "tsRequest", &value)?;
    // An object without any value counts as absent.
    Ok(outer.children.pop().unwrap_or_else(|| Element::new("tsRequest")))
}

fn add_json(parent: &mut Element, name: &str, value: &Value) -> Result<(), ApiError> {
    // Names are checked because the element may later be written as XML.
    if !name.starts_with(|c: char| c.is_ascii_alphabetic())
        || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    {
        return Err(ApiError::malformed(format!("'{name}' is not the name of an element.")));
    }
    let text = match value {
        Value::Null => return Ok(()),
        // Clients send `"user": {"id": null}` for no user.
        Value::Object(members) if !members.is_empty() && members.values().all(Value::is_null) => {
            return Ok(());
        }
        Value::Array(values) => {
            return values.iter().try_for_each(|value| add_json(parent, name, value));
        }
        Value::Object(members) => {
            let mut child = Element::new(name.to_owned());
            members.iter().try_for_each(|(name, value)| add_json(&mut child, name, value))?;
            parent.children.push(child.infer_list());
            return Ok(());
        }
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
    };
    if text.contains(is_invalid_char) {
        let detail = format!("'{name}' has a character that XML 1.0 does not allow.");
        return Err(ApiError::malformed(detail));
    }
    parent.attributes.push((name.to_owned().into(), text));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_xml_and_json_alike() {
        let xml = b"<tsRequest><credentials name='a' on='true'><site contentUrl=''/></credentials></tsRequest>";
        let json = br#"{"credentials": {"name": "a", "on": true, "site": {"contentUrl": ""}}}"#;
        let from_xml = read(Some("text/xml"), xml).unwrap();
        assert_eq!(from_xml, read(Some("application/json; charset=utf-8"), json).unwrap());
        assert_eq!(from_xml.need_child("credentials").unwrap().need("name").unwrap(), "a");
    }

    #[test]
    fn null_counts_as_absent() {
        let json =
            br#"{"a": null, "credentials": {"name": "n", "user": {"id": null}, "site": {}}}"#;
        let body = read(Some("application/json"), json).unwrap();
        let credentials = body.need_child("credentials").unwrap();
        assert_eq!((body.attributes.len(), credentials.attributes.len()), (0, 1));
        let children: Vec<&str> = credentials.children.iter().map(|child| &*child.name).collect();
        assert_eq!(children, ["site"]);
        assert_eq!(read(Some("application/json"), br#"{"a": null}"#).unwrap().children, []);
    }

    #[test]
    fn rejects_unreadable_bodies() {
        let bomb =
            b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><tsRequest>&b;</tsRequest>";
        let deep =
            format!("<tsRequest>{}{}</tsRequest>", "<a>".repeat(100_000), "</a>".repeat(100_000));
        for (content_type, body, status) in [
            ("text/xml", &b""[..], 400),
            ("text/xml", b"<tsRequest>", 400),
            ("text/xml", b"<tsRequest/><more/>", 400),
            ("text/xml", b"<other/>", 400),
            ("text/xml", b"\xff\xfe<tsRequest/>", 400),
            ("text/xml", bomb, 400),
            ("text/xml", deep.as_bytes(), 400),
            ("application/json", b"[]", 400),
            ("application/json", b"{\"a\": \"\\u0000\"}", 400),
            ("application/json", b"{\"a/>\": \"\"}", 400),
            ("application/json", "[".repeat(100_000).as_bytes(), 400),
            ("text/plain", b"<tsRequest/>", 415),
        ] {
            let error = read(Some(content_type), body).unwrap_err();
            assert_eq!(error.status, status, "{content_type}");
        }
    }
}
