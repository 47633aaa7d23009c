//! Permissions of content: `session.permissions(&id)`.

use std::borrow::Borrow;
use std::sync::Arc;

use crate::Result;
use crate::client::Client;
use crate::common::capability;
use crate::http::Request;
use crate::operation::{Operation, PathSegment, operations};

operations! {
    LIST_OF_PROJECT = GET "sites/{site}/projects/{project}/permissions" since (2, 0)
        scope "tableau:permissions:read" errors [404005]
        "List Project Permissions" "permissions.htm#query_project_permissions";
    ADD_TO_PROJECT = PUT "sites/{site}/projects/{project}/permissions" since (2, 0)
        scope "tableau:permissions:update" errors [400009, 404002, 404005, 404009, 404012, 404013]
        "Add Project Permissions" "permissions.htm#add_project_permissions";
    DELETE_FROM_PROJECT = DELETE
        "sites/{site}/projects/{project}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (2, 0) scope "tableau:permissions:delete"
        errors [400009, 404002, 404005, 404012, 404013]
        "Delete Project Permission" "permissions.htm#delete_project_permission";
    LIST_OF_WORKBOOK = GET "sites/{site}/workbooks/{workbook}/permissions" since (2, 0)
        scope "tableau:permissions:read" errors [404006]
        "List Workbook Permissions" "permissions.htm#query_workbook_permissions";
    ADD_TO_WORKBOOK = PUT "sites/{site}/workbooks/{workbook}/permissions" since (2, 0)
        scope "tableau:permissions:update" errors [400009, 404002, 404006, 404012, 404013]
        "Add Workbook Permissions" "permissions.htm#add_workbook_permissions";
    DELETE_FROM_WORKBOOK = DELETE
        "sites/{site}/workbooks/{workbook}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (2, 0) scope "tableau:permissions:delete"
        errors [400009, 404002, 404006, 404012, 404013]
        "Delete Workbook Permission" "permissions.htm#delete_workbook_permission";
    LIST_OF_VIEW = GET "sites/{site}/views/{view}/permissions" since (3, 2)
        scope "tableau:permissions:read" errors [404011]
        "List View Permissions" "permissions.htm#query_view_permissions";
    ADD_TO_VIEW = PUT "sites/{site}/views/{view}/permissions" since (3, 2)
        scope "tableau:permissions:update" errors [400009, 404011, 404012, 404013]
        "Add View Permissions" "permissions.htm#add_view_permissions";
    DELETE_FROM_VIEW = DELETE
        "sites/{site}/views/{view}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 2) scope "tableau:permissions:delete"
        errors [400009, 403039, 403096, 404002, 404011, 404012, 404013, 404014]
        "Delete View Permission" "permissions.htm#delete_view_permission";
    LIST_OF_DATASOURCE = GET "sites/{site}/datasources/{datasource}/permissions" since (2, 0)
        scope "tableau:permissions:read" errors [404004]
        "List Data Source Permissions" "permissions.htm#query_data_source_permissions";
    ADD_TO_DATASOURCE = PUT "sites/{site}/datasources/{datasource}/permissions" since (2, 0)
        scope "tableau:permissions:update" errors [400009, 404002, 404004, 404012, 404013]
        "Add Data Source Permissions" "permissions.htm#add_data_source_permissions";
    DELETE_FROM_DATASOURCE = DELETE
        "sites/{site}/datasources/{datasource}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (2, 0) scope "tableau:permissions:delete"
        errors [400009, 404002, 404004, 404012, 404013]
        "Delete Data Source Permission" "permissions.htm#delete_data_source_permission";
    LIST_OF_FLOW = GET "sites/{site}/flows/{flow}/permissions" since (3, 3)
        scope "tableau:permissions:read" errors [404027]
        "List Flow Permissions" "flow.htm#query_flow_permissions";
    ADD_TO_FLOW = PUT "sites/{site}/flows/{flow}/permissions" since (3, 3)
        scope "tableau:permissions:update" errors [400009, 404002, 404012, 404013, 404027]
        "Add Flow Permissions" "flow.htm#add_flow_permissions";
    DELETE_FROM_FLOW = DELETE
        "sites/{site}/flows/{flow}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 3) scope "tableau:permissions:delete"
        errors [400009, 404002, 404012, 404013, 404027]
        "Delete Flow Permission" "flow.htm#delete_flow_permission";
    LIST_OF_DATABASE = GET "sites/{site}/databases/{database}/permissions" since (3, 5)
        scope unknown errors [400120, 404031, 409045]
        "List Database Permissions" "metadata.htm#query_database_permissions";
    ADD_TO_DATABASE = PUT "sites/{site}/databases/{database}/permissions" since (3, 5)
        scope unavailable errors [400120, 404031, 409045, 409050, 409051]
        "Add Database Permissions" "metadata.htm#add_database_permissions";
    DELETE_FROM_DATABASE = DELETE
        "sites/{site}/databases/{database}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 5) scope unknown errors [400120, 403117, 404031, 409045, 409051]
        "Delete Database Permissions" "metadata.htm#delete_database_permissions";
    LIST_OF_TABLE = GET "sites/{site}/tables/{table}/permissions" since (3, 5) scope unknown
        errors [400120, 404032, 409052, 409053]
        "List Table Permissions" "metadata.htm#query_table_permissions";
    ADD_TO_TABLE = PUT "sites/{site}/tables/{table}/permissions" since (3, 5) scope unknown
        errors [400120, 403117, 404032, 409052, 409057, 409058]
        "Add Table Permissions" "metadata.htm#add_table_permissions";
    DELETE_FROM_TABLE = DELETE
        "sites/{site}/tables/{table}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 5) scope unknown errors [400120, 403117, 409051]
        "Delete Table Permissions" "metadata.htm#delete_table_permissions";
    LIST_OF_VIRTUAL_CONNECTION = GET
        "sites/{site}/virtualconnections/{virtual-connection}/permissions"
        since (3, 23) scope "tableau:permissions:read" errors [404004]
        "List Virtual Connection Permissions" "virtual_connections.htm#query_virtual_connection_permissions";
    ADD_TO_VIRTUAL_CONNECTION = PUT
        "sites/{site}/virtualconnections/{virtual-connection}/permissions"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 404002, 404012, 404013, 404014, 409004]
        "Add Virtual Connection Permissions" "virtual_connections.htm#add_virtual_connection_permissions";
    DELETE_FROM_VIRTUAL_CONNECTION = DELETE
        "sites/{site}/virtualconnections/{virtual-connection}/permissions/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 23) scope "tableau:permissions:delete"
        errors [400009, 404002, 404012, 404013, 404014, 409004]
        "Delete Virtual Connection Permission" "virtual_connections.htm#delete_virtual_connection_permission";
    REPLACE_OF_PROJECT = POST "sites/{site}/projects/{project}/permissions" since (3, 23)
        scope "tableau:permissions:update"
        errors [400009, 404002, 404004, 404005, 404006, 404011, 404012, 404013, 404027]
        "Replace Content Permissions" "permissions.htm#replace_permissions_for_content";
    REPLACE_OF_WORKBOOK = POST "sites/{site}/workbooks/{workbook}/permissions" since (3, 23)
        scope "tableau:permissions:update"
        errors [400009, 404002, 404004, 404005, 404006, 404011, 404012, 404013, 404027]
        "Replace Content Permissions" "permissions.htm#replace_permissions_for_content";
    REPLACE_OF_VIEW = POST "sites/{site}/views/{view}/permissions" since (3, 23)
        scope "tableau:permissions:update"
        errors [400009, 404002, 404004, 404005, 404006, 404011, 404012, 404013, 404027]
        "Replace Content Permissions" "permissions.htm#replace_permissions_for_content";
    REPLACE_OF_DATASOURCE = POST "sites/{site}/datasources/{datasource}/permissions" since (3, 23)
        scope "tableau:permissions:update"
        errors [400009, 404002, 404004, 404005, 404006, 404011, 404012, 404013, 404027]
        "Replace Content Permissions" "permissions.htm#replace_permissions_for_content";
    REPLACE_OF_FLOW = POST "sites/{site}/flows/{flow}/permissions" since (3, 23)
        scope "tableau:permissions:update"
        errors [400009, 404002, 404004, 404005, 404006, 404011, 404012, 404013, 404027]
        "Replace Content Permissions" "permissions.htm#replace_permissions_for_content";
}

