//! Tags, on workbooks, views, data sources and flows alike.

use super::common::named_mut;
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Put, "sites/{site}/workbooks/{id}/tags", 2, 0, add),
    Route::new(Method::Delete, "sites/{site}/workbooks/{id}/tags/{tag}", 2, 0, take),
    Route::new(Method::Put, "sites/{site}/views/{id}/tags", 2, 0, add),
    Route::new(Method::Delete, "sites/{site}/views/{id}/tags/{tag}", 2, 0, take),
    Route::new(Method::Put, "sites/{site}/datasources/{id}/tags", 2, 0, add),
    Route::new(Method::Delete, "sites/{site}/datasources/{id}/tags/{tag}", 2, 0, take),
    Route::new(Method::Put, "sites/{site}/flows/{id}/tags", 3, 3, add),
    Route::new(Method::Delete, "sites/{site}/flows/{id}/tags/{tag}", 3, 3, take),
    Route::new(Method::Put, "sites/{site}/tags:batchCreate", 3, 9, batch_add),
    Route::new(Method::Delete, "sites/{site}/tags:BatchDelete", 3, 9, batch_take),
    // The spellings of the Python client.
    Route::new(Method::Put, "tags:batchCreate", 3, 9, batch_add),
    Route::new(Method::Put, "tags:batchDelete", 3, 9, batch_take),
];

/// `<tags>`.
pub(super) fn element(tags: &[String]) -> Element {
    Element::list("tags", tags.iter().map(|tag| Element::new("tag").attr("label", tag)))
}

/// The tags in one label: spaces and commas separate them, unless they are within quotes.
fn labels(text: &str) -> Vec<String> {
    let (mut labels, mut label, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' | ',' if !quoted => labels.push(std::mem::take(&mut label)),
            c => label.push(c),
        }
    }
    labels.push(label);
    labels.retain(|label| !label.is_empty());
    labels
}

fn read(doc: &Doc) -> Result<Vec<String>, ApiError> {
    let mut tags = Vec::new();
    for tag in doc.need_child("tags")?.children("tag") {
        tags.extend(labels(tag.need("label")?));
    }
    if tags.is_empty() {
        return Err(ApiError::bad("400005", "The request has no tag."));
    }
    if let Some(tag) = tags.iter().find(|tag| tag.chars().count() > 200) {
        return Err(ApiError::bad("400005", format!("The tag '{tag}' is too long.")));
    }
    Ok(tags)
}

/// The tags of what a batch names by its kind: `Workbook`, `Datasource`, ….
fn tags_of<'a>(site: &'a mut Site, kind: &str, id: &str) -> Result<&'a mut Vec<String>, ApiError> {
    match kind {
        "Workbook" => tags_at(site, "workbooks", id),
        "View" => tags_at(site, "views", id),
        "Flow" => tags_at(site, "flows", id),
        "Datasource" => tags_at(site, "datasources", id),
        other => {
            let detail = format!("Nothing of the kind '{other}' can be tagged here.");
            Err(ApiError::not_found("404029", detail))
        }
    }
}

/// The tags of what a path names.
fn tags_at<'a>(site: &'a mut Site, at: &str, id: &str) -> Result<&'a mut Vec<String>, ApiError> {
    if at == "views" {
        return Ok(&mut site.views.get_mut(id)?.tags);
    }
    let unknown = || ApiError::http(404, format!("'{at}' have no tags."));
    Ok(&mut named_mut(site, at, id).ok_or_else(unknown)??.tags)
}

fn add(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let new = read(&ctx.doc()?)?;
    let tags = tags_at(state.site_mut(ctx)?, ctx.at, ctx.param(0))?;
    for tag in new {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(Response::one(element(tags)))
}

fn take(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let tags = tags_at(state.site_mut(ctx)?, ctx.at, ctx.param(0))?;
    let tag = ctx.param(1);
    let Some(at) = tags.iter().position(|known| known == tag) else {
        return Err(ApiError::not_found("404007", format!("Tag '{tag}' could not be found.")));
    };
    tags.remove(at);
    Ok(Response::no_content())
}

fn batch_add(state: &mut ServerState, ctx: &Context) -> ApiResult {
    batch(state, ctx, |tags, tag| {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    })
}

fn batch_take(state: &mut ServerState, ctx: &Context) -> ApiResult {
    batch(state, ctx, |tags, tag| tags.retain(|known| known != tag))
}

fn batch(
    state: &mut ServerState,
    ctx: &Context,
    change: fn(&mut Vec<String>, &String),
) -> ApiResult {
    let doc = ctx.doc()?;
    let batch = doc.need_child("tagBatch")?;
    let new = read(batch)?;
    let site = state.site_mut(ctx)?;
    let contents: Vec<(&str, &str)> = batch
        .need_child("contents")?
        .children("content")
        .map(|content| Ok((content.need("contentType")?, content.need("id")?)))
        .collect::<Result<_, ApiError>>()?;
    // All or nothing: each has to be there before the first is changed.
    for (kind, id) in &contents {
        tags_of(site, kind, id)?;
    }
    let mut elements = Vec::new();
    for (kind, id) in contents {
        let tags = tags_of(site, kind, id)?;
        new.iter().for_each(|tag| change(tags, tag));
        // The kinds are known: `tags_of` has refused all others.
        elements.push(Element::reference("content", id).attr("contentType", kind));
    }
    let batch = Element::new("tagBatch").child(self::element(&new));
    Ok(Response::one(batch.child(Element::list("contents", elements))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_and_without_quotes() {
        assert_eq!(labels("a"), ["a"]);
        assert_eq!(labels("a b,c"), ["a", "b", "c"]);
        assert_eq!(labels("\"a b, c\""), ["a b, c"]);
        assert_eq!(labels(" , "), Vec::<String>::new());
    }
}
