//! Sets of groups: `sites/{site}/groupsets`.

use super::Group;
use crate::mock::prelude::*;

pub(in crate::mock) struct GroupSet;

const GROUP_SET: Kind = Kind::new(0x0a, "409120", "Group set");

impl Resource for GroupSet {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 22, &[List, Get, Create, Update, Delete])],
        attributes: &[text("name").required()],
        filters: &[(Text, "name luid")],
        unique: Some(("name", "409121")),
        read: Role::SiteAdmin,
        ..Schema::new(GROUP_SET, "groupsets", "groupSet", "groupSets")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Put (3, 22) "groupsets/{set}/groups/{group}" => |s, ctx| set_group(s, ctx, true);
            Delete (3, 22) "groupsets/{set}/groups/{group}" => |s, ctx| set_group(s, ctx, false);
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        let groups = groups_in(record, site);
        let named = groups.iter().map(|id| site.reference::<Group>("group", id));
        element.with("groupCount", groups.len()).containing(named)
    }
}

/// The groups of group sets: set and group.
#[derive(Default)]
struct Groups(Vec<(String, String)>);

pub(super) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Groups>().0.retain(|(set, group)| set != id && group != id);
}

/// The ids of the groups in a group set.
pub(in crate::mock) fn groups_in<'s>(set: &Record, site: &'s Site) -> Vec<&'s str> {
    let all = site.state::<Groups>().map_or(&[][..], |groups| &groups.0);
    all.iter().filter(|(known, _)| *known == set.id).map(|(_, group)| group.as_str()).collect()
}

fn set_group(state: &mut ServerState, ctx: &Context, is_in_set: bool) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let set = site.get::<GroupSet>(ctx.param(0))?.id.clone();
    let group = site.get::<Group>(ctx.param(1))?.id.clone();
    let groups = &mut site.state_mut::<Groups>().0;
    let at = groups.iter().position(|known| (&known.0, &known.1) == (&set, &group));
    match (at, is_in_set) {
        (None, true) => groups.push((set, group)),
        (Some(at), false) => drop(groups.remove(at)),
        (Some(_), true) => {}
        (None, false) => {
            let detail = format!("The group '{group}' is not in the group set.");
            return Err(ApiError::not_found("404012", detail));
        }
    }
    Ok(Response::empty(if is_in_set { 200 } else { 204 }))
}
