//! Webhooks: `sites/{site}/webhooks`.

use super::users::User;
use crate::mock::prelude::*;

pub(in crate::mock) struct Webhook;

impl Resource for Webhook {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(List, 3, 6), (Get, 3, 6), (Create, 3, 6), (Update, 3, 8), (Delete, 3, 6)],
        attributes: &[
            text("name").required(),
            flag("isEnabled").default("true"),
            text("statusChangeReason"),
            text("event"),
        ],
        children: "webhook-source webhook-destination",
        filters: &[(Text, "name event"), (Flag, "isEnabled")],
        read: Role::SiteAdmin,
        ..Schema::new(Kind::new(0x3e, "404034", "Webhook"), "webhooks", "webhook", "webhooks")
    };

    fn routes() -> Vec<Route> {
        routes! { Get (3, 6) "webhooks/{id}/test" => test; }
    }

    fn validate(
        record: &mut Record,
        _: Option<&Record>,
        body: &Element,
        _: &mut Site,
        _: &Context,
    ) -> Result<()> {
        if body.attr("statusChangeReason").is_some() && record.flag("isEnabled") {
            let detail = "Only a disabled webhook has a reason for its status.";
            return Err(ApiError::bad("400127", detail));
        }
        match body.child("webhook-source").and_then(|source| source.children.first()) {
            Some(source) if body.attr("event").is_some_and(|e| e != event_name(&source.name)) => {
                return Err(ApiError::malformed("'event' and <webhook-source> differ."));
            }
            Some(source) => record.set("event", event_name(&source.name)),
            None if record.attr("event").is_empty() => {
                return Err(ApiError::malformed("<webhook> needs the attribute 'event'."));
            }
            None => record.set_child(source(record.attr("event"))),
        }
        let destination = record.child("webhook-destination");
        let url = destination.and_then(|d| d.child_attr("webhook-destination-http", "url"));
        if !url.is_some_and(|url| url.starts_with("https://")) {
            let detail = "<webhook-destination-http> needs a URL that begins with https://.";
            return Err(ApiError::bad("400118", detail));
        }
        Ok(())
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        element.containing([site.named::<User>("owner", &record.owner)])
    }
}

/// The event that an element such as `webhook-source-event-view-deleted` stands for: `ViewDeleted`.
fn event_name(element: &str) -> String {
    let words =
        element.trim_start_matches("webhook-source-").trim_start_matches("event-").split('-');
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}

/// The `<webhook-source>` of an event.
fn source(event: &str) -> Element {
    let words = event
        .chars()
        .flat_map(|c| c.is_uppercase().then_some('-').into_iter().chain(c.to_lowercase()));
    let name = format!("webhook-source-event{}", words.collect::<String>());
    Element::new("webhook-source").containing([Element::new(name)])
}

fn test(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let webhook = state.site(ctx)?.get::<Webhook>(ctx.param(0))?;
    let result = Element::reference("webhookTestResult", &webhook.id).with("status", 200);
    Ok(Response::one(result.containing([Element::with_text("body", "OK")])))
}
