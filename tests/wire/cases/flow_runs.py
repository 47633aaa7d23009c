RUN = """<flowRuns id="fr-1" flowId="f-1" status="Success" startedAt="2025-11-02T08:00:00Z"
    completedAt="2025-11-02T08:01:00Z" progress="100" backgroundJobId="j-1"/>"""
ONE = RUN.replace("flowRuns", "flowRun")

# The list of runs has no pages.
LIST = f"<flowRuns>{RUN}</flowRuns>"
FINISHED = """<job id="j-1" mode="Asynchronous" type="RunFlow" progress="100" createdAt="2025-11-02T08:00:00Z"
    completedAt="2025-11-02T08:01:00Z" finishCode="0"/>"""
BEYOND = error(400, "400006", "Bad request", "There is no such page")
case("get", "server.flow_runs.get(TSC.RequestOptions(pagesize=1000))", LIST)
case("get.plain", "server.flow_runs.get()", LIST)
for name, code in [
    ("all", "server.flow_runs.all(page_size=1000)"),
    ("filter", "server.flow_runs.filter(flow_id='f-1', page_size=5)"),
    ("order_by", "server.flow_runs.order_by('-started_at')"),
    ("paginate", "server.flow_runs.paginate(page_size=7)"),
    ("only_fields", "server.flow_runs.only_fields('id')"),
    ("fields", "server.flow_runs.fields('progress')"),
]:
    case(name, f"[item for item in {code}]", LIST, BEYOND)
case("find_by_name", "server.flow_runs.find_by_name('x')", LIST, BEYOND, spare=True)
case("get_by_id", "server.flow_runs.get_by_id('fr-1')", ONE)
case("cancel", "server.flow_runs.cancel('fr-1')", done())
case("wait_for_job", "server.flow_runs.wait_for_job('fr-1')", ONE, spare=True, after=[xml(FINISHED)])
