"""projects, workbooks, views, datasources, tags, jobs."""

import datetime
import os
import tempfile
from xml.etree.ElementTree import fromstring

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import (
    FlowRunFailedException,
    JobFailedException,
    ServerResponseError,
)

from helpers import arguments, ended, one, refused, rule


def flow_projects(mock):
    server = mock.signed_in()
    projects, _ = server.projects.get()
    assert one(projects, "R&D <\"'>").description == "Names of projects can be anything."
    finance = one(projects, "Finance")
    assert one(projects, "Quarterly").parent_id == finance.id
    assert finance.owner_id == server.user_id
    new = server.projects.create(TSC.ProjectItem("A + B", "d", "ManagedByOwner", finance.id))
    assert new.parent_id == finance.id and new.name == "A + B"
    with refused(ServerResponseError, "409006"):
        server.projects.create(TSC.ProjectItem("A + B", parent_id=finance.id))
    assert server.projects.get_by_path("Finance/A + B").id == new.id
    assert server.projects.get_by_id(new.id).description == "d"
    new.parent_id, new.content_permissions = "", "LockedToProject"
    moved = server.projects.update(new)
    assert moved.parent_id is None and moved.content_permissions == "LockedToProject"
    options = TSC.RequestOptions()
    options.all_fields = True
    counted = one(server.projects.get(options)[0], "default")
    assert counted.workbook_count == 2 and counted.view_count == 4, counted.workbook_count
    assert counted.top_level_project is True and counted.writeable is True
    server.projects.delete(new.id)
    assert server.projects.get_by_path("A + B") is None


def flow_project_permissions(mock):
    server = mock.signed_in()
    project = server.projects.get_by_path("Marketing")
    user, group = server.users.get()[0][1], server.groups.get()[0][1]
    server.projects.populate_permissions(project)
    assert [r.grantee.tag_name for r in project.permissions] == ["group"]
    rules = server.projects.update_permissions(project, [rule(user, Read="Allow", Write="Deny")])
    assert len(rules) == 2
    server.projects.delete_permission(project, [rule(user, Write="Deny")])
    mine = [r for r in project.permissions if r.grantee.id == user.id]
    assert mine[0].capabilities == {"Read": "Allow"}
    for kind in ["workbook", "datasource", "flow", "lens", "datarole", "metric",
                 "virtualconnection", "database", "table"]:
        getattr(server.projects, f"populate_{kind}_default_permissions")(project)
        lazy = f"default_{kind}_permissions"
        assert getattr(project, lazy) == []
        allow = rule(group, Read="Allow")
        getattr(server.projects, f"update_{kind}_default_permissions")(project, [allow])
        assert getattr(project, lazy)[0].capabilities == {"Read": "Allow"}, kind
        getattr(server.projects, f"delete_{kind}_default_permissions")(project, allow)
        assert getattr(project, lazy) == []


def flow_workbooks(mock):
    server = mock.signed_in()
    workbooks, pages = server.workbooks.get()
    assert pages.total_available == 12 and len(workbooks) == 12
    sales = one(workbooks, "Sales")
    assert sales.project_name == "default" and sales.owner_id == server.user_id
    assert sales.created_at == datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    assert sales.tags == {"daily", "board room"} and sales.show_tabs and sales.size == 1
    assert sales.webpage_url.startswith(mock.info["url"])
    sales = server.workbooks.get_by_id(sales.id)
    assert [view.name for view in sales.views] == ["Overview", "Details"]
    assert sales.default_view_id == sales.views[0].id
    bob = server.users.filter(name="bob")[0]
    marketing = server.projects.get_by_path("Marketing")
    sales.name, sales.description, sales.show_tabs = "Renamed", "é", False
    sales.owner_id, sales.project_id = bob.id, marketing.id
    sales.tags = {"a b", "c,d", "daily"}
    policy = TSC.DataFreshnessPolicyItem(TSC.DataFreshnessPolicyItem.Option.FreshEvery)
    policy.fresh_every_schedule = TSC.DataFreshnessPolicyItem.FreshEvery("Hours", 10)
    sales.data_freshness_policy = policy
    server.workbooks.update(sales)
    again = server.workbooks.get_by_id(sales.id)
    assert (again.name, again.description, again.show_tabs) == ("Renamed", "é", False)
    assert (again.owner_id, again.project_id) == (bob.id, marketing.id)
    assert again.tags == {"a b", "c,d", "daily"}, again.tags
    assert again.data_freshness_policy.fresh_every_schedule.value == 10
    server.workbooks.populate_connections(again)
    connection = again.connections[0]
    assert connection.connection_type == "sqlserver" and connection.embed_password
    connection.username, connection.embed_password = "other", False
    assert server.workbooks.update_connection(again, connection).username == "other"
    changed = server.workbooks.update_connections(again, [connection.id], "auth-user-pass", "third")
    assert changed[0].username == "third" and changed[0].auth_type == "auth-user-pass"
    server.workbooks.populate_permissions(again)
    assert again.permissions == []
    server.workbooks.update_permissions(again, [rule(bob, ExportData="Allow")])
    assert again.permissions[0].capabilities == {"ExportData": "Allow"}
    server.workbooks.delete_permission(again, rule(bob, ExportData="Allow"))
    assert again.permissions == []
    server.workbooks.delete(again.id)
    with refused(ServerResponseError, "404006"):
        server.workbooks.get_by_id(again.id)


