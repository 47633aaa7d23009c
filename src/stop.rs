//! [`Stop`]: ends blocked calls from another thread, or at a deadline.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind, Result};

/// Ends calls from outside: from another thread, a signal handler's, or at a deadline.
///
/// [`Session::until`](crate::Session::until) ties a view of a session to it, and
/// [`Server::until`](crate::Server::until) a view of a server, over which one signs in. Once stopped,
/// calls over these views return promptly, whatever they wait for: a connection, a proxy, an answer,
/// a server that takes no more of an upload, the next try, their turn. What they still had to do
/// (further pages, further chunks) is not done. What the server was doing at that moment may have
/// been.
///
/// Clones are the same stop.
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # use std::time::Duration;
/// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
/// let soon = tsc::Stop::after(Duration::from_secs(60));
/// for workbook in session.until(&soon).workbooks().list() {
///     println!("{}", workbook?.name); // after a minute: an error, `is_timeout()`
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<State>);

#[derive(Default)]
struct State {
    now: Mutex<Now>,
    woken: Condvar,
    deadline: Option<Instant>,
}

#[derive(Default)]
struct Now {
    stopped: bool,
    /// What ends the waits that are under way, by their numbers.
    ends: HashMap<u64, End>,
    last: u64,
}

type End = Box<dyn Fn() + Send>;

/// Something to be done at a stop.
pub(crate) struct AtStop(Arc<State>, u64);

