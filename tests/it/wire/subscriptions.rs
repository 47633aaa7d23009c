use tableau_server_client as tsc;
use tsc::ViewId;
use tsc::subscriptions::{NewSubscription, PageOrientation, PageSize, SubscriptionUpdate};

use super::golden::{Goldens, every};

fn new() -> NewSubscription {
    NewSubscription::on_schedule("Sales & more", &ViewId::from("v-1"), "u-1", "s-1")
}

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.subscriptions().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/subscriptions?pageNumber=1&pageSize=1000"],
        |s| every(s.subscriptions().list()),
    );
    g.same("get_by_id", |s| s.subscriptions().get("sub-1"));
    g.same("get_by_id.cloud", |s| s.subscriptions().get("sub-2"));
    g.same("create", |s| {
        let all = new().attach_image(true).attach_pdf(false).send_if_view_empty(true);
        s.subscriptions().create(all)
    });
    g.same("create.every", |s| {
        let all = new().attach_image(false).attach_pdf(true).send_if_view_empty(false);
        let all = all.message("Hello").page_orientation(PageOrientation::Portrait);
        s.subscriptions().create(all.page_size(PageSize::A5))
    });
    g.same("update", |s| {
        let changes = SubscriptionUpdate::new()
            .subject("Sales & more")
            .attach_image(true)
            .attach_pdf(true)
            .page_orientation(PageOrientation::Portrait)
            .page_size(PageSize::A5)
            .suspended(true)
            .send_if_view_empty(true)
            .schedule_id("s-1");
        s.subscriptions().update("sub-1", changes)
    });
    g.same("delete", |s| s.subscriptions().delete("sub-1"));
}
