CLEAN = """<flow id="f-1" name="Clean" description="Washes &amp; dries" webpageUrl="https://ops.example/#/flows/1"
    fileType="tflx" createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z">
    <project id="p-1" name="Operations"/><owner id="u-1" name="ada"/><tags><tag label="plan"/></tags>
    <parameters/></flow>"""
ITEM = ("flows", "known(TSC.FlowItem('p-1', name='Clean'), 'f-1')")
TFLX = {"sample.tflx": b"PK\x03\x04 a packaged flow \xff\x00 of no use"}

listing(CLEAN, "flows", None, "Clean")
case("get_by_id", "server.flows.get_by_id('f-1')", CLEAN)
case("update.every", f"item = {ITEM[1]}\nitem.owner_id, item.project_id = 'u-2', 'p-2'\nserver.flows.update(item)", CLEAN)
case("update.name", f"item = {ITEM[1]}\nitem.name = 'New'\nserver.flows.update(item)", CLEAN.replace("Clean", "New"))
case("delete", "server.flows.delete('f-1')", done())
RUN = JOB.replace("RefreshExtract", "RunFlow").replace("/>", '><runFlowJobType flowRunId="fr-1"><flow id="f-1" name="Clean"/></runFlowJobType></job>')
case("refresh", "server.flows.refresh('f-1')", RUN)
case("refresh.already_queued", "server.flows.refresh('f-1')", error(409, "409093", "Resource Conflict", "Job for 'f-1' is already queued. Not queuing a duplicate."), **waiting(RUN, "run_flow"))
connections(ITEM, several=False)
downloads(ITEM, "tflx", no_extract=False)
permissions(ITEM)
tags(ITEM)
quality_warnings(ITEM)
case("schedule_flow_run", f"server.flows.schedule_flow_run('s-1', {ITEM[1]})", '<task><flowRun id="t-1"/></task>')


def publish(name, code, *answers, **more):
    case(f"publish.{name}", code, *answers, files=TFLX, **more)


NEW = "TSC.FlowItem('p-1', name='Clean')"
publish("create", f"server.flows.publish({NEW}, 'sample.tflx', 'CreateNew')", CLEAN)
publish("overwrite", f"server.flows.publish({NEW}, 'sample.tflx', 'Overwrite')", CLEAN)
publish(
    "every",
    f"""
    item = TSC.FlowItem('p-1', name='Größe "1"')
    item.description = 'text'
    {PUBLISHED_CONNECTIONS.strip()}
    server.flows.publish(item, 'sample.tflx', 'Overwrite', connections=[one, two, three])
    """,
    CLEAN,
    spare=True,
    after=[xml(CONNECTIONS)],
)
publish("chunks", f"server.flows.publish({NEW}, 'sample.tflx', 'Overwrite')", *CHUNKS, CLEAN, chunk=20)
