//! Tasks, subscriptions, favorites, webhooks and alerts, against the mock server.

use tableau_server_client as tsc;
use tsc::favorites::FavoriteItem;
use tsc::jiff::civil::time;
use tsc::mock::MockServer;
use tsc::schedules::{
    InlineSchedule, NewSchedule, Recurrence, ScheduleState, ScheduleType, WeekDay,
};
use tsc::subscriptions::{NewSubscription, SubscriptionUpdate};
use tsc::tasks::{ExtractRefreshTaskUpdate, NewExtractRefreshTask, TaskType};
use tsc::webhooks::{NewWebhook, WebhookEvent, WebhookUpdate};
use tsc::{Result, Session};

use super::{Xml, expect_error, talk};
use crate::help;

fn with_mock(check: impl FnOnce(&MockServer, &Session<'_>)) {
    let mock = MockServer::start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&mock, &session);
}

fn first<T>(list: tsc::List<'_, T>) -> T
where
    T: tsc::ListItem,
{
    list.into_iter().next().expect("the mock has sample content").unwrap()
}

fn code<T: std::fmt::Debug>(outcome: Result<T>) -> Option<String> {
    outcome.unwrap_err().code().map(str::to_owned)
}

fn weekly() -> InlineSchedule {
    InlineSchedule::weekly(time(18, 20, 0, 0), WeekDay::Tuesday).unwrap()
}

#[test]
fn creates_changes_runs_and_deletes_a_task() {
    with_mock(|mock, session| {
        let (tasks, workbook) = (session.tasks(), first(session.workbooks().list()).id);
        let new = NewExtractRefreshTask::new(&workbook, weekly()).incremental(true);
        let task = tasks.create(new).unwrap();
        assert_eq!(task.task_type, Some(TaskType::IncrementalRefresh));
        assert_eq!(task.workbook.as_ref(), Some(&workbook));
        let schedule = tasks.get(&task.id).unwrap().schedule.expect("tasks have schedules");
        assert_eq!(schedule.inline(), Some(weekly()));

        let daily = InlineSchedule::daily(time(2, 30, 0, 0), []).unwrap();
        let changes = ExtractRefreshTaskUpdate::new().schedule(daily.clone());
        let changed = tasks.update(&task.id, changes).unwrap();
        assert_eq!(changed.schedule.and_then(|schedule| schedule.inline()), Some(daily));
        assert_eq!(mock.extract_refresh_tasks().len(), 1);

        let mut job = tasks.run_now(&task.id).unwrap();
        assert_eq!(code(tasks.run_now(&task.id).map(drop)).as_deref(), Some("409093"));
        assert_eq!(job.wait().unwrap().workbook.as_ref(), Some(&workbook));
        tasks.delete(&task.id).unwrap();
        assert_eq!(code(tasks.get(&task.id)).as_deref(), Some("404026"));
    });
}

#[test]
fn schedules_of_the_server_list_their_tasks_and_change_state_together() {
    with_mock(|_, session| {
        let schedules = session.schedules();
        let new = |name: &str| {
            let nightly = Recurrence::daily(time(2, 30, 0, 0));
            schedules.create(NewSchedule::new(name, ScheduleType::Extract, nightly)).unwrap().id
        };
        let (one, two) = (new("One"), new("Two"));
        let workbook = first(session.workbooks().list()).id;
        session.workbooks().add_to_schedule(&workbook, &one).unwrap();
        let task = first(schedules.extract_refreshes(&one));
        assert_eq!(task.workbook.as_ref(), Some(&workbook));
        assert_eq!(schedules.extract_refreshes(&two).total().unwrap(), 0);
        let listed = first(session.tasks().list());
        assert_eq!(listed.id, task.id);
        let name = listed.schedule.as_ref().and_then(|schedule| schedule.name.as_deref());
        assert_eq!(name, Some("One"));

        let suspended = schedules.update_state([&one, &two], ScheduleState::Suspended).unwrap();
        assert_eq!(suspended, [one.clone(), two.clone()]);
        assert_eq!(schedules.get(&one).unwrap().state, Some(ScheduleState::Suspended));
        let changed = schedules.update_state_of_all(ScheduleState::Active).unwrap();
        assert!(changed.contains(&one) && changed.contains(&two), "{changed:?}");
    });
    expect_error("3.26", tsc::ErrorKind::Version, |s| {
        s.schedules().update_state(["s-1"], ScheduleState::Active)
    });
}

#[test]
fn flow_runs_are_created_and_run() {
    with_mock(|_, session| {
        let (tasks, flow) = (session.tasks(), first(session.flows().list()));
        let task = tasks.create_flow_run(&flow.id, weekly()).unwrap();
        assert_eq!(task.flow_name.as_deref(), Some(&*flow.name));
        assert_eq!(first(tasks.list_flow_runs()).id, task.id);
        assert_eq!(tasks.get_flow_run(&task.id).unwrap().flow, Some(flow.id));
        tasks.run_flow_now(&task.id).unwrap().wait().unwrap();
        assert_eq!(session.linked_tasks().list().into_iter().count(), 0);
        assert_eq!(code(session.linked_tasks().get("absent")).as_deref(), Some("404045"));
    });
}

#[test]
fn subscriptions_have_a_schedule_of_the_server_or_their_own() {
    with_mock(|mock, session| {
        let (all, view) = (session.subscriptions(), first(session.views().list()).id);
        let me = session.user_id();
        let new = |kind| {
            let nightly = Recurrence::daily(time(2, 30, 0, 0));
            let new = NewSchedule::new(format!("Nightly {kind}"), kind, nightly);
            session.schedules().create(new).unwrap().id
        };
        let nightly = new(ScheduleType::Subscription);
        let on_server = NewSubscription::on_schedule("R&D", &view, me, &nightly).message("Hi");
        let on_server = all.create(on_server).unwrap();
        assert_eq!(on_server.schedule_id.as_ref(), Some(&nightly));
        assert_eq!(on_server.send_if_view_empty, Some(true));
        let wrong = new(ScheduleType::Extract);
        let refused = all.create(NewSubscription::on_schedule("No", &view, me, &wrong));
        assert_eq!(code(refused).as_deref(), Some("400069"));

        let own = all.create(NewSubscription::inline("Own", &view, me, weekly())).unwrap();
        let schedule = own.schedule.expect("the response has the schedule");
        assert_eq!((schedule.id.as_ref(), schedule.inline()), (None, Some(weekly())));
        for id in [&on_server.id, &own.id] {
            assert_eq!(all.suspend(id).unwrap().suspended, Some(true));
            assert_eq!(all.resume(id).unwrap().suspended, Some(false));
            let changed = SubscriptionUpdate::new().send_if_view_empty(false);
            let changed = all.update(id, changed).unwrap();
            assert_eq!(changed.send_if_view_empty, Some(false));
            assert_eq!(changed.content.as_deref(), Some(view.as_str()));
        }
        assert_eq!(mock.subscriptions().len(), 2);
        all.delete(&own.id).unwrap();
        assert_eq!(code(all.get(&own.id)).as_deref(), Some("404025"));
    });
}

#[test]
fn recipients_who_cannot_receive_a_subscription_are_refused() {
    use tsc::users::{NewUser, SiteRole, UserUpdate};
    let mock = MockServer::builder().user("bo", "secret", "Viewer").start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let workbook = first(session.workbooks().list()).id;
    let create = |session: &Session<'_>, user: &tsc::UserId| {
        let new = NewSubscription::inline("Sales", &workbook, user, weekly());
        session.subscriptions().create(new)
    };
    let code_of = |outcome: tsc::Result<_>| {
        let error: tsc::Error = outcome.map(|_: tsc::Subscription| ()).unwrap_err();
        assert!(error.is_permission_denied(), "{error}");
        error.code().map(str::to_owned)
    };
    let add = |name: &str, role| session.users().add(NewUser::new(name, role)).unwrap().id;

    let viewer = add("no-address", SiteRole::Viewer);
    assert_eq!(code_of(create(&session, &viewer)).as_deref(), Some("403064"));
    let changes = UserUpdate::new().email("cy@example.com");
    session.users().update(&viewer, changes).unwrap();
    let subscription = create(&session, &viewer).unwrap();
    create(&session, &add("dee@example.com", SiteRole::Viewer)).unwrap();
    let unlicensed = add("eve@example.com", SiteRole::Unlicensed);
    assert_eq!(code_of(create(&session, &unlicensed)).as_deref(), Some("403067"));
    let changes = SubscriptionUpdate::new().user(&unlicensed);
    let changed = session.subscriptions().update(&subscription.id, changes);
    assert_eq!(code_of(changed).as_deref(), Some("403067"));

    let space = session.personal_space().unwrap();
    let private = tsc::workbooks::WorkbookUpdate::new().location(space.id);
    session.workbooks().update(&workbook, private).unwrap();
    assert_eq!(code_of(create(&session, &viewer)).as_deref(), Some("403063"));
    create(&session, session.user_id()).unwrap();

    let bo = server.sign_in(&tsc::TableauAuth::new("bo", "secret")).unwrap();
    let other = first(bo.workbooks().list()).id;
    let new = NewSubscription::inline("Sales", &other, &viewer, weekly());
    assert_eq!(code_of(bo.subscriptions().create(new)).as_deref(), Some("403060"));
}