impl Drop for AtStop {
    fn drop(&mut self) {
        self.0.now().ends.remove(&self.1);
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("stopped", &self.now().stopped)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl State {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stop {
    /// A stop without a deadline.
    pub fn new() -> Stop {
        Stop::default()
    }

    /// A stop that stops by itself when this much time has passed.
    pub fn after(time: Duration) -> Stop {
        // So far away that the clock cannot say when is as good as never.
        let deadline = Instant::now().checked_add(time);
        Stop(Arc::new(State { deadline, ..State::default() }))
    }

    /// Stops: calls end with [`ErrorKind::Cancelled`], now and from now on.
    pub fn stop(&self) {
        let mut now = self.0.now();
        now.stopped = true;
        self.0.woken.notify_all();
        now.ends.values().for_each(|end| end());
    }

    /// Whether it was stopped or its deadline has passed.
    pub fn is_stopped(&self) -> bool {
        self.check().is_err()
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.check_at(&self.0.now())
    }

    fn check_at(&self, now: &Now) -> Result<()> {
        if now.stopped {
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

    /// Has this done when it is stopped, as long as what is returned is kept.
    fn at_stop(&self, end: impl Fn() + Send + 'static) -> Result<AtStop> {
        let mut now = self.0.now();
        self.check_at(&now)?;
        now.last += 1;
        let number = now.last;
        now.ends.insert(number, Box::new(end));
        Ok(AtStop(self.0.clone(), number))
    }

    /// A stop for a part of what this one is for: it stops with this one, by its own deadline too,
    /// and by itself. The link has to be kept.
    pub(crate) fn branch(&self) -> (Stop, Option<AtStop>) {
        let branch = Stop(Arc::new(State { deadline: self.0.deadline, ..State::default() }));
        let stopped = branch.clone();
        let link = self.at_stop(move || stopped.stop()).ok();
        // Its deadline is the branch's own.
        if self.0.now().stopped {
            branch.stop();
        }
        (branch, link)
    }

    /// Waits for something that `end` ends, should it be stopped meanwhile. A deadline ends it by
    /// its own time for waiting.
    pub(crate) fn ending<T>(
        &self,
        end: impl Fn() + Send + 'static,
        wait: impl FnOnce() -> T,
    ) -> Result<T> {
        let under = self.at_stop(end)?;
        let waited = wait();
        drop(under);
        self.check().map(|()| waited)
    }

    /// Runs on a thread of its own that part of connecting which nothing can end. When it is stopped,
    /// or the time for it has passed (`None`), that is left behind, and ends by itself, unseen.
    pub(crate) fn apart<T: Send + 'static>(
        &self,
        what: &str,
        within: Option<Duration>,
        run: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>> {
        // One place for the outcome, one for the stop: neither has to wait.
        let (done, outcome) = sync_channel(2);
        let stopped = done.clone();
        self.check()?;
        let within = within.and_then(|within| Instant::now().checked_add(within));
        let until = earlier(within, self.0.deadline);
        let running = thread::Builder::new().name(what.to_owned()).spawn(move || {
            // Where nobody waits any more, the outcome is dropped.
            let _ = done.send(Some(catch_unwind(AssertUnwindSafe(run))));
        });
        running.map_err(|error| {
            let what = format!("no connection: the system has no thread for {what}");
            Error::new(ErrorKind::Connect, what).because(error)
        })?;
        let ended = self.ending(
            move || {
                let _ = stopped.try_send(None);
            },
            || match until {
                None => outcome.recv().ok(),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    outcome.recv_timeout(left).ok()
                }
            },
        )?;
        match ended.flatten() {
            Some(Ok(outcome)) => Ok(Some(outcome)),
            Some(Err(panic)) => resume_unwind(panic),
            None => Ok(None),
        }
    }

    /// Waits, unless it is stopped meanwhile.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        let until = Instant::now().checked_add(time);
        let until = earlier(until, self.0.deadline);
        let mut now = self.0.now();
        loop {
            // So far away that the clock cannot say when is as good as never.
            let left = until
                .map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if now.stopped || left.is_zero() {
                return self.check_at(&now);
            }
            now = match self.0.woken.wait_timeout(now, left) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

/// The earlier of two bounds, of which `None` is never.
pub(crate) fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    [one, other].into_iter().flatten().min()
}

/// Waits, unless it is stopped meanwhile.
pub(crate) fn sleep(stop: Option<&Stop>, time: Duration) -> Result<()> {
    match stop {
        Some(stop) => stop.sleep(time),
        None => {
            thread::sleep(time);
            Ok(())
        }
    }
}

/// Locks what another thread may keep for as long as a server takes to answer; `None` where the
/// deadline passes before.
pub(crate) fn lock<'m, T>(
    mutex: &'m Mutex<T>,
    stop: Option<&Stop>,
    deadline: Option<Instant>,
) -> Result<Option<MutexGuard<'m, T>>> {
    /// A wait is looked at again this often.
    const LOOK: Duration = Duration::from_millis(20);
    if stop.is_none() && deadline.is_none() {
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
        sleep(stop, LOOK)?;
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

/// Runs something that this stop may end: this thread's connections know of it.
pub(crate) fn while_watching<T>(stop: Option<&Stop>, run: impl FnOnce() -> T) -> T {
    struct Restore(Option<Stop>);
    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = CURRENT.try_with(|current| current.replace(self.0.take()));
        }
    }
    // It is gone already where a thread ends, whose own thread-locals may still drop a session.
    let before = CURRENT.try_with(|current| current.replace(stop.cloned()));
    let _restore = Restore(before.ok().flatten());
    run()
}

/// What ends this thread's waits.
pub(crate) fn watched() -> Option<Stop> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_ends_when_stopped() {
        let stop = Stop::new();
        assert!(stop.sleep(Duration::from_millis(1)).is_ok());
        let other = stop.clone();
        let start = Instant::now();
        let sleeper = std::thread::spawn(move || other.sleep(Duration::from_secs(60)));
        stop.stop();
        assert_eq!(sleeper.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(stop.is_stopped());
    }

    #[test]
    fn a_deadline_is_a_timeout() {
        let stop = Stop::after(Duration::from_millis(20));
        assert!(!stop.is_stopped());
        assert_eq!(stop.sleep(Duration::from_secs(60)).unwrap_err().kind(), ErrorKind::Timeout);
        assert!(!Stop::after(Duration::MAX).is_stopped());
    }

    #[test]
    fn stopping_ends_what_is_waited_for() {
        let (stop, (end, ended)) = (Stop::new(), sync_channel(1));
        let end = move || end.try_send(()).unwrap();
        let stopping = stop.clone();
        let waited = stop.ending(end, || {
            stopping.stop();
            ended.recv().unwrap();
        });
        assert_eq!(waited.unwrap_err().kind(), ErrorKind::Cancelled);
        // From now on nothing is begun.
        let late = stop.ending(|| (), || panic!("it was stopped before"));
        assert_eq!(late.unwrap_err().kind(), ErrorKind::Cancelled);
        // What has ended is not ended again.
        let stop = Stop::new();
        stop.ending(|| panic!("it has ended"), || ()).unwrap();
        stop.stop();
    }

    #[test]
    fn a_branch_stops_with_the_whole_and_by_itself() {
        let whole = Stop::new();
        let (branch, link) = whole.branch();
        branch.stop();
        assert!(branch.is_stopped() && !whole.is_stopped());
        let (other, other_link) = whole.branch();
        drop(link);
        whole.stop();
        assert!(other.is_stopped());
        drop(other_link);
        assert_eq!(whole.branch().0.check().unwrap_err().kind(), ErrorKind::Cancelled);
        let (branch, _link) = Stop::after(Duration::from_millis(1)).branch();
        assert_eq!(branch.sleep(LONG).unwrap_err().kind(), ErrorKind::Timeout);
        let late = Stop::after(Duration::ZERO).branch().0;
        assert_eq!(late.check().unwrap_err().kind(), ErrorKind::Timeout);
        assert!(whole.0.now().ends.is_empty());
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_nothing_can_end_is_left_behind() {
        let (stop, (go, gone)) = (Stop::new(), sync_channel::<()>(0));
        let stopping = stop.clone();
        let left = stop.apart("a test", None, move || {
            stopping.stop();
            gone.recv().unwrap();
        });
        assert_eq!(left.unwrap_err().kind(), ErrorKind::Cancelled);
        go.send(()).unwrap();

        let soon = Stop::after(Duration::from_millis(20));
        let (_go, gone) = sync_channel::<()>(0);
        let left = soon.apart("a test", None, move || gone.recv());
        assert_eq!(left.unwrap_err().kind(), ErrorKind::Timeout);
        let (_go, gone) = sync_channel::<()>(0);
        let moment = Some(Duration::from_millis(20));
        assert!(Stop::new().apart("a test", moment, move || gone.recv()).unwrap().is_none());
        assert_eq!(Stop::new().apart("a test", None, || 7).unwrap(), Some(7));
    }

    #[test]
    #[should_panic(expected = "as it is")]
    fn a_panic_comes_through() {
        let _ = Stop::new().apart("a test", None, || panic!("as it is"));
    }
}
