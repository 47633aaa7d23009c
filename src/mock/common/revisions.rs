//! Revisions and downloads of published content.

use std::collections::HashMap;
use std::sync::Arc;

use super::publish::Publishes;
use crate::mock::element::flag;
use crate::mock::files;
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
    let include_extract = ctx.query("includeExtract").map(|v| flag("includeExtract", v));
    let include_extract = include_extract.transpose()?.unwrap_or(true);
    let history = history::<R>(site, &record);
    let revision = match ctx.params.get(1) {
        Some(number) => {
            let revision = find(&history, number)?;
            if history.last().is_some_and(|last| last.number == revision.number) {
                let detail = "The current revision has to be downloaded without its number.";
                return Err(ApiError::not_found("404024", detail));
            }
            revision
        }
        None => history.last().ok_or_else(missing)?,
    };
    let smaller = (!include_extract)
        .then(|| files::without_extracts(record.name(), revision.extension, &revision.bytes));
    let (extension, bytes) =
        smaller.flatten().unwrap_or_else(|| (revision.extension, revision.bytes.to_vec()));
    let filename = format!("{}.{extension}", record.name());
    Ok(Response::bytes("application/octet-stream", bytes)
        .header("Content-Disposition", disposition(&filename)))
}

/// The header as Tableau Server sends it. A name with a space is sent in `filename*`: in quotes or,
/// if it has other characters to encode, with `+` for a space.
fn disposition(filename: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.!()&+".contains(c);
    if filename.chars().all(is_plain) {
        return format!("name=\"tableau_file\"; filename=\"{filename}\"");
    }
    let name = if filename.chars().all(|c| is_plain(c) && c != '+' || c == ' ') {
        format!("\"{filename}\"")
    } else {
        crate::encoding::encode_segment(filename).replace("%20", "+")
    };
    format!("name=\"tableau_file\"; filename*=UTF-8''{name}")
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
            .containing([site.reference_at("users", "publisher", &revision.publisher)])
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
