//! Data quality warnings, on everything that carries them: `session.quality_warnings(&id)`.

use std::borrow::Borrow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::Result;
use crate::client::Client;
use crate::http::{Request, encode_segment};
use crate::ids::{Located, Qualified, UserId, WarningId};
use crate::xml::{Node, element, string_enum};

crate::session::session_methods! {
    /// The data quality warnings of a data source, a flow, a database or a table.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, datasource_id: tsc::DatasourceId) -> tsc::Result<()> {
    /// let stale = tsc::NewWarning::new(tsc::WarningType::Stale).message("No load since Monday");
    /// session.quality_warnings(&datasource_id).add(stale)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What carries none does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// session.quality_warnings(&workbook_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, flow_id: tsc::FlowId) -> tsc::Result<()> {
    /// session.quality_warnings(&flow_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn quality_warnings<I: Qualified>(&self, id: &I) -> QualityWarnings<'_, I> {
        QualityWarnings { client: self.client(), id: id.clone() }
    }
}

/// The data quality warnings of one thing; see [`Session::quality_warnings`](crate::Session::quality_warnings).
#[derive(Clone, Debug)]
pub struct QualityWarnings<'s, I> {
    client: &'s Arc<Client>,
    id: I,
}

impl<I: Qualified> QualityWarnings<'_, I> {
    /// All of them.
    ///
    /// REST: [Query Data Quality Warning by Content](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_metadata.htm#query_dqws), API 3.5.
    pub fn list(&self) -> Result<Vec<QualityWarning>> {
        self.client.xml(self.since(Request::get(self.of_content())), all)
    }

    /// Adds one.
    ///
    /// REST: [Add Data Quality Warning](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_metadata.htm#add_dqw), API 3.5.
    pub fn add(&self, warning: impl Borrow<NewWarning>) -> Result<QualityWarning> {
        let request = self.since(Request::post(self.of_content()));
        self.client.xml(request.element(warning.borrow())?, one)
    }

    /// Changes one, by its own id: what the update leaves unset stays as it is.
    ///
    /// REST: [Update Data Quality Warning](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_metadata.htm#update_dqw), API 3.5.
    pub fn update(
        &self,
        warning: impl Into<WarningId>,
        changes: impl Borrow<WarningUpdate>,
    ) -> Result<QualityWarning> {
        let warning = &warning.into();
        let request = self.since(Request::put(self.client.site(&warning.path())));
        self.client.change_read(request, changes.borrow(), one)
    }

    /// Deletes one, by its own id.
    ///
    /// REST: [Delete Data Quality Warning by ID](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_metadata.htm#delete_dqw_by_id), API 3.5.
    pub fn delete(&self, warning: impl Into<WarningId>) -> Result<()> {
        let warning = &warning.into();
        self.client.done(self.since(Request::delete(self.client.site(&warning.path()))))
    }

    /// Deletes all that the thing has.
    ///
    /// REST: [Delete Data Quality Warning by Content](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_metadata.htm#delete_dqws), API 3.5.
    pub fn delete_all(&self) -> Result<()> {
        self.client.done(self.since(Request::delete(self.of_content())))
    }

    fn of_content(&self) -> String {
        let id = encode_segment(self.id.as_str());
        self.client.site(&format!("{}/{}/{id}", WarningId::AT, I::KIND))
    }

    fn since<'b>(&self, request: Request<'b>) -> Request<'b> {
        request.since(I::SINCE.0, I::SINCE.1)
    }
}

fn all(root: Node<'_>) -> Result<Vec<QualityWarning>> {
    root.list("dataQualityWarningList", "dataQualityWarning")
}

/// The answer is the warning, or a list of it alone.
fn one(root: Node<'_>) -> Result<QualityWarning> {
    match root.find("dataQualityWarningList") {
        Some(list) => list.child("dataQualityWarning"),
        None => root.child("dataQualityWarning"),
    }
}

element! {
    /// A data quality warning.
    pub struct QualityWarning = "dataQualityWarning";
    /// A data quality warning to add; see [`QualityWarnings::add`].
    pub struct NewWarning: new;
    /// Changes to a data quality warning; see [`QualityWarnings::update`].
    pub struct WarningUpdate: update;
    {
        /// Its id.
        id: WarningId = attr("id");
        /// What is wrong with the data.
        warning_type: Option<WarningType> = attr("type"), set WarningType;
        /// The same in words.
        message: Option<String> = attr("message"), set String;
        /// Whether it is shown.
        active: Option<bool> = attr("isActive"), set bool;
        /// Whether it is shown to everyone who looks at the data, rather than on request.
        severe: Option<bool> = attr("isSevere"), set bool;
        /// The id of the thing that it is about.
        content_id: Option<String> = attr("contentId");
        /// The kind of that thing: `DATABASE`, `TABLE`, ….
        content_type: Option<String> = attr("contentType");
        /// When it was added.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// Who added it.
        owner: Option<UserId> = child_id("owner");
        /// The name of who added it, to show.
        owner_display_name: Option<String> = attr("userDisplayName");
    }
}

impl NewWarning {
    /// A warning of this type, active and not severe unless said otherwise.
    pub fn new(warning_type: impl Into<WarningType>) -> NewWarning {
        NewWarning::blank().warning_type(warning_type).active(true).severe(false)
    }
}

string_enum! {
    /// What is wrong with data.
    pub enum WarningType {
        /// Something.
        Warning = "WARNING",
        /// They are no longer to be used.
        Deprecated = "DEPRECATED",
        /// They are out of date.
        Stale = "STALE",
        /// They are sensitive.
        SensitiveData = "SENSITIVE_DATA",
        /// They are being worked on.
        Maintenance = "MAINTENANCE",
    }
}
