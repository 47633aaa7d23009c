//! [`Text`]: values of attributes and texts, and their spelling.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use crate::secret::Secret;

/// A value with one spelling on the wire.
pub(crate) trait Text: Sized {
    /// Whether an element that lacks the value is an error.
    const REQUIRED: bool = true;

    /// The initial value of a field.
    fn blank() -> Self;

    /// `None` if the text is not a valid value.
    fn read(text: &str) -> Option<Self>;

    fn write(&self) -> String;
}

/// A missing text is empty.
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
        text.parse().ok().or_else(|| {
            // Some servers write "never" as a time that is a day beyond the range of timestamps.
            let (civil, rest) = text.split_at_checked(19)?;
            let civil: DateTime = civil.parse().ok()?;
            let is_zone = rest.bytes().all(|b| b.is_ascii_digit() || b"Z+-:.".contains(&b));
            (civil.year() == 9999 && is_zone && !rest.is_empty()).then_some(Timestamp::MAX)
        })
    }

    /// In UTC and whole seconds, the only form that every endpoint accepts.
    fn write(&self) -> String {
        self.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_times_with_fractions_and_offsets() {
        let second: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        for text in
            ["2026-01-02T03:04:05Z", "2026-01-02T05:04:05+02:00", "2026-01-02T03:04:05+0000"]
        {
            assert_eq!(Timestamp::read(text), Some(second), "{text}");
        }
        assert_eq!(
            Timestamp::read("2026-01-02T03:04:05.123Z").unwrap().as_millisecond(),
            second.as_millisecond() + 123
        );
        for never in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999+00:00"] {
            assert_eq!(Timestamp::read(never), Some(Timestamp::MAX));
        }
        for none in [
            "yesterday",
            "9999-12-31T23:59:59",
            "9999-12-31T23:59:59 at most",
            "9999-12-32T23:59:59Z",
            "10000-01-01T00:00:00Z",
        ] {
            assert_eq!(Timestamp::read(none), None, "{none}");
        }
        assert_eq!(second.write(), "2026-01-02T03:04:05Z");
    }
}
