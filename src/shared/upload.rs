//! [`Upload`]: a file on its way to the server in chunks.
//!
//! The server appends what it gets and cannot be asked how much it has. So a chunk that it cannot
//! have received is sent again; after one whose fate is unknown the upload begins anew, under a
//! fresh id.

use std::io::Read;
use std::time::Duration;

use jiff::Timestamp;
use log::warn;
use serde_json::{Value, json};

use super::backoff::Backoff;
use super::source::{Opened, Source};
use crate::core::Core;
use crate::http::{Fate, Multipart, Request, encode_segment, hex, sha256};
use crate::{Error, Result};

/// How far an upload has come, and of which file: a value that another process can go on from.
///
/// [`Source::on_checkpoint`](crate::Source::on_checkpoint) shows it,
/// [`Source::resume`](crate::Source::resume) takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    id: String,
    offset: u64,
    file: Identity,
    under_way: bool,
}

/// What a file is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    length: u64,
    modified: Option<Timestamp>,
    /// SHA-256 of its first and its last MiB.
    sha256: String,
}

impl Upload {
    /// The server's id of the upload.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How many bytes the server has acknowledged.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes the file has.
    pub fn length(&self) -> u64 {
        self.file.length
    }

    /// Whether the server has all of it.
    pub fn is_complete(&self) -> bool {
        self.offset == self.file.length
    }

    /// Whether a chunk was sent and not acknowledged, so that the server may have it or not. Who
    /// resumes from here begins anew.
    pub fn is_uncertain(&self) -> bool {
        self.under_way
    }

    /// The upload as a line of text. It is no secret, but whoever has it and a session of the site
    /// can append to the upload.
    pub fn export(&self) -> String {
        json!({
            "tableau_upload": 1,
            "id": self.id,
            "offset": self.offset,
            "uncertain": self.under_way,
            "length": self.file.length,
            "modified": self.file.modified.map(|time| time.to_string()),
            "sha256": self.file.sha256,
        })
        .to_string()
    }

    /// Reads what [`export`](Upload::export) wrote.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for anything else.
    pub fn import(text: &str) -> Result<Upload> {
        let refuse = |why: &str| Error::input(format!("the text is no exported upload: {why}"));
        let value: Value = serde_json::from_str(text.trim())
            .map_err(|error| refuse(&format!("no JSON at column {}", error.column())))?;
        if value.get("tableau_upload").and_then(Value::as_u64) != Some(1) {
            return Err(refuse("`tableau_upload` is not 1"));
        }
        let missing = |name: &str| refuse(&format!("`{name}` is missing"));
        let number =
            |name: &str| value.get(name).and_then(Value::as_u64).ok_or_else(|| missing(name));
        let word = |name: &str| value.get(name).and_then(Value::as_str);
        let modified = word("modified").map(str::parse).transpose();
        let upload = Upload {
            id: word("id").filter(|id| !id.is_empty()).ok_or_else(|| missing("id"))?.to_owned(),
            offset: number("offset")?,
            under_way: value
                .get("uncertain")
                .and_then(Value::as_bool)
                .ok_or_else(|| missing("uncertain"))?,
            file: Identity {
                length: number("length")?,
                modified: modified.map_err(|_| refuse("`modified` is no time"))?,
                sha256: word("sha256").ok_or_else(|| missing("sha256"))?.to_owned(),
            },
        };
        match upload.offset <= upload.file.length {
            true => Ok(upload),
            false => Err(refuse("`offset` is beyond `length`")),
        }
    }
}

impl Identity {
    fn of(source: &mut Opened<'_>) -> Result<Identity> {
        const END: u64 = 1 << 20;
        let mut hash = sha256().start();
        let unread = format!("{} cannot be read", source.what);
        for offset in [0, source.length.saturating_sub(END)] {
            let mut end = source.look(offset, END).map_err(|error| Error::io(&unread, error))?;
            let mut block = [0; 8 << 10];
            loop {
                match end.read(&mut block) {
                    Ok(0) => break,
                    Ok(read) => hash.update(&block[..read]),
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(Error::io(&unread, error)),
                }
            }
        }
        Ok(Identity {
            length: source.length,
            modified: source.modified,
            sha256: hex(hash.finish().as_ref()),
        })
    }
}

/// Uploads a file, all of it or what is left of it.
pub(super) fn upload(core: &Core, source: &mut Opened<'_>) -> Result<Upload> {
    // The server's id of it is in some of the messages.
    chunks(core, source).map_err(|error| core.redact(error))
}

fn chunks(core: &Core, source: &mut Opened<'_>) -> Result<Upload> {
    let file = identity(source)?;
    let mut restarts = 0..source.restarts;
    let mut waits = Backoff::new(Duration::from_millis(200), 2.0, Duration::from_secs(30));
    let resumed = source.resume.take();
    if let Some(upload) = &resumed
        && upload.file != file
    {
        return Err(Error::input(format!(
            "{} is not the file that the upload {} began with: it has another length, time or \
             content",
            source.what, upload.id
        )));
    }
    let resumed = resumed.filter(|upload| !upload.under_way);
    let mut upload = match resumed {
        Some(upload) => upload,
        None => start(core, &file)?,
    };
    while !upload.is_complete() {
        // Whoever stops it between two chunks can resume it where it is.
        core.sleep(Duration::ZERO)?;
        let size = source.chunk_size.min(source.length - upload.offset);
        upload.under_way = true;
        tell(source, &upload);
        let outcome = append(core, source, &upload, size);
        // The server drops an upload that nobody goes on with, and may lose one.
        let lost = |error: &Error| Fate::of(error) == Fate::Unknown || error.is_not_found();
        match outcome {
            Ok(()) => {
                upload.offset += size;
                upload.under_way = false;
                tell(source, &upload);
            }
            Err(error) if lost(&error) => {
                if !source.is_replayable() || restarts.next().is_none() {
                    return Err(error);
                }
                let wait = waits.next().unwrap_or_default();
                warn!(
                    target: "tableau_server_client::upload",
                    "{error}: the upload begins anew in {} ms", wait.as_millis()
                );
                core.sleep(wait)?;
                upload = start(core, &file)?;
            }
            Err(error) => {
                upload.under_way = Fate::of(&error) == Fate::Abandoned;
                tell(source, &upload);
                return Err(error);
            }
        }
    }
    source.check_unchanged()?;
    Ok(upload)
}

