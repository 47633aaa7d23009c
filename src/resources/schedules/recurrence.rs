//! When a schedule runs: [`RunTimes`], as in the REST API, and [`Recurrence`] for Tableau Server.

use jiff::civil::Time;

use crate::common::{MonthDay, WeekDay};
use crate::xml::{Contradicts, Element, FieldValue, Out, ToXml, WriteField, element, string_enum};
use crate::{Error, Result};

element! {
    /// The times at which a schedule runs, in the time zone of the server or the site.
    pub struct RunTimes = "frequencyDetails";
    {
        /// The time of the first run on a day.
        start: Option<Time> = attr("start");
        /// The time after which there is no further run on that day.
        end: Option<Time> = attr("end");
        /// The details of the frequency, such as the hours between two runs, or the days.
        intervals: Vec<Interval> = list("intervals", "interval");
    }
}

element! {
    /// A detail of the times at which a schedule runs. Either one field is set, or `month_day` and
    /// `week_day` together, such as the third Thursday.
    pub struct Interval = "interval";
    {
        /// The number of hours between two runs.
        hours: Option<u8> = attr("hours");
        /// The number of minutes between two runs.
        minutes: Option<u8> = attr("minutes");
        /// A day of the week.
        week_day: Option<WeekDay> = either("weekDay", "Weekday");
        /// A day of the month.
        month_day: Option<MonthDay> = attr("monthDay");
    }
}

impl RunTimes {
    /// Run times with these intervals.
    pub fn new(
        start: Time,
        end: Option<Time>,
        intervals: impl IntoIterator<Item = Interval>,
    ) -> RunTimes {
        RunTimes { start: Some(start), end, intervals: intervals.into_iter().collect() }
    }

    /// Whether there is a start, an end if there are several runs a day, and a value in each interval.
    /// Values that could not be read are missing.
    #[inline]
    pub(super) fn is_complete(&self) -> bool {
        let repeats = |interval: &Interval| {
            interval.minutes.is_some() || interval.hours.is_some_and(|hours| hours < 24)
        };
        let mut intervals = self.intervals.iter();
        self.start.is_some()
            && (self.end.is_some() || !self.intervals.iter().any(repeats))
            && intervals.all(|interval| interval.parts() != (None, None, None, None))
    }
}

impl Interval {
    /// A number of hours between two runs.
    #[inline]
    pub fn hours(hours: u8) -> Interval {
        Interval { hours: Some(hours), ..Interval::blank() }
    }

    /// A number of minutes between two runs.
    #[inline]
    pub fn minutes(minutes: u8) -> Interval {
        Interval { minutes: Some(minutes), ..Interval::blank() }
    }

    /// On a day of the week.
    #[inline]
    pub fn week_day(day: WeekDay) -> Interval {
        Interval { week_day: Some(day), ..Interval::blank() }
    }

    /// On a day of the month.
    #[inline]
    pub fn month_day(day: MonthDay) -> Interval {
        Interval { month_day: Some(day), ..Interval::blank() }
    }

    /// On the first, second, … or last of a day of the week in each month.
    #[inline]
    pub fn nth_week_day(which: MonthDay, day: WeekDay) -> Interval {
        Interval { month_day: Some(which), week_day: Some(day), ..Interval::blank() }
    }

    /// The parts that are set.
    #[inline]
    pub(super) fn parts(&self) -> Parts<'_> {
        (self.hours, self.minutes, self.week_day.as_ref(), self.month_day.as_ref())
    }
}

/// The parts of an interval: hours, minutes, day of the week, day of the month.
pub(super) type Parts<'a> = (Option<u8>, Option<u8>, Option<&'a WeekDay>, Option<&'a MonthDay>);

/// How often a schedule of Tableau Server runs, and when. Schedules that the server would refuse
/// cannot be created.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    pub(super) frequency: Frequency,
    pub(super) times: RunTimes,
}

/// How often an hourly schedule of Tableau Server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Every {
    /// Every 15 minutes.
    QuarterHour,
    /// Every 30 minutes.
    HalfHour,
    /// Every hour.
    Hour,
    /// Every 2 hours.
    TwoHours,
    /// Every 4 hours.
    FourHours,
    /// Every 6 hours.
    SixHours,
    /// Every 8 hours.
    EightHours,
    /// Every 12 hours.
    TwelveHours,
}

