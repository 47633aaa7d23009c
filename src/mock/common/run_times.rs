//! When schedules run. The time zone of the mock server is UTC.

use jiff::SignedDuration;
use jiff::civil::{Date, Time as TimeOfDay};
use jiff::tz::Offset;

use crate::mock::prelude::*;

/// The maximum number of runs of one schedule that a single move of the clock starts.
const MOST_RUNS: usize = 1000;

/// The number of days without a run after which a schedule is assumed to have no further run.
const DAYS_AHEAD: usize = 400;

/// The first time after `now` at which a schedule runs.
pub(in crate::mock) fn next(schedule: &Element, now: Timestamp) -> Option<Timestamp> {
    let days = |date: &Date| date.tomorrow().ok();
    // Runs that belong to yesterday can start after midnight.
    let dates = std::iter::successors(date_of(now).yesterday().ok(), days).take(DAYS_AHEAD);
    dates.flat_map(|date| times_on(schedule, date)).filter(|time| *time > now).min()
}

/// The times after `after`, up to `until`, at which a schedule ran: the latest 1000 of them.
pub(in crate::mock) fn between(
    schedule: &Element,
    after: Timestamp,
    until: Timestamp,
) -> Vec<Timestamp> {
    let first = date_of(after).yesterday().unwrap_or(Date::MIN);
    let mut date = date_of(until);
    let mut times = Vec::new();
    while date >= first && times.len() < MOST_RUNS {
        let of_date = times_on(schedule, date).into_iter().rev();
        times.extend(of_date.filter(|time| (after < *time) && (*time <= until)));
        let Ok(before) = date.yesterday() else { break };
        date = before;
    }
    times.sort_unstable();
    times.split_off(times.len().saturating_sub(MOST_RUNS))
}

/// The schedule with the time of its next run.
pub(in crate::mock) fn with_next(mut schedule: Element, now: Timestamp) -> Element {
    schedule.attributes.retain(|(name, _)| name != "nextRunAt");
    let next = next(&schedule, now).map(written);
    schedule.with_opt("nextRunAt", next)
}

fn date_of(time: Timestamp) -> Date {
    Offset::UTC.to_datetime(time).date()
}

/// The times of the runs that belong to a day.
fn times_on(schedule: &Element, date: Date) -> Vec<Timestamp> {
    let Some(details) = schedule.child("frequencyDetails") else { return Vec::new() };
    let minute = |name: &str| {
        let time: TimeOfDay = details.attr(name)?.parse().ok()?;
        Some(i64::from(time.hour()) * 60 + i64::from(time.minute()))
    };
    let Some(start) = minute("start") else { return Vec::new() };
    let frequency = schedule.attr("frequency").unwrap_or_default().to_lowercase();
    // Tableau Server ignores the intervals of its daily schedules.
    let has_intervals = !(frequency == "daily" && schedule.attr("id").is_some());
    let intervals = details.child("intervals").filter(|_| has_intervals);
    let intervals: Vec<&Element> = intervals.into_iter().flat_map(|all| &all.children).collect();
    if !runs_on(&frequency, &intervals, date) {
        return Vec::new();
    }
    let number = |interval: &Element, name: &str| interval.attr(name)?.parse::<i64>().ok();
    let step = intervals.iter().find_map(|interval| {
        number(interval, "hours").map(|hours| hours * 60).or_else(|| number(interval, "minutes"))
    });
    let step = step.and_then(|step| usize::try_from(step).ok()).filter(|step| *step > 0);
    let end = minute("end").filter(|_| step.is_some()).unwrap_or(start);
    // An end before the start is on the next day.
    let end = if end < start { end + 24 * 60 } else { end };
    let midnight = Offset::UTC.to_timestamp(date.to_datetime(TimeOfDay::midnight()));
    let Ok(midnight) = midnight else { return Vec::new() };
    let minutes = (start..=end).step_by(step.unwrap_or(usize::MAX));
    minutes.filter_map(|at| midnight.checked_add(SignedDuration::from_mins(at)).ok()).collect()
}

fn runs_on(frequency: &str, intervals: &[&Element], date: Date) -> bool {
    if frequency == "monthly" {
        return intervals.iter().any(|interval| is_month_day(interval, date));
    }
    let mut days = intervals.iter().filter_map(|interval| interval.attr("weekDay")).peekable();
    days.peek().is_none() || days.any(|day| is_week_day(day, date))
}

fn is_week_day(name: &str, date: Date) -> bool {
    format!("{:?}", date.weekday()).eq_ignore_ascii_case(name)
}

