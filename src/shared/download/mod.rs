//! [`Download`]: a file on its way from the server.

mod name;
mod partial;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use partial::{Partial, exists};
use ureq::http::header::CONTENT_DISPOSITION;

use super::filetype::Magic;
use crate::core::Core;
use crate::http::{Request, Success};
use crate::ids::Located;
use crate::xml::{FromXml, Node};
use crate::{Error, Result};

/// The name that a file gets whose answer has this `Content-Disposition`.
#[cfg(all(feature = "mock", any(test, fuzzing)))]
pub(crate) fn file_name(header: &[u8]) -> Option<String> {
    name::from_header(header).and_then(|name| name::safe(&name))
}

/// A file to download. Nothing is asked for until it is said where the file goes.
///
/// The file is written as it arrives and takes no memory to speak of, however large it is. What
/// breaks off begins anew, as often as [`HttpOptions::retries`](crate::HttpOptions::retries) says. A
/// success that brings a login page, Tableau's error or nothing at all in the file's place is an
/// error ([`Decode`](crate::ErrorKind::Decode), or what Tableau's error is).
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # fn f(session: &tsc::Session<'_>, id: &tsc::WorkbookId) -> tsc::Result<()> {
/// let path = session.workbooks().download(id).to_folder("backup")?;
/// println!("{}", path.display());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is downloaded until it is said where to"]
pub struct Download<'s> {
    core: &'s Arc<Core>,
    request: Result<Request<'static>>,
    item: Item,
    overwrite: bool,
    progress: Option<Tell<'s>>,
}

/// Who is told of the progress.
type Tell<'s> = Box<dyn FnMut(u64, Option<u64>) + 's>;

/// What names a file where the server does not.
pub(crate) struct Item {
    path: String,
    tag: &'static str,
    id: String,
    /// The extension, by what the file begins with; the last is for all the rest.
    extensions: Extensions,
    has_extracts: bool,
}

/// Extensions, by what a file begins with.
pub(crate) type Extensions = &'static [(Option<Magic>, &'static str)];

impl Item {
    pub(crate) fn new<I: Located>(id: &I, extensions: Extensions) -> Item {
        let (path, id) = (id.path(), id.as_str().to_owned());
        Item { path, tag: I::KIND, id, extensions, has_extracts: false }
    }

    /// What can be had with its extracts or without.
    pub(crate) fn with_extracts(mut self) -> Item {
        self.has_extracts = true;
        self
    }

    /// Whether it may hold any text there is, one that looks like HTML too.
    fn is_any_text(&self) -> bool {
        matches!(self.extensions, [(None, "csv")])
    }

    /// A name where the server gave none that can be used.
    fn name(&self, core: &Core, start: &[u8]) -> String {
        let named = core.read::<Named>(Request::get(core.site(&self.path)), self.tag);
        // The file is there: a name less fine is better than none of it.
        let name = named.ok().and_then(|named| named.0).filter(|name| !name.is_empty());
        name::of_item(name.as_deref().unwrap_or(&self.id), self.extension(start))
    }

    fn extension(&self, start: &[u8]) -> &'static str {
        let magic = Magic::of(start);
        let fits = |(of, _): &&(Option<Magic>, _)| of.is_none() || *of == magic;
        self.extensions.iter().find(fits).map_or("bin", |(_, extension)| extension)
    }
}

/// An item's name, whatever else it has.
struct Named(Option<String>);

impl FromXml for Named {
    fn from_xml(node: Node<'_>) -> Result<Named> {
        node.attr("name").map(Named)
    }
}

