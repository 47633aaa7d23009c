"""What all endpoints that list things have: all, filter, order_by, paginate, find_by_name, …."""

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import refused

ENDPOINTS = ["projects", "workbooks", "datasources", "views", "custom_views", "flows"]


def flow_every_list(mock):
    server = mock.signed_in()
    for name in ENDPOINTS:
        endpoint = getattr(server, name)
        items, _ = endpoint.get()
        names = [item.name for item in items]
        assert len(items) > 1, name
        assert [item.id for item in endpoint.all(page_size=1)] == [item.id for item in items], name
        assert {item.name for item in endpoint.filter(name=names[0])} == {names[0]}, name
        assert [item.name for item in endpoint.order_by("-name")] == sorted(names, key=str.casefold, reverse=True), name
        page = endpoint.paginate(page_size=1, page_number=2)
        assert page.total_available == len(items) and page.page_size == 1, name
        assert page[0].id == items[0].id, name
        found = endpoint.find_by_name(names[-1])
        assert {item.name for item in found} == {names[-1]}, name
        assert endpoint.find_by_name("there is none") == [], name


def flow_fields(mock):
    server = mock.signed_in()
    for name in ENDPOINTS:
        endpoint = getattr(server, name)
        first = endpoint.get()[0][0]
        more = endpoint.fields("_all_")[0]
        assert (more.id, more.name) == (first.id, first.name), name
        # Of a flow, the client needs the project.
        less = endpoint.only_fields("id", "name", "project")[0]
        assert (less.id, less.name) == (first.id, first.name), name
        if name != "projects":
            assert first.created_at is not None and less.created_at is None, name
    workbook = server.workbooks.fields("_all_")[0]
    assert workbook.has_extracts is False and workbook.sheet_count == 2


def flow_lists_of_jobs(mock):
    server = mock.signed_in()
    workbooks, flows = server.workbooks.get()[0], server.flows.get()[0]
    started = [server.workbooks.refresh(workbook).id for workbook in workbooks[:3]]
    run = server.flows.refresh(flows[0])
    for endpoint, all_of in [(server.jobs, started + [run.id]), (server.flow_runs, [run.flow_run.id])]:
        assert sorted([item.id for item in endpoint.all()]) == sorted(all_of)
        assert endpoint.paginate(page_size=2).total_available in (len(all_of), None)
        assert {item.id for item in endpoint.fields("_all_")} == set(all_of)
        assert {item.id for item in endpoint.only_fields("id")} == set(all_of)
        assert {item.id for item in endpoint.order_by("started_at")} == set(all_of)
        # They have no names, and so cannot be found by them.
        with refused(ServerResponseError, "400065"):
            endpoint.find_by_name("x")
    assert [job.id for job in server.jobs.filter(job_type="run_flow")] == [run.id]
    assert len(server.jobs.filter(progress=0)) == 4


def flow_lists_of_group_sets(mock):
    server = mock.signed_in()
    made = [server.group_sets.create(TSC.GroupSetItem(name)).id for name in ["South", "North"]]
    sets = server.group_sets
    assert [item.id for item in sets.all()] == made
    assert [item.name for item in sets.order_by("name")] == ["North", "South"]
    page = sets.paginate(page_size=1, page_number=2)
    assert page.total_available == 2 and page[0].id == made[0]
    assert [item.id for item in sets.find_by_name("North")] == [made[1]]
    for found in [sets.fields("_all_"), sets.only_fields("id", "name")]:
        assert [item.id for item in found] == made
