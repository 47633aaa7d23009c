//! Databases of Tableau Catalog: `session.databases()`.

use std::borrow::Borrow;

use crate::Result;
use crate::common::content::{self, GET_DATABASE};
use crate::common::{List, catalog};
use crate::content::Location;
use crate::ids::{DatabaseId, ProjectId, UserId};
use crate::operation::operations;
use crate::xml::{element, string_enum};

operations! {
    LIST = GET "sites/{site}/databases" since (3, 5) scope "tableau:databases:read"
        errors [404031, 409045, 409046]
        "Query Databases" "metadata.htm#query_databases";
    UPDATE = PUT "sites/{site}/databases/{database}" since (3, 5)
        scope "tableau:databases:update" errors [404031, 409045, 409050, 409051]
        "Update Database" "metadata.htm#update_database";
    DELETE = DELETE "sites/{site}/databases/{database}" since (3, 5)
        scope "tableau:databases:delete" errors [404031, 409045, 409047]
        "Remove Database" "metadata.htm#delete_database";
    MOVE = POST "sites/{site}/databases" since (3, 16) scope "tableau:database_projects:update"
        errors [403030, 403112, 403156, 404005, 404031, 409100, 409103]
        "Move Database" "metadata.htm#move_database";
}

super::resource! {
    /// The databases that content of a site uses. Needs Data Management with Tableau Catalog.
    Databases
}

impl<'s> Databases<'s> {
    /// Lists the databases of the site.
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, Database> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a database.
    #[doc = content::rest!(GET_DATABASE)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<DatabaseId>) -> Result<Database> {
        self.client.get(&GET_DATABASE, &[&id.into()])
    }

    /// Changes a database.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<DatabaseId>,
        changes: impl Borrow<DatabaseUpdate>,
    ) -> Result<Database> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Removes a database from Tableau Catalog permanently. The database itself is not changed.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<DatabaseId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Moves up to 1000 databases, with their tables, to a project.
    ///
    /// # Errors
    ///
    /// If some of the databases cannot be moved, the others are moved, and the call fails with Tableau's
    /// error 400000. [`Error::warnings`](crate::Error::warnings) has the id of each database that was
    /// not moved, with the reason.
    #[doc = rest!(MOVE)]
    pub fn move_to<I: Into<DatabaseId>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        project: impl Into<ProjectId>,
    ) -> Result<()> {
        self.relocate(None, ids, project.into())
    }

    /// Same as [`move_to`](Databases::move_to), but leaves the tables where they are.
    #[doc = rest!(MOVE)]
    pub fn move_without_tables<I: Into<DatabaseId>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        project: impl Into<ProjectId>,
    ) -> Result<()> {
        self.relocate(Some("MoveDatabaseOnly"), ids, project.into())
    }

    fn relocate<I: Into<DatabaseId>>(
        &self,
        action: Option<&'static str>,
        ids: impl IntoIterator<Item = I>,
        project: ProjectId,
    ) -> Result<()> {
        let ids = ids.into_iter().map(Into::into);
        catalog::move_to::<DatabaseId>(self.client, &MOVE, "DATABASE", action, ids, &project)
    }
}

element! {
    /// A database, or a file with data, that content uses.
    pub struct Database = "database" in "databases";
    /// Changes to a database; see [`Databases::update`].
    pub struct DatabaseUpdate: update;
    {
        /// The database's id.
        id: DatabaseId = attr("id");
        /// The name.
        name: String = attr("name");
        /// The description. In an update, `""` clears it.
        description: Option<String> = attr("description"), update String;
        /// The type of connection: `sqlserver`, `hyper`, ….
        connection_type: Option<String> = attr("connectionType");
        /// Whether it belongs to one workbook or data source only.
        embedded: Option<bool> = attr("isEmbedded");
        /// Whether it is certified.
        certified: Option<bool> = attr("isCertified"), update bool;
        /// The note of the certification.
        certification_note: Option<String> = attr("certificationNote"), update String;
        /// The kind of database, which determines which of the fields below have a value.
        kind: Option<DatabaseKind> = attr("type");
        /// The path of a file.
        file_path: Option<String> = attr("filePath");
        /// The extension of a file.
        file_extension: Option<String> = attr("fileExtension");
        /// The id of a file at a cloud service.
        file_id: Option<String> = attr("fileId");
        /// The MIME type of a file at a cloud service.
        mime_type: Option<String> = attr("mimeType");
        /// The provider of a cloud service.
        provider: Option<String> = attr("provider");
        /// The host name of a database server.
        host_name: Option<String> = attr("hostName");
        /// The port of a database server.
        port: Option<u16> = attr("port");
        /// The address of a web data connector.
        connector_url: Option<String> = attr("connectorUrl");
        /// The address that a cloud file was requested from.
        request_url: Option<String> = attr("requestUrl");
        /// How the permissions of its tables are managed.
        content_permissions: Option<DatabasePermissions> =
            attr("contentPermissions"), update DatabasePermissions;
        /// The contact for the database.
        contact: Option<UserId> = child_id("contact"), update UserId;
        /// The name of that user.
        contact_name: Option<String> = child_attr("contact", "name");
        /// The user who certified the database.
        certifier: Option<UserId> = child_id("certifier");
        /// The name of that user.
        certifier_name: Option<String> = child_attr("certifier", "name");
        /// The project that the database is in.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
    }
}

string_enum! {
    /// The kinds of databases.
    pub enum DatabaseKind {
        /// A database server.
        DatabaseServer = "DatabaseServer",
        /// A file.
        File = "File",
        /// A file at a cloud service.
        CloudFile = "CloudFile",
        /// A web data connector.
        WebDataConnector = "WebDataConnector",
    }
}

string_enum! {
    /// How the permissions of the tables of a database are managed.
    pub enum DatabasePermissions {
        /// The permissions of the database apply to all its tables.
        LockedToDatabase = "LockedToDatabase",
        /// Each table has its own permissions.
        ManagedByOwner = "ManagedByOwner",
    }
}
