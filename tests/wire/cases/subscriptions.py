SERVER = """<subscription id="sub-1" subject="Sales &amp; more" message="Hello" attachImage="true" attachPdf="false" suspended="false"
    pageOrientation="PORTRAIT" pageSizeOption="A5"><content id="v-1" type="View" sendIfViewEmpty="false"/>
    <schedule id="s-1" name="Monday morning"/><user id="u-1" name="ada"/></subscription>"""
CLOUD = """<subscription id="sub-2" subject="Cloud" attachImage="true" attachPdf="true" pageOrientation="LANDSCAPE" pageSizeOption="A4"
    message="m" suspended="true"><content id="w-1" type="Workbook" sendIfViewEmpty="true"/>
    <schedule frequency="Weekly" nextRunAt="2026-02-21T02:20:00Z"><frequencyDetails start="18:20:00"><intervals>
    <interval weekDay="Tuesday"/></intervals></frequencyDetails></schedule><user id="u-1" name="ada"/></subscription>"""
NEW = "item = TSC.SubscriptionItem('Sales & more', 's-1', 'u-1', TSC.Target('v-1', 'View'))\n"

case("get", "server.subscriptions.get(TSC.RequestOptions(pagesize=1000))", page("subscriptions", SERVER, CLOUD))
case("get.plain", "server.subscriptions.get()", page("subscriptions", SERVER, CLOUD))
case("get_by_id", "server.subscriptions.get_by_id('sub-1')", SERVER)
case("get_by_id.cloud", "server.subscriptions.get_by_id('sub-2')", CLOUD)
case("create", f"{NEW}server.subscriptions.create(item)", SERVER)
case(
    "create.every",
    f"{NEW}item.attach_pdf, item.attach_image, item.message = True, False, 'Hello'\n"
    "item.page_orientation, item.page_size_option, item.send_if_view_empty = 'PORTRAIT', 'A5', False\nserver.subscriptions.create(item)",
    SERVER,
)
case(
    "update",
    f"{NEW}item._id, item.suspended, item.attach_pdf = 'sub-1', True, True\n"
    "item.page_orientation, item.page_size_option = 'PORTRAIT', 'A5'\nserver.subscriptions.update(item)",
    SERVER,
)
case("delete", "server.subscriptions.delete('sub-1')", done())
