//! Publishing workbooks and data sources, in one request or after an upload in pieces.

use std::sync::Arc;

use jiff::Timestamp;

use super::datasources::ask_data;
use super::files::{self, Inside};
use super::uploads::too_large;
use super::workbooks::need_owner;
use super::{Datasource, Effect, Revision, Shown, View, Workbook, connections};
use crate::mock::answer::Answer;
use crate::mock::doc::Doc;
use crate::mock::luid::{ADDED, Kind, luid, number};
use crate::mock::multipart::{part, parts};
use crate::mock::query::Listed;
use crate::mock::refusal::Refusal;
use crate::mock::request::{Call, Standing};
use crate::mock::route::{Method, Reply, Route};
use crate::mock::sample::url_name;
use crate::mock::site::Site;
use crate::mock::version::Version;
use crate::mock::world::World;

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Post, "sites/{site}/workbooks", 2, 0, workbook),
    Route::new(Method::Post, "sites/{site}/datasources", 2, 0, datasource),
];

/// What is to be published.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Publication {
    of: Kind,
    doc: Doc,
    name: String,
    project: String,
    owner: String,
    bytes: Arc<[u8]>,
    extension: &'static str,
    overwrite: bool,
}

/// What differs between the two kinds.
struct Kinds {
    of: Kind,
    element: &'static str,
    type_parameter: &'static str,
    file_part: &'static str,
    extensions: &'static [&'static str],
    wrong_file: &'static str,
    job: &'static str,
}

const WORKBOOK: Kinds = Kinds {
    of: Kind::Workbook,
    element: "workbook",
    type_parameter: "workbookType",
    file_part: "tableau_workbook",
    extensions: &["twb", "twbx"],
    wrong_file: "400020",
    job: "PublishWorkbook",
};

const DATASOURCE: Kinds = Kinds {
    of: Kind::Datasource,
    element: "datasource",
    type_parameter: "datasourceType",
    file_part: "tableau_datasource",
    extensions: &["tds", "tdsx", "tde", "hyper", "parquet"],
    wrong_file: "400010",
    job: "PublishDatasource",
};

fn workbook(world: &mut World, call: &Call) -> Reply {
    publish(world, call, &WORKBOOK)
}

fn datasource(world: &mut World, call: &Call) -> Reply {
    publish(world, call, &DATASOURCE)
}

fn publish(world: &mut World, call: &Call, kinds: &Kinds) -> Reply {
    if call.caller()?.standing < Standing::Publisher {
        return Err(Refusal::forbidden("403007", "The user may not publish."));
    }
    let as_job = call.asks("asJob")? && call.version >= Version(3, 0);
    let publication = read(world, call, kinds)?;
    let now = world.clock.now();
    publication.check(world.site(call)?, call)?;
    if as_job {
        let on = Some((kinds.element, String::new(), publication.name.clone()));
        let effect = Effect::Publish(Box::new(publication));
        let job = world.start_job(call, kinds.job, effect, on)?;
        return Ok(Answer::with_status(202, job));
    }
    let site = world.site_mut(call)?;
    let (_, id, _) = publication.carry_out(site, now)?;
    Ok(Answer::created(match kinds.of {
        Kind::Workbook => site.workbooks.get(&id)?.detail(site, call),
        _ => site.datasources.get(&id)?.element(site, call),
    }))
}

fn read(world: &mut World, call: &Call, kinds: &Kinds) -> Result<Publication, Refusal> {
    let (overwrite, append) = (call.asks("overwrite")?, call.asks("append")?);
    if overwrite && append {
        let detail = "Publishing overwrites or appends, not both.";
        return Err(Refusal::bad("400055", detail));
    }
    let max_file = world.max_file;
    let parts = parts(call.request)?;
    let payload = part(&parts, "request_payload")
        .ok_or_else(|| Refusal::malformed("The request has no part 'request_payload'."))?;
    let doc = Doc::xml(payload.body)?.need_child(kinds.element)?.clone();
    let site = world.site_mut(call)?;
    let name = doc.need("name")?.to_owned();
    let project = match doc.child("project").and_then(|project| project.attr("id")) {
        Some(id) => site.projects.get(id)?.id.clone(),
        None => luid(Kind::Project, site.number, 0),
    };
    let said = call.query(kinds.type_parameter);
    let wrong = || {
        let detail = format!("The file is none of {}.", kinds.extensions.join(", "));
        Refusal::bad(kinds.wrong_file, detail)
    };
    let known = |name: &str| {
        kinds.extensions.iter().find(|known| known.eq_ignore_ascii_case(name)).copied()
    };
    let (bytes, extension) = match call.query("uploadSessionId") {
        Some(id) => {
            // Without a file name, the type has to be said.
            let extension = said.and_then(known).ok_or_else(wrong)?;
            let upload = site.uploads.remove(id).ok_or_else(|| Kind::Upload.missing(id))?;
            (upload.bytes.into(), extension)
        }
        None => {
            let file = part(&parts, kinds.file_part).ok_or_else(|| {
                let detail = format!("The request has no part '{}'.", kinds.file_part);
                Refusal::bad(kinds.wrong_file, detail)
            })?;
            if file.body.len() > max_file {
                return Err(too_large(max_file));
            }
            let ending = || file.filename.as_deref()?.rsplit_once('.').map(|(_, ending)| ending);
            let extension = said.or_else(ending).and_then(known).ok_or_else(wrong)?;
            (file.body.into(), extension)
        }
    };
    Ok(Publication {
        of: kinds.of,
        doc,
        name,
        project,
        owner: call.user().to_owned(),
        bytes,
        extension,
        overwrite: overwrite || append,
    })
}

