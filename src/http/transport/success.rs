//! [`Success`]: a response with a success status, whose body is decoded or streamed.

use std::io::Read;

use serde_core::de::DeserializeOwned;
use ureq::BodyReader;
use ureq::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING,
};
use ureq::http::{HeaderMap, HeaderValue, Method};

use super::super::connector::Stage;
use super::super::context;
use super::super::error_content::MAX_JSON_ERROR;
use super::super::failure::{self, is_markup, looks_like_html};
use super::super::limit::Permit;
use super::super::url::Origin;
use super::xml_response::XmlResponse;
use crate::cancel::CancellationToken;
use crate::json::from_json;
use crate::redact::Redactor;
use crate::xml::{self, Node, OwnedDocument, Reports};
use crate::{Error, Result};

const HTML_PAGE: &str = "the response is an HTML page, such as a login page, instead of a file";

/// A response with a success status. The body is not read yet.
pub(crate) struct Success {
    pub(super) headers: HeaderMap,
    /// Created once, because each reader of a compressed body has its own decoder.
    pub(super) body: BodyReader<'static>,
    pub(super) origin: Origin,
    pub(super) context: ResponseContext,
    pub(super) max_size: u64,
    pub(super) cancellation: Option<CancellationToken>,
    pub(super) _permit: Option<Permit>,
}

impl Success {
    /// An empty response, for a `DELETE` that an earlier attempt has carried out.
    pub(super) fn no_content(redactor: &Redactor) -> Success {
        Success {
            headers: HeaderMap::new(),
            body: ureq::Body::builder().data("").into_reader(),
            origin: Origin::nowhere(),
            context: ResponseContext {
                method: Method::DELETE,
                address: Origin::nowhere().to_string(),
                status: 204,
                redactor: redactor.clone(),
            },
            max_size: 0,
            cancellation: None,
            _permit: None,
        }
    }

    /// Reads the whole body, so that the connection can be reused. Fails if the body is an HTML
    /// page or a Tableau error.
    pub(crate) fn ignore(mut self) -> Result<()> {
        let outcome = self.bytes().and_then(|bytes| self.check_content(&bytes));
        outcome.map_err(|error| self.explain(error))
    }

