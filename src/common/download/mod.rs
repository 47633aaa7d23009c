//! [`Download`]: downloading a file.

mod name;
mod partial;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use partial::{PartialFile, already_exists, cannot_be_written};
use ureq::http::header::CONTENT_DISPOSITION;

use super::content::Readable;
use super::export::Export;
use super::filetype::{EXTENSIONS, Magic, split};
use super::progress::{OnProgress, Progress};
use crate::client::Client;
use crate::http::{Request, Success};
use crate::operation::{Operation, PathSegment};
use crate::{Error, Result};

/// The file name for a `Content-Disposition` header.
#[cfg(all(feature = "mock", any(test, fuzzing)))]
#[inline]
pub(crate) fn file_name(header: &[u8]) -> Option<String> {
    name::from_header(header).and_then(|name| name::safe(&name))
}

/// A file to download. Nothing is sent until one of the methods that take a target is called.
///
/// The file is streamed, so memory use does not depend on its size. An interrupted download starts
/// over, within the limits of [`HttpOptions::retries`](crate::HttpOptions::retries). A success
/// response that contains a login page, an error of Tableau or no data instead of the file is an
/// error ([`Decode`](crate::ErrorKind::Decode), or the kind of Tableau's error).
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # fn f(session: &tsc::Session<'_>, id: &tsc::WorkbookId) -> tsc::Result<()> {
/// let path = session.workbooks().download(id).to_folder("backup")?;
/// println!("{}", path.display());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is downloaded before a method such as `to_path`"]
pub struct Download<'s> {
    client: &'s Arc<Client>,
    request: Result<Request<'static>>,
    item: Item,
    overwrite: bool,
    progress: Option<OnProgress<'s>>,
}

/// The item whose file is downloaded. Names the file if the server does not.
pub(crate) struct Item {
    /// The operation that reads the item.
    get: &'static Operation,
    tag: &'static str,
    id: String,
    extensions: Extensions,
    has_extracts: bool,
}

/// Extensions by file format; `None` matches every file.
pub(crate) type Extensions = &'static [(Option<Magic>, &'static str)];

impl Item {
    pub(crate) fn new<I: Readable>(id: &I, extensions: Extensions) -> Item {
        let id = id.as_str().to_owned();
        Item { get: I::GET, tag: I::KIND, id, extensions, has_extracts: false }
    }

    /// Items that can be downloaded with or without their extracts.
    #[inline]
    pub(crate) fn with_extracts(mut self) -> Item {
        self.has_extracts = true;
        self
    }

    /// Whether the file may be any text, including text that looks like HTML.
    #[inline]
    fn is_any_text(&self) -> bool {
        matches!(self.extensions, [(None, "csv")])
    }

    /// Builds a file name from the item. `stem` is the name in the header, if that has no extension.
    #[inline]
    fn file_name(&self, client: &Client, stem: Option<&str>, start: &[u8]) -> String {
        let extension = self.extension(start);
        // The two formats of flows cannot be told apart by their content.
        if let (Some(stem), false) = (stem, self.tag == "flow") {
            return name::from_item(stem, extension);
        }
        let request = client.request(self.get, &[&self.id]);
        let read = client.xml(request, |root| {
            let item = root.need(self.tag)?;
            Ok((item.attribute("name").map(str::to_owned), self.known(item.attribute("fileType"))))
        });
        // The download has succeeded, so an error here must not discard the file.
        let (name, file_type) = read.unwrap_or_default();
        let name = stem.or(name.as_deref()).filter(|name| !name.is_empty()).unwrap_or(&self.id);
        name::from_item(name, file_type.unwrap_or(extension))
    }

    /// The extension in the item's table that equals `text`, ignoring case.
    #[inline]
    fn known(&self, text: Option<&str>) -> Option<&'static str> {
        let extensions = self.extensions.iter().map(|(_, extension)| *extension);
        extensions
            .into_iter()
            .find(|known| text.is_some_and(|text| text.eq_ignore_ascii_case(known)))
    }

    /// Whether a file name ends in an extension. A dot alone is not enough: `Sales.Final` has none.
    #[inline]
    fn has_extension(&self, name: &str) -> bool {
        let (_, extension) = split(name);
        let extension = extension.as_deref();
        self.known(extension).is_some() || extension.is_some_and(|own| EXTENSIONS.contains(&own))
    }

    #[inline]
    fn extension(&self, start: &[u8]) -> &'static str {
        let format = Magic::of(start);
        let matches = |(of, _): &&(Option<Magic>, _)| of.is_none() || *of == format;
        self.extensions.iter().find(matches).map_or("bin", |(_, extension)| extension)
    }
}

