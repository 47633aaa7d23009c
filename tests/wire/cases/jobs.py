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
case("get.job_id", "server.jobs.get('j-1')", DONE)
case("get.page", "server.jobs.get(req_options=TSC.RequestOptions(3, 4))", page("backgroundJobs", LISTED, number=3, size=4, total=9))
case(
    "get_by_id.upload",
    "server.jobs.get_by_id('j-1')",
    """<job id="j-1" mode="Asynchronous" type="UpdateUploadedFile" progress="100" createdAt="2025-11-02T08:00:00Z"
        startedAt="2025-11-02T08:00:01Z" completedAt="2025-11-02T08:01:00Z" finishCode="0">
        <updateUploadedFileJob><datasource id="d-1" name="World &amp; more"/><connectionLuid>c-1</connectionLuid>
        </updateUploadedFileJob></job>""",
)
case(
    "get_by_id.site_deletion",
    "server.jobs.get_by_id('j-1')",
    """<job id="j-1" mode="Asynchronous" type="SiteDelete" progress="0" createdAt="2025-11-02T08:00:00Z" finishCode="1">
        <statusNotes><statusNote type="SiteDelete" value="9" text="It cannot be deleted"/></statusNotes></job>""",
)
case(
    "get_by_id.thumbnails",
    "server.jobs.get_by_id('j-1')",
    """<job id="j-1" mode="Asynchronous" type="RefreshThumbnails" progress="50" createdAt="2025-11-02T08:00:00Z">
        <thumbnailsRefreshJob><workbook id="w-1" name="R&amp;D"/></thumbnailsRefreshJob></job>""",
)
