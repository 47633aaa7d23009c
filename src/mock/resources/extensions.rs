//! Settings for dashboard extensions: `settings/extensions` of the server and of a site.

use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 21) "settings/extensions" => |state, ctx| Ok(SITE.show(state.site(ctx)?));
        Put (3, 21) "settings/extensions" => update_site;
        Get (3, 21) "/settings/extensions" => show_server;
        Put (3, 21) "/settings/extensions" => update_server;
    }
}

/// The settings of a site, or of the server.
struct Settings {
    element: &'static str,
    /// The flags and their values before the first update. Requests have to contain the first one.
    flags: &'static str,
    /// The name of the repeated child. An update replaces all of them.
    list: &'static str,
}

const SITE: Settings = Settings {
    element: "extensionsSiteSettings",
    flags: "extensionsEnabled=true useDefaultSetting=true allowTrusted=true \
            includeSandboxed=true includeTableauBuilt=true includePartnerBuilt=true",
    list: "safeList",
};

const SERVER: Settings = Settings {
    element: "extensionsServerSettings",
    flags: "extensionsGloballyEnabled=true",
    list: "blockList",
};

/// The children that updates set.
#[derive(Default)]
struct Changed(Vec<Element>);

impl Settings {
    fn flags(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.flags.split_whitespace().filter_map(|word| word.split_once('='))
    }

    fn show(&self, of: &Site) -> Response {
        let changed = of.state::<Changed>().map_or(&[][..], |changed| &changed.0);
        let flags = self.flags().map(|(name, default)| {
            let found = changed.iter().find(|child| child.name == name);
            found.cloned().unwrap_or_else(|| Element::with_text(name, default))
        });
        let listed = changed.iter().filter(|child| child.name == self.list).cloned();
        Response::one(Element::new(self.element).containing(flags).containing(listed))
    }

    fn update(&self, of: &mut Site, ctx: &Context) -> Result<Response> {
        let body = ctx.body_child(self.element)?;
        let mut sent: Vec<Element> = Vec::new();
        for (name, _) in self.flags() {
            if let Some(text) = body.texts(name).first() {
                sent.push(Element::with_text(name, flag(name).check(text)?));
            }
        }
        let is_set = |name| sent.iter().any(|child| child.name == name);
        let (required, _) = self.flags().next().unwrap_or_default();
        if !is_set(required) {
            let detail = format!("<{}> needs a <{required}>.", self.element);
            return Err(ApiError::malformed(detail));
        }
        // An empty element means an empty list.
        let listed = body.children(self.list).filter(|child| **child != Element::new(self.list));
        for child in listed {
            if child.text.is_none() && child.texts("url").is_empty() {
                return Err(ApiError::malformed(format!("<{}> needs a <url>.", self.list)));
            }
            sent.push(child.clone());
        }
        let changed = &mut of.state_mut::<Changed>().0;
        changed
            .retain(|child| child.name != self.list && !sent.iter().any(|s| s.name == child.name));
        changed.append(&mut sent);
        Ok(self.show(of))
    }
}

fn update_site(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    SITE.update(state.site_mut(ctx)?, ctx)
}

fn show_server(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    Ok(SERVER.show(&state.server))
}

fn update_server(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    SERVER.update(&mut state.server, ctx)
}
