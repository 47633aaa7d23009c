//! The user's personal space: `session.personal_space()`.

use crate::Result;
use crate::http::Request;
use crate::ids::{PersonalSpaceId, UserId};
use crate::xml::element;

crate::session::session_methods! {
    /// The personal space of the user who is signed in: where it keeps workbooks that only it and
    /// administrators see.
    ///
    /// A workbook is [published](crate::Publish::location) there or moved there, and moved out
    /// again into a project:
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
    /// That of the server where the site has no personal spaces.
    ///
    /// REST: [Get User Personal Space](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#get_user_personal_space);
    /// content has locations from API 3.13 on.
    pub fn personal_space(&self) -> Result<PersonalSpace> {
        let client = self.client();
        client.read(Request::get(client.site("personalSpace")).since(3, 13), "personalSpace")
    }
}

element! {
    /// A user's personal space; see [`Session::personal_space`](crate::Session::personal_space).
    pub struct PersonalSpace = "personalSpace";
    {
        /// Its id.
        id: PersonalSpaceId = attr("luid");
        /// Whose it is.
        owner: Option<UserId> = attr("ownerLuid");
        /// Whether nothing can be put into it.
        read_only: Option<bool> = attr("readOnly");
    }
}
