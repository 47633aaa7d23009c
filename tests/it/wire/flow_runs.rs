use tableau_server_client as tsc;
use tsc::{FlowRunId, flow_runs};

use super::golden::{Goldens, every};

fn id() -> FlowRunId {
    "fr-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/flows/runs?pageNumber=1&pageSize=1000"],
        |s| every(s.flow_runs().list()),
    );
    g.same("get", |s| every(s.flow_runs().list()));
    const ONCE: &str = "lists-without-pages";
    g.differs("all", ONCE, &["GET ~/flows/runs?pageNumber=1&pageSize=1000"], |s| {
        every(s.flow_runs().list())
    });
    g.differs(
        "filter",
        ONCE,
        &["GET ~/flows/runs?filter=flowId:eq:f-1&pageNumber=1&pageSize=5"],
        |s| every(s.flow_runs().list().filter(flow_runs::FLOW_ID.eq("f-1")).page_size(5)),
    );
    g.differs(
        "order_by",
        ONCE,
        &["GET ~/flows/runs?pageNumber=1&pageSize=100&sort=startedAt:desc"],
        |s| every(s.flow_runs().list().sort(flow_runs::STARTED_AT.desc()).page_size(100)),
    );
    g.differs("paginate", ONCE, &["GET ~/flows/runs?pageNumber=1&pageSize=7"], |s| {
        every(s.flow_runs().list().page_size(7))
    });
    g.differs(
        "only_fields",
        ONCE,
        &["GET ~/flows/runs?fields=id&pageNumber=1&pageSize=100"],
        |s| every(s.flow_runs().list().fields(["id"]).page_size(100)),
    );
    g.differs(
        "fields",
        ONCE,
        &["GET ~/flows/runs?fields=_default_,progress&pageNumber=1&pageSize=100"],
        |s| every(s.flow_runs().list().fields(["_default_", "progress"]).page_size(100)),
    );
    // TSC reads a total that the response does not have, and fails. A run has no name.
    g.not_applicable(&["find_by_name"]);
    g.same("get_by_id", |s| s.flow_runs().get(id()));
    g.same("cancel", |s| s.flow_runs().cancel(id()));
    g.differs_in_all(
        "wait_for_job",
        "runs-are-waited-for-by-their-job",
        &["GET ~/flows/runs/fr-1", "GET ~/jobs/j-1"],
        |s| s.flow_runs().job(id())?.wait(),
    );
}
