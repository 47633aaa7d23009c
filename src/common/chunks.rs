//! Uploading a file in chunks.
//!
//! The server appends each chunk and has no operation that returns how much it has. A chunk that
//! the server cannot have received is therefore sent again; if its delivery is unknown, the upload
//! starts over under a new id. [`parallel`](super::parallel) sends several chunks at once.

use std::io::Read;
use std::time::Duration;

use log::warn;

use super::backoff::Backoff;
use super::parallel::append_rest;
use super::source::{OpenSource, Source};
use super::upload::{Fingerprint, Upload};
use crate::client::Client;
use crate::http::{Delivery, Multipart, Replay, hex, sha256};
use crate::operation::operations;
use crate::{Error, Result};

operations! {
    pub(crate) START_UPLOAD = POST "sites/{site}/fileUploads" since (2, 0)
        scope "tableau:file_uploads:create" errors [403015]
        "Initiate File Upload" "publishing.htm#initiate_file_upload";
    pub(crate) APPEND_TO_UPLOAD = PUT "sites/{site}/fileUploads/{upload-session}" since (2, 0)
        scope "tableau:file_uploads:create" errors [400016, 400019, 400020, 403007, 403016, 404015]
        "Append to File Upload" "publishing.htm#append_to_file_upload";
}

/// The first API version that numbers chunks, and the maximum number of chunks.
const SEQUENCED: (u16, u16) = (3, 27);
const MAX_CHUNKS: u64 = 10_000;

/// Opens a file and uploads it in chunks.
#[inline]
pub(crate) fn upload_file(client: &Client, source: Source<'_>) -> Result<Upload> {
    upload(client, &mut source.open()?)
}

/// Uploads a file in chunks, or the rest of it if the source resumes an upload.
#[inline]
pub(super) fn upload(client: &Client, source: &mut OpenSource<'_>) -> Result<Upload> {
    // Some messages contain the upload id, which comes from the server.
    send_chunks(client, source).map_err(|error| client.redact(error))
}

#[inline]
fn send_chunks(client: &Client, source: &mut OpenSource<'_>) -> Result<Upload> {
    let sequenced = client.needs(SEQUENCED, String::new).is_ok();
    let chunks = source.length.div_ceil(source.options.chunk_size.max(1));
    if sequenced && chunks > MAX_CHUNKS {
        return Err(Error::input(format!(
            "{}: {chunks} chunks are more than the {MAX_CHUNKS} that the server accepts: set a larger \
             `chunk_size`",
            source.label
        )));
    }
    let file = fingerprint(source)?;
    let mut restarts = 0..source.options.restarts;
    let mut waits = Backoff::new(Duration::from_millis(200), 2.0, Duration::from_secs(30));
    let resumed = source.options.resume.take();
    if let Some(upload) = &resumed
        && upload.file != file
    {
        return Err(Error::input(format!(
            "{} is not the file of the upload {}: the length, the modification time or the \
             content differs",
            source.label, upload.id
        )));
    }
    let mut upload = match resumed.filter(|upload| !upload.is_uncertain()) {
        Some(upload) => upload,
        None => start(client, &file)?,
    };
    let parallel = source.options.parallel_chunks > 1 && sequenced && source.is_replayable();
    while !upload.is_complete() {
        // After a cancellation between two chunks, the upload can be resumed from here.
        client.sleep(Duration::ZERO)?;
        let outcome = match parallel {
            true => append_rest(client, source, &mut upload, source.options.parallel_chunks),
            false => append_next(client, source, &mut upload),
        };
        let Err(error) = outcome else { continue };
        // The server discards an upload that is not continued in time.
        let starts_over = Delivery::of_failed(&error) == Delivery::Unknown || error.is_not_found();
        if !starts_over || !source.is_replayable() || restarts.next().is_none() {
            return Err(error);
        }
        let wait = waits.next().unwrap_or_default();
        warn!(
            target: "tableau_server_client::upload",
            "{error}: the upload starts over in {} ms", wait.as_millis()
        );
        client.sleep(wait)?;
        upload = start(client, &file)?;
    }
    source.check_unchanged()?;
    Ok(upload)
}

/// Fingerprint of a file, with a checksum only if the upload can be resumed.
#[inline]
fn fingerprint(source: &mut OpenSource<'_>) -> Result<Fingerprint> {
    let resumable = source.options.checkpoint.is_some() || source.options.resume.is_some();
    match (resumable, source.is_replayable()) {
        (true, true) => fingerprint_with_checksum(source),
        (true, false) => Err(Error::input(format!(
            "{}: an upload from a reader that can only be read once cannot be resumed",
            source.label
        ))),
        (false, _) => {
            Ok(Fingerprint { length: source.length, modified: None, sha256: String::new() })
        }
    }
}

