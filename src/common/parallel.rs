//! Appending several chunks to an upload at once.
//!
//! Each chunk is sent by a separate thread. The source and the program's callbacks may not be
//! usable on other threads, so the calling thread reads the source for all of them, block by block,
//! and calls the callbacks.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::chunks::append;
use super::source::OpenSource;
use super::upload::Upload;
use crate::cancel::CancellationToken;
use crate::client::Client;
use crate::http::{Delivery, Replay, counting_as_nested, on_another_thread};
use crate::{Error, ErrorKind, Result};

/// Maximum number of bytes that are read from the source at once, and buffered per chunk in flight.
const BLOCK: u64 = 256 << 10;

/// A message from a sending thread to the calling thread.
enum Event {
    Read(ReadRequest),
    Ended { index: u64, outcome: thread::Result<Result<()>> },
}

/// A request for the next block of a chunk.
struct ReadRequest {
    index: u64,
    /// The offset of the block in the chunk.
    position: u64,
    /// An earlier block, whose buffer is reused.
    buffer: Vec<u8>,
    reply: Sender<io::Result<Vec<u8>>>,
}

/// Appends the rest of the source to the upload, with up to `limit` chunks in flight.
///
/// After a chunk whose outcome is unknown, the chunks in flight are cancelled, because the upload
/// has to start over. After any other error they are completed, and no new chunks are started.
#[inline]
pub(super) fn append_rest(
    client: &Client,
    source: &mut OpenSource<'_>,
    upload: &mut Upload,
    limit: usize,
) -> Result<()> {
    let (cancellation, _link) = client
        .cancellation()
        .map_or_else(|| (CancellationToken::new(), None), CancellationToken::child);
    let client = client.with_call_cancellation(&cancellation);
    let target = upload.clone();
    thread::scope(|scope| {
        let (sender, events) = mpsc::channel();
        let _guard = CancelOnDrop(&cancellation);
        let start = |index, length| {
            let (client, target, sender) = (&client, &target, sender.clone());
            let work = on_another_thread(move || {
                let mut body = ChunkBody { index, length, sender: sender.clone() };
                let send = || append(client, target, target.chunks + index + 1, &mut body);
                let outcome = catch_unwind(AssertUnwindSafe(send));
                let outcome = outcome.map(|sent| sent.map(drop));
                // The calling thread has stopped receiving only if one of its callbacks panicked.
                let _ = sender.send(Event::Ended { index, outcome });
            });
            let name = format!("chunk {}", target.chunks + index + 1);
            thread::Builder::new().name(name).spawn_scoped(scope, work).map(drop)
        };
        let round = Round::new(source, upload, &cancellation);
        round.run(limit, &events, start)
    })
}

/// Cancels the chunks in flight if the calling thread panics.
struct CancelOnDrop<'a>(&'a CancellationToken);

impl Drop for CancelOnDrop<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// The chunks that are appended concurrently. Chunk 0 is the first one that was not acknowledged
/// when the upload started or was resumed.
struct Round<'r, 'f> {
    source: &'r mut OpenSource<'f>,
    upload: &'r mut Upload,
    cancellation: &'r CancellationToken,
    /// The position of chunk 0 in the source.
    offset: u64,
    /// The number of chunks that were started.
    started: u64,
    /// The number of acknowledged chunks before the first one that is not.
    complete: u64,
    /// The chunks in flight, and how many bytes of each were read.
    in_flight: BTreeMap<u64, u64>,
    /// Chunks that were acknowledged out of order, before an earlier one.
    out_of_order: BTreeSet<u64>,
    /// Whether the server may or may not have a chunk that failed.
    is_uncertain: bool,
    failure: Option<Error>,
}

impl<'r, 'f> Round<'r, 'f> {
    #[inline]
    fn new(
        source: &'r mut OpenSource<'f>,
        upload: &'r mut Upload,
        cancellation: &'r CancellationToken,
    ) -> Round<'r, 'f> {
        Round {
            offset: upload.offset,
            source,
            upload,
            cancellation,
            started: 0,
            complete: 0,
            in_flight: BTreeMap::new(),
            out_of_order: BTreeSet::new(),
            is_uncertain: false,
            failure: None,
        }
    }

    fn run(
        mut self,
        mut limit: usize,
        events: &Receiver<Event>,
        start: impl Fn(u64, u64) -> io::Result<()>,
    ) -> Result<()> {
        loop {
            while self.may_start(limit) {
                let index = self.started;
                if let Err(error) = start(index, self.length_of(index)) {
                    self.in_flight.remove(&index);
                    // With fewer threads than requested, the upload is slower but correct.
                    limit = self.in_flight.len();
                    if limit == 0 {
                        let what = "the system cannot start a thread to send a chunk";
                        let error = Error::new(ErrorKind::Connect, what).because(error);
                        self.failure.get_or_insert(error.before_sending());
                    }
                    break;
                }
                self.started += 1;
            }
            if self.in_flight.is_empty() {
                self.checkpoint();
                return self.failure.map_or(Ok(()), Err);
            }
            match events.recv().expect("the sender is kept until all chunks have ended") {
                Event::Read(request) => counting_as_nested(|| self.read(request)),
                Event::Ended { index, outcome } => {
                    let outcome = outcome.unwrap_or_else(|panic| resume_unwind(panic));
                    self.ended(index, outcome);
                }
            }
        }
    }

