//! [`OpenSource`]: an opened source, which is read while it is sent.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use jiff::Timestamp;

use super::{Content, MAX_REQUEST, Reader, SendOptions, Source};
use crate::common::progress::Progress;
use crate::common::upload::Upload;
use crate::http::Replay;
use crate::{Error, Result};

impl<'f> Source<'f> {
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
    pub(in crate::common) label: String,
    pub(crate) name: Option<String>,
    pub(in crate::common) length: u64,
    /// The modification time of a file on disk.
    pub(in crate::common) modified: Option<Timestamp>,
    pub(in crate::common) options: SendOptions<'f>,
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
    pub(in crate::common) fn seekable(&mut self) -> Option<impl Read + Seek> {
        match &mut self.reader {
            Reader::Seek(reader) => Some(&mut **reader),
            Reader::Once { .. } => None,
        }
    }

    /// Peeks at the first bytes to detect the file format; they are still sent.
    #[inline]
    pub(in crate::common) fn first_bytes(&mut self) -> io::Result<Vec<u8>> {
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
    pub(in crate::common) fn read_from(
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
    pub(in crate::common) fn part(&mut self, offset: u64, length: u64) -> Part<'_, 'f> {
        Part { source: self, offset, length }
    }

    #[inline]
    pub(in crate::common) fn check_unchanged(&mut self) -> Result<()> {
        let changed =
            |error| Error::io(format!("{} was changed while it was sent", self.label), error);
        check_unchanged(&mut self.reader, self.file.as_ref(), self.length, self.modified)
            .map_err(changed)
    }

    #[inline]
    pub(in crate::common) fn report_checkpoint(&mut self, upload: &Upload) {
        if let Some(report) = &mut self.options.checkpoint {
            report(upload);
        }
    }

    #[inline]
    pub(in crate::common) fn report_progress(&mut self, sent: u64) {
        if let Some(report) = &mut self.options.progress {
            report(Progress::bytes(sent, Some(self.length)));
        }
    }
}

/// A part of a source as a request body.
pub(in crate::common) struct Part<'o, 'f> {
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