pub(crate) mod defaults;
mod grantee;
mod kinds;
mod rule;

pub use defaults::DefaultsFor;
pub use grantee::Grantee;
pub use kinds::{Capability, PermissionMode};
pub use rule::{PermissionChanges, PermissionRule};
use rule::{Rules, check, merged};

/// The operations that replace the permissions of content.
const REPLACE: [&Operation; 5] = [
    &REPLACE_OF_PROJECT,
    &REPLACE_OF_WORKBOOK,
    &REPLACE_OF_VIEW,
    &REPLACE_OF_DATASOURCE,
    &REPLACE_OF_FLOW,
];

capability! {
    /// The id of content that has permissions of its own; see [`Session::permissions`](crate::Session::permissions).
    pub trait HasPermissions: "`{Self}` cannot have permissions",
        "projects, workbooks, views, data sources, flows, virtual connections, databases and tables can";
    ProjectId { LIST = LIST_OF_PROJECT, ADD = ADD_TO_PROJECT, DELETE = DELETE_FROM_PROJECT }
    WorkbookId { LIST = LIST_OF_WORKBOOK, ADD = ADD_TO_WORKBOOK, DELETE = DELETE_FROM_WORKBOOK }
    ViewId { LIST = LIST_OF_VIEW, ADD = ADD_TO_VIEW, DELETE = DELETE_FROM_VIEW }
    DatasourceId { LIST = LIST_OF_DATASOURCE, ADD = ADD_TO_DATASOURCE, DELETE = DELETE_FROM_DATASOURCE }
    FlowId { LIST = LIST_OF_FLOW, ADD = ADD_TO_FLOW, DELETE = DELETE_FROM_FLOW }
    DatabaseId { LIST = LIST_OF_DATABASE, ADD = ADD_TO_DATABASE, DELETE = DELETE_FROM_DATABASE }
    TableId { LIST = LIST_OF_TABLE, ADD = ADD_TO_TABLE, DELETE = DELETE_FROM_TABLE }
    VirtualConnectionId { LIST = LIST_OF_VIRTUAL_CONNECTION, ADD = ADD_TO_VIRTUAL_CONNECTION, DELETE = DELETE_FROM_VIRTUAL_CONNECTION }
}

