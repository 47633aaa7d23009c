//! Tasks that run on a schedule: `session.tasks()`.

use std::borrow::Borrow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::Result;
use crate::client::Client;
use crate::common::extracts::Refreshable;
use crate::common::{JobHandle, List};
use crate::ids::{DatasourceId, FlowId, TaskId, WorkbookId};
use crate::operation::{Operation, operations};
use crate::resources::schedules::{InlineSchedule, ItemSchedule};
use crate::xml::{Listed, Node, Out, ToXml, element, string_enum};

operations! {
    LIST = GET "sites/{site}/tasks/extractRefreshes" since (2, 6) scope "tableau:tasks:read"
        "List Extract Refresh Tasks in Site"
        "extract_and_encryption.htm#list_extract_refresh_tasks1";
    GET = GET "sites/{site}/tasks/extractRefreshes/{task}" since (2, 6) scope "tableau:tasks:read"
        errors [404026]
        "Get Extract Refresh Task" "extract_and_encryption.htm#get_extract_refresh_task";
    CREATE = POST "sites/{site}/tasks/extractRefreshes" since (3, 20) scope "tableau:tasks:create"
        on Cloud errors [404026, 409004]
        "Create Cloud Extract Refresh Task"
        "extract_and_encryption.htm#create_cloud_extract_refresh_task";
    UPDATE = POST "sites/{site}/tasks/extractRefreshes/{task}" since (3, 20)
        scope "tableau:tasks:update" on Cloud errors [404026, 409004]
        "Update Cloud Extract Refresh Task"
        "extract_and_encryption.htm#update_cloud_extract_refresh_task";
    DELETE = DELETE "sites/{site}/tasks/extractRefreshes/{task}" since (3, 6)
        scope "tableau:tasks:delete" errors [404026]
        "Delete Extract Refresh Task" "extract_and_encryption.htm#delete_extract_refresh_task";
    RUN = POST "sites/{site}/tasks/extractRefreshes/{task}/runNow" since (2, 6)
        scope "tableau:tasks:run" errors [403047, 404026, 409093]
        "Run Extract Refresh Task" "extract_and_encryption.htm#run_extract_refresh_task";
    LIST_FLOW_RUNS = GET "sites/{site}/tasks/runFlow" since (3, 3) scope "tableau:flow_tasks:read"
        "Get Flow Run Tasks" "flow.htm#get_flow_run_tasks";
    GET_FLOW_RUN = GET "sites/{site}/tasks/runFlow/{task}" since (3, 3)
        scope "tableau:flow_tasks:read" errors [404026]
        "Get Flow Run Task" "flow.htm#get_flow_run_task";
    CREATE_FLOW_RUN = POST "sites/{site}/tasks/flows" since (3, 22) scope unavailable on Cloud
        "Create Cloud Flow Task" "flow.htm#create_cloud_flow_task";
    RUN_FLOW = POST "sites/{site}/tasks/runFlow/{task}/runNow" since (3, 3)
        scope "tableau:flow_tasks:run" errors [400084, 403102]
        "Run Flow Task" "flow.htm#run_flow_task";
    LIST_ACCELERATIONS = GET "sites/{site}/tasks/dataAcceleration" since (3, 8) until (3, 29)
        scope "tableau:data_acceleration_tasks:read" on Server errors [409087]
        "Get Data Acceleration Tasks in a Site"
        "jobs_tasks_and_schedules.htm#get_data_acceleration_tasks";
    DELETE_ACCELERATION = DELETE "sites/{site}/tasks/dataAcceleration/{task}" since (3, 8)
        until (3, 29) scope "tableau:data_acceleration_tasks:delete" on Server
        errors [404026, 409087]
        "Delete Data Acceleration Task"
        "jobs_tasks_and_schedules.htm#delete_data_acceleration_task";
}

super::resource! {
    /// The tasks of a site: extract refreshes and flow runs on a schedule.
    ///
    /// On Tableau Server, adding content to a schedule creates a task: see
    /// [`Workbooks::add_to_schedule`](crate::workbooks::Workbooks::add_to_schedule). On Tableau
    /// Cloud, a task is created with its own schedule.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook: tsc::WorkbookId) -> tsc::Result<()> {
    /// use tsc::jiff::civil::time;
    /// use tsc::schedules::InlineSchedule;
    /// use tsc::tasks::NewExtractRefreshTask;
    ///
    /// let nightly = InlineSchedule::daily(time(2, 30, 0, 0), [])?;
    /// let task = session.tasks().create(NewExtractRefreshTask::new(&workbook, nightly))?;
    /// session.tasks().run_now(&task.id)?.wait()?;
    /// # Ok(())
    /// # }
    /// ```
    Tasks
}

