SALES = """<group id="g-1" name="Sales" minimumSiteRole="Viewer" externalUserEnabled="false" userCount="2">
    <domain name="local"/></group>"""
# A group of a directory: TSC reads the role and the domain of its import.
STAFF = """<group id="g-2" name="R&amp;D Staff"><domain name="corp"/>
    <import domainName="corp" siteRole="Explorer" grantLicenseMode="onSync"/></group>"""
ADA = """<user id="u-1" name="ada" siteRole="Creator" fullName="Ada L." externalAuthUserId="ext-1"
    lastLogin="2025-12-03T09:10:11Z"><domain name="local"/></user>"""
BO = '<user id="u-2" name="bo" siteRole="Viewer" externalAuthUserId=""/>'
ITEM = "known(TSC.GroupItem('Sales'), 'g-1')"
STAFF_ITEM = "known(TSC.GroupItem('Staff', 'corp'), 'g-2')\nitem.minimum_site_role, item.license_mode = 'Explorer', 'onLogin'"

listing(SALES, "groups", None, "Sales")
case("get.several", "server.groups.get(TSC.RequestOptions(pagesize=1000))", page("groups", SALES, STAFF))
case("create", "server.groups.create(TSC.GroupItem('Sales'))", SALES)
case(
    "create.every",
    "item = TSC.GroupItem('R&D \"x\"')\nitem.minimum_site_role = 'Viewer'\nserver.groups.create(item)",
    SALES,
)
case("create_AD_group", f"item = {STAFF_ITEM}\nserver.groups.create_AD_group(item)", STAFF)
case("create_AD_group.as_job", f"item = {STAFF_ITEM}\nserver.groups.create_AD_group(item, asJob=True)", JOB)
case("update", f"server.groups.update({ITEM})", SALES)
case("update.every", f"item = {ITEM}\nitem.minimum_site_role = 'Viewer'\nserver.groups.update(item)", SALES)
case("update.directory", f"item = {STAFF_ITEM}\nserver.groups.update(item)", STAFF)
case("update.as_job", f"item = {STAFF_ITEM}\nserver.groups.update(item, as_job=True)", JOB)
case("delete", "server.groups.delete('g-1')", done())
case(
    "populate_users",
    f"item = {ITEM}\nserver.groups.populate_users(item, TSC.RequestOptions(pagesize=1000))\nlist(item.users)",
    page("users", ADA, BO),
)
case("add_user", f"server.groups.add_user({ITEM}, 'u-1')", ADA)
case("add_users", f"server.groups.add_users({ITEM}, ['u-1', 'u-2'])", f"<users>{ADA}{BO}</users>")
case("remove_user", f"server.groups.remove_user({ITEM}, 'u-1')", done())
case("remove_users", f"server.groups.remove_users({ITEM}, ['u-1', 'u-2'])", done(200))
