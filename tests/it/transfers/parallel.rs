//! Uploads with several chunks in flight.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Barrier, Mutex};
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::{ErrorKind, Source, Upload};

use super::{Fault, Store, content, server};
use crate::help::{auth, millis, with};
use crate::raw::Raw;

const CHUNK: usize = 300_000;

/// Eight chunks, of which the last one is short.
fn file() -> Vec<u8> {
    content(7 * CHUNK + 1000)
}

fn source(bytes: &[u8]) -> Source<'_> {
    Source::bytes("Sales.twbx", bytes).chunk_size(CHUNK as u64).chunked_from(0).parallel_chunks(4)
}

fn session(raw: &Raw) -> tsc::Session<'static> {
    let mut server = server(raw);
    server.set_version("3.27").unwrap();
    server.into_session(&auth()).unwrap()
}

fn publish(raw: &Raw, source: Source<'_>) -> tsc::Result<()> {
    session(raw).workbooks().publish(source).send().map(drop)
}

/// The number of chunks of all uploads that the server has seen.
fn chunks(raw: &Raw) -> usize {
    raw.seen().iter().filter(|seen| seen.method == "PUT").count()
}

#[test]
fn sends_four_chunks_at_once_and_not_more() {
    let file = file();
    let (store, raw) = Store::start(&[]);
    let (barrier, now, most) = (Barrier::new(4), AtomicUsize::new(0), AtomicUsize::new(0));
    let counts = std::sync::Arc::new((barrier, now, most));
    let of_server = counts.clone();
    // Each response waits until four chunks have arrived.
    store.before_response(move |_| {
        let (barrier, now, most) = &*of_server;
        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        barrier.wait();
        now.fetch_sub(1, Ordering::SeqCst);
    });
    publish(&raw, source(&file)).unwrap();
    assert_eq!(counts.2.load(Ordering::SeqCst), 4);
    assert!(store.state().published == [file]);
    assert_eq!(chunks(&raw), 8);
}

#[test]
fn chunks_that_are_acknowledged_out_of_order_are_joined_in_order() {
    let file = content(4 * CHUNK);
    let (store, raw) = Store::start(&[]);
    let (release, released) = channel();
    let released = Mutex::new(released);
    store.before_response(move |id| {
        if id == 1 {
            released.lock().unwrap().recv_timeout(Duration::from_secs(60)).unwrap();
        }
    });
    let seen = RefCell::new(Vec::new());
    let source = source(&file).on_checkpoint(|upload: &Upload| {
        seen.borrow_mut().push((upload.offset(), upload.is_uncertain()));
        // Four chunks were started and three have ended: all but the first one.
        if seen.borrow().len() == 7 {
            release.send(()).unwrap();
        }
    });
    publish(&raw, source).unwrap();
    let seen = seen.into_inner();
    assert_eq!(seen[..7], [(0, true); 7]);
    assert_eq!(seen[7..], [(4 * CHUNK as u64, false)]);
    assert!(store.state().published == [file]);
}

#[test]
fn chunk_of_unknown_delivery_restarts_the_parallel_upload() {
    let status = |status, stored| Fault::Status { status, retry_after: None, stored };
    let starts_over = |at: usize, fault: Fault| {
        let (store, raw) = Store::start(&[(at, fault)]);
        let file = file();
        publish(&raw, source(&file)).unwrap();
        assert!(store.state().published == [file], "{at} {fault:?}");
        assert_eq!(store.state().started, 2, "{at} {fault:?}");
        assert_eq!(raw.count("PUT", "/u2"), 8, "{at} {fault:?}");
    };
    for at in [1, 3, 8] {
        std::thread::scope(|scope| {
            for fault in [
                Fault::ResetDuring,
                Fault::ResetAfter { stored: true },
                Fault::ResetAfter { stored: false },
                status(500, true),
                status(503, false),
                status(504, true),
                Fault::BrokenResponse,
                Fault::WrongResponse,
                Fault::Gone,
            ] {
                scope.spawn(move || starts_over(at, fault));
            }
        });
    }
}

