METRIC = """<metric id="m-1" name="Sales" description="Daily" webpageUrl="https://ops.example/#/metrics/1"
    createdAt="2025-11-02T08:00:00Z" updatedAt="2025-12-03T09:10:11Z" suspended="true"><project id="p-1" name="Finance"/>
    <owner id="u-1"/><tags><tag label="plan"/></tags><underlyingView id="v-1"/></metric>"""

listing(METRIC, "metrics", None, "Sales")
case("get.without_wrapper", "server.metrics.get(TSC.RequestOptions(pagesize=1000))", f'<pagination pageNumber="1" pageSize="1000" totalAvailable="1"/>{METRIC}')
case("get_by_id", "server.metrics.get_by_id('m-1')", METRIC)
case(
    "update",
    """
    item = TSC.MetricItem('New & "old"')
    item.id, item.description, item.suspended, item.project_id, item.owner_id = 'm-1', 'text', True, 'p-2', 'u-2'
    server.metrics.update(item)
    """,
    METRIC,
)
case("delete", "server.metrics.delete('m-1')", done())
