//! [`Fate`] and [`Backoff`]: what became of a request that failed, and how long to wait then.

use std::time::Duration;

use crate::{Error, ErrorKind};

/// What became of a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server cannot have acted on it: sending it again is safe.
    NotReceived,
    /// It may have been carried out, or not.
    Unknown,
    /// It may have been carried out, or not, and there is no use in trying again: the caller
    /// stopped it, or the caller's own file or writer failed.
    Abandoned,
    /// It was not carried out, and would not be if it were sent again.
    Refused,
}

impl Fate {
    pub(crate) fn of(error: &Error) -> Fate {
        match (error.kind(), error.status()) {
            (ErrorKind::Connect, _) | (_, Some(429)) => Fate::NotReceived,
            (_, Some(503)) if error.retry_after().is_some() => Fate::NotReceived,
            // An answer that is a success and cannot be read, or none at all.
            (ErrorKind::Timeout | ErrorKind::Decode, _) => Fate::Unknown,
            (ErrorKind::Io, _) if error.is_broken_connection() => Fate::Unknown,
            (ErrorKind::Api | ErrorKind::Http, Some(status)) if status >= 500 => Fate::Unknown,
            (ErrorKind::Io | ErrorKind::Cancelled, _) => Fate::Abandoned,
            _ => Fate::Refused,
        }
    }
}

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
        self.next = wait.mul_f64(self.factor).min(self.longest);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Answer;

    fn answered(kind: ErrorKind, status: u16, retry_after: Option<u64>) -> Fate {
        let retry_after = retry_after.map(Duration::from_secs);
        let answer = Answer { status: Some(status), retry_after, ..Answer::default() };
        Fate::of(&Error::new(kind, "x").answer(answer))
    }

    #[test]
    fn only_what_is_sure_is_sent_again() {
        let io = || Error::io("x", std::io::Error::other("y"));
        for (fate, expected) in [
            (Fate::of(&Error::new(ErrorKind::Connect, "x")), Fate::NotReceived),
            (Fate::of(&Error::new(ErrorKind::Timeout, "x")), Fate::Unknown),
            (Fate::of(&io().broken_connection()), Fate::Unknown),
            (Fate::of(&io()), Fate::Abandoned),
            (Fate::of(&Error::new(ErrorKind::Cancelled, "x")), Fate::Abandoned),
            (answered(ErrorKind::Cancelled, 200, None), Fate::Abandoned),
            (Fate::of(&Error::input("x")), Fate::Refused),
            (answered(ErrorKind::Http, 429, None), Fate::NotReceived),
            (answered(ErrorKind::Api, 503, Some(1)), Fate::NotReceived),
            (answered(ErrorKind::Http, 503, None), Fate::Unknown),
            (answered(ErrorKind::Http, 504, Some(1)), Fate::Unknown),
            (answered(ErrorKind::Api, 500, None), Fate::Unknown),
            (answered(ErrorKind::Decode, 200, None), Fate::Unknown),
            (answered(ErrorKind::Api, 400, None), Fate::Refused),
            (answered(ErrorKind::Http, 413, None), Fate::Refused),
        ] {
            assert_eq!(fate, expected);
        }
    }

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
}
