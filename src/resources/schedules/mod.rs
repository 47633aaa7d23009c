//! Schedules of Tableau Server: `session.schedules()`.

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::common::List;
pub use crate::common::{MonthDay, WeekDay};
use crate::ids::{DatasourceId, ScheduleId, TaskId, WorkbookId};
use crate::operation::operations;
use crate::xml::{Out, element, string_enum};

mod inline;
mod recurrence;

pub use inline::{DailyHours, InlineSchedule, ItemSchedule};
pub use recurrence::{Every, Frequency, Interval, Recurrence, RunTimes};

operations! {
    LIST = GET "schedules" since (2, 2) scope "tableau:schedules:read" on Server
        "List Server Schedules" "jobs_tasks_and_schedules.htm#query_schedules";
    GET = GET "schedules/{schedule}" since (3, 8) scope "tableau:schedules:read" on Server
        errors [404027]
        "Get Server Schedule" "jobs_tasks_and_schedules.htm#get-schedule";
    CREATE = POST "schedules" since (2, 3) scope "tableau:schedules:create" on Server
        errors [400064, 409004, 409021]
        "Create Server Schedule" "jobs_tasks_and_schedules.htm#create_schedule";
    UPDATE = PUT "schedules/{schedule}" since (2, 3) scope "tableau:schedules:update" on Server
        errors [400008, 400071, 404023, 409021]
        "Update Server Schedule" "jobs_tasks_and_schedules.htm#update_schedule";
    DELETE = DELETE "schedules/{schedule}" since (2, 3) scope "tableau:schedules:delete" on Server
        errors [400059, 404023]
        "Delete Server Schedule" "jobs_tasks_and_schedules.htm#delete_schedule";
    UPDATE_STATE = PUT "schedules" since (3, 27) scope "tableau:schedules:update" on Server
        errors [403188, 403189, 404023, 409004]
        "Batch Update Schedule State" "jobs_tasks_and_schedules.htm#batch_update_schedule_state";
    EXTRACTS = GET "sites/{site}/schedules/{schedule}/extracts" since (2, 3) scope unknown on Server
        errors [400047, 404023]
        "List Extract Refresh Tasks in Schedule"
        "jobs_tasks_and_schedules.htm#query_extract_refresh_tasks";
}

super::resource! {
    /// The schedules of a Tableau Server, which all its sites share. Tableau Cloud has none: there,
    /// each task has its own.
    ///
    /// ```no_run
    /// use tableau_server_client as tsc;
    /// use tsc::jiff::civil::time;
    /// use tsc::schedules::{NewSchedule, Recurrence, ScheduleType};
    ///
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let nightly = Recurrence::daily(time(2, 30, 0, 0));
    /// let schedule = NewSchedule::new("Nightly", ScheduleType::Extract, nightly);
    /// let schedule = session.schedules().create(schedule)?;
    /// println!("first run: {:?}", schedule.next_run_at);
    /// # Ok(())
    /// # }
    /// ```
    Schedules
}

impl<'s> Schedules<'s> {
    /// Lists the schedules of the server.
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, Schedule> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a schedule, with the times at which it runs.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<ScheduleId>) -> Result<Schedule> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Creates a schedule.
    #[doc = rest!(CREATE)]
    pub fn create(&self, schedule: impl Borrow<NewSchedule>) -> Result<Schedule> {
        self.client.create(&CREATE, &[], schedule.borrow())
    }

    /// Changes a schedule.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<ScheduleId>,
        changes: impl Borrow<ScheduleUpdate>,
    ) -> Result<Schedule> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Deletes a schedule, and the tasks that run on it.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<ScheduleId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Activates or suspends several schedules, and returns the ids of those that changed.
    #[doc = rest!(UPDATE_STATE)]
    #[doc(alias = "batch_update_state")]
    pub fn update_state<S: Into<ScheduleId>>(
        &self,
        schedules: impl IntoIterator<Item = S>,
        state: ScheduleState,
    ) -> Result<Vec<ScheduleId>> {
        let ids: Vec<ScheduleId> = schedules.into_iter().map(S::into).collect();
        self.batch(&state, Some(&ids))
    }

    /// Activates or suspends all schedules, and returns the ids of those that changed, so that the
    /// change can be undone.
    #[doc = rest!(UPDATE_STATE)]
    #[inline]
    pub fn update_state_of_all(&self, state: ScheduleState) -> Result<Vec<ScheduleId>> {
        self.batch(&state, None)
    }

    /// Changes the state of these schedules, or of all.
    #[inline]
    fn batch(&self, state: &ScheduleState, ids: Option<&[ScheduleId]>) -> Result<Vec<ScheduleId>> {
        let request = self.client.request(&UPDATE_STATE, &[]);
        let request = request.query("state", state.as_str().to_ascii_lowercase());
        let request = match ids {
            None => request.query("updateAll", "true").element(&|_: &mut Out| {})?,
            Some(ids) => request.element(&|out: &mut Out| {
                out.element("scheduleLuids", |out| {
                    for id in ids {
                        out.element("scheduleLuid", |out| out.text(id.as_str()));
                    }
                });
            })?,
        };
        self.client.xml(request, |root| {
            let changed = root.items("scheduleLuids", "scheduleLuid", crate::xml::Node::LONGEST)?;
            Ok(changed.into_iter().map(|id| ScheduleId::from(id.text())).collect())
        })
    }

    /// Lists the extract refreshes that run on a schedule.
    #[doc = rest!(EXTRACTS)]
    #[doc(alias = "get_extract_refresh_tasks")]
    pub fn extract_refreshes(&self, id: impl Into<ScheduleId>) -> List<'s, ScheduledRefresh> {
        List::of(self.client, &EXTRACTS, &[&id.into()])
    }
}

