//! The operations of sessions and of the server itself. Their methods are those of
//! [`Server`](crate::Server) and [`Session`](crate::Session).

use crate::operation::operations;

operations! {
    pub(crate) SERVER_INFO = GET "serverinfo" since (2, 4) scope "tableau:server:read"
        "Server Info" "server.htm#server_info";
    pub(crate) SIGN_IN = POST "auth/signin" since (1, 0) scope unknown errors [401001, 401009]
        "Sign In" "authentication.htm#sign_in";
    pub(crate) SIGN_OUT = POST "auth/signout" since (1, 0) scope "tableau:*:*"
        "Sign Out" "authentication.htm#sign_out";
    pub(crate) SWITCH_SITE = POST "auth/switchSite" since (2, 6)
        scope "tableau:sites:switch" on Server errors [401003, 403070]
        "Switch Site" "authentication.htm#switch_site";
    pub(crate) REVOKE_ADMINISTRATOR_TOKENS = DELETE "auth/serverAdminAccessTokens" since (3, 11)
        scope "tableau:server_admin_tokens:delete" on Server
        "Revoke Administrator Personal Access Tokens"
        "authentication.htm#revoke_administrator_personal_access_tokens";
}