/// A set of permission rules; see [`Session::permissions`](crate::Session::permissions) and [`Session::default_permissions`](crate::Session::default_permissions).
#[derive(Clone, Debug)]
pub struct Permissions<'s> {
    client: &'s Arc<Client>,
    operations: Operations,
    /// The ids in the paths of the operations.
    ids: Vec<String>,
}

impl<'s> Permissions<'s> {
    pub(crate) fn new<I: HasPermissions>(client: &'s Arc<Client>, id: &I) -> Permissions<'s> {
        let operations = [I::LIST, I::ADD, I::DELETE];
        Permissions { client, operations, ids: vec![id.as_str().to_owned()] }
    }
}

/// The operations on the permissions of one kind of content: list, add and delete.
type Operations = [&'static Operation; 3];

impl Permissions<'_> {
    /// Returns the existing rules: one for each user, group or group set. Permissions that
    /// administrators and owners have without a rule are not included.
    #[doc = rest!(LIST_OF_PROJECT)]
    #[doc = rest!(LIST_OF_WORKBOOK)]
    #[doc = rest!(LIST_OF_VIEW)]
    #[doc = rest!(LIST_OF_DATASOURCE)]
    #[doc = rest!(LIST_OF_FLOW)]
    #[doc = rest!(LIST_OF_DATABASE)]
    #[doc = rest!(LIST_OF_TABLE)]
    #[doc = rest!(LIST_OF_VIRTUAL_CONNECTION)]
    #[doc = defaults::rest!(LIST_FOR_WORKBOOKS)]
    #[doc = defaults::rest!(LIST_FOR_DATASOURCES)]
    #[doc = defaults::rest!(LIST_FOR_FLOWS)]
    #[doc = defaults::rest!(LIST_FOR_METRICS)]
    #[doc = defaults::rest!(LIST_FOR_DATA_ROLES)]
    #[doc = defaults::rest!(LIST_FOR_LENSES)]
    #[doc = defaults::rest!(LIST_FOR_VIRTUAL_CONNECTIONS)]
    #[doc = defaults::rest!(LIST_FOR_DATABASES)]
    #[doc = defaults::rest!(LIST_FOR_TABLES)]
    #[doc = defaults::rest!(LIST_FOR_OTHER)]
    #[doc = defaults::rest!(LIST_OF_DATABASE)]
    #[doc(alias(
        "populate_permissions",
        "populate_table_default_permissions",
        "populate_database_default_permissions",
        "populate_datarole_default_permissions",
        "populate_datasource_default_permissions",
        "populate_flow_default_permissions",
        "populate_lens_default_permissions",
        "populate_metric_default_permissions",
        "populate_virtualconnection_default_permissions",
        "populate_workbook_default_permissions"
    ))]
    #[inline]
    pub fn list(&self) -> Result<Vec<PermissionRule>> {
        let [list, ..] = self.operations;
        self.client.xml(self.request(list, &[]), rule::read)
    }

    /// Adds rules to the existing ones, and returns the rules that the server returns. Sends
    /// nothing if no rule names a capability.
    ///
    /// The server ignores a capability that is already set to the other mode: delete the old rule
    /// first, or use [`set`](Permissions::set).
    #[doc = rest!(ADD_TO_PROJECT)]
    #[doc = rest!(ADD_TO_WORKBOOK)]
    #[doc = rest!(ADD_TO_VIEW)]
    #[doc = rest!(ADD_TO_DATASOURCE)]
    #[doc = rest!(ADD_TO_FLOW)]
    #[doc = rest!(ADD_TO_DATABASE)]
    #[doc = rest!(ADD_TO_TABLE)]
    #[doc = rest!(ADD_TO_VIRTUAL_CONNECTION)]
    #[doc = defaults::rest!(ADD_FOR_WORKBOOKS)]
    #[doc = defaults::rest!(ADD_FOR_DATASOURCES)]
    #[doc = defaults::rest!(ADD_FOR_FLOWS)]
    #[doc = defaults::rest!(ADD_FOR_METRICS)]
    #[doc = defaults::rest!(ADD_FOR_DATA_ROLES)]
    #[doc = defaults::rest!(ADD_FOR_LENSES)]
    #[doc = defaults::rest!(ADD_FOR_VIRTUAL_CONNECTIONS)]
    #[doc = defaults::rest!(ADD_FOR_DATABASES)]
    #[doc = defaults::rest!(ADD_FOR_TABLES)]
    #[doc = defaults::rest!(ADD_FOR_OTHER)]
    #[doc = defaults::rest!(ADD_TO_DATABASE)]
    #[doc(alias(
        "update_permissions",
        "update_table_default_permissions",
        "update_database_default_permissions",
        "update_datarole_default_permissions",
        "update_datasource_default_permissions",
        "update_flow_default_permissions",
        "update_lens_default_permissions",
        "update_metric_default_permissions",
        "update_virtualconnection_default_permissions",
        "update_workbook_default_permissions",
        "add_permissions"
    ))]
    pub fn add<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<Vec<PermissionRule>> {
        let new = Rules(merged(rules));
        check(&new.0)?;
        if new.0.is_empty() {
            return Ok(Vec::new());
        }
        let [_, add, _] = self.operations;
        self.client.xml(self.request(add, &[]).element(&new)?, rule::read)
    }

    /// Deletes rules, with one request for each capability. If one fails, those before it are deleted.
    #[doc = rest!(DELETE_FROM_PROJECT)]
    #[doc = rest!(DELETE_FROM_WORKBOOK)]
    #[doc = rest!(DELETE_FROM_VIEW)]
    #[doc = rest!(DELETE_FROM_DATASOURCE)]
    #[doc = rest!(DELETE_FROM_FLOW)]
    #[doc = rest!(DELETE_FROM_DATABASE)]
    #[doc = rest!(DELETE_FROM_TABLE)]
    #[doc = rest!(DELETE_FROM_VIRTUAL_CONNECTION)]
    #[doc = defaults::rest!(DELETE_FOR_WORKBOOKS)]
    #[doc = defaults::rest!(DELETE_FOR_DATASOURCES)]
    #[doc = defaults::rest!(DELETE_FOR_FLOWS)]
    #[doc = defaults::rest!(DELETE_FOR_METRICS)]
    #[doc = defaults::rest!(DELETE_FOR_DATA_ROLES)]
    #[doc = defaults::rest!(DELETE_FOR_LENSES)]
    #[doc = defaults::rest!(DELETE_FOR_VIRTUAL_CONNECTIONS)]
    #[doc = defaults::rest!(DELETE_FOR_DATABASES)]
    #[doc = defaults::rest!(DELETE_FOR_TABLES)]
    #[doc = defaults::rest!(DELETE_FOR_OTHER)]
    #[doc = defaults::rest!(DELETE_FROM_DATABASE)]
    #[doc(alias(
        "delete_permission",
        "delete_table_default_permissions",
        "delete_database_default_permissions",
        "delete_datarole_default_permissions",
        "delete_datasource_default_permissions",
        "delete_flow_default_permissions",
        "delete_lens_default_permissions",
        "delete_metric_default_permissions",
        "delete_virtualconnection_default_permissions",
        "delete_workbook_default_permissions"
    ))]
    pub fn delete<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<()> {
        let [.., delete] = self.operations;
        for PermissionRule { grantee, capabilities } in merged(rules) {
            let (grantees, id) = (format!("{}s", grantee.kind()), grantee.id().to_owned());
            for (capability, mode) in capabilities {
                let (capability, mode) = (capability.to_string(), mode.to_string());
                let rule: [&dyn PathSegment; 4] = [&grantees, &id, &capability, &mode];
                self.client.done(self.request(delete, &rule))?;
            }
        }
        Ok(())
    }

    /// Replaces the existing rules with these: reads the current rules with
    /// [`list`](Permissions::list), [deletes](Permissions::delete) those that are not wanted, then
    /// [adds](Permissions::add) those that are missing. Returns what was deleted and added.
    ///
    /// [`Capability::InheritedProjectLeader`] comes from a parent project and is left unchanged.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if the rules both
    /// allow and deny someone the same capability.
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

    /// Replaces the existing rules with these. Since API 3.23, this is one request for projects,
    /// workbooks, views, data sources and flows, and for most default permissions, so that the
    /// change is atomic. Everywhere else, and if there is no rule or one for a group set, it is the
    /// same as [`set`](Permissions::set).
    ///
    /// # Errors
    ///
    /// As [`set`](Permissions::set).
    #[doc = rest!(REPLACE_OF_PROJECT)]
    #[doc = rest!(REPLACE_OF_WORKBOOK)]
    #[doc = rest!(REPLACE_OF_VIEW)]
    #[doc = rest!(REPLACE_OF_DATASOURCE)]
    #[doc = rest!(REPLACE_OF_FLOW)]
    #[doc = defaults::rest!(REPLACE_FOR_WORKBOOKS)]
    #[doc = defaults::rest!(REPLACE_FOR_DATASOURCES)]
    #[doc = defaults::rest!(REPLACE_FOR_FLOWS)]
    #[doc = defaults::rest!(REPLACE_FOR_DATA_ROLES)]
    #[doc = defaults::rest!(REPLACE_FOR_DATABASES)]
    #[doc = defaults::rest!(REPLACE_FOR_TABLES)]
    pub fn replace<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<()> {
        let wanted = merged(rules);
        check(&wanted)?;
        // The request cannot set inherited capabilities.
        let new = PermissionChanges::between(&[] as &[PermissionRule], &wanted).added;
        let has_sets = new.iter().any(|rule| matches!(rule.grantee, Grantee::GroupSet(_)));
        let mut operations = REPLACE.into_iter().chain(defaults::REPLACE);
        let operation = operations.find(|operation| {
            operation.path == self.operations[1].path && operation.since <= self.client.version
        });
        match operation {
            Some(operation) if !new.is_empty() && !has_sets => {
                let request = self.request(operation, &[]).repeatable();
                self.client.done(request.element(&Rules(new))?)
            }
            _ => self.set(&wanted).map(drop),
        }
    }

    #[inline]
    fn request<'b>(&self, operation: &'static Operation, rule: &[&dyn PathSegment]) -> Request<'b> {
        let own = self.ids.iter().map(|id| id as &dyn PathSegment);
        let ids: Vec<&dyn PathSegment> = own.chain(rule.iter().copied()).collect();
        self.client.request(operation, &ids)
    }
}