#[test]
fn favorites_have_their_own_names() {
    with_mock(|_, session| {
        let (all, me) = (session.favorites(), session.user_id());
        let (workbook, view) = (first(session.workbooks().list()), first(session.views().list()));
        all.add(me, &workbook.id, "Numbers").unwrap();
        all.add(me, &view.id, "A view").unwrap();
        all.add(me, &workbook.id, "Numbers of the week").unwrap();
        let listed: Vec<_> = all.list(me).into_iter().map(Result::unwrap).collect();
        let labels: Vec<_> = listed.iter().map(|one| one.label.as_deref().unwrap()).collect();
        assert_eq!(labels, ["Numbers of the week", "A view"]);
        match &listed[0].item {
            Some(FavoriteItem::Workbook(item)) => assert_eq!(item.name, workbook.name),
            other => panic!("{other:?}"),
        }
        session.workbooks().delete(&workbook.id).unwrap();
        let deleted = first(all.list(me));
        assert_eq!((deleted.label.as_deref(), deleted.item), (Some("Numbers of the week"), None));
        all.remove(me, &view.id).ok();
        assert!(all.list(me).into_iter().map(Result::unwrap).all(|one| one.item.is_none()));
    });
}

#[test]
fn reorders_favorites() {
    let (_, lines) = talk([Xml("")], |s| {
        let (view, workbook) = (tsc::ViewId::from("v-1"), tsc::WorkbookId::from("w-1"));
        s.favorites().move_after("u-1", &view, &workbook).unwrap();
    });
    let order = "favoriteId=\"v-1\" favoriteType=\"view\" favoriteIdMoveAfter=\"w-1\" \
                 favoriteTypeMoveAfter=\"workbook\"";
    let body = format!("<r><favoriteOrderings><favoriteOrdering {order}/></favoriteOrderings></r>");
    assert_eq!(lines, [format!("PUT orderFavorites/u-1 {body}")]);

    with_mock(|_, session| {
        let (all, me) = (session.favorites(), session.user_id());
        let (workbook, view) = (first(session.workbooks().list()), first(session.views().list()));
        let flow = first(session.flows().list());
        all.add(me, &workbook.id, "1").unwrap();
        all.add(me, &view.id, "2").unwrap();
        all.add(me, &flow.id, "3").unwrap();
        let labels = || -> Vec<String> {
            all.list(me).into_iter().map(|one| one.unwrap().label.unwrap()).collect()
        };
        all.move_after(me, &flow.id, &workbook.id).unwrap();
        assert_eq!(labels(), ["1", "3", "2"]);
        all.move_after(me, &workbook.id, &view.id).unwrap();
        assert_eq!(labels(), ["3", "2", "1"]);
        all.move_after(me, &workbook.id, &workbook.id).unwrap();
        assert_eq!(labels(), ["3", "2", "1"]);
        let datasource = first(session.datasources().list());
        let absent = all.move_after(me, &datasource.id, &view.id);
        assert_eq!(code(absent).as_deref(), Some("404010"));
        assert_eq!(labels(), ["3", "2", "1"]);
    });
}

