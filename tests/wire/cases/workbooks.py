ITEM = ("workbooks", "known(TSC.WorkbookItem('p-1', name='R&D'), 'w-1')")
TWBX = {"sample.twbx": b"PK\x03\x04 a packaged workbook \xff\x00 of no use"}

listing(WORKBOOK, "workbooks", None, "R&D")
case("get.several", "server.workbooks.get(TSC.RequestOptions(pagesize=1000))", page("workbooks", WORKBOOK, SMALL_WORKBOOK))
case("get.none", "server.workbooks.get(TSC.RequestOptions(pagesize=1000))", page("workbooks"))
case("get_by_id", "server.workbooks.get_by_id('w-1')", WORKBOOK)
case(
    "get_by_id.views",
    "server.workbooks.get_by_id('w-1')",
    WORKBOOK.replace(
        "<tags>",
        """<views><view id="v-1" name="Overview" contentUrl="RD/sheets/Overview" createdAt="2025-11-02T08:00:00Z"
            updatedAt="2025-12-03T09:10:11Z" viewUrlName="Overview"><tags><tag label="front"/></tags></view></views>
        <dataAccelerationConfig accelerationEnabled="true" accelerateNow="false"
            lastUpdatedAt="2025-12-01T00:00:00Z" accelerationStatus="Success"/><tags>""",
    ),
)
case(
    "get_by_id.fractional_seconds",
    "server.workbooks.get_by_id('w-1').created_at",
    WORKBOOK.replace("2025-11-02T08:00:00Z", "2025-11-02T08:00:00.250Z"),
)
case("get_by_id.unreadable_time", "server.workbooks.get_by_id('w-1')", WORKBOOK.replace("2025-11-02T08:00:00Z", "yesterday"))
case(
    "get_by_id.accelerated_views",
    "server.workbooks.get_by_id('w-1')",
    WORKBOOK.replace(
        "<tags>",
        """<views><view id="v-1" name="Overview" contentUrl="RD/sheets/Overview">
            <dataAccelerationConfig accelerationEnabled="true" accelerationStatus="Enabled"/></view></views><tags>""",
    ),
)
case("get_by_id.bare", "server.workbooks.get_by_id('w-1')", '<workbook id="w-1" name="Bare"><project id="p-1"/></workbook>')
case(
    "get_by_id.personal_space",
    "server.workbooks.get_by_id('w-1')",
    """<workbook id="w-1" name="Mine" contentUrl="Mine" showTabs="false"><owner id="u-1"/>
        <location id="ps-1" name="Personal Space" type="PersonalSpace"/></workbook>""",
)
POLICIES = {
    "site_default": '<dataFreshnessPolicy option="SiteDefault"/>',
    "always_live": '<dataFreshnessPolicy option="AlwaysLive"/>',
    "fresh_every": '<dataFreshnessPolicy option="FreshEvery"><freshEverySchedule frequency="Hours" value="4"/></dataFreshnessPolicy>',
    "fresh_at": '<dataFreshnessPolicy option="FreshAt"><freshAtSchedule frequency="Week" time="22:00:00" timezone="Europe/Berlin"><intervals><interval weekDay="Monday"/><interval weekDay="Friday"/></intervals></freshAtSchedule></dataFreshnessPolicy>',
}
for policy in POLICIES:
    POLICIES[policy] = WORKBOOK.replace("<tags>", POLICIES[policy] + "<tags>")
    case(f"get_by_id.{policy}", "server.workbooks.get_by_id('w-1')", POLICIES[policy])

case("update.name", f"item = {ITEM[1]}\nitem.name = 'New & old'\nserver.workbooks.update(item)", WORKBOOK.replace("R&amp;D", "New &amp; old"))
case(
    "update.every",
    f"""
    item = {ITEM[1]}
    item.name, item.description, item.show_tabs, item.owner_id = 'New', 'text', False, 'u-2'
    item.project_id = 'p-2'
    item.data_acceleration_config['acceleration_enabled'] = True
    item.data_acceleration_config['accelerate_now'] = False
    server.workbooks.update(item)
    """,
    WORKBOOK.replace("R&amp;D", "New").replace("Plans &lt;2026&gt;", "text"),
)
case(
    "update.fresh_at",
    f"""
    item = {ITEM[1]}
    item.data_freshness_policy = TSC.DataFreshnessPolicyItem(TSC.DataFreshnessPolicyItem.Option.FreshAt)
    item.data_freshness_policy.fresh_at_schedule = TSC.DataFreshnessPolicyItem.FreshAt(
        TSC.DataFreshnessPolicyItem.FreshAt.Frequency.Week, '22:00:00', 'Europe/Berlin', ['Monday', 'Friday'])
    server.workbooks.update(item)
    """,
    POLICIES["fresh_at"],
)
case(
    "update.fresh_every",
    f"""
    item = {ITEM[1]}
    item.data_freshness_policy = TSC.DataFreshnessPolicyItem(TSC.DataFreshnessPolicyItem.Option.FreshEvery)
    item.data_freshness_policy.fresh_every_schedule = TSC.DataFreshnessPolicyItem.FreshEvery(
        TSC.DataFreshnessPolicyItem.FreshEvery.Frequency.Hours, 4)
    server.workbooks.update(item)
    """,
    POLICIES["fresh_every"],
)
case("update.include_view_acceleration", f"server.workbooks.update({ITEM[1]}, include_view_acceleration_status=True)", WORKBOOK)
case("delete", "server.workbooks.delete('w-1')", done())
case("refresh", "server.workbooks.refresh('w-1')", JOB)
case("refresh.incremental", "server.workbooks.refresh('w-1', incremental=True)", JOB)
case("create_extract", f"server.workbooks.create_extract({ITEM[1]})", JOB)
case("create_extract.encrypted", f"server.workbooks.create_extract({ITEM[1]}, encrypt=True)", JOB)
case(
    "create_extract.some",
    f"server.workbooks.create_extract({ITEM[1]}, includeAll=False, datasources=[known(TSC.DatasourceItem('p-1'), 'd-1')])",
    JOB,
)
case("delete_extract", f"server.workbooks.delete_extract({ITEM[1]})", JOB)
case(
    "delete_extract.some",
    f"server.workbooks.delete_extract({ITEM[1]}, includeAll=False, datasources=[known(TSC.DatasourceItem('p-1'), 'd-1')])",
    JOB,
)

