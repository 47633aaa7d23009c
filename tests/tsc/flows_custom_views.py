"""custom_views."""

import io
import json

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import one, refused


def flow_custom_views(mock):
    server = mock.signed_in()
    views, pages = server.custom_views.get()
    assert pages.total_available == 2 and [v.name for v in views] == ["My Sales", "My Finance"]
    item = server.custom_views.get_by_id(views[0].id)
    assert item.shared is True and item.owner.id == server.user_id
    workbook = server.workbooks.get_by_id(item.workbook.id)
    assert (workbook.name, item.view.id) == ("Sales", workbook.default_view_id)
    assert item.created_at < item.updated_at
    assert [v.id for v in server.custom_views.filter(workbook_id=workbook.id)] == [item.id]
    assert [v.name for v in server.custom_views.order_by("name")] == ["My Finance", "My Sales"]
    assert len(list(server.custom_views.all(page_size=1))) == 2

    bob = server.users.filter(name="bob")[0]
    item.name, item.owner = "Ours", bob
    changed = server.custom_views.update(item)
    assert (changed.name, changed.owner.id) == ("Ours", bob.id)

    server.custom_views.populate_image(item, TSC.ImageRequestOptions("high", 1))
    assert item.image.startswith(b"\x89PNG")
    server.custom_views.populate_pdf(item, TSC.PDFRequestOptions("a4", "landscape"))
    assert item.pdf.startswith(b"%PDF")
    server.custom_views.populate_csv(item, TSC.CSVRequestOptions().vf("Region", "East,West"))
    assert b"".join(item.csv).count(b"\r\n") == 3
    server.custom_views.delete(item.id)
    with refused(ServerResponseError, "404029"):
        server.custom_views.get_by_id(item.id)


def flow_definitions(mock):
    server = mock.signed_in()
    before = server.custom_views.get()[0][0]
    definition = io.BytesIO()
    server.custom_views.download(before, definition)
    assert json.loads(definition.getvalue())
    other = one(server.workbooks.get()[0], "Forecast")
    item = TSC.CustomViewItem(name="Copy")
    item.workbook, item.owner, item.shared = other, server.users.get()[0][2], True
    new = server.custom_views.publish(item, definition)
    assert (new.name, new.shared, new.owner.id) == ("Copy", True, item.owner.id)
    assert new.workbook.id == other.id and new.id != before.id
    back = io.BytesIO()
    server.custom_views.download(new, back)
    assert back.getvalue() == definition.getvalue()
    with refused(ServerResponseError, "400000"):
        server.custom_views.publish(item, io.BytesIO(b"no JSON"))