impl<'s> Tasks<'s> {
    /// Lists the extract refreshes of the site.
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, ExtractRefreshTask> {
        List::unpaged(self.client, &LIST, &[])
    }

    /// Returns an extract refresh.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<TaskId>) -> Result<ExtractRefreshTask> {
        get(self.client, &GET, &id.into())
    }

    /// Creates an extract refresh.
    #[doc = rest!(CREATE)]
    pub fn create(&self, task: impl Borrow<NewExtractRefreshTask>) -> Result<ExtractRefreshTask> {
        self.client.create(&CREATE, &[], task.borrow())
    }

    /// Changes an extract refresh.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<TaskId>,
        changes: impl Borrow<ExtractRefreshTaskUpdate>,
    ) -> Result<ExtractRefreshTask> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Deletes an extract refresh.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<TaskId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Runs an extract refresh now.
    ///
    /// # Errors
    ///
    /// Tableau's error 409093 if the task is already queued or running, and 403047 if the site does
    /// not allow it.
    #[doc = rest!(RUN)]
    #[doc(alias = "run")]
    pub fn run_now(&self, id: impl Into<TaskId>) -> Result<JobHandle<'s>> {
        let request = self.client.request(&RUN, &[&id.into()]).element(&|_: &mut Out| {})?;
        Ok(JobHandle::new(self.client, self.client.read(request, "job")?))
    }

    /// Lists the flow runs of the site.
    #[doc = rest!(LIST_FLOW_RUNS)]
    #[inline]
    pub fn list_flow_runs(&self) -> List<'s, FlowRunTask> {
        List::unpaged(self.client, &LIST_FLOW_RUNS, &[])
    }

    /// Returns a flow run.
    #[doc = rest!(GET_FLOW_RUN)]
    pub fn get_flow_run(&self, id: impl Into<TaskId>) -> Result<FlowRunTask> {
        get(self.client, &GET_FLOW_RUN, &id.into())
    }

    /// Creates a flow run.
    #[doc = rest!(CREATE_FLOW_RUN)]
    #[doc(alias = "create")]
    pub fn create_flow_run(
        &self,
        flow: impl Into<FlowId>,
        schedule: InlineSchedule,
    ) -> Result<FlowRunTask> {
        let flow = flow.into();
        let request = self.client.request(&CREATE_FLOW_RUN, &[]).element(&|out: &mut Out| {
            out.element("task", |out| out.element("flowRun", |out| out.child_id("flow", &flow)));
            schedule.to_xml(out);
        })?;
        self.client.xml(request, read)
    }

    /// Runs a flow now.
    #[doc = rest!(RUN_FLOW)]
    pub fn run_flow_now(&self, id: impl Into<TaskId>) -> Result<JobHandle<'s>> {
        let request = self.client.request(&RUN_FLOW, &[&id.into()]);
        Ok(JobHandle::new(self.client, self.client.read(request, "job")?))
    }

    /// Lists the tasks that accelerate views.
    #[doc = rest!(LIST_ACCELERATIONS)]
    #[deprecated(note = "API 3.29 retired data acceleration")]
    #[inline]
    pub fn list_data_accelerations(&self) -> List<'s, DataAccelerationTask> {
        List::unpaged(self.client, &LIST_ACCELERATIONS, &[])
    }

    /// Deletes a task that accelerates views.
    #[doc = rest!(DELETE_ACCELERATION)]
    #[deprecated(note = "API 3.29 retired data acceleration")]
    pub fn delete_data_acceleration(&self, id: impl Into<TaskId>) -> Result<()> {
        self.client.send(&DELETE_ACCELERATION, &[&id.into()])
    }
}

fn get<T: Listed>(client: &Arc<Client>, operation: &'static Operation, id: &TaskId) -> Result<T> {
    client.xml(client.request(operation, &[id]), read)
}

/// Reads one task. Some servers return it in `<tasks>`, as in a list.
fn read<T: Listed>(root: Node<'_>) -> Result<T> {
    let task = root.find(T::WRAP).unwrap_or(root).need(T::ITEM)?;
    T::from_xml(T::INSIDE.map_or(Ok(task), |inside| task.need(inside))?)
}

