//! Older revisions, of everything that keeps them: `session.revisions(&id)`.

use std::sync::Arc;

use jiff::Timestamp;

use super::{List, Listed};
use crate::Result;
use crate::client::Client;
use crate::http::Request;
use crate::ids::{Prunable, Revisioned, UserId};
use crate::xml::element;

crate::session::session_methods! {
    /// The revisions of a workbook, a data source, a flow or a virtual connection.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// for revision in session.revisions(&workbook_id).list() {
    ///     let revision = revision?;
    ///     println!("{} of {:?}", revision.number, revision.published_at);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What keeps none does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, view_id: tsc::ViewId) {
    /// let _ = session.revisions(&view_id).list();
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, flow_id: tsc::FlowId) {
    /// let _ = session.revisions(&flow_id).list();
    /// # }
    /// ```
    pub fn revisions<I: Revisioned>(&self, id: &I) -> Revisions<'_, I> {
        Revisions { client: self.client(), id: id.clone() }
    }
}

/// The revisions of one thing; see [`Session::revisions`](crate::Session::revisions).
#[derive(Clone, Debug)]
pub struct Revisions<'s, I> {
    pub(crate) client: &'s Arc<Client>,
    pub(crate) id: I,
}

impl<'s, I: Revisioned> Revisions<'s, I> {
    /// All that are kept, the current one included.
    ///
    /// REST: [Get Workbook Revisions](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_revisions.htm#get_workbook_revisions)
    /// and its kin, API 2.3; flows 3.3, virtual connections 3.23.
    pub fn list(&self) -> List<'s, Revision> {
        let path = self.client.site(&format!("{}/revisions", self.id.path()));
        List::new(self.client, path).since(I::SINCE.0, I::SINCE.1)
    }
}

impl<I: Prunable> Revisions<'_, I> {
    /// Deletes one. The server refuses the current one.
    ///
    /// A flow keeps all of its own:
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
    ///
    /// REST: [Remove Workbook Revision](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_revisions.htm#remove_workbook_revision)
    /// and its kin, API 2.3.
    pub fn delete(&self, number: u64) -> Result<()> {
        let path = self.client.site(&format!("{}/revisions/{number}", self.id.path()));
        self.client
            .done(Request::delete(path).since(<I as Prunable>::SINCE.0, <I as Prunable>::SINCE.1))
    }
}

element! {
    /// A revision.
    pub struct Revision = "revision";
    {
        /// Its number, from 1.
        number: u64 = attr("revisionNumber");
        /// When it was published.
        published_at: Option<Timestamp> = attr("publishedAt");
        /// Whether it is what the thing is now.
        current: Option<bool> = attr("current");
        /// Whether it is deleted, so that only this record of it is left.
        deleted: Option<bool> = attr("deleted");
        /// Its size in bytes.
        size_in_bytes: Option<u64> = attr("sizeInBytes");
        /// Who published it.
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
