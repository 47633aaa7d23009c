MINE = """<customView id="cv-1" name="Mine" createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z"
    lastAccessedAt="2025-12-04T00:00:01Z" shared="false">
    <view id="v-1" name="Overview"/><workbook id="w-1" name="R&amp;D"/><owner id="u-1" name="ada"/></customView>"""
ITEM = "TSC.CustomViewItem(id='cv-1', name='Mine')"

listing(MINE, "customViews", "custom_views", "Mine")
case("get_by_id", "server.custom_views.get_by_id('cv-1')", MINE)
case("update.name", f"item = {ITEM}\nitem.name = 'Best <ever>'\nserver.custom_views.update(item)", MINE)
case("update.every", f"item = {ITEM}\nitem.name, item.owner = 'Best', known(TSC.UserItem(), 'u-2')\nserver.custom_views.update(item)", MINE)
case("update.shared", f"item = {ITEM}\nitem.shared = True\nserver.custom_views.update(item)", MINE)
case("delete", "server.custom_views.delete('cv-1')", done())


def export(kind, name, options, data):
    read = "b''.join(item.csv)" if kind == "csv" else f"item.{kind}"
    case(f"populate_{kind}{name}", f"item = {ITEM}\noptions = {options}\nserver.custom_views.populate_{kind}(item, options)\n{read}", file(data))


export("image", "", "None", b"\x89PNG")
export("image", ".options", "TSC.ImageRequestOptions('high', 10, format='PNG')", b"\x89PNG")
export("pdf", "", "None", b"%PDF-1")
export("pdf", ".options", "TSC.PDFRequestOptions('a5', 'landscape', 5, 600, 800)", b"%PDF-1")
export("csv", "", "None", b"a,b\n1,2\n")
export("csv", ".options", "TSC.CSVRequestOptions(maxage=1).vf('Region', 'west')", b"a,b\n1,2\n")
case("download", f"server.custom_views.download({ITEM}, 'here.json')\nopen('here.json', 'rb').read()", file(b'{"a":1}', content_type="application/json"))

NEW = """
item = TSC.CustomViewItem(name='Mine')
item.owner, item.workbook = known(TSC.UserItem(), 'u-1'), known(TSC.WorkbookItem(), 'w-1')
"""
FILES = {"view.json": b'[{"viewName":"Overview", "tcv":"PD94bWwg"}]'}
case("publish", NEW + "server.custom_views.publish(item, 'view.json')", xml(MINE, 201), files=FILES)
case("publish.shared", NEW + "item.shared = True\nserver.custom_views.publish(item, 'view.json')", xml(MINE, 201), files=FILES)
case("publish.chunks", NEW + "server.custom_views.publish(item, 'view.json')", *CHUNKS[:1], *[CHUNKS[1]] * 3, xml(MINE, 201), files=FILES, chunk=20)