element! {
    /// A task that refreshes extracts.
    pub struct ExtractRefreshTask = "extractRefresh";
    /// An extract refresh to create; see [`Tasks::create`].
    pub struct NewExtractRefreshTask: new;
    /// Changes to an extract refresh; see [`Tasks::update`].
    pub struct ExtractRefreshTaskUpdate: update;
    {
        /// The task's id.
        id: TaskId = attr("id");
        /// The task's priority, from 1 to 100; a lower number runs first.
        priority: Option<u8> = attr("priority");
        /// The number of consecutive failures of the task.
        consecutive_failed_count: Option<u32> = attr("consecutiveFailedCount");
        /// The kind of task: a full or an incremental refresh in requests.
        task_type: Option<TaskType> = attr("type"), set TaskType;
        /// The workbook that is refreshed.
        workbook: Option<WorkbookId> = child_id("workbook"), set WorkbookId;
        /// The data source that is refreshed.
        datasource: Option<DatasourceId> = child_id("datasource"), set DatasourceId;
        /// When the task ran last.
        last_run_at: Option<Timestamp> = child_text("lastRunAt");
        /// When the task runs.
        schedule: Option<ItemSchedule> = sibling("schedule"), set InlineSchedule;
    }
}

impl Listed for ExtractRefreshTask {
    const WRAP: &'static str = "tasks";
    const ITEM: &'static str = "task";
    const INSIDE: Option<&'static str> = Some("extractRefresh");
}

impl NewExtractRefreshTask {
    /// A full refresh of a workbook or a data source.
    pub fn new<I: Refreshable>(content: &I, schedule: InlineSchedule) -> NewExtractRefreshTask {
        let new = NewExtractRefreshTask::blank().task_type(TaskType::FullRefresh);
        let new = match I::KIND {
            "workbook" => new.workbook(content.as_str()),
            _ => new.datasource(content.as_str()),
        };
        new.schedule(schedule)
    }

    /// Whether only new rows are added. Default: `false`.
    #[inline]
    pub fn incremental(self, incremental: bool) -> NewExtractRefreshTask {
        self.task_type(if incremental {
            TaskType::IncrementalRefresh
        } else {
            TaskType::FullRefresh
        })
    }
}

element! {
    /// A task that runs a flow.
    pub struct FlowRunTask = "flowRun";
    {
        /// The task's id.
        id: TaskId = attr("id");
        /// The task's priority, from 1 to 100; a lower number runs first.
        priority: Option<u8> = attr("priority");
        /// The number of consecutive failures of the task.
        consecutive_failed_count: Option<u32> = attr("consecutiveFailedCount");
        /// The kind of task.
        task_type: Option<TaskType> = attr("type");
        /// The flow.
        flow: Option<FlowId> = child_id("flow");
        /// The flow's name.
        flow_name: Option<String> = child_attr("flow", "name");
        /// When the task runs.
        schedule: Option<ItemSchedule> = sibling("schedule");
    }
}

impl Listed for FlowRunTask {
    const WRAP: &'static str = "tasks";
    const ITEM: &'static str = "task";
    const INSIDE: Option<&'static str> = Some("flowRun");
}

element! {
    /// A task that accelerates the views of a workbook.
    pub struct DataAccelerationTask = "dataAcceleration";
    {
        /// The task's id.
        id: TaskId = attr("id");
        /// The task's priority, from 1 to 100; a lower number runs first.
        priority: Option<u8> = attr("priority");
        /// The number of consecutive failures of the task.
        consecutive_failed_count: Option<u32> = attr("consecutiveFailedCount");
        /// The kind of task.
        task_type: Option<TaskType> = attr("type");
        /// The workbook.
        workbook: Option<WorkbookId> = child_id("workbook");
        /// When the task runs.
        schedule: Option<ItemSchedule> = child("schedule");
    }
}

impl Listed for DataAccelerationTask {
    const WRAP: &'static str = "tasks";
    const ITEM: &'static str = "task";
    const INSIDE: Option<&'static str> = Some("dataAcceleration");
}

string_enum! {
    /// A kind of task.
    pub enum TaskType {
        /// A refresh of all rows.
        FullRefresh = "FullRefresh",
        /// A refresh that adds new rows.
        IncrementalRefresh = "IncrementalRefresh" | "IncrementalExtract",
        /// A refresh, full or incremental.
        RefreshExtract = "RefreshExtractTask" | "REFRESH_EXTRACT" | "RefreshExtract",
        /// A flow run.
        RunFlow = "RunFlowTask" | "RunFlow" | "RUN_FLOW",
        /// Acceleration of views.
        DataAcceleration = "DataAccelerationTask" | "DataAcceleration" | "MaterializeViews",
    }
}