impl Recurrence {
    /// Creates a recurrence from a frequency and run times as in the REST API, for code that converts
    /// schedules.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Server refuses such a schedule. Tableau
    /// Server ignores the intervals of a daily schedule.
    #[inline]
    pub fn new(frequency: Frequency, times: RunTimes) -> Result<Recurrence> {
        use Frequency::{Daily, Hourly, Monthly, Weekly};
        let parts: Vec<_> = times.intervals.iter().map(Interval::parts).collect();
        let problem = match (&frequency, &parts[..]) {
            _ if times.start.is_none() => "the start is missing",
            (Hourly, _) if times.end.is_none() => "an hourly schedule needs an end",
            (Hourly, [(Some(1 | 2 | 4 | 6 | 8 | 12), None, None, None)])
            | (Hourly, [(None, Some(15 | 30), None, None)])
            | (Daily, _) => "",
            (Hourly, _) => {
                "an hourly schedule must run every 15 or 30 minutes, or every 1, 2, 4, 6, 8 or 12 hours"
            }
            (Weekly, days) if is_week_days(days) => "",
            (Weekly, _) => "a weekly schedule needs one or more different days of the week",
            (Monthly, [(None, None, None, Some(MonthDay::Day(1..=31) | MonthDay::Last))]) => "",
            (Monthly, _) => {
                "a monthly schedule needs one day from 1 to 31, or the last day of the month"
            }
            (Frequency::Unknown(_), _) => "the frequency is unknown",
        };
        match problem {
            "" => Ok(Recurrence { frequency, times }),
            problem => Err(invalid("Server", problem)),
        }
    }

    #[inline]
    fn of(frequency: Frequency, start: Time, intervals: Vec<Interval>) -> Recurrence {
        Recurrence { frequency, times: RunTimes::new(start, None, intervals) }
    }

    /// Runs several times a day, from `start` until `end`.
    #[inline]
    pub fn hourly(start: Time, end: Time, every: Every) -> Recurrence {
        let interval = match every {
            Every::QuarterHour => Interval::minutes(15),
            Every::HalfHour => Interval::minutes(30),
            Every::Hour => Interval::hours(1),
            Every::TwoHours => Interval::hours(2),
            Every::FourHours => Interval::hours(4),
            Every::SixHours => Interval::hours(6),
            Every::EightHours => Interval::hours(8),
            Every::TwelveHours => Interval::hours(12),
        };
        let times = RunTimes::new(start, Some(end), [interval]);
        Recurrence { frequency: Frequency::Hourly, times }
    }

    /// Runs once a day.
    #[inline]
    pub fn daily(start: Time) -> Recurrence {
        Recurrence::of(Frequency::Daily, start, Vec::new())
    }

    /// Runs on these days of the week.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if there are no days, or a day is unknown.
    pub fn weekly(start: Time, days: impl IntoIterator<Item = WeekDay>) -> Result<Recurrence> {
        let days = days.into_iter().map(Interval::week_day);
        Recurrence::new(Frequency::Weekly, RunTimes::new(start, None, days))
    }

    /// Runs on one day of each month.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if the day is neither from 1 to 31 nor the last.
    #[inline]
    pub fn monthly(start: Time, day: MonthDay) -> Result<Recurrence> {
        Recurrence::new(Frequency::Monthly, RunTimes::new(start, None, [Interval::month_day(day)]))
    }
}

/// Whether the intervals are one or more different days of the week.
#[inline]
pub(super) fn is_week_days(parts: &[Parts<'_>]) -> bool {
    let is_day = |at: usize| match parts[at] {
        (None, None, Some(WeekDay::Unknown(_)), None) => false,
        (None, None, Some(day), None) => {
            parts[..at].iter().all(|(.., other, _)| *other != Some(day))
        }
        _ => false,
    };
    !parts.is_empty() && (0..parts.len()).all(is_day)
}

#[inline]
pub(super) fn invalid(product: &str, problem: &str) -> Error {
    Error::input(format!("Tableau {product} does not accept the schedule: {problem}"))
}

impl ToXml for RunTimes {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("frequencyDetails", |out| {
            for (name, time) in [("start", &self.start), ("end", &self.end)] {
                if let Some(time) = time {
                    out.attr(name, time);
                }
            }
            if !self.intervals.is_empty() {
                out.element("intervals", |out| {
                    self.intervals.iter().for_each(|interval| interval.to_xml(out));
                });
            }
        });
    }
}

impl ToXml for Interval {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("interval", |out| {
            for (name, number) in [("hours", self.hours), ("minutes", self.minutes)] {
                if let Some(number) = number {
                    out.attr(name, &number);
                }
            }
            if let Some(day) = &self.week_day {
                out.attr("weekDay", day);
            }
            if let Some(day) = &self.month_day {
                out.attr("monthDay", day);
            }
        });
    }
}

impl WriteField for RunTimes {
    #[inline]
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Element(self)
    }
}

/// Never a contradiction: the server adds details to the times, so they cannot be compared.
impl Contradicts<RunTimes> for Option<RunTimes> {
    #[inline]
    fn contradicts(&self, _: &RunTimes) -> bool {
        false
    }
}

string_enum! {
    /// How often a schedule runs.
    pub enum Frequency {
        /// Several times a day.
        Hourly = "Hourly",
        /// Once a day.
        Daily = "Daily",
        /// On some days of the week.
        Weekly = "Weekly",
        /// On some days of the month.
        Monthly = "Monthly",
    }
}
