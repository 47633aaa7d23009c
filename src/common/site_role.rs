//! [`SiteRole`] and [`AuthSetting`] of users and of the owners of content.

use crate::xml::string_enum;

string_enum! {
    /// The site role of a user: [what the user may do on the
    /// site](https://help.tableau.com/current/server/en-us/users_site_roles.htm).
    pub enum SiteRole {
        /// Administers the server and all its sites.
        ServerAdministrator = "ServerAdministrator",
        /// Administers the site, with a Creator license.
        SiteAdministratorCreator = "SiteAdministratorCreator",
        /// Administers the site, with an Explorer license.
        SiteAdministratorExplorer = "SiteAdministratorExplorer",
        /// Administers the site (before 2018.1).
        SiteAdministrator = "SiteAdministrator",
        /// Connects to data and publishes.
        Creator = "Creator",
        /// Publishes from the browser.
        ExplorerCanPublish = "ExplorerCanPublish",
        /// Explores and edits published content.
        Explorer = "Explorer",
        /// Views content.
        Viewer = "Viewer",
        /// Views content (before 2018.1).
        ReadOnly = "ReadOnly",
        /// Publishes content (before 2018.1).
        Publisher = "Publisher",
        /// Interacts with views (before 2018.1).
        Interactor = "Interactor",
        /// Views and publishes content (before 2018.1).
        ViewerWithPublish = "ViewerWithPublish",
        /// Publishes without a license (before 2018.1).
        UnlicensedWithPublish = "UnlicensedWithPublish",
        /// Has no license, and cannot sign in.
        Unlicensed = "Unlicensed",
        /// Views content without an account.
        Guest = "Guest",
        /// A support account of Tableau.
        SupportUser = "SupportUser",
    }
}

string_enum! {
    /// How a user signs in.
    pub enum AuthSetting {
        /// SAML.
        Saml = "SAML",
        /// OpenID Connect.
        OpenId = "OpenID" | "OIDC",
        /// The default of the server.
        ServerDefault = "ServerDefault",
        /// Tableau ID with multi-factor authentication.
        TableauIdWithMfa = "TableauIDWithMFA",
    }
}
