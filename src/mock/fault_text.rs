//! Faults as text: `503 GET /workbooks page=2 times=1`.

use std::str::FromStr;
use std::time::Duration;

use super::faults::Fault;
use crate::{Error, ErrorKind};

/// Parses a fault from text: what happens, to which requests, and how often.
///
/// | text | meaning |
/// |---|---|
/// | `503`, then `html`, `empty`, `early`, `retry-after=5s` | [`Fault::status`] and its changes |
/// | `redirect=307:/elsewhere` | [`Fault::redirect`] |
/// | `delay=250ms`, `slow=1024/50ms` | [`Fault::delay`], [`Fault::slow`] |
/// | `silent`, `reset`, `reset-after-head`, `reset-mid-body` | the functions of these names |
/// | `cut=100`, `expire-session` | [`Fault::cut`], [`Fault::expire_session`] |
/// | `GET /workbooks/*` | [`Fault::on`]; a route alone applies to all methods |
/// | `page=2`, `query=key=value` | [`Fault::page`], [`Fault::query`] |
/// | `times=1`, `skip=3`, `probability=0.1`, `seed=7` | how often |
///
/// The first word is the effect; the options after it can be in any order.
///
/// ```
/// use tableau_server_client::mock::{Fault, MockServer};
///
/// # fn main() -> tableau_server_client::Result<()> {
/// let mock = MockServer::start()?;
/// mock.fault("503 GET /workbooks page=2 times=1".parse()?);
/// assert!("503 GTE /workbooks".parse::<Fault>().is_err());
/// # Ok(())
/// # }
/// ```
impl FromStr for Fault {
    type Err = Error;

    fn from_str(text: &str) -> Result<Fault, Error> {
        let error = |why: &str| {
            let what = format!(
                "invalid fault '{text}': {why}; expected a form such as '503 GET /workbooks times=1'"
            );
            Error::new(ErrorKind::Config, what)
        };
        let mut words = text.split_whitespace();
        let first = words.next().ok_or_else(|| error("it is empty"))?;
        let mut fault = effect(first).ok_or_else(|| error(&format!("'{first}' is not a fault")))?;
        let (mut method, mut route) = (None, None);
        let (mut probability, mut seed) = (None, 0);
        for word in words {
            let invalid = || error(&format!("'{word}' is not a valid option"));
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            let number = || value.parse::<u64>().map_err(|_| invalid());
            fault = match name {
                "html" => fault.html(),
                "empty" => fault.empty(),
                "early" => fault.early(),
                "retry-after" => fault.retry_after(duration(value).ok_or_else(invalid)?),
                "page" => fault.page(number()?),
                "times" => fault.times(number()?),
                "skip" => fault.skip(number()?),
                "query" => {
                    let (name, value) = value.split_once('=').ok_or_else(invalid)?;
                    fault.query(name, value)
                }
                "probability" => {
                    let share = value.parse().ok().filter(|share| (0.0..=1.0).contains(share));
                    probability = Some(share.ok_or_else(invalid)?);
                    fault
                }
                "seed" => {
                    seed = number()?;
                    fault
                }
                "*" | "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" => {
                    method = Some(name);
                    fault
                }
                _ if word.starts_with('/') => {
                    route = Some(word);
                    fault
                }
                _ => return Err(invalid()),
            };
        }
        if method.is_some() || route.is_some() {
            fault = fault.on(method.unwrap_or("*"), route.unwrap_or("/**"));
        }
        Ok(match probability {
            Some(share) => fault.probability(share, seed),
            None => fault,
        })
    }
}

/// The effect that the first word names.
fn effect(word: &str) -> Option<Fault> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let status = |text: &str| text.parse().ok().filter(|status| (200..600).contains(status));
    match name {
        "silent" => Some(Fault::silent()),
        "reset" => Some(Fault::reset()),
        "reset-after-head" => Some(Fault::reset_after_head()),
        "reset-mid-body" => Some(Fault::reset_mid_body()),
        "expire-session" => Some(Fault::expire_session()),
        "cut" => value.parse().ok().map(Fault::cut),
        "delay" => duration(value).map(Fault::delay),
        "slow" => {
            let (bytes, pause) = value.split_once('/')?;
            Some(Fault::slow(bytes.parse().ok()?, duration(pause)?))
        }
        "redirect" => {
            let (code, location) = value.split_once(':')?;
            Some(Fault::redirect(status(code)?, location))
        }
        _ => status(word).map(Fault::status),
    }
}

/// A number of milliseconds or seconds: `250ms`, `2s`.
fn duration(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(number) => number.parse().ok().map(Duration::from_millis),
        None => text.strip_suffix('s')?.parse().ok().map(Duration::from_secs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_functions_define_the_same_faults() {
        let second = Duration::from_secs(1);
        for (words, fault) in [
            ("503", Fault::status(503)),
            ("503 html GET /workbooks page=2 times=1", {
                Fault::status(503).html().on("GET", "/workbooks").page(2).times(1)
            }),
            ("429 retry-after=1s /users/**", {
                Fault::too_many_requests(second).on("*", "/users/**")
            }),
            ("413 early empty POST", Fault::status(413).early().empty().on("POST", "/**")),
            ("redirect=307:/x:y", Fault::redirect(307, "/x:y")),
            ("delay=1000ms skip=3", Fault::delay(second).skip(3)),
            ("slow=10/1s", Fault::slow(10, second)),
            ("cut=5 query=a=b=c", Fault::cut(5).query("a", "b=c")),
            ("reset seed=7 probability=0.5", Fault::reset().probability(0.5, 7)),
            ("reset-after-head", Fault::reset_after_head()),
            ("reset-mid-body", Fault::reset_mid_body()),
            ("silent", Fault::silent()),
            ("expire-session", Fault::expire_session()),
        ] {
            let parsed: Fault = words.parse().unwrap();
            assert_eq!(format!("{parsed:?}"), format!("{fault:?}"), "{words}");
        }
    }

    #[test]
    fn errors_quote_the_invalid_part() {
        for (words, expected) in [
            ("", "it is empty"),
            ("GET /workbooks", "'GET' is not a fault"),
            ("99", "'99' is not a fault"),
            ("503 GTE /workbooks", "'GTE' is not a valid option"),
            ("503 times=often", "'times=often'"),
            ("503 probability=2", "'probability=2'"),
            ("delay=2", "'delay=2'"),
            ("slow=10", "'slow=10'"),
        ] {
            let error = words.parse::<Fault>().unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("503 GET"), "{error}");
        }
    }
}
