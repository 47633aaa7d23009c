//! Workbooks: `sites/{site}/workbooks`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::common::{self, Common, Content};
use super::publish::{self, Publication, Sort, free_url};
use super::{Shown, View, custom_views, files};
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

/// A workbook.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Workbook {
    pub(in crate::mock) common: Common,
    pub(in crate::mock) content_url: String,
    /// In MB.
    pub(in crate::mock) size: u64,
    pub(in crate::mock) show_tabs: bool,
    pub(in crate::mock) has_extracts: bool,
    pub(in crate::mock) encrypt_extracts: bool,
    /// `accelerationEnabled`, `accelerateNow`.
    pub(in crate::mock) acceleration: (bool, bool),
    pub(in crate::mock) freshness: Option<Element>,
}

impl Listed for Workbook {
    const NAMES: (&'static str, &'static str) = ("workbook", "workbooks");
    const SHOWN: &'static [&'static str] = &[
        "id",
        "name",
        "description",
        "contentUrl",
        "webpageUrl",
        "showTabs",
        "size",
        "createdAt",
        "updatedAt",
        "encryptExtracts",
        "defaultViewId",
        "project",
        "location",
        "owner",
        "tags",
        "dataAccelerationConfig",
    ];
    const FIELDS: &'static [Field<Workbook>] = &[
        Field { name: "name", holds: Type::Text, of: |w, _| w.name.as_str().into() },
        Field { name: "contentUrl", holds: Type::Text, of: |w, _| w.content_url.as_str().into() },
        Field { name: "createdAt", holds: Type::Time, of: |w, _| Value::Time(w.created) },
        Field { name: "updatedAt", holds: Type::Time, of: |w, _| Value::Time(w.updated) },
        Field { name: "size", holds: Type::Number, of: |w, _| w.size.into() },
        Field { name: "displayTabs", holds: Type::Flag, of: |w, _| Value::Flag(w.show_tabs) },
        Field { name: "hasExtracts", holds: Type::Flag, of: |w, _| Value::Flag(w.has_extracts) },
        Field { name: "tags", holds: Type::Text, of: |w, _| Value::Texts(w.tags.clone()) },
        Field::new("ownerName", Type::Text, common::owner_name),
        Field::new("ownerEmail", Type::Text, common::owner_email),
        Field::new("ownerDomain", Type::Text, common::owner_domain),
        Field::new("projectName", Type::Text, common::project_name),
        Field {
            name: "sheetCount",
            holds: Type::Number,
            of: |w, site| (site.views_of(&w.id).len() as u64).into(),
        },
    ];

    fn is_visible(&self, _: &Site, ctx: &Context) -> bool {
        self.common.is_seen_by(ctx)
    }

    fn element(&self, site: &Site, ctx: &Context) -> Element {
        let views = site.views_of(&self.id);
        let web_page = format!("{}/views", self.web_page("workbooks", site, ctx));
        let element = Element::new("workbook")
            .attr("id", &self.id)
            .attr("name", &self.name)
            .attr("description", &self.description)
            .attr("contentUrl", &self.content_url)
            .attr("webpageUrl", web_page)
            .attr("showTabs", self.show_tabs)
            .attr("size", self.size)
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .attr("encryptExtracts", self.encrypt_extracts)
            .maybe("defaultViewId", views.first().map(|view| view.id.clone()))
            .attr("sheetCount", views.len())
            .attr("hasExtracts", self.has_extracts);
        self.surround(element, site)
            .child(
                Element::new("dataAccelerationConfig")
                    .attr("accelerationEnabled", self.acceleration.0)
                    .attr("accelerateNow", self.acceleration.1),
            )
            .maybe_child(self.freshness.clone())
    }
}

impl Content for Workbook {
    const IS_PERSONAL: bool = true;
    const SORT: Sort = Sort {
        parameter: Some("workbookType"),
        part: "tableau_workbook",
        extensions: &["twb", "twbx"],
        wrong: "400020",
        job: Some("PublishWorkbook"),
    };

    fn new(id: String, name: String) -> Workbook {
        Workbook {
            common: Common::new(id, name),
            content_url: String::new(),
            size: 1,
            show_tabs: false,
            has_extracts: false,
            encrypt_extracts: false,
            acceleration: (false, false),
            freshness: None,
        }
    }

