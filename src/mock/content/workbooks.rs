//! Workbooks: `sites/{site}/workbooks`.

use std::borrow::Cow;

use jiff::Timestamp;

use super::tags;
use super::{Effect, View};
use crate::mock::answer::{Answer, Element};
use crate::mock::clock::written;
use crate::mock::filter::{Type, Value};
use crate::mock::query::{Field, Listed, list};
use crate::mock::refusal::Refusal;
use crate::mock::request::{Call, Standing};
use crate::mock::route::{Method, Reply, Route};
use crate::mock::site::Site;
use crate::mock::version::Version;
use crate::mock::world::World;

/// A workbook.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Workbook {
    pub(in crate::mock) id: String,
    /// The number in its web page's address.
    pub(in crate::mock) number: u64,
    pub(in crate::mock) name: String,
    pub(in crate::mock) content_url: String,
    pub(in crate::mock) description: String,
    pub(in crate::mock) project: String,
    pub(in crate::mock) owner: String,
    pub(in crate::mock) created: Timestamp,
    pub(in crate::mock) updated: Timestamp,
    /// In MB.
    pub(in crate::mock) size: u64,
    pub(in crate::mock) show_tabs: bool,
    pub(in crate::mock) has_extracts: bool,
    pub(in crate::mock) encrypt_extracts: bool,
    pub(in crate::mock) tags: Vec<String>,
    /// `accelerationEnabled`, `accelerateNow`.
    pub(in crate::mock) acceleration: (bool, bool),
    pub(in crate::mock) freshness: Option<Element>,
}

impl Workbook {
    pub(in crate::mock) fn new(id: String, name: String) -> Workbook {
        Workbook {
            id,
            number: 0,
            content_url: String::new(),
            name,
            description: String::new(),
            project: String::new(),
            owner: String::new(),
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
            size: 1,
            show_tabs: false,
            has_extracts: false,
            encrypt_extracts: false,
            tags: Vec::new(),
            acceleration: (false, false),
            freshness: None,
        }
    }

    fn web_page(&self, site: &Site, call: &Call) -> String {
        let base = call.base;
        let number = self.number;
        match site.content_url.as_str() {
            "" => format!("{base}/#/workbooks/{number}/views"),
            site => format!("{base}/#/site/{site}/workbooks/{number}/views"),
        }
    }
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
        Field {
            name: "ownerName",
            holds: Type::Text,
            of: |w, site| {
                site.users.find(&w.owner).map_or(Value::None, |u| Value::Text(u.full_name.clone()))
            },
        },
        Field {
            name: "ownerEmail",
            holds: Type::Text,
            of: |w, site| {
                site.users.find(&w.owner).map_or(Value::None, |u| Value::Text(u.email.clone()))
            },
        },
        Field {
            name: "ownerDomain",
            holds: Type::Text,
            of: |w, site| {
                site.users.find(&w.owner).map_or(Value::None, |u| Value::Text(u.domain.clone()))
            },
        },
        Field {
            name: "projectName",
            holds: Type::Text,
            of: |w, site| Value::Text(site.project_name(&w.project)),
        },
        Field {
            name: "sheetCount",
            holds: Type::Number,
            of: |w, site| (site.views_of(&w.id).len() as u64).into(),
        },
    ];

    fn element(&self, site: &Site, call: &Call) -> Element {
        let views = site.views_of(&self.id);
        let project = site.project_name(&self.project);
        Element::new("workbook")
            .attr("id", &self.id)
            .attr("name", &self.name)
            .attr("description", &self.description)
            .attr("contentUrl", &self.content_url)
            .attr("webpageUrl", self.web_page(site, call))
            .attr("showTabs", self.show_tabs)
            .attr("size", self.size)
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .attr("encryptExtracts", self.encrypt_extracts)
            .maybe("defaultViewId", views.first().map(|view| view.id.clone()))
            .attr("sheetCount", views.len())
            .attr("hasExtracts", self.has_extracts)
            .child(Element::reference("project", &self.project).attr("name", &project))
            .child(
                Element::reference("location", &self.project)
                    .attr("type", "Project")
                    .attr("name", &project),
            )
            .child(
                Element::reference("owner", &self.owner).attr("name", site.user_name(&self.owner)),
            )
            .child(tags::element(&self.tags))
            .child(
                Element::new("dataAccelerationConfig")
                    .attr("accelerationEnabled", self.acceleration.0)
                    .attr("accelerateNow", self.acceleration.1),
            )
            .maybe_child(self.freshness.clone())
    }
}

