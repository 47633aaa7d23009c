//! What an administrator does about the ways to sign in: `auth`.

use crate::Result;
use crate::http::Request;

crate::session::session_methods! {
    /// Revokes the personal access tokens of all server administrators, one's own too. Only a server
    /// administrator may. Sessions that were opened with them are not to be relied on any more.
    ///
    /// REST: [Revoke Administrator Personal Access Tokens](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#revoke_administrator_personal_access_tokens), API 3.11.
    pub fn revoke_administrator_tokens(&self) -> Result<()> {
        let path = self.client().api("auth/serverAdminAccessTokens");
        self.client().done(Request::delete(path).since(3, 11))
    }
}
