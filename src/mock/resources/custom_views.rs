//! Custom views: `sites/{site}/customviews`.

use super::content::workbook_of;
use super::{USER, User, VIEW, View, WORKBOOK, Workbook, content, views};
use crate::mock::prelude::*;

pub(in crate::mock) struct CustomView;

impl Resource for CustomView {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 18, &[List, Get, Update, Delete])],
        attributes: &[text("name").required(), flag("shared").read_only()],
        filters: &[
            (Text, "name ownerId=owner@id viewId=view@id workbookId=workbook@id"),
            (Flag, "shared"),
            (Time, "createdAt updatedAt"),
        ],
        dated: true,
        owner_can_change: true,
        has_owner: true,
        parents: &[VIEW],
        ..Schema::new(
            Kind::new(0xcf, "404029", "Custom view"),
            "customviews",
            "customView",
            "customViews",
        )
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (3, 21) "customviews" => publish::publish::<CustomView>;
            Get (3, 21) "customviews/{view}/default/users" => list_default_users;
            Post (3, 21) "customviews/{view}/default/users" => set_default_users;
            Get (3, 18) "customviews/{view}/image" => |s, ctx| exports::image(&names(s, ctx)?.0, ctx);
            Get (3, 23) "customviews/{view}/pdf" => |s, ctx| exports::pdf(&names(s, ctx)?.0, ctx);
            Get (3, 23) "customviews/{view}/data" => |s, ctx| exports::data(&names(s, ctx)?.1, ctx);
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        let workbook = workbook_of(record, site).map(|w| w.id.clone()).unwrap_or_default();
        element.containing([
            site.reference::<View>("view", parent_id(record)),
            site.reference::<Workbook>("workbook", &workbook),
            site.reference::<User>("owner", &record.owner),
        ])
    }

    fn is_visible(record: &Record, site: &Site, ctx: &Context) -> bool {
        View::is_visible(record, site, ctx)
    }

    fn may_hide(site: &Site, ctx: &Context) -> bool {
        content::hides_workbooks(site, ctx)
    }
}

/// The format of Tableau's definition files is unknown; here they are JSON that names the view.
impl Publishes for CustomView {
    const FORMAT: FileFormat = FileFormat {
        parameter: None,
        part: "tableau_customview",
        extensions: &["json"],
        wrong: "400000",
        job: None,
        has_sibling_connections: false,
    };

    fn sample_file(record: &Record, site: &Site) -> (&'static str, Vec<u8>) {
        let view = site.name_of::<View>(parent_id(record));
        ("json", serde_json::json!({ "view": view }).to_string().into_bytes())
    }

    fn destination(body: &Element, site: &Site, ctx: &Context) -> Result<Option<String>> {
        let workbook = site.get::<Workbook>(body.need_child("workbook")?.need("id")?)?;
        if !content::is_workbook_visible(&workbook, ctx) {
            return Err(WORKBOOK.missing(&workbook.id));
        }
        if let Some(owner) = body.child("owner") {
            site.get::<User>(owner.need("id")?)?;
        }
        body.flag("shared")?;
        Ok(Some(workbook.id.clone()))
    }

    fn check(publication: &Publication) -> Result<()> {
        let json = serde_json::from_slice::<serde_json::Value>(&publication.bytes);
        json.map(drop).map_err(|_| ApiError::malformed("The custom view's file is not JSON."))
    }

    /// Several custom views can have the same name.
    fn existing(_: &Publication, _: &Site) -> Option<Record> {
        None
    }

    fn fill(record: &mut Record, publication: &Publication, site: &mut Site) -> Result<()> {
        let definition: serde_json::Value =
            serde_json::from_slice(&publication.bytes).unwrap_or_default();
        let views = views::of_workbook(site, parent_id(record));
        let named = views.iter().find(|view| definition["view"].as_str() == Some(view.name()));
        let view = named.or(views.first()).map(|view| view.id.clone());
        record.parent = Some(view.ok_or_else(|| ApiError::malformed("The workbook has no view."))?);
        record.set("shared", publication.body.flag("shared")?.unwrap_or(false));
        if let Some(owner) = publication.body.child_attr("owner", "id") {
            owner.clone_into(&mut record.owner);
        }
        Ok(())
    }
}

fn list_default_users(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let view = site.get::<CustomView>(ctx.param(0))?;
    list_some::<User>(view.users.iter().filter_map(|id| site.find::<User>(id)), site, ctx)
}

fn set_default_users(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let users = ctx.body_child("users")?.ids("user")?;
    if users.len() > 100 {
        let detail = "A custom view can be made the default of at most 100 users at once.";
        return Err(ApiError::malformed(detail));
    }
    let site = state.site_mut(ctx)?;
    let chosen = site.get::<CustomView>(ctx.param(0))?.into_owned();
    let of_view = CustomView::ids_below(site, parent_id(&chosen));
    let mut results = Vec::new();
    for user in &users {
        let is_known = site.find::<User>(user).is_some();
        // A user has at most one default custom view for each view.
        for id in of_view.iter().filter(|_| is_known) {
            site.get_mut::<CustomView>(id)?.users.retain(|known| known != user);
        }
        if is_known {
            site.get_mut::<CustomView>(&chosen.id)?.users.push(user.clone());
        }
        let code = USER.missing(user).code;
        let error = (!is_known).then(|| Element::new("error").with("code", code));
        let result = Element::new("customViewAsUserDefaultViewResult").with("success", is_known);
        results.push(result.containing([Element::reference("user", user)]).containing(error));
    }
    Ok(Response::one(Element::list("customViewAsUserDefaultResults", results)))
}

/// The custom view's name, and the view that it is a variant of.
fn names(state: &ServerState, ctx: &Context) -> Result<(String, Record)> {
    let site = state.site(ctx)?;
    let custom = site.get::<CustomView>(ctx.param(0))?;
    Ok((custom.name().to_owned(), site.get::<View>(parent_id(&custom))?.into_owned()))
}
