//! Content search and usage statistics: `/api/-/search`, in JSON whatever the client accepts.

use serde_json::{Value as Json, json};

use super::content::workbook_of;
use super::datasources::Datasource;
use super::projects::Project;
use super::users::User;
use super::views::{self, View};
use super::workbooks::Workbook;
use crate::http::encode_segment;
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    let routes = routes! {
        Get (3, 16) "/search" => search;
        Get (3, 19) "/suggestions" => suggestions;
        Get (3, 17) "/content/usage-stats/{type}/{luid}" => usage;
        Post (3, 17) "/content/usage-stats" => usage_of_several;
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

/// The items of a resource whose name contains all terms.
fn hits<'s, R: Resource>(site: &'s Site, ctx: &'s Context, terms: &'s str) -> Vec<Json> {
    let is_hit = |record: &Cow<'_, Record>| {
        let name = record.name().to_lowercase();
        terms.split_whitespace().all(|term| name.contains(term)) && R::is_visible(record, site, ctx)
    };
    let kind = R::SCHEMA.element;
    let json = |record: Cow<'_, Record>| {
        // A view is where its workbook is.
        let workbook = if kind == "view" { workbook_of(&record, site) } else { None };
        let content = workbook.unwrap_or(Cow::Borrowed(&*record));
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
    };
    site.iter::<R>().filter(is_hit).map(json).take(MAX_HITS).collect()
}

const MAX_HITS: usize = 2000;

fn all_hits(state: &ServerState, ctx: &Context, limit: usize) -> Result<Vec<Json>> {
    let site = state.site(ctx)?;
    let terms = ctx.query("terms").unwrap_or_default().to_lowercase();
    let types = types(ctx.query("filter").unwrap_or_default())?;
    let mut all = Vec::new();
    let kinds: [(&str, fn(&Site, &Context, &str) -> Vec<Json>); 4] = [
        ("workbook", |site, ctx, terms| hits::<Workbook>(site, ctx, terms)),
        ("datasource", |site, ctx, terms| hits::<Datasource>(site, ctx, terms)),
        ("project", |site, ctx, terms| hits::<Project>(site, ctx, terms)),
        ("view", |site, ctx, terms| hits::<View>(site, ctx, terms)),
    ];
    for (kind, hits) in kinds {
        if types.as_ref().is_none_or(|types| types.contains(&kind)) {
            all.extend(hits(site, ctx, &terms));
        }
    }
    all.truncate(limit);
    Ok(all)
}

fn search(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let page = parameter(ctx, "page", 0, 1 << 20)?;
    let limit = parameter(ctx, "limit", 10, 2000)?;
    let all = all_hits(state, ctx, MAX_HITS)?;
    let start = page.saturating_mul(limit);
    let link = |page: usize| {
        let terms = encode_segment(ctx.query("terms").unwrap_or_default());
        format!("{}/api/-/search?terms={terms}&page={page}&limit={limit}", ctx.base)
    };
    let items: Vec<&Json> = all.iter().skip(start).take(limit).collect();
    Ok(Response::json(json!({
        "hits": {
            "next": (start + limit < all.len()).then(|| link(page + 1)),
            "prev": (page > 0).then(|| link(page - 1)),
            "pageIndex": page,
            "startIndex": start,
            "limit": limit,
            "total": all.len(),
            "items": items,
        },
    })))
}

fn suggestions(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let items = all_hits(state, ctx, parameter(ctx, "limit", 10, 2000)?)?;
    Ok(Response::json(json!({ "hits": { "items": items } })))
}

/// How often an item was viewed. All views lie more than three months back.
fn usage_stats(state: &ServerState, ctx: &Context, kind: &str, luid: &str) -> Result<Json> {
    fn visible<'s, R: Resource>(s: &'s Site, ctx: &Context, id: &str) -> Result<Cow<'s, Record>> {
        let record = s.get::<R>(id)?;
        if R::is_visible(&record, s, ctx) { Ok(record) } else { Err(R::SCHEMA.kind.missing(id)) }
    }
    let site = state.site(ctx)?;
    let total: u64 = match kind {
        "workbook" => {
            visible::<Workbook>(site, ctx, luid)?;
            views::of_workbook(site, luid).iter().map(|view| view.int("usage")).sum()
        }
        "view" => visible::<View>(site, ctx, luid)?.int("usage"),
        "datasource" => site.get::<Datasource>(luid)?.int("size"),
        other => {
            let detail = format!("There are no usage statistics for the type '{other}'.");
            return Err(ApiError::bad("400003", detail));
        }
    };
    Ok(json!({
        "type": kind,
        "luid": luid,
        "hitsTotal": total,
        "hitsLastTwoWeeksTotal": 0,
        "hitsLastOneMonthTotal": 0,
        "hitsLastThreeMonthsTotal": 0,
    }))
}

fn usage(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    Ok(Response::json(usage_stats(state, ctx, ctx.param(0), ctx.param(1))?))
}

fn usage_of_several(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let malformed = || ApiError::malformed("The request names no content items.");
    let body: Json = serde_json::from_slice(&ctx.request.body).map_err(|_| malformed())?;
    let items = body["content_items"].as_array().ok_or_else(malformed)?;
    let stats = |item: &Json| {
        let text = |name: &str| item[name].as_str().ok_or_else(malformed);
        usage_stats(state, ctx, text("type")?, text("luid")?)
    };
    let stats: Vec<Json> = items.iter().map(stats).collect::<Result<_>>()?;
    Ok(Response::json(json!({ "content_items": stats })))
}
