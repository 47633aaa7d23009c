#!/usr/bin/env python3
"""Runs other Python clients of Tableau Server, unchanged, against the mock server.

    python -m venv venv && venv/bin/pip install tableau-api-lib==0.1.50 tableau_utilities==2.2.15
    venv/bin/python tests/clients/run.py --server target/debug/tableau-mock-server

Each function whose name begins with `client_` gets a server of its own: it signs in with a personal
access token, reads lists and publishes. The status is 1 if one of them failed.
"""

import argparse
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

WORKBOOK = """<?xml version='1.0'?><workbook><datasources><datasource caption='Orders'>
<connection class='postgres' server='db' port='5432' username='u' dbname='d'/></datasource>
</datasources><worksheets><worksheet name='One'/></worksheets></workbook>"""
DATASOURCE = "<?xml version='1.0'?><datasource><connection class='mysql' server='h'/></datasource>"


def client_tableau_api_lib(info, folder):
    from tableau_api_lib import TableauServerConnection
    from tableau_api_lib.utils import querying

    environment = {
        "server": info["url"],
        "api_version": info["api_version"],
        "personal_access_token_name": info["token_name"],
        "personal_access_token_secret": info["token_secret"],
        "site_name": "Default",
        "site_url": "",
    }
    connection = TableauServerConnection({"mock": environment}, env="mock")
    assert connection.sign_in().status_code == 200
    sizes = {"workbooks": 12, "views": 24, "datasources": 4, "flows": 3, "projects": 7, "users": 6,
             "groups": 3, "sites": 1, "schedules": 2}
    for what, size in sizes.items():
        frame = getattr(querying, f"get_{what}_dataframe")(connection)
        assert len(frame) == size, f"{len(frame)} {what}"
    project = querying.get_projects_dataframe(connection)["id"][0]
    published = connection.publish_workbook(str(folder / "book.twb"), "Book", project)
    assert published.status_code == 201, published.text
    assert [view["name"] for view in published.json()["workbook"]["views"]["view"]] == ["One"]
    again = connection.publish_workbook(
        str(folder / "book.twb"), "Book", project, parameter_dict={"overwrite": "overwrite=true"})
    assert again.json()["workbook"]["id"] == published.json()["workbook"]["id"], again.text
    published = connection.publish_data_source(
        str(folder / "orders.tds"), "Orders", project, connection_username="me",
        connection_password="secret", embed_credentials_flag=True)
    assert published.status_code == 201, published.text
    connections = querying.get_datasource_connections_dataframe(
        connection, published.json()["datasource"]["id"])
    assert list(connections["userName"]) == ["me"]
    published = connection.publish_flow(str(folder / "clean.tfl"), "Clean", project)
    assert published.status_code == 201, published.text
    assert connection.sign_out().status_code == 204


def client_tableau_utilities(info, folder):
    from tableau_utilities.tableau_server.tableau_server import TableauServer

    server = TableauServer(
        host=info["url"],
        site="",
        personal_access_token_name=info["token_name"],
        personal_access_token_secret=info["token_secret"],
    )
    sizes = {"workbooks": 12, "views": 24, "datasources": 4, "users": 6, "groups": 3}
    for what, size in sizes.items():
        items = list(getattr(server.get, what)())
        assert len(items) == size, f"{len(items)} {what}"
    assert "Finance" in [project.name for project in server.get.projects()]
    source = server.publish.datasource(
        str(folder / "orders.tds"), datasource_name="Orders", project_name="Finance",
        connection={"username": "me", "password": "secret"})
    assert server.get.datasource(source.id).project_name == "Finance"
    assert [c.user_name for c in server.get.datasource_connections(source.id)] == ["me"]
    again = server.publish.datasource(str(folder / "orders.tds"), datasource_id=source.id)
    assert again.id == source.id
    book = server.publish.workbook(
        str(folder / "book.twb"), workbook_name="Book", project_name="Finance")
    assert server.publish.workbook(str(folder / "book.twb"), workbook_id=book.id).id == book.id
    path = server.download.workbook(book.id, file_dir=str(folder / "back"))
    assert pathlib.Path(path).read_text() == WORKBOOK
    assert server.refresh.datasource(source.id).type == "RefreshExtract"


def run(program, client):
    """Runs a client against a server of its own."""
    server = subprocess.Popen(
        [program], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        info = json.loads(server.stdout.readline())
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "book.twb").write_text(WORKBOOK)
            (folder / "orders.tds").write_text(DATASOURCE)
            (folder / "clean.tfl").write_text("{}")
            client(info, folder)
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", required=True, help="the tableau-mock-server program")
    options = parser.parse_args()
    failed = 0
    for client in [client_tableau_api_lib, client_tableau_utilities]:
        name = client.__name__.removeprefix("client_")
        # tableau_utilities imports a module that Python 3.13 no longer has.
        if client is client_tableau_utilities and importlib.util.find_spec("cgi") is None:
            print(f"skipped {name}: it needs Python 3.12 or older")
            continue
        try:
            run(options.server, client)
        except Exception:
            failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}")
        else:
            print(f"passed {name}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
