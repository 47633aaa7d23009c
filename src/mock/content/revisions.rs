//! What was published: the bytes of workbooks and data sources, and their history.

use std::sync::Arc;

use jiff::Timestamp;

use super::files;
use super::workbooks::need_owner;
use crate::mock::answer::{Answer, Element};
use crate::mock::clock::written;
use crate::mock::query::Paging;
use crate::mock::refusal::Refusal;
use crate::mock::request::Call;
use crate::mock::route::{Method, Reply, Route};
use crate::mock::site::Site;
use crate::mock::world::World;

/// One state of a workbook or data source.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Revision {
    pub(super) number: u64,
    pub(super) published: Timestamp,
    pub(super) publisher: String,
    pub(super) extension: &'static str,
    pub(super) bytes: Arc<[u8]>,
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/workbooks/{id}/content", 2, 0, workbook),
    Route::new(Method::Get, "sites/{site}/workbooks/{id}/revisions", 2, 3, workbook_history),
    Route::new(
        Method::Get,
        "sites/{site}/workbooks/{id}/revisions/{number}/content",
        2,
        3,
        workbook,
    ),
    Route::new(
        Method::Delete,
        "sites/{site}/workbooks/{id}/revisions/{number}",
        2,
        3,
        workbook_delete,
    ),
    Route::new(Method::Get, "sites/{site}/datasources/{id}/content", 2, 0, datasource),
    Route::new(Method::Get, "sites/{site}/datasources/{id}/revisions", 2, 3, datasource_history),
    Route::new(
        Method::Get,
        "sites/{site}/datasources/{id}/revisions/{number}/content",
        2,
        3,
        datasource,
    ),
    Route::new(
        Method::Delete,
        "sites/{site}/datasources/{id}/revisions/{number}",
        2,
        3,
        datasource_delete,
    ),
];

/// Whose history it is.
struct Subject {
    id: String,
    name: String,
    owner: String,
    history: Vec<Revision>,
}

// What the sample has, where nobody has published: one revision, made up on demand.
fn of_workbook(site: &Site, id: &str) -> Result<Subject, Refusal> {
    let workbook = site.workbooks.get(id)?;
    let history = site.revisions.get(id).cloned().unwrap_or_else(|| {
        let views = site.views_of(id);
        vec![Revision {
            number: 1,
            published: workbook.created,
            publisher: workbook.owner.clone(),
            extension: "twb",
            bytes: files::twb(&workbook, &views).into(),
        }]
    });
    Ok(Subject {
        id: id.to_owned(),
        name: workbook.name.clone(),
        owner: workbook.owner.clone(),
        history,
    })
}

fn of_datasource(site: &Site, id: &str) -> Result<Subject, Refusal> {
    let datasource = site.datasources.get(id)?;
    let history = site.revisions.get(id).cloned().unwrap_or_else(|| {
        vec![Revision {
            number: 1,
            published: datasource.created,
            publisher: datasource.owner.clone(),
            extension: "tds",
            bytes: files::tds(&datasource).into(),
        }]
    });
    Ok(Subject {
        id: id.to_owned(),
        name: datasource.name.clone(),
        owner: datasource.owner.clone(),
        history,
    })
}

impl Site {
    /// Adds a revision to a workbook's or data source's history; its number.
    pub(super) fn publish(&mut self, id: &str, mut revision: Revision) {
        let before = match self.revisions.remove(id) {
            Some(history) => history,
            None => of_workbook(self, id)
                .or_else(|_| of_datasource(self, id))
                .map(|subject| subject.history)
                .unwrap_or_default(),
        };
        revision.number = before.last().map_or(0, |last| last.number) + 1;
        let mut history = before;
        history.push(revision);
        // As many as a site keeps by default.
        if history.len() > 25 {
            history.remove(0);
        }
        self.revisions.insert(id.to_owned(), history);
    }

    /// The first revision of something new.
    pub(super) fn publish_first(&mut self, id: &str, revision: Revision) {
        self.revisions.insert(id.to_owned(), vec![Revision { number: 1, ..revision }]);
    }
}

fn workbook(world: &mut World, call: &Call) -> Reply {
    download(&of_workbook(world.site(call)?, call.param(0))?, call)
}

fn datasource(world: &mut World, call: &Call) -> Reply {
    download(&of_datasource(world.site(call)?, call.param(0))?, call)
}

fn find<'a>(subject: &'a Subject, number: &str) -> Result<&'a Revision, Refusal> {
    let number: Option<u64> = number.parse().ok();
    subject
        .history
        .iter()
        .find(|revision| Some(revision.number) == number)
        .ok_or_else(|| Refusal::not_found("404024", "The revision could not be found."))
}

fn download(subject: &Subject, call: &Call) -> Reply {
    // Without extract the file would be another; what was published is what is given back.
    if let Some(value) = call.query("includeExtract") {
        crate::mock::doc::flag("includeExtract", value)?;
    }
    let revision = match call.params.get(1) {
        Some(number) => find(subject, number)?,
        None => subject
            .history
            .last()
            .ok_or_else(|| Refusal::not_found("404024", "There is no revision."))?,
    };
    let filename = format!("{}.{}", subject.name, revision.extension);
    Ok(Answer::bytes("application/octet-stream", revision.bytes.to_vec())
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

fn workbook_history(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    history(&of_workbook(site, call.param(0))?, site, call)
}

fn datasource_history(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    history(&of_datasource(site, call.param(0))?, site, call)
}

fn history(subject: &Subject, site: &Site, call: &Call) -> Reply {
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
    Paging::read(call)?.of("revisions", subject.history.iter().map(element).collect())
}

fn workbook_delete(world: &mut World, call: &Call) -> Reply {
    let subject = of_workbook(world.site(call)?, call.param(0))?;
    delete(world, call, subject)
}

fn datasource_delete(world: &mut World, call: &Call) -> Reply {
    let subject = of_datasource(world.site(call)?, call.param(0))?;
    delete(world, call, subject)
}

fn delete(world: &mut World, call: &Call, mut subject: Subject) -> Reply {
    need_owner(call, &subject.owner)?;
    let number = find(&subject, call.param(1))?.number;
    if subject.history.last().is_some_and(|last| last.number == number) {
        let detail = "The current revision cannot be deleted.";
        return Err(Refusal::forbidden("403055", detail));
    }
    subject.history.retain(|revision| revision.number != number);
    world.site_mut(call)?.revisions.insert(subject.id, subject.history);
    Ok(Answer::no_content())
}
