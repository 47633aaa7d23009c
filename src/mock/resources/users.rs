//! Users: `sites/{site}/users`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::common::{self, Content};
use super::sites::OWN_WAY;
use super::{Datasource, Flow, Group, Workbook};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::query::{Field, Listed, list, list_these};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// A user of a site.
#[derive(Clone, Debug)]
pub(in crate::mock) struct User {
    pub(in crate::mock) id: String,
    pub(in crate::mock) name: String,
    pub(in crate::mock) full_name: String,
    pub(in crate::mock) email: String,
    pub(in crate::mock) site_role: String,
    pub(in crate::mock) auth_setting: String,
    pub(in crate::mock) idp: Option<String>,
    pub(in crate::mock) last_login: Option<Timestamp>,
    pub(in crate::mock) domain: String,
}

impl User {
    pub(in crate::mock) fn new(id: String, name: &str, site_role: &str) -> User {
        User {
            id,
            name: name.to_owned(),
            full_name: name.to_owned(),
            email: String::new(),
            site_role: site_role.to_owned(),
            auth_setting: "ServerDefault".to_owned(),
            idp: None,
            last_login: None,
            domain: "local".to_owned(),
        }
    }
}

impl Listed for User {
    const NAMES: (&'static str, &'static str) = ("user", "users");
    const SHOWN: &'static [&'static str] =
        &["id", "name", "siteRole", "lastLogin", "externalAuthUserId"];
    const FIELDS: &'static [Field<User>] = &[
        Field { name: "name", holds: Type::Text, of: |u, _| u.name.as_str().into() },
        Field { name: "friendlyName", holds: Type::Text, of: |u, _| u.full_name.as_str().into() },
        Field { name: "email", holds: Type::Text, of: |u, _| u.email.as_str().into() },
        Field { name: "siteRole", holds: Type::Text, of: |u, _| u.site_role.as_str().into() },
        Field { name: "luid", holds: Type::Text, of: |u, _| u.id.as_str().into() },
        Field {
            name: "lastLogin",
            holds: Type::Time,
            of: |u, _| u.last_login.map_or(Value::None, Value::Time),
        },
    ];

    fn element(&self, _: &Site, _: &Context) -> Element {
        Element::new("user")
            .attr("id", &self.id)
            .attr("name", &self.name)
            .attr("siteRole", &self.site_role)
            .maybe("lastLogin", self.last_login.map(written))
            .attr("externalAuthUserId", "")
            .attr("authSetting", &self.auth_setting)
            .maybe("idpConfigurationId", self.idp.as_ref())
            .attr("fullName", &self.full_name)
            .attr("email", &self.email)
            .attr("language", "en")
            .attr("locale", "en_US")
            .child(Element::new("domain").attr("name", &self.domain))
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/users", 2, 0, all),
    Route::new(Method::Post, "sites/{site}/users", 2, 0, add),
    Route::new(Method::Get, "sites/{site}/users/{user}", 2, 0, get),
    Route::new(Method::Put, "sites/{site}/users/{user}", 2, 0, update),
    Route::new(Method::Delete, "sites/{site}/users/{user}", 2, 0, remove),
    Route::new(Method::Get, "sites/{site}/users/{user}/groups", 3, 7, groups),
    Route::new(Method::Get, "sites/{site}/users/{user}/workbooks", 2, 0, content::<Workbook>),
    Route::new(Method::Get, "sites/{site}/users/{user}/flows", 3, 3, content::<Flow>),
];

const SITE_ROLES: [&str; 16] = [
    "Creator",
    "Explorer",
    "ExplorerCanPublish",
    "Guest",
    "Interactor",
    "Publisher",
    "ReadOnly",
    "ServerAdministrator",
    "SiteAdministrator",
    "SiteAdministratorCreator",
    "SiteAdministratorExplorer",
    "SupportUser",
    "Unlicensed",
    "UnlicensedWithPublish",
    "Viewer",
    "ViewerWithPublish",
];

const AUTH_SETTINGS: [&str; 5] = ["ServerDefault", "SAML", "OpenID", "TableauIDWithMFA", "Default"];

pub(in crate::mock) fn site_role(role: &str) -> Result<String, ApiError> {
    if !SITE_ROLES.contains(&role) {
        return Err(ApiError::bad("400013", format!("'{role}' is no site role.")));
    }
    Ok(role.to_owned())
}

pub(super) fn auth_setting(setting: &str) -> Result<String, ApiError> {
    AUTH_SETTINGS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(setting))
        .map(|known| (*known).to_owned())
        .ok_or_else(|| {
            ApiError::bad("400003", format!("'{setting}' is no authentication setting."))
        })
}

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    list(&site.users, site, ctx)
}

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    Ok(Response::one(site.users.get(ctx.param(0))?.element(site, ctx)))
}

