//! Default permissions: of a project for its content, and of a database for its tables.

use std::sync::Arc;

use super::{Operations, Permissions};
use crate::client::Client;
use crate::ids::{DatabaseId, ProjectId};
use crate::operation::{Operation, operations};
use crate::xml::string_enum;

operations! {
    LIST_FOR_WORKBOOKS = GET "sites/{site}/projects/{project}/default-permissions/workbooks"
        since (2, 1) scope "tableau:permissions:read" errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_WORKBOOKS = PUT "sites/{site}/projects/{project}/default-permissions/workbooks"
        since (2, 1) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_WORKBOOKS = DELETE
        "sites/{site}/projects/{project}/default-permissions/workbooks/{grantee-type}/{grantee}/{capability}/{mode}"
        since (2, 1) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_DATASOURCES = GET "sites/{site}/projects/{project}/default-permissions/datasources"
        since (2, 1) scope "tableau:permissions:read" errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_DATASOURCES = PUT "sites/{site}/projects/{project}/default-permissions/datasources"
        since (2, 1) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_DATASOURCES = DELETE
        "sites/{site}/projects/{project}/default-permissions/datasources/{grantee-type}/{grantee}/{capability}/{mode}"
        since (2, 1) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_FLOWS = GET "sites/{site}/projects/{project}/default-permissions/flows" since (3, 4)
        scope unknown errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_FLOWS = PUT "sites/{site}/projects/{project}/default-permissions/flows" since (3, 4)
        scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_FLOWS = DELETE
        "sites/{site}/projects/{project}/default-permissions/flows/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 4) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_METRICS = GET "sites/{site}/projects/{project}/default-permissions/metrics"
        since (3, 2) until (3, 22) scope "tableau:permissions:read" errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_METRICS = PUT "sites/{site}/projects/{project}/default-permissions/metrics"
        since (3, 2) until (3, 22) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_METRICS = DELETE
        "sites/{site}/projects/{project}/default-permissions/metrics/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 2) until (3, 22) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_DATA_ROLES = GET "sites/{site}/projects/{project}/default-permissions/dataroles"
        since (3, 4) scope unknown errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_DATA_ROLES = PUT "sites/{site}/projects/{project}/default-permissions/dataroles"
        since (3, 4) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_DATA_ROLES = DELETE
        "sites/{site}/projects/{project}/default-permissions/dataroles/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 4) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_LENSES = GET "sites/{site}/projects/{project}/default-permissions/lenses"
        since (3, 4) until (3, 22) scope unknown errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_LENSES = PUT "sites/{site}/projects/{project}/default-permissions/lenses"
        since (3, 4) until (3, 22) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_LENSES = DELETE
        "sites/{site}/projects/{project}/default-permissions/lenses/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 4) until (3, 22) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_VIRTUAL_CONNECTIONS = GET
        "sites/{site}/projects/{project}/default-permissions/virtualconnections"
        since (3, 23) scope unknown errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_VIRTUAL_CONNECTIONS = PUT
        "sites/{site}/projects/{project}/default-permissions/virtualconnections"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_VIRTUAL_CONNECTIONS = DELETE
        "sites/{site}/projects/{project}/default-permissions/virtualconnections/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 23) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_DATABASES = GET "sites/{site}/projects/{project}/default-permissions/databases"
        since (3, 23) scope unknown errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_DATABASES = PUT "sites/{site}/projects/{project}/default-permissions/databases"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_DATABASES = DELETE
        "sites/{site}/projects/{project}/default-permissions/databases/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 23) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_TABLES = GET "sites/{site}/projects/{project}/default-permissions/tables" since (3, 23)
        scope unknown errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_TABLES = PUT "sites/{site}/projects/{project}/default-permissions/tables" since (3, 23)
        scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_TABLES = DELETE
        "sites/{site}/projects/{project}/default-permissions/tables/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 23) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_FOR_OTHER = GET "sites/{site}/projects/{project}/default-permissions/{content-type}"
        since (2, 1) scope unknown errors [403035, 403036, 404005]
        "List Default Permissions" "permissions.htm#query_default_permissions";
    ADD_FOR_OTHER = PUT "sites/{site}/projects/{project}/default-permissions/{content-type}"
        since (2, 1) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Add Default Permissions" "permissions.htm#add_default_permissions";
    DELETE_FOR_OTHER = DELETE
        "sites/{site}/projects/{project}/default-permissions/{content-type}/{grantee-type}/{grantee}/{capability}/{mode}"
        since (2, 1) scope "tableau:permissions:delete"
        errors [400009, 403095, 404002, 404005, 404012, 404013, 404027]
        "Delete Default Permission" "permissions.htm#delete_default_permission";
    LIST_OF_DATABASE = GET "sites/{site}/databases/{database}/default-permissions/tables"
        since (3, 5) scope unknown errors [400120, 404003]
        "List Default Database Permissions" "metadata.htm#query_default_database_permissions";
    ADD_TO_DATABASE = PUT "sites/{site}/databases/{database}/default-permissions/tables"
        since (3, 5) scope unknown errors [403114, 404002, 404003, 404012, 404013]
        "Add Default Database Permissions" "metadata.htm#add_default_database_permissions";
    DELETE_FROM_DATABASE = DELETE
        "sites/{site}/databases/{database}/default-permissions/tables/{grantee-type}/{grantee}/{capability}/{mode}"
        since (3, 5) scope unknown errors [400120, 403117, 404031, 409045, 409051]
        "Delete Default Database Permissions" "metadata.htm#delete_default_database_permissions";
    REPLACE_FOR_WORKBOOKS = POST "sites/{site}/projects/{project}/default-permissions/workbooks"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Replace Project's Default Permissions" "permissions.htm#replace_default_permissions_for_content";
    REPLACE_FOR_DATASOURCES = POST "sites/{site}/projects/{project}/default-permissions/datasources"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Replace Project's Default Permissions" "permissions.htm#replace_default_permissions_for_content";
    REPLACE_FOR_FLOWS = POST "sites/{site}/projects/{project}/default-permissions/flows"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Replace Project's Default Permissions" "permissions.htm#replace_default_permissions_for_content";
    REPLACE_FOR_DATA_ROLES = POST "sites/{site}/projects/{project}/default-permissions/dataroles"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Replace Project's Default Permissions" "permissions.htm#replace_default_permissions_for_content";
    REPLACE_FOR_DATABASES = POST "sites/{site}/projects/{project}/default-permissions/databases"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Replace Project's Default Permissions" "permissions.htm#replace_default_permissions_for_content";
    REPLACE_FOR_TABLES = POST "sites/{site}/projects/{project}/default-permissions/tables"
        since (3, 23) scope "tableau:permissions:update"
        errors [400009, 400042, 404002, 404005, 404009, 404012, 404013]
        "Replace Project's Default Permissions" "permissions.htm#replace_default_permissions_for_content";
}

