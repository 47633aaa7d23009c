"""flows, flow_runs."""

import io
import os
import tempfile
import zipfile

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import (
    FlowRunCancelledException,
    ServerResponseError,
)

from helpers import one, refused, rule


def tflx(text):
    """A flow's file: an archive with one member, whose text describes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flow", text)
    return file.getvalue()


FLOW = tflx(
    '{"connections": {"1": {"name": "Orders", "connectionAttributes": {"class": "postgres",'
    ' "server": "db.example.com", "port": "5432", "username": "u", "dbname": "d"}}}}'
)


def flow_flows(mock):
    server = mock.signed_in()
    flows, pages = server.flows.get()
    assert pages.total_available == 3 and len(flows) == 3
    item = server.flows.get_by_id(one(flows, "Finance flow").id)
    finance = server.projects.get_by_path("Finance")
    assert (item.project_id, item.project_name) == (finance.id, "Finance")
    assert item.description == "Sample flow 2." and item.created_at < item.updated_at
    assert item.webpage_url.startswith(mock.info["url"]) and item.tags == set()
    bob = server.users.filter(name="bob")[0]
    marketing = server.projects.get_by_path("Marketing")
    item.name, item.description = "Cleaner & better", "é"
    item.project_id, item.owner_id, item.tags = marketing.id, bob.id, {"a b", "nightly"}
    server.flows.update(item)
    again = server.flows.get_by_id(item.id)
    assert (again.project_id, again.owner_id) == (marketing.id, bob.id)
    assert again.tags == {"a b", "nightly"}, again.tags
    assert {f.name for f in server.flows.filter(owner_name="Bob")} == {"Customers flow", again.name}
    assert [f.name for f in server.flows.order_by("-name")][0] == "Sales flow"
    assert len(list(server.flows.all(page_size=1))) == 3
    assert len(server.flows.filter(project_name="Marketing").paginate(page_size=1)) == 1

    server.flows.populate_connections(again)
    connection = again.connections[0]
    assert (connection.connection_type, connection.server_port) == ("sqlserver", "1433")
    connection.username, connection.embed_password = "prep", False
    server.flows.update_connection(again, connection)
    server.flows.populate_connections(again)
    assert (again.connections[0].username, again.connections[0].embed_password) == ("prep", False)

    server.flows.populate_permissions(again)
    assert again.permissions == []
    server.flows.update_permissions(again, [rule(bob, Execute="Allow")])
    assert again.permissions[0].capabilities == {"Execute": "Allow"}
    server.flows.delete_permission(again, rule(bob, Execute="Allow"))
    assert again.permissions == []

    assert server.flows.add_tags(again, ["x"]) == {"a b", "nightly", "x"}
    server.flows.delete_tags(again, "x")
    again.tags = {"other"}
    server.flows.update_tags(again)
    assert server.flows.get_by_id(again.id).tags == {"other"}
    server.flows.delete(again.id)
    with refused(ServerResponseError, "404027"):
        server.flows.get_by_id(again.id)


def flow_publish(mock):
    server = mock.signed_in()
    project = server.projects.get_by_path("Finance")
    item = TSC.FlowItem(project.id, "Mine too")
    item.description = "what it does"
    login = TSC.ConnectionItem()
    login.server_address, login.username, login.password = "db.example.com", "prep", "hush"
    login.embed_password = True
    new = server.flows.publish(item, io.BytesIO(FLOW), "CreateNew", [login])
    assert new.id and new.project_id == project.id and new.owner_id == server.user_id
    assert one(server.flows.get()[0], "Mine too").id == new.id
    server.flows.populate_connections(new)
    assert [c.connection_type for c in new.connections] == ["postgres"]
    back = io.BytesIO()
    server.flows.download(new.id, back)
    assert back.getvalue() == FLOW
    with refused(ServerResponseError, "403007"):
        server.flows.publish(item, io.BytesIO(FLOW), "CreateNew")
    other = tflx("{}")
    assert server.flows.publish(item, io.BytesIO(other), "Overwrite").id == new.id
    with tempfile.TemporaryDirectory() as folder:
        path = server.flows.download(new.id, folder)
        assert os.path.basename(path) == "Mine too.tflx", path
        with open(path, "rb") as file:
            assert file.read() == other
    # The name of the file is not that of a flow.
    with refused(ServerResponseError, "400086"):
        server.flows.post_request(f"{server.flows.baseurl}?flowType=twb", *body(item))


def body(item):
    from tableauserverclient.server.request_factory import RequestFactory

    return RequestFactory.Flow.publish_req(item, "a.twb", b"x", None)


def flow_runs(mock):
    server = mock.signed_in()
    item = server.flows.get()[0][0]
    job = server.flows.refresh(item)
    assert job.type == "RunFlow" and job.flow_run is not None, job
    run = job.flow_run.id
    assert job.flow_run.flow_id == item.id
    assert server.flows.refresh(item) is None
    done = server.flow_runs.wait_for_job(run, timeout=30)
    assert (done.id, done.flow_id, done.status) == (run, item.id, "Success")
    assert done.progress == "100" and done.started_at <= done.completed_at
    assert server.jobs.get_by_id(done.background_job_id).finish_code == 0
    second = server.flows.refresh(item).flow_run.id
    server.flow_runs.cancel(second)
    with refused(FlowRunCancelledException):
        server.flow_runs.wait_for_job(second, timeout=30)
    assert [r.id for r in server.flow_runs.get()] == [second, run]
    assert [r.id for r in server.flow_runs.filter(flow_id=item.id)] == [second, run]
    assert server.flow_runs.get_by_id(second).status == "Cancelled"
    assert [r.status for r in server.flow_runs.order_by("started_at")][0] in ("Cancelled", "Success")
    assert len([r.id for r in server.flow_runs.all()]) == 2
    with refused(ServerResponseError, "404029"):
        server.flow_runs.get_by_id("x")


def flow_quality(mock):
    server = mock.signed_in()
    for endpoint in [server.flows, server.datasources]:
        item = endpoint.get()[0][0]
        endpoint.populate_dqw(item)
        assert item.dqws == []
        stale = TSC.DQWItem("STALE", "old & slow", active=True, severe=False)
        endpoint.add_dqw(item, stale)
        endpoint.populate_dqw(item)
        [there] = item.dqws
        assert (there.warning_type, there.message) == ("STALE", "old & slow")
        assert (there.active, there.severe, there.content_id) == (True, False, item.id)
        assert there.owner_id == server.user_id and there.created_at and there.id
        stale.message, stale.severe = "older", True
        endpoint.update_dqw(item, stale)
        endpoint.populate_dqw(item)
        assert [(w.message, w.severe) for w in item.dqws] == [("older", True)]
        endpoint.delete_dqw(item)
        endpoint.populate_dqw(item)
        assert item.dqws == []


def flow_schedules(mock):
    server = mock.signed_in()
    schedules, _ = server.schedules.get()
    extracts = one(schedules, "Weekday early mornings")
    flows = one(schedules, "Every night")
    workbook, datasource = server.workbooks.get()[0][0], server.datasources.get()[0][0]
    flow = server.flows.get()[0][0]
    # Successful runs are not reported.
    assert server.workbooks.schedule_extract_refresh(extracts.id, workbook) == []
    assert server.datasources.schedule_extract_refresh(extracts.id, datasource) == []
    assert server.flows.schedule_flow_run(flows.id, flow) == []
    for wrong in [lambda: server.flows.schedule_flow_run(extracts.id, flow),
                  lambda: server.workbooks.schedule_extract_refresh(flows.id, workbook)]:
        with refused(ServerResponseError, "400000"):
            wrong()
