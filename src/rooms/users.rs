//! Users: `session.users()`.

use jiff::Timestamp;

use crate::Result;
use crate::http::Request;
use crate::ids::{Located, UserId};
use crate::shared::{List, Listed};
use crate::xml::{element, words};

super::room! {
    /// The users of a site.
    Users
}

impl<'s> Users<'s> {
    /// All users of the site. Full name, e-mail address and the like come only when asked for:
    /// `.fields(["_all_"])`.
    ///
    /// REST: [Get Users on Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#get_users_on_site), API 1.0.
    pub fn list(&self) -> List<'s, User> {
        List::new(self.core, self.core.site("users"))
    }

    /// One user.
    ///
    /// REST: [Query User On Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#query_user_on_site), API 1.0.
    pub fn get(&self, id: &UserId) -> Result<User> {
        self.core.read(Request::get(self.core.site(&id.path())), "user")
    }
}

element! {
    /// A user of a site.
    User = "user"
    {
        /// The user's id.
        id: UserId = attr("id");
        /// The name that the user signs in with.
        name: String = attr("name");
        /// What the user may do on the site.
        site_role: Option<SiteRole> = attr("siteRole");
        /// How the user signs in.
        auth_setting: Option<AuthSetting> = attr("authSetting");
        /// The identity provider that the user signs in at, where the site has several.
        idp_configuration_id: Option<String> = attr("idpConfigurationId");
        /// The name to show.
        full_name: Option<String> = attr("fullName");
        /// The e-mail address.
        email: Option<String> = attr("email");
        /// The user's id in Active Directory or another directory.
        external_auth_user_id: Option<String> = attr("externalAuthUserId");
        /// When the user was last signed in.
        last_login: Option<Timestamp> = attr("lastLogin");
        /// The user's locale.
        locale: Option<String> = attr("locale");
        /// The user's language.
        language: Option<String> = attr("language");
        /// The directory's domain, or `local`.
        domain: Option<String> = child_attr("domain", "name");
    }
}

impl Listed for User {
    const WRAP: &'static str = "users";
    const ITEM: &'static str = "user";
}

crate::shared::fields!(users User);

words! {
    /// What a user may do on a site.
    ///
    /// [What each role may do](https://help.tableau.com/current/server/en-us/users_site_roles.htm).
    SiteRole {
        /// Administers the server, and every site with it.
        ServerAdministrator = "ServerAdministrator",
        /// Administers the site, with a Creator licence.
        SiteAdministratorCreator = "SiteAdministratorCreator",
        /// Administers the site, with an Explorer licence.
        SiteAdministratorExplorer = "SiteAdministratorExplorer",
        /// Administers the site (before 2018.1).
        SiteAdministrator = "SiteAdministrator",
        /// Connects to data and publishes.
        Creator = "Creator",
        /// Publishes from the browser.
        ExplorerCanPublish = "ExplorerCanPublish",
        /// Explores and edits what is there.
        Explorer = "Explorer",
        /// Views.
        Viewer = "Viewer",
        /// Views only (before 2018.1).
        ReadOnly = "ReadOnly",
        /// Publishes (before 2018.1).
        Publisher = "Publisher",
        /// Interacts with views (before 2018.1).
        Interactor = "Interactor",
        /// Views and publishes (before 2018.1).
        ViewerWithPublish = "ViewerWithPublish",
        /// Has no licence, but publishes (before 2018.1).
        UnlicensedWithPublish = "UnlicensedWithPublish",
        /// Has no licence, and cannot sign in.
        Unlicensed = "Unlicensed",
        /// Views without an account of one's own.
        Guest = "Guest",
        /// Tableau's own support.
        SupportUser = "SupportUser",
    }
}

words! {
    /// How a user signs in.
    AuthSetting {
        /// By SAML.
        Saml = "SAML",
        /// By OpenID Connect.
        OpenId = "OpenID",
        /// As the server is set up.
        ServerDefault = "ServerDefault",
        /// With a Tableau id and multi-factor authentication.
        TableauIdWithMfa = "TableauIDWithMFA",
    }
}
