//! Sites: `sites`.

use std::ops::RangeInclusive;

use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::Kind;
use crate::mock::query::Paging;
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites", 2, 0, all),
    Route::new(Method::Post, "sites", 2, 0, create),
    Route::new(Method::Get, "sites/{which}", 2, 0, get),
    Route::new(Method::Put, "sites/{which}", 2, 0, update),
    Route::new(Method::Delete, "sites/{which}", 2, 0, delete),
    Route::new(Method::Post, "sites/{which}/encrypt-extracts", 3, 5, extracts),
    Route::new(Method::Post, "sites/{which}/decrypt-extracts", 3, 5, extracts),
    Route::new(Method::Post, "sites/{which}/reencrypt-extracts", 3, 5, extracts),
    Route::new(Method::Get, "sites/{site}/site-auth-configurations", 3, 24, authentication),
];

/// The attributes that a site has beside its names, with what a new one has.
const SETTINGS: &[(&str, &str)] = &[
    ("adminMode", "ContentAndUsers"),
    ("state", "Active"),
    ("storageQuota", ""),
    ("userQuota", ""),
    ("tierCreatorCapacity", ""),
    ("tierExplorerCapacity", ""),
    ("tierViewerCapacity", ""),
    ("disableSubscriptions", "false"),
    ("subscribeOthersEnabled", "true"),
    ("revisionHistoryEnabled", "true"),
    ("revisionLimit", "25"),
    ("dataAccelerationMode", "disable"),
    ("flowsEnabled", "true"),
    ("editingFlowsEnabled", "true"),
    ("schedulingFlowsEnabled", "true"),
    ("catalogingEnabled", "true"),
    ("allowSubscriptionAttachments", "true"),
    ("guestAccessEnabled", "false"),
    ("cacheWarmupEnabled", "true"),
    ("commentingEnabled", "true"),
    ("extractEncryptionMode", "disabled"),
    ("requestAccessEnabled", "false"),
    ("runNowEnabled", "true"),
    ("dataAlertsEnabled", "true"),
    ("commentingMentionsEnabled", "true"),
    ("catalogObfuscationEnabled", "true"),
    ("flowAutoSaveEnabled", "true"),
    ("personalSpaceEnabled", "true"),
    ("webExtractionEnabled", "true"),
    ("metricsContentTypeEnabled", "true"),
    ("notifySiteAdminsOnThrottle", "false"),
    ("authoringEnabled", "true"),
    ("customSubscriptionEmailEnabled", "false"),
    ("customSubscriptionEmail", ""),
    ("customSubscriptionFooterEnabled", "false"),
    ("customSubscriptionFooter", ""),
    ("askDataMode", "EnabledByDefault"),
    ("namedSharingEnabled", "true"),
    ("mobileBiometricsEnabled", "false"),
    ("sheetImageEnabled", "true"),
    ("derivedPermissionsEnabled", "false"),
    ("userVisibilityMode", "FULL"),
    ("useDefaultTimeZone", "true"),
    ("timeZone", ""),
    ("autoSuspendRefreshEnabled", "true"),
    ("autoSuspendRefreshInactivityWindow", "30"),
    ("attributeCaptureEnabled", ""),
    ("explainDataEnabled", "true"),
    ("personalSpaceStorageQuota", ""),
    ("flowParametersEnabled", "true"),
    ("flowParametersAnyTypeEnabled", "false"),
    ("flowOutputSubscriptionsEnabled", "true"),
    ("flowOutputSubscriptionsDataInEmailBodyEnabled", "true"),
    ("flowOutputSubscriptionsDataAsEmailAttachmentEnabled", "true"),
    ("linkedTaskSchedulingEnabled", "true"),
    ("linkedTaskRunNowEnabled", "true"),
    ("dqwSubscriptionsEnabled", "false"),
    ("einsteinInFlowEnabled", "false"),
    ("selfServiceScheduleForRefreshEnabled", "true"),
    ("loginBasedLicenseManagementEnabled", "true"),
    ("siteInviteEmailEnabled", "true"),
    ("webZoneContentEnabled", "true"),
    ("tagLimit", "50"),
    ("adminInsightsPublishFrequency", ""),
];

/// Any number, and -1 for no limit.
const QUOTA: &[RangeInclusive<i64>] = &[-1..=i64::MAX];

/// The settings that are numbers, and which.
const NUMBERS: &[(&str, &[RangeInclusive<i64>])] = &[
    ("userQuota", QUOTA),
    ("storageQuota", QUOTA),
    ("tierCreatorCapacity", QUOTA),
    ("tierExplorerCapacity", QUOTA),
    ("tierViewerCapacity", QUOTA),
    ("personalSpaceStorageQuota", QUOTA),
    ("tagLimit", QUOTA),
    ("revisionLimit", &[-1..=-1, 2..=10_000]),
    ("autoSuspendRefreshInactivityWindow", &[7..=100]),
];

fn element(site: &Site, usage: bool) -> Element {
    let mut element = Element::reference("site", &site.id)
        .attr("name", &site.name)
        .attr("contentUrl", &site.content_url);
    for &(name, usual) in SETTINGS {
        let value = site.settings.get(name).map_or(usual, String::as_str);
        if !value.is_empty() {
            element = element.attr(name, value);
        }
    }
    element.maybe_child(usage.then(|| used(site)))
}

