//! Users: `sites/{site}/users`.

use super::auth_configurations::is_known;
use super::content::USER_CONTENT;
use super::{Flow, Group, Workbook, groups};
use crate::mock::prelude::*;
use crate::mock::session::{AccessToken, TOKEN_IDLE};

pub(in crate::mock) struct User;

pub(in crate::mock) const USER: Kind = Kind::new(0x05, "404002", "User");

const TOKEN: Kind = Kind::new(0x0b, "404051", "Personal access token");

pub(in crate::mock) const SITE_ROLES: &str = "Creator Explorer ExplorerCanPublish Guest Interactor Publisher \
    ReadOnly ServerAdministrator SiteAdministrator SiteAdministratorCreator \
    SiteAdministratorExplorer SupportUser Unlicensed UnlicensedWithPublish Viewer \
    ViewerWithPublish";

pub(super) const AUTH_SETTINGS: &str = "ServerDefault SAML OpenID TableauIDWithMFA Default";

impl Resource for User {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 0, &[List, Create, Get])],
        attributes: &[
            text("name").required(),
            one_of("siteRole", SITE_ROLES).required().code("400013"),
            text("lastLogin").read_only(),
            text("externalAuthUserId").read_only().default(""),
            one_of("authSetting", AUTH_SETTINGS).default("ServerDefault"),
            text("idpConfigurationId").since(3, 24),
            text("fullName"),
            text("email").default(""),
            text("identityPoolName").since(3, 19),
            text("language").since(3, 28),
            text("locale").since(3, 28),
        ],
        filters: &[(Text, "name friendlyName=@fullName email siteRole luid"), (Time, "lastLogin")],
        hidden: "authSetting idpConfigurationId identityPoolName fullName email language locale domain",
        internal: "domain language locale",
        unique: Some(("name", "409017")),
        ..Schema::new(USER, "users", "user", "users")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Put (2, 0) "users/{user}" => update_user;
            Delete (2, 0) "users/{user}" => remove;
            Get (3, 7) "users/{user}/groups" => groups;
            Get (3, 21) "users/{user}/personal-access-tokens" => list_tokens;
            Delete (3, 21) "users/{user}/personal-access-tokens/{name}" => revoke_token;
            Get (2, 0) "users/{user}/workbooks" => visible_content::<Workbook>;
            Get (3, 3) "users/{user}/flows" => visible_content::<Flow>;
        }
    }

    fn complete(record: &Record, element: Element, _: &Site, _: &Context) -> Element {
        let domain = Element::new("domain").with("name", domain(record));
        element
            .with("language", record.get("language").unwrap_or("en"))
            .with("locale", record.get("locale").unwrap_or("en_US"))
            .containing([domain])
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, before, body, site, ctx } = change;
        let is_server_admin = |user: &Record| user.attr("siteRole") == "ServerAdministrator";
        if is_server_admin(record) || before.is_some_and(is_server_admin) {
            ctx.require(Role::ServerAdmin)?;
        }
        match before {
            None => complete_new(record),
            Some(before) => record.set("name", before.name()),
        }
        check_authentication(record, body, site)
    }
}

pub(super) fn domain(user: &Record) -> &str {
    user.get("domain").unwrap_or("local")
}

/// Splits `domain\name` and sets the full name of a new user.
pub(in crate::mock) fn complete_new(user: &mut Record) {
    let name = user.name().to_owned();
    if user.get("fullName").is_none() {
        user.set("fullName", &name);
    }
    if let Some((domain, name)) = name.split_once('\\') {
        user.set("domain", domain);
        user.set("name", name);
    }
}

/// A user has either an authentication setting or an identity provider.
pub(super) fn check_authentication(user: &mut Record, body: &Element, site: &Site) -> Result<()> {
    match (body.attr("authSetting"), body.attr("idpConfigurationId")) {
        (Some(_), Some(_)) => {
            let detail = "A user has either an authentication setting or an identity provider.";
            return Err(ApiError::malformed(detail));
        }
        (Some(_), None) => user.clear("idpConfigurationId"),
        (None, Some(id)) if !is_known(site, id) => {
            let detail = format!("The site has no authentication configuration '{id}'.");
            return Err(ApiError::bad("400003", detail));
        }
        _ => {}
    }
    Ok(())
}

