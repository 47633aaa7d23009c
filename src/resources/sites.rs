//! Sites: `session.sites()`.

use std::borrow::Borrow;

use crate::Result;
use crate::common::{List, Listed};
use crate::http::{Request, encode_segment};
use crate::ids::SiteId;
use crate::xml::{element, string_enum};

super::resource! {
    /// The sites of a server.
    Sites
}

impl<'s> Sites<'s> {
    /// All sites that the user may see. Tableau Cloud refuses it (`403069`).
    ///
    /// REST: [Query Sites](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#query_sites), API 1.0.
    pub fn list(&self) -> List<'s, Site> {
        List::new(self.client, self.client.api("sites"))
    }

    /// One site; the session's own, unless a server administrator asks.
    ///
    /// REST: [Query Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#query_site), API 1.0.
    pub fn get(&self, id: impl Into<SiteId>) -> Result<Site> {
        let id = &id.into();
        self.client.read(Request::get(self.at(id.as_str())), "site")
    }

    /// As [`get`](Sites::get), with how many users it has and how much its content takes.
    ///
    /// REST: [Query Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#query_site), API 1.0.
    pub fn get_with_usage(&self, id: impl Into<SiteId>) -> Result<Site> {
        let id = &id.into();
        let request = Request::get(self.at(id.as_str())).query("includeUsage", "true");
        self.client.read(request, "site")
    }

    /// One site, by its content URL.
    ///
    /// REST: [Query Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#query_site), API 1.0.
    pub fn get_by_content_url(&self, content_url: &str) -> Result<Site> {
        let request = Request::get(self.at(content_url)).query("key", "contentUrl");
        self.client.read(request, "site")
    }

    /// One site, by its name.
    ///
    /// REST: [Query Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#query_site), API 1.0.
    pub fn get_by_name(&self, name: &str) -> Result<Site> {
        self.client.read(Request::get(self.at(name)).query("key", "name"), "site")
    }

    /// Creates a site. Only a server administrator may.
    ///
    /// REST: [Create Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#create_site), API 1.0.
    pub fn create(&self, site: impl Borrow<NewSite>) -> Result<Site> {
        let request = Request::post(self.client.api("sites"));
        self.client.read(request.element(site.borrow())?, "site")
    }

    /// Changes a site: what the update leaves unset stays as it is.
    ///
    /// REST: [Update Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#update_site), API 1.0.
    pub fn update(&self, id: impl Into<SiteId>, changes: impl Borrow<SiteUpdate>) -> Result<Site> {
        let id = &id.into();
        let request = Request::put(self.at(id.as_str()));
        self.client.change(request, changes.borrow())
    }

    /// Deletes a site and everything on it. The session, if it is on that site, ends with it.
    ///
    /// REST: [Delete Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#delete_site), API 1.0.
    pub fn delete(&self, id: impl Into<SiteId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.at(id.as_str())))
    }

    /// Encrypts all extracts of a site, in the background.
    ///
    /// REST: [Encrypt Extracts in a Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_extract_and_encryption.htm#encrypt_extracts_for_site), API 3.5.
    pub fn encrypt_extracts(&self, id: impl Into<SiteId>) -> Result<()> {
        let id = &id.into();
        self.extracts(id, "encrypt-extracts")
    }

    /// Decrypts all extracts of a site, in the background.
    ///
    /// REST: [Decrypt Extracts in a Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_extract_and_encryption.htm#decrypt_extracts_for_site), API 3.5.
    pub fn decrypt_extracts(&self, id: impl Into<SiteId>) -> Result<()> {
        let id = &id.into();
        self.extracts(id, "decrypt-extracts")
    }

    /// Encrypts all encrypted extracts of a site anew, with new keys, in the background.
    ///
    /// REST: [Reencrypt Extracts in a Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_extract_and_encryption.htm#reencrypt_extracts_for_site), API 3.5.
    pub fn reencrypt_extracts(&self, id: impl Into<SiteId>) -> Result<()> {
        let id = &id.into();
        self.extracts(id, "reencrypt-extracts")
    }

    /// The ways in which users can sign in to the session's site. Tableau Cloud only.
    ///
    /// REST: [List Authentication Configurations](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_site.htm#list_authentication_configurations), API 3.24.
    pub fn auth_configurations(&self) -> Result<Vec<AuthConfiguration>> {
        let request = Request::get(self.client.site("site-auth-configurations")).since(3, 24);
        self.client.read_all(request, "siteAuthConfigurations", "siteAuthConfiguration")
    }

    fn extracts(&self, id: &SiteId, verb: &str) -> Result<()> {
        let request = Request::post(format!("{}/{verb}", self.at(id.as_str()))).since(3, 5);
        self.client.done(request.xml("<tsRequest/>".into()))
    }

    fn at(&self, key: &str) -> String {
        self.client.api(&format!("sites/{}", encode_segment(key)))
    }
}

