//! [`ExactLengthReader`]: checks the length of a body that is read while it is sent.

use std::io::{self, Read};

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
        let read = self.source.read(&mut buffer[..fits]).map_err(SourceFailed::mark)?;
        self.left -= read as u64;
        if read == 0 {
            let missing = format!("it ended {} bytes early", self.left);
            return Err(SourceFailed::mark(io::Error::new(io::ErrorKind::UnexpectedEof, missing)));
        }
        if self.left == 0 && self.source.read(&mut [0]).map_err(SourceFailed::mark)? > 0 {
            return Err(SourceFailed::mark(io::Error::other("it is longer than announced")));
        }
        Ok(read)
    }
}

/// The caller's reader failed, not the connection.
#[derive(Debug)]
pub(super) struct SourceFailed(io::Error);

impl SourceFailed {
    pub(super) fn mark(cause: io::Error) -> io::Error {
        match cause.get_ref().is_some_and(|inner| inner.is::<SourceFailed>()) {
            true => cause,
            false => io::Error::other(SourceFailed(cause)),
        }
    }
}

impl std::fmt::Display for SourceFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "reading the data to send failed: {}", self.0)
    }
}

impl std::error::Error for SourceFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_length_reader_rejects_other_lengths() {
        let read = |length| {
            let mut out = Vec::new();
            ExactLengthReader::new(&b"12345"[..], length).read_to_end(&mut out).map(|_| out)
        };
        assert_eq!(read(5).unwrap(), b"12345");
        assert!(read(6).unwrap_err().to_string().contains("1 bytes early"));
        assert!(read(4).unwrap_err().to_string().contains("longer"));
        assert!(read(0).unwrap().is_empty());
    }
}
