//! Custom views: `sites/{site}/customviews`.

use jiff::Timestamp;

use super::common::{Place, Shelved, need_owner};
use super::publish::{self, Publication, Publishes, Sort};
use super::{View, views};
use crate::mock::answer::{Answer, Element};
use crate::mock::clock::written;
use crate::mock::doc::Doc;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::Kind;
use crate::mock::query::{Field, Listed, list, list_these};
use crate::mock::refusal::Refusal;
use crate::mock::request::{Call, Standing};
use crate::mock::route::{Method, Reply, Route};
use crate::mock::shelf::Shelf;
use crate::mock::site::Site;
use crate::mock::world::World;

/// A user's own variant of a view.
#[derive(Clone, Debug)]
pub(in crate::mock) struct CustomView {
    pub(in crate::mock) id: String,
    pub(in crate::mock) name: String,
    pub(in crate::mock) view: String,
    pub(in crate::mock) owner: String,
    pub(in crate::mock) shared: bool,
    pub(in crate::mock) created: Timestamp,
    pub(in crate::mock) updated: Timestamp,
    /// The users to whom the view shows itself so.
    pub(in crate::mock) default_of: Vec<String>,
}

impl CustomView {
    fn workbook(&self, site: &Site) -> String {
        site.views.find(&self.view).map(|view| view.workbook.clone()).unwrap_or_default()
    }
}

impl Listed for CustomView {
    const NAMES: (&'static str, &'static str) = ("customView", "customViews");
    const SHOWN: &'static [&'static str] =
        &["id", "name", "createdAt", "updatedAt", "shared", "view", "workbook", "owner"];
    const FIELDS: &'static [Field<CustomView>] = &[
        Field { name: "name", holds: Type::Text, of: |c, _| c.name.as_str().into() },
        Field { name: "ownerId", holds: Type::Text, of: |c, _| c.owner.as_str().into() },
        Field { name: "viewId", holds: Type::Text, of: |c, _| c.view.as_str().into() },
        Field { name: "workbookId", holds: Type::Text, of: |c, s| Value::Text(c.workbook(s)) },
        Field { name: "shared", holds: Type::Flag, of: |c, _| Value::Flag(c.shared) },
        Field { name: "createdAt", holds: Type::Time, of: |c, _| Value::Time(c.created) },
        Field { name: "updatedAt", holds: Type::Time, of: |c, _| Value::Time(c.updated) },
    ];

    fn is_visible(&self, site: &Site, call: &Call) -> bool {
        site.workbooks.find(&self.workbook(site)).is_none_or(|workbook| workbook.is_seen_by(call))
    }

    fn element(&self, site: &Site, _: &Call) -> Element {
        let view = site.views.find(&self.view).map(|view| view.name.clone()).unwrap_or_default();
        let id = self.workbook(site);
        let workbook =
            site.workbooks.find(&id).map(|workbook| workbook.name.clone()).unwrap_or_default();
        Element::reference("customView", &self.id)
            .attr("name", &self.name)
            .attr("createdAt", written(self.created))
            .attr("updatedAt", written(self.updated))
            .attr("shared", self.shared)
            .child(Element::reference("view", &self.view).attr("name", view))
            .child(Element::reference("workbook", &id).attr("name", workbook))
            .child(
                Element::reference("owner", &self.owner).attr("name", site.user_name(&self.owner)),
            )
    }
}

impl Shelved for CustomView {
    fn shelf(site: &Site) -> &Shelf<CustomView> {
        &site.custom_views
    }

    fn shelf_mut(site: &mut Site) -> &mut Shelf<CustomView> {
        &mut site.custom_views
    }
}

/// Its definition is a file of which nobody outside of Tableau knows the form; here it is JSON that
/// names the view.
impl Publishes for CustomView {
    const ELEMENT: &'static str = "customView";
    const PUBLISHED: Sort = Sort {
        parameter: None,
        part: "tableau_customview",
        extensions: &["json"],
        wrong: "400000",
        job: None,
    };

    fn about(&self) -> (&str, &str, Timestamp) {
        (&self.name, &self.owner, self.created)
    }

    fn sample(&self, site: &Site) -> (&'static str, Vec<u8>) {
        let view = site.views.find(&self.view).map(|view| view.name.clone()).unwrap_or_default();
        ("json", serde_json::json!({ "view": view }).to_string().into_bytes())
    }

    /// It hangs on a workbook, wherever that is.
    fn place(doc: &Doc, site: &Site, call: &Call) -> Result<Place, Refusal> {
        let workbook = site.workbooks.get(doc.need_child("workbook")?.need("id")?)?;
        if !workbook.is_seen_by(call) {
            return Err(Kind::Workbook.missing(&workbook.id));
        }
        if let Some(owner) = doc.child("owner") {
            site.users.get(owner.need("id")?)?;
        }
        doc.flag("shared")?;
        Ok(workbook.place.clone())
    }

    fn check(publication: &Publication) -> Result<(), Refusal> {
        match serde_json::from_slice::<serde_json::Value>(&publication.bytes) {
            Ok(_) => Ok(()),
            Err(_) => Err(Refusal::malformed("The file defines no custom view: it is no JSON.")),
        }
    }

    /// There may be any number of a name.
    fn existing(_: &Publication, _: &Site) -> Option<(String, String)> {
        None
    }

