//! [`Source`]: a file to be sent, and how it is sent.

use std::borrow::Cow;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::upload::Upload;
use crate::http::Replay;
use crate::{Error, Result};

/// A file to publish or to upload: a path, bytes in memory, or a reader; and how it is sent.
///
/// It is read while it is sent and takes no memory to speak of, however large it is. A path is also
/// a `&str`, a `String`, a `&Path` or a `PathBuf`, wherever a source is asked for.
///
/// What is smaller than 64 MiB goes in one request, the rest in chunks.
///
/// ```
/// use tableau_server_client::Source;
///
/// let source = Source::path("Sales.twbx")
///     .chunk_size(16 << 20)
///     .on_progress(|sent, total| println!("{sent} of {total} bytes"));
/// ```
#[must_use = "nothing is sent until a room is given it"]
pub struct Source<'f> {
    content: Content<'f>,
    name: Option<String>,
    pub(super) chunk_size: u64,
    pub(super) chunked_from: u64,
    pub(super) restarts: u32,
    pub(super) progress: Option<Tell<'f>>,
    pub(super) checkpoint: Option<Keep<'f>>,
    pub(super) resume: Option<Upload>,
}

/// Who is told how many bytes were sent, of how many.
type Tell<'f> = Box<dyn FnMut(u64, u64) + 'f>;

/// Who keeps what an upload can be resumed from.
type Keep<'f> = Box<dyn FnMut(&Upload) + 'f>;

/// A reader that can go back.
trait ReadSeek: Read + Seek {}

impl<R: Read + Seek> ReadSeek for R {}