def flow_queries(mock):
    server = mock.signed_in()
    names = lambda query: [workbook.name for workbook in query]  # noqa: E731
    assert names(server.workbooks.filter(name__in=["Sales", "Staff 2"])) == ["Sales", "Staff 2"]
    assert names(server.workbooks.filter(name="Sales 2", page_size=1)) == ["Sales 2"]
    assert len(server.workbooks.filter(tags="board room")) == 3
    since = datetime.datetime(2024, 1, 1, 0, 10, tzinfo=datetime.timezone.utc)
    assert names(server.workbooks.filter(created_at__gt=since)) == ["Forecast 2", "Staff 2"]
    assert names(server.workbooks.order_by("-size"))[0] == "Staff 2"
    assert len(list(server.workbooks.all(page_size=5))) == 12
    assert server.workbooks.filter(owner_name="Alice").total_available == 2
    options = TSC.RequestOptions()
    options.filter.add(TSC.Filter("nonsense", "eq", "x"))
    with refused(ServerResponseError, "400065"):
        server.workbooks.get(options)
    server.version = "3.6"
    options = TSC.RequestOptions()
    options.filter.add(TSC.Filter("name", "eq", "Sales 2"))
    assert names(server.workbooks.get(options)[0]) == ["Sales 2"]


def flow_views(mock):
    server = mock.signed_in()
    views, pages = server.views.get(usage=True)
    assert pages.total_available == 24 and views[0].total_views == 0
    view = server.views.get_by_id(views[2].id, usage=True)
    assert view.total_views == 1 and view.sheet_type == "dashboard"
    assert view.workbook_id and view.owner_id and view.project_id
    assert view.content_url == "Finance/sheets/Overview", view.content_url
    server.views.populate_image(view, TSC.ImageRequestOptions("high", 1, 10, 20, "SVG"))
    assert view.image.startswith(b"<svg")
    server.views.populate_preview_image(view)
    assert view.preview_image.startswith(b"\x89PNG")
    server.views.populate_pdf(view, TSC.PDFRequestOptions("a4", "landscape"))
    assert view.pdf.startswith(b"%PDF")
    server.views.populate_csv(view, TSC.CSVRequestOptions().vf("Region", "East"))
    assert b"".join(view.csv).count(b"\r\n") == 2
    server.views.populate_excel(view)
    assert b"".join(view.excel).startswith(b"PK")
    view.tags = {"x y"}
    server.views.update(view)
    assert server.views.get_by_id(view.id).tags == {"x y"}
    server.views.delete_tags(view, "x y")
    assert server.views.get_by_id(view.id).tags == set()
    server.views.populate_permissions(view)
    user = server.users.get()[0][1]
    server.views.update_permissions(view, [rule(user, Read="Deny")])
    assert view.permissions[0].capabilities == {"Read": "Deny"}
    server.views.delete_permission(view, rule(user, Read="Deny"))
    workbook = server.workbooks.get_by_id(view.workbook_id)
    server.workbooks.populate_views(workbook, usage=True)
    assert [v.total_views for v in workbook.views] == [1, 2]
    server.workbooks.populate_pdf(workbook)
    assert workbook.pdf.startswith(b"%PDF")
    server.workbooks.populate_powerpoint(workbook)
    assert workbook.powerpoint.startswith(b"PK")
    server.workbooks.populate_preview_image(workbook)
    assert workbook.preview_image.startswith(b"\x89PNG")
    server.views.delete(view)
    with refused(ServerResponseError, "404011"):
        server.views.get_by_id(view.id)


