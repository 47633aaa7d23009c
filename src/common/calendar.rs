//! Days of the week and of the month, in schedules and freshness policies.

use crate::xml::{Text, known_word, string_enum};

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
    /// The last day of the month, or the last occurrence of a weekday in it.
    Last,
    /// The first occurrence of a weekday in the month (Tableau Cloud).
    First,
    /// The second occurrence of a weekday in the month (Tableau Cloud).
    Second,
    /// The third occurrence of a weekday in the month (Tableau Cloud).
    Third,
    /// The fourth occurrence of a weekday in the month (Tableau Cloud).
    Fourth,
    /// The fifth occurrence of a weekday in the month (Tableau Cloud).
    Fifth,
    /// A value that this release does not know, exactly as the server sent it.
    Unknown(String),
}

impl MonthDay {
    const WORDS: [(&'static str, MonthDay); 6] = [
        ("LastDay", MonthDay::Last),
        ("First", MonthDay::First),
        ("Second", MonthDay::Second),
        ("Third", MonthDay::Third),
        ("Fourth", MonthDay::Fourth),
        ("Fifth", MonthDay::Fifth),
    ];
}

impl Text for MonthDay {
    #[inline]
    fn blank() -> MonthDay {
        MonthDay::Unknown(String::new())
    }

    #[inline]
    fn read(text: &str) -> Option<MonthDay> {
        if let Some(number) = text.parse().ok().filter(|number| (1..=31).contains(number)) {
            return Some(MonthDay::Day(number));
        }
        let unknown = || (!text.is_empty()).then(|| MonthDay::Unknown(text.to_owned()));
        known_word(&MonthDay::WORDS, text).cloned().or_else(unknown)
    }

    #[inline]
    fn write(&self) -> String {
        match self {
            MonthDay::Day(number) => number.to_string(),
            MonthDay::Unknown(text) => text.clone(),
            named => {
                let word = MonthDay::WORDS.iter().find(|(_, day)| day == named);
                word.map(|(word, _)| (*word).to_owned()).unwrap_or_default()
            }
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for MonthDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.write())
    }
}
