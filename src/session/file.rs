//! [`SessionFile`]: a file through which processes share one session.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind as IoKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::SessionToken;
use crate::cancel::{self, CancellationToken};
use crate::encoding::hex;
use crate::http::random;
use crate::{Error, ErrorKind, Result};

/// A file through which processes share one session, so that workers with the same personal access
/// token do not end each other's sessions.
///
/// One process, the holder, signs in ([`Server::sign_in_shared`](crate::Server::sign_in_shared)); it
/// also signs out and empties the file at the end. The other processes, the workers, join the session
/// ([`Server::join_shared`](crate::Server::join_shared), or
/// [`join_shared_with`](crate::Server::join_shared_with) with credentials of their own). When the
/// session expires, each process reads the file first. The first process that has credentials then
/// signs in for all of them and stores the new session in the file. Workers without credentials wait
/// for it.
///
/// The file holds a secret and is created with mode `0600`. A file that other users can read, that
/// another user owns (on Linux), or that contains anything other than a session is refused and left
/// unchanged. The file is locked while it is read or written, and while a process signs in again,
/// so that the other processes wait for the new session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    path: PathBuf,
    wait_timeout: Duration,
}

/// The content of the file: a session, and the id of the holder, which signs it out. A process that
/// renews the session keeps the holder id.
pub(crate) struct StoredSession {
    pub(crate) session: SessionToken,
    pub(crate) holder_id: String,
}

/// Interval at which a lock is tried again.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// The JSON field of the holder id, in addition to those of the session.
const HOLDER: &str = "holder";

/// The open file, locked by this process.
pub(crate) struct LockedFile<'f> {
    file: File,
    path: &'f Path,
}

impl SessionFile {
    /// Refers to the file at this path, which is created when a session is stored in it.
    pub fn at(path: impl Into<PathBuf>) -> SessionFile {
        SessionFile { path: path.into(), wait_timeout: Duration::from_secs(60) }
    }

    /// How long to wait for the lock of the file, and, in a worker without credentials, for another
    /// process to renew an expired session. Default: 60 s. Deadlines and cancellation end both waits
    /// earlier.
    pub fn wait_timeout(self, timeout: Duration) -> SessionFile {
        SessionFile { wait_timeout: timeout, ..self }
    }

    /// The end of a wait that begins now. `None`, for no limit, if the clock cannot represent it.
    pub(crate) fn wait_until(&self) -> Option<Instant> {
        Instant::now().checked_add(self.wait_timeout)
    }

    /// Creates a holder id, which is random.
    pub(crate) fn new_holder_id() -> Result<String> {
        Ok(hex(&random::<16>()?))
    }

    /// Moves the holder's file aside while a worker that is renewing the session holds the lock, and
    /// returns the session stored in it. The worker notices after writing and discards the new
    /// session.
    pub(super) fn move_aside(&self, holder_id: &str) -> Option<StoredSession> {
        let file = File::open(&self.path).ok()?;
        check_private(&file, &self.path).ok()?;
        let mut file = LockedFile { file, path: &self.path };
        let mut read_own =
            || file.read().ok().flatten().filter(|stored| stored.holder_id == holder_id);
        read_own()?;
        let mut aside = self.path.clone().into_os_string();
        aside.push(format!(".{holder_id}"));
        std::fs::rename(&self.path, &aside).ok()?;
        let own = read_own();
        if own.is_none() {
            // Another process has become the holder in the meantime: restore its file, unless it
            // has already created a new one.
            let _ = std::fs::hard_link(&aside, &self.path);
        }
        let _ = std::fs::remove_file(&aside);
        own
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.path.symlink_metadata().is_err_and(|error| error.kind() == IoKind::NotFound)
    }

    /// Opens and locks the file. Waits until `until` at the latest for another process that holds the
    /// lock.
    pub(crate) fn lock(
        &self,
        create: bool,
        until: Option<Instant>,
        cancellation: Option<&CancellationToken>,
    ) -> Result<LockedFile<'_>> {
        let path = &self.path;
        let failed = |what: &str, error| Error::io(format!("{what} {}", path.display()), error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(create).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        loop {
            let opened = options.open(path);
            let file = opened.map_err(|error| failed("opening the session file", error))?;
            check_private(&file, path)?;
            let locked = file.try_lock();
            match locked {
                // The process that held the lock may have removed the file, and another one may have
                // created a new one.
                Ok(()) if is_at(&file, path) => return Ok(LockedFile { file, path }),
                Ok(()) | Err(TryLockError::WouldBlock)
                    if until.is_none_or(|until| Instant::now() < until) =>
                {
                    cancel::sleep(cancellation, POLL_INTERVAL)?;
                }
                Ok(()) | Err(TryLockError::WouldBlock) => {
                    let what = format!(
                        "another process holds the lock of the session file {}",
                        path.display()
                    );
                    return Err(Error::new(ErrorKind::Timeout, what));
                }
                Err(TryLockError::Error(error)) => {
                    return Err(failed("locking the session file", error));
                }
            }
        }
    }
}

