ADA = """<user id="u-1" name="ada" siteRole="SiteAdministratorCreator" lastLogin="2025-12-03T09:10:11Z"
    externalAuthUserId="ext-1" fullName="Ada L." email="ada@ops.example" authSetting="SAML" locale="en_GB"
    language="de" idpConfigurationId="idp-1"><domain name="local"/></user>"""
BO = '<user id="u-2" name="bo" siteRole="Viewer" externalAuthUserId=""/>'
ITEM = "known(TSC.UserItem('ada', 'Viewer'), 'u-1')"

listing(ADA, "users", None, "ada")
case("get.several", "server.users.get(TSC.RequestOptions(pagesize=1000))", page("users", ADA, BO))
case("get_by_id", "server.users.get_by_id('u-1')", ADA)
case("add", "server.users.add(TSC.UserItem('cy', 'Explorer', 'ServerDefault'))", ADA)
case(
    "add.configuration",
    "item = TSC.UserItem('corp\\\\cy', 'Viewer')\nitem.idp_configuration_id = 'idp-1'\nserver.users.add(item)",
    '<user id="u-9" name="cy" siteRole="Viewer" externalAuthUserId=""><domain name="corp"/></user>',
)
case(
    "update.every",
    "item = known(TSC.UserItem('ada', 'Creator'), 'u-1')\nitem.fullname, item.email = 'Ada', 'a@ops.example'\n"
    "item.idp_configuration_id = 'idp-1'\nserver.users.update(item)",
    # The answer has no id.
    '<user name="ada" fullName="Ada" email="a@ops.example" siteRole="Creator" idpConfigurationId="idp-1"/>',
)
case("update", f"item = {ITEM}\nitem.fullname, item.email = 'Ada', 'a@ops.example'\nserver.users.update(item, 'new\"pw')", ADA)
case("remove", "server.users.remove('u-1')", done())
case("remove.map_assets_to", "server.users.remove('u-1', 'u-2')", done())
case("add_all", "server.users.add_all([TSC.UserItem('cy', 'Viewer'), TSC.UserItem('di', 'Creator')])", ADA, ADA)
case(
    "bulk_add",
    "a = TSC.UserItem('cy', 'Creator', 'SAML')\na.fullname, a.email = 'Cy, \"C\"', 'c@ops.example'\nserver.users.bulk_add([a, TSC.UserItem('di', 'Viewer')])",
    JOB,
)
case("bulk_remove", "server.users.bulk_remove([TSC.UserItem('cy'), TSC.UserItem('di')])", done())
case(
    "create_from_file",
    "server.users.create_from_file('users.csv')",
    ADA,
    files={"users.csv": b"cy,,Cy,Viewer,None,no,c@ops.example,\n"},
)
case(
    "populate_workbooks",
    f"item = {ITEM}\nserver.users.populate_workbooks(item, TSC.RequestOptions(pagesize=1000))\nlist(item.workbooks)",
    page("workbooks", WORKBOOK),
)
case(
    "populate_favorites",
    f"item = {ITEM}\nserver.users.populate_favorites(item)\nitem.favorites",
    f'<favorites><favorite label="Mine">{WORKBOOK}</favorite></favorites>',
)
case(
    "populate_groups",
    f"item = {ITEM}\nserver.users.populate_groups(item, TSC.RequestOptions(pagesize=1000))\nlist(item.groups)",
    page("groups", '<group id="g-1" name="All"><domain name="local"/></group>'),
)
