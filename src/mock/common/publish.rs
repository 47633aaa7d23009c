//! Publishing of all kinds of content, in one request or after an upload in parts.

use std::sync::Arc;

use super::connections;
use super::jobs::{self, Report};
use super::permissions;
use super::revisions::{self, Revision};
use super::uploads::{self, too_large};
use crate::mock::body;
use crate::mock::files::{self, Inside};
use crate::mock::multipart::{part, parts};
use crate::mock::prelude::*;

/// How a resource is published.
pub(in crate::mock) struct FileFormat {
    /// The query parameter with the file's type: `workbookType`.
    pub(in crate::mock) parameter: Option<&'static str>,
    /// The name of the part with the file: `tableau_workbook`.
    pub(in crate::mock) part: &'static str,
    pub(in crate::mock) extensions: &'static [&'static str],
    /// The error code for another file.
    pub(in crate::mock) wrong: &'static str,
    /// The kind of the job that publishes it, if one can.
    pub(in crate::mock) job: Option<&'static str>,
    /// Whether `<connections>` is a sibling of the item's element in a request, not its child.
    pub(in crate::mock) has_sibling_connections: bool,
}

/// A resource that can be published and downloaded.
pub(in crate::mock) trait Publishes: Resource {
    const FORMAT: FileFormat;

    /// The file of a sample item, and its extension.
    fn sample_file(record: &Record, site: &Site) -> (&'static str, Vec<u8>);

    /// Stores the contents of the file and the attributes of the request.
    fn fill(record: &mut Record, publication: &Publication, site: &mut Site) -> Result<()>;

    /// The parent that the request names.
    fn destination(body: &Element, site: &Site, ctx: &Context) -> Result<Option<String>>;

    /// Rejects files that cannot be published.
    fn check(publication: &Publication) -> Result<()> {
        for connection in publication.connections() {
            if let Some(credentials) = connection.child("connectionCredentials") {
                credentials.flag("embed")?;
            }
        }
        publication.body.flag("showTabs").map(drop)
    }

    /// The item of that name below that parent.
    fn existing(publication: &Publication, site: &Site) -> Option<Record> {
        let is_same = |record: &Cow<'_, Record>| {
            record.parent == publication.parent
                && record.name().to_lowercase() == publication.name.to_lowercase()
                && (record.parent.is_some() || record.owner == publication.publisher)
        };
        site.iter::<Self>().find(is_same).map(Cow::into_owned)
    }
}

/// The id of the item's parent; empty without one.
pub(in crate::mock) fn parent_id(record: &Record) -> &str {
    record.parent.as_deref().unwrap_or_default()
}

/// What a request publishes.
pub(in crate::mock) struct Publication {
    pub(in crate::mock) body: Element,
    pub(in crate::mock) name: String,
    pub(in crate::mock) parent: Option<String>,
    pub(in crate::mock) publisher: String,
    pub(in crate::mock) bytes: Arc<[u8]>,
    pub(in crate::mock) extension: &'static str,
    /// The contents of the file, if it could be read.
    pub(in crate::mock) inside: Option<Inside>,
    overwrite: bool,
    /// When it is published: for a job, when the job ends.
    pub(in crate::mock) now: Timestamp,
}

impl Publication {
    pub(in crate::mock) fn megabytes(&self) -> u64 {
        (self.bytes.len() as u64).div_ceil(1 << 20)
    }

    /// The connections and credentials in the request.
    fn connections(&self) -> impl Iterator<Item = &Element> + Clone {
        let several = self.body.child("connections").into_iter().flat_map(|list| &list.children);
        several.chain(self.body.child("connectionCredentials"))
    }
}

pub(in crate::mock) fn publish<R: Publishes>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response> {
    if ctx.require(Role::Publisher).is_err() {
        return Err(ApiError::forbidden("403007", "The user is not allowed to publish."));
    }
    let job = R::FORMAT.job.filter(|_| ctx.version >= Version(3, 0));
    let job = if ctx.flag("asJob")? { job } else { None };
    let mut publication = read::<R>(state, ctx)?;
    check::<R>(&publication, state.site(ctx)?, ctx)?;
    if let Some(job) = job {
        let about = (R::SCHEMA.element, String::new(), publication.name.clone());
        let job = jobs::start(state, ctx, job, Some(about), move |site, now| {
            publication.now = now;
            let id = carry_out::<R>(&publication, site)?;
            let about = Some((R::SCHEMA.element, id, publication.name));
            Ok(Report { about, ..Report::default() })
        })?;
        return Ok(Response::with_status(202, job));
    }
    let site = state.site_mut(ctx)?;
    let id = carry_out::<R>(&publication, site)?;
    let record = site.get::<R>(&id)?;
    Ok(Response::created(R::full_element(&record, site, ctx)))
}

