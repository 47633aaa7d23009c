//! Schedules of the server.

use tableau_server_client as tsc;
use tsc::Result;
use tsc::jiff::civil::time;
use tsc::mock::MockServer;
use tsc::schedules::{
    Every, Frequency, MonthDay, NewSchedule, Recurrence, ScheduleState, ScheduleType,
    ScheduleUpdate, WeekDay,
};

use super::{Xml, talk};
use crate::help;

fn with_mock(check: impl FnOnce(&tsc::Session<'_>)) {
    let mock = MockServer::start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&session);
}

#[test]
fn writes_back_the_times_that_it_reads() {
    let (start, end) = (time(8, 0, 0, 0), time(18, 0, 0, 0));
    with_mock(|session| {
        let schedules = session.schedules();
        for (name, frequency, recurrence) in [
            ("quarter", Frequency::Hourly, Recurrence::hourly(start, end, Every::QuarterHour)),
            ("hours", Frequency::Hourly, Recurrence::hourly(start, end, Every::FourHours)),
            ("daily", Frequency::Daily, Recurrence::daily(start)),
            (
                "weekly",
                Frequency::Weekly,
                Recurrence::weekly(start, [WeekDay::Monday, WeekDay::Friday]).unwrap(),
            ),
            ("monthly", Frequency::Monthly, Recurrence::monthly(start, MonthDay::Day(15)).unwrap()),
            ("last day", Frequency::Monthly, Recurrence::monthly(start, MonthDay::Last).unwrap()),
        ] {
            let new = NewSchedule::new(name, ScheduleType::Extract, recurrence);
            let id = schedules.create(new).unwrap().id;
            let read = schedules.get(&id).unwrap();
            assert_eq!(read.frequency.as_ref(), Some(&frequency), "{name}");
            let times = read.times.clone().expect("one schedule has its times");
            assert_eq!(times.start, Some(start), "{name}");

            let other = Recurrence::daily(time(1, 0, 0, 0));
            schedules.update(&id, ScheduleUpdate::new().recurrence(other)).unwrap();
            assert_ne!(schedules.get(&id).unwrap().times.as_ref(), Some(&times), "{name}");
            let back = read.recurrence().expect("one schedule has its times");
            schedules.update(&id, ScheduleUpdate::new().recurrence(back)).unwrap();
            assert_eq!(schedules.get(&id).unwrap().times, Some(times), "{name}");
        }
    });
}

#[test]
fn lists_suspends_and_deletes_a_schedule() {
    with_mock(|session| {
        let schedules = session.schedules();
        let nightly = Recurrence::daily(time(2, 30, 0, 0));
        let new = NewSchedule::new("Ours", ScheduleType::Extract, nightly);
        let id = schedules.create(&new).unwrap().id;
        let listed = schedules.list().into_iter().map(Result::unwrap).find(|one| one.id == id);
        let listed = listed.expect("the list has the new schedule");
        assert_eq!((listed.priority, listed.state), (Some(50), Some(ScheduleState::Active)));
        assert_eq!(listed.times, None);
        let changes = ScheduleUpdate::new().state(ScheduleState::Suspended).priority(9);
        let changed = schedules.update(&id, changes).unwrap();
        assert_eq!((changed.priority, changed.state), (Some(9), Some(ScheduleState::Suspended)));

        let code = |outcome: Result<()>| outcome.unwrap_err().code().map(str::to_owned);
        assert_eq!(code(schedules.create(&new).map(drop)).as_deref(), Some("409021"));
        let no_days = Recurrence::weekly(time(1, 0, 0, 0), []).unwrap_err();
        assert_eq!(no_days.kind(), tsc::ErrorKind::Input);
        schedules.delete(&id).unwrap();
        assert_eq!(code(schedules.get(&id).map(drop)).as_deref(), Some("404023"));
        assert_eq!(code(schedules.delete(&id)).as_deref(), Some("404023"));
    });
}

