//! [`Source`]: a file to send, and how to send it.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::progress::{OnProgress, Progress};
use super::upload::Upload;
use crate::http::Replay;
use crate::{Error, Result};

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

    /// Size of a chunk in bytes, from 1 to 64 MiB. Default: 50 MiB.
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

    /// Opens the source and checks its options.
    #[inline]
    pub(crate) fn open(self) -> Result<OpenSource<'f>> {
        let Source { content, name, options } = self;
        let label = match &content {
            Content::Path(path) => path.display().to_string(),
            Content::Reader(_) => name.clone().unwrap_or_default(),
        };
        if !(1..=MAX_REQUEST).contains(&options.chunk_size) || options.chunked_from > MAX_REQUEST {
            return Err(Error::input(format!(
                "invalid chunk size for {label}: must be between 1 and {MAX_REQUEST} bytes, and \
                 `chunked_from` at most {MAX_REQUEST}"
            )));
        }
        if !(1..=64).contains(&options.parallel_chunks) {
            return Err(Error::input(format!(
                "invalid number of parallel chunks {} for {label}: must be between 1 and 64",
                options.parallel_chunks
            )));
        }
        let unreadable = |error| Error::io(format!("{label} cannot be read"), error);
        let mut file = None;
        let mut reader = match content {
            Content::Path(path) => {
                // Opening a pipe would block, so the type is checked first.
                if !std::fs::metadata(&path).map_err(unreadable)?.is_file() {
                    return Err(Error::input(format!("{label} is not a file")));
                }
                let opened = File::open(&path).map_err(unreadable)?;
                file = Some(opened.try_clone().map_err(unreadable)?);
                Reader::Seek(Box::new(opened))
            }
            Content::Reader(reader) => reader,
        };
        let length = reader.length().map_err(unreadable)?;
        if length == 0 {
            return Err(Error::input(format!("{label} is empty")));
        }
        let modified = modified_at(file.as_ref()).map_err(unreadable)?;
        Ok(OpenSource { reader, file, label, name, length, modified, options })
    }
}

#[inline]
fn modified_at(file: Option<&File>) -> io::Result<Option<Timestamp>> {
    let metadata = file.map(File::metadata).transpose()?;
    let time = metadata.and_then(|metadata| metadata.modified().ok());
    Ok(time.and_then(|time| Timestamp::try_from(time).ok()))
}

/// Fails if length or modification time differ from those at opening.
#[inline]
fn check_unchanged(
    reader: &mut Reader<'_>,
    file: Option<&File>,
    length: u64,
    modified: Option<Timestamp>,
) -> io::Result<()> {
    match reader.length()? == length && modified_at(file)? == modified {
        true => Ok(()),
        false => Err(io::Error::other(
            "the file was changed, and the sent data may be a mix of both versions",
        )),
    }
}

/// An opened source, ready to be sent.
pub(crate) struct OpenSource<'f> {
    reader: Reader<'f>,
    /// The file on disk that the reader reads.
    file: Option<File>,
    /// The path or name, as shown in messages.
    pub(super) label: String,
    pub(crate) name: Option<String>,
    pub(super) length: u64,
    /// The modification time of a file on disk.
    pub(super) modified: Option<Timestamp>,
    pub(super) options: SendOptions<'f>,
}

impl Reader<'_> {
    #[inline]
    fn length(&mut self) -> io::Result<u64> {
        match self {
            Reader::Seek(reader) => reader.seek(SeekFrom::End(0)),
            Reader::Once { length, .. } => Ok(*length),
        }
    }

    #[inline]
    fn seek_to(&mut self, offset: u64) -> io::Result<()> {
        match self {
            Reader::Seek(reader) => reader.seek(SeekFrom::Start(offset)).map(drop),
            Reader::Once { position, .. } if *position == offset => Ok(()),
            Reader::Once { .. } => {
                Err(io::Error::other("the reader can only be read once, and was read before"))
            }
        }
    }

    #[inline]
    fn read_once(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Reader::Seek(reader) => reader.read(buffer),
            Reader::Once { reader, position, .. } => {
                let read = reader.read(buffer)?;
                *position += read as u64;
                Ok(read)
            }
        }
    }
}

