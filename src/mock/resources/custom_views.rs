//! Custom views: `sites/{site}/customviews`.

use jiff::Timestamp;

use super::common::{Place, Stored, need_owner};
use super::publish::{self, Publication, Publishes, Sort};
use super::{View, views};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::clock::written;
use crate::mock::collection::Collection;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::{Type, Value};
use crate::mock::luid::Kind;
use crate::mock::query::{Field, Listed, list, list_these};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

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

    fn is_visible(&self, site: &Site, ctx: &Context) -> bool {
        site.workbooks.find(&self.workbook(site)).is_none_or(|workbook| workbook.is_seen_by(ctx))
    }

    fn element(&self, site: &Site, _: &Context) -> Element {
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

impl Stored for CustomView {
    fn collection(site: &Site) -> &Collection<CustomView> {
        &site.custom_views
    }

    fn collection_mut(site: &mut Site) -> &mut Collection<CustomView> {
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
    fn place(doc: &Doc, site: &Site, ctx: &Context) -> Result<Place, ApiError> {
        let workbook = site.workbooks.get(doc.need_child("workbook")?.need("id")?)?;
        if !workbook.is_seen_by(ctx) {
            return Err(Kind::Workbook.missing(&workbook.id));
        }
        if let Some(owner) = doc.child("owner") {
            site.users.get(owner.need("id")?)?;
        }
        doc.flag("shared")?;
        Ok(workbook.place.clone())
    }

    fn check(publication: &Publication) -> Result<(), ApiError> {
        match serde_json::from_slice::<serde_json::Value>(&publication.bytes) {
            Ok(_) => Ok(()),
            Err(_) => Err(ApiError::malformed("The file defines no custom view: it is no JSON.")),
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
    ) -> Result<String, ApiError> {
        let doc = &publication.doc;
        let workbook = site.workbooks.get(doc.need_child("workbook")?.need("id")?)?.id.clone();
        let definition: serde_json::Value =
            serde_json::from_slice(&publication.bytes).unwrap_or_default();
        let named = |view: &View| definition["view"].as_str() == Some(&view.name);
        let views = site.views_of(&workbook);
        let view = views.iter().find(|view| named(view)).or_else(|| views.first());
        let view = view.map(|view| view.id.clone()).ok_or_else(|| {
            ApiError::malformed("The workbook has no view that the custom view could be of.")
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

    fn show(&self, site: &Site, ctx: &Context) -> Element {
        self.element(site, ctx)
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

fn all(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    list(&site.custom_views, site, ctx)
}

fn get(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    Ok(Response::one(site.custom_views.get(ctx.param(0))?.element(site, ctx)))
}

fn update(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let view = doc.need_child("customView")?;
    let now = state.clock.now();
    let site = state.site_mut(ctx)?;
    let mut changed = site.custom_views.get(ctx.param(0))?.into_owned();
    need_owner(ctx, &changed.owner)?;
    if let Some(name) = view.attr("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut changed.name);
    }
    if let Some(owner) = view.child("owner").and_then(|owner| owner.attr("id")) {
        changed.owner = site.users.get(owner)?.id.clone();
    }
    changed.updated = now;
    site.custom_views.get_mut(ctx.param(0))?.clone_from(&changed);
    Ok(Response::one(changed.element(site, ctx)))
}

fn delete(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site_mut(ctx)?;
    need_owner(ctx, &site.custom_views.get(ctx.param(0))?.owner)?;
    discard(site, ctx.param(0))?;
    Ok(Response::no_content())
}

fn defaults(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    let view = site.custom_views.get(ctx.param(0))?;
    list_these(view.default_of.iter().filter_map(|id| site.users.find(id)), site, ctx)
}

fn set_defaults(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let doc = ctx.doc()?;
    let users: Vec<&str> = doc
        .need_child("users")?
        .children("user")
        .map(|user| user.need("id"))
        .collect::<Result<_, _>>()?;
    if !(1..=100).contains(&users.len()) {
        return Err(ApiError::malformed("A custom view is made the default of 1 to 100 users."));
    }
    let site = state.site_mut(ctx)?;
    let chosen = site.custom_views.get(ctx.param(0))?.into_owned();
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
        let api_error = Kind::User.missing(user);
        let error = (!known).then(|| Element::new("error").attr("code", api_error.code));
        results.push(
            Element::new("customViewAsUserDefaultViewResult")
                .attr("success", known)
                .child(Element::reference("user", user))
                .maybe_child(error),
        );
    }
    Ok(Response::one(Element::list("customViewAsUserDefaultResults", results)))
}

/// Takes a custom view off the site.
pub(super) fn discard(site: &mut Site, id: &str) -> Result<(), ApiError> {
    site.custom_views.remove(id)?;
    site.forget(id);
    Ok(())
}

/// The custom view that the path names, and the view that it shows otherwise.
fn shown(state: &ServerState, ctx: &Context) -> Result<(CustomView, View), ApiError> {
    let site = state.site(ctx)?;
    let custom = site.custom_views.get(ctx.param(0))?.into_owned();
    let view = site.views.get(&custom.view)?.into_owned();
    Ok((custom, view))
}

fn image(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let (custom, _) = shown(state, ctx)?;
    views::image_of(&custom.name, ctx)
}

fn pdf(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let (custom, _) = shown(state, ctx)?;
    views::pdf_of(&custom.name, ctx)
}

fn data(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let (_, view) = shown(state, ctx)?;
    views::data_of(&view, ctx)
}
