TASK = """<linkedTasks id="l-1" numSteps="2"><schedule id="s-1" name="Nightly" state="Active" priority="50"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z" type="Flow" frequency="Daily" nextRunAt="2025-12-04T02:30:00Z"/>
    <linkedTaskSteps><linkedTaskSteps id="st-1" stepNumber="1" stopDownstreamTasksOnFailure="true"><task>
    <flowRun id="t-1" priority="1" consecutiveFailedCount="3" type="runFlow"><flow id="f-1" name="Prep"/></flowRun></task></linkedTaskSteps>
    <linkedTaskSteps id="st-2" stepNumber="2" stopDownstreamTasksOnFailure="false"><task>
    <flowRun id="t-2" priority="2" consecutiveFailedCount="0" type="runFlow"><flow id="f-2" name="Join"/></flowRun></task></linkedTaskSteps>
    </linkedTaskSteps></linkedTasks>"""
JOB_ANSWER = '<linkedTaskJob id="j-1" linkedTaskId="l-1" status="InProgress" createdAt="2025-11-02T08:00:00Z"/>'

listing(TASK, "linkedTasks", "linked_tasks", "Nightly")
case("get_by_id", "server.linked_tasks.get_by_id('l-1')", f"<linkedTasks>{TASK}</linkedTasks>")
case("run_now", "server.linked_tasks.run_now('l-1')", JOB_ANSWER)
