use tableau_server_client as tsc;
use tsc::jiff::civil::time;
use tsc::schedules::{
    Every, ExecutionOrder, MonthDay, NewSchedule, Recurrence, ScheduleState, ScheduleType,
    ScheduleUpdate, WeekDay,
};

use super::golden::{Goldens, every};

/// The recurrences in the recorder's table.
fn recurrences() -> [(&'static str, Recurrence); 6] {
    let (night, morning, evening) = (time(2, 30, 0, 0), time(8, 0, 0, 0), time(18, 30, 0, 0));
    [
        ("half_hour", Recurrence::hourly(morning, evening, Every::HalfHour)),
        ("hours", Recurrence::hourly(morning, evening, Every::FourHours)),
        ("daily", Recurrence::daily(night)),
        ("weekly", Recurrence::weekly(night, [WeekDay::Monday, WeekDay::Friday]).unwrap()),
        ("monthly", Recurrence::monthly(night, MonthDay::Day(15)).unwrap()),
        ("last_day", Recurrence::monthly(night, MonthDay::Last).unwrap()),
    ]
}

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.schedules().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET /api/schedules?pageNumber=1&pageSize=1000"],
        |s| every(s.schedules().list()),
    );
    for (name, recurrence) in recurrences() {
        g.same(&format!("get_by_id.{name}"), |s| s.schedules().get("s-1"));
        let new = NewSchedule::new("Nightly", ScheduleType::Extract, recurrence.clone());
        g.same(&format!("create.{name}"), |s| s.schedules().create(new));
        let changes = ScheduleUpdate::new().name("Nightly").priority(50);
        let changes = changes.execution_order(ExecutionOrder::Parallel).recurrence(recurrence);
        let update = format!("update.{name}");
        match name {
            // TSC also sends an empty list of intervals.
            "daily" => g.differs(
                &update,
                "unset-is-not-sent",
                &[
                    "PUT /api/schedules/s-1 <tsRequest> <schedule executionOrder=\"Parallel\" \
                   frequency=\"Daily\" name=\"Nightly\" priority=\"50\"> \
                   <frequencyDetails start=\"02:30:00\">",
                ],
                |s| s.schedules().update("s-1", changes),
            ),
            _ => g.same(&update, |s| s.schedules().update("s-1", changes)),
        }
    }
    g.same("update.every", |s| {
        let days = [WeekDay::Monday, WeekDay::Friday];
        let changes = ScheduleUpdate::new()
            .name("R&D \"x\"")
            .priority(1)
            .execution_order(ExecutionOrder::Serial)
            .state(ScheduleState::Suspended)
            .recurrence(Recurrence::weekly(time(2, 30, 0, 0), days)?);
        s.schedules().update("s-1", changes)
    });
    g.same("delete", |s| s.schedules().delete("s-1"));
    // TSC returns the content that could not be added, or was added with a warning.
    g.same("add_to_schedule.workbook", |s| {
        s.workbooks().add_to_schedule("x-1", "s-1").map(|added| added.warnings)
    });
    g.same("add_to_schedule.datasource", |s| {
        s.datasources().add_to_schedule("x-1", "s-1").map(|added| added.warnings)
    });
    g.same("add_to_schedule.flow", |s| {
        s.flows().add_to_schedule("x-1", "s-1").map(|added| added.warnings)
    });
    g.differs(
        "get_extract_refresh_tasks",
        "every-list-is-paged",
        &["GET ~/schedules/s-1/extracts?pageNumber=1&pageSize=1000"],
        |s| every(s.schedules().extract_refreshes("s-1")),
    );
    g.same("batch_update_state", |s| {
        s.schedules().update_state(["s-1"], ScheduleState::Suspended)
    });
    g.same("batch_update_state.all", |s| s.schedules().update_state_of_all(ScheduleState::Active));
}
