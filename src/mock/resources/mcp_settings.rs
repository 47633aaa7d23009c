//! A site's settings for Tableau MCP: `sites/{site}/settings/mcp`.

use crate::mock::prelude::*;

/// The keys and values of a site, in the order in which they were added.
#[derive(Default)]
struct McpSettings(Vec<(String, String)>);

const MAX_SETTINGS: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 29) "settings/mcp" => |state, ctx| Ok(show(state.site(ctx)?));
        Post (3, 29) "settings/mcp" => |state, ctx| change(state, ctx, true);
        Put (3, 29) "settings/mcp" => |state, ctx| change(state, ctx, false);
    }
}

fn show(site: &Site) -> Response {
    let settings = site.state::<McpSettings>().map_or(&[][..], |settings| &settings.0);
    let element = |(key, value): &(String, String)| {
        let texts = [Element::with_text("key", key), Element::with_text("value", value)];
        Element::new("settings").containing(texts)
    };
    Response::one(Element::list("mcpSiteSettings", settings.iter().map(element)))
}

/// Replaces all settings, or only those that the request names. A key without a value is removed.
fn change(state: &mut ServerState, ctx: &Context, replace: bool) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let body = ctx.body_child("mcpSiteSettings")?;
    let site = state.site_mut(ctx)?;
    let known = site.state::<McpSettings>().filter(|_| !replace);
    let mut settings = known.map(|settings| settings.0.clone()).unwrap_or_default();
    for entry in body.children("settings") {
        let text = |name| entry.texts(name).into_iter().next();
        let key = text("key").filter(|key| (1..=100).contains(&key.chars().count()));
        let key = key.ok_or_else(|| {
            ApiError::malformed("A setting needs a <key> of 1 to 100 characters.")
        })?;
        settings.retain(|(known, _)| *known != key);
        match text("value") {
            Some(value) if value.chars().count() > 1000 => {
                let detail = format!("The value of '{key}' has more than 1000 characters.");
                return Err(ApiError::malformed(detail));
            }
            Some(value) => settings.push((key, value)),
            None => {}
        }
    }
    if settings.len() > MAX_SETTINGS {
        return Err(ApiError::malformed("A site has at most 100 settings for Tableau MCP."));
    }
    *site.state_mut() = McpSettings(settings);
    Ok(show(site))
}
