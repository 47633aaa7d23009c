//! Functions that workbooks, data sources, flows and views have in common.

use super::{
    CustomView, Datasource, Flow, PROJECT, Project, User, View, Workbook, personal_space, users,
};
use crate::mock::prelude::*;

/// Finds the items that match.
type Ids = fn(&Site, &dyn Fn(&Record) -> bool) -> Vec<String>;

/// The resources whose items users own: path segment, and a function that finds items.
pub(super) const USER_CONTENT: [(&str, Ids); 4] = [
    ("workbooks", ids::<Workbook>),
    ("datasources", ids::<Datasource>),
    ("flows", ids::<Flow>),
    ("projects", ids::<Project>),
];

fn ids<R: Resource>(site: &Site, matches: &dyn Fn(&Record) -> bool) -> Vec<String> {
    site.iter::<R>().filter(|record| matches(record)).map(|record| record.id.clone()).collect()
}

/// The part of a content URL that is derived from a name: its letters and digits.
pub(in crate::mock) fn url_name(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect()
}

/// A content URL that no other item has.
pub(super) fn free_url<R: Resource>(name: &str, site: &Site) -> String {
    let is_taken = |url: &str| site.iter::<R>().any(|other| other.attr("contentUrl") == url);
    let url = url_name(name);
    let numbered = (0_u64..).map(|n| format!("{url}_{n}"));
    std::iter::once(url.clone()).chain(numbered).find(|url| !is_taken(url)).unwrap_or(url)
}

/// Adds the web page, project, location, owner and tags to an item's element.
pub(super) fn complete<R: Resource>(
    record: &Record,
    element: Element,
    page: &str,
    site: &Site,
    ctx: &Context,
) -> Element {
    let (base, number, segment) = (ctx.base, record.number, R::SCHEMA.path);
    let below = match site.content_url.as_str() {
        "" => String::new(),
        url => format!("site/{url}/"),
    };
    let project = record.parent.as_deref().map(|id| site.reference::<Project>("project", id));
    // Only workbooks can be in personal spaces, and only they include more than the id of their
    // owner.
    let is_workbook = R::SCHEMA.kind == Workbook::SCHEMA.kind;
    let fields = ctx.query("fields").unwrap_or_default();
    let owner = match is_workbook || fields.contains("_all_") || fields.contains("owner") {
        true => site.reference::<User>("owner", &record.owner),
        false => Element::reference("owner", &record.owner),
    };
    element
        .with("webpageUrl", format!("{base}/#/{below}{segment}/{number}{page}"))
        .containing(project)
        .containing(is_workbook.then(|| location(record, site)))
        .containing([owner, tags::element(&record.tags)])
}

/// `<location>`: the project or personal space that contains the item.
pub(super) fn location(record: &Record, site: &Site) -> Element {
    match &record.parent {
        None => personal_space::location(site, &record.owner),
        Some(id) => Element::reference("location", id)
            .with("type", "Project")
            .with("name", site.name_of::<Project>(id)),
    }
}

/// The values that lists of content can be filtered by, in addition to the items' own attributes.
pub(super) fn computed(record: &Record, field: &str, site: &Site) -> Option<Value> {
    let text = |text: Option<String>| Some(text.map_or(Value::None, Value::Text));
    let owner = || site.find::<User>(&record.owner);
    match field {
        "ownerName" => text(owner().map(|owner| owner.attr("fullName").to_owned())),
        "ownerEmail" => text(owner().map(|owner| owner.attr("email").to_owned())),
        "ownerDomain" => text(owner().map(|owner| users::domain(&owner).to_owned())),
        "projectId" => text(record.parent.clone()),
        "projectName" => text(record.parent.as_deref().map(|id| site.name_of::<Project>(id))),
        _ => None,
    }
}

/// Whether the caller may see the workbook: those in personal spaces are private.
pub(super) fn is_workbook_visible(workbook: &Record, ctx: &Context) -> bool {
    workbook.parent.is_some() || ctx.require_owner(&workbook.owner).is_ok()
}

/// Whether there is a workbook that the caller cannot see. Sample workbooks are all in projects.
pub(super) fn hides_workbooks(site: &Site, ctx: &Context) -> bool {
    site.items::<Workbook>().stored().any(|workbook| !is_workbook_visible(workbook, ctx))
}

