//! Response bodies in every framing, plain and compressed, read by every method.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tableau_server_client as tsc;
use tsc::{Download, ErrorKind, RetryPolicy, Session};

use super::{Folder, content};
use crate::help::{auth, millis, plain, with};
use crate::raw::{Raw, Response, Seen, signed_in};
use crate::tls_server::{Certified, over_tls};

#[derive(Clone, Copy, Debug)]
enum Framing {
    Length,
    Chunked,
    UntilClose,
}

const FRAMINGS: [Framing; 3] = [Framing::Length, Framing::Chunked, Framing::UntilClose];

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// A whole response with this body.
fn response(framing: Framing, is_gzip: bool, body: &[u8]) -> Response {
    let mut out = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n".to_vec();
    if is_gzip {
        out.extend(b"Content-Encoding: gzip\r\n");
    }
    match framing {
        Framing::Length => {
            out.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
            out.extend(body);
            Response::Send(out)
        }
        Framing::Chunked => {
            out.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            for chunk in body.chunks(10_007) {
                out.extend(format!("{:x}\r\n", chunk.len()).bytes());
                out.extend(chunk);
                out.extend(b"\r\n");
            }
            out.extend(b"0\r\n\r\n");
            Response::Send(out)
        }
        Framing::UntilClose => {
            out.extend(b"Connection: close\r\n\r\n");
            out.extend(body);
            Response::SendAndClose(out)
        }
    }
}

/// A server over HTTP and one over TLS, which respond to each request after the sign-in with `respond`.
fn servers(
    respond: impl Fn() -> Response + Send + Sync + Clone + 'static,
) -> [(Raw, tsc::HttpOptions); 2] {
    let certificate = Certified::self_signed(&["127.0.0.1"], true);
    let handle = move |seen: &Seen| signed_in(seen).unwrap_or_else(&respond);
    let options = || plain().retries(RetryPolicy::new().initial_backoff(millis(1)).max_retries(1));
    let tls = over_tls(certificate.server(), handle.clone());
    let verified = options().verify(certificate.file());
    [(Raw::start(handle), options()), (tls, verified)]
}

fn with_session<T>(
    raw: &Raw,
    options: &tsc::HttpOptions,
    run: impl FnOnce(&Session<'_>) -> T,
) -> T {
    let server = with(&raw.url, options.clone());
    let session = server.sign_in(&auth()).unwrap();
    run(&session)
}

#[test]
fn reads_downloads_in_every_framing() {
    // Larger than a block of 64 KiB, and incompressible in part.
    let file = content(300_000);
    let folder = Folder::new("framing");
    for framing in FRAMINGS {
        for is_gzip in [false, true] {
            let body = if is_gzip { gzip(&file) } else { file.clone() };
            for (raw, options) in servers(move || response(framing, is_gzip, &body)) {
                let at = format!("{framing:?}, gzip {is_gzip}, {}", raw.url);
                let download = |read: &mut dyn FnMut(Download<'_>)| {
                    with_session(&raw, &options, |session| read(session.workbooks().download("w")));
                };
                let path = folder.path().join("w.twbx");
                download(&mut |d| d.overwrite(true).to_path(&path).unwrap());
                assert!(std::fs::read(&path).unwrap() == file, "to a path: {at}");
                let mut written = Vec::new();
                download(&mut |d| {
                    assert_eq!(d.to_writer(&mut written).unwrap(), 300_000, "{at}");
                });
                assert!(written == file, "to a writer: {at}");
                download(&mut |d| assert!(d.to_bytes().unwrap() == file, "to bytes: {at}"));
            }
        }
    }
}

#[test]
fn reads_lists_in_every_framing() {
    let items: String =
        (0..2000).map(|n| format!("<workbook id=\"{n}\" name=\"n{n}\"/>")).collect();
    let body = format!(
        "<tsResponse><pagination pageNumber=\"1\" pageSize=\"2000\" totalAvailable=\"2000\"/>\
         <workbooks>{items}</workbooks></tsResponse>"
    );
    for framing in FRAMINGS {
        for is_gzip in [false, true] {
            let body = if is_gzip { gzip(body.as_bytes()) } else { body.clone().into_bytes() };
            for (raw, options) in servers(move || response(framing, is_gzip, &body)) {
                let read = with_session(&raw, &options, |session| {
                    session.workbooks().list().into_iter().collect::<tsc::Result<Vec<_>>>()
                });
                let at = format!("{framing:?}, gzip {is_gzip}, {}", raw.url);
                assert_eq!(read.unwrap().len(), 2000, "{at}");
            }
        }
    }
}

#[test]
fn damaged_gzip_leaves_no_file() {
    let whole = gzip(&content(300_000));
    let mut wrong_checksum = whole.clone();
    let end = wrong_checksum.len() - 8;
    wrong_checksum[end] ^= 1;
    let truncated = whole[..whole.len() / 2].to_vec();
    for (name, body) in [("wrong checksum", wrong_checksum), ("truncated", truncated)] {
        for framing in FRAMINGS {
            let body = body.clone();
            for (raw, options) in servers(move || response(framing, true, &body)) {
                let folder = Folder::new("damaged-gzip");
                let error = with_session(&raw, &options, |session| {
                    let path = folder.path().join("w.twbx");
                    session.workbooks().download("w").to_path(path).unwrap_err()
                });
                let at = format!("{name}, {framing:?}, {}: {error:?}", raw.url);
                assert!(
                    matches!(error.kind(), ErrorKind::Decode | ErrorKind::ConnectionLost),
                    "{at}"
                );
                assert!(folder.names().is_empty(), "{at}");
            }
        }
    }
}
