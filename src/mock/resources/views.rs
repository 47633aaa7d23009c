//! Views and exports: `sites/{site}/views`.

use super::content::workbook_of;
use super::{WORKBOOK, Workbook, content, url_name};
use crate::mock::common::exports::{check as check_export, data, image, pdf};
use crate::mock::files;
use crate::mock::operations::delete;
use crate::mock::prelude::*;
use crate::mock::sample::VIEWS;

pub(in crate::mock) struct View;

pub(in crate::mock) const VIEW: Kind = Kind::new(0x7e, "404011", "View");

impl Resource for View {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 0, &[Get])],
        filters: &[
            (Text, "name contentUrl=@contentUrl viewUrlName=@viewUrlName sheetType tags"),
            (Text, "workbookName projectName ownerName"),
            (Time, "createdAt updatedAt"),
            (Number, "hitsTotal"),
        ],
        internal: "hidden usage",
        dated: true,
        owner_can_change: true,
        parents: &[WORKBOOK],
        ..Schema::new(VIEW, "views", "view", "views")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Get (2, 2) "views" => list_views;
            Delete (3, 27) "views/{view}" => delete_view;
            Get (2, 5) "views/{view}/image" => |state, ctx| image(exported(state, ctx)?.name(), ctx);
            Get (2, 7) "views/{view}/pdf" => |state, ctx| pdf(exported(state, ctx)?.name(), ctx);
            Get (2, 7) "views/{view}/data" => |state, ctx| data(&exported(state, ctx)?, ctx);
            Get (3, 8) "views/{view}/crosstab/excel" => crosstab;
            Get (2, 0) "workbooks/{workbook}/views/{view}/previewImage" => preview;
            Get (2, 0) "workbooks/{workbook}/previewImage" => preview;
            Get (3, 4) "workbooks/{workbook}/pdf" => workbook_pdf;
            Get (3, 8) "workbooks/{workbook}/powerpoint" => powerpoint;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, ctx: &Context) -> Element {
        let workbook = workbook_of(record, site);
        let parent = record.parent.as_deref().unwrap_or_default();
        let of_workbook = workbook.iter().flat_map(|workbook| {
            let project = workbook.parent.as_deref().map(|id| Element::reference("project", id));
            let owner = Element::reference("owner", &workbook.owner);
            let mut location = content::location(workbook, site);
            location.attributes.retain(|(name, _)| name != "name");
            [owner].into_iter().chain(project).chain([location])
        });
        let usage =
            ctx.flag("includeUsageStatistics").unwrap_or(false) || ctx.query("fields").is_some();
        element
            .with("contentUrl", content_url(record, site))
            .with("viewUrlName", url_name(record.name()))
            .containing([Element::reference("workbook", parent)])
            .containing(of_workbook)
            .containing([tags::element(&record.tags)])
            .containing(usage.then(|| View::usage(record)))
    }

    fn computed(record: &Record, field: &str, site: &Site) -> Option<Value> {
        let parent = record.parent.as_deref().unwrap_or_default();
        match field {
            "hitsTotal" => Some(Value::Number(record.int("usage").try_into().ok()?)),
            "workbookName" => Some(Value::Text(site.name_of::<Workbook>(parent))),
            "projectName" | "ownerName" => {
                content::computed(&*workbook_of(record, site)?, field, site)
            }
            _ => None,
        }
    }

    fn is_visible(record: &Record, site: &Site, ctx: &Context) -> bool {
        workbook_of(record, site)
            .is_none_or(|workbook| content::is_workbook_visible(&workbook, ctx))
    }

    fn may_hide(site: &Site, ctx: &Context) -> bool {
        content::hides_workbooks(site, ctx)
    }

    fn owner<'a>(record: &'a Record, site: &'a Site) -> Cow<'a, str> {
        workbook_of(record, site).map_or(Cow::Borrowed(""), |w| Cow::Owned(w.owner.clone()))
    }

    fn ids_below(site: &Site, workbook: &str) -> Vec<String> {
        of_workbook(site, workbook).iter().map(|view| view.id.clone()).collect()
    }
}

impl View {
    /// A view in the response about its workbook.
    pub(super) fn brief(view: &Record, site: &Site) -> Element {
        Element::reference("view", &view.id)
            .with("name", view.name())
            .with("contentUrl", content_url(view, site))
            .with("createdAt", written(view.created))
            .with("updatedAt", written(view.updated))
            .with("viewUrlName", url_name(view.name()))
            .containing([tags::element(&view.tags)])
    }

    pub(super) fn usage(view: &Record) -> Element {
        Element::new("usage").with("totalViewCount", view.int("usage"))
    }
}

