//! What an answer tells about a thing's surroundings: its owner, its project, its workbook.
//!
//! Ids and names stand in each thing's own table, since every answer has them. The rest comes only
//! when it is asked for (`.fields(["_all_"])`, `.fields(["owner.email"])`), and is the same
//! wherever it comes.

use jiff::Timestamp;

use crate::ids::{PersonalSpaceId, ProjectId, UserId, ViewId};
use crate::xml::{Contradicts, FieldValue, Out, ToXml, WriteField, element, string_enum};
use crate::{AuthSetting, ContentPermissions, Error, Result, SiteRole};

element! {
    /// What an answer tells about an owner beside id and name.
    pub struct OwnerDetails = "owner";
    {
        /// The name to show.
        full_name: Option<String> = attr("fullName");
        /// The e-mail address.
        email: Option<String> = attr("email");
        /// What the owner may do on the site.
        site_role: Option<SiteRole> = attr("siteRole");
        /// How the owner signs in.
        auth_setting: Option<AuthSetting> = attr("authSetting");
        /// When the owner was last signed in.
        last_login: Option<Timestamp> = attr("lastLogin");
        /// The owner's id in Active Directory or another directory.
        external_auth_user_id: Option<String> = attr("externalAuthUserId");
        /// The owner's locale.
        locale: Option<String> = attr("locale");
        /// The owner's language.
        language: Option<String> = attr("language");
        /// The directory's domain, or `local`.
        domain: Option<String> = child_attr("domain", "name");
    }
}

element! {
    /// What an answer tells about a project beside id and name.
    pub struct ProjectDetails = "project";
    {
        /// What it is for.
        description: Option<String> = attr("description");
        /// Who sets the permissions of its content.
        content_permissions: Option<ContentPermissions> = attr("contentPermissions");
        /// The project that it is in.
        parent: Option<ProjectId> = attr("parentProjectId");
        /// Whether it is of the top level.
        top_level: Option<bool> = attr("topLevelProject");
        /// Whether the user may publish to it.
        writeable: Option<bool> = attr("writeable");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// Who owns it.
        owner: Option<UserId> = child_id("owner");
    }
}

element! {
    /// What an answer tells about a view's workbook beside id and name.
    pub struct WorkbookDetails = "workbook";
    {
        /// Its name in addresses.
        content_url: Option<String> = attr("contentUrl");
        /// Its address in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// What it is about.
        description: Option<String> = attr("description");
        /// Its size in megabytes.
        size: Option<u64> = attr("size");
        /// Whether its sheets are shown as tabs.
        show_tabs: Option<bool> = attr("showTabs");
        /// How many sheets it has.
        sheet_count: Option<u64> = attr("sheetCount");
        /// Whether it holds extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// The view that it opens with.
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
    /// Where content is: in a project, or in its owner's personal space (API 3.13).
    pub struct Location = "location";
    {
        /// The id of the project or of the personal space.
        id: Option<String> = attr("id");
        /// Which of the two it is.
        kind: Option<LocationKind> = attr("type");
        /// The project's name.
        name: Option<String> = attr("name");
    }
}

/// The personal space that content moves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocationUpdate(PersonalSpaceId);

impl<I: Into<PersonalSpaceId>> From<I> for LocationUpdate {
    fn from(space: I) -> LocationUpdate {
        LocationUpdate(space.into())
    }
}

impl ToXml for LocationUpdate {
    fn to_xml(&self, out: &mut Out) {
        out.element("location", |out| {
            out.attr("id", &self.0);
            out.attr("type", &LocationKind::PersonalSpace);
        });
    }
}

impl WriteField for LocationUpdate {
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Element(self)
    }
}

/// Refuses what is to be in a project and in a personal space.
pub(crate) fn in_one_place(
    project: bool,
    space: bool,
    what: impl FnOnce() -> String,
) -> Result<()> {
    match project && space {
        false => Ok(()),
        true => Err(Error::input(format!(
            "{} is to go to a project and to a personal space: it can be in one of them",
            what()
        ))),
    }
}

impl Contradicts<LocationUpdate> for Option<Location> {
    fn contradicts(&self, asked: &LocationUpdate) -> bool {
        let shown = self.as_ref().and_then(|location| location.id.as_deref());
        shown.is_some_and(|shown| shown != asked.0.as_str())
    }
}

string_enum! {
    /// The sorts of place that content can be in.
    pub enum LocationKind {
        /// A user's own space, which no project holds.
        PersonalSpace = "PersonalSpace",
        /// A project.
        Project = "Project",
    }
}
