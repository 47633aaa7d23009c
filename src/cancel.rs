//! [`CancellationToken`]: cancels calls from another thread, or at a deadline.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind, Result};

/// Cancels calls from another thread, such as a signal handler's, or at a deadline.
///
/// [`Session::with_cancellation`](crate::Session::with_cancellation) returns a view of a session
/// whose calls the token cancels, and
/// [`Server::with_cancellation`](crate::Server::with_cancellation) a view of a server for signing
/// in. Once the token is cancelled, calls through these views return promptly, even while they wait
/// for a connection, a proxy, a response, a server that has stopped reading an upload, the next
/// attempt or a permit. Remaining pages and chunks are not requested. The server may have carried
/// out the request that was in progress.
///
/// Clones refer to the same token. The guide has a
/// [handler for Ctrl-C](guide/sign_in_and_out/index.html#ctrl-c).
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # use std::time::Duration;
/// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
/// let minute = tsc::CancellationToken::with_timeout(Duration::from_secs(60));
/// for workbook in session.with_cancellation(&minute).workbooks().list() {
///     println!("{}", workbook?.name); // after a minute: an error, `is_timeout()`
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancellationToken(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    cancelled: Condvar,
    deadline: Option<Instant>,
}

#[derive(Default)]
struct State {
    is_cancelled: bool,
    /// Callbacks to run on cancellation, by registration number.
    callbacks: Vec<(u64, Callback)>,
    last_number: u64,
}

type Callback = Box<dyn Fn() + Send>;

/// A callback for the cancellation of a token. Dropping the registration removes the callback.
pub(crate) struct Registration(Arc<Shared>, u64);

