//! Moving databases and tables of Tableau Catalog to a project.

use std::fmt::Display;

use crate::client::Client;
use crate::ids::ProjectId;
use crate::operation::{Operation, PathSegment};
use crate::xml::{Out, ToXml};
use crate::{Error, Result};

/// Maximum number of items in a request.
const MAX_ITEMS: usize = 1000;

/// Moves items to a project. `content_type` and `action` are those of the request.
pub(crate) fn move_to<I: Display + PathSegment>(
    client: &Client,
    operation: &'static Operation,
    content_type: &'static str,
    action: Option<&'static str>,
    ids: impl IntoIterator<Item = I>,
    project: &ProjectId,
) -> Result<()> {
    let id = |id: I| id.segment().map(|_| id.to_string());
    let ids: Result<Vec<String>, String> = ids.into_iter().map(id).collect();
    let ids = ids.and_then(|ids| project.segment().map(|_| ids));
    let ids =
        ids.map_err(|why| Error::input(format!("invalid id for {:?}: {why}", operation.title)))?;
    if !(1..=MAX_ITEMS).contains(&ids.len()) {
        return Err(Error::input(format!(
            "invalid number of items to move, {}: must be between 1 and {MAX_ITEMS}",
            ids.len()
        )));
    }
    let request = client.request(operation, &[]);
    client.done(request.element(&Move { project, content_type, action, ids })?)
}

struct Move<'a> {
    project: &'a ProjectId,
    content_type: &'static str,
    action: Option<&'static str>,
    ids: Vec<String>,
}

impl ToXml for Move<'_> {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("contentLocationRequest", |out| {
            out.element("location", |out| {
                out.attribute("id", self.project.as_str());
                out.attribute("type", "PROJECT");
            });
            if let Some(action) = self.action {
                out.element("contentAction", |out| out.attribute("action", action));
            }
            out.element("resourceList", |out| {
                for id in &self.ids {
                    out.element("resource", |out| {
                        out.attribute("id", id);
                        out.attribute("contentType", self.content_type);
                    });
                }
            });
        });
    }
}
