//! Connected apps: `session.connected_apps()`.

mod external_authorization_servers;
mod secret;

use std::borrow::Borrow;

use jiff::Timestamp;

pub use self::external_authorization_servers::{
    ExternalAuthorizationServer, ExternalAuthorizationServerUpdate, ExternalAuthorizationServers,
    NewExternalAuthorizationServer,
};
pub use self::secret::{ConnectedAppSecret, SecretInfo};
use crate::common::List;
use crate::http::Request;
use crate::ids::{ConnectedAppId, ProjectId};
use crate::operation::operations;
use crate::xml::{Contradicts, FromXml, Listed, Node, element};
use crate::{ApiVersion, Result};

operations! {
    LIST = GET "sites/{site}/connected-apps/direct-trust" since (3, 17)
        scope "tableau:connected_apps_direct_trust:read" errors [400143, 403000, 404041]
        "List Connected Apps" "connected_app.htm#get_connectedapps";
    GET = GET "sites/{site}/connected-apps/direct-trust/{connected-app}" since (3, 17)
        scope "tableau:connected_apps_direct_trust:read" errors [400143, 403000, 404041]
        "Get Connected App" "connected_app.htm#get_connectedapp";
    CREATE = POST "sites/{site}/connected-apps/direct-trust" since (3, 17)
        scope "tableau:connected_apps_direct_trust:create" errors [400109, 400143, 403000, 404041]
        "Create Connected App" "connected_app.htm#create_connectedapp";
    UPDATE = PUT "sites/{site}/connected-apps/direct-trust/{connected-app}" since (3, 17)
        scope "tableau:connected_apps_direct_trust:update" errors [400109, 400143, 403000, 404041]
        "Update Connected App" "connected_app.htm#update_connectedapp";
    DELETE = DELETE "sites/{site}/connected-apps/direct-trust/{connected-app}" since (3, 17)
        scope "tableau:connected_apps_direct_trust:delete" errors [400143, 403000, 404041]
        "Delete Connected App" "connected_app.htm#delete_connectedapp";
    CREATE_SECRET = POST "sites/{site}/connected-apps/direct-trust/{connected-app}/secrets"
        since (3, 17) scope unknown errors [400143, 400144, 403000, 404041, 404042]
        "Create Connected App Secret" "connected_app.htm#create_connectedapp_secret";
    GET_SECRET = GET "sites/{site}/connected-apps/direct-trust/{connected-app}/secrets/{secret}"
        since (3, 17) scope unknown errors [400143, 403000, 404041, 404042]
        "Get Connected App Secret" "connected_app.htm#get_connectedapp_secret";
    DELETE_SECRET = DELETE "sites/{site}/connected-apps/direct-trust/{connected-app}/secrets/{secret}"
        since (3, 17) scope "tableau:connected_app_direct_trust_secrets:delete"
        errors [400143, 403000, 404041, 404042]
        "Delete Connected App Secret" "connected_app.htm#delete_connectedapp_secret";
}

super::resource! {
    /// The connected apps of a site. With direct trust, a program that has a secret of the app signs
    /// users in with JSON Web Tokens, as [`ConnectedAppAuth`](crate::ConnectedAppAuth) does. With
    /// OAuth 2.0 trust, an [external authorization
    /// server](ConnectedApps::external_authorization_servers) issues the tokens. Only administrators
    /// can use these operations.
    ///
    #[cfg_attr(feature = "mock", doc = "```")]
    #[cfg_attr(not(feature = "mock"), doc = "```ignore")]
    /// # use tableau_server_client as tsc;
    /// use tsc::connected_apps::NewConnectedApp;
    ///
    /// # fn main() -> tsc::Result<()> {
    /// let mock = tsc::mock::MockServer::start()?;
    /// let server = tsc::Server::new(mock.url())?;
    /// let session = server.sign_in(&mock.credentials())?;
    /// let apps = session.connected_apps();
    /// let app = apps.create(NewConnectedApp::new("Portal").enabled(true))?;
    /// let secret = apps.create_secret(&app.client_id)?;
    ///
    /// let (client_id, secret_id) = (app.client_id.as_str(), secret.id.as_str());
    /// let scopes = ["tableau:content:read"];
    /// let auth = tsc::ConnectedAppAuth::new(client_id, secret_id, secret.value, "admin", scopes);
    /// let workbooks = server.sign_in(&auth)?.workbooks().list().total()?;
    /// assert_eq!(workbooks, 12);
    /// # Ok(())
    /// # }
    /// ```
    ConnectedApps
}

