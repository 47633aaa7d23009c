LISTED = """<backgroundJob id="j-1" jobType="refresh_extracts" status="Success" createdAt="2025-11-02T08:00:00Z"
    startedAt="2025-11-02T08:00:01Z" endedAt="2025-11-02T08:01:00Z" priority="50" title="R&amp;D" subtitle="Workbook"/>"""
ONE = """<job id="j-1" mode="Asynchronous" type="RefreshExtract" progress="100" createdAt="2025-11-02T08:00:00Z"
    startedAt="2025-11-02T08:00:01Z" updatedAt="2025-11-02T08:01:01Z" completedAt="2025-11-02T08:01:00Z" finishCode="{}">
    <extractRefreshJob>{}<workbook id="w-1" name="R&amp;D"/></extractRefreshJob></job>"""
DONE, FAILED = ONE.format(0, ""), ONE.format(1, "<notes>The disk is full</notes>")
RUNNING = JOB

listing(LISTED, "backgroundJobs", "jobs", "R&D")
case("get_by_id", "server.jobs.get_by_id('j-1')", DONE)
case("get_by_id.failed", "server.jobs.get_by_id('j-1')", FAILED)
case("get_by_id.running", "server.jobs.get_by_id('j-1')", RUNNING)
case(
    "get_by_id.flow",
    "server.jobs.get_by_id('j-1')",
    """<job id="j-1" mode="Asynchronous" type="RunFlow" progress="100" createdAt="2025-11-02T08:00:00Z" finishCode="0">
        <runFlowJobType flowRunId="fr-1"><flow id="f-1" name="Clean"/></runFlowJobType></job>""",
)
case(
    "get_by_id.status_notes",
    "server.jobs.get_by_id('j-1')",
    """<job id="j-1" mode="Synchronous" type="GroupImport" progress="100" createdAt="2025-11-02T08:00:00Z" finishCode="0">
        <statusNotes><statusNote type="CountOfUsersAddedToGroup" value="6" text="Users added"/>
        <statusNote type="CountOfUsersSkipped" value="1" text="Users skipped"/></statusNotes></job>""",
)
case("cancel", "server.jobs.cancel('j-1')", done())
case("wait_for_job", "server.jobs.wait_for_job('j-1')", DONE)
# The second question is the first one again, whatever the first answer calls the job.
case("wait_for_job.twice", "server.jobs.wait_for_job('j-1')", RUNNING.replace("j-1", "j-0"), DONE)
case("wait_for_job.failed", "server.jobs.wait_for_job('j-1')", FAILED)
case("wait_for_job.cancelled", "server.jobs.wait_for_job('j-1')", ONE.format(2, ""))
