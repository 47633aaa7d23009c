use tableau_server_client as tsc;
use tsc::workbooks::{FreshAt, FreshEveryUnit, WeekDay};
use tsc::{DataAccelerationUpdate, DataFreshness, Filter, Sort, Workbook, WorkbookId, WorkbookUpdate};

use super::golden::{Goldens, every};

/// What TSC sends of a workbook whatever is to be changed.
const UNSET: &str = "unset-is-not-sent";

fn id() -> WorkbookId {
    "w-1".into()
}

pub fn cases(g: &mut Goldens) {
    lists(g);
    updates(g);
    for name in [
        "get_by_id",
        "get_by_id.views",
        "get_by_id.site_default",
        "get_by_id.always_live",
        "get_by_id.fresh_every",
        "get_by_id.fresh_at",
    ] {
        g.same(name, |s| s.workbooks().get(&id()));
    }
    g.reads_differently("get_by_id.fractional_seconds", "fractions-are-read", |s| {
        let created = s.workbooks().get(&id())?.created_at;
        assert_eq!(created.unwrap().to_string(), "2025-11-02T08:00:00.25Z");
        Ok(created)
    });
    g.reads_differently("get_by_id.personal_space", "personal-spaces-have-no-project", |s| {
        let workbook = s.workbooks().get(&id())?;
        assert_eq!(workbook.project, None);
        Ok(workbook)
    });
    g.same("delete", |s| s.workbooks().delete(&id()));
    g.same("populate_views", |s| s.workbooks().views(&id()));
    g.same("populate_views.usage", |s| s.workbooks().views_with_usage(&id()));
    g.not_yet(&["find_by_name"], "listing: find");
    g.not_yet(&["refresh", "refresh.incremental"], "content: jobs");
    g.not_yet(&["create_extract", "create_extract.encrypted", "create_extract.some"], "extracts");
    g.not_yet(&["delete_extract", "delete_extract.some"], "content: extracts");
    g.not_yet(
        &["populate_connections", "update_connection", "update_connections"],
        "content: connections",
    );
    g.not_yet(&["populate_revisions", "delete_revision"], "content: revisions");
    g.not_yet(&["download", "download.no_extract", "download_revision"], "transfers");
    g.not_yet(&["populate_pdf", "populate_pdf.options", "populate_preview_image"], "transfers");
    g.not_yet(&["populate_powerpoint", "populate_powerpoint.options"], "transfers");
    g.not_yet(
        &["populate_permissions", "update_permissions", "delete_permission"],
        "content: permissions",
    );
    g.not_yet(&["add_tags", "add_tags.one", "delete_tags", "update_tags"], "content: tags");
    g.not_yet(
        &[
            "publish.create",
            "publish.overwrite",
            "publish.as_job",
            "publish.skip_connection_check",
            "publish.every",
            "publish.oauth",
            "publish.stream",
            "publish.chunks",
            "publish.append_refused",
            "publish.no_project",
        ],
        "transfers",
    );
    g.not_yet(&["schedule_extract_refresh"], "schedules");
}

fn lists(g: &mut Goldens) {
    for name in ["get", "get.plain", "get.several", "get.none", "all"] {
        g.same(name, |s| every(s.workbooks().list()));
    }
    g.same("filter", |s| {
        let list = s.workbooks().list().filter(Filter::raw("name:eq:Super & Store"));
        every(list.page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.workbooks().list().sort(Sort::raw("createdAt:desc"));
        every(list.sort(Sort::raw("name:asc")).page_size(100))
    });
    g.same("paginate", |s| every(s.workbooks().list().page_size(7)));
    g.same("only_fields", |s| every(s.workbooks().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.workbooks().list().fields(["_default_", "name"]).page_size(100)));
}

fn updates(g: &mut Goldens) {
    fn update(s: &tsc::Session<'_>, changes: WorkbookUpdate) -> tsc::Result<Workbook> {
        s.workbooks().update(&id(), changes)
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
        |s| s.workbooks().update_with_acceleration_status(&id(), WorkbookUpdate::new()),
    );
}
