# Shared by the cases of several endpoints.

WORKBOOK = """<workbook id="w-1" name="R&amp;D" description="Plans &lt;2026&gt;" contentUrl="RD"
    webpageUrl="https://ops.example/#/site/ops/workbooks/11" showTabs="true" size="4"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z" lastPublishedAt="2025-12-04T00:00:01Z"
    sheetCount="3" hasExtracts="true" encryptExtracts="false" defaultViewId="v-1" shareDescription="Have a look">
    <project id="p-1" name="Operations"/><owner id="u-1" name="ada"/>
    <location id="p-1" name="Operations" type="Project"/>
    <tags><tag label="plan"/><tag label="two words"/></tags></workbook>"""
SMALL_WORKBOOK = """<workbook id="w-2" name="Small" contentUrl="Small" showTabs="false">
    <project id="p-1" name="Operations"/><owner id="u-1"/><tags/></workbook>"""

PERMISSIONS = """<permissions>
    <granteeCapabilities><user id="u-1"/><capabilities>
        <capability name="Read" mode="Allow"/><capability name="Write" mode="Deny"/></capabilities></granteeCapabilities>
    <granteeCapabilities><group id="g-1"/><capabilities>
        <capability name="ExportData" mode="Allow"/></capabilities></granteeCapabilities>
    <granteeCapabilities><groupSet id="s-1"/><capabilities>
        <capability name="Filter" mode="Deny"/></capabilities></granteeCapabilities>
</permissions>"""

# The rules of PERMISSIONS as a program writes them.
RULES = """rules = [
    TSC.PermissionsRule(TSC.UserItem.as_reference('u-1'), {'Read': 'Allow', 'Write': 'Deny'}),
    TSC.PermissionsRule(TSC.GroupItem.as_reference('g-1'), {'ExportData': 'Allow'}),
    TSC.PermissionsRule(TSC.GroupSetItem.as_reference('s-1'), {'Filter': 'Deny'})]
"""

JOB = """<job id="j-1" mode="Asynchronous" type="RefreshExtract" progress="0" createdAt="2025-12-03T09:10:11Z"/>"""

CONNECTIONS = """<connections>
    <connection id="c-1" type="sqlserver" serverAddress="db.ops.example" serverPort="1433" userName="reader"
        queryTaggingEnabled="true" authenticationType="auth-user-pass" embedPassword="true">
        <datasource id="d-1" name="Sales"/></connection>
    <connection id="c-2" type="hyper" serverAddress="" serverPort="" userName=""/></connections>"""

REVISIONS = """<pagination pageNumber="1" pageSize="1000" totalAvailable="2"/><revisions>
    <revision revisionNumber="1" publishedAt="2025-11-02T08:00:00Z" deleted="false" current="false" sizeInBytes="2048">
        <publisher id="u-1" name="ada"/></revision>
    <revision revisionNumber="2" publishedAt="2025-12-03T09:10:11Z" deleted="false" current="true" sizeInBytes="4096">
        <publisher id="u-2" name="bo"/></revision></revisions>"""


def listing(item, wrap, of, name):
    """The ways in which every list can be asked."""
    endpoint = f"server.{wrap}" if of is None else f"server.{of}"
    one = page(wrap, item, size=100)
    case("get", f"{endpoint}.get(TSC.RequestOptions(pagesize=1000))", page(wrap, item))
    case("get.plain", f"{endpoint}.get()", page(wrap, item))
    case("all", f"[item for item in {endpoint}.all(page_size=1000)]", page(wrap, item))
    case("filter", f"[item for item in {endpoint}.filter(name='Super & Store', page_size=5)]", one)
    case("order_by", f"[item for item in {endpoint}.order_by('-created_at', 'name')]", one)
    case("paginate", f"[item for item in {endpoint}.paginate(page_size=7)]", one)
    case("only_fields", f"[item for item in {endpoint}.only_fields('name', 'id')]", one)
    case("fields", f"[item for item in {endpoint}.fields('name')]", one)
    # It asks for the first page twice.
    case("find_by_name", f"{endpoint}.find_by_name({name!r})", one, one)


def permissions(make):
    """Reading, adding and deleting rules of an item."""
    endpoint, item = make
    case("populate_permissions", f"item = {item}\nserver.{endpoint}.populate_permissions(item)\nitem.permissions", PERMISSIONS)
    case("update_permissions", f"{RULES}server.{endpoint}.update_permissions({item}, rules)", PERMISSIONS)
    case("delete_permission", f"{RULES}server.{endpoint}.delete_permission({item}, rules[0:1])", done(), done())


def tags(make, update=True):
    """TSC cannot update the tags of some kinds of content."""
    endpoint, item = make
    answer = '<tags><tag label="plan"/><tag label="two words"/><tag label="größe"/></tags>'
    case("add_tags", f"server.{endpoint}.add_tags({item}, ['plan', 'two words', 'größe'])", answer)
    case("add_tags.one", f"server.{endpoint}.add_tags({item}, 'plan')", '<tags><tag label="plan"/></tags>')
    case("delete_tags", f"server.{endpoint}.delete_tags({item}, 'a/b ü%')", done())
    if not update:
        return
    case(
        "update_tags",
        f"item = {item}\nitem._initial_tags = {{'old', 'plan'}}\nitem.tags = {{'plan', 'new'}}\n"
        f"server.{endpoint}.update_tags(item)\nitem.tags",
        done(),
        '<tags><tag label="plan"/><tag label="new"/></tags>',
    )


