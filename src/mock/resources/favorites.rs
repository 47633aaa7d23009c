//! Favorites: `sites/{site}/favorites/{user}`.

use crate::mock::prelude::*;

/// The favorites of a site: user, label, element and id, in the order in which they were added.
#[derive(Default)]
struct Favorites(Vec<(String, String, &'static str, String)>);

/// The elements of the items and the segments of their resources.
const KINDS: [(&str, &str, u16, u16); 6] = [
    ("workbook", "workbooks", 2, 0),
    ("view", "views", 2, 0),
    ("datasource", "datasources", 2, 3),
    ("project", "projects", 3, 1),
    ("flow", "flows", 3, 3),
    ("metric", "metrics", 3, 15),
];

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (2, 5) "favorites/{user}" => list;
        Put (2, 0) "favorites/{user}" => add;
        Delete (2, 0) "favorites/{user}/{kind}/{id}" => remove;
        Put (3, 8) "orderFavorites/{user}" => organize;
    }
}

/// The user of the path. Users without administrator rights have their own favorites only.
fn user(state: &ServerState, ctx: &Context) -> Result<String> {
    let user = state.site(ctx)?.user(ctx.param(0))?.id.clone();
    ctx.require_owner(&user)?;
    Ok(user)
}

fn elements(site: &Site, user: &str, ctx: &Context) -> Element {
    let all = site.state::<Favorites>().map_or(&[][..], |all| &all.0);
    let own = all.iter().filter(|(owner, ..)| owner == user);
    Element::list(
        "favorites",
        own.map(|(_, label, kind, id)| {
            let segment =
                KINDS.iter().find(|(known, ..)| known == kind).map(|(_, segment, ..)| *segment);
            // An entry whose item was deleted has only its label.
            let item = segment.and_then(|segment| site.element(segment, id, ctx));
            Element::new("favorite").with("label", label).containing(item)
        }),
    )
}

fn list(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let user = user(state, ctx)?;
    Ok(Response::one(elements(state.site(ctx)?, &user, ctx)))
}

fn add(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let user = user(state, ctx)?;
    let body = ctx.body_child("favorite")?;
    let label = body.need("label")?.to_owned();
    let sent =
        KINDS.iter().find_map(|&(kind, segment, ..)| Some((kind, segment, body.child(kind)?)));
    let Some((kind, segment, item)) = sent else {
        return Err(ApiError::malformed("<favorite> needs an item."));
    };
    let id = item.need("id")?.to_owned();
    let site = state.site_mut(ctx)?;
    site.record(segment, &id).transpose()?;
    let all = &mut site.state_mut::<Favorites>().0;
    match all
        .iter_mut()
        .find(|(owner, _, known, item)| *owner == user && *known == kind && *item == id)
    {
        Some((_, known, ..)) => *known = label,
        None => all.push((user.clone(), label, kind, id)),
    }
    Ok(Response::one(elements(site, &user, ctx)))
}

/// The position of a user's favorite among all favorites.
fn position(
    all: &[(String, String, &'static str, String)],
    user: &str,
    kind: &str,
    id: &str,
) -> Result<usize> {
    let is_it = |(owner, _, known, item): &(String, String, &str, String)| {
        owner == user && known.eq_ignore_ascii_case(kind) && item == id
    };
    let missing = || ApiError::not_found("404010", format!("'{id}' is not a favorite."));
    all.iter().position(is_it).ok_or_else(missing)
}

/// Moves favorites behind others.
fn organize(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let user = user(state, ctx)?;
    let body = ctx.body_child("favoriteOrderings")?;
    let all = &mut state.site_mut(ctx)?.state_mut::<Favorites>().0;
    for order in body.children("favoriteOrdering") {
        let (id, kind) = (order.need("favoriteId")?, order.need("favoriteType")?);
        let moved = position(all, &user, kind, id)?;
        let id = order.need("favoriteIdMoveAfter")?;
        let after = position(all, &user, order.need("favoriteTypeMoveAfter")?, id)?;
        if moved <= after {
            all[moved..=after].rotate_left(1);
        } else {
            all[after + 1..=moved].rotate_right(1);
        }
    }
    Ok(Response::empty(200))
}

/// Removes a favorite. An item that is not a favorite is not an error.
fn remove(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let user = user(state, ctx)?;
    let segment = ctx.param(1);
    let kind = KINDS.iter().find(|(_, known, major, minor)| {
        *known == segment && ctx.version >= Version(*major, *minor)
    });
    let Some((kind, ..)) = kind else {
        return Err(ApiError::malformed(format!("'{segment}' cannot be favorites.")));
    };
    let site = state.site_mut(ctx)?;
    site.record(segment, ctx.param(2)).transpose()?;
    let all = &mut site.state_mut::<Favorites>().0;
    all.retain(|(owner, _, known, id)| !(*owner == user && known == kind && id == ctx.param(2)));
    Ok(Response::no_content())
}
