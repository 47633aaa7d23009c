//! [`Retries`]: what is sent again, how often, and after what wait. [`Fate`]: what became of a request
//! that failed.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind};

/// Connect errors are tried again only this long: a wrong address should be told soon.
const CONNECTING: Duration = Duration::from_secs(2);

/// How often a request that failed is sent again, and after what wait.
///
/// What may be sent again depends on what it does. `GET`, `PUT` and `DELETE` are repeated when the
/// connection could not be made or broke, and on the statuses 429, 502, 503 and 504. `POST`, and
/// the chunks of an upload, only when they cannot have been received: no connection, 429, or 503
/// with `Retry-After`. Timeouts, TLS errors and everything else are never repeated, nor are
/// sign-outs. `Retry-After` is waited for, in seconds or until a date. Each repetition is logged at
/// `warn`, target `tableau_server_client::http`, and
/// [`timeout`](crate::HttpOptions::timeout) covers them all.
///
/// Default: 3 times; after 0.2 s, 0.4 s and 0.8 s, a quarter more or less; within 2 minutes in all,
/// and within 2 s where there is no connection.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "retries take effect in `HttpOptions::retries`"]
pub struct Retries {
    times: u32,
    first: Duration,
    longest: Duration,
    within: Duration,
    /// Waits that do not double, with those for 429, whose last one comes again and again.
    listed: Option<(&'static [Duration], &'static [Duration])>,
}

impl Default for Retries {
    fn default() -> Retries {
        Retries {
            times: 3,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(30),
            within: Duration::from_secs(120),
            listed: None,
        }
    }
}

/// So many times a wait. `mul_f64` panics where no duration can hold that; here it is without end.
pub(crate) fn scaled(wait: Duration, factor: f64) -> Duration {
    Duration::try_from_secs_f64(wait.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

impl Retries {
    /// The default.
    pub fn new() -> Retries {
        Retries::default()
    }

    /// Nothing is sent again.
    pub fn none() -> Retries {
        Retries::default().times(0)
    }

    /// The intervals of Tableau's own Migration SDK: 0.5 s three times, then 1 s and 2 s; when
    /// throttled (429) 1, 3, 10, 30 and then 60 s without end; within a day.
    pub fn patient() -> Retries {
        const fn ms(ms: u64) -> Duration {
            Duration::from_millis(ms)
        }
        const SERVER: &[Duration] = &[ms(500), ms(500), ms(500), ms(1000), ms(2000)];
        const THROTTLED: &[Duration] = &[ms(1000), ms(3000), ms(10_000), ms(30_000), ms(60_000)];
        let within = Duration::from_secs(24 * 60 * 60);
        Retries { listed: Some((SERVER, THROTTLED)), within, ..Retries::default() }
    }

    /// How often a request is repeated. Default: 3.
    pub fn times(self, most: u32) -> Retries {
        Retries { times: most, listed: None, ..self }
    }

    /// The wait before the first repetition; each further one is twice as long. Default: 0.2 s.
    pub fn first_wait(self, first: Duration) -> Retries {
        Retries { first, listed: None, ..self }
    }

    /// The longest wait that doubling leads to. Default: 30 s. `Retry-After` may ask for more.
    pub fn longest_wait(self, longest: Duration) -> Retries {
        Retries { longest, listed: None, ..self }
    }

    /// No repetition begins later than this after the first try, and none is waited for that
    /// would. Default: 2 minutes.
    pub fn within(self, time: Duration) -> Retries {
        Retries { within: time, ..self }
    }

    /// The wait before repetition `number`, from 0.
    fn wait(&self, number: u32, throttled: bool) -> Option<Duration> {
        match self.listed {
            Some((_, waits)) if throttled => waits.get(number as usize).or(waits.last()).copied(),
            Some((waits, _)) => waits.get(number as usize).copied(),
            None => (number < self.times).then(|| {
                let doubled = self.first.saturating_mul(2u32.saturating_pow(number));
                scaled(doubled.min(self.longest), 0.75 + 0.5 * random())
            }),
        }
    }
}

/// From 0 to 1. The seeds of the standard library's hashers are random, which is enough to keep
/// many clients from coming back at the same moment.
fn random() -> f64 {
    let bits = u32::try_from(RandomState::new().hash_one(0u8) >> 32).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

/// What it would do to send a request twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// As sending it once.
    Harmless,
    /// Once more what it does: only if the first cannot have been received.
    Doubles,
    /// Not to be tried.
    Never,
}

/// The tries of one request.
pub(super) struct Tries<'r> {
    retries: &'r Retries,
    repeat: Repeat,
    started: Instant,
    deadline: Option<Instant>,
    made: u32,
    throttled: u32,
    may_have_arrived: bool,
}

impl<'r> Tries<'r> {
    pub(super) fn new(
        retries: &'r Retries,
        repeat: Repeat,
        deadline: Option<Instant>,
    ) -> Tries<'r> {
        let started = Instant::now();
        let (made, throttled, may_have_arrived) = Default::default();
        Tries { retries, repeat, started, deadline, made, throttled, may_have_arrived }
    }

    /// Whether an earlier try may have been carried out, though its answer was lost.
    pub(super) fn may_have_arrived(&self) -> bool {
        self.may_have_arrived
    }

    /// How long to wait before the next try, if there is to be one.
    pub(super) fn again_after(&mut self, error: &Error) -> Option<Duration> {
        let arrived = arrived(error)?;
        let allowed = match self.repeat {
            Repeat::Harmless => true,
            Repeat::Doubles => !arrived,
            Repeat::Never => false,
        };
        if !allowed {
            return None;
        }
        // Throttling is counted apart where it has waits of its own.
        let throttled = self.retries.listed.is_some() && error.status() == Some(429);
        let count = if throttled { &mut self.throttled } else { &mut self.made };
        let wait = self.retries.wait(*count, throttled)?;
        *count += 1;
        let wait = match error.retry_after() {
            // Tries without end need a pause, whatever the server says.
            Some(asked) if throttled => asked.max(wait),
            Some(asked) => asked,
            None => wait,
        };
        let within = match error.kind() {
            ErrorKind::Connect => CONNECTING.min(self.retries.within),
            _ => self.retries.within,
        };
        let next = Instant::now().checked_add(wait)?;
        if next.duration_since(self.started) > within
            || self.deadline.is_some_and(|deadline| deadline <= next)
        {
            return None;
        }
        self.may_have_arrived |= arrived;
        Some(wait)
    }
}