def revisions(make, extension):
    endpoint, item = make
    id = item.rsplit("'", 2)[1]
    case("populate_revisions", f"item = {item}\nserver.{endpoint}.populate_revisions(item)\nitem.revisions", REVISIONS)
    case("delete_revision", f"server.{endpoint}.delete_revision('{id}', '2')", done())
    content = file(b"PK\x03\x04 content", f"R and D.{extension}")
    read = f"open('here.{extension}', 'rb').read()"
    case("download_revision", f"server.{endpoint}.download_revision('{id}', '2', 'here')\n{read}", content)
    case("download_revision.current", f"server.{endpoint}.download_revision('{id}', None, 'here')\n{read}", content)
    case(
        "download_revision.no_extract",
        f"server.{endpoint}.download_revision('{id}', '2', 'here', include_extract=False)\n{read}",
        content,
    )


def downloads(make, extension, no_extract=True):
    endpoint, item = make
    id = item.rsplit("'", 2)[1]
    content = file(b"PK\x03\x04 content", f"R and D.{extension}")
    read = f"open('here.{extension}', 'rb').read()"
    case("download", f"server.{endpoint}.download('{id}', 'here')\n{read}", content)
    if no_extract:
        case("download.no_extract", f"server.{endpoint}.download('{id}', 'here', include_extract=False)\n{read}", content)


def connections(make, several=True):
    endpoint, item = make
    case("populate_connections", f"item = {item}\nserver.{endpoint}.populate_connections(item)\nitem.connections", CONNECTIONS)
    case(
        "update_connection",
        f"""
        connection = known(TSC.ConnectionItem(), 'c-1')
        connection.server_address, connection.server_port = 'db2.ops.example', '1434'
        connection.username, connection.password, connection.embed_password = 'writer', 'a"<b', True
        server.{endpoint}.update_connection({item}, connection)
        """,
        '<connection id="c-1" type="sqlserver" serverAddress="db2.ops.example" serverPort="1434" userName="writer"/>',
    )
    case(
        "update_connection.capitals",
        f"""
        connection = known(TSC.ConnectionItem(), 'c-1')
        connection.server_address = 'DB2.Ops.Example'
        server.{endpoint}.update_connection({item}, connection)
        """,
        '<connection id="c-1" type="sqlserver" serverAddress="DB2.Ops.Example" serverPort="1434" userName="writer"/>',
    )
    if several:
        case(
            "update_connections",
            f"server.{endpoint}.update_connections({item}, ['c-1', 'c-2'], authentication_type='auth-user-pass', username='writer', password='hush', embed_password=True)",
            CONNECTIONS,
        )


def quality_warnings(make):
    endpoint, item = make
    kind = endpoint[:-1]
    answer = f"""<dataQualityWarning id="dw-1" userDisplayName="Ada L." contentId="x-1" contentType="{kind}"
        message="Rows &lt; 10" type="STALE" isActive="true" isSevere="true" createdAt="2025-11-02T08:00:00Z"
        updatedAt="2025-12-03T09:10:11Z"><site id="site-1"/><owner id="u-1"/></dataQualityWarning>"""
    case("populate_dqw", f"item = {item}\nserver.{endpoint}.populate_dqw(item)\nitem.dqws", f"<dataQualityWarningList>{answer}</dataQualityWarningList>")
    new = "TSC.DQWItem('STALE', 'Rows < 10 & \"old\"', active=True, severe=True)"
    case("add_dqw", f"server.{endpoint}.add_dqw({item}, {new})", answer)
    changed = "TSC.DQWItem('SENSITIVE_DATA', 'PII', active=False, severe=False)"
    case("update_dqw", f"server.{endpoint}.update_dqw({item}, {changed})", answer)
    case("delete_dqw", f"server.{endpoint}.delete_dqw({item})", done())


PUBLISHED_CONNECTIONS = """
    one, two, three = TSC.ConnectionItem(), TSC.ConnectionItem(), TSC.ConnectionItem()
    one.server_address, one.server_port = 'db.ops.example', '1433'
    one.connection_credentials = TSC.ConnectionCredentials('reader', 'a<b', embed=True, oauth=False)
    two.server_address = 'bigquery.example'
    two.connection_credentials = TSC.ConnectionCredentials('oa', '', embed=True, oauth=True)
    three.server_address, three.server_port = 'plain.example', '5432'"""

CHUNKS = [
    '<fileUpload uploadSessionId="7:ab-1:0" fileSize="0"/>',
    '<fileUpload uploadSessionId="7:ab-1:0" fileSize="1"/>',
    '<fileUpload uploadSessionId="7:ab-1:0" fileSize="2"/>',
]


def waiting(job, job_type):
    """A job that is queued already: TSC has an error, and the library looks for it."""
    listed = f'<backgroundJob id="j-1" jobType="{job_type}" status="Pending" createdAt="2025-12-03T09:10:11Z"/>'
    return dict(spare=True, after=[page("backgroundJobs", listed), xml(job)])
