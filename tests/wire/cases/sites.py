BOOLEANS = (
    "disableSubscriptions subscribeOthersEnabled revisionHistoryEnabled flowsEnabled catalogingEnabled "
    "derivedPermissionsEnabled guestAccessEnabled cacheWarmupEnabled commentingEnabled editingFlowsEnabled "
    "schedulingFlowsEnabled catalogObfuscationEnabled commentingMentionsEnabled requestAccessEnabled "
    "runNowEnabled allowSubscriptionAttachments flowAutoSaveEnabled webExtractionEnabled "
    "metricsContentTypeEnabled notifySiteAdminsOnThrottle authoringEnabled namedSharingEnabled "
    "mobileBiometricsEnabled sheetImageEnabled useDefaultTimeZone autoSuspendRefreshEnabled "
    "attributeCaptureEnabled customSubscriptionEmailEnabled customSubscriptionFooterEnabled dataAlertsEnabled"
).split()


def site(id, name, url, more=""):
    booleans = " ".join(f'{name}="{"true" if at % 2 else "false"}"' for at, name in enumerate(BOOLEANS))
    return f"""<site id="{id}" name="{name}" contentUrl="{url}" adminMode="ContentAndUsers" state="Active"
        statusReason="" storageQuota="2048" tierCreatorCapacity="5" tierExplorerCapacity="6"
        tierViewerCapacity="7" revisionLimit="30" dataAccelerationMode="enable_selective"
        extractEncryptionMode="enforced" customSubscriptionEmail="bi@ops.example"
        customSubscriptionFooter="Yours" askDataMode="DisabledAlways" userVisibilityMode="FULL"
        timeZone="Europe/Berlin" autoSuspendRefreshInactivityWindow="30" {booleans} {more}>
        <usage numUsers="12" storage="345"/></site>"""


OPS = site("site-9", "Operations", "ops")
QUOTA = site("site-8", "Sales", "sales").replace('tierCreatorCapacity="5" tierExplorerCapacity="6"', 'userQuota="9"')

OWN = site("site-1", "R&amp;D", "rd")

case("get", "server.sites.get(TSC.RequestOptions(pagesize=1000))", page("sites", OPS, QUOTA))
case("get.plain", "server.sites.get()", page("sites", OPS))
case("get_by_id", "server.sites.get_by_id('site-1')", OWN)
case("get_by_id.bare", "server.sites.get_by_id('site-1')", '<site id="site-1" name="Bare" contentUrl="bare"/>')
case(
    "get_by_id.data_alerts",
    "server.sites.get_by_id('site-1')",
    '<site id="site-1" name="Bare" contentUrl="bare" isDataAlertsEnabled="true"/>',
)
case("get_by_name", "server.sites.get_by_name('Operations')", OPS)
case("get_by_name.reserved_characters", "server.sites.get_by_name('a/b?c#d')", OPS)
case("get_by_content_url.not_in_base_url", "server.sites.get_by_content_url('ops')", instead=[OPS])
case("create", "server.sites.create(TSC.SiteItem('Operations', 'ops'))", OPS)
case(
    "create.some",
    """server.sites.create(TSC.SiteItem('R&D', 'rd', admin_mode=TSC.SiteItem.AdminMode.ContentOnly, storage_quota=100,
        custom_subscription_email='', custom_subscription_footer='', disable_subscriptions=True))""",
    OPS,
)
case(
    "update.every",
    """
    item = TSC.SiteItem(
        'R&D', 'rd', admin_mode='ContentAndUsers', storage_quota=2048,
        disable_subscriptions=True, subscribe_others_enabled=False, revision_history_enabled=True,
        revision_limit=30, data_acceleration_mode='disable', flows_enabled=True, cataloging_enabled=False,
        derived_permissions_enabled=True, guest_access_enabled=False, cache_warmup_enabled=True,
        commenting_enabled=False, editing_flows_enabled=True, scheduling_flows_enabled=False,
        catalog_obfuscation_enabled=True, commenting_mentions_enabled=False, request_access_enabled=True,
        run_now_enabled=False, allow_subscription_attachments=True, flow_auto_save_enabled=False,
        web_extraction_enabled=True, metrics_content_type_enabled=False, notify_site_admins_on_throttle=True,
        authoring_enabled=False, custom_subscription_email_enabled=True,
        custom_subscription_email='bi@ops.example', custom_subscription_footer_enabled=True,
        custom_subscription_footer='Yours', ask_data_mode='DisabledAlways', named_sharing_enabled=False,
        mobile_biometrics_enabled=True, sheet_image_enabled=False, user_visibility_mode='LIMITED',
        use_default_time_zone=False, time_zone='Europe/Berlin', auto_suspend_refresh_enabled=True,
        auto_suspend_refresh_inactivity_window=30, tier_creator_capacity=5, tier_explorer_capacity=6,
        tier_viewer_capacity=7, data_alerts_enabled=True)
    item.state = 'Suspended'
    item.extract_encryption_mode = 'enabled'
    server.sites.update(known(item, 'site-1'))
    """,
    OWN,
)
case("update.least", "server.sites.update(known(TSC.SiteItem('Ops', 'ops'), 'site-1'))", OWN)
case(
    "update.quota_instead_of_tiers",
    """
    item = known(TSC.SiteItem('Ops', 'ops', tier_creator_capacity=5), 'site-1')
    item.replace_license_tiers_with_user_quota(50)
    server.sites.update(item)
    """,
    OWN,
)
case(
    "update.what_was_read",
    """
    item = server.sites.get_by_id('site-1')
    item.name = 'Renamed'
    server.sites.update(item)
    """,
    '<site id="site-1" name="Bare" contentUrl="bare" adminMode="ContentAndUsers" state="Active" runNowEnabled="true"/>',
    OWN,
)
case("delete", "server.sites.delete('site-1')", done())
for call in ("encrypt_extracts", "decrypt_extracts", "re_encrypt_extracts"):
    case(call, f"server.sites.{call}('site-1')", done(202))
case(
    "list_auth_configurations",
    "server.sites.list_auth_configurations()",
    """<siteAuthConfigurations>
        <siteAuthConfiguration authSetting="SAML" knownProviderAlias="okta" idpConfigurationName="Head office"
            idpConfigurationId="idp-1" enabled="true"/>
        <siteAuthConfiguration authSetting="OPENID" idpConfigurationName="Partners" idpConfigurationId="idp-2"
            enabled="false"/>
    </siteAuthConfigurations>""",
)
