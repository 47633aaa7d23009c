//! Tables of Tableau Catalog and their columns: `session.tables()`.

use std::borrow::Borrow;

use crate::Result;
use crate::common::content::{self, GET_TABLE};
use crate::common::{List, catalog};
use crate::content::Location;
use crate::ids::{ColumnId, ProjectId, TableId, UserId};
use crate::operation::operations;
use crate::xml::element;

operations! {
    LIST = GET "sites/{site}/tables" since (3, 5) scope "tableau:tables:read"
        errors [404032, 409052, 409053]
        "Query Tables" "metadata.htm#query_tables";
    UPDATE = PUT "sites/{site}/tables/{table}" since (3, 5) scope "tableau:tables:update"
        errors [404032, 409052, 409057, 409058]
        "Update Table" "metadata.htm#update_table";
    DELETE = DELETE "sites/{site}/tables/{table}" since (3, 5) scope "tableau:tables:delete"
        errors [404032, 409052, 409054]
        "Remove Table" "metadata.htm#delete_table";
    MOVE = POST "sites/{site}/tables" since (3, 16) scope "tableau:table_projects:update"
        errors [403030, 403112, 403156, 404005, 404032, 409100, 409103]
        "Move Table" "metadata.htm#move_table";
    COLUMNS = GET "sites/{site}/tables/{table}/columns" since (3, 5)
        scope "tableau:columns:read" errors [409059, 409060, 409066]
        "Query Columns in a Table" "metadata.htm#query_columns";
    GET_COLUMN = GET "sites/{site}/tables/{table}/columns/{column}" since (3, 5)
        scope "tableau:columns:read" errors [409059, 409060, 409066]
        "Query Column in a Table" "metadata.htm#query_column";
    UPDATE_COLUMN = PUT "sites/{site}/tables/{table}/columns/{column}" since (3, 5)
        scope "tableau:columns:update" errors [404032, 409052, 409057, 409058, 409066]
        "Update Column" "metadata.htm#update_column";
    DELETE_COLUMN = DELETE "sites/{site}/tables/{table}/columns/{column}" since (3, 5)
        scope "tableau:columns:delete" errors [404032, 409059, 409061, 409066]
        "Remove Column" "metadata.htm#delete_column";
}

super::resource! {
    /// The tables of databases that content of a site uses, with their columns. Needs Data
    /// Management with Tableau Catalog.
    Tables
}

impl<'s> Tables<'s> {
    /// Lists the tables of the site.
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, Table> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a table.
    #[doc = content::rest!(GET_TABLE)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<TableId>) -> Result<Table> {
        self.client.get(&GET_TABLE, &[&id.into()])
    }

    /// Changes a table.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<TableId>,
        changes: impl Borrow<TableUpdate>,
    ) -> Result<Table> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Removes a table from Tableau Catalog permanently. The database is not changed.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<TableId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Moves up to 1000 tables to a project.
    ///
    /// # Errors
    ///
    /// If some of the tables cannot be moved, the others are moved, and the call fails with Tableau's
    /// error 400000. [`Error::warnings`](crate::Error::warnings) has the id of each table that was not
    /// moved, with the reason.
    #[doc = rest!(MOVE)]
    pub fn move_to<I: Into<TableId>>(
        &self,
        ids: impl IntoIterator<Item = I>,
        project: impl Into<ProjectId>,
    ) -> Result<()> {
        let ids = ids.into_iter().map(Into::into);
        catalog::move_to::<TableId>(self.client, &MOVE, "TABLE", None, ids, &project.into())
    }

    /// Lists the columns of a table.
    #[doc = rest!(COLUMNS)]
    #[doc(alias = "populate_columns")]
    pub fn columns(&self, table: impl Into<TableId>) -> List<'s, Column> {
        List::of(self.client, &COLUMNS, &[&table.into()])
    }

    /// Returns a column of a table.
    #[doc = rest!(GET_COLUMN)]
    pub fn get_column(
        &self,
        table: impl Into<TableId>,
        column: impl Into<ColumnId>,
    ) -> Result<Column> {
        self.client.get(&GET_COLUMN, &[&table.into(), &column.into()])
    }

    /// Changes a column of a table.
    #[doc = rest!(UPDATE_COLUMN)]
    pub fn update_column(
        &self,
        table: impl Into<TableId>,
        column: impl Into<ColumnId>,
        changes: impl Borrow<ColumnUpdate>,
    ) -> Result<Column> {
        self.client.update(&UPDATE_COLUMN, &[&table.into(), &column.into()], changes.borrow())
    }

    /// Removes a column from Tableau Catalog permanently. The database is not changed.
    #[doc = rest!(DELETE_COLUMN)]
    pub fn delete_column(
        &self,
        table: impl Into<TableId>,
        column: impl Into<ColumnId>,
    ) -> Result<()> {
        self.client.send(&DELETE_COLUMN, &[&table.into(), &column.into()])
    }
}

element! {
    /// A table of a database.
    pub struct Table = "table" in "tables";
    /// Changes to a table; see [`Tables::update`].
    pub struct TableUpdate: update;
    {
        /// The table's id.
        id: TableId = attr("id");
        /// The name.
        name: String = attr("name");
        /// The schema that the table is in.
        schema: Option<String> = attr("schema");
        /// The description. In an update, `""` clears it.
        description: Option<String> = attr("description"), update String;
        /// Whether it belongs to one workbook or data source only.
        embedded: Option<bool> = attr("isEmbedded");
        /// Whether it is certified.
        certified: Option<bool> = attr("isCertified"), update bool;
        /// The note of the certification.
        certification_note: Option<String> = attr("certificationNote"), update String;
        /// The contact for the table.
        contact: Option<UserId> = child_id("contact"), update UserId;
        /// The name of that user.
        contact_name: Option<String> = child_attr("contact", "name");
        /// The user who certified the table.
        certifier: Option<UserId> = child_id("certifier");
        /// The name of that user.
        certifier_name: Option<String> = child_attr("certifier", "name");
        /// The project that the table is in.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
    }
}

element! {
    /// A column of a table.
    pub struct Column = "column" in "columns";
    /// Changes to a column; see [`Tables::update_column`].
    pub struct ColumnUpdate: update;
    {
        /// The column's id.
        id: ColumnId = attr("id");
        /// The name.
        name: String = attr("name");
        /// The description. In an update, `""` clears it.
        description: Option<String> = attr("description"), update String;
        /// The type of the column in the database: `WSTR`, `I4`, ….
        remote_type: Option<String> = attr("remoteType");
        /// The table that the column belongs to.
        table: Option<TableId> = attr("parentTableId");
    }
}
