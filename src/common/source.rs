//! [`Source`]: a file to send, and how to send it.

mod open;

use std::borrow::Cow;
use std::fmt;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

pub(crate) use self::open::OpenSource;
use super::progress::{OnProgress, Progress};
use super::upload::Upload;

/// A file to publish or upload (a path, bytes in memory, or a reader), with options for sending it.
///
/// The file is read while it is sent, so the memory needed does not depend on its size. Methods
/// that take a source also accept a path as a `&str`, a `String`, a `&Path` or a `PathBuf`.
///
/// A file of less than 64 MiB is sent in one request, a larger one in chunks.
///
/// ```
/// use tableau_server_client::Source;
///
/// let source = Source::path("Sales.twbx")
///     .chunk_size(16 << 20)
///     .on_progress(|progress| println!("{} of {:?} bytes", progress.done, progress.total));
/// ```
#[must_use = "nothing is sent until it is passed to a method of a resource"]
pub struct Source<'f> {
    content: Content<'f>,
    name: Option<String>,
    pub(super) options: SendOptions<'f>,
}

/// How a source is sent.
pub(super) struct SendOptions<'f> {
    pub(super) chunk_size: u64,
    pub(super) chunked_from: u64,
    pub(super) parallel_chunks: usize,
    pub(super) restarts: u32,
    pub(super) progress: Option<OnProgress<'f>>,
    pub(super) checkpoint: Option<OnCheckpoint<'f>>,
    pub(super) resume: Option<Upload>,
}

/// A callback that receives the state of an upload.
type OnCheckpoint<'f> = Box<dyn FnMut(&Upload) + 'f>;

enum Content<'f> {
    Path(PathBuf),
    Reader(Reader<'f>),
}

enum Reader<'f> {
    Seek(Box<dyn ReadSeek + 'f>),
    Once { reader: Box<dyn Read + 'f>, length: u64, position: u64 },
}

trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

/// Maximum size of a request that the server accepts.
const MAX_REQUEST: u64 = 64 << 20;

impl<'f> Source<'f> {
    #[inline]
    fn new(content: Content<'f>, name: Option<String>) -> Source<'f> {
        let options = SendOptions {
            chunk_size: 50 << 20,
            chunked_from: MAX_REQUEST,
            parallel_chunks: 1,
            restarts: 3,
            progress: None,
            checkpoint: None,
            resume: None,
        };
        Source { content, name, options }
    }

    /// A file on disk. It is opened when it is sent.
    pub fn path(path: impl Into<PathBuf>) -> Source<'f> {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Source::new(Content::Path(path), name)
    }

    /// Bytes in memory, borrowed or owned, with a file name. If the name has no extension, the file
    /// format is detected from the bytes.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Cow<'f, [u8]>>) -> Source<'f> {
        Source::seekable(name, Cursor::new(bytes.into()))
    }

    /// A reader that can seek, with a file name. It is read from its start to its end, and again if
    /// the file has to be sent again.
    pub fn seekable(name: impl Into<String>, reader: impl Read + Seek + 'f) -> Source<'f> {
        Source::new(Content::Reader(Reader::Seek(Box::new(reader))), Some(name.into()))
    }

    /// A reader that can only be read once, with a file name and the number of bytes it yields. Any
    /// other number of bytes is an error. Nothing can be sent again, so the first connection that
    /// breaks is an error.
    pub fn reader(name: impl Into<String>, length: u64, reader: impl Read + 'f) -> Source<'f> {
        let reader = Reader::Once { reader: Box::new(reader), length, position: 0 };
        Source::new(Content::Reader(reader), Some(name.into()))
    }

    /// Size of a chunk in bytes, at least 1 and at most 64 MiB. Default: 50 MiB. Other sizes are an
    /// [`Input`](crate::ErrorKind::Input) error when the file is sent.
    #[inline]
    pub fn chunk_size(mut self, bytes: u64) -> Self {
        self.options.chunk_size = bytes;
        self
    }

    /// Minimum size of a file that is sent in chunks, in bytes, at most 64 MiB. Default: 64 MiB.
    #[inline]
    pub fn chunked_from(mut self, bytes: u64) -> Self {
        self.options.chunked_from = bytes;
        self
    }

    /// Number of chunks that are sent at once, over as many connections, from 1 to 64. Default: 1.
    /// Each needs about half a MiB of memory, regardless of the chunk size.
    ///
    /// Needs API 3.27 and a source that can be read again. With an older version, and with
    /// [`reader`](Source::reader), one chunk is sent at a time.
    ///
    /// ```
    /// let source = tableau_server_client::Source::path("Sales.twbx").parallel_chunks(4);
    /// ```
    #[inline]
    pub fn parallel_chunks(mut self, most: usize) -> Self {
        self.options.parallel_chunks = most;
        self
    }

    /// Maximum number of times that an upload in chunks starts over under a new id: after a chunk that
    /// the server may or may not have received, and after the server has lost the upload. Default: 3.
    ///
    /// A chunk that the server cannot have received is sent again as
    /// [`HttpOptions::retries`](crate::HttpOptions::retries) says.
    #[inline]
    pub fn restarts(mut self, most: u32) -> Self {
        self.options.restarts = most;
        self
    }

    /// Calls `report` with the number of bytes sent. Bytes that are sent again are counted again, so
    /// [`done`](Progress::done) can decrease.
    pub fn on_progress(mut self, report: impl FnMut(Progress) + 'f) -> Self {
        self.options.progress = Some(Box::new(report));
        self
    }

    /// Calls `report` with the state of the upload before and after each chunk. The last state, saved
    /// with [`Upload::export`], is what [`resume`](Source::resume) needs.
    ///
    /// A resumed upload continues where it ended if it ended between two chunks: after an error
    /// that shows that the server did not receive the chunk, or after a
    /// [`CancellationToken`](crate::CancellationToken) that was cancelled in `report`. If a chunk
    /// was being sent, the server may or may not have it, and the upload starts over. With
    /// [`parallel_chunks`](Source::parallel_chunks) it also starts over if the server has a chunk
    /// after one that it does not have.
    pub fn on_checkpoint(mut self, report: impl FnMut(&Upload) + 'f) -> Self {
        self.options.checkpoint = Some(Box::new(report));
        self
    }

    /// Continues an interrupted upload, of this process or another one. The upload starts over if the
    /// server may or may not have the last chunk, and if the server has discarded the upload.
    ///
    /// A file that differs from the one whose upload was interrupted is an
    /// [`Input`](crate::ErrorKind::Input) error.
    #[inline]
    pub fn resume(mut self, upload: Upload) -> Self {
        self.options.resume = Some(upload);
        self
    }
}

macro_rules! from_path {
    ($($Path:ty),+) => {$(
        impl From<$Path> for Source<'_> {
            #[inline]
            fn from(path: $Path) -> Self {
                Source::path(path)
            }
        }
    )+};
}

from_path!(&str, String, &Path, PathBuf, &PathBuf);

impl fmt::Debug for Source<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("chunk_size", &self.options.chunk_size)
            .field("chunked_from", &self.options.chunked_from)
            .field("parallel_chunks", &self.options.parallel_chunks)
            .field("restarts", &self.options.restarts)
            .field("resume", &self.options.resume)
            .finish_non_exhaustive()
    }
}
