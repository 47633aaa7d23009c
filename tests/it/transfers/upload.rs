//! Uploads in chunks: complete, interrupted, resumed.

use std::cell::RefCell;
use std::io::{self, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tableau_server_client as tsc;
use tsc::{ErrorKind, Source, Upload};

use super::{Fault, Folder, Store, content, parts, server};
use crate::help::{auth, plain, with};
use crate::proxy_server::relay;
use crate::raw::{Raw, read_head, success};

const CHUNK: usize = 256 << 10;

/// Three chunks and a few bytes.
fn file() -> Vec<u8> {
    content(3 * CHUNK + 1000)
}

fn chunked(bytes: &[u8]) -> Source<'_> {
    Source::bytes("Sales.twbx", bytes).chunk_size(CHUNK as u64).chunked_from(0)
}

fn publish(raw: &Raw, source: Source<'_>) -> tsc::Result<tsc::publish::Published<tsc::Workbook>> {
    let server = server(raw);
    let session = server.sign_in(&auth())?;
    session.workbooks().publish(source).send()
}

#[test]
fn sends_chunks_in_order_and_publishes_the_file() {
    let (store, raw) = Store::start(&[]);
    let file = file();
    assert_eq!(publish(&raw, chunked(&file)).unwrap().item.name, "Sales");
    assert!(store.state().published == [file]);
    let lines = raw.lines();
    let api = "/api/3.24/sites/site-1";
    assert_eq!(
        lines[2..lines.len() - 1],
        [
            format!("POST {api}/fileUploads"),
            format!("PUT {api}/fileUploads/u1"),
            format!("PUT {api}/fileUploads/u1"),
            format!("PUT {api}/fileUploads/u1"),
            format!("PUT {api}/fileUploads/u1"),
            format!("POST {api}/workbooks?workbookType=twbx&uploadSessionId=u1"),
        ]
    );
    let seen = raw.seen();
    let chunk = parts(&seen[3]);
    assert_eq!(
        chunk[0].head,
        "Content-Disposition: form-data; name=\"request_payload\"; filename=\"\"\r\n\
         Content-Type: text/xml"
    );
    assert!(chunk[0].body.is_empty());
    assert_eq!(
        chunk[1].head,
        "Content-Disposition: form-data; name=\"tableau_file\"; filename=\"file\"\r\n\
         Content-Type: application/octet-stream"
    );
    assert_eq!(chunk[1].body.len(), CHUNK);
    assert_eq!(parts(&seen[6])[1].body.len(), 1000);
    let last = parts(&seen[7]);
    assert_eq!(last.len(), 1);
    assert_eq!(last[0].body, b"<tsRequest><workbook name=\"Sales\"/></tsRequest>");
}

fn pinned_to(raw: &Raw, version: &str) -> tsc::Session<'static> {
    let mut server = server(raw);
    server.set_version(version).unwrap();
    server.into_session(&auth()).unwrap()
}

/// The sequence ids of the chunks, in order; an upload that starts over has another id.
fn sequence(raw: &Raw) -> Vec<String> {
    let is_chunk = |seen: &&crate::raw::Seen| seen.method == "PUT";
    let seen = raw.seen();
    let targets = seen.iter().filter(is_chunk).map(|seen| seen.target.clone());
    targets.map(|target| target.split_once("/fileUploads/").unwrap().1.to_owned()).collect()
}

#[test]
fn chunks_are_numbered_from_api_3_27_on() {
    let file = file();
    for (version, expected) in [
        ("3.26", ["u1", "u1", "u1", "u1"]),
        ("3.27", ["u1?sequenceID=1", "u1?sequenceID=2", "u1?sequenceID=3", "u1?sequenceID=4"]),
        ("3.30", ["u1?sequenceID=1", "u1?sequenceID=2", "u1?sequenceID=3", "u1?sequenceID=4"]),
    ] {
        let (store, raw) = Store::start(&[]);
        let session = pinned_to(&raw, version);
        session.workbooks().publish(chunked(&file)).send().unwrap();
        assert_eq!(sequence(&raw), expected, "{version}");
        assert!(store.state().published == [file.clone()]);
    }
}

