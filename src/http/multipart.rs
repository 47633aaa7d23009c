//! [`Multipart`]: a request in XML together with a file, for publishing.

use std::io::{self, Read};

use super::exact_length::ExactLengthReader;
use super::request::Replay;
use super::tls::random;
use crate::Result;
use crate::encoding::hex;

/// A `multipart/mixed` body: the part `request_payload`, and optionally a file.
pub(crate) struct Multipart<'f> {
    boundary: String,
    head: Vec<u8>,
    file: Option<Box<dyn Replay + 'f>>,
    tail: Vec<u8>,
}

impl<'f> Multipart<'f> {
    pub(crate) fn new(payload: &str) -> Result<Multipart<'f>> {
        Ok(Multipart::empty()?.part("request_payload", "text/xml", payload.as_bytes()))
    }

    /// A body without parts.
    pub(crate) fn empty() -> Result<Multipart<'f>> {
        let boundary = hex(&random::<16>()?);
        let tail = format!("\r\n--{boundary}--\r\n").into_bytes();
        Ok(Multipart { boundary, head: Vec::new(), file: None, tail })
    }

    /// Adds a part without a file name.
    pub(crate) fn part(mut self, name: &str, content_type: &str, bytes: &[u8]) -> Self {
        self.open_part(name, "", content_type);
        self.head.extend_from_slice(bytes);
        self
    }

    fn open_part(&mut self, part: &str, name: &str, content_type: &str) {
        let separator = if self.head.is_empty() { "" } else { "\r\n" };
        let opening = opening(&self.boundary, part, name, content_type);
        self.head.extend_from_slice(format!("{separator}{opening}").as_bytes());
    }

    pub(crate) fn file(self, part: &str, name: &str, file: impl Replay + 'f) -> Self {
        self.file_of_type(part, name, "application/octet-stream", file)
    }

    /// Adds the file with its content type.
    pub(crate) fn file_of_type(
        mut self,
        part: &str,
        name: &str,
        content_type: &str,
        file: impl Replay + 'f,
    ) -> Self {
        self.open_part(part, name, content_type);
        self.file = Some(Box::new(file));
        self
    }

    pub(crate) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/mixed; boundary={}", self.boundary)
    }
}

impl Replay for Multipart<'_> {
    fn length(&self) -> u64 {
        let file = self.file.as_ref().map_or(0, |file| file.length());
        (self.head.len() + self.tail.len()) as u64 + file
    }

    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        let (head, tail) = (&self.head[..], &self.tail[..]);
        match &mut self.file {
            None => Ok(Box::new(head.chain(tail))),
            Some(file) => {
                let length = file.length();
                Ok(Box::new(head.chain(ExactLengthReader::new(file.open()?, length)).chain(tail)))
            }
        }
    }
}

/// The header lines of a part.
fn opening(boundary: &str, part: &str, name: &str, content_type: &str) -> String {
    let escape = |name: &str| name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let (part, name) = (escape(part), escape(name));
    let content_type = content_type.replace(['\r', '\n'], " ");
    format!(
        "--{boundary}\r\n\
         Content-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"\r\n\
         Content-Type: {content_type}\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bytes(&'static [u8], u64);

    impl Replay for Bytes {
        fn length(&self) -> u64 {
            self.1
        }

        fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
            Ok(Box::new(self.0))
        }
    }

    fn text(body: &mut Multipart<'_>) -> io::Result<String> {
        let (boundary, length) = (body.boundary.clone(), body.length());
        let mut text = String::new();
        body.open()?.read_to_string(&mut text)?;
        assert_eq!(text.len() as u64, length);
        assert!(!boundary.is_empty() && body.content_type().ends_with(&boundary));
        Ok(text.replace(&boundary, "B"))
    }

    #[test]
    fn writes_parts_in_the_form_that_the_server_expects() {
        let mut file = Bytes(b"PK", 2);
        let name = "R&D \"x\"\r\n\u{6771}.twbx";
        let mut body = Multipart::new("<a/>").unwrap().file("tableau_workbook", name, &mut file);
        let expected = "--B\r\n\
            Content-Disposition: form-data; name=\"request_payload\"; filename=\"\"\r\n\
            Content-Type: text/xml\r\n\r\n\
            <a/>\r\n\
            --B\r\n\
            Content-Disposition: form-data; name=\"tableau_workbook\"; \
            filename=\"R&D %22x%22%0D%0A\u{6771}.twbx\"\r\n\
            Content-Type: application/octet-stream\r\n\r\n\
            PK\r\n\
            --B--\r\n";
        assert_eq!(text(&mut body).unwrap(), expected);
        assert_eq!(text(&mut body).unwrap(), expected, "a second time");
        let alone = text(&mut Multipart::new("").unwrap()).unwrap();
        assert!(alone.ends_with("text/xml\r\n\r\n\r\n--B--\r\n"), "{alone:?}");
    }

    #[test]
    fn each_body_has_its_own_boundary() {
        let boundary = || Multipart::new("").unwrap().boundary;
        assert_ne!(boundary(), boundary());
    }

    #[test]
    fn file_of_another_length_is_an_error() {
        for (said, why) in [(3, "1 bytes early"), (1, "longer")] {
            let mut file = Bytes(b"PK", said);
            let mut body = Multipart::new("").unwrap().file("x", "y", &mut file);
            let error = body.open().unwrap().read_to_end(&mut Vec::new()).unwrap_err();
            assert!(format!("{error:?}").contains(why), "{error:?}");
        }
    }
}
