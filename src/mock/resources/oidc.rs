//! OpenID Connect configurations of a site: `sites/{site}/site-oidc-configuration`.

use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 22) "site-oidc-configuration" => get;
        Put (3, 22) "site-oidc-configuration" => create_or_update;
        Put (3, 22) "disable-site-oidc-configuration" => remove;
        // The paths that TSC uses.
        Get (3, 24) "site-oidc-configuration/{id}" => get;
        Put (3, 24) "site-oidc-configuration/{id}" => create_or_update;
    }
}

const ID: &str = "idpConfigurationId";

const OIDC: Kind = Kind::new(0x0d, "400000", "OpenID Connect configuration");

/// The attributes that requests have to contain.
const REQUIRED: &str = "enabled clientId clientSecret authorizationEndpoint tokenEndpoint \
                        userinfoEndpoint jwksUri";

/// The other attributes, and their values without one in the request.
const OPTIONAL: &str = "idpConfigurationName=OIDC endSessionEndpoint= \
    allowEmbeddedAuthentication=false prompt= customScope= \
    clientAuthentication=client_secret_basic essentialAcrValues= voluntaryAcrValues= \
    emailMapping=email firstNameMapping=given_name lastNameMapping=family_name \
    fullNameMapping=name useFullName=false";

/// The configurations of a site, the initial one first.
#[derive(Default)]
struct Configurations {
    all: Vec<Element>,
    created: u64,
}

/// `<siteAuthConfiguration>` of each configuration.
pub(super) fn listed(site: &Site) -> impl Iterator<Item = Element> {
    let all = site.state::<Configurations>().map_or(&[][..], |known| &known.all);
    all.iter().map(|one| {
        let copied = ["enabled", ID, "idpConfigurationName"];
        let blank = Element::new("siteAuthConfiguration").with("authSetting", "OIDC");
        copied.into_iter().fold(blank, |element, name| element.with_opt(name, one.attr(name)))
    })
}

/// The position of the configuration that the request names, or of the initial one.
fn position(site: &Site, id: Option<&str>) -> Result<usize> {
    let all = site.state::<Configurations>().map_or(&[][..], |known| &known.all);
    let found = match id {
        Some(id) => all.iter().position(|one| one.attr(ID) == Some(id)),
        None => (!all.is_empty()).then_some(0),
    };
    found.ok_or_else(|| {
        let detail = "The site has no such OpenID Connect configuration.";
        ApiError::malformed(detail)
    })
}

fn requested<'c>(ctx: &'c Context) -> Option<&'c str> {
    ctx.query(ID).or_else(|| Some(ctx.param(0)).filter(|id| !id.is_empty()))
}

fn get(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let index = position(site, requested(ctx))?;
    Ok(Response::one(site.state_mut::<Configurations>().all[index].clone()))
}

/// The attribute of a request. TSC has other names for two of them.
fn sent<'e>(body: &'e Element, name: &str) -> Option<&'e str> {
    let other = match name {
        "idpConfigurationName" => "name",
        "userinfoEndpoint" => "userInfoEndpoint",
        _ => name,
    };
    body.attr(name).or_else(|| body.attr(other)).filter(|value| !value.is_empty())
}

fn create_or_update(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let body = ctx.body_child("siteOIDCConfiguration")?;
    let site = state.site_mut(ctx)?;
    let id = body.attr(ID).or_else(|| requested(ctx)).map(str::to_owned);
    let index = id.as_deref().map(|id| position(site, Some(id))).transpose()?;
    let number = site.number;
    let known = site.state_mut::<Configurations>();
    let id = id.unwrap_or_else(|| {
        known.created += 1;
        luid(OIDC, number, ADDED + known.created)
    });
    let mut element = Element::new("siteOIDCConfiguration").with(ID, &id);
    for name in REQUIRED.split_whitespace() {
        let value = sent(&body, name).ok_or_else(|| {
            ApiError::malformed(format!("<{}> needs the attribute '{name}'.", body.name))
        })?;
        // Responses never contain the secret.
        element = element.with(name, if name == "clientSecret" { "<omit>" } else { value });
    }
    for (name, default) in OPTIONAL.split_whitespace().filter_map(|word| word.split_once('=')) {
        let value = sent(&body, name).unwrap_or(default);
        element = element.with_opt(name, Some(value).filter(|value| !value.is_empty()));
    }
    let element = element
        .with("testLoginUrl", format!("{}/public/testLogin?{ID}={id}&authSetting=OIDC", ctx.base));
    match index {
        Some(index) => known.all[index] = element.clone(),
        None => known.all.push(element.clone()),
    }
    Ok(Response::one(element))
}

fn remove(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let site = state.site_mut(ctx)?;
    let index = position(site, requested(ctx))?;
    site.state_mut::<Configurations>().all.remove(index);
    Ok(Response::empty(200))
}