/// Updates a user. A password applies to all sites of the server.
fn update_user(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let response = update::<User>(state, ctx)?;
    if let Some(password) = ctx.body_child("user")?.attr("password") {
        let name = state.site(ctx)?.user(ctx.param(0))?.name().to_owned();
        state.set_password(&name, password);
    }
    Ok(response)
}

fn remove(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let id = ctx.param(0);
    let site = state.site_mut(ctx)?;
    site.get::<User>(id)?;
    if id == ctx.user() {
        return Err(ApiError::forbidden("403009", "Users cannot remove themselves."));
    }
    let owned = content_owned_by(site, id);
    match ctx.query("mapAssetsTo") {
        Some(new_owner) => {
            site.get::<User>(new_owner)?;
            if new_owner == id {
                let detail = "The content cannot be transferred to the user who is removed.";
                return Err(ApiError::bad("400003", detail));
            }
            for (segment, id) in owned {
                if let Some(record) = site.record_mut(segment, &id).transpose()? {
                    new_owner.clone_into(&mut record.owner);
                }
            }
        }
        None if !owned.is_empty() => {
            let detail = "The user owns content, which must be transferred to another user first.";
            return Err(ApiError::conflict("409003", detail));
        }
        None => {}
    }
    site.remove::<User>(id)?;
    let number = site.number;
    state.sessions.retain(|_, session| session.site != number || session.user != id);
    Ok(Response::no_content())
}

/// The content that a user owns: path segment and id of each item.
pub(super) fn content_owned_by(site: &Site, user: &str) -> Vec<(&'static str, String)> {
    let owned = USER_CONTENT.iter().flat_map(|&(segment, ids)| {
        let ids = ids(site, &|record| record.owner == user);
        ids.into_iter().map(move |id| (segment, id))
    });
    owned.collect()
}

fn groups(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let user = site.get::<User>(ctx.param(0))?.id.clone();
    let of_user = site.iter::<Group>().filter(|group| groups::has(group, &user, site));
    list_some::<Group>(of_user, site, ctx)
}

/// The content that a user can see, or with `ownedBy=true` owns.
fn visible_content<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let owned = ctx.flag("ownedBy")?;
    let site = state.site(ctx)?;
    let user = site.get::<User>(ctx.param(0))?.id.clone();
    if !owned {
        return list_all::<R>(site, ctx);
    }
    list_some::<R>(site.iter::<R>().filter(|record| record.owner == user), site, ctx)
}

/// The name of a user whose tokens the caller may see: users their own, administrators all.
fn token_owner(state: &ServerState, ctx: &Context) -> Result<String> {
    let user = state.site(ctx)?.user(ctx.param(0))?;
    ctx.require_owner(&user.id)?;
    Ok(user.name().to_owned())
}

fn list_tokens(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let owner = token_owner(state, ctx)?;
    let own = state.tokens.iter().enumerate().filter(|(_, token)| token.user == owner);
    let elements = own.map(|(number, token)| {
        Element::new("personalAccessToken")
            .with("tokenName", &token.name)
            .with("tokenGuid", luid(TOKEN, 0, number as u64))
            .with("lastUsedAt", written(token.last_used))
            .with("expiresAt", written(later(token.last_used, TOKEN_IDLE)))
    });
    Ok(Response::one(Element::list("personalAccessTokens", elements)))
}

fn revoke_token(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let owner = token_owner(state, ctx)?;
    let name = ctx.param(1).to_owned();
    let is_it = |token: &AccessToken| token.user == owner && token.name == name;
    if !state.tokens.iter().any(is_it) {
        return Err(TOKEN.missing(&name));
    }
    state.revoke_tokens(is_it);
    Ok(Response::no_content())
}
