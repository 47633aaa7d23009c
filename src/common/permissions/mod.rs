//! Permissions, of everything that has its own: `session.permissions(&id)`.

mod grantee;
mod rule;
mod words;

use std::borrow::Borrow;
use std::sync::Arc;

pub use grantee::Grantee;
pub use rule::{PermissionChanges, PermissionRule};
use rule::{Rules, check, merged};
pub use words::{Capability, DefaultsFor, PermissionMode};

use crate::Result;
use crate::client::Client;
use crate::http::{Request, encode_segment};
use crate::ids::{DatabaseId, Located, Permissioned, ProjectId};

crate::session::session_methods! {
    /// The permissions of a project, a workbook, a view, a data source, a flow, a virtual
    /// connection, a database or a table.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId, group_id: tsc::GroupId) -> tsc::Result<()> {
    /// use tsc::Capability::{ExportData, Read, Write};
    /// let rule = tsc::PermissionRule::new(&group_id).allow([Read, ExportData]).deny([Write]);
    /// session.permissions(&workbook_id).add([rule])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What has none of its own does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, job_id: tsc::JobId) -> tsc::Result<()> {
    /// session.permissions(&job_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, view_id: tsc::ViewId) -> tsc::Result<()> {
    /// session.permissions(&view_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn permissions<I: Permissioned>(&self, id: &I) -> Permissions<'_> {
        Permissions {
            client: self.client(),
            path: format!("{}/permissions", id.path()),
            since: I::SINCE,
        }
    }

    /// What a project's new content of a kind gets for permissions, and all its content of that
    /// kind where the project is locked.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, project_id: tsc::ProjectId) -> tsc::Result<()> {
    /// let rules = session.default_permissions(&project_id, tsc::DefaultsFor::Workbooks).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn default_permissions(
        &self,
        id: impl Into<ProjectId>,
        of: DefaultsFor,
    ) -> Permissions<'_> {
        let id = &id.into();
        let path = format!("{}/default-permissions/{}", id.path(), of.as_str());
        Permissions { client: self.client(), path, since: of.since() }
    }

    /// What the tables of a database get for permissions.
    pub fn default_table_permissions(&self, id: impl Into<DatabaseId>) -> Permissions<'_> {
        let id = &id.into();
        let path = format!("{}/default-permissions/tables", id.path());
        Permissions { client: self.client(), path, since: (3, 5) }
    }
}

/// A set of permissions; see [`Session::permissions`](crate::Session::permissions) and [`Session::default_permissions`](crate::Session::default_permissions).
#[derive(Clone, Debug)]
pub struct Permissions<'s> {
    client: &'s Arc<Client>,
    path: String,
    since: (u16, u16),
}

impl Permissions<'_> {
    /// The rules that are set, one for each user, group or group set. Administrators and owners
    /// have what they have without a rule.
    ///
    /// REST: [Query Workbook Permissions](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_permissions.htm#query_workbook_permissions)
    /// and its kin, API 2.0; default permissions 2.1, views 3.2, flows 3.3, databases and tables
    /// 3.5, virtual connections 3.22.
    pub fn list(&self) -> Result<Vec<PermissionRule>> {
        self.client.xml(self.request(Request::get(self.client.site(&self.path))), rule::read)
    }

    /// Adds rules to those that are set, and gives the rules that the server answers with. Where
    /// no rule names a capability, nothing is sent.
    ///
    /// The server ignores a capability that is allowed or denied already, even where it is to be
    /// the other: delete that first, or use [`set`](Permissions::set).
    ///
    /// REST: [Add Workbook Permissions](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_permissions.htm#add_workbook_permissions)
    /// and its kin, API as for [`list`](Permissions::list).
    pub fn add<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<Vec<PermissionRule>> {
        let new = Rules(merged(rules));
        check(&new.0)?;
        if new.0.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.request(Request::put(self.client.site(&self.path)));
        self.client.xml(request.element(&new)?, rule::read)
    }

    /// Deletes what these rules say, one request for each capability.
    ///
    /// REST: [Delete Workbook Permission](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_permissions.htm#delete_workbook_permission)
    /// and its kin, API as for [`list`](Permissions::list).
    pub fn delete<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<()> {
        for rule in merged(rules) {
            let (kind, id) = (rule.grantee.kind(), rule.grantee.id());
            for (capability, mode) in &rule.capabilities {
                let path = format!(
                    "{}/{kind}s/{}/{}/{}",
                    self.path,
                    encode_segment(id),
                    encode_segment(capability.as_str()),
                    encode_segment(mode.as_str())
                );
                self.client.done(self.request(Request::delete(self.client.site(&path))))?;
            }
        }
        Ok(())
    }

    /// Makes these the rules: reads those that are set, deletes what is not wanted, then adds what
    /// is missing. Gives what was deleted and added.
    ///
    /// What a project leader of a project above has ([`Capability::InheritedProjectLeader`]) is
    /// not the project's own, and stays.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, where the rules
    /// allow and deny somebody the same.
    pub fn set<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<PermissionChanges> {
        let wanted = merged(rules);
        check(&wanted)?;
        let changes = PermissionChanges::between(self.list()?, wanted);
        self.delete(&changes.deleted)?;
        self.add(&changes.added)?;
        Ok(changes)
    }

    fn request<'b>(&self, request: Request<'b>) -> Request<'b> {
        request.since(self.since.0, self.since.1)
    }
}