element! {
    /// A site.
    pub struct Site = "site";
    /// A site to create; see [`Sites::create`].
    pub struct NewSite: new;
    /// Changes to a site; see [`Sites::update`].
    pub struct SiteUpdate: update;
    {
        /// Its id.
        id: SiteId = attr("id");
        /// Its name.
        name: String = attr("name"), set String;
        /// Its name in addresses: letters, digits, `-` and `_`; empty for the default site.
        content_url: String = attr("contentUrl"), set String;
        /// Whether users can sign in to it.
        state: Option<SiteState> = attr("state"), update SiteState;
        /// Why it is suspended.
        status_reason: Option<String> = attr("statusReason");
        /// Whether its administrators may manage its users.
        admin_mode: Option<AdminMode> = attr("adminMode"), set AdminMode;
        /// The most users that it may have; -1 for no limit, here and in the other quotas. It excludes the
        /// three tier capacities.
        user_quota: Option<i64> = attr("userQuota"), set i64 as number;
        /// The most megabytes that its content may take.
        storage_quota: Option<i64> = attr("storageQuota"), set i64 as number;
        /// The most users with a Creator licence.
        tier_creator_capacity: Option<i64> = attr("tierCreatorCapacity"), set i64 as number;
        /// The most users with an Explorer licence.
        tier_explorer_capacity: Option<i64> = attr("tierExplorerCapacity"), set i64 as number;
        /// The most users with a Viewer licence.
        tier_viewer_capacity: Option<i64> = attr("tierViewerCapacity"), set i64 as number;
        /// Whether users cannot subscribe to views.
        disable_subscriptions: Option<bool> = attr("disableSubscriptions"), set bool;
        /// Whether users may subscribe others.
        subscribe_others_enabled: Option<bool> = attr("subscribeOthersEnabled"), set bool;
        /// Whether subscriptions may have attachments.
        allow_subscription_attachments: Option<bool> = attr("allowSubscriptionAttachments"), set bool;
        /// Whether older revisions of content are kept.
        revision_history_enabled: Option<bool> = attr("revisionHistoryEnabled"), set bool;
        /// How many revisions are kept, 2 to 10,000; -1 for all.
        revision_limit: Option<i64> = attr("revisionLimit"), set i64 as number;
        /// Whether views are accelerated: `enable_selective` or `disable`.
        data_acceleration_mode: Option<String> = attr("dataAccelerationMode"), set String;
        /// Whether flows can be run (before API 3.10).
        flows_enabled: Option<bool> = attr("flowsEnabled"), set bool;
        /// Whether flows can be edited in the browser (API 3.10).
        editing_flows_enabled: Option<bool> = attr("editingFlowsEnabled"), set bool;
        /// Whether flows can be scheduled (API 3.10).
        scheduling_flows_enabled: Option<bool> = attr("schedulingFlowsEnabled"), set bool;
        /// Whether the site's assets are in Tableau Catalog.
        cataloging_enabled: Option<bool> = attr("catalogingEnabled"), set bool;
        /// Whether lineage hides what a user has no permission for.
        catalog_obfuscation_enabled: Option<bool> = attr("catalogObfuscationEnabled"), set bool;
        /// Whether permissions on content extend to its external assets.
        derived_permissions_enabled: Option<bool> = attr("derivedPermissionsEnabled"), set bool;
        /// Whether views can be seen without an account.
        guest_access_enabled: Option<bool> = attr("guestAccessEnabled"), set bool;
        /// Whether workbooks are prepared ahead of their first view.
        cache_warmup_enabled: Option<bool> = attr("cacheWarmupEnabled"), set bool;
        /// Whether users may comment on views.
        commenting_enabled: Option<bool> = attr("commentingEnabled"), set bool;
        /// Whether comments may mention users.
        commenting_mentions_enabled: Option<bool> = attr("commentingMentionsEnabled"), set bool;
        /// Whether extracts are encrypted at rest.
        extract_encryption_mode: Option<ExtractEncryptionMode> = attr("extractEncryptionMode"), set ExtractEncryptionMode;
        /// Whether users may ask owners for access.
        request_access_enabled: Option<bool> = attr("requestAccessEnabled"), set bool;
        /// Whether users may start refreshes themselves.
        run_now_enabled: Option<bool> = attr("runNowEnabled"), set bool;
        /// Whether users may make data-driven alerts.
        data_alerts_enabled: Option<bool> = attr("dataAlertsEnabled"), set bool;
        /// Whether flows are saved while they are edited.
        flow_auto_save_enabled: Option<bool> = attr("flowAutoSaveEnabled"), set bool;
        /// Whether extracts can be made in the browser.
        web_extraction_enabled: Option<bool> = attr("webExtractionEnabled"), set bool;
        /// Whether users may make metrics (before API 3.22).
        metrics_content_type_enabled: Option<bool> = attr("metricsContentTypeEnabled"), set bool;
        /// Whether administrators hear of jobs that wait for others.
        notify_site_admins_on_throttle: Option<bool> = attr("notifySiteAdminsOnThrottle"), set bool;
        /// Whether views can be edited in the browser.
        authoring_enabled: Option<bool> = attr("authoringEnabled"), set bool;
        /// Whether subscriptions have a sender of their own.
        custom_subscription_email_enabled: Option<bool> = attr("customSubscriptionEmailEnabled"), set bool;
        /// That sender's e-mail address.
        custom_subscription_email: Option<String> = attr("customSubscriptionEmail"), set String;
        /// Whether subscriptions have a footer of their own.
        custom_subscription_footer_enabled: Option<bool> = attr("customSubscriptionFooterEnabled"), set bool;
        /// That footer.
        custom_subscription_footer: Option<String> = attr("customSubscriptionFooter"), set String;
        /// Whether Ask Data is enabled: `EnabledByDefault`, `DisabledByDefault` or `DisabledAlways` (before API 3.22).
        ask_data_mode: Option<String> = attr("askDataMode"), set String;
        /// Whether users may share content with others by name.
        named_sharing_enabled: Option<bool> = attr("namedSharingEnabled"), set bool;
        /// Whether Tableau Mobile asks for a fingerprint or a face.
        mobile_biometrics_enabled: Option<bool> = attr("mobileBiometricsEnabled"), set bool;
        /// Whether views can be downloaded as images.
        sheet_image_enabled: Option<bool> = attr("sheetImageEnabled"), set bool;
        /// Which other users one can see.
        user_visibility_mode: Option<UserVisibilityMode> = attr("userVisibilityMode"), set UserVisibilityMode;
        /// Whether extracts take the server's time zone.
        use_default_time_zone: Option<bool> = attr("useDefaultTimeZone"), set bool;
        /// The time zone for extracts, such as `America/Los_Angeles`.
        time_zone: Option<String> = attr("timeZone"), set String;
        /// Whether refreshes of unused workbooks are suspended.
        auto_suspend_refresh_enabled: Option<bool> = attr("autoSuspendRefreshEnabled"), set bool;
        /// After how many days unused, 7 to 100.
        auto_suspend_refresh_inactivity_window: Option<u64> = attr("autoSuspendRefreshInactivityWindow"), set u64 as number;
        /// Whether user attributes of embedded views are recorded.
        attribute_capture_enabled: Option<bool> = attr("attributeCaptureEnabled"), set bool;
        /// Whether users may use Explain Data.
        explain_data_enabled: Option<bool> = attr("explainDataEnabled"), set bool;
        /// Whether users have a personal space.
        personal_space_enabled: Option<bool> = attr("personalSpaceEnabled"), set bool;
        /// The most megabytes that a personal space may take.
        personal_space_storage_quota: Option<i64> = attr("personalSpaceStorageQuota"), set i64 as number;
        /// Whether runs of flows may set parameters.
        flow_parameters_enabled: Option<bool> = attr("flowParametersEnabled"), set bool;
        /// Whether these may take any value.
        flow_parameters_any_type_enabled: Option<bool> = attr("flowParametersAnyTypeEnabled"), set bool;
        /// Whether users can subscribe to the output of flows.
        flow_output_subscriptions_enabled: Option<bool> = attr("flowOutputSubscriptionsEnabled"), set bool;
        /// Whether these have the data in the e-mail.
        flow_output_subscriptions_data_in_email_body_enabled: Option<bool> = attr("flowOutputSubscriptionsDataInEmailBodyEnabled"), set bool;
        /// Whether these have the data attached.
        flow_output_subscriptions_data_as_email_attachment_enabled: Option<bool> = attr("flowOutputSubscriptionsDataAsEmailAttachmentEnabled"), set bool;
        /// Whether tasks of flows can be scheduled one after the other.
        linked_task_scheduling_enabled: Option<bool> = attr("linkedTaskSchedulingEnabled"), set bool;
        /// Whether users may start these themselves.
        linked_task_run_now_enabled: Option<bool> = attr("linkedTaskRunNowEnabled"), set bool;
        /// Whether data quality warnings come with subscriptions.
        dqw_subscriptions_enabled: Option<bool> = attr("dqwSubscriptionsEnabled"), set bool;
        /// Whether flows may ask Einstein for predictions.
        einstein_in_flow_enabled: Option<bool> = attr("einsteinInFlowEnabled"), set bool;
        /// Whether users may schedule refreshes themselves.
        self_service_schedule_for_refresh_enabled: Option<bool> = attr("selfServiceScheduleForRefreshEnabled"), set bool;
        /// Whether licences are activated by signing in.
        login_based_license_management_enabled: Option<bool> = attr("loginBasedLicenseManagementEnabled"), set bool;
        /// Whether new users are sent an invitation.
        site_invite_email_enabled: Option<bool> = attr("siteInviteEmailEnabled"), set bool;
        /// Whether dashboards may show web pages.
        web_zone_content_enabled: Option<bool> = attr("webZoneContentEnabled"), set bool;
        /// The most tags that a thing may have.
        tag_limit: Option<i64> = attr("tagLimit"), set i64 as number;
        /// How often the data of Admin Insights are published.
        admin_insights_publish_frequency: Option<u64> = attr("adminInsightsPublishFrequency"), set u64 as number;
        /// How many users it has; comes, as the counts below, only from [`Sites::get_with_usage`].
        user_count: Option<u64> = child_attr("usage", "numUsers");
        /// How many of them have a Creator licence.
        creator_count: Option<u64> = child_attr("usage", "numCreators");
        /// How many of them have an Explorer licence.
        explorer_count: Option<u64> = child_attr("usage", "numExplorers");
        /// How many of them have a Viewer licence.
        viewer_count: Option<u64> = child_attr("usage", "numViewers");
        /// How many megabytes its content takes.
        storage: Option<f64> = child_attr("usage", "storage");
    }
}

