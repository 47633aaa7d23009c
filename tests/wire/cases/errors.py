GET = "server.workbooks.get_by_id('w-1')"
JSON = {"content_type": "application/json"}

for status, code, summary in [
    (400, "400003", "Bad request"),
    (401, "401002", "Unauthorized Access"),
    (403, "403004", "Forbidden"),
    (404, "404006", "Resource not found"),
    (405, "405000", "Method not allowed"),
    (409, "409004", "Conflict"),
    (429, "429000", "Too many requests"),
]:
    case(f"{status}", GET, error(status, code, summary, f"A sentence about {code}"))
case("500", GET, error(500, "500000", "Internal server error", "It broke"))
case("503.html", GET, raw(503, "<html><body>Down</body></html>", content_type="text/html"))
case("404.html", GET, raw(404, "<html><body>Not here</body></html>", content_type="text/html"))
case("404.json", GET, raw(404, '{"code":"404006"}', **JSON))
case("404.empty", GET, raw(404))
case("400.without_error", GET, xml("<nothing/>", 400))
case("400.without_detail", GET, xml('<error code="400003"><summary>Bad request</summary></error>', 400))
case("200.nothing", GET, xml(""))
case("200.broken", GET, raw(200, "<tsResponse><workbook", content_type="application/xml"))
case("200.entities", GET, raw(200, '<!DOCTYPE x [<!ENTITY a "b">]><tsResponse>&a;</tsResponse>', content_type="application/xml"))
case("200.old_namespace", GET, xml(WORKBOOK, namespace="http://tableausoftware.com/api"))
case("206", GET, xml(WORKBOOK, 206))
MOVED = "{BASE}/elsewhere/projects?x=1"
for status in (301, 302, 303, 307, 308):
    case(
        f"redirect.{status}",
        "server.projects.update(TSC.ProjectItem('Ops', id='p-1'))",
        raw(status, location=MOVED),
        '<project id="p-1" name="Ops"/>',
    )
case("redirect.relative", GET, raw(302, location="/elsewhere/w-1"), xml(WORKBOOK))
case("headers", GET, xml(WORKBOOK), options={"headers": {"X-Request-Source": "nightly"}})
case("not_signed_in", GET, signed_in=False)
case("version_too_old", "server.workbooks.update(known(TSC.WorkbookItem('p-1'), 'w-1'), include_view_acceleration_status=True)\nserver.custom_views.get()", xml(WORKBOOK), version="3.10")

# Where this library goes on, and TSC gives up.
case("429.again", GET, error(429, "429000", "Too many requests", "Later"), xml(WORKBOOK), spare=True)
case("503.again", GET, raw(503, "<html>Down</html>", content_type="text/html"), xml(WORKBOOK), spare=True)
case(
    "401.again",
    GET,
    error(401, "401002", "Unauthorized Access", "Expired"),
    '<credentials token="fresh-token"><site id="site-1" contentUrl=""/><user id="user-1"/></credentials>',
    xml(WORKBOOK),
    spare=True,
)
case("redirect.other_host", GET, raw(302, location="{ALT}/elsewhere/w-1"), xml(WORKBOOK))
case("redirect.endless", GET, *[raw(302, location="/again") for _ in range(31)])
