//! Zip archives: reading and writing.

use std::borrow::Cow;
use std::io::Read;

/// Maximum unpacked size of a file in an archive.
const MAX_UNPACKED: u64 = 64 << 20;

/// A zip archive.
pub(super) struct Archive<'a> {
    bytes: &'a [u8],
    entries: Vec<Entry<'a>>,
}

/// A file of an archive.
struct Entry<'a> {
    name: Cow<'a, str>,
    method: u16,
    size: usize,
    /// The offset of its header.
    offset: usize,
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let number = u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?);
    usize::try_from(number).ok()
}

impl<'a> Archive<'a> {
    /// Reads the directory of an archive; `None` if it is not one.
    pub(super) fn open(bytes: &'a [u8]) -> Option<Archive<'a>> {
        if !bytes.starts_with(b"PK\x03\x04") {
            return None;
        }
        // The end of the directory is followed only by a comment of at most 65,535 bytes.
        let from = bytes.len().saturating_sub(22 + 65_535);
        let end = bytes[from..].windows(4).rposition(|window| window == b"PK\x05\x06")? + from;
        let count = u16_at(bytes, end + 10)?;
        let mut at = u32_at(bytes, end + 16)?;
        let mut entries = Vec::new();
        for _ in 0..count {
            if bytes.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
                return None;
            }
            let length = |offset| u16_at(bytes, at + offset).map(usize::from);
            let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
            let name = bytes.get(at + 46..at + 46 + name)?;
            entries.push(Entry {
                name: String::from_utf8_lossy(name),
                method: u16_at(bytes, at + 10)?,
                size: u32_at(bytes, at + 20)?,
                offset: u32_at(bytes, at + 42)?,
            });
            at += 46 + name.len() + extra + comment;
        }
        Some(Archive { bytes, entries })
    }

    /// The names of the files, with their folders.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| &*entry.name)
    }

    /// The name of the file that describes the content. A workbook contains its data
    /// sources as further documents, and macOS adds files of its own.
    pub(super) fn document(&self) -> Option<&str> {
        let is_document = |name: &str, ending: &str| {
            let file = name.rsplit('/').next().unwrap_or(name);
            let is_hidden = file.starts_with('.') || name.starts_with("__MACOSX/");
            let matches = match ending {
                "flow" => file == "flow",
                _ => file.to_ascii_lowercase().ends_with(ending),
            };
            matches && !is_hidden
        };
        let outermost = |ending: &str| {
            let documents = self.names().filter(|name| is_document(name, ending));
            documents.min_by_key(|name| name.matches('/').count())
        };
        [".twb", ".tds", "flow"].into_iter().find_map(outermost)
    }

    /// The unpacked file of that name.
    pub(super) fn file(&self, name: &str) -> Option<Vec<u8>> {
        let Entry { method, size, offset, .. } =
            self.entries.iter().find(|entry| entry.name == name)?;
        let length = |at| u16_at(self.bytes, at).map(usize::from);
        let start = offset + 30 + length(offset + 26)? + length(offset + 28)?;
        let packed = self.bytes.get(start..start.checked_add(*size)?)?;
        match method {
            0 => Some(packed.to_vec()),
            8 => {
                let mut unpacked = Vec::new();
                let mut reader = flate2::read::DeflateDecoder::new(packed).take(MAX_UNPACKED + 1);
                reader.read_to_end(&mut unpacked).ok()?;
                (unpacked.len() as u64 <= MAX_UNPACKED).then_some(unpacked)
            }
            _ => None,
        }
    }
}

/// An archive of uncompressed files.
pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
        let place = u32::try_from(out.len()).unwrap_or(u32::MAX).to_le_bytes();
        let name_size = u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes();
        // Version 2.0, a name in UTF-8, stored, at midnight on 1 January 1980.
        let mut common = vec![20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc.sum().to_le_bytes());
        common.extend([size, size].concat());
        common.extend(name_size);
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend_from_slice(bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(place);
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX).to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap_or(u32::MAX).to_le_bytes();
    let place = u32::try_from(out.len()).unwrap_or(u32::MAX).to_le_bytes();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend([size, place].concat());
    out.extend([0, 0]);
    out
}
