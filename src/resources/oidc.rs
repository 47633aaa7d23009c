//! OpenID Connect configurations of a site: `session.oidc()`.

use std::borrow::Borrow;

use super::sites::{AuthConfiguration, Sites};
use crate::http::Request;
use crate::operation::operations;
use crate::secret::Secret;
use crate::xml::{element, string_enum};
use crate::{Error, Result};

operations! {
    GET = GET "sites/{site}/site-oidc-configuration" since (3, 22) scope unavailable on Cloud
        "Get OpenID Connect Configuration"
        "openid_connect.htm#get_openid_connect_configuration";
    CREATE = PUT "sites/{site}/site-oidc-configuration" since (3, 22) scope unavailable on Cloud
        "Create OpenID Connect Configuration"
        "openid_connect.htm#create_openid_connect_configuration";
    UPDATE = PUT "sites/{site}/site-oidc-configuration" since (3, 22) scope unavailable on Cloud
        "Update OpenID Connect Configuration"
        "openid_connect.htm#update_openid_connect_configuration";
    DELETE = PUT "sites/{site}/disable-site-oidc-configuration" since (3, 22) scope unavailable
        on Cloud
        "Remove OpenID Connect Configuration"
        "openid_connect.htm#remove_openid_connect_configuration";
}

super::resource! {
    /// The OpenID Connect configurations of a site on Tableau Cloud.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// use tsc::oidc::NewOidcConfiguration;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let configuration = NewOidcConfiguration::new("Head office", "client-id", "client-secret")
    ///     .authorization_endpoint("https://idp.example.com/authorize")
    ///     .token_endpoint("https://idp.example.com/token")
    ///     .userinfo_endpoint("https://idp.example.com/userinfo")
    ///     .jwks_uri("https://idp.example.com/keys");
    /// let created = session.oidc().create(configuration)?;
    /// println!("test it at {:?}", created.test_login_url);
    /// # Ok(())
    /// # }
    /// ```
    Oidc
}

/// The query parameter that names a configuration. Before API 3.24, a site has only one.
const ID: &str = "idpConfigurationId";

impl<'s> Oidc<'s> {
    /// Returns the authentication configurations of the site, those for SAML included;
    /// [`get`](Oidc::get) returns more about one for OpenID Connect. API 3.24.
    ///
    /// TSC calls this `oidc.get`.
    #[doc = super::sites::rest!(AUTH_CONFIGURATIONS)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> Result<Vec<AuthConfiguration>> {
        Sites::new(self.client).auth_configurations()
    }

    /// Returns a configuration by its id. API 3.24.
    #[doc(alias = "get_by_id")]
    #[doc = rest!(GET)]
    #[inline]
    pub fn get(&self, idp_configuration_id: &str) -> Result<OidcConfiguration> {
        let request = self.client.request(&GET, &[]).query(ID, checked(idp_configuration_id)?);
        self.client.read(request.since(3, 24), "siteOIDCConfiguration")
    }

    /// Returns the initial configuration of the site, the only one before API 3.24.
    #[doc = rest!(GET)]
    #[inline]
    pub fn get_initial(&self) -> Result<OidcConfiguration> {
        self.client.get(&GET, &[])
    }

    /// Creates a configuration.
    #[doc = rest!(CREATE)]
    pub fn create(
        &self,
        configuration: impl Borrow<NewOidcConfiguration>,
    ) -> Result<OidcConfiguration> {
        self.send(self.client.request(&CREATE, &[]), configuration.borrow())
    }

    /// Replaces a configuration. The server has no partial update: an optional setting that is not
    /// set returns to its default, and the client secret, which no response contains, has to be set
    /// again. API 3.24.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        idp_configuration_id: &str,
        configuration: impl Borrow<NewOidcConfiguration>,
    ) -> Result<OidcConfiguration> {
        let mut configuration = configuration.borrow().clone();
        configuration.idp_configuration_id = Some(checked(idp_configuration_id)?.to_owned());
        self.send(self.client.request(&UPDATE, &[]).since(3, 24), &configuration)
    }

    fn send(
        &self,
        request: Request<'_>,
        configuration: &NewOidcConfiguration,
    ) -> Result<OidcConfiguration> {
        let request = request.hiding(configuration.client_secret.as_ref());
        self.client.read(request.element(configuration)?, "siteOIDCConfiguration")
    }

    /// Removes a configuration. Its users cannot sign in afterwards, so change their authentication
    /// first. API 3.24.
    #[doc(alias = "delete_configuration")]
    #[doc = rest!(DELETE)]
    #[inline]
    pub fn delete(&self, idp_configuration_id: &str) -> Result<()> {
        let request = self.client.request(&DELETE, &[]).query(ID, checked(idp_configuration_id)?);
        self.client.done(request.since(3, 24))
    }

    /// Removes the initial configuration of the site, the only one before API 3.24.
    #[doc = rest!(DELETE)]
    #[inline]
    pub fn delete_initial(&self) -> Result<()> {
        self.client.send(&DELETE, &[])
    }
}

