//! Adding content to a schedule: one request for all content that schedules have tasks for.

use crate::Result;
use crate::client::Client;
use crate::ids::{ContentId, ScheduleId, TaskId};
use crate::operation::Operation;
use crate::xml::{FromXml, Node, Out, ToXml};

/// The result of adding content to a schedule.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Scheduled {
    /// Whether a task was created for it.
    pub created: bool,
    /// The task's id, if the server returned it.
    pub task: Option<TaskId>,
    /// The server's warnings, such as that the schedule runs more often than is recommended.
    pub warnings: Vec<String>,
}

impl FromXml for Scheduled {
    fn from_xml(root: Node<'_>) -> Result<Scheduled> {
        let task = root.find("task");
        // The id stands in a child whose name is the kind of task.
        let id = task.and_then(|task| task.children().find_map(|kind| kind.attr("id").transpose()));
        let warnings = root.find("warnings").into_iter().flat_map(Node::children);
        Ok(Scheduled {
            created: task.is_some(),
            task: id.transpose()?,
            warnings: warnings.map(|warning| warning.attr("message")).collect::<Result<_>>()?,
        })
    }
}

/// Adds content to a schedule, as a task of this kind.
pub(crate) fn add_to_schedule<I: ContentId>(
    client: &Client,
    operation: &'static Operation,
    schedule: &ScheduleId,
    id: &I,
    kind: &'static str,
) -> Result<Scheduled> {
    let task = Task { kind, tag: I::KIND, id: id.as_str() };
    let request = client.request(operation, &[schedule]).adding().element(&task)?;
    client.xml(request, Scheduled::from_xml)
}

/// A task to add to a schedule.
struct Task<'a> {
    kind: &'static str,
    tag: &'static str,
    id: &'a str,
}

impl ToXml for Task<'_> {
    fn to_xml(&self, out: &mut Out) {
        out.element("task", |out| {
            out.element(self.kind, |out| {
                out.element(self.tag, |out| out.attribute("id", self.id));
            });
        });
    }
}
