SERVER = """<database id="db-1" name="Orders &amp; more" connectionType="sqlserver" isEmbedded="false" description="Party"
    isCertified="true" certificationNote="Checked" type="DatabaseServer" hostName="db.ops.example" port="1433"
    contentPermissions="LockedToDatabase"><site id="site-1"/><contact id="u-1" name="ada"/><certifier id="u-2" name="bo"/>
    <location id="p-1" type="Project" name="Finance"/><tags><tag label="plan"/></tags></database>"""
FILE = """<database id="db-2" name="orders.hyper" connectionType="hyper" isEmbedded="true" isCertified="false" type="File"
    filePath="orders.hyper" fileExtension="hyper" fileId="f-9" mimeType="m/t" provider="box" connectorUrl="https://c.example/"
    requestUrl="https://r.example/" contentPermissions="ManagedByOwner"><site id="site-1"/></database>"""
ITEM = ("databases", "known(TSC.DatabaseItem('Orders'), 'db-1')")

case("get", "server.databases.get(TSC.RequestOptions(pagesize=1000))", page("databases", SERVER, FILE))
case("get.plain", "server.databases.get()", page("databases", SERVER, FILE))
case("get_by_id", "server.databases.get_by_id('db-1')", SERVER)
case("get_by_id.file", "server.databases.get_by_id('db-2')", FILE)
case(
    "update",
    f"""
    item = {ITEM[1]}
    item.contact_id, item.certified, item.certification_note, item.description = 'u-2', True, 'checked & ok', 'text'
    server.databases.update(item)
    """,
    SERVER,
)
case("update.unset", f"server.databases.update({ITEM[1]})", SERVER)
case("delete", "server.databases.delete('db-1')", done())
permissions(ITEM)
RULE = "rule = TSC.PermissionsRule(TSC.GroupItem.as_reference('g-1'), {'Read': 'Allow'})\n"
case(
    "populate_table_default_permissions",
    f"item = {ITEM[1]}\nserver.databases.populate_table_default_permissions(item)\nitem.default_table_permissions",
    PERMISSIONS,
)
case("update_table_default_permissions", f"{RULE}server.databases.update_table_default_permissions({ITEM[1]}, [rule])", PERMISSIONS)
case("delete_table_default_permissions", f"{RULE}server.databases.delete_table_default_permissions(rule, {ITEM[1]})", done())
quality_warnings(ITEM)
tags(ITEM, update=False)
