//! Tags of content.

use crate::mock::prelude::*;

pub(in crate::mock) fn routes() -> Vec<Route> {
    routes! {
        Put (2, 0) "workbooks/{id}/tags" => add;
        Delete (2, 0) "workbooks/{id}/tags/{tag}" => delete;
        Put (2, 0) "views/{id}/tags" => add;
        Delete (2, 0) "views/{id}/tags/{tag}" => delete;
        Put (2, 0) "datasources/{id}/tags" => add;
        Delete (2, 0) "datasources/{id}/tags/{tag}" => delete;
        Put (3, 3) "flows/{id}/tags" => add;
        Delete (3, 3) "flows/{id}/tags/{tag}" => delete;
        Put (3, 9) "databases/{id}/tags" => add;
        Delete (3, 9) "databases/{id}/tags/{tag}" => delete;
        Put (3, 9) "tables/{id}/tags" => add;
        Delete (3, 9) "tables/{id}/tags/{tag}" => delete;
        Put (3, 9) "columns/{id}/tags" => add;
        Delete (3, 9) "columns/{id}/tags/{tag}" => delete;
        Put (3, 23) "virtualconnections/{id}/tags" => add;
        Delete (3, 23) "virtualconnections/{id}/tags/{tag}" => delete;
        Put (3, 9) "tags:batchCreate" => |s, ctx| batch(s, ctx, add_tag);
        Delete (3, 9) "tags:BatchDelete" => |s, ctx| batch(s, ctx, remove_tag);
        // The paths that TSC uses.
        Put (3, 9) "/tags:batchCreate" => |s, ctx| batch(s, ctx, add_tag);
        Put (3, 9) "/tags:batchDelete" => |s, ctx| batch(s, ctx, remove_tag);
    }
}

/// `<tags>`.
pub(in crate::mock) fn element(tags: &[String]) -> Element {
    Element::list("tags", tags.iter().map(|tag| Element::new("tag").with("label", tag)))
}

/// The tags in one label. Spaces and commas outside of quotes separate tags.
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

fn read(body: &Element) -> Result<Vec<String>> {
    let mut tags = Vec::new();
    for tag in body.need_child("tags")?.children("tag") {
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

/// The tags of the item with that kind, such as `workbooks` or `Workbook`, and id.
fn tags<'s>(site: &'s mut Site, kind: &str, id: &str) -> Result<&'s mut Vec<String>> {
    let segment = format!("{}s", kind.trim_end_matches('s').to_ascii_lowercase());
    let known = contains(
        "workbooks views datasources flows databases tables columns virtualconnections",
        &segment,
    );
    let record = known.then(|| site.record_mut(&segment, id)).flatten();
    let detail = format!("Items of the kind '{kind}' have no tags.");
    let record = record.ok_or_else(|| ApiError::not_found("404029", detail))?;
    Ok(&mut record?.tags)
}

fn add_tag(tags: &mut Vec<String>, tag: &str) {
    if !tags.iter().any(|known| known == tag) {
        tags.push(tag.to_owned());
    }
}

fn remove_tag(tags: &mut Vec<String>, tag: &str) {
    tags.retain(|known| known != tag);
}

fn add(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let new = read(&ctx.body()?)?;
    let tags = tags(state.site_mut(ctx)?, &ctx.segment, ctx.param(0))?;
    new.iter().for_each(|tag| add_tag(tags, tag));
    Ok(Response::one(element(tags)))
}

fn delete(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let tags = tags(state.site_mut(ctx)?, &ctx.segment, ctx.param(0))?;
    let tag = ctx.param(1);
    if !tags.iter().any(|known| known == tag) {
        return Err(ApiError::not_found("404007", format!("Tag '{tag}' could not be found.")));
    }
    remove_tag(tags, tag);
    Ok(Response::no_content())
}

/// Changes the tags of all items that the request names, or of none if one of them is unknown.
fn batch(
    state: &mut ServerState,
    ctx: &Context,
    change: fn(&mut Vec<String>, &str),
) -> Result<Response> {
    let batch = ctx.body_child("tagBatch")?;
    let changed = read(&batch)?;
    let site = state.site_mut(ctx)?;
    let contents: Vec<(&str, &str)> = batch
        .need_child("contents")?
        .children("content")
        .map(|content| Ok((content.need("contentType")?, content.need("id")?)))
        .collect::<Result<_>>()?;
    contents.iter().try_for_each(|(kind, id)| tags(site, kind, id).map(drop))?;
    let mut elements = Vec::new();
    for (kind, id) in contents {
        let tags = tags(site, kind, id)?;
        changed.iter().for_each(|tag| change(tags, tag));
        elements.push(Element::reference("content", id).with("contentType", kind));
    }
    let contents = Element::list("contents", elements);
    Ok(Response::one(Element::new("tagBatch").containing([element(&changed), contents])))
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_labels_with_and_without_quotes() {
        assert_eq!(labels("a"), ["a"]);
        assert_eq!(labels("a b,c"), ["a", "b", "c"]);
        assert_eq!(labels("\"a b, c\""), ["a b, c"]);
        assert_eq!(labels(" , "), Vec::<String>::new());
    }
}