impl<'s> Download<'s> {
    #[inline]
    pub(crate) fn new(
        client: &'s Arc<Client>,
        request: Result<Request<'static>>,
        item: Item,
    ) -> Download<'s> {
        let request = request.map(Request::long_running);
        Download { client, request, item, overwrite: false, progress: None }
    }

    /// The file that an operation on an item returns. The item's id is the only placeholder.
    pub(crate) fn of_item<I: Readable>(
        client: &'s Arc<Client>,
        operation: &'static Operation,
        id: &I,
        extensions: Extensions,
    ) -> Download<'s> {
        Download::of(client, operation, &[id], Item::new(id, extensions))
    }

    /// The file that an operation returns.
    #[inline]
    pub(crate) fn of(
        client: &'s Arc<Client>,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
        item: Item,
    ) -> Download<'s> {
        Download::new(client, Ok(client.request(operation, ids)), item)
    }

    /// Adds the options of an export.
    pub(crate) fn export(mut self, options: &impl Export) -> Self {
        self.request = self.request.and_then(|request| options.add_to(request));
        self
    }

    /// Requires an API version if `condition` is true.
    #[inline]
    pub(crate) fn since_if(mut self, condition: bool, major: u16, minor: u16) -> Self {
        if condition {
            self.request = self.request.map(|request| request.since(major, minor));
        }
        self
    }

    /// Whether the file includes the extracts of a workbook or a data source. Default: `true`. For
    /// other content, this is an [`Input`](crate::ErrorKind::Input) error. API 2.5.
    #[inline]
    pub fn include_extract(mut self, include: bool) -> Self {
        self.request = match self.item.has_extracts {
            true => self.request.map(|request| match include {
                true => request,
                false => request.query("includeExtract", "false").since(2, 5),
            }),
            false => Err(Error::input(
                "`include_extract` applies to downloads of workbooks and data sources only",
            )),
        };
        self
    }

    /// Whether an existing file is replaced. Default: `false`; an existing file is then an
    /// [`Input`](crate::ErrorKind::Input) error.
    #[inline]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Calls `report` with the number of bytes received, and their total if the server states it. A
    /// download that starts over counts from 0 again.
    pub fn on_progress(mut self, report: impl FnMut(Progress) + 's) -> Self {
        self.progress = Some(Box::new(report));
        self
    }

    /// Downloads to a path, which includes the extension. The file appears at the path only when it is
    /// complete; a download that fails leaves no file. If the process is killed, a partial file
    /// `.tableau-….part` remains in the folder; it is not used again.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if the path is a folder, or
    /// if there is a file and [`overwrite`](Download::overwrite) is not set;
    /// [`Io`](crate::ErrorKind::Io) if the file cannot be written; [`Decode`](crate::ErrorKind::Decode) if
    /// the response is not a file.
    pub fn to_path(self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        if path.is_dir() {
            return Err(Error::input(format!("{} is a folder, not a file", path.display())));
        }
        let folder = match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
            None => return Err(Error::input(format!("{} has no file name", path.display()))),
        };
        let (client, request, mut transfer) = self.begin()?;
        transfer.check_target(path)?;
        let mut partial = PartialFile::create(folder)?;
        client.ask(request, |response| transfer.receive(response, &mut partial))?;
        partial.keep(path, transfer.overwrite)
    }

    /// Downloads into an existing folder and returns the path of the file. The file name is the one the
    /// server sends, or else the name of the item. If it has no extension, the item's file type or the
    /// file's content determines it.
    ///
    /// The server's file name is sanitized: separators become `_`, control characters and reserved
    /// names are removed or replaced, and a long name is shortened. See also [`to_path`](Download::to_path).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if there is no such folder, or it has a file of that
    /// name and [`overwrite`](Download::overwrite) is not set; [`Io`](crate::ErrorKind::Io) if the file
    /// cannot be written; [`Decode`](crate::ErrorKind::Decode) if the response is not a file.
    pub fn to_folder(self, folder: impl AsRef<Path>) -> Result<PathBuf> {
        let folder = folder.as_ref();
        if !folder.is_dir() {
            return Err(Error::input(format!("{} is not a folder", folder.display())));
        }
        let (client, request, mut transfer) = self.begin()?;
        let mut partial = PartialFile::create(folder)?;
        let (named, start) = client.ask(request, |response| {
            let named = response.header(CONTENT_DISPOSITION).and_then(name::from_header);
            let named = named.and_then(|name| name::safe(&name));
            let named = named.map(|name| (transfer.item.has_extension(&name), name));
            if let Some((true, name)) = &named {
                // Checked before the body is read, so that nothing is downloaded if the file
                // exists.
                transfer.check_target(&folder.join(name))?;
            }
            Ok((named, transfer.receive(response, &mut partial)?))
        })?;
        let target = match named {
            Some((true, name)) => folder.join(name),
            other => {
                let stem = other.as_ref().map(|(_, name)| name.as_str());
                let target = folder.join(transfer.item.file_name(client, stem, &start));
                transfer.check_target(&target).map_err(|error| client.redact(error))?;
                target
            }
        };
        // The path contains a name that the server sent.
        let kept = partial.keep(&target, transfer.overwrite);
        kept.map_err(|error| client.redact(error))?;
        Ok(target)
    }

    /// Downloads into a writer and returns the number of bytes. The writer is not flushed. An
    /// interruption after the first byte is an error, because written bytes cannot be taken back.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer fails; [`Decode`](crate::ErrorKind::Decode) if
    /// the response is not a file.
    pub fn to_writer(self, mut writer: impl Write) -> Result<u64> {
        let (client, request, mut transfer) = self.begin()?;
        client.ask(request, |response| {
            let mut is_written = false;
            let outcome = transfer.stream(response, |block| {
                is_written = true;
                let failed = |error| Error::io("the download cannot be written", error);
                writer.write_all(block).map_err(failed)
            });
            // Errors in this inner result are not retried.
            if is_written { Ok(outcome) } else { outcome.map(Ok) }
        })?
    }

    /// Downloads into memory, at most [`max_response`](crate::HttpOptions::max_response) bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](crate::ErrorKind::Decode) if the file is larger, or if the response is not a
    /// file.
    #[inline]
    pub fn to_bytes(self) -> Result<Vec<u8>> {
        let (client, request, mut transfer) = self.begin()?;
        client.ask(request, |response| transfer.collect(response))
    }

    #[inline]
    fn begin(self) -> Result<(&'s Client, Request<'static>, Transfer<'s>)> {
        let Download { client, request, item, overwrite, progress } = self;
        Ok((client, request?, Transfer { item, overwrite, progress }))
    }
}