/// The workbook of a view or custom view.
pub(super) fn workbook_of<'s>(record: &Record, site: &'s Site) -> Option<Cow<'s, Record>> {
    let parent = record.parent.as_deref()?;
    match site.find::<View>(parent) {
        Some(view) => site.find::<Workbook>(view.parent.as_deref()?),
        None => site.find::<Workbook>(parent),
    }
}

/// Rejects, as if it did not exist, what is in another user's personal space.
pub(in crate::mock) fn check_visible(state: &ServerState, ctx: &Context) -> Result<()> {
    let below_kind = ctx.params.first().is_some_and(|first| *first == ctx.segment);
    let id = ctx.param(usize::from(below_kind));
    let kind = match ctx.segment.as_str() {
        "workbooks" => Workbook::SCHEMA.kind,
        "views" => View::SCHEMA.kind,
        "customviews" => CustomView::SCHEMA.kind,
        _ => return Ok(()),
    };
    let site = state.site(ctx)?;
    let Some(Ok(record)) = site.record(&ctx.segment, id) else { return Ok(()) };
    let workbook =
        if kind == Workbook::SCHEMA.kind { Some(record) } else { workbook_of(&record, site) };
    match workbook {
        Some(workbook) if !is_workbook_visible(&workbook, ctx) => Err(kind.missing(id)),
        _ => Ok(()),
    }
}

/// The project that a request names for content with this owner; `Some(None)` is the owner's
/// personal space, `None` no change.
pub(super) fn destination<R: Resource>(
    body: &Element,
    owner: &str,
    site: &Site,
    ctx: &Context,
) -> Result<Option<Option<String>>> {
    match (body.child_attr("project", "id"), body.child("location")) {
        (Some(_), Some(_)) => {
            Err(ApiError::malformed("Content has a project or a location, not both."))
        }
        (Some(id), None) => Ok(Some(Some(site.get::<Project>(id)?.id.clone()))),
        (None, Some(location)) if R::SCHEMA.kind == Workbook::SCHEMA.kind => {
            personal_space::destination(location, owner, site, ctx).map(Some)
        }
        (None, Some(_)) => Err(ApiError::malformed("A personal space contains only workbooks.")),
        (None, None) => Ok(None),
    }
}

/// The project or personal space that a request publishes to; without one, the default project.
pub(super) fn publish_destination<R: Resource>(
    body: &Element,
    site: &Site,
    ctx: &Context,
) -> Result<Option<String>> {
    let parent = destination::<R>(body, ctx.user(), site, ctx)?;
    Ok(parent.unwrap_or_else(|| Some(default_project(site))))
}

/// Moves an item to the project or personal space that a request names.
pub(super) fn relocate<R: Resource>(
    record: &mut Record,
    before: Option<&Record>,
    body: &Element,
    site: &Site,
    ctx: &Context,
) -> Result<()> {
    if let Some(parent) = destination::<R>(body, &record.owner, site, ctx)? {
        record.parent = parent;
    } else if record.parent.is_none() && before.is_some_and(|b| b.owner != record.owner) {
        let detail = "The content of a personal space belongs to the user whose space it is.";
        return Err(ApiError::malformed(detail));
    }
    match before {
        Some(before) => check_name_is_free::<R>(record, before, site),
        None => Ok(()),
    }
}

/// Rejects a moved or renamed item if its project has another item of that name.
fn check_name_is_free<R: Resource>(record: &Record, before: &Record, site: &Site) -> Result<()> {
    let is_moved = record.parent != before.parent;
    if !is_moved && record.name() == before.name() {
        return Ok(());
    }
    let name = record.name().to_lowercase();
    let is_same = |other: &Record| {
        other.id != record.id
            && other.parent == record.parent
            // Each user has a personal space.
            && (other.parent.is_some() || other.owner == record.owner)
            && other.name().to_lowercase() == name
    };
    if !site.iter::<R>().any(|other| is_same(&other)) {
        return Ok(());
    }
    let code = match R::SCHEMA.path {
        "workbooks" if is_moved => "409013",
        "workbooks" => "409012",
        "datasources" => "409015",
        _ => "409041",
    };
    Err(ApiError::conflict(code, format!("The destination already has '{}'.", record.name())))
}

/// The default project.
pub(super) fn default_project(site: &Site) -> String {
    luid(PROJECT, site.number, 0)
}