fn read<R: Publishes>(state: &mut ServerState, ctx: &Context) -> Result<Publication> {
    let modes = [ctx.flag("overwrite")?, ctx.flag("append")?, ctx.flag("replace")?];
    if modes.iter().filter(|mode| **mode).count() > 1 {
        let detail = "Use only one of 'overwrite', 'append' and 'replace'.";
        return Err(ApiError::bad("400055", detail));
    }
    let max_file = state.max_file;
    let format = R::FORMAT;
    let parts = parts(ctx.request)?;
    let payload = part(&parts, "request_payload")
        .ok_or_else(|| ApiError::malformed("The request has no part 'request_payload'."))?;
    let payload = body::payload(payload.body)?;
    let mut body = payload.need_child(R::SCHEMA.element)?.clone();
    if format.has_sibling_connections {
        body.children.retain(|child| child.name != "connections");
        body.children.extend(payload.child("connections").cloned());
    }
    let site = state.site_mut(ctx)?;
    let name = body.need("name")?.to_owned();
    let parent = R::destination(&body, site, ctx)?;
    let wrong = |detail: String| ApiError::bad(format.wrong, detail);
    let extension = |name: Option<&str>| {
        let known = format.extensions.iter().copied();
        // With a single format, the request does not have to name it.
        let found = match format.extensions {
            [only] => Some(*only),
            _ => known.clone().find(|known| name.is_some_and(|n| known.eq_ignore_ascii_case(n))),
        };
        found.ok_or_else(|| {
            wrong(format!("The file must be one of {}.", format.extensions.join(", ")))
        })
    };
    let requested = format.parameter.and_then(|parameter| ctx.query(parameter));
    let (bytes, extension): (Arc<[u8]>, _) = match ctx.query("uploadSessionId") {
        Some(id) => {
            let extension = extension(requested)?;
            (uploads::take(site, id)?.into(), extension)
        }
        None => {
            let file = part(&parts, format.part)
                .ok_or_else(|| wrong(format!("The request has no part '{}'.", format.part)))?;
            if file.body.len() > max_file {
                return Err(too_large(max_file));
            }
            let ending = || file.filename.as_deref()?.rsplit_once('.').map(|(_, ending)| ending);
            (file.body.into(), extension(requested.or_else(ending))?)
        }
    };
    Ok(Publication {
        body,
        name,
        parent,
        publisher: ctx.user().to_owned(),
        inside: files::read(&bytes),
        bytes,
        extension,
        overwrite: modes.contains(&true),
        now: ctx.now,
    })
}

fn check<R: Publishes>(publication: &Publication, site: &Site, ctx: &Context) -> Result<()> {
    if publication.bytes.is_empty() {
        return Err(ApiError::bad("400011", "The file is empty."));
    }
    if publication.inside.as_ref().is_some_and(|inside| inside.lacks_extract) {
        let detail = "The file refers to an extract that it does not contain.";
        return Err(ApiError::bad("400011", detail));
    }
    if let Some(existing) = R::existing(publication, site) {
        if !publication.overwrite {
            let detail = format!("The project already has '{}'.", publication.name);
            return Err(ApiError::forbidden("403007", detail));
        }
        ctx.require_owner(&existing.owner)?;
    }
    R::check(publication)
}

/// Publishes the content and returns its id.
fn carry_out<R: Publishes>(publication: &Publication, site: &mut Site) -> Result<String> {
    let now = publication.now;
    let existing = R::existing(publication, site);
    let history = match &existing {
        Some(record) => revisions::history::<R>(site, record),
        None => Vec::new(),
    };
    let is_new = existing.is_none();
    let mut record = existing.unwrap_or_else(|| {
        let id = site.new_id::<R>();
        // Numbers from here on are not used by sample content.
        let number = luid_number(&id, R::SCHEMA.kind, site.number).unwrap_or(ADDED) - ADDED;
        let (number, owner) = (number + 1_000_000, publication.publisher.clone());
        Record { number, owner, created: now, ..Record::new(id) }.with("name", &publication.name)
    });
    record.parent.clone_from(&publication.parent);
    record.updated = now;
    R::fill(&mut record, publication, site)?;
    let id = record.id.clone();
    let what = if is_new { "Created" } else { "Updated" };
    site.note(Event::new(R::SCHEMA.element, &id, &publication.name, what));
    if is_new {
        permissions::inherit(site, &record, R::SCHEMA.path);
        site.add::<R>(record);
    } else {
        *site.get_mut::<R>(&id)? = record;
    }
    let found = publication.inside.iter().flat_map(|inside| inside.connections.clone());
    connections::publish(site, &id, &publication.name, found, publication.connections());
    let revision = Revision {
        number: history.last().map_or(0, |last: &Revision| last.number) + 1,
        published: now,
        publisher: publication.publisher.clone(),
        extension: publication.extension,
        bytes: Arc::clone(&publication.bytes),
    };
    revisions::add(site, &id, history, revision);
    Ok(id)
}
