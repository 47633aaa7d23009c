"""webhooks, data_alerts and schedules."""

import datetime

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import refused


def flow_webhooks(mock):
    server = mock.signed_in()
    item = TSC.WebhookItem()
    item.name, item.url, item.event = "hook <1>", "https://ops.example/hook?a=1&b=2", "view-deleted"
    created = server.webhooks.create(item)
    assert (created.name, created.event, created.url) == (item.name, "view-deleted", item.url)
    assert created.owner_id == server.user_id
    assert [hook.id for hook in server.webhooks.get()[0]] == [created.id]
    assert server.webhooks.get_by_id(created.id).event == "view-deleted"
    assert server.webhooks.test(created.id).status_code == 200
    server.webhooks.delete(created.id)
    with refused(ServerResponseError, "404034"):
        server.webhooks.get_by_id(created.id)


def flow_data_alerts(mock):
    server = mock.signed_in()
    view = server.views.get()[0][0]
    body = (
        "<tsRequest><dataAlertCreateAlert alertCondition='above' alertThreshold='5' subject='high'"
        " frequency='daily' visibility='public' worksheetName='s' viewId='%s'/></tsRequest>" % view.id
    )
    # The Python client cannot create alerts.
    endpoint = server.data_alerts
    endpoint.post_request(endpoint.baseurl, body)
    alerts, pages = server.data_alerts.get()
    assert pages.total_available == 1
    alert = server.data_alerts.get_by_id(alerts[0].id)
    assert (alert.subject, alert.frequency, alert.public) == ("high", "Daily", "true")
    assert (alert.view_id, alert.view_name) == (view.id, view.name)
    assert alert.owner_id == alert.creatorId == server.user_id
    bob = server.users.filter(name="bob")[0]
    assert server.data_alerts.add_user_to_alert(alert, bob).id == bob.id
    assert server.data_alerts.get_by_id(alert.id).recipients == [bob.id]
    server.data_alerts.delete_user_from_alert(alert, bob)
    assert server.data_alerts.get_by_id(alert.id).recipients == []
    alert.subject, alert.frequency = "new & subject", "Weekly"
    changed = server.data_alerts.update(alert)
    assert (changed.subject, changed.frequency) == ("new & subject", "Weekly")
    server.data_alerts.delete(alert)
    with refused(ServerResponseError, "409023"):
        server.data_alerts.get_by_id(alert.id)


def flow_server_schedules(mock):
    server = mock.signed_in()
    weekly = TSC.WeeklyInterval(datetime.time(9, 15), "Monday", "Friday")
    item = TSC.ScheduleItem(
        "early", 50, TSC.ScheduleItem.Type.Extract, TSC.ScheduleItem.ExecutionOrder.Parallel, weekly
    )
    created = server.schedules.create(item)
    assert (created.name, created.state, created.priority) == ("early", "Active", 50)
    found = server.schedules.get_by_id(created.id)
    assert found.interval_item.interval == ("Monday", "Friday")
    assert "early" in [schedule.name for schedule in server.schedules.get()[0]]
    with refused(ServerResponseError, "409021"):
        server.schedules.create(item)
    found.state, found.priority = TSC.ScheduleItem.State.Suspended, 9
    changed = server.schedules.update(found)
    assert (changed.state, changed.priority) == ("Suspended", 9)
    workbook = server.workbooks.get()[0][0]
    assert server.schedules.add_to_schedule(created.id, workbook=workbook) == []
    tasks, pages = server.schedules.get_extract_refresh_tasks(created.id)
    assert pages.total_available == 1 and tasks[0].workbook_id == workbook.id
    assert server.schedules.batch_update_state([created], "active") == [created.id]
    assert server.schedules.batch_update_state([created.id], "active") == []
    suspended = server.schedules.batch_update_state([], "suspended", update_all=True)
    assert created.id in suspended and len(suspended) == len(server.schedules.get()[0])
    with refused(ServerResponseError, "404023"):
        server.schedules.batch_update_state(["x"], "active")
    server.schedules.delete(created.id)
    with refused(ServerResponseError, "404023"):
        server.schedules.get_by_id(created.id)
