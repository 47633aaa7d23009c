use tableau_server_client as tsc;
use tsc::data_alerts::{AlertFrequency, DataAlertUpdate};

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.data_alerts().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/dataAlerts?pageNumber=1&pageSize=1000"],
        |s| every(s.data_alerts().list()),
    );
    g.same("get_by_id", |s| s.data_alerts().get("a-1"));
    g.same("update", |s| {
        let changes = DataAlertUpdate::new().subject("New & \"old\"").public(false).owner("u-2");
        s.data_alerts().update("a-1", changes.frequency(AlertFrequency::Weekly))
    });
    g.same("delete", |s| s.data_alerts().delete("a-1"));
    g.same("add_user_to_alert", |s| s.data_alerts().add_recipient("a-1", "u-2"));
    g.same("add_user_to_alert.item", |s| s.data_alerts().add_recipient("a-1", "u-2"));
    g.same("delete_user_from_alert", |s| s.data_alerts().remove_recipient("a-1", "u-2"));
}