element! {
    /// An extract refresh that runs on a schedule.
    pub struct ScheduledRefresh = "extract" in "extracts";
    {
        /// The task's id.
        id: TaskId = attr("id");
        /// The task's priority, from 1 to 100; a lower number runs first.
        priority: Option<u8> = attr("priority");
        /// The kind of refresh.
        refresh_type: Option<crate::resources::tasks::TaskType> = attr("type");
        /// The workbook that is refreshed.
        workbook: Option<WorkbookId> = child_id("workbook");
        /// The data source that is refreshed.
        datasource: Option<DatasourceId> = child_id("datasource");
    }
}

element! {
    /// A schedule of Tableau Server.
    pub struct Schedule = "schedule" in "schedules";
    /// A schedule to create; see [`Schedules::create`].
    pub struct NewSchedule: new;
    /// Changes to a schedule; see [`Schedules::update`].
    pub struct ScheduleUpdate: update;
    {
        /// The schedule's id.
        id: ScheduleId = attr("id");
        /// The schedule's name, unique on the server.
        name: String = attr("name"), set String;
        /// The priority of its tasks, from 1 to 100: tasks with a lower number run first.
        priority: Option<u8> = attr("priority"), set u8 as number;
        /// The kind of tasks that it runs.
        schedule_type: Option<ScheduleType> = attr("type"), new ScheduleType;
        /// Whether its tasks run one after the other or at the same time.
        execution_order: Option<ExecutionOrder> = attr("executionOrder"), set ExecutionOrder;
        /// Whether it runs.
        state: Option<ScheduleState> = attr("state"), update ScheduleState;
        /// How often it runs.
        frequency: Option<Frequency> = attr("frequency"), set Frequency as private;
        /// The times at which it runs, in the time zone of the server. In a list, `None`.
        times: Option<RunTimes> = child("frequencyDetails"), set RunTimes as private;
        /// When it runs next.
        next_run_at: Option<Timestamp> = attr("nextRunAt");
        /// When it ends.
        end_schedule_at: Option<Timestamp> = either("endScheduleAt", "endScheduleTime");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
    }
}

impl NewSchedule {
    /// A schedule of this name, for tasks of this kind, with priority 50.
    pub fn new(
        name: impl Into<String>,
        schedule_type: ScheduleType,
        recurrence: Recurrence,
    ) -> NewSchedule {
        NewSchedule::blank()
            .name(name)
            .priority(50)
            .schedule_type(schedule_type)
            .execution_order(ExecutionOrder::Parallel)
            .frequency(recurrence.frequency)
            .times(recurrence.times)
    }
}

impl Schedule {
    /// Returns when the schedule runs, to use it for this or another schedule. Values that this
    /// release does not know are written as the server returned them.
    ///
    /// `None` if the server did not return the times, as in a list, or if the start, an interval or the
    /// end of several runs a day could not be read.
    #[inline]
    pub fn recurrence(&self) -> Option<Recurrence> {
        let (frequency, times) = (self.frequency.clone()?, self.times.clone()?);
        times.is_complete().then_some(Recurrence { frequency, times })
    }
}

impl ScheduleUpdate {
    /// How often the schedule runs, and when.
    #[inline]
    pub fn recurrence(self, recurrence: Recurrence) -> ScheduleUpdate {
        self.frequency(recurrence.frequency).times(recurrence.times)
    }
}

string_enum! {
    /// The kind of tasks that a schedule runs.
    pub enum ScheduleType {
        /// Extract refreshes.
        Extract = "Extract",
        /// Flow runs.
        Flow = "Flow",
        /// Subscriptions.
        Subscription = "Subscription",
        /// View acceleration, which API 3.29 retired.
        DataAcceleration = "DataAcceleration",
        /// Tasks of the server itself.
        System = "System",
    }
}

string_enum! {
    /// Whether the tasks of a schedule run at the same time.
    pub enum ExecutionOrder {
        /// At the same time.
        Parallel = "Parallel",
        /// One after the other.
        Serial = "Serial",
    }
}

string_enum! {
    /// Whether a schedule runs.
    pub enum ScheduleState {
        /// It runs.
        Active = "Active",
        /// It does not run.
        Suspended = "Suspended",
    }
}
