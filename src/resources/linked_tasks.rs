//! Linked tasks, which run flows one after the other: `session.linked_tasks()`.

use jiff::Timestamp;

use crate::Result;
use crate::common::List;
use crate::ids::{FlowId, LinkedTaskId, TaskId};
use crate::operation::operations;
use crate::resources::schedules::ItemSchedule;
use crate::xml::{FromXml, Out, element};

operations! {
    LIST = GET "sites/{site}/tasks/linked" since (3, 15) scope "tableau:linked_tasks:read"
        errors [400154, 403155]
        "Get Linked Tasks" "flow.htm#get_linked_tasks";
    GET = GET "sites/{site}/tasks/linked/{linked-task}" since (3, 15)
        scope "tableau:linked_tasks:read" errors [404045]
        "Get Linked Task" "flow.htm#get_linked_task";
    RUN = POST "sites/{site}/tasks/linked/{linked-task}/runNow" since (3, 15)
        scope "tableau:linked_tasks:run" errors [400153, 403155, 404045, 409082]
        "Run Linked Task Now" "flow.htm#run_linked_task_now";
}

super::resource! {
    /// The linked tasks of a site. They need a Data Management license.
    LinkedTasks
}

impl<'s> LinkedTasks<'s> {
    /// Lists the linked tasks of the site.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "find_by_name", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, LinkedTask> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a linked task.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<LinkedTaskId>) -> Result<LinkedTask> {
        self.client.xml(self.client.request(&GET, &[&id.into()]), |root| {
            // Some servers return it in a list, whose element has the same name.
            let outer = root.need("linkedTasks")?;
            LinkedTask::from_xml(outer.find("linkedTasks").unwrap_or(outer))
        })
    }

    /// Runs a linked task now.
    #[doc = rest!(RUN)]
    pub fn run_now(&self, id: impl Into<LinkedTaskId>) -> Result<LinkedTaskJob> {
        self.client.create(&RUN, &[&id.into()], &|_: &mut Out| {})
    }
}

element! {
    /// A linked task.
    pub struct LinkedTask = "linkedTasks" in "linkedTasks";
    {
        /// The linked task's id.
        id: LinkedTaskId = attr("id");
        /// The number of steps.
        step_count: Option<u32> = attr("numSteps");
        /// When it runs.
        schedule: Option<ItemSchedule> = child("schedule");
        /// The steps, in order.
        steps: Vec<LinkedTaskStep> = list("linkedTaskSteps", "linkedTaskSteps");
    }
}

element! {
    /// A step of a linked task: a flow run.
    pub struct LinkedTaskStep = "linkedTaskSteps";
    {
        /// The step's id.
        id: Option<String> = attr("id");
        /// The step's number, from 1.
        number: Option<u32> = attr("stepNumber");
        /// Whether the following steps are skipped if this step fails.
        stop_downstream_tasks_on_failure: Option<bool> = attr("stopDownstreamTasksOnFailure");
        /// The task of the step.
        task: Option<StepTask> = child("task");
    }
}

element! {
    /// The flow run of a step.
    pub struct StepTask = "task";
    {
        /// The task's id.
        id: Option<TaskId> = child_id("flowRun");
        /// The task's priority, from 1 to 100; a lower number runs first.
        priority: Option<u8> = child_attr("flowRun", "priority");
        /// The number of consecutive failures of the task.
        consecutive_failed_count: Option<u32> = child_attr("flowRun", "consecutiveFailedCount");
        /// The flow.
        flow: Option<FlowId> = grandchild_attr("flowRun", "flow", "id");
        /// The flow's name.
        flow_name: Option<String> = grandchild_attr("flowRun", "flow", "name");
    }
}

element! {
    /// A run of a linked task.
    pub struct LinkedTaskJob = "linkedTaskJob";
    {
        /// The run's id.
        id: String = attr("id");
        /// The linked task.
        linked_task: Option<LinkedTaskId> = attr("linkedTaskId");
        /// The status, such as `InProgress`.
        status: Option<String> = attr("status");
        /// When the run was started.
        created_at: Option<Timestamp> = attr("createdAt");
    }
}
