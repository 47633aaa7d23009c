//! The mock server, tested by a client over a plain socket.

mod clients;
mod clock;
mod content;
mod expectations;
mod faults;
mod program;
mod publish;
mod resources;
mod robustness;
mod sessions;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use tableau_server_client::mock::MockServer;

/// A parsed response.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Status and code, such as `(404, "404006")`; an empty code if there is none.
    pub fn error(&self) -> (u16, String) {
        (self.status, attribute(&self.text(), "error", "code").unwrap_or_default())
    }

    /// All values of an attribute of the elements with this name.
    pub fn all(&self, element: &str, name: &str) -> Vec<String> {
        let text = self.text();
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        document
            .descendants()
            .filter(|node| node.tag_name().name() == element)
            .filter_map(|node| node.attribute(name).map(str::to_owned))
            .collect()
    }

    pub fn one(&self, element: &str, name: &str) -> String {
        let first = self.all(element, name).into_iter().next();
        first.unwrap_or_else(|| panic!("no {element}@{name} in {}", self.text()))
    }
}

fn attribute(text: &str, element: &str, name: &str) -> Option<String> {
    let document = roxmltree::Document::parse(text).ok()?;
    let node = document.descendants().find(|node| node.tag_name().name() == element)?;
    node.attribute(name).map(str::to_owned)
}

/// A client that sends arbitrary requests.
pub struct Client<'a> {
    pub mock: &'a MockServer,
    pub version: &'a str,
    pub token: String,
    pub site: String,
    pub user: String,
}

pub fn connect(mock: &MockServer) -> TcpStream {
    let address = mock.url().strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

/// Sends bytes unchanged, and reads one response.
pub fn send_raw(mock: &MockServer, bytes: &[u8]) -> Option<Response> {
    let mut stream = connect(mock);
    stream.write_all(bytes).ok()?;
    read_response(&mut BufReader::new(stream))
}

pub fn read_response(reader: &mut impl BufRead) -> Option<Response> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut response = Response { status, headers, body: Vec::new() };
    let length = response.header("content-length").map_or(0, |length| length.parse().unwrap());
    response.body = vec![0; length];
    reader.read_exact(&mut response.body).ok()?;
    Some(response)
}

pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: mock\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += &format!("Content-Length: {}\r\n\r\n", body.len());
    [text.into_bytes(), body.to_vec()].concat()
}

impl<'a> Client<'a> {
    /// Signed in as the administrator.
    pub fn new(mock: &'a MockServer) -> Client<'a> {
        Client::with_version(mock, "3.30")
    }

    pub fn with_version(mock: &'a MockServer, version: &'a str) -> Client<'a> {
        let credentials = format!("name=\"{}\" password=\"{}\"", mock.username(), mock.password());
        Client::signed_in(mock, version, &credentials, "").unwrap()
    }

    pub fn signed_in(
        mock: &'a MockServer,
        version: &'a str,
        credentials: &str,
        site: &str,
    ) -> Result<Client<'a>, Response> {
        let empty = String::new;
        let mut client = Client { mock, version, token: empty(), site: empty(), user: empty() };
        let body = format!(
            "<tsRequest><credentials {credentials}><site contentUrl=\"{site}\"/></credentials></tsRequest>"
        );
        let response = client.call("POST", "auth/signin", &body);
        if response.status != 200 {
            return Err(response);
        }
        client.token = response.one("credentials", "token");
        client.site = response.one("site", "id");
        client.user = response.one("user", "id");
        Ok(client)
    }

    /// A request below `/api/{version}/`.
    pub fn call(&self, method: &str, path: &str, body: &str) -> Response {
        self.send(method, path, &[("Content-Type", "text/xml")], body.as_bytes())
    }

    /// A request below the site.
    pub fn on_site(&self, method: &str, path: &str, body: &str) -> Response {
        self.call(method, &format!("sites/{}/{path}", self.site), body)
    }

    pub fn get(&self, path: &str) -> Response {
        self.on_site("GET", path, "")
    }

    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let mut all = vec![("X-Tableau-Auth", self.token.as_str())];
        all.retain(|(_, value)| !value.is_empty());
        all.extend(headers);
        let target = match path.strip_prefix('/') {
            Some(path) => format!("/{path}"),
            None => format!("/api/{}/{path}", self.version),
        };
        send_raw(self.mock, &request(method, &target, &all, body)).expect("a response")
    }
}
