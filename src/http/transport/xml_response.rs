//! [`XmlResponse`]: a response in XML.

use log::warn;

use super::success::ResponseContext;
use crate::Error;
use crate::text::one_line;
use crate::xml::{Node, NodeId, OwnedDocument, Reports};

/// The log target for values that cannot be read.
const UNREADABLE_LOG: &str = "tableau_server_client::unreadable";

/// A response in XML, whose elements can be read one by one.
pub(crate) struct XmlResponse {
    pub(super) document: OwnedDocument,
    pub(super) reports: Reports,
    pub(super) context: ResponseContext,
}

impl XmlResponse {
    /// The root element.
    pub(crate) fn root(&self) -> Node<'_> {
        Node::any_root(self.document.get(), &self.reports)
    }

    /// The element at a [position](Node::position).
    pub(crate) fn at(&self, position: NodeId) -> Node<'_> {
        self.root().at_position(position)
    }

    /// Adds the request and the status to an error about the response.
    pub(crate) fn explain(&self, error: Error) -> Error {
        self.context.explain(error)
    }

    /// Logs the values that could not be read.
    pub(crate) fn log_unreadable(&self) {
        if self.reports.count() == 0 {
            return;
        }
        let (unreadable, doing) = (self.reports.since(0), self.context.doing());
        for report in &unreadable.reports {
            warn!(target: UNREADABLE_LOG, "{doing}: {}", one_line(&report.to_string()));
        }
        let more = unreadable.count - unreadable.reports.len() as u64;
        if more > 0 {
            warn!(target: UNREADABLE_LOG, "{doing}: {more} more values cannot be read");
        }
    }
}