    /// Also its views.
    fn detail(&self, site: &Site, ctx: &Context) -> Element {
        let views = site.views_of(&self.id);
        let shown = views.iter().filter(|view| !view.hidden).map(|view| view.brief(site));
        self.element(site, ctx).child(Element::list("views", shown))
    }

    fn change(&mut self, doc: &Doc, version: Version) -> Result<(), ApiError> {
        if let Some(description) = doc.attr("description")
            && version >= Version(3, 21)
        {
            description.clone_into(&mut self.description);
        }
        if let Some(show_tabs) = doc.flag("showTabs")? {
            self.show_tabs = show_tabs;
        }
        if let Some(encrypt) = doc.flag("encryptExtracts")? {
            self.encrypt_extracts = encrypt;
        }
        if let Some(config) = doc.child("dataAccelerationConfig") {
            let (enabled, at_once) = self.acceleration;
            self.acceleration = (
                config.flag("accelerationEnabled")?.unwrap_or(enabled),
                config.flag("accelerateNow")?.unwrap_or(at_once),
            );
        }
        if let Some(policy) = doc.child("dataFreshnessPolicy") {
            self.freshness = Some(freshness(policy)?);
        }
        Ok(())
    }

    fn discard(site: &mut Site, id: &str) -> Result<(), ApiError> {
        let views: Vec<String> = site.views_of(id).iter().map(|view| view.id.clone()).collect();
        site.workbooks.remove(id)?;
        site.forget(id);
        for view in views {
            site.views.remove(&view)?;
            site.forget(&view);
            // The variants of a view go with it.
            let variants = site.custom_views.iter().filter(|variant| variant.view == view);
            let variants: Vec<String> = variants.map(|variant| variant.id.clone()).collect();
            for variant in variants {
                custom_views::discard(site, &variant)?;
            }
        }
        Ok(())
    }

    fn sample_file(&self, site: &Site) -> (&'static str, Vec<u8>) {
        ("twb", files::twb(&self.name, &site.views_of(&self.id)))
    }

    fn publish(
        &mut self,
        publication: &Publication,
        site: &mut Site,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let inside = publication.inside();
        if self.content_url.is_empty() {
            let taken = |url: &str| site.workbooks.iter().any(|other| other.content_url == url);
            self.content_url = free_url(&self.name, taken);
        }
        self.size = publication.megabytes();
        self.has_extracts = inside.is_some_and(|inside| inside.has_extracts);
        if let Some(description) = publication.doc.attr("description") {
            description.clone_into(&mut self.description);
        }
        self.show_tabs = publication.doc.flag("showTabs")?.unwrap_or(false);
        if let Some(encrypt) = publication.doc.flag("encryptExtracts")? {
            self.encrypt_extracts = encrypt;
        }
        put_views(publication, site, &self.id, now)
    }
}

// Views keep their ids from one publishing to the next, by their names.
fn put_views(
    publication: &Publication,
    site: &mut Site,
    workbook: &str,
    now: Timestamp,
) -> Result<(), ApiError> {
    let mut sheets = publication.inside().map(|inside| inside.sheets.clone()).unwrap_or_default();
    if sheets.is_empty() {
        // A file that cannot be looked into has a sheet all the same.
        sheets.push(("Sheet 1".to_owned(), Shown::Worksheet));
    }
    let hidden: Vec<&str> = publication
        .doc
        .child("views")
        .into_iter()
        .flat_map(|views| views.children("view"))
        .filter(|view| matches!(view.flag("hidden"), Ok(Some(true))))
        .filter_map(|view| view.attr("name"))
        .collect();
    let before: Vec<View> = site.views_of(workbook).into_iter().map(Cow::into_owned).collect();
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

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/workbooks", 2, 0, common::all::<Workbook>),
    Route::new(Method::Post, "sites/{site}/workbooks", 2, 0, publish::publish::<Workbook>),
    Route::new(Method::Get, "sites/{site}/workbooks/{workbook}", 2, 0, get),
    Route::new(Method::Put, "sites/{site}/workbooks/{id}", 2, 0, common::update::<Workbook>),
    Route::new(Method::Delete, "sites/{site}/workbooks/{id}", 2, 0, common::delete::<Workbook>),
    Route::new(Method::Get, "sites/{site}/workbooks/{workbook}/downGradeInfo", 3, 5, downgrade),
    Route::new(Method::Get, "sites/{site}/workbooks/{workbook}/views", 2, 0, views),
    Route::new(
        Method::Post,
        "sites/{site}/workbooks/{id}/refresh",
        2,
        8,
        common::refresh::<Workbook>,
    ),
    Route::new(
        Method::Post,
        "sites/{site}/workbooks/{id}/createExtract",
        3,
        5,
        common::create_extract::<Workbook>,
    ),
    Route::new(
        Method::Post,
        "sites/{site}/workbooks/{id}/deleteExtract",
        3,
        5,
        common::delete_extract::<Workbook>,
    ),
];

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let workbook = match ctx.query("key") {
        Some("contentUrl") => {
            let wanted = ctx.param(0);
            let is = |workbook: &Cow<'_, Workbook>| {
                workbook.content_url == wanted && workbook.is_seen_by(ctx)
            };
            let found = site.workbooks.iter().find(is);
            found.ok_or_else(|| Kind::Workbook.missing(wanted))?
        }
        _ => site.workbooks.get(ctx.param(0))?,
    };
    Ok(Response::one(workbook.detail(site, ctx)))
}

