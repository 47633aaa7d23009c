use tableau_server_client as tsc;
use tsc::{FlowId, FlowUpdate, flows};

use super::golden::{Goldens, every};
use super::shared;

fn id() -> FlowId {
    "f-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs("get.plain", "every-list-is-paged", &["GET ~/flows?pageNumber=1&pageSize=1000"], |s| {
        every(s.flows().list())
    });
    for name in ["get", "all"] {
        g.same(name, |s| every(s.flows().list()));
    }
    g.same("filter", |s| {
        every(s.flows().list().filter(flows::NAME.eq("Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.flows().list().sort(flows::CREATED_AT.desc());
        every(list.sort(flows::NAME.asc()).page_size(100))
    });
    g.same("paginate", |s| every(s.flows().list().page_size(7)));
    g.same("only_fields", |s| every(s.flows().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.flows().list().fields(["_default_", "name"]).page_size(100)));
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/flows?filter=name:eq:Clean&pageNumber=1&pageSize=1000"],
        |s| Ok(s.flows().find("Clean")?.map(|one| [one])),
    );
    g.same("get_by_id", |s| s.flows().get(&id()));
    g.same("update.every", |s| {
        s.flows().update(&id(), FlowUpdate::new().owner("u-2").project("p-2"))
    });
    g.differs(
        "update.name",
        "names-of-flows-are-sent",
        &[r#"PUT ~/flows/f-1 <tsRequest> <flow name="New">"#],
        |s| s.flows().update(&id(), FlowUpdate::new().name("New")),
    );
    g.same("delete", |s| s.flows().delete(&id()));
    g.same("refresh", |s| s.flows().run_now(&id()));
    g.differs_in_all(
        "refresh.already_queued",
        "the-job-that-waits",
        &[
            "POST ~/flows/f-1/run <tsRequest>",
            "GET ~/jobs?pageNumber=1&pageSize=1000&sort=createdAt:desc",
            "GET ~/jobs/j-1",
        ],
        |s| {
            let job = s.flows().run_now(&id())?;
            assert_eq!(job.id.as_str(), "j-1");
            Ok(job)
        },
    );
    shared::permissions(g, &id());
    shared::tags(g, &id());
    shared::connections(g, &id());
    shared::quality_warnings(g, &id());
    g.same("download", |s| s.flows().download(&id()).to_bytes());
    g.not_yet(&["schedule_flow_run"], "schedules");
    g.not_yet(
        &["publish.create", "publish.overwrite", "publish.every", "publish.chunks"],
        "transfers",
    );
}
