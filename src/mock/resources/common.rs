//! What workbooks, data sources and flows have in common, and what is done with all of them alike.

use std::borrow::Cow;
use std::ops::DerefMut;

use jiff::Timestamp;

use super::publish::{Publication, Sort};
use super::{Datasource, Effect, Flow, User, Workbook, jobs, personal_space, tags};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::collection::{Collection, Item};
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::filter::Value;
use crate::mock::luid::Kind;
use crate::mock::query::{Listed, list};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::ApiResult;
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;
use crate::mock::version::Version;

/// Where content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::mock) enum Place {
    /// In the project of this id.
    Project(String),
    /// In its owner's personal space.
    PersonalSpace,
}

/// What workbooks, data sources and flows have in common.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Common {
    pub(in crate::mock) id: String,
    /// The number in its web page's address.
    pub(in crate::mock) number: u64,
    pub(in crate::mock) name: String,
    pub(in crate::mock) description: String,
    pub(in crate::mock) place: Place,
    pub(in crate::mock) owner: String,
    pub(in crate::mock) created: Timestamp,
    pub(in crate::mock) updated: Timestamp,
    pub(in crate::mock) tags: Vec<String>,
}

impl Common {
    pub(in crate::mock) fn new(id: String, name: String) -> Common {
        Common {
            id,
            number: 0,
            name,
            description: String::new(),
            place: Place::Project(String::new()),
            owner: String::new(),
            created: Timestamp::UNIX_EPOCH,
            updated: Timestamp::UNIX_EPOCH,
            tags: Vec::new(),
        }
    }

    /// The project that it is in, where it is in one.
    pub(in crate::mock) fn project(&self) -> Option<&str> {
        match &self.place {
            Place::Project(id) => Some(id),
            Place::PersonalSpace => None,
        }
    }

    /// Whether the caller may know of it.
    pub(in crate::mock) fn is_seen_by(&self, ctx: &Context) -> bool {
        self.place != Place::PersonalSpace
            || self.owner == ctx.user()
            || ctx.require(Role::SiteAdmin).is_ok()
    }

    /// The address of its page in a browser, where `at` is `workbooks`.
    pub(super) fn web_page(&self, at: &str, site: &Site, ctx: &Context) -> String {
        let (base, number) = (ctx.base, self.number);
        match site.content_url.as_str() {
            "" => format!("{base}/#/{at}/{number}"),
            site => format!("{base}/#/site/{site}/{at}/{number}"),
        }
    }

    /// `<project>`, where it is in one.
    pub(super) fn project_element(&self, site: &Site) -> Option<Element> {
        let id = self.project()?;
        Some(Element::reference("project", id).attr("name", site.project_name(id)))
    }

    /// `<location>`.
    pub(super) fn location_element(&self, site: &Site) -> Element {
        match &self.place {
            Place::Project(id) => Element::reference("location", id)
                .attr("type", "Project")
                .attr("name", site.project_name(id)),
            Place::PersonalSpace => personal_space::location(site, &self.owner),
        }
    }

    /// `<owner>`.
    pub(super) fn owner_element(&self, site: &Site) -> Element {
        Element::reference("owner", &self.owner).attr("name", site.user_name(&self.owner))
    }

    /// Adds the elements that say where it is, whose it is and how it is tagged.
    pub(super) fn surround(&self, element: Element, site: &Site) -> Element {
        element
            .maybe_child(self.project_element(site))
            .child(self.location_element(site))
            .child(self.owner_element(site))
            .child(tags::element(&self.tags))
    }
}