def flow_datasources(mock):
    server = mock.signed_in()
    datasources, pages = server.datasources.get()
    assert pages.total_available == 4
    item = one(datasources, "Finance data")
    assert item.certified and item.certification_note == "Checked." and item.project_name
    item.certified, item.description, item.tags = False, "new", {"t"}
    item.ask_data_enablement = TSC.DatasourceItem.AskDataEnablement.Enabled
    server.datasources.update(item)
    again = server.datasources.get_by_id(item.id)
    assert not again.certified and again.description == "new" and again.tags == {"t"}
    assert again.ask_data_enablement == "Enabled"
    server.datasources.populate_connections(again)
    connection = again.connections[0]
    connection.username = "u2"
    assert server.datasources.update_connection(again, connection).username == "u2"
    assert server.datasources.update_connections(again, [connection.id], username="u3")[0].username == "u3"
    server.datasources.populate_permissions(again)
    user = server.users.get()[0][1]
    server.datasources.update_permissions(again, [rule(user, Connect="Allow")])
    assert again.permissions[0].capabilities == {"Connect": "Allow"}
    server.datasources.delete_permission(again, rule(user, Connect="Allow"))
    job = server.datasources.update_hyper_data(again, request_id="r", actions=[{"action": "delete"}])
    assert server.jobs.wait_for_job(job, timeout=30).finish_code == 0
    server.datasources.delete(again.id)
    with refused(ServerResponseError, "404004"):
        server.datasources.get_by_id(again.id)


def flow_tags(mock):
    server = mock.signed_in()
    workbook, datasource = server.workbooks.get()[0][1], server.datasources.get()[0][1]
    assert server.tags.batch_add({"p", "q r"}, [workbook, datasource]) == {"p", "q r"}
    assert {"p", "q r"} <= server.workbooks.get_by_id(workbook.id).tags
    assert {"p", "q r"} <= server.datasources.get_by_id(datasource.id).tags
    server.tags.batch_delete("p", [workbook, datasource])
    assert "p" not in server.workbooks.get_by_id(workbook.id).tags
    for room in [server.workbooks, server.datasources, server.views]:
        item = room.get()[0][0]
        before = room.get_by_id(item.id).tags
        assert room.add_tags(item.id, ["new one", "z"]) == before | {"new one", "z"}
        room.delete_tags(item, ["z"])
        assert room.get_by_id(item.id).tags == before | {"new one"}
        item.tags, item._initial_tags = {"only"}, before | {"new one"}
        room.update_tags(item)
        assert room.get_by_id(item.id).tags == {"only"}
    for label in ["50%", "a/b", "two words", "a,b", "a+b", "a?b#c", "größe"]:
        server.workbooks.add_tags(workbook, label)
        assert label in server.workbooks.get_by_id(workbook.id).tags, label
        server.workbooks.delete_tags(workbook, label)
        assert label not in server.workbooks.get_by_id(workbook.id).tags, label


def flow_extracts(mock):
    server = mock.signed_in()
    workbook = one(server.workbooks.get()[0], "Sales")
    assert server.workbooks.get_by_id(workbook.id).has_extracts is False
    job = server.workbooks.create_extract(workbook, encrypt=True)
    assert job.type == "CreateExtract"
    with refused(ServerResponseError, "400031"):
        server.jobs.get_by_id(job.id)
    listed = ended(server, job)
    assert (listed.type, listed.status) == ("create_extracts", "Success")
    changed = server.workbooks.get_by_id(workbook.id)
    assert changed.has_extracts is True and changed.encrypt_extracts is True
    job = server.workbooks.delete_extract(workbook)
    assert job.type == "DeleteExtract" and server.jobs.wait_for_job(job.id, timeout=30).finish_code == 0
    assert server.workbooks.get_by_id(workbook.id).has_extracts is False
    datasource = one(server.datasources.get()[0], "Finance data")
    job = server.datasources.refresh(datasource)
    assert job.type == "RefreshExtract" and job.datasource_id == datasource.id
    assert server.datasources.refresh(datasource.id) is None
    before = server.datasources.get_by_id(datasource.id).updated_at
    server.jobs.wait_for_job(job, timeout=30)
    assert server.datasources.get_by_id(datasource.id).updated_at > before
    assert server.datasources.refresh(datasource, incremental=True).id != job.id


