//! Publishing workbooks.

use super::{Workbook, Workbooks};
use crate::common::{HoldsExtracts, InProject, Magic, Publish, Publishable, Source};
use crate::ids::{GroupId, PersonalSpaceId, UserId, WorkbookId};
use crate::operation::{Operation, operations};
use crate::xml::Contradicts;

operations! {
    PUBLISH = POST "sites/{site}/workbooks" since (2, 0) scope "tableau:workbooks:create"
        errors [400008, 400011, 400020, 400035, 403007, 403008, 403130, 403131, 403132, 404005,
            404006, 404015]
        "Publish Workbook" "workbooks_and_views.htm#publish_workbook";
}

impl<'s> Workbooks<'s> {
    /// Publishes a file as a workbook: `.twbx` or `.twb`.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, project_id: tsc::ProjectId) -> tsc::Result<()> {
    /// let login = tsc::publish::ConnectionCredentials::new("report", "PASSWORD");
    /// let published = session
    ///     .workbooks()
    ///     .publish("Sales.twbx")
    ///     .project(&project_id)
    ///     .overwrite(true)
    ///     .connection(tsc::publish::PublishConnection::new("db.example.com").credentials(login))
    ///     .send()?;
    /// println!("{} {:?}", published.item.id, published.connections);
    /// # Ok(())
    /// # }
    /// ```
    #[doc = rest!(PUBLISH)]
    pub fn publish<'f>(&self, source: impl Into<Source<'f>>) -> Publish<'s, 'f, Workbook> {
        Publish::new(self.client, source.into())
    }
}

impl Publishable for Workbook {
    type Id = WorkbookId;

    const PUBLISH: &'static Operation = &PUBLISH;
    const PART: &'static str = "tableau_workbook";
    const TYPE: Option<&'static str> = Some("workbookType");
    const FILES: &'static [(&'static str, Option<Magic>)] =
        &[("twbx", Some(Magic::Zip)), ("twb", Some(Magic::Xml))];

    #[inline]
    fn id(&self) -> &WorkbookId {
        &self.id
    }

    #[inline]
    fn is_elsewhere(&self, space: &PersonalSpaceId) -> bool {
        self.location.contradicts(&space.into())
    }
}

impl InProject for Workbook {}

impl HoldsExtracts for Workbook {}

impl Publish<'_, '_, Workbook> {
    /// The personal space to publish to, instead of a project. It must be the user's own; see
    /// [`Session::personal_space`](crate::Session::personal_space). API 3.13.
    ///
    /// If publishing to personal spaces is disabled on the site, the server returns an error. Some
    /// servers silently publish to the default project instead, where other users can see the
    /// workbook: [`Workbook::location`] of the item that [`send`](Publish::send) returns says where it
    /// is, and a warning is logged.
    pub fn location(self, space: impl Into<PersonalSpaceId>) -> Self {
        self.into_space(space.into())
    }

    /// Whether the sheets are shown as tabs. Default: `false`.
    #[inline]
    pub fn show_tabs(self, show: bool) -> Self {
        self.attribute("showTabs", &show)
    }

    /// Hides views on the server, by name.
    pub fn hidden_views<V: Into<String>>(self, names: impl IntoIterator<Item = V>) -> Self {
        self.hide(names.into_iter().map(V::into))
    }

    /// Hides all views on the server except these, by name. The names of the sheets are read from
    /// the file; see [`sheets`](super::sheets()).
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input), before anything is sent, if the file has no sheet of one of
    /// these names, if there is no name, or if the source is a reader that can only be read once.
    pub fn only_views<V: Into<String>>(self, names: impl IntoIterator<Item = V>) -> Self {
        self.hide_others_than(names.into_iter().map(V::into))
    }

    /// Whether the workbook is published even if a connection fails. Default: `false`.
    #[inline]
    pub fn skip_connection_check(self, skip: bool) -> Self {
        self.flag("skipConnectionCheck", skip)
    }

    /// Renders the thumbnails as this user sees the views. Default: the publishing user.
    pub fn thumbnails_for_user(self, user: impl Into<UserId>) -> Self {
        self.without_attribute("thumbnailsGroupId").attribute("thumbnailsUserId", &user.into())
    }

    /// Renders the thumbnails as this group sees the views.
    pub fn thumbnails_for_group(self, group: impl Into<GroupId>) -> Self {
        self.without_attribute("thumbnailsUserId").attribute("thumbnailsGroupId", &group.into())
    }
}
