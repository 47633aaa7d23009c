use tableau_server_client as tsc;
use tsc::{Filter, Sort};

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.linked_tasks().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/tasks/linked?pageNumber=1&pageSize=1000"],
        |s| every(s.linked_tasks().list()),
    );
    g.same("all", |s| every(s.linked_tasks().list()));
    g.same("filter", |s| {
        every(s.linked_tasks().list().filter(Filter::raw("name:eq:Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.linked_tasks().list().sort(Sort::raw("createdAt:desc"));
        every(list.sort(Sort::raw("name:asc")).page_size(100))
    });
    g.same("paginate", |s| every(s.linked_tasks().list().page_size(7)));
    g.same("only_fields", |s| {
        every(s.linked_tasks().list().fields(["id", "name"]).page_size(100))
    });
    g.same("fields", |s| {
        every(s.linked_tasks().list().fields(["_default_", "name"]).page_size(100))
    });
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/tasks/linked?pageNumber=1&pageSize=1000"],
        |s| {
            // A linked task has no name of its own; its schedule has.
            let all = every(s.linked_tasks().list())?;
            let is_nightly = |task: &tsc::LinkedTask| {
                task.schedule.as_ref().is_some_and(|s| s.name.as_deref() == Some("Nightly"))
            };
            Ok(all.into_iter().filter(is_nightly).collect::<Vec<_>>())
        },
    );
    g.same("get_by_id", |s| s.linked_tasks().get("l-1"));
    g.same("run_now", |s| s.linked_tasks().run_now("l-1"));
}
