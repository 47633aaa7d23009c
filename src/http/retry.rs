//! [`RetryPolicy`]: which requests are sent again, how often and after what backoff. [`Delivery`]: whether
//! the server may have processed a request that failed.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind};

/// Time limit for retries after connect errors, so that a wrong address is reported quickly.
const MAX_CONNECT_ELAPSED: Duration = Duration::from_secs(2);

/// How often a request that failed is sent again, and after what backoff.
///
/// Whether a request may be sent again depends on its method and on the error:
///
/// - `GET`, `PUT` and `DELETE`: if the connection could not be made or broke, on throttling (429;
///   [`is_throttled`](crate::Error::is_throttled)), and on the statuses 502, 503 and 504.
/// - `POST`, and the chunks of an upload: only if the server cannot have processed the request:
///   without a connection, on throttling, and on 503 with `Retry-After`.
/// - Sign-outs, and requests that failed with a timeout, a TLS error or another error: never.
///
/// `Retry-After`, in seconds or as a date, replaces the backoff. If it is longer than
/// [`max_elapsed`](RetryPolicy::max_elapsed) allows, the error is returned at once and carries it
/// ([`retry_after`](crate::Error::retry_after)). Each retry is logged at `warn`, target
/// `tableau_server_client::http`. [`timeout`](crate::HttpOptions::timeout) limits the time for all
/// attempts together.
///
/// Default: 3 retries, after 0.2 s, 0.4 s and 0.8 s, each with up to 25% jitter; within 2 minutes
/// in total, or within 2 s if there is no connection.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a retry policy takes effect in `HttpOptions::retries`"]
pub struct RetryPolicy {
    max_retries: u32,
    initial_backoff: Duration,
    max_backoff: Duration,
    max_elapsed: Duration,
    /// Fixed backoffs, which replace the exponential ones.
    fixed: Option<FixedBackoffs>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct FixedBackoffs {
    usual: &'static [Duration],
    /// The backoffs after throttling. The last one repeats without limit.
    throttled: &'static [Duration],
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy {
            max_retries: 3,
            initial_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(30),
            max_elapsed: Duration::from_secs(120),
            fixed: None,
        }
    }
}

/// Multiplies a duration, up to `Duration::MAX`. `mul_f64` would panic on overflow.
pub(crate) fn scaled(duration: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

impl RetryPolicy {
    /// The default policy.
    pub fn new() -> RetryPolicy {
        RetryPolicy::default()
    }

    /// No retries.
    pub fn none() -> RetryPolicy {
        RetryPolicy::default().max_retries(0)
    }

    /// The intervals of Tableau's Migration SDK: three times 0.5 s, then 1 s and 2 s; after throttling,
    /// 1, 3, 10 and 30 s, then 60 s repeatedly. Limited to one day in total.
    ///
    /// [`max_elapsed`](RetryPolicy::max_elapsed) changes that limit; the other setters replace these
    /// intervals by exponential backoff.
    pub fn patient() -> RetryPolicy {
        const fn ms(ms: u64) -> Duration {
            Duration::from_millis(ms)
        }
        const FIXED: FixedBackoffs = FixedBackoffs {
            usual: &[ms(500), ms(500), ms(500), ms(1000), ms(2000)],
            throttled: &[ms(1000), ms(3000), ms(10_000), ms(30_000), ms(60_000)],
        };
        let max_elapsed = Duration::from_secs(24 * 60 * 60);
        RetryPolicy { fixed: Some(FIXED), max_elapsed, ..RetryPolicy::default() }
    }

    /// Sets the maximum number of retries of a request. Default: 3.
    pub fn max_retries(self, max_retries: u32) -> RetryPolicy {
        RetryPolicy { max_retries, fixed: None, ..self }
    }

    /// Sets the backoff before the first retry. It doubles with each further retry. Default: 0.2 s.
    pub fn initial_backoff(self, initial_backoff: Duration) -> RetryPolicy {
        RetryPolicy { initial_backoff, fixed: None, ..self }
    }

    /// Sets the maximum backoff. `Retry-After` may be longer. Default: 30 s.
    pub fn max_backoff(self, max_backoff: Duration) -> RetryPolicy {
        RetryPolicy { max_backoff, fixed: None, ..self }
    }

    /// Sets the maximum time between the first attempt and the start of the last one. If the backoff
    /// would end later, the error is returned at once. Default: 2 minutes.
    pub fn max_elapsed(self, max_elapsed: Duration) -> RetryPolicy {
        RetryPolicy { max_elapsed, ..self }
    }

    /// The backoff before a retry; the first one is number 0.
    fn backoff(&self, number: u32, throttled: bool) -> Option<Duration> {
        let at = number as usize;
        match self.fixed {
            Some(fixed) if throttled => fixed.throttled.get(at).or(fixed.throttled.last()).copied(),
            Some(fixed) => fixed.usual.get(at).copied(),
            None => (number < self.max_retries).then(|| {
                let doubled = self.initial_backoff.saturating_mul(2u32.saturating_pow(number));
                scaled(doubled.min(self.max_backoff), 0.75 + 0.5 * random())
            }),
        }
    }
}

/// A number from 0 to 1. The hashers of the standard library have random seeds, which is random enough
/// for jitter.
fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().hash_one(0u8) >> 32).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

