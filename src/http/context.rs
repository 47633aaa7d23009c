//! State of the current thread. ureq calls back into the connectors without a parameter for the
//! request, so what they need to know about it is kept in thread-locals.
//!
//! `try_with` is used for values with a destructor, because a thread-local of the program may drop
//! a session after these have been destroyed.

use std::cell::{Cell, RefCell};

use super::options::verify::Fingerprint;
use crate::cancel::CancellationToken;

thread_local! {
    /// The token that cancels the waits of this thread.
    static CANCELLATION: RefCell<Option<CancellationToken>> = const { RefCell::new(None) };
    /// The addresses of the values that this thread has entered with a [`ReentrancyGuard`].
    static ENTERED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    /// The number of permits that this thread holds.
    static PERMITS: Cell<usize> = const { Cell::new(0) };
    /// The number of connections that this thread is establishing.
    static CONNECTING: Cell<u32> = const { Cell::new(0) };
    /// Whether the server responded to this thread's request without reading all of it.
    static UNREAD: Cell<bool> = const { Cell::new(false) };
    /// The server's certificate in this thread's last full handshake, for the error that follows.
    static CERTIFICATE: Cell<Option<Fingerprint>> = const { Cell::new(None) };
}

/// Calls `run` while the token cancels the waits of this thread's connections.
pub(crate) fn with_cancellation<T>(
    cancellation: Option<&CancellationToken>,
    run: impl FnOnce() -> T,
) -> T {
    struct Restore(Option<CancellationToken>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = CANCELLATION.try_with(|current| current.replace(self.0.take()));
        }
    }
    let before = CANCELLATION.try_with(|current| current.replace(cancellation.cloned()));
    let _restore = Restore(before.ok().flatten());
    run()
}

/// The token that cancels the waits of this thread.
pub(super) fn cancellation() -> Option<CancellationToken> {
    CANCELLATION.try_with(|current| current.borrow().clone()).ok().flatten()
}

/// Wraps a function that does part of this thread's work on another thread. Its requests count as
/// nested in the requests that this thread is sending.
pub(crate) fn on_another_thread<T>(work: impl FnOnce() -> T + Send) -> impl FnOnce() -> T + Send {
    let permits = permits();
    move || {
        PERMITS.set(permits);
        work()
    }
}

/// Calls `run`, whose requests count as nested in requests of other threads, which wait for it.
pub(crate) fn counting_as_nested<T>(run: impl FnOnce() -> T) -> T {
    struct Restore;
    impl Drop for Restore {
        fn drop(&mut self) {
            remove_permit();
        }
    }
    add_permit();
    let _restore = Restore;
    run()
}

/// Notes that this thread holds a permit.
pub(super) fn add_permit() {
    PERMITS.set(PERMITS.get() + 1);
}

/// Notes that this thread has returned a permit.
pub(super) fn remove_permit() {
    PERMITS.set(PERMITS.get().saturating_sub(1));
}

/// The number of permits that this thread holds.
pub(super) fn permits() -> usize {
    PERMITS.get()
}

/// The stage of an exchange when it ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// Its connection was still being made.
    pub(super) is_connecting: bool,
    /// The server responded without reading all of the request.
    pub(super) is_unread: bool,
}

/// Runs an exchange and returns its stage when it ended.
///
/// Exchanges nest: the body of a request can come from another request of the same thread.
pub(super) fn track_exchange<T>(run: impl FnOnce() -> T) -> (T, Progress) {
    let outer = (CONNECTING.replace(0), UNREAD.replace(false));
    let outcome = run();
    let is_connecting = CONNECTING.replace(outer.0) > 0;
    let is_unread = UNREAD.replace(outer.1);
    (outcome, Progress { is_connecting, is_unread })
}

/// Notes that a connection is being made.
pub(super) fn begin_connecting() {
    CONNECTING.set(CONNECTING.get() + 1);
}

/// Notes that a connection was made.
pub(super) fn end_connecting() {
    CONNECTING.set(CONNECTING.get().saturating_sub(1));
}

/// Notes that the server responded without reading all of the request.
pub(super) fn set_unread() {
    UNREAD.set(true);
}

/// Keeps the fingerprint of the certificate that a server presents.
pub(super) fn set_certificate(presented: Fingerprint) {
    CERTIFICATE.set(Some(presented));
}

/// Takes the fingerprint of the certificate that was presented in this thread's last full handshake.
pub(super) fn take_certificate() -> Option<Fingerprint> {
    CERTIFICATE.take()
}

/// Prevents a thread from re-entering code that works on the same value. Callbacks of the program
/// (to mint a token, to log) may call back into the library, which would then deadlock.
pub(crate) struct ReentrancyGuard(usize);

impl ReentrancyGuard {
    /// Returns `None` if this thread has entered for `value` already.
    pub(crate) fn enter<T>(value: &T) -> Option<ReentrancyGuard> {
        let address = std::ptr::from_ref(value).addr();
        let is_new = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            let is_new = !entered.contains(&address);
            entered.extend(is_new.then_some(address));
            is_new
        });
        is_new.unwrap_or(true).then(|| ReentrancyGuard(address))
    }
}

impl Drop for ReentrancyGuard {
    fn drop(&mut self) {
        let _ = ENTERED.try_with(|entered| entered.borrow_mut().retain(|one| *one != self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_reentrancy_per_value() {
        let values = [1, 2];
        let first = ReentrancyGuard::enter(&values[0]);
        assert!(first.is_some() && ReentrancyGuard::enter(&values[0]).is_none());
        assert!(ReentrancyGuard::enter(&values[0]).is_none());
        assert!(ReentrancyGuard::enter(&values[1]).is_some());
        std::thread::scope(|scope| {
            scope.spawn(|| assert!(ReentrancyGuard::enter(&values[0]).is_some()));
        });
        drop(first);
        assert!(ReentrancyGuard::enter(&values[0]).is_some());
    }
}
