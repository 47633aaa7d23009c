use std::time::Duration;

use tableau_server_client as tsc;
use tsc::workbooks::{FreshAt, FreshEveryUnit, WeekDay};
use tsc::{Publish, Session, Source, Workbook, WorkbookId, workbooks};
use tsc::connections::ConnectionUpdate;
use tsc::export::{Orientation, PageType, PdfExport, PowerPointExport};
use tsc::workbooks::{DataAccelerationUpdate, DataFreshness, WorkbookUpdate};

use super::golden::{Goldens, every, job, job_if_any};
use super::shared;

/// The parts of a workbook that TSC sends with every update.
const UNSET: &str = "unset-is-not-sent";

fn id() -> WorkbookId {
    "w-1".into()
}

pub fn cases(g: &mut Goldens) {
    lists(g);
    updates(g);
    for name in [
        "get_by_id",
        "get_by_id.site_default",
        "get_by_id.always_live",
        "get_by_id.fresh_every",
        "get_by_id.fresh_at",
    ] {
        g.same(name, |s| s.workbooks().get(id()));
    }
    g.reads_differently("get_by_id.views", "tags-of-the-thing-itself", |s| {
        let workbook = s.workbooks().get(id())?;
        assert_eq!(workbook.tags, ["plan", "two words"]);
        assert_eq!(workbook.views[0].tags, ["front"]);
        Ok(workbook)
    });
    g.reads_differently("get_by_id.accelerated_views", "tags-of-the-thing-itself", |s| {
        let workbook = s.workbooks().get(id())?;
        assert_eq!(workbook.data_acceleration, None);
        assert_eq!(workbook.views[0].acceleration_enabled, Some(true));
        Ok(workbook)
    });
    g.reads_differently("get_by_id.fractional_seconds", "fractions-are-read", |s| {
        let created = s.workbooks().get(id())?.created_at;
        assert_eq!(created.unwrap().to_string(), "2025-11-02T08:00:00.25Z");
        Ok(created)
    });
    g.same("get_by_id.unreadable_time", |s| {
        let workbook = s.workbooks().get(id())?;
        assert_eq!(workbook.created_at, None);
        Ok(workbook)
    });
    g.reads_differently("get_by_id.bare", "silence-is-none", |s| {
        let workbook = s.workbooks().get(id())?;
        assert_eq!((workbook.show_tabs, workbook.has_extracts), (None, None));
        Ok(workbook)
    });
    g.reads_differently("get_by_id.personal_space", "personal-spaces-have-no-project", |s| {
        let workbook = s.workbooks().get(id())?;
        assert_eq!(workbook.project, None);
        Ok(workbook)
    });
    g.same("delete", |s| s.workbooks().delete(id()));
    g.same("populate_views", |s| s.workbooks().views(id()));
    g.same("populate_views.usage", |s| s.workbooks().views_with_usage(id()));
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/workbooks?pageNumber=1&pageSize=1000"],
        |s| Ok(s.workbooks().find("R&D")?.map(|one| [one])),
    );
    g.same("refresh", |s| job(s.workbooks().refresh(id())));
    g.same("refresh.incremental", |s| job(s.workbooks().refresh_incrementally(id())));
    extracts(g);
    shared::permissions(g, &id());
    shared::tags(g, &id());
    shared::connections(g, &id());
    shared::many_connections(g, &id());
    g.same("update_connection.query_tagging", |s| {
        let changes =
            ConnectionUpdate::new().query_tagging(false).authentication_type("auth-keypair");
        s.connections(&id()).update("c-1", changes)
    });
    shared::revisions(g, &id(), |s, number| s.workbooks().download_revision(id(), number));
    downloads(g);
    publishing(g);
    // TSC returns a list of the warnings.
    g.same("schedule_extract_refresh", |s| {
        Ok(s.workbooks().add_to_schedule(id(), "s-1")?.warnings)
    });
}

