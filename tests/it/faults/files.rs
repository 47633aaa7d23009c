//! Files and faults: full disks, readers that fail, interrupted transfers.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use tableau_server_client as tsc;
use tsc::mock::{Fault, MockServer};
use tsc::{ErrorKind, HttpOptions, RetryPolicy};

use super::{file, project_of, session_of, workbooks_named};
use crate::help::{millis, with};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tsc-faults-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A session on a site with a workbook of 300 kB.
fn with_workbook(mock: &MockServer) -> (tsc::Session<'static>, tsc::WorkbookId, Vec<u8>) {
    let session = session_of(mock);
    let content = file(300_000, 9);
    let source = tsc::Source::bytes("Down.twb", &content[..]);
    let publish = session.workbooks().publish(source);
    let id = publish.project(project_of(&session)).send().unwrap().item.id;
    mock.clear_requests();
    (session, id, content)
}

/// A writer that accepts this many bytes and then fails.
struct FullWriter(usize);

impl Write for FullWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn full_disk_ends_a_download_without_retry() {
    let mock = MockServer::start().unwrap();
    let (session, id, _) = with_workbook(&mock);
    for resource in [0, 1, 100_000, 299_999] {
        let error = session.workbooks().download(&id).to_writer(FullWriter(resource)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
        assert!(!error.is_retryable());
        assert!(format!("{error:?}").contains("no storage space"), "{error:?}");
    }
    assert_eq!(mock.requests_to("GET", "/workbooks/*/content").len(), 4);
    // A device that is always full, if the system has one.
    if let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") {
        let error = session.workbooks().download(&id).to_writer(full).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
        assert!(format!("{error:?}").contains("No space left"), "{error:?}");
    }
    // The session remains usable.
    assert_eq!(session.workbooks().download(&id).to_writer(FullWriter(300_000)).unwrap(), 300_000);
}

#[test]
fn interrupted_download_leaves_a_complete_file_or_none() {
    let mock = MockServer::start().unwrap();
    let (session, id, content) = with_workbook(&mock);
    let folder = folder("breaks");
    let target = folder.join("down.twb");
    type Break = fn() -> Fault;
    let breaks: [Break; 5] = [
        Fault::reset,
        Fault::reset_after_head,
        Fault::reset_mid_body,
        || Fault::cut(1),
        || Fault::cut(299_999),
    ];
    for fault in breaks {
        mock.fault(fault().on("GET", "/workbooks/*/content").times(2));
        session.workbooks().download(&id).overwrite(true).to_path(&target).unwrap();
        assert!(std::fs::read(&target).unwrap() == content);

        // An existing file is kept if the new one is not complete.
        mock.fault(fault().on("GET", "/workbooks/*/content"));
        let download = session.workbooks().download(&id).overwrite(true);
        let error = download.to_path(&target).unwrap_err();
        assert_eq!(
            (error.kind(), error.is_retryable()),
            (ErrorKind::ConnectionLost, true),
            "{error:?}"
        );
        assert!(std::fs::read(&target).unwrap() == content);
        let error = session.workbooks().download(&id).to_folder(&folder).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "a temporary file remains");
        mock.clear_faults();

        // A writer cannot be rewound: it has received the beginning, and the error reports that.
        mock.fault(fault().on("GET", "/workbooks/*/content").times(1));
        let mut got = Vec::new();
        match session.workbooks().download(&id).to_writer(&mut got) {
            Ok(bytes) => assert!(bytes == 300_000 && got == content),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error:?}");
                assert!(!got.is_empty() && content.starts_with(&got));
            }
        }
        mock.clear_faults();
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn removed_folder_is_an_error() {
    let mock = MockServer::start().unwrap();
    let (session, id, _) = with_workbook(&mock);
    let folder = folder("vanishes");
    let download = session.workbooks().download(&id).on_progress(|_| {
        let _ = std::fs::remove_dir_all(&folder);
    });
    let error = download.to_path(folder.join("down.twb")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    assert!(!folder.exists());
}

/// A reader that yields this many bytes and then fails.
struct FailingReader<'a> {
    bytes: &'a [u8],
    good: usize,
}

