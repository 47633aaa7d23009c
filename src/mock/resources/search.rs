//! Content search: `/api/-/search`, always in JSON.

use serde_json::{Value as Json, json};

use super::content::workbook_of;
use super::{Project, User};
use crate::encoding::encode_segment;
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    let routes = routes! {
        Get (3, 16) "/search" => search;
        Get (3, 19) "/suggestions" => suggestions;
    };
    routes.into_iter().map(Route::unversioned).collect()
}

/// A query parameter that is a number.
fn parameter(ctx: &Context, name: &'static str, default: usize, max: i64) -> Result<usize> {
    let Some(value) = ctx.query(name) else { return Ok(default) };
    Ok(number(name).range(0, max).check(value)?.parse().unwrap_or(default))
}

/// The types in a filter such as `type:eq:workbook` or `type:in:[workbook,view]`.
fn types(filter: &str) -> Result<Option<Vec<&str>>> {
    let list = filter.strip_prefix("type:in:[").and_then(|list| list.strip_suffix(']'));
    match (filter.strip_prefix("type:eq:"), list) {
        (Some(one), _) => Ok(Some(vec![one])),
        (_, Some(list)) => Ok(Some(list.split(',').map(str::trim).collect())),
        _ if filter.is_empty() => Ok(None),
        _ => Err(ApiError::bad("400065", format!("The filter '{filter}' is not supported."))),
    }
}

/// The item as a search hit.
fn hit(kind: &str, record: &Record, site: &Site, ctx: &Context) -> Json {
    // A view is in the project of its workbook.
    let workbook = if kind == "view" { workbook_of(record, site) } else { None };
    let content = workbook.as_deref().unwrap_or(record);
    let container = match (&content.parent, kind) {
        (None, "project") => String::new(),
        (None, _) => "Personal Space".to_owned(),
        (Some(id), _) => site.name_of::<Project>(id),
    };
    json!({
        "uri": format!("{}/api/-/search/{kind}s/{}", ctx.base, record.id),
        "content": {
            "type": kind,
            "luid": record.id,
            "title": record.name(),
            "ownerName": site.name_of::<User>(&content.owner),
            "containerName": container,
            "modifiedTime": written(record.updated),
        },
    })
}

/// The visible items whose names contain all terms.
fn hits(state: &ServerState, ctx: &Context, limit: usize) -> Result<Vec<Json>> {
    let site = state.site(ctx)?;
    let terms = ctx.query("terms").unwrap_or_default().to_lowercase();
    let types = types(ctx.query("filter").unwrap_or_default())?;
    let mut all = Vec::new();
    for kind in ["workbook", "datasource", "project", "view"] {
        let resource = state.registry.resource(&format!("{kind}s"));
        let resource = resource.filter(|_| types.as_ref().is_none_or(|all| all.contains(&kind)));
        let matches = |record: &Record| {
            let name = record.name().to_lowercase();
            terms.split_whitespace().all(|term| name.contains(term))
        };
        let records = resource.map(|resource| (resource.visible)(site, ctx, &matches));
        let records = records.into_iter().flatten().take(limit - all.len());
        all.extend(records.map(|record| hit(kind, &record, site, ctx)));
    }
    Ok(all)
}

const MAX_HITS: usize = 2000;

fn search(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let page = parameter(ctx, "page", 0, 1 << 20)?;
    let limit = parameter(ctx, "limit", 10, 2000)?;
    let all = hits(state, ctx, MAX_HITS)?;
    let start = page.saturating_mul(limit);
    let link = |page: usize| {
        let terms = encode_segment(ctx.query("terms").unwrap_or_default());
        format!("{}/api/-/search?terms={terms}&page={page}&limit={limit}", ctx.base)
    };
    let items: Vec<&Json> = all.iter().skip(start).take(limit).collect();
    let mut hits = json!({
        "pageIndex": page,
        "startIndex": start,
        "limit": limit,
        "total": all.len(),
        "items": items,
    });
    // The first page has no `prev` and the last one no `next`, rather than null.
    if start + limit < all.len() {
        hits["next"] = link(page + 1).into();
    }
    if page > 0 {
        hits["prev"] = link(page - 1).into();
    }
    Ok(Response::json(json!({ "hits": hits })))
}

fn suggestions(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let items = hits(state, ctx, parameter(ctx, "limit", 10, 2000)?)?;
    Ok(Response::json(json!({ "hits": { "items": items } })))
}