enum Content<'f> {
    Path(PathBuf),
    Bytes(Cow<'f, [u8]>),
    Seek(Box<dyn ReadSeek + 'f>),
    Once { reader: Box<dyn Read + 'f>, length: u64, at: u64 },
}

/// The most that the server takes in one request.
pub(super) const MOST: u64 = 64 << 20;

impl<'f> Source<'f> {
    fn new(content: Content<'f>, name: Option<String>) -> Source<'f> {
        Source {
            content,
            name,
            chunk_size: 50 << 20,
            chunked_from: MOST,
            restarts: 3,
            progress: None,
            checkpoint: None,
            resume: None,
        }
    }

    /// A file on disk. It is opened when it is sent.
    pub fn path(path: impl Into<PathBuf>) -> Source<'f> {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Source::new(Content::Path(path), name)
    }

    /// Bytes in memory, borrowed or owned, and the file name that they go by. It may lack an
    /// extension: then the bytes say what they are.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Cow<'f, [u8]>>) -> Source<'f> {
        Source::new(Content::Bytes(bytes.into()), Some(name.into()))
    }

    /// A reader that can go back, from its start to its end: what was not received is sent again.
    pub fn seekable(name: impl Into<String>, reader: impl Read + Seek + 'f) -> Source<'f> {
        Source::new(Content::Seek(Box::new(reader)), Some(name.into()))
    }

    /// A reader that can be read once, and how many bytes it has: it is an error if it ends before
    /// them or goes on after them. What was not received cannot be sent again, so the first broken
    /// connection ends it with an error.
    pub fn reader(name: impl Into<String>, length: u64, reader: impl Read + 'f) -> Source<'f> {
        let content = Content::Once { reader: Box::new(reader), length, at: 0 };
        Source::new(content, Some(name.into()))
    }

    /// How many bytes a chunk has, 1 to 64 MiB. Default: 50 MiB.
    pub fn chunk_size(mut self, bytes: u64) -> Self {
        self.chunk_size = bytes;
        self
    }

    /// From how many bytes on it is sent in chunks, at most 64 MiB. Default: 64 MiB.
    pub fn chunked_from(mut self, bytes: u64) -> Self {
        self.chunked_from = bytes;
        self
    }

    /// How often an upload in chunks begins anew, under a fresh id, after a chunk of which nobody
    /// knows whether the server has it, or where the server has lost the upload. Default: 3.
    ///
    /// A chunk that the server cannot have received is sent again, as often as
    /// [`HttpOptions::retries`](crate::HttpOptions::retries) says.
    pub fn restarts(mut self, most: u32) -> Self {
        self.restarts = most;
        self
    }

    /// Is told how many bytes of the file were sent, and how many it has. What has to be sent again
    /// is counted again, so the first number can fall.
    pub fn on_progress(mut self, tell: impl FnMut(u64, u64) + 'f) -> Self {
        self.progress = Some(Box::new(tell));
        self
    }

    /// Is told before and after each chunk how far the upload has come, to
    /// [`export`](Upload::export) it: whoever has the last of these values can
    /// [`resume`](Source::resume) the upload.
    ///
    /// It goes on where it was if the upload ended between two chunks: by an error of which it is
    /// sure that the server did not take the chunk, or by a [`CancellationToken`](crate::CancellationToken) that was set
    /// here. If a chunk was under way, nobody knows whether the server has it, and the upload
    /// begins anew.
    pub fn on_checkpoint(mut self, tell: impl FnMut(&Upload) + 'f) -> Self {
        self.checkpoint = Some(Box::new(tell));
        self
    }

    /// Goes on with an upload that was broken off, in this process or in another one, instead of
    /// beginning anew. Where the last chunk's fate is unknown, or the server has dropped the
    /// upload, it does begin anew.
    ///
    /// A file that is not the one that the upload began with is an
    /// [`Input`](crate::ErrorKind::Input) error.
    pub fn resume(mut self, upload: Upload) -> Self {
        self.resume = Some(upload);
        self
    }

    /// Opens it, and checks what was set.
    pub(super) fn open(self) -> Result<Opened<'f>> {
        let what = match &self.content {
            Content::Path(path) => path.display().to_string(),
            _ => self.name.clone().unwrap_or_default(),
        };
        if !(1..=MOST).contains(&self.chunk_size) || self.chunked_from > MOST {
            return Err(Error::input(format!(
                "{what}: a chunk has 1 to {MOST} bytes, and one request no more than that"
            )));
        }
        let unread = |error| Error::io(format!("{what} cannot be read"), error);
        let mut modified = None;
        let mut reader = match self.content {
            Content::Path(path) => {
                // Before it is opened: a pipe would be waited for.
                if !std::fs::metadata(&path).map_err(unread)?.is_file() {
                    return Err(Error::input(format!("{what} is no file")));
                }
                let file = File::open(&path).map_err(unread)?;
                let about = file.metadata().map_err(unread)?;
                modified = time_of(&about);
                Reader::File(file)
            }
            Content::Bytes(bytes) => Reader::Seek(Box::new(Cursor::new(bytes))),
            Content::Seek(reader) => Reader::Seek(reader),
            Content::Once { reader, length, at } => Reader::Once { reader, length, at },
        };
        let length = reader.length().map_err(unread)?;
        if length == 0 {
            return Err(Error::input(format!("{what} is empty")));
        }
        let Source {
            name, chunk_size, chunked_from, restarts, progress, checkpoint, resume, ..
        } = self;
        Ok(Opened {
            reader,
            what,
            name,
            length,
            modified,
            chunk_size,
            chunked_from,
            restarts,
            progress,
            checkpoint,
            resume,
        })
    }
}

/// When it was last changed.
fn time_of(about: &Metadata) -> Option<Timestamp> {
    about.modified().ok().and_then(|time| Timestamp::try_from(time).ok())
}

/// A source that is being sent.
pub(super) struct Opened<'f> {
    reader: Reader<'f>,
    /// What messages call it.
    pub(super) what: String,
    pub(super) name: Option<String>,
    pub(super) length: u64,
    /// When a file on disk was last changed.
    pub(super) modified: Option<Timestamp>,
    pub(super) chunk_size: u64,
    pub(super) chunked_from: u64,
    pub(super) restarts: u32,
    progress: Option<Tell<'f>>,
    pub(super) checkpoint: Option<Keep<'f>>,
    pub(super) resume: Option<Upload>,
}

enum Reader<'f> {
    File(File),
    Seek(Box<dyn ReadSeek + 'f>),
    Once { reader: Box<dyn Read + 'f>, length: u64, at: u64 },
}

impl Reader<'_> {
    /// Whether it is still as it was when it was opened, as far as that can be told.
    fn check_unchanged(&mut self, length: u64, modified: Option<Timestamp>) -> io::Result<()> {
        let is_the_same = match self {
            Reader::File(file) => {
                let about = file.metadata()?;
                about.len() == length && time_of(&about) == modified
            }
            Reader::Seek(reader) => reader.seek(SeekFrom::End(0))? == length,
            Reader::Once { .. } => true,
        };
        match is_the_same {
            true => Ok(()),
            false => Err(io::Error::other(
                "it was changed meanwhile, and what was sent is neither the old nor the new",
            )),
        }
    }

    fn length(&mut self) -> io::Result<u64> {
        match self {
            Reader::File(file) => Ok(file.metadata()?.len()),
            Reader::Seek(reader) => reader.seek(SeekFrom::End(0)),
            Reader::Once { length, .. } => Ok(*length),
        }
    }

    fn go_to(&mut self, offset: u64) -> io::Result<()> {
        match self {
            Reader::File(file) => file.seek(SeekFrom::Start(offset)).map(|_| ()),
            Reader::Seek(reader) => reader.seek(SeekFrom::Start(offset)).map(|_| ()),
            Reader::Once { at, .. } if *at == offset => Ok(()),
            Reader::Once { .. } => {
                Err(io::Error::other("the reader can be read once only, and was read already"))
            }
        }
    }
}

impl Read for Reader<'_> {
    /// A read that was interrupted is no failure, and those above take it for one.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.read_once(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

impl Reader<'_> {
    fn read_once(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Reader::File(file) => file.read(buffer),
            Reader::Seek(reader) => reader.read(buffer),
            Reader::Once { reader, at, .. } => {
                let read = reader.read(buffer)?;
                *at += read as u64;
                Ok(read)
            }
        }
    }
}

