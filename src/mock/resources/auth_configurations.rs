//! Authentication configurations of a site: `sites/{site}/site-auth-configurations`.

use super::oidc;
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! { Get (3, 24) "site-auth-configurations" => list_configurations; }
}

/// The id of the server's own authentication configuration.
const SERVER_AUTHENTICATION: &str = "00000000-0000-4000-8000-000000000001";

/// Whether the site has the authentication configuration.
pub(super) fn is_known(site: &Site, id: &str) -> bool {
    let is_it = |one: Element| one.attr("idpConfigurationId") == Some(id);
    id == SERVER_AUTHENTICATION || oidc::listed(site).any(is_it)
}

fn list_configurations(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let own = Element::new("siteAuthConfiguration")
        .with("authSetting", "ServerDefault")
        .with("enabled", true)
        .with("idpConfigurationId", SERVER_AUTHENTICATION)
        .with("idpConfigurationName", "Server default");
    let all = [own].into_iter().chain(oidc::listed(state.site(ctx)?));
    Ok(Response::one(Element::list("siteAuthConfigurations", all)))
}
