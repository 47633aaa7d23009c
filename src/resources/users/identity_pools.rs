//! The identity pools of users. Tableau Server.

use std::borrow::Borrow;

use super::{AuthSetting, SiteRole, Users};
use crate::Result;
use crate::ids::UserId;
use crate::operation::operations;
use crate::xml::element;

operations! {
    ADD = POST "sites/{site}/users/identityPool" since (3, 19)
        scope "tableau:identity_pools_users:create" on Server errors [429001, 429002]
        "Add User to Identity Pool" "identity_pools.htm#add_user_to_idpool";
    REMOVE = DELETE "sites/{site}/users/{user}/identityPool/{identity-pool}" since (3, 19)
        scope "tableau:identity_pools_users:delete" on Server errors [429003]
        "Remove User from Identity Pool" "identity_pools.htm#remove_user_from_idpool";
}

impl Users<'_> {
    /// Adds a user of the site to an identity pool.
    ///
    /// # Errors
    ///
    /// [`is_conflict`](crate::Error::is_conflict) is true if the user is in the pool already, or
    /// cannot be added to it.
    #[doc = rest!(ADD)]
    pub fn add_to_identity_pool(
        &self,
        user: impl Borrow<NewIdentityPoolUser>,
    ) -> Result<IdentityPoolUser> {
        self.client.create(&ADD, &[], user.borrow())
    }

    /// Removes a user from an identity pool, given by its id.
    ///
    /// # Errors
    ///
    /// [`is_conflict`](crate::Error::is_conflict) is true if the user cannot be removed.
    #[doc = rest!(REMOVE)]
    pub fn remove_from_identity_pool(&self, id: impl Into<UserId>, pool_id: &str) -> Result<()> {
        self.client.send(&REMOVE, &[&id.into(), &pool_id.to_owned()])
    }
}

element! {
    /// A user who was added to an identity pool.
    pub struct IdentityPoolUser = "user";
    /// A user to add to an identity pool; see [`Users::add_to_identity_pool`].
    pub struct NewIdentityPoolUser: new;
    {
        /// The user's id.
        id: UserId = attr("id"), new UserId;
        /// The name that the user signs in with.
        name: Option<String> = attr("name"), new String;
        /// The user's site role.
        site_role: Option<SiteRole> = attr("siteRole"), new SiteRole as typed;
        /// How the user signs in.
        auth_setting: Option<AuthSetting> = attr("authSetting"), new AuthSetting as typed;
        /// The id of the identity pool.
        identity_pool_id: Option<String> = attr("identityPoolUuid"), new String;
        /// The id of the user's identity in the pool.
        identity_id: Option<String> = attr("identityUuid"), new String;
    }
}

impl NewIdentityPoolUser {
    /// Creates the request to add a user to the identity pool of this id.
    pub fn new(user: impl Into<UserId>, pool_id: impl Into<String>) -> NewIdentityPoolUser {
        NewIdentityPoolUser::blank().id(user).identity_pool_id(pool_id)
    }
}
