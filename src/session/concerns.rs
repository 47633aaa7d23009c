//! Operations that several kinds of content have in common, by the id of an item: tags,
//! permissions, ….

use super::accessors::session_methods;
use crate::Result;
use crate::common::{
    Connections, DefaultsFor, Extracts, HasConnections, HasExtracts, HasPermissions,
    HasQualityWarnings, HasRevisions, Permissions, QualityWarnings, Revisions, TagBatch, Taggable,
    Tags,
};
use crate::ids::{DatabaseId, ProjectId};
use crate::resources::personal_space::PersonalSpace;
use crate::resources::{auth, personal_space};

session_methods! {
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
    /// Ids of items without revisions do not compile:
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
    pub fn revisions<I: HasRevisions>(&self, id: &I) -> Revisions<'_, I> {
        Revisions::new(self.client(), id)
    }

    /// The tags of a workbook, a view, a data source, a flow, a virtual connection, a database, a
    /// table or a column.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// session.tags(&workbook_id).add(["finance", "needs review"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Ids of items without tags do not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, user_id: tsc::UserId) -> tsc::Result<()> {
    /// session.tags(&user_id).add(["finance", "needs review"])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tags<I: Taggable>(&self, id: &I) -> Tags<'_, I> {
        Tags::new(self.client(), id)
    }

    /// Changes tags of several items, also of several kinds, in one request.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId, flow_id: tsc::FlowId) -> tsc::Result<()> {
    /// session.tag_batch().on(&workbook_id).on(&flow_id).add(["finance"])?;
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn tag_batch(&self) -> TagBatch<'_> {
        TagBatch::new(self.client())
    }

    /// The data quality warnings of a data source, a flow, a database or a table.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, datasource_id: tsc::DatasourceId) -> tsc::Result<()> {
    /// let stale = tsc::quality_warnings::NewWarning::new(tsc::quality_warnings::WarningType::Stale).message("No load since Monday");
    /// session.quality_warnings(&datasource_id).add(stale)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Ids of content without such warnings do not compile:
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
    pub fn quality_warnings<I: HasQualityWarnings>(&self, id: &I) -> QualityWarnings<'_, I> {
        QualityWarnings::new(self.client(), id)
    }

    /// The connections of a workbook, a data source or a flow.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// for connection in session.connections(&workbook_id).list()? {
    ///     let login = tsc::connections::ConnectionUpdate::new().user_name("report").password("PASSWORD");
    ///     session.connections(&workbook_id).update(&connection.id, login)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Ids of items without connections do not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, view_id: tsc::ViewId) -> tsc::Result<()> {
    /// session.connections(&view_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, flow_id: tsc::FlowId) -> tsc::Result<()> {
    /// session.connections(&flow_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn connections<I: HasConnections>(&self, id: &I) -> Connections<'_, I> {
        Connections::new(self.client(), id)
    }

    /// The extracts of a workbook's embedded data sources, or of a published data source.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// let job = session.extracts(&workbook_id).encrypt(true).create()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Ids of items without extracts do not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, view_id: tsc::ViewId) -> tsc::Result<()> {
    /// let job = session.extracts(&view_id).create()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn extracts<I: HasExtracts>(&self, id: &I) -> Extracts<'_, I> {
        Extracts::new(self.client(), id)
    }

    /// The permissions of a project, a workbook, a view, a data source, a flow, a virtual
    /// connection, a database or a table.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId, group_id: tsc::GroupId) -> tsc::Result<()> {
    /// use tsc::permissions::Capability::{ExportData, Read, Write};
    /// let rule = tsc::permissions::PermissionRule::new(&group_id).allow([Read, ExportData]).deny([Write]);
    /// session.permissions(&workbook_id).add([rule])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Ids of items without permissions of their own do not compile:
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
    pub fn permissions<I: HasPermissions>(&self, id: &I) -> Permissions<'_> {
        Permissions::new(self.client(), id)
    }

    /// The default permissions of a project for one kind of content: new content gets them, and in
    /// a locked project they apply to all content of that kind.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, project_id: tsc::ProjectId) -> tsc::Result<()> {
    /// let rules = session.default_permissions(&project_id, tsc::permissions::DefaultsFor::Workbooks).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn default_permissions(
        &self,
        id: impl Into<ProjectId>,
        of: DefaultsFor,
    ) -> Permissions<'_> {
        Permissions::defaults(self.client(), &id.into(), &of)
    }

    /// The default permissions of a database for its tables.
    pub fn default_table_permissions(&self, id: impl Into<DatabaseId>) -> Permissions<'_> {
        Permissions::table_defaults(self.client(), &id.into())
    }

    /// Revokes the personal access tokens of all server administrators, including the caller's. Only
    /// server administrators can do this. Do not use sessions that were signed in with these tokens
    /// afterwards.
    #[doc = auth::rest!(REVOKE_ADMINISTRATOR_TOKENS)]
    #[doc(alias = "revoke_all_server_admin_tokens")]
    #[inline]
    pub fn revoke_administrator_tokens(&self) -> Result<()> {
        self.client().send(&auth::REVOKE_ADMINISTRATOR_TOKENS, &[])
    }

    /// Returns the personal space of the signed-in user. Its workbooks are visible to the user and to
    /// administrators only.
    ///
    /// A workbook can be [published](crate::Publish::location) to the space or moved to it, and from
    /// there to a project:
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, project: &tsc::ProjectId) -> tsc::Result<()> {
    /// let space = session.personal_space()?;
    /// let draft = session.workbooks().publish("Draft.twbx").location(&space.id).send()?.item;
    /// session.workbooks().update(&draft.id, tsc::workbooks::WorkbookUpdate::new().project(project))?;
    /// session.workbooks().update(&draft.id, tsc::workbooks::WorkbookUpdate::new().location(&space.id))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`](crate::ErrorKind::Api) if the site has no personal spaces.
    #[doc = personal_space::rest!(GET)]
    #[inline]
    pub fn personal_space(&self) -> Result<PersonalSpace> {
        self.client().get(&personal_space::GET, &[])
    }
}