#[test]
fn resends_one_of_several_chunks_that_was_not_received() {
    let fault = |status, retry_after| Fault::Status { status, retry_after, stored: false };
    let file = file();
    let (throttled, busy) = (fault(429, None), fault(503, Some(0)));
    for faults in [
        &[(2, throttled), (5, throttled)][..],
        &[(2, busy), (5, busy)],
        // Once: the second fault could be that of the same chunk, and a session is renewed once.
        &[(2, Fault::Expired)],
    ] {
        let (store, raw) = Store::start(faults);
        publish(&raw, source(&file)).unwrap();
        assert!(store.state().published == [file.clone()], "{faults:?}");
        let sent = 8 + faults.len();
        assert_eq!((store.state().started, chunks(&raw)), (1, sent), "{faults:?}");
    }
}

#[test]
fn limits_restarts_of_a_parallel_upload() {
    let fault = Fault::Status { status: 504, retry_after: None, stored: true };
    let (store, raw) = Store::start(&[(0, fault)]);
    let error = publish(&raw, source(&file()).restarts(1)).unwrap_err();
    assert_eq!(error.status(), Some(504), "{error}");
    assert_eq!(store.state().started, 2);
    assert!(store.state().published.is_empty());
}

#[test]
fn interrupted_parallel_upload_is_resumed_or_starts_over() {
    let refused = Fault::Status { status: 403, retry_after: None, stored: false };
    let file = file();
    for (fault, status) in [(refused, Some(403)), (Fault::ResetAfter { stored: true }, None)] {
        for at in 1..=8 {
            let (store, raw) = Store::start(&[(at, fault)]);
            let last = RefCell::new(None);
            let broken = source(&file).restarts(0).on_checkpoint(|upload| {
                *last.borrow_mut() = Some(upload.export());
            });
            let error = publish(&raw, broken).unwrap_err();
            assert_eq!(error.status(), status, "{error}");
            assert!(store.state().published.is_empty());
            let upload = Upload::import(&last.take().unwrap()).unwrap();
            assert_eq!(upload.offset() % CHUNK as u64, 0);
            let is_uncertain = upload.is_uncertain();
            assert!(is_uncertain || status.is_some());
            publish(&raw, source(&file).resume(upload)).unwrap();
            assert!(store.state().published == [file.clone()], "{at}");
            assert_eq!(store.state().started, if is_uncertain { 2 } else { 1 }, "{at}");
        }
    }
}

#[test]
fn rejected_chunk_leaves_an_upload_that_can_be_resumed() {
    let refused = Fault::Status { status: 403, retry_after: None, stored: false };
    let file = content(CHUNK + 1);
    // The second chunk is rejected after the first one was acknowledged.
    let (store, raw) = Store::start(&[(1, refused), (2, refused)]);
    let last = RefCell::new(None);
    let source = || source(&file).parallel_chunks(2);
    let broken = source().on_checkpoint(|upload| *last.borrow_mut() = Some(upload.clone()));
    assert_eq!(publish(&raw, broken).unwrap_err().status(), Some(403));
    let upload = last.take().unwrap();
    assert_eq!((upload.offset(), upload.is_uncertain()), (0, false));
    publish(&raw, source().resume(upload)).unwrap();
    assert!(store.state().published == [file.clone()]);
    assert_eq!(store.state().started, 1);
}

#[test]
fn cancelled_parallel_upload_starts_over() {
    let file = file();
    let (store, raw) = Store::start(&[]);
    let session = session(&raw);
    let cancellation = tsc::CancellationToken::new();
    let last = RefCell::new(None);
    let cancelled = source(&file)
        .on_progress(|progress| {
            if progress.done > 3 * CHUNK as u64 {
                cancellation.cancel();
            }
        })
        .on_checkpoint(|upload| *last.borrow_mut() = Some(upload.clone()));
    let view = session.with_cancellation(&cancellation);
    let error = view.workbooks().publish(cancelled).send().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    assert!(store.state().published.is_empty());
    let upload = last.take().unwrap();
    assert!(upload.is_uncertain());
    session.workbooks().publish(source(&file).resume(upload)).send().unwrap();
    assert!(store.state().published == [file.clone()]);
    assert_eq!(store.state().started, 2);
}

