//! Requests for which this library has no method: [`RawRequest`].
//!
//! ```no_run
//! # fn main() -> Result<(), tableau_server_client::Error> {
//! # use tableau_server_client as tsc;
//! # let server = tsc::Server::new("https://tableau.example.com")?;
//! # let session = server.sign_in(&tsc::TableauAuth::new("USERNAME", "PASSWORD"))?;
//! let names = session
//!     .request(tsc::Method::Get, "sites/{site}/webhooks")
//!     .query("pageSize", "100")
//!     .read_xml(|root| {
//!         let webhooks = root.need("webhooks")?;
//!         webhooks.children().map(|webhook| Ok(webhook.require("name")?.to_owned())).collect()
//!     })?;
//! # let _: Vec<String> = names;
//! # Ok(())
//! # }
//! ```

mod pages;
mod path;
mod response;

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use crate::client::Client;
use crate::common::Source;
use crate::http::{Body, Multipart, Request, Success};
use crate::json::to_json;
use crate::operation::Method;
use crate::secret::Secret;
use crate::{Error, Result};

pub use crate::xml::Node as XmlNode;
pub use pages::{Paging, RawItems};
pub use response::RawResponse;

/// A request that is sent with the session's token, from [`Session::request`](crate::Session::request).
///
/// It is sent like every other request of this library: an expired session signs in again, failed
/// attempts are retried according to [`HttpOptions::retries`](crate::HttpOptions::retries), and
/// timeouts, limits, proxies and cancellation apply. A response whose status is not a success is an
/// error with Tableau's code, also in the JSON formats of Pulse, the VizQL Data Service and the
/// Metadata API.
///
/// `GET`, `PUT` and `DELETE` are repeated after a lost response. `POST` and `PATCH` are repeated only
/// if the server cannot have carried them out, unless [`idempotent`](RawRequest::idempotent) is
/// called. Invalid input is an [`Input`](crate::ErrorKind::Input) error when the request is sent.
#[must_use = "nothing is sent until the response is read"]
pub struct RawRequest<'s> {
    client: &'s Arc<Client>,
    request: Request<'s>,
    multipart: Option<Multipart<'s>>,
    content_type: Option<String>,
    accept: Option<&'static str>,
    /// Whether the body can be read only once.
    is_once: bool,
    invalid: Option<Error>,
}

