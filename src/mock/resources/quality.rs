//! Data quality warnings on data sources, flows, databases and tables: `sites/{site}/dataQualityWarnings`.

use super::User;
use super::catalog::{DATABASE, TABLE};
use super::datasources::DATASOURCE;
use super::flows::FLOW;
use crate::mock::prelude::*;

pub(super) struct Warning;

/// The kinds of content that can have warnings.
const CONTENT: [(Kind, &str); 4] =
    [(DATASOURCE, "DATASOURCE"), (FLOW, "FLOW"), (DATABASE, "DATABASE"), (TABLE, "TABLE")];

const WARNING: Kind = Kind::new(0xda, "404029", "Data quality warning");

impl Resource for Warning {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 5, &[Get, Update, Delete])],
        attributes: &[
            text("type").required(),
            text("message").default(""),
            flag("isActive").default("true"),
            flag("isSevere").default("false"),
        ],
        dated: true,
        owner_can_change: true,
        parents: &[DATASOURCE, FLOW, DATABASE, TABLE],
        ..Schema::new(
            WARNING,
            "dataQualityWarnings",
            "dataQualityWarning",
            "dataQualityWarningList",
        )
    };

    fn routes() -> Vec<Route> {
        routes! {
            Get (3, 5) "dataQualityWarnings/{kind}/{id}" => list_warnings;
            Post (3, 5) "dataQualityWarnings/{kind}/{id}" => add;
            Delete (3, 5) "dataQualityWarnings/{kind}/{id}" => delete_all;
            // The path that TSC uses.
            Put (3, 5) "dataQualityWarnings/{kind}/{id}" => update_all;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        let owner = site.find::<User>(&record.owner);
        element
            .with("userDisplayName", owner.as_ref().map_or("", |owner| owner.attr("fullName")))
            .with("contentId", parent_id(record))
            .with(
                "contentType",
                CONTENT.iter().find(|kind| kind.0.has(parent_id(record))).map_or("", |kind| kind.1),
            )
            .containing([
                Element::reference("site", &site.id),
                Element::reference("owner", &record.owner),
            ])
    }
}

/// The data source or flow that the path names.
fn content(site: &Site, ctx: &Context) -> Result<Record> {
    let kind = ctx.param(0);
    let known =
        ["datasource", "flow", "database", "table"].contains(&kind).then(|| format!("{kind}s"));
    let record = known.and_then(|segment| site.record(&segment, ctx.param(1)));
    let record = record.ok_or_else(|| {
        let detail = format!("Content of the kind '{kind}' has no data quality warnings.");
        ApiError::not_found("404029", detail)
    })?;
    Ok(record?.into_owned())
}

fn elements(site: &Site, content: &Record, ctx: &Context) -> Element {
    let ids = Warning::ids_below(site, &content.id);
    let warnings = ids.iter().filter_map(|id| site.find::<Warning>(id));
    let elements = warnings.map(|warning| Warning::element(&warning, site, ctx));
    Element::list("dataQualityWarningList", elements)
}

fn list_warnings(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    Ok(Response::one(elements(site, &content(site, ctx)?, ctx)))
}

fn add(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("dataQualityWarning")?;
    let site = state.site_mut(ctx)?;
    let content = content(site, ctx)?;
    ctx.require_owner(&content.owner)?;
    let mut warning = insert::<Warning>(site, &body, ctx)?;
    warning.parent = Some(content.id);
    site.get_mut::<Warning>(&warning.id)?.clone_from(&warning);
    Ok(Response::one(Warning::element(&warning, site, ctx)))
}

fn update_all(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("dataQualityWarning")?;
    let site = state.site_mut(ctx)?;
    let content = content(site, ctx)?;
    ctx.require_owner(&content.owner)?;
    for id in Warning::ids_below(site, &content.id) {
        modify::<Warning>(site, &id, &body, ctx)?;
    }
    Ok(Response::one(elements(site, &content, ctx)))
}

fn delete_all(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site_mut(ctx)?;
    let content = content(site, ctx)?;
    ctx.require_owner(&content.owner)?;
    let ids = Warning::ids_below(site, &content.id);
    ids.iter().try_for_each(|id| site.remove::<Warning>(id))?;
    Ok(Response::no_content())
}
