//! Published data sources: `sites/{site}/datasources`.

use jiff::Timestamp;

use super::common::{self, Common, Content};
use super::publish::{self, Publication, Sort, free_url};
use super::{Effect, files};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::Kind;
use crate::mock::query::{Field, Listed};
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;
use crate::mock::version::Version;

/// A published data source.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Datasource {
    pub(in crate::mock) common: Common,
    pub(in crate::mock) content_url: String,
    pub(in crate::mock) kind: String,
    pub(in crate::mock) size: u64,
    pub(in crate::mock) has_extracts: bool,
    pub(in crate::mock) encrypt_extracts: bool,
    pub(in crate::mock) certified: bool,
    pub(in crate::mock) certification_note: String,
    pub(in crate::mock) remote_query_agent: bool,
    pub(in crate::mock) ask_data: String,
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
        "location",
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
        Field::new("ownerName", Type::Text, common::owner_name),
        Field::new("ownerEmail", Type::Text, common::owner_email),
        Field::new("ownerDomain", Type::Text, common::owner_domain),
        Field::new("projectName", Type::Text, common::project_name),
    ];

    fn element(&self, site: &Site, ctx: &Context) -> Element {
        let note = (!self.certification_note.is_empty()).then_some(&self.certification_note);
        let element = Element::new("datasource")
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
            .attr("webpageUrl", self.web_page("datasources", site, ctx))
            .attr("isPublished", true)
            .attr("hasAlert", false)
            .attr("favoritesTotal", 0)
            .attr("connectedWorkbooksCount", 0);
        self.surround(element, site)
            .child(Element::new("askData").attr("enablement", &self.ask_data))
    }
}

impl Content for Datasource {
    const SORT: Sort = Sort {
        parameter: Some("datasourceType"),
        part: "tableau_datasource",
        extensions: &["tds", "tdsx", "tde", "hyper", "parquet"],
        wrong: "400010",
        job: Some("PublishDatasource"),
    };

    fn new(id: String, name: String) -> Datasource {
        Datasource {
            common: Common::new(id, name),
            content_url: String::new(),
            kind: "sqlserver".to_owned(),
            size: 1,
            has_extracts: false,
            encrypt_extracts: false,
            certified: false,
            certification_note: String::new(),
            remote_query_agent: false,
            ask_data: "SiteDefault".to_owned(),
        }
    }

    fn change(&mut self, doc: &Doc, _: Version) -> Result<(), ApiError> {
        if let Some(description) = doc.attr("description") {
            description.clone_into(&mut self.description);
        }
        // The Python client writes `none` for what it does not know.
        if doc.attr("isCertified").is_some_and(|certified| certified != "none") {
            self.certified = doc.flag("isCertified")?.unwrap_or_default();
        }
        if let Some(note) = doc.attr("certificationNote") {
            note.clone_into(&mut self.certification_note);
        }
        if let Some(encrypt) = doc.flag("encryptExtracts")? {
            self.encrypt_extracts = encrypt;
        }
        if let Some(remote) = doc.flag("useRemoteQueryAgent")? {
            self.remote_query_agent = remote;
        }
        if let Some(word) = ask_data(doc)? {
            self.ask_data = word;
        }
        Ok(())
    }

    fn sample_file(&self, _: &Site) -> (&'static str, Vec<u8>) {
        ("tds", files::tds(&self.name))
    }

    fn publish(
        &mut self,
        publication: &Publication,
        site: &mut Site,
        _: Timestamp,
    ) -> Result<(), ApiError> {
        let inside = publication.inside();
        if self.content_url.is_empty() {
            let taken = |url: &str| site.datasources.iter().any(|other| other.content_url == url);
            self.content_url = free_url(&self.name, taken);
        }
        self.size = publication.megabytes();
        let extract = matches!(publication.extension, "hyper" | "tde" | "parquet");
        self.has_extracts = extract || inside.is_some_and(|inside| inside.has_extracts);
        self.kind = inside
            .and_then(|inside| inside.connections.first())
            .map_or_else(|| "dataengine".to_owned(), |connection| connection.class.clone());
        // What can be said of it is the same as in an update.
        self.change(&publication.doc, Version::NEWEST)
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/datasources", 2, 0, common::all::<Datasource>),
    Route::new(Method::Post, "sites/{site}/datasources", 2, 0, publish::publish::<Datasource>),
    Route::new(Method::Get, "sites/{site}/datasources/{datasource}", 2, 0, get),
    Route::new(Method::Put, "sites/{site}/datasources/{id}", 2, 0, common::update::<Datasource>),
    Route::new(Method::Delete, "sites/{site}/datasources/{id}", 2, 0, common::delete::<Datasource>),
    Route::new(
        Method::Post,
        "sites/{site}/datasources/{id}/refresh",
        2,
        8,
        common::refresh::<Datasource>,
    ),
    Route::new(
        Method::Post,
        "sites/{site}/datasources/{id}/createExtract",
        3,
        5,
        common::create_extract::<Datasource>,
    ),
    Route::new(
        Method::Post,
        "sites/{site}/datasources/{id}/deleteExtract",
        3,
        5,
        common::delete_extract::<Datasource>,
    ),
    Route::new(Method::Patch, "sites/{site}/datasources/{ds}/data", 3, 12, update_data),
    Route::new(
        Method::Patch,
        "sites/{site}/datasources/{ds}/connections/{connection}/data",
        3,
        12,
        update_data,
    ),
];

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    Ok(Response::one(site.datasources.get(ctx.param(0))?.element(site, ctx)))
}

fn ask_data(doc: &Doc) -> Result<Option<String>, ApiError> {
    let Some(word) = doc.child("askData").and_then(|ask| ask.attr("enablement")) else {
        return Ok(None);
    };
    if !["Enabled", "Disabled", "SiteDefault"].contains(&word) {
        return Err(ApiError::bad("400129", format!("'{word}' is no way to enable Ask Data.")));
    }
    Ok(Some(word.to_owned()))
}

// The actions are checked for being there; the extract itself is not looked into.
fn update_data(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    if doc.children("actions").next().is_none() {
        return Err(ApiError::malformed("The request has no actions."));
    }
    // A request of the same id is carried out once, however often it comes.
    let request =
        ctx.request.header("requestid").map(|id| (ctx.param(0).to_owned(), id.to_owned()));
    let site = state.site_mut(ctx)?;
    if let Some(job) = request.as_ref().and_then(|request| site.data_updates.get(request)) {
        let known = site.jobs.iter().find(|known| known.id == *job);
        let known = known.ok_or_else(|| Kind::Job.missing(job))?;
        return Ok(Response::with_status(202, known.element()));
    }
    if let Some(id) = ctx.query("uploadSessionId") {
        let upload = site.uploads.remove(id);
        upload.ok_or_else(|| Kind::Upload.missing(id))?;
    }
    let effect = Effect::Refresh(ctx.param(0).to_owned());
    let job = common::start::<Datasource>(state, ctx, "UpdateUploadedFile", effect)?;
    let site = state.site_mut(ctx)?;
    if let (Some(request), Some(job)) = (request, site.jobs.last()) {
        site.data_updates.insert(request, job.id.clone());
    }
    Ok(Response::with_status(202, job))
}
