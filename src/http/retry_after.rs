//! The `Retry-After` header.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ureq::http::HeaderMap;
use ureq::http::header::{DATE, RETRY_AFTER};

/// Reads seconds or an HTTP date. A date is compared with the response's own `Date` if it has one,
/// because clocks differ.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let value = text(RETRY_AFTER)?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large to represent still means a long wait.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let now = || TimeZone::UTC.to_datetime(Timestamp::now());
    let wait = date(value)?.duration_since(text(DATE).and_then(date).unwrap_or_else(now));
    Some(wait.try_into().unwrap_or(Duration::ZERO))
}

/// The time of the server's clock, from the `Date` header of its response.
pub(super) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    let date = date(headers.get(DATE)?.to_str().ok()?.trim())?;
    TimeZone::UTC.to_timestamp(date).ok()
}

/// Parses the three date formats of HTTP, in UTC. The day of the week is ignored.
fn date(text: &str) -> Option<DateTime> {
    let (_, date) = text.split_once(' ')?;
    ["%d %b %Y %H:%M:%S GMT", "%d-%b-%y %H:%M:%S GMT", "%b %e %H:%M:%S %Y"]
        .into_iter()
        .find_map(|form| DateTime::strptime(form, date.trim_start()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_clock_of_the_server() {
        let mut headers = HeaderMap::new();
        assert_eq!(server_time(&headers), None);
        headers.insert(DATE, "Tue, 14 Nov 2023 22:13:20 GMT".parse().unwrap());
        assert_eq!(server_time(&headers).map(Timestamp::as_second), Some(1_700_000_000));
        headers.insert(DATE, "soon".parse().unwrap());
        assert_eq!(server_time(&headers), None);
    }

    #[test]
    fn reads_seconds_and_dates() {
        let after = |value: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers)
        };
        let long_ago = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(after(" 7 ", None), Some(Duration::from_secs(7)));
        assert_eq!(after(long_ago, None), Some(Duration::ZERO));
        let soon = Timestamp::now() + Duration::from_secs(90);
        let soon = jiff::fmt::rfc2822::to_string(&soon.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let wait = after(&soon.replace("+0000", "GMT"), Some("no date")).unwrap();
        assert!((85..=90).contains(&wait.as_secs()), "{wait:?}");
        assert_eq!(
            after("Sun, 06 Nov 1994 08:49:40 GMT", Some(long_ago)),
            Some(Duration::from_secs(3))
        );
        for same in [
            "Sunday, 06-Nov-94 08:49:40 GMT",
            "Sun Nov  6 08:49:40 1994",
            "Fri, 06 Nov 1994 08:49:40 GMT",
        ] {
            assert_eq!(after(same, Some(long_ago)), Some(Duration::from_secs(3)), "{same}");
        }
        let endless = "9".repeat(30);
        assert_eq!(after(&endless, None), Some(Duration::from_secs(u64::MAX)));
        let far = after("Fri, 31 Dec 9999 23:59:59 GMT", None).unwrap();
        assert!(far > Duration::from_secs(1 << 37), "{far:?}");
        for none in ["soon", "", "-1", "+7", "7.5", "0x10", "7 s", "Sun, 99 Nov 1994 08:49:40 GMT"]
        {
            assert_eq!(after(none, None), None, "{none}");
        }
    }
}
