use tableau_server_client as tsc;
use tsc::webhooks::{NewWebhook, WebhookEvent};

use super::golden::{Goldens, every};

pub fn cases(g: &mut Goldens) {
    let new = |event: WebhookEvent| {
        NewWebhook::new(
            "On \"failure\" & more",
            event,
            "https://ops.example.com/hook?a=1&b=2",
        )
    };
    g.same("get", |s| every(s.webhooks().list()));
    g.same("get_by_id", |s| s.webhooks().get("h-1"));
    g.same("create", |s| s.webhooks().create(new(WebhookEvent::WorkbookRefreshFailed)));
    g.same("create.source", |s| {
        let event = WebhookEvent::from("webhook-source-event-workbook-refresh-failed");
        s.webhooks().create(new(event))
    });
    g.same("create.admin", |s| s.webhooks().create(new(WebhookEvent::AdminPromoted)));
    g.same("delete", |s| s.webhooks().delete("h-1"));
    g.same("test", |s| s.webhooks().test("h-1"));
}
