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
    at_a_time: usize,
    in_an_hour: usize,
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
pub(super) struct Turn(Arc<(Mutex<State>, Condvar)>, PhantomData<*const ()>);

impl Limiter {
    pub(super) fn new(at_a_time: Option<usize>, in_an_hour: Option<usize>) -> Option<Limiter> {
        Limiter::with_hour(at_a_time, in_an_hour, Duration::from_secs(60 * 60))
    }

    fn with_hour(
        at_a_time: Option<usize>,
        in_an_hour: Option<usize>,
        hour: Duration,
    ) -> Option<Limiter> {
        at_a_time.or(in_an_hour)?;
        let (at_a_time, in_an_hour) =
            (at_a_time.unwrap_or(usize::MAX), in_an_hour.unwrap_or(usize::MAX));
        Some(Limiter { at_a_time, in_an_hour, hour, state: Arc::default() })
    }

    /// Returns a permit at once, beyond the limits if necessary. It counts for later requests.
    pub(super) fn no_wait(&self) -> Turn {
        let mut state = self.state.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.begin(&mut state, Instant::now())
    }

    fn begin(&self, state: &mut State, now: Instant) -> Turn {
        state.running += 1;
        if self.in_an_hour != usize::MAX {
            state.begun.push_back(now);
        }
        context::add_permit(number_of(&self.state));
        Turn(self.state.clone(), PhantomData)
    }

    /// Waits for a permit, until the deadline at most. The permits that this thread holds do not count:
    /// a progress callback can send a nested request, and the outer one cannot finish before it.
    pub(super) fn turn(
        &self,
        cancellation: Option<&CancellationToken>,
        deadline: Option<Instant>,
    ) -> Result<Turn> {
        let (state, freed) = &*self.state;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let around = context::permits(number_of(&self.state));
        loop {
            let now = Instant::now();
            while state.begun.front().is_some_and(|begun| now.duration_since(*begun) >= self.hour) {
                state.begun.pop_front();
            }
            let running = state.running.saturating_sub(around);
            if running < self.at_a_time && state.begun.len() < self.in_an_hour {
                return Ok(self.begin(&mut state, now));
            }
            cancellation.map_or(Ok(()), CancellationToken::check)?;
            if deadline.is_some_and(|deadline| deadline <= now) {
                let what = "the request's turn did not come in the time allowed";
                return Err(Error::new(ErrorKind::Timeout, what));
            }
            state = match freed.wait_timeout(state, POLL_INTERVAL) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

impl Drop for Turn {
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
    fn no_more_at_a_time() {
        let limiter = Limiter::new(Some(2), None).unwrap();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let _turn = limiter.turn(None, None).unwrap();
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(10));
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(most.into_inner(), 2);
    }

    #[test]
    fn a_request_within_another_waits_for_nobody() {
        let limiter = Limiter::new(Some(1), None).unwrap();
        let soon = move || Some(Instant::now() + Duration::from_millis(20));
        let outer = limiter.turn(None, None).unwrap();
        drop([limiter.turn(None, soon()).unwrap(), limiter.turn(None, soon()).unwrap()]);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| limiter.turn(None, soon()).map(drop));
            assert_eq!(other.join().unwrap().unwrap_err().kind(), ErrorKind::Timeout);
        });
        drop(outer);
        std::thread::scope(|scope| {
            scope.spawn(|| drop(limiter.turn(None, soon()).unwrap()));
        });
        // Nor does what works for it elsewhere.
        let outer = limiter.turn(None, None).unwrap();
        let helping = limiter.clone();
        let work = on_another_thread(move || helping.turn(None, soon()).map(drop));
        std::thread::spawn(work).join().unwrap().unwrap();
        drop(outer);
        // Each limiter has turns of its own.
        let other = Limiter::new(Some(1), None).unwrap();
        let _outer = limiter.turn(None, None).unwrap();
        std::thread::scope(|scope| {
            let (taken, waits) = std::sync::mpsc::channel();
            scope.spawn({
                let other = &other;
                move || {
                    let _turn = other.turn(None, None).unwrap();
                    taken.send(()).unwrap();
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
            waits.recv().unwrap();
            assert!(other.turn(None, soon()).is_err());
        });
    }

    #[test]
    fn no_more_in_an_hour() {
        let hour = Duration::from_millis(200);
        let limiter = Limiter::with_hour(None, Some(3), hour).unwrap();
        let start = Instant::now();
        for _ in 0..3 {
            limiter.turn(None, None).unwrap();
        }
        let soon = Some(Instant::now() + Duration::from_millis(1));
        assert_eq!(limiter.turn(None, soon).unwrap_err().kind(), ErrorKind::Timeout);
        limiter.turn(None, None).unwrap();
        assert!(start.elapsed() >= hour);
        // What may not wait counts all the same.
        for _ in 0..3 {
            limiter.no_wait();
        }
        let stopped = CancellationToken::new();
        stopped.cancel();
        let turns = [
            limiter.turn(Some(&stopped), None),
            limiter.turn(Some(&stopped), None),
            limiter.turn(Some(&stopped), None),
        ];
        assert!(
            turns.iter().any(|turn| turn.as_ref().is_err_and(|e| e.kind() == ErrorKind::Cancelled))
        );
    }
}
