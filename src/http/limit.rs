//! [`Limiter`]: limits the number of concurrent requests and of requests per hour.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::context;
use crate::cancel::CancellationToken;
use crate::{Error, ErrorKind, Result};

/// Interval at which a waiting thread checks its cancellation.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Grants permits to send a request.
#[derive(Clone, Debug)]
pub(super) struct Limiter {
    max_concurrent: usize,
    max_per_hour: usize,
    hour: Duration,
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// When the requests of the last hour started, the oldest first.
    begun: VecDeque<Instant>,
}

/// Identifies a limiter.
fn number_of(state: &Arc<(Mutex<State>, Condvar)>) -> usize {
    Arc::as_ptr(state).addr()
}

/// The permit for one request, returned when it is dropped. It stays on the thread that acquired it.
#[derive(Debug)]
pub(super) struct Permit(Arc<(Mutex<State>, Condvar)>, PhantomData<*const ()>);

impl Limiter {
    pub(super) fn new(
        max_concurrent: Option<usize>,
        max_per_hour: Option<usize>,
    ) -> Option<Limiter> {
        Limiter::with_hour(max_concurrent, max_per_hour, Duration::from_secs(60 * 60))
    }

    fn with_hour(
        max_concurrent: Option<usize>,
        max_per_hour: Option<usize>,
        hour: Duration,
    ) -> Option<Limiter> {
        max_concurrent.or(max_per_hour)?;
        let (max_concurrent, max_per_hour) =
            (max_concurrent.unwrap_or(usize::MAX), max_per_hour.unwrap_or(usize::MAX));
        Some(Limiter { max_concurrent, max_per_hour, hour, state: Arc::default() })
    }

    /// Returns a permit at once, beyond the limits if necessary. It counts for later requests.
    pub(super) fn acquire_now(&self) -> Permit {
        let mut state = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.begin(&mut state, Instant::now())
    }

    fn begin(&self, state: &mut State, now: Instant) -> Permit {
        state.running += 1;
        if self.max_per_hour != usize::MAX {
            state.begun.push_back(now);
        }
        context::add_permit(number_of(&self.state));
        Permit(self.state.clone(), PhantomData)
    }

    /// Waits for a permit, until the deadline at most. The permits that this thread holds do not count:
    /// a progress callback can send a nested request, and the outer one cannot finish before it.
    pub(super) fn acquire(
        &self,
        cancellation: Option<&CancellationToken>,
        deadline: Option<Instant>,
    ) -> Result<Permit> {
        let (state, freed) = &*self.state;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let around = context::permits(number_of(&self.state));
        loop {
            let now = Instant::now();
            while state.begun.front().is_some_and(|begun| now.duration_since(*begun) >= self.hour) {
                state.begun.pop_front();
            }
            let running = state.running.saturating_sub(around);
            if running < self.max_concurrent && state.begun.len() < self.max_per_hour {
                return Ok(self.begin(&mut state, now));
            }
            cancellation.map_or(Ok(()), CancellationToken::check)?;
            if deadline.is_some_and(|deadline| deadline <= now) {
                let what = "no permit to send the request became free before the deadline";
                return Err(Error::new(ErrorKind::Timeout, what));
            }
            state = match freed.wait_timeout(state, POLL_INTERVAL) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        context::remove_permit(number_of(&self.0));
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).running -= 1;
        self.0.1.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::context::on_another_thread;
    use super::*;

    #[test]
    fn limits_concurrent_requests() {
        let limiter = Limiter::new(Some(2), None).unwrap();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _permit = limiter.acquire(None, None).unwrap();
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(10));
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(most.into_inner(), 2);
    }

    #[test]
    fn nested_requests_do_not_wait_for_the_outer_request() {
        let limiter = Limiter::new(Some(1), None).unwrap();
        let soon = move || Some(Instant::now() + Duration::from_millis(20));
        let outer = limiter.acquire(None, None).unwrap();
        drop([limiter.acquire(None, soon()).unwrap(), limiter.acquire(None, soon()).unwrap()]);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| limiter.acquire(None, soon()).map(drop));
            assert_eq!(other.join().unwrap().unwrap_err().kind(), ErrorKind::Timeout);
        });
        drop(outer);
        std::thread::scope(|scope| {
            scope.spawn(|| drop(limiter.acquire(None, soon()).unwrap()));
        });
        // Nor does a nested request on another thread.
        let outer = limiter.acquire(None, None).unwrap();
        let helping = limiter.clone();
        let work = on_another_thread(move || helping.acquire(None, soon()).map(drop));
        std::thread::spawn(work).join().unwrap().unwrap();
        drop(outer);
        // Each limiter has its own permits.
        let other = Limiter::new(Some(1), None).unwrap();
        let _outer = limiter.acquire(None, None).unwrap();
        std::thread::scope(|scope| {
            let (taken, waits) = std::sync::mpsc::channel();
            scope.spawn({
                let other = &other;
                move || {
                    let _permit = other.acquire(None, None).unwrap();
                    taken.send(()).unwrap();
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
            waits.recv().unwrap();
            assert!(other.acquire(None, soon()).is_err());
        });
    }

    #[test]
    fn limits_requests_per_hour() {
        let hour = Duration::from_millis(200);
        let limiter = Limiter::with_hour(None, Some(3), hour).unwrap();
        let start = Instant::now();
        for _ in 0..3 {
            limiter.acquire(None, None).unwrap();
        }
        let soon = Some(Instant::now() + Duration::from_millis(1));
        assert_eq!(limiter.acquire(None, soon).unwrap_err().kind(), ErrorKind::Timeout);
        limiter.acquire(None, None).unwrap();
        assert!(start.elapsed() >= hour);
        // Permits without a wait count, too.
        for _ in 0..3 {
            limiter.acquire_now();
        }
        let stopped = CancellationToken::new();
        stopped.cancel();
        let results = [
            limiter.acquire(Some(&stopped), None),
            limiter.acquire(Some(&stopped), None),
            limiter.acquire(Some(&stopped), None),
        ];
        assert!(
            results
                .iter()
                .any(|result| result.as_ref().is_err_and(|e| e.kind() == ErrorKind::Cancelled))
        );
    }
}