impl<'s> Download<'s> {
    pub(crate) fn new(
        core: &'s Arc<Core>,
        request: Result<Request<'static>>,
        item: Item,
    ) -> Download<'s> {
        let request = request.map(Request::patiently);
        Download { core, request, item, overwrite: false, progress: None }
    }

    /// Whether the extracts of a workbook or a data source come along. Default: `true`. For
    /// anything else than these it is an [`Input`](crate::ErrorKind::Input) error to say so. API 2.5.
    pub fn include_extract(mut self, yes: bool) -> Self {
        self.request = match self.item.has_extracts {
            true => self.request.map(|request| match yes {
                true => request,
                false => request.query("includeExtract", "false").since(2, 5),
            }),
            false => Err(Error::input("only workbooks and data sources come with extracts")),
        };
        self
    }

    /// Whether a file that is there already is replaced. Default: `false`, an
    /// [`Input`](crate::ErrorKind::Input) error.
    pub fn overwrite(mut self, yes: bool) -> Self {
        self.overwrite = yes;
        self
    }

    /// Is told how many bytes have come, and how many there are where the server says. A download
    /// that begins anew counts from 0 again.
    pub fn on_progress(mut self, tell: impl FnMut(u64, Option<u64>) + 's) -> Self {
        self.progress = Some(Box::new(tell));
        self
    }

    /// Into a file of this name, an extension included. It has the name when it is complete and
    /// not before; a download that fails leaves nothing behind. One whose process is killed leaves
    /// what had come, in a file `.tableau-….part` in the same folder, which nothing reads again.
    pub fn to_path(self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        if path.is_dir() {
            return Err(Error::input(format!("{} is a folder", path.display())));
        }
        let folder = match path.parent() {
            Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
            Some(folder) => folder,
            None => return Err(Error::input(format!("{} names no file", path.display()))),
        };
        let (core, request, mut running) = self.begin()?;
        running.check(path)?;
        let mut partial = Partial::create(folder)?;
        core.ask(request, |answer| running.receive(answer, &mut partial))?;
        partial.keep(path, running.overwrite)
    }

    /// Into a folder that there is, under the name that the server gives it, or else that of the
    /// item; its path is returned.
    ///
    /// The server's name is made safe: separators, `..`, control characters and reserved names do
    /// not get through, and one that is too long is shortened. Otherwise as
    /// [`to_path`](Download::to_path).
    pub fn to_folder(self, folder: impl AsRef<Path>) -> Result<PathBuf> {
        let folder = folder.as_ref();
        if !folder.is_dir() {
            return Err(Error::input(format!("{} is no folder", folder.display())));
        }
        let (core, request, mut running) = self.begin()?;
        let mut partial = Partial::create(folder)?;
        let (named, start) = core.ask(request, |answer| {
            let named = answer.header(CONTENT_DISPOSITION).and_then(name::from_header);
            let named = named.and_then(|name| name::safe(&name)).map(|name| folder.join(name));
            if let Some(target) = &named {
                // Before all of it comes.
                running.check(target)?;
            }
            Ok((named, running.receive(answer, &mut partial)?))
        })?;
        let target = match named {
            Some(target) => target,
            None => {
                let target = folder.join(running.item.name(core, &start));
                running.check(&target).map_err(|error| core.redact(error))?;
                target
            }
        };
        // The name is the server's.
        let kept = partial.keep(&target, running.overwrite);
        kept.map_err(|error| core.redact(error))?;
        Ok(target)
    }

    /// Into a writer, which is not flushed; how many bytes is returned. What breaks off after the
    /// first byte is an error: a writer cannot take back.
    pub fn to_writer(self, mut writer: impl Write) -> Result<u64> {
        let (core, request, mut running) = self.begin()?;
        core.ask(request, |answer| {
            let mut written = false;
            let outcome = running.stream(answer, |block| {
                written = true;
                let failed = |error| Error::io("the download cannot be written", error);
                writer.write_all(block).map_err(failed)
            });
            // Only what is an error here is tried again.
            if written { Ok(outcome) } else { outcome.map(Ok) }
        })?
    }

    /// Into memory, up to [`max_response`](crate::HttpOptions::max_response).
    pub fn to_bytes(self) -> Result<Vec<u8>> {
        let (core, request, mut running) = self.begin()?;
        core.ask(request, |answer| running.collect(answer))
    }

    fn begin(self) -> Result<(&'s Core, Request<'static>, Running<'s>)> {
        let Download { core, request, item, overwrite, progress } = self;
        Ok((core, request?, Running { item, overwrite, progress }))
    }
}

/// A download that is under way.
struct Running<'s> {
    item: Item,
    overwrite: bool,
    progress: Option<Tell<'s>>,
}

impl Running<'_> {
    /// The whole file, from its start; its first bytes are returned.
    fn receive(&mut self, answer: Success, partial: &mut Partial) -> Result<Vec<u8>> {
        partial.start_over()?;
        let mut start = Vec::new();
        self.stream(answer, |block| {
            if start.len() < 64 {
                start.extend(block.iter().take(64));
            }
            partial.write(block)
        })?;
        Ok(start)
    }

    fn collect(&mut self, answer: Success) -> Result<Vec<u8>> {
        let (most, mut bytes) = (answer.most(), Vec::new());
        self.stream(answer, |block| {
            bytes.extend_from_slice(block);
            match bytes.len() as u64 > most {
                true => Err(Error::decode(format!(
                    "the file has more than {most} bytes (`max_response` sets the limit; a path \
                     or a writer has none)"
                ))),
                false => Ok(()),
            }
        })?;
        Ok(bytes)
    }

    fn stream(
        &mut self,
        answer: Success,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<u64> {
        let (all, mut come) = (answer.length(), 0);
        answer.file(self.item.is_any_text(), |block| {
            take(block)?;
            come += block.len() as u64;
            if let Some(tell) = &mut self.progress {
                tell(come, all);
            }
            Ok(())
        })
    }

    fn check(&self, target: &Path) -> Result<()> {
        match target.symlink_metadata() {
            Ok(_) if !self.overwrite => Err(exists(target)),
            // Not a folder, nor a device, nor what leads to one.
            Ok(_) if target.metadata().is_ok_and(|there| !there.is_file()) => {
                Err(Error::input(format!("{} is no file that could be replaced", target.display())))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            // A name that is too long, say.
            Err(error) => Err(Error::io(format!("{} cannot be written", target.display()), error)),
        }
    }
}

impl fmt::Debug for Download<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.request.as_ref().map(Request::path).unwrap_or_default();
        f.debug_struct("Download")
            .field("path", &path)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}
