//! Workbooks: `sites/{site}/workbooks`.

use super::{PROJECT, View, content, views};
use crate::mock::files;
use crate::mock::prelude::*;

pub(in crate::mock) struct Workbook;

pub(in crate::mock) const WORKBOOK: Kind = Kind::new(0x3b, "404006", "Workbook");

impl Resource for Workbook {
    const SCHEMA: &'static Schema = &Schema {
        operations: &[(2, 0, &[List, Update, Delete])],
        attributes: &[
            text("name").required(),
            text("description").since(3, 20).default(""),
            flag("showTabs"),
            flag("encryptExtracts"),
        ],
        children: "dataAccelerationConfig dataFreshnessPolicy",
        filters: &[
            (Text, "name contentUrl tags ownerName ownerEmail ownerDomain projectName"),
            (Time, "createdAt updatedAt"),
            (Number, "size sheetCount"),
            (Flag, "displayTabs=@showTabs hasExtracts"),
        ],
        hidden: "sheetCount hasExtracts dataFreshnessPolicy",
        dated: true,
        owner_can_change: true,
        has_owner: true,
        parents: &[PROJECT],
        ..Schema::new(WORKBOOK, "workbooks", "workbook", "workbooks")
    };

    fn routes() -> Vec<Route> {
        routes! {
            Post (2, 0) "workbooks" => publish::publish::<Workbook>;
            Get (2, 0) "workbooks/{workbook}" => get;
            Get (3, 5) "workbooks/{workbook}/downGradeInfo" => downgrade;
            Get (2, 0) "workbooks/{workbook}/views" => list_views;
            Put (3, 27) "workbooks/{id}/refreshThumbnails" => refresh_thumbnails;
            Post (2, 8) "workbooks/{id}/refresh" => extracts::refresh::<Workbook>;
            Post (3, 5) "workbooks/{id}/createExtract" => extracts::create_extract::<Workbook>;
            Post (3, 5) "workbooks/{id}/deleteExtract" => extracts::delete_extract::<Workbook>;
        }
    }

    fn complete(record: &Record, element: Element, site: &Site, ctx: &Context) -> Element {
        let views = views::of_workbook(site, &record.id);
        let default = Element::new("dataAccelerationConfig").with("accelerationEnabled", false);
        let acceleration = record.child("dataAccelerationConfig").is_none().then_some(default);
        let mut element = element
            .with_opt("defaultViewId", views.first().map(|view| &view.id))
            .with("sheetCount", views.len())
            .containing(acceleration);
        if ctx.version < Version(3, 22) {
            element.children.retain(|child| child.name != "dataFreshnessPolicy");
        }
        content::complete::<Workbook>(record, element, "/views", site, ctx)
    }

    fn detail(record: &Record, element: Element, site: &Site, _: &Context) -> Element {
        element.containing([view_list(record, site, false)])
    }

    fn computed(record: &Record, field: &str, site: &Site) -> Option<Value> {
        match field {
            "displayTabs" => Some(Value::Flag(record.flag("showTabs"))),
            "sheetCount" => {
                Some(Value::Number(views::of_workbook(site, &record.id).len().try_into().ok()?))
            }
            _ => content::computed(record, field, site),
        }
    }

    fn validate(change: Change<'_>) -> Result<()> {
        let Change { record, before, body, site, ctx } = change;
        let option = body.child("dataFreshnessPolicy").map(|policy| policy.need("option"));
        if let Some(option) = option.transpose()? {
            one_of("option", "AlwaysLive FreshAt FreshEvery SiteDefault").check(option)?;
        }
        if let Some(config) = body.child("dataAccelerationConfig") {
            // `accelerateNow` is part of requests only.
            config.flag("accelerateNow")?;
            let known = before.and_then(|before| before.child("dataAccelerationConfig"));
            let known = known.and_then(|known| known.attr("accelerationEnabled")) == Some("true");
            let enabled = config.flag("accelerationEnabled")?.unwrap_or(known);
            let config = Element::new("dataAccelerationConfig");
            record.set_child(config.with("accelerationEnabled", enabled));
        }
        content::relocate::<Workbook>(record, before, body, site, ctx)
    }

    fn is_visible(record: &Record, _: &Site, ctx: &Context) -> bool {
        content::is_workbook_visible(record, ctx)
    }

    fn may_hide(site: &Site, ctx: &Context) -> bool {
        content::hides_workbooks(site, ctx)
    }
}

