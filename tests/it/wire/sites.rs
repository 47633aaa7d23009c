use tableau_server_client as tsc;
use tsc::sites::{AdminMode, ExtractEncryptionMode, SiteState, UserVisibilityMode};
use tsc::sites::{NewSite, SiteUpdate};

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET /api/sites?pageNumber=1&pageSize=1000"],
        |s| every(s.sites().list()),
    );
    g.same("get", |s| every(s.sites().list()));
    g.same("get_by_id", |s| s.sites().get("site-1"));
    g.reads_differently("get_by_id.bare", "silence-is-none", |s| {
        let site = s.sites().get("site-1")?;
        assert_eq!((site.revision_limit, site.authoring_enabled), (None, None));
        assert_eq!(site.custom_subscription_email, None);
        Ok(site)
    });
    g.reads_differently("get_by_id.data_alerts", "data-alerts-have-two-names", |s| {
        let site = s.sites().get("site-1")?;
        assert_eq!(site.data_alerts_enabled, Some(true));
        Ok(site)
    });
    g.same("get_by_name", |s| s.sites().get_by_name("Operations"));
    g.differs(
        "get_by_name.reserved_characters",
        "names-are-encoded",
        &["GET /api/sites/a%2Fb%3Fc%23d?key=name"],
        |s| s.sites().get_by_name("a/b?c#d"),
    );
    g.differs_in_all(
        "get_by_content_url.not_in_base_url",
        "site-by-content-url",
        &["GET /api/sites/ops?key=contentUrl"],
        |s| s.sites().get_by_content_url("ops"),
    );
    g.differs(
        "create",
        "unset-is-not-sent",
        &[r#"POST /api/sites <tsRequest> <site contentUrl="ops" name="Operations">"#],
        |s| s.sites().create(NewSite::new("Operations", "ops")),
    );
    g.differs(
        "create.some",
        "unset-is-not-sent",
        &[r#"POST /api/sites <tsRequest> <site adminMode="ContentOnly" contentUrl="rd" customSubscriptionEmail="" customSubscriptionFooter="" disableSubscriptions="true" name="R&D" storageQuota="100">"#],
        |s| {
            let site = NewSite::new("R&D", "rd").admin_mode(AdminMode::ContentOnly);
            let site = site.custom_subscription_email("").custom_subscription_footer("");
            s.sites().create(site.disable_subscriptions(true).storage_quota(100))
        },
    );
    g.changed(
        "update.every",
        "booleans-are-lower-case",
        &[("dataAlertsEnabled=\"True\"", "dataAlertsEnabled=\"true\"")],
        &[],
        |s| s.sites().update("site-1", everything()),
    );
    g.differs(
        "update.least",
        "unset-is-not-sent",
        &[r#"PUT /api/sites/site-1 <tsRequest> <site contentUrl="ops" name="Ops">"#],
        |s| s.sites().update("site-1", SiteUpdate::new().name("Ops").content_url("ops")),
    );
    g.differs(
        "update.quota_instead_of_tiers",
        "unset-is-not-sent",
        &[r#"PUT /api/sites/site-1 <tsRequest> <site contentUrl="ops" name="Ops" userQuota="50">"#],
        |s| {
            let changes = SiteUpdate::new().name("Ops").content_url("ops").user_quota(50);
            s.sites().update("site-1", changes)
        },
    );
    g.differs(
        "update.what_was_read",
        "unset-is-not-sent",
        &[
            "GET /api/sites/site-1",
            r#"PUT /api/sites/site-1 <tsRequest> <site name="Renamed">"#,
        ],
        |s| {
            let site = s.sites().get("site-1")?;
            s.sites().update(site.id, SiteUpdate::new().name("Renamed"))
        },
    );
    g.same("delete", |s| s.sites().delete("site-1"));
    g.same("encrypt_extracts", |s| s.sites().encrypt_extracts("site-1"));
    g.same("decrypt_extracts", |s| s.sites().decrypt_extracts("site-1"));
    g.same("re_encrypt_extracts", |s| s.sites().reencrypt_extracts("site-1"));
    g.same("list_auth_configurations", |s| s.sites().auth_configurations());
}

fn everything() -> SiteUpdate {
    SiteUpdate::new()
        .name("R&D")
        .content_url("rd")
        .state(SiteState::Suspended)
        .admin_mode(AdminMode::ContentAndUsers)
        .storage_quota(2048)
        .tier_creator_capacity(5)
        .tier_explorer_capacity(6)
        .tier_viewer_capacity(7)
        .disable_subscriptions(true)
        .subscribe_others_enabled(false)
        .allow_subscription_attachments(true)
        .revision_history_enabled(true)
        .revision_limit(30)
        .data_acceleration_mode("disable")
        .editing_flows_enabled(true)
        .scheduling_flows_enabled(false)
        .cataloging_enabled(false)
        .catalog_obfuscation_enabled(true)
        .derived_permissions_enabled(true)
        .guest_access_enabled(false)
        .cache_warmup_enabled(true)
        .commenting_enabled(false)
        .commenting_mentions_enabled(false)
        .extract_encryption_mode(ExtractEncryptionMode::Enabled)
        .request_access_enabled(true)
        .run_now_enabled(false)
        .data_alerts_enabled(true)
        .flow_auto_save_enabled(false)
        .web_extraction_enabled(true)
        .metrics_content_type_enabled(false)
        .notify_site_admins_on_throttle(true)
        .authoring_enabled(false)
        .custom_subscription_email_enabled(true)
        .custom_subscription_email("bi@ops.example")
        .custom_subscription_footer_enabled(true)
        .custom_subscription_footer("Yours")
        .ask_data_mode("DisabledAlways")
        .named_sharing_enabled(false)
        .mobile_biometrics_enabled(true)
        .sheet_image_enabled(false)
        .user_visibility_mode(UserVisibilityMode::Limited)
        .use_default_time_zone(false)
        .time_zone("Europe/Berlin")
        .auto_suspend_refresh_enabled(true)
        .auto_suspend_refresh_inactivity_window(30)
}
