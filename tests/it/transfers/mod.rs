//! Transfers of files, complete or interrupted, and jobs.

mod download;
mod framing;
mod jobs;
mod mock;
mod parallel;
mod publish;
mod upload;
mod wait_all;

use std::collections::{BTreeMap, HashMap};
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use tableau_server_client as tsc;

use crate::help::{millis, with};
use crate::raw::{Raw, Response, Seen, read_head, response, signed_in, success, tableau_error};

/// The default number of retries, with a short backoff.
pub fn server(raw: &Raw) -> tsc::Server {
    with(
        &raw.url,
        tsc::HttpOptions::new().retries(tsc::RetryPolicy::new().initial_backoff(millis(1))),
    )
}

/// A temporary folder, removed on drop.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tsc-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }

    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The names of all entries, including hidden ones.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into()).collect();
        names.sort();
        names
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Bytes without repetition.
pub fn content(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let next = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend(std::iter::repeat_with(|| next(&mut state)).take(length - 4));
    bytes
}

/// A part of a multipart body: its headers and its content.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub head: String,
    pub body: Vec<u8>,
}

pub fn parts(seen: &Seen) -> Vec<Part> {
    let boundary = seen.header("content-type").unwrap().split_once("boundary=").unwrap().1;
    let (mut parts, mut rest) = (Vec::new(), &seen.body[..]);
    let find = |text: &[u8], what: &[u8]| {
        text.windows(what.len()).position(|window| window == what).unwrap()
    };
    rest = rest.strip_prefix(format!("--{boundary}\r\n").as_bytes()).unwrap();
    loop {
        let head = find(rest, b"\r\n\r\n");
        let end = find(rest, format!("\r\n--{boundary}").as_bytes());
        parts.push(Part {
            head: String::from_utf8(rest[..head].to_vec()).unwrap(),
            body: rest[head + 4..end].to_vec(),
        });
        rest = &rest[end + boundary.len() + 4..];
        if rest == b"--\r\n" {
            return parts;
        }
        rest = rest.strip_prefix(b"\r\n").unwrap();
    }
}

/// A fault of a chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    ResetBefore,
    ResetDuring,
    ResetAfter {
        stored: bool,
    },
    Status {
        status: u16,
        retry_after: Option<u64>,
        stored: bool,
    },
    BrokenResponse,
    WrongResponse,
    Gone,
    Expired,
    /// The chunk is appended, and the connection is closed without a response.
    GoneAway,
}

/// A server that appends the chunks that it receives, as Tableau does, with faults.
#[derive(Clone, Default)]
pub struct Store(Arc<Mutex<State>>);

#[derive(Default)]
pub struct State {
    pub uploads: HashMap<String, Vec<u8>>,
    /// The chunks with sequence ids, by upload and sequence id.
    pub sequenced: HashMap<String, BTreeMap<u64, Vec<u8>>>,
    /// Called with the sequence id of each chunk before the response is sent.
    pub before_response: Option<BeforeResponse>,
    pub chunks: usize,
    /// The number of uploads that were started.
    pub started: usize,
    /// Faults by the number of the chunk, from 1, or 0 for every chunk.
    pub faults: Vec<(usize, Fault)>,
    /// The published file.
    pub published: Vec<Vec<u8>>,
}

type BeforeResponse = Arc<dyn Fn(u64) + Send + Sync>;

/// The sequence id of a chunk.
pub fn sequence_id(seen: &Seen) -> Option<u64> {
    seen.target.split_once("sequenceID=").map(|(_, id)| id.parse().unwrap())
}

impl Store {
    /// Calls `run` with the sequence id of each chunk before the response is sent.
    pub fn before_response(&self, run: impl Fn(u64) + Send + Sync + 'static) {
        self.state().before_response = Some(Arc::new(run));
    }

