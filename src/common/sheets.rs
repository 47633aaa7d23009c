//! The sheets of a local workbook file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::filetype::Magic;
use crate::xml::{self, string_enum};
use crate::{Error, Result};

/// A sheet of a workbook file; see [`sheets`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Sheet {
    /// The name, which becomes the name of the view on the server.
    pub name: String,
    /// The kind of sheet.
    pub kind: SheetKind,
    /// Whether the sheet is hidden in the workbook. The server does not show it as a view.
    pub is_hidden: bool,
}

string_enum! {
    /// The kind of a [`Sheet`].
    pub enum SheetKind {
        /// A worksheet.
        Worksheet = "worksheet",
        /// A dashboard.
        Dashboard = "dashboard",
        /// A story.
        Story = "story",
    }
}

/// Maximum size of an unpacked `.twb` file, in bytes.
const MAX_TWB: u64 = 256 << 20;

/// Returns the sheets of a `.twb` or `.twbx` file: worksheets, then dashboards and stories, each in
/// the order of the file. Sends nothing.
///
/// ```no_run
/// for sheet in tableau_server_client::workbooks::sheets("Sales.twbx")? {
///     println!("{} ({:?})", sheet.name, sheet.kind);
/// }
/// # Ok::<(), tableau_server_client::Error>(())
/// ```
///
/// # Errors
///
/// [`Io`](crate::ErrorKind::Io) if the file cannot be read, and [`Input`](crate::ErrorKind::Input) if
/// it is not a workbook.
pub fn sheets(path: impl AsRef<Path>) -> Result<Vec<Sheet>> {
    let path = path.as_ref();
    let label = path.display().to_string();
    let file = File::open(path).map_err(|error| unreadable(&label, error))?;
    read_sheets(file, &label)
}

/// Same as [`sheets`], for a workbook in memory or in another reader.
///
/// ```
/// use std::io::Cursor;
///
/// let twb = "<workbook><worksheets><worksheet name='Orders'/></worksheets></workbook>";
/// let sheets = tableau_server_client::workbooks::sheets_in(Cursor::new(twb))?;
/// assert_eq!(sheets[0].name, "Orders");
/// # Ok::<(), tableau_server_client::Error>(())
/// ```
pub fn sheets_in(workbook: impl Read + Seek) -> Result<Vec<Sheet>> {
    read_sheets(workbook, "the workbook")
}

#[inline]
fn unreadable(label: &str, error: io::Error) -> Error {
    Error::io(format!("{label} cannot be read"), error)
}

#[inline]
fn not_a_workbook(label: &str, why: &str) -> Error {
    Error::input(format!("{label} is not a workbook (.twb or .twbx): {why}"))
}

pub(super) fn read_sheets(mut file: impl Read + Seek, label: &str) -> Result<Vec<Sheet>> {
    let twb = read_twb(&mut file).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidData => not_a_workbook(label, &error.to_string()),
        _ => unreadable(label, error),
    })?;
    let text = String::from_utf8(twb).map_err(|_| not_a_workbook(label, "it is not UTF-8"))?;
    let document =
        xml::parse(&text).map_err(|_| not_a_workbook(label, "it is not well-formed XML"))?;
    let root = document.root_element();
    if root.tag_name().name() != "workbook" {
        let tag = root.tag_name().name();
        return Err(not_a_workbook(label, &format!("its content is <{tag}>")));
    }
    let below = |parent, child| {
        root.children()
            .filter(move |node| node.has_tag_name(parent))
            .flat_map(|node| node.children())
            .filter(move |node| node.has_tag_name(child))
    };
    let named = |node: roxmltree::Node<'_, '_>| node.attribute("name").map(str::to_owned);
    let hidden: Vec<String> = below("windows", "window")
        .filter(|window| window.attribute("hidden") == Some("true"))
        .filter_map(named)
        .collect();
    let worksheets = below("worksheets", "worksheet");
    let sheets = worksheets.chain(below("dashboards", "dashboard")).filter_map(|node| {
        let name = named(node)?;
        let kind = match node.tag_name().name() {
            "worksheet" => SheetKind::Worksheet,
            _ if node.attribute("type") == Some("storyboard") => SheetKind::Story,
            _ => SheetKind::Dashboard,
        };
        Some(Sheet { is_hidden: hidden.contains(&name), name, kind })
    });
    Ok(sheets.collect())
}

/// Reads the `.twb` file, which a `.twbx` file contains. The errors of other files are `InvalidData`.
fn read_twb(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    file.by_ref().take(64).read_to_end(&mut start)?;
    match Magic::of(&start) {
        Some(Magic::Zip) => unpack(file),
        Some(Magic::Xml) => {
            file.seek(SeekFrom::Start(0))?;
            read_limited(file)
        }
        Some(other) => Err(invalid(&format!("it is {}", other.name()))),
        None => Err(invalid("it is neither XML nor a zip file")),
    }
}

fn read_limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut twb = Vec::new();
    reader.take(MAX_TWB + 1).read_to_end(&mut twb)?;
    match twb.len() as u64 > MAX_TWB {
        true => Err(invalid(&format!("it is larger than {MAX_TWB} bytes"))),
        false => Ok(twb),
    }
}

#[inline]
fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[inline]
fn damaged() -> io::Error {
    invalid("the zip file is damaged")
}