/// When it is safe to send a request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetrySafety {
    /// The request is idempotent.
    Always,
    /// The request is not idempotent: only if the server cannot have processed it.
    IfNotSent,
    Never,
}

/// The attempts to send one request.
pub(super) struct Attempts<'r> {
    policy: &'r RetryPolicy,
    safety: RetrySafety,
    started: Instant,
    deadline: Option<Instant>,
    retries: u32,
    throttled_retries: u32,
    may_have_arrived: bool,
}

impl<'r> Attempts<'r> {
    pub(super) fn new(
        policy: &'r RetryPolicy,
        safety: RetrySafety,
        deadline: Option<Instant>,
    ) -> Attempts<'r> {
        let started = Instant::now();
        let (retries, throttled_retries, may_have_arrived) = Default::default();
        Attempts { policy, safety, started, deadline, retries, throttled_retries, may_have_arrived }
    }

    /// Whether an earlier attempt may have been carried out although its response was lost.
    pub(super) fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }

    /// The wait before the next attempt; `None` if the request must not be sent again.
    pub(super) fn backoff_after(&mut self, error: &Error) -> Option<Duration> {
        let may_have_arrived = match Delivery::of_failed(error) {
            Delivery::NotSent => false,
            Delivery::Unknown if is_transient(error) => true,
            Delivery::Unknown | Delivery::Abandoned | Delivery::Rejected => return None,
        };
        let is_safe = match self.safety {
            RetrySafety::Always => true,
            RetrySafety::IfNotSent => !may_have_arrived,
            RetrySafety::Never => false,
        };
        if !is_safe {
            return None;
        }
        // Retries after throttling are counted separately if they have backoffs of their own.
        let throttled = self.policy.fixed.is_some() && error.is_throttled();
        let count = if throttled { &mut self.throttled_retries } else { &mut self.retries };
        let backoff = self.policy.backoff(*count, throttled)?;
        *count += 1;
        let backoff = match error.retry_after() {
            // Unlimited retries need a pause, even if the server requests none.
            Some(retry_after) if throttled => retry_after.max(backoff),
            Some(retry_after) => retry_after,
            None => backoff,
        };
        let max_elapsed = match error.kind() {
            ErrorKind::Connect => MAX_CONNECT_ELAPSED.min(self.policy.max_elapsed),
            _ => self.policy.max_elapsed,
        };
        let next = Instant::now().checked_add(backoff)?;
        if next.duration_since(self.started) > max_elapsed
            || self.deadline.is_some_and(|deadline| deadline <= next)
        {
            return None;
        }
        self.may_have_arrived |= may_have_arrived;
        Some(backoff)
    }
}

/// Whether an error with unknown delivery is likely to be temporary.
fn is_transient(error: &Error) -> bool {
    matches!(error.status(), Some(502..=504)) || error.kind() == ErrorKind::ConnectionLost
}

/// Whether the server may have processed a request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// The server has not processed the request: sending it again is safe.
    NotSent,
    /// The server may have processed the request.
    Unknown,
    /// The server may have processed the request, and a retry is pointless: the program cancelled it,
    /// or a file or stream of the program failed.
    Abandoned,
    /// The server rejected the request, and would reject it again.
    Rejected,
}