impl LockedFile<'_> {
    /// Returns the session in the file, if there is one.
    pub(crate) fn read(&mut self) -> Result<Option<StoredSession>> {
        let text = self.text()?;
        let doing = || format!("reading {}", self.path.display());
        if is_empty(&text) {
            return Ok(None);
        }
        let json = match SessionToken::parse(&String::from_utf8_lossy(&text)) {
            Ok(json) => json,
            // An incomplete session, left by a crash.
            Err(_) if may_be_replaced(&text) => return Ok(None),
            Err(error) => return Err(error.doing(doing())),
        };
        let holder_id = json.get(HOLDER).and_then(Value::as_str).unwrap_or_default().to_owned();
        let session = SessionToken::from_json(&json).map_err(|error| error.doing(doing()))?;
        Ok(Some(StoredSession { session, holder_id }))
    }

    /// Whether the path still refers to this file, which its holder may have moved aside.
    pub(crate) fn is_in_place(&self) -> bool {
        is_at(&self.file, self.path)
    }

    fn text(&mut self) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        self.file
            .rewind()
            .and_then(|()| (&self.file).take(64 << 10).read_to_end(&mut text))
            .map_err(|error| self.failed("reading", error))?;
        Ok(text)
    }

    pub(crate) fn write(&mut self, session: &SessionToken, holder_id: &str) -> Result<()> {
        let mut json = session.to_json();
        json[HOLDER] = holder_id.into();
        self.replace(&json.to_string())
    }

    /// Removes the session from the file, but keeps the file.
    pub(super) fn clear(&mut self) -> Result<()> {
        self.replace("")
    }

    /// Removes the file if it is empty, after a failed sign-in. A failure is ignored: an empty file
    /// does no harm.
    pub(crate) fn remove_empty(mut self) {
        if self.text().is_ok_and(|text| text.is_empty()) {
            let _ = std::fs::remove_file(self.path);
        }
    }

    /// Returns the content of the file, or an error if it must not be overwritten: the path may be
    /// wrong, or a link to another file.
    pub(crate) fn check(&mut self) -> Result<Vec<u8>> {
        let text = self.text()?;
        match may_be_replaced(&text) {
            true => Ok(text),
            false => Err(Error::config(format!(
                "{} contains something other than a session, so it was not overwritten",
                self.path.display()
            ))),
        }
    }

    /// Replaces the content. If the process is killed or the disk is full, the file contains either
    /// the old or the new content.
    fn replace(&mut self, text: &str) -> Result<()> {
        let before = self.check()?;
        self.write_over(text.as_bytes(), before.len()).map_err(|error| {
            let _ = self.write_over(&before, before.len());
            self.failed("writing", error)
        })
    }

    fn write_over(&mut self, text: &[u8], length: usize) -> std::io::Result<()> {
        // Overwrites the rest of a longer content with white space, which readers ignore.
        let mut whole = text.to_vec();
        whole.resize(length.max(text.len()), b' ');
        self.file.rewind()?;
        self.file.write_all(&whole)?;
        self.file.set_len(text.len() as u64)?;
        self.file.sync_all()
    }

    fn failed(&self, doing: &str, error: std::io::Error) -> Error {
        Error::io(format!("{doing} the session file {}", self.path.display()), error)
    }
}

/// Whether the file is empty, or contains zeros because of a power failure.
fn is_empty(text: &[u8]) -> bool {
    text.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace())
}

/// Whether the content is an exported session, the beginning of one, or empty.
fn may_be_replaced(text: &[u8]) -> bool {
    const BEGINS: &[u8] = b"{\"api_version\":\"";
    is_empty(text) || text.starts_with(BEGINS) || BEGINS.starts_with(text)
}

/// Whether the path refers to this file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let inode = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let at_path = std::fs::metadata(path).map(inode).ok();
    at_path.is_some() && file.metadata().map(inode).ok() == at_path
}

/// On other systems, an open file cannot be removed.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let path = path.display();
    let metadata = file.metadata().map_err(|error| {
        Error::io(format!("reading the metadata of the session file {path}"), error)
    })?;
    if !metadata.is_file() {
        return Err(Error::config(format!("the session file {path} is not a regular file")));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Error::config(format!(
            "users other than the owner can read or write the session file {path}: set its mode to 0600"
        )));
    }
    // The superuser can open a file that another user has prepared to read the session from.
    match user_of_this_process() {
        Some(user) if user != metadata.uid() => {
            Err(Error::config(format!("the session file {path} is owned by another user")))
        }
        _ => Ok(()),
    }
}

/// The effective user, if it can be read without unsafe code.
#[cfg(unix)]
fn user_of_this_process() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let users = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    users.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(not(unix))]
fn check_private(_: &File, _: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_session_is_overwritten() {
        let server = crate::http::Base::parse("http://h").unwrap().origin;
        let text = SessionToken {
            origin: server,
            version: crate::ApiVersion::new(3, 24),
            site_id: "s".into(),
            site_url: String::new(),
            user_id: "u".into(),
            token: crate::secret::Secret::new("t"),
        }
        .export();
        for end in 0..=text.len() {
            assert!(may_be_replaced(&text.as_bytes()[..end]), "{}", &text[..end]);
        }
        for empty in [&b"\n"[..], &[0; 200]] {
            assert!(may_be_replaced(empty));
        }
        for other in ["-----BEGIN OPENSSH PRIVATE KEY-----", "{}", "{\"a\":1}", "machine x"] {
            assert!(!may_be_replaced(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn failed_write_keeps_the_old_content() {
        let path = std::env::temp_dir().join(format!("tsc-written-{}", std::process::id()));
        let options = || OpenOptions::new().read(true).to_owned();
        let open =
            |options: &OpenOptions| LockedFile { file: options.open(&path).unwrap(), path: &path };
        let content = || std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        let (long, short) = ("{\"api_version\":\"3.24\",\"a\":1}", "{\"api_version\":\"3\"}");
        for text in [long, short, long, "", short] {
            open(options().write(true)).replace(text).unwrap();
            assert_eq!(content(), text);
            assert_eq!(open(&options()).replace(long).unwrap_err().kind(), ErrorKind::Io);
            assert_eq!(content(), text);
        }
        // The file that a process leaves if it is killed before the last step.
        std::fs::write(&path, format!("{short}      ")).unwrap();
        assert!(SessionToken::parse(&content()).is_ok());
        std::fs::remove_file(&path).unwrap();
    }
}