impl Read for FailingReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.good == 0 {
            return Err(io::Error::other("the drive is gone"));
        }
        let count = self.good.min(buffer.len()).min(self.bytes.len());
        buffer[..count].copy_from_slice(&self.bytes[..count]);
        self.bytes = &self.bytes[count..];
        self.good -= count;
        Ok(count)
    }
}

#[test]
fn read_error_while_uploading_publishes_nothing() {
    let content = file((2 << 20) + 5, 3);
    let length = content.len() as u64;
    for in_chunks in [false, true] {
        for good in [0, 1, 1 << 20, (1 << 20) + 1, content.len() - 1] {
            let mock = MockServer::start().unwrap();
            let session = session_of(&mock);
            let project = project_of(&session);
            let reader = FailingReader { bytes: &content, good };
            let mut source = tsc::Source::reader("Up.twb", length, reader);
            if in_chunks {
                source = source.chunked_from(1).chunk_size(1 << 20);
            }
            let publish = session.workbooks().publish(source).project(&project);
            let error = publish.send().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io, "{good}: {error:?}");
            assert!(!error.is_retryable(), "{good}: {error:?}");
            assert!(format!("{error:?}").contains("the drive is gone"), "{good}: {error:?}");
            assert!(workbooks_named(&session, "Up").is_empty(), "{good}");
            session.workbooks().list().total().unwrap();
            drop(session);
            assert_eq!(mock.sessions_open(), 0);
        }
    }
}

#[test]
fn source_of_the_wrong_length_publishes_nothing() {
    let content = file(200_000, 3);
    for (stated, why) in [(200_001, "early"), (300_000, "early"), (199_999, "longer")] {
        for in_chunks in [false, true] {
            let mock = MockServer::start().unwrap();
            let session = session_of(&mock);
            let mut source = tsc::Source::reader("Up.twb", stated, &content[..]);
            if in_chunks {
                source = source.chunked_from(1).chunk_size(64 << 10);
            }
            let publish = session.workbooks().publish(source).project(project_of(&session));
            let outcome = publish.send();
            let error = outcome.map(drop).expect_err(&format!("{stated}, {in_chunks}"));
            assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
            assert!(format!("{error:?}").contains(why), "{stated}: {error:?}");
            assert!(workbooks_named(&session, "Up").is_empty());
        }
    }
}