#[inline]
fn fingerprint_with_checksum(source: &mut OpenSource<'_>) -> Result<Fingerprint> {
    const END: u64 = 1 << 20;
    let (length, modified) = (source.length, source.modified);
    let what = format!("{} cannot be read", source.label);
    let mut hash = sha256().start();
    let mut block = [0; 8 << 10];
    for offset in [0, length.saturating_sub(END)] {
        let mut end = source.read_from(offset, END).map_err(|error| Error::io(&what, error))?;
        loop {
            match end.read(&mut block) {
                Ok(0) => break,
                Ok(read) => hash.update(&block[..read]),
                Err(error) => return Err(Error::io(&what, error)),
            }
        }
    }
    Ok(Fingerprint { length, modified, sha256: hex(hash.finish().as_ref()) })
}

#[inline]
fn start(client: &Client, file: &Fingerprint) -> Result<Upload> {
    // An empty upload has no effect, so the request can be repeated.
    let request = client.request(&START_UPLOAD, &[]).repeatable();
    let id = client.xml(request, |root| {
        let id: String = root.child_attr("fileUpload", "uploadSessionId")?;
        match id.trim_matches('.').is_empty() {
            true => Err(root.fail("`uploadSessionId`", "is not an id")),
            false => Ok(id),
        }
    })?;
    Ok(Upload::new(id, file.clone()))
}

/// Appends the next chunk.
#[inline]
fn append_next(client: &Client, source: &mut OpenSource<'_>, upload: &mut Upload) -> Result<()> {
    let size = source.options.chunk_size.min(source.length - upload.offset);
    upload.in_flight = true;
    source.report_checkpoint(upload);
    let outcome = append(client, upload, upload.chunks + 1, &mut source.part(upload.offset, size));
    let megabytes = outcome.inspect_err(|error| {
        let delivery = Delivery::of_failed(error);
        upload.in_flight = matches!(delivery, Delivery::Unknown | Delivery::Abandoned);
        source.report_checkpoint(upload);
    })?;
    upload.offset += size;
    upload.chunks += 1;
    upload.in_flight = false;
    let sent = upload.offset;
    if let Some(megabytes) = megabytes
        && !is_size_in_megabytes(megabytes, sent)
    {
        warn!(
            target: "tableau_server_client::upload",
            "{}: the server reports {megabytes} MB after {sent} bytes were sent", source.label
        );
    }
    source.report_checkpoint(upload);
    Ok(())
}

/// Appends a chunk. Returns the size of the upload in megabytes, as the server reports it.
#[inline]
pub(super) fn append(
    client: &Client,
    upload: &Upload,
    number: u64,
    chunk: &mut dyn Replay,
) -> Result<Option<u64>> {
    let mut request = client.request(&APPEND_TO_UPLOAD, &[upload]);
    if client.needs(SEQUENCED, String::new).is_ok() {
        // Numbers must be unique: how the server handles a repeated one is not documented.
        request = request.query("sequenceID", number.to_string());
    }
    let request = match chunk.may_reopen() {
        true => request.adding(),
        false => request.once(),
    };
    let mut body = Multipart::new("")?.file("tableau_file", "file", chunk);
    let request = request.stream(body.content_type(), &mut body).long_running();
    let size =
        client.xml(request, |root| root.need("fileUpload")?.attr::<Option<String>>("fileSize"))?;
    Ok(size.and_then(|size| size.parse().ok()))
}

/// Whether `megabytes` is the size of `bytes`. A megabyte may be 10^6 or 2^20 bytes, and the size
/// may be rounded up or down.
#[inline]
fn is_size_in_megabytes(megabytes: u64, bytes: u64) -> bool {
    (bytes / (1 << 20)..=bytes.div_ceil(1_000_000)).contains(&megabytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_upload_sizes_in_mb_and_mib() {
        const MIB: u64 = 1 << 20;
        for (megabytes, bytes, accepted) in [
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
            assert_eq!(is_size_in_megabytes(megabytes, bytes), accepted, "{megabytes} of {bytes}");
        }
    }

    #[test]
    fn checksum_covers_both_ends_of_the_file() {
        let checksum = |bytes: &[u8]| {
            let mut source = Source::bytes("x", bytes).open().unwrap();
            fingerprint_with_checksum(&mut source).unwrap().sha256
        };
        let mut large = vec![7; 3 << 20];
        let first = checksum(&large);
        assert_eq!(first.len(), 64);
        large[(3 << 20) - 1] = 8;
        assert_ne!(checksum(&large), first, "the last byte");
        large[(3 << 20) - 1] = 7;
        large[0] = 8;
        assert_ne!(checksum(&large), first, "the first byte");
    }
}
