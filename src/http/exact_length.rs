//! [`ExactLengthReader`]: checks the length of a body that is read while it is sent.

use std::io::{self, Read};

use crate::{Error, ErrorKind};

/// Yields exactly `left` bytes, or an error. ureq would wait forever for the rest of a shorter body,
/// and would truncate a longer one silently.
pub(super) struct ExactLengthReader<R> {
    source: R,
    left: u64,
}

impl<R: Read> ExactLengthReader<R> {
    pub(super) fn new(source: R, length: u64) -> ExactLengthReader<R> {
        ExactLengthReader { source, left: length }
    }
}

impl<R: Read> Read for ExactLengthReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let fits = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if fits == 0 {
            return Ok(0);
        }
        let read = self.source.read(&mut buffer[..fits]).map_err(source_failed)?;
        self.left -= read as u64;
        if read == 0 {
            let missing = format!("it ended {} bytes early", self.left);
            return Err(source_failed(io::Error::new(io::ErrorKind::UnexpectedEof, missing)));
        }
        if self.left == 0 && self.source.read(&mut [0]).map_err(source_failed)? > 0 {
            return Err(source_failed(io::Error::other("it is longer than announced")));
        }
        Ok(read)
    }
}

/// Marks the error of the caller's reader, as opposed to one of the connection.
pub(super) fn source_failed(cause: io::Error) -> io::Error {
    let own = cause.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match own.is_some_and(|error| error.kind() == ErrorKind::Io) {
        true => cause,
        false => io::Error::other(Error::io("the request body could not be read", cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_length_reader_rejects_other_lengths() {
        let read = |length| {
            let mut out = Vec::new();
            let read = ExactLengthReader::new(&b"12345"[..], length).read_to_end(&mut out);
            read.map(|_| out).map_err(|error| format!("{:?}", error.into_inner()))
        };
        assert_eq!(read(5).unwrap(), b"12345");
        assert!(read(6).unwrap_err().contains("1 bytes early"));
        assert!(read(4).unwrap_err().contains("longer"));
        assert!(read(0).unwrap().is_empty());
    }
}