impl Read for Reader<'_> {
    /// Repeats interrupted reads, which the HTTP client would treat as an error.
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.read_once(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

impl<'f> OpenSource<'f> {
    /// Whether it can be read more than once.
    #[inline]
    pub(crate) fn is_replayable(&self) -> bool {
        !matches!(self.reader, Reader::Once { .. })
    }

    /// The whole content, unless it can be read only once.
    #[inline]
    pub(super) fn seekable(&mut self) -> Option<impl Read + Seek> {
        match &mut self.reader {
            Reader::Seek(reader) => Some(&mut **reader),
            Reader::Once { .. } => None,
        }
    }

    /// Peeks at the first bytes to detect the file format; they are still sent.
    #[inline]
    pub(super) fn first_bytes(&mut self) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        self.read_from(0, 64)?.read_to_end(&mut start)?;
        if let Reader::Once { reader, position, .. } = &mut self.reader {
            let rest = std::mem::replace(reader, Box::new(io::empty()));
            *reader = Box::new(Cursor::new(start.clone()).chain(rest));
            *position = 0;
        }
        Ok(start)
    }

    /// Reads `length` bytes from `offset`, without reporting progress.
    #[inline]
    pub(super) fn read_from(
        &mut self,
        offset: u64,
        length: u64,
    ) -> io::Result<io::Take<impl Read>> {
        self.reader.seek_to(offset)?;
        Ok((&mut self.reader).take(length))
    }

    #[inline]
    fn open_part(&mut self, offset: u64, length: u64) -> io::Result<Box<dyn Read + '_>> {
        self.reader.seek_to(offset)?;
        let is_whole = length == self.length;
        Ok(Box::new(PartReader { left: length, sent: offset, is_whole, source: self }))
    }

    /// A part of the source as a request body.
    #[inline]
    pub(super) fn part(&mut self, offset: u64, length: u64) -> Part<'_, 'f> {
        Part { source: self, offset, length }
    }

    #[inline]
    pub(super) fn check_unchanged(&mut self) -> Result<()> {
        let changed =
            |error| Error::io(format!("{} was changed while it was sent", self.label), error);
        check_unchanged(&mut self.reader, self.file.as_ref(), self.length, self.modified)
            .map_err(changed)
    }

    #[inline]
    pub(super) fn report_checkpoint(&mut self, upload: &Upload) {
        if let Some(report) = &mut self.options.checkpoint {
            report(upload);
        }
    }

    #[inline]
    pub(super) fn report_progress(&mut self, sent: u64) {
        if let Some(report) = &mut self.options.progress {
            report(Progress::bytes(sent, Some(self.length)));
        }
    }
}

/// A part of a source as a request body.
pub(super) struct Part<'o, 'f> {
    source: &'o mut OpenSource<'f>,
    offset: u64,
    length: u64,
}

impl Replay for Part<'_, '_> {
    #[inline]
    fn length(&self) -> u64 {
        self.length
    }

    #[inline]
    fn may_reopen(&self) -> bool {
        self.source.is_replayable()
    }

    #[inline]
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        self.source.open_part(self.offset, self.length)
    }
}

/// The whole source as a request body.
impl Replay for OpenSource<'_> {
    #[inline]
    fn length(&self) -> u64 {
        self.length
    }

    #[inline]
    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        self.open_part(0, self.length)
    }
}

/// Reads a part of a source and reports progress.
struct PartReader<'o, 'f> {
    source: &'o mut OpenSource<'f>,
    left: u64,
    sent: u64,
    /// Whether the part is the whole source.
    is_whole: bool,
}

impl Read for PartReader<'_, '_> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let OpenSource { reader, file, length, modified, .. } = &mut *self.source;
        let fits = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = reader.read(&mut buffer[..fits])?;
        self.left -= read as u64;
        self.sent += read as u64;
        if read == 0 {
            return Ok(0);
        }
        // Checked before the last bytes are sent, so that a file that was changed is not published.
        // A file that is sent in chunks is checked after the last chunk.
        let is_checked = self.is_whole || matches!(reader, Reader::Once { .. });
        if is_checked && self.sent == *length {
            if reader.read(&mut [0])? > 0 {
                return Err(io::Error::other("it is longer than its stated length"));
            }
            check_unchanged(reader, file.as_ref(), *length, *modified)?;
        }
        self.source.report_progress(self.sent);
        Ok(read)
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
