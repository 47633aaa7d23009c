//! What an administrator does about the ways to sign in: `auth`.

use crate::http::Request;
use crate::{Result, Session};

impl Session<'_> {
    /// Revokes the personal access tokens of all server administrators, one's own too. Only a server
    /// administrator may. Sessions that were opened with them are not to be relied on any more.
    ///
    /// REST: [Revoke Administrator Personal Access Tokens](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#revoke_administrator_personal_access_tokens), API 3.11.
    pub fn revoke_administrator_tokens(&self) -> Result<()> {
        let path = self.core().api("auth/serverAdminAccessTokens");
        self.core().done(Request::delete(path).since(3, 11))
    }
}
