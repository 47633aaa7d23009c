//! Sites: `sites`.

use std::collections::BTreeMap;

use super::{Datasource, User, Workbook};
use crate::mock::body;
use crate::mock::multipart::{part, parts};
use crate::mock::prelude::*;
use crate::mock::site::SITE;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (2, 0) "/sites" => list_sites;
        Post (2, 0) "/sites" => create;
        Get (2, 0) "/sites/{which}" => get;
        Put (2, 0) "/sites/{which}" => update_site;
        Post (3, 5) "/sites/{which}/encrypt-extracts" => extracts;
        Post (3, 5) "/sites/{which}/decrypt-extracts" => extracts;
        Post (3, 5) "/sites/{which}/reencrypt-extracts" => extracts;
    }
}

/// The settings of a site and their values on a new one.
const SETTINGS: &str = "\
    adminMode=ContentAndUsers state=Active storageQuota= userQuota= tierCreatorCapacity= \
    tierExplorerCapacity= tierViewerCapacity= disableSubscriptions=false \
    subscribeOthersEnabled=true revisionHistoryEnabled=true revisionLimit=25 \
    dataAccelerationMode=disable flowsEnabled=true editingFlowsEnabled=true \
    schedulingFlowsEnabled=true catalogingEnabled=true allowSubscriptionAttachments=true \
    guestAccessEnabled=false cacheWarmupEnabled=true commentingEnabled=true \
    extractEncryptionMode=disabled requestAccessEnabled=false runNowEnabled=true \
    dataAlertsEnabled=true commentingMentionsEnabled=true catalogObfuscationEnabled=true \
    flowAutoSaveEnabled=true personalSpaceEnabled=true webExtractionEnabled=true \
    metricsContentTypeEnabled=true notifySiteAdminsOnThrottle=false authoringEnabled=true \
    customSubscriptionEmailEnabled=false customSubscriptionEmail= \
    customSubscriptionFooterEnabled=false customSubscriptionFooter= askDataMode=EnabledByDefault \
    namedSharingEnabled=true mobileBiometricsEnabled=false sheetImageEnabled=true \
    derivedPermissionsEnabled=false userVisibilityMode=FULL useDefaultTimeZone=true timeZone= \
    autoSuspendRefreshEnabled=true autoSuspendRefreshInactivityWindow=30 \
    attributeCaptureEnabled= explainDataEnabled=true personalSpaceStorageQuota= \
    flowParametersEnabled=true flowParametersAnyTypeEnabled=false \
    flowOutputSubscriptionsEnabled=true flowOutputSubscriptionsDataInEmailBodyEnabled=true \
    flowOutputSubscriptionsDataAsEmailAttachmentEnabled=true linkedTaskSchedulingEnabled=true \
    linkedTaskRunNowEnabled=true dqwSubscriptionsEnabled=false einsteinInFlowEnabled=false \
    selfServiceScheduleForRefreshEnabled=true loginBasedLicenseManagementEnabled=true \
    siteInviteEmailEnabled=true webZoneContentEnabled=true tagLimit=50 \
    groupAssertionsEnabled=false groupAssertionsSAMLEnabled=false \
    groupAssertionsOIDCEnabled=false groupAssertionsConnectedAppsEnabled=false \
    groupSetsEnabled=false recycleBinEnabled=true \
    adminInsightsPublishFrequency=";

/// The settings that are numbers. -1 means no limit.
const QUOTAS: &str = "userQuota storageQuota tierCreatorCapacity tierExplorerCapacity \
    tierViewerCapacity personalSpaceStorageQuota tagLimit";

/// The settings that updates changed.
#[derive(Default)]
struct Settings(BTreeMap<&'static str, String>);

/// A setting's name and value.
fn settings(site: &Site) -> impl Iterator<Item = (&'static str, &str)> {
    let changed = site.state::<Settings>();
    SETTINGS.split_whitespace().filter_map(|word| word.split_once('=')).map(move |(name, usual)| {
        (name, changed.and_then(|changed| changed.0.get(name)).map_or(usual, String::as_str))
    })
}

/// The value of a setting; empty if there is none of that name.
pub(super) fn setting<'s>(site: &'s Site, name: &str) -> &'s str {
    settings(site).find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

fn element(site: &Site, usage: bool, ctx: &Context) -> Element {
    let mut element = Element::reference("site", &site.id)
        .with("name", &site.name)
        .with("contentUrl", &site.content_url);
    let is_newer = |name: &str| name == "attributeCaptureEnabled" && ctx.version < Version(3, 19);
    let shown = settings(site).filter(|(name, value)| !value.is_empty() && !is_newer(name));
    for (name, value) in shown {
        element = element.with(name, value);
    }
    element.containing(usage.then(|| self::usage(site)))
}

/// The attribute of `<usage>` that counts users with a site role; `None` for roles without a license.
pub(super) fn license(role: &str) -> Option<&'static str> {
    match role {
        "Creator" | "SiteAdministratorCreator" | "ServerAdministrator" => Some("numCreators"),
        "Viewer" | "ReadOnly" => Some("numViewers"),
        "Unlicensed" | "UnlicensedWithPublish" | "Guest" | "SupportUser" => None,
        _ => Some("numExplorers"),
    }
}