fn add(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let doc = ctx.doc()?;
    let user = doc.need_child("user")?;
    let (name, role) = (user.need("name")?, site_role(user.need("siteRole")?)?);
    if role == "ServerAdministrator" {
        ctx.require(Role::ServerAdmin)?;
    }
    let site = state.site_mut(ctx)?;
    if site.user_named(name).is_some() {
        let detail = format!("The user '{name}' is on the site already.");
        return Err(ApiError::conflict("409017", detail));
    }
    let id = site.users.new_id();
    let mut new = User::new(id, name, &role);
    if let Some((domain, name)) = name.split_once('\\') {
        (new.domain, new.name) = (domain.to_owned(), name.to_owned());
    }
    change(&mut new, user)?;
    let element = new.element(site, ctx);
    site.users.add(new);
    Ok(Response::created(element))
}

// The attributes that both adding and updating can set.
pub(super) fn change(user: &mut User, doc: &Doc) -> Result<(), ApiError> {
    if doc.attr("authSetting").is_some() && doc.attr("idpConfigurationId").is_some() {
        let detail = "A user has an authentication setting or an identity provider, not both.";
        return Err(ApiError::malformed(detail));
    }
    if let Some(setting) = doc.attr("authSetting") {
        (user.auth_setting, user.idp) = (auth_setting(setting)?, None);
    }
    if let Some(idp) = doc.attr("idpConfigurationId") {
        if idp != OWN_WAY {
            let detail = format!("The site has no authentication configuration '{idp}'.");
            return Err(ApiError::bad("400003", detail));
        }
        user.idp = Some(idp.to_owned());
    }
    if let Some(name) = doc.attr("fullName") {
        name.clone_into(&mut user.full_name);
    }
    if let Some(email) = doc.attr("email") {
        email.clone_into(&mut user.email);
    }
    Ok(())
}

fn update(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let user = doc.need_child("user")?;
    if ctx.param(0) != ctx.user() || user.attr("siteRole").is_some() {
        ctx.require(Role::SiteAdmin)?;
    }
    let role = user.attr("siteRole").map(site_role).transpose()?;
    let site = state.site_mut(ctx)?;
    let known = site.users.get_mut(ctx.param(0))?;
    let mut changed = known.clone();
    change(&mut changed, user)?;
    if let Some(role) = role {
        changed.site_role = role;
    }
    known.clone_from(&changed);
    let element = changed.element(site, ctx);
    if let Some(password) = user.attr("password") {
        state.set_password(&changed.name, password);
    }
    Ok(Response::one(element))
}

fn remove(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let id = ctx.param(0);
    let heir = ctx.query("mapAssetsTo");
    let site = state.site_mut(ctx)?;
    site.users.get(id)?;
    if id == ctx.user() {
        return Err(ApiError::forbidden("403009", "A user cannot be removed by itself."));
    }
    if let Some(heir) = heir {
        site.users.get(heir)?;
        if heir == id {
            return Err(ApiError::bad(
                "400003",
                "The assets cannot go to the user that is removed.",
            ));
        }
        hand_over(site, id, heir);
    } else if owns_something(site, id) {
        let detail = "The user owns content and cannot be removed before it has another owner.";
        return Err(ApiError::conflict("409003", detail));
    }
    site.users.remove(id)?;
    let number = site.number;
    state.end_sessions_of(number, id);
    Ok(Response::no_content())
}

pub(super) fn owns_something(site: &Site, id: &str) -> bool {
    fn owns<T: Content>(site: &Site, id: &str) -> bool {
        T::collection(site).iter().any(|item| item.owner == id)
    }
    owns::<Workbook>(site, id)
        || owns::<Datasource>(site, id)
        || owns::<Flow>(site, id)
        || site.projects.iter().any(|project| project.owner == id)
}

fn hand_over(site: &mut Site, from: &str, to: &str) {
    fn hand<T: Content>(site: &mut Site, from: &str, to: &str) {
        for id in common::ids::<T>(site, |common| common.owner == from) {
            if let Ok(item) = T::collection_mut(site).get_mut(&id) {
                to.clone_into(&mut item.owner);
            }
        }
    }
    hand::<Workbook>(site, from, to);
    hand::<Datasource>(site, from, to);
    hand::<Flow>(site, from, to);
    let projects: Vec<String> =
        site.projects.iter().filter(|p| p.owner == from).map(|p| p.id.clone()).collect();
    for id in projects {
        if let Ok(project) = site.projects.get_mut(&id) {
            to.clone_into(&mut project.owner);
        }
    }
}

fn groups(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let user = site.users.get(ctx.param(0))?;
    let groups = site.groups.iter().filter(|group: &Cow<'_, Group>| group.has(site, &user.id));
    list_these(groups, site, ctx)
}

/// What a user may see of a kind, or owns.
fn content<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let owned = ctx.asks("ownedBy")?;
    let site = state.site(ctx)?;
    let user = site.users.get(ctx.param(0))?;
    if !owned {
        return list(T::collection(site), site, ctx);
    }
    let own = T::collection(site).iter().filter(|item: &Cow<'_, T>| item.owner == user.id);
    list_these(own, site, ctx)
}
