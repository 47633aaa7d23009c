//! Data-driven alerts: `sites/{site}/dataAlerts`.

use super::projects::Project;
use super::users::User;
use super::views::{VIEW, View};
use super::workbooks::Workbook;
use crate::mock::prelude::*;

pub(in crate::mock) struct DataAlert;

impl Resource for DataAlert {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(List, 3, 2), (Get, 3, 2), (Update, 3, 2), (Delete, 3, 2)],
        attributes: &[
            text("subject").required(),
            one_of("frequency", "Once Frequently Hourly Daily Weekly").required(),
            flag("public").default("false"),
        ],
        filters: &[(Text, "viewId=view@id subject frequency")],
        missing: "403165",
        dated: true,
        owner_can_change: true,
        has_owner: true,
        parents: &[VIEW],
        ..Schema::new(ALERT, "dataAlerts", "dataAlert", "dataAlerts")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (3, 20) "dataAlerts" => create;
            Post (3, 2) "dataAlerts/{id}/users" => add_recipient;
            Delete (3, 2) "dataAlerts/{id}/users/{user}" => remove_recipient;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        let view = record.parent.as_deref().unwrap_or_default();
        let workbook = site.find::<View>(view).and_then(|view| view.parent.clone());
        let workbook = site.find::<Workbook>(&workbook.unwrap_or_default());
        let parents = workbook.iter().flat_map(|workbook| {
            let project = workbook.parent.as_deref().map(|id| site.named::<Project>("project", id));
            [site.named::<Workbook>("workbook", &workbook.id)].into_iter().chain(project)
        });
        element.with("creatorId", record.attr("creatorId")).containing([
            site.named::<User>("owner", &record.owner),
            site.named::<View>("view", view).containing(parents),
        ])
    }

    fn detail(record: &Record, element: Element, _: &Site, _: &Context) -> Element {
        let recipients = record.users.iter().map(|id| Element::reference("recipient", id));
        element.containing([Element::list("recipients", recipients)])
    }
}

const ALERT: Kind = Kind::new(0xa1, "409023", "Data-driven alert");

/// Creates an alert. The response repeats the request; it has no id.
fn create(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("dataAlertCreateAlert")?;
    for name in ["alertCondition", "alertThreshold", "worksheetName", "viewId"] {
        if body.attr(name).is_none_or(str::is_empty) {
            return Err(ApiError::bad(
                "403165",
                format!("The alert needs the attribute '{name}'."),
            ));
        }
    }
    let site = state.site_mut(ctx)?;
    let view = site.get::<View>(body.need("viewId")?)?.into_owned();
    let id = insert::<DataAlert>(site, &body, ctx)?.id;
    let alert = site.get_mut::<DataAlert>(&id)?;
    alert.set("public", body.attr("visibility") == Some("public"));
    alert.set("creatorId", ctx.user());
    alert.parent = Some(view.id);
    Ok(Response::one(body))
}

fn add_recipient(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body()?;
    let site = state.site_mut(ctx)?;
    let user = site.get::<User>(body.need_child("user")?.need("id")?)?.into_owned();
    check_change::<DataAlert>(&*site.get::<DataAlert>(ctx.param(0))?, site, ctx)?;
    let alert = site.get_mut::<DataAlert>(ctx.param(0))?;
    if !alert.users.contains(&user.id) {
        alert.users.push(user.id.clone());
    }
    Ok(Response::one(User::element(&user, site, ctx)))
}

fn remove_recipient(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site_mut(ctx)?;
    let user = site.get::<User>(ctx.param(1))?.id.clone();
    check_change::<DataAlert>(&*site.get::<DataAlert>(ctx.param(0))?, site, ctx)?;
    site.get_mut::<DataAlert>(ctx.param(0))?.users.retain(|id| *id != user);
    Ok(Response::no_content())
}
