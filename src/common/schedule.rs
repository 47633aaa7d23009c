//! Adding content to a schedule: the same call for all that a schedule can run.

use std::sync::Arc;

use crate::Result;
use crate::client::Client;
use crate::http::Request;
use crate::ids::{Located, ScheduleId, TaskId};
use crate::xml::{FromXml, Node, Out};

/// What came of adding something to a schedule.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Scheduled {
    /// Whether there is a task now that runs it.
    pub created: bool,
    /// The task's id, where the server tells it.
    pub task: Option<TaskId>,
    /// What the server has to say about it, such as that it runs more often than it should.
    pub warnings: Vec<String>,
}

impl FromXml for Scheduled {
    fn from_xml(root: Node<'_>) -> Result<Scheduled> {
        let task = root.find("task");
        // What the task does stands one level down, by a name for each sort of task.
        let id = task.and_then(|task| task.children().find_map(|sort| sort.attr("id").transpose()));
        let warnings = root.find("warnings").into_iter().flat_map(Node::children);
        Ok(Scheduled {
            created: task.is_some(),
            task: id.transpose()?,
            warnings: warnings.map(|warning| warning.attr("message")).collect::<Result<_>>()?,
        })
    }
}

/// Adds a thing to a schedule, as a task of that sort.
pub(crate) fn add_to_schedule<I: Located>(
    client: &Arc<Client>,
    schedule: &ScheduleId,
    id: &I,
    sort: &'static str,
    since: (u16, u16),
) -> Result<Scheduled> {
    let path = client.site(&format!("{}/{}", schedule.path(), I::AT));
    let mut out = Out::new();
    out.element("tsRequest", |out| {
        out.element("task", |out| {
            out.element(sort, |out| {
                out.element(I::KIND, |out| out.attribute("id", id.as_str()));
            });
        });
    });
    let request = Request::put(path).since(since.0, since.1).adding().xml(out.finish()?);
    client.xml(request, Scheduled::from_xml)
}
