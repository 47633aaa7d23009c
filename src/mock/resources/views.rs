//! Views: `sites/{site}/views`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::common::{self, Common, Placed, need_owner};
use super::{files, tags};
use crate::mock::api_error::ApiError;
use crate::mock::clock::written;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::Kind;
use crate::mock::query::{Field, Listed, list};
use crate::mock::response::Response;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::sample::url_name;
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// What a sheet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mock) enum Shown {
    Worksheet,
    Dashboard,
    Story,
}

impl Shown {
    fn word(self) -> &'static str {
        match self {
            Shown::Worksheet => "view",
            Shown::Dashboard => "dashboard",
            Shown::Story => "story",
        }
    }
}

/// A view of a workbook.
#[derive(Clone, Debug)]
pub(in crate::mock) struct View {
    pub(in crate::mock) id: String,
    pub(in crate::mock) name: String,
    pub(in crate::mock) workbook: String,
    pub(in crate::mock) sheet: Shown,
    pub(in crate::mock) hidden: bool,
    pub(in crate::mock) tags: Vec<String>,
    pub(in crate::mock) created: Timestamp,
    pub(in crate::mock) updated: Timestamp,
    /// How often it was looked at.
    pub(in crate::mock) usage: u64,
}

impl View {
    fn content_url(&self, site: &Site) -> String {
        let workbook = site.workbooks.find(&self.workbook);
        let workbook = workbook.map(|workbook| workbook.content_url.clone()).unwrap_or_default();
        format!("{workbook}/sheets/{}", url_name(&self.name))
    }

    /// What a workbook's answer says of it.
    pub(super) fn brief(&self, site: &Site) -> Element {
        Element::reference("view", &self.id)
            .attr("name", &self.name)
            .attr("contentUrl", self.content_url(site))
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .attr("viewUrlName", url_name(&self.name))
            .child(tags::element(&self.tags))
    }

    pub(super) fn usage_element(&self) -> Element {
        Element::new("usage").attr("totalViewCount", self.usage)
    }
}

/// It is where its workbook is.
impl Placed for View {
    fn placed<'a>(&'a self, site: &'a Site) -> Option<Cow<'a, Common>> {
        let workbook = site.workbooks.find(&self.workbook)?;
        Some(match workbook {
            Cow::Borrowed(workbook) => Cow::Borrowed(&workbook.common),
            Cow::Owned(workbook) => Cow::Owned(workbook.common),
        })
    }
}

impl Listed for View {
    const NAMES: (&'static str, &'static str) = ("view", "views");
    const SHOWN: &'static [&'static str] = &[
        "id",
        "name",
        "contentUrl",
        "createdAt",
        "updatedAt",
        "viewUrlName",
        "sheetType",
        "workbook",
        "owner",
        "project",
        "location",
        "tags",
        "usage",
    ];
    const FIELDS: &'static [Field<View>] = &[
        Field { name: "name", holds: Type::Text, of: |v, _| v.name.as_str().into() },
        Field { name: "contentUrl", holds: Type::Text, of: |v, s| Value::Text(v.content_url(s)) },
        Field { name: "viewUrlName", holds: Type::Text, of: |v, _| Value::Text(url_name(&v.name)) },
        Field { name: "createdAt", holds: Type::Time, of: |v, _| Value::Time(v.created) },
        Field { name: "updatedAt", holds: Type::Time, of: |v, _| Value::Time(v.updated) },
        Field { name: "sheetType", holds: Type::Text, of: |v, _| v.sheet.word().into() },
        Field { name: "tags", holds: Type::Text, of: |v, _| Value::Texts(v.tags.clone()) },
        Field { name: "hitsTotal", holds: Type::Number, of: |v, _| v.usage.into() },
        Field {
            name: "workbookName",
            holds: Type::Text,
            of: |v, site| {
                site.workbooks
                    .find(&v.workbook)
                    .map_or(Value::None, |w| Value::Text(w.name.clone()))
            },
        },
        Field::new("projectName", Type::Text, common::project_name),
        Field::new("ownerName", Type::Text, common::owner_name),
    ];

    fn is_visible(&self, site: &Site, ctx: &Context) -> bool {
        self.placed(site).is_none_or(|workbook| workbook.is_seen_by(ctx))
    }

    fn element(&self, site: &Site, ctx: &Context) -> Element {
        let workbook = self.placed(site);
        let owner = workbook.as_ref().map(|workbook| Element::reference("owner", &workbook.owner));
        let project = workbook.as_ref().and_then(|workbook| workbook.project());
        let location = workbook.as_ref().map(|workbook| workbook.location_element(site));
        let usage =
            ctx.query("includeUsageStatistics").is_some_and(|v| v.eq_ignore_ascii_case("true"))
                || ctx.query("fields").is_some();
        Element::reference("view", &self.id)
            .attr("name", &self.name)
            .attr("contentUrl", self.content_url(site))
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .attr("viewUrlName", url_name(&self.name))
            .attr("sheetType", self.sheet.word())
            .child(Element::reference("workbook", &self.workbook))
            .maybe_child(owner)
            .maybe_child(project.map(|id| Element::reference("project", id)))
            .maybe_child(location)
            .child(tags::element(&self.tags))
            .maybe_child(usage.then(|| self.usage_element()))
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/views", 2, 2, all),
    Route::new(Method::Get, "sites/{site}/views/{view}", 3, 0, get),
    Route::new(Method::Delete, "sites/{site}/views/{view}", 3, 27, delete),
    Route::new(Method::Get, "sites/{site}/views/{view}/image", 2, 5, image),
    Route::new(Method::Get, "sites/{site}/views/{view}/pdf", 2, 7, pdf),
    Route::new(Method::Get, "sites/{site}/views/{view}/data", 2, 7, data),
    Route::new(Method::Get, "sites/{site}/views/{view}/crosstab/excel", 3, 8, crosstab),
    Route::new(
        Method::Get,
        "sites/{site}/workbooks/{workbook}/views/{view}/previewImage",
        2,
        0,
        preview,
    ),
    Route::new(
        Method::Get,
        "sites/{site}/workbooks/{workbook}/previewImage",
        2,
        0,
        workbook_preview,
    ),
    Route::new(Method::Get, "sites/{site}/workbooks/{workbook}/pdf", 3, 4, workbook_pdf),
    Route::new(Method::Get, "sites/{site}/workbooks/{workbook}/powerpoint", 3, 8, powerpoint),
];

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.asks("includeUsageStatistics")?;
    let site = state.site(ctx)?;
    list(&site.views, site, ctx)
}

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    Ok(Response::one(site.views.get(ctx.param(0))?.element(site, ctx)))
}

