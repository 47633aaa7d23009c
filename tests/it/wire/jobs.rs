use std::time::Duration;

use tableau_server_client as tsc;
use tsc::{ErrorKind, Filter, JobId, Sort, jobs};
use tsc::jobs::JobWait;

use super::golden::{Goldens, every};

fn id() -> JobId {
    "j-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/jobs?pageNumber=1&pageSize=1000"],
        |s| every(s.jobs().list()),
    );
    for name in ["get", "all"] {
        g.same(name, |s| every(s.jobs().list()));
    }
    g.same("filter", |s| {
        every(s.jobs().list().filter(Filter::raw("name:eq:Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.jobs().list().sort(jobs::CREATED_AT.desc());
        every(list.sort(Sort::raw("name:asc")).page_size(100))
    });
    g.same("paginate", |s| every(s.jobs().list().page_size(7)));
    g.same("only_fields", |s| every(s.jobs().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.jobs().list().fields(["_default_", "name"]).page_size(100)));
    // Jobs have no name, so the server refuses the filter; it is sent anyway.
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/jobs?filter=name:eq:R&D&pageNumber=1&pageSize=100"],
        |s| every(s.jobs().list().filter(Filter::raw("name:eq:R&D")).page_size(100)),
    );
    for name in [
        "get_by_id",
        "get_by_id.failed",
        "get_by_id.running",
        "get_by_id.flow",
        "get_by_id.status_notes",
        "get_by_id.upload",
        "get_by_id.site_deletion",
        "get_by_id.thumbnails",
        // An id is deprecated there.
        "get.job_id",
    ] {
        g.same(name, |s| s.jobs().get(id()));
    }
    g.same("get.page", |s| Ok(s.jobs().list().page_size(4).page(3)?.items));
    g.same("cancel", |s| s.jobs().cancel(id()));
    g.same("wait_for_job", |s| s.jobs().handle(id())?.wait());
    g.same("wait_for_job.twice", |s| {
        let short = Duration::from_millis(1);
        s.jobs().handle(id())?.wait_with(JobWait::new().poll_intervals(short, short))
    });
    for name in ["wait_for_job.failed", "wait_for_job.cancelled"] {
        g.same(name, |s| {
            let ended = s.jobs().handle(id())?.wait();
            assert_eq!(ended.as_ref().map_err(tsc::Error::kind).err(), Some(ErrorKind::Job));
            ended
        });
    }
}