fn lists(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/workbooks?pageNumber=1&pageSize=1000"],
        |s| every(s.workbooks().list()),
    );
    for name in ["get", "get.several", "get.none", "all"] {
        g.same(name, |s| every(s.workbooks().list()));
    }
    g.same("filter", |s| {
        let list = s.workbooks().list().filter(tsc::Filter::raw("name:eq:Super & Store"));
        every(list.page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.workbooks().list().sort(workbooks::CREATED_AT.desc());
        every(list.sort(workbooks::NAME.asc()).page_size(100))
    });
    g.same("paginate", |s| every(s.workbooks().list().page_size(7)));
    g.same("only_fields", |s| every(s.workbooks().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.workbooks().list().fields(["_default_", "name"]).page_size(100)));
}

fn updates(g: &mut Goldens) {
    fn update(s: &tsc::Session<'_>, changes: WorkbookUpdate) -> tsc::Result<Workbook> {
        s.workbooks().update(id(), changes)
    }
    g.differs(
        "update.name",
        UNSET,
        &[r#"PUT ~/workbooks/w-1 <tsRequest> <workbook name="New & old">"#],
        |s| update(s, WorkbookUpdate::new().name("New & old")),
    );
    g.same("update.every", |s| {
        let changes = WorkbookUpdate::new().name("New").description("text").show_tabs(false);
        let changes = changes.project("p-2").owner("u-2");
        let acceleration = DataAccelerationUpdate::new().enabled(true).accelerate_now(false);
        update(s, changes.data_acceleration(acceleration))
    });
    g.differs(
        "update.fresh_at",
        UNSET,
        &[r#"PUT ~/workbooks/w-1 <tsRequest> <workbook> <dataFreshnessPolicy option="FreshAt"> <freshAtSchedule frequency="Week" time="22:00:00" timezone="Europe/Berlin"> <intervals> <interval weekDay="Monday"> <interval weekDay="Friday">"#],
        |s| {
            let days = [WeekDay::Monday, WeekDay::Friday];
            let at = FreshAt::weekly(days, jiff::civil::time(22, 0, 0, 0)).time_zone("Europe/Berlin");
            update(s, WorkbookUpdate::new().data_freshness(DataFreshness::FreshAt(at)))
        },
    );
    g.differs(
        "update.fresh_every",
        UNSET,
        &[r#"PUT ~/workbooks/w-1 <tsRequest> <workbook> <dataFreshnessPolicy option="FreshEvery"> <freshEverySchedule frequency="Hours" value="4">"#],
        |s| {
            let every_four_hours = DataFreshness::every(4, FreshEveryUnit::Hours);
            update(s, WorkbookUpdate::new().data_freshness(every_four_hours))
        },
    );
    g.differs(
        "update.include_view_acceleration",
        "words-of-queries",
        &["PUT ~/workbooks/w-1?includeViewAccelerationStatus=true <tsRequest> <workbook>"],
        |s| s.workbooks().update_with_acceleration_status(id(), WorkbookUpdate::new()),
    );
}

fn extracts(g: &mut Goldens) {
    const ALL: &str = r#"<tsRequest> <datasources includeAll="true">"#;
    const ONE: &str = r#"<tsRequest> <datasources> <datasource id="d-1">"#;
    let create = "POST ~/workbooks/w-1/createExtract";
    g.differs("create_extract", "words-of-queries", &[&format!("{create} {ALL}")], |s| {
        job(s.extracts(&id()).create())
    });
    g.differs(
        "create_extract.encrypted",
        "words-of-queries",
        &[&format!("{create}?encrypt=true {ALL}")],
        |s| job(s.extracts(&id()).encrypt(true).create()),
    );
    g.differs("create_extract.some", "words-of-queries", &[&format!("{create} {ONE}")], |s| {
        job(s.extracts(&id()).only(["d-1"]).create())
    });
    g.same("delete_extract", |s| job_if_any(s.extracts(&id()).delete()));
    g.same("delete_extract.some", |s| job_if_any(s.extracts(&id()).only(["d-1"]).delete()));
}

fn downloads(g: &mut Goldens) {
    g.same("download", |s| s.workbooks().download(id()).to_bytes());
    g.differs(
        "download.no_extract",
        "words-of-queries",
        &["GET ~/workbooks/w-1/content?includeExtract=false"],
        |s| s.workbooks().download(id()).include_extract(false).to_bytes(),
    );
    g.same("download_revision.current", |s| s.workbooks().download(id()).to_bytes());
    g.differs(
        "download_revision.no_extract",
        "words-of-queries",
        &["GET ~/workbooks/w-1/revisions/2/content?includeExtract=false"],
        |s| s.workbooks().download_revision(id(), 2).include_extract(false).to_bytes(),
    );
    g.same("populate_pdf", |s| s.workbooks().pdf(id(), PdfExport::new()).to_bytes());
    g.differs(
        "populate_pdf.options",
        "commas-in-view-filters",
        &["GET ~/workbooks/w-1/pdf?maxAge=5&orientation=landscape&type=a4&vf_Parameters.Rate=10%&vf_Region=R&D\\, east"],
        |s| {
            let options = PdfExport::new().page_type(PageType::A4).orientation(Orientation::Landscape);
            let options = options.max_age(Duration::from_secs(300)).filter("Region", ["R&D, east"]);
            s.workbooks().pdf(id(), options.parameter("Rate", "10%")).to_bytes()
        },
    );
    g.same("populate_powerpoint", |s| {
        s.workbooks().powerpoint(id(), PowerPointExport::new()).to_bytes()
    });
    g.same("populate_powerpoint.options", |s| {
        let options = PowerPointExport::new().max_age(Duration::from_secs(7 * 60));
        s.workbooks().powerpoint(id(), options).to_bytes()
    });
    g.same("populate_preview_image", |s| s.workbooks().preview_image(id()).to_bytes());
}

const FILE: &[u8] = b"PK\x03\x04 a packaged workbook \xff\x00 of no use";

fn publish<'s>(s: &'s Session<'_>, name: &str) -> Publish<'s, 'static, Workbook> {
    let publish = s.workbooks().publish(Source::bytes("sample.twbx", FILE));
    publish.name(name).project("p-1")
}

fn publishing(g: &mut Goldens) {
    g.same("publish.create", |s| Ok(publish(s, "R&D").show_tabs(true).send()?.item));
    g.same("publish.overwrite", |s| Ok(publish(s, "R&D").show_tabs(true).overwrite(true).send()?.item));
    g.same("publish.as_job", |s| job(publish(s, "R&D").show_tabs(true).overwrite(true).send_as_job()));
    g.same("publish.skip_connection_check", |s| {
        let publish = publish(s, "R&D").show_tabs(true).overwrite(true);
        Ok(publish.skip_connection_check(true).send()?.item)
    });
    g.changed(
        "publish.every",
        "published-connections",
        &[],
        &["GET ~/workbooks/w-1/connections"],
        |s| {
            let publish = publish(s, "Größe \"1\"").description("text");
            let publish = publish.hidden_views(["Hidden & gone", "Other"]);
            let publish = publish.thumbnails_for_user("u-7");
            let publish =
                shared::published_connections().into_iter().fold(publish, Publish::connection);
            Ok(publish.send()?.item)
        },
    );
    g.same("publish.thumbnails_group", |s| {
        Ok(publish(s, "R&D").thumbnails_for_group("g-1").send()?.item)
    });
    g.same("publish.stream", |s| {
        let length = FILE.len().try_into().expect("a length");
        let publish = s.workbooks().publish(Source::reader("R&D.twbx", length, FILE));
        Ok(publish.project("p-1").show_tabs(true).send()?.item)
    });
    g.same("publish.chunks", |s| {
        let source = Source::bytes("sample.twbx", FILE).chunk_size(20).chunked_from(1);
        let publish = s.workbooks().publish(source).name("R&D").project("p-1");
        Ok(publish.show_tabs(true).overwrite(true).send()?.item)
    });
    // Only data sources support the mode `append`.
    g.not_applicable(&["publish.append_refused"]);
    g.changed(
        "publish.no_project",
        "personal-spaces-have-no-project",
        &[(" <project id=\"00000000-0000-4000-8000-00000000abcd\">", "")],
        &[],
        |s| {
            let publish = s.workbooks().publish(Source::bytes("sample.twbx", FILE));
            Ok(publish.name("R&D").send()?.item)
        },
    );
}