def flow_hyper_data(mock):
    server = mock.signed_in()
    item = server.datasources.get()[0][0]
    insert = [{"action": "insert", "source-table": "s", "target-table": "t"}]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rows.hyper")
        with open(path, "wb") as file:
            file.write(b"HyPer\x00" + os.urandom(10_000))
        job = server.datasources.update_hyper_data(item, request_id="1", actions=insert, payload=path)
        # A request of the same id is carried out once.
        again = server.datasources.update_hyper_data(item, request_id="1", actions=insert)
        assert again.id == job.id and job.type == "UpdateUploadedFile"
        assert job.datasource_id == item.id
        with refused(ServerResponseError, "409093"):
            server.datasources.update_hyper_data(item.id, request_id="2", actions=insert)
    assert server.jobs.wait_for_job(job, timeout=30).finish_code == 0
    server.datasources.populate_connections(item)
    connection = item.connections[0]
    connection._datasource_id = item.id
    job = server.datasources.update_hyper_data(connection, request_id="3", actions=insert)
    assert server.jobs.wait_for_job(job, timeout=30).finish_code == 0
    with refused(ServerResponseError, "400000"):
        server.datasources.update_hyper_data(item, request_id="4", actions=[])


def flow_personal_space(mock):
    server = mock.signed_in()
    item = one(server.workbooks.get()[0], "Sales")
    assert item.location.type == "Project" and item.location.id == item.project_id
    answer = server.workbooks.get_request(f"{server.baseurl}/sites/{server.site_id}/personalSpace")
    space = fromstring(answer.content)[0]
    assert space.get("ownerLuid") == server.user_id and space.get("readOnly") == "false"
    location = f'<location id="{space.get("luid")}" type="PersonalSpace"/>'
    move = f"<tsRequest><workbook>{location}</workbook></tsRequest>"
    server.workbooks.put_request(f"{server.workbooks.baseurl}/{item.id}", move)
    moved = server.workbooks.get_by_id(item.id)
    assert (moved.location.type, moved.location.name) == ("PersonalSpace", "Personal Space")
    assert moved.location.id == space.get("luid") and moved.project_name is None
    assert server.views.get_by_id(moved.views[0].id).location.type == "PersonalSpace"
    # The client gives it a project whether it says so or not.
    moved.project_id = server.projects.get_by_path("Finance").id
    server.workbooks.update(moved)
    back = server.workbooks.get_by_id(item.id)
    assert (back.location.type, back.project_name) == ("Project", "Finance")


@arguments("--fail-job", "The disk is full.", "--fail-job=Nor now.")
def flow_jobs_that_fail(mock):
    server = mock.signed_in()
    workbook, flow = server.workbooks.get()[0][0], server.flows.get()[0][0]
    before = server.workbooks.get_by_id(workbook.id).updated_at
    job = server.workbooks.refresh(workbook)
    with refused(JobFailedException):
        server.jobs.wait_for_job(job, timeout=30)
    failed = server.jobs.get_by_id(job.id)
    assert (failed.finish_code, failed.notes) == (1, ["The disk is full."]), failed.notes
    assert failed.completed_at and server.workbooks.get_by_id(workbook.id).updated_at == before
    run = server.flows.refresh(flow).flow_run.id
    with refused(FlowRunFailedException):
        server.flow_runs.wait_for_job(run, timeout=30)
    assert server.flow_runs.get_by_id(run).status == "Failed"
    assert [job.status for job in server.jobs.get()[0]] == ["Failed", "Failed"]
    # The next ones go well.
    job = server.workbooks.refresh(workbook)
    assert server.jobs.wait_for_job(job, timeout=30).finish_code == 0
    assert server.workbooks.get_by_id(workbook.id).updated_at > before


def flow_jobs(mock):
    server = mock.signed_in()
    workbook, datasource = server.workbooks.get()[0][0], server.datasources.get()[0][1]
    job = server.workbooks.refresh(workbook)
    assert job.type == "RefreshExtract" and job.completed_at is None
    assert job.workbook_id == workbook.id and job.workbook_name == workbook.name
    assert server.workbooks.refresh(workbook) is None
    done = server.jobs.wait_for_job(job, timeout=30)
    assert done.finish_code == 0 and done.completed_at and done.progress == "100"
    job = server.datasources.create_extract(datasource, encrypt=True)
    assert job.datasource_id == datasource.id and ended(server, job).status == "Success"
    assert server.datasources.get_by_id(datasource.id).has_extracts
    server.datasources.delete_extract(datasource)
    job = server.workbooks.refresh(workbook)
    server.jobs.cancel(job.id)
    with refused(TSC.JobCancelledException):
        server.jobs.wait_for_job(job)
    with refused(ServerResponseError, "403091"):
        server.jobs.cancel(job.id)
    jobs, pages = server.jobs.get()
    assert pages.total_available == 4 and jobs[0].status == "Cancelled"
    assert [job.type for job in server.jobs.filter(status="Success")] == [
        "create_extracts", "refresh_extracts"]
    with refused(ServerResponseError, "404018"):
        server.jobs.get_by_id("x")
