//! [`SessionFile`]: one session for many processes.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind as IoKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cancel::{self, CancellationToken};
use crate::http::{hex, random};
use crate::token::SessionToken;
use crate::{Error, ErrorKind, Result};

/// A file by which processes share one session, so that workers with one personal access token do
/// not end each other's sessions.
///
/// One process holds the session ([`Server::sign_in_shared`](crate::Server::sign_in_shared)): it
/// signs in, and signs out and empties the file in the end. The others join it
/// ([`Server::join_shared`](crate::Server::join_shared), or
/// [`join_shared_with`](crate::Server::join_shared_with) credentials of their own). When the session
/// expires, every process reads the file again before anybody signs in; then the first that has
/// credentials does, once for all of them, and puts the new session into the file. A worker that has
/// none waits for it.
///
/// The file holds a secret. It is made readable for its owner only (`0600`). One that others can
/// read, that is another user's (on Linux), or that holds something else than a session is refused
/// and stays as it is. It is locked while it is read or written, also while somebody signs in
/// again, so that the others wait for the new session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    path: PathBuf,
    patience: Duration,
}

/// What is in the file: a session, and the mark of the process that is to sign it out. Whoever
/// renews it leaves the mark as it is.
pub(crate) struct Shared {
    pub(crate) session: SessionToken,
    pub(crate) holder: String,
}

/// A wait is looked at again this often.
const LOOK: Duration = Duration::from_millis(5);

/// The name of the mark among the session's own fields.
const HOLDER: &str = "holder";

/// The file, while this process has it to itself.
pub(crate) struct Locked<'f> {
    file: File,
    path: &'f Path,
}

impl SessionFile {
    /// The file at this path. It is created when a session is put into it.
    pub fn at(path: impl Into<PathBuf>) -> SessionFile {
        SessionFile { path: path.into(), patience: Duration::from_secs(60) }
    }

    /// How long to wait for a process that has the file locked, and, without credentials, for one
    /// that has them to renew a session that has expired. Deadlines and stops end both waits.
    /// Default: 60 s.
    pub fn patience(self, longest: Duration) -> SessionFile {
        SessionFile { patience: longest, ..self }
    }

    /// Until when to wait for others, from now on. So late that the clock cannot say when is never.
    pub(crate) fn patient(&self) -> Option<Instant> {
        Instant::now().checked_add(self.patience)
    }

    /// A mark that no other holder has.
    pub(crate) fn mark() -> Result<String> {
        Ok(hex(&random::<16>()?))
    }

    /// Takes a file with this mark away from a process that has it locked and is making a session to
    /// put into it: that looks, when it has written, whether the file is still there, and knows that
    /// nobody is left to share it. What it had written before is returned.
    pub(crate) fn take_away(&self, mark: &str) -> Option<Shared> {
        let file = File::open(&self.path).ok()?;
        check_private(&file, &self.path).ok()?;
        let mut there = Locked { file, path: &self.path };
        let mut marked = || there.read().ok().flatten().filter(|there| there.holder == mark);
        marked()?;
        let mut away = self.path.clone().into_os_string();
        away.push(format!(".{mark}"));
        std::fs::rename(&self.path, &away).ok()?;
        let ours = marked();
        if ours.is_none() {
            // Another holder's by now, who may have made a new one already.
            let _ = std::fs::hard_link(&away, &self.path);
        }
        let _ = std::fs::remove_file(&away);
        ours
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.path.symlink_metadata().is_err_and(|error| error.kind() == IoKind::NotFound)
    }

