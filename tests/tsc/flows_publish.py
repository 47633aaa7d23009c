"""Publishing and downloading; fileuploads."""

import io
import os
import tempfile
import zipfile

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import refused

TWB = """<?xml version='1.0' encoding='utf-8' ?>
<workbook><datasources><datasource caption='Orders'><connection class='federated'>
<named-connections><named-connection name='p'><connection class='postgres' server='DB.example.com'
port='5432' username='u' dbname='d'/></named-connection></named-connections></connection></datasource>
</datasources><worksheets><worksheet name='One'/><worksheet name='R&amp;D'/></worksheets>
<dashboards><dashboard name='All'/></dashboards></workbook>"""

TDS = "<?xml version='1.0' ?><datasource><connection class='mysql' server='h' username='u'/></datasource>"


def packed():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("Book.twb", TWB)
        file.writestr("Data/Extracts/x.hyper", os.urandom(100_000))
    return archive.getvalue()


def flow_workbook(mock):
    server = mock.signed_in()
    project = server.projects.get_by_path("Finance")
    content = packed()
    item = TSC.WorkbookItem(project.id, "My \"Book\" é", show_tabs=True)
    item.description, item.hidden_views = "d", ["R&D"]
    connection = TSC.ConnectionItem()
    connection.server_address = "db.example.com"
    connection.connection_credentials = TSC.ConnectionCredentials("me", "secret", True)
    new = server.workbooks.publish(item, io.BytesIO(content), "CreateNew", [connection])
    assert new.id and new.project_id == project.id and new.show_tabs and new.description == "d"
    assert [view.name for view in new.views] == ["One", "All"]
    assert server.workbooks.get_by_id(new.id).size == 1
    server.workbooks.populate_connections(new)
    assert new.connections[0].connection_type == "postgres"
    assert new.connections[0].username == "me" and new.connections[0].embed_password
    back = io.BytesIO()
    server.workbooks.download(new.id, back)
    assert back.getvalue() == content
    with tempfile.TemporaryDirectory() as folder:
        path = server.workbooks.download(new.id, folder)
        assert path.endswith(".twbx") and open(path, "rb").read() == content
        path = os.path.join(folder, "second.twb")
        with open(path, "w") as file:
            file.write(TWB)
        with refused(ServerResponseError, "403007"):
            server.workbooks.publish(item, path, "CreateNew")
        again = server.workbooks.publish(item, path, "Overwrite")
    assert again.id == new.id
    server.workbooks.populate_revisions(again)
    assert [r.revision_number for r in again.revisions] == ["1", "2"]
    assert again.revisions[1].current and again.revisions[0].user_name == "admin"
    old = io.BytesIO()
    server.workbooks.download_revision(again.id, "1", old)
    assert old.getvalue() == content
    server.workbooks.delete_revision(again.id, "1")
    assert len(again.revisions) == 1
    job = server.workbooks.publish(item, io.BytesIO(TWB.encode()), "Overwrite", as_job=True)
    assert server.jobs.wait_for_job(job, timeout=30).workbook_id == new.id
    with refused(ServerResponseError, "404005"):
        server.workbooks.publish(TSC.WorkbookItem("x", "y"), io.BytesIO(TWB.encode()), "CreateNew")


def flow_datasource(mock):
    server = mock.signed_in()
    project = server.projects.get_by_path("Finance")
    item = TSC.DatasourceItem(project.id, "DS")
    item.description, item.certified, item.certification_note = "de", True, "note"
    credentials = TSC.ConnectionCredentials("me", "secret", True)
    new = server.datasources.publish(item, io.BytesIO(TDS.encode()), "CreateNew", credentials)
    assert new.datasource_type == "mysql" and new.certified and new.certification_note == "note"
    server.datasources.populate_connections(new)
    assert new.connections[0].username == "me" and new.connections[0].embed_password
    back = io.BytesIO()
    server.datasources.download(new.id, back, include_extract=False)
    assert back.getvalue() == TDS.encode()
    server.datasources.publish(item, io.BytesIO(TDS.encode()), "Overwrite")
    server.datasources.populate_revisions(new)
    assert len(new.revisions) == 2
    server.datasources.download_revision(new.id, "1", io.BytesIO())
    server.datasources.delete_revision(new.id, "1")
    assert len(new.revisions) == 1
    job = server.datasources.publish(item, io.BytesIO(TDS.encode()), "Overwrite", as_job=True)
    assert server.jobs.wait_for_job(job, timeout=30).datasource_id == new.id


def flow_upload_in_pieces(mock):
    server = mock.signed_in()
    project = server.projects.get_by_path("Finance")
    content = b"HyPer\x00" + os.urandom(3_500_000)
    os.environ["TSC_CHUNK_SIZE_MB"], os.environ["TSC_FILESIZE_LIMIT_MB"] = "1", "2"
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "big.hyper")
            with open(path, "wb") as file:
                file.write(content)
            item = TSC.DatasourceItem(project.id, "Big")
            new = server.datasources.publish(item, path, "CreateNew")
    finally:
        del os.environ["TSC_CHUNK_SIZE_MB"], os.environ["TSC_FILESIZE_LIMIT_MB"]
    back = io.BytesIO()
    server.datasources.download(new.id, back)
    assert back.getvalue() == content and new.datasource_type == "dataengine"
    session = server.fileuploads.initiate()
    assert server.fileuploads.upload(io.BytesIO(b"abc")) != session
    with refused(ServerResponseError, "404015"):
        server.fileuploads.append("x", b"--B--\r\n", "multipart/mixed; boundary=B")
