//! [`Upload`]: the state of an upload in chunks.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::operation::PathSegment;
use crate::{Error, Result};

/// The state of an upload in chunks: the server's id, how much the server has acknowledged, and the
/// fingerprint of the file. Another process can resume the upload from it.
///
/// [`Source::on_checkpoint`](crate::Source::on_checkpoint) reports it,
/// [`Source::resume`](crate::Source::resume) takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    pub(super) id: String,
    pub(super) offset: u64,
    /// The number of chunks that the server has acknowledged.
    pub(super) chunks: u64,
    pub(super) file: Fingerprint,
    pub(super) in_flight: bool,
}

/// Identifies a file when its upload is resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) length: u64,
    pub(super) modified: Option<Timestamp>,
    /// SHA-256 of the first and the last MiB.
    pub(super) sha256: String,
}

impl Upload {
    /// A new upload: the server has received no data.
    #[inline]
    pub(super) fn new(id: String, file: Fingerprint) -> Upload {
        Upload { id, offset: 0, chunks: 0, file, in_flight: false }
    }

    /// The server's id of the upload.
    #[inline]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The number of bytes that the server has acknowledged.
    #[inline]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The length of the file in bytes.
    #[inline]
    pub fn length(&self) -> u64 {
        self.file.length
    }

    /// Whether the server has the whole file.
    #[inline]
    pub fn is_complete(&self) -> bool {
        self.offset == self.file.length
    }

    /// Whether a chunk was sent and not acknowledged, so that the server may or may not have it. An
    /// upload that is resumed from here starts over.
    #[inline]
    pub fn is_uncertain(&self) -> bool {
        self.in_flight
    }

    /// Returns the upload as one line of text. The text is not a secret, but anyone who has it and a
    /// session on the site can append to the upload.
    #[inline]
    pub fn export(&self) -> String {
        json!({
            "tableau_upload": 1,
            "id": self.id,
            "offset": self.offset,
            "chunks": self.chunks,
            "uncertain": self.in_flight,
            "length": self.file.length,
            "modified": self.file.modified.map(|time| time.to_string()),
            "sha256": self.file.sha256,
        })
        .to_string()
    }

    /// Parses a string that [`export`](Upload::export) returned.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for any other string.
    #[inline]
    pub fn import(text: &str) -> Result<Upload> {
        let invalid = |why: &str| Error::input(format!("invalid exported upload: {why}"));
        let value: Value = serde_json::from_str(text.trim())
            .map_err(|error| invalid(&format!("not valid JSON at column {}", error.column())))?;
        if value.get("tableau_upload").and_then(Value::as_u64) != Some(1) {
            return Err(invalid("`tableau_upload` is not 1"));
        }
        let get = |name: &str| {
            let found = value.get(name).filter(|value| !value.is_null());
            found.ok_or_else(|| invalid(&format!("`{name}` is missing")))
        };
        let wrong = |name: &str| invalid(&format!("`{name}` has an invalid value"));
        let number = |name| get(name)?.as_u64().ok_or_else(|| wrong(name));
        let text = |name| get(name)?.as_str().ok_or_else(|| wrong(name));
        let chunks = value.get("chunks").and_then(Value::as_u64);
        let modified = value.get("modified").and_then(Value::as_str).map(str::parse).transpose();
        let upload = Upload {
            id: text("id")?.to_owned(),
            offset: number("offset")?,
            chunks: chunks.unwrap_or_default(),
            // Without the number of chunks, the next one cannot be numbered.
            in_flight: get("uncertain")?.as_bool().ok_or_else(|| wrong("uncertain"))?
                || chunks.is_none(),
            file: Fingerprint {
                length: number("length")?,
                modified: modified.map_err(|_| wrong("modified"))?,
                sha256: text("sha256")?.to_owned(),
            },
        };
        if upload.id.is_empty() {
            return Err(wrong("id"));
        }
        match upload.offset <= upload.file.length {
            true => Ok(upload),
            false => Err(invalid("`offset` is greater than `length`")),
        }
    }
}

impl PathSegment for Upload {
    #[inline]
    fn segment(&self) -> Result<String, String> {
        // The server's ids contain colons. They are sent unencoded, which a path allows, because it
        // is unknown whether the server accepts them percent-encoded.
        self.id.segment().map(|id| id.replace("%3A", ":"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn upload() -> Upload {
        let file = Fingerprint {
            length: 10,
            modified: Some("2026-01-02T03:04:05.000000006Z".parse().unwrap()),
            sha256: "ab".into(),
        };
        Upload { offset: 4, ..Upload::new("7720:170fe-1:0".into(), file) }
    }

    #[test]
    fn exports_and_imports_one_line_of_text() {
        for upload in [upload(), Upload { in_flight: true, ..upload() }] {
            let text = upload.export();
            assert!(!text.contains('\n'));
            assert_eq!(Upload::import(&format!(" {text}\n")).unwrap(), upload);
        }
    }

    #[test]
    fn rejects_other_texts() {
        let text = upload().export();
        for (text, why) in [
            ("", "not valid JSON"),
            ("{}", "`tableau_upload`"),
            (&*text.replace("\"offset\":4", "\"offset\":11"), "greater than"),
            (&*text.replace("7720:170fe-1:0", ""), "`id`"),
            (&*text.replace("\"uncertain\":false", "\"uncertain\":0"), "`uncertain`"),
            (&*text.replace("2026-01", "2026-51"), "`modified`"),
        ] {
            let error = Upload::import(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn keeps_colons_in_the_path() {
        assert_eq!(upload().segment().unwrap(), "7720:170fe-1:0");
        assert_eq!(Upload { id: "a/b".into(), ..upload() }.segment().unwrap(), "a%2Fb");
    }
}
