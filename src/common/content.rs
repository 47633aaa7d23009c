//! Reading one item of content by its id, for the item's resource and for its tags.

use super::capability;
use crate::operation::operations;

operations! {
    pub(crate) GET_WORKBOOK = GET "sites/{site}/workbooks/{workbook}" since (2, 0)
        scope "tableau:content:read" errors [403018, 404006]
        "Get Workbook" "workbooks_and_views.htm#query_workbook";
    pub(crate) GET_VIEW = GET "sites/{site}/views/{view}" since (3, 0)
        scope "tableau:content:read" errors [404006]
        "Get View" "workbooks_and_views.htm#get_view";
    pub(crate) GET_CUSTOM_VIEW = GET "sites/{site}/customviews/{custom-view}" since (3, 18)
        scope "tableau:content:read" errors [403162, 404008]
        "Get Custom View" "workbooks_and_views.htm#get_custom_view";
    pub(crate) GET_DATASOURCE = GET "sites/{site}/datasources/{datasource}" since (1, 0)
        scope "tableau:content:read" errors [404004]
        "Query Data Source" "data_sources.htm#query_data_source";
    pub(crate) GET_FLOW = GET "sites/{site}/flows/{flow}" since (3, 3) scope "tableau:flows:read"
        errors [404027]
        "Query Flow" "flow.htm#query_flow";
    pub(crate) GET_DATABASE = GET "sites/{site}/databases/{database}" since (3, 5)
        scope "tableau:databases:read" errors [404031, 409045, 409046]
        "Query Database" "metadata.htm#query_database";
    pub(crate) GET_TABLE = GET "sites/{site}/tables/{table}" since (3, 5) scope "tableau:tables:read"
        errors [404032, 409052, 409053]
        "Query Table" "metadata.htm#query_table";
    pub(crate) GET_VIRTUAL_CONNECTION = GET "sites/{site}/virtualconnections/{virtual-connection}"
        since (3, 23) scope "tableau:virtual_connections:read" errors [400200, 403174, 404049]
        "Download Virtual Connection" "virtual_connections.htm#query_virtual_connection";
    pub(crate) GET_METRIC = GET "sites/{site}/metrics/{metric}" since (3, 9) until (3, 22)
        scope "tableau:content:read" errors [404004]
        "Get Metric" "metrics.htm#get_metric";
}

capability! {
    /// The id of content that can be read by its id alone.
    pub trait Readable: "an item cannot be read by `{Self}` alone",
        "workbooks, views, custom views, data sources, flows, databases, tables, virtual connections and metrics can";
    WorkbookId { GET = GET_WORKBOOK }
    ViewId { GET = GET_VIEW }
    CustomViewId { GET = GET_CUSTOM_VIEW }
    DatasourceId { GET = GET_DATASOURCE }
    FlowId { GET = GET_FLOW }
    DatabaseId { GET = GET_DATABASE }
    TableId { GET = GET_TABLE }
    VirtualConnectionId { GET = GET_VIRTUAL_CONNECTION }
    MetricId { GET = GET_METRIC }
}
