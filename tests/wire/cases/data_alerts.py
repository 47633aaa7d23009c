ALERT = """<dataAlert id="a-1" subject="Sales &amp; more" creatorId="u-1" createdAt="2025-11-02T08:00:00Z"
    updatedAt="2025-12-03T09:10:11Z" frequency="Weekly" public="true"><owner id="u-1" name="ada"/>
    <view id="v-1" name="Overview"><workbook id="w-1" name="Superstore"/><project id="p-1" name="Finance"/></view>{}</dataAlert>"""
WHOLE = ALERT.format('<recipients><recipient id="4"/><recipient id="u-2"/></recipients>')
ADA = '<user id="u-2" name="bo" siteRole="Viewer" externalAuthUserId="x-2"/>'
ITEM = "known(TSC.DataAlertItem(), 'a-1')"

case("get", "server.data_alerts.get(TSC.RequestOptions(pagesize=1000))", page("dataAlerts", ALERT.format("")))
case("get.plain", "server.data_alerts.get()", page("dataAlerts", ALERT.format("")))
case("get_by_id", "server.data_alerts.get_by_id('a-1')", WHOLE)
case(
    "update",
    f"""
    item = {ITEM}
    item.subject, item.frequency, item.public = 'New & "old"', 'Weekly', False
    item._owner_id = 'u-2'
    server.data_alerts.update(item)
    """,
    ALERT.format(""),
)
case("delete", "server.data_alerts.delete('a-1')", done())
case("add_user_to_alert", f"server.data_alerts.add_user_to_alert({ITEM}, 'u-2')", ADA)
case("add_user_to_alert.item", f"server.data_alerts.add_user_to_alert({ITEM}, known(TSC.UserItem('bo', 'Viewer'), 'u-2'))", ADA)
case("delete_user_from_alert", f"server.data_alerts.delete_user_from_alert({ITEM}, 'u-2')", done())