/// Rejects an empty id, which could select the initial configuration.
fn checked(idp_configuration_id: &str) -> Result<&str> {
    match idp_configuration_id {
        "" => Err(Error::input("the id of the OpenID Connect configuration is empty")),
        id => Ok(id),
    }
}

element! {
    /// An OpenID Connect configuration.
    pub struct OidcConfiguration = "siteOIDCConfiguration";
    /// An OpenID Connect configuration to create, or to replace another one with; see
    /// [`Oidc::create`] and [`Oidc::update`].
    pub struct NewOidcConfiguration: new;
    {
        /// The configuration's id. API 3.24.
        idp_configuration_id: Option<String> = attr("idpConfigurationId"), update String;
        /// The configuration's name. API 3.24.
        idp_configuration_name: Option<String> =
            either("idpConfigurationName", "idPConfigurationName"), set String;
        /// Whether users can sign in with it.
        enabled: Option<bool> = attr("enabled"), set bool;
        /// The address at which an administrator can test it.
        test_login_url: Option<String> = attr("testLoginUrl");
        /// The identity provider, if it is one that Tableau knows: `Google` or `Salesforce`.
        known_provider_alias: Option<String> = attr("knownProviderAlias");
        /// The client id that the identity provider assigned.
        client_id: Option<String> = attr("clientId"), set String;
        /// The address at which users sign in.
        authorization_endpoint: Option<String> = attr("authorizationEndpoint"), set String;
        /// The address that issues tokens.
        token_endpoint: Option<String> = attr("tokenEndpoint"), set String;
        /// The address that returns claims about a user.
        userinfo_endpoint: Option<String> = either("userinfoEndpoint", "userInfoEndpoint"), set String;
        /// The address of the identity provider's keys.
        jwks_uri: Option<String> = attr("jwksUri"), set String;
        /// The address that signs users out.
        end_session_endpoint: Option<String> = attr("endSessionEndpoint"), set String;
        /// Whether users can sign in to embedded views without a pop-up window. Default: `false`.
        allow_embedded_authentication: Option<bool> = attr("allowEmbeddedAuthentication"), set bool;
        /// When the identity provider prompts the user, such as `login,consent`.
        prompt: Option<String> = attr("prompt"), set String;
        /// The scopes that are requested, such as `openid, email, profile`.
        custom_scope: Option<String> = attr("customScope"), set String;
        /// How Tableau authenticates itself. Default: with the header `Authorization`.
        client_authentication: Option<ClientAuthentication> = attr("clientAuthentication"), set ClientAuthentication;
        /// The required authentication context classes, such as `phr`.
        essential_acr_values: Option<String> = attr("essentialAcrValues"), set String;
        /// The preferred authentication context classes.
        voluntary_acr_values: Option<String> = attr("voluntaryAcrValues"), set String;
        /// The claim with the email address. Default: `email`.
        email_mapping: Option<String> = attr("emailMapping"), set String;
        /// The claim with the first name. Default: `given_name`.
        first_name_mapping: Option<String> = attr("firstNameMapping"), set String;
        /// The claim with the last name. Default: `family_name`.
        last_name_mapping: Option<String> = attr("lastNameMapping"), set String;
        /// The claim with the full name. Default: `name`.
        full_name_mapping: Option<String> = attr("fullNameMapping"), set String;
        /// Whether the full name is used instead of the first and the last name. Default: `false`.
        use_full_name: Option<bool> = attr("useFullName"), set bool;
    }
    requests {
        /// The client secret that the identity provider assigned. No response contains it.
        client_secret = attr("clientSecret"), new Secret;
    }
}

impl NewOidcConfiguration {
    /// An enabled configuration. The server also requires the endpoints for authorization, tokens
    /// and user information, and the address of the keys.
    pub fn new(
        name: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<Secret>,
    ) -> NewOidcConfiguration {
        let blank = NewOidcConfiguration::blank().enabled(true);
        blank.idp_configuration_name(name).client_id(client_id).client_secret(client_secret)
    }
}

string_enum! {
    /// How Tableau authenticates itself to the identity provider.
    pub enum ClientAuthentication {
        /// With the header `Authorization`.
        ClientSecretBasic = "client_secret_basic",
        /// With parameters in the body.
        ClientSecretPost = "client_secret_post",
    }
}
