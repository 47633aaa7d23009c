//! Sites: `sites`.

use std::ops::RangeInclusive;

use crate::mock::answer::{Answer, Element};
use crate::mock::doc::Doc;
use crate::mock::luid::Kind;
use crate::mock::query::Paging;
use crate::mock::refusal::Refusal;
use crate::mock::request::{Call, Standing};
use crate::mock::route::{Method, Reply, Route};
use crate::mock::site::Site;
use crate::mock::world::World;

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

fn change(site: &mut Site, doc: &Doc) -> Result<(), Refusal> {
    let says = |name| doc.attr(name).filter(|value| !value.is_empty());
    if says("adminMode") == Some("ContentOnly") && says("userQuota").is_some() {
        let detail = "A site whose users others administer has no user quota.";
        return Err(Refusal::bad("400013", detail));
    }
    for (name, ranges) in NUMBERS {
        if let Some(text) = says(name) {
            let fits = |number: &i64| ranges.iter().any(|range| range.contains(number));
            if text.parse().ok().filter(fits).is_none() {
                return Err(Refusal::malformed(format!("'{name}' cannot be '{text}'.")));
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
fn content_url(text: &str) -> Result<&str, Refusal> {
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        return Err(Refusal::bad("400000", format!("'{text}' is no content URL.")));
    }
    Ok(text)
}

fn names_are_free(world: &World, but: &str, name: &str, url: &str) -> Result<(), Refusal> {
    for site in world.sites.values().filter(|site| site.id != but) {
        if site.name.to_lowercase() == name.to_lowercase() {
            return Err(Refusal::conflict("409001", format!("There is a site '{name}' already.")));
        }
        if site.content_url.eq_ignore_ascii_case(url) {
            let detail = format!("There is a site at '{url}' already.");
            return Err(Refusal::conflict("409002", detail));
        }
    }
    Ok(())
}

fn all(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::ServerAdmin)?;
    let elements = world.sites.values().map(|site| element(site, false)).collect();
    Paging::read(call)?.of("sites", elements)
}

fn create(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::ServerAdmin)?;
    let doc = call.doc()?;
    let site = doc.need_child("site")?;
    let (name, url) = (site.need("name")?, content_url(site.need("contentUrl")?)?);
    names_are_free(world, "", name, url)?;
    // A site that somebody creates is empty; only the ones that the server starts with have samples.
    let number = world.add_empty_site(name, url);
    let new = world.sites.get_mut(&number).ok_or_else(Refusal::not_signed_in)?;
    if let Err(refusal) = change(new, site) {
        world.sites.remove(&number);
        return Err(refusal);
    }
    Ok(Answer::created(element(new, false)))
}

/// The site that a path names, which has to be the one that the session is on.
fn here<'a>(world: &'a World, call: &Call) -> Result<&'a Site, Refusal> {
    let wanted = call.param(0);
    let is = |site: &&Site| match call.query("key") {
        Some("name") => site.name == wanted,
        Some("contentUrl") => site.content_url == wanted,
        _ => site.id == wanted,
    };
    let site = world.sites.values().find(is).ok_or_else(|| Kind::Site.missing(wanted))?;
    if site.number != call.caller()?.site {
        let detail = "The session is on another site.";
        return Err(Refusal::forbidden("403004", detail));
    }
    Ok(site)
}

fn get(world: &mut World, call: &Call) -> Reply {
    let usage = call.asks("includeUsage")?;
    Ok(Answer::one(element(here(world, call)?, usage)))
}

fn update(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    let number = here(world, call)?.number;
    let doc = call.doc()?;
    let changes = doc.need_child("site")?;
    let site = here(world, call)?;
    let name = changes.attr("name").unwrap_or(&site.name).to_owned();
    let url = content_url(changes.attr("contentUrl").unwrap_or(&site.content_url))?.to_owned();
    names_are_free(world, &site.id, &name, &url)?;
    let site = world.sites.get_mut(&number).ok_or_else(Refusal::not_signed_in)?;
    change(site, changes)?;
    (site.name, site.content_url) = (name, url);
    Ok(Answer::one(element(site, false)))
}

fn delete(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::ServerAdmin)?;
    let site = here(world, call)?;
    if site.content_url.is_empty() {
        return Err(Refusal::forbidden("403004", "The default site cannot be deleted."));
    }
    let number = site.number;
    world.sites.remove(&number);
    world.sessions.retain(|_, session| session.site != number);
    Ok(Answer::no_content())
}

fn extracts(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    call.doc_or_empty()?;
    here(world, call)?;
    Ok(Answer::no_content())
}

/// The id of the one way to sign in, by the server itself.
pub(super) const OWN_WAY: &str = "00000000-0000-4000-8000-000000000001";

fn authentication(_: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    let own = Element::new("siteAuthConfiguration")
        .attr("authSetting", "ServerDefault")
        .attr("enabled", true)
        .attr("idpConfigurationId", OWN_WAY)
        .attr("idpConfigurationName", "Server default");
    Ok(Answer::one(Element::list("siteAuthConfigurations", [own])))
}