#[test]
fn metrics_can_be_favorites() {
    with_mock(|_, session| {
        let (all, me) = (session.favorites(), session.user_id());
        let metric = first(session.metrics().list());
        all.add(me, &metric.id, "Sales").unwrap();
        match first(all.list(me)).item {
            Some(FavoriteItem::Metric(item)) => assert_eq!(item.id, metric.id),
            other => panic!("{other:?}"),
        }
        all.remove(me, &metric.id).unwrap();
        assert_eq!(all.list(me).into_iter().count(), 0);
        assert_eq!(code(all.add(me, &tsc::MetricId::from("x"), "X")).as_deref(), Some("404004"));
    });
}

#[test]
fn favorites_of_other_kinds_keep_their_id() {
    let response = "<favorites><favorite label='M'><metric id='m-1'/></favorite>\
                  <favorite label='W'><workbook id='w-1'/></favorite></favorites>";
    let (all, _) = talk([Xml(response)], |s| {
        s.favorites().list("u-1").into_iter().collect::<Result<Vec<_>>>().unwrap()
    });
    let kinds: Vec<_> = all
        .into_iter()
        .map(|one| match one.item {
            Some(FavoriteItem::Other { kind, id }) => (kind, id),
            other => panic!("{other:?}"),
        })
        .collect();
    let pair = |kind: &str, id: &str| (kind.to_owned(), id.to_owned());
    assert_eq!(kinds, [pair("metric", "m-1"), pair("workbook", "w-1")]);
}