/// A download in progress.
struct Transfer<'s> {
    item: Item,
    overwrite: bool,
    progress: Option<OnProgress<'s>>,
}

impl Transfer<'_> {
    /// Writes the whole file and returns its first bytes.
    #[inline]
    fn receive(&mut self, response: Success, partial: &mut PartialFile) -> Result<Vec<u8>> {
        partial.truncate()?;
        let mut start = Vec::new();
        self.stream(response, |block| {
            if start.len() < 64 {
                start.extend(block.iter().take(64));
            }
            partial.write(block)
        })?;
        Ok(start)
    }

    #[inline]
    fn collect(&mut self, response: Success) -> Result<Vec<u8>> {
        let (max_size, mut bytes) = (response.max_size(), Vec::new());
        self.stream(response, |block| {
            bytes.extend_from_slice(block);
            match bytes.len() as u64 > max_size {
                true => Err(Error::decode(format!(
                    "the file has more than {max_size} bytes: raise `max_response`, or download to a \
                     path or a writer, which have no limit"
                ))),
                false => Ok(()),
            }
        })?;
        Ok(bytes)
    }

    fn stream(
        &mut self,
        response: Success,
        mut write: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<u64> {
        let (total, mut received) = (response.length(), 0);
        response.file(self.item.is_any_text(), |block| {
            write(block)?;
            received += block.len() as u64;
            if let Some(report) = &mut self.progress {
                report(Progress::bytes(received, total));
            }
            Ok(())
        })
    }

    #[inline]
    fn check_target(&self, target: &Path) -> Result<()> {
        match target.symlink_metadata() {
            Ok(_) if !self.overwrite => Err(already_exists(target)),
            // A folder, a device, or a link to one.
            Ok(_) if target.metadata().is_ok_and(|metadata| !metadata.is_file()) => {
                let what = format!("{} is not a file and cannot be replaced", target.display());
                Err(Error::input(what))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            // For example, the name is too long.
            Err(error) => Err(cannot_be_written(target, error)),
        }
    }
}

impl fmt::Debug for Download<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.request.as_ref().map(Request::path).unwrap_or_default();
        f.debug_struct("Download")
            .field("path", &path)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}
