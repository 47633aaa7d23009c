use super::*;
use crate::ErrorKind;

const MINUTE: Duration = Duration::from_secs(60);

fn sent(add: impl FnOnce(Request<'static>) -> Result<Request<'static>>) -> String {
    let request = add(Request::raw(crate::operation::Method::Get, "/x")).unwrap();
    request.path_and_query().unwrap().trim_start_matches("/x").to_owned()
}

fn error_of(add: impl FnOnce(Request<'static>) -> Result<Request<'static>>) -> String {
    let error = add(Request::raw(crate::operation::Method::Get, "/x")).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Input);
    error.to_string()
}

#[test]
fn sends_nothing_by_default() {
    assert_eq!(sent(|r| CsvExport::new().add_to(r)), "");
    assert_eq!(sent(|r| ExcelExport::new().add_to(r)), "");
    assert_eq!(sent(|r| PowerPointExport::new().add_to(r)), "");
}

#[test]
fn sends_options_in_order() {
    let image = ImageExport::new()
        .size(20, 10)
        .resolution(Resolution::High)
        .format(ImageFormat::Svg)
        .parameter("vf_Parameters.P 1", "x")
        .filter("a", ["b"])
        .language("de")
        .max_age(MINUTE + MINUTE / 2);
    assert_eq!(
        sent(|r| image.add_to(r)),
        "?maxAge=1&language=de&vf_a=b&vf_Parameters.P%201=x&vizHeight=10&vizWidth=20\
         &resolution=high&format=SVG"
    );
    let request =
        image.add_to(Request::raw(crate::operation::Method::Get, "/x").since(2, 5)).unwrap();
    assert_eq!(request.needs(), Some(crate::ApiVersion::new(3, 29)));
    let pdf = PdfExport::new().page_type(PageType::A4).orientation(Orientation::Landscape);
    assert_eq!(sent(|r| pdf.add_to(r)), "?type=a4&orientation=landscape");
    assert!(!pdf.is_filtered() && pdf.all("a").is_filtered());
}

#[test]
fn escapes_values_of_view_filters() {
    let csv = CsvExport::new()
        .filter("Region & Co", ["East, North", r"a\b", "1+2 é"])
        .all("Year")
        .parameter("Parameters.P", "a,b");
    assert_eq!(
        sent(|r| csv.add_to(r)),
        "?vf_Region%20%26%20Co=East%5C,%20North,a%5C%5Cb,1%2B2%20%C3%A9\
         &vf_Year=&vf_Parameters.P=a%5C,b"
    );
}

#[test]
fn last_filter_on_a_field_applies() {
    let csv = CsvExport::new().filter("a", ["1"]).filter("b", ["2"]).filter("a", ["3"]);
    assert_eq!(sent(|r| csv.add_to(r)), "?vf_a=3&vf_b=2");
}

#[test]
fn names_the_option_that_is_invalid() {
    let none: [&str; 0] = [];
    assert!(error_of(|r| CsvExport::new().filter("Year", none).add_to(r)).contains("\"Year\""));
    assert!(error_of(|r| CsvExport::new().filter("Year", ["1", ""]).add_to(r)).contains("empty"));
    assert!(error_of(|r| CsvExport::new().all("").add_to(r)).contains("no name"));
    assert!(error_of(|r| PdfExport::new().max_age(MINUTE / 2).add_to(r)).contains("minute"));
    assert!(error_of(|r| PdfExport::new().size(0, 10).add_to(r)).contains("0 by 10"));
    for age in [241 * MINUTE, 24 * 60 * MINUTE, Duration::MAX] {
        assert!(error_of(|r| CsvExport::new().max_age(age).add_to(r)).contains("at most 240"));
    }
    for (age, minutes) in [(240 * MINUTE, 240), (241 * MINUTE - MINUTE / 60, 240), (MINUTE, 1)] {
        let expected = format!("?maxAge={minutes}");
        assert_eq!(sent(|r| ExcelExport::new().max_age(age).add_to(r)), expected);
    }
}

#[test]
fn rejects_view_filters_with_different_numbers_of_values() {
    let years = CsvExport::new().filter("Year", ["2025", "2026"]);
    for filters in [
        years.clone().filter("Region", ["East"]),
        years.clone().filter("Region", ["East", "West", "North"]),
        years.clone().filter("Region", ["East", "West"]).filter("State", ["Ohio"]),
    ] {
        let why = error_of(|r| filters.add_to(r));
        assert!(why.contains("\"Year\" has 2 values") && why.contains("by position"), "{why}");
    }
    for filters in [
        years.clone().filter("Region", ["East", "West"]),
        years.clone().all("Region").parameter("P", "x"),
        years.clone().filter("Region", ["East"]).filter("Region", ["East", "West"]),
    ] {
        sent(|r| filters.add_to(r));
    }
}