    /// Decodes the body with `read`, which receives the root element. Fails if the body is an error of
    /// Tableau's.
    pub(crate) fn xml<T>(self, read: impl FnMut(Node<'_>) -> Result<T>) -> Result<T> {
        let value = self.xml_from(Accepts::Response, read)?;
        Ok(value.expect("`read` was called, because the body must not be empty"))
    }

    /// Like [`xml`](Success::xml), for any root element.
    pub(crate) fn any_xml<T>(self, read: impl FnMut(Node<'_>) -> Result<T>) -> Result<T> {
        let value = self.xml_from(Accepts::AnyRoot, read)?;
        Ok(value.expect("`read` was called, because the body must not be empty"))
    }

    fn xml_from<T>(
        self,
        accepts: Accepts,
        mut read: impl FnMut(Node<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut value = None;
        self.decode(accepts, &mut |root| {
            value = Some(read(root)?);
            Ok(())
        })?;
        Ok(value)
    }

    /// Reads the whole body, and returns it with the status and the headers. Fails if it is an HTML
    /// page or a Tableau error.
    pub(crate) fn content(mut self) -> Result<(u16, HeaderMap, Vec<u8>)> {
        let outcome = self.bytes().and_then(|bytes| self.check_content(&bytes).map(|()| bytes));
        let bytes = outcome.map_err(|error| self.explain(error))?;
        Ok((self.context.status, self.headers, bytes))
    }

    fn check_content(&self, bytes: &[u8]) -> Result<()> {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_JSON_ERROR)]);
        if looks_like_html(&start) {
            return Err(Error::decode("the response is an HTML page, such as a login page"));
        }
        let is_short = bytes.len() <= MAX_JSON_ERROR;
        match is_short.then(|| self.tableau_error(&start)).flatten() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Decodes a body in JSON. Fails if it is a Tableau error.
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T> {
        self.json_with(|text| from_json(text))
    }

    /// Decodes a body in JSON with `read`. Fails if it is a Tableau error.
    pub(crate) fn json_with<T>(self, read: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let context = self.context();
        let (_, _, bytes) = self.content()?;
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let outcome = match text.trim_ascii_start().first() {
            None => Err(Error::decode("the response is empty instead of JSON")),
            Some(b'<') => Err(Error::decode("the response is XML instead of JSON")),
            Some(_) => read(text),
        };
        outcome.map_err(|error| context.explain(error))
    }

    /// Like [`xml`](Success::xml), but returns `None` if the body is empty.
    pub(crate) fn xml_if_any<T>(
        self,
        read: impl FnMut(Node<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.xml_from(Accepts::ResponseOrEmpty, read)
    }

    /// Decodes the body with `read`, unless it is empty and `accepts` allows that. Not generic,
    /// so that it is compiled once.
    pub(crate) fn decode(
        self,
        accepts: Accepts,
        read: &mut dyn FnMut(Node<'_>) -> Result<()>,
    ) -> Result<()> {
        if let Some(response) = self.parse(accepts)? {
            read(response.root()).map_err(|error| response.explain(error))?;
            response.log_unreadable();
        }
        Ok(())
    }

    /// Like [`xml`](Success::xml), but returns the parsed response, to be read later.
    pub(crate) fn whole_xml(self) -> Result<XmlResponse> {
        let response = self.parse(Accepts::Response)?;
        Ok(response.expect("the body must not be empty"))
    }

    /// Reads and parses the body. Returns `None` if it is empty and `accepts` allows that. Fails if it
    /// is a Tableau error.
    pub(crate) fn parse(mut self, accepts: Accepts) -> Result<Option<XmlResponse>> {
        let parsed = self.read().and_then(|(text, replaced)| match text.trim() {
            "" if accepts == Accepts::ResponseOrEmpty => Ok(None),
            _ => self.parse_text(text, replaced, accepts).map(Some),
        });
        let parsed = parsed.map_err(|error| self.explain(error))?;
        Ok(parsed.map(|(document, reports)| XmlResponse {
            document,
            reports,
            context: self.context,
        }))
    }

    /// Parses a body. `replaced` says whether characters of it were replaced with U+FFFD.
    fn parse_text(
        &self,
        text: String,
        replaced: bool,
        accepts: Accepts,
    ) -> Result<(OwnedDocument, Reports)> {
        let repaired = if xml::has_invalid_references(&text) { xml::repair(&text) } else { None };
        let mut replaced = replaced || repaired.is_some();
        let document = match OwnedDocument::parse(repaired.unwrap_or(text)) {
            Ok(document) => document,
            Err((text, error)) => {
                if let Some(error) = self.tableau_error(&text) {
                    return Err(error);
                }
                replaced = true;
                let again = xml::repair(&text).ok_or(error)?;
                OwnedDocument::parse(again).map_err(|(_, error)| error)?
            }
        };
        let ResponseContext { status, address, redactor, .. } = &self.context;
        let reports = Reports::new(redactor, replaced);
        let root = Node::any_root(document.get(), &reports);
        if accepts != Accepts::AnyRoot {
            root.require_response()?;
        }
        match failure::error_in_success(*status, root, address, redactor) {
            Some(error) => Err(error),
            None => Ok((document, reports)),
        }
    }

    /// The value of a header, which may not be UTF-8.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&[u8]> {
        self.headers.get(name).map(HeaderValue::as_bytes)
    }

    /// The length of the body in bytes, if the response states it and is not compressed.
    pub(crate) fn length(&self) -> Option<u64> {
        match self.headers.contains_key(CONTENT_ENCODING) {
            true => None,
            false => self.headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok(),
        }
    }

    /// Maximum size of a response that is kept in memory.
    pub(crate) fn max_size(&self) -> u64 {
        self.max_size
    }

    /// Fails if the body has an encoding that was not requested, because the compressed bytes would be
    /// returned as the content.
    pub(super) fn check_encoding(self) -> Result<Success> {
        const ENCODINGS: [&str; 7] =
            ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"];
        // ureq removes these headers if it decompresses the body.
        let encoding = [CONTENT_ENCODING, TRANSFER_ENCODING]
            .iter()
            .flat_map(|name| self.headers.get_all(name))
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .find_map(|word| ENCODINGS.into_iter().find(|p| word.trim().eq_ignore_ascii_case(p)));
        match encoding {
            None => Ok(self),
            Some(encoding) => Err(self.explain(Error::decode(format!(
                "the response is compressed with {encoding}, which was not requested"
            )))),
        }
    }

    /// Streams a file to `take` and returns its size in bytes. Fails with the first error of the
    /// connection or of `take`. Also fails if the body is empty, an HTML page, or Tableau's XML or JSON
    /// instead of a file. With `any_text`, the content of the body is checked only if its content type
    /// is HTML, XML or JSON.
    pub(crate) fn file(self, any_text: bool, take: impl FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        if !any_text && self.content_type_has(b"text/html") {
            return Err(self.explain(Error::decode(HTML_PAGE)));
        }
        let other = [&b"html"[..], b"xml", b"json"].iter().any(|kind| self.content_type_has(kind));
        match any_text && !other {
            true => self.stream_after(|_, _| Ok(()), take),
            false => self.stream_after(Success::check_file, take),
        }
    }

    /// Fails if the first bytes of a response show that it is not a file.
    fn check_file(&self, start: &[u8]) -> Result<()> {
        if start.is_empty() {
            return Err(Error::decode("the response is empty instead of a file"));
        }
        self.check_content(start)?;
        let start = String::from_utf8_lossy(&start[..start.len().min(1000)]);
        match is_markup(&start) && start.contains("tsResponse") {
            true => Err(Error::decode("the response is Tableau's XML instead of a file")),
            false => Ok(()),
        }
    }

    /// Streams any body to `take` and returns its size in bytes. Fails if the body is an HTML page or
    /// a Tableau error.
    pub(crate) fn stream(self, take: impl FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        self.stream_after(Success::check_content, take)
    }

    /// Streams the body to `take`, after `check` has accepted its first bytes.
    fn stream_after(
        mut self,
        check: impl Fn(&Success, &[u8]) -> Result<()>,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<u64> {
        let mut block = vec![0; 64 << 10];
        // Held back until the body is too long to be a Tableau error.
        let mut held = Some(Vec::new());
        let mut total = 0;
        loop {
            let read = self.next(&mut block)?;
            total += read as u64;
            match &mut held {
                None if read == 0 => {}
                None => take(&block[..read])?,
                Some(start) => {
                    start.extend_from_slice(&block[..read]);
                    if read == 0 || start.len() > MAX_JSON_ERROR {
                        check(&self, start).map_err(|error| self.explain(error))?;
                        take(start)?;
                        held = None;
                    }
                }
            }
            if read == 0 {
                return Ok(total);
            }
        }
    }

    /// The Tableau error in the body, if there is one.
    fn tableau_error(&self, text: &str) -> Option<Error> {
        let ResponseContext { status, address, redactor, .. } = &self.context;
        failure::error_in_text(*status, text, address, redactor)
    }

    /// Reads the next block of the body. Returns 0 at its end.
    fn next(&mut self, block: &mut [u8]) -> Result<usize> {
        loop {
            let cancellation = self.cancellation.as_ref();
            match context::with_cancellation(cancellation, || self.body.read(block)) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let error = self.read_error(error);
                    return Err(self.explain(error));
                }
                Ok(read) => return Ok(read),
            }
        }
    }

    /// Whether the content type contains this word.
    fn content_type_has(&self, word: &[u8]) -> bool {
        let content_type = self.header(CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        content_type.windows(word.len()).any(|part| part == word)
    }

    /// Reads the body as text, up to `max_response`. Returns whether bytes that are not UTF-8 were
    /// replaced with U+FFFD.
    fn read(&mut self) -> Result<(String, bool)> {
        Ok(match String::from_utf8(self.bytes()?) {
            Ok(text) => (text, false),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
        })
    }

    fn bytes(&mut self) -> Result<Vec<u8>> {
        // A 204 has no body, even if a header says that it is compressed.
        if self.context.status == 204 {
            return Ok(Vec::new());
        }
        // A page of a list has about a megabyte, and a growing buffer could allocate twice as much.
        // `Content-Length` is trusted up to a limit. The additional byte is for the final read, which
        // returns 0.
        let length = self.length().unwrap_or(0).min(self.max_size).min(8 << 20);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        let read = context::with_cancellation(self.cancellation.as_ref(), || {
            self.body.by_ref().take(self.max_size.saturating_add(1)).read_to_end(&mut bytes)
        });
        read.map_err(|error| self.read_error(error))?;
        if bytes.len() as u64 > self.max_size {
            return Err(Error::decode(format!(
                "the response is larger than {} bytes (`max_response` sets the limit)",
                self.max_size
            )));
        }
        Ok(bytes)
    }

    fn read_error(&self, error: std::io::Error) -> Error {
        failure::failed(
            error.into(),
            Stage::Established,
            &self.origin,
            None,
            &self.context.redactor,
        )
    }

    fn explain(&self, error: Error) -> Error {
        self.context.explain(error)
    }

    /// The request and the response, to be added to errors.
    pub(crate) fn context(&self) -> ResponseContext {
        self.context.clone()
    }
}

/// The bodies that [`Success::decode`] accepts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Accepts {
    /// `<tsResponse>`.
    Response,
    /// `<tsResponse>`, or no content.
    ResponseOrEmpty,
    /// XML with any root element.
    AnyRoot,
}

/// The request and the response, which [`explain`](ResponseContext::explain) adds to an error.
#[derive(Clone)]
pub(crate) struct ResponseContext {
    pub(super) method: Method,
    pub(super) address: String,
    pub(super) status: u16,
    pub(super) redactor: Redactor,
}

impl ResponseContext {
    /// Adds the request and the status to an error. The whole message is redacted, because it may
    /// contain text from the response.
    pub(crate) fn explain(&self, error: Error) -> Error {
        error
            .redacted(&self.redactor)
            .with_status(self.status)
            .at(self.redactor.redact(&self.address))
            .doing(self.doing())
    }

    pub(super) fn doing(&self) -> String {
        super::describe(&self.method, &self.address, &self.redactor)
    }
}
