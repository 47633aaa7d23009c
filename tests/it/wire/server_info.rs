use super::golden::Goldens;

const OURS: &[&str] = &["GET /api/serverinfo"];

pub fn cases(g: &mut Goldens) {
    g.differs_server("get", "server-info-is-lower-case", OURS, |server| server.server_info());
    g.differs_server("get.signed_in", "server-info-is-lower-case", OURS, |server| {
        server.server_info()
    });
    g.differs_server("serverInfo", "server-info-is-lower-case", OURS, |server| {
        server.server_info().map(|info| (info.clone(), info))
    });
    g.differs_server("use_server_version", "server-info-is-lower-case", OURS, |server| {
        server.server_info().map(|info| info.rest_api_version.to_string())
    });
    g.differs_server("get.refused", "server-info-is-lower-case", OURS, |server| {
        server.server_info()
    });
}
