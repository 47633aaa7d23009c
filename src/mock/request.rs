//! [`Request`]: a request that the server received, for tests to inspect.

use std::fmt;

use super::http::Head;

/// A request that the mock server received.
///
/// `Debug` hides secrets: the values of `X-Tableau-Auth`, `Authorization` and cookies, and the body,
/// of which it shows the length.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method: `GET`.
    pub method: String,
    /// The path as it was sent, percent-encoded, without the query: `/api/3.30/sites/…/workbooks`.
    pub path: String,
    /// The query's names and values in order, decoded.
    pub query: Vec<(String, String)>,
    /// The headers in order, as sent.
    pub headers: Vec<(String, String)>,
    /// The body, without any transfer encoding.
    pub body: Vec<u8>,
}

impl Request {
    pub(super) fn new(head: &Head, body: Vec<u8>) -> Request {
        let query = super::encoding::decode_query(&head.query).unwrap_or_else(|| {
            // A query that cannot be decoded is kept unchanged.
            vec![(head.query.clone(), String::new())]
        });
        Request {
            method: head.method.clone(),
            path: head.path.clone(),
            query,
            headers: head.headers.clone(),
            body,
        }
    }

    /// A request that was not sent by a client.
    pub(super) fn internal(method: &str, path: String, body: Vec<u8>) -> Request {
        let method = method.to_owned();
        Request { method, path, query: Vec::new(), headers: Vec::new(), body }
    }

    /// A header's value. The case of its name is ignored.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; invalid UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The path without `/api/{version}` and `/sites/{site}`, with which routes are compared:
    /// `/workbooks/9dbd…`, `/auth/signin`.
    pub fn route(&self) -> &str {
        route(&self.path)
    }
}

/// The path without `/api/{version}` and `/sites/{site}`.
pub(super) fn route(path: &str) -> &str {
    let after = |path: &'_ str, first: &str| -> Option<usize> {
        let rest = path.strip_prefix(first)?;
        let segment = rest.find('/')?;
        Some(first.len() + segment)
    };
    let Some(version) = after(path, "/api/") else { return path };
    let path = &path[version..];
    match after(path, "/sites/") {
        Some(site) => &path[site..],
        None => path,
    }
}

/// Whether a path matches a pattern: `*` stands for a segment, `**` at the end for any number of
/// them. A pattern that begins with `/api/` is compared with the whole path.
pub(super) fn is_route(pattern: &str, path: &str) -> bool {
    let path = if pattern.starts_with("/api/") { path } else { route(path) };
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("**"), _) => return true,
            (Some("*"), Some(_)) => {}
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: [&str; 8] = [
            "accept",
            "accept-encoding",
            "connection",
            "content-length",
            "content-type",
            "host",
            "transfer-encoding",
            "user-agent",
        ];
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let shown = SHOWN.iter().any(|shown| name.eq_ignore_ascii_case(shown));
                (name.as_str(), if shown { value.as_str() } else { "[hidden]" })
            })
            .collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &headers)
            .field("body", &format_args!("[{} bytes]", self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_has_no_version_and_site() {
        for (path, expected) in [
            ("/api/3.30/sites/s/workbooks/w", "/workbooks/w"),
            ("/api/3.30/sites/s", "/sites/s"),
            ("/api/3.30/sites", "/sites"),
            ("/api/3.30/auth/signin", "/auth/signin"),
            ("/api/-/search", "/search"),
            ("/x", "/x"),
        ] {
            assert_eq!(route(path), expected, "{path}");
        }
        let path = "/api/3.30/sites/s/workbooks/w/tags/t";
        for (pattern, matches) in [
            ("/workbooks/*/tags/*", true),
            ("/workbooks/**", true),
            ("/**", true),
            ("/workbooks/*", false),
            ("/workbooks", false),
            ("/api/*/sites/s/workbooks/w/tags/t", true),
        ] {
            assert_eq!(is_route(pattern, path), matches, "{pattern}");
        }
    }

    #[test]
    fn debug_hides_tokens_and_bodies() {
        let request = Request {
            method: "POST".into(),
            path: "/api/3.30/auth/signout".into(),
            query: Vec::new(),
            headers: vec![("X-Tableau-Auth".into(), "geheim".into()), ("Host".into(), "h".into())],
            body: b"geheim".to_vec(),
        };
        let text = format!("{request:?}");
        assert!(!text.contains("geheim") && text.contains("[6 bytes]"), "{text}");
    }
}
