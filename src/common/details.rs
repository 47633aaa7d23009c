//! Details of an item's owner, project, workbook and location.
//!
//! Every response has the owner's id and name, so these are fields of the item itself. The server
//! returns the details here on request (`.fields(["_all_"])`, `.fields(["owner.email"])`).

use jiff::Timestamp;

use super::{AuthSetting, SiteRole};
use crate::ids::{PersonalSpaceId, ProjectId, UserId, ViewId};
use crate::xml::{Contradicts, FieldValue, Out, ToXml, WriteField, element, string_enum};
use crate::{Error, Result};

element! {
    /// The fields of an owner besides id and name.
    pub struct OwnerDetails = "owner";
    {
        /// The display name.
        full_name: Option<String> = attr("fullName");
        /// The email address.
        email: Option<String> = attr("email");
        /// The owner's site role.
        site_role: Option<SiteRole> = attr("siteRole");
        /// How the owner signs in.
        auth_setting: Option<AuthSetting> = attr("authSetting");
        /// When the owner last signed in.
        last_login: Option<Timestamp> = attr("lastLogin");
        /// The owner's id in Active Directory or another directory.
        external_auth_user_id: Option<String> = attr("externalAuthUserId");
        /// The owner's locale.
        locale: Option<String> = attr("locale");
        /// The owner's language.
        language: Option<String> = attr("language");
        /// The domain of the owner: `local`, or that of a directory.
        domain: Option<String> = child_attr("domain", "name");
    }
}

element! {
    /// The fields of a project besides id and name.
    pub struct ProjectDetails = "project";
    {
        /// The description of the project.
        description: Option<String> = attr("description");
        /// Who sets the permissions of its content.
        content_permissions: Option<ContentPermissions> = attr("contentPermissions");
        /// The parent project.
        parent: Option<ProjectId> = attr("parentProjectId");
        /// Whether the project is at the top level.
        top_level: Option<bool> = attr("topLevelProject");
        /// Whether the session's user may publish to it.
        writeable: Option<bool> = attr("writeable");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The owner of the project.
        owner: Option<UserId> = child_id("owner");
    }
}

element! {
    /// The fields of a view's workbook besides id and name.
    pub struct WorkbookDetails = "workbook";
    {
        /// The workbook's name in URLs.
        content_url: Option<String> = attr("contentUrl");
        /// The URL of the workbook in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// The description of the workbook.
        description: Option<String> = attr("description");
        /// The size in megabytes.
        size: Option<u64> = attr("size");
        /// Whether the sheets are shown as tabs.
        show_tabs: Option<bool> = attr("showTabs");
        /// The number of sheets.
        sheet_count: Option<u64> = attr("sheetCount");
        /// Whether it has extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// The view that is shown first.
        default_view: Option<ViewId> = attr("defaultViewId");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
    }
}

element! {
    /// The location of content: in a project, or in its owner's personal space (API 3.13).
    pub struct Location = "location";
    {
        /// The id of the project or of the personal space.
        id: Option<String> = attr("id");
        /// Whether it is a project or a personal space.
        kind: Option<LocationKind> = attr("type");
        /// The project's name.
        name: Option<String> = attr("name");
    }
}

/// A personal space to move content to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationUpdate(PersonalSpaceId);

impl<I: Into<PersonalSpaceId>> From<I> for LocationUpdate {
    #[inline]
    fn from(space: I) -> LocationUpdate {
        LocationUpdate(space.into())
    }
}

impl ToXml for LocationUpdate {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("location", |out| {
            out.attr("id", &self.0);
            out.attr("type", &LocationKind::PersonalSpace);
        });
    }
}

impl WriteField for LocationUpdate {
    #[inline]
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Element(self)
    }
}

/// Rejects content with both a project and a personal space.
pub(crate) fn in_one_place(
    project: bool,
    space: bool,
    what: impl FnOnce() -> String,
) -> Result<()> {
    match project && space {
        false => Ok(()),
        true => Err(Error::input(format!(
            "{} cannot be in a project and in a personal space: choose one of them",
            what()
        ))),
    }
}

impl Contradicts<LocationUpdate> for Option<Location> {
    #[inline]
    fn contradicts(&self, requested: &LocationUpdate) -> bool {
        let shown = self.as_ref().and_then(|location| location.id.as_deref());
        shown.is_some_and(|shown| shown != requested.0.as_str())
    }
}

string_enum! {
    /// Who sets the permissions of a project's content.
    pub enum ContentPermissions {
        /// The project, for all content in it.
        LockedToProject = "LockedToProject",
        /// The project, for all content in it except nested projects.
        LockedToProjectWithoutNested = "LockedToProjectWithoutNested",
        /// The owner of each item.
        ManagedByOwner = "ManagedByOwner",
    }
}

string_enum! {
    /// The kinds of location that content can be in.
    pub enum LocationKind {
        /// A user's personal space, which is not part of a project.
        PersonalSpace = "PersonalSpace",
        /// A project.
        Project = "Project",
    }
}
