//! Content search: `/api/-/search`, in JSON whatever the client accepts.

use serde_json::{Value, json};

use super::View;
use super::common::Placed;
use crate::mock::api_error::ApiError;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::luid::Kind;
use crate::mock::query::Listed;
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "search", 3, 16, search).unversioned(),
    Route::new(Method::Get, "suggestions", 3, 19, suggestions).unversioned(),
    Route::new(Method::Get, "content/usage-stats/{type}/{luid}", 3, 17, usage).unversioned(),
    Route::new(Method::Post, "content/usage-stats", 3, 17, usage_of_several).unversioned(),
];

fn number(ctx: &Context, name: &str, usual: usize, most: usize) -> Result<usize, ApiError> {
    match ctx.query(name) {
        None => Ok(usual),
        Some(text) => text
            .parse()
            .ok()
            .filter(|&number| number <= most)
            .ok_or_else(|| ApiError::bad("400003", format!("'{name}' cannot be '{text}'."))),
    }
}

/// The types that `filter=type:eq:workbook` or `type:in:[workbook,view]` lets through.
fn types(filter: &str) -> Option<Vec<&str>> {
    if let Some(one) = filter.strip_prefix("type:eq:") {
        return Some(vec![one]);
    }
    let list = filter.strip_prefix("type:in:[")?.strip_suffix(']')?;
    Some(list.split(',').map(str::trim).collect())
}

fn hits(state: &ServerState, ctx: &Context, most: usize) -> Result<Vec<Value>, ApiError> {
    let site = state.site(ctx)?;
    let terms = ctx.query("terms").unwrap_or_default().to_lowercase();
    let filter = ctx.query("filter").unwrap_or_default();
    let types = types(filter);
    if types.is_none() && !filter.is_empty() {
        return Err(ApiError::bad("400065", format!("The filter '{filter}' is not understood.")));
    }
    let asked = |kind| types.as_ref().is_none_or(|types| types.contains(&kind));
    let named = |name: &str| {
        let name = name.to_lowercase();
        terms.split_whitespace().all(|term| name.contains(term))
    };
    let hit = |kind: &str,
               id: &str,
               title: &str,
               owner: &str,
               project: Option<&str>,
               at: String| {
        json!({
            "uri": format!("{}/api/-/search/{kind}s/{id}", ctx.base),
            "content": {
                "type": kind,
                "luid": id,
                "title": title,
                "ownerName": site.user_name(owner),
                "containerName": project.map_or_else(|| "Personal Space".to_owned(), |id| site.project_name(id)),
                "modifiedTime": at,
            },
        })
    };
    let workbooks = site
        .workbooks
        .iter()
        .filter(|w| asked("workbook") && named(&w.name) && w.is_seen_by(ctx))
        .map(|w| hit("workbook", &w.id, &w.name, &w.owner, w.project(), written(w.updated)));
    let datasources = site
        .datasources
        .iter()
        .filter(|d| asked("datasource") && named(&d.name))
        .map(|d| hit("datasource", &d.id, &d.name, &d.owner, d.project(), written(d.updated)));
    let projects = site.projects.iter().filter(|p| asked("project") && named(&p.name)).map(|p| {
        let inside = p.parent.clone().unwrap_or_default();
        hit("project", &p.id, &p.name, &p.owner, Some(&inside), written(p.updated))
    });
    let visible = |v: &View| v.is_visible(site, ctx);
    let views =
        site.views.iter().filter(|v| asked("view") && named(&v.name) && visible(v)).filter_map(
            |v| {
                let workbook = v.placed(site)?.into_owned();
                let (owner, project) = (&workbook.owner, workbook.project());
                Some(hit("view", &v.id, &v.name, owner, project, written(v.updated)))
            },
        );
    Ok(workbooks.chain(datasources).chain(projects).chain(views).take(most).collect())
}

fn search(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let (page, limit) = (number(ctx, "page", 0, 1 << 20)?, number(ctx, "limit", 10, 2000)?);
    let all = hits(state, ctx, 2000)?;
    let start = page.saturating_mul(limit);
    let link = |page: usize| {
        let terms = crate::http::encode_segment(ctx.query("terms").unwrap_or_default());
        format!("{}/api/-/search?terms={terms}&page={page}&limit={limit}", ctx.base)
    };
    let next = (start + limit < all.len()).then(|| link(page + 1));
    let previous = (page > 0).then(|| link(page - 1));
    let items: Vec<&Value> = all.iter().skip(start).take(limit).collect();
    Ok(Response::json(json!({
        "hits": {
            "next": next,
            "prev": previous,
            "pageIndex": page,
            "startIndex": start,
            "limit": limit,
            "total": all.len(),
            "items": items,
        },
    })))
}

fn suggestions(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let limit = number(ctx, "limit", 10, 2000)?;
    let items = hits(state, ctx, limit)?;
    Ok(Response::json(json!({ "hits": { "items": items } })))
}

/// How often something was looked at.
fn usage_stats(
    state: &ServerState,
    ctx: &Context,
    kind: &str,
    luid: &str,
) -> Result<Value, ApiError> {
    let site = state.site(ctx)?;
    let total = match kind {
        "workbook" => {
            if !site.workbooks.get(luid)?.is_seen_by(ctx) {
                return Err(Kind::Workbook.missing(luid));
            }
            site.views_of(luid).iter().map(|view| view.usage).sum()
        }
        "view" => {
            let view = site.views.get(luid)?;
            if !view.is_visible(site, ctx) {
                return Err(Kind::View.missing(luid));
            }
            view.usage
        }
        "datasource" => site.datasources.get(luid).map(|datasource| datasource.size)?,
        other => {
            let detail = format!("Nothing is counted for the type '{other}'.");
            return Err(ApiError::bad("400003", detail));
        }
    };
    // All of it lies more than three months back, as the sample content does.
    Ok(json!({
        "type": kind,
        "luid": luid,
        "hitsTotal": total,
        "hitsLastTwoWeeksTotal": 0,
        "hitsLastOneMonthTotal": 0,
        "hitsLastThreeMonthsTotal": 0,
    }))
}

fn usage(state: &mut ServerState, ctx: &Context) -> ApiResult {
    Ok(Response::json(usage_stats(state, ctx, ctx.param(0), ctx.param(1))?))
}

fn usage_of_several(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let malformed = || ApiError::malformed("The request names no content items.");
    let body: Value = serde_json::from_slice(&ctx.request.body).map_err(|_| malformed())?;
    let items = body["content_items"].as_array().ok_or_else(malformed)?;
    let stats: Vec<Value> = items
        .iter()
        .map(|item| {
            let text = |name: &str| item[name].as_str().ok_or_else(malformed);
            usage_stats(state, ctx, text("type")?, text("luid")?)
        })
        .collect::<Result<_, _>>()?;
    Ok(Response::json(json!({ "content_items": stats })))
}
