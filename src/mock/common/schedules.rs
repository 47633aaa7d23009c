//! The rules of Tableau Server and of Tableau Cloud for the times of schedules.

use super::run_times;
use crate::mock::prelude::*;

/// Whether Tableau Server accepts a schedule of that frequency.
pub(in crate::mock) fn is_accepted(frequency: &str, details: &Element) -> bool {
    let empty = Vec::new();
    let intervals = details.child("intervals").map_or(&empty, |intervals| &intervals.children);
    // The attributes of an interval, sorted by name.
    let parts: Vec<Vec<(&str, &str)>> = intervals
        .iter()
        .map(|interval| {
            let mut parts: Vec<_> =
                interval.attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
            parts.sort_unstable();
            parts
        })
        .collect();
    let parts: Vec<&[(&str, &str)]> = parts.iter().map(Vec::as_slice).collect();
    const DAYS: &str = "sunday monday tuesday wednesday thursday friday saturday";
    match (frequency, &parts[..]) {
        ("Hourly", [[("hours", hours)]]) => {
            details.attr("end").is_some() && contains("1 2 4 6 8 12", hours)
        }
        ("Hourly", [[("minutes", minutes)]]) => {
            details.attr("end").is_some() && contains("15 30", minutes)
        }
        // Intervals are ignored.
        ("Daily", _) => true,
        ("Weekly", [_, ..]) => parts.iter().enumerate().all(|(at, part)| match part {
            [("weekDay", day)] => {
                contains(DAYS, &day.to_lowercase()) && !parts[..at].contains(part)
            }
            _ => false,
        }),
        ("Monthly", [[("monthDay", day)]]) => {
            let is_number = day.parse().is_ok_and(|day: u8| (1..=31).contains(&day));
            is_number || day.eq_ignore_ascii_case("LastDay")
        }
        _ => false,
    }
}

/// How tasks and subscriptions refer to a schedule.
pub(in crate::mock) fn reference(schedule: &Record, now: Timestamp) -> Element {
    let next = next_run(schedule, now).map(written);
    ["name", "state", "priority", "type", "frequency"]
        .into_iter()
        .fold(Element::reference("schedule", &schedule.id), |element, name| {
            element.with(name, schedule.attr(name))
        })
        .with_opt("nextRunAt", next)
}

/// A schedule of the server with the details of its frequency.
pub(in crate::mock) fn detailed(schedule: &Record) -> Element {
    Element::reference("schedule", &schedule.id)
        .with("frequency", schedule.attr("frequency"))
        .containing(schedule.child("frequencyDetails").cloned())
}

/// When a schedule of the server runs next; `None` if it is suspended.
pub(in crate::mock) fn next_run(schedule: &Record, now: Timestamp) -> Option<Timestamp> {
    let is_active = schedule.attr("state") == "Active";
    is_active.then(|| run_times::next(&detailed(schedule), now)).flatten()
}

/// Rejects a schedule of a task or a subscription that Tableau Cloud does not accept.
pub(in crate::mock) fn check_inline(schedule: &Element) -> Result<()> {
    let invalid = |detail: &str| Err(ApiError::bad("409004", detail));
    let frequency = schedule.need("frequency")?.to_lowercase();
    let details = schedule.need_child("frequencyDetails")?;
    let minutes = |name: &str| details.attr(name).map(|time| minute_of_day(time, name)).transpose();
    let Some(start) = minutes("start")? else { return invalid("The start is missing.") };
    let end = minutes("end")?;
    if end.is_some_and(|end| (end - start) % 60 != 0) {
        return invalid("The end is not a number of hours after the start.");
    }
    let (mut hours, mut days, mut month_days) = (Vec::new(), Vec::new(), Vec::new());
    for interval in details.child("intervals").into_iter().flat_map(|all| &all.children) {
        let week_day = interval.attr("weekDay");
        match (interval.attr("hours"), interval.attr("minutes"), interval.attr("monthDay")) {
            (Some(number), None, None) if week_day.is_none() => hours.push(number),
            (None, Some("60"), None) if frequency == "hourly" && week_day.is_none() => {
                hours.push("1")
            }
            (None, None, Some(day)) => month_days.push((day.to_lowercase(), week_day)),
            (None, None, None) if week_day.is_some() => days.push(week_day.unwrap_or_default()),
            _ => return invalid("An interval has the wrong attributes."),
        }
    }
    const DAYS: &str = "sunday monday tuesday wednesday thursday friday saturday";
    let are_days = days.iter().all(|day| contains(DAYS, &day.to_lowercase()));
    let repeats = |at: usize| days[..at].iter().any(|day| day.eq_ignore_ascii_case(days[at]));
    if !are_days || (0..days.len()).any(repeats) {
        return invalid("A day of the week is invalid or occurs twice.");
    }
    let number = |day: &str| day.parse().is_ok_and(|day: u8| (1..=31).contains(&day));
    let is_valid = match &*frequency {
        "hourly" => hours == ["1"] && !days.is_empty() && month_days.is_empty() && end.is_some(),
        "daily" => {
            let is_once = hours == ["24"];
            let is_several = hours.len() == 1 && contains("2 4 6 8 12", hours[0]);
            month_days.is_empty() && (is_once || (is_several && end.is_some()))
        }
        "weekly" => hours.is_empty() && month_days.is_empty() && days.len() == 1,
        "monthly" if hours.is_empty() && days.is_empty() => match &month_days[..] {
            [] => false,
            [(day, None)] if day == "lastday" => true,
            [(which, Some(day))] => {
                contains(DAYS, &day.to_lowercase())
                    && contains("first second third fourth fifth lastday", which)
            }
            all => (0..all.len()).all(|at| {
                let (day, week_day) = &all[at];
                let is_new = all[..at].iter().all(|(other, _)| other != day);
                number(day) && week_day.is_none() && is_new
            }),
        },
        _ => false,
    };
    match is_valid {
        true => Ok(()),
        false => invalid("The intervals do not fit the frequency."),
    }
}

