//! Published data sources: `sites/{site}/datasources`.

use jiff::Timestamp;

use super::workbooks::need_owner;
use super::{Effect, tags};
use crate::mock::answer::{Answer, Element};
use crate::mock::clock::written;
use crate::mock::filter::{Type, Value};
use crate::mock::query::{Field, Listed, list};
use crate::mock::refusal::Refusal;
use crate::mock::request::Call;
use crate::mock::route::{Method, Reply, Route};
use crate::mock::site::Site;
use crate::mock::world::World;

/// A published data source.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Datasource {
    pub(in crate::mock) id: String,
    pub(in crate::mock) number: u64,
    pub(in crate::mock) name: String,
    pub(in crate::mock) content_url: String,
    pub(in crate::mock) description: String,
    pub(in crate::mock) kind: String,
    pub(in crate::mock) project: String,
    pub(in crate::mock) owner: String,
    pub(in crate::mock) created: Timestamp,
    pub(in crate::mock) updated: Timestamp,
    pub(in crate::mock) size: u64,
    pub(in crate::mock) has_extracts: bool,
    pub(in crate::mock) encrypt_extracts: bool,
    pub(in crate::mock) certified: bool,
    pub(in crate::mock) certification_note: String,
    pub(in crate::mock) remote_query_agent: bool,
    pub(in crate::mock) ask_data: String,
    pub(in crate::mock) tags: Vec<String>,
}

impl Datasource {
    pub(in crate::mock) fn new(id: String, name: String) -> Datasource {
        Datasource {
            id,
            number: 0,
            content_url: String::new(),
            name,
            description: String::new(),
            kind: "sqlserver".to_owned(),
            project: String::new(),
            owner: String::new(),
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
            size: 1,
            has_extracts: false,
            encrypt_extracts: false,
            certified: false,
            certification_note: String::new(),
            remote_query_agent: false,
            ask_data: "SiteDefault".to_owned(),
            tags: Vec::new(),
        }
    }

    fn web_page(&self, site: &Site, call: &Call) -> String {
        let (base, number) = (call.base, self.number);
        match site.content_url.as_str() {
            "" => format!("{base}/#/datasources/{number}"),
            site => format!("{base}/#/site/{site}/datasources/{number}"),
        }
    }
}

impl Listed for Datasource {
    const NAMES: (&'static str, &'static str) = ("datasource", "datasources");
    const SHOWN: &'static [&'static str] = &[
        "id",
        "name",
        "contentUrl",
        "description",
        "type",
        "size",
        "createdAt",
        "updatedAt",
        "encryptExtracts",
        "hasExtracts",
        "isCertified",
        "certificationNote",
        "useRemoteQueryAgent",
        "webpageUrl",
        "project",
        "owner",
        "tags",
        "askData",
    ];
    const FIELDS: &'static [Field<Datasource>] = &[
        Field { name: "name", holds: Type::Text, of: |d, _| d.name.as_str().into() },
        Field { name: "contentUrl", holds: Type::Text, of: |d, _| d.content_url.as_str().into() },
        Field { name: "type", holds: Type::Text, of: |d, _| d.kind.as_str().into() },
        Field { name: "connectionType", holds: Type::Text, of: |d, _| d.kind.as_str().into() },
        Field { name: "createdAt", holds: Type::Time, of: |d, _| Value::Time(d.created) },
        Field { name: "updatedAt", holds: Type::Time, of: |d, _| Value::Time(d.updated) },
        Field { name: "size", holds: Type::Number, of: |d, _| d.size.into() },
        Field { name: "hasExtracts", holds: Type::Flag, of: |d, _| Value::Flag(d.has_extracts) },
        Field { name: "isCertified", holds: Type::Flag, of: |d, _| Value::Flag(d.certified) },
        Field { name: "tags", holds: Type::Text, of: |d, _| Value::Texts(d.tags.clone()) },
        Field {
            name: "ownerName",
            holds: Type::Text,
            of: |d, site| {
                site.users.find(&d.owner).map_or(Value::None, |u| Value::Text(u.full_name.clone()))
            },
        },
        Field {
            name: "ownerEmail",
            holds: Type::Text,
            of: |d, site| {
                site.users.find(&d.owner).map_or(Value::None, |u| Value::Text(u.email.clone()))
            },
        },
        Field {
            name: "projectName",
            holds: Type::Text,
            of: |d, site| Value::Text(site.project_name(&d.project)),
        },
    ];

    fn element(&self, site: &Site, call: &Call) -> Element {
        let note = (!self.certification_note.is_empty()).then_some(&self.certification_note);
        Element::new("datasource")
            .attr("id", &self.id)
            .attr("name", &self.name)
            .attr("contentUrl", &self.content_url)
            .attr("description", &self.description)
            .attr("type", &self.kind)
            .attr("size", self.size)
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .attr("encryptExtracts", self.encrypt_extracts)
            .attr("hasExtracts", self.has_extracts)
            .attr("isCertified", self.certified)
            .maybe("certificationNote", note)
            .attr("useRemoteQueryAgent", self.remote_query_agent)
            .attr("webpageUrl", self.web_page(site, call))
            .attr("isPublished", true)
            .attr("hasAlert", false)
            .attr("favoritesTotal", 0)
            .attr("connectedWorkbooksCount", 0)
            .child(
                Element::reference("project", &self.project)
                    .attr("name", site.project_name(&self.project)),
            )
            .child(
                Element::reference("owner", &self.owner).attr("name", site.user_name(&self.owner)),
            )
            .child(tags::element(&self.tags))
            .child(Element::new("askData").attr("enablement", &self.ask_data))
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/datasources", 2, 0, all),
    Route::new(Method::Get, "sites/{site}/datasources/{datasource}", 2, 0, get),
    Route::new(Method::Put, "sites/{site}/datasources/{datasource}", 2, 0, update),
    Route::new(Method::Delete, "sites/{site}/datasources/{datasource}", 2, 0, delete),
    Route::new(Method::Post, "sites/{site}/datasources/{datasource}/refresh", 2, 8, refresh),
    Route::new(Method::Post, "sites/{site}/datasources/{ds}/createExtract", 3, 5, create_extract),
    Route::new(Method::Post, "sites/{site}/datasources/{ds}/deleteExtract", 3, 5, delete_extract),
    Route::new(Method::Patch, "sites/{site}/datasources/{ds}/data", 3, 12, update_data),
    Route::new(
        Method::Patch,
        "sites/{site}/datasources/{ds}/connections/{connection}/data",
        3,
        12,
        update_data,
    ),
];

