//! What a view is rendered with before it is exported: view filters, parameters, age, size, paper.

use std::time::Duration;

use crate::http::Request;
use crate::xml::string_enum;
use crate::{Error, Result};

/// View filters, parameters and the age of what the server may reuse: what every export takes.
#[derive(Clone, Debug, Default)]
struct Common {
    max_age: Option<Duration>,
    language: Option<String>,
    filters: Vec<Setting>,
    parameters: Vec<Setting>,
}

/// A view filter or a parameter, its value as the server reads it, or why there is none.
#[derive(Clone, Debug)]
struct Setting {
    name: String,
    value: Result<String, String>,
}

impl Common {
    fn set(settings: &mut Vec<Setting>, name: String, value: Result<String, String>) {
        match settings.iter_mut().find(|setting| setting.name == name) {
            Some(setting) => setting.value = value,
            None => settings.push(Setting { name, value }),
        }
    }

    fn filter(&mut self, name: String, values: Vec<String>) {
        let value = match &values[..] {
            [] => Err("has no value at all".to_owned()),
            _ => values
                .iter()
                .map(|value| match value.as_str() {
                    // An empty value stands for all of them.
                    "" => {
                        Err("has an empty value, which the server cannot be asked for".to_owned())
                    }
                    value => Ok(escape(value)),
                })
                .collect::<Result<Vec<_>, _>>()
                .map(|values| values.join(",")),
        };
        Common::set(&mut self.filters, name, value);
    }

    fn parameter(&mut self, name: String, value: String) {
        let name = name.strip_prefix("vf_").unwrap_or(&name);
        let name = name.strip_prefix("Parameters.").unwrap_or(name).to_owned();
        Common::set(&mut self.parameters, name, Ok(escape(&value)));
    }

    fn add<'b>(&self, mut request: Request<'b>) -> Result<Request<'b>> {
        if let Some(age) = self.max_age {
            // In whole minutes, and never an older answer than was asked for.
            let minutes = age.as_secs() / 60;
            if minutes == 0 {
                return Err(Error::input(format!(
                    "a maximal age of {age:?} is less than a minute, the least that there is"
                )));
            }
            request = request.query("maxAge", minutes.to_string());
        }
        if let Some(language) = &self.language {
            request = request.query("language", language.as_str());
        }
        for (prefix, what, settings) in [
            ("vf_", "view filter", &self.filters),
            ("vf_Parameters.", "parameter", &self.parameters),
        ] {
            for Setting { name, value } in settings {
                if name.is_empty() {
                    return Err(Error::input(format!("a {what} has no name")));
                }
                let value = value
                    .as_deref()
                    .map_err(|why| Error::input(format!("the {what} {name:?} {why}")))?;
                request = request.query(format!("{prefix}{name}"), value);
            }
        }
        Ok(request)
    }
}

/// A comma separates values and a backslash takes the next character as it is; percent-encoding,
/// which comes on top, protects neither.
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace(',', "\\,")
}

/// Width and height of the picture, in pixels.
#[derive(Clone, Copy, Debug)]
struct Size(u32, u32);

