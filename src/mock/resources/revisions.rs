//! Revisions and downloads of published content.

use std::collections::HashMap;
use std::sync::Arc;

use super::custom_views::CustomView;
use super::datasources::Datasource;
use super::flows::Flow;
use super::publish::Publishes;
use super::users::User;
use super::workbooks::Workbook;
use crate::mock::body;
use crate::mock::prelude::*;

/// A published file.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    pub(super) number: u64,
    pub(super) published: Timestamp,
    pub(super) publisher: String,
    pub(super) extension: &'static str,
    pub(super) bytes: Arc<[u8]>,
}

/// The revisions of published items, by item.
#[derive(Default)]
struct Revisions(HashMap<String, Vec<Revision>>);

/// The number of revisions that a site keeps.
const KEPT: usize = 25;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (2, 0) "workbooks/{id}/content" => download::<Workbook>;
        Get (2, 3) "workbooks/{id}/revisions" => list_revisions::<Workbook>;
        Get (2, 3) "workbooks/{id}/revisions/{number}/content" => download::<Workbook>;
        Delete (2, 3) "workbooks/{id}/revisions/{number}" => delete::<Workbook>;
        Get (2, 0) "datasources/{id}/content" => download::<Datasource>;
        Get (2, 3) "datasources/{id}/revisions" => list_revisions::<Datasource>;
        Get (2, 3) "datasources/{id}/revisions/{number}/content" => download::<Datasource>;
        Delete (2, 3) "datasources/{id}/revisions/{number}" => delete::<Datasource>;
        Get (3, 3) "flows/{id}/content" => download::<Flow>;
        Get (3, 3) "flows/{id}/revisions" => list_revisions::<Flow>;
        Get (3, 3) "flows/{id}/revisions/{number}/content" => download::<Flow>;
        Get (3, 21) "customviews/{id}/content" => download::<CustomView>;
    }
}

pub(super) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Revisions>().0.remove(id);
}

/// The revisions of an item; a sample item has one, generated on demand.
pub(super) fn history<R: Publishes>(site: &Site, record: &Record) -> Vec<Revision> {
    let known = site.state::<Revisions>().and_then(|revisions| revisions.0.get(&record.id));
    known.cloned().unwrap_or_else(|| {
        let (extension, bytes) = R::sample_file(record, site);
        let (published, publisher) = (record.created, record.owner.clone());
        vec![Revision { number: 1, published, publisher, extension, bytes: bytes.into() }]
    })
}

/// Adds a revision to a history.
pub(super) fn add(site: &mut Site, id: &str, mut history: Vec<Revision>, revision: Revision) {
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
    let encoded = crate::http::encode_segment(filename);
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
            .containing([site.named::<User>("publisher", &revision.publisher)])
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
