"""tasks, flow_tasks, linked_tasks, subscriptions and favorites."""

import datetime
import xml.etree.ElementTree as ET

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import arguments, refused

NIGHTLY = TSC.DailyInterval(datetime.time(2, 30), 24)


def own_schedule(interval):
    return TSC.ScheduleItem(None, None, None, None, interval)


def ids(body, element):
    return [found.get("id") for found in ET.fromstring(body).iter() if found.tag.endswith("}" + element)]


def flow_tasks(mock):
    server = mock.signed_in()
    workbook = server.workbooks.get()[0][0]
    item = TSC.TaskItem(None, "FullRefresh", None, target=TSC.Target(workbook.id, "workbook"))
    item.schedule_item = own_schedule(TSC.HourlyInterval(datetime.time(8), datetime.time(18), (1, "Monday")))
    (created,) = ids(server.tasks.create(item), "extractRefresh")
    assert [task.id for task in server.tasks.get()[0]] == [created]
    task = server.tasks.get_by_id(created)
    assert (task.target.id, task.target.type) == (workbook.id, "workbook")
    (job,) = ids(server.tasks.run(task), "job")
    server.jobs.wait_for_job(job)
    server.tasks.delete(created)
    with refused(ServerResponseError, "404026"):
        server.tasks.get_by_id(created)
    # Every half hour is not a schedule of Tableau Cloud.
    item.schedule_item = own_schedule(TSC.HourlyInterval(datetime.time(8), datetime.time(18), 0.5))
    with refused(ServerResponseError, "409004"):
        server.tasks.create(item)


def flow_flow_tasks(mock):
    server = mock.signed_in()
    flow = server.flows.get()[0][0]
    item = TSC.TaskItem(None, "RunFlow", None, target=TSC.Target(flow.id, "flow"))
    item.schedule_item = own_schedule(NIGHTLY)
    assert ids(server.flow_tasks.create(item), "flow") == [flow.id]


@arguments("--linked-task", "Every night=Sales flow,Finance flow", "--linked-task", "Every night=Sales flow")
def flow_linked_tasks(mock):
    server = mock.signed_in()
    linked = server.linked_tasks
    tasks, pages = linked.get()
    assert (pages.total_available, [task.num_steps for task in tasks]) == (2, [2, 1])
    task = linked.get_by_id(tasks[0])
    assert (task.id, task.schedule.name, task.schedule.schedule_type) == (tasks[0].id, "Every night", "Flow")
    assert linked.get_by_id(task.id).schedule.next_run_at is not None
    ids = [task.id for task in tasks]
    assert [task.id for task in linked.all()] == ids
    assert [task.id for task in linked.fields("_default_")] == ids
    assert [task.id for task in linked.only_fields("id", "numSteps", "schedule")] == ids
    page = linked.paginate(page_size=1, page_number=2)
    assert (page.total_available, page[0].id) == (2, ids[0])
    # Linked tasks have no fields to filter or sort by.
    for query in [lambda: linked.filter(name="x"), lambda: linked.order_by("name"), lambda: linked.find_by_name("x")]:
        with refused(ServerResponseError, "400065"):
            list(query())
    job = linked.run_now(task)
    assert (job.linked_task_id, job.status) == (task.id, "InProgress")
    runs = server.flow_runs.get()
    assert len(runs[0] if isinstance(runs, tuple) else runs) == 2
    with refused(ServerResponseError, "404045"):
        linked.get_by_id("absent")
    with refused(ServerResponseError, "404045"):
        linked.run_now("absent")


def flow_subscriptions(mock):
    server = mock.signed_in()
    view = server.views.get()[0][0]
    schedule = server.schedules.create(TSC.ScheduleItem("mails", 50, "Subscription", "Parallel", NIGHTLY))
    item = TSC.SubscriptionItem("R&D", schedule.id, server.user_id, TSC.Target(view.id, "View"))
    item.message, item.attach_pdf, item.page_size_option = "Hello", True, "A4"
    created = server.subscriptions.create(item)
    assert (created.subject, created.schedule_id, created.target.id) == ("R&D", schedule.id, view.id)
    assert [one.id for one in server.subscriptions.get()[0]] == [created.id]
    created.suspended, created.send_if_view_empty = True, False
    changed = server.subscriptions.update(created)
    assert (changed.suspended, changed.send_if_view_empty, changed.target.id) == (True, False, view.id)
    assert server.subscriptions.get_by_id(created.id).page_size_option == "A4"
    server.subscriptions.delete(created.id)
    with refused(ServerResponseError, "404025"):
        server.subscriptions.get_by_id(created.id)


def flow_favorites(mock):
    # The last version with metrics.
    server = mock.signed_in("3.21")
    user = server.users.get_by_id(server.user_id)
    favorites = server.favorites
    for kind in ["workbook", "view", "datasource", "project", "flow", "metric"]:
        item = getattr(server, kind + "s").get()[0][0]
        getattr(favorites, "add_favorite_" + kind)(user, item)
        favorites.get(user)
        assert [one.id for one in user.favorites[kind + "s"]] == [item.id], kind
        getattr(favorites, "delete_favorite_" + kind)(user, item)
        favorites.get(user)
        assert user.favorites[kind + "s"] == [], kind
    view = server.views.get()[0][0]
    favorites.add_favorite(user, TSC.Resource.View, view)
    server.users.populate_favorites(user)
    assert [one.id for one in user.favorites["views"]] == [view.id]