/// A workbook, a data source or a flow.
pub(in crate::mock) trait Content:
    Listed + Stored + DerefMut<Target = Common>
{
    /// Whether a personal space can hold it.
    const IS_PERSONAL: bool = false;
    /// How it is published.
    const SORT: Sort;

    fn new(id: String, name: String) -> Self;

    /// What one item's answer says.
    fn detail(&self, site: &Site, ctx: &Context) -> Element {
        self.element(site, ctx)
    }

    /// Takes over what a request of that version says of it, beside its name, its place and its
    /// owner.
    fn change(&mut self, doc: &Doc, version: Version) -> Result<(), ApiError>;

    /// The file that a generated one has, and its extension.
    fn sample_file(&self, site: &Site) -> (&'static str, Vec<u8>);

    /// Takes over what a file that was published is, and what was said of it.
    fn publish(
        &mut self,
        publication: &Publication,
        site: &mut Site,
        now: Timestamp,
    ) -> Result<(), ApiError>;

    /// Takes it off the site, with all that hangs on it.
    fn discard(site: &mut Site, id: &str) -> Result<(), ApiError> {
        Self::collection_mut(site).remove(id)?;
        site.forget(id);
        Ok(())
    }
}

/// What a site has a collection for.
pub(in crate::mock) trait Stored: Item {
    fn collection(site: &Site) -> &Collection<Self>;
    fn collection_mut(site: &mut Site) -> &mut Collection<Self>;
}

/// Makes kinds of content of structs that have a `common` and a collection.
macro_rules! content {
    ($($Kind:ident $collection:ident;)+) => {$(
        impl std::ops::Deref for $Kind {
            type Target = Common;

            fn deref(&self) -> &Common {
                &self.common
            }
        }

        impl DerefMut for $Kind {
            fn deref_mut(&mut self) -> &mut Common {
                &mut self.common
            }
        }

        impl Placed for $Kind {
            fn placed<'a>(&'a self, _: &'a Site) -> Option<Cow<'a, Common>> {
                Some(Cow::Borrowed(&self.common))
            }
        }

        impl Stored for $Kind {
            fn collection(site: &Site) -> &Collection<Self> {
                &site.$collection
            }

            fn collection_mut(site: &mut Site) -> &mut Collection<Self> {
                &mut site.$collection
            }
        }
    )+};
}

content! {
    Workbook workbooks;
    Datasource datasources;
    Flow flows;
}

/// What has an owner and a place: itself, or through what it belongs to.
pub(super) trait Placed {
    fn placed<'a>(&'a self, site: &'a Site) -> Option<Cow<'a, Common>>;
}

fn of_owner<T: Placed>(item: &T, site: &Site, of: fn(&User) -> &str) -> Value {
    let owner = item.placed(site).and_then(|common| site.users.find(&common.owner));
    owner.map_or(Value::None, |owner| of(&owner).into())
}

/// The values of the fields that lists are filtered by.
pub(super) fn owner_name<T: Placed>(item: &T, site: &Site) -> Value {
    of_owner(item, site, |owner| &owner.full_name)
}

pub(super) fn owner_email<T: Placed>(item: &T, site: &Site) -> Value {
    of_owner(item, site, |owner| &owner.email)
}

pub(super) fn owner_domain<T: Placed>(item: &T, site: &Site) -> Value {
    of_owner(item, site, |owner| &owner.domain)
}

pub(super) fn project_id<T: Placed>(item: &T, site: &Site) -> Value {
    let common = item.placed(site);
    common.as_ref().and_then(|common| common.project()).map_or(Value::None, Value::from)
}

pub(super) fn project_name<T: Placed>(item: &T, site: &Site) -> Value {
    let common = item.placed(site);
    let project = common.as_ref().and_then(|common| common.project());
    project.map_or(Value::None, |id| Value::Text(site.project_name(id)))
}

/// Refuses whoever neither owns the content nor administers the site.
pub(super) fn need_owner(ctx: &Context, owner: &str) -> Result<(), ApiError> {
    if owner == ctx.user() { Ok(()) } else { ctx.require(Role::SiteAdmin) }
}

/// The kind of the content that a path's segment names, its element, and what it has in common with
/// the others; `None` where the segment names no such kind.
pub(super) fn named(
    site: &Site,
    at: &str,
    id: &str,
) -> Option<Result<(Kind, &'static str, Common), ApiError>> {
    fn find<T: Content>(site: &Site, id: &str) -> Result<(Kind, &'static str, Common), ApiError> {
        Ok((T::KIND, T::NAMES.0, (**T::collection(site).get(id)?).clone()))
    }
    Some(match at {
        "workbooks" => find::<Workbook>(site, id),
        "datasources" => find::<Datasource>(site, id),
        "flows" => find::<Flow>(site, id),
        _ => return None,
    })
}

/// As [`named`], to be changed.
pub(super) fn named_mut<'a>(
    site: &'a mut Site,
    at: &str,
    id: &str,
) -> Option<Result<&'a mut Common, ApiError>> {
    fn find<'a, T: Content>(site: &'a mut Site, id: &str) -> Result<&'a mut Common, ApiError> {
        T::collection_mut(site).get_mut(id).map(|item| &mut **item)
    }
    Some(match at {
        "workbooks" => find::<Workbook>(site, id),
        "datasources" => find::<Datasource>(site, id),
        "flows" => find::<Flow>(site, id),
        _ => return None,
    })
}

/// The ids of the items of a kind for which this holds.
pub(super) fn ids<T: Content>(site: &Site, of: impl Fn(&Common) -> bool) -> Vec<String> {
    T::collection(site).iter().filter(|item| of(item)).map(|item| item.id.clone()).collect()
}