impl Size {
    fn add(self, request: Request<'_>) -> Result<Request<'_>> {
        let Size(width, height) = self;
        if width == 0 || height == 0 {
            return Err(Error::input(format!("a size of {width} by {height} pixels is no size")));
        }
        Ok(request.query("vizHeight", height.to_string()).query("vizWidth", width.to_string()))
    }
}

string_enum! {
    /// How finely an image is drawn.
    pub enum Resolution {
        /// Twice as many pixels each way as the server draws unasked.
        High = "high",
    }
}

string_enum! {
    /// The file format of an image.
    pub enum ImageFormat {
        /// Pixels, the server's default.
        Png = "PNG",
        /// Vectors. API 3.29.
        Svg = "SVG",
    }
}

string_enum! {
    /// The paper of a PDF.
    pub enum PageType {
        /// 297 mm by 420 mm.
        A3 = "a3",
        /// 210 mm by 297 mm.
        A4 = "a4",
        /// 148 mm by 210 mm.
        A5 = "a5",
        /// 250 mm by 353 mm.
        B4 = "b4",
        /// 176 mm by 250 mm.
        B5 = "b5",
        /// 7¼ by 10½ inches.
        Executive = "executive",
        /// 8½ by 13 inches.
        Folio = "folio",
        /// 11 by 17 inches, upright.
        Ledger = "ledger",
        /// 8½ by 14 inches.
        Legal = "legal",
        /// 8½ by 11 inches.
        Letter = "letter",
        /// 8½ by 10⅚ inches.
        Note = "note",
        /// 215 mm by 275 mm.
        Quarto = "quarto",
        /// 11 by 17 inches.
        Tabloid = "tabloid",
        /// As large as the view.
        Unspecified = "unspecified",
    }
}

string_enum! {
    /// How the paper of a PDF lies.
    pub enum Orientation {
        /// Upright.
        Portrait = "portrait",
        /// On its side.
        Landscape = "landscape",
    }
}

/// Declares the options of one kind of export.
macro_rules! export {
    (
        $(#[$doc:meta])* $Name:ident { $($common:ident)? }
        $( $(#[$sdoc:meta])* $field:ident: $Type:ty = $how:tt; )*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        #[must_use = "nothing is exported until a room is given it"]
        pub struct $Name {
            common: Common,
            $( $field: Option<$Type>, )*
        }

        impl $Name {
            /// As the server does it unasked.
            pub fn new() -> $Name {
                $Name::default()
            }

            /// How old an answer the server may reuse, in whole minutes of at least one; what is
            /// left over is dropped. Default: the server's cache, as it is set up.
            pub fn max_age(mut self, age: Duration) -> $Name {
                self.common.max_age = Some(age);
                self
            }

            $( export!(@$common $Name); )?
            $( export!(@set $field $Type = $how [$(#[$sdoc])*] $Name); )*

            /// Adds the options to a request's query.
            pub(crate) fn add<'b>(&self, request: Request<'b>) -> Result<Request<'b>> {
                let request = self.common.add(request)?;
                $( let request = match &self.$field {
                    Some(value) => export!(@add request value $how),
                    None => request,
                }; )*
                Ok(request)
            }
        }
    };
    (@view $Name:ident) => {
        /// Shows only what has one of these values in a field of the view, as a filter on the view
        /// itself would. Values are compared whole: no wildcards, no ranges; a flag is `true` or
        /// `false`. Commas and backslashes in them are escaped. The last filter on a field counts.
        ///
        /// An empty value, or none at all, is an [`Input`](crate::ErrorKind::Input) error when the
        /// export is asked for; see [`all`](Self::all).
        pub fn filter<V: Into<String>>(
            mut self,
            field: impl Into<String>,
            values: impl IntoIterator<Item = V>,
        ) -> $Name {
            self.common.filter(field.into(), values.into_iter().map(Into::into).collect());
            self
        }

        /// Shows all values of a field, whatever the view's own filter on it says.
        pub fn all(mut self, field: impl Into<String>) -> $Name {
            Common::set(&mut self.common.filters, field.into(), Ok(String::new()));
            self
        }

        /// Sets a parameter of the view. A name that begins with `Parameters.`, as addresses in
        /// the browser have it, is the same one.
        pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> $Name {
            self.common.parameter(name.into(), value.into());
            self
        }

        /// The language of what is rendered: `de`, `pt_BR`. Default: the user's.
        pub fn language(mut self, language: impl Into<String>) -> $Name {
            self.common.language = Some(language.into());
            self
        }
    };
    (@set $field:ident $Type:ty = size [$(#[$doc:meta])*] $Name:ident) => {
        $(#[$doc])*
        pub fn $field(mut self, width: u32, height: u32) -> $Name {
            self.$field = Some(Size(width, height));
            self
        }
    };
    (@set $field:ident $Type:ty = $how:tt [$(#[$doc:meta])*] $Name:ident) => {
        $(#[$doc])*
        pub fn $field(mut self, value: impl Into<$Type>) -> $Name {
            self.$field = Some(value.into());
            self
        }
    };
    (@add $request:ident $value:ident size) => { $value.add($request)? };
    (@add $request:ident $value:ident ($name:literal)) => {
        $request.query($name, $value.as_str())
    };
    (@add $request:ident $value:ident ($name:literal since $major:literal $minor:literal)) => {
        $request.query($name, $value.as_str()).since($major, $minor)
    };
}

export! {
    /// How a view's data is exported as CSV.
    ///
    /// REST: [Query View Data](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_view_data), API 2.7.
    CsvExport { view }
}

export! {
    /// How a view's crosstab is exported as an Excel workbook.
    ///
    /// REST: [Download View Crosstab Excel](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_view_crosstab_excel), API 3.8.
    ExcelExport { view }
}

export! {
    /// How a view is exported as an image.
    ///
    /// REST: [Query View Image](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_view_image), API 2.5.
    ImageExport { view }
    /// Width and height in pixels. Default: the view's own. API 3.23 for published views.
    size: Size = size;
    /// How finely it is drawn. Default: as on a screen.
    resolution: Resolution = ("resolution");
    /// The file format. Default: PNG. API 3.29.
    format: ImageFormat = ("format" since 3 29);
}

export! {
    /// How a view or a workbook is exported as PDF.
    ///
    /// REST: [Query View PDF](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_view_pdf), API 2.7.
    PdfExport { view }
    /// Width and height in pixels of what is put on the page. Default: the view's own.
    size: Size = size;
    /// The paper. Default: legal.
    page_type: PageType = ("type");
    /// How the paper lies. Default: portrait.
    orientation: Orientation = ("orientation");
}

export! {
    /// How a workbook is exported as a PowerPoint presentation.
    ///
    /// REST: [Download Workbook PowerPoint](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_workbook_powerpoint), API 3.8.
    PowerPointExport {}
}

impl ImageExport {
    /// Whether it has a size of its own, which for published views needs API 3.23.
    pub(crate) fn is_sized(&self) -> bool {
        self.size.is_some()
    }
}

impl PdfExport {
    /// Whether the export is filtered, which for whole workbooks needs API 3.23.
    pub(crate) fn is_filtered(&self) -> bool {
        !(self.common.filters.is_empty() && self.common.parameters.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    const MINUTE: Duration = Duration::from_secs(60);

    fn sent(add: impl FnOnce(Request<'static>) -> Result<Request<'static>>) -> String {
        let request = add(Request::get("/x")).unwrap();
        request.path_and_query().unwrap().trim_start_matches("/x").to_owned()
    }

    fn refused(add: impl FnOnce(Request<'static>) -> Result<Request<'static>>) -> String {
        let error = add(Request::get("/x")).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Input);
        error.to_string()
    }

    #[test]
    fn nothing_asked_sends_nothing() {
        assert_eq!(sent(|r| CsvExport::new().add(r)), "");
        assert_eq!(sent(|r| ExcelExport::new().add(r)), "");
        assert_eq!(sent(|r| PowerPointExport::new().add(r)), "");
    }

    #[test]
    fn everything_in_order() {
        let image = ImageExport::new()
            .size(20, 10)
            .resolution(Resolution::High)
            .format(ImageFormat::Svg)
            .parameter("vf_Parameters.P 1", "x")
            .filter("a", ["b"])
            .language("de")
            .max_age(MINUTE + MINUTE / 2);
        assert_eq!(
            sent(|r| image.add(r)),
            "?maxAge=1&language=de&vf_a=b&vf_Parameters.P%201=x&vizHeight=10&vizWidth=20\
             &resolution=high&format=SVG"
        );
        let request = image.add(Request::get("/x").since(2, 5)).unwrap();
        assert_eq!(request.needs(), Some(crate::ApiVersion::new(3, 29)));
        let pdf = PdfExport::new().page_type(PageType::A4).orientation(Orientation::Landscape);
        assert_eq!(sent(|r| pdf.add(r)), "?type=a4&orientation=landscape");
        assert!(!pdf.is_filtered() && pdf.all("a").is_filtered());
    }

    #[test]
    fn values_of_view_filters_are_escaped() {
        let csv = CsvExport::new()
            .filter("Region & Co", ["East, North", r"a\b", "1+2 é"])
            .all("Year")
            .parameter("Parameters.P", "a,b");
        assert_eq!(
            sent(|r| csv.add(r)),
            "?vf_Region%20%26%20Co=East%5C,%20North,a%5C%5Cb,1%2B2%20%C3%A9\
             &vf_Year=&vf_Parameters.P=a%5C,b"
        );
    }

    #[test]
    fn the_last_filter_on_a_field_counts() {
        let csv = CsvExport::new().filter("a", ["1"]).filter("b", ["2"]).filter("a", ["3"]);
        assert_eq!(sent(|r| csv.add(r)), "?vf_a=3&vf_b=2");
    }

    #[test]
    fn what_the_server_cannot_be_asked_for_is_named() {
        let none: [&str; 0] = [];
        assert!(refused(|r| CsvExport::new().filter("Year", none).add(r)).contains("\"Year\""));
        assert!(refused(|r| CsvExport::new().filter("Year", ["1", ""]).add(r)).contains("empty"));
        assert!(refused(|r| CsvExport::new().all("").add(r)).contains("no name"));
        assert!(refused(|r| PdfExport::new().max_age(MINUTE / 2).add(r)).contains("minute"));
        assert!(refused(|r| PdfExport::new().size(0, 10).add(r)).contains("0 by 10"));
    }
}
