//! [`Text`]: values of attributes and text nodes, and how they are written.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use crate::secret::Secret;

/// A value that is written as text.
pub(crate) trait Text: Sized {
    /// Whether an element that lacks the value is an error.
    const REQUIRED: bool = true;

    /// The initial value of a field.
    fn blank() -> Self;

    /// `None` if the text is not a valid value.
    fn read(text: &str) -> Option<Self>;

    fn write(&self) -> String;
}

/// A missing text node counts as empty.
impl Text for String {
    const REQUIRED: bool = false;

    fn blank() -> Self {
        String::new()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn write(&self) -> String {
        self.clone()
    }
}

impl Text for Secret {
    fn blank() -> Secret {
        Secret::new("")
    }

    fn read(text: &str) -> Option<Secret> {
        Some(Secret::new(text))
    }

    fn write(&self) -> String {
        self.reveal().to_owned()
    }
}

impl Text for bool {
    fn blank() -> Self {
        false
    }

    // The server writes `true`; `True` has been seen where its own clients echo a value.
    fn read(text: &str) -> Option<Self> {
        match text {
            "true" | "True" | "TRUE" | "1" => Some(true),
            "false" | "False" | "FALSE" | "0" => Some(false),
            _ => None,
        }
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

macro_rules! numbers {
    ($($Number:ty),+) => {$(
        impl Text for $Number {
            fn blank() -> Self {
                Self::default()
            }

            fn read(text: &str) -> Option<Self> {
                text.trim().parse().ok()
            }

            fn write(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

numbers!(u8, u16, u32, u64, i64, f64);

impl Text for Time {
    fn blank() -> Self {
        Time::midnight()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn write(&self) -> String {
        self.strftime("%H:%M:%S").to_string()
    }
}

impl Text for Timestamp {
    fn blank() -> Self {
        Timestamp::UNIX_EPOCH
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().or_else(|| read_other_format(text))
    }

    /// In UTC and whole seconds, the only form that every endpoint accepts.
    fn write(&self) -> String {
        self.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// Reads the time formats that servers send in addition to RFC 3339: with blanks, without a zone
/// (which means UTC), and as formatted by Java's `Date` (`Tue Apr 01 06:31:47 UTC 2025`).
fn read_other_format(text: &str) -> Option<Timestamp> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let text = match words[..] {
        [time] => time.to_owned(),
        [date, time] => format!("{date}T{time}"),
        [date, time, zone] => format!("{date}T{time}{}", utc_as_z(zone)),
        [_, month, day, time, year] => java_date(year, month, day, time, "Z")?,
        [_, month, day, time, zone, year] => java_date(year, month, day, time, utc_as_z(zone))?,
        _ => return None,
    };
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let (civil, rest) = text.split_at_checked(19)?;
    let civil: DateTime = civil.parse().ok()?;
    let is_rest = |marks: &[u8]| rest.bytes().all(|b| b.is_ascii_digit() || marks.contains(&b));
    if civil.year() == 9999 && is_rest(b"Zz+-:.") {
        // A year that means "never" can be later than the latest timestamp.
        return Some(Timestamp::MAX);
    }
    // Without a zone.
    if is_rest(b".") { format!("{text}Z").parse().ok() } else { None }
}

/// The zones of Java's `Date` are abbreviations, most of which are ambiguous.
fn utc_as_z(zone: &str) -> &str {
    if matches!(zone, "UTC" | "GMT") { "Z" } else { zone }
}

fn java_date(year: &str, month: &str, day: &str, time: &str, zone: &str) -> Option<String> {
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|name| name.eq_ignore_ascii_case(month))? + 1;
    Some(format!("{year}-{month:02}-{day:0>2}T{time}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_format_of_times() {
        let utc = |text: &str| -> Timestamp { text.parse().unwrap() };
        for (text, time) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
            ("2026-01-02t03:04:05z", "2026-01-02T03:04:05Z"),
            ("2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05+0000", "2026-01-02T03:04:05Z"),
            ("2026-01-02T03:04:05.123Z", "2026-01-02T03:04:05.123Z"),
            ("2023-04-06T23:43:12-0700", "2023-04-07T06:43:12Z"),
            ("2023-04-06T23:43:12.5-0700", "2023-04-07T06:43:12.5Z"),
            ("2023-04-06T23:43:12+0530", "2023-04-06T18:13:12Z"),
            ("2025-03-27 11:07:49.129", "2025-03-27T11:07:49.129Z"),
            ("2025-03-27 11:07:49", "2025-03-27T11:07:49Z"),
            ("2025-03-27 11:07:49.123456", "2025-03-27T11:07:49.123456Z"),
            ("2025-03-27T11:07:49.129", "2025-03-27T11:07:49.129Z"),
            ("2025-03-27T11:07:49", "2025-03-27T11:07:49Z"),
            ("2025-03-27 11:07:49.129Z", "2025-03-27T11:07:49.129Z"),
            ("2025-03-27 11:07:49.129 UTC", "2025-03-27T11:07:49.129Z"),
            ("2025-03-27 11:07:49 +0100", "2025-03-27T10:07:49Z"),
            ("Tue Apr 01 06:31:47 UTC 2025", "2025-04-01T06:31:47Z"),
            ("Tue Apr 1 06:31:47 UTC 2025", "2025-04-01T06:31:47Z"),
            ("Tue Apr  1 06:31:47 UTC 2025", "2025-04-01T06:31:47Z"),
            ("Thu Feb 29 23:59:59 GMT 2024", "2024-02-29T23:59:59Z"),
            ("Wed dec 31 00:00:00 UTC 2025", "2025-12-31T00:00:00Z"),
            ("Sun Mar 16 06:31:47 -0700 2025", "2025-03-16T13:31:47Z"),
            ("Tue Apr  1 06:31:47 2025", "2025-04-01T06:31:47Z"),
        ] {
            assert_eq!(Timestamp::read(text), Some(utc(time)), "{text}");
        }
        for never in
            ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999+00:00", "9999-12-31T23:59:59"]
        {
            assert_eq!(Timestamp::read(never), Some(Timestamp::MAX), "{never}");
        }
        for invalid in [
            "yesterday",
            "",
            "2019-09-31T08:00:00Z",
            "2019-09-31 08:00:00",
            "2025-03-27",
            "2025-03-27 25:07:49",
            "Tue Apr 31 06:31:47 UTC 2025",
            "Tue Foo 01 06:31:47 UTC 2025",
            // CST is ambiguous: China, Cuba or Chicago.
            "Tue Apr 01 06:31:47 CST 2025",
            "9999-12-31T23:59:59 at most",
            "9999-12-32T23:59:59Z",
            "10000-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::read(invalid), None, "{invalid}");
        }
        assert_eq!(utc("2026-01-02T03:04:05.9Z").write(), "2026-01-02T03:04:05Z");
    }
}
