INFO = """<serverInfo>
    <productVersion build="20251.25.0312.1143">2025.1.0</productVersion>
    <restApiVersion>3.25</restApiVersion>
    <prepConductorVersion>2025.1.1</prepConductorVersion>
</serverInfo>"""

case("get", "server.server_info.get()", INFO, signed_in=False)
case("get.signed_in", "server.server_info.get()", INFO)
case("serverInfo", "(server.server_info.serverInfo, server.server_info.serverInfo)", INFO, signed_in=False)
case("use_server_version", "server.use_server_version()\nserver.version", INFO, signed_in=False)
case(
    "get.refused",
    "server.server_info.get()",
    error(404, "404003", "Unknown", "There is no such call in this version"),
    signed_in=False,
)
