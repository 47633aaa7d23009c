//! Users: `session.users()`.

use std::borrow::Borrow;

use jiff::Timestamp;

use super::flows::Flow;
use super::groups::Group;
use super::workbooks::Workbook;
pub use crate::common::{AuthSetting, SiteRole};
use crate::common::{List, filter_fields};
use crate::ids::UserId;
use crate::operation::operations;
use crate::secret::Secret;
use crate::xml::{Element as _, FromXml as _, element};
use crate::{Error, Result};

mod bulk;
mod csv_rows;
mod identity_pools;
mod outcomes;
mod saved_credentials;

pub use bulk::{ImportOptions, UserImport, UserRow, UserRows};
pub use identity_pools::{IdentityPoolUser, NewIdentityPoolUser};
pub use outcomes::{ImportOutcome, ImportOutcomes, ImportResult};
pub use saved_credentials::{DestinationSite, SavedCredentials};

operations! {
    LIST = GET "sites/{site}/users" since (1, 0) scope "tableau:users:read"
        "Get Users on Site" "users_and_groups.htm#get_users_on_site";
    GET = GET "sites/{site}/users/{user}" since (2, 0) scope "tableau:users:read"
        errors [403133, 404002]
        "Query User On Site" "users_and_groups.htm#query_user_on_site";
    ADD = POST "sites/{site}/users" since (1, 0) scope "tableau:users:create"
        errors [400003, 400013, 400217, 400218, 403193, 403194, 404002, 409005, 409017, 500109,
            500110]
        "Add User to Site" "users_and_groups.htm#add_user_to_site";
    UPDATE = PUT "sites/{site}/users/{user}" since (1, 0) scope "tableau:users:update"
        errors [400003, 400012, 400013, 400217, 400218, 403009, 403193, 403194, 404002, 409000,
            409014, 500109, 500110]
        "Update User" "users_and_groups.htm#update_user";
    REMOVE = DELETE "sites/{site}/users/{user}" since (1, 0) scope "tableau:users:delete"
        errors [404002, 409003]
        "Remove User from Site" "users_and_groups.htm#remove_user_from_site";
    WORKBOOKS = GET "sites/{site}/users/{user}/workbooks" since (1, 0)
        scope "tableau:content:read" errors [403018, 404002]
        "Query Workbooks for User" "workbooks_and_views.htm#query_workbooks_for_user";
    FLOWS = GET "sites/{site}/users/{user}/flows" since (3, 3) scope "tableau:flows:read"
        errors [403101, 404002]
        "Query Flows for User" "flow.htm#query_flows_for_user";
    GROUPS = GET "sites/{site}/users/{user}/groups" since (3, 7) scope "tableau:users:read"
        errors [404012]
        "Get Groups for a User" "users_and_groups.htm#get_groups_for_a_user";
    TOKENS = GET "sites/{site}/users/{user}/personal-access-tokens" since (3, 21)
        scope unavailable on Cloud errors [403010]
        "List Personal Access Tokens" "authentication.htm#list_personal_access_tokens";
    REVOKE_TOKEN = DELETE "sites/{site}/users/{user}/personal-access-tokens/{pat-name}"
        since (3, 21) scope unavailable on Cloud errors [403010, 404051]
        "Revoke Personal Access Token" "authentication.htm#revoke_personal_access_token";
    IMPORT = POST "sites/{site}/users/import" since (3, 15) scope "tableau:users:create"
        "Import Users to Site from CSV" "users_and_groups.htm#import_users_to_site_from_csv";
    REMOVE_ALL = POST "sites/{site}/users/delete" since (3, 15) scope "tableau:users:delete"
        "Delete Users from Site with CSV" "users_and_groups.htm#delete_users_from_site_with_csv";
}

super::resource! {
    /// The users of a site.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let new = tsc::users::NewUser::new("cy@example.com", tsc::users::SiteRole::Viewer);
    /// let user = session.users().add(new)?;
    /// println!("{} {:?}", user.name, user.site_role);
    /// # Ok(())
    /// # }
    /// ```
    Users
}