/// Refuses, as if it were not there, what is in somebody else's personal space.
pub(in crate::mock) fn check_visible(state: &ServerState, ctx: &Context) -> Result<(), ApiError> {
    // Of most calls, the path says at once that there is nothing to look for.
    let Some(id) = ctx.params.first() else { return Ok(()) };
    let site = state.site(ctx)?;
    let (at, id) = match ctx.at {
        // The kind is a placeholder itself.
        at if at.starts_with('{') => (id.as_str(), ctx.param(1)),
        at => (at, id.as_str()),
    };
    let (kind, workbook) = match at {
        "workbooks" => (Kind::Workbook, Some(id.to_owned())),
        "views" => (Kind::View, site.views.find(id).map(|view| view.workbook.clone())),
        "customviews" => {
            let view = site.custom_views.find(id).and_then(|view| site.views.find(&view.view));
            (Kind::CustomView, view.map(|view| view.workbook.clone()))
        }
        _ => return Ok(()),
    };
    match workbook.and_then(|workbook| site.workbooks.find(&workbook)) {
        Some(workbook) if !workbook.is_seen_by(ctx) => Err(kind.missing(id)),
        _ => Ok(()),
    }
}

pub(super) fn all<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    list(T::collection(site), site, ctx)
}

/// Where a request wants the content of this owner to be, if it says so.
pub(super) fn place<T: Content>(
    doc: &Doc,
    owner: &str,
    site: &Site,
    ctx: &Context,
) -> Result<Option<Place>, ApiError> {
    let project = doc.child("project").and_then(|project| project.attr("id"));
    match (project, doc.child("location")) {
        (Some(_), Some(_)) => {
            Err(ApiError::malformed("Content goes to a project or to a location, not to both."))
        }
        (Some(id), None) => Ok(Some(Place::Project(site.projects.get(id)?.id.clone()))),
        (None, Some(location)) if T::IS_PERSONAL => {
            personal_space::place(location, owner, site, ctx).map(Some)
        }
        (None, Some(_)) => {
            let detail = format!("A {} goes to no personal space.", T::NAMES.0);
            Err(ApiError::malformed(detail))
        }
        (None, None) => Ok(None),
    }
}

pub(super) fn update<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let doc = ctx.doc()?;
    let doc = doc.need_child(T::NAMES.0)?;
    let now = state.clock.now();
    let site = state.site_mut(ctx)?;
    let mut changed = T::collection(site).get(ctx.param(0))?.into_owned();
    need_owner(ctx, &changed.owner)?;
    if let Some(name) = doc.attr("name").filter(|name| !name.is_empty()) {
        name.clone_into(&mut changed.name);
    }
    if let Some(owner) = doc.child("owner").and_then(|owner| owner.attr("id")) {
        changed.owner = site.users.get(owner)?.id.clone();
    }
    if let Some(place) = place::<T>(doc, &changed.owner, site, ctx)? {
        changed.place = place;
    } else if changed.place == Place::PersonalSpace
        && changed.owner != T::collection(site).get(ctx.param(0))?.owner
    {
        let detail = "What is in a personal space belongs to whose space it is.";
        return Err(ApiError::malformed(detail));
    }
    changed.change(doc, ctx.version)?;
    changed.updated = now;
    T::collection_mut(site).get_mut(ctx.param(0))?.clone_from(&changed);
    Ok(Response::one(changed.detail(site, ctx)))
}

pub(super) fn delete<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site_mut(ctx)?;
    need_owner(ctx, &T::collection(site).get(ctx.param(0))?.owner)?;
    T::discard(site, ctx.param(0))?;
    Ok(Response::no_content())
}

pub(super) fn refresh<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.doc_or_empty()?;
    let job = start::<T>(state, ctx, "RefreshExtract", Effect::Refresh(ctx.param(0).to_owned()))?;
    Ok(Response::with_status(202, job))
}

pub(super) fn create_extract<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let encrypt = ctx.asks("encrypt")?;
    extract::<T>(state, ctx, "CreateExtract", true, encrypt)
}

pub(super) fn delete_extract<T: Content>(state: &mut ServerState, ctx: &Context) -> ApiResult {
    extract::<T>(state, ctx, "DeleteExtract", false, false)
}

fn extract<T: Content>(
    state: &mut ServerState,
    ctx: &Context,
    job: &'static str,
    exists: bool,
    encrypt: bool,
) -> ApiResult {
    ctx.doc_or_empty()?;
    let effect = Effect::Extract { of: ctx.param(0).to_owned(), exists, encrypt };
    Ok(Response::with_status(202, start::<T>(state, ctx, job, effect)?))
}

/// Starts a job about the content that the path names, unless one of the kind is under way.
pub(super) fn start<T: Content>(
    state: &mut ServerState,
    ctx: &Context,
    job: &'static str,
    effect: Effect,
) -> Result<Element, ApiError> {
    let site = state.site(ctx)?;
    let item = T::collection(site).get(ctx.param(0))?;
    need_owner(ctx, &item.owner)?;
    jobs::not_running(site, job, &item.id)?;
    let on = Some((T::NAMES.0, item.id.clone(), item.name.clone()));
    state.start_job(ctx, job, effect, on)
}
