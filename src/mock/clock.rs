//! [`Clock`]: the server's time, which tests can move forward.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// The system time plus the time that tests added.
#[derive(Debug, Default)]
pub(super) struct Clock {
    ahead_ms: AtomicU64,
}

impl Clock {
    pub(super) fn now(&self) -> Timestamp {
        let ahead = Duration::from_millis(self.ahead_ms.load(Ordering::SeqCst));
        later(Timestamp::now(), ahead)
    }

    pub(super) fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX / 2);
        self.ahead_ms.fetch_add(by, Ordering::SeqCst);
    }
}

/// The time plus a duration, at most the latest time.
pub(super) fn later(time: Timestamp, by: Duration) -> Timestamp {
    let seconds = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
    time.as_second()
        .checked_add(seconds)
        .and_then(|second| Timestamp::new(second, time.subsec_nanosecond()).ok())
        .map_or(Timestamp::MAX, |time| {
            time.checked_add(jiff::SignedDuration::from_nanos(i64::from(by.subsec_nanos())))
                .unwrap_or(Timestamp::MAX)
        })
}

/// A time as the REST API writes it: UTC, whole seconds.
pub(super) fn written(time: Timestamp) -> String {
    crate::xml::Text::write(&time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_moves_forward() {
        let clock = Clock::default();
        let before = clock.now();
        clock.advance(Duration::from_secs(3600));
        assert!(clock.now().as_second() - before.as_second() >= 3600);
        clock.advance(Duration::MAX);
        assert!(clock.now() > before);
    }
}
