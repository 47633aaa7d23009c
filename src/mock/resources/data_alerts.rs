//! Data-driven alerts: `sites/{site}/dataAlerts`.

use super::{Project, VIEW, View, Workbook, content};
use crate::mock::prelude::*;

pub(in crate::mock) struct DataAlert;

impl Resource for DataAlert {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 2, &[List, Get, Update, Delete, AddUser, RemoveUser])],
        attributes: &[
            text("subject").required(),
            one_of("frequency", "Once Frequently Hourly Daily Weekly").required(),
            flag("public").default("false"),
        ],
        filters: &[(Text, "viewId=view@id subject frequency")],
        missing: "403165",
        dated: true,
        create: Role::Publisher,
        owner_can_change: true,
        has_owner: true,
        shows_owner: true,
        parent: Some(("viewId", "views")),
        parents: &[VIEW],
        ..Schema::new(
            Kind::new(0xa1, "409023", "Data-driven alert"),
            "dataAlerts",
            "dataAlert",
            "dataAlerts",
        )
    };

    fn routes() -> Vec<Route> {
        routes! { Post (3, 20) "dataAlerts" => create; }
    }

    fn complete(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        let workbook = content::workbook_of(record, site).unwrap_or_default();
        let project = workbook.parent.as_deref().map(|id| site.reference::<Project>("project", id));
        let view = site.reference::<View>("view", parent_id(record));
        let workbook = site.reference::<Workbook>("workbook", &workbook.id);
        element.containing([view.containing([workbook]).containing(project)])
    }

    fn detail(record: &Record, element: Element, _: &Site, _: &Context) -> Element {
        let recipients = record.users.iter().map(|id| Element::reference("recipient", id));
        element.containing([Element::list("recipients", recipients)])
    }
}

/// Creates an alert. The response repeats the request, without an id.
fn create(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_child("dataAlertCreateAlert")?;
    for name in ["alertCondition", "alertThreshold", "worksheetName", "viewId"] {
        let missing =
            || ApiError::bad("403165", format!("The alert needs the attribute '{name}'."));
        body.attr(name).filter(|value| !value.is_empty()).ok_or_else(missing)?;
    }
    let site = state.site_mut(ctx)?;
    let id = insert::<DataAlert>(site, &body, ctx)?.id;
    let alert = site.get_mut::<DataAlert>(&id)?;
    alert.set("public", body.attr("visibility") == Some("public"));
    alert.set("creatorId", ctx.user());
    Ok(Response::one(body))
}
