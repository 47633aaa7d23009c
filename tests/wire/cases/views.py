VIEW = """<view id="v-1" name="Overview" contentUrl="RD/sheets/Overview" viewUrlName="Overview" sheetType="dashboard"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z" favoritesTotal="3">
    <workbook id="w-1" name="R&amp;D"/><owner id="u-1" name="ada"/><project id="p-1" name="Operations"/>
    <location id="p-1" name="Operations" type="Project"/>
    <tags><tag label="front"/></tags><usage totalViewCount="17"/></view>"""
ITEM = ("views", "known(TSC.ViewItem(), 'v-1')")

listing(VIEW, "views", None, "Overview")
case("get.usage", "server.views.get(TSC.RequestOptions(pagesize=1000), usage=True)", page("views", VIEW))
case("get_by_id", "server.views.get_by_id('v-1')", VIEW)
case("get_by_id.usage", "server.views.get_by_id('v-1', usage=True)", VIEW)
case("delete", "server.views.delete('v-1')", done())
case("update", f"item = {ITEM[1]}\nitem.tags = {{'x y'}}\nserver.views.update(item).tags", '<tags><tag label="x y"/></tags>')
case(
    "populate_preview_image",
    f"item = {ITEM[1]}\nitem._workbook_id = 'w-1'\nserver.views.populate_preview_image(item)\nitem.preview_image",
    file(b"\x89PNG"),
)


def export(kind, name, options, data):
    read = f"b''.join(item.{kind})" if kind in ("csv", "excel") else f"item.{kind}"
    answers = [file(data)] if data else []
    case(f"populate_{kind}{name}", f"item = {ITEM[1]}\noptions = {options}\nserver.views.populate_{kind}(item, options)\n{read}", *answers)


export("image", "", "None", b"\x89PNG")
export("image", ".options", "TSC.ImageRequestOptions(TSC.ImageRequestOptions.Resolution.High, maxage=5, viz_height=600, viz_width=800).vf('Region', 'R&D, east').parameter('Rate', '10%')", b"\x89PNG")
export("image", ".svg", "TSC.ImageRequestOptions(format=TSC.ImageRequestOptions.Format.SVG)", b"<svg/>")
export("image", ".height_without_width", "TSC.ImageRequestOptions(viz_height=1)", b"")
export("image", ".fresh", "TSC.ImageRequestOptions(maxage=0)", b"\x89PNG")
export("pdf", "", "None", b"%PDF-1")
export("pdf", ".options", "TSC.PDFRequestOptions(TSC.PDFRequestOptions.PageType.Letter, TSC.PDFRequestOptions.Orientation.Portrait, 5, viz_height=600, viz_width=800)", b"%PDF-1")
export("csv", "", "None", b"a,b\n1,2\n")
export("csv", ".options", "TSC.CSVRequestOptions(maxage=1).vf('Region', 'west')", b"a,b\n1,2\n")
export("excel", "", "None", b"PK xlsx")
export("excel", ".options", "TSC.ExcelRequestOptions(maxage=1).vf('Region', 'west')", b"PK xlsx")
permissions(ITEM)
tags(ITEM)