/// Whether a request that failed like this may have been received; `None` where it is no use to
/// send it again.
fn arrived(error: &Error) -> Option<bool> {
    match Fate::of(error) {
        Fate::NotReceived => Some(false),
        Fate::Unknown => {
            let passes = matches!(error.status(), Some(502..=504))
                || error.kind() == ErrorKind::ConnectionLost;
            passes.then_some(true)
        }
        Fate::Abandoned | Fate::Refused => None,
    }
}

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
            _ if error.is_before_sending() => Fate::Refused,
            (_, Some(503)) if error.retry_after().is_some() => Fate::NotReceived,
            // An answer that is a success and cannot be read, or none at all.
            (ErrorKind::Timeout | ErrorKind::Decode | ErrorKind::ConnectionLost, _) => {
                Fate::Unknown
            }
            // TLS that failed within an answer, not before the request.
            (ErrorKind::Tls, Some(_)) => Fate::Unknown,
            // A success of another sort, or no status that there is.
            (ErrorKind::Http, Some(..=299)) => Fate::Unknown,
            (ErrorKind::Api | ErrorKind::Http, Some(status)) if status >= 500 => Fate::Unknown,
            // A failure of the server's, whatever the status.
            (ErrorKind::Api, _) if error.code().is_some_and(|code| code.starts_with('5')) => {
                Fate::Unknown
            }
            (ErrorKind::Io | ErrorKind::Cancelled, _) => Fate::Abandoned,
            _ => Fate::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Answer;

    fn http(status: u16, retry_after: Option<u64>) -> Error {
        let retry_after = retry_after.map(Duration::from_secs);
        let answer = Answer { status: Some(status), retry_after, ..Answer::default() };
        Error::new(ErrorKind::Http, "x").answer(answer)
    }

    fn answered(kind: ErrorKind, status: u16, retry_after: Option<u64>) -> Fate {
        let retry_after = retry_after.map(Duration::from_secs);
        let answer = Answer { status: Some(status), retry_after, ..Answer::default() };
        Fate::of(&Error::new(kind, "x").answer(answer))
    }

    fn answered_with(status: u16, code: &str) -> Fate {
        let code = Some(code.to_owned());
        let answer = Answer { status: Some(status), code, ..Answer::default() };
        Fate::of(&Error::new(ErrorKind::Api, "x").answer(answer))
    }

    #[test]
    fn only_what_is_sure_is_sent_again() {
        let io = || Error::io("x", std::io::Error::other("y"));
        let lost = || Error::connection_lost("x", std::io::Error::other("y"));
        for (fate, expected) in [
            (Fate::of(&Error::new(ErrorKind::Connect, "x")), Fate::NotReceived),
            (Fate::of(&Error::new(ErrorKind::Timeout, "x")), Fate::Unknown),
            (Fate::of(&lost()), Fate::Unknown),
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
            (answered(ErrorKind::Tls, 200, None), Fate::Unknown),
            (Fate::of(&Error::new(ErrorKind::Tls, "x")), Fate::Refused),
            (Fate::of(&Error::new(ErrorKind::Timeout, "x").before_sending()), Fate::Refused),
            (answered(ErrorKind::Http, 203, None), Fate::Unknown),
            (answered(ErrorKind::Http, 101, None), Fate::Unknown),
            (answered(ErrorKind::Http, 999, None), Fate::Unknown),
            (answered(ErrorKind::Api, 400, None), Fate::Refused),
            (answered(ErrorKind::Api, 200, None), Fate::Refused),
            (answered_with(200, "500000"), Fate::Unknown),
            (answered_with(200, "401002"), Fate::Refused),
            (answered(ErrorKind::Http, 413, None), Fate::Refused),
        ] {
            assert_eq!(fate, expected);
        }
    }

    fn again(repeat: Repeat, error: &Error) -> bool {
        Tries::new(&Retries::new(), repeat, None).again_after(error).is_some()
    }

    #[test]
    fn what_may_be_sent_again() {
        let broken = || Error::connection_lost("x", std::io::Error::other("y"));
        let refused = || Error::new(ErrorKind::Connect, "x");
        for (error, harmless, doubles) in [
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
            assert_eq!(again(Repeat::Harmless, &error), harmless, "{error:?}");
            assert_eq!(again(Repeat::Doubles, &error), doubles, "{error:?}");
            assert!(!again(Repeat::Never, &error), "{error:?}");
        }
    }

    #[test]
    fn waits_double_and_end() {
        let retries = Retries::new();
        let mut tries = Tries::new(&retries, Repeat::Harmless, None);
        for middle in [200, 400, 800] {
            let wait = tries.again_after(&http(502, None)).unwrap().as_millis();
            assert!((middle * 3 / 4..=middle * 5 / 4).contains(&wait), "{wait} for {middle}");
        }
        assert_eq!(tries.again_after(&http(502, None)), None);
        assert!(tries.may_have_arrived());
    }

    #[test]
    fn retry_after_is_waited_for_if_there_is_time() {
        let retries = Retries::new();
        let mut tries = Tries::new(&retries, Repeat::Harmless, None);
        assert_eq!(tries.again_after(&http(429, Some(7))), Some(Duration::from_secs(7)));
        assert_eq!(tries.again_after(&http(429, Some(0))), Some(Duration::ZERO));
        assert_eq!(tries.again_after(&http(429, Some(121))), None);
        let soon = Some(Instant::now() + Duration::from_secs(1));
        let mut tries = Tries::new(&retries, Repeat::Harmless, soon);
        assert_eq!(tries.again_after(&http(429, Some(2))), None);
    }

    #[test]
    fn waits_without_end_are_no_waits() {
        let retries = Retries::new().first_wait(Duration::MAX).longest_wait(Duration::MAX);
        let retries = retries.within(Duration::MAX).times(u32::MAX);
        assert!(retries.wait(9, false).is_some_and(|wait| wait > Duration::from_secs(1 << 60)));
        assert_eq!(
            Tries::new(&retries, Repeat::Harmless, None).again_after(&http(502, None)),
            None
        );
    }

    #[test]
    fn the_patient_preset() {
        let retries = Retries::patient();
        let mut tries = Tries::new(&retries, Repeat::Harmless, None);
        let mut waits = |status, times: usize| -> Vec<u128> {
            let waits = std::iter::from_fn(|| tries.again_after(&http(status, None)));
            waits.take(times).map(|wait| wait.as_millis()).collect()
        };
        assert_eq!(waits(429, 7), [1000, 3000, 10_000, 30_000, 60_000, 60_000, 60_000]);
        assert_eq!(waits(502, 9), [500, 500, 500, 1000, 2000]);
        // A server that asks for no pause gets one, or it would be asked a thousand times a second.
        let mut tries = Tries::new(&retries, Repeat::Harmless, None);
        let mut wait = |asked| tries.again_after(&http(429, Some(asked))).unwrap().as_secs();
        assert_eq!([0, 0, 60, 0].map(&mut wait), [1, 3, 60, 30]);
    }
}