#[test]
fn panic_in_a_callback_ends_the_parallel_upload() {
    let file = file();
    let (store, raw) = Store::start(&[]);
    let panicking = source(&file).on_progress(|progress| {
        assert!(progress.done < 2 * CHUNK as u64, "the original panic");
    });
    let panic = catch_unwind(AssertUnwindSafe(|| publish(&raw, panicking))).unwrap_err();
    assert!(panic.downcast_ref::<&str>().is_some_and(|text| text.contains("original")));
    assert!(store.state().published.is_empty());
}

#[test]
fn callback_of_a_parallel_upload_may_send_requests() {
    let file = file();
    let (store, raw) = Store::start(&[]);
    let options = tsc::HttpOptions::new().max_concurrent(1).timeout(millis(60_000));
    let mut server = with(&raw.url, options);
    server.set_version("3.27").unwrap();
    let session = server.into_session(&auth()).unwrap();
    let sent = Cell::new(0);
    let nested = source(&file).on_progress(|_| {
        if sent.replace(sent.get() + 1) == 0 {
            session.fileuploads().upload(source(&[1; 100])).unwrap();
        }
    });
    session.workbooks().publish(nested).send().unwrap();
    assert!(sent.get() > 8);
    assert!(store.state().published == [file.clone()]);
    assert_eq!(store.state().started, 2);
}

#[test]
fn progress_of_a_parallel_upload_ends_with_the_whole_file() {
    let file = file();
    let (_, raw) = Store::start(&[]);
    let seen = RefCell::new(Vec::new());
    publish(&raw, source(&file).on_progress(|progress| seen.borrow_mut().push(progress.done)))
        .unwrap();
    let seen = seen.into_inner();
    assert!(seen.is_sorted() && seen.len() > 8, "{seen:?}");
    assert_eq!(seen.last(), Some(&(file.len() as u64)));
}

#[test]
fn file_that_changes_during_a_parallel_upload_is_not_published() {
    let folder = super::Folder::new("parallel");
    let path = folder.file("Sales.twbx", &file());
    let (store, raw) = Store::start(&[]);
    let (reports, path_of_callback) = (Cell::new(0), path.clone());
    let changing = Source::path(&path)
        .chunk_size(CHUNK as u64)
        .chunked_from(0)
        .parallel_chunks(4)
        .on_checkpoint(|_| {
            if reports.replace(reports.get() + 1) == 6 {
                std::fs::write(&path_of_callback, [file(), file()].concat()).unwrap();
            }
        });
    let error = publish(&raw, changing).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error}");
    assert!(store.state().published.is_empty());
}

#[test]
fn older_versions_and_one_time_readers_send_one_chunk_at_a_time() {
    let file = file();
    let (store, raw) = Store::start(&[]);
    let mut server = server(&raw);
    server.set_version("3.26").unwrap();
    let session_before = server.into_session(&auth()).unwrap();
    session_before.workbooks().publish(source(&file)).send().unwrap();
    assert!(raw.seen().iter().all(|seen| super::sequence_id(seen).is_none()));
    let once = Source::reader("Sales.twbx", file.len() as u64, &file[..]);
    let once = once.chunk_size(CHUNK as u64).chunked_from(0).parallel_chunks(4);
    publish(&raw, once).unwrap();
    assert!(store.state().published == [file.clone(), file]);
    let seen = raw.seen();
    let ids: Vec<_> = seen.iter().filter_map(super::sequence_id).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn number_of_parallel_chunks_has_limits() {
    let (store, raw) = Store::start(&[]);
    for number in [0, 65] {
        let error = publish(&raw, source(&file()).parallel_chunks(number)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains("parallel chunks"), "{error}");
    }
    assert_eq!(store.state().started, 0);
}

#[test]
fn mock_joins_parallel_chunks() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let session = tsc::Server::new(mock.url()).unwrap().into_session(&mock.credentials()).unwrap();
    let source = Source::bytes("Sales.twbx", file()).chunk_size(CHUNK as u64);
    let source = source.chunked_from(0).parallel_chunks(4);
    let published = session.workbooks().publish(source).name("In parallel").send();
    let mut downloaded = Vec::new();
    let id = published.unwrap().item.id;
    session.workbooks().download(&id).to_writer(&mut downloaded).unwrap();
    assert!(downloaded == file());
}
