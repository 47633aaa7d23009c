//! Groups and their members: `sites/{site}/groups`.

use std::borrow::Cow;

use super::users::site_role;
use super::{Effect, User};
use crate::mock::api_error::ApiError;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::{ADDED, Kind, number};
use crate::mock::query::{Field, Listed, list, list_these};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::sample::Sample;
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// A group of users.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Group {
    pub(in crate::mock) id: String,
    pub(in crate::mock) name: String,
    pub(in crate::mock) domain: String,
    pub(in crate::mock) minimum_site_role: Option<String>,
    pub(in crate::mock) license_mode: Option<String>,
}

impl Group {
    /// Whether the user is a member.
    pub(super) fn has(&self, site: &Site, user: &str) -> bool {
        let group_number = number(&self.id, Kind::Group, site.number);
        // All users of the site are in the first group, whatever anybody does.
        if group_number == Some(0) {
            return true;
        }
        if let Some(&member) = site.members.get(&(self.id.clone(), user.to_owned())) {
            return member;
        }
        match (number(user, Kind::User, site.number), group_number) {
            (Some(user), Some(group)) if user < ADDED && group < ADDED => {
                Sample::in_group(user, group)
            }
            _ => false,
        }
    }

    fn is_all_users(&self, site: &Site) -> bool {
        number(&self.id, Kind::Group, site.number) == Some(0)
    }

    fn count(&self, site: &Site) -> u64 {
        if self.is_all_users(site) {
            return site.users.len();
        }
        site.users.iter().filter(|user| self.has(site, &user.id)).count() as u64
    }
}

impl Listed for Group {
    const NAMES: (&'static str, &'static str) = ("group", "groups");
    const SHOWN: &'static [&'static str] = &["id", "name", "domain", "minimumSiteRole", "import"];
    const FIELDS: &'static [Field<Group>] = &[
        Field { name: "name", holds: Type::Text, of: |g, _| g.name.as_str().into() },
        Field { name: "domainName", holds: Type::Text, of: |g, _| g.domain.as_str().into() },
        Field { name: "domainNickname", holds: Type::Text, of: |g, _| g.domain.as_str().into() },
        Field { name: "luid", holds: Type::Text, of: |g, _| g.id.as_str().into() },
        Field { name: "isLocal", holds: Type::Flag, of: |g, _| Value::Flag(g.domain == "local") },
        Field { name: "userCount", holds: Type::Number, of: |g, s| g.count(s).into() },
        Field {
            name: "minimumSiteRole",
            holds: Type::Text,
            of: |g, _| g.minimum_site_role.as_deref().map_or(Value::None, Value::from),
        },
    ];

    fn element(&self, site: &Site, ctx: &Context) -> Element {
        let counted = ctx.query("fields").is_some();
        let import = (self.domain != "local" || self.license_mode.is_some()).then(|| {
            Element::new("import")
                .attr("domainName", &self.domain)
                .maybe("siteRole", self.minimum_site_role.as_ref())
                .maybe("grantLicenseMode", self.license_mode.as_ref())
        });
        Element::new("group")
            .attr("id", &self.id)
            .attr("name", &self.name)
            .maybe("userCount", counted.then(|| self.count(site)))
            .maybe("minimumSiteRole", self.minimum_site_role.as_ref())
            .child(Element::new("domain").attr("name", &self.domain))
            .maybe_child(import)
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/groups", 2, 0, all),
    Route::new(Method::Post, "sites/{site}/groups", 2, 0, create),
    Route::new(Method::Put, "sites/{site}/groups/{group}", 2, 0, update),
    Route::new(Method::Delete, "sites/{site}/groups/{group}", 2, 0, delete),
    Route::new(Method::Get, "sites/{site}/groups/{group}/users", 2, 0, members),
    Route::new(Method::Post, "sites/{site}/groups/{group}/users", 2, 0, add_members),
    Route::new(Method::Put, "sites/{site}/groups/{group}/users/remove", 3, 21, remove_members),
    Route::new(Method::Delete, "sites/{site}/groups/{group}/users/{user}", 2, 0, remove_member),
];

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    list(&site.groups, site, ctx)
}

fn name_is_free(site: &Site, name: &str, but: &str) -> Result<(), ApiError> {
    let taken = |g: &Cow<'_, Group>| g.name.to_lowercase() == name.to_lowercase() && g.id != but;
    if site.groups.iter().any(|group| taken(&group)) {
        return Err(ApiError::conflict("409009", format!("There is a group '{name}' already.")));
    }
    Ok(())
}