/// Whether an interval such as the 15th, the last day or the second Friday of a month is that date.
fn is_month_day(interval: &Element, date: Date) -> bool {
    let day = interval.attr("monthDay").unwrap_or_default().to_lowercase();
    let (of_month, days) = (date.day(), date.days_in_month());
    match interval.attr("weekDay") {
        None if day == "lastday" => of_month == days,
        None => day.parse() == Ok(of_month),
        Some(name) if !is_week_day(name, date) => false,
        Some(_) if day == "lastday" => of_month + 7 > days,
        Some(_) => {
            let week = usize::try_from((of_month - 1) / 7).unwrap_or_default();
            ["first", "second", "third", "fourth", "fifth"].get(week) == Some(&&*day)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(
        frequency: &str,
        start: &str,
        end: &str,
        intervals: &[&[(&'static str, &str)]],
    ) -> Element {
        let intervals = intervals.iter().map(|attributes| {
            let all = attributes.iter();
            all.fold(Element::new("interval"), |interval, (name, value)| {
                interval.with(*name, value)
            })
        });
        let details = Element::new("frequencyDetails")
            .with("start", start)
            .with_opt("end", Some(end).filter(|end| !end.is_empty()))
            .containing([Element::list("intervals", intervals)]);
        Element::new("schedule").with("frequency", frequency).containing([details])
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn finds_the_next_run_of_each_frequency() {
        // 10 March 2026 is a Tuesday.
        let now = at("2026-03-10T12:00:00Z");
        let hourly: &[&[_]] = &[&[("hours", "1")], &[("weekDay", "Tuesday")]];
        let days: &[&[_]] = &[&[("monthDay", "3")], &[("monthDay", "15")]];
        for (frequency, start, end, intervals, next_run) in [
            ("Hourly", "08:30:00", "17:30:00", hourly, "2026-03-10T12:30:00Z"),
            ("Hourly", "08:00:00", "12:00:00", hourly, "2026-03-17T08:00:00Z"),
            ("Daily", "11:00:00", "", &[&[("hours", "24")]], "2026-03-11T11:00:00Z"),
            ("Daily", "22:00:00", "02:00:00", &[&[("hours", "2")]], "2026-03-10T22:00:00Z"),
            ("Weekly", "09:00:00", "", &[&[("weekDay", "Monday")]], "2026-03-16T09:00:00Z"),
            ("Monthly", "09:00:00", "", days, "2026-03-15T09:00:00Z"),
            ("Monthly", "09:00:00", "", &[&[("monthDay", "LastDay")]], "2026-03-31T09:00:00Z"),
            (
                "Monthly",
                "09:00:00",
                "",
                &[&[("monthDay", "Second"), ("weekDay", "Friday")]],
                "2026-03-13T09:00:00Z",
            ),
            (
                "Monthly",
                "09:00:00",
                "",
                &[&[("monthDay", "LastDay"), ("weekDay", "Monday")]],
                "2026-03-30T09:00:00Z",
            ),
            (
                "Monthly",
                "09:00:00",
                "",
                &[&[("monthDay", "Fifth"), ("weekDay", "Friday")]],
                "2026-05-29T09:00:00Z",
            ),
        ] {
            let schedule = schedule(frequency, start, end, intervals);
            assert_eq!(next(&schedule, now), Some(at(next_run)), "{frequency} {intervals:?}");
        }
    }

    #[test]
    fn lists_the_runs_between_two_times() {
        let overnight = schedule("Daily", "22:00:00", "02:00:00", &[&[("hours", "2")]]);
        let runs = between(&overnight, at("2026-03-10T22:00:00Z"), at("2026-03-11T02:00:00Z"));
        assert_eq!(runs, [at("2026-03-11T00:00:00Z"), at("2026-03-11T02:00:00Z")]);
        let all = between(&overnight, Timestamp::MIN, Timestamp::MAX);
        assert_eq!(all.len(), MOST_RUNS);
        assert!(all.is_sorted());
    }

    #[test]
    fn daily_schedules_of_the_server_run_once_a_day() {
        let mut daily = schedule("Daily", "04:00:00", "08:00:00", &[&[("hours", "2")]]);
        let (after, until) = (at("2026-03-10T00:00:00Z"), at("2026-03-11T00:00:00Z"));
        assert_eq!(between(&daily, after, until).len(), 3);
        daily = daily.with("id", "s");
        assert_eq!(between(&daily, after, until), [at("2026-03-10T04:00:00Z")]);
    }
}
