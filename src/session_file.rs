//! [`SessionFile`]: one session for many processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::token::SessionToken;
use crate::{Error, ErrorKind, Result};

/// A file by which processes share one session, so that workers with one personal access token do
/// not end each other's sessions.
///
/// One process holds the session ([`Server::sign_in_shared`](crate::Server::sign_in_shared)): it
/// signs in, keeps the file up to date when the session is renewed, and signs out and empties the
/// file in the end. The others join it ([`Server::join_shared`](crate::Server::join_shared)). When
/// the session expires, every process reads the file again before anybody signs in.
///
/// The file holds a secret. It is made readable for its owner only (`0600`), and one that others
/// can read is refused. It is locked while it is read or written, also while its holder signs in
/// again, so that workers wait for the new session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    path: PathBuf,
}

/// The file, while this process has it to itself.
pub(crate) struct Locked<'f> {
    file: File,
    path: &'f Path,
}

impl SessionFile {
    /// Longer than a holder takes to sign in again, as a rule.
    pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

    /// The file at this path. It is created when a session is put into it.
    pub fn at(path: impl Into<PathBuf>) -> SessionFile {
        SessionFile { path: path.into() }
    }

    /// Waits until no other process has the file, but not longer than `within`.
    pub(crate) fn lock(&self, create: bool, within: Duration) -> Result<Locked<'_>> {
        let path = &self.path;
        let failed = |what: &str, error| Error::io(format!("{what} {}", path.display()), error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(create).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|error| failed("opening the session file", error))?;
        check_private(&file, path)?;
        let deadline = Instant::now() + within;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Locked { file, path }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => {
                    let what = format!("another process keeps the session file {}", path.display());
                    return Err(Error::new(ErrorKind::Timeout, what));
                }
                Err(TryLockError::Error(error)) => {
                    return Err(failed("locking the session file", error));
                }
            }
        }
    }
}

impl Locked<'_> {
    /// The session in the file, or `None` where there is none at the moment.
    pub(crate) fn read(&mut self) -> Result<Option<SessionToken>> {
        let mut text = String::new();
        self.file
            .rewind()
            .and_then(|()| (&self.file).take(64 << 10).read_to_string(&mut text))
            .map_err(|error| self.failed("reading", error))?;
        match text.trim() {
            "" => Ok(None),
            text => SessionToken::import(text)
                .map(Some)
                .map_err(|error| error.doing(format!("reading {}", self.path.display()))),
        }
    }

    pub(crate) fn write(&mut self, session: &SessionToken) -> Result<()> {
        self.replace(&session.export())
    }

    /// Leaves the file without a session.
    pub(crate) fn clear(&mut self) -> Result<()> {
        self.replace("")
    }

    fn replace(&mut self, text: &str) -> Result<()> {
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.sync_all())
            .map_err(|error| self.failed("writing", error))
    }

    fn failed(&self, doing: &str, error: std::io::Error) -> Error {
        Error::io(format!("{doing} the session file {}", self.path.display()), error)
    }
}

#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let path = path.display();
    let metadata = file
        .metadata()
        .map_err(|error| Error::io(format!("looking at the session file {path}"), error))?;
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(Error::config(format!(
            "others than its owner may read or write the session file {path}: it has to be 0600"
        ))),
    }
}

#[cfg(not(unix))]
fn check_private(_: &File, _: &Path) -> Result<()> {
    Ok(())
}