case("populate_views", f"item = {ITEM[1]}\nserver.workbooks.populate_views(item)\nitem.views", """<views>
    <view id="v-1" name="Overview" contentUrl="RD/sheets/Overview" createdAt="2025-11-02T08:00:00Z" viewUrlName="Overview"/>
    <view id="v-2" name="Detail" contentUrl="RD/sheets/Detail" viewUrlName="Detail"/></views>""")
case("populate_views.usage", f"item = {ITEM[1]}\nserver.workbooks.populate_views(item, usage=True)\nitem.views", """<views>
    <view id="v-1" name="Overview" contentUrl="RD/sheets/Overview"><usage totalViewCount="17"/></view></views>""")
connections(ITEM)
case(
    "update_connection.query_tagging",
    f"connection = known(TSC.ConnectionItem(), 'c-1')\nconnection._connection_type = 'sqlserver'\nconnection.query_tagging = False\nconnection.auth_type = 'auth-keypair'\nserver.workbooks.update_connection({ITEM[1]}, connection)",
    '<connection id="c-1" type="sqlserver" serverAddress="db2.ops.example" serverPort="1434" userName="writer"/>',
)
revisions(ITEM, "twbx")
downloads(ITEM, "twbx")
case("populate_pdf", f"item = {ITEM[1]}\nserver.workbooks.populate_pdf(item)\nitem.pdf", file(b"%PDF-1", content_type="application/pdf"))
case(
    "populate_pdf.options",
    f"""
    item = {ITEM[1]}
    options = TSC.PDFRequestOptions(TSC.PDFRequestOptions.PageType.A4, TSC.PDFRequestOptions.Orientation.Landscape, maxage=5)
    options.vf('Region', 'R&D, east').parameter('Rate', '10%')
    server.workbooks.populate_pdf(item, options)
    item.pdf
    """,
    file(b"%PDF-1", content_type="application/pdf"),
)
case("populate_powerpoint", f"item = {ITEM[1]}\nserver.workbooks.populate_powerpoint(item)\nitem.powerpoint", file(b"PK pptx"))
case(
    "populate_powerpoint.options",
    f"item = {ITEM[1]}\nserver.workbooks.populate_powerpoint(item, TSC.PPTXRequestOptions(maxage=7))\nitem.powerpoint",
    file(b"PK pptx"),
)
case("populate_preview_image", f"item = {ITEM[1]}\nserver.workbooks.populate_preview_image(item)\nitem.preview_image", file(b"\x89PNG"))
permissions(ITEM)
tags(ITEM)


def publish(name, code, *answers, **more):
    case(f"publish.{name}", code, *answers, files=TWBX, **more)


NEW = "TSC.WorkbookItem('p-1', name='R&D', show_tabs=True)"
publish("create", f"server.workbooks.publish({NEW}, 'sample.twbx', 'CreateNew')", WORKBOOK)
publish("overwrite", f"server.workbooks.publish({NEW}, 'sample.twbx', 'Overwrite')", WORKBOOK)
publish("as_job", f"server.workbooks.publish({NEW}, 'sample.twbx', 'Overwrite', as_job=True)", JOB)
publish("skip_connection_check", f"server.workbooks.publish({NEW}, 'sample.twbx', 'Overwrite', skip_connection_check=True)", WORKBOOK)
publish(
    "every",
    f"""
    item = TSC.WorkbookItem('p-1', name='Größe "1"', show_tabs=False, thumbnails_user_id='u-7')
    item.description, item.hidden_views = 'text', ['Hidden & gone', 'Other']
    {PUBLISHED_CONNECTIONS.strip()}
    server.workbooks.publish(item, 'sample.twbx', 'CreateNew', connections=[one, two, three])
    """,
    WORKBOOK,
    spare=True,
    after=[xml(CONNECTIONS)],
)
publish("thumbnails_group", "server.workbooks.publish(TSC.WorkbookItem('p-1', name='R&D', thumbnails_group_id='g-1'), 'sample.twbx', 'CreateNew')", WORKBOOK)
publish("stream", f"server.workbooks.publish({NEW}, io.BytesIO(open('sample.twbx', 'rb').read()), 'CreateNew')", WORKBOOK)
publish("chunks", f"server.workbooks.publish({NEW}, 'sample.twbx', 'Overwrite')", *CHUNKS, WORKBOOK, chunk=20)
publish("append_refused", f"server.workbooks.publish({NEW}, 'sample.twbx', 'Append')")
publish("no_project", "server.workbooks.publish(TSC.WorkbookItem(name='R&D'), 'sample.twbx', 'CreateNew')", WORKBOOK)
case(
    "schedule_extract_refresh",
    f"server.workbooks.schedule_extract_refresh('s-1', {ITEM[1]})",
    '<task><extractRefresh id="t-1"/></task>',
)
