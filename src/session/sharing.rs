//! Sharing a session with other processes through a [`SessionFile`].

use std::time::{Duration, Instant};

use super::SessionToken;
use super::file::{LockedFile, SessionFile, StoredSession};
use crate::cancel::{self, earlier};
use crate::client::{Client, Token};
use crate::secret::Secret;
use crate::{Error, ErrorKind, Result};

/// Interval at which a process without credentials reads the file of an expired session.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// How a session is shared.
#[derive(Clone, Debug)]
pub(crate) struct Sharing {
    pub(crate) file: SessionFile,
    /// Identifies this process in the file as the holder, which signs the session out. A worker has
    /// none.
    pub(crate) holder_id: Option<String>,
}

/// The user of the session in the file, after this process has removed its own session.
pub(super) enum SharedBy {
    NotShared,
    /// Another process has stored a session in the file, which all processes use now.
    AnotherProcess,
}

/// The next step for a shared session that has expired.
pub(super) enum Renew<'f> {
    /// Nothing: another process has renewed the session.
    Done(Secret),
    /// Sign in and store the session, with this holder id, in the file, which stays locked until
    /// then.
    AndStore(LockedFile<'f>, String),
    /// Sign in and do not store the session: the file has been taken over for another session.
    Alone,
}

/// Removes the session from the file, if this process is its holder. Calls `take_over` with the token
/// in the file if another process has renewed the session. `unwritten` is a token that is still in
/// the file although this process has replaced it.
pub(super) fn remove(
    sharing: &Sharing,
    client: &Client,
    unwritten: Option<Secret>,
    take_over: impl Fn(Secret),
    timeout: Duration,
) -> Result<SharedBy> {
    let Sharing { file, holder_id: Some(holder_id) } = sharing else {
        return Ok(SharedBy::NotShared);
    };
    // The file was deleted, so that no process can join the session any more.
    if file.is_missing() {
        return Ok(SharedBy::NotShared);
    }
    // A worker may have renewed the session.
    let adopt = |stored: StoredSession| {
        let token = stored.session.token;
        if unwritten.as_ref() != Some(&token) && token != client.token().token {
            take_over(token);
        }
    };
    let locked = file.lock(false, Instant::now().checked_add(timeout), None);
    let mut locked = locked.inspect_err(|error| {
        // A worker holds the lock to renew the session: take the file away, or the renewed session
        // would never be signed out.
        if error.is_timeout()
            && let Some(stored) = file.move_aside(holder_id)
            && stored.session.is_of(client)
        {
            adopt(stored);
        }
    })?;
    match locked.read()?.filter(|stored| stored.session.is_of(client)) {
        Some(stored) if stored.holder_id == *holder_id => {
            adopt(stored);
            locked.clear()?;
            Ok(SharedBy::NotShared)
        }
        Some(stored) if stored.session.token == client.token().token => {
            Ok(SharedBy::AnotherProcess)
        }
        _ => Ok(SharedBy::NotShared),
    }
}

/// Reads the file of an expired session: either another process has renewed it, or this one has to,
/// and the file stays locked for it. Without credentials, waits until another process has renewed
/// it. `waited_in_vain` is the token whose renewal an earlier call has already waited for until the
/// file's timeout.
pub(super) fn find_renewal<'f>(
    sharing: &'f Sharing,
    client: &Client,
    used: &Token,
    has_credentials: bool,
    waited_in_vain: &mut Option<Secret>,
    deadline: Option<Instant>,
) -> Result<Renew<'f>> {
    let (file, cancellation) = (&sharing.file, client.cancellation());
    let wait_until = file.wait_until();
    let is_holder = sharing.holder_id.is_some();
    loop {
        // The holder creates the file again if it was deleted.
        let create = is_holder && has_credentials;
        let mut locked = file.lock(create, earlier(wait_until, deadline), cancellation)?;
        match (locked.read()?, &sharing.holder_id) {
            (Some(stored), holder_id) if stored.session.is_of(client) => {
                if stored.session.token != used.token {
                    return Ok(Renew::Done(stored.session.token));
                }
                if has_credentials {
                    // Keep the holder id; a session without one belongs to the next holder.
                    let unowned = holder_id.clone().filter(|_| stored.holder_id.is_empty());
                    return Ok(Renew::AndStore(locked, unowned.unwrap_or(stored.holder_id)));
                }
                if is_holder {
                    return Err(Error::config("the credentials can be used only once"));
                }
            }
            (None, Some(holder_id)) if has_credentials => {
                return Ok(Renew::AndStore(locked, holder_id.clone()));
            }
            // Processes that share the other session must not find this one in the file.
            (Some(_), Some(_)) => return Ok(Renew::Alone),
            (None, Some(_)) => {
                return Err(Error::config("the credentials can be used only once"));
            }
            (Some(_), None) => {
                return Err(Error::config("the file has another user's or site's session"));
            }
            (None, None) => {
                let what = "the file no longer has a session: it was signed out";
                return Err(Error::config(what));
            }
        }
        drop(locked);
        let now = Instant::now();
        if deadline.is_some_and(|deadline| deadline <= now) {
            let what = "the session has expired, and no other process renewed it in time";
            return Err(Error::new(ErrorKind::Timeout, what));
        }
        if waited_in_vain.as_ref() == Some(&used.token)
            || wait_until.is_some_and(|wait_until| wait_until <= now)
        {
            *waited_in_vain = Some(used.token.clone());
            return Err(Error::new(
                ErrorKind::Timeout,
                "the session has expired, and no other process has renewed it",
            ));
        }
        cancel::sleep(cancellation, POLL_INTERVAL)?;
    }
}

/// Stores a renewed session. Returns whether the other processes can find it, and the error if it
/// could not be written.
pub(super) fn store(
    file: &mut LockedFile<'_>,
    holder_id: &str,
    client: &Client,
    token: &Secret,
) -> (bool, Option<Error>) {
    let session = SessionToken { token: token.clone(), ..SessionToken::of(client) };
    let written = file.write(&session, holder_id);
    (written.is_ok() && file.is_in_place(), written.err())
}
