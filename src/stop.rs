//! [`Stop`]: ends blocked calls from another thread, or at a deadline.

use std::cell::RefCell;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind, Result};

/// Ends calls from outside: from another thread, a signal handler's, or at a deadline.
///
/// [`Session::until`](crate::Session::until) ties a view of a session to it. Once stopped, calls
/// over that view return promptly: those that wait for an answer, for the next try or for their
/// turn, with everything that they still had to do (further pages, further chunks). A connection
/// that is just being made, and a write that the server does not take, end with their own timeouts.
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

#[derive(Debug, Default)]
struct State {
    stopped: Mutex<bool>,
    woken: Condvar,
    deadline: Option<Instant>,
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
        *self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.woken.notify_all();
    }

    /// Whether it was stopped or its deadline has passed.
    pub fn is_stopped(&self) -> bool {
        self.check().is_err()
    }

    pub(crate) fn check(&self) -> Result<()> {
        if *self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner) {
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

    /// Waits, unless it is stopped meanwhile.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        let until = Instant::now().checked_add(time);
        let until = [until, self.0.deadline].into_iter().flatten().min();
        let mut stopped = self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // So far away that the clock cannot say when is as good as never.
            let left = until
                .map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now()));
            if *stopped || left.is_zero() {
                drop(stopped);
                return self.check();
            }
            stopped = match self.0.woken.wait_timeout(stopped, left) {
                Ok((guard, _)) => guard,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

/// Runs something that this stop may end: reads on this thread's connections look at it.
pub(crate) fn while_watching<T>(stop: Option<&Stop>, run: impl FnOnce() -> T) -> T {
    struct Restore(Option<Stop>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(stop.cloned()));
    run()
}

/// What this thread's reads have to look at.
pub(crate) fn watched() -> Option<Stop> {
    CURRENT.with_borrow(Option::clone)
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
}
