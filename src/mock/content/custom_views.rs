//! Custom views: `sites/{site}/customviews`.

use jiff::Timestamp;

use super::super::answer::{Answer, Element};
use super::super::clock::written;
use super::super::filter::{Type, Value};
use super::super::query::{Field, Listed, list};
use super::super::request::Call;
use super::super::route::{Method, Reply, Route};
use super::super::site::Site;
use super::super::world::World;
use super::workbooks::need_owner;

/// A user's own variant of a view.
#[derive(Clone, Debug)]
pub(in super::super) struct CustomView {
    pub(in super::super) id: String,
    pub(in super::super) name: String,
    pub(in super::super) view: String,
    pub(in super::super) owner: String,
    pub(in super::super) shared: bool,
    pub(in super::super) created: Timestamp,
    pub(in super::super) updated: Timestamp,
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

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/customviews", 3, 18, all),
    Route::new(Method::Get, "sites/{site}/customviews/{view}", 3, 18, get),
    Route::new(Method::Put, "sites/{site}/customviews/{view}", 3, 18, update),
    Route::new(Method::Delete, "sites/{site}/customviews/{view}", 3, 18, delete),
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
    site.custom_views.remove(call.param(0))?;
    Ok(Answer::no_content())
}
