ORDERS = """<table id="t-1" name="Orders &amp; more" description="Party" isEmbedded="false" isCertified="true"
    certificationNote="Checked" schema="dbo"><site id="site-1"/><contact id="u-1" name="ada"/><certifier id="u-2" name="bo"/>
    <tags><tag label="plan"/></tags></table>"""
PLAIN = '<table id="t-2" name="customers" isEmbedded="false" isCertified="false" schema="dbo"><site id="site-1"/></table>'
REGION = '<column id="c-1" name="Region" description="West &amp; East" remoteType="WSTR" parentTableId="t-1"><site id="site-1"/></column>'
SIZE = '<column id="c-2" name="Größe" remoteType="R8" parentTableId="t-1"><site id="site-1"/></column>'
ITEM = ("tables", "known(TSC.TableItem('Orders'), 't-1')")

case("get", "server.tables.get(TSC.RequestOptions(pagesize=1000))", page("tables", ORDERS, PLAIN))
case("get.plain", "server.tables.get()", page("tables", ORDERS, PLAIN))
case("get_by_id", "server.tables.get_by_id('t-1')", ORDERS)
case(
    "update",
    f"""
    item = {ITEM[1]}
    item.contact_id, item.certified, item.certification_note, item.description = 'u-2', False, 'note', 'A < B'
    server.tables.update(item)
    """,
    ORDERS,
)
case("delete", "server.tables.delete('t-1')", done())
case("populate_columns", f"item = {ITEM[1]}\nserver.tables.populate_columns(item)\nlist(item.columns)", page("columns", REGION, SIZE))
case("update_column", f"server.tables.update_column({ITEM[1]}, known(TSC.ColumnItem('Region', 'new & improved'), 'c-1'))", REGION)
permissions(ITEM)
quality_warnings(ITEM)
tags(ITEM, update=False)