impl Publication {
    /// The content of that name in that project: its id and its owner.
    fn existing(&self, site: &Site) -> Option<(String, String)> {
        let is = |name: &str, project: &str| {
            project == self.project && name.to_lowercase() == self.name.to_lowercase()
        };
        match self.of {
            Kind::Workbook => site
                .workbooks
                .iter()
                .find(|workbook| is(&workbook.name, &workbook.project))
                .map(|workbook| (workbook.id.clone(), workbook.owner.clone())),
            _ => site
                .datasources
                .iter()
                .find(|datasource| is(&datasource.name, &datasource.project))
                .map(|datasource| (datasource.id.clone(), datasource.owner.clone())),
        }
    }

    fn check(&self, site: &Site, call: &Call) -> Result<(), Refusal> {
        if self.bytes.is_empty() {
            return Err(Refusal::bad("400011", "The file is empty."));
        }
        if let Some((_, owner)) = self.existing(site) {
            if !self.overwrite {
                let detail = format!("There is '{}' in that project already.", self.name);
                return Err(Refusal::forbidden("403007", detail));
            }
            need_owner(call, &owner)?;
        }
        for connection in self.said() {
            if let Some(credentials) = connection.child("connectionCredentials") {
                credentials.flag("embed")?;
            }
        }
        self.doc.flag("showTabs")?;
        Ok(())
    }

    /// The connections and credentials that the request speaks of.
    fn said(&self) -> Vec<Doc> {
        let several = self.doc.child("connections").into_iter().flat_map(Doc::all);
        several.chain(self.doc.child("connectionCredentials")).cloned().collect()
    }

    /// Puts the content on the site; what it is, its id and its name.
    pub(super) fn carry_out(
        &self,
        site: &mut Site,
        now: Timestamp,
    ) -> Result<(&'static str, String, String), Refusal> {
        let inside = files::read(&self.bytes);
        let existing = self.existing(site).map(|(id, _)| id);
        let revision = Revision {
            number: 1,
            published: now,
            publisher: self.owner.clone(),
            extension: self.extension,
            bytes: Arc::clone(&self.bytes),
        };
        let is_new = existing.is_none();
        let (what, id) = match self.of {
            Kind::Workbook => {
                ("workbook", self.put_workbook(site, existing, inside.as_ref(), now)?)
            }
            _ => ("datasource", self.put_datasource(site, existing, inside.as_ref(), now)?),
        };
        if is_new {
            site.publish_first(&id, revision);
        } else {
            site.publish(&id, revision);
        }
        let found = inside.map(|inside| inside.connections).unwrap_or_default();
        connections::publish(site, &id, &self.name, found, &self.said());
        Ok((what, id, self.name.clone()))
    }

    fn put_workbook(
        &self,
        site: &mut Site,
        existing: Option<String>,
        inside: Option<&Inside>,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let mut workbook = match existing {
            Some(id) => site.workbooks.get(&id)?.into_owned(),
            None => {
                let id = site.workbooks.new_id();
                let mut new = Workbook::new(id, self.name.clone());
                new.number = number_of_added(&new.id, Kind::Workbook, site);
                new.content_url = self.free_url(site);
                (new.created, new.owner) = (now, self.owner.clone());
                new
            }
        };
        workbook.project.clone_from(&self.project);
        workbook.updated = now;
        workbook.size = self.megabytes();
        workbook.has_extracts = inside.is_some_and(|inside| inside.has_extracts);
        if let Some(description) = self.doc.attr("description") {
            description.clone_into(&mut workbook.description);
        }
        workbook.show_tabs = self.doc.flag("showTabs")?.unwrap_or(false);
        if let Some(encrypt) = self.doc.flag("encryptExtracts")? {
            workbook.encrypt_extracts = encrypt;
        }
        let id = workbook.id.clone();
        self.put_views(site, &id, inside, now)?;
        if site.workbooks.has(&id) {
            site.workbooks.get_mut(&id)?.clone_from(&workbook);
        } else {
            site.workbooks.add(workbook);
        }
        Ok(id)
    }