/// `<usage>`: the number of users by license, and the size of the content in MB.
fn usage(site: &Site) -> Element {
    let (mut creators, mut explorers, mut viewers) = (0, 0, 0);
    for user in site.iter::<User>() {
        match license(user.attr("siteRole")) {
            Some("numCreators") => creators += 1,
            Some("numExplorers") => explorers += 1,
            Some(_) => viewers += 1,
            None => {}
        }
    }
    let content = site.iter::<Workbook>().chain(site.iter::<Datasource>());
    Element::new("usage")
        .with("numUsers", creators + explorers + viewers)
        .with("numCreators", creators)
        .with("numExplorers", explorers)
        .with("numViewers", viewers)
        .with("storage", content.map(|record| record.int("size")).sum::<u64>())
}

fn change(site: &mut Site, body: &Element) -> Result<()> {
    let sent = |name| body.attr(name).filter(|value| !value.is_empty());
    if sent("adminMode") == Some("ContentOnly") && sent("userQuota").is_some() {
        let detail =
            "A site whose users only the server's administrators manage has no user quota.";
        return Err(ApiError::bad("400013", detail));
    }
    let check = |name, min, max| {
        let value = sent(name);
        value.map(|value| number(name).range(min, max).code("400000").check(value)).transpose()
    };
    QUOTAS.split_whitespace().try_for_each(|name| check(name, -1, i64::MAX).map(drop))?;
    if sent("revisionLimit") != Some("-1") {
        check("revisionLimit", 2, 10_000)?;
    }
    check("autoSuspendRefreshInactivityWindow", 7, 100)?;
    let mut changes = Vec::new();
    for (name, usual) in SETTINGS.split_whitespace().filter_map(|word| word.split_once('=')) {
        if let Some(value) = body.attr(name) {
            let is_flag = matches!(usual, "true" | "false");
            let field = if is_flag { flag(name) } else { text(name) };
            changes.push((name, field.check(value)?));
        }
    }
    site.state_mut::<Settings>().0.extend(changes);
    Ok(())
}

/// Checks the characters of a content URL.
fn content_url(text: &str) -> Result<&str> {
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(ApiError::malformed(format!("'{text}' is not a valid content URL.")));
    }
    Ok(text)
}

fn check_unique(state: &ServerState, id: &str, name: &str, url: &str) -> Result<()> {
    for site in state.sites.values().filter(|site| site.id != id) {
        if site.name.to_lowercase() == name.to_lowercase() {
            let detail = format!("A site named '{name}' already exists.");
            return Err(ApiError::conflict("409001", detail));
        }
        if site.content_url.eq_ignore_ascii_case(url) {
            let detail = format!("A site with the content URL '{url}' already exists.");
            return Err(ApiError::conflict("409002", detail));
        }
    }
    Ok(())
}

fn list_sites(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let elements = state.sites.values().map(|site| element(site, false, ctx)).collect();
    Paging::read(ctx)?.respond("sites", elements)
}

fn create(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let body = ctx.body_child("site")?;
    let (name, url) = (body.need("name")?, content_url(body.need("contentUrl")?)?);
    check_unique(state, "", name, url)?;
    // Only the sites that the server starts with have sample content.
    let number = state.add_empty_site(name, url);
    let site = state.sites.get_mut(&number).ok_or_else(ApiError::not_signed_in)?;
    if let Err(error) = change(site, &body) {
        state.sites.remove(&number);
        return Err(error);
    }
    Ok(Response::created(element(site, false, ctx)))
}

/// The site that the path names.
pub(super) fn named<'s>(state: &'s mut ServerState, ctx: &Context) -> Result<&'s mut Site> {
    let wanted = ctx.param(0);
    let is_wanted = |site: &&mut Site| match ctx.query("key") {
        Some("name") => site.name == wanted,
        Some("contentUrl") => site.content_url == wanted,
        _ => site.id == wanted,
    };
    state.sites.values_mut().find(is_wanted).ok_or_else(|| SITE.missing(wanted))
}

/// The site that the path names, which must be the one of the session.
fn current<'s>(state: &'s mut ServerState, ctx: &Context) -> Result<&'s mut Site> {
    let site = named(state, ctx)?;
    if site.number != ctx.caller()?.site {
        return Err(ApiError::forbidden("403004", "The session belongs to another site."));
    }
    Ok(site)
}

fn get(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let usage = ctx.flag("includeUsage")?;
    Ok(Response::one(element(current(state, ctx)?, usage, ctx)))
}

/// `<site>` of an update. It is in a part of the request if there is a logo.
fn update_body(ctx: &Context) -> Result<Element> {
    let content_type = ctx.request.header("content-type").unwrap_or_default();
    if !content_type.starts_with("multipart/") {
        return ctx.body_child("site");
    }
    let parts = parts(ctx.request)?;
    part(&parts, "site_logo")
        .ok_or_else(|| ApiError::malformed("The request has no part 'site_logo'."))?;
    match part(&parts, "request_payload") {
        Some(payload) => Ok(body::payload(payload.body)?.need_child("site")?.clone()),
        None => Ok(Element::new("site")),
    }
}

fn update_site(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let body = update_body(ctx)?;
    let site = current(state, ctx)?;
    let name = body.attr("name").unwrap_or(&site.name).to_owned();
    let url = content_url(body.attr("contentUrl").unwrap_or(&site.content_url))?.to_owned();
    let id = site.id.clone();
    check_unique(state, &id, &name, &url)?;
    let site = current(state, ctx)?;
    change(site, &body)?;
    (site.name, site.content_url) = (name, url);
    Ok(Response::one(element(site, false, ctx)))
}

fn extracts(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    ctx.body_or_empty()?;
    current(state, ctx).map(|_| Response::no_content())
}
