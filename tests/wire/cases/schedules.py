def schedule(frequency, details="", name="Nightly"):
    return f"""<schedule id="s-1" name="{name}" state="Active" priority="50" type="Extract" frequency="{frequency}"
        executionOrder="Parallel" createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z"
        nextRunAt="2025-12-04T02:30:00Z" endScheduleAt="2026-12-04T02:30:00Z">{details}</schedule>"""


def details(attributes, *intervals):
    inside = "".join(f"<interval {interval}/>" for interval in intervals)
    return f"<frequencyDetails {attributes}>{inside and f'<intervals>{inside}</intervals>'}</frequencyDetails>"


LISTED = schedule("Daily")
HALF_HOUR = schedule("Hourly", details('start="08:00:00" end="18:30:00"', 'minutes="30"'))
HOURS = schedule("Hourly", details('start="08:00:00" end="18:30:00"', 'hours="4"'))
DAILY = schedule("Daily", details('start="02:30:00"'))
WEEKLY = schedule("Weekly", details('start="02:30:00"', 'weekDay="Monday"', 'weekDay="Friday"'))
MONTHLY = schedule("Monthly", details('start="02:30:00"', 'monthDay="15"'))
LAST_DAY = schedule("Monthly", details('start="02:30:00"', 'monthDay="LastDay"'))
KINDS = [
    ("half_hour", "TSC.HourlyInterval(datetime.time(8), datetime.time(18, 30), 0.5)", HALF_HOUR),
    ("hours", "TSC.HourlyInterval(datetime.time(8), datetime.time(18, 30), 4)", HOURS),
    ("daily", "TSC.DailyInterval(datetime.time(2, 30))", DAILY),
    ("weekly", "TSC.WeeklyInterval(datetime.time(2, 30), 'Monday', 'Friday')", WEEKLY),
    ("monthly", "TSC.MonthlyInterval(datetime.time(2, 30), 15)", MONTHLY),
    ("last_day", "TSC.MonthlyInterval(datetime.time(2, 30), 'LastDay')", LAST_DAY),
]

case("get", "server.schedules.get(TSC.RequestOptions(pagesize=1000))", page("schedules", LISTED))
case("get.plain", "server.schedules.get()", page("schedules", LISTED))
for name, interval, answer in KINDS:
    new = f"TSC.ScheduleItem('Nightly', 50, 'Extract', 'Parallel', {interval})"
    case(f"get_by_id.{name}", "server.schedules.get_by_id('s-1')", answer)
    case(f"create.{name}", f"server.schedules.create({new})", answer)
    case(f"update.{name}", f"server.schedules.update(known({new}, 's-1'))", answer)
case(
    "update.every",
    """
    item = TSC.ScheduleItem('R&D "x"', 1, 'Extract', 'Serial', TSC.WeeklyInterval(datetime.time(2, 30), 'Monday', 'Friday'))
    item.state = 'Suspended'
    server.schedules.update(known(item, 's-1'))
    """,
    WEEKLY.replace("Nightly", "R&amp;D &quot;x&quot;").replace('"50"', '"1"').replace("Parallel", "Serial").replace("Active", "Suspended"),
)
case("delete", "server.schedules.delete('s-1')", done())
TASK = '<task><{0} id="t-1" priority="50"><schedule id="s-1" name="Nightly"/><{1} id="x-1"/></{0}></task>'
for kind, make, task in [
    ("workbook", "TSC.WorkbookItem('p-1')", "extractRefresh"),
    ("datasource", "TSC.DatasourceItem('p-1')", "extractRefresh"),
    ("flow", "TSC.FlowItem('p-1')", "runFlow"),
]:
    case(f"add_to_schedule.{kind}", f"server.schedules.add_to_schedule('s-1', {kind}=known({make}, 'x-1'))", TASK.format(task, kind))
case(
    "get_extract_refresh_tasks",
    "server.schedules.get_extract_refresh_tasks('s-1')",
    page("extracts", '<extract id="t-1" priority="50" type="FullRefresh"><workbook id="w-1"/></extract>'),
)
UPDATED = "<scheduleLuids><scheduleLuid>s-1</scheduleLuid></scheduleLuids>"
case("batch_update_state", "server.schedules.batch_update_state(['s-1'], 'suspended')", UPDATED)
case("batch_update_state.all", "server.schedules.batch_update_state([], 'active', update_all=True)", UPDATED)
