"""databases, tables, virtual_connections and metrics."""

import json

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import refused


def rule(server):
    everyone = server.groups.get()[0][0]
    return TSC.PermissionsRule(everyone, {"Read": "Allow"})


def check_permissions(endpoint, item, rule, add="update_permissions"):
    getattr(endpoint, add)(item, [rule])
    endpoint.populate_permissions(item)
    assert [r.capabilities for r in item.permissions if r.grantee.id == rule.grantee.id] == [{"Read": "Allow"}]
    endpoint.delete_permission(item, rule)
    assert not [r for r in item.permissions if r.grantee.id == rule.grantee.id]


def check_tags(endpoint, item):
    assert endpoint.add_tags(item, ["plan", "two words"]) == {"plan", "two words"}
    endpoint.delete_tags(item, "plan")
    try:
        endpoint.update_tags(item)
        raise AssertionError("this version of TSC updates tags")
    except NotImplementedError:
        pass


def check_warnings(endpoint, item):
    endpoint.add_dqw(item, TSC.DQWItem("STALE", "No load since Monday", active=True, severe=True))
    endpoint.populate_dqw(item)
    assert [(w.warning_type, w.severe) for w in item.dqws] == [("STALE", True)]
    endpoint.update_dqw(item, TSC.DQWItem("SENSITIVE_DATA", "PII", active=True, severe=False))
    endpoint.populate_dqw(item)
    assert [w.warning_type for w in item.dqws] == ["SENSITIVE_DATA"]
    endpoint.delete_dqw(item)
    endpoint.populate_dqw(item)
    assert item.dqws == []


def flow_databases(mock):
    server = mock.signed_in()
    databases, pages = server.databases.get()
    assert pages.total_available == len(databases) == 2
    item = server.databases.get_by_id(databases[0].id)
    assert (item.name, item.connection_type, item.host_name) == ("warehouse", "sqlserver", "db.example.com")
    item.certified, item.certification_note, item.description = True, "checked & ok", "All orders"
    item.contact_id = server.user_id
    server.databases.update(item)
    item = server.databases.get_by_id(item.id)
    assert (item.certified, item.certification_note, item.contact_id) == (True, "checked & ok", server.user_id)
    check_permissions(server.databases, item, rule(server))
    check_tags(server.databases, item)
    check_warnings(server.databases, item)
    default = rule(server)
    server.databases.update_table_default_permissions(item, [default])
    server.databases.populate_table_default_permissions(item)
    assert [r.capabilities for r in item.default_table_permissions] == [{"Read": "Allow"}]
    server.databases.delete_table_default_permissions(default, item)
    assert item.default_table_permissions == []
    server.databases.delete(item.id)
    with refused(ServerResponseError, "404031"):
        server.databases.get_by_id(item.id)
    # Its tables are gone, too.
    assert server.tables.get()[1].total_available == 2


def flow_tables(mock):
    server = mock.signed_in()
    tables, pages = server.tables.get()
    assert pages.total_available == 4
    item = server.tables.get_by_id(tables[0].id)
    assert (item.name, item.schema) == ("orders", "dbo")
    item.description, item.certified, item.contact_id = "A < B", True, server.user_id
    assert server.tables.update(item).description == "A < B"
    server.tables.populate_columns(item)
    columns = list(item.columns)
    assert [(c.name, c.remote_type) for c in columns] == [("id", "I4"), ("region", "WSTR"), ("amount", "R8")]
    columns[1].description = "West & East"
    assert server.tables.update_column(item, columns[1]).description == "West & East"
    check_permissions(server.tables, item, rule(server))
    check_tags(server.tables, item)
    check_warnings(server.tables, item)
    server.tables.delete(item.id)
    with refused(ServerResponseError, "404032"):
        server.tables.get_by_id(item.id)


def flow_virtual_connections(mock):
    server = mock.signed_in()
    endpoint = server.virtual_connections
    item = endpoint.get()[0][0]
    assert [vc.name for vc in endpoint.all()] == ["Sales connection", "Finance connection"]
    assert [vc.name for vc in endpoint.filter(name=item.name)] == [item.name]
    assert [vc.name for vc in endpoint.find_by_name(item.name)] == [item.name]
    assert [vc.name for vc in endpoint.order_by("name")] == ["Finance connection", "Sales connection"]
    assert len(list(endpoint.paginate(page_size=1))) == 2
    assert len(list(endpoint.fields("name"))) == len(list(endpoint.only_fields("id", "name"))) == 2
    endpoint.populate_connections(item)
    connection = list(item.connections)[0]
    assert (connection.connection_type, connection.server_port) == ("postgres", "5432")
    connection.server_address, connection.password = "new.example.com", "PASSWORD"
    assert endpoint.update_connection_db_connection(item, connection).server_address == "new.example.com"
    project = server.projects.get()[0][0]
    new = TSC.VirtualConnectionItem("Orders")
    new.project_id, new.owner_id = project.id, server.user_id
    published = endpoint.publish(new, '{"a": "<1>"}')
    with refused(ServerResponseError, "409124"):
        endpoint.publish(new, '{"a": "<2>"}')
    endpoint.publish(new, '{"a": "<2>"}', mode="Overwrite")
    assert json.loads(endpoint.download(published.id)) == {"a": "<2>"}
    revisions, _ = endpoint.get_revisions(published)
    assert [r.revision_number for r in revisions] == ["1", "2"]
    assert json.loads(endpoint.download_revision(published, 1)) == {"a": "<1>"}
    assert endpoint.get_by_id(published.id).owner_id == server.user_id
    published.name, published.is_certified, published.certification_note = "Renamed", True, "Checked"
    assert endpoint.update(published).name == "Renamed"
    check_permissions(endpoint, published, rule(server), "add_permissions")
    check_tags(endpoint, published)
    endpoint.delete(published)
    with refused(ServerResponseError, "404049"):
        endpoint.get_by_id(published.id)


def flow_metrics(mock):
    server = mock.signed_in("3.21")
    metrics, pages = server.metrics.get()
    assert pages.total_available == 3
    metric = server.metrics.get_by_id(metrics[0].id)
    assert (metric.name, metric.suspended) == ("Sales metric", False)
    assert len(list(server.metrics.all())) == len(list(server.metrics.paginate(page_size=2))) == 3
    assert [m.name for m in server.metrics.filter(name=metric.name)] == [metric.name]
    assert [m.id for m in server.metrics.find_by_name(metric.name)] == [metric.id]
    assert [m.name for m in server.metrics.order_by("name")][0] == "Customers metric"
    assert len(list(server.metrics.fields("name"))) == len(list(server.metrics.only_fields("id", "name"))) == 3
    metric.name, metric.suspended = "Sales & more", True
    assert server.metrics.update(metric).suspended
    server.metrics.delete(metric.id)
    with refused(ServerResponseError, "404004"):
        server.metrics.get_by_id(metric.id)
