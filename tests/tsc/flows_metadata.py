"""The Metadata API, with the queries of TSC's samples."""

from tableauserverclient.server.endpoint.exceptions import GraphQLError, InvalidGraphQLQuery

from helpers import refused

DATASOURCES = """
query useMetadataApi($name: String){
    publishedDatasources (filter: {name: $name}) {
        luid
        name
        description
        projectName
        fields {
            name
        }
    }
}"""
PAGED = """
# The variables are required
query paged($first:Int, $afterToken:String) {
  workbooksConnection(first: $first, after:$afterToken) {
    nodes { luid name projectName description }
    totalCount
    pageInfo { endCursor hasNextPage }
  }
}"""


def flow_metadata(mock):
    server = mock.signed_in()
    datasources = server.datasources.get()[0]
    found = server.metadata.query(DATASOURCES, {"name": None})["data"]["publishedDatasources"]
    assert sorted(node["luid"] for node in found) == sorted(item.id for item in datasources)
    name = datasources[0].name
    found = server.metadata.query(DATASOURCES, {"name": name})["data"]["publishedDatasources"]
    assert {node["name"] for node in found} == {name}
    assert found[0]["projectName"] == datasources[0].project_name
    assert all(field["name"] for field in found[0]["fields"])
    pages = server.metadata.paginated_query(PAGED, variables={"first": 2, "afterToken": None})["pages"]
    connections = [page["data"]["workbooksConnection"] for page in pages]
    luids = [node["luid"] for connection in connections for node in connection["nodes"]]
    assert sorted(luids) == sorted(item.id for item in server.workbooks.all())
    assert {connection["totalCount"] for connection in connections} == {len(luids)}
    assert len(pages) > 1


def flow_metadata_errors(mock):
    server = mock.signed_in()
    assert server.metadata.query("{ workbooks { nothing } }")["errors"]
    with refused(GraphQLError):
        server.metadata.query("{ workbooks { nothing } }", abort_on_error=True)
    with refused(InvalidGraphQLQuery):
        server.metadata.paginated_query("{ workbooks { name } }")
    assert server.metadata.backfill_status() and server.metadata.eventing_status()
