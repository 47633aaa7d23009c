HOOK = """<webhook id="h-1" name="On failure" isEnabled="true" statusChangeReason="" event="WorkbookRefreshFailed">
    <webhook-source><webhook-source-event-workbook-refresh-failed/></webhook-source><webhook-destination>
    <webhook-destination-http method="POST" url="https://ops.example.com/hook?a=1&amp;b=2"/></webhook-destination>
    <owner id="u-1" name="ada"/></webhook>"""
# A server before API 3.8 has no attribute for the event.
OLD = """<webhook id="h-2" name="Old"><webhook-source><webhook-source-event-datasource-created/></webhook-source>
    <webhook-destination><webhook-destination-http method="POST" url="https://ops.example.com/"/></webhook-destination>
    <owner id="u-1" name="ada"/></webhook>"""
NEW = """
    item = TSC.WebhookItem()
    item.name, item.url = 'On "failure" & more', 'https://ops.example.com/hook?a=1&b=2'
    item.event = {event!r}
    server.webhooks.create(item)
"""

case("get", "server.webhooks.get()", f"<webhooks>{HOOK}{OLD}</webhooks>")
case("get_by_id", "server.webhooks.get_by_id('h-1')", HOOK)
case("create", NEW.format(event="workbook-refresh-failed"), HOOK)
case("create.source", NEW.format(event="webhook-source-event-workbook-refresh-failed"), HOOK)
case("create.admin", NEW.format(event="webhook-event-user-promoted-admin"), HOOK)
case("delete", "server.webhooks.delete('h-1')", done())
case("test", "server.webhooks.test('h-1')", '<webhookTestResult id="h-1" status="200"><body>OK</body></webhookTestResult>')
