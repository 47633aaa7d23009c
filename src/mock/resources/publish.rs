//! Publishing: one way for all kinds of content, in one request or after an upload in pieces.

use std::sync::Arc;

use jiff::Timestamp;

use super::common::{self, Content, Place, Stored, need_owner};
use super::files::{self, Inside};
use super::uploads::too_large;
use super::{Effect, Revision, connections};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::{ADDED, Kind, luid, number};
use crate::mock::multipart::{part, parts};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::ApiResult;
use crate::mock::sample::url_name;
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;
use crate::mock::version::Version;

/// How a kind of content is published.
pub(in crate::mock) struct Sort {
    /// The parameter that says which sort of file it is: `workbookType`.
    pub(super) parameter: Option<&'static str>,
    /// The part that holds the file: `tableau_workbook`.
    pub(super) part: &'static str,
    pub(super) extensions: &'static [&'static str],
    /// The code for a file that is none of these.
    pub(super) wrong: &'static str,
    /// The job that publishes it, where one can.
    pub(super) job: Option<&'static str>,
}

/// What can be published, and downloaded again.
pub(super) trait Publishes: Stored {
    /// `workbook`.
    const ELEMENT: &'static str;
    const PUBLISHED: Sort;

    /// Its name, its owner, and when it was made.
    fn about(&self) -> (&str, &str, Timestamp);

    /// The file that a generated one has, and its extension.
    fn sample(&self, site: &Site) -> (&'static str, Vec<u8>);

    /// Where the request wants it to be.
    fn place(doc: &Doc, site: &Site, ctx: &Context) -> Result<Place, ApiError>;

    /// Refuses what cannot be published.
    fn check(publication: &Publication) -> Result<(), ApiError>;

    /// What there is of that name at that place: its id and its owner.
    fn existing(publication: &Publication, site: &Site) -> Option<(String, String)>;

    /// Puts it on the site; its id.
    fn put(
        publication: &Publication,
        site: &mut Site,
        existing: Option<String>,
        now: Timestamp,
    ) -> Result<String, ApiError>;

    fn show(&self, site: &Site, ctx: &Context) -> Element;
}

impl<T: Content> Publishes for T {
    const ELEMENT: &'static str = T::NAMES.0;
    const PUBLISHED: Sort = T::SORT;

    fn about(&self) -> (&str, &str, Timestamp) {
        (&self.name, &self.owner, self.created)
    }

    fn sample(&self, site: &Site) -> (&'static str, Vec<u8>) {
        self.sample_file(site)
    }

    fn place(doc: &Doc, site: &Site, ctx: &Context) -> Result<Place, ApiError> {
        let place = common::place::<T>(doc, ctx.user(), site, ctx)?;
        Ok(place.unwrap_or_else(|| Place::Project(luid(Kind::Project, site.number, 0))))
    }

    fn check(publication: &Publication) -> Result<(), ApiError> {
        for connection in publication.said() {
            if let Some(credentials) = connection.child("connectionCredentials") {
                credentials.flag("embed")?;
            }
        }
        publication.doc.flag("showTabs")?;
        Ok(())
    }

    fn existing(publication: &Publication, site: &Site) -> Option<(String, String)> {
        let is = |item: &T| {
            item.place == publication.place
                && item.name.to_lowercase() == publication.name.to_lowercase()
                && (item.place != Place::PersonalSpace || item.owner == publication.publisher)
        };
        let found = T::collection(site).iter().find(|item| is(item))?;
        Some((found.id().to_owned(), found.owner.clone()))
    }

    fn put(
        publication: &Publication,
        site: &mut Site,
        existing: Option<String>,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        let is_new = existing.is_none();
        let mut item = match existing {
            Some(id) => T::collection(site).get(&id)?.into_owned(),
            None => {
                let id = T::collection_mut(site).new_id();
                // Above those of the generated content.
                let number = number(&id, T::KIND, site.number).unwrap_or(ADDED) - ADDED;
                let mut new = T::new(id, publication.name.clone());
                new.number = number + 1_000_000;
                new.owner.clone_from(&publication.publisher);
                new.created = now;
                new
            }
        };
        item.place.clone_from(&publication.place);
        item.updated = now;
        item.publish(publication, site, now)?;
        let id = item.id().to_owned();
        if is_new {
            T::collection_mut(site).add(item);
        } else {
            T::collection_mut(site).get_mut(&id)?.clone_from(&item);
        }
        let found = publication.inside().map(|inside| inside.connections.clone());
        let found = found.unwrap_or_default();
        connections::publish(site, &id, &publication.name, found, &publication.said());
        Ok(id)
    }

    fn show(&self, site: &Site, ctx: &Context) -> Element {
        self.detail(site, ctx)
    }
}

/// What is to be published.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Publication {
    pub(super) doc: Doc,
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) publisher: String,
    pub(super) bytes: Arc<[u8]>,
    pub(super) extension: &'static str,
    inside: Option<Inside>,
    overwrite: bool,
    /// Which depends on its kind.
    carry_out: fn(&Publication, &mut Site, Timestamp) -> Result<String, ApiError>,
    element: &'static str,
}

