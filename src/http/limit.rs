//! [`Limiter`]: limits the number of concurrent requests.

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
    running: Arc<(Mutex<usize>, Condvar)>,
}

/// The permit for one request, returned when it is dropped. Not sent to other threads.
#[derive(Debug)]
pub(super) struct Permit(Arc<(Mutex<usize>, Condvar)>, PhantomData<*const ()>);

impl Limiter {
    pub(super) fn new(max_concurrent: usize) -> Limiter {
        Limiter { max_concurrent, running: Arc::default() }
    }

    /// Waits for a permit, until the deadline at most. Returns `None` at once if this thread holds a
    /// permit: a progress callback can send a nested request, and the outer one cannot finish before
    /// it.
    pub(super) fn acquire(
        &self,
        cancellation: Option<&CancellationToken>,
        deadline: Option<Instant>,
    ) -> Result<Option<Permit>> {
        if context::permits() > 0 {
            return Ok(None);
        }
        let (running, freed) = &*self.running;
        let mut running = running.lock().unwrap_or_else(PoisonError::into_inner);
        while *running >= self.max_concurrent {
            cancellation.map_or(Ok(()), CancellationToken::check)?;
            if deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                let what = "no permit to send the request was available before the deadline";
                return Err(Error::new(ErrorKind::Timeout, what));
            }
            running = match freed.wait_timeout(running, POLL_INTERVAL) {
                Ok((running, _)) => running,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        *running += 1;
        context::add_permit();
        Ok(Some(Permit(self.running.clone(), PhantomData)))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        context::remove_permit();
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
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
        let limiter = Limiter::new(2);
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
        let limiter = Limiter::new(1);
        let soon = move || Some(Instant::now() + Duration::from_millis(20));
        let outer = limiter.acquire(None, None).unwrap();
        assert!(outer.is_some());
        assert!(limiter.acquire(None, soon()).unwrap().is_none());
        // A nested request on another thread does not wait either.
        let helping = limiter.clone();
        let work = on_another_thread(move || helping.acquire(None, soon()).map(drop));
        std::thread::spawn(work).join().unwrap().unwrap();
        std::thread::scope(|scope| {
            let other = scope.spawn(|| limiter.acquire(None, soon()).map(drop));
            assert_eq!(other.join().unwrap().unwrap_err().kind(), ErrorKind::Timeout);
            let cancelled = CancellationToken::new();
            cancelled.cancel();
            let other = scope.spawn(|| limiter.acquire(Some(&{ cancelled }), None).map(drop));
            assert_eq!(other.join().unwrap().unwrap_err().kind(), ErrorKind::Cancelled);
        });
        drop(outer);
        assert!(limiter.acquire(None, soon()).unwrap().is_some());
    }
}
