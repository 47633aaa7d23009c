//! The schedule of a single task or subscription.

use jiff::Timestamp;
use jiff::civil::Time;

use super::recurrence::{Frequency, Interval, Parts, RunTimes, invalid, is_week_days};
use super::{ScheduleState, ScheduleType};
use crate::Result;
use crate::common::{MonthDay, WeekDay};
use crate::ids::ScheduleId;
use crate::xml::{Contradicts, FieldValue, Out, ToXml, WriteField, element};

element! {
    /// The schedule of a task or a subscription. On Tableau Server it is one of the server's
    /// schedules, with an id and a name. On Tableau Cloud it belongs to the item.
    pub struct ItemSchedule = "schedule";
    {
        /// The schedule's id. Tableau Server.
        id: Option<ScheduleId> = attr("id");
        /// The schedule's name. Tableau Server.
        name: Option<String> = attr("name");
        /// Whether the schedule is active or suspended. Tableau Server.
        state: Option<ScheduleState> = attr("state");
        /// The priority of its tasks, from 1 to 100; a lower number runs first. Tableau Server.
        priority: Option<u8> = attr("priority");
        /// The kind of tasks that it runs. Tableau Server.
        schedule_type: Option<ScheduleType> = attr("type");
        /// How often it runs.
        frequency: Option<Frequency> = attr("frequency");
        /// The times at which it runs. Tableau Cloud.
        times: Option<RunTimes> = child("frequencyDetails");
        /// When it runs next.
        next_run_at: Option<Timestamp> = attr("nextRunAt");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
    }
}

impl ItemSchedule {
    /// Returns the schedule in the form in which it can be sent, for this or another item. Values that
    /// this release does not know are sent as the server returned them.
    ///
    /// `None` if the server did not return the times (Tableau Server returns them with the schedule
    /// only), or if the start, an interval or the end of several runs a day could not be read.
    #[inline]
    pub fn inline(&self) -> Option<InlineSchedule> {
        let (frequency, times) = (self.frequency.clone()?, self.times.clone()?);
        times.is_complete().then_some(InlineSchedule { frequency, times })
    }
}

/// When a task or a subscription runs on Tableau Cloud. Schedules that Tableau Cloud would refuse
/// cannot be created.
///
/// Times are in the time zone of the site. Their minutes must be multiples of 5, and `end` must be a
/// whole number of hours after `start`.
///
/// ```
/// use tableau_server_client as tsc;
/// use tsc::jiff::civil::time;
/// use tsc::schedules::{InlineSchedule, WeekDay};
///
/// # fn main() -> tsc::Result<()> {
/// let days = [WeekDay::Monday, WeekDay::Friday];
/// let schedule = InlineSchedule::hourly(time(8, 0, 0, 0), time(18, 0, 0, 0), days)?;
/// assert!(InlineSchedule::weekly(time(8, 3, 0, 0), WeekDay::Monday).is_err()); // 8:03
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct InlineSchedule {
    frequency: Frequency,
    times: RunTimes,
}

/// The hours between two runs of a daily schedule on Tableau Cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DailyHours {
    /// 2 hours.
    Two,
    /// 4 hours.
    Four,
    /// 6 hours.
    Six,
    /// 8 hours.
    Eight,
    /// 12 hours.
    Twelve,
}

impl InlineSchedule {
    /// Creates a schedule from a frequency and run times as in the REST API, for code that converts
    /// schedules.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such a schedule.
    #[inline]
    pub fn new(frequency: Frequency, times: RunTimes) -> Result<InlineSchedule> {
        match problem(&frequency, &times) {
            "" => Ok(InlineSchedule { frequency, times }),
            problem => Err(invalid("Cloud", problem)),
        }
    }

    /// Runs every hour from `start` until `end`, on these days of the week.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such times, or if there are no days.
    pub fn hourly(
        start: Time,
        end: Time,
        days: impl IntoIterator<Item = WeekDay>,
    ) -> Result<InlineSchedule> {
        let intervals = [Interval::hours(1)].into_iter().chain(each(days));
        InlineSchedule::new(Frequency::Hourly, RunTimes::new(start, Some(end), intervals))
    }

    /// Runs once a day, on these days of the week. An empty list means all days.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such times.
    pub fn daily(start: Time, days: impl IntoIterator<Item = WeekDay>) -> Result<InlineSchedule> {
        let intervals = [Interval::hours(24)].into_iter().chain(each(days));
        InlineSchedule::new(Frequency::Daily, RunTimes::new(start, None, intervals))
    }

    /// Runs several times a day from `start` until `end`, on these days of the week. An empty list
    /// means all days.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such times.
    pub fn several_times_a_day(
        start: Time,
        end: Time,
        every: DailyHours,
        days: impl IntoIterator<Item = WeekDay>,
    ) -> Result<InlineSchedule> {
        let hours = match every {
            DailyHours::Two => 2,
            DailyHours::Four => 4,
            DailyHours::Six => 6,
            DailyHours::Eight => 8,
            DailyHours::Twelve => 12,
        };
        let intervals = [Interval::hours(hours)].into_iter().chain(each(days));
        InlineSchedule::new(Frequency::Daily, RunTimes::new(start, Some(end), intervals))
    }