/// Opens a file and uploads it.
pub(crate) fn upload_whole(core: &Core, source: Source<'_>) -> Result<Upload> {
    upload(core, &mut source.open()?)
}

/// What the file is known by, where anybody may ask.
fn identity(source: &mut Opened<'_>) -> Result<Identity> {
    match (source.checkpoint.is_some() || source.resume.is_some(), source.is_replayable()) {
        (true, true) => Identity::of(source),
        (true, false) => Err(Error::input(format!(
            "{}: a reader that can be read once only gives nothing to resume from",
            source.what
        ))),
        (false, _) => Ok(Identity { length: source.length, modified: None, sha256: String::new() }),
    }
}

fn tell(source: &mut Opened<'_>, upload: &Upload) {
    if let Some(tell) = &mut source.checkpoint {
        tell(upload);
    }
}

/// Begins an upload: `POST fileUploads`. One that nothing is added to harms nobody.
fn start(core: &Core, file: &Identity) -> Result<Upload> {
    let request = Request::post(core.site("fileUploads")).repeatable();
    let id = core.xml(request, |root| {
        let id: String = root.child_attr("fileUpload", "uploadSessionId")?;
        match id.trim_matches('.').is_empty() {
            true => Err(root.fail("`uploadSessionId`", "is no id")),
            false => Ok(id),
        }
    })?;
    Ok(Upload { id, offset: 0, file: file.clone(), under_way: false })
}

/// `PUT fileUploads/{id}`.
fn append(core: &Core, source: &mut Opened<'_>, upload: &Upload, count: u64) -> Result<()> {
    let again = source.is_replayable();
    let mut chunk = source.part(upload.offset, count);
    let mut body = Multipart::new("")?.file("tableau_file", "file", &mut chunk);
    // The server's ids hold colons, which a path may, and it has not been seen to take them encoded.
    let id = encode_segment(&upload.id).replace("%3A", ":");
    let request = Request::put(core.site(&format!("fileUploads/{id}")));
    let request = match again {
        true => request.adding(),
        false => request.once(),
    };
    let content_type = body.content_type();
    let request = request.stream(content_type, &mut body).patiently();
    let size =
        core.xml(request, |root| root.need("fileUpload")?.attr::<Option<String>>("fileSize"))?;
    let sent = upload.offset + count;
    if let Some(told) = size.and_then(|size| size.parse().ok())
        && !may_be(told, sent)
    {
        warn!(
            target: "tableau_server_client::upload",
            "{}: the server says that it has {told} MB of it, and was sent {sent} bytes", source.what
        );
    }
    Ok(())
}

/// Whether a server that has so many bytes may say that it has so many MB, be they of 10^6 bytes or
/// of 2^20, rounded up or down.
fn may_be(told: u64, bytes: u64) -> bool {
    (bytes / (1 << 20)..=bytes.div_ceil(1_000_000)).contains(&told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn value() -> Upload {
        let file = Identity {
            length: 10,
            modified: Some("2026-01-02T03:04:05.000000006Z".parse().unwrap()),
            sha256: "ab".into(),
        };
        Upload { id: "7720:170fe-1:0".into(), offset: 4, file, under_way: false }
    }

    #[test]
    fn an_upload_is_a_line_of_text() {
        for upload in [value(), Upload { under_way: true, ..value() }] {
            let text = upload.export();
            assert!(!text.contains('\n'));
            assert_eq!(Upload::import(&format!(" {text}\n")).unwrap(), upload);
        }
    }

    #[test]
    fn another_text_is_refused() {
        let text = value().export();
        for (text, why) in [
            ("", "no JSON"),
            ("{}", "`tableau_upload`"),
            (&*text.replace("\"offset\":4", "\"offset\":11"), "beyond"),
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
    fn sizes_that_contradict_are_told_apart() {
        const MIB: u64 = 1 << 20;
        for (told, bytes, may) in [
            (0, 1000, true),
            (1, 1000, true),
            (2, 1000, false),
            (50, 50 * MIB, true),
            (52, 50 * MIB, true),
            (53, 50 * MIB, true),
            (54, 50 * MIB, false),
            (49, 50 * MIB, false),
            (100, 50 * MIB, false),
            (50, 100 * MIB, false),
        ] {
            assert_eq!(may_be(told, bytes), may, "{told} MB of {bytes}");
        }
    }

    #[test]
    fn a_file_is_known_by_its_ends() {
        let of = |bytes: &[u8]| {
            Identity::of(&mut Source::bytes("x", bytes).open().unwrap()).unwrap().sha256
        };
        let mut large = vec![7; 3 << 20];
        let first = of(&large);
        assert_eq!(first.len(), 64);
        large[(3 << 20) - 1] = 8;
        assert_ne!(of(&large), first, "the last byte");
        large[(3 << 20) - 1] = 7;
        large[0] = 8;
        assert_ne!(of(&large), first, "the first byte");
    }
}