/// The operations that replace default permissions.
pub(super) const REPLACE: [&Operation; 6] = [
    &REPLACE_FOR_WORKBOOKS,
    &REPLACE_FOR_DATASOURCES,
    &REPLACE_FOR_FLOWS,
    &REPLACE_FOR_DATA_ROLES,
    &REPLACE_FOR_DATABASES,
    &REPLACE_FOR_TABLES,
];

impl<'s> Permissions<'s> {
    /// The default permissions of a project for a kind of content.
    #[inline]
    pub(crate) fn defaults(
        client: &'s Arc<Client>,
        project: &ProjectId,
        of: &DefaultsFor,
    ) -> Permissions<'s> {
        let mut ids = vec![project.to_string()];
        if let DefaultsFor::Unknown(kind) = of {
            ids.push(kind.clone());
        }
        Permissions { client, operations: of.operations(), ids }
    }

    /// The default permissions of a database for its tables.
    #[inline]
    pub(crate) fn table_defaults(
        client: &'s Arc<Client>,
        database: &DatabaseId,
    ) -> Permissions<'s> {
        let operations = [&LIST_OF_DATABASE, &ADD_TO_DATABASE, &DELETE_FROM_DATABASE];
        Permissions { client, operations, ids: vec![database.to_string()] }
    }
}

impl DefaultsFor {
    #[inline]
    fn operations(&self) -> Operations {
        match self {
            DefaultsFor::Workbooks => {
                [&LIST_FOR_WORKBOOKS, &ADD_FOR_WORKBOOKS, &DELETE_FOR_WORKBOOKS]
            }
            DefaultsFor::Datasources => {
                [&LIST_FOR_DATASOURCES, &ADD_FOR_DATASOURCES, &DELETE_FOR_DATASOURCES]
            }
            DefaultsFor::Flows => [&LIST_FOR_FLOWS, &ADD_FOR_FLOWS, &DELETE_FOR_FLOWS],
            DefaultsFor::Metrics => [&LIST_FOR_METRICS, &ADD_FOR_METRICS, &DELETE_FOR_METRICS],
            DefaultsFor::DataRoles => {
                [&LIST_FOR_DATA_ROLES, &ADD_FOR_DATA_ROLES, &DELETE_FOR_DATA_ROLES]
            }
            DefaultsFor::Lenses => [&LIST_FOR_LENSES, &ADD_FOR_LENSES, &DELETE_FOR_LENSES],
            DefaultsFor::VirtualConnections => [
                &LIST_FOR_VIRTUAL_CONNECTIONS,
                &ADD_FOR_VIRTUAL_CONNECTIONS,
                &DELETE_FOR_VIRTUAL_CONNECTIONS,
            ],
            DefaultsFor::Databases => {
                [&LIST_FOR_DATABASES, &ADD_FOR_DATABASES, &DELETE_FOR_DATABASES]
            }
            DefaultsFor::Tables => [&LIST_FOR_TABLES, &ADD_FOR_TABLES, &DELETE_FOR_TABLES],
            DefaultsFor::Unknown(_) => [&LIST_FOR_OTHER, &ADD_FOR_OTHER, &DELETE_FOR_OTHER],
        }
    }
}

string_enum! {
    /// The kinds of content that a project has default permissions for.
    pub enum DefaultsFor {
        /// Workbooks.
        Workbooks = "workbooks",
        /// Data sources.
        Datasources = "datasources",
        /// Flows (API 3.4).
        Flows = "flows",
        /// Metrics (API 3.2, retired in 3.22).
        Metrics = "metrics",
        /// Data roles (API 3.4).
        DataRoles = "dataroles",
        /// Lenses of Ask Data (API 3.4, retired in 3.22).
        Lenses = "lenses",
        /// Virtual connections (API 3.23).
        VirtualConnections = "virtualconnections",
        /// Databases (API 3.23).
        Databases = "databases",
        /// Tables (API 3.23).
        Tables = "tables",
    }
}