    /// Waits until no other process has the file, but not longer than to `until`.
    pub(crate) fn lock(
        &self,
        create: bool,
        until: Option<Instant>,
        cancellation: Option<&CancellationToken>,
    ) -> Result<Locked<'_>> {
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
                // Whoever had it may have removed it, and another one may have made a new one.
                Ok(()) if is_at(&file, path) => return Ok(Locked { file, path }),
                Ok(()) | Err(TryLockError::WouldBlock)
                    if until.is_none_or(|until| Instant::now() < until) =>
                {
                    cancel::sleep(cancellation, LOOK)?;
                }
                Ok(()) | Err(TryLockError::WouldBlock) => {
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
    pub(crate) fn read(&mut self) -> Result<Option<Shared>> {
        let text = self.text()?;
        let doing = || format!("reading {}", self.path.display());
        if is_empty(&text) {
            return Ok(None);
        }
        let json = match SessionToken::parse(&String::from_utf8_lossy(&text)) {
            Ok(json) => json,
            // What a crash has left of a session is none.
            Err(_) if may_be_replaced(&text) => return Ok(None),
            Err(error) => return Err(error.doing(doing())),
        };
        let holder = json.get(HOLDER).and_then(Value::as_str).unwrap_or_default().to_owned();
        let session = SessionToken::from_json(&json).map_err(|error| error.doing(doing()))?;
        Ok(Some(Shared { session, holder }))
    }

    /// Whether the path still leads to this file: its holder may have taken it away.
    pub(crate) fn is_there(&self) -> bool {
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

    pub(crate) fn write(&mut self, session: &SessionToken, holder: &str) -> Result<()> {
        let mut json = session.to_json();
        json[HOLDER] = holder.into();
        self.replace(&json.to_string())
    }

    /// Leaves the file without a session.
    pub(crate) fn clear(&mut self) -> Result<()> {
        self.replace("")
    }

    /// Takes away a file that was made for a session that there is not. That it cannot be removed
    /// harms nobody: it is empty.
    pub(crate) fn remove_empty(mut self) {
        if self.text().is_ok_and(|text| text.is_empty()) {
            let _ = std::fs::remove_file(self.path);
        }
    }

    /// Refuses a file that may not be written over: a path that was mistyped, or a link that
    /// somebody put there, must not cost another file. What is there is returned.
    pub(crate) fn check(&mut self) -> Result<Vec<u8>> {
        let text = self.text()?;
        match may_be_replaced(&text) {
            true => Ok(text),
            false => Err(Error::config(format!(
                "{} holds something else than a session, and is not overwritten",
                self.path.display()
            ))),
        }
    }

    /// Puts a text in the place of what is there, so that a process that is killed within it, or a
    /// disk that is full, leaves the one or the other.
    fn replace(&mut self, text: &str) -> Result<()> {
        let before = self.check()?;
        self.write_over(text.as_bytes(), before.len()).map_err(|error| {
            let _ = self.write_over(&before, before.len());
            self.failed("writing", error)
        })
    }

    fn write_over(&mut self, text: &[u8], length: usize) -> std::io::Result<()> {
        // White space, which is no part of a session, over what is longer.
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

/// Whether nothing was written, or what was did not reach the disk before the power failed.
fn is_empty(text: &[u8]) -> bool {
    text.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace())
}

/// Whether it is an exported session, or the beginning of one, or nothing.
fn may_be_replaced(text: &[u8]) -> bool {
    const BEGINS: &[u8] = b"{\"api_version\":\"";
    is_empty(text) || text.starts_with(BEGINS) || BEGINS.starts_with(text)
}

/// Whether the path leads to this file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |about: std::fs::Metadata| (about.dev(), about.ino());
    let there = std::fs::metadata(path).map(identity).ok();
    there.is_some() && file.metadata().map(identity).ok() == there
}

/// Elsewhere nobody removes a file that is open.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let path = path.display();
    let metadata = file
        .metadata()
        .map_err(|error| Error::io(format!("looking at the session file {path}"), error))?;
    if !metadata.is_file() {
        return Err(Error::config(format!("the session file {path} is no file")));
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Error::config(format!(
            "others than its owner may read or write the session file {path}: it has to be 0600"
        )));
    }
    // The superuser can open a file that somebody else has laid out to read the session in.
    match user_of_this_process() {
        Some(user) if user != metadata.uid() => {
            Err(Error::config(format!("the session file {path} is another user's")))
        }
        _ => Ok(()),
    }
}

/// The effective user, where the system tells without unsafe code.
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
    fn what_is_no_session_is_not_overwritten() {
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
        for mine in [&b"\n"[..], &[0; 200]] {
            assert!(may_be_replaced(mine));
        }
        for other in ["-----BEGIN OPENSSH PRIVATE KEY-----", "{}", "{\"a\":1}", "machine x"] {
            assert!(!may_be_replaced(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let path = std::env::temp_dir().join(format!("tsc-written-{}", std::process::id()));
        let options = || OpenOptions::new().read(true).to_owned();
        let open =
            |options: &OpenOptions| Locked { file: options.open(&path).unwrap(), path: &path };
        let there = || std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, "").unwrap();
        let (long, short) = ("{\"api_version\":\"3.24\",\"a\":1}", "{\"api_version\":\"3\"}");
        for text in [long, short, long, "", short] {
            open(options().write(true)).replace(text).unwrap();
            assert_eq!(there(), text);
            assert_eq!(open(&options()).replace(long).unwrap_err().kind(), ErrorKind::Io);
            assert_eq!(there(), text);
        }
        // As a process leaves it that is killed before the last step.
        std::fs::write(&path, format!("{short}      ")).unwrap();
        assert!(SessionToken::parse(&there()).is_ok());
        std::fs::remove_file(&path).unwrap();
    }
}