#[test]
fn chunk_of_unknown_delivery_restarts_a_numbered_upload() {
    let file = file();
    let (store, raw) = Store::start(&[(2, Fault::ResetAfter { stored: true })]);
    pinned_to(&raw, "3.27").workbooks().publish(chunked(&file)).send().unwrap();
    let numbered = |id: &str, count: usize| -> Vec<String> {
        (1..=count).map(|number| format!("{id}?sequenceID={number}")).collect()
    };
    assert_eq!(sequence(&raw), [numbered("u1", 2), numbered("u2", 4)].concat());
    assert!(store.state().published == [file]);
}

#[test]
fn resumed_upload_continues_its_numbers() {
    let file = file();
    let (store, raw) = Store::start(&[]);
    let session = pinned_to(&raw, "3.29");
    let checkpoint = RefCell::new(None);
    let stop = tsc::CancellationToken::new();
    let source = chunked(&file).on_checkpoint(|upload: &Upload| {
        if upload.offset() == 2 * CHUNK as u64 && !upload.is_uncertain() {
            *checkpoint.borrow_mut() = Some(upload.export());
            stop.cancel();
        }
    });
    let cancelled = session.with_cancellation(&stop).workbooks().publish(source).send();
    assert_eq!(cancelled.unwrap_err().kind(), ErrorKind::Cancelled);
    let exported = checkpoint.take().unwrap();
    let upload = Upload::import(&exported).unwrap();
    let resumed = |upload| session.workbooks().publish(chunked(&file).resume(upload)).send();
    resumed(upload).unwrap();
    let expected: Vec<_> = (1..=4).map(|number| format!("u1?sequenceID={number}")).collect();
    assert_eq!(sequence(&raw), expected);
    assert!(store.state().published == [file.clone()]);
    // Without the number of chunks, the upload starts over.
    let unnumbered = exported.replace("\"chunks\":2,", "");
    assert_ne!(unnumbered, exported);
    let upload = Upload::import(&unnumbered).unwrap();
    assert!(upload.is_uncertain());
    resumed(upload).unwrap();
    assert!(sequence(&raw).ends_with(&["u2?sequenceID=4".to_owned()]), "{:?}", sequence(&raw));
}

#[test]
fn too_many_chunks_are_refused_before_the_upload_starts() {
    let (store, raw) = Store::start(&[]);
    let publish = |version: &str, length: usize| {
        let bytes = content(length);
        let source = Source::bytes("Sales.twbx", &bytes[..]).chunk_size(1).chunked_from(0);
        pinned_to(&raw, version).workbooks().publish(source).send().map(drop)
    };
    for version in ["3.27", "3.30"] {
        let error = publish(version, 10_001).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        let expected = "10001 chunks are more than the 10000";
        assert!(error.to_string().contains(expected) && error.to_string().contains("`chunk_size`"));
    }
    assert_eq!(store.state().started, 0);
}

#[test]
fn chunk_of_unknown_delivery_restarts_the_upload() {
    let status = |status, stored| Fault::Status { status, retry_after: None, stored };
    let begins_anew = |at: usize, fault: Fault| {
        let (store, raw) = Store::start(&[(at, fault)]);
        let file = file();
        publish(&raw, chunked(&file)).unwrap();
        assert!(store.state().published == [file], "{fault:?}");
        assert_eq!(raw.count("POST", "/fileUploads"), 2, "{fault:?}");
        assert_eq!(raw.count("PUT", "/u1"), at, "{fault:?}");
        assert_eq!(raw.count("PUT", "/u2"), 4, "{fault:?}");
    };
    std::thread::scope(|scope| {
        for (at, fault) in [
            (1, Fault::ResetDuring),
            (1, Fault::ResetAfter { stored: true }),
            (3, Fault::ResetBefore),
            (3, Fault::ResetDuring),
            (3, Fault::ResetAfter { stored: true }),
            (3, Fault::ResetAfter { stored: false }),
            (3, status(504, true)),
            (3, status(504, false)),
            (3, status(503, false)),
            (3, status(502, true)),
            (3, status(500, true)),
            (3, Fault::BrokenResponse),
            (3, Fault::WrongResponse),
        ] {
            scope.spawn(move || begins_anew(at, fault));
        }
    });
}

#[test]
fn resends_a_chunk_that_was_not_received() {
    let fault = |status, retry_after| Fault::Status { status, retry_after, stored: false };
    for fault in [fault(429, None), fault(429, Some(0)), fault(503, Some(0))] {
        let (store, raw) = Store::start(&[(2, fault), (3, fault)]);
        let file = file();
        publish(&raw, chunked(&file)).unwrap();
        assert!(store.state().published == [file], "{fault:?}");
        assert_eq!(raw.count("POST", "/fileUploads"), 1, "{fault:?}");
        assert_eq!(raw.count("PUT", "/u1"), 6, "{fault:?}");
    }
}

