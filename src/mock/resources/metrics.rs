//! Metrics: `sites/{site}/metrics`.

use super::{PROJECT, VIEW, View};
use crate::mock::prelude::*;

pub(in crate::mock) struct Metric;

impl Resource for Metric {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 9, &[Get, Update])],
        attributes: &[text("name"), text("description"), flag("suspended").default("false")],
        filters: &[(Text, "name"), (Time, "createdAt updatedAt")],
        internal: "project",
        dated: true,
        owner_can_change: true,
        has_owner: true,
        parents: &[VIEW, PROJECT],
        ..Schema::new(Kind::new(0x3f, "404004", "Metric"), "metrics", "metric", "metrics")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Get (3, 9) "metrics" => list;
            Get (3, 16) "metrics/{id}/data" => data;
            Delete (3, 9) "metrics/{id}" => delete_metric;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, ctx: &Context) -> Element {
        let page = format!("{}/#/metrics/{}", ctx.base, record.number);
        element.with("webpageUrl", page).containing([
            site.reference_at("projects", "project", record.attr("project")),
            Element::reference("owner", &record.owner),
            tags::element(&record.tags),
            Element::reference("underlyingView", parent_id(record)),
        ])
    }

    fn validate(change: Change<'_>) -> Result<()> {
        if let Some(id) = change.body.child_attr("project", "id") {
            change.site.record("projects", id).transpose()?;
            change.record.set("project", id);
        }
        Ok(())
    }
}

/// Lists the metrics. Tableau responds with an error if the site has none.
fn list(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    if site.iter::<Metric>().next().is_none() {
        return Err(ApiError::not_found("404004", "The site has no metrics."));
    }
    list_all::<Metric>(site, ctx)
}

/// Deletes a metric. For a missing one, Tableau's code is that of a workbook.
fn delete_metric(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    delete::<Metric>(state, ctx).map_err(|error| match error.status == 404 {
        true => ApiError { code: "404006", ..error },
        false => error,
    })
}

fn data(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let metric = site.get::<Metric>(ctx.param(0))?;
    exports::data(&*site.get::<View>(parent_id(&metric))?, ctx)
}
