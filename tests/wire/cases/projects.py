OPS = """<project id="p-1" name="Operations" description="Day &amp; night" contentPermissions="LockedToProject"
    parentProjectId="p-0" controllingPermissionsProjectId="p-0" topLevelProject="false" writeable="true"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z">
    <owner id="u-1" name="ada"/>
    <contentsCounts projectCount="1" workbookCount="2" viewCount="3" dataSourceCount="4"/></project>"""
TOP = """<project id="p-0" name="Top" description="" contentPermissions="ManagedByOwner" topLevelProject="true">
    <owner id="u-2"/></project>"""
BARE = '<project id="p-2" name="Bare"/>'

case("get.several", "server.projects.get(TSC.RequestOptions(pagesize=1000))", page("projects", OPS, TOP, BARE))
case("get.none", "server.projects.get(TSC.RequestOptions(pagesize=1000))", page("projects"))
case("get_by_id", "server.projects.get_by_id('p-1')", OPS, instead=[page("projects", TOP, OPS)])
case(
    "get_by_path",
    "server.projects.get_by_path('Top/Operations')",
    page("projects", TOP),
    page("projects", OPS),
)
case("get_by_path.none", "server.projects.get_by_path('/Nowhere/')", page("projects"))
case("create", "server.projects.create(TSC.ProjectItem('Operations'))", OPS)
case(
    "create.every",
    """server.projects.create(TSC.ProjectItem('R&D "x" <東京>', 'what it is\\nfor', 'LockedToProjectWithoutNested', 'p-0'))""",
    OPS,
)
case("create.samples", "server.projects.create(TSC.ProjectItem('Operations'), samples=True)", OPS)
case("update.name", "server.projects.update(TSC.ProjectItem('Operations', id='p-1'))", OPS)
case(
    "update.every",
    """
    item = TSC.ProjectItem('Operations', 'Day & night', 'ManagedByOwner', 'p-0', id='p-1')
    item.owner_id = 'u-1'
    server.projects.update(item)
    """,
    OPS,
)
case(
    "update.to_the_top",
    "server.projects.update(TSC.ProjectItem('Operations', parent_id='', id='p-1'))",
    OPS,
)
case(
    "update.description_cleared",
    "server.projects.update(TSC.ProjectItem('Operations', '', id='p-1'))",
    OPS,
)
case("update.samples", "server.projects.update(TSC.ProjectItem('Operations', id='p-1'), samples=True)", OPS)
case("delete", "server.projects.delete('p-1')", done())

ITEM = ("projects", "TSC.ProjectItem('Operations', id='p-1')")
listing(OPS, "projects", None, "Operations")
permissions(ITEM)
KINDS = "workbook datasource metric datarole flow lens virtualconnection database table".split()
for kind in KINDS:
    rules = f"{RULES}item = {ITEM[1]}\n"
    case(
        f"populate_{kind}_default_permissions",
        f"item = {ITEM[1]}\nserver.projects.populate_{kind}_default_permissions(item)\nitem.default_{kind}_permissions",
        PERMISSIONS,
    )
    case(f"update_{kind}_default_permissions", f"{rules}server.projects.update_{kind}_default_permissions(item, rules)", PERMISSIONS)
    case(f"delete_{kind}_default_permissions", f"{rules}server.projects.delete_{kind}_default_permissions(item, rules[0])", done(), done())
