//! Usage statistics: `/api/-/content/usage-stats`, always in JSON.

use serde_json::{Value as Json, json};

use super::{Datasource, View, Workbook, views};
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    let routes = routes! {
        Get (3, 17) "/content/usage-stats/{type}/{luid}" => usage;
        Post (3, 17) "/content/usage-stats" => usage_of_several;
    };
    routes.into_iter().map(Route::unversioned).collect()
}

/// How often an item was viewed. All views were more than three months ago.
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
    let malformed = || ApiError::malformed("The request contains no content items.");
    let body: Json = serde_json::from_slice(&ctx.request.body).map_err(|_| malformed())?;
    let items = body["content_items"].as_array().ok_or_else(malformed)?;
    let stats = |item: &Json| {
        let text = |name: &str| item[name].as_str().ok_or_else(malformed);
        usage_stats(state, ctx, text("type")?, text("luid")?)
    };
    let stats: Vec<Json> = items.iter().map(stats).collect::<Result<_>>()?;
    Ok(Response::json(json!({ "content_items": stats })))
}