// The policy is checked for its words and kept as it is.
fn freshness(policy: &Doc) -> Result<Element, ApiError> {
    let option = policy.need("option")?;
    if !["AlwaysLive", "FreshAt", "FreshEvery", "SiteDefault"].contains(&option) {
        return Err(ApiError::bad("400003", format!("'{option}' is no data freshness option.")));
    }
    let every = policy.child("freshEverySchedule").map(|every| {
        Element::new("freshEverySchedule")
            .maybe("frequency", every.attr("frequency"))
            .maybe("value", every.attr("value"))
    });
    let at = policy.child("freshAtSchedule").map(|at| {
        let intervals = at.child("intervals").map(|intervals| {
            let interval = |interval: &Doc| {
                Element::new("interval")
                    .maybe("weekDay", interval.attr("weekDay"))
                    .maybe("monthDay", interval.attr("monthDay"))
            };
            Element::list("intervals", intervals.children("interval").map(interval))
        });
        Element::new("freshAtSchedule")
            .maybe("frequency", at.attr("frequency"))
            .maybe("time", at.attr("time"))
            .maybe("timezone", at.attr("timezone"))
            .maybe_child(intervals)
    });
    let policy = Element::new("dataFreshnessPolicy").attr("option", option);
    Ok(policy.maybe_child(every).maybe_child(at))
}

/// What all workbooks here are made with, and the version of Tableau that brought it.
const FEATURES: [(&str, (u16, u16)); 3] =
    [("DynamicParameters", (2020, 1)), ("SetControl", (2020, 2)), ("MapLayers", (2020, 4))];

fn downgrade(state: &mut ServerState, ctx: &Context) -> ApiResult {
    state.site(ctx)?.workbooks.get(ctx.param(0))?;
    let wanted = ctx.query("productVersion").unwrap_or_default();
    let number = |text: &str| text.parse::<u16>().ok();
    let version = wanted.split_once('.').and_then(|(year, n)| Some((number(year)?, number(n)?)));
    let version = version.ok_or_else(|| {
        ApiError::bad("400003", format!("'{wanted}' is no version of Tableau, such as 2018.3."))
    })?;
    let lost = FEATURES.iter().filter(|(_, since)| version < *since).map(|(name, _)| {
        Element::new("downgradedFeature").attr("name", name).attr("severity", "Warning")
    });
    Ok(Response::one(Element::list("downgradeInfo", lost)))
}

fn views(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let usage = ctx.asks("includeUsageStatistics")?;
    let site = state.site(ctx)?;
    let workbook = site.workbooks.get(ctx.param(0))?;
    let views = site.views_of(&workbook.id);
    let element = |view: &Cow<'_, View>| {
        let element = view.brief(site);
        if usage { element.child(view.usage_element()) } else { element }
    };
    let shown = views.iter().filter(|view| !view.hidden).map(element);
    Ok(Response::one(Element::list("views", shown)))
}