impl Publishes for Workbook {
    const FORMAT: FileFormat = FileFormat {
        parameter: Some("workbookType"),
        part: "tableau_workbook",
        extensions: &["twb", "twbx"],
        wrong: "400020",
        job: Some("PublishWorkbook"),
        has_sibling_connections: false,
    };

    fn sample_file(record: &Record, site: &Site) -> (&'static str, Vec<u8>) {
        let views = views::of_workbook(site, &record.id);
        let sheets = views.iter().map(|view| (view.name(), view.attr("sheetType")));
        let file = files::twb(record.name(), sheets);
        match record.flag("hasExtracts") {
            true => ("twbx", files::with_extract("workbook.twb", &file)),
            false => ("twb", file),
        }
    }

    fn destination(body: &Element, site: &Site, ctx: &Context) -> Result<Option<String>> {
        content::publish_destination::<Workbook>(body, site, ctx)
    }

    fn fill(record: &mut Record, publication: &Publication, site: &mut Site) -> Result<()> {
        if record.attr("contentUrl").is_empty() {
            record.set("contentUrl", content::free_url::<Workbook>(record.name(), site));
        }
        record.set("showTabs", false);
        record.set("size", publication.megabytes());
        record.set("encryptExtracts", record.flag("encryptExtracts"));
        let inside = publication.inside.as_ref();
        record.set("hasExtracts", inside.is_some_and(|inside| inside.has_extracts));
        record.apply(Self::SCHEMA, &publication.body, Version::NEWEST, false)?;
        views::publish(publication, site, &record.id)
    }
}

fn get(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let (site, id) = (state.site(ctx)?, ctx.param(0));
    let is_named = |workbook: &Cow<'_, Record>| {
        workbook.attr("contentUrl") == id && content::is_workbook_visible(workbook, ctx)
    };
    let workbook = match ctx.query("key") {
        Some("contentUrl") => {
            site.iter::<Workbook>().find(is_named).ok_or_else(|| WORKBOOK.missing(id))?
        }
        _ => site.get::<Workbook>(id)?,
    };
    Ok(Response::one(Workbook::full_element(&workbook, site, ctx)))
}

/// The features of all workbooks here, and the version of Tableau that introduced each.
const FEATURES: [(&str, (u16, u16)); 3] =
    [("DynamicParameters", (2020, 1)), ("SetControl", (2020, 2)), ("MapLayers", (2020, 4))];

fn downgrade(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    state.site(ctx)?.get::<Workbook>(ctx.param(0))?;
    let text = ctx.query("productVersion").unwrap_or_default();
    let number = |text: &str| text.parse::<u16>().ok();
    let version = text.split_once('.').and_then(|(year, n)| Some((number(year)?, number(n)?)));
    let version = version.ok_or_else(|| {
        let detail = format!("'{text}' is not a version of Tableau such as 2018.3.");
        ApiError::bad("400003", detail)
    })?;
    let lost = FEATURES.iter().filter(|(_, since)| version < *since).map(|(name, _)| {
        Element::new("downgradedFeature").with("name", name).with("severity", "Warning")
    });
    Ok(Response::one(Element::list("downgradeInfo", lost)))
}

/// `<views>` of a workbook, without the hidden ones.
fn view_list(workbook: &Record, site: &Site, usage: bool) -> Element {
    let views = views::of_workbook(site, &workbook.id);
    let shown = views.iter().filter(|view| !view.flag("hidden"));
    let element = |view: &Cow<'_, Record>| {
        View::brief(view, site).containing(usage.then(|| View::usage(view)))
    };
    Element::list("views", shown.map(element))
}

fn list_views(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let usage = ctx.flag("includeUsageStatistics")?;
    let site = state.site(ctx)?;
    let workbook = site.get::<Workbook>(ctx.param(0))?;
    Ok(Response::one(view_list(&workbook, site, usage)))
}

/// The thumbnails of the mock server do not change.
fn refresh_thumbnails(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let job =
        extracts::start::<Workbook>(state, ctx, "RefreshThumbnails", |_, _| Ok(Report::default()))?;
    Ok(Response::with_status(202, job))
}
