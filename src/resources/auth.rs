//! Revocation of personal access tokens by an administrator.

use crate::Result;
use crate::operation::operations;

operations! {
    REVOKE_ADMINISTRATOR_TOKENS = DELETE "auth/serverAdminAccessTokens" since (3, 11)
        scope "tableau:server_admin_tokens:delete" on Server
        "Revoke Administrator Personal Access Tokens"
        "authentication.htm#revoke_administrator_personal_access_tokens";
}

crate::session::session_methods! {
    /// Revokes the personal access tokens of all server administrators, including the caller's. Only
    /// server administrators can do this. Do not use sessions that were signed in with these tokens
    /// afterwards.
    #[doc = rest!(REVOKE_ADMINISTRATOR_TOKENS)]
    pub fn revoke_administrator_tokens(&self) -> Result<()> {
        self.client().send(&REVOKE_ADMINISTRATOR_TOKENS, &[])
    }
}
