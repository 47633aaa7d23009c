use tableau_server_client as tsc;
use tsc::{Datasource, DatasourceId, Publish, Session, Source, datasources};
use tsc::datasources::{AskData, DatasourceUpdate};
use tsc::hyper::{HyperAction, HyperUpdate};
use tsc::publish::ConnectionCredentials;

use super::golden::{Goldens, every, job, job_if_any};
use super::shared;

fn id() -> DatasourceId {
    "d-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/datasources?pageNumber=1&pageSize=1000"],
        |s| every(s.datasources().list()),
    );
    for name in ["get", "all"] {
        g.same(name, |s| every(s.datasources().list()));
    }
    g.same("filter", |s| {
        every(s.datasources().list().filter(tsc::Filter::raw("name:eq:Super & Store")).page_size(5))
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
    g.same("get_by_id", |s| s.datasources().get(id()));
    g.differs(
        "update.name",
        "unset-is-not-sent",
        &[r#"PUT ~/datasources/d-1 <tsRequest> <datasource name="New & old">"#],
        |s| s.datasources().update(id(), DatasourceUpdate::new().name("New & old")),
    );
    g.same("update.every", |s| {
        let changes = DatasourceUpdate::new().name("New").description("text").owner("u-2");
        let changes = changes.project("p-2").certified(true).certification_note("ok & fine");
        let changes = changes.encrypt_extracts(true).use_remote_query_agent(true);
        s.datasources().update(id(), changes.ask_data(AskData::Enabled))
    });
    g.same("delete", |s| s.datasources().delete(id()));
    g.same("refresh", |s| job(s.datasources().refresh(id())));
    g.same("refresh.incremental", |s| job(s.datasources().refresh_incrementally(id())));
    g.differs_in_all(
        "refresh.already_queued",
        "the-job-that-waits",
        &[
            "POST ~/datasources/d-1/refresh <tsRequest> <extractRefresh>",
            "GET ~/jobs?pageNumber=1&pageSize=1000&sort=createdAt:desc",
            "GET ~/jobs/j-1",
        ],
        |s| {
            let job = job(s.datasources().refresh(id()))?;
            assert_eq!(job.id.as_str(), "j-1");
            Ok(job)
        },
    );
    let create = "POST ~/datasources/d-1/createExtract";
    g.differs("create_extract", "words-of-queries", &[&format!("{create} <tsRequest>")], |s| {
        job(s.extracts(&id()).create())
    });
    g.differs(
        "create_extract.encrypted",
        "words-of-queries",
        &[&format!("{create}?encrypt=true <tsRequest>")],
        |s| job(s.extracts(&id()).encrypt(true).create()),
    );
    g.same("delete_extract", |s| job_if_any(s.extracts(&id()).delete()));
    shared::permissions(g, &id());
    shared::tags(g, &id());
    shared::connections(g, &id());
    shared::many_connections(g, &id());
    shared::quality_warnings(g, &id());
    shared::revisions(g, &id(), |s, number| s.datasources().download_revision(id(), number));
    g.same("download", |s| s.datasources().download(id()).to_bytes());
    g.same("download_revision.current", |s| s.datasources().download(id()).to_bytes());
    g.differs(
        "download.no_extract",
        "words-of-queries",
        &["GET ~/datasources/d-1/content?includeExtract=false"],
        |s| s.datasources().download(id()).include_extract(false).to_bytes(),
    );
    g.differs(
        "download_revision.no_extract",
        "words-of-queries",
        &["GET ~/datasources/d-1/revisions/2/content?includeExtract=false"],
        |s| s.datasources().download_revision(id(), 2).include_extract(false).to_bytes(),
    );
    hyper_data(g);
    g.same("schedule_extract_refresh", |s| {
        Ok(s.datasources().add_to_schedule(id(), "s-1")?.warnings)
    });
    publishing(g);
}

const FILE: &[u8] = b"PK\x03\x04 a packaged source \xff\x00 of no use";
const HYPER: &[u8] = b"HyPe\x00\x01 of no use";

fn hyper_data(g: &mut Goldens) {
    let update = || {
        let action = r#"{"action": "insert", "source-table": "new", "target-table": "all", "condition": null}"#;
        HyperUpdate::new().action(HyperAction::raw(action).unwrap()).request_id("r-1")
    };
    g.same("update_hyper_data", |s| job(s.datasources().update_data(id(), update())));
    g.same("update_hyper_data.payload", |s| {
        let update = update().payload(Source::bytes("sample.hyper", HYPER));
        job(s.datasources().update_data(id(), update))
    });
    g.same("update_hyper_data.connection", |s| {
        job(s.datasources().update_connection_data(id(), "c-1", update()))
    });
}

fn publish<'s>(s: &'s Session<'_>, name: &str) -> Publish<'s, 'static, Datasource> {
    let publish = s.datasources().publish(Source::bytes("sample.tdsx", FILE));
    publish.name(name).project("p-1")
}

fn publishing(g: &mut Goldens) {
    g.changed("publish.create", "new-is-no-mode", &[("createnew=true&", "")], &[], |s| {
        Ok(publish(s, "Sales").send()?.item)
    });
    g.same("publish.overwrite", |s| Ok(publish(s, "Sales").overwrite(true).send()?.item));
    g.same("publish.append", |s| Ok(publish(s, "Sales").append(true).send()?.item));
    g.same("publish.replace", |s| Ok(publish(s, "Sales").replace(true).send()?.item));
    g.same("publish.as_job", |s| job(publish(s, "Sales").overwrite(true).send_as_job()));
    g.same("publish.hyper", |s| {
        let publish = s.datasources().publish(Source::bytes("sample.hyper", HYPER));
        Ok(publish.name("Sales").project("p-1").overwrite(true).send()?.item)
    });
    g.same("publish.credentials", |s| {
        let login = ConnectionCredentials::new("reader", "a<b");
        Ok(publish(s, "Sales").overwrite(true).credentials(login).send()?.item)
    });
    let lower = [("isCertified=\"True\"", "isCertified=\"true\"")];
    let asked = ["GET ~/datasources/d-1/connections"];
    g.changed("publish.every", "booleans-are-lower-case", &lower, &asked, |s| {
        let publish = publish(s, "Größe \"1\"").overwrite(true).description("text").certified(true);
        let publish = publish.certification_note("ok").use_remote_query_agent(true);
        let publish = publish.ask_data(AskData::Enabled);
        let publish =
            shared::published_connections().into_iter().fold(publish, Publish::connection);
        Ok(publish.send()?.item)
    });
    g.same("publish.chunks", |s| {
        let source = Source::bytes("sample.tdsx", FILE).chunk_size(20).chunked_from(1);
        let publish = s.datasources().publish(source).name("Sales").project("p-1");
        Ok(publish.overwrite(true).send()?.item)
    });
}
