//! What was published: the bytes, and those of earlier times.

use std::sync::Arc;

use jiff::Timestamp;

use super::common::need_owner;
use super::publish::Publishes;
use super::{CustomView, Datasource, Flow, Workbook};
use crate::mock::api_error::ApiError;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::query::Paging;
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// One state of what is published.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Revision {
    pub(super) number: u64,
    pub(super) published: Timestamp,
    pub(super) publisher: String,
    pub(super) extension: &'static str,
    pub(super) bytes: Arc<[u8]>,
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/workbooks/{id}/content", 2, 0, download),
    Route::new(Method::Get, "sites/{site}/workbooks/{id}/revisions", 2, 3, history),
    Route::new(
        Method::Get,
        "sites/{site}/workbooks/{id}/revisions/{number}/content",
        2,
        3,
        download,
    ),
    Route::new(Method::Delete, "sites/{site}/workbooks/{id}/revisions/{number}", 2, 3, delete),
    Route::new(Method::Get, "sites/{site}/datasources/{id}/content", 2, 0, download),
    Route::new(Method::Get, "sites/{site}/datasources/{id}/revisions", 2, 3, history),
    Route::new(
        Method::Get,
        "sites/{site}/datasources/{id}/revisions/{number}/content",
        2,
        3,
        download,
    ),
    Route::new(Method::Delete, "sites/{site}/datasources/{id}/revisions/{number}", 2, 3, delete),
    Route::new(Method::Get, "sites/{site}/flows/{id}/content", 3, 3, download),
    Route::new(Method::Get, "sites/{site}/flows/{id}/revisions", 3, 3, history),
    Route::new(Method::Get, "sites/{site}/flows/{id}/revisions/{number}/content", 3, 3, download),
    Route::new(Method::Get, "sites/{site}/customviews/{id}/content", 3, 21, download),
];

/// Whose history it is.
pub(super) struct Subject {
    id: String,
    name: String,
    owner: String,
    pub(super) history: Vec<Revision>,
}

/// What was published of an item; of a generated one, there is one revision, made up on demand.
pub(super) fn of<T: Publishes>(site: &Site, id: &str) -> Result<Subject, ApiError> {
    let item = T::collection(site).get(id)?;
    let (name, owner, created) = item.about();
    let history = site.revisions.get(id).cloned().unwrap_or_else(|| {
        let (extension, bytes) = item.sample(site);
        let publisher = owner.to_owned();
        vec![Revision { number: 1, published: created, publisher, extension, bytes: bytes.into() }]
    });
    Ok(Subject { id: id.to_owned(), name: name.to_owned(), owner: owner.to_owned(), history })
}

/// The item that the path names.
fn subject(site: &Site, ctx: &Context) -> Result<Subject, ApiError> {
    let id = ctx.param(0);
    match ctx.at {
        "workbooks" => of::<Workbook>(site, id),
        "datasources" => of::<Datasource>(site, id),
        "flows" => of::<Flow>(site, id),
        _ => of::<CustomView>(site, id),
    }
}

impl Site {
    /// Adds a revision to the history of what was published.
    pub(super) fn publish(&mut self, id: &str, before: Vec<Revision>, mut revision: Revision) {
        let mut history = before;
        revision.number = history.last().map_or(0, |last| last.number) + 1;
        history.push(revision);
        // As many as a site keeps by default.
        if history.len() > 25 {
            history.remove(0);
        }
        self.revisions.insert(id.to_owned(), history);
    }
}

fn find<'a>(subject: &'a Subject, number: &str) -> Result<&'a Revision, ApiError> {
    let number: Option<u64> = number.parse().ok();
    subject
        .history
        .iter()
        .find(|revision| Some(revision.number) == number)
        .ok_or_else(|| ApiError::not_found("404024", "The revision could not be found."))
}

fn download(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let subject = subject(state.site(ctx)?, ctx)?;
    // Without extract the file would be another; what was published is what is given back.
    if let Some(value) = ctx.query("includeExtract") {
        crate::mock::body::flag("includeExtract", value)?;
    }
    let revision = match ctx.params.get(1) {
        Some(number) => find(&subject, number)?,
        None => subject
            .history
            .last()
            .ok_or_else(|| ApiError::not_found("404024", "There is no revision."))?,
    };
    let filename = format!("{}.{}", subject.name, revision.extension);
    Ok(Response::bytes("application/octet-stream", revision.bytes.to_vec())
        .header("Content-Disposition", disposition(&filename)))
}

// Quotes and what a header cannot carry are replaced; the true name follows, as RFC 6266 has it.
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

fn history(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let subject = subject(site, ctx)?;
    let newest = subject.history.last().map(|revision| revision.number);
    let element = |revision: &Revision| {
        Element::new("revision")
            .attr("revisionNumber", revision.number)
            .attr("publishedAt", written(revision.published))
            .attr("deleted", false)
            .attr("current", Some(revision.number) == newest)
            .attr("sizeInBytes", revision.bytes.len())
            .child(
                Element::reference("publisher", &revision.publisher)
                    .attr("name", site.user_name(&revision.publisher)),
            )
    };
    Paging::read(ctx)?.of("revisions", subject.history.iter().map(element).collect())
}

fn delete(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let mut subject = subject(state.site(ctx)?, ctx)?;
    need_owner(ctx, &subject.owner)?;
    let number = find(&subject, ctx.param(1))?.number;
    if subject.history.last().is_some_and(|last| last.number == number) {
        let detail = "The current revision cannot be deleted.";
        return Err(ApiError::forbidden("403055", detail));
    }
    subject.history.retain(|revision| revision.number != number);
    state.site_mut(ctx)?.revisions.insert(subject.id, subject.history);
    Ok(Response::no_content())
}
