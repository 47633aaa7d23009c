//! Data quality warnings of content: `session.quality_warnings(&id)`.

use std::borrow::Borrow;
use std::sync::Arc;

use jiff::Timestamp;

use super::capability;
use crate::Result;
use crate::client::Client;
use crate::http::Request;
use crate::ids::{UserId, WarningId};
use crate::operation::{Operation, operations};
use crate::xml::{Node, element, string_enum};

operations! {
    LIST = GET "sites/{site}/dataQualityWarnings/{content-type}/{content}" since (3, 5)
        scope "tableau:labels:read" errors [400104, 404029, 404030]
        "Query Data Quality Warning by Content" "metadata.htm#query_dqws";
    ADD = POST "sites/{site}/dataQualityWarnings/{content-type}/{content}" since (3, 5)
        scope "tableau:labels:update" errors [400108, 400109, 404029, 409004]
        "Add Data Quality Warning" "metadata.htm#add_dqw";
    UPDATE = PUT "sites/{site}/dataQualityWarnings/{quality-warning}" since (3, 5)
        scope "tableau:labels:update" errors [400109, 404029, 404030]
        "Update Data Quality Warning" "metadata.htm#update_dqw";
    DELETE = DELETE "sites/{site}/dataQualityWarnings/{quality-warning}" since (3, 5)
        scope "tableau:labels:delete" errors [400105, 404029, 404030]
        "Delete Data Quality Warning by ID" "metadata.htm#delete_dqw_by_id";
    DELETE_ALL = DELETE "sites/{site}/dataQualityWarnings/{content-type}/{content}" since (3, 5)
        scope "tableau:labels:delete" errors [400106, 404029, 404030]
        "Delete Data Quality Warning by Content" "metadata.htm#delete_dqws";
}

capability! {
    /// The id of content that can have data quality warnings; see [`Session::quality_warnings`](crate::Session::quality_warnings).
    pub trait HasQualityWarnings: "`{Self}` cannot have data quality warnings",
        "data sources, flows, databases and tables can";
    DatasourceId {}
    FlowId {}
    DatabaseId {}
    TableId {}
}

/// The data quality warnings of one item; see [`Session::quality_warnings`](crate::Session::quality_warnings).
#[derive(Clone, Debug)]
pub struct QualityWarnings<'s, I> {
    client: &'s Arc<Client>,
    id: I,
}

impl<'s, I: HasQualityWarnings> QualityWarnings<'s, I> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, id: &I) -> QualityWarnings<'s, I> {
        QualityWarnings { client, id: id.clone() }
    }
}

impl<I: HasQualityWarnings> QualityWarnings<'_, I> {
    /// Returns all warnings of the item.
    #[doc = rest!(LIST)]
    #[doc(alias = "populate_dqw")]
    #[inline]
    pub fn list(&self) -> Result<Vec<QualityWarning>> {
        self.client.xml(self.of_content(&LIST), |root| {
            root.list("dataQualityWarningList", "dataQualityWarning")
        })
    }

    /// Adds a warning.
    #[doc = rest!(ADD)]
    #[doc(alias = "add_dqw")]
    pub fn add(&self, warning: impl Borrow<NewWarning>) -> Result<QualityWarning> {
        self.client.xml(self.of_content(&ADD).element(warning.borrow())?, one)
    }

    /// Changes a warning, identified by the warning's own id.
    #[doc = rest!(UPDATE)]
    #[doc(alias = "update_dqw")]
    pub fn update(
        &self,
        warning: impl Into<WarningId>,
        changes: impl Borrow<WarningUpdate>,
    ) -> Result<QualityWarning> {
        let request = self.client.request(&UPDATE, &[&warning.into()]);
        self.client.change_read(request, changes.borrow(), one)
    }

    /// Deletes a warning, identified by the warning's own id.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, warning: impl Into<WarningId>) -> Result<()> {
        self.client.send(&DELETE, &[&warning.into()])
    }

    /// Deletes all warnings of the item.
    #[doc = rest!(DELETE_ALL)]
    #[doc(alias = "delete_dqw")]
    #[inline]
    pub fn delete_all(&self) -> Result<()> {
        self.client.done(self.of_content(&DELETE_ALL))
    }

    #[inline]
    fn of_content<'b>(&self, operation: &'static Operation) -> Request<'b> {
        self.client.request(operation, &[&I::KIND.to_owned(), &self.id])
    }
}

/// Reads a response with one warning, which may be inside a list.
#[inline]
fn one(root: Node<'_>) -> Result<QualityWarning> {
    root.find("dataQualityWarningList").unwrap_or(root).child("dataQualityWarning")
}

element! {
    /// A data quality warning.
    pub struct QualityWarning = "dataQualityWarning";
    /// A data quality warning to add; see [`QualityWarnings::add`].
    pub struct NewWarning: new;
    /// Changes to a data quality warning; see [`QualityWarnings::update`].
    pub struct WarningUpdate: update;
    {
        /// The warning's id.
        id: WarningId = attr("id");
        /// The kind of problem.
        warning_type: Option<WarningType> = attr("type"), set WarningType;
        /// The message that users see.
        message: Option<String> = attr("message"), set String;
        /// Whether the warning is shown.
        active: Option<bool> = attr("isActive"), set bool;
        /// Whether it is shown prominently, to everyone who uses the data.
        severe: Option<bool> = attr("isSevere"), set bool;
        /// The id of the content that it is about.
        content_id: Option<String> = attr("contentId");
        /// The kind of that content: `DATABASE`, `TABLE`, ….
        content_type: Option<String> = attr("contentType");
        /// When it was added.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The user who added it.
        owner: Option<UserId> = child_id("owner");
        /// The display name of that user.
        owner_display_name: Option<String> = attr("userDisplayName");
    }
}

impl NewWarning {
    /// Creates a warning of this type that is active and not severe.
    pub fn new(warning_type: impl Into<WarningType>) -> NewWarning {
        NewWarning::blank().warning_type(warning_type).active(true).severe(false)
    }
}

string_enum! {
    /// The problem that a data quality warning is about.
    pub enum WarningType {
        /// A general warning.
        Warning = "WARNING",
        /// The data should no longer be used.
        Deprecated = "DEPRECATED",
        /// The data is out of date.
        Stale = "STALE",
        /// The data is sensitive.
        SensitiveData = "SENSITIVE_DATA",
        /// The data is under maintenance.
        Maintenance = "MAINTENANCE",
    }
}