    /// Whether another chunk is to be started, which is then in flight.
    #[inline]
    fn may_start(&mut self, limit: usize) -> bool {
        let is_last = self.position_of(self.started) >= self.source.length;
        if self.in_flight.len() >= limit || is_last || self.failure.is_some() {
            return false;
        }
        if let Err(error) = self.cancellation.check() {
            self.failure = Some(error);
            return false;
        }
        self.in_flight.insert(self.started, 0);
        self.checkpoint();
        true
    }

    #[inline]
    fn position_of(&self, index: u64) -> u64 {
        self.offset + index * self.source.options.chunk_size
    }

    #[inline]
    fn length_of(&self, index: u64) -> u64 {
        self.source.options.chunk_size.min(self.source.length - self.position_of(index))
    }

    /// Reports the state of the upload.
    #[inline]
    fn checkpoint(&mut self) {
        // The server has chunks after a gap, but the upload can only be resumed from the gap.
        self.upload.in_flight =
            self.is_uncertain || !self.in_flight.is_empty() || !self.out_of_order.is_empty();
        counting_as_nested(|| self.source.report_checkpoint(self.upload));
    }

    /// Reads a block for the thread that sends the chunk.
    #[inline]
    fn read(&mut self, request: ReadRequest) {
        let ReadRequest { index, position, mut buffer, reply } = request;
        let length = BLOCK.min(self.length_of(index) - position);
        buffer.clear();
        let read = self
            .source
            .read_from(self.position_of(index) + position, length)
            .and_then(|mut block| block.read_to_end(&mut buffer));
        if let Ok(read) = read {
            self.in_flight.insert(index, position + read as u64);
            let after_gap = self.out_of_order.iter().map(|index| self.length_of(*index));
            let sent = after_gap.chain(self.in_flight.values().copied()).sum::<u64>();
            self.source.report_progress(self.upload.offset + sent);
        }
        // The thread is waiting for this reply, so sending it cannot fail.
        let _ = reply.send(read.map(|_| buffer));
    }

    #[inline]
    fn ended(&mut self, index: u64, outcome: Result<()>) {
        self.in_flight.remove(&index);
        match outcome {
            Ok(()) => {
                self.out_of_order.insert(index);
                while self.out_of_order.remove(&self.complete) {
                    self.upload.offset += self.length_of(self.complete);
                    self.upload.chunks += 1;
                    self.complete += 1;
                }
            }
            Err(error) => {
                let delivery = Delivery::of_failed(&error);
                self.is_uncertain |= matches!(delivery, Delivery::Unknown | Delivery::Abandoned);
                if delivery == Delivery::Unknown || error.is_not_found() {
                    self.cancellation.cancel();
                }
                self.failure.get_or_insert(error);
            }
        }
        if !self.in_flight.is_empty() {
            self.checkpoint();
        }
    }
}

/// A chunk as a request body, whose bytes the calling thread reads.
struct ChunkBody {
    index: u64,
    length: u64,
    sender: Sender<Event>,
}

impl Replay for ChunkBody {
    #[inline]
    fn length(&self) -> u64 {
        self.length
    }

    #[inline]
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(ChunkReader { body: self, position: 0, block: Vec::new(), consumed: 0 }))
    }
}

struct ChunkReader<'a> {
    body: &'a ChunkBody,
    /// The number of bytes that were received from the calling thread.
    position: u64,
    block: Vec<u8>,
    /// The number of bytes of the block that were sent.
    consumed: usize,
}

impl ChunkReader<'_> {
    #[inline]
    fn next_block(&mut self) -> io::Result<()> {
        let ended = || io::Error::other("the upload has ended");
        let (reply, block) = mpsc::channel();
        let buffer = std::mem::take(&mut self.block);
        let request =
            ReadRequest { index: self.body.index, position: self.position, buffer, reply };
        self.consumed = 0;
        self.body.sender.send(Event::Read(request)).map_err(|_| ended())?;
        self.block = block.recv().map_err(|_| ended())??;
        self.position += self.block.len() as u64;
        Ok(())
    }
}

impl Read for ChunkReader<'_> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.consumed == self.block.len() && self.position < self.body.length {
            self.next_block()?;
        }
        let read = (&self.block[self.consumed..]).read(buffer)?;
        self.consumed += read;
        Ok(read)
    }
}
