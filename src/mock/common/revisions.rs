//! Revisions and downloads of published content.

use std::collections::HashMap;
use std::sync::Arc;

use super::publish::Publishes;
use crate::mock::body;
use crate::mock::prelude::*;

/// A published file.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Revision {
    pub(in crate::mock) number: u64,
    pub(in crate::mock) published: Timestamp,
    pub(in crate::mock) publisher: String,
    pub(in crate::mock) extension: &'static str,
    pub(in crate::mock) bytes: Arc<[u8]>,
}

/// The revisions of published items, by item.
#[derive(Default)]
struct Revisions(HashMap<String, Vec<Revision>>);

/// The number of revisions that a site keeps.
const KEPT: usize = 25;

/// The routes for downloading an item, each with its first API version: the current file, the
/// revisions, and deleting a revision.
pub(in crate::mock) fn routes<R: Publishes>(
    content: (u16, u16),
    history: Option<(u16, u16)>,
    deletion: Option<(u16, u16)>,
) -> Vec<Route> {
    let route = |method, below: &str, (major, minor), run: Handler| {
        Route::new(method, format!("{}/{{id}}/{below}", R::SCHEMA.path), major, minor, run)
    };
    let mut routes = vec![route(Method::Get, "content", content, download::<R>)];
    if let Some(since) = history {
        routes.push(route(Method::Get, "revisions", since, list_revisions::<R>));
        routes.push(route(Method::Get, "revisions/{number}/content", since, download::<R>));
    }
    if let Some(since) = deletion {
        routes.push(route(Method::Delete, "revisions/{number}", since, delete::<R>));
    }
    routes
}

pub(in crate::mock) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Revisions>().0.remove(id);
}

/// The revisions of an item; a sample item has one, generated on demand.
pub(in crate::mock) fn history<R: Publishes>(site: &Site, record: &Record) -> Vec<Revision> {
    let known = site.state::<Revisions>().and_then(|revisions| revisions.0.get(&record.id));
    known.cloned().unwrap_or_else(|| {
        let (extension, bytes) = R::sample_file(record, site);
        let (published, publisher) = (record.created, record.owner.clone());
        vec![Revision { number: 1, published, publisher, extension, bytes: bytes.into() }]
    })
}

/// Adds a revision to a history.
pub(in crate::mock) fn add(
    site: &mut Site,
    id: &str,
    mut history: Vec<Revision>,
    revision: Revision,
) {
    history.push(revision);
    if history.len() > KEPT {
        history.remove(0);
    }
    site.state_mut::<Revisions>().0.insert(id.to_owned(), history);
}

fn missing() -> ApiError {
    ApiError::not_found("404024", "The revision could not be found.")
}

fn find<'a>(history: &'a [Revision], number: &str) -> Result<&'a Revision> {
    let number: Option<u64> = number.parse().ok();
    history.iter().find(|revision| Some(revision.number) == number).ok_or_else(missing)
}

fn download<R: Publishes>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let record = site.get::<R>(ctx.param(0))?;
    // The file is sent as it was published, even without its extract.
    ctx.query("includeExtract").map(|value| body::flag("includeExtract", value)).transpose()?;
    let history = history::<R>(site, &record);
    let revision = match ctx.params.get(1) {
        Some(number) => find(&history, number)?,
        None => history.last().ok_or_else(missing)?,
    };
    let filename = format!("{}.{}", record.name(), revision.extension);
    Ok(Response::bytes("application/octet-stream", revision.bytes.to_vec())
        .header("Content-Disposition", disposition(&filename)))
}

// Characters that a quoted file name cannot have are replaced; `filename*` has the true name.
fn disposition(filename: &str) -> String {
    let plain: String = filename
        .chars()
        .map(|c| if (' '..='~').contains(&c) && !matches!(c, '"' | '\\') { c } else { '_' })
        .collect();
    if plain == filename {
        return format!("name=\"tableau_file\"; filename=\"{plain}\"");
    }
    let encoded = crate::encoding::encode_segment(filename);
    format!("name=\"tableau_file\"; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn list_revisions<R: Publishes>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let history = history::<R>(site, &*site.get::<R>(ctx.param(0))?);
    let newest = history.last().map(|revision| revision.number);
    let element = |revision: &Revision| {
        Element::new("revision")
            .with("revisionNumber", revision.number)
            .with("publishedAt", written(revision.published))
            .with("deleted", false)
            .with("current", Some(revision.number) == newest)
            .with("sizeInBytes", revision.bytes.len())
            .containing([site.named_at("users", "publisher", &revision.publisher)])
    };
    Paging::read(ctx)?.respond("revisions", history.iter().map(element).collect())
}

fn delete<R: Publishes>(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site_mut(ctx)?;
    let record = site.get::<R>(ctx.param(0))?.into_owned();
    ctx.require_owner(&record.owner)?;
    let mut history = history::<R>(site, &record);
    let number = find(&history, ctx.param(1))?.number;
    if history.last().is_some_and(|last| last.number == number) {
        return Err(ApiError::forbidden("403055", "The current revision cannot be deleted."));
    }
    history.retain(|revision| revision.number != number);
    site.state_mut::<Revisions>().0.insert(record.id, history);
    Ok(Response::no_content())
}
