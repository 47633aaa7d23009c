//! Views: `sites/{site}/views`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::common::{self, Common, Placed, need_owner};
use super::{files, tags};
use crate::mock::answer::{Answer, Element};
use crate::mock::clock::written;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::Kind;
use crate::mock::query::{Field, Listed, list};
use crate::mock::refusal::Refusal;
use crate::mock::request::Call;
use crate::mock::route::{Method, Reply, Route};
use crate::mock::sample::url_name;
use crate::mock::site::Site;
use crate::mock::world::World;

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

    fn is_visible(&self, site: &Site, call: &Call) -> bool {
        self.placed(site).is_none_or(|workbook| workbook.is_seen_by(call))
    }

    fn element(&self, site: &Site, call: &Call) -> Element {
        let workbook = self.placed(site);
        let owner = workbook.as_ref().map(|workbook| Element::reference("owner", &workbook.owner));
        let project = workbook.as_ref().and_then(|workbook| workbook.project());
        let location = workbook.as_ref().map(|workbook| workbook.location_element(site));
        let usage =
            call.query("includeUsageStatistics").is_some_and(|v| v.eq_ignore_ascii_case("true"))
                || call.query("fields").is_some();
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

fn all(world: &mut World, call: &Call) -> Reply {
    call.asks("includeUsageStatistics")?;
    let site = world.site(call)?;
    list(&site.views, site, call)
}

fn get(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    Ok(Answer::one(site.views.get(call.param(0))?.element(site, call)))
}

fn delete(world: &mut World, call: &Call) -> Reply {
    let site = world.site_mut(call)?;
    let workbook = site.views.get(call.param(0))?.workbook.clone();
    need_owner(call, &site.workbooks.get(&workbook)?.owner)?;
    if site.views_of(&workbook).len() == 1 {
        let detail = "The only view of a workbook cannot be deleted.";
        return Err(Refusal::forbidden("403004", detail));
    }
    site.views.remove(call.param(0))?;
    site.forget(call.param(0));
    Ok(Answer::no_content())
}

// Both measures or none, and none beyond reason.
fn check_export(call: &Call) -> Result<(), Refusal> {
    let bad =
        |what: &str| Refusal::bad("400003", format!("'{what}' has no value that it can have."));
    if call.query("vizHeight").is_some() != call.query("vizWidth").is_some() {
        return Err(Refusal::bad("400003", "Height and width are given together."));
    }
    for name in ["maxAge", "vizHeight", "vizWidth"] {
        if let Some(text) = call.query(name) {
            text.parse::<u32>().map_err(|_| bad(name))?;
        }
    }
    if call.query("resolution").is_some_and(|r| !matches!(r, "high" | "standard")) {
        return Err(bad("resolution"));
    }
    Ok(())
}

fn exported(world: &World, call: &Call) -> Result<View, Refusal> {
    check_export(call)?;
    Ok(world.site(call)?.views.get(call.param(0))?.into_owned())
}

/// An image with that title, as the call asks for it.
pub(super) fn image_of(title: &str, call: &Call) -> Reply {
    check_export(call)?;
    Ok(match call.query("format").map(str::to_ascii_lowercase).as_deref() {
        Some("svg") => Answer::bytes("image/svg+xml", files::svg(title)),
        None | Some("png") => Answer::bytes("image/png", files::png()),
        Some(format) => {
            return Err(Refusal::bad("400003", format!("'{format}' is no image format.")));
        }
    })
}

/// A PDF with that title.
pub(super) fn pdf_of(title: &str, call: &Call) -> Reply {
    check_export(call)?;
    Ok(Answer::bytes("application/pdf", files::pdf(title)))
}

/// What a view shows, as far as the call's filters let it through.
pub(super) fn data_of(view: &View, call: &Call) -> Reply {
    check_export(call)?;
    let filters: Vec<(&str, &str)> = call
        .request
        .query
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("vf_")?, value.as_str())))
        .collect();
    Ok(Answer::bytes("text/csv;charset=UTF-8", files::csv(view, &filters)))
}

fn image(world: &mut World, call: &Call) -> Reply {
    image_of(&exported(world, call)?.name, call)
}

fn pdf(world: &mut World, call: &Call) -> Reply {
    pdf_of(&exported(world, call)?.name, call)
}

fn data(world: &mut World, call: &Call) -> Reply {
    data_of(&exported(world, call)?, call)
}

fn crosstab(world: &mut World, call: &Call) -> Reply {
    let view = exported(world, call)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(Answer::bytes(kind, files::xlsx(&view)))
}

fn preview(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let workbook = site.workbooks.get(call.param(0))?;
    let view = site.views.get(call.param(1))?;
    if view.workbook != workbook.id {
        return Err(Kind::View.missing(call.param(1)));
    }
    Ok(Answer::bytes("image/png", files::png()))
}

fn workbook_preview(world: &mut World, call: &Call) -> Reply {
    world.site(call)?.workbooks.get(call.param(0))?;
    Ok(Answer::bytes("image/png", files::png()))
}

fn workbook_pdf(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let workbook = site.workbooks.get(call.param(0))?;
    pdf_of(&workbook.name, call)
}

fn powerpoint(world: &mut World, call: &Call) -> Reply {
    check_export(call)?;
    let site = world.site(call)?;
    let workbook = site.workbooks.get(call.param(0))?;
    let kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    Ok(Answer::bytes(kind, files::pptx(&workbook.name)))
}
