//! Publishes to the mock server, and downloads what was published.

use tableau_server_client as tsc;
use tsc::mock::MockServer;
use tsc::{Download, Session, Source};

use crate::help;

fn with(mock: &MockServer, check: impl FnOnce(&Session<'_>)) {
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&session);
}

fn with_mock(check: impl FnOnce(&Session<'_>, &MockServer)) {
    let mock = MockServer::start().unwrap();
    with(&mock, |session| check(session, &mock));
}

const TWB: &str = "<?xml version='1.0'?><workbook><datasources><datasource caption='Orders'>\
    <connection class='postgres' server='db' port='5432' username='u' dbname='d'/></datasource>\
    </datasources><worksheets><worksheet name='One'/></worksheets></workbook>";

/// A kind of content, for tests of all kinds.
struct Kind {
    /// Two files; the second one replaces the first if the kind supports that.
    files: [(&'static str, Vec<u8>); 2],
    /// Publishes under this name, with or without overwriting, and returns the id.
    publish: fn(&Session<'_>, Source<'static>, &str, bool) -> tsc::Result<String>,
    /// Names and ids.
    list: fn(&Session<'_>) -> Vec<(String, String)>,
    download: for<'a> fn(&'a Session<'_>, &str) -> Download<'a>,
}

/// The functions of a resource that publishes, replaces, lists and downloads.
macro_rules! kind {
    ($resource:ident, $files:expr) => {
        Kind {
            files: $files,
            publish: |session, source, name, over| {
                let publish = session.$resource().publish(source).name(name);
                let published =
                    if over { publish.overwrite(true).send()? } else { publish.send()? };
                Ok(published.item.id.to_string())
            },
            list: |session| {
                let all = session.$resource().list().into_iter().map(Result::unwrap);
                all.map(|item| (item.name, item.id.to_string())).collect()
            },
            download: |session, id| session.$resource().download(id),
        }
    };
}

/// Bytes that are not valid text.
fn noise(seed: u8) -> Vec<u8> {
    (0..100_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2] ^ seed).collect()
}

/// The beginning of an archive.
fn packed(seed: u8) -> Vec<u8> {
    [b"PK\x03\x04".to_vec(), noise(seed)].concat()
}

fn round_trip(kind: &Kind, replaces: bool) {
    with_mock(|session, mock| {
        let [(file, first), (other, second)] = &kind.files;
        let all = || -> Vec<String> {
            let mine = (kind.list)(session).into_iter().filter(|(name, _)| name == "Mine");
            mine.map(|(_, id)| id).collect()
        };
        let source = |file: &str, bytes: &[u8]| Source::bytes(file, bytes.to_vec());
        let bytes = |id: &str| (kind.download)(session, id).to_bytes().unwrap();
        let id = (kind.publish)(session, source(file, first), "Mine", false).unwrap();
        assert_eq!(mock.requests_to("*", "/fileUploads").len(), 0);
        assert_eq!(all(), [id.as_str()]);
        assert!(bytes(&id) == *first);

        let folder = std::env::temp_dir().join(format!("tsc-{}-{file}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = (kind.download)(session, &id).overwrite(true).to_folder(&folder).unwrap();
        let ending = file.rsplit_once('.').unwrap().1;
        assert_eq!(path.file_name().unwrap().to_str(), Some(&*format!("Mine.{ending}")));
        std::fs::remove_dir_all(&folder).unwrap();

        // In chunks, replacing the first file.
        let chunked = source(other, second).chunked_from(1).chunk_size(30_000);
        let again = (kind.publish)(session, chunked, "Mine", replaces).unwrap();
        assert_eq!(mock.requests_to("POST", "/fileUploads").len(), 1);
        let chunks = second.len().div_ceil(30_000);
        assert_eq!(mock.requests_to("PUT", "/fileUploads/*").len(), chunks);
        assert!(bytes(&again) == *second);
        if replaces {
            assert_eq!(all(), [id.as_str()]);
            let new = (kind.publish)(session, source(file, first), "Mine", false).unwrap_err();
            assert_eq!(new.code(), Some("403007"));
        } else {
            assert_eq!(all(), [id.as_str(), again.as_str()]);
            assert!(bytes(&id) == *first);
        }
    });
}

#[test]
fn downloads_published_workbooks_unchanged() {
    round_trip(&kind!(workbooks, [("a.twb", TWB.into()), ("b.twbx", packed(1))]), true);
}

#[test]
fn downloads_published_data_sources_unchanged() {
    let hyper = [b"HyPer\x00".to_vec(), noise(2)].concat();
    round_trip(&kind!(datasources, [("a.hyper", hyper), ("b.tdsx", packed(3))]), true);
}

#[test]
fn downloads_published_flows_unchanged() {
    round_trip(&kind!(flows, [("a.tflx", packed(4)), ("b.tfl", packed(5))]), true);
}

#[test]
fn downloads_published_custom_views_unchanged() {
    let json = |text: &str| format!("{{\"any\": \"{}\"}}", text.repeat(50_000)).into_bytes();
    let kind = Kind {
        files: [("a.json", json("é")), ("b.json", json("ü"))],
        publish: |session, source, name, _| {
            let workbook = session.workbooks().list().into_iter().next().unwrap()?;
            let publish = session.custom_views().publish(&workbook.id, source).name(name);
            Ok(publish.send()?.item.id.to_string())
        },
        list: |session| {
            let all = session.custom_views().list().into_iter().map(Result::unwrap);
            all.map(|item| (item.name, item.id.to_string())).collect()
        },
        download: |session, id| session.custom_views().download(id),
    };
    round_trip(&kind, false);
}

#[test]
fn publishes_a_custom_view_to_another_workbook() {
    with_mock(|session, _| {
        let views = session.custom_views();
        let before = views.list().into_iter().next().unwrap().unwrap();
        let workbooks: Vec<_> =
            session.workbooks().list().into_iter().map(Result::unwrap).take(3).collect();
        let other = &workbooks[2];
        let definition = views.download(&before.id).to_bytes().unwrap();
        let published =
            views.publish(&other.id, Source::bytes("v.json", definition)).name("Copy").send();
        let copy = published.unwrap().item;
        assert_eq!(copy.workbook.as_ref(), Some(&other.id));
        assert_eq!(copy.view_name, before.view_name);
        assert_eq!((copy.shared, copy.owner.as_ref()), (Some(false), Some(session.user_id())));
        let bob = session.users().list().into_iter().map(Result::unwrap).nth(2).unwrap();
        let owned = views.publish(&other.id, Source::bytes("v.json", b"[]".to_vec()));
        let owned = owned.name("Bob's").owner(&bob.id).shared(true).send().unwrap().item;
        assert_eq!((owned.shared, owned.owner), (Some(true), Some(bob.id)));
        let image = views.image(&copy.id, tsc::export::ImageExport::new()).to_bytes().unwrap();
        assert!(image.starts_with(b"\x89PNG"));
        let pdf = views.pdf(&copy.id, tsc::export::PdfExport::new()).to_bytes().unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        let csv = tsc::export::CsvExport::new().filter("Region", ["East"]);
        let csv = String::from_utf8(views.csv(&copy.id, csv).to_bytes().unwrap()).unwrap();
        assert_eq!(csv.lines().count(), 2, "{csv}");
    });
}

#[test]
fn flows_have_revisions_and_connections() {
    with_mock(|session, _| {
        let flows = session.flows();
        let sample = flows.list().into_iter().next().unwrap().unwrap();
        let file = flows.download(&sample.id).to_bytes().unwrap();
        let login = tsc::publish::ConnectionCredentials::new("prep", help::PASSWORD);
        let connection = tsc::publish::PublishConnection::new("db.example.com").credentials(login);
        let published = flows.publish(Source::bytes("Copy.tflx", file.clone()));
        let published = published.connection(connection).send().unwrap();
        assert_eq!(published.item.file_type.as_deref(), Some("tflx"));
        assert_eq!(published.connections[0].taken, Some(true));
        let id = published.item.id;
        let there = session.connections(&id).list().unwrap();
        assert_eq!(there[0].connection_type.as_deref(), Some("sqlserver"));
        assert_eq!(there[0].user_name.as_deref(), Some("prep"));
        flows.publish(Source::bytes("Copy.tfl", &b"{}"[..])).overwrite(true).send().unwrap();
        let revisions: Vec<_> =
            session.revisions(&id).list().into_iter().map(|r| r.unwrap().number).collect();
        assert_eq!(revisions, [1, 2]);
        assert_eq!(flows.download_revision(&id, 1).to_bytes().unwrap(), file);
        assert_eq!(flows.download(&id).to_bytes().unwrap(), b"{}");
        assert_eq!(flows.get(&id).unwrap().file_type.as_deref(), Some("tfl"));
        // A generated view keeps its definition, too.
        flows
            .publish(Source::bytes("x.tfl", &b"{}"[..]))
            .name(&sample.name)
            .overwrite(true)
            .send()
            .unwrap();
        assert_eq!(session.revisions(&sample.id).list().total().unwrap(), 2);
    });
}

#[test]
fn rejects_files_that_the_kind_of_content_does_not_accept() {
    with_mock(|session, mock| {
        mock.clear_requests();
        let workbook = tsc::WorkbookId::from("w");
        for error in [
            session.workbooks().publish(Source::bytes("a.tds", &b"x"[..])).send().map(drop),
            session.datasources().publish(Source::bytes("a.twb", &b"x"[..])).send().map(drop),
            session.flows().publish(Source::bytes("a.twb", &b"x"[..])).send().map(drop),
            session
                .custom_views()
                .publish(&workbook, Source::bytes("a.tfl", &b"x"[..]))
                .send()
                .map(drop),
        ] {
            assert_eq!(error.unwrap_err().kind(), tsc::ErrorKind::Input);
        }
        assert_eq!(mock.requests().len(), 0);
        // Errors that only the server can detect.
        let workbook = session.workbooks().list().into_iter().next().unwrap().unwrap().id;
        let broken = session.custom_views().publish(&workbook, Source::bytes("a.json", &b"{"[..]));
        assert_eq!(broken.send().unwrap_err().code(), Some("400000"));
        let nowhere = tsc::WorkbookId::from("w");
        let lost = session.custom_views().publish(&nowhere, Source::bytes("a.json", &b"{}"[..]));
        assert!(lost.send().unwrap_err().is_not_found());
    });
}

#[test]
fn publish_jobs_return_the_outcome_of_connections() {
    with_mock(|session, mock| {
        let login = |user: &str| tsc::publish::ConnectionCredentials::new(user, help::PASSWORD);
        let publish = || {
            session
                .workbooks()
                .publish(Source::bytes("Orders.twb", TWB.as_bytes()))
                .overwrite(true)
                .connection(
                    tsc::publish::PublishConnection::new("db").port(5432).credentials(login("me")),
                )
                .connection(
                    tsc::publish::PublishConnection::new("elsewhere").credentials(login("me")),
                )
        };
        let quick = || tsc::jobs::JobWait::new().poll_intervals(help::millis(1), help::millis(5));
        let mut job = publish().send_as_job().unwrap();
        let early = job.connections().unwrap_err();
        assert_eq!(early.kind(), tsc::ErrorKind::Input, "{early}");
        let workbook = job.wait_with(quick()).unwrap().workbook.unwrap();
        let outcome = job.connections().unwrap();
        let taken: Vec<_> = outcome.iter().map(|one| (&*one.server, one.port, one.taken)).collect();
        assert_eq!(taken, [("db", Some(5432), Some(true)), ("elsewhere", None, Some(false))]);
        let there = session.connections(&workbook).list().unwrap();
        assert_eq!(outcome[0].id.as_ref(), Some(&there[0].id));
        assert_eq!(outcome[1].id, None);
        assert!(!format!("{job:?}").contains(help::PASSWORD));
        // The same outcome without a job.
        let immediate = publish().send().unwrap().connections;
        let same: Vec<_> = immediate.iter().map(|one| one.taken).collect();
        assert_eq!(same, [Some(true), Some(false)]);

        mock.fail_next_job("disk full");
        let mut failed = publish().send_as_job().unwrap();
        failed.wait_with(quick()).unwrap_err();
        let error = failed.connections().unwrap_err();
        assert_eq!(error.kind(), tsc::ErrorKind::Job, "{error}");

        // If the connections cannot be read, the outcome is unknown, and the workbook remains
        // published.
        let mut job = publish().send_as_job().unwrap();
        job.wait_with(quick()).unwrap();
        mock.fault(tsc::mock::Fault::status(403).on("GET", "/workbooks/*/connections"));
        let outcome = job.connections().unwrap();
        assert!(outcome.iter().all(|one| one.taken.is_none() && one.id.is_none()), "{outcome:?}");
        mock.clear_faults();
        // The plain handle refers to the same job.
        let id = job.id().clone();
        assert_eq!(tsc::JobHandle::from(job).id(), &id);
    });
}

#[test]
fn adds_content_to_schedules() {
    with_mock(|session, mock| {
        let schedules = crate::mock::Client::new(mock).call("GET", "schedules", "");
        let ids = schedules.all("schedule", "id");
        let [extracts, flows] = &ids[..] else { panic!("{ids:?}") };
        let extracts = tsc::ScheduleId::from(extracts.as_str());
        let flows = tsc::ScheduleId::from(flows.as_str());
        let workbook = session.workbooks().list().into_iter().next().unwrap().unwrap().id;
        let datasource = session.datasources().list().into_iter().next().unwrap().unwrap().id;
        let flow = session.flows().list().into_iter().next().unwrap().unwrap().id;
        let scheduled = session.workbooks().add_to_schedule(&workbook, &extracts).unwrap();
        assert!(scheduled.created && scheduled.task.is_some() && scheduled.warnings.is_empty());
        let other = session.datasources().add_to_schedule(&datasource, &extracts).unwrap();
        assert_ne!(other.task, scheduled.task);
        assert!(session.flows().add_to_schedule(&flow, &flows).unwrap().created);
        let wrong = session.flows().add_to_schedule(&flow, &extracts).unwrap_err();
        assert_eq!(wrong.code(), Some("400000"));
        let none = session.flows().add_to_schedule(&flow, "x").unwrap_err();
        assert_eq!(none.code(), Some("404023"));
    });
}