#[test]
fn limits_restarts() {
    let fault = Fault::Status { status: 504, retry_after: None, stored: true };
    let (store, raw) = Store::start(&[(0, fault)]);
    let file = file();
    let error = publish(&raw, chunked(&file).restarts(1)).unwrap_err();
    assert_eq!(error.status(), Some(504), "{error}");
    assert_eq!(raw.count("POST", "/fileUploads"), 2);
    assert!(store.state().published.is_empty());
    assert_eq!(raw.count("POST", "/workbooks"), 0);
}

/// Uploads until the server refuses a chunk; returns all checkpoints.
fn broken_off(raw: &Raw, source: Source<'_>) -> (tsc::Error, Vec<Upload>) {
    let seen = RefCell::new(Vec::new());
    let source = source.restarts(0).on_checkpoint(|upload| seen.borrow_mut().push(upload.clone()));
    let error = publish(raw, source).unwrap_err();
    (error, seen.into_inner())
}

#[test]
fn resumes_acknowledged_chunks_in_another_session() {
    let folder = Folder::new("resume");
    let (file, refused) = (file(), Fault::Status { status: 403, retry_after: None, stored: false });
    let path = folder.file("Sales.twbx", &file);
    let source = || Source::path(&path).chunk_size(CHUNK as u64).chunked_from(0);
    let (store, raw) = Store::start(&[(3, refused)]);
    let (error, checkpoints) = broken_off(&raw, source());
    assert_eq!(error.status(), Some(403));
    let steps: Vec<_> =
        checkpoints.iter().map(|upload| (upload.offset(), upload.is_uncertain())).collect();
    let chunk = CHUNK as u64;
    assert_eq!(
        steps,
        [
            (0, true),
            (chunk, false),
            (chunk, true),
            (2 * chunk, false),
            (2 * chunk, true),
            (2 * chunk, false)
        ]
    );
    // Another process has only the text.
    let text = checkpoints.last().unwrap().export();
    let resumed = Upload::import(&text).unwrap();
    assert_eq!((resumed.id(), resumed.length()), ("u1", file.len() as u64));
    publish(&raw, source().resume(resumed)).unwrap();
    assert!(store.state().published == [file]);
    assert_eq!(raw.count("POST", "/fileUploads"), 1);
    assert_eq!(raw.count("PUT", "/u1"), 5);
}

#[test]
fn does_not_resume_an_uncertain_upload() {
    let file = file();
    let (store, raw) = Store::start(&[(3, Fault::ResetAfter { stored: true })]);
    let (error, checkpoints) = broken_off(&raw, chunked(&file));
    assert!(error.is_retryable(), "{error}");
    let last = checkpoints.last().unwrap();
    assert!(last.is_uncertain());
    publish(&raw, chunked(&file).resume(last.clone())).unwrap();
    assert!(store.state().published == [file]);
    assert_eq!(raw.count("PUT", "/u2"), 4);
}

#[test]
fn upload_dropped_by_the_server_starts_again() {
    let file = file();
    let refused = Fault::Status { status: 403, retry_after: None, stored: false };
    let (store, raw) = Store::start(&[(2, refused), (3, Fault::Gone)]);
    let (_, checkpoints) = broken_off(&raw, chunked(&file));
    publish(&raw, chunked(&file).resume(checkpoints.last().unwrap().clone())).unwrap();
    assert!(store.state().published == [file]);
    assert_eq!(raw.count("PUT", "/u2"), 4);
}

#[test]
fn does_not_resume_with_another_file() {
    let file = file();
    let refused = Fault::Status { status: 403, retry_after: None, stored: false };
    let (store, raw) = Store::start(&[(2, refused)]);
    let (_, checkpoints) = broken_off(&raw, chunked(&file));
    let upload = checkpoints.last().unwrap();
    let mut other = file.clone();
    other[10] ^= 1;
    for other in [&other[..], &file[..file.len() - 1]] {
        let error = publish(&raw, chunked(other).resume(upload.clone())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains("Sales.twbx"), "{error}");
    }
    let once = Source::reader("Sales.twbx", file.len() as u64, &file[..]).resume(upload.clone());
    assert_eq!(publish(&raw, once).unwrap_err().kind(), ErrorKind::Input);
    assert!(store.state().published.is_empty());
    assert_eq!(raw.count("PUT", "/u1"), 2);
}