/// Unpacks the `.twb` file of a zip archive. If there are several, the one in the topmost folder.
fn unpack(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    let directory = read_directory(file)?;
    let mut rest = &directory[..];
    let mut found: Option<Entry> = None;
    while let Some((entry, next)) = Entry::parse(rest)? {
        rest = next;
        if entry.is_twb() && found.as_ref().is_none_or(|other| entry.depth() < other.depth()) {
            found = Some(entry);
        }
    }
    let entry = found.ok_or_else(|| invalid("the zip file contains no .twb file"))?;
    if entry.flags & 1 != 0 {
        return Err(invalid("its .twb file is encrypted"));
    }
    file.seek(SeekFrom::Start(entry.offset))?;
    let mut head = [0; 30];
    file.read_exact(&mut head).map_err(|_| damaged())?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(damaged());
    }
    let names = number(&head, 26, 2)? + number(&head, 28, 2)?;
    file.seek(SeekFrom::Current(i64::try_from(names).map_err(|_| damaged())?))?;
    let packed = file.take(entry.packed_size);
    match entry.method {
        0 => read_limited(packed),
        8 => read_limited(flate2::read::DeflateDecoder::new(packed)).map_err(|error| {
            // The errors of flate2 for damaged data.
            match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => damaged(),
                _ => error,
            }
        }),
        method => Err(invalid(&format!("its compression method {method} is not supported"))),
    }
}

/// Reads the central directory of a zip archive.
fn read_directory(file: &mut (impl Read + Seek)) -> io::Result<Vec<u8>> {
    /// The size of the end record without its comment, and the maximum size of the comment.
    const END: u64 = 22;
    const COMMENT: u64 = 65_535;
    const MAX_DIRECTORY: u64 = 64 << 20;
    const LOCATOR: usize = 20;
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(END + COMMENT + LOCATOR as u64);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or_else(damaged)?;
    let (mut size, mut offset) = (number(&tail, end + 12, 4)?, number(&tail, end + 16, 4)?);
    let is_zip64 = size == u64::from(u32::MAX) || offset == u64::from(u32::MAX);
    if is_zip64 {
        let locator = end.checked_sub(LOCATOR).ok_or_else(damaged)?;
        if !tail[locator..].starts_with(b"PK\x06\x07") {
            return Err(damaged());
        }
        file.seek(SeekFrom::Start(number(&tail, locator + 8, 8)?))?;
        let mut record = [0; 56];
        file.read_exact(&mut record).map_err(|_| damaged())?;
        if !record.starts_with(b"PK\x06\x06") {
            return Err(damaged());
        }
        (size, offset) = (number(&record, 40, 8)?, number(&record, 48, 8)?);
    }
    if size > MAX_DIRECTORY || offset > length {
        return Err(damaged());
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut directory = Vec::new();
    file.take(size).read_to_end(&mut directory)?;
    Ok(directory)
}

/// A file in a zip archive.
struct Entry {
    name: String,
    flags: u64,
    method: u64,
    packed_size: u64,
    /// The offset of its header.
    offset: u64,
}

impl Entry {
    /// Parses the first entry of a central directory. Returns it with what follows it; `None` at the
    /// end.
    #[inline]
    fn parse(bytes: &[u8]) -> io::Result<Option<(Entry, &[u8])>> {
        const HEAD: usize = 46;
        if !bytes.starts_with(b"PK\x01\x02") {
            return Ok(None);
        }
        let length = |at| Ok::<_, io::Error>(usize::try_from(number(bytes, at, 2)?).unwrap_or(0));
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let rest = bytes.get(HEAD..).ok_or_else(damaged)?;
        let (name, rest) = rest.split_at_checked(name).ok_or_else(damaged)?;
        let (extra, rest) = rest.split_at_checked(extra).ok_or_else(damaged)?;
        let rest = rest.get(comment..).ok_or_else(damaged)?;
        let mut entry = Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            flags: number(bytes, 8, 2)?,
            method: number(bytes, 10, 2)?,
            packed_size: number(bytes, 20, 4)?,
            offset: number(bytes, 42, 4)?,
        };
        entry.read_zip64(number(bytes, 24, 4)?, extra)?;
        Ok(Some((entry, rest)))
    }

    /// Takes the sizes of more than 4 GiB from the extra field with the id 1, which has only the
    /// numbers that do not fit into the entry.
    #[inline]
    fn read_zip64(&mut self, unpacked_size: u64, mut extra: &[u8]) -> io::Result<()> {
        const TOO_LARGE: u64 = u32::MAX as u64;
        while extra.len() >= 4 {
            let (id, length) = (number(extra, 0, 2)?, number(extra, 2, 2)?);
            let end = 4 + usize::try_from(length).unwrap_or(0);
            let content = extra.get(4..end).ok_or_else(damaged)?;
            extra = &extra[end..];
            if id != 1 {
                continue;
            }
            let mut at = if unpacked_size == TOO_LARGE { 8 } else { 0 };
            for value in [&mut self.packed_size, &mut self.offset] {
                if *value == TOO_LARGE {
                    *value = number(content, at, 8)?;
                    at += 8;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn is_twb(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        name.ends_with(".twb") && !name.starts_with("__macosx/")
    }

    #[inline]
    fn depth(&self) -> usize {
        self.name.matches(['/', '\\']).count()
    }
}

/// Reads a little-endian number.
#[inline]
fn number(bytes: &[u8], at: usize, length: usize) -> io::Result<u64> {
    let digits = bytes.get(at..at + length).ok_or_else(damaged)?;
    Ok(digits.iter().rev().fold(0, |number, digit| number << 8 | u64::from(*digit)))
}

#[cfg(test)]
mod tests;
