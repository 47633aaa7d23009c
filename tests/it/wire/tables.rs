use tableau_server_client as tsc;
use tsc::TableId;
use tsc::tables::{ColumnUpdate, TableUpdate};

use super::golden::{Goldens, every};
use super::shared;

fn id() -> TableId {
    "t-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.tables().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/tables?pageNumber=1&pageSize=1000"],
        |s| every(s.tables().list()),
    );
    g.same("get_by_id", |s| s.tables().get(id()));
    g.same("update", |s| {
        let changes = TableUpdate::new().contact("u-2").certified(false);
        s.tables().update(id(), changes.certification_note("note").description("A < B"))
    });
    g.same("delete", |s| s.tables().delete(id()));
    g.same("populate_columns", |s| every(s.tables().columns(id()).page_size(100)));
    g.same("update_column", |s| {
        s.tables().update_column(id(), "c-1", ColumnUpdate::new().description("new & improved"))
    });
    shared::permissions(g, &id());
    shared::quality_warnings(g, &id());
    shared::changed_tags(g, &id());
}