#[test]
fn webhooks_are_created_tested_disabled_and_deleted() {
    with_mock(|mock, session| {
        let hooks = session.webhooks();
        let url = "https://ops.example.com/hook";
        let new = NewWebhook::new("On failure", WebhookEvent::WorkbookRefreshFailed, url);
        let hook = hooks.create(&new).unwrap();
        assert_eq!(hook.event, Some(WebhookEvent::WorkbookRefreshFailed));
        assert_eq!((hook.url.as_deref(), hook.is_enabled), (Some(url), Some(true)));
        let tested = hooks.test(&hook.id).unwrap();
        assert_eq!((tested.status, tested.body.as_deref()), (200, Some("OK")));
        let off = WebhookUpdate::new().name("Off").is_enabled(false).status_change_reason("noisy");
        let off = hooks.update(&hook.id, off).unwrap();
        assert_eq!(off.status_change_reason.as_deref(), Some("noisy"));
        assert_eq!(hooks.get(&hook.id).unwrap().is_enabled, Some(false));
        let plain = NewWebhook::new("Plain", WebhookEvent::ViewDeleted, "http://ops.example.com");
        assert_eq!(code(hooks.create(plain)).as_deref(), Some("400118"));
        assert_eq!(mock.webhooks().len(), 1);
        hooks.delete(&hook.id).unwrap();
        assert_eq!(hooks.list().into_iter().count(), 0);
        let wrong = NewWebhook::new("x", WebhookEvent::from("no such/event"), url);
        assert_eq!(hooks.create(wrong).unwrap_err().kind(), tsc::ErrorKind::Input);
    });
}

#[test]
fn events_have_two_spellings() {
    for (element, name) in [
        ("webhook-source-event-workbook-created", "WorkbookCreated"),
        ("webhook-event-user-promoted-admin", "AdminPromoted"),
        ("webhook-source-event-label-deleted", "LabelDeleted"),
    ] {
        assert_eq!(WebhookEvent::from(element), WebhookEvent::from(name), "{name}");
    }
}

#[test]
fn alerts_have_recipients() {
    use tsc::data_alerts::{AlertCondition, AlertFrequency, DataAlertUpdate, NewDataAlert};
    with_mock(|_, session| {
        let (alerts, view) = (session.data_alerts(), first(session.views().list()).id);
        let new =
            NewDataAlert::new(&*view.to_string(), "Sheet 1", AlertCondition::Above, 10.5, "High");
        alerts.create(new).unwrap();
        let on_view = alerts.list().filter(tsc::data_alerts::VIEW_ID.eq(view.as_str()));
        let alert = first(on_view);
        assert_eq!(alert.subject.as_deref(), Some("High"));
        assert_eq!(alert.view.as_ref(), Some(&view));
        let me = session.user_id();
        assert_eq!(&alerts.add_recipient(&alert.id, me).unwrap().id, me);
        assert_eq!(alerts.get(&alert.id).unwrap().recipients, [me.to_string()]);
        alerts.remove_recipient(&alert.id, me).unwrap();
        let changes = DataAlertUpdate::new().frequency(AlertFrequency::Weekly).public(true);
        let changed = alerts.update(&alert.id, changes).unwrap();
        assert_eq!(changed.frequency, Some(AlertFrequency::Weekly));
        alerts.delete(&alert.id).unwrap();
        assert_eq!(code(alerts.get(&alert.id)).as_deref(), Some("409023"));
    });
}
