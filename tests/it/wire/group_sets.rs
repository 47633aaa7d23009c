use tableau_server_client as tsc;
use tsc::Sort;
use tsc::group_sets::{GroupSetUpdate, NewGroupSet, ResultLevel};

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.group_sets().list()));
    g.same("get.several", |s| every(s.group_sets().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/groupsets?pageNumber=1&pageSize=1000"],
        |s| every(s.group_sets().list()),
    );
    g.same("get.result_level", |s| every(s.group_sets().list_with(ResultLevel::Local)));
    g.same("all", |s| every(s.group_sets().list()));
    g.same("filter", |s| {
        let list = s.group_sets().list().filter(tsc::Filter::raw("name:eq:Super & Store"));
        every(list.page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.group_sets().list().sort(Sort::raw("createdAt:desc"));
        every(list.sort(Sort::raw("name:asc")).page_size(100))
    });
    g.same("paginate", |s| every(s.group_sets().list().page_size(7)));
    g.same("only_fields", |s| every(s.group_sets().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| {
        every(s.group_sets().list().fields(["_default_", "name"]).page_size(100))
    });
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/groupsets?filter=name:eq:Sales in Europe&pageNumber=1&pageSize=1000"],
        |s| s.group_sets().find("Sales in Europe").map(Vec::from_iter),
    );
    g.same("get_by_id", |s| s.group_sets().get("s-1"));
    g.same("create", |s| s.group_sets().create(NewGroupSet::new("R&D \"x\"")));
    g.same("update", |s| {
        s.group_sets().update("s-1", GroupSetUpdate::new().name("Sales in Europe"))
    });
    g.same("delete", |s| s.group_sets().delete("s-1"));
    g.same("add_group", |s| s.group_sets().add_group("s-1", "g-1"));
    g.same("remove_group", |s| s.group_sets().remove_group("s-1", "g-1"));
}
