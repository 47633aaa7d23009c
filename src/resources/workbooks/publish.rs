//! Publishing workbooks.

use super::{Workbook, Workbooks};
use crate::common::{HoldsExtracts, InProject, Magic, Publish, Publishable, Source};
use crate::ids::{GroupId, PersonalSpaceId, UserId, WorkbookId};
use crate::xml::Contradicts;

impl<'s> Workbooks<'s> {
    /// Publishes a file as a workbook: `.twbx` or `.twb`.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, project_id: tsc::ProjectId) -> tsc::Result<()> {
    /// let login = tsc::ConnectionCredentials::new("report", "PASSWORD");
    /// let published = session
    ///     .workbooks()
    ///     .publish("Sales.twbx")
    ///     .project(&project_id)
    ///     .overwrite()
    ///     .connection(tsc::PublishConnection::new("db.example.com").credentials(login))
    ///     .send()?;
    /// println!("{} {:?}", published.item.id, published.connections);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// REST: [Publish Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#publish_workbook), API 2.0.
    pub fn publish<'f>(&self, source: impl Into<Source<'f>>) -> Publish<'s, 'f, Workbook> {
        Publish::new(self.client, source.into())
    }
}

impl Publishable for Workbook {
    type Id = WorkbookId;

    const PART: &'static str = "tableau_workbook";
    const TYPE: Option<&'static str> = Some("workbookType");
    const FILES: &'static [(&'static str, Option<Magic>)] =
        &[("twbx", Some(Magic::Zip)), ("twb", Some(Magic::Xml))];
    const SINCE: (u16, u16) = (2, 0);

    fn id(&self) -> &WorkbookId {
        &self.id
    }

    fn is_elsewhere(&self, space: &PersonalSpaceId) -> bool {
        self.location.contradicts(&space.into())
    }
}

impl InProject for Workbook {}

impl HoldsExtracts for Workbook {}

impl Publish<'_, '_, Workbook> {
    /// The personal space that it goes to, instead of a project: the user's own, which
    /// [`Session::personal_space`](crate::Session::personal_space) knows. API 3.13.
    ///
    /// A site can have publishing there switched off, which is an error of the server. Some servers
    /// pass over the wish without a word, and put the workbook into the default project, where others
    /// can see it: [`Workbook::location`] of what [`send`](Publish::send) returns tells where it
    /// is, and the log has a warning.
    pub fn location(self, space: impl Into<PersonalSpaceId>) -> Self {
        let space = &space.into();
        self.into_space(space)
    }

    /// Whether its sheets are shown as tabs. Default: they are not.
    pub fn show_tabs(self, yes: bool) -> Self {
        self.attribute("showTabs", &yes)
    }

    /// Views that are not shown on the server, by their names.
    pub fn hidden_views<V: Into<String>>(self, names: impl IntoIterator<Item = V>) -> Self {
        self.hide(names.into_iter().map(Into::into))
    }

    /// Publishes even if a connection cannot be made.
    pub fn skip_connection_check(self) -> Self {
        self.query("skipConnectionCheck", "true")
    }

    /// Draws the thumbnails with what this user may see. Default: the publishing user.
    pub fn thumbnails_for_user(self, user: impl Into<UserId>) -> Self {
        let user = &user.into();
        self.without_attribute("thumbnailsGroupId").attribute("thumbnailsUserId", user)
    }

    /// Draws the thumbnails with what this group may see.
    pub fn thumbnails_for_group(self, group: impl Into<GroupId>) -> Self {
        let group = &group.into();
        self.without_attribute("thumbnailsUserId").attribute("thumbnailsGroupId", group)
    }
}