// What `<group>` and its `<import>` say.
fn change(group: &mut Group, doc: &crate::mock::body::Doc) -> Result<(), ApiError> {
    if let Some(name) = doc.attr("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut group.name);
    }
    if let Some(role) = doc.attr("minimumSiteRole") {
        group.minimum_site_role = Some(site_role(role)?);
    }
    if let Some(mode) = doc.attr("grantLicenseMode") {
        group.license_mode = Some(mode.to_owned());
    }
    if let Some(import) = doc.child("import") {
        if let Some(domain) = import.attr("domainName") {
            domain.clone_into(&mut group.domain);
        }
        if let Some(role) = import.attr("siteRole") {
            group.minimum_site_role = Some(site_role(role)?);
        }
        if let Some(mode) = import.attr("grantLicenseMode") {
            group.license_mode = Some(mode.to_owned());
        }
    }
    Ok(())
}

fn create(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let doc = ctx.doc()?;
    let group = doc.need_child("group")?;
    let name = group.need("name")?;
    let as_job = ctx.asks("asJob")?;
    let site = state.site_mut(ctx)?;
    name_is_free(site, name, "")?;
    let id = site.groups.new_id();
    let mut new = Group {
        id,
        name: name.to_owned(),
        domain: "local".to_owned(),
        minimum_site_role: None,
        license_mode: None,
    };
    change(&mut new, group)?;
    let element = new.element(site, ctx);
    site.groups.add(new);
    if as_job && group.child("import").is_some() {
        let job = state.start_job(ctx, "GroupImport", Effect::Nothing, None)?;
        return Ok(Response::with_status(202, job));
    }
    Ok(Response::created(element))
}

fn update(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let doc = ctx.doc()?;
    let group = doc.need_child("group")?;
    let as_job = ctx.asks("asJob")?;
    let site = state.site_mut(ctx)?;
    let mut changed = site.groups.get(ctx.param(0))?.into_owned();
    change(&mut changed, group)?;
    name_is_free(site, &changed.name, &changed.id)?;
    site.groups.get_mut(ctx.param(0))?.clone_from(&changed);
    let element = changed.element(site, ctx);
    if as_job && group.child("import").is_some() {
        let job = state.start_job(ctx, "GroupSync", Effect::Nothing, None)?;
        return Ok(Response::with_status(202, job));
    }
    Ok(Response::one(element))
}

fn delete(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let id = ctx.param(0);
    let site = state.site_mut(ctx)?;
    if site.groups.get(id)?.is_all_users(site) {
        return Err(ApiError::forbidden("403004", "The group of all users cannot be deleted."));
    }
    site.groups.remove(id)?;
    site.members.retain(|(group, _), _| group != id);
    Ok(Response::no_content())
}

fn members(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let group = site.groups.get(ctx.param(0))?;
    if group.is_all_users(site) {
        return list(&site.users, site, ctx);
    }
    let members = site.users.iter().filter(|user| group.has(site, &user.id));
    list_these(members, site, ctx)
}

/// The ids in `<user>` or `<users>`.
fn users_in(doc: &crate::mock::body::Doc) -> Result<Vec<String>, ApiError> {
    let several = doc.child("users");
    let users = several.unwrap_or(doc).children("user");
    let ids: Vec<String> =
        users.map(|user| user.need("id").map(str::to_owned)).collect::<Result<_, _>>()?;
    if ids.is_empty() {
        return Err(ApiError::malformed("The request names no user."));
    }
    Ok(ids)
}

fn add_members(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let doc = ctx.doc()?;
    let ids = users_in(&doc)?;
    let site = state.site_mut(ctx)?;
    let group = site.groups.get(ctx.param(0))?.into_owned();
    let users: Vec<User> = ids
        .iter()
        .map(|id| Ok(site.users.get(id)?.into_owned()))
        .collect::<Result<_, ApiError>>()?;
    // One user that is there already is a conflict; among several it is passed over.
    let several = doc.child("users").is_some();
    if let (false, [user]) = (several, users.as_slice())
        && group.has(site, &user.id)
    {
        let detail = format!("The user '{}' is in the group already.", user.name);
        return Err(ApiError::conflict("409011", detail));
    }
    for id in ids {
        site.members.insert((group.id.clone(), id), true);
    }
    let elements: Vec<Element> = users.iter().map(|user| user.element(site, ctx)).collect();
    Ok(if several {
        Response::one(Element::list("users", elements))
    } else {
        Response::ok(elements)
    })
}

fn remove_members(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let doc = ctx.doc()?;
    let ids = users_in(&doc)?;
    let site = state.site_mut(ctx)?;
    let group = site.groups.get(ctx.param(0))?.into_owned();
    for id in &ids {
        site.users.get(id)?;
    }
    for id in ids {
        site.members.insert((group.id.clone(), id), false);
    }
    Ok(Response::empty(200))
}

fn remove_member(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let group = site.groups.get(ctx.param(0))?.into_owned();
    let user = site.users.get(ctx.param(1))?.id.clone();
    if !group.has(site, &user) || group.is_all_users(site) {
        return Err(Kind::User.missing(&user));
    }
    site.members.insert((group.id, user), false);
    Ok(Response::no_content())
}
