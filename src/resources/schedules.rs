//! Schedules of Tableau Server: `session.schedules()`.

use std::borrow::Borrow;

use jiff::Timestamp;
use jiff::civil::Time;

use crate::Result;
use crate::common::List;
pub use crate::common::{MonthDay, WeekDay};
use crate::ids::ScheduleId;
use crate::operation::operations;
use crate::xml::{Contradicts, FieldValue, Out, ToXml, WriteField, element, string_enum};

operations! {
    LIST = GET "schedules" since (2, 2) scope "tableau:schedules:read" on Server
        "List Server Schedules" "jobs_tasks_and_schedules.htm#query_schedules";
    GET = GET "schedules/{schedule}" since (3, 8) scope "tableau:schedules:read" on Server
        "Get Server Schedule" "jobs_tasks_and_schedules.htm#get-schedule";
    CREATE = POST "schedules" since (2, 3) scope "tableau:schedules:create" on Server
        "Create Server Schedule" "jobs_tasks_and_schedules.htm#create_schedule";
    UPDATE = PUT "schedules/{schedule}" since (2, 3) scope "tableau:schedules:update" on Server
        "Update Server Schedule" "jobs_tasks_and_schedules.htm#update_schedule";
    DELETE = DELETE "schedules/{schedule}" since (2, 3) scope "tableau:schedules:delete" on Server
        "Delete Server Schedule" "jobs_tasks_and_schedules.htm#delete_schedule";
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
    pub fn list(&self) -> List<'s, Schedule> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a schedule, with the times at which it runs.
    #[doc = rest!(GET)]
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
        frequency: Option<Frequency> = attr("frequency"), set Frequency;
        /// The times at which it runs, in the time zone of the server. In a list, `None`.
        times: Option<RunTimes> = child("frequencyDetails"), set RunTimes;
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

element! {
    /// The times at which a schedule runs, in the time zone of the server.
    pub struct RunTimes = "frequencyDetails";
    {
        /// When it runs first on a day.
        start: Option<Time> = attr("start");
        /// When an hourly schedule stops for the day.
        end: Option<Time> = attr("end");
        /// What the frequency leaves open: the hours, or the days.
        intervals: Vec<Interval> = list("intervals", "interval");
    }
}

element! {
    /// A part of the times at which a schedule runs. One of the fields is set, or `month_day` and
    /// `week_day` together: the third Thursday.
    pub struct Interval = "interval";
    {
        /// The number of hours between two runs.
        hours: Option<u8> = attr("hours");
        /// The number of minutes between two runs.
        minutes: Option<u8> = attr("minutes");
        /// A day of the week.
        week_day: Option<WeekDay> = attr("weekDay");
        /// A day of the month.
        month_day: Option<MonthDay> = attr("monthDay");
    }
}

/// How often a schedule runs, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    frequency: Frequency,
    times: RunTimes,
}

/// How often an hourly schedule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Every {
    /// Every 15 minutes.
    QuarterHour,
    /// Every 30 minutes.
    HalfHour,
    /// Every 1, 2, 4, 6, 8 or 12 hours.
    Hours(u8),
}

impl Recurrence {
    fn new(frequency: Frequency, start: Time) -> Recurrence {
        let times = RunTimes { start: Some(start), end: None, intervals: Vec::new() };
        Recurrence { frequency, times }
    }

    fn interval(mut self, set: impl FnOnce(&mut Interval)) -> Recurrence {
        let mut interval = <Interval as crate::xml::Element>::blank();
        set(&mut interval);
        self.times.intervals.push(interval);
        self
    }

    /// Runs several times a day, from `start` until `end`.
    pub fn hourly(start: Time, end: Time, every: Every) -> Recurrence {
        let mut recurrence = Recurrence::new(Frequency::Hourly, start);
        recurrence.times.end = Some(end);
        recurrence.interval(|interval| match every {
            Every::QuarterHour => interval.minutes = Some(15),
            Every::HalfHour => interval.minutes = Some(30),
            Every::Hours(hours) => interval.hours = Some(hours),
        })
    }

    /// Runs once a day.
    pub fn daily(start: Time) -> Recurrence {
        Recurrence::new(Frequency::Daily, start)
    }

    /// Runs on these days of the week.
    pub fn weekly(start: Time, days: impl IntoIterator<Item = WeekDay>) -> Recurrence {
        days.into_iter().fold(Recurrence::new(Frequency::Weekly, start), |recurrence, day| {
            recurrence.interval(|interval| interval.week_day = Some(day))
        })
    }

    /// Runs on one day of each month.
    pub fn monthly(start: Time, day: MonthDay) -> Recurrence {
        Recurrence::new(Frequency::Monthly, start)
            .interval(|interval| interval.month_day = Some(day))
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

impl ScheduleUpdate {
    /// How often the schedule runs, and when.
    pub fn recurrence(self, recurrence: Recurrence) -> ScheduleUpdate {
        self.frequency(recurrence.frequency).times(recurrence.times)
    }
}

impl ToXml for RunTimes {
    fn to_xml(&self, out: &mut Out) {
        out.element("frequencyDetails", |out| {
            for (name, time) in [("start", &self.start), ("end", &self.end)] {
                if let Some(time) = time {
                    out.attr(name, time);
                }
            }
            if !self.intervals.is_empty() {
                out.element("intervals", |out| {
                    self.intervals.iter().for_each(|interval| interval.to_xml(out));
                });
            }
        });
    }
}

impl ToXml for Interval {
    fn to_xml(&self, out: &mut Out) {
        out.element("interval", |out| {
            for (name, number) in [("hours", self.hours), ("minutes", self.minutes)] {
                if let Some(number) = number {
                    out.attr(name, &number);
                }
            }
            if let Some(day) = &self.week_day {
                out.attr("weekDay", day);
            }
            if let Some(day) = &self.month_day {
                out.attr("monthDay", day);
            }
        });
    }
}

impl WriteField for RunTimes {
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Element(self)
    }
}

/// The server completes the times, so they are not compared.
impl Contradicts<RunTimes> for Option<RunTimes> {
    fn contradicts(&self, _: &RunTimes) -> bool {
        false
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
    /// How often a schedule runs.
    pub enum Frequency {
        /// Several times a day.
        Hourly = "Hourly",
        /// Once a day.
        Daily = "Daily",
        /// On some days of the week.
        Weekly = "Weekly",
        /// On some days of the month.
        Monthly = "Monthly",
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
