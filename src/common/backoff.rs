//! [`Backoff`]: increasing intervals between attempts.

use std::time::Duration;

use crate::http::scaled;

/// Intervals between attempts, each longer than the one before by a factor, up to a maximum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    next: Duration,
    factor: f64,
    longest: Duration,
}

impl Backoff {
    #[inline]
    pub(crate) fn new(first: Duration, factor: f64, longest: Duration) -> Backoff {
        Backoff { next: first.min(longest), factor, longest }
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    #[inline]
    fn next(&mut self) -> Option<Duration> {
        let interval = self.next;
        self.next = scaled(interval, self.factor).min(self.longest);
        Some(interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_up_to_the_longest_interval() {
        let intervals = Backoff::new(Duration::from_millis(500), 1.4, Duration::from_secs(30));
        let intervals: Vec<u64> =
            intervals.take(15).map(|one| u64::try_from(one.as_millis()).unwrap()).collect();
        let expected = [
            500, 700, 980, 1372, 1920, 2689, 3764, 5270, 7378, 10330, 14462, 20247, 28346, 30000,
            30000,
        ];
        assert_eq!(intervals, expected);
    }

    #[test]
    fn saturates_at_the_longest_duration() {
        let intervals = Backoff::new(Duration::from_secs(1), 1e30, Duration::MAX).take(3);
        assert_eq!(
            intervals.collect::<Vec<_>>(),
            [Duration::from_secs(1), Duration::MAX, Duration::MAX]
        );
    }
}
