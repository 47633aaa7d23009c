//! [`Partial`]: a file under a temporary name until it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use crate::http::{hex, random};
use crate::{Error, Result};

/// A file that vanishes when it is dropped, unless it was [kept](Partial::keep).
pub(super) struct Partial {
    file: Option<File>,
    path: PathBuf,
}

impl Partial {
    /// In the folder that the file is to end up in: only there a rename is one step.
    pub(super) fn create(folder: &Path) -> Result<Partial> {
        let path = folder.join(format!(".tableau-{}.part", hex(&random::<8>()?)));
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        match file {
            Ok(file) => Ok(Partial { file: Some(file), path }),
            Err(error) => {
                Err(Error::io(format!("no file can be made in {}", folder.display()), error))
            }
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|error| self.failed(error))
    }

    /// Empties it, for another try.
    pub(super) fn start_over(&mut self) -> Result<()> {
        let emptied = match &mut self.file {
            Some(file) => file.set_len(0).and_then(|()| file.rewind()),
            None => Ok(()),
        };
        emptied.map_err(|error| self.failed(error))
    }

    /// Gives the complete file its name.
    pub(super) fn keep(mut self, target: &Path, overwrite: bool) -> Result<()> {
        // Windows renames no file that is open.
        drop(self.file.take());
        let kept = match overwrite {
            true => fs::rename(&self.path, target),
            // A link is not made where there is something already; a rename would replace it.
            false => match fs::hard_link(&self.path, target) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    self.rename_to_new(target)
                }
                linked => linked,
            },
        };
        match kept {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(target)),
            Err(error) => Err(Error::io(format!("{} cannot be written", target.display()), error)),
        }
    }

    /// Where the file system has no links: takes the name first, then replaces what holds it.
    fn rename_to_new(&self, target: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).open(target)?;
        fs::rename(&self.path, target).inspect_err(|_| {
            let _ = fs::remove_file(target);
        })
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::io(format!("{} cannot be written", self.path.display()), error)
    }
}

/// What became of the download matters more than a file that cannot be removed.
impl Drop for Partial {
    fn drop(&mut self) {
        drop(self.file.take());
        let _ = fs::remove_file(&self.path);
    }
}

/// The error for a target that there is already.
pub(super) fn exists(target: &Path) -> Error {
    Error::input(format!("{} exists already, and `overwrite` was not asked for", target.display()))
}