    /// Runs on one day of the week.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such a time.
    #[inline]
    pub fn weekly(start: Time, day: WeekDay) -> Result<InlineSchedule> {
        InlineSchedule::new(Frequency::Weekly, RunTimes::new(start, None, each([day])))
    }

    /// Runs on these days of each month, from 1 to 31.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such a time or day, or if
    /// there are no days.
    pub fn monthly(start: Time, days: impl IntoIterator<Item = u8>) -> Result<InlineSchedule> {
        let days = days.into_iter().map(|day| Interval::month_day(MonthDay::Day(day)));
        InlineSchedule::new(Frequency::Monthly, RunTimes::new(start, None, days))
    }

    /// Runs on the last day of each month.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such a time.
    #[inline]
    pub fn last_day_of_month(start: Time) -> Result<InlineSchedule> {
        let last = [Interval::month_day(MonthDay::Last)];
        InlineSchedule::new(Frequency::Monthly, RunTimes::new(start, None, last))
    }

    /// Runs on the first to fifth, or the last, of a day of the week in each month.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if Tableau Cloud refuses such a time, or if `which` is a
    /// number.
    #[inline]
    pub fn monthly_on(start: Time, which: MonthDay, day: WeekDay) -> Result<InlineSchedule> {
        let nth = [Interval::nth_week_day(which, day)];
        InlineSchedule::new(Frequency::Monthly, RunTimes::new(start, None, nth))
    }
}

fn each(days: impl IntoIterator<Item = WeekDay>) -> impl Iterator<Item = Interval> {
    days.into_iter().map(Interval::week_day)
}

/// Why Tableau Cloud would refuse a schedule; empty if it accepts it.
#[inline]
fn problem(frequency: &Frequency, times: &RunTimes) -> &'static str {
    use Frequency::{Daily, Hourly, Monthly, Weekly};
    let Some(start) = times.start else { return "the start is missing" };
    let is_step =
        |time: Time| time.minute() % 5 == 0 && time.second() == 0 && time.subsec_nanosecond() == 0;
    if !is_step(start) || !times.end.is_none_or(is_step) {
        return "the minutes of the start and the end must be multiples of 5, without seconds";
    }
    if times.end.is_some_and(|end| end.minute() != start.minute()) {
        return "the end must be a whole number of hours after the start";
    }
    let parts: Vec<_> = times.intervals.iter().map(Interval::parts).collect();
    let (days, hours): (Vec<_>, Vec<_>) =
        parts.iter().partition(|(hours, minutes, ..)| hours.or(*minutes).is_none());
    let has_days = is_week_days(&days);
    let needs_end = "this schedule needs an end";
    match (frequency, &hours[..]) {
        (Hourly, [(Some(1), None, None, None) | (None, Some(60), None, None)]) if has_days => {
            if times.end.is_none() {
                needs_end
            } else {
                ""
            }
        }
        (Hourly, _) => {
            "an hourly schedule must run every hour, on one or more different days of the week"
        }
        (Daily, _) if !days.is_empty() && !has_days => {
            "the days of a daily schedule must be different days of the week"
        }
        (Daily, [(Some(24), None, None, None)]) => "",
        (Daily, [(Some(2 | 4 | 6 | 8 | 12), None, None, None)]) => {
            if times.end.is_none() {
                needs_end
            } else {
                ""
            }
        }
        (Daily, _) => "a daily schedule must run every 2, 4, 6, 8, 12 or 24 hours",
        (Weekly, []) if has_days && days.len() == 1 => "",
        (Weekly, _) => "a weekly schedule must run on exactly one day of the week",
        (Monthly, []) if is_month_days(&days) => "",
        (Monthly, _) => {
            "a monthly schedule must run on different days from 1 to 31, on the last day, or on the first to fifth or last of a day of the week"
        }
        (Frequency::Unknown(_), _) => "the frequency is unknown",
    }
}

#[inline]
fn is_month_days(parts: &[Parts<'_>]) -> bool {
    use MonthDay::{Day, Fifth, First, Fourth, Last, Second, Third};
    match parts {
        [(.., None, Some(Last))] => true,
        [(.., Some(WeekDay::Unknown(_)), _)] => false,
        [(.., Some(_), Some(First | Second | Third | Fourth | Fifth | Last))] => true,
        [] => false,
        days => days.iter().enumerate().all(|(at, (.., week_day, day))| {
            let is_new = || parts[..at].iter().all(|(.., other)| other != day);
            week_day.is_none() && matches!(day, Some(Day(1..=31))) && is_new()
        }),
    }
}

impl ToXml for InlineSchedule {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("schedule", |out| {
            out.attr("frequency", &self.frequency);
            self.times.to_xml(out);
        });
    }
}

impl WriteField for InlineSchedule {
    #[inline]
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Element(self)
    }
}

/// Never a contradiction: the server adds details to the times, so they cannot be compared.
impl Contradicts<InlineSchedule> for Option<ItemSchedule> {
    #[inline]
    fn contradicts(&self, _: &InlineSchedule) -> bool {
        false
    }
}
