//! Schedules of the server: `schedules`, and `sites/{site}/schedules/{schedule}/workbooks` and the
//! like to add content to them.

use super::{Datasource, Flow, Workbook, tasks};
use crate::mock::prelude::*;

pub(in crate::mock) struct Schedule;

impl Resource for Schedule {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 2, &[List]), (2, 3, &[Create, Update, Delete]), (3, 8, &[Get])],
        attributes: &[
            text("name").required(),
            one_of("state", "Active Suspended").default("Active"),
            number("priority").range(1, 100).required(),
            one_of("type", "Extract Subscription Flow DataAcceleration").required(),
            one_of("frequency", "Hourly Daily Weekly Monthly").required(),
            one_of("executionOrder", "Parallel Serial").default("Parallel"),
        ],
        children: "frequencyDetails",
        filters: &[(Text, "name"), (Time, "createdAt updatedAt")],
        hidden: "frequencyDetails",
        dated: true,
        unique: Some(("name", "409021")),
        create: Role::ServerAdmin,
        change: Role::ServerAdmin,
        ..Schema::new(SCHEDULE, "/schedules", "schedule", "schedules")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Put (3, 27) "/schedules" => update_state;
            Put (2, 8) "schedules/{schedule}/workbooks" => tasks::add_content::<Workbook>;
            Put (2, 8) "schedules/{schedule}/datasources" => tasks::add_content::<Datasource>;
            Put (3, 3) "schedules/{schedule}/flows" => tasks::add_content::<Flow>;
        }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, .. } = change;
        let none = Element::default();
        let details = record.child("frequencyDetails").unwrap_or(&none);
        details.need("start")?;
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
        let is_valid = match (record.attr("frequency"), &parts[..]) {
            ("Hourly", [[("hours", hours)]]) => {
                details.attr("end").is_some() && contains("1 2 4 6 8 12", hours)
            }
            ("Hourly", [[("minutes", minutes)]]) => {
                details.attr("end").is_some() && contains("15 30", minutes)
            }
            ("Daily", []) => true,
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
        };
        if !is_valid {
            let detail = format!("A schedule cannot run '{}' so.", record.attr("frequency"));
            return Err(ApiError::bad("400064", detail));
        }
        Ok(())
    }
}

const SCHEDULE: Kind = Kind::new(0x5c, "404023", "Schedule");

/// How tasks and subscriptions refer to a schedule.
pub(super) fn reference(schedule: &Record) -> Element {
    ["name", "state", "priority", "type", "frequency"]
        .into_iter()
        .fold(Element::reference("schedule", &schedule.id), |element, name| {
            element.with(name, schedule.attr(name))
        })
}

/// Activates or suspends schedules, and lists those that changed.
fn update_state(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let Some(new) = ctx.query("state") else {
        return Err(ApiError::bad("403188", "The parameter 'state' is missing."));
    };
    let new = one_of("state", "Active Suspended").code("403189").check(new)?;
    let ids = match ctx.flag("updateAll")? {
        true => state.server.iter::<Schedule>().map(|schedule| schedule.id.clone()).collect(),
        false => ctx.body_child("scheduleLuids")?.texts("scheduleLuid"),
    };
    for id in &ids {
        state.server.get::<Schedule>(id)?;
    }
    let mut changed = Vec::new();
    for id in ids {
        let schedule = state.server.get_mut::<Schedule>(&id)?;
        if schedule.attr("state") != new {
            schedule.set("state", &new);
            changed.push(Element::with_text("scheduleLuid", id));
        }
    }
    Ok(Response::one(Element::list("scheduleLuids", changed)))
}

/// Rejects a schedule of a task or a subscription that Tableau Cloud does not accept.
pub(super) fn check_inline(schedule: &Element) -> Result<()> {
    let refuse = |detail: &str| Err(ApiError::bad("409004", detail));
    let frequency = schedule.need("frequency")?.to_lowercase();
    let details = schedule.need_child("frequencyDetails")?;
    let minutes = |name: &str| details.attr(name).map(|time| minute_of_day(time, name)).transpose();
    let Some(start) = minutes("start")? else { return refuse("The start is missing.") };
    let end = minutes("end")?;
    if end.is_some_and(|end| (end - start) % 60 != 0) {
        return refuse("The end is not a number of hours after the start.");
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
            _ => return refuse("An interval has the wrong attributes."),
        }
    }
    const DAYS: &str = "sunday monday tuesday wednesday thursday friday saturday";
    let are_days = days.iter().all(|day| contains(DAYS, &day.to_lowercase()));
    let repeats = |at: usize| days[..at].iter().any(|day| day.eq_ignore_ascii_case(days[at]));
    if !are_days || (0..days.len()).any(repeats) {
        return refuse("A day of the week is wrong, or there twice.");
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
        false => refuse("The intervals do not fit the frequency."),
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
