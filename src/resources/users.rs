//! Users: `session.users()`.

use std::borrow::Borrow;

use jiff::Timestamp;

use super::flows::Flow;
use super::workbooks::Workbook;
use crate::common::List;
use crate::http::Request;
use crate::ids::{Located, UserId};
use crate::secret::Secret;
use crate::xml::{FromXml as _, element, string_enum};
use crate::{Error, Result};

super::resource! {
    /// The users of a site.
    Users
}

impl<'s> Users<'s> {
    /// All users of the site. Full name, e-mail address and the like come only when asked for:
    /// `.fields(["_all_"])`.
    ///
    /// REST: [Get Users on Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#get_users_on_site), API 1.0.
    pub fn list(&self) -> List<'s, User> {
        List::new(self.client, self.client.site("users"))
    }

    /// One user.
    ///
    /// REST: [Query User On Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#query_user_on_site), API 1.0.
    pub fn get(&self, id: impl Into<UserId>) -> Result<User> {
        let id = &id.into();
        self.client.read(Request::get(self.client.site(&id.path())), "user")
    }

    /// Adds a user to the site. Where the server's users are those of Active Directory, the name may
    /// be `domain\name`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, where the user is to
    /// sign in by a setting and by a configuration.
    ///
    /// REST: [Add User to Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#add_user_to_site), API 2.0.
    pub fn add(&self, user: impl Borrow<NewUser>) -> Result<User> {
        let user = user.borrow();
        one_way(user.auth_setting.as_ref(), user.idp_configuration_id.as_ref())?;
        self.client.read(Request::post(self.client.site("users")).element(user)?, "user")
    }

    /// Changes a user: what the update leaves unset stays as it is. The answer is brief;
    /// [`get`](Users::get) has the rest.
    ///
    /// # Errors
    ///
    /// As [`add`](Users::add).
    ///
    /// REST: [Update User](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#update_user), API 2.0.
    pub fn update(&self, id: impl Into<UserId>, changes: impl Borrow<UserUpdate>) -> Result<User> {
        let id = &id.into();
        let changes = changes.borrow();
        one_way(changes.auth_setting.as_ref(), changes.idp_configuration_id.as_ref())?;
        let request = Request::put(self.client.site(&id.path()));
        // The answer leaves out the id, which the question said.
        self.client.change_read(request.hiding(changes.password.as_ref()), changes, |root| {
            User::from_xml(root.need("user")?.or_id(id.as_str()))
        })
    }

    /// Removes a user from the site. One who owns content stays, without a licence; see
    /// [`remove_to`](Users::remove_to).
    ///
    /// REST: [Remove User from Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#remove_user_from_site), API 2.0.
    pub fn remove(&self, id: impl Into<UserId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.client.site(&id.path())))
    }

    /// As [`remove`](Users::remove), and gives what the user owns to another one.
    ///
    /// REST: [Remove User from Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_users_and_groups.htm#remove_user_from_site), API 3.10.
    pub fn remove_to(&self, id: impl Into<UserId>, heir: impl Into<UserId>) -> Result<()> {
        let id = &id.into();
        let heir = &heir.into();
        let request = Request::delete(self.client.site(&id.path())).since(3, 10);
        self.client.done(request.query("mapAssetsTo", heir.as_str()))
    }

    /// The workbooks that a user may see.
    ///
    /// REST: [Query Workbooks for User](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbooks_for_user), API 1.0.
    pub fn workbooks(&self, id: impl Into<UserId>) -> List<'s, Workbook> {
        let id = &id.into();
        List::new(self.client, self.client.site(&format!("{}/workbooks", id.path())))
    }

    /// The workbooks that a user owns.
    ///
    /// REST: [Query Workbooks for User](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbooks_for_user), API 1.0.
    pub fn owned_workbooks(&self, id: impl Into<UserId>) -> List<'s, Workbook> {
        let id = &id.into();
        self.workbooks(id).with(OWNED.0, OWNED.1)
    }

    /// The flows that a user may see.
    ///
    /// REST: [Query Flows for User](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#query_flows_for_user), API 3.3.
    pub fn flows(&self, id: impl Into<UserId>) -> List<'s, Flow> {
        let id = &id.into();
        List::new(self.client, self.client.site(&format!("{}/flows", id.path()))).since(3, 3)
    }

    /// The flows that a user owns.
    ///
    /// REST: [Query Flows for User](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#query_flows_for_user), API 3.3.
    pub fn owned_flows(&self, id: impl Into<UserId>) -> List<'s, Flow> {
        let id = &id.into();
        self.flows(id).with(OWNED.0, OWNED.1)
    }
}

/// The question for what is somebody's own.
const OWNED: (&str, &str) = ("ownedBy", "true");

/// The server has users sign in by a setting or by a configuration of the site's.
fn one_way(setting: Option<&AuthSetting>, configuration: Option<&String>) -> Result<()> {
    match (setting, configuration) {
        (Some(setting), Some(configuration)) => Err(Error::input(format!(
            "a user is to sign in by the setting {setting} and by the configuration \
             {configuration}, where it can be only one"
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
        /// What the user may do on the site.
        site_role: Option<SiteRole> = attr("siteRole"), set SiteRole;
        /// How the user signs in.
        auth_setting: Option<AuthSetting> = attr("authSetting"), set AuthSetting;
        /// The identity provider that the user signs in at, where the site has several; one of
        /// [`Sites::auth_configurations`](crate::sites::Sites::auth_configurations).
        idp_configuration_id: Option<String> = attr("idpConfigurationId"), set String;
        /// The name to show.
        full_name: Option<String> = attr("fullName"), update String;
        /// The e-mail address.
        email: Option<String> = attr("email"), update String;
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
    requests {
        /// The password.
        password = attr("password"), update Secret;
    }
}

impl NewUser {
    /// A user of this name, who may do this on the site.
    pub fn new(name: impl Into<String>, site_role: impl Into<SiteRole>) -> NewUser {
        NewUser::blank().name(name).site_role(site_role)
    }
}

crate::common::filter_fields! {
    for User;
    FRIENDLY_NAME = "friendlyName" Text [eq in];
    LAST_LOGIN = "lastLogin" Time [eq gt gte lt lte];
    LUID = "luid" (crate::UserId) [eq in];
    NAME = "name" Text [eq in];
    SITE_ROLE = "siteRole" (crate::SiteRole) [eq in];
}

string_enum! {
    /// What a user may do on a site.
    ///
    /// [What each role may do](https://help.tableau.com/current/server/en-us/users_site_roles.htm).
    pub enum SiteRole {
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

string_enum! {
    /// How a user signs in.
    pub enum AuthSetting {
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
