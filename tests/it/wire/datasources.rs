use tableau_server_client as tsc;
use tsc::{AskData, DatasourceId, DatasourceUpdate, datasources};

use super::golden::{Goldens, every};
use super::shared;

fn id() -> DatasourceId {
    "d-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs("get.plain", "every-list-is-paged", &["GET ~/datasources?pageNumber=1&pageSize=1000"], |s| {
        every(s.datasources().list())
    });
    for name in ["get", "all"] {
        g.same(name, |s| every(s.datasources().list()));
    }
    g.same("filter", |s| {
        every(s.datasources().list().filter(datasources::NAME.eq("Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.datasources().list().sort(datasources::CREATED_AT.desc());
        every(list.sort(datasources::NAME.asc()).page_size(100))
    });
    g.same("paginate", |s| every(s.datasources().list().page_size(7)));
    g.same("only_fields", |s| every(s.datasources().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| {
        every(s.datasources().list().fields(["_default_", "name"]).page_size(100))
    });
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/datasources?filter=name:eq:Sales&pageNumber=1&pageSize=1000"],
        |s| Ok(s.datasources().find("Sales")?.map(|one| [one])),
    );
    g.same("get_by_id", |s| s.datasources().get(&id()));
    g.differs(
        "update.name",
        "unset-is-not-sent",
        &[r#"PUT ~/datasources/d-1 <tsRequest> <datasource name="New & old">"#],
        |s| s.datasources().update(&id(), DatasourceUpdate::new().name("New & old")),
    );
    g.same("update.every", |s| {
        let changes = DatasourceUpdate::new().name("New").description("text").owner("u-2");
        let changes = changes.project("p-2").certified(true).certification_note("ok & fine");
        let changes = changes.encrypt_extracts(true).use_remote_query_agent(true);
        s.datasources().update(&id(), changes.ask_data(AskData::Enabled))
    });
    g.same("delete", |s| s.datasources().delete(&id()));
    g.same("refresh", |s| s.datasources().refresh(&id()));
    g.same("refresh.incremental", |s| s.datasources().refresh_incrementally(&id()));
    g.differs_in_all(
        "refresh.already_queued",
        "the-job-that-waits",
        &[
            "POST ~/datasources/d-1/refresh <tsRequest> <extractRefresh>",
            "GET ~/jobs?pageNumber=1&pageSize=1000&sort=createdAt:desc",
            "GET ~/jobs/j-1",
        ],
        |s| {
            let job = s.datasources().refresh(&id())?;
            assert_eq!(job.id.as_str(), "j-1");
            Ok(job)
        },
    );
    let create = "POST ~/datasources/d-1/createExtract";
    g.differs("create_extract", "words-of-queries", &[&format!("{create} <tsRequest>")], |s| {
        s.extracts(&id()).create()
    });
    g.differs(
        "create_extract.encrypted",
        "words-of-queries",
        &[&format!("{create}?encrypt=true <tsRequest>")],
        |s| s.extracts(&id()).encrypt().create(),
    );
    g.same("delete_extract", |s| s.extracts(&id()).delete());
    shared::permissions(g, &id());
    shared::tags(g, &id());
    shared::connections(g, &id());
    shared::many_connections(g, &id());
    shared::quality_warnings(g, &id());
    shared::revisions(g, &id(), |s, number| s.datasources().download_revision(&id(), number));
    g.same("download", |s| s.datasources().download(&id()).to_bytes());
    g.same("download_revision.current", |s| s.datasources().download(&id()).to_bytes());
    g.differs(
        "download.no_extract",
        "words-of-queries",
        &["GET ~/datasources/d-1/content?includeExtract=false"],
        |s| s.datasources().download(&id()).include_extract(false).to_bytes(),
    );
    g.differs(
        "download_revision.no_extract",
        "words-of-queries",
        &["GET ~/datasources/d-1/revisions/2/content?includeExtract=false"],
        |s| s.datasources().download_revision(&id(), 2).include_extract(false).to_bytes(),
    );
    g.not_yet(
        &["update_hyper_data", "update_hyper_data.payload", "update_hyper_data.connection"],
        "transfers",
    );
    g.not_yet(&["schedule_extract_refresh"], "schedules");
    g.not_yet(
        &[
            "publish.create",
            "publish.overwrite",
            "publish.append",
            "publish.replace",
            "publish.as_job",
            "publish.hyper",
            "publish.credentials",
            "publish.every",
            "publish.chunks",
        ],
        "transfers",
    );
}
