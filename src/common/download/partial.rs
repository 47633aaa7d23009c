//! [`PartialFile`]: a file under a temporary name until it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use crate::http::{hex, random};
use crate::{Error, Result};

/// A file that is deleted when it is dropped, unless [`keep`](PartialFile::keep) has renamed it.
pub(super) struct PartialFile {
    file: Option<File>,
    path: PathBuf,
}

impl PartialFile {
    /// Creates the file in the target's folder, because a rename is atomic only within one file
    /// system.
    #[inline]
    pub(super) fn create(folder: &Path) -> Result<PartialFile> {
        let path = folder.join(format!(".tableau-{}.part", hex(&random::<8>()?)));
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let failed =
            |error| Error::io(format!("no file can be created in {}", folder.display()), error);
        Ok(PartialFile { file: Some(file.map_err(failed)?), path })
    }

    #[inline]
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|error| cannot_be_written(&self.path, error))
    }

    /// Truncates the file before another attempt.
    #[inline]
    pub(super) fn truncate(&mut self) -> Result<()> {
        let emptied = match &mut self.file {
            Some(file) => file.set_len(0).and_then(|()| file.rewind()),
            None => Ok(()),
        };
        emptied.map_err(|error| cannot_be_written(&self.path, error))
    }

    /// Renames the completed file to the target.
    #[inline]
    pub(super) fn keep(mut self, target: &Path, overwrite: bool) -> Result<()> {
        // Windows cannot rename an open file.
        drop(self.file.take());
        let kept = match overwrite {
            true => fs::rename(&self.path, target),
            // Unlike a rename, creating a hard link fails if the target exists.
            false => match fs::hard_link(&self.path, target) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    self.rename_to_new(target)
                }
                linked => linked,
            },
        };
        kept.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => already_exists(target),
            _ => cannot_be_written(target, error),
        })
    }

    /// Creates the target and replaces it, for file systems without hard links.
    #[inline]
    fn rename_to_new(&self, target: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).open(target)?;
        fs::rename(&self.path, target).inspect_err(|_| {
            let _ = fs::remove_file(target);
        })
    }
}

/// If the file cannot be removed, the result of the download is still returned.
impl Drop for PartialFile {
    #[inline]
    fn drop(&mut self) {
        drop(self.file.take());
        let _ = fs::remove_file(&self.path);
    }
}

#[inline]
pub(super) fn cannot_be_written(path: &Path, error: io::Error) -> Error {
    Error::io(format!("{} cannot be written", path.display()), error)
}

#[inline]
pub(super) fn already_exists(target: &Path) -> Error {
    let target = target.display();
    Error::input(format!("{target} exists already: use `overwrite(true)` to replace it"))
}
