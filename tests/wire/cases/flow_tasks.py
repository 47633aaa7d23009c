WRITTEN = """<task><flowRun id="t-5" priority="50" consecutiveFailedCount="0" type="RunFlowTask"><schedule id="s-1" name="Own"
    state="Active" priority="50" createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z" type="Flow" frequency="Daily"
    nextRunAt="2025-12-04T02:30:00Z"/><flow id="f-1" name="Prep"/></flowRun></task>"""

case(
    "create",
    """
    item = TSC.TaskItem(None, 'RunFlow', None, target=TSC.Target('f-1', 'flow'))
    item.schedule_item = TSC.ScheduleItem(None, None, None, None, TSC.DailyInterval(datetime.time(2, 30), 24))
    server.flow_tasks.create(item)
    """,
    WRITTEN,
)
