//! Where a site's views can be embedded, `sites/{site}/settings/embedding`, and what users viewed
//! last, `sites/{site}/content/recent`.

use super::View;
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 16) "settings/embedding" => |state, ctx| Ok(show(state.site(ctx)?));
        Put (3, 16) "settings/embedding" => update;
        Get (3, 5) "content/recent" => recent;
    }
}

struct Embedding {
    unrestricted: bool,
    allow_list: String,
}

impl Default for Embedding {
    fn default() -> Embedding {
        Embedding { unrestricted: true, allow_list: String::new() }
    }
}

fn show(site: &Site) -> Response {
    let default = Embedding::default();
    let settings = site.state::<Embedding>().unwrap_or(&default);
    let settings = Element::new("settings")
        .with("unrestrictedEmbedding", settings.unrestricted)
        .with("allowList", &settings.allow_list);
    Response::one(Element::reference("site", &site.id).containing([settings]))
}

fn update(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let body = ctx.body_child("site")?;
    let sent = body.need_child("settings")?;
    let unrestricted = sent.flag("unrestrictedEmbedding")?;
    let site = state.site_mut(ctx)?;
    let settings = site.state_mut::<Embedding>();
    settings.unrestricted = unrestricted.unwrap_or(settings.unrestricted);
    if let Some(domains) = sent.attr("allowList") {
        settings.allow_list = domains.to_owned();
    }
    Ok(show(site))
}

/// The largest number of items that the server returns.
const MAX_RECENT: usize = 24;

/// The views that the caller can see and that were viewed most often: the mock server does not
/// record who viewed them, or when.
fn recent(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let is_shown = |view: &Cow<'_, Record>| {
        view.int("usage") > 0 && <View as Resource>::is_visible(view, site, ctx)
    };
    let mut views: Vec<_> = site.iter::<View>().filter(is_shown).collect();
    views.sort_by_key(|view| std::cmp::Reverse(view.int("usage")));
    let recent = views.iter().take(MAX_RECENT).map(|view| {
        Element::new("recent").containing([<View as Resource>::full_element(view, site, ctx)])
    });
    Ok(Response::one(Element::list("recents", recent)))
}
