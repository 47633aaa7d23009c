use tableau_server_client as tsc;
use tsc::jiff::civil::time;
use tsc::schedules::InlineSchedule;

use super::golden::Goldens;

pub fn cases(g: &mut Goldens) {
    g.differs_in_all(
        "create",
        "flow-tasks",
        &["POST ~/tasks/flows <tsRequest> <task> <flowRun> <flow id=\"f-1\"> \
           <schedule frequency=\"Daily\"> <frequencyDetails start=\"02:30:00\"> <intervals> \
           <interval hours=\"24\">"],
        |s| {
            let task =
                s.tasks().create_flow_run("f-1", InlineSchedule::daily(time(2, 30, 0, 0), [])?)?;
            assert_eq!(task.flow_name.as_deref(), Some("Prep"));
            Ok(())
        },
    );
}