fn content_url(view: &Record, site: &Site) -> String {
    let workbook = workbook_of(view, site);
    let workbook = workbook.as_ref().map_or("", |workbook| workbook.attr("contentUrl"));
    format!("{workbook}/sheets/{}", url_name(view.name()))
}

/// The views of a workbook, in the order of its sheets.
pub(super) fn of_workbook<'s>(site: &'s Site, workbook: &str) -> Vec<Cow<'s, Record>> {
    let is_below = |view: &Record| view.parent.as_deref() == Some(workbook);
    let sample = luid_number(workbook, WORKBOOK, site.number).filter(|&n| n < ADDED);
    let samples = sample.into_iter().flat_map(|n| (n * VIEWS)..((n + 1) * VIEWS));
    let mut views: Vec<_> = samples
        .filter_map(|n| site.find::<View>(&luid(VIEW, site.number, n)))
        .filter(|view| is_below(view))
        .collect();
    for view in site.items::<View>().stored().filter(|view| is_below(view)) {
        if !views.iter().any(|known| known.id == view.id) {
            views.push(Cow::Borrowed(view));
        }
    }
    views
}

/// Deletes a view, and with the last view its workbook.
fn delete_view(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let workbook = state.site(ctx)?.get::<View>(ctx.param(0))?.parent.clone();
    let deleted = delete::<View>(state, ctx)?;
    let site = state.site_mut(ctx)?;
    if let Some(workbook) = workbook.filter(|id| of_workbook(site, id).is_empty()) {
        site.remove::<Workbook>(&workbook)?;
    }
    Ok(deleted)
}

/// Replaces a workbook's views by those of a published file. Views of the same name keep their ids.
pub(super) fn publish(publication: &Publication, site: &mut Site, workbook: &str) -> Result<()> {
    let now = publication.now;
    let mut sheets = publication.inside.as_ref().map(|i| i.sheets.clone()).unwrap_or_default();
    if sheets.is_empty() {
        sheets.push(("Sheet 1".to_owned(), "view"));
    }
    let views = publication.body.child("views");
    let hidden: Vec<&str> = views
        .into_iter()
        .flat_map(|views| views.children("view"))
        .filter(|view| matches!(view.flag("hidden"), Ok(Some(true))))
        .filter_map(|view| view.attr("name"))
        .collect();
    let before: Vec<Record> =
        of_workbook(site, workbook).into_iter().map(Cow::into_owned).collect();
    for view in before.iter().filter(|view| !sheets.iter().any(|(name, _)| name == view.name())) {
        site.remove::<View>(&view.id)?;
    }
    for (name, sheet) in sheets {
        let is_hidden = hidden.contains(&name.as_str());
        if let Some(view) = before.iter().find(|view| view.name() == name) {
            let view = site.get_mut::<View>(&view.id)?;
            view.updated = now;
            view.set("hidden", is_hidden);
            continue;
        }
        let id = site.new_id::<View>();
        let (parent, created, updated) = (Some(workbook.to_owned()), now, now);
        let view = Record { parent, created, updated, ..Record::new(id) }.with("name", name);
        site.add::<View>(view.with("sheetType", sheet).with("hidden", is_hidden).with("usage", 0));
    }
    Ok(())
}

fn list_views(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.flag("includeUsageStatistics")?;
    let site = state.site(ctx)?;
    let is_hidden = |view: &Record| view.flag("hidden");
    if !site.items::<View>().stored().any(is_hidden) {
        return list_all::<View>(site, ctx);
    }
    list_some::<View>(site.iter::<View>().filter(|view| !is_hidden(view)), site, ctx)
}

fn exported(state: &ServerState, ctx: &Context) -> Result<Record> {
    check_export(ctx)?;
    Ok(state.site(ctx)?.get::<View>(ctx.param(0))?.into_owned())
}

fn crosstab(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(Response::bytes(media_type, files::xlsx(exported(state, ctx)?.int("usage"))))
}

fn preview(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let workbook = site.get::<Workbook>(ctx.param(0))?;
    if let Some(id) = ctx.params.get(1) {
        let view = site.get::<View>(id)?;
        if view.parent.as_deref() != Some(&workbook.id) {
            return Err(VIEW.missing(id));
        }
    }
    Ok(Response::bytes("image/png", files::png()))
}

fn workbook_pdf(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    pdf(state.site(ctx)?.get::<Workbook>(ctx.param(0))?.name(), ctx)
}

fn powerpoint(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    check_export(ctx)?;
    let workbook = state.site(ctx)?.get::<Workbook>(ctx.param(0))?;
    let media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    Ok(Response::bytes(media_type, files::pptx(workbook.name())))
}