impl<'s> Users<'s> {
    /// Lists the users of the site. Full name, email address and some other fields are returned on
    /// request: `.fields(["_all_"])`.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "find_by_name", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, User> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a user.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<UserId>) -> Result<User> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Adds a user to the site. On a server with Active Directory, the name may be `domain\name`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if both the
    /// authentication setting and an identity provider configuration are set.
    #[doc = rest!(ADD)]
    pub fn add(&self, user: impl Borrow<NewUser>) -> Result<User> {
        let user = user.borrow();
        check_authentication(user.auth_setting.as_ref(), user.idp_configuration_id.as_ref())?;
        self.client.create(&ADD, &[], user)
    }

    /// Changes a user. The response has only some of the user's fields; [`get`](Users::get) returns
    /// all of them.
    ///
    /// # Errors
    ///
    /// As [`add`](Users::add).
    #[doc = rest!(UPDATE)]
    pub fn update(&self, id: impl Into<UserId>, changes: impl Borrow<UserUpdate>) -> Result<User> {
        let (id, changes) = (id.into(), changes.borrow());
        check_authentication(changes.auth_setting.as_ref(), changes.idp_configuration_id.as_ref())?;
        let request = self.client.request(&UPDATE, &[&id]).hiding(changes.password.as_ref());
        // The response does not repeat the id.
        self.client.change_read(request, changes, |root| {
            User::from_xml(root.need("user")?.or_id(id.as_str()))
        })
    }

    /// Removes a user from the site. A user who owns content remains, without a license; see
    /// [`remove_and_transfer`](Users::remove_and_transfer).
    #[doc = rest!(REMOVE)]
    pub fn remove(&self, id: impl Into<UserId>) -> Result<()> {
        self.client.send(&REMOVE, &[&id.into()])
    }

    /// Removes a user from the site and makes another user the owner of the user's content.
    /// API 3.10.
    #[doc = rest!(REMOVE)]
    pub fn remove_and_transfer(
        &self,
        id: impl Into<UserId>,
        new_owner: impl Into<UserId>,
    ) -> Result<()> {
        let new_owner: UserId = new_owner.into();
        if new_owner.as_str().is_empty() {
            return Err(Error::input("the id of the new owner is empty"));
        }
        let request = self.client.request(&REMOVE, &[&id.into()]).since(3, 10);
        self.client.done(request.query("mapAssetsTo", new_owner.as_str()))
    }

    /// Lists the workbooks that a user can see.
    #[doc = rest!(WORKBOOKS)]
    #[doc(alias = "populate_workbooks")]
    pub fn workbooks(&self, id: impl Into<UserId>) -> List<'s, Workbook> {
        List::of(self.client, &WORKBOOKS, &[&id.into()])
    }

    /// Lists the workbooks that a user owns.
    #[doc = rest!(WORKBOOKS)]
    pub fn owned_workbooks(&self, id: impl Into<UserId>) -> List<'s, Workbook> {
        self.workbooks(id).with("ownedBy", "true")
    }

    /// Lists the flows that a user can see.
    #[doc = rest!(FLOWS)]
    pub fn flows(&self, id: impl Into<UserId>) -> List<'s, Flow> {
        List::of(self.client, &FLOWS, &[&id.into()])
    }

    /// Lists the flows that a user owns.
    #[doc = rest!(FLOWS)]
    pub fn owned_flows(&self, id: impl Into<UserId>) -> List<'s, Flow> {
        self.flows(id).with("ownedBy", "true")
    }

    /// Lists the groups that a user is a member of.
    #[doc = rest!(GROUPS)]
    #[doc(alias = "populate_groups")]
    pub fn groups(&self, id: impl Into<UserId>) -> List<'s, Group> {
        List::of(self.client, &GROUPS, &[&id.into()])
    }

    /// Returns the personal access tokens of a user. Their secrets are not included.
    #[doc = rest!(TOKENS)]
    pub fn personal_access_tokens(
        &self,
        id: impl Into<UserId>,
    ) -> Result<Vec<PersonalAccessToken>> {
        let request = self.client.request(&TOKENS, &[&id.into()]);
        self.client.read_all(request, "personalAccessTokens", PersonalAccessToken::TAG)
    }

    /// Revokes a personal access token by its name, and ends the session that it opened.
    #[doc = rest!(REVOKE_TOKEN)]
    pub fn revoke_personal_access_token(&self, id: impl Into<UserId>, name: &str) -> Result<()> {
        self.client.send(&REVOKE_TOKEN, &[&id.into(), &name.to_owned()])
    }
}

