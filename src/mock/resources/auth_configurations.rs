//! Authentication configurations of a site: `sites/{site}/site-auth-configurations`.

use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! { Get (3, 24) "site-auth-configurations" => list_configurations; }
}

/// The id of the only authentication configuration, which is the server's own.
pub(super) const SERVER_AUTHENTICATION: &str = "00000000-0000-4000-8000-000000000001";

fn list_configurations(_: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let own = Element::new("siteAuthConfiguration")
        .with("authSetting", "ServerDefault")
        .with("enabled", true)
        .with("idpConfigurationId", SERVER_AUTHENTICATION)
        .with("idpConfigurationName", "Server default");
    Ok(Response::one(Element::list("siteAuthConfigurations", [own])))
}
