//! [`Backoff`]: how long to wait between tries.

use std::time::Duration;

use crate::http::scaled;

/// The waits between tries: longer each time, up to a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    next: Duration,
    factor: f64,
    longest: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, factor: f64, longest: Duration) -> Backoff {
        Backoff { next: first.min(longest), factor, longest }
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let wait = self.next;
        self.next = scaled(wait, self.factor).min(self.longest);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_limit() {
        let waits = Backoff::new(Duration::from_millis(500), 1.4, Duration::from_secs(30));
        let waits: Vec<u64> =
            waits.take(15).map(|wait| u64::try_from(wait.as_millis()).unwrap()).collect();
        let expected = [
            500, 700, 980, 1372, 1920, 2689, 3764, 5270, 7378, 10330, 14462, 20247, 28346, 30000,
            30000,
        ];
        assert_eq!(waits, expected);
    }

    #[test]
    fn pauses_without_end_are_no_panic() {
        let waits = Backoff::new(Duration::from_secs(1), 1e30, Duration::MAX).take(3);
        assert_eq!(
            waits.collect::<Vec<_>>(),
            [Duration::from_secs(1), Duration::MAX, Duration::MAX]
        );
    }
}
