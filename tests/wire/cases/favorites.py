WORKBOOK = """<favorite label="Numbers of the week"><workbook id="w-1" name="Superstore" contentUrl="Superstore" showTabs="false" size="1"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z"><project id="p-1" name="Finance"/><owner id="u-1"/><tags/></workbook></favorite>"""
VIEW = """<favorite label="Overview"><view id="v-1" name="Overview" contentUrl="Superstore/sheets/Overview"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z" viewUrlName="Overview"><workbook id="w-1"/><owner id="u-1"/>
    <project id="p-1"/><tags/></view></favorite>"""
DATASOURCE = """<favorite label="DS"><datasource id="d-1" name="DS" contentUrl="DS" type="dataengine"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z"><project id="p-1" name="Finance"/><owner id="u-1"/><tags/></datasource></favorite>"""
PROJECT = '<favorite label="P"><project id="p-1" name="Finance" description="" contentPermissions="ManagedByOwner"/></favorite>'
FLOW = '<favorite label="F"><flow id="f-1" name="Prep" fileType="tflx"><project id="p-1" name="Finance"/><owner id="u-1"/><tags/></flow></favorite>'
METRIC = """<favorite label="M"><metric id="m-1" name="Sales" description="Sum of sales" webpageUrl="https://tableau.example.com/#/metrics/1"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z" suspended="false"><project id="p-1" name="Finance"/><owner id="u-1"/><tags/>
    <underlyingView id="v-1"/></metric></favorite>"""
COLLECTION = """<favorite label="C"><collection id="c-1" name="Mine" description="All of it" totalItemCount="3" permissionedItemCount="2"
    visibility="Private" createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z"><owner id="u-1"/></collection></favorite>"""
USER = "known(TSC.UserItem('ada', 'Viewer'), 'u-1')"
VIEW_ITEM = "item = known(TSC.ViewItem(), 'x-1')\nitem._name = 'R&D'\n"

case("get", f"user = {USER}\nserver.favorites.get(user)\nuser.favorites", f"<favorites>{WORKBOOK}{VIEW}{DATASOURCE}{PROJECT}{FLOW}{METRIC}{COLLECTION}</favorites>")
for kind, item in [
    ("workbook", "item = known(TSC.WorkbookItem('p-1', name='R&D'), 'x-1')\n"),
    ("view", VIEW_ITEM),
    ("datasource", "item = known(TSC.DatasourceItem('p-1', name='R&D'), 'x-1')\n"),
    ("project", "item = TSC.ProjectItem('R&D')\nitem._id = 'x-1'\n"),
    ("flow", "item = known(TSC.FlowItem('p-1', name='R&D'), 'x-1')\n"),
    ("metric", "item = known(TSC.MetricItem('R&D'), 'x-1')\nitem._name = 'R&D'\n"),
]:
    case(f"add_favorite_{kind}", f"{item}server.favorites.add_favorite_{kind}({USER}, item)", f"<favorites>{WORKBOOK}</favorites>")
    case(f"delete_favorite_{kind}", f"{item}server.favorites.delete_favorite_{kind}({USER}, item)", done())
case("add_favorite", f"{VIEW_ITEM}server.favorites.add_favorite({USER}, TSC.Resource.View, item)", f"<favorites>{VIEW}</favorites>")
case("delete_favorite", f"{VIEW_ITEM}server.favorites.delete_favorite({USER}, TSC.Resource.View, item)", done())
