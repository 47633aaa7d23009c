//! [`Site`]: a site with its settings.

use super::{AdminMode, ExtractEncryptionMode, SiteState, UserVisibilityMode};
use crate::common::Listed;
use crate::ids::SiteId;
use crate::xml::element;

element! {
    /// A site.
    pub struct Site = "site";
    /// A site to create; see [`Sites::create`](super::Sites::create).
    pub struct NewSite: new;
    /// Changes to a site; see [`Sites::update`](super::Sites::update).
    pub struct SiteUpdate: update;
    {
        /// The site's id.
        id: SiteId = attr("id");
        /// The site's name.
        name: String = attr("name"), set String;
        /// The site's name in URLs: letters, digits, `-` and `_`; empty for the default site.
        content_url: String = attr("contentUrl"), set String;
        /// Whether users can sign in.
        state: Option<SiteState> = attr("state"), update SiteState;
        /// Why the site is suspended.
        status_reason: Option<String> = attr("statusReason");
        /// Whether site administrators can manage users.
        admin_mode: Option<AdminMode> = attr("adminMode"), set AdminMode;
        /// The maximum number of users; -1 means no limit, as for the other quotas. It cannot be
        /// combined with the three tier capacities.
        user_quota: Option<i64> = attr("userQuota"), set i64 as number;
        /// The maximum size of the content in megabytes.
        storage_quota: Option<i64> = attr("storageQuota"), set i64 as number;
        /// The maximum number of users with a Creator license.
        tier_creator_capacity: Option<i64> = attr("tierCreatorCapacity"), set i64 as number;
        /// The maximum number of users with an Explorer license.
        tier_explorer_capacity: Option<i64> = attr("tierExplorerCapacity"), set i64 as number;
        /// The maximum number of users with a Viewer license.
        tier_viewer_capacity: Option<i64> = attr("tierViewerCapacity"), set i64 as number;
        /// Whether subscriptions to views are disabled.
        disable_subscriptions: Option<bool> = attr("disableSubscriptions"), set bool;
        /// Whether users can subscribe other users.
        subscribe_others_enabled: Option<bool> = attr("subscribeOthersEnabled"), set bool;
        /// Whether subscriptions can have attachments.
        allow_subscription_attachments: Option<bool> = attr("allowSubscriptionAttachments"), set bool;
        /// Whether previous revisions of content are kept.
        revision_history_enabled: Option<bool> = attr("revisionHistoryEnabled"), set bool;
        /// The number of revisions to keep, 2 to 10,000; -1 means all.
        revision_limit: Option<i64> = attr("revisionLimit"), set i64 as number;
        /// Whether views are accelerated: `enable_selective` or `disable`.
        #[deprecated(note = "view acceleration is retired since Tableau 2026.2 (API 3.29)")]
        data_acceleration_mode: Option<String> = attr("dataAccelerationMode"), set String;
        /// Whether flows can be run (before API 3.10).
        flows_enabled: Option<bool> = attr("flowsEnabled"), set bool;
        /// Whether flows can be edited in the browser (API 3.10).
        editing_flows_enabled: Option<bool> = attr("editingFlowsEnabled"), set bool;
        /// Whether flows can be scheduled (API 3.10).
        scheduling_flows_enabled: Option<bool> = attr("schedulingFlowsEnabled"), set bool;
        /// Whether Tableau Catalog is enabled.
        cataloging_enabled: Option<bool> = attr("catalogingEnabled"), set bool;
        /// Whether lineage hides the names of assets that a user may not see.
        catalog_obfuscation_enabled: Option<bool> = attr("catalogObfuscationEnabled"), set bool;
        /// Whether permissions on content extend to its external assets.
        derived_permissions_enabled: Option<bool> = attr("derivedPermissionsEnabled"), set bool;
        /// Whether views can be viewed without an account.
        guest_access_enabled: Option<bool> = attr("guestAccessEnabled"), set bool;
        /// Whether workbooks are loaded into the cache before they are viewed.
        cache_warmup_enabled: Option<bool> = attr("cacheWarmupEnabled"), set bool;
        /// Whether users can comment on views.
        commenting_enabled: Option<bool> = attr("commentingEnabled"), set bool;
        /// Whether comments can mention users.
        commenting_mentions_enabled: Option<bool> = attr("commentingMentionsEnabled"), set bool;
        /// Whether extracts are encrypted at rest.
        extract_encryption_mode: Option<ExtractEncryptionMode> = attr("extractEncryptionMode"), set ExtractEncryptionMode;
        /// Whether users can request access from owners.
        request_access_enabled: Option<bool> = attr("requestAccessEnabled"), set bool;
        /// Whether users can start refreshes, flow runs and subscriptions.
        run_now_enabled: Option<bool> = attr("runNowEnabled"), set bool;
        /// Whether users can create data-driven alerts.
        data_alerts_enabled: Option<bool> = either("dataAlertsEnabled", "isDataAlertsEnabled"), set bool;
        /// Whether flows are saved automatically while they are edited.
        flow_auto_save_enabled: Option<bool> = attr("flowAutoSaveEnabled"), set bool;
        /// Whether extracts can be created in the browser.
        web_extraction_enabled: Option<bool> = attr("webExtractionEnabled"), set bool;
        /// Whether users can create metrics (before API 3.22).
        metrics_content_type_enabled: Option<bool> = attr("metricsContentTypeEnabled"), set bool;
        /// Whether site administrators are notified when background jobs are throttled.
        notify_site_admins_on_throttle: Option<bool> = attr("notifySiteAdminsOnThrottle"), set bool;
        /// Whether views can be edited in the browser.
        authoring_enabled: Option<bool> = attr("authoringEnabled"), set bool;
        /// Whether subscriptions have a custom sender address.
        custom_subscription_email_enabled: Option<bool> = attr("customSubscriptionEmailEnabled"), set bool;
        /// The custom sender address.
        custom_subscription_email: Option<String> = attr("customSubscriptionEmail"), set String;
        /// Whether subscriptions have a custom footer.
        custom_subscription_footer_enabled: Option<bool> = attr("customSubscriptionFooterEnabled"), set bool;
        /// The custom footer.
        custom_subscription_footer: Option<String> = attr("customSubscriptionFooter"), set String;
        /// Whether Ask Data is enabled: `EnabledByDefault`, `DisabledByDefault` or `DisabledAlways`
        /// (before API 3.22).
        ask_data_mode: Option<String> = attr("askDataMode"), set String;
        /// Whether users can share content with named users.
        named_sharing_enabled: Option<bool> = attr("namedSharingEnabled"), set bool;
        /// Whether Tableau Mobile requires biometric authentication.
        mobile_biometrics_enabled: Option<bool> = attr("mobileBiometricsEnabled"), set bool;
        /// Whether views can be downloaded as images.
        sheet_image_enabled: Option<bool> = attr("sheetImageEnabled"), set bool;
        /// Which other users a user can see.
        user_visibility_mode: Option<UserVisibilityMode> = attr("userVisibilityMode"), set UserVisibilityMode;
        /// Whether extracts use the time zone of the server.
        use_default_time_zone: Option<bool> = attr("useDefaultTimeZone"), set bool;
        /// The time zone for extracts, such as `America/Los_Angeles`.
        time_zone: Option<String> = attr("timeZone"), set String;
        /// Whether refreshes of unused workbooks are suspended.
        auto_suspend_refresh_enabled: Option<bool> = attr("autoSuspendRefreshEnabled"), set bool;
        /// The number of days, 7 to 100, after which a workbook counts as unused.
        auto_suspend_refresh_inactivity_window: Option<u64> = attr("autoSuspendRefreshInactivityWindow"), set u64 as number;
        /// Whether user attributes of embedded views are captured.
        attribute_capture_enabled: Option<bool> = attr("attributeCaptureEnabled"), set bool;
        /// Whether users can use Explain Data.
        explain_data_enabled: Option<bool> = attr("explainDataEnabled"), set bool;
        /// Whether users have a personal space.
        personal_space_enabled: Option<bool> = attr("personalSpaceEnabled"), set bool;
        /// The maximum size of a personal space in megabytes.
        personal_space_storage_quota: Option<i64> = attr("personalSpaceStorageQuota"), set i64 as number;
        /// Whether flow runs can set parameters.
        flow_parameters_enabled: Option<bool> = attr("flowParametersEnabled"), set bool;
        /// Whether parameters of flows can have any value.
        flow_parameters_any_type_enabled: Option<bool> = attr("flowParametersAnyTypeEnabled"), set bool;
        /// Whether users can subscribe to flow outputs.
        flow_output_subscriptions_enabled: Option<bool> = attr("flowOutputSubscriptionsEnabled"), set bool;
        /// Whether subscriptions to flow outputs have the data in the email body.
        flow_output_subscriptions_data_in_email_body_enabled: Option<bool> = attr("flowOutputSubscriptionsDataInEmailBodyEnabled"), set bool;
        /// Whether subscriptions to flow outputs have the data attached.
        flow_output_subscriptions_data_as_email_attachment_enabled: Option<bool> = attr("flowOutputSubscriptionsDataAsEmailAttachmentEnabled"), set bool;
        /// Whether linked tasks can be scheduled.
        linked_task_scheduling_enabled: Option<bool> = attr("linkedTaskSchedulingEnabled"), set bool;
        /// Whether users can start linked tasks.
        linked_task_run_now_enabled: Option<bool> = attr("linkedTaskRunNowEnabled"), set bool;
        /// Whether subscriptions include data quality warnings.
        dqw_subscriptions_enabled: Option<bool> = attr("dqwSubscriptionsEnabled"), set bool;
        /// Whether flows can use Einstein Discovery predictions.
        einstein_in_flow_enabled: Option<bool> = attr("einsteinInFlowEnabled"), set bool;
        /// Whether users can schedule refreshes.
        self_service_schedule_for_refresh_enabled: Option<bool> = attr("selfServiceScheduleForRefreshEnabled"), set bool;
        /// Whether login-based license management is enabled.
        login_based_license_management_enabled: Option<bool> = attr("loginBasedLicenseManagementEnabled"), set bool;
        /// Whether new users are sent an invitation.
        site_invite_email_enabled: Option<bool> = attr("siteInviteEmailEnabled"), set bool;
        /// Whether dashboards can show web pages.
        web_zone_content_enabled: Option<bool> = attr("webZoneContentEnabled"), set bool;
        /// Whether the groups of a user can be set by the identity provider at sign-in.
        group_assertions_enabled: Option<bool> = attr("groupAssertionsEnabled"), set bool;
        /// Whether SAML can set the groups of a user.
        group_assertions_saml_enabled: Option<bool> = attr("groupAssertionsSAMLEnabled"), set bool;
        /// Whether OpenID Connect can set the groups of a user. Tableau Cloud only.
        group_assertions_oidc_enabled: Option<bool> = attr("groupAssertionsOIDCEnabled"), set bool;
        /// Whether connected apps can set the groups of a user.
        group_assertions_connected_apps_enabled: Option<bool> = attr("groupAssertionsConnectedAppsEnabled"), set bool;
        /// Whether the site has group sets.
        group_sets_enabled: Option<bool> = attr("groupSetsEnabled"), set bool;
        /// Whether deleted content is kept in a recycle bin.
        recycle_bin_enabled: Option<bool> = attr("recycleBinEnabled"), set bool;
        /// The maximum number of tags of an item.
        tag_limit: Option<i64> = attr("tagLimit"), set i64 as number;
        /// How often Admin Insights data is published.
        admin_insights_publish_frequency: Option<u64> = attr("adminInsightsPublishFrequency"), set u64 as number;
        /// The number of users. This and the fields below are returned by [`Sites::get_with_usage`](super::Sites::get_with_usage).
        user_count: Option<u64> = child_attr("usage", "numUsers");
        /// The number of users with a Creator license.
        creator_count: Option<u64> = child_attr("usage", "numCreators");
        /// The number of users with an Explorer license.
        explorer_count: Option<u64> = child_attr("usage", "numExplorers");
        /// The number of users with a Viewer license.
        viewer_count: Option<u64> = child_attr("usage", "numViewers");
        /// The size of the content in megabytes.
        storage: Option<f64> = child_attr("usage", "storage");
    }
}

impl NewSite {
    /// Creates a site with a name and a content URL.
    pub fn new(name: impl Into<String>, content_url: impl Into<String>) -> NewSite {
        NewSite::blank().name(name).content_url(content_url)
    }
}

impl Listed for Site {
    const WRAP: &'static str = "sites";
    const ITEM: &'static str = "site";
    const ALWAYS: &'static [&'static str] = &["id", "name", "contentUrl"];
}