#[test]
fn one_time_reader_is_sent_once() {
    let file = file();
    let once = || {
        let length = file.len() as u64;
        Source::reader("Sales", length, &file[..]).chunk_size(CHUNK as u64).chunked_from(0)
    };
    let (store, raw) = Store::start(&[]);
    publish(&raw, once()).unwrap();
    assert!(store.state().published == [file.clone()]);
    for fault in
        [Fault::ResetDuring, Fault::Status { status: 429, retry_after: Some(0), stored: false }]
    {
        let (store, raw) = Store::start(&[(2, fault)]);
        publish(&raw, once()).unwrap_err();
        assert_eq!(raw.count("PUT", "/u1"), 2, "{fault:?}");
        assert!(store.state().published.is_empty());
    }
}

/// A reader that yields one byte at a time, or is interrupted.
struct SlowReader<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl Read for SlowReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let one = buffer.len().min(1);
        self.bytes.read(&mut buffer[..one])
    }
}

#[test]
fn accepts_slow_and_interrupted_readers() {
    let file = content(3000);
    for (name, chunked_from) in [("Sales.twbx", 0), ("Sales.twbx", 64 << 20), ("Sales", 0)] {
        let (store, raw) = Store::start(&[]);
        let reader = SlowReader { bytes: &file, interrupted: false };
        let source = Source::reader(name, 3000, reader).chunked_from(chunked_from).chunk_size(999);
        publish(&raw, source).unwrap();
        assert!(store.state().published == [file.clone()]);
    }
}

#[test]
fn keeps_upload_ids_unchanged() {
    for (id, in_address) in [
        ("7720:1-1:0", Some("7720:1-1:0")),
        ("a/b?c#d%20 \u{E9}", Some("a%2Fb%3Fc%23d%2520%20%C3%A9")),
        ("..%2F..", Some("..%252F..")),
        ("", None),
        ("..", None),
    ] {
        let raw = Raw::signed_in(move |seen| match &*seen.method {
            "POST" if seen.path().ends_with("/fileUploads") => {
                success(&format!("<fileUpload uploadSessionId=\"{id}\"/>"))
            }
            "PUT" => success("<fileUpload fileSize=\"1\"/>"),
            _ => success("<workbook id=\"w1\" name=\"n\"/>"),
        });
        let outcome = publish(&raw, chunked(&content(24)));
        match in_address {
            Some(id) => {
                outcome.unwrap();
                assert_eq!(raw.count("PUT", &format!("/fileUploads/{id}")), 1);
                let last = format!("&uploadSessionId={}", id);
                assert!(raw.seen().iter().any(|seen| seen.target.ends_with(&last)), "{id}");
            }
            None => assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Decode),
        }
    }
}

#[test]
fn every_chunk_size_sends_the_same_file() {
    let file = content(24);
    for (size, chunks) in [(1, 24), (8, 3), (23, 2), (24, 1), (25, 1), (64 << 20, 1)] {
        let (store, raw) = Store::start(&[]);
        publish(&raw, chunked(&file).chunk_size(size)).unwrap();
        assert!(store.state().published == [file.clone()], "{size}");
        assert_eq!(raw.count("PUT", "/u1"), chunks, "{size}");
    }
    let (_, raw) = Store::start(&[]);
    assert_eq!(publish(&raw, chunked(&[])).unwrap_err().kind(), ErrorKind::Input);
    // The exact size from which files are sent in chunks.
    for (length, started) in [(63, 0), (64, 1), (65, 1)] {
        let (store, raw) = Store::start(&[]);
        let file = content(length);
        publish(&raw, chunked(&file).chunked_from(64).chunk_size(50)).unwrap();
        assert_eq!(store.state().started, started, "{length}");
        assert!(store.state().published == [file]);
    }
}

/// A reader that fails or ends after this many bytes.
struct TruncatedReader {
    left: usize,
    fails: bool,
}

impl Read for TruncatedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.left.min(buffer.len());
        if read == 0 && self.fails {
            return Err(io::Error::other("the disk is gone"));
        }
        self.left -= read;
        buffer[..read].fill(b'x');
        Ok(read)
    }
}

