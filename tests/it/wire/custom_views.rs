use std::time::Duration;

use tableau_server_client as tsc;
use tsc::{CustomViewId, Filter, Sort, Source};
use tsc::custom_views::CustomViewUpdate;
use tsc::export::{CsvExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport, Resolution};

use super::golden::{Goldens, every};

fn id() -> CustomViewId {
    "cv-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/customviews?pageNumber=1&pageSize=1000"],
        |s| every(s.custom_views().list()),
    );
    for name in ["get", "all"] {
        g.same(name, |s| every(s.custom_views().list()));
    }
    g.same("filter", |s| {
        let list = s.custom_views().list().filter(Filter::raw("name:eq:Super & Store"));
        every(list.page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.custom_views().list().sort(Sort::raw("createdAt:desc"));
        every(list.sort(Sort::raw("name:asc")).page_size(100))
    });
    g.same("paginate", |s| every(s.custom_views().list().page_size(7)));
    g.same("only_fields", |s| every(s.custom_views().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| {
        every(s.custom_views().list().fields(["_default_", "name"]).page_size(100))
    });
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/customviews?filter=name:eq:Mine&pageNumber=1&pageSize=100"],
        |s| every(s.custom_views().list().filter(Filter::raw("name:eq:Mine")).page_size(100)),
    );
    g.same("get_by_id", |s| s.custom_views().get(id()));
    g.same("update.name", |s| {
        s.custom_views().update(id(), CustomViewUpdate::new().name("Best <ever>"))
    });
    g.same("update.every", |s| {
        s.custom_views().update(id(), CustomViewUpdate::new().name("Best").owner("u-2"))
    });
    // Whether a custom view is shared cannot be changed: TSC accepts the change and does not send
    // it.
    g.not_applicable(&["update.shared"]);
    g.same("delete", |s| s.custom_views().delete(id()));
    let minutes = |n: u64| Duration::from_secs(n * 60);
    g.same("populate_image", |s| s.custom_views().image(id(), ImageExport::new()).to_bytes());
    g.same("populate_image.options", |s| {
        let options = ImageExport::new().resolution(Resolution::High).max_age(minutes(10));
        s.custom_views().image(id(), options.format(ImageFormat::Png)).to_bytes()
    });
    g.same("populate_pdf", |s| s.custom_views().pdf(id(), PdfExport::new()).to_bytes());
    g.same("populate_pdf.options", |s| {
        let options = PdfExport::new().page_type(PageType::A5).orientation(Orientation::Landscape);
        s.custom_views().pdf(id(), options.max_age(minutes(5)).size(800, 600)).to_bytes()
    });
    g.same("populate_csv", |s| s.custom_views().csv(id(), CsvExport::new()).to_bytes());
    g.same("populate_csv.options", |s| {
        let options = CsvExport::new().max_age(minutes(1)).filter("Region", ["west"]);
        s.custom_views().csv(id(), options).to_bytes()
    });
    g.same("download", |s| s.custom_views().download(id()).to_bytes());
    let json = &br#"[{"viewName":"Overview", "tcv":"PD94bWwg"}]"#[..];
    let publish = |s: &tsc::Session<'_>, source: Source<'static>, shared| {
        let publish = s.custom_views().publish("w-1", source).name("Mine");
        Ok(publish.owner("u-1").shared(shared).send()?.item)
    };
    g.same("publish", |s| publish(s, Source::bytes("view.json", json), false));
    g.same("publish.shared", |s| publish(s, Source::bytes("view.json", json), true));
    g.same("publish.chunks", |s| {
        let source = Source::bytes("view.json", json).chunk_size(20).chunked_from(1);
        publish(s, source, false)
    });
}