fn delete(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site_mut(ctx)?;
    let workbook = site.views.get(ctx.param(0))?.workbook.clone();
    need_owner(ctx, &site.workbooks.get(&workbook)?.owner)?;
    if site.views_of(&workbook).len() == 1 {
        let detail = "The only view of a workbook cannot be deleted.";
        return Err(ApiError::forbidden("403004", detail));
    }
    site.views.remove(ctx.param(0))?;
    site.forget(ctx.param(0));
    Ok(Response::no_content())
}

// Both measures or none, and none beyond reason.
fn check_export(ctx: &Context) -> Result<(), ApiError> {
    let bad =
        |what: &str| ApiError::bad("400003", format!("'{what}' has no value that it can have."));
    if ctx.query("vizHeight").is_some() != ctx.query("vizWidth").is_some() {
        return Err(ApiError::bad("400003", "Height and width are given together."));
    }
    for name in ["maxAge", "vizHeight", "vizWidth"] {
        if let Some(text) = ctx.query(name) {
            text.parse::<u32>().map_err(|_| bad(name))?;
        }
    }
    if ctx.query("resolution").is_some_and(|r| !matches!(r, "high" | "standard")) {
        return Err(bad("resolution"));
    }
    Ok(())
}

fn exported(state: &ServerState, ctx: &Context) -> Result<View, ApiError> {
    check_export(ctx)?;
    Ok(state.site(ctx)?.views.get(ctx.param(0))?.into_owned())
}

/// An image with that title, as the ctx asks for it.
pub(super) fn image_of(title: &str, ctx: &Context) -> ApiResult {
    check_export(ctx)?;
    Ok(match ctx.query("format").map(str::to_ascii_lowercase).as_deref() {
        Some("svg") => Response::bytes("image/svg+xml", files::svg(title)),
        None | Some("png") => Response::bytes("image/png", files::png()),
        Some(format) => {
            return Err(ApiError::bad("400003", format!("'{format}' is no image format.")));
        }
    })
}

/// A PDF with that title.
pub(super) fn pdf_of(title: &str, ctx: &Context) -> ApiResult {
    check_export(ctx)?;
    Ok(Response::bytes("application/pdf", files::pdf(title)))
}

/// What a view shows, as far as the ctx's filters let it through.
pub(super) fn data_of(view: &View, ctx: &Context) -> ApiResult {
    check_export(ctx)?;
    let filters: Vec<(&str, &str)> = ctx
        .request
        .query
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("vf_")?, value.as_str())))
        .collect();
    Ok(Response::bytes("text/csv;charset=UTF-8", files::csv(view, &filters)))
}

fn image(state: &mut ServerState, ctx: &Context) -> ApiResult {
    image_of(&exported(state, ctx)?.name, ctx)
}

fn pdf(state: &mut ServerState, ctx: &Context) -> ApiResult {
    pdf_of(&exported(state, ctx)?.name, ctx)
}

fn data(state: &mut ServerState, ctx: &Context) -> ApiResult {
    data_of(&exported(state, ctx)?, ctx)
}

fn crosstab(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let view = exported(state, ctx)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(Response::bytes(kind, files::xlsx(&view)))
}

fn preview(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let workbook = site.workbooks.get(ctx.param(0))?;
    let view = site.views.get(ctx.param(1))?;
    if view.workbook != workbook.id {
        return Err(Kind::View.missing(ctx.param(1)));
    }
    Ok(Response::bytes("image/png", files::png()))
}

fn workbook_preview(state: &mut ServerState, ctx: &Context) -> ApiResult {
    state.site(ctx)?.workbooks.get(ctx.param(0))?;
    Ok(Response::bytes("image/png", files::png()))
}

fn workbook_pdf(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let workbook = site.workbooks.get(ctx.param(0))?;
    pdf_of(&workbook.name, ctx)
}

fn powerpoint(state: &mut ServerState, ctx: &Context) -> ApiResult {
    check_export(ctx)?;
    let site = state.site(ctx)?;
    let workbook = site.workbooks.get(ctx.param(0))?;
    let kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    Ok(Response::bytes(kind, files::pptx(&workbook.name)))
}
