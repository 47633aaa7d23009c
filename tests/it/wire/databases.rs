use tableau_server_client as tsc;
use tsc::databases::DatabaseUpdate;
use tsc::permissions::{Capability, PermissionRule};
use tsc::{DatabaseId, GroupId};

use super::golden::{Goldens, every};
use super::shared;

fn id() -> DatabaseId {
    "db-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.databases().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/databases?pageNumber=1&pageSize=1000"],
        |s| every(s.databases().list()),
    );
    g.same("get_by_id", |s| s.databases().get(id()));
    g.same("get_by_id.file", |s| s.databases().get("db-2"));
    g.same("update", |s| {
        let changes = DatabaseUpdate::new().contact("u-2").certified(true);
        s.databases().update(id(), changes.certification_note("checked & ok").description("text"))
    });
    g.differs(
        "update.unset",
        "unset-is-not-sent",
        &[r#"PUT ~/databases/db-1 <tsRequest> <database description="text">"#],
        |s| s.databases().update(id(), DatabaseUpdate::new().description("text")),
    );
    g.same("delete", |s| s.databases().delete(id()));
    shared::permissions(g, &id());
    let rule = || PermissionRule::new(GroupId::from("g-1")).allow([Capability::Read]);
    g.same("populate_table_default_permissions", |s| s.default_table_permissions(id()).list());
    g.same("update_table_default_permissions", |s| s.default_table_permissions(id()).add([rule()]));
    g.same("delete_table_default_permissions", |s| {
        s.default_table_permissions(id()).delete([rule()])
    });
    shared::quality_warnings(g, &id());
    shared::changed_tags(g, &id());
}
