//! The user's personal space: `session.personal_space()`.

use crate::Result;
use crate::ids::{PersonalSpaceId, UserId};
use crate::operation::operations;
use crate::xml::element;

operations! {
    GET = GET "sites/{site}/personalSpace" since (3, 13) scope "tableau:projects:read"
        "Get User Personal Space" "site.htm#get_user_personal_space";
}

crate::session::session_methods! {
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
    /// session.workbooks().update(&draft.id, tsc::WorkbookUpdate::new().project(project))?;
    /// session.workbooks().update(&draft.id, tsc::WorkbookUpdate::new().location(&space.id))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Api`](crate::ErrorKind::Api) if the site has no personal spaces.
    #[doc = rest!(GET)]
    pub fn personal_space(&self) -> Result<PersonalSpace> {
        self.client().get(&GET, &[])
    }
}

element! {
    /// A user's personal space; see [`Session::personal_space`](crate::Session::personal_space).
    pub struct PersonalSpace = "personalSpace";
    {
        /// The space's id.
        id: PersonalSpaceId = attr("luid");
        /// The user whose space it is.
        owner: Option<UserId> = attr("ownerLuid");
        /// Whether content can be read from it, but not added to it.
        read_only: Option<bool> = attr("readOnly");
    }
}
