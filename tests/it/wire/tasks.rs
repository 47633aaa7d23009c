use tableau_server_client as tsc;
use tsc::WorkbookId;
use tsc::jiff::civil::time;
use tsc::schedules::{InlineSchedule, MonthDay, WeekDay};
use tsc::tasks::NewExtractRefreshTask;

use super::golden::{Goldens, every};

const BODY: &str = "POST ~/tasks/extractRefreshes <tsRequest> <extractRefresh type=\"FullRefresh\"> \
                    <workbook id=\"w-1\">";

pub fn cases(g: &mut Goldens) {
    let (night, morning, evening) = (time(2, 30, 0, 0), time(8, 0, 0, 0), time(18, 0, 0, 0));
    let create = |s: &mut tsc::Session<'_>, schedule: tsc::Result<InlineSchedule>| {
        let new = NewExtractRefreshTask::new(&WorkbookId::from("w-1"), schedule?);
        s.tasks().create(new)?;
        Ok(())
    };
    g.same("get", |s| every(s.tasks().list()));
    #[expect(deprecated)]
    g.same("get.acceleration", |s| every(s.tasks().list_data_accelerations()));
    // TSC finds no flow runs, because it looks for another element.
    g.reads_differently("get.flows", "flow-runs-are-read", |s| {
        let tasks = every(s.tasks().list_flow_runs())?;
        let [task] = &tasks[..] else { panic!("{tasks:?}") };
        assert_eq!(task.flow_name.as_deref(), Some("Prep"));
        Ok(tasks)
    });
    g.same("get_by_id", |s| s.tasks().get("t-1"));
    g.same("get_by_id.in_list", |s| s.tasks().get("t-1"));
    // TSC returns the body unread.
    let differs = "created-tasks-are-read";
    let daily = || InlineSchedule::daily(night, []);
    g.reads_differently("create", differs, |s| create(s, daily()));
    g.reads_differently("create.hourly", differs, |s| {
        create(s, InlineSchedule::hourly(morning, evening, [WeekDay::Monday]))
    });
    g.reads_differently("create.weekly", differs, |s| {
        create(s, InlineSchedule::weekly(night, WeekDay::Monday))
    });
    g.reads_differently("create.monthly", differs, |s| {
        create(s, InlineSchedule::monthly(night, [15]))
    });
    let daily_body = format!(
        "{BODY} <schedule frequency=\"Daily\"> <frequencyDetails start=\"02:30:00\"> <intervals> \
         <interval hours=\"24\">"
    );
    let first_monday = format!(
        "{BODY} <schedule frequency=\"Monthly\"> <frequencyDetails start=\"02:30:00\"> <intervals> \
         <interval monthDay=\"First\" weekDay=\"Monday\">"
    );
    let differs = "schedules-that-cloud-accepts";
    g.differs_in_all("create.daily_plain", differs, &[&daily_body], |s| create(s, daily()));
    g.differs_in_all("create.first_monday", differs, &[&first_monday], |s| {
        create(s, InlineSchedule::monthly_on(night, MonthDay::First, WeekDay::Monday))
    });
    g.reads_differently("run", differs, |s| s.tasks().run_now("t-1").map(drop));
    g.same("delete", |s| s.tasks().delete("t-1"));
    #[expect(deprecated)]
    g.same("delete.acceleration", |s| s.tasks().delete_data_acceleration("t-4"));
}