impl<'s> ConnectedApps<'s> {
    /// The external authorization servers of the site: connected apps with OAuth 2.0 trust.
    #[inline]
    pub fn external_authorization_servers(&self) -> ExternalAuthorizationServers<'s> {
        ExternalAuthorizationServers::new(self.client)
    }

    /// Lists the connected apps with direct trust.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn list(&self) -> List<'s, ConnectedApp> {
        List::unpaged(self.client, &LIST, &[])
    }

    /// Returns a connected app.
    #[doc = rest!(GET)]
    pub fn get(&self, client_id: impl Into<ConnectedAppId>) -> Result<ConnectedApp> {
        self.client.xml(self.client.request(&GET, &[&client_id.into()]), one)
    }

    /// Creates a connected app. It has no secret yet; see
    /// [`create_secret`](ConnectedApps::create_secret).
    #[doc = rest!(CREATE)]
    pub fn create(&self, app: impl Borrow<NewConnectedApp>) -> Result<ConnectedApp> {
        let mut app = app.borrow().clone();
        // A new app without projects is for all of them.
        app.projects = app.projects.filter(|projects| !projects.is_empty());
        let request = self.client.request(&CREATE, &[]);
        let request = self.with_projects(request, &mut app.projects, &mut app.only_project);
        self.client.xml(request.element(&app)?, one)
    }

    /// Changes a connected app. According to the reference, an update without `enabled` disables the
    /// app, so set it in every update.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        client_id: impl Into<ConnectedAppId>,
        changes: impl Borrow<ConnectedAppUpdate>,
    ) -> Result<ConnectedApp> {
        let mut changes = changes.borrow().clone();
        let request = self.client.request(&UPDATE, &[&client_id.into()]);
        let request = self.with_projects(request, &mut changes.projects, &mut changes.only_project);
        self.client.change_read(request, &changes, one)
    }

    /// Deletes a connected app and its secrets. Sessions that it signed in remain open.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, client_id: impl Into<ConnectedAppId>) -> Result<()> {
        self.client.send(&DELETE, &[&client_id.into()])
    }

    /// Tableau Server before API 3.23 ignores `<projectIds>`, which would leave the app unlimited. Its
    /// requests have an attribute for one project instead, which is empty for all projects.
    #[inline]
    fn with_projects<'r>(
        &self,
        request: Request<'r>,
        projects: &mut Option<Vec<ProjectId>>,
        only_project: &mut Option<ProjectId>,
    ) -> Request<'r> {
        match projects.take() {
            Some(mut one) if one.len() <= 1 && self.client.version < ApiVersion::new(3, 23) => {
                *only_project = Some(one.pop().unwrap_or_else(|| ProjectId::from("")));
                request
            }
            Some(all) => {
                *projects = Some(all);
                request.since(3, 23)
            }
            None => request,
        }
    }
}

/// The item of a response. Some responses have it inside the element of a list.
fn one<T: Listed + FromXml>(root: Node<'_>) -> Result<T> {
    T::from_xml(root.find(T::WRAP).unwrap_or(root).need(T::ITEM)?)
}

element! {
    /// A connected app with direct trust.
    pub struct ConnectedApp = "connectedApplication" in "connectedApplications";
    /// A connected app to create; see [`ConnectedApps::create`].
    pub struct NewConnectedApp: new;
    /// Changes to a connected app; see [`ConnectedApps::update`].
    pub struct ConnectedAppUpdate: update;
    {
        /// The client id, which identifies the app: the claim `iss` of its tokens.
        client_id: ConnectedAppId = attr_or_text("clientId");
        /// The app's name.
        name: String = attr_or_text("name"), set String;
        /// Whether the app signs users in. The server disables a new app by default.
        enabled: Option<bool> = attr_or_text("enabled"), set bool;
        /// The projects whose content the app can embed; none means all projects. Before API 3.23,
        /// requests can name one project only.
        projects: Vec<ProjectId> = list_text("projectIds", "projectId"), set Vec<ProjectId>;
        /// The project whose content the app can embed, if the server has an older API version:
        /// newer ones return `projects`.
        project: Option<ProjectId> = child_text("projectId");
        /// The domains that can embed content, separated by spaces, such as
        /// `https://portal.example.com *.example.org`.
        domain_safelist: Option<String> = attr_or_text("domainSafelist"), set String;
        /// Whether all domains can embed content.
        unrestricted_embedding: Option<bool> = attr_or_text("unrestrictedEmbedding"), set bool;
        /// When the app was created.
        created_at: Option<Timestamp> = attr_or_text("createdAt");
        /// The secrets of the app, without their values.
        secrets: Vec<SecretInfo> = items("secret");
    }
    requests {
        /// Has no setter: replaces `projects` in requests to servers before API 3.23.
        only_project = attr("projectId"), unset ProjectId;
    }
}

impl NewConnectedApp {
    /// A connected app of that name. It is disabled unless [`enabled`](NewConnectedApp::enabled) is
    /// set.
    pub fn new(name: impl Into<String>) -> NewConnectedApp {
        NewConnectedApp::blank().name(name)
    }
}

/// The order of the projects does not matter.
impl Contradicts<Vec<ProjectId>> for Vec<ProjectId> {
    #[inline]
    fn contradicts(&self, requested: &Vec<ProjectId>) -> bool {
        self.len() != requested.len() || requested.iter().any(|project| !self.contains(project))
    }
}
