//! The mock server without its sockets, for fuzzing.

use std::io::{Cursor, Read};

use super::encoding::decode_query;
use super::http::{ReadError, RequestReader};
use super::multipart;
use super::request::Request;
use super::response::Format;
use super::sample::Sizes;
use super::server_state::ServerState;
use super::service::Service;
use super::version::Version;

/// Maximum size of a body.
const MOST: u64 = 1 << 20;

/// Reads requests from a stream and carries them out in a session, until one cannot be read.
///
/// A request without a token gets the session's, and `{site}` in a path stands for its site.
pub(crate) fn converse(bytes: &[u8]) {
    let sizes = Sizes { users: 3, groups: 2, projects: 3, workbooks: 2, datasources: 1 };
    let mut state = ServerState::new(Version::NEWEST, "admin", sizes, &super::resources::REGISTRY);
    state.jwts.push(("JWT".to_owned(), "admin".to_owned()));
    state.max_file = usize::try_from(MOST).unwrap_or(usize::MAX);
    let service = Service::new(state, false);
    let body =
        b"<tsRequest><credentials jwt=\"JWT\"><site contentUrl=\"\"/></credentials></tsRequest>";
    let head = "POST /api/3.30/auth/signin HTTP/1.1\r\nContent-Type: text/xml\r\n\r\n";
    let mut reader = RequestReader::new(Cursor::new(head.as_bytes().to_vec()));
    let head = reader.head().expect("the request is valid");
    let (response, _) = service.response_to(&Request::new(&head, body.to_vec()));
    let (_, response) = response.serialize(Format::Xml);
    let response = String::from_utf8(response).expect("responses are UTF-8");
    let between = |before: &str| {
        let rest = &response[response.find(before).expect("signed in") + before.len()..];
        rest[..rest.find('"').expect("a closing quote")].to_owned()
    };
    let (token, site) = (between("token=\""), between("<site id=\""));

    let mut reader = RequestReader::new(Cursor::new(bytes.to_vec()));
    loop {
        let request = reader.head().and_then(|head| {
            let body = reader.body(&head, MOST)?;
            assert!(body.len() <= bytes.len());
            Ok(Request::new(&head, body))
        });
        let mut request = match request {
            Ok(request) => request,
            Err(ReadError::Rejected(status, _)) => return assert!((400..600).contains(&status)),
            Err(ReadError::Closed | ReadError::TimedOut) => return,
        };
        request.path = request.path.replace("{site}", &site);
        if request.header("x-tableau-auth").is_none() {
            request.headers.push(("X-Tableau-Auth".to_owned(), token.clone()));
        }
        let (response, format) = service.response_to(&request);
        assert!((200..600).contains(&response.status), "{}", response.status);
        let (content_type, body) = response.serialize(format);
        if content_type.contains("xml") && body.starts_with(b"<") {
            let text = std::str::from_utf8(&body).expect("XML is UTF-8");
            roxmltree::Document::parse(text).expect("responses are well-formed");
        }
    }
}

/// The parameters of a query as the server reads them.
pub(crate) fn query(query: &str) -> Option<Vec<(String, String)>> {
    decode_query(query)
}

/// A part's name, file name and content.
type OwnedPart = (String, Option<String>, Vec<u8>);

/// The names, file names and contents of a body's parts; `None` if it has none.
pub(crate) fn parts(content_type: &str, mut body: impl Read) -> Option<Vec<OwnedPart>> {
    let mut reader = RequestReader::new(Cursor::new(b"POST / HTTP/1.1\r\n\r\n".to_vec()));
    let mut request = Request::new(&reader.head().expect("the request is valid"), Vec::new());
    request.headers.push(("Content-Type".to_owned(), content_type.to_owned()));
    body.read_to_end(&mut request.body).expect("read from memory");
    let parts = multipart::parts(&request).ok()?;
    Some(parts.into_iter().map(|p| (p.name, p.filename, p.body.to_vec())).collect())
}

/// The first version in which the mock server has an operation, if it has it at all.
#[cfg(test)]
pub(crate) fn first_version(method: &str, path: &str) -> Option<(u16, u16)> {
    let registry = &super::resources::REGISTRY;
    let routes: Vec<_> = registry.resources.iter().flat_map(|r| (r.routes)()).collect();
    let found = super::route::find(&routes, method, path, Version::NEWEST).ok()?;
    Some((found.route.since.0, found.route.since.1))
}
