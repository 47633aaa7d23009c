use tableau_server_client as tsc;
use tsc::{Flow, FlowId, Publish, Session, Source, flows};
use tsc::flows::FlowUpdate;

use super::golden::{Goldens, every, job};
use super::shared;

fn id() -> FlowId {
    "f-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/flows?pageNumber=1&pageSize=1000"],
        |s| every(s.flows().list()),
    );
    for name in ["get", "all"] {
        g.same(name, |s| every(s.flows().list()));
    }
    g.same("filter", |s| {
        every(s.flows().list().filter(tsc::Filter::raw("name:eq:Super & Store")).page_size(5))
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
    g.same("get_by_id", |s| s.flows().get(id()));
    g.same("update.every", |s| {
        s.flows().update(id(), FlowUpdate::new().owner("u-2").project("p-2"))
    });
    g.differs(
        "update.name",
        "names-of-flows-are-sent",
        &[r#"PUT ~/flows/f-1 <tsRequest> <flow name="New">"#],
        |s| s.flows().update(id(), FlowUpdate::new().name("New")),
    );
    g.same("delete", |s| s.flows().delete(id()));
    g.same("refresh", |s| job(s.flows().run_now(id())));
    g.differs_in_all(
        "refresh.already_queued",
        "the-job-that-waits",
        &[
            "POST ~/flows/f-1/run <tsRequest>",
            "GET ~/jobs?pageNumber=1&pageSize=1000&sort=createdAt:desc",
            "GET ~/jobs/j-1",
        ],
        |s| {
            let job = job(s.flows().run_now(id()))?;
            assert_eq!(job.id.as_str(), "j-1");
            Ok(job)
        },
    );
    shared::permissions(g, &id());
    shared::tags(g, &id());
    shared::connections(g, &id());
    shared::quality_warnings(g, &id());
    g.same("download", |s| s.flows().download(id()).to_bytes());
    g.same("schedule_flow_run", |s| Ok(s.flows().add_to_schedule(id(), "s-1")?.warnings));
    publishing(g);
}

const FILE: &[u8] = b"PK\x03\x04 a packaged flow \xff\x00 of no use";

fn publish<'s>(s: &'s Session<'_>, name: &str) -> Publish<'s, 'static, Flow> {
    let publish = s.flows().publish(Source::bytes("sample.tflx", FILE));
    publish.name(name).project("p-1")
}

fn publishing(g: &mut Goldens) {
    g.same("publish.create", |s| Ok(publish(s, "Clean").send()?.item));
    g.same("publish.overwrite", |s| Ok(publish(s, "Clean").overwrite(true).send()?.item));
    g.changed(
        "publish.every",
        "published-connections",
        &[("<connections>", "</flow><connections>"), ("</connections></flow>", "</connections>")],
        &["GET ~/flows/f-1/connections"],
        |s| {
            let publish = publish(s, "Größe \"1\"").overwrite(true);
            let publish =
                shared::published_connections().into_iter().fold(publish, Publish::connection);
            Ok(publish.send()?.item)
        },
    );
    g.same("publish.chunks", |s| {
        let source = Source::bytes("sample.tflx", FILE).chunk_size(20).chunked_from(1);
        let publish = s.flows().publish(source).name("Clean").project("p-1");
        Ok(publish.overwrite(true).send()?.item)
    });
}
