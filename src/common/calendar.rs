//! Days of the week and of the month, in schedules and freshness policies.

use crate::xml::{Text, is_same_word, string_enum};

string_enum! {
    /// A day of the week.
    pub enum WeekDay {
        /// Sunday.
        Sunday = "Sunday",
        /// Monday.
        Monday = "Monday",
        /// Tuesday.
        Tuesday = "Tuesday",
        /// Wednesday.
        Wednesday = "Wednesday",
        /// Thursday.
        Thursday = "Thursday",
        /// Friday.
        Friday = "Friday",
        /// Saturday.
        Saturday = "Saturday",
    }
}

/// A day of the month.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MonthDay {
    /// The day of this number, from 1 to 31.
    Day(u8),
    /// The last day of the month.
    Last,
    /// A value that this release does not know, exactly as the server sent it.
    Unknown(String),
}

impl Text for MonthDay {
    fn blank() -> MonthDay {
        MonthDay::Unknown(String::new())
    }

    fn read(text: &str) -> Option<MonthDay> {
        let number = text.parse().ok().filter(|number| (1..=31).contains(number));
        Some(match number {
            Some(number) => MonthDay::Day(number),
            None if is_same_word(text, "LastDay") => MonthDay::Last,
            None if text.is_empty() => return None,
            None => MonthDay::Unknown(text.to_owned()),
        })
    }

    fn write(&self) -> String {
        match self {
            MonthDay::Day(number) => number.to_string(),
            MonthDay::Last => "LastDay".to_owned(),
            MonthDay::Unknown(text) => text.clone(),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for MonthDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.write())
    }
}
