//! Schedules run and webhooks fire when a test moves the mock server's clock.

use std::time::Duration;

use tableau_server_client as tsc;
use tsc::jiff::Timestamp;
use tsc::jiff::civil::time;
use tsc::mock::MockServer;
use tsc::schedules::{
    InlineSchedule, NewSchedule, Recurrence, ScheduleState, ScheduleType, WeekDay,
};
use tsc::subscriptions::NewSubscription;
use tsc::tasks::NewExtractRefreshTask;
use tsc::webhooks::WebhookUpdate;
use tsc::{Session, WorkbookId};

use crate::help;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Runs a check in a session. Calls after the clock was moved sign in again.
fn talk(mock: &MockServer, check: impl FnOnce(&Session<'_>)) {
    let server = help::at(mock.url());
    check(&server.sign_in(&mock.credentials()).unwrap());
}

fn first_workbook(session: &Session<'_>) -> WorkbookId {
    session.workbooks().list().into_iter().next().unwrap().unwrap().id
}

/// The creation times of the jobs, the oldest first.
fn job_times(session: &Session<'_>) -> Vec<Timestamp> {
    let jobs = session.jobs().list().into_iter().map(|job| job.unwrap());
    let mut times: Vec<_> = jobs.map(|job| job.created_at.expect("jobs have a time")).collect();
    times.sort_unstable();
    times
}

#[test]
fn a_task_with_its_own_schedule_runs_when_the_clock_passes_its_time() {
    let mock = MockServer::start().unwrap();
    talk(&mock, |session| {
        let tasks = session.tasks();
        let daily = InlineSchedule::daily(time(2, 30, 0, 0), []).unwrap();
        let new = NewExtractRefreshTask::new(&first_workbook(session), daily);
        let task = tasks.create(new).unwrap();
        let next = |when: &str| {
            let schedule = tasks.get(&task.id).unwrap().schedule.expect(when);
            schedule.next_run_at.expect(when)
        };
        let before = next("before the first run");
        assert_eq!(job_times(session), []);
        mock.advance(3 * DAY);
        let times = job_times(session);
        assert_eq!(times.len(), 3);
        assert_eq!(times[0], before);
        for pair in times.windows(2) {
            assert_eq!(pair[1].as_second() - pair[0].as_second(), 24 * 3600);
        }
        assert_eq!(next("after the runs").as_second() - times[2].as_second(), 24 * 3600);
        let running: Vec<_> =
            mock.jobs().into_iter().filter(|job| job.attribute("finishCode").is_none()).collect();
        assert!(running.len() <= 1, "earlier jobs have ended: {running:?}");
        tasks.delete(&task.id).unwrap();
        mock.advance(3 * DAY);
        assert_eq!(job_times(session).len(), 3);
    });
}

#[test]
fn a_weekly_task_runs_once_a_week_and_a_changed_one_on_its_new_day() {
    let mock = MockServer::start().unwrap();
    talk(&mock, |session| {
        let weekly = |day| InlineSchedule::weekly(time(9, 0, 0, 0), day).unwrap();
        let new = NewExtractRefreshTask::new(&first_workbook(session), weekly(WeekDay::Monday));
        let task = session.tasks().create(new).unwrap();
        mock.advance(14 * DAY);
        assert_eq!(job_times(session).len(), 2);
        let changes = tsc::tasks::ExtractRefreshTaskUpdate::new().schedule(weekly(WeekDay::Friday));
        session.tasks().update(&task.id, changes).unwrap();
        mock.advance(7 * DAY);
        let times = job_times(session);
        let weekday = |time: &Timestamp| tsc::jiff::tz::Offset::UTC.to_datetime(*time).weekday();
        assert_eq!(times.len(), 3);
        assert_eq!(weekday(&times[0]), tsc::jiff::civil::Weekday::Monday);
        assert_eq!(weekday(&times[2]), tsc::jiff::civil::Weekday::Friday);
    });
}

#[test]
fn a_suspended_schedule_of_the_server_runs_nothing() {
    let mock = MockServer::start().unwrap();
    talk(&mock, |session| {
        let schedules = session.schedules();
        let nightly = Recurrence::daily(time(2, 30, 0, 0));
        let new = NewSchedule::new("Refresh", ScheduleType::Extract, nightly);
        let schedule = schedules.create(new).unwrap();
        assert!(schedules.get(&schedule.id).unwrap().next_run_at.is_some());
        session.workbooks().add_to_schedule(first_workbook(session), &schedule.id).unwrap();
        mock.advance(2 * DAY);
        assert_eq!(job_times(session).len(), 2);
        schedules.update_state([&schedule.id], ScheduleState::Suspended).unwrap();
        mock.advance(5 * DAY);
        assert_eq!(job_times(session).len(), 2);
        assert_eq!(schedules.get(&schedule.id).unwrap().next_run_at, None);
        let task = session.tasks().list().into_iter().next().unwrap().unwrap();
        let shown = task.schedule.expect("tasks have schedules");
        assert_eq!((shown.state, shown.next_run_at), (Some(ScheduleState::Suspended), None));
        schedules.update_state([&schedule.id], ScheduleState::Active).unwrap();
        mock.advance(DAY);
        assert_eq!(job_times(session).len(), 3);
    });
}

#[test]
fn fail_next_job_applies_to_scheduled_runs() {
    let mock = MockServer::start().unwrap();
    mock.fail_next_job("out of memory");
    talk(&mock, |session| {
        let daily = InlineSchedule::daily(time(2, 30, 0, 0), []).unwrap();
        let new = NewExtractRefreshTask::new(&first_workbook(session), daily);
        session.tasks().create(new).unwrap();
        mock.advance(2 * DAY);
        let codes: Vec<_> =
            mock.jobs().iter().map(|job| job.attribute("finishCode").map(str::to_owned)).collect();
        assert_eq!(codes[0].as_deref(), Some("1"));
        assert_ne!(codes[1].as_deref(), Some("1"));
    });
}

#[test]
fn linked_tasks_run_their_flows_now_and_on_their_schedule() {
    let builder = MockServer::builder().flow("Clean").flow("Join");
    let mock = builder.linked_task("Every night", ["Clean", "Join"]).start().unwrap();
    talk(&mock, |session| {
        let linked = session.linked_tasks();
        let all: Vec<_> = linked.list().into_iter().map(|task| task.unwrap()).collect();
        let [task] = &all[..] else { panic!("one linked task: {all:?}") };
        assert_eq!(task.step_count, Some(2));
        let flows = |task: &tsc::linked_tasks::LinkedTask| -> Vec<String> {
            let steps = task.steps.iter();
            steps.filter_map(|step| step.task.as_ref()?.flow_name.clone()).collect()
        };
        assert_eq!(flows(task), ["Clean", "Join"]);
        assert_eq!(flows(&linked.get(&task.id).unwrap()), ["Clean", "Join"]);
        let name = task.schedule.as_ref().and_then(|schedule| schedule.name.as_deref());
        assert_eq!(name, Some("Every night"));
        let run = linked.run_now(&task.id).unwrap();
        assert_eq!(run.linked_task.as_ref(), Some(&task.id));
        assert_eq!(run.status.as_deref(), Some("InProgress"));
        assert_eq!(session.flow_runs().list().total().unwrap(), 2);
        mock.advance(DAY);
        assert_eq!(session.flow_runs().list().total().unwrap(), 4);
        assert_eq!(mock.linked_tasks()[0].id(), task.id.as_str());
    });
}

#[test]
fn linked_tasks_are_paged_and_need_a_schedule_for_flows() {
    let mut builder = MockServer::builder().flow("Clean");
    for _ in 0..3 {
        builder = builder.linked_task("Every night", ["Clean"]);
    }
    let mock = builder.start().unwrap();
    talk(&mock, |session| {
        let list = session.linked_tasks().list().page_size(2);
        assert_eq!(list.into_iter().filter_map(Result::ok).count(), 3);
    });
    for (schedule, flow) in [("Weekday early mornings", "Clean"), ("Every night", "Absent")] {
        let builder = MockServer::builder().flow("Clean").linked_task(schedule, [flow]);
        assert_eq!(builder.start().unwrap_err().kind(), tsc::ErrorKind::Config, "{schedule}");
    }
}

#[test]
fn webhooks_are_recorded_and_not_sent() {
    let builder = MockServer::builder().workbook("Budget", ["Plan"]);
    let url = "https://ops.example/hook";
    let builder = ["WorkbookRefreshStarted", "WorkbookRefreshSucceeded", "WorkbookDeleted"]
        .into_iter()
        .fold(builder, |builder, event| builder.webhook(event, event, url));
    let mock = builder.webhook("views", "ViewDeleted", url).start().unwrap();
    let events = || -> Vec<String> {
        let sent = mock.webhook_deliveries();
        sent.iter().filter_map(|one| one.attribute("event_type").map(str::to_owned)).collect()
    };
    assert_eq!(events(), Vec::<String>::new());
    talk(&mock, |session| {
        let budget = session.workbooks().list().into_iter().map(|one| one.unwrap());
        let budget = budget.into_iter().find(|one| one.name == "Budget").unwrap().id;
        session.workbooks().refresh(&budget).unwrap();
        assert_eq!(events(), ["WorkbookRefreshStarted"]);
        mock.advance(Duration::from_secs(61));
        assert_eq!(events(), ["WorkbookRefreshStarted", "WorkbookRefreshSucceeded"]);
        let views = mock.webhooks().into_iter().find(|hook| hook.name() == "views").unwrap();
        session.webhooks().update(views.id(), WebhookUpdate::new().is_enabled(false)).unwrap();
        session.workbooks().delete(&budget).unwrap();
        assert_eq!(events()[2..], ["WorkbookDeleted"]);
        let last = mock.webhook_deliveries().pop().unwrap();
        assert_eq!(last.name(), "WorkbookDeleted");
        assert_eq!(last.attribute("url"), Some(url));
        assert_eq!(last.attribute("resource"), Some("WORKBOOK"));
        assert_eq!(last.attribute("resource_luid"), Some(budget.as_str()));
        assert_eq!(last.attribute("resource_name"), Some("Budget"));
    });
}

#[test]
fn moving_the_clock_to_the_end_of_time_starts_a_limited_number_of_runs() {
    let mock = MockServer::start().unwrap();
    talk(&mock, |session| {
        let (start, end) = (time(0, 0, 0, 0), time(23, 0, 0, 0));
        let days = [WeekDay::Monday, WeekDay::Tuesday];
        let hourly = InlineSchedule::hourly(start, end, days).unwrap();
        let new = NewExtractRefreshTask::new(&first_workbook(session), hourly);
        session.tasks().create(new).unwrap();
        mock.advance(Duration::MAX);
        assert_eq!(mock.jobs().len(), 1000);
    });
}

#[test]
fn a_subscription_is_sent_when_its_schedule_runs() {
    let mock = MockServer::start().unwrap();
    talk(&mock, |session| {
        let view = session.views().list().into_iter().next().unwrap().unwrap();
        let me = session.user_id();
        let daily = InlineSchedule::daily(time(2, 30, 0, 0), []).unwrap();
        let own = NewSubscription::inline("Own", &view.id, me, daily);
        let own = session.subscriptions().create(own).unwrap();
        let nightly = Recurrence::daily(time(4, 0, 0, 0));
        let nightly = NewSchedule::new("Mails", ScheduleType::Subscription, nightly);
        let nightly = session.schedules().create(nightly).unwrap();
        let on_server = NewSubscription::on_schedule("On the server's", &view.id, me, &nightly.id);
        session.subscriptions().create(on_server).unwrap();
        mock.advance(DAY);
        assert_eq!(job_times(session).len(), 2);
        let job = session.jobs().list().into_iter().map(|job| job.unwrap()).next().unwrap();
        assert_eq!(job.job_type.as_deref(), Some("single_subscription_notify"));
        let sent: Vec<_> =
            mock.jobs().iter().map(|job| job.attribute("id").unwrap().to_owned()).collect();
        let sent: Vec<_> = sent.into_iter().map(|id| session.jobs().get(id).unwrap()).collect();
        assert_eq!(sent[0].subscription.as_ref(), Some(&own.id));
        assert_eq!(sent[1].subscription_subject.as_deref(), Some("On the server's"));

        session.subscriptions().suspend(&own.id).unwrap();
        mock.advance(DAY);
        assert_eq!(job_times(session).len(), 3);
        session.subscriptions().resume(&own.id).unwrap();
        session.schedules().update_state([&nightly.id], ScheduleState::Suspended).unwrap();
        mock.advance(DAY);
        assert_eq!(job_times(session).len(), 4);
        session.workbooks().delete(view.workbook.unwrap()).unwrap();
        mock.advance(DAY);
        assert_eq!(mock.jobs().len(), 4, "the content was deleted");
    });
}

#[test]
fn a_subscription_shows_when_it_runs_next() {
    let mock = MockServer::start().unwrap();
    talk(&mock, |session| {
        let view = session.views().list().into_iter().next().unwrap().unwrap().id;
        let daily = InlineSchedule::daily(time(2, 30, 0, 0), []).unwrap();
        let new = NewSubscription::inline("Daily", &view, session.user_id(), daily);
        let created = session.subscriptions().create(new).unwrap();
        let schedule = created.schedule.expect("it has a schedule of its own");
        assert!(schedule.next_run_at.is_some());
    });
}
