EUROPE = """<groupSet id="s-1" name="Sales in Europe" groupCount="2">
    <group id="g-1" name="Sales"/><group id="g-2" name="R&amp;D Staff"/></groupSet>"""
EMPTY = '<groupSet id="s-2" name="Empty" groupCount="0"/>'
# The id of a group set is a plain attribute.
MAKE = "item = TSC.GroupSetItem('Sales in Europe')\nitem.id = 's-1'\n"

listing(EUROPE, "groupSets", "group_sets", "Sales in Europe")
case("get.several", "server.group_sets.get(TSC.RequestOptions(pagesize=1000))", page("groupSets", EUROPE, EMPTY))
case(
    "get.result_level",
    "server.group_sets.get(TSC.RequestOptions(pagesize=1000), result_level='local')",
    page("groupSets", EUROPE),
)
case("get_by_id", "server.group_sets.get_by_id('s-1')", EUROPE)
case("create", "server.group_sets.create(TSC.GroupSetItem('R&D \"x\"'))", EMPTY)
case("update", f"{MAKE}server.group_sets.update(item)", EUROPE)
case("delete", f"{MAKE}server.group_sets.delete(item)", done())
case("add_group", f"{MAKE}server.group_sets.add_group(item, known(TSC.GroupItem('Sales'), 'g-1'))", done(200))
case("remove_group", f"{MAKE}server.group_sets.remove_group(item, known(TSC.GroupItem('Sales'), 'g-1'))", done())
