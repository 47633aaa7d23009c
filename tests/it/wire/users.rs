use tableau_server_client as tsc;
use tsc::{Sort, users};

use super::golden::{Goldens, every};

/// TSC asks for all fields of every user.
const FIELDS: &str = "users-fields";

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.users().list().fields(["_all_"])));
    g.same("get.several", |s| every(s.users().list().fields(["_all_"])));
    g.differs("get.plain", FIELDS, &["GET ~/users?pageNumber=1&pageSize=1000"], |s| {
        every(s.users().list())
    });
    g.same("all", |s| every(s.users().list().fields(["_all_"])));
    g.same("filter", |s| {
        let list = s.users().list().filter(users::NAME.eq("Super & Store"));
        every(list.fields(["_all_"]).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.users().list().sort(Sort::raw("createdAt:desc")).sort(users::NAME.asc());
        every(list.fields(["_all_"]).page_size(100))
    });
    g.same("paginate", |s| every(s.users().list().fields(["_all_"]).page_size(7)));
    g.same("only_fields", |s| every(s.users().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.users().list().fields(["_default_", "name"]).page_size(100)));
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/users?fields=_all_&filter=name:eq:ada&pageNumber=1&pageSize=100"],
        |s| every(s.users().list().filter(users::NAME.eq("ada")).fields(["_all_"]).page_size(100)),
    );
    g.same("get_by_id", |s| s.users().get(&"u-1".into()));
    g.not_yet(
        &["add", "add_all", "update", "remove", "remove.map_assets_to", "bulk_add", "bulk_remove"],
        "people",
    );
    g.not_yet(&["create_from_file", "populate_workbooks", "populate_groups"], "people");
    g.not_yet(&["populate_favorites"], "favorites");
}