/// The minute of the day of a time such as `08:30:00`, in steps of five minutes.
fn minute_of_day(time: &str, name: &str) -> Result<i64> {
    let wrong = || ApiError::bad("409004", format!("'{time}' is not a valid {name}."));
    let time: jiff::civil::Time = time.parse().map_err(|_| wrong())?;
    if time.minute() % 5 != 0 || time.second() != 0 || time.subsec_nanosecond() != 0 {
        return Err(wrong());
    }
    Ok(i64::from(time.hour()) * 60 + i64::from(time.minute()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Time, time};
    use proptest::prelude::*;

    use super::*;
    use crate::schedules::{
        Frequency, InlineSchedule, Interval, MonthDay, Recurrence, RunTimes, WeekDay,
    };
    use crate::xml::{FromXml as _, Node, Out, Reports, ToXml as _, parse};

    fn intervals() -> impl Strategy<Value = Interval> {
        let week_days = [WeekDay::Monday, WeekDay::Friday, WeekDay::Sunday];
        let days = [
            MonthDay::Day(1),
            MonthDay::Day(15),
            MonthDay::Day(31),
            MonthDay::Last,
            MonthDay::First,
            MonthDay::Third,
            MonthDay::Fifth,
        ];
        let week_day = proptest::sample::select(week_days.to_vec());
        let month_day = proptest::sample::select(days.to_vec());
        let hours = proptest::sample::select(vec![1, 2, 3, 4, 6, 8, 12, 24, 25]);
        prop_oneof![
            hours.prop_map(Interval::hours),
            proptest::sample::select(vec![15, 20, 30, 60]).prop_map(Interval::minutes),
            week_day.clone().prop_map(Interval::week_day),
            month_day.clone().prop_map(Interval::month_day),
            (month_day, week_day).prop_map(|(which, day)| Interval::nth_week_day(which, day)),
        ]
    }

    fn times() -> impl Strategy<Value = Time> {
        let minutes = proptest::sample::select(vec![0, 0, 0, 30, 5, 7]);
        (0_i8..24, minutes).prop_map(|(hour, minute)| time(hour, minute, 0, 0))
    }

    fn frequencies() -> impl Strategy<Value = Frequency> {
        let all = [Frequency::Hourly, Frequency::Daily, Frequency::Weekly, Frequency::Monthly];
        proptest::sample::select(all.to_vec())
    }

    /// The element of a schedule as the mock server reads it.
    fn element(frequency: &Frequency, times: &RunTimes) -> Element {
        let mut out = Out::new();
        out.element("tsRequest", |out| {
            out.element("schedule", |out| {
                out.attr("frequency", frequency);
                times.to_xml(out);
            });
        });
        let body = crate::mock::body::read(None, out.finish().unwrap().as_bytes()).unwrap();
        body.child("schedule").unwrap().clone()
    }

    fn read_back(times: &RunTimes) -> RunTimes {
        let mut out = Out::new();
        out.element("tsResponse", |out| times.to_xml(out));
        let text = out.finish().unwrap();
        let (document, reports) = (parse(&text).unwrap(), Reports::default());
        let root = Node::root(&document, &reports).unwrap();
        RunTimes::from_xml(root.need("frequencyDetails").unwrap()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn library_and_mock_server_accept_the_same_schedules(
            frequency in frequencies(),
            start in times(),
            end in proptest::option::of(times()),
            intervals in proptest::collection::vec(intervals(), 0..4),
        ) {
            let times = RunTimes::new(start, end, intervals);
            let schedule = element(&frequency, &times);
            let inline = InlineSchedule::new(frequency.clone(), times.clone());
            prop_assert_eq!(inline.is_ok(), check_inline(&schedule).is_ok(), "{:?}", inline);
            let recurrence = Recurrence::new(frequency.clone(), times.clone());
            let accepted = is_accepted(frequency.as_str(), schedule.child("frequencyDetails").unwrap());
            prop_assert_eq!(recurrence.is_ok(), accepted, "{:?}", recurrence);
            prop_assert_eq!(read_back(&times), times);
        }
    }

    #[test]
    fn generator_creates_schedules_of_both_kinds() {
        let (start, end) = (time(8, 0, 0, 0), time(18, 0, 0, 0));
        let monday = || [WeekDay::Monday];
        let inline = [
            InlineSchedule::hourly(start, end, monday()),
            InlineSchedule::daily(start, []),
            InlineSchedule::weekly(start, WeekDay::Monday),
            InlineSchedule::monthly(start, [1, 15]),
            InlineSchedule::last_day_of_month(start),
            InlineSchedule::monthly_on(start, MonthDay::Third, WeekDay::Friday),
        ];
        assert!(inline.iter().all(Result::is_ok), "{inline:?}");
        let wrong = [
            InlineSchedule::hourly(start, time(18, 30, 0, 0), monday()),
            InlineSchedule::hourly(start, end, []),
            InlineSchedule::daily(time(8, 3, 0, 0), []),
            InlineSchedule::monthly(start, [0]),
            InlineSchedule::monthly(start, []),
            InlineSchedule::monthly_on(start, MonthDay::Day(3), WeekDay::Friday),
        ];
        for wrong in wrong {
            assert_eq!(wrong.unwrap_err().kind(), crate::ErrorKind::Input);
        }
        Recurrence::weekly(start, monday()).unwrap();
        assert_eq!(
            Recurrence::monthly(start, MonthDay::First).unwrap_err().kind(),
            crate::ErrorKind::Input
        );
    }
}