    pub fn start(faults: &[(usize, Fault)]) -> (Store, Raw) {
        let store = Store::default();
        store.state().faults = faults.to_vec();
        let of_raw = store.clone();
        let raw = Raw::on_connection(move |stream, number, seen| {
            let closer = stream.try_clone().unwrap();
            of_raw.serve(stream, number, seen);
            let _ = closer.shutdown(Shutdown::Both);
        });
        (store, raw)
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn fault(&self) -> Option<Fault> {
        let mut state = self.state();
        state.chunks += 1;
        let chunk = state.chunks;
        let mut faults = state.faults.iter();
        faults.find(|(number, _)| *number == 0 || *number == chunk).map(|(_, fault)| *fault)
    }

    fn serve(&self, stream: TcpStream, number: usize, all: &Mutex<Vec<Seen>>) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut out = stream;
        while let Some(mut seen) = read_head(&mut reader) {
            seen.connection = number;
            let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
            let is_chunk = seen.method == "PUT" && seen.path().contains("/fileUploads/");
            let fault = if is_chunk { self.fault() } else { None };
            if fault == Some(Fault::ResetBefore) {
                all.lock().unwrap().push(seen);
                return;
            }
            let here = if fault == Some(Fault::ResetDuring) { length / 2 } else { length };
            seen.body = vec![0; here];
            let came = reader.read_exact(&mut seen.body).is_ok();
            all.lock().unwrap().push(seen.clone());
            if !came || fault == Some(Fault::ResetDuring) {
                return;
            }
            let before_response = self.state().before_response.clone();
            if let (Some(run), Some(id), true) = (before_response, sequence_id(&seen), is_chunk) {
                run(id);
            }
            let Some(response) = self.respond(&seen, fault) else { return };
            let keeps = matches!(response, Response::Send(_));
            if out.write_all(&response.bytes()).is_err() || !keeps {
                return;
            }
        }
    }

    fn respond(&self, seen: &Seen, fault: Option<Fault>) -> Option<Response> {
        if let Some(response) = signed_in(seen) {
            return Some(response);
        }
        let mut state = self.state();
        let last = seen.path().rsplit('/').next().unwrap();
        if seen.method == "POST" && last == "fileUploads" {
            state.started += 1;
            let id = format!("u{}", state.started);
            state.uploads.insert(id.clone(), Vec::new());
            return Some(success(&format!(
                "<fileUpload uploadSessionId=\"{id}\" fileSize=\"0\"/>"
            )));
        }
        if seen.method == "PUT" {
            let stores = match fault {
                None | Some(Fault::BrokenResponse | Fault::WrongResponse | Fault::GoneAway) => true,
                Some(Fault::ResetAfter { stored } | Fault::Status { stored, .. }) => stored,
                Some(_) => false,
            };
            if stores {
                let all = parts(seen);
                assert_eq!(all.len(), 2);
                let chunk = &all[1].body;
                match sequence_id(seen) {
                    None => state.uploads.get_mut(last)?.extend(chunk),
                    Some(id) => {
                        let chunks = state.sequenced.entry(last.to_owned()).or_default();
                        let earlier = chunks.insert(id, chunk.clone());
                        assert!(earlier.is_none(), "the chunk {id} was sent twice");
                    }
                }
            }
            let done = success("<fileUpload uploadSessionId=\"x\" fileSize=\"1\"/>");
            return match fault {
                None => Some(done),
                Some(Fault::ResetAfter { .. }) => None,
                Some(Fault::Status { status, retry_after, .. }) => {
                    let seconds = retry_after.unwrap_or_default().to_string();
                    let headers = [("Retry-After", seconds.as_str())];
                    let headers = &headers[..usize::from(retry_after.is_some())];
                    Some(response(status, headers, "gateway"))
                }
                Some(Fault::BrokenResponse) => {
                    let bytes = done.bytes();
                    Some(Response::SendAndClose(bytes[..bytes.len() - 9].to_vec()))
                }
                Some(Fault::WrongResponse) => {
                    Some(response(200, &[], "<html>Please log in</html>"))
                }
                Some(Fault::Expired) => Some(tableau_error(401, "401002", "expired")),
                Some(Fault::GoneAway) => {
                    let bytes = String::from_utf8(done.bytes()).unwrap();
                    let close = bytes.replacen("\r\n", "\r\nconnection: close\r\n", 1);
                    Some(Response::SendAndClose(close.into_bytes()))
                }
                Some(Fault::Gone) => Some(tableau_error(404, "404000", "no such upload")),
                Some(Fault::ResetBefore | Fault::ResetDuring) => unreachable!("handled before"),
            };
        }
        let query = seen.target.split_once("uploadSessionId=");
        let file = match query {
            Some((_, id)) => {
                let chunks = state.sequenced.remove(id).unwrap_or_default();
                let sequenced = chunks.into_values().collect::<Vec<_>>().concat();
                [state.uploads.remove(id)?, sequenced].concat()
            }
            None => parts(seen)[1].body.clone(),
        };
        state.published.push(file);
        Some(success(
            "<workbook id=\"w1\" name=\"Sales\"/><job id=\"j1\" type=\"PublishWorkbook\"/>",
        ))
    }
}