impl<'f> Opened<'f> {
    /// Whether it can be read more than once.
    pub(super) fn is_replayable(&self) -> bool {
        !matches!(self.reader, Reader::Once { .. })
    }

    /// The first bytes.
    pub(super) fn beginning(&mut self) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        self.reader.go_to(0)?;
        (&mut self.reader).take(64).read_to_end(&mut start)?;
        if let Reader::Once { reader, at, .. } = &mut self.reader {
            // Put back, so that they are sent too.
            let rest = std::mem::replace(reader, Box::new(io::empty()));
            *reader = Box::new(Cursor::new(start.clone()).chain(rest));
            *at = 0;
        }
        Ok(start)
    }

    /// What is in it from `offset` on, `length` bytes of it, for other eyes than the server's.
    pub(super) fn look(&mut self, offset: u64, length: u64) -> io::Result<io::Take<impl Read>> {
        self.reader.go_to(offset)?;
        Ok((&mut self.reader).take(length))
    }

    /// A part of it as a body, or all of it.
    pub(super) fn part(&mut self, offset: u64, length: u64) -> Part<'_, 'f> {
        Part { source: self, offset, length }
    }

    /// Whether it is still what was opened.
    pub(super) fn check_unchanged(&mut self) -> Result<()> {
        let unchanged = self.reader.check_unchanged(self.length, self.modified);
        unchanged.map_err(|error| {
            Error::io(format!("{} was changed while it was sent", self.what), error)
        })
    }
}

/// A part of a source, as a body.
pub(super) struct Part<'o, 'f> {
    source: &'o mut Opened<'f>,
    offset: u64,
    length: u64,
}

impl Replay for Part<'_, '_> {
    fn length(&self) -> u64 {
        self.length
    }

    fn open(&mut self) -> io::Result<Box<dyn Read + '_>> {
        self.source.reader.go_to(self.offset)?;
        Ok(Box::new(Told {
            reader: &mut self.source.reader,
            left: self.length,
            sent: self.offset,
            total: self.source.length,
            whole: self.length == self.source.length,
            modified: self.source.modified,
            tell: self.source.progress.as_deref_mut(),
        }))
    }
}

/// Tells how far the reading has come.
struct Told<'o, 'f> {
    reader: &'o mut Reader<'f>,
    left: u64,
    sent: u64,
    total: u64,
    /// Whether it is read in one go.
    whole: bool,
    modified: Option<Timestamp>,
    tell: Option<&'o mut (dyn FnMut(u64, u64) + 'f)>,
}

impl Read for Told<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let fits = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read(&mut buffer[..fits])?;
        self.left -= read as u64;
        self.sent += read as u64;
        // A file that goes in chunks is looked at when all of them are there.
        let alone = self.whole || matches!(self.reader, Reader::Once { .. });
        let at_the_end = read > 0 && alone && self.sent == self.total;
        if at_the_end {
            if self.reader.read(&mut [0])? > 0 {
                return Err(io::Error::other("it is longer than was said"));
            }
            // Before the last of it is sent: so nothing is published.
            self.reader.check_unchanged(self.total, self.modified)?;
        }
        if read > 0
            && let Some(tell) = &mut self.tell
        {
            tell(self.sent, self.total);
        }
        Ok(read)
    }
}

impl From<&str> for Source<'_> {
    fn from(path: &str) -> Self {
        Source::path(path)
    }
}

impl From<String> for Source<'_> {
    fn from(path: String) -> Self {
        Source::path(path)
    }
}

impl From<&Path> for Source<'_> {
    fn from(path: &Path) -> Self {
        Source::path(path)
    }
}

impl From<PathBuf> for Source<'_> {
    fn from(path: PathBuf) -> Self {
        Source::path(path)
    }
}

impl From<&PathBuf> for Source<'_> {
    fn from(path: &PathBuf) -> Self {
        Source::path(path)
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("name", &self.name)
            .field("chunk_size", &self.chunk_size)
            .field("chunked_from", &self.chunked_from)
            .field("restarts", &self.restarts)
            .field("resume", &self.resume)
            .finish_non_exhaustive()
    }
}
