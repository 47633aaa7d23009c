//! Webhooks: `sites/{site}/webhooks`.

use crate::mock::event::Events;
use crate::mock::prelude::*;

pub(in crate::mock) struct Webhook;

impl Resource for Webhook {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 6, &[List, Get, Create, Delete]), (3, 8, &[Update])],
        attributes: &[
            text("name").required(),
            flag("isEnabled").default("true"),
            text("statusChangeReason"),
            text("event"),
        ],
        children: "webhook-source webhook-destination",
        filters: &[(Text, "name event"), (Flag, "isEnabled")],
        read: Role::SiteAdmin,
        shows_owner: true,
        ..Schema::new(Kind::new(0x3e, "404034", "Webhook"), "webhooks", "webhook", "webhooks")
    };

    fn routes() -> Vec<Route> {
        routes! { Get (3, 6) "webhooks/{id}/test" => test; }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, body, .. } = change;
        if body.attr("statusChangeReason").is_some() && record.flag("isEnabled") {
            let detail = "Only a disabled webhook has a reason for its status.";
            return Err(ApiError::bad("400127", detail));
        }
        let source = body.child("webhook-source").and_then(|source| source.children.first());
        match (source.map(|source| event(&source.name)), body.attr("event")) {
            (Some(source), Some(event)) if source != event => {
                return Err(ApiError::malformed("'event' and <webhook-source> differ."));
            }
            (Some(source), _) => record.set("event", source),
            (None, Some(event)) => record.set_child(self::source(event)),
            (None, None) if record.attr("event").is_empty() => {
                return Err(ApiError::malformed("<webhook> needs the attribute 'event'."));
            }
            (None, None) => {}
        }
        if !url(record).starts_with("https://") {
            let detail = "<webhook-destination-http> needs a URL that begins with https://.";
            return Err(ApiError::bad("400118", detail));
        }
        Ok(())
    }
}

/// The event that an element such as `<webhook-source-event-view-deleted>` means: `ViewDeleted`.
fn event(element: &str) -> String {
    let words = element.trim_start_matches("webhook-").trim_start_matches("source-");
    let words = words.trim_start_matches("event-");
    words.split('-').filter_map(|word| Some(word.get(..1)?.to_uppercase() + &word[1..])).collect()
}

/// `<webhook-source>` with the element of an event.
fn source(event: &str) -> Element {
    let mut name = "webhook-source-event".to_owned();
    for c in event.chars().filter(char::is_ascii_alphanumeric) {
        name.extend(c.is_uppercase().then_some('-'));
        name.push(c.to_ascii_lowercase());
    }
    Element::new("webhook-source").containing([Element::new(name)])
}

/// What the webhooks of a site would have sent, in order.
#[derive(Default)]
pub(in crate::mock) struct Deliveries(pub(in crate::mock) Vec<Element>);

/// Records what the enabled webhooks would send for the events since the last call.
pub(super) fn settle(state: &mut ServerState, now: Timestamp) {
    for site in state.sites.values_mut().chain([&mut state.server]) {
        for event in std::mem::take(&mut site.state_mut::<Events>().0) {
            let hooks = site.iter::<Webhook>().filter(|hook| {
                hook.flag("isEnabled") && hook.attr("event").eq_ignore_ascii_case(&event.name)
            });
            let deliveries: Vec<Element> = hooks
                .map(|hook| {
                    Element::reference("delivery", &hook.id)
                        .with("name", hook.name())
                        .with("url", url(&hook))
                        .with("event_type", &event.name)
                        .with("resource", event.resource.to_uppercase())
                        .with("resource_luid", &event.resource_id)
                        .with("resource_name", &event.resource_name)
                        .with("site_luid", &site.id)
                        .with("created_at", written(now))
                })
                .collect();
            site.state_mut::<Deliveries>().0.extend(deliveries);
        }
    }
}

/// The address of a webhook.
fn url(hook: &Record) -> &str {
    let target = hook.child("webhook-destination");
    let url = target.and_then(|target| target.child_attr("webhook-destination-http", "url"));
    url.unwrap_or_default()
}

/// The result of a test, which is not really sent.
fn test(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let webhook = state.site(ctx)?.get::<Webhook>(ctx.param(0))?;
    let result = Element::reference("webhookTestResult", &webhook.id).with("status", 200);
    Ok(Response::one(result.containing([Element::with_text("body", "OK")])))
}
