//! [`Request`]: what the server was sent, for tests; and [`Call`], the same as a handler sees it.

use std::fmt;

use super::doc::Doc;
use super::http::Head;
use super::refusal::Refusal;
use super::version::Version;

/// A request that the mock server was sent.
///
/// `Debug` leaves out what a log should not hold: the value of `X-Tableau-Auth`, `Authorization`
/// and cookies, and the body, of which it gives the length.
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
            // Not decodable, so shown as it came.
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

    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value that the query has under a name.
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as text; what is no UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The path without `/api/{version}` and `/sites/{site}`, which is what routes are matched
    /// with: `/workbooks/9dbd…`, `/auth/signin`.
    pub fn route(&self) -> &str {
        route(&self.path)
    }
}

/// The part of a path that says what is asked for.
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

/// Whether a route is what a pattern means: `*` stands for a segment, `**` at the end for any
/// number of them. A pattern that begins with `/api/` is compared with the whole path.
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

/// A user's standing on the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Reader,
    Publisher,
    SiteAdmin,
    ServerAdmin,
}

impl Standing {
    pub(super) fn of(site_role: &str) -> Standing {
        match site_role {
            "ServerAdministrator" => Standing::ServerAdmin,
            "SiteAdministrator" | "SiteAdministratorCreator" | "SiteAdministratorExplorer" => {
                Standing::SiteAdmin
            }
            "Creator" | "ExplorerCanPublish" | "Publisher" => Standing::Publisher,
            _ => Standing::Reader,
        }
    }
}

/// Whose session a request is made in.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) site: u16,
    pub(super) user: String,
    pub(super) standing: Standing,
}

/// A request on its way to its handler.
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) version: Version,
    /// The segment of the route that names a kind of thing: `workbooks`.
    pub(super) at: &'static str,
    /// What the route's placeholders stand for, decoded; the site is not among them.
    pub(super) params: Vec<String>,
    /// `None` only for the routes that need no session.
    pub(super) caller: Option<Caller>,
    /// The server's own address: `http://127.0.0.1:40123`.
    pub(super) base: &'a str,
}

impl Call<'_> {
    pub(super) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or_else(Refusal::not_signed_in)
    }

    pub(super) fn user(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| &caller.user)
    }

    /// Refuses callers whose standing on the site is below that.
    pub(super) fn need(&self, standing: Standing) -> Result<(), Refusal> {
        if self.caller()?.standing < standing {
            let detail = "The user has no permission for this operation.";
            return Err(Refusal::forbidden("403004", detail));
        }
        Ok(())
    }

    pub(super) fn param(&self, at: usize) -> &str {
        self.params.get(at).map_or("", String::as_str)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.request.query_value(name)
    }

    /// A query parameter that is true or false; absent is false.
    pub(super) fn asks(&self, name: &str) -> Result<bool, Refusal> {
        match self.query(name) {
            None => Ok(false),
            Some(value) => super::doc::flag(name, value),
        }
    }

    /// The body, which has to be there.
    pub(super) fn doc(&self) -> Result<Doc, Refusal> {
        Doc::read(self.request.header("content-type"), &self.request.body)
    }

    /// The body, or an empty request where there is none.
    pub(super) fn doc_or_empty(&self) -> Result<Doc, Refusal> {
        if self.request.body.is_empty() { Ok(Doc::default()) } else { self.doc() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes() {
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