impl Workbook {
    /// What one workbook's answer says: also its views.
    pub(super) fn detail(&self, site: &Site, call: &Call) -> Element {
        let views = site.views_of(&self.id);
        let shown = views.iter().filter(|view| !view.hidden).map(|view| view.brief(site));
        self.element(site, call).child(Element::list("views", shown))
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/workbooks", 2, 0, all),
    Route::new(Method::Get, "sites/{site}/workbooks/{workbook}", 2, 0, get),
    Route::new(Method::Put, "sites/{site}/workbooks/{workbook}", 2, 0, update),
    Route::new(Method::Delete, "sites/{site}/workbooks/{workbook}", 2, 0, delete),
    Route::new(Method::Get, "sites/{site}/workbooks/{workbook}/views", 2, 0, views),
    Route::new(Method::Post, "sites/{site}/workbooks/{workbook}/refresh", 2, 8, refresh),
    Route::new(
        Method::Post,
        "sites/{site}/workbooks/{workbook}/createExtract",
        3,
        5,
        create_extract,
    ),
    Route::new(
        Method::Post,
        "sites/{site}/workbooks/{workbook}/deleteExtract",
        3,
        5,
        delete_extract,
    ),
];

fn all(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    list(&site.workbooks, site, call)
}

fn get(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let workbook = match call.query("key") {
        Some("contentUrl") => {
            let wanted = call.param(0);
            let found = site.workbooks.iter().find(|workbook| workbook.content_url == wanted);
            found.ok_or_else(|| crate::mock::luid::Kind::Workbook.missing(wanted))?
        }
        _ => site.workbooks.get(call.param(0))?,
    };
    Ok(Answer::one(workbook.detail(site, call)))
}

/// Refuses whoever neither owns the content nor administers the site.
pub(super) fn need_owner(call: &Call, owner: &str) -> Result<(), Refusal> {
    if owner == call.user() { Ok(()) } else { call.need(Standing::SiteAdmin) }
}

fn update(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let workbook = doc.need_child("workbook")?;
    let now = world.clock.now();
    let site = world.site_mut(call)?;
    let mut changed = site.workbooks.get(call.param(0))?.into_owned();
    need_owner(call, &changed.owner)?;
    if let Some(name) = workbook.attr("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut changed.name);
    }
    if let Some(description) = workbook.attr("description")
        && call.version >= Version(3, 21)
    {
        description.clone_into(&mut changed.description);
    }
    if let Some(show_tabs) = workbook.flag("showTabs")? {
        changed.show_tabs = show_tabs;
    }
    if let Some(encrypt) = workbook.flag("encryptExtracts")? {
        changed.encrypt_extracts = encrypt;
    }
    if let Some(project) = workbook.child("project").and_then(|project| project.attr("id")) {
        changed.project = site.projects.get(project)?.id.clone();
    }
    if let Some(owner) = workbook.child("owner").and_then(|owner| owner.attr("id")) {
        changed.owner = site.users.get(owner)?.id.clone();
    }
    if let Some(config) = workbook.child("dataAccelerationConfig") {
        let (enabled, at_once) = changed.acceleration;
        changed.acceleration = (
            config.flag("accelerationEnabled")?.unwrap_or(enabled),
            config.flag("accelerateNow")?.unwrap_or(at_once),
        );
    }
    if let Some(policy) = workbook.child("dataFreshnessPolicy") {
        changed.freshness = Some(freshness(policy)?);
    }
    changed.updated = now;
    site.workbooks.get_mut(call.param(0))?.clone_from(&changed);
    Ok(Answer::one(changed.detail(site, call)))
}

// The policy is checked for its words and kept as it is.
fn freshness(policy: &crate::mock::doc::Doc) -> Result<Element, Refusal> {
    let option = policy.need("option")?;
    if !["AlwaysLive", "FreshAt", "FreshEvery", "SiteDefault"].contains(&option) {
        return Err(Refusal::bad("400003", format!("'{option}' is no data freshness option.")));
    }
    let every = policy.child("freshEverySchedule").map(|every| {
        Element::new("freshEverySchedule")
            .maybe("frequency", every.attr("frequency"))
            .maybe("value", every.attr("value"))
    });
    let at = policy.child("freshAtSchedule").map(|at| {
        let intervals = at.child("intervals").map(|intervals| {
            let interval = |interval: &crate::mock::doc::Doc| {
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

fn delete(world: &mut World, call: &Call) -> Reply {
    let site = world.site_mut(call)?;
    need_owner(call, &site.workbooks.get(call.param(0))?.owner)?;
    discard(site, call.param(0))?;
    Ok(Answer::no_content())
}

/// Takes a workbook and its views off the site.
pub(super) fn discard(site: &mut Site, id: &str) -> Result<(), Refusal> {
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
            site.custom_views.remove(&variant)?;
        }
    }
    Ok(())
}

fn views(world: &mut World, call: &Call) -> Reply {
    let usage = call.asks("includeUsageStatistics")?;
    let site = world.site(call)?;
    let workbook = site.workbooks.get(call.param(0))?;
    let views = site.views_of(&workbook.id);
    let element = |view: &Cow<'_, View>| {
        let element = view.brief(site);
        if usage { element.child(view.usage_element()) } else { element }
    };
    let shown = views.iter().filter(|view| !view.hidden).map(element);
    Ok(Answer::one(Element::list("views", shown)))
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

fn start(world: &mut World, call: &Call, kind: &'static str, effect: Effect) -> Reply {
    let site = world.site(call)?;
    let workbook = site.workbooks.get(call.param(0))?;
    need_owner(call, &workbook.owner)?;
    super::jobs::not_running(site, kind, &workbook.id)?;
    let on = Some(("workbook", workbook.id.clone(), workbook.name.clone()));
    let job = world.start_job(call, kind, effect, on)?;
    Ok(Answer::with_status(202, job))
}