    // Views keep their ids from one publishing to the next, by their names.
    fn put_views(
        &self,
        site: &mut Site,
        workbook: &str,
        inside: Option<&Inside>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut sheets = inside.map(|inside| inside.sheets.clone()).unwrap_or_default();
        if sheets.is_empty() {
            // A file that cannot be looked into has a sheet all the same.
            sheets.push(("Sheet 1".to_owned(), Shown::Worksheet));
        }
        let hidden: Vec<&str> = self
            .doc
            .child("views")
            .into_iter()
            .flat_map(|views| views.children("view"))
            .filter(|view| matches!(view.flag("hidden"), Ok(Some(true))))
            .filter_map(|view| view.attr("name"))
            .collect();
        let before: Vec<View> =
            site.views_of(workbook).into_iter().map(std::borrow::Cow::into_owned).collect();
        for view in &before {
            if !sheets.iter().any(|(name, _)| *name == view.name) {
                site.views.remove(&view.id)?;
                site.forget(&view.id);
            }
        }
        for (name, sheet) in sheets {
            let is_hidden = hidden.contains(&name.as_str());
            if let Some(view) = before.iter().find(|view| view.name == name) {
                let view = site.views.get_mut(&view.id)?;
                (view.updated, view.hidden) = (now, is_hidden);
                continue;
            }
            let id = site.views.new_id();
            site.views.add(View {
                id,
                name,
                workbook: workbook.to_owned(),
                sheet,
                hidden: is_hidden,
                tags: Vec::new(),
                created: now,
                updated: now,
                usage: 0,
            });
        }
        Ok(())
    }

    fn put_datasource(
        &self,
        site: &mut Site,
        existing: Option<String>,
        inside: Option<&Inside>,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let mut datasource = match existing {
            Some(id) => site.datasources.get(&id)?.into_owned(),
            None => {
                let id = site.datasources.new_id();
                let mut new = Datasource::new(id, self.name.clone());
                new.number = number_of_added(&new.id, Kind::Datasource, site);
                new.content_url = self.free_url(site);
                (new.created, new.owner) = (now, self.owner.clone());
                new
            }
        };
        datasource.project.clone_from(&self.project);
        datasource.updated = now;
        datasource.size = self.megabytes();
        let extract = matches!(self.extension, "hyper" | "tde" | "parquet");
        datasource.has_extracts = extract || inside.is_some_and(|inside| inside.has_extracts);
        datasource.kind = inside
            .and_then(|inside| inside.connections.first())
            .map_or_else(|| "dataengine".to_owned(), |connection| connection.class.clone());
        if let Some(description) = self.doc.attr("description") {
            description.clone_into(&mut datasource.description);
        }
        if let Some(certified) = self.doc.flag("isCertified")? {
            datasource.certified = certified;
        }
        if let Some(note) = self.doc.attr("certificationNote") {
            note.clone_into(&mut datasource.certification_note);
        }
        if let Some(remote) = self.doc.flag("useRemoteQueryAgent")? {
            datasource.remote_query_agent = remote;
        }
        if let Some(word) = ask_data(&self.doc)? {
            datasource.ask_data = word;
        }
        let id = datasource.id.clone();
        if site.datasources.has(&id) {
            site.datasources.get_mut(&id)?.clone_from(&datasource);
        } else {
            site.datasources.add(datasource);
        }
        Ok(id)
    }

    fn megabytes(&self) -> u64 {
        (self.bytes.len() as u64).div_ceil(1 << 20)
    }

    /// A content URL that no other content of the kind has.
    fn free_url(&self, site: &Site) -> String {
        let url = url_name(&self.name);
        let taken = |url: &str| match self.of {
            Kind::Workbook => site.workbooks.iter().any(|workbook| workbook.content_url == url),
            _ => site.datasources.iter().any(|datasource| datasource.content_url == url),
        };
        if !taken(&url) {
            return url;
        }
        (0_u64..).map(|n| format!("{url}_{n}")).find(|url| !taken(url)).unwrap_or(url)
    }
}

/// The number that something published has in addresses: above those of the generated content.
fn number_of_added(id: &str, kind: Kind, site: &Site) -> u64 {
    number(id, kind, site.number).unwrap_or(ADDED) - ADDED + 1_000_000
}
