//! Groups and their members: `sites/{site}/groups`.

use std::collections::BTreeMap;

use super::{SITE_ROLES, USER, User};
use crate::mock::prelude::*;
use crate::mock::sample::is_in_group;

pub(in crate::mock) struct Group;

const GROUP: Kind = Kind::new(0x09, "404012", "Group");

impl Resource for Group {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 0, &[List, Get, Delete])],
        attributes: &[
            text("name").required(),
            one_of("minimumSiteRole", SITE_ROLES).code("400013"),
            flag("externalUserEnabled").since(3, 21),
            text("grantLicenseMode"),
        ],
        filters: &[
            (Text, "name luid minimumSiteRole domainName=domain@name domainNickname=domain@name"),
            (Flag, "isLocal isExternalUserEnabled=@externalUserEnabled"),
            (Number, "userCount"),
        ],
        hidden: "userCount",
        internal: "domain grantLicenseMode",
        unique: Some(("name", "409009")),
        ..Schema::new(GROUP, "groups", "group", "groups")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (2, 0) "groups" => create_group;
            Put (2, 0) "groups/{group}" => update_group;
            Get (2, 0) "groups/{group}/users" => members;
            Post (2, 0) "groups/{group}/users" => add_members;
            Put (3, 21) "groups/{group}/users/remove" => remove_members;
            Delete (2, 0) "groups/{group}/users/{user}" => remove_member;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, ctx: &Context) -> Element {
        let count = ctx.query("fields").map(|_| count(record, site));
        let mode = record.get("grantLicenseMode");
        let import = (domain(record) != "local" || mode.is_some()).then(|| {
            Element::new("import")
                .with("domainName", domain(record))
                .with_opt("siteRole", record.get("minimumSiteRole"))
                .with_opt("grantLicenseMode", mode)
        });
        let domain = Element::new("domain").with("name", domain(record));
        element.with_opt("userCount", count).containing([domain]).containing(import)
    }

    fn computed(record: &Record, field: &str, site: &Site) -> Option<Value> {
        match field {
            "isLocal" => Some(Value::Flag(domain(record) == "local")),
            "userCount" => Some(Value::Number(i64::try_from(count(record, site)).ok()?)),
            _ => None,
        }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, body, .. } = change;
        let Some(import) = body.child("import") else { return Ok(()) };
        if let Some(domain) = import.attr("domainName") {
            record.set("domain", domain);
        }
        if let Some(role) = import.attr("siteRole") {
            let field = one_of("minimumSiteRole", SITE_ROLES).code("400013");
            record.set("minimumSiteRole", field.check(role)?);
        }
        if let Some(mode) = import.attr("grantLicenseMode") {
            record.set("grantLicenseMode", mode);
        }
        Ok(())
    }

    fn check_delete(record: &Record, site: &Site, _: &Context) -> Result<()> {
        if is_all_users(record, site) {
            return Err(ApiError::forbidden("403004", "The group of all users cannot be deleted."));
        }
        Ok(())
    }
}

/// The users who were added to a group or removed from it, by group and user.
#[derive(Default)]
struct Members(BTreeMap<(String, String), bool>);

pub(super) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Members>().0.retain(|(group, user), _| group != id && user != id);
}

fn domain(group: &Record) -> &str {
    group.get("domain").unwrap_or("local")
}

/// Whether it is the first group, of which all users of the site are always members.
fn is_all_users(group: &Record, site: &Site) -> bool {
    luid_number(&group.id, GROUP, site.number) == Some(0)
}

/// Whether the user is a member.
pub(in crate::mock) fn has(group: &Record, user: &str, site: &Site) -> bool {
    if is_all_users(group, site) {
        return true;
    }
    let changed =
        site.state::<Members>().and_then(|m| m.0.get(&(group.id.clone(), user.to_owned())));
    let sample = |id, kind| luid_number(id, kind, site.number).filter(|&n| n < ADDED);
    match (changed, sample(user, USER), sample(&group.id, GROUP)) {
        (Some(&is_member), _, _) => is_member,
        (None, Some(user), Some(group)) => is_in_group(user, group),
        _ => false,
    }
}

fn count(group: &Record, site: &Site) -> u64 {
    match is_all_users(group, site) {
        true => site.items::<User>().len(),
        false => site.iter::<User>().filter(|user| has(group, &user.id, site)).count() as u64,
    }
}

/// Adds a user to a group, or removes the user from it.
fn set_member(site: &mut Site, group: &str, user: &str, is_member: bool) {
    site.state_mut::<Members>().0.insert((group.to_owned(), user.to_owned()), is_member);
}

fn create_group(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let response = create::<Group>(state, ctx)?;
    respond(state, ctx, "GroupImport", response)
}

fn update_group(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let response = update::<Group>(state, ctx)?;
    respond(state, ctx, "GroupSync", response)
}

/// Responds with a job instead if the request imports a directory group with `asJob=true`.
fn respond(
    state: &mut ServerState,
    ctx: &Context,
    job: &'static str,
    response: Response,
) -> Result<Response> {
    if !ctx.flag("asJob")? || ctx.body_child("group")?.child("import").is_none() {
        return Ok(response);
    }
    let job = jobs::start(state, ctx, job, None, |_, _| Ok(Report::default()))?;
    Ok(Response::with_status(202, job))
}

fn members(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let group = site.get::<Group>(ctx.param(0))?;
    if is_all_users(&group, site) {
        return list_all::<User>(site, ctx);
    }
    let members = site.iter::<User>().filter(|user| has(&group, &user.id, site));
    list_some::<User>(members, site, ctx)
}

fn add_members(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let body = ctx.body()?;
    let several = body.child("users");
    let ids = several.unwrap_or(&body).ids("user")?;
    let site = state.site_mut(ctx)?;
    let group = site.get::<Group>(ctx.param(0))?.into_owned();
    let mut elements = Vec::new();
    for id in &ids {
        let user = site.get::<User>(id)?;
        // Adding one member again is a conflict; among several it is ignored.
        if several.is_none() && has(&group, id, site) {
            let detail = format!("The user '{}' is already in the group.", user.name());
            return Err(ApiError::conflict("409011", detail));
        }
        elements.push(User::element(&user, site, ctx));
    }
    ids.iter().for_each(|id| set_member(site, &group.id, id, true));
    Ok(match several {
        Some(_) => Response::one(Element::list("users", elements)),
        None => Response::ok(elements),
    })
}

fn remove_members(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let body = ctx.body()?;
    let ids = body.child("users").unwrap_or(&body).ids("user")?;
    let site = state.site_mut(ctx)?;
    let group = site.get::<Group>(ctx.param(0))?.id.clone();
    ids.iter().try_for_each(|id| site.get::<User>(id).map(drop))?;
    ids.iter().for_each(|id| set_member(site, &group, id, false));
    Ok(Response::empty(200))
}

fn remove_member(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let group = site.get::<Group>(ctx.param(0))?.into_owned();
    let user = site.get::<User>(ctx.param(1))?.id.clone();
    if !has(&group, &user, site) || is_all_users(&group, site) {
        return Err(USER.missing(&user));
    }
    set_member(site, &group.id, &user, false);
    Ok(Response::no_content())
}
