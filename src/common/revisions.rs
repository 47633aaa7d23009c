//! Revisions of content: `session.revisions(&id)`.

use std::sync::Arc;

use jiff::Timestamp;

use super::{List, Listed, capability};
use crate::Result;
use crate::client::Client;
use crate::ids::UserId;
use crate::operation::operations;
use crate::xml::element;

operations! {
    LIST_OF_WORKBOOK = GET "sites/{site}/workbooks/{workbook}/revisions" since (2, 3)
        scope "tableau:content:read" errors [403053, 403056, 404006]
        "Get Workbook Revisions" "workbooks_and_views.htm#get_workbook_revisions";
    LIST_OF_DATASOURCE = GET "sites/{site}/datasources/{datasource}/revisions" since (2, 3)
        scope "tableau:content:read" errors [403053, 403054]
        "Get Data Source Revisions" "revisions.htm#get_data_source_revisions";
    LIST_OF_FLOW = GET "sites/{site}/flows/{flow}/revisions" since (3, 3) scope unknown
        "Get Flow Revisions" "flow.htm#get_flow_revisions";
    LIST_OF_VIRTUAL_CONNECTION = GET
        "sites/{site}/virtualconnections/{virtual-connection}/revisions" since (3, 23)
        scope "tableau:virtual_connections:read" errors [400058, 403053, 403054, 403173, 404049]
        "List Virtual Connection Revisions"
        "virtual_connections.htm#list_virtual_connection_revisions";
    DELETE_OF_WORKBOOK = DELETE "sites/{site}/workbooks/{workbook}/revisions/{revision}"
        since (2, 0) scope "tableau:workbooks:delete" errors [403053, 403055, 404006, 404024]
        "Remove Workbook Revision" "revisions.htm#remove_workbook_revision";
    DELETE_OF_DATASOURCE = DELETE "sites/{site}/datasources/{datasource}/revisions/{revision}"
        since (2, 3) scope "tableau:datasources:delete" errors [403053, 403055, 404006, 404024]
        "Remove Data Source Revision" "revisions.htm#remove_data_source_revision";
}

capability! {
    /// The id of content that has revisions; see [`Session::revisions`](crate::Session::revisions).
    pub trait HasRevisions: "`{Self}` cannot have revisions",
        "workbooks, data sources, flows and virtual connections can";
    WorkbookId { LIST = LIST_OF_WORKBOOK }
    DatasourceId { LIST = LIST_OF_DATASOURCE }
    FlowId { LIST = LIST_OF_FLOW }
    VirtualConnectionId { LIST = LIST_OF_VIRTUAL_CONNECTION }
}

capability! {
    /// The id of content whose revisions can be deleted; see [`Revisions::delete`].
    pub trait DeletableRevisions: "revisions of `{Self}` cannot be deleted",
        "those of workbooks and data sources can";
    WorkbookId { DELETE = DELETE_OF_WORKBOOK }
    DatasourceId { DELETE = DELETE_OF_DATASOURCE }
}

/// The revisions of one item; see [`Session::revisions`](crate::Session::revisions).
#[derive(Clone, Debug)]
pub struct Revisions<'s, I> {
    pub(crate) client: &'s Arc<Client>,
    pub(crate) id: I,
}

impl<'s, I: HasRevisions> Revisions<'s, I> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, id: &I) -> Revisions<'s, I> {
        Revisions { client, id: id.clone() }
    }
}

impl<'s, I: HasRevisions> Revisions<'s, I> {
    /// Lists the stored revisions, including the current one.
    #[doc = rest!(LIST_OF_WORKBOOK)]
    #[doc = rest!(LIST_OF_DATASOURCE)]
    #[doc = rest!(LIST_OF_FLOW)]
    #[doc = rest!(LIST_OF_VIRTUAL_CONNECTION)]
    #[doc(alias("populate_revisions", "get_revisions"))]
    #[inline]
    pub fn list(&self) -> List<'s, Revision> {
        List::of(self.client, I::LIST, &[&self.id])
    }
}

impl<I: DeletableRevisions> Revisions<'_, I> {
    /// Deletes a revision. The server refuses to delete the current one.
    ///
    /// Revisions of a flow cannot be deleted:
    ///
    /// ```compile_fail,E0599
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, id: tsc::FlowId) -> tsc::Result<()> {
    /// session.revisions(&id).delete(1)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, id: tsc::WorkbookId) -> tsc::Result<()> {
    /// session.revisions(&id).delete(1)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc = rest!(DELETE_OF_WORKBOOK)]
    #[doc = rest!(DELETE_OF_DATASOURCE)]
    #[doc(alias = "delete_revision")]
    #[inline]
    pub fn delete(&self, number: u64) -> Result<()> {
        self.client.send(I::DELETE, &[&self.id, &number])
    }
}

element! {
    /// A revision of an item.
    pub struct Revision = "revision";
    {
        /// The revision's number, from 1.
        number: u64 = attr("revisionNumber");
        /// When it was published.
        published_at: Option<Timestamp> = attr("publishedAt");
        /// Whether it is the current revision.
        current: Option<bool> = attr("current");
        /// Whether its content was deleted.
        deleted: Option<bool> = attr("deleted");
        /// The size in bytes.
        size_in_bytes: Option<u64> = attr("sizeInBytes");
        /// The user who published it.
        publisher: Option<UserId> = child_id("publisher");
        /// The publisher's name.
        publisher_name: Option<String> = child_attr("publisher", "name");
    }
}

impl Listed for Revision {
    const WRAP: &'static str = "revisions";
    const ITEM: &'static str = "revision";
    const ALWAYS: &'static [&'static str] = &[];
}
