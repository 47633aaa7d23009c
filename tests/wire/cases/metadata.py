SOURCES = """{"data": {"publishedDatasources": [{"luid": "d-1", "name": "R&D"}, {"luid": "d-2", "name": "Sales"}]}}"""
PARTIAL = """{"data": {"publishedDatasources": [{"luid": "d-1", "name": "R&D"}]}, "errors": [
    {"message": "Reached time limit of PT5S for query execution.", "path": null, "extensions": null}]}"""
ALL = "{ publishedDatasources { luid name } }"
ONE = "query one($name: String) { publishedDatasources(filter: {name: $name}) { luid name } }"
PAGED = (
    "query all($first: Int, $afterToken: String) { workbooksConnection(first: $first, after: $afterToken)"
    " { nodes { luid } pageInfo { hasNextPage endCursor } } }"
)


def connection(luid, cursor, more="true"):
    return text(
        f'{{"data": {{"workbooksConnection": {{"nodes": [{{"luid": "{luid}"}}],'
        f' "pageInfo": {{"hasNextPage": {more}, "endCursor": "{cursor}"}}}}}}}}'
    )


case("query", f"server.metadata.query({ALL!r})", text(SOURCES))
case("query.variables", f"server.metadata.query({ONE!r}, {{'name': 'R&D'}})", text(SOURCES))
case("query.partial", f"server.metadata.query({ALL!r})", text(PARTIAL))
case("query.abort_on_error", f"server.metadata.query({ALL!r}, abort_on_error=True)", text(PARTIAL))
case(
    "paginated_query",
    f"server.metadata.paginated_query({PAGED!r}, variables={{'first': 1}})['pages']",
    connection("w-1", "c-1"),
    connection("w-2", "c-2"),
    connection("w-3", "c-3", "false"),
)
case("paginated_query.not_paged", f"server.metadata.paginated_query({ALL!r})")
case("backfill_status", "server.metadata.backfill_status()", text('{"backfill": {"status": "done"}}'))
case("eventing_status", "server.metadata.eventing_status()", text('{"eventing": "OK"}'))
