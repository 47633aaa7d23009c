LISTED = """<virtualConnection id="vc-1" name="Ops &amp; more" createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z"
    hasExtracts="false" isCertified="true" webpageUrl="https://ops.example/#/virtualconnections/3"/>"""
WHOLE = """<virtualConnection name="Ops &amp; more"><project id="p-1"/><owner id="u-1"/>
    <content>{"policyCollection": {"luid": "pc-1"}}</content></virtualConnection>"""
UPDATED = """<virtualConnection name="Ops" isCertified="true" certificationNote="Checked"><project id="p-2"/><owner id="u-2"/>
    </virtualConnection>"""
CONNECTION = '<connection id="c-1" dbClass="postgres" serverAddress="db.ops.example" userName="reader" serverPort="5432"/>'
ITEM = "known(TSC.VirtualConnectionItem('Ops'), 'vc-1')"

listing(LISTED, "virtualConnections", "virtual_connections", "Ops")
case("get_by_id", "server.virtual_connections.get_by_id('vc-1')", WHOLE)
case("download", "server.virtual_connections.download('vc-1')", WHOLE)
case("download_revision", f"server.virtual_connections.download_revision({ITEM}, 1)", WHOLE)
case("get_revisions", f"server.virtual_connections.get_revisions({ITEM}, TSC.RequestOptions(pagesize=1000))", REVISIONS)
case(
    "update",
    f"""
    item = {ITEM}
    item.name, item.is_certified, item.certification_note, item.project_id, item.owner_id = 'New & "old"', True, 'Checked', 'p-2', 'u-2'
    server.virtual_connections.update(item)
    """,
    UPDATED,
)
case("delete", "server.virtual_connections.delete('vc-1')", done())
NEW = f"item = {ITEM}\nitem.project_id, item.owner_id = 'p-1', 'u-1'\n"
PUBLISHED = '<virtualConnection id="vc-2" name="Ops"><project id="p-1"/></virtualConnection>'
case("publish", NEW + """server.virtual_connections.publish(item, '{"a": "<b> & c"}')""", PUBLISHED)
case("publish.overwrite", NEW + "server.virtual_connections.publish(item, '{}', mode='Overwrite', publish_as_draft=True)", PUBLISHED)
case("publish.no_id", NEW + "server.virtual_connections.publish(item, '{}')", WHOLE)
case(
    "populate_connections",
    f"item = {ITEM}\nserver.virtual_connections.populate_connections(item)\nlist(item.connections)",
    f"<virtualConnectionConnections>{CONNECTION}</virtualConnectionConnections>",
)
case(
    "update_connection_db_connection",
    f"""
    connection = known(TSC.ConnectionItem(), 'c-1')
    connection.server_address, connection.server_port = 'db.ops.example', '5432'
    connection.username, connection.password = 'reader', 'a"<b'
    server.virtual_connections.update_connection_db_connection({ITEM}, connection)
    """,
    CONNECTION,
)
case("populate_permissions", f"item = {ITEM}\nserver.virtual_connections.populate_permissions(item)\nitem.permissions", PERMISSIONS)
case("add_permissions", f"{RULES}server.virtual_connections.add_permissions({ITEM}, rules)", PERMISSIONS)
case("delete_permission", f"{RULES}server.virtual_connections.delete_permission({ITEM}, rules[0])", done(), done())
case("add_tags", f"server.virtual_connections.add_tags({ITEM}, ['plan'])", '<tags><tag label="plan"/></tags>')
case("delete_tags", f"server.virtual_connections.delete_tags({ITEM}, 'a/b ü%')", done())
