//! Flows: `sites/{site}/flows`. Their runs are jobs.

use super::{PROJECT, content};
use crate::mock::files;
use crate::mock::prelude::*;

pub(in crate::mock) struct Flow;

pub(in crate::mock) const FLOW: Kind = Kind::new(0xf1, "404027", "Flow");

impl Resource for Flow {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(3, 3, &[List, Update, Delete])],
        attributes: &[text("name").required(), text("description")],
        filters: &[(Text, "name projectId projectName ownerName"), (Time, "createdAt updatedAt")],
        dated: true,
        owner_can_change: true,
        has_owner: true,
        parents: &[PROJECT],
        ..Schema::new(FLOW, "flows", "flow", "flows")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (3, 3) "flows" => publish::publish::<Flow>;
            Get (3, 3) "flows/{flow}" => get;
            Post (3, 3) "flows/{flow}/run" => run;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, ctx: &Context) -> Element {
        content::complete::<Flow>(record, element, "", site, ctx)
    }

    fn computed(record: &Record, field: &str, site: &Site) -> Option<Value> {
        content::computed(record, field, site)
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, before, body, site, ctx } = change;
        content::relocate::<Flow>(record, before, body, site, ctx)
    }
}

impl Publishes for Flow {
    const FORMAT: FileFormat = FileFormat {
        parameter: Some("flowType"),
        part: "tableau_flow",
        extensions: &["tfl", "tflx"],
        wrong: "400086",
        job: None,
        has_sibling_connections: true,
    };

    fn sample_file(record: &Record, _: &Site) -> (&'static str, Vec<u8>) {
        ("tflx", files::tflx(record.name()))
    }

    fn destination(body: &Element, site: &Site, ctx: &Context) -> Result<Option<String>> {
        content::publish_destination::<Flow>(body, site, ctx)
    }

    fn fill(record: &mut Record, publication: &Publication, _: &mut Site) -> Result<()> {
        record.set("description", record.attr("description").to_owned());
        record.set("fileType", publication.extension);
        record.apply(Self::SCHEMA, &publication.body, Version::NEWEST, false)
    }
}

/// A flow and its only output step.
fn get(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let site = state.site(ctx)?;
    let flow = site.get::<Flow>(ctx.param(0))?;
    let step = Element::reference("flowOutputStep", &output_step(&flow)).with("name", "Output");
    Ok(Response::ok([Flow::element(&flow, site, ctx), Element::list("flowOutputSteps", [step])]))
}

fn output_step(flow: &Record) -> String {
    format!("step-{}", flow.number)
}

fn run(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let body = ctx.body_or_empty()?;
    let flow = state.site(ctx)?.get::<Flow>(ctx.param(0))?.into_owned();
    ctx.require_owner(&flow.owner)?;
    let spec = body.child("flowRunSpec");
    if let Some(mode) = spec.and_then(|spec| spec.attr("runMode")) {
        one_of("runMode", "full incremental").code("400084").check(mode)?;
    }
    let steps = spec.and_then(|spec| spec.child("flowOutputSteps"));
    for step in steps.into_iter().flat_map(|steps| steps.children("flowOutputStep")) {
        let id = step.need("id")?;
        if id != output_step(&flow) {
            return Err(ApiError::bad("400084", format!("The flow has no output step '{id}'.")));
        }
    }
    let effect = |_: &mut Site, _| Ok(Report::default());
    Ok(Response::one(extracts::start::<Flow>(state, ctx, "RunFlow", effect)?))
}