/// Rejects a user with two kinds of authentication, because the server accepts only one.
#[inline]
fn check_authentication(
    setting: Option<&AuthSetting>,
    configuration: Option<&String>,
) -> Result<()> {
    match (setting, configuration) {
        (Some(setting), Some(configuration)) => Err(Error::input(format!(
            "a user cannot have both the authentication setting {setting} and the identity \
             provider configuration {configuration}: set one of them"
        ))),
        _ => Ok(()),
    }
}

element! {
    /// A user of a site.
    pub struct User = "user" in "users";
    /// A user to add to a site; see [`Users::add`].
    pub struct NewUser: new;
    /// Changes to a user; see [`Users::update`].
    pub struct UserUpdate: update;
    {
        /// The user's id.
        id: UserId = attr("id");
        /// The name that the user signs in with.
        name: String = attr("name"), new String;
        /// The user's site role.
        site_role: Option<SiteRole> = attr("siteRole"), set SiteRole as typed;
        /// How the user signs in.
        auth_setting: Option<AuthSetting> = attr("authSetting"), set AuthSetting as typed;
        /// The identity provider configuration that the user signs in with, one of
        /// [`Sites::auth_configurations`](crate::sites::Sites::auth_configurations).
        idp_configuration_id: Option<String> = attr("idpConfigurationId"), set String;
        /// The identity pool that the user belongs to. Tableau Server, API 3.19.
        identity_pool_name: Option<String> = attr("identityPoolName"), set String;
        /// The display name. Tableau Server.
        full_name: Option<String> = attr("fullName"), update String;
        /// The email address. On Tableau Cloud, the address for notifications (API 3.26).
        email: Option<String> = attr("email"), set String;
        /// The user's id in Active Directory or another directory.
        external_auth_user_id: Option<String> = attr("externalAuthUserId");
        /// When the user last signed in.
        last_login: Option<Timestamp> = attr("lastLogin");
        /// The user's locale, such as `en_GB`. Can be set on Tableau Cloud (API 3.28).
        locale: Option<String> = attr("locale"), set String;
        /// The user's language, such as `de`. Can be set on Tableau Cloud (API 3.28).
        language: Option<String> = attr("language"), set String;
        /// The domain of the user: `local`, or that of a directory.
        domain: Option<String> = child_attr("domain", "name");
    }
    requests {
        /// The password.
        password = attr("password"), update Secret;
    }
}

impl NewUser {
    /// Creates a user with a name and a site role. A role that this release does not know is
    /// [`SiteRole::Unknown`]; a plain string does not compile, so that typos are detected:
    ///
    /// ```compile_fail,E0308
    /// tableau_server_client::users::NewUser::new("cy@example.com", "Viwer");
    /// ```
    pub fn new(name: impl Into<String>, site_role: SiteRole) -> NewUser {
        NewUser::blank().name(name).site_role(site_role)
    }
}

element! {
    /// A personal access token of a user, without its secret.
    pub struct PersonalAccessToken = "personalAccessToken";
    {
        /// The token's name, by which it is revoked.
        name: String = attr("tokenName");
        /// The token's id.
        id: Option<String> = attr("tokenGuid");
        /// When the token last opened a session.
        last_used_at: Option<Timestamp> = attr("lastUsedAt");
        /// When the token expires.
        expires_at: Option<Timestamp> = attr("expiresAt");
    }
}

filter_fields! {
    for User;
    FRIENDLY_NAME = "friendlyName" Text [eq in like];
    LAST_LOGIN = "lastLogin" Time [eq gt gte lt lte];
    LUID = "luid" (UserId) [eq in];
    NAME = "name" Text [cieq eq in like];
    SITE_ROLE = "siteRole" (SiteRole) [eq in];
}
