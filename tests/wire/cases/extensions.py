SERVER = """<extensionsServerSettings><extensionsGloballyEnabled>{}</extensionsGloballyEnabled>
    <blockList>https://bad.example</blockList><blockList>https://worse.example/?x=1&amp;y=2</blockList>
    </extensionsServerSettings>"""
SITE = """<extensionsSiteSettings><extensionsEnabled>true</extensionsEnabled>
    <useDefaultSetting>false</useDefaultSetting><allowTrusted>true</allowTrusted>
    <includeSandboxed>false</includeSandboxed><includeTableauBuilt>true</includeTableauBuilt>
    <includePartnerBuilt>false</includePartnerBuilt>
    <safeList><url>https://good.example/a.html</url><fullDataAllowed>true</fullDataAllowed>
        <promptNeeded>false</promptNeeded></safeList>
    <safeList><url>https://good.example/b.html</url><fullDataAllowed>false</fullDataAllowed>
        <promptNeeded>true</promptNeeded></safeList></extensionsSiteSettings>"""
ENABLED = """
    item = TSC.ExtensionsSiteSettings()
    item.enabled, item.use_default_setting = True, False
"""

case("get_server_settings", "server.extensions.get_server_settings()", SERVER.format("true"))
case(
    "get_server_settings.bare",
    "server.extensions.get_server_settings()",
    "<extensionsServerSettings><extensionsGloballyEnabled>false</extensionsGloballyEnabled></extensionsServerSettings>",
)
case(
    "update_server_settings",
    """
    item = TSC.ExtensionsServer()
    item.enabled, item.block_list = False, ['https://bad.example', 'https://worse.example/?x=1&y=2']
    server.extensions.update_server_settings(item)
    """,
    SERVER.format("false"),
)
case(
    "update_server_settings.empty",
    """
    item = TSC.ExtensionsServer()
    item.enabled, item.block_list = True, []
    server.extensions.update_server_settings(item)
    """,
    "<extensionsServerSettings><extensionsGloballyEnabled>true</extensionsGloballyEnabled></extensionsServerSettings>",
)
case("get", "server.extensions.get()", SITE)
case("update", ENABLED + "    server.extensions.update(item)", SITE)
case("update.empty", ENABLED + "    item.safe_list = []\n    server.extensions.update(item)", SITE)
case(
    "update.all",
    ENABLED
    + """
    item.allow_trusted, item.include_sandboxed = True, False
    item.include_tableau_built, item.include_partner_built = True, False
    item.safe_list = [TSC.SafeExtension('https://good.example/a.html', True, False)]
    server.extensions.update(item)
    """,
    SITE,
)
case(
    "update.several",
    ENABLED
    + """
    item.safe_list = [TSC.SafeExtension('https://good.example/a.html', True, False), TSC.SafeExtension('https://b')]
    server.extensions.update(item)
    """,
    SITE,
)
