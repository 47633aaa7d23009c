use std::time::Duration;

use tableau_server_client as tsc;
use tsc::{ErrorKind, ViewId, views};
use tsc::export::{CsvExport, ExcelExport, ImageExport, ImageFormat, Orientation, PageType, PdfExport, Resolution};

use super::golden::{Goldens, every};
use super::shared;

fn id() -> ViewId {
    "v-1".into()
}

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/views?pageNumber=1&pageSize=1000"],
        |s| every(s.views().list()),
    );
    for name in ["get", "all"] {
        g.same(name, |s| every(s.views().list()));
    }
    g.same("get.usage", |s| every(s.views().list_with_usage()));
    g.same("filter", |s| {
        every(s.views().list().filter(tsc::Filter::raw("name:eq:Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.views().list().sort(views::CREATED_AT.desc());
        every(list.sort(views::NAME.asc()).page_size(100))
    });
    g.same("paginate", |s| every(s.views().list().page_size(7)));
    g.same("only_fields", |s| every(s.views().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.views().list().fields(["_default_", "name"]).page_size(100)));
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/views?filter=name:eq:Overview&pageNumber=1&pageSize=100"],
        |s| every(s.views().list().filter(views::NAME.eq("Overview")).page_size(100)),
    );
    g.same("get_by_id", |s| s.views().get(id()));
    g.same("get_by_id.usage", |s| s.views().get_with_usage(id()));
    g.same("delete", |s| s.views().delete(id()));
    // TSC's update of a view only changes its tags.
    g.same("update", |s| s.tags(&id()).add(["x y"]));
    shared::permissions(g, &id());
    shared::tags(g, &id());
    exports(g);
}

fn exports(g: &mut Goldens) {
    let minutes = |n: u64| Duration::from_secs(n * 60);
    g.same("populate_preview_image", |s| s.views().preview_image("w-1", id()).to_bytes());
    g.same("populate_image", |s| s.views().image(id(), ImageExport::new()).to_bytes());
    g.differs(
        "populate_image.options",
        "commas-in-view-filters",
        &["GET ~/views/v-1/image?maxAge=5&resolution=high&vf_Parameters.Rate=10%&vf_Region=R&D\\, east&vizHeight=600&vizWidth=800"],
        |s| {
            let options = ImageExport::new().resolution(Resolution::High).max_age(minutes(5));
            let options = options.size(800, 600).filter("Region", ["R&D, east"]);
            s.views().image(id(), options.parameter("Rate", "10%")).to_bytes()
        },
    );
    g.same("populate_image.svg", |s| {
        s.views().image(id(), ImageExport::new().format(ImageFormat::Svg)).to_bytes()
    });
    // A size has width and height.
    g.not_applicable(&["populate_image.height_without_width"]);
    g.differs_in_all("populate_image.fresh", "ages-are-minutes", &[], |s| {
        let options = ImageExport::new().max_age(Duration::ZERO);
        let error = s.views().image(id(), options).to_bytes().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        tsc::Result::<()>::Err(error)
    });
    g.same("populate_pdf", |s| s.views().pdf(id(), PdfExport::new()).to_bytes());
    g.same("populate_pdf.options", |s| {
        let options =
            PdfExport::new().page_type(PageType::Letter).orientation(Orientation::Portrait);
        s.views().pdf(id(), options.max_age(minutes(5)).size(800, 600)).to_bytes()
    });
    g.same("populate_csv", |s| s.views().csv(id(), CsvExport::new()).to_bytes());
    g.same("populate_csv.options", |s| {
        let options = CsvExport::new().max_age(minutes(1)).filter("Region", ["west"]);
        s.views().csv(id(), options).to_bytes()
    });
    g.same("populate_excel", |s| s.views().excel(id(), ExcelExport::new()).to_bytes());
    g.same("populate_excel.options", |s| {
        let options = ExcelExport::new().max_age(minutes(1)).filter("Region", ["west"]);
        s.views().excel(id(), options).to_bytes()
    });
}