    fn put(
        publication: &Publication,
        site: &mut Site,
        _: Option<String>,
        now: Timestamp,
    ) -> Result<String, Refusal> {
        let doc = &publication.doc;
        let workbook = site.workbooks.get(doc.need_child("workbook")?.need("id")?)?.id.clone();
        let definition: serde_json::Value =
            serde_json::from_slice(&publication.bytes).unwrap_or_default();
        let named = |view: &View| definition["view"].as_str() == Some(&view.name);
        let views = site.views_of(&workbook);
        let view = views.iter().find(|view| named(view)).or_else(|| views.first());
        let view = view.map(|view| view.id.clone()).ok_or_else(|| {
            Refusal::malformed("The workbook has no view that the custom view could be of.")
        })?;
        let owner = doc.child("owner").and_then(|owner| owner.attr("id"));
        let id = site.custom_views.new_id();
        site.custom_views.add(CustomView {
            id: id.clone(),
            name: publication.name.clone(),
            view,
            owner: owner.unwrap_or(&publication.publisher).to_owned(),
            shared: doc.flag("shared")?.unwrap_or(false),
            created: now,
            updated: now,
            default_of: Vec::new(),
        });
        Ok(id)
    }

    fn show(&self, site: &Site, call: &Call) -> Element {
        self.element(site, call)
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/customviews", 3, 18, all),
    Route::new(Method::Post, "sites/{site}/customviews", 3, 21, publish::publish::<CustomView>),
    Route::new(Method::Get, "sites/{site}/customviews/{view}", 3, 18, get),
    Route::new(Method::Put, "sites/{site}/customviews/{view}", 3, 18, update),
    Route::new(Method::Delete, "sites/{site}/customviews/{view}", 3, 18, delete),
    Route::new(Method::Get, "sites/{site}/customviews/{view}/default/users", 3, 21, defaults),
    Route::new(Method::Post, "sites/{site}/customviews/{view}/default/users", 3, 21, set_defaults),
    Route::new(Method::Get, "sites/{site}/customviews/{view}/image", 3, 18, image),
    Route::new(Method::Get, "sites/{site}/customviews/{view}/pdf", 3, 23, pdf),
    Route::new(Method::Get, "sites/{site}/customviews/{view}/data", 3, 23, data),
];

fn all(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    list(&site.custom_views, site, call)
}

fn get(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    Ok(Answer::one(site.custom_views.get(call.param(0))?.element(site, call)))
}

fn update(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let view = doc.need_child("customView")?;
    let now = world.clock.now();
    let site = world.site_mut(call)?;
    let mut changed = site.custom_views.get(call.param(0))?.into_owned();
    need_owner(call, &changed.owner)?;
    if let Some(name) = view.attr("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut changed.name);
    }
    if let Some(owner) = view.child("owner").and_then(|owner| owner.attr("id")) {
        changed.owner = site.users.get(owner)?.id.clone();
    }
    changed.updated = now;
    site.custom_views.get_mut(call.param(0))?.clone_from(&changed);
    Ok(Answer::one(changed.element(site, call)))
}

fn delete(world: &mut World, call: &Call) -> Reply {
    let site = world.site_mut(call)?;
    need_owner(call, &site.custom_views.get(call.param(0))?.owner)?;
    discard(site, call.param(0))?;
    Ok(Answer::no_content())
}

fn defaults(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let view = site.custom_views.get(call.param(0))?;
    list_these(view.default_of.iter().filter_map(|id| site.users.find(id)), site, call)
}

fn set_defaults(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    let doc = call.doc()?;
    let users: Vec<&str> = doc
        .need_child("users")?
        .children("user")
        .map(|user| user.need("id"))
        .collect::<Result<_, _>>()?;
    if !(1..=100).contains(&users.len()) {
        return Err(Refusal::malformed("A custom view is made the default of 1 to 100 users."));
    }
    let site = world.site_mut(call)?;
    let chosen = site.custom_views.get(call.param(0))?.into_owned();
    let others: Vec<String> = site
        .custom_views
        .iter()
        .filter(|other| other.view == chosen.view && other.id != chosen.id)
        .map(|other| other.id.clone())
        .collect();
    let mut results = Vec::new();
    for user in users {
        let known = site.users.has(user);
        if known {
            // A view shows itself to a user in one way.
            for other in &others {
                site.custom_views.get_mut(other)?.default_of.retain(|one| one != user);
            }
            let chosen = site.custom_views.get_mut(&chosen.id)?;
            if !chosen.default_of.iter().any(|one| one == user) {
                chosen.default_of.push(user.to_owned());
            }
        }
        let refusal = Kind::User.missing(user);
        let error = (!known).then(|| Element::new("error").attr("code", refusal.code));
        results.push(
            Element::new("customViewAsUserDefaultViewResult")
                .attr("success", known)
                .child(Element::reference("user", user))
                .maybe_child(error),
        );
    }
    Ok(Answer::one(Element::list("customViewAsUserDefaultResults", results)))
}

/// Takes a custom view off the site.
pub(super) fn discard(site: &mut Site, id: &str) -> Result<(), Refusal> {
    site.custom_views.remove(id)?;
    site.forget(id);
    Ok(())
}

/// The custom view that the path names, and the view that it shows otherwise.
fn shown(world: &World, call: &Call) -> Result<(CustomView, View), Refusal> {
    let site = world.site(call)?;
    let custom = site.custom_views.get(call.param(0))?.into_owned();
    let view = site.views.get(&custom.view)?.into_owned();
    Ok((custom, view))
}

fn image(world: &mut World, call: &Call) -> Reply {
    let (custom, _) = shown(world, call)?;
    views::image_of(&custom.name, call)
}

fn pdf(world: &mut World, call: &Call) -> Reply {
    let (custom, _) = shown(world, call)?;
    views::pdf_of(&custom.name, call)
}

fn data(world: &mut World, call: &Call) -> Reply {
    let (_, view) = shown(world, call)?;
    views::data_of(&view, call)
}
