//! Adding content to a schedule of Tableau Server.

use std::sync::Arc;

use super::capability;
use crate::Result;
use crate::client::Client;
use crate::ids::{ScheduleId, TaskId};
use crate::operation::operations;
use crate::xml::{FromXml, Node, Out};

operations! {
    ADD_WORKBOOK = PUT "sites/{site}/schedules/{schedule}/workbooks" since (2, 8)
        scope "tableau:schedules:update" on Server errors [403032, 404006]
        "Add Workbook to Server Schedule"
        "jobs_tasks_and_schedules.htm#add_workbook_to_schedule";
    ADD_DATASOURCE = PUT "sites/{site}/schedules/{schedule}/datasources" since (2, 8)
        scope "tableau:schedules:update" on Server errors [403032, 404004]
        "Add Data Source to Server Schedule"
        "jobs_tasks_and_schedules.htm#add_data_source_to_schedule";
    ADD_FLOW = PUT "sites/{site}/schedules/{schedule}/flows" since (3, 3)
        scope "tableau:schedules:update" on Server
        errors [400148, 400149, 403098, 404002, 404027, 404043]
        "Add Flow Task to Server Schedule"
        "flow.htm#add_flow_task_to_schedule";
}

capability! {
    /// The id of content that a schedule can run a task for.
    pub trait Schedulable: "`{Self}` cannot be added to a schedule",
        "workbooks, data sources and flows can";
    WorkbookId { ADD = ADD_WORKBOOK }
    DatasourceId { ADD = ADD_DATASOURCE }
    FlowId { ADD = ADD_FLOW }
}

/// The result of adding content to a schedule.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Scheduled {
    /// Whether the server created a task.
    pub created: bool,
    /// The task's id, if the server returns it.
    pub task: Option<TaskId>,
    /// Warnings of the server, such as that the schedule runs too often.
    pub warnings: Vec<String>,
}

impl FromXml for Scheduled {
    #[inline]
    fn from_xml(root: Node<'_>) -> Result<Scheduled> {
        let task = root.find("task");
        // The id is an attribute of the child of the task, whose name depends on the type of task.
        let id =
            task.and_then(|task| task.children().find_map(|child| child.attr("id").transpose()));
        let warnings = root.find("warnings").into_iter().flat_map(Node::children);
        Ok(Scheduled {
            created: task.is_some(),
            task: id.transpose()?,
            warnings: warnings.map(|warning| warning.attr("message")).collect::<Result<_>>()?,
        })
    }
}

/// Adds content to a schedule.
pub(crate) fn add_to_schedule<I: Schedulable>(
    client: &Arc<Client>,
    schedule: &ScheduleId,
    id: &I,
) -> Result<Scheduled> {
    // A second attempt would add a second task.
    let task = if I::KIND == "flow" { "runFlow" } else { "extractRefresh" };
    let request = client.request(I::ADD, &[schedule]).adding().element(&|out: &mut Out| {
        out.element("task", |out| {
            out.element(task, |out| {
                out.element(I::KIND, |out| out.attribute("id", id.as_str()));
            });
        });
    })?;
    client.xml(request, Scheduled::from_xml)
}