impl Drop for Registration {
    fn drop(&mut self) {
        self.0.lock().callbacks.retain(|(number, _)| *number != self.1);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("is_cancelled", &self.lock().is_cancelled)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A one-shot event that another thread can wait for.
#[derive(Default)]
struct Event(Mutex<bool>, Condvar);

impl Event {
    fn set(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.1.notify_all();
    }

    fn wait(&self, until: Option<Instant>) {
        let mut is_set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*is_set {
            let left = until
                .map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            is_set = match self.1.wait_timeout(is_set, left) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

impl CancellationToken {
    /// Creates a token without a deadline.
    pub fn new() -> CancellationToken {
        CancellationToken::default()
    }

    /// Creates a token with a deadline: after this time, calls fail with
    /// [`ErrorKind::Timeout`]. [`cancel`](CancellationToken::cancel) ends them earlier.
    pub fn with_timeout(timeout: Duration) -> CancellationToken {
        // A deadline that the clock cannot represent counts as no deadline.
        let deadline = Instant::now().checked_add(timeout);
        CancellationToken(Arc::new(Shared { deadline, ..Shared::default() }))
    }

    /// Cancels: current and later calls fail with [`ErrorKind::Cancelled`].
    pub fn cancel(&self) {
        let mut state = self.0.lock();
        state.is_cancelled = true;
        self.0.cancelled.notify_all();
        state.callbacks.iter().for_each(|(_, callback)| callback());
    }

    /// Whether the token was cancelled or its deadline has passed.
    pub fn is_cancelled(&self) -> bool {
        self.check().is_err()
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.check_state(&self.0.lock())
    }

    fn check_state(&self, state: &State) -> Result<()> {
        if state.is_cancelled {
            return Err(Error::new(ErrorKind::Cancelled, "cancelled by the program"));
        }
        if self.0.deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Err(Error::new(ErrorKind::Timeout, "the deadline has passed"));
        }
        Ok(())
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }

    /// Calls `callback` on cancellation, until the registration is dropped. Fails if the token is
    /// already cancelled.
    fn on_cancel(&self, callback: impl Fn() + Send + 'static) -> Result<Registration> {
        let mut state = self.0.lock();
        self.check_state(&state)?;
        state.last_number += 1;
        let number = state.last_number;
        state.callbacks.push((number, Box::new(callback)));
        Ok(Registration(self.0.clone(), number))
    }

    /// Creates a child token with this token's deadline. Cancelling this token cancels the child
    /// until the registration is dropped; cancelling the child does not cancel this token.
    pub(crate) fn child(&self) -> (CancellationToken, Option<Registration>) {
        let child =
            CancellationToken(Arc::new(Shared { deadline: self.0.deadline, ..Shared::default() }));
        let cancelled = child.clone();
        let registration = self.on_cancel(move || cancelled.cancel()).ok();
        // Registration also fails if the deadline has passed. The child has the same deadline, so
        // it does not need to be cancelled.
        if self.0.lock().is_cancelled {
            child.cancel();
        }
        (child, registration)
    }

    /// Runs a blocking `wait`, and calls `interrupt` to end it if the token is cancelled. `wait`
    /// must end at the deadline on its own.
    pub(crate) fn interrupting<T>(
        &self,
        interrupt: impl Fn() + Send + 'static,
        wait: impl FnOnce() -> T,
    ) -> Result<T> {
        let registration = self.on_cancel(interrupt)?;
        let result = wait();
        drop(registration);
        self.check().map(|()| result)
    }

    /// Runs work that cannot be interrupted on a separate thread. On cancellation or after
    /// `timeout`, the thread is abandoned: it runs to its end, and its result is dropped. Returns
    /// `None` after `timeout`.
    pub(crate) fn run_on_thread<T: Send + 'static>(
        &self,
        name: &str,
        timeout: Option<Duration>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let result = Arc::new(Mutex::new(None));
        let written = result.clone();
        let work = move || {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            *written.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        };
        self.wait_for_thread(name, timeout, Box::new(work))?;
        let outcome = result.lock().unwrap_or_else(PoisonError::into_inner).take();
        outcome.transpose().or_else(|panic| resume_unwind(panic))
    }

    /// Runs work on a separate thread until it is done or the timeout has passed.
    fn wait_for_thread(
        &self,
        name: &str,
        timeout: Option<Duration>,
        work: Box<dyn FnOnce() + Send>,
    ) -> Result<()> {
        let ended = Arc::new(Event::default());
        let (done, cancelled) = (ended.clone(), ended.clone());
        self.check()?;
        let timeout = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let until = earlier(timeout, self.0.deadline);
        let thread = spawn(name.to_owned(), move || {
            work();
            done.set();
        });
        thread.map_err(|error| {
            let what = format!("no connection: the system cannot start a thread for {name}");
            Error::new(ErrorKind::Connect, what).because(error)
        })?;
        self.interrupting(move || cancelled.set(), || ended.wait(until))
    }

    /// Sleeps. Fails if the token is cancelled before the time is over.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        let until = Instant::now().checked_add(time);
        let until = earlier(until, self.0.deadline);
        let mut state = self.0.lock();
        loop {
            // A deadline too late for the clock is the same as none.
            let left = until
                .map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if state.is_cancelled || left.is_zero() {
                return self.check_state(&state);
            }
            state = match self.0.cancelled.wait_timeout(state, left) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

/// Starts a thread. The closure is boxed so that the standard library's generic code is compiled
/// only once.
pub(crate) fn spawn(
    name: String,
    work: impl FnOnce() + Send + 'static,
) -> std::io::Result<thread::JoinHandle<()>> {
    let work: Box<dyn FnOnce() + Send> = Box::new(work);
    thread::Builder::new().name(name).spawn(work)
}

/// The earlier of two limits; `None` means no limit.
pub(crate) fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    [one, other].into_iter().flatten().min()
}

/// Sleeps. Fails if the token is cancelled before the time is over.
pub(crate) fn sleep(cancellation: Option<&CancellationToken>, time: Duration) -> Result<()> {
    match cancellation {
        Some(cancellation) => cancellation.sleep(time),
        None => {
            thread::sleep(time);
            Ok(())
        }
    }
}

/// Locks a mutex that another thread may hold for as long as a server takes to respond. Returns
/// `None` at the deadline.
pub(crate) fn lock<'m, T>(
    mutex: &'m Mutex<T>,
    cancellation: Option<&CancellationToken>,
    deadline: Option<Instant>,
) -> Result<Option<MutexGuard<'m, T>>> {
    const POLL_INTERVAL: Duration = Duration::from_millis(20);
    if cancellation.is_none() && deadline.is_none() {
        return Ok(Some(mutex.lock().unwrap_or_else(PoisonError::into_inner)));
    }
    loop {
        match mutex.try_lock() {
            Ok(guard) => return Ok(Some(guard)),
            Err(TryLockError::Poisoned(poisoned)) => return Ok(Some(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => {}
        }
        if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
            return Ok(None);
        }
        sleep(cancellation, POLL_INTERVAL)?;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn cancelling_ends_a_sleep() {
        let token = CancellationToken::new();
        assert!(token.sleep(Duration::from_millis(1)).is_ok());
        let other = token.clone();
        let start = Instant::now();
        let sleeper = std::thread::spawn(move || other.sleep(LONG));
        token.cancel();
        assert_eq!(sleeper.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(token.is_cancelled());
    }

    #[test]
    fn sleep_past_the_deadline_is_a_timeout() {
        let token = CancellationToken::with_timeout(Duration::from_millis(20));
        assert!(!token.is_cancelled());
        assert_eq!(token.sleep(LONG).unwrap_err().kind(), ErrorKind::Timeout);
        assert!(!CancellationToken::with_timeout(Duration::MAX).is_cancelled());
    }

    #[test]
    fn cancelling_interrupts_a_wait() {
        let (token, (interrupt, interrupted)) = (CancellationToken::new(), sync_channel(1));
        let interrupt = move || interrupt.try_send(()).unwrap();
        let canceller = token.clone();
        let result = token.interrupting(interrupt, || {
            canceller.cancel();
            interrupted.recv().unwrap();
        });
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
        // With a cancelled token, no wait starts.
        let late = token.interrupting(|| (), || panic!("the token was cancelled before"));
        assert_eq!(late.unwrap_err().kind(), ErrorKind::Cancelled);
        // A wait that has ended is not interrupted.
        let token = CancellationToken::new();
        token.interrupting(|| panic!("the wait is over"), || ()).unwrap();
        token.cancel();
    }

    #[test]
    fn child_is_cancelled_with_its_parent_and_by_itself() {
        let parent = CancellationToken::new();
        let (child, registration) = parent.child();
        child.cancel();
        assert!(child.is_cancelled() && !parent.is_cancelled());
        let (other, other_registration) = parent.child();
        drop(registration);
        parent.cancel();
        assert!(other.is_cancelled());
        drop(other_registration);
        assert_eq!(parent.child().0.check().unwrap_err().kind(), ErrorKind::Cancelled);
        let soon = CancellationToken::with_timeout(Duration::from_millis(1));
        let (child, _registration) = soon.child();
        assert_eq!(child.sleep(LONG).unwrap_err().kind(), ErrorKind::Timeout);
        let late = CancellationToken::with_timeout(Duration::ZERO).child().0;
        assert_eq!(late.check().unwrap_err().kind(), ErrorKind::Timeout);
        assert!(parent.0.lock().callbacks.is_empty());
    }

    #[test]
    fn abandons_work_that_cannot_be_interrupted() {
        let (token, (go, gone)) = (CancellationToken::new(), sync_channel::<()>(0));
        let canceller = token.clone();
        let result = token.run_on_thread("a test", None, move || {
            canceller.cancel();
            gone.recv().unwrap();
        });
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
        go.send(()).unwrap();

        let soon = CancellationToken::with_timeout(Duration::from_millis(20));
        let (_go, gone) = sync_channel::<()>(0);
        let result = soon.run_on_thread("a test", None, move || gone.recv());
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Timeout);
        let (_go, gone) = sync_channel::<()>(0);
        let (token, timeout) = (CancellationToken::new(), Some(Duration::from_millis(20)));
        assert!(token.run_on_thread("a test", timeout, move || gone.recv()).unwrap().is_none());
        assert_eq!(token.run_on_thread("a test", None, || 7).unwrap(), Some(7));
    }

    #[test]
    #[should_panic(expected = "the original panic")]
    fn propagates_a_panic_on_the_thread() {
        let _ =
            CancellationToken::new().run_on_thread("a test", None, || panic!("the original panic"));
    }
}