#[test]
fn writes_unknown_values_unchanged() {
    macro_rules! run_times {
        () => {
            "frequency=\"Fortnightly\"><frequencyDetails start=\"08:00:00\" end=\"23:00:00\">\
             <intervals><interval hours=\"7\"/><interval weekDay=\"Someday\" monthDay=\"Sixth\"/>\
             </intervals></frequencyDetails></schedule>"
        };
    }
    let schedule = concat!("<schedule id=\"s1\" name=\"S\" ", run_times!());
    let (_, requests) = talk([Xml(schedule), Xml(schedule), Xml(schedule)], |session| {
        let read = session.schedules().get("s1").unwrap().recurrence().unwrap();
        let changes = ScheduleUpdate::new().recurrence(read.clone());
        session.schedules().update("s1", changes).unwrap();
        let copy = NewSchedule::new("Copy", ScheduleType::Extract, read);
        session.schedules().create(copy).unwrap();
    });
    for request in &requests[1..] {
        assert!(request.contains(run_times!()), "{request}");
    }
}

#[test]
fn does_not_write_back_an_interval_that_it_could_not_read() {
    let schedule = "<schedule id='s1' name='S' frequency='Hourly'><frequencyDetails \
                    start='08:00:00' end='18:00:00'><intervals><interval hours='many'/></intervals>\
                    </frequencyDetails></schedule>";
    let (read, _) = talk([Xml(schedule)], |session| session.schedules().get("s1").unwrap());
    assert!(read.times.is_some());
    assert_eq!(read.recurrence(), None);
}

#[test]
fn does_not_write_back_a_schedule_whose_start_or_end_it_could_not_read() {
    for schedule in [
        "<schedule id='s1' name='S' frequency='Daily'>\
         <frequencyDetails start='24:00:00'/></schedule>",
        "<schedule id='s1' name='S' frequency='Hourly'>\
         <frequencyDetails start='08:00:00' end='24:00:00'><intervals><interval hours='1'/>\
         </intervals></frequencyDetails></schedule>",
        "<schedule id='s1' name='S' frequency='Daily'>\
         <frequencyDetails start='08:00:00' end='24:00:00'><intervals><interval hours='4'/>\
         <interval weekDay='Monday'/></intervals></frequencyDetails></schedule>",
    ] {
        let (read, _) = talk([Xml(schedule)], |session| session.schedules().get("s1").unwrap());
        assert!(read.times.is_some());
        assert_eq!(read.recurrence(), None, "{schedule}");
    }
    let daily = "<schedule id='s1' name='S' frequency='Daily'><frequencyDetails start='08:00:00'>\
                 <intervals><interval hours='24'/></intervals></frequencyDetails></schedule>";
    let (read, _) = talk([Xml(daily)], |session| session.schedules().get("s1").unwrap());
    assert!(read.recurrence().is_some(), "a schedule that runs once a day needs no end");
}

#[test]
fn reads_enumerations_regardless_of_case() {
    let response = "<schedule id='s1' name='S' frequency='WEEKLY' state='active'>\
                  <frequencyDetails start='02:30:00'><intervals><interval weekDay='MONDAY'/>\
                  </intervals></frequencyDetails></schedule>";
    let (read, _) = talk([Xml(response)], |session| session.schedules().get("s1").unwrap());
    assert_eq!(
        (read.frequency, read.state),
        (Some(Frequency::Weekly), Some(ScheduleState::Active))
    );
    let times = read.times.expect("the response has the times");
    assert_eq!(times.intervals[0].week_day, Some(WeekDay::Monday));
}

#[test]
fn reports_values_that_cannot_be_read() {
    let page = "<pagination pageNumber='1' pageSize='1000' totalAvailable='1'/><schedules>\
                <schedule id='s1' name='S' priority='urgent' nextRunAt='soon'/></schedules>";
    let (page, _) = talk([Xml(page)], |session| session.schedules().list().page(1).unwrap());
    assert_eq!((page.items[0].priority, page.items[0].next_run_at), (None, None));
    let mut reported: Vec<_> = page
        .unreadable()
        .reports
        .iter()
        .map(|report| (report.item_id.as_deref(), &*report.attribute, &*report.value))
        .collect();
    reported.sort_unstable();
    assert_eq!(reported, [(Some("s1"), "nextRunAt", "soon"), (Some("s1"), "priority", "urgent")]);
}
