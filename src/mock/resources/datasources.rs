//! Published data sources: `sites/{site}/datasources`.

use std::collections::HashMap;

use super::{PROJECT, content};
use crate::mock::common::jobs::Jobs;
use crate::mock::files;
use crate::mock::prelude::*;

pub(in crate::mock) struct Datasource;

pub(in crate::mock) const DATASOURCE: Kind = Kind::new(0xd5, "404004", "Data source");

impl Resource for Datasource {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 0, &[List, Get, Update, Delete])],
        attributes: &[
            text("name").required(),
            text("description"),
            flag("encryptExtracts"),
            text("certificationNote"),
            flag("useRemoteQueryAgent"),
        ],
        children: "askData",
        filters: &[
            (Text, "name contentUrl type connectionType tags"),
            (Text, "ownerName ownerEmail ownerDomain projectName"),
            (Time, "createdAt updatedAt"),
            (Number, "size"),
            (Flag, "hasExtracts isCertified"),
        ],
        hidden: "isPublished hasAlert favoritesTotal connectedWorkbooksCount",
        dated: true,
        owner_can_change: true,
        has_owner: true,
        parents: &[PROJECT],
        ..Schema::new(DATASOURCE, "datasources", "datasource", "datasources")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (2, 0) "datasources" => publish::publish::<Datasource>;
            Post (2, 8) "datasources/{id}/refresh" => extracts::refresh::<Datasource>;
            Post (3, 5) "datasources/{id}/createExtract" => extracts::create_extract::<Datasource>;
            Post (3, 5) "datasources/{id}/deleteExtract" => extracts::delete_extract::<Datasource>;
            Patch (3, 12) "datasources/{id}/data" => update_data;
            Patch (3, 12) "datasources/{id}/connections/{connection}/data" => update_data;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, ctx: &Context) -> Element {
        // The API had the mode of Ask Data until 3.11.
        let ask_data = Element::new("askData").with("enablement", "SiteDefault");
        let shows_default = ctx.version < Version(3, 12) && record.child("askData").is_none();
        let element = element
            .with("isPublished", true)
            .with("hasAlert", false)
            .with("favoritesTotal", 0)
            .with("connectedWorkbooksCount", 0)
            .containing(shows_default.then_some(ask_data));
        content::complete::<Datasource>(record, element, "", site, ctx)
    }

    fn computed(record: &Record, field: &str, site: &Site) -> Option<Value> {
        match field {
            "connectionType" => Some(Value::Text(record.attr("type").to_owned())),
            _ => content::computed(record, field, site),
        }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, before, body, site, ctx } = change;
        apply_flags(record, body)?;
        content::relocate::<Datasource>(record, before, body, site, ctx)
    }
}

/// Stores the certification, and checks the Ask Data mode.
fn apply_flags(record: &mut Record, body: &Element) -> Result<()> {
    if let Some(is_certified) = body.flag("isCertified")? {
        record.set("isCertified", is_certified);
    }
    if let Some(mode) = body.child_attr("askData", "enablement") {
        one_of("enablement", "Enabled Disabled SiteDefault").code("400129").check(mode)?;
    }
    Ok(())
}

impl Publishes for Datasource {
    const FORMAT: FileFormat = FileFormat {
        parameter: Some("datasourceType"),
        part: "tableau_datasource",
        extensions: &["tds", "tdsx", "tde", "hyper", "parquet"],
        wrong: "400010",
        job: Some("PublishDatasource"),
        has_sibling_connections: false,
    };

    fn sample_file(record: &Record, _: &Site) -> (&'static str, Vec<u8>) {
        let file = files::tds(record.name());
        match record.flag("hasExtracts") {
            true => ("tdsx", files::with_extract("datasource.tds", &file)),
            false => ("tds", file),
        }
    }

    fn destination(body: &Element, site: &Site, ctx: &Context) -> Result<Option<String>> {
        content::publish_destination::<Datasource>(body, site, ctx)
    }

    fn fill(record: &mut Record, publication: &Publication, site: &mut Site) -> Result<()> {
        if record.attr("contentUrl").is_empty() {
            record.set("contentUrl", content::free_url::<Datasource>(record.name(), site));
        }
        let inside = publication.inside.as_ref();
        let is_extract = matches!(publication.extension, "hyper" | "tde" | "parquet");
        let class = inside.and_then(|i| i.connections.first()).map(|c| c.class.as_str());
        record.set("description", record.attr("description").to_owned());
        record.set("type", class.unwrap_or("dataengine"));
        record.set("size", publication.megabytes());
        record.set("encryptExtracts", record.flag("encryptExtracts"));
        record.set("hasExtracts", is_extract || inside.is_some_and(|i| i.has_extracts));
        record.set("isCertified", record.flag("isCertified"));
        record.set("useRemoteQueryAgent", record.flag("useRemoteQueryAgent"));
        record.apply(Self::SCHEMA, &publication.body, Version::NEWEST, false)?;
        apply_flags(record, &publication.body)
    }
}

/// The jobs that updated data, by data source and request id.
#[derive(Default)]
struct DataUpdates(HashMap<(String, String), String>);

/// Updates the data of an extract. The actions are required, but not carried out.
fn update_data(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    if ctx.body()?.children("actions").next().is_none() {
        return Err(ApiError::malformed("The request has no actions."));
    }
    // A request is carried out once, however often it is sent with the same id.
    let id = ctx.param(0).to_owned();
    let request = ctx.request.header("requestid").map(|request| (id.clone(), request.to_owned()));
    let site = state.site_mut(ctx)?;
    let known = request.as_ref().and_then(|request| site.state_mut::<DataUpdates>().0.get(request));
    if let Some(known) = known.cloned() {
        let job = site.state_mut::<Jobs>().0.iter().find(|job| job.id == known);
        return Ok(Response::with_status(202, job.map(|job| job.element()).unwrap_or_default()));
    }
    if let Some(upload) = ctx.query("uploadSessionId") {
        uploads::take(site, upload)?;
    }
    let job = extracts::start::<Datasource>(state, ctx, "UpdateUploadedFile", move |site, now| {
        site.get_mut::<Datasource>(&id)?.updated = now;
        Ok(Report::default())
    })?;
    if let (Some(request), Some(id)) = (request, job.attr("id")) {
        let updates = state.site_mut(ctx)?.state_mut::<DataUpdates>();
        updates.0.insert(request, id.to_owned());
    }
    Ok(Response::with_status(202, job))
}
