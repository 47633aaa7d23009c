SALES = """<datasource id="d-1" name="Sales" contentUrl="Sales" type="sqlserver" description="All &amp; more"
    webpageUrl="https://ops.example/#/site/ops/datasources/11" createdAt="2025-11-02T08:00:00Z"
    updatedAt="2025-12-03T09:10:11Z" isCertified="true" certificationNote="checked" encryptExtracts="true"
    hasExtracts="true" useRemoteQueryAgent="false" size="7" connectedWorkbooksCount="2" favoritesTotal="3"
    hasAlert="true" isPublished="true" serverName="db.ops.example">
    <project id="p-1" name="Operations"/><owner id="u-1" name="ada"/><askData enablement="SiteDefault"/>
    <tags><tag label="plan"/></tags></datasource>"""
ITEM = ("datasources", "known(TSC.DatasourceItem('p-1', name='Sales'), 'd-1')")
TDSX = {"sample.tdsx": b"PK\x03\x04 a packaged source \xff\x00 of no use", "sample.hyper": b"HyPe\x00\x01 of no use"}

listing(SALES, "datasources", None, "Sales")
case("get_by_id", "server.datasources.get_by_id('d-1')", SALES)
UNTAGGED = SALES.replace('<tags><tag label="plan"/></tags>', "")
case("update.name", f"item = {ITEM[1]}\nitem.name = 'New & old'\nserver.datasources.update(item)", UNTAGGED.replace("Sales", "New &amp; old"))
case(
    "update.every",
    f"""
    item = {ITEM[1]}
    item.name, item.description, item.owner_id, item.project_id = 'New', 'text', 'u-2', 'p-2'
    item.certified, item.certification_note, item.encrypt_extracts = True, 'ok & fine', True
    item.use_remote_query_agent = True
    item.ask_data_enablement = TSC.DatasourceItem.AskDataEnablement.Enabled
    server.datasources.update(item)
    """,
    UNTAGGED.replace('"Sales"', '"New"').replace("All &amp; more", "text"),
)
case("delete", "server.datasources.delete('d-1')", done())
REFRESHING = JOB.replace("/>", '><extractRefreshJob><datasource id="d-1" name="Sales"/></extractRefreshJob></job>')
case("refresh", "server.datasources.refresh('d-1')", JOB)
case("refresh.incremental", "server.datasources.refresh('d-1', incremental=True)", JOB)
case("refresh.already_queued", "server.datasources.refresh('d-1')", error(409, "409093", "Resource Conflict", "Job for 'd-1' is already queued. Not queuing a duplicate."), **waiting(REFRESHING, "refresh_extracts"))
case("create_extract", "server.datasources.create_extract('d-1')", JOB)
case("create_extract.encrypted", "server.datasources.create_extract('d-1', encrypt=True)", JOB)
case("delete_extract", "server.datasources.delete_extract('d-1')", done())
connections(ITEM)
revisions(ITEM, "tdsx")
downloads(ITEM, "tdsx")
permissions(ITEM)
tags(ITEM)
quality_warnings(ITEM)

ACTIONS = "actions = [{'action': 'insert', 'source-table': 'new', 'target-table': 'all', 'condition': None}]\n"
case("update_hyper_data", f"{ACTIONS}server.datasources.update_hyper_data('d-1', request_id='r-1', actions=actions)", JOB)
case(
    "update_hyper_data.payload",
    f"{ACTIONS}server.datasources.update_hyper_data('d-1', request_id='r-1', actions=actions, payload='sample.hyper')",
    *CHUNKS[:2],
    JOB,
    files=TDSX,
)
case(
    "update_hyper_data.connection",
    f"""{ACTIONS}connection = known(TSC.ConnectionItem(), 'c-1')
connection._datasource_id = 'd-1'
server.datasources.update_hyper_data(connection, request_id='r-1', actions=actions)""",
    JOB,
)
case("schedule_extract_refresh", f"server.datasources.schedule_extract_refresh('s-1', {ITEM[1]})", '<task><extractRefresh id="t-1"/></task>')


def publish(name, code, *answers, **more):
    case(f"publish.{name}", code, *answers, files=TDSX, **more)


NEW = "TSC.DatasourceItem('p-1', name='Sales')"
publish("create", f"server.datasources.publish({NEW}, 'sample.tdsx', 'CreateNew')", SALES)
publish("overwrite", f"server.datasources.publish({NEW}, 'sample.tdsx', 'Overwrite')", SALES)
publish("append", f"server.datasources.publish({NEW}, 'sample.tdsx', 'Append')", SALES)
publish("replace", f"server.datasources.publish({NEW}, 'sample.tdsx', 'Replace')", SALES)
publish("as_job", f"server.datasources.publish({NEW}, 'sample.tdsx', 'Overwrite', as_job=True)", JOB)
publish("hyper", "server.datasources.publish(TSC.DatasourceItem('p-1', name='Sales'), 'sample.hyper', 'Overwrite')", SALES)
publish(
    "credentials",
    f"server.datasources.publish({NEW}, 'sample.tdsx', 'Overwrite', connection_credentials=TSC.ConnectionCredentials('reader', 'a<b', embed=True))",
    SALES,
)
publish(
    "every",
    f"""
    item = TSC.DatasourceItem('p-1', name='Größe "1"')
    item.description, item.certified, item.certification_note, item.use_remote_query_agent = 'text', True, 'ok', True
    item.ask_data_enablement = 'Enabled'
    {PUBLISHED_CONNECTIONS.strip()}
    server.datasources.publish(item, 'sample.tdsx', 'Overwrite', connections=[one, two, three])
    """,
    SALES,
    spare=True,
    after=[xml(CONNECTIONS)],
)
publish("chunks", f"server.datasources.publish({NEW}, 'sample.tdsx', 'Overwrite')", *CHUNKS, SALES, chunk=20)
