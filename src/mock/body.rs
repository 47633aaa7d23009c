//! [`Doc`]: what a request's body says, whether it came as XML or as JSON.

use serde_json::Value;

use super::api_error::ApiError;

/// How deep elements may be nested; no request of the REST API goes below ten.
const MAX_DEPTH: usize = 64;

/// An element of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Doc {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Doc>,
    text: String,
}

impl Doc {
    /// Reads `<tsRequest>`, or the JSON object that stands for it.
    pub(super) fn read(content_type: Option<&str>, body: &[u8]) -> Result<Doc, ApiError> {
        let content_type = content_type.unwrap_or("text/xml").to_ascii_lowercase();
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        match kind {
            "application/json" => Doc::json(body),
            "text/xml" | "application/xml" | "" => Doc::xml(body),
            other => {
                Err(ApiError::http(415, format!("The content type '{other}' is not taken here.")))
            }
        }
    }

    pub(super) fn xml(body: &[u8]) -> Result<Doc, ApiError> {
        let text = std::str::from_utf8(body)
            .map_err(|_| ApiError::malformed("The request is not UTF-8."))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = roxmltree::Document::parse(text)
            .map_err(|error| ApiError::malformed(format!("The request is no XML: {error}.")))?;
        let root = document.root_element();
        if root.tag_name().name() != "tsRequest" {
            return Err(ApiError::malformed("The request's element is not <tsRequest>."));
        }
        Doc::element(root, MAX_DEPTH)
    }

    fn element(node: roxmltree::Node<'_, '_>, depth: usize) -> Result<Doc, ApiError> {
        let depth = depth
            .checked_sub(1)
            .ok_or_else(|| ApiError::malformed("The request's elements are nested too deep."))?;
        Ok(Doc {
            name: node.tag_name().name().to_owned(),
            attributes: node
                .attributes()
                .map(|attribute| (attribute.name().to_owned(), attribute.value().to_owned()))
                .collect(),
            children: node
                .children()
                .filter(|child| child.is_element())
                .map(|child| Doc::element(child, depth))
                .collect::<Result<_, _>>()?,
            text: node.children().filter_map(|child| child.text()).collect(),
        })
    }

    fn json(body: &[u8]) -> Result<Doc, ApiError> {
        let value: Value = serde_json::from_slice(body)
            .map_err(|error| ApiError::malformed(format!("The request is no JSON: {error}.")))?;
        let Value::Object(_) = &value else {
            return Err(ApiError::malformed("The request is no JSON object."));
        };
        let mut doc = Doc { name: "tsRequest".to_owned(), ..Doc::default() };
        doc.add("tsRequest", &value)?;
        // One level was added around the object's members: the root itself.
        Ok(doc.children.swap_remove(0))
    }

    fn add(&mut self, name: &str, value: &Value) -> Result<(), ApiError> {
        let text = match value {
            Value::Null => return Ok(()),
            Value::Array(values) => {
                return values.iter().try_for_each(|value| self.add(name, value));
            }
            Value::Object(members) => {
                let mut child = Doc { name: name.to_owned(), ..Doc::default() };
                members.iter().try_for_each(|(name, value)| child.add(name, value))?;
                self.children.push(child);
                return Ok(());
            }
            Value::Bool(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
        };
        // The state is written as XML one day, which has no such characters.
        if text
            .chars()
            .any(|c| (c < ' ' && !"\t\n\r".contains(c)) || matches!(c, '\u{fffe}' | '\u{ffff}'))
        {
            return Err(ApiError::malformed(format!(
                "'{name}' has a character that XML 1.0 lacks."
            )));
        }
        self.attributes.push((name.to_owned(), text));
        Ok(())
    }

    pub(super) fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// An attribute that has to be there and to say something.
    pub(super) fn need(&self, name: &str) -> Result<&str, ApiError> {
        self.attr(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            ApiError::malformed(format!("<{}> needs the attribute '{name}'.", self.name))
        })
    }

    /// A boolean, in any of the spellings that clients use.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.attr(name).map(|value| flag(name, value)).transpose()
    }

    pub(super) fn child(&self, name: &str) -> Option<&Doc> {
        self.children.iter().find(|child| child.name == name)
    }

    /// A child that has to be there.
    pub(super) fn need_child(&self, name: &str) -> Result<&Doc, ApiError> {
        self.child(name)
            .ok_or_else(|| ApiError::malformed(format!("<{}> needs a <{name}>.", self.name)))
    }

    pub(super) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Doc> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn all(&self) -> &[Doc] {
        &self.children
    }

    /// The texts of the children of that name: elements in XML, strings in JSON.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        let elements = self.children(name).map(|child| child.text.trim().to_owned());
        let strings = self.attributes.iter().filter(|(known, _)| known == name);
        elements.chain(strings.map(|(_, value)| value.clone())).collect()
    }
}

/// A boolean, in any of the spellings that clients use.
pub(super) fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(ApiError::bad("400008", format!("'{name}' is neither true nor false."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_say_the_same() {
        let xml = b"<tsRequest><credentials name='a' on='true'><site contentUrl=''/></credentials></tsRequest>";
        let json = br#"{"credentials": {"name": "a", "on": true, "site": {"contentUrl": ""}}}"#;
        let from_xml = Doc::read(Some("text/xml"), xml).unwrap();
        assert_eq!(from_xml, Doc::read(Some("application/json; charset=utf-8"), json).unwrap());
        assert_eq!(from_xml.need_child("credentials").unwrap().need("name").unwrap(), "a");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
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
            ("application/json", "[".repeat(100_000).as_bytes(), 400),
            ("text/plain", b"<tsRequest/>", 415),
        ] {
            let api_error = Doc::read(Some(content_type), body).unwrap_err();
            assert_eq!(api_error.status, status, "{content_type}");
        }
    }
}