impl Delivery {
    /// The delivery of a request that failed with this error.
    pub(crate) fn of_failed(error: &Error) -> Delivery {
        match (error.kind(), error.status()) {
            (ErrorKind::Connect, _) => Delivery::NotSent,
            _ if error.is_throttled() => Delivery::NotSent,
            _ if error.is_before_sending() => Delivery::Rejected,
            (_, Some(503)) if error.retry_after().is_some() => Delivery::NotSent,
            // The response was lost, or is a success that cannot be read.
            (ErrorKind::Timeout | ErrorKind::Decode | ErrorKind::ConnectionLost, _) => {
                Delivery::Unknown
            }
            // A TLS error within a response, not in the handshake.
            (ErrorKind::Tls, Some(_)) => Delivery::Unknown,
            // An unexpected success, or an informational status.
            (ErrorKind::Http, Some(..=299)) => Delivery::Unknown,
            (ErrorKind::Api | ErrorKind::Http, Some(status)) if status >= 500 => Delivery::Unknown,
            // An internal error of the server, regardless of the status.
            (ErrorKind::Api, _) if error.code().is_some_and(|code| code.starts_with('5')) => {
                Delivery::Unknown
            }
            (ErrorKind::Io | ErrorKind::Cancelled, _) => Delivery::Abandoned,
            _ => Delivery::Rejected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorResponse;

    fn http(status: u16, retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        let response =
            ErrorResponse { status: Some(status), retry_after, ..ErrorResponse::default() };
        Error::new(ErrorKind::Http, "x").with_response(response)
    }

    fn delivery_of_error(kind: ErrorKind, status: u16, retry_after: Option<u64>) -> Delivery {
        let retry_after = retry_after.map(Duration::from_secs);
        let response =
            ErrorResponse { status: Some(status), retry_after, ..ErrorResponse::default() };
        Delivery::of_failed(&Error::new(kind, "x").with_response(response))
    }

    fn delivery_of_code(status: u16, code: &str) -> Delivery {
        let code = Some(code.to_owned());
        let response = ErrorResponse { status: Some(status), code, ..ErrorResponse::default() };
        Delivery::of_failed(&Error::new(ErrorKind::Api, "x").with_response(response))
    }

    #[test]
    fn classifies_the_delivery_of_failed_requests() {
        let io = || Error::io("x", std::io::Error::other("y"));
        let lost = || Error::connection_lost("x", std::io::Error::other("y"));
        for (delivery, expected) in [
            (Delivery::of_failed(&Error::new(ErrorKind::Connect, "x")), Delivery::NotSent),
            (Delivery::of_failed(&Error::new(ErrorKind::Timeout, "x")), Delivery::Unknown),
            (Delivery::of_failed(&lost()), Delivery::Unknown),
            (Delivery::of_failed(&io()), Delivery::Abandoned),
            (Delivery::of_failed(&Error::new(ErrorKind::Cancelled, "x")), Delivery::Abandoned),
            (delivery_of_error(ErrorKind::Cancelled, 200, None), Delivery::Abandoned),
            (Delivery::of_failed(&Error::input("x")), Delivery::Rejected),
            (delivery_of_error(ErrorKind::Http, 429, None), Delivery::NotSent),
            (delivery_of_code(429, "429000"), Delivery::NotSent),
            (delivery_of_code(400, "429000"), Delivery::NotSent),
            (delivery_of_code(429, "429001"), Delivery::Rejected),
            (delivery_of_code(429, "429003"), Delivery::Rejected),
            (delivery_of_error(ErrorKind::Api, 503, Some(1)), Delivery::NotSent),
            (delivery_of_error(ErrorKind::Http, 503, None), Delivery::Unknown),
            (delivery_of_error(ErrorKind::Http, 504, Some(1)), Delivery::Unknown),
            (delivery_of_error(ErrorKind::Api, 500, None), Delivery::Unknown),
            (delivery_of_error(ErrorKind::Decode, 200, None), Delivery::Unknown),
            (delivery_of_error(ErrorKind::Tls, 200, None), Delivery::Unknown),
            (Delivery::of_failed(&Error::new(ErrorKind::Tls, "x")), Delivery::Rejected),
            (
                Delivery::of_failed(&Error::new(ErrorKind::Timeout, "x").before_sending()),
                Delivery::Rejected,
            ),
            (delivery_of_error(ErrorKind::Http, 203, None), Delivery::Unknown),
            (delivery_of_error(ErrorKind::Http, 101, None), Delivery::Unknown),
            (delivery_of_error(ErrorKind::Http, 999, None), Delivery::Unknown),
            (delivery_of_error(ErrorKind::Api, 400, None), Delivery::Rejected),
            (delivery_of_error(ErrorKind::Api, 200, None), Delivery::Rejected),
            (delivery_of_code(200, "500000"), Delivery::Unknown),
            (delivery_of_code(200, "401002"), Delivery::Rejected),
            (delivery_of_error(ErrorKind::Http, 413, None), Delivery::Rejected),
        ] {
            assert_eq!(delivery, expected);
        }
    }

    fn is_retried(safety: RetrySafety, error: &Error) -> bool {
        Attempts::new(&RetryPolicy::new(), safety, None).backoff_after(error).is_some()
    }

    #[test]
    fn retries_depend_on_error_and_safety() {
        let broken = || Error::connection_lost("x", std::io::Error::other("y"));
        let refused = || Error::new(ErrorKind::Connect, "x");
        for (error, always, if_not_sent) in [
            (refused(), true, true),
            (http(429, None), true, true),
            (http(503, Some(1)), true, true),
            (http(503, None), true, false),
            (http(502, None), true, false),
            (http(504, Some(1)), true, false),
            (broken(), true, false),
            (http(500, None), false, false),
            (http(401, None), false, false),
            (Error::new(ErrorKind::Timeout, "x"), false, false),
            (Error::new(ErrorKind::Tls, "x"), false, false),
            (Error::io("file", std::io::Error::other("y")), false, false),
        ] {
            assert_eq!(is_retried(RetrySafety::Always, &error), always, "{error:?}");
            assert_eq!(is_retried(RetrySafety::IfNotSent, &error), if_not_sent, "{error:?}");
            assert!(!is_retried(RetrySafety::Never, &error), "{error:?}");
        }
    }

    #[test]
    fn backoff_doubles_until_max_retries() {
        let policy = RetryPolicy::new();
        let mut attempts = Attempts::new(&policy, RetrySafety::Always, None);
        for middle in [200, 400, 800] {
            let wait = attempts.backoff_after(&http(502, None)).unwrap().as_millis();
            assert!((middle * 3 / 4..=middle * 5 / 4).contains(&wait), "{wait} for {middle}");
        }
        assert_eq!(attempts.backoff_after(&http(502, None)), None);
        assert!(attempts.may_have_arrived());
    }

    #[test]
    fn waits_for_retry_after_within_the_time_limits() {
        let policy = RetryPolicy::new();
        let mut attempts = Attempts::new(&policy, RetrySafety::Always, None);
        assert_eq!(attempts.backoff_after(&http(429, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(attempts.backoff_after(&http(429, Some(0))), Some(Duration::ZERO));
        assert_eq!(attempts.backoff_after(&http(429, Some(121))), None);
        let soon = Some(Instant::now() + Duration::from_secs(1));
        let mut attempts = Attempts::new(&policy, RetrySafety::Always, soon);
        assert_eq!(attempts.backoff_after(&http(429, Some(2))), None);
    }

    #[test]
    fn unrepresentable_backoff_ends_the_attempts() {
        let policy = RetryPolicy::new().initial_backoff(Duration::MAX).max_backoff(Duration::MAX);
        let policy = policy.max_elapsed(Duration::MAX).max_retries(u32::MAX);
        assert!(policy.backoff(9, false).is_some_and(|wait| wait > Duration::from_secs(1 << 60)));
        assert_eq!(
            Attempts::new(&policy, RetrySafety::Always, None).backoff_after(&http(502, None)),
            None
        );
    }

    #[test]
    fn patient_policy_has_the_intervals_of_the_migration_sdk() {
        let policy = RetryPolicy::patient();
        let mut attempts = Attempts::new(&policy, RetrySafety::Always, None);
        let mut waits = |status, times: usize| -> Vec<u128> {
            let waits = std::iter::from_fn(|| attempts.backoff_after(&http(status, None)));
            waits.take(times).map(|wait| wait.as_millis()).collect()
        };
        assert_eq!(waits(429, 7), [1000, 3000, 10_000, 30_000, 60_000, 60_000, 60_000]);
        assert_eq!(waits(502, 9), [500, 500, 500, 1000, 2000]);
        // `Retry-After: 0` does not shorten the backoff.
        let mut attempts = Attempts::new(&policy, RetrySafety::Always, None);
        let mut wait = |asked| attempts.backoff_after(&http(429, Some(asked))).unwrap().as_secs();
        assert_eq!([0, 0, 60, 0].map(&mut wait), [1, 3, 60, 30]);
    }
}
