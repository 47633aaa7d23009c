//! [`Bounded`]: a proxy's way of answering takes no longer than connecting may.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use ureq::unversioned::transport::time::{Duration as Span, Instant as Moment};
use ureq::unversioned::transport::{Buffers, ConnectionDetails, NextTimeout, Transport};
use ureq::{Error, Timeout};

/// When connecting has to be done. Clones are the same bound.
#[derive(Clone, Debug)]
pub(super) struct Bound(Arc<Mutex<Option<Instant>>>, Timeout);

impl Bound {
    pub(super) fn of(details: &ConnectionDetails<'_>) -> Bound {
        let until = match (details.now, details.timeout.after) {
            (Moment::Exact(start), Span::Exact(limit)) => start.checked_add(limit),
            _ => None,
        };
        Bound(Arc::new(Mutex::new(until)), details.timeout.reason)
    }

    /// It is done: what follows has bounds of its own.
    pub(super) fn lift(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn cut(&self, mut timeout: NextTimeout) -> Result<NextTimeout, Error> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::Timeout(self.1));
            }
            timeout.after = timeout.after.min(left.into());
        }
        Ok(timeout)
    }
}

/// The connection to a proxy. ureq gives each read of what the proxy says the whole time for
/// connecting, so that a byte now and then would hold it up for as long as it likes.
#[derive(Debug)]
pub(super) struct Bounded {
    inner: Box<dyn Transport>,
    bound: Bound,
}

impl Bounded {
    pub(super) fn new(inner: Box<dyn Transport>, bound: Bound) -> Bounded {
        Bounded { inner, bound }
    }
}

impl Transport for Bounded {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.inner.transmit_output(amount, self.bound.cut(timeout)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.inner.await_input(self.bound.cut(timeout)?)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
