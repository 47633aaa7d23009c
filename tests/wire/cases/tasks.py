SCHEDULE = """<schedule id="s-1" name="Nightly" state="Active" priority="50" createdAt="2025-11-02T08:00:00Z"
    updatedAt="2025-12-03T09:10:11Z" type="Extract" frequency="Daily" nextRunAt="2025-12-04T02:30:00Z"/>"""
WORKBOOK = f"""<task><extractRefresh id="t-1" priority="50" consecutiveFailedCount="2" type="RefreshExtractTask">{SCHEDULE}
    <workbook id="w-1"/></extractRefresh></task>"""
DATASOURCE = f"""<task><extractRefresh id="t-2" priority="1" consecutiveFailedCount="0" type="REFRESH_EXTRACT">{SCHEDULE}
    <datasource id="d-1"/></extractRefresh></task>"""
WRITTEN = """<extractRefresh id="t-3" consecutiveFailedCount="0" type="FullRefresh"><workbook id="w-1"/></extractRefresh>
    <schedule createdAt="2025-08-17T15:36:37-0700" updatedAt="2025-08-17T15:36:37-0700" frequency="Monthly"
    nextRunAt="2025-09-15T23:30:00-0700"><frequencyDetails start="23:30:00"><intervals><interval monthDay="15"/></intervals>
    </frequencyDetails></schedule>"""
ACCELERATION = f"""<task><dataAcceleration id="t-4" priority="50" consecutiveFailedCount="0" type="DataAccelerationTask">
    {SCHEDULE.replace("Extract", "DataAcceleration")}<workbook id="w-1"/></dataAcceleration></task>"""
FLOW = f"""<task><flowRun id="t-5" priority="50" consecutiveFailedCount="0" type="RunFlowTask">{SCHEDULE.replace("Extract", "Flow")}
    <flow id="f-1" name="Prep"/></flowRun></task>"""
ITEM = "TSC.TaskItem('t-1', 'extractRefresh', 50)"
TASKS = "TSC.TaskItem.Type"


def new(schedule):
    return f"""
    item = TSC.TaskItem(None, 'FullRefresh', None, target=TSC.Target('w-1', 'workbook'))
    item.schedule_item = TSC.ScheduleItem(None, None, None, None, {schedule})
    server.tasks.create(item)
    """


case("get", "server.tasks.get()", f"<tasks>{WORKBOOK}{DATASOURCE}</tasks>")
case("get.acceleration", f"server.tasks.get(task_type={TASKS}.DataAcceleration)", f"<tasks>{ACCELERATION}</tasks>")
case("get.flows", f"server.tasks.get(task_type={TASKS}.RunFlow)", f"<tasks>{FLOW}</tasks>")
case("get_by_id", "server.tasks.get_by_id('t-1')", WORKBOOK)
case("get_by_id.in_list", "server.tasks.get_by_id('t-1')", f"<tasks>{WORKBOOK}</tasks>")
case("create", new("TSC.DailyInterval(datetime.time(2, 30), 24)"), WRITTEN)
case("create.hourly", new("TSC.HourlyInterval(datetime.time(8), datetime.time(18), (1, 'Monday'))"), WRITTEN)
case("create.weekly", new("TSC.WeeklyInterval(datetime.time(2, 30), 'Monday')"), WRITTEN)
case("create.monthly", new("TSC.MonthlyInterval(datetime.time(2, 30), 15)"), WRITTEN)
case("create.daily_plain", new("TSC.DailyInterval(datetime.time(2, 30))"), WRITTEN)
case("create.first_monday", new("TSC.MonthlyInterval(datetime.time(2, 30), ('First', 'Monday'))"), WRITTEN)
case("run", f"server.tasks.run({ITEM})", JOB)
case("delete", "server.tasks.delete('t-1')", done())
case("delete.acceleration", f"server.tasks.delete('t-4', {TASKS}.DataAcceleration)", done())
