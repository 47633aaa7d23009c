//! Sessions on the server: `session.sessions()`.

use jiff::Timestamp;

use crate::Result;
use crate::common::{AuthSetting, SiteRole};
use crate::ids::{ServerSessionId, UserId};
use crate::operation::operations;
use crate::resources::sites::Site;
use crate::xml::element;

operations! {
    CURRENT = GET "sessions/current" since (3, 1) scope unknown
        "Get Current Server Session" "server.htm#get-current-server-session";
    DELETE = DELETE "sessions/{session}" since (3, 9) scope "tableau:sessions:delete" on Server
        errors [400105, 404029]
        "Delete Server Session" "server.htm#delete_server_session";
}

super::resource! {
    /// The sessions of a server.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let current = session.sessions().current()?;
    /// println!("signed in as {:?}", current.user_name);
    /// # Ok(())
    /// # }
    /// ```
    Sessions
}

impl Sessions<'_> {
    /// Returns the session that sends the request, with its site and its user. Users who are not
    /// administrators see only the ids, the names and the content URL.
    #[doc = rest!(CURRENT)]
    #[inline]
    pub fn current(&self) -> Result<ServerSession> {
        self.client.get(&CURRENT, &[])
    }

    /// Ends a session of any user. The ids of sessions are in the server's repository database. Only
    /// server administrators can do this.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<ServerSessionId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }
}

element! {
    /// A session on the server.
    pub struct ServerSession = "session";
    {
        /// The session's id, if the server returns it.
        id: Option<ServerSessionId> = attr("id");
        /// The site of the session.
        site: Option<Site> = child("site");
        /// The user who is signed in.
        user: Option<UserId> = child_id("user");
        /// The user's name.
        user_name: Option<String> = child_attr("user", "name");
        /// The user's site role.
        user_site_role: Option<SiteRole> = child_attr("user", "siteRole");
        /// How the user signs in.
        user_auth_setting: Option<AuthSetting> = child_attr("user", "authSetting");
        /// When the user last signed in.
        user_last_login: Option<Timestamp> = child_attr("user", "lastLogin");
        /// The user's id in Active Directory or another directory.
        user_external_auth_id: Option<String> = child_attr("user", "externalAuthUserId");
    }
}
