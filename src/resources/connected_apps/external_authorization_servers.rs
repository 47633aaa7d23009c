//! External authorization servers: `session.connected_apps().external_authorization_servers()`.

use std::borrow::Borrow;

use jiff::Timestamp;

use super::one;
use crate::Result;
use crate::common::List;
use crate::http::Request;
use crate::ids::ExternalAuthorizationServerId;
use crate::operation::operations;
use crate::xml::element;

operations! {
    LIST = GET "sites/{site}/connected-apps/external-authorization-servers" since (3, 16)
        scope "tableau:external_authorization_servers:read" errors [403000]
        "List All Registered EAS" "connected_app.htm#get_connectedapps_eas";
    GET = GET "sites/{site}/connected-apps/external-authorization-servers/{external-authorization-server}"
        since (3, 16) scope "tableau:external_authorization_servers:read"
        errors [400143, 403000, 404047]
        "List Registered EAS" "connected_app.htm#get_connectedapp_eas";
    CREATE = POST "sites/{site}/connected-apps/external-authorization-servers" since (3, 16)
        scope "tableau:external_authorization_servers:create"
        errors [400008, 400157, 400161, 400194, 403000]
        "Register EAS" "connected_app.htm#create_connectedapp_eas";
    UPDATE = PUT "sites/{site}/connected-apps/external-authorization-servers/{external-authorization-server}"
        since (3, 16) scope "tableau:external_authorization_servers:update"
        errors [400008, 400157, 400194, 403000, 404047]
        "Update EAS" "connected_app.htm#update_connectedapp_eas";
    DELETE = DELETE "sites/{site}/connected-apps/external-authorization-servers/{external-authorization-server}"
        since (3, 16) scope "tableau:external_authorization_servers:delete"
        errors [400143, 403000, 404047]
        "Delete EAS" "connected_app.htm#delete_connectedapp_eas";
}

crate::resources::resource! {
    /// The external authorization servers (EAS) of a site: OAuth 2.0 trust. Tableau accepts the JSON
    /// Web Tokens that a registered server issues. Tableau Server has these operations since API
    /// 3.23, Tableau Cloud since API 3.16.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// use tsc::connected_apps::NewExternalAuthorizationServer;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let servers = session.connected_apps().external_authorization_servers();
    /// let server = NewExternalAuthorizationServer::new("https://idp.example.com").name("Head office");
    /// let server = servers.create(server)?;
    /// println!("{} is registered with the id {}", server.issuer_url, server.id);
    /// # Ok(())
    /// # }
    /// ```
    ExternalAuthorizationServers
}

impl<'s> ExternalAuthorizationServers<'s> {
    /// Lists the servers that are registered on the site.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn list(&self) -> List<'s, ExternalAuthorizationServer> {
        List::unpaged(self.client, &LIST, &[])
    }

    /// Returns a server.
    #[doc = rest!(GET)]
    pub fn get(
        &self,
        id: impl Into<ExternalAuthorizationServerId>,
    ) -> Result<ExternalAuthorizationServer> {
        self.client.xml(self.client.request(&GET, &[&id.into()]), one)
    }

    /// Registers a server. An issuer can be registered once on a site (400194 otherwise). Before API
    /// 3.22, a site has at most one server, and servers have no names.
    #[doc = rest!(CREATE)]
    pub fn create(
        &self,
        server: impl Borrow<NewExternalAuthorizationServer>,
    ) -> Result<ExternalAuthorizationServer> {
        let server = server.borrow();
        let request = named(self.client.request(&CREATE, &[]), server.name.as_ref());
        self.client.xml(request.element(server)?, one)
    }

    /// Changes a server. The reference does not say whether the server keeps a name that the update
    /// does not set, so set it in every update.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<ExternalAuthorizationServerId>,
        changes: impl Borrow<ExternalAuthorizationServerUpdate>,
    ) -> Result<ExternalAuthorizationServer> {
        let changes = changes.borrow();
        let request = self.client.request(&UPDATE, &[&id.into()]);
        self.client.change_read(named(request, changes.name.as_ref()), changes, one)
    }

    /// Removes a server from the site. Tableau then rejects its tokens.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<ExternalAuthorizationServerId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }
}

#[inline]
fn named<'r>(request: Request<'r>, name: Option<&String>) -> Request<'r> {
    if name.is_some() { request.since(3, 22) } else { request }
}

element! {
    /// An external authorization server.
    pub struct ExternalAuthorizationServer = "externalAuthorizationServer"
        in "externalAuthorizationServerList";
    /// A server to register; see [`ExternalAuthorizationServers::create`].
    pub struct NewExternalAuthorizationServer: new;
    /// Changes to a server; see [`ExternalAuthorizationServers::update`].
    pub struct ExternalAuthorizationServerUpdate: update;
    {
        /// The server's id.
        id: ExternalAuthorizationServerId = attr_or_text("id");
        /// The server's name. API 3.22.
        name: Option<String> = attr_or_text("name"), set String;
        /// The URL that identifies the server: the claim `iss` of its tokens.
        issuer_url: String = attr_or_text("issuerUrl"), set String;
        /// The address of the server's keys. Only the responses to `create` and `update` have it.
        jwks_uri: Option<String> = attr_or_text("jwksUri"), set String;
        /// When the server was registered.
        created_at: Option<Timestamp> = attr_or_text("createdAt");
    }
}

impl NewExternalAuthorizationServer {
    /// The server with this issuer URL.
    pub fn new(issuer_url: impl Into<String>) -> NewExternalAuthorizationServer {
        NewExternalAuthorizationServer::blank().issuer_url(issuer_url)
    }
}
