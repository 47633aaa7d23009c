# What several rooms' cases share.

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

JOB = """<job id="j-1" mode="Asynchronous" type="RefreshExtract" progress="0" createdAt="2025-12-03T09:10:11Z"
    finishCode="-1"/>"""

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


def listing(item, wrap, of, queryset=True):
    """The ways in which every list can be asked."""
    room = f"server.{wrap}" if of is None else f"server.{of}"
    one = page(wrap, item, size=100)
    case("get", f"{room}.get(TSC.RequestOptions(pagesize=1000))", page(wrap, item))
    case("get.plain", f"{room}.get()", page(wrap, item))
    if not queryset:
        return
    case("all", f"[item for item in {room}.all(page_size=1000)]", page(wrap, item))
    case("filter", f"[item for item in {room}.filter(name='Super & Store', page_size=5)]", one)
    case("order_by", f"[item for item in {room}.order_by('-created_at', 'name')]", one)
    case("paginate", f"[item for item in {room}.paginate(page_size=7)]", one)
    case("only_fields", f"[item for item in {room}.only_fields('name', 'id')]", one)
    case("fields", f"[item for item in {room}.fields('name')]", one)
    # It asks for the first page twice.
    case("find_by_name", f"{room}.find_by_name('Ops, 50% + ß')", one, one)


def permissions(make):
    """Reading, adding and deleting rules; `make` is the item."""
    room = make[0]
    case("populate_permissions", f"item = {make[1]}\nserver.{room}.populate_permissions(item)\nitem.permissions", PERMISSIONS)
    case("update_permissions", f"{RULES}server.{room}.update_permissions({make[1]}, rules)", PERMISSIONS)
    case("delete_permission", f"{RULES}server.{room}.delete_permission({make[1]}, rules[0])", done(), done())


def tags(make):
    room, item = make
    answer = '<tags><tag label="plan"/><tag label="two words"/><tag label="größe"/></tags>'
    case("add_tags", f"server.{room}.add_tags({item}, ['plan', 'two words', 'größe'])", answer)
    case("add_tags.one", f"server.{room}.add_tags({item}, 'plan')", '<tags><tag label="plan"/></tags>')
    case("delete_tags", f"server.{room}.delete_tags({item}, 'a/b ü%')", done())
    case(
        "update_tags",
        f"item = {item}\nitem._initial_tags = {{'old', 'plan'}}\nitem.tags = {{'plan', 'new'}}\n"
        f"server.{room}.update_tags(item)\nitem.tags",
        done(),
        '<tags><tag label="plan"/><tag label="new"/></tags>',
    )