/// `<usage>`: who has a licence of which sort, and the megabytes that the content takes.
fn used(site: &Site) -> Element {
    let (mut creators, mut explorers, mut viewers) = (0, 0, 0);
    for user in site.users.iter() {
        match &*user.site_role {
            "Creator" | "SiteAdministratorCreator" | "ServerAdministrator" => creators += 1,
            "Viewer" | "ReadOnly" => viewers += 1,
            "Unlicensed" | "UnlicensedWithPublish" | "Guest" | "SupportUser" => {}
            _ => explorers += 1,
        }
    }
    let workbooks: u64 = site.workbooks.iter().map(|workbook| workbook.size).sum();
    let datasources: u64 = site.datasources.iter().map(|datasource| datasource.size).sum();
    Element::new("usage")
        .attr("numUsers", creators + explorers + viewers)
        .attr("numCreators", creators)
        .attr("numExplorers", explorers)
        .attr("numViewers", viewers)
        .attr("storage", workbooks + datasources)
}

fn change(site: &mut Site, doc: &Doc) -> Result<(), ApiError> {
    let says = |name| doc.attr(name).filter(|value| !value.is_empty());
    if says("adminMode") == Some("ContentOnly") && says("userQuota").is_some() {
        let detail = "A site whose users others administer has no user quota.";
        return Err(ApiError::bad("400013", detail));
    }
    for (name, ranges) in NUMBERS {
        if let Some(text) = says(name) {
            let fits = |number: &i64| ranges.iter().any(|range| range.contains(number));
            if text.parse().ok().filter(fits).is_none() {
                return Err(ApiError::malformed(format!("'{name}' cannot be '{text}'.")));
            }
        }
    }
    for &(name, usual) in SETTINGS {
        if let Some(value) = doc.attr(name) {
            // Clients spell booleans in more than one way.
            let value = match usual {
                "true" | "false" => doc.flag(name)?.unwrap_or_default().to_string(),
                _ => value.to_owned(),
            };
            site.settings.insert(name, value);
        }
    }
    Ok(())
}

// A content URL has letters, digits, hyphens and underscores.
fn content_url(text: &str) -> Result<&str, ApiError> {
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(ApiError::bad("400000", format!("'{text}' is no content URL.")));
    }
    Ok(text)
}

fn names_are_free(state: &ServerState, but: &str, name: &str, url: &str) -> Result<(), ApiError> {
    for site in state.sites.values().filter(|site| site.id != but) {
        if site.name.to_lowercase() == name.to_lowercase() {
            return Err(ApiError::conflict("409001", format!("There is a site '{name}' already.")));
        }
        if site.content_url.eq_ignore_ascii_case(url) {
            let detail = format!("There is a site at '{url}' already.");
            return Err(ApiError::conflict("409002", detail));
        }
    }
    Ok(())
}

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::ServerAdmin)?;
    let elements = state.sites.values().map(|site| element(site, false)).collect();
    Paging::read(ctx)?.of("sites", elements)
}

fn create(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::ServerAdmin)?;
    let doc = ctx.doc()?;
    let site = doc.need_child("site")?;
    let (name, url) = (site.need("name")?, content_url(site.need("contentUrl")?)?);
    names_are_free(state, "", name, url)?;
    // A site that somebody creates is empty; only the ones that the server starts with have samples.
    let number = state.add_empty_site(name, url);
    let new = state.sites.get_mut(&number).ok_or_else(ApiError::not_signed_in)?;
    if let Err(api_error) = change(new, site) {
        state.sites.remove(&number);
        return Err(api_error);
    }
    Ok(Response::created(element(new, false)))
}

/// The site that a path names, which has to be the one that the session is on.
fn here<'a>(state: &'a ServerState, ctx: &Context) -> Result<&'a Site, ApiError> {
    let wanted = ctx.param(0);
    let is = |site: &&Site| match ctx.query("key") {
        Some("name") => site.name == wanted,
        Some("contentUrl") => site.content_url == wanted,
        _ => site.id == wanted,
    };
    let site = state.sites.values().find(is).ok_or_else(|| Kind::Site.missing(wanted))?;
    if site.number != ctx.caller()?.site {
        let detail = "The session is on another site.";
        return Err(ApiError::forbidden("403004", detail));
    }
    Ok(site)
}

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let usage = ctx.asks("includeUsage")?;
    Ok(Response::one(element(here(state, ctx)?, usage)))
}

fn update(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let number = here(state, ctx)?.number;
    let doc = ctx.doc()?;
    let changes = doc.need_child("site")?;
    let site = here(state, ctx)?;
    let name = changes.attr("name").unwrap_or(&site.name).to_owned();
    let url = content_url(changes.attr("contentUrl").unwrap_or(&site.content_url))?.to_owned();
    names_are_free(state, &site.id, &name, &url)?;
    let site = state.sites.get_mut(&number).ok_or_else(ApiError::not_signed_in)?;
    change(site, changes)?;
    (site.name, site.content_url) = (name, url);
    Ok(Response::one(element(site, false)))
}

fn delete(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::ServerAdmin)?;
    let site = here(state, ctx)?;
    if site.content_url.is_empty() {
        return Err(ApiError::forbidden("403004", "The default site cannot be deleted."));
    }
    let number = site.number;
    state.sites.remove(&number);
    state.sessions.retain(|_, session| session.site != number);
    Ok(Response::no_content())
}

fn extracts(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    ctx.doc_or_empty()?;
    here(state, ctx)?;
    Ok(Response::no_content())
}

/// The id of the one way to sign in, by the server itself.
pub(super) const OWN_WAY: &str = "00000000-0000-4000-8000-000000000001";

fn authentication(_: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let own = Element::new("siteAuthConfiguration")
        .attr("authSetting", "ServerDefault")
        .attr("enabled", true)
        .attr("idpConfigurationId", OWN_WAY)
        .attr("idpConfigurationName", "Server default");
    Ok(Response::one(Element::list("siteAuthConfigurations", [own])))
}