#[test]
fn file_that_changes_while_it_is_sent_is_an_error() {
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    let folder = folder("changes");
    let path = folder.join("Changing.twb");
    for (what, change, chunked_from) in [
        ("longer", 400_000, 1),
        ("shorter", 100_000, 1),
        ("as long", 300_000, 1),
        ("longer, in one request", 400_000, 64 << 20),
        ("shorter, in one request", 100_000, 64 << 20),
        ("as long, in one request", 300_000, 64 << 20),
    ] {
        std::fs::write(&path, file(300_000, 1)).unwrap();
        let earlier = std::time::SystemTime::now() - std::time::Duration::from_secs(9);
        let before = std::fs::File::options().append(true).open(&path).unwrap();
        before.set_modified(earlier).unwrap();
        let mut changed = false;
        let source = tsc::Source::path(&path).chunked_from(chunked_from).chunk_size(64 << 10);
        let source = source.on_progress(|_| {
            if !std::mem::replace(&mut changed, true) {
                std::fs::write(&path, file(change, 2)).unwrap();
            }
        });
        let publish = session.workbooks().publish(source).project(project_of(&session));
        let error = publish.send().map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{what}: {error:?}");
        if what.starts_with("as long") {
            assert!(format!("{error:?}").contains("a mix of both versions"), "{error:?}");
        }
        assert!(workbooks_named(&session, "Changing").is_empty(), "{what}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The file is published completely and once, if a chunk was not received or may have been, and if the
/// server lost the upload.
#[test]
fn uploads_are_complete_after_broken_connections() {
    let content = file((256 << 10) + 77, 8);
    type Break = fn() -> Fault;
    let breaks: [Break; 11] = [
        Fault::reset,
        Fault::reset_after_head,
        Fault::reset_mid_body,
        || Fault::cut(10),
        || Fault::status(500),
        || Fault::status(502).html(),
        || Fault::status(503).empty(),
        || Fault::status(504).html(),
        || Fault::status(503).retry_after(millis(0)),
        || Fault::status(429).empty(),
        || Fault::status(404).error("404000", "Resource Not Found", "no such upload"),
    ];
    let content = &content;
    std::thread::scope(|scope| {
        for fault in breaks {
            scope.spawn(move || {
                for chunk in [0, 2, 4] {
                    let mock = MockServer::start().unwrap();
                    let session = session_of(&mock);
                    mock.fault(fault().on("PUT", "/fileUploads/*").skip(chunk).times(1));
                    publish_in_chunks(&session, content).unwrap();
                    assert!(workbooks_named(&session, "Up") == [content.clone()], "chunk {chunk}");
                }
            });
        }
    });
}

fn publish_in_chunks(
    session: &tsc::Session<'_>,
    content: &[u8],
) -> tsc::Result<tsc::publish::Published<tsc::Workbook>> {
    let source = tsc::Source::bytes("Up.twb", content).chunked_from(1).chunk_size(64 << 10);
    session.workbooks().publish(source).project(project_of(session)).send()
}

/// The request that publishes an upload is sent once, unless it cannot have been received.
#[test]
fn final_publish_request_is_not_repeated() {
    let content = file(300_000, 8);
    type Break = fn() -> Fault;
    // Whether the call fails, and how many copies exist then.
    let breaks: [(Break, bool, usize); 9] = [
        (Fault::reset, true, 0),
        (Fault::reset_after_head, true, 1),
        (|| Fault::cut(10), true, 1),
        (|| Fault::status(500), true, 0),
        (|| Fault::status(504).html(), true, 0),
        (|| Fault::status(400).error("400003", "Bad Request", "no"), true, 0),
        (|| Fault::status(409).error("409005", "Conflict", "there is one of that name"), true, 0),
        (|| Fault::status(429).empty(), false, 1),
        (|| Fault::status(503).retry_after(millis(0)), false, 1),
    ];
    for (fault, fails, there) in breaks {
        let mock = MockServer::start().unwrap();
        let session = session_of(&mock);
        mock.fault(fault().on("POST", "/workbooks").times(1));
        let outcome = publish_in_chunks(&session, &content);
        assert_eq!(outcome.is_err(), fails, "{outcome:?}");
        let sent = mock.requests_to("POST", "/workbooks").len();
        assert_eq!(sent, if fails { 1 } else { 2 }, "{outcome:?}");
        let have = workbooks_named(&session, "Up");
        assert!(have == vec![content.clone(); there], "{}, {outcome:?}", have.len());
    }
}

/// A progress callback may send requests to another server. If they fail, the request that reports
/// progress does not.
#[test]
fn nested_requests_have_their_own_state() {
    let unreachable = with("http://127.0.0.1:1", HttpOptions::new().retries(RetryPolicy::none()));
    for (fault, there) in [(Fault::reset(), 0), (Fault::reset_after_head(), 1), (Fault::cut(10), 1)]
    {
        let mock = MockServer::start().unwrap();
        let session = session_of(&mock);
        mock.fault(fault.on("POST", "/workbooks").times(1));
        let content = file(300_000, 8);
        let mut nested_requests = 0;
        let source = tsc::Source::bytes("Up.twb", &content[..]).on_progress(|_| {
            nested_requests += 1;
            assert_eq!(unreachable.server_info().unwrap_err().kind(), ErrorKind::Connect);
        });
        let publish = session.workbooks().publish(source).project(project_of(&session));
        let error = publish.send().unwrap_err();
        assert!(
            error.kind() == ErrorKind::ConnectionLost && nested_requests > 0,
            "{nested_requests}: {error:?}"
        );
        assert_eq!(mock.requests_to("POST", "/workbooks").len(), 1, "{error:?}");
        assert_eq!(workbooks_named(&session, "Up").len(), there, "{error:?}");
    }
    // A nested request does not wait for a permit that only the outer request could release, and
    // neither do prefetched pages.
    let mock = MockServer::builder().workbooks(40).start().unwrap();
    let server = with(mock.url(), HttpOptions::new().max_concurrent(1));
    let session = server.sign_in(&mock.credentials()).unwrap();
    let workbook = session.workbooks().list().into_iter().next().unwrap().unwrap();
    let mut listed = 0;
    let download = session.workbooks().download(&workbook.id).on_progress(|_| {
        listed = session.workbooks().list().page_size(5).prefetch(3).into_iter().count();
    });
    download.to_bytes().unwrap();
    assert_eq!(listed, 40);
    // Nested requests are not limited, since the outer one cannot end before them.
    let (now, most) = (std::sync::Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let running = now.clone();
    let raw = crate::raw::Raw::signed_in(move |seen| match seen.path().ends_with("content") {
        true => crate::raw::response(200, &[], "PK\x03\x04"),
        false => {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(millis(20));
            running.fetch_sub(1, Ordering::SeqCst);
            assert!(most.load(Ordering::SeqCst) <= 4, "at most the prefetched pages");
            let number = seen.target.split_once("pageNumber=").unwrap().1;
            let number = number.split('&').next().unwrap().parse().unwrap();
            let one = format!("<workbooks><workbook id=\"w{number}\" name=\"n\"/></workbooks>");
            crate::help::page(number, 1, 8, &one)
        }
    });
    let server = with(&raw.url, HttpOptions::new().max_concurrent(1));
    let session = server.sign_in(&crate::help::auth()).unwrap();
    let mut listed = 0;
    let download = session.workbooks().download("w").on_progress(|_| {
        let list = session.workbooks().list().page_size(1).prefetch(4);
        listed = list.into_iter().filter(Result::is_ok).count();
    });
    download.to_bytes().unwrap();
    assert_eq!((listed, now.load(Ordering::SeqCst)), (8, 0));
}

/// The server restarts and no longer knows the upload.
#[test]
fn upload_lost_by_the_server_starts_again() {
    let content = file((256 << 10) + 77, 8);
    for chunk in 0..5 {
        let mock = MockServer::start().unwrap();
        let session = session_of(&mock);
        let fault = Fault::status(404).error("404011", "Not Found", "no such upload");
        mock.fault(fault.on("PUT", "/fileUploads/*").skip(chunk).times(1));
        let source = tsc::Source::bytes("Up.twb", &content[..]);
        let source = source.chunked_from(1).chunk_size(64 << 10);
        let sent = session.workbooks().publish(source).project(project_of(&session)).send();
        sent.unwrap();
        assert!(workbooks_named(&session, "Up") == [content.clone()], "chunk {chunk}");
    }
}

/// A success whose body is not the file.
#[test]
fn rejects_responses_that_are_not_the_file() {
    use crate::raw::{Raw, Response, response, success};
    let page = "<!DOCTYPE html><title>Please sign in</title>";
    let packed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03";
    type Make = fn(&[u8]) -> Response;
    let cases: [(&str, Make, &[u8], ErrorKind); 11] = [
        (
            "a login page",
            |body| response(200, &[("content-type", "text/html; charset=utf-8")], body),
            b"please",
            ErrorKind::Decode,
        ),
        (
            "a page by its looks",
            |body| response(200, &[], body),
            page.as_bytes(),
            ErrorKind::Decode,
        ),
        (
            "no content",
            |_| Response::Send(b"HTTP/1.1 204 X\r\n\r\n".into()),
            b"",
            ErrorKind::Decode,
        ),
        ("nothing", |body| response(200, &[], body), b"", ErrorKind::Decode),
        (
            "a Tableau error",
            |_| success("<error code=\"403004\"><summary>No</summary></error>"),
            b"",
            ErrorKind::Api,
        ),
        (
            "Tableau's error in JSON",
            |body| response(200, &[("content-type", "application/json")], body),
            b"{\"error\":{\"code\":\"403004\",\"summary\":\"No\"}}",
            ErrorKind::Api,
        ),
        (
            "the same, by its looks",
            |body| response(200, &[("content-type", "application/octet-stream")], body),
            b" { \"error\" : { \"code\": \"403004\" } }",
            ErrorKind::Api,
        ),
        ("another response", |_| success("<workbook id=\"w\"/>"), b"", ErrorKind::Decode),
        (
            "packed, in capitals",
            |body| response(200, &[("content-encoding", "GZIP")], body),
            packed,
            ErrorKind::Decode,
        ),
        (
            "packed twice",
            |body| response(200, &[("content-encoding", "gzip, br")], body),
            packed,
            ErrorKind::Decode,
        ),
        ("a part", |body| response(206, &[], body), b"PK", ErrorKind::Http),
    ];
    let folder = folder("no-file");
    for (name, make, body, kind) in cases {
        let body = body.to_vec();
        let raw = Raw::signed_in(move |_| make(&body));
        let session = crate::help::with(&raw.url, super::quick());
        let session = session.into_session(&crate::help::auth()).unwrap();
        let download = || session.workbooks().download("w");
        let mut written = Vec::new();
        for error in [
            download().to_folder(&folder).map(drop),
            download().to_path(folder.join("x.twbx")),
            download().to_bytes().map(drop),
            download().to_writer(&mut written).map(drop),
        ] {
            let error = error.unwrap_err();
            assert_eq!(error.kind(), kind, "{name}: {error:?}");
        }
        assert!(written.is_empty(), "{name}");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0, "{name}");
    }
    // A file that only begins like an error.
    for text in ["{\"error\":{}}", "{\"error\":{\"no\":1}}", "{\"errors\":[]}", "{"] {
        let raw = Raw::signed_in(move |_| response(200, &[], text));
        let session = crate::help::with(&raw.url, super::quick());
        let session = session.into_session(&crate::help::auth()).unwrap();
        let bytes = session.workbooks().download("w").to_bytes().unwrap();
        assert_eq!(bytes, text.as_bytes());
    }
    // An expired session that is reported with success is detected.
    let mock = MockServer::start().unwrap();
    let (session, id, content) = with_workbook(&mock);
    let expired = "{\"error\":{\"code\":\"401002\"}}";
    let fault = Fault::status(200).body("application/json", expired);
    mock.fault(fault.on("GET", "/workbooks/*/content").times(1));
    assert!(session.workbooks().download(&id).to_bytes().unwrap() == content);
    // A table without rows is a file.
    let raw = Raw::signed_in(|_| response(200, &[("content-type", "text/csv")], ""));
    let session = crate::help::with(&raw.url, super::quick());
    let session = session.into_session(&crate::help::auth()).unwrap();
    assert!(session.views().csv("v", tsc::export::CsvExport::new()).to_bytes().unwrap().is_empty());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A download must not replace a device, nor follow a link.
#[cfg(unix)]
#[test]
fn replaces_only_files_and_links() {
    use std::os::unix::fs::symlink;
    let mock = MockServer::start().unwrap();
    let (session, id, content) = with_workbook(&mock);
    let folder = folder("replaced");
    let socket = folder.join("socket.twb");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let (to_socket, to_file, to_nothing) =
        (folder.join("a.twb"), folder.join("b.twb"), folder.join("c.twb"));
    symlink(&socket, &to_socket).unwrap();
    std::fs::write(folder.join("kept"), "kept").unwrap();
    symlink(folder.join("kept"), &to_file).unwrap();
    symlink(folder.join("missing"), &to_nothing).unwrap();
    let download = |target: &PathBuf| {
        session.workbooks().download(&id).overwrite(true).to_path(target).map_err(|e| e.kind())
    };
    for target in [&socket, &to_socket] {
        assert_eq!(download(target), Err(ErrorKind::Input), "{}", target.display());
    }
    assert!(std::os::unix::net::UnixStream::connect(&to_socket).is_ok());
    for target in [&to_file, &to_nothing] {
        download(target).unwrap();
        assert!(target.symlink_metadata().unwrap().is_file());
        assert!(std::fs::read(target).unwrap() == content);
    }
    assert_eq!(std::fs::read_to_string(folder.join("kept")).unwrap(), "kept");
    assert!(!folder.join("missing").exists());
    // Also if the server gives no name and the file is named after the item.
    std::fs::create_dir(folder.join("w.twbx")).unwrap();
    let raw = crate::raw::Raw::signed_in(|_| crate::raw::response(200, &[], "PK\x03\x04"));
    let session = with(&raw.url, super::quick()).into_session(&crate::help::auth()).unwrap();
    let download = session.workbooks().download("w").overwrite(true);
    assert_eq!(download.to_folder(&folder).unwrap_err().kind(), ErrorKind::Input);
    assert!(folder.join("w.twbx").is_dir());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A nested request is refused early, and its response arrives slowly. The outer upload, which was
/// received, is not affected.
#[test]
fn early_response_of_a_nested_request_does_not_affect_the_outer_one() {
    use crate::raw::{Raw, read_head, signed_in, tableau_error};
    let raw = Raw::on_connection(|stream, _, _| {
        let mut reader = io::BufReader::with_capacity(1, stream.try_clone().unwrap());
        while let Some(head) = read_head(&mut reader) {
            let length: usize = head.header("content-length").map_or(0, |n| n.parse().unwrap());
            let mut body = vec![0; length.min(1 << 20)];
            reader.read_exact(&mut body).unwrap();
            if let Some(response) = signed_in(&head) {
                let _ = (&stream).write_all(&response.bytes());
                continue;
            }
            let response = tableau_error(413, "413000", "too large").bytes();
            let (first, rest) = response.split_at(response.len() - 20);
            let _ = (&stream).write_all(first);
            std::thread::sleep(millis(700));
            let _ = (&stream).write_all(rest);
            std::thread::sleep(millis(100));
            return;
        }
    });
    let other = with(&raw.url, super::quick().read_timeout(millis(300)));
    let other = other.sign_in(&crate::help::auth()).unwrap();
    let mock = MockServer::start().unwrap();
    let session = session_of(&mock);
    let (content, large) = (file(300_000, 8), file(24 << 20, 9));
    let mut refused = None;
    let source = tsc::Source::bytes("Up.twb", &content[..]).on_progress(|_| {
        if refused.is_none() {
            let publish = other.workbooks().publish(tsc::Source::bytes("L.twb", &large[..]));
            refused = Some(publish.project("p").send().unwrap_err());
        }
    });
    session.workbooks().publish(source).project(project_of(&session)).send().unwrap();
    assert_eq!(refused.and_then(|error| error.status()), Some(413));
    assert_eq!(mock.requests_to("POST", "/workbooks").len(), 1);
}

/// A chunk that gets no permit before the deadline was not sent, and the upload continues there.
#[test]
fn chunk_that_was_not_sent_is_certain() {
    let mock = MockServer::start().unwrap();
    let content = file(3000, 4);
    let server = with(mock.url(), HttpOptions::new().max_concurrent(1));
    let session = server.sign_in(&mock.credentials()).unwrap();
    let (other, release) =
        (server.sign_in(&mock.credentials()).unwrap(), tsc::CancellationToken::new());
    mock.fault(Fault::silent().on("GET", "/projects").times(1));
    let source = || tsc::Source::bytes("Up.twb", &content[..]).chunked_from(1).chunk_size(1000);
    let mut last: Option<tsc::Upload> = None;
    let error = std::thread::scope(|scope| {
        let source = source().on_checkpoint(|at| {
            if at.offset() > 0
                && !at.is_uncertain()
                && mock.requests_to("GET", "/projects").is_empty()
            {
                // From now on, another thread holds the only permit.
                scope.spawn(|| other.with_cancellation(&release).projects().list().total());
                while mock.requests_to("GET", "/projects").is_empty() {
                    std::thread::sleep(millis(1));
                }
            }
            last = Some(at.clone());
        });
        let soon = tsc::CancellationToken::with_timeout(millis(1500));
        let error = session.with_cancellation(&soon).fileuploads().upload(source).unwrap_err();
        release.cancel();
        error
    });
    assert!(error.is_timeout(), "{error:?}");
    let last = last.unwrap();
    assert!(last.offset() > 0 && !last.is_uncertain(), "{last:?}: {error:?}");
    let sent = session.workbooks().publish(source().resume(last)).project(project_of(&session));
    sent.send().unwrap();
    assert!(workbooks_named(&session, "Up") == [content]);
    assert_eq!(mock.requests_to("POST", "/fileUploads").len(), 1, "the upload was resumed");
}