impl<'s> RawRequest<'s> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, method: Method, path: &str) -> RawRequest<'s> {
        let (request, invalid) = match path::resolve(client, path) {
            Ok((path, query)) => {
                let request = Request::raw(method, path);
                (query.into_iter().fold(request, |r, (name, value)| r.query(name, value)), None)
            }
            Err(why) => {
                let why = client.redact(Error::input(format!("invalid path {path:?}: {why}")));
                (Request::raw(method, ""), Some(why))
            }
        };
        RawRequest {
            client,
            request,
            multipart: None,
            content_type: None,
            accept: None,
            is_once: false,
            invalid,
        }
    }

    fn change(mut self, change: impl FnOnce(Request<'s>) -> Result<Request<'s>>) -> RawRequest<'s> {
        match change(self.request) {
            Ok(request) => self.request = request,
            Err(error) => {
                self.request = Request::raw(Method::Get, "");
                self.invalid = self.invalid.or(Some(error));
            }
        }
        self
    }

    #[inline]
    fn body(self, body: Body<'s>) -> RawRequest<'s> {
        RawRequest { multipart: None, ..self }.change(|request| Ok(request.body(body)))
    }

    /// Adds a query parameter. Name and value are percent-encoded.
    pub fn query(self, name: impl Into<String>, value: impl ToString) -> RawRequest<'s> {
        self.change(|request| Ok(request.query(name, value.to_string())))
    }

    /// Adds a header. It replaces a header of [`HttpOptions`](crate::HttpOptions::header), and
    /// `Content-Type` replaces the media type of the body. Values of headers whose names suggest a
    /// secret are redacted in messages.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> RawRequest<'s> {
        let (name, value) = (name.into(), value.into());
        if name.eq_ignore_ascii_case("Content-Type") {
            self.content_type = Some(value);
            return self;
        }
        self.change(|request| request.checked_header(name, value))
    }

    /// Redacts a value of the request in messages, in case the server repeats it.
    pub fn redact(self, secret: impl Into<String>) -> RawRequest<'s> {
        self.change(|request| Ok(request.hiding(Some(&Secret::new(secret)))))
    }

    /// Sends a body of this media type.
    pub fn bytes(
        self,
        content_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> RawRequest<'s> {
        self.body(Body::bytes(content_type.into(), bytes))
    }

    /// Sends a body in plain text.
    pub fn text(self, text: impl Into<String>) -> RawRequest<'s> {
        self.body(Body::bytes("text/plain; charset=utf-8", text.into()))
    }

    /// Sends a body in XML, such as `<tsRequest>…</tsRequest>`.
    pub fn xml(self, text: impl Into<String>) -> RawRequest<'s> {
        self.body(Body::bytes("text/xml", text.into()))
    }

    /// Sends a value as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> RawRequest<'s> {
        match to_json(value) {
            Ok(bytes) => self.body(Body::bytes("application/json", bytes)),
            Err(error) => self.change(|_| Err(error)),
        }
    }

    /// Sends a file as the body, read while it is sent. The media type is
    /// `application/octet-stream` unless a header `Content-Type` sets it.
    pub fn stream(mut self, source: impl Into<Source<'s>>) -> RawRequest<'s> {
        match source.into().open() {
            Ok(source) => {
                self.is_once = !source.is_replayable();
                let (content_type, source) = ("application/octet-stream".into(), Box::new(source));
                self.body(Body::Stream { content_type, source })
            }
            Err(error) => self.change(|_| Err(error)),
        }
    }

    /// Adds a part to a body in `multipart/mixed`, which the REST API expects for files.
    pub fn part(self, name: &str, content_type: &str, bytes: impl AsRef<[u8]>) -> RawRequest<'s> {
        self.extend(|body| Ok(body.part(name, content_type, bytes.as_ref())))
    }

    /// Adds a file, read while it is sent, as the last part of a body in `multipart/mixed`.
    pub fn file(mut self, name: &str, source: impl Into<Source<'s>>) -> RawRequest<'s> {
        match source.into().open() {
            Ok(source) => {
                self.is_once = !source.is_replayable();
                let file_name = source.name.clone().unwrap_or_default();
                self.extend(|body| match body.has_file() {
                    true => Err(Error::input("a raw request can have only one file")),
                    false => Ok(body.file(name, &file_name, source)),
                })
            }
            Err(error) => self.change(|_| Err(error)),
        }
    }

    fn extend(
        mut self,
        add: impl FnOnce(Multipart<'s>) -> Result<Multipart<'s>>,
    ) -> RawRequest<'s> {
        let body = self.multipart.take().map_or_else(Multipart::empty, Ok);
        match body.and_then(add) {
            Ok(body) => RawRequest { multipart: Some(body), ..self },
            Err(error) => self.change(|_| Err(error)),
        }
    }

    /// Declares that the request is idempotent: `POST` and `PATCH` are then repeated after a lost
    /// response, as `GET` is.
    #[inline]
    pub fn idempotent(self) -> RawRequest<'s> {
        self.change(|request| Ok(request.repeatable()))
    }

    /// Waits at least half an hour for the response, as for publishing, in place of the read timeout.
    #[inline]
    pub fn long_running(self) -> RawRequest<'s> {
        self.change(|request| Ok(request.long_running()))
    }

    /// Sends the request and reads the response into memory, at most
    /// [`max_response`](crate::HttpOptions::max_response) bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if the path, a header or the
    /// body is invalid; [`Api`](crate::ErrorKind::Api) and [`Http`](crate::ErrorKind::Http) for an error
    /// status; [`Decode`](crate::ErrorKind::Decode) if the response is an HTML page or too large.
    #[inline]
    pub fn send(self) -> Result<RawResponse> {
        self.ask(|response| response.content().map(RawResponse::new))
    }

    /// Sends the request and returns the response as text. Fails like [`send`](RawRequest::send), and with
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the response is not UTF-8.
    #[inline]
    pub fn read_text(self) -> Result<String> {
        self.ask(|response| {
            let context = response.context();
            let text = String::from_utf8(response.content()?.2);
            text.map_err(|_| context.explain(Error::decode("the response is not text in UTF-8")))
        })
    }

    /// Sends the request, asks for JSON, and decodes the response. Fails like [`send`](RawRequest::send),
    /// and with [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the response cannot be decoded.
    pub fn read_json<T: DeserializeOwned>(mut self) -> Result<T> {
        self.accept = Some("application/json");
        self.ask(Success::json)
    }

    /// Sends the request, asks for XML, and reads the response from its root element. Fails like
    /// [`send`](RawRequest::send), with [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the response is
    /// not XML, and with the error of `read`.
    pub fn read_xml<T>(mut self, read: impl Fn(XmlNode<'_>) -> Result<T>) -> Result<T> {
        self.accept = Some("application/xml");
        self.ask(|response| response.any_xml(&read))
    }

    /// Sends the request, writes the response to a writer while it arrives, and returns the number
    /// of bytes. The writer is not flushed. An interruption after the first byte is an error,
    /// because written bytes cannot be taken back. Fails like [`send`](RawRequest::send), and with
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer fails.
    pub fn write_to(self, mut writer: impl Write) -> Result<u64> {
        self.ask(|response| {
            let mut is_written = false;
            let outcome = response.stream(|block| {
                is_written |= !block.is_empty();
                let failed = |error| Error::io("the response cannot be written", error);
                writer.write_all(block).map_err(failed)
            });
            // Errors in this inner result are not retried.
            if is_written { Ok(outcome) } else { outcome.map(Ok) }
        })?
    }

    /// Sends the request once for each page of a list in JSON, and yields the items of all pages.
    /// `items` names the list in a response: `definitions`, or with dots `workbooks.workbook`.
    pub fn read_items<T: DeserializeOwned>(self, paging: Paging, items: &str) -> RawItems<'s, T> {
        RawItems::new(self, paging, items)
    }

    #[inline]
    fn has_body(&self) -> bool {
        self.request.has_body() || self.multipart.is_some()
    }

    /// Returns the error of an invalid request; completes the headers of a valid one.
    #[inline]
    fn check(&mut self) -> Result<()> {
        if let Some(error) = self.invalid.take() {
            return Err(error);
        }
        if self.has_body() && self.request.method() == "GET" {
            return Err(Error::input(format!(
                "GET {} has a body, which servers ignore: send parameters with `query`, or use POST",
                self.request.path()
            )));
        }
        if let Some(accept) = self.accept.filter(|_| !self.request.has_header("Accept")) {
            self.request.add_header("Accept", accept);
        }
        Ok(())
    }

    fn ask<T>(mut self, finish: impl FnMut(Success) -> Result<T>) -> Result<T> {
        self.check()?;
        let RawRequest { client, mut request, multipart, content_type, is_once, .. } = self;
        if let Some(body) = multipart {
            request = request.stream(body.content_type(), body);
        }
        if let Some(content_type) = content_type {
            request.content_type(content_type)?;
        }
        client.ask(if is_once { request.once() } else { request }, finish)
    }
}

/// Shows method and path.
impl fmt::Debug for RawRequest<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.request.method().as_str())
            .field("path", &self.request.path())
            .finish_non_exhaustive()
    }
}