#[test]
fn does_not_publish_a_file_that_cannot_be_read() {
    for fails in [true, false] {
        for chunked_from in [0, 64 << 20] {
            let (store, raw) = Store::start(&[]);
            let torn = TruncatedReader { left: CHUNK + 10, fails };
            let source = Source::reader("Sales.twbx", 3 * CHUNK as u64, torn);
            let source = source.chunk_size(CHUNK as u64).chunked_from(chunked_from);
            let error = publish(&raw, source).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            let why = if fails { "the disk is gone" } else { "bytes early" };
            assert!(format!("{error:?}").contains(why), "{error:?}");
            assert!(store.state().published.is_empty());
        }
    }
}

#[test]
fn does_not_publish_a_file_that_changes() {
    let folder = Folder::new("changes");
    let path = folder.file("Sales.twbx", &file());
    let (store, raw) = Store::start(&[]);
    let change = |upload: &Upload| {
        if upload.offset() == CHUNK as u64 && !upload.is_uncertain() {
            std::fs::write(&path, [file(), file()].concat()).unwrap();
        }
    };
    let source = Source::path(&path).chunk_size(CHUNK as u64).chunked_from(0);
    let error = publish(&raw, source.on_checkpoint(change)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("changed"), "{error}");
    assert!(store.state().published.is_empty());
}

/// A reader that grows by a byte with each read.
struct GrowingReader(io::Cursor<Vec<u8>>);

impl Read for GrowingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.get_mut().push(b'x');
        self.0.read(buffer)
    }
}

