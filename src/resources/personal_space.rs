//! The user's personal space: `session.personal_space()`.

use crate::ids::{PersonalSpaceId, UserId};
use crate::operation::operations;
use crate::xml::element;

operations! {
    pub(crate) GET = GET "sites/{site}/personalSpace" since (3, 13) scope "tableau:projects:read"
        "Get User Personal Space" "site.htm#get_user_personal_space";
}

element! {
    /// A user's personal space; see [`Session::personal_space`](crate::Session::personal_space).
    pub struct PersonalSpace = "personalSpace";
    {
        /// The space's id.
        id: PersonalSpaceId = attr("luid");
        /// The user whose space it is.
        owner: Option<UserId> = attr("ownerLuid");
        /// Whether the space is read-only: no content can be added to it.
        read_only: Option<bool> = attr("readOnly");
    }
}
