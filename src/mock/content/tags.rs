//! Tags, on workbooks, views, data sources and flows alike.

use super::common::named_mut;
use crate::mock::answer::{Answer, Element};
use crate::mock::doc::Doc;
use crate::mock::refusal::Refusal;
use crate::mock::request::Call;
use crate::mock::route::{Method, Reply, Route};
use crate::mock::site::Site;
use crate::mock::world::World;

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

fn read(doc: &Doc) -> Result<Vec<String>, Refusal> {
    let mut tags = Vec::new();
    for tag in doc.need_child("tags")?.children("tag") {
        tags.extend(labels(tag.need("label")?));
    }
    if tags.is_empty() {
        return Err(Refusal::bad("400005", "The request has no tag."));
    }
    if let Some(tag) = tags.iter().find(|tag| tag.chars().count() > 200) {
        return Err(Refusal::bad("400005", format!("The tag '{tag}' is too long.")));
    }
    Ok(tags)
}

/// The tags of what a batch names by its kind: `Workbook`, `Datasource`, ….
fn tags_of<'a>(site: &'a mut Site, kind: &str, id: &str) -> Result<&'a mut Vec<String>, Refusal> {
    match kind {
        "Workbook" => tags_at(site, "workbooks", id),
        "View" => tags_at(site, "views", id),
        "Flow" => tags_at(site, "flows", id),
        "Datasource" => tags_at(site, "datasources", id),
        other => {
            let detail = format!("Nothing of the kind '{other}' can be tagged here.");
            Err(Refusal::not_found("404029", detail))
        }
    }
}

/// The tags of what a path names.
fn tags_at<'a>(site: &'a mut Site, at: &str, id: &str) -> Result<&'a mut Vec<String>, Refusal> {
    if at == "views" {
        return Ok(&mut site.views.get_mut(id)?.tags);
    }
    let unknown = || Refusal::http(404, format!("'{at}' have no tags."));
    Ok(&mut named_mut(site, at, id).ok_or_else(unknown)??.tags)
}

fn add(world: &mut World, call: &Call) -> Reply {
    let new = read(&call.doc()?)?;
    let tags = tags_at(world.site_mut(call)?, call.at, call.param(0))?;
    for tag in new {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(Answer::one(element(tags)))
}

fn take(world: &mut World, call: &Call) -> Reply {
    let tags = tags_at(world.site_mut(call)?, call.at, call.param(0))?;
    let tag = call.param(1);
    let Some(at) = tags.iter().position(|known| known == tag) else {
        return Err(Refusal::not_found("404007", format!("Tag '{tag}' could not be found.")));
    };
    tags.remove(at);
    Ok(Answer::no_content())
}

fn batch_add(world: &mut World, call: &Call) -> Reply {
    batch(world, call, |tags, tag| {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    })
}

fn batch_take(world: &mut World, call: &Call) -> Reply {
    batch(world, call, |tags, tag| tags.retain(|known| known != tag))
}

fn batch(world: &mut World, call: &Call, change: fn(&mut Vec<String>, &String)) -> Reply {
    let doc = call.doc()?;
    let batch = doc.need_child("tagBatch")?;
    let new = read(batch)?;
    let site = world.site_mut(call)?;
    let contents: Vec<(&str, &str)> = batch
        .need_child("contents")?
        .children("content")
        .map(|content| Ok((content.need("contentType")?, content.need("id")?)))
        .collect::<Result<_, Refusal>>()?;
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
    Ok(Answer::one(batch.child(Element::list("contents", elements))))
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
