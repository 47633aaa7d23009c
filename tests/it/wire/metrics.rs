use tableau_server_client as tsc;
use tsc::metrics::{self, MetricUpdate};

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/metrics?pageNumber=1&pageSize=1000"],
        |s| every(s.metrics().list()),
    );
    for name in ["get", "all", "get.without_wrapper"] {
        g.same(name, |s| every(s.metrics().list()));
    }
    g.same("filter", |s| {
        every(s.metrics().list().filter(tsc::Filter::raw("name:eq:Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.metrics().list().sort(metrics::CREATED_AT.desc());
        every(list.sort(metrics::NAME.asc()).page_size(100))
    });
    g.same("paginate", |s| every(s.metrics().list().page_size(7)));
    g.same("only_fields", |s| every(s.metrics().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.metrics().list().fields(["_default_", "name"]).page_size(100)));
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/metrics?filter=name:eq:Sales&pageNumber=1&pageSize=1000"],
        |s| Ok(s.metrics().find("Sales")?.map(|one| [one])),
    );
    g.same("get_by_id", |s| s.metrics().get("m-1"));
    g.differs(
        "update",
        "ids-are-in-paths-only",
        &["PUT ~/metrics/m-1 <tsRequest> <metric description=\"text\" name=\"New & \\\"old\\\"\" suspended=\"true\"> <project id=\"p-2\"> <owner id=\"u-2\">"],
        |s| {
            let changes = MetricUpdate::new().name("New & \"old\"").description("text");
            s.metrics().update("m-1", changes.suspended(true).project("p-2").owner("u-2"))
        },
    );
    g.same("delete", |s| s.metrics().delete("m-1"));
}