fn all(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    list(&site.datasources, site, call)
}

fn get(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    Ok(Answer::one(site.datasources.get(call.param(0))?.element(site, call)))
}

pub(super) fn ask_data(doc: &crate::mock::doc::Doc) -> Result<Option<String>, Refusal> {
    let Some(word) = doc.child("askData").and_then(|ask| ask.attr("enablement")) else {
        return Ok(None);
    };
    if !["Enabled", "Disabled", "SiteDefault"].contains(&word) {
        return Err(Refusal::bad("400129", format!("'{word}' is no way to enable Ask Data.")));
    }
    Ok(Some(word.to_owned()))
}

fn update(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let datasource = doc.need_child("datasource")?;
    let now = world.clock.now();
    let site = world.site_mut(call)?;
    let mut changed = site.datasources.get(call.param(0))?.into_owned();
    need_owner(call, &changed.owner)?;
    if let Some(name) = datasource.attr("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut changed.name);
    }
    if let Some(description) = datasource.attr("description") {
        description.clone_into(&mut changed.description);
    }
    // The Python client writes `none` for what it does not know.
    if datasource.attr("isCertified").is_some_and(|certified| certified != "none") {
        changed.certified = datasource.flag("isCertified")?.unwrap_or_default();
    }
    if let Some(note) = datasource.attr("certificationNote") {
        note.clone_into(&mut changed.certification_note);
    }
    if let Some(encrypt) = datasource.flag("encryptExtracts")? {
        changed.encrypt_extracts = encrypt;
    }
    if let Some(remote) = datasource.flag("useRemoteQueryAgent")? {
        changed.remote_query_agent = remote;
    }
    if let Some(word) = ask_data(datasource)? {
        changed.ask_data = word;
    }
    if let Some(project) = datasource.child("project").and_then(|project| project.attr("id")) {
        changed.project = site.projects.get(project)?.id.clone();
    }
    if let Some(owner) = datasource.child("owner").and_then(|owner| owner.attr("id")) {
        changed.owner = site.users.get(owner)?.id.clone();
    }
    changed.updated = now;
    site.datasources.get_mut(call.param(0))?.clone_from(&changed);
    Ok(Answer::one(changed.element(site, call)))
}

fn delete(world: &mut World, call: &Call) -> Reply {
    let site = world.site_mut(call)?;
    need_owner(call, &site.datasources.get(call.param(0))?.owner)?;
    site.datasources.remove(call.param(0))?;
    site.forget(call.param(0));
    Ok(Answer::no_content())
}

fn refresh(world: &mut World, call: &Call) -> Reply {
    call.doc_or_empty()?;
    start(world, call, "RefreshExtract", Effect::Refresh(call.param(0).to_owned()))
}

fn create_extract(world: &mut World, call: &Call) -> Reply {
    let encrypt = call.asks("encrypt")?;
    call.doc_or_empty()?;
    let effect = Effect::Extract { of: call.param(0).to_owned(), exists: true, encrypt };
    start(world, call, "CreateExtract", effect)
}

fn delete_extract(world: &mut World, call: &Call) -> Reply {
    call.doc_or_empty()?;
    let effect = Effect::Extract { of: call.param(0).to_owned(), exists: false, encrypt: false };
    start(world, call, "DeleteExtract", effect)
}

// The actions are checked for being there; the extract itself is not looked into.
fn update_data(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    if doc.children("actions").next().is_none() {
        return Err(Refusal::malformed("The request has no actions."));
    }
    if let Some(id) = call.query("uploadSessionId") {
        let upload = world.site_mut(call)?.uploads.remove(id);
        upload.ok_or_else(|| crate::mock::luid::Kind::Upload.missing(id))?;
    }
    start(world, call, "UpdateUploadedFile", Effect::Refresh(call.param(0).to_owned()))
}

fn start(world: &mut World, call: &Call, kind: &'static str, effect: Effect) -> Reply {
    let site = world.site(call)?;
    let datasource = site.datasources.get(call.param(0))?;
    need_owner(call, &datasource.owner)?;
    super::jobs::not_running(site, kind, &datasource.id)?;
    let on = Some(("datasource", datasource.id.clone(), datasource.name.clone()));
    let job = world.start_job(call, kind, effect, on)?;
    Ok(Answer::with_status(202, job))
}
