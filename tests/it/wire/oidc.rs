use tableau_server_client as tsc;
use tsc::oidc::{ClientAuthentication, NewOidcConfiguration};

use super::golden::Goldens;

fn new() -> NewOidcConfiguration {
    NewOidcConfiguration::new("Head & office", "our-id", "hu<sh")
        .authorization_endpoint("https://idp.example/authorize")
        .token_endpoint("https://idp.example/token")
        .userinfo_endpoint("https://idp.example/userinfo")
        .jwks_uri("https://idp.example/keys")
}

fn all() -> NewOidcConfiguration {
    new()
        .end_session_endpoint("https://idp.example/logout")
        .allow_embedded_authentication(true)
        .use_full_name(true)
        .custom_scope("openid, email")
        .prompt("login,consent")
        .client_authentication(ClientAuthentication::ClientSecretPost)
        .essential_acr_values("phr")
        .voluntary_acr_values("phrh")
        .email_mapping("mail")
        .first_name_mapping("first")
        .last_name_mapping("last")
        .full_name_mapping("full")
}

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| s.oidc().list());
    for name in ["get_by_id", "get_by_id.item"] {
        g.differs(
            name,
            "oidc-ids-are-parameters",
            &["GET ~/site-oidc-configuration?idpConfigurationId=idp-1"],
            |s| s.oidc().get("idp-1"),
        );
    }
    g.differs(
        "create",
        "oidc-names-are-those-of-the-reference",
        &["PUT ~/site-oidc-configuration <tsRequest> <siteOIDCConfiguration \
           allowEmbeddedAuthentication=\"false\" \
           authorizationEndpoint=\"https://idp.example/authorize\" clientId=\"our-id\" \
           clientSecret=\"hu<sh\" enabled=\"true\" idpConfigurationName=\"Head & office\" \
           jwksUri=\"https://idp.example/keys\" tokenEndpoint=\"https://idp.example/token\" \
           useFullName=\"false\" userinfoEndpoint=\"https://idp.example/userinfo\">"],
        |s| s.oidc().create(new().allow_embedded_authentication(false).use_full_name(false)),
    );
    g.differs(
        "create.all",
        "oidc-names-are-those-of-the-reference",
        &["PUT ~/site-oidc-configuration <tsRequest> <siteOIDCConfiguration \
           allowEmbeddedAuthentication=\"true\" \
           authorizationEndpoint=\"https://idp.example/authorize\" \
           clientAuthentication=\"client_secret_post\" clientId=\"our-id\" clientSecret=\"hu<sh\" \
           customScope=\"openid, email\" emailMapping=\"mail\" enabled=\"true\" \
           endSessionEndpoint=\"https://idp.example/logout\" essentialAcrValues=\"phr\" \
           firstNameMapping=\"first\" fullNameMapping=\"full\" \
           idpConfigurationName=\"Head & office\" jwksUri=\"https://idp.example/keys\" \
           lastNameMapping=\"last\" prompt=\"login,consent\" \
           tokenEndpoint=\"https://idp.example/token\" useFullName=\"true\" \
           userinfoEndpoint=\"https://idp.example/userinfo\" voluntaryAcrValues=\"phrh\">"],
        |s| s.oidc().create(all()),
    );
    g.differs(
        "update",
        "oidc-ids-are-parameters",
        &["PUT ~/site-oidc-configuration <tsRequest> <siteOIDCConfiguration \
           allowEmbeddedAuthentication=\"true\" \
           authorizationEndpoint=\"https://idp.example/authorize\" \
           clientAuthentication=\"client_secret_post\" clientId=\"our-id\" clientSecret=\"hu<sh\" \
           customScope=\"openid, email\" emailMapping=\"mail\" enabled=\"false\" \
           endSessionEndpoint=\"https://idp.example/logout\" essentialAcrValues=\"phr\" \
           firstNameMapping=\"first\" fullNameMapping=\"full\" idpConfigurationId=\"idp-1\" \
           idpConfigurationName=\"Head & office\" jwksUri=\"https://idp.example/keys\" \
           lastNameMapping=\"last\" prompt=\"login,consent\" \
           tokenEndpoint=\"https://idp.example/token\" useFullName=\"true\" \
           userinfoEndpoint=\"https://idp.example/userinfo\" voluntaryAcrValues=\"phrh\">"],
        |s| s.oidc().update("idp-1", all().enabled(false)),
    );
    g.same("delete_configuration", |s| s.oidc().delete("idp-1"));
}