impl io::Seek for GrowingReader {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn does_not_publish_a_reader_that_grows() {
    for chunked_from in [0, 64 << 20] {
        let (store, raw) = Store::start(&[]);
        let source = Source::seekable("Sales.twbx", GrowingReader(io::Cursor::new(file())));
        let source = source.chunk_size(CHUNK as u64).chunked_from(chunked_from);
        let error = publish(&raw, source).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
        assert!(store.state().published.is_empty());
    }
}

#[cfg(unix)]
#[test]
fn rejects_a_pipe_without_waiting() {
    let folder = Folder::new("pipe");
    let pipe = folder.path().join("Sales.twbx");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let (_, raw) = Store::start(&[]);
    let error = publish(&raw, Source::path(&pipe)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().ends_with("is not a file"), "{error}");
}

#[test]
fn chunk_size_has_limits() {
    let (_, raw) = Store::start(&[]);
    let file = file();
    for source in [
        chunked(&file).chunk_size(0),
        chunked(&file).chunk_size((64 << 20) + 1),
        chunked(&file).chunked_from((64 << 20) + 1),
    ] {
        assert_eq!(publish(&raw, source).unwrap_err().kind(), ErrorKind::Input);
    }
    assert_eq!(raw.count("POST", "/fileUploads"), 0);
}

#[test]
fn reports_sent_bytes_as_progress() {
    let (_, raw) = Store::start(&[]);
    let file = file();
    for chunked_from in [0, 64 << 20] {
        let mut reported = Vec::new();
        let source = chunked(&file).chunked_from(chunked_from);
        publish(&raw, source.on_progress(|progress| reported.push(progress))).unwrap();
        let total = file.len() as u64;
        assert!(reported.is_sorted_by_key(|progress| progress.done) && reported.len() > 4);
        assert_eq!(reported.last().unwrap().done, total);
        assert!(reported[0].done < total);
        let is_whole = |step: &tsc::Progress| {
            (step.total, step.unit) == (Some(total), tsc::ProgressUnit::Bytes)
        };
        assert!(reported.iter().all(is_whole));
    }
}

#[test]
fn fileuploads_sends_files() {
    let (store, raw) = Store::start(&[]);
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let file = file();
    let upload = session.fileuploads().upload(chunked(&file)).unwrap();
    assert!(upload.is_complete() && !upload.is_uncertain());
    assert!(store.state().uploads[upload.id()] == file);
}

#[test]
fn continues_with_the_same_chunk_after_renewal() {
    let (store, raw) = Store::start(&[(1, Fault::Expired), (4, Fault::Expired)]);
    let file = file();
    publish(&raw, chunked(&file)).unwrap();
    assert!(store.state().published == [file]);
    assert_eq!(raw.count("POST", "/auth/signin"), 3);
    assert_eq!(raw.count("POST", "/fileUploads"), 1);
    assert_eq!(raw.count("PUT", "/u1"), 6);
}

#[test]
fn cancelled_upload_is_uncertain_only_during_a_chunk() {
    let file = file();
    for (stop_at, uncertain) in [(CHUNK as u64 + 1000, true), (CHUNK as u64, false)] {
        let (store, raw) = Store::start(&[]);
        let server = server(&raw);
        let session = server.sign_in(&auth()).unwrap();
        let cancellation = tsc::CancellationToken::new();
        let last = RefCell::new(None);
        let source = chunked(&file)
            .on_progress(|progress| {
                if uncertain && progress.done >= stop_at {
                    cancellation.cancel();
                }
            })
            .on_checkpoint(|upload| {
                *last.borrow_mut() = Some(upload.clone());
                if !uncertain && upload.offset() == stop_at && !upload.is_uncertain() {
                    cancellation.cancel();
                }
            });
        let error = session
            .with_cancellation(&cancellation)
            .workbooks()
            .publish(source)
            .send()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
        assert!(store.state().published.is_empty());
        let last = last.into_inner().unwrap();
        assert_eq!(last.offset(), CHUNK as u64);
        assert_eq!(last.is_uncertain(), uncertain);
        session.workbooks().publish(chunked(&file).resume(last)).send().unwrap();
        assert!(store.state().published == [file.clone()]);
        assert_eq!(store.state().started, if uncertain { 2 } else { 1 });
    }
}

#[test]
fn retries_a_chunk_until_there_is_a_connection() {
    // The server closes the connection after the second chunk, and the proxy has no new one at
    // first.
    let (store, raw) = Store::start(&[(2, Fault::GoneAway)]);
    let (of_proxy, refused) = (store.clone(), Arc::new(AtomicUsize::new(0)));
    let refusing = refused.clone();
    let proxy = Raw::on_connection(move |client, _, _| {
        let mut reader = BufReader::new(client);
        let Some(request) = read_head(&mut reader) else { return };
        let mut client = reader.into_inner();
        if of_proxy.state().chunks == 2 && refusing.fetch_add(1, Ordering::SeqCst) == 0 {
            let _ = client.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n");
            return;
        }
        let server = TcpStream::connect(request.target).unwrap();
        let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        relay(client, server);
    });
    let server = with(&raw.url, plain().proxy(&proxy.url));
    let file = file();
    let session = server.sign_in(&auth()).unwrap();
    session.workbooks().publish(chunked(&file)).send().unwrap();
    assert!(refused.load(Ordering::SeqCst) > 0);
    assert!(store.state().published == [file]);
    assert_eq!(store.state().started, 1);
}

/// Run by the test below as the process that is killed during an upload.
#[test]
#[ignore = "started by the test below"]
fn child_that_dies() {
    let Ok(folder) = std::env::var("TSC_TEST_DIES_IN") else { return };
    let folder = std::path::Path::new(&folder);
    let url = std::fs::read_to_string(folder.join("url")).unwrap();
    let dies_within_a_chunk = folder.join("within").exists();
    let server = with(&url, tsc::HttpOptions::new());
    let session = server.sign_in(&auth()).unwrap();
    let source = Source::path(folder.join("Sales.twbx")).chunk_size(CHUNK as u64).chunked_from(0);
    let source = source.on_checkpoint(|upload| {
        std::fs::write(folder.join("state"), upload.export()).unwrap();
        if upload.offset() == 2 * CHUNK as u64 && upload.is_uncertain() == dies_within_a_chunk {
            std::process::abort();
        }
    });
    let _ = session.workbooks().publish(source).send();
}

#[test]
fn resumes_the_upload_of_a_killed_process() {
    for within in [false, true] {
        let folder = Folder::new("dies");
        let file = file();
        let path = folder.file("Sales.twbx", &file);
        let (store, raw) = Store::start(&[]);
        folder.file("url", raw.url.as_bytes());
        if within {
            folder.file("within", b"");
        }
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "transfers::upload::child_that_dies", "--ignored"]);
        let output = child.env("TSC_TEST_DIES_IN", folder.path()).output().unwrap();
        assert!(!output.status.success(), "it lived: {}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(raw.count("PUT", "/u1"), 2);
        let state = std::fs::read_to_string(folder.path().join("state")).unwrap();
        let upload = Upload::import(&state).unwrap();
        assert_eq!((upload.offset(), upload.is_uncertain()), (2 * CHUNK as u64, within));
        let source = Source::path(&path).chunk_size(CHUNK as u64).chunked_from(0);
        publish(&raw, source.resume(upload)).unwrap();
        assert!(store.state().published == [file]);
        assert_eq!(store.state().started, if within { 2 } else { 1 });
    }
}