pub(super) fn publish<T: Publishes>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    if ctx.caller()?.role < Role::Publisher {
        return Err(ApiError::forbidden("403007", "The user may not publish."));
    }
    let job = T::PUBLISHED.job.filter(|_| ctx.version >= Version(3, 0));
    let job = if ctx.asks("asJob")? { job } else { None };
    let publication = read::<T>(state, ctx)?;
    let now = state.clock.now();
    publication.check::<T>(state.site(ctx)?, ctx)?;
    if let Some(job) = job {
        let on = Some((T::ELEMENT, String::new(), publication.name.clone()));
        let effect = Effect::Publish(Box::new(publication));
        return Ok(Response::with_status(202, state.start_job(ctx, job, effect, on)?));
    }
    let site = state.site_mut(ctx)?;
    let id = carry_out::<T>(&publication, site, now)?;
    let item = T::collection(site).get(&id)?.into_owned();
    Ok(Response::created(item.show(site, ctx)))
}

fn read<T: Publishes>(state: &mut ServerState, ctx: &Context) -> Result<Publication, ApiError> {
    let modes = [ctx.asks("overwrite")?, ctx.asks("append")?, ctx.asks("replace")?];
    if modes.iter().filter(|asked| **asked).count() > 1 {
        let detail = "Publishing overwrites, replaces or appends: one of them.";
        return Err(ApiError::bad("400055", detail));
    }
    let max_file = state.max_file;
    let sort = T::PUBLISHED;
    let parts = parts(ctx.request)?;
    let payload = part(&parts, "request_payload")
        .ok_or_else(|| ApiError::malformed("The request has no part 'request_payload'."))?;
    let doc = Doc::xml(payload.body)?.need_child(T::ELEMENT)?.clone();
    let site = state.site_mut(ctx)?;
    let name = doc.need("name")?.to_owned();
    let place = T::place(&doc, site, ctx)?;
    let said = sort.parameter.and_then(|parameter| ctx.query(parameter));
    let wrong = || {
        let detail = format!("The file is none of {}.", sort.extensions.join(", "));
        ApiError::bad(sort.wrong, detail)
    };
    let known =
        |name: &str| sort.extensions.iter().find(|known| known.eq_ignore_ascii_case(name)).copied();
    // Where there is one sort only, nothing has to say so.
    let only = match sort.extensions {
        [only] => Some(*only),
        _ => None,
    };
    let (bytes, extension): (Arc<[u8]>, _) = match ctx.query("uploadSessionId") {
        Some(id) => {
            // Without a file name, the type has to be said.
            let extension = only.or_else(|| said.and_then(known)).ok_or_else(wrong)?;
            let upload = site.uploads.remove(id).ok_or_else(|| Kind::Upload.missing(id))?;
            (upload.bytes.into(), extension)
        }
        None => {
            let file = part(&parts, sort.part).ok_or_else(|| {
                let detail = format!("The request has no part '{}'.", sort.part);
                ApiError::bad(sort.wrong, detail)
            })?;
            if file.body.len() > max_file {
                return Err(too_large(max_file));
            }
            let ending = || file.filename.as_deref()?.rsplit_once('.').map(|(_, ending)| ending);
            let extension =
                only.or_else(|| said.or_else(ending).and_then(known)).ok_or_else(wrong)?;
            (file.body.into(), extension)
        }
    };
    Ok(Publication {
        doc,
        name,
        place,
        publisher: ctx.user().to_owned(),
        inside: files::read(&bytes),
        bytes,
        extension,
        overwrite: modes.contains(&true),
        carry_out: carry_out::<T>,
        element: T::ELEMENT,
    })
}

fn carry_out<T: Publishes>(
    publication: &Publication,
    site: &mut Site,
    now: Timestamp,
) -> Result<String, ApiError> {
    let existing = T::existing(publication, site).map(|(id, _)| id);
    let revision = Revision {
        number: 1,
        published: now,
        publisher: publication.publisher.clone(),
        extension: publication.extension,
        bytes: Arc::clone(&publication.bytes),
    };
    let is_new = existing.is_none();
    // What is replaced has its revision before it is another.
    let history = match &existing {
        Some(id) => super::revisions::of::<T>(site, id)?.history,
        None => Vec::new(),
    };
    let id = T::put(publication, site, existing, now)?;
    site.publish(&id, if is_new { Vec::new() } else { history }, revision);
    Ok(id)
}

impl Publication {
    fn check<T: Publishes>(&self, site: &Site, ctx: &Context) -> Result<(), ApiError> {
        if self.bytes.is_empty() {
            return Err(ApiError::bad("400011", "The file is empty."));
        }
        if let Some((_, owner)) = T::existing(self, site) {
            if !self.overwrite {
                let detail = format!("There is '{}' in that project already.", self.name);
                return Err(ApiError::forbidden("403007", detail));
            }
            need_owner(ctx, &owner)?;
        }
        T::check(self)
    }

    /// Puts the content on the site; what it is, its id and its name.
    pub(super) fn carry_out(
        &self,
        site: &mut Site,
        now: Timestamp,
    ) -> Result<(&'static str, String, String), ApiError> {
        let id = (self.carry_out)(self, site, now)?;
        Ok((self.element, id, self.name.clone()))
    }

    /// What the file says about itself, where it could be looked into.
    pub(super) fn inside(&self) -> Option<&Inside> {
        self.inside.as_ref()
    }

    pub(super) fn megabytes(&self) -> u64 {
        (self.bytes.len() as u64).div_ceil(1 << 20)
    }

    /// The connections and credentials that the request speaks of.
    fn said(&self) -> Vec<Doc> {
        let several = self.doc.child("connections").into_iter().flat_map(Doc::all);
        several.chain(self.doc.child("connectionCredentials")).cloned().collect()
    }
}

/// A content URL that is not taken.
pub(super) fn free_url(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let url = url_name(name);
    if !taken(&url) {
        return url;
    }
    (0_u64..).map(|n| format!("{url}_{n}")).find(|url| !taken(url)).unwrap_or(url)
}
