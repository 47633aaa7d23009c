ONE = """<siteOIDCConfiguration enabled="true" testLoginUrl="https://sso.example/test?alias=a&amp;authSetting=OIDC"
    knownProviderAlias="Google" allowEmbeddedAuthentication="true" useFullName="true"
    idpConfigurationName="Head office" idpConfigurationId="idp-1" clientId="our-id" clientSecret="omit"
    authorizationEndpoint="https://idp.example/authorize" tokenEndpoint="https://idp.example/token"
    userinfoEndpoint="https://idp.example/userinfo" jwksUri="https://idp.example/keys"
    endSessionEndpoint="https://idp.example/logout" customScope="openid, email" prompt="login,consent"
    clientAuthentication="client_secret_post" essentialAcrValues="phr" voluntaryAcrValues="phrh" emailMapping="mail"
    firstNameMapping="first" lastNameMapping="last" fullNameMapping="full"/>"""
NEW = """
    item = TSC.SiteOIDCConfiguration()
    item.enabled, item.idp_configuration_name = True, 'Head & office'
    item.client_id, item.client_secret = 'our-id', 'hu<sh'
    item.authorization_endpoint = 'https://idp.example/authorize'
    item.token_endpoint = 'https://idp.example/token'
    item.userinfo_endpoint = 'https://idp.example/userinfo'
    item.jwks_uri = 'https://idp.example/keys'
"""
ALL = """
    item.end_session_endpoint = 'https://idp.example/logout'
    item.allow_embedded_authentication, item.use_full_name = True, True
    item.custom_scope, item.prompt = 'openid, email', 'login,consent'
    item.client_authentication = 'client_secret_post'
    item.essential_acr_values, item.voluntary_acr_values = 'phr', 'phrh'
    item.email_mapping, item.first_name_mapping = 'mail', 'first'
    item.last_name_mapping, item.full_name_mapping = 'last', 'full'
"""

case(
    "get",
    "server.oidc.get()",
    """<siteAuthConfigurations>
        <siteAuthConfiguration authSetting="OIDC" knownProviderAlias="Google" idpConfigurationName="Head office"
            idpConfigurationId="idp-1" enabled="true"/>
        <siteAuthConfiguration authSetting="SAML" idpConfigurationName="Partners" idpConfigurationId="idp-2"
            enabled="false"/>
    </siteAuthConfigurations>""",
)
case("get_by_id", "server.oidc.get_by_id('idp-1')", ONE)
case("get_by_id.item", "item = TSC.SiteAuthConfiguration()\nitem.idp_configuration_id = 'idp-1'\nserver.oidc.get_by_id(item)", ONE)
case("create", NEW + "    server.oidc.create(item)", ONE)
case("create.all", NEW + ALL + "    server.oidc.create(item)", ONE)
case("update", NEW + ALL + "    item.idp_configuration_id, item.enabled = 'idp-1', False\n    server.oidc.update(item)", ONE)
case("delete_configuration", "server.oidc.delete_configuration('idp-1')", done(200))