element! {
    /// A way in which users can sign in to a site.
    pub struct AuthConfiguration = "siteAuthConfiguration";
    {
        /// Its id, which [`User::idp_configuration_id`](crate::User::idp_configuration_id) refers to.
        idp_configuration_id: Option<String> = attr("idpConfigurationId");
        /// Its name.
        idp_configuration_name: Option<String> = attr("idpConfigurationName");
        /// The sort of authentication: `SAML`, `OPENID`, ….
        auth_setting: Option<String> = attr("authSetting");
        /// The provider, where it is one that Tableau knows.
        known_provider_alias: Option<String> = attr("knownProviderAlias");
        /// Whether users can sign in by it.
        enabled: Option<bool> = attr("enabled");
    }
}

impl NewSite {
    /// A site of this name and this content URL.
    pub fn new(name: impl Into<String>, content_url: impl Into<String>) -> NewSite {
        NewSite::blank().name(name).content_url(content_url)
    }
}

impl Listed for Site {
    const WRAP: &'static str = "sites";
    const ITEM: &'static str = "site";
    const ALWAYS: &'static [&'static str] = &["id", "name", "contentUrl"];
}

string_enum! {
    /// Whether users can sign in to a site.
    pub enum SiteState {
        /// They can.
        Active = "Active",
        /// They cannot.
        Suspended = "Suspended",
    }
}

string_enum! {
    /// What a site's own administrators may manage.
    pub enum AdminMode {
        /// Content and users.
        ContentAndUsers = "ContentAndUsers",
        /// Content; the server's administrators manage the users.
        ContentOnly = "ContentOnly",
    }
}

string_enum! {
    /// Whether extracts are encrypted at rest.
    pub enum ExtractEncryptionMode {
        /// All are.
        Enforced = "enforced",
        /// Those that are chosen.
        Enabled = "enabled",
        /// None.
        Disabled = "disabled",
    }
}

string_enum! {
    /// Which other users of a site one can see.
    pub enum UserVisibilityMode {
        /// All.
        Full = "FULL",
        /// None.
        Limited = "LIMITED",
    }
}
