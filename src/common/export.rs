//! Options of exports: view filters, parameters, maximum age, size, paper.

use std::time::Duration;

use crate::http::Request;
use crate::xml::string_enum;
use crate::{Error, Result};

/// The longest maximum age that the server accepts, in minutes.
const MAX_AGE: u64 = 240;

/// Options of an export.
pub(crate) trait Export {
    /// Adds the options to the query of a request.
    fn add_to<'b>(&self, request: Request<'b>) -> Result<Request<'b>>;
}

/// The options that all exports have: view filters, parameters, maximum age and language.
#[derive(Clone, Debug, Default)]
struct CommonOptions {
    max_age: Option<Duration>,
    language: Option<String>,
    filters: Vec<Setting>,
    parameters: Vec<Setting>,
}

/// The value of a view filter or a parameter as it is sent, or why it cannot be sent.
#[derive(Clone, Debug)]
struct Setting {
    name: String,
    value: Result<String, &'static str>,
    /// The number of values; 0 for all values.
    count: usize,
}

impl CommonOptions {
    #[inline]
    fn set(settings: &mut Vec<Setting>, new: Setting) {
        match settings.iter_mut().find(|setting| setting.name == new.name) {
            Some(setting) => *setting = new,
            None => settings.push(new),
        }
    }

    /// Checks that all filters have the same number of values, since the server combines the values by
    /// position: the first of each filter, the second of each, and so on.
    #[inline]
    fn check_counts(&self) -> Result<()> {
        let mut counted = self.filters.iter().filter(|filter| filter.count > 0);
        let first = counted.next();
        match counted.find(|other| first.is_some_and(|first| first.count != other.count)) {
            Some(other) => {
                let (name, count) = first.map_or(("", 0), |first| (&first.name, first.count));
                Err(Error::input(format!(
                    "the view filter {name:?} has {count} values and {:?} has {}, but the server \
                     combines the values of several filters by position: give each filter the same \
                     number of values, and repeat values for all combinations",
                    other.name, other.count
                )))
            }
            None => Ok(()),
        }
    }

    #[inline]
    fn filter(&mut self, name: String, values: &[String]) {
        let value = match values {
            [] => Err("it has no values"),
            // The server would treat an empty value as all values.
            _ if values.iter().any(String::is_empty) => Err("it has an empty value"),
            _ => Ok(values.iter().map(|value| escape(value)).collect::<Vec<_>>().join(",")),
        };
        CommonOptions::set(&mut self.filters, Setting { name, value, count: values.len() });
    }

    #[inline]
    fn parameter(&mut self, name: &str, value: &str) {
        let name = name.strip_prefix("vf_").unwrap_or(name);
        let name = name.strip_prefix("Parameters.").unwrap_or(name).to_owned();
        let setting = Setting { name, value: Ok(escape(value)), count: 1 };
        CommonOptions::set(&mut self.parameters, setting);
    }
}

impl Export for CommonOptions {
    #[inline]
    fn add_to<'b>(&self, mut request: Request<'b>) -> Result<Request<'b>> {
        if let Some(age) = self.max_age {
            // Rounded down, because an older result would exceed the limit.
            let minutes = age.as_secs() / 60;
            if !(1..=MAX_AGE).contains(&minutes) {
                return Err(Error::input(format!(
                    "invalid maximum age {age:?}: must be at least one minute and at most {MAX_AGE}"
                )));
            }
            request = request.query("maxAge", minutes.to_string());
        }
        self.check_counts()?;
        if let Some(language) = &self.language {
            request = request.query("language", language);
        }
        for (prefix, what, settings) in [
            ("vf_", "view filter", &self.filters),
            ("vf_Parameters.", "parameter", &self.parameters),
        ] {
            for Setting { name, value, .. } in settings {
                if name.is_empty() {
                    return Err(Error::input(format!("a {what} has no name")));
                }
                let invalid = |why| Error::input(format!("invalid {what} {name:?}: {why}"));
                let value = value.as_deref().map_err(invalid)?;
                request = request.query(format!("{prefix}{name}"), value);
            }
        }
        Ok(request)
    }
}

/// Escapes a value of a view filter, in which a comma separates values and a backslash escapes the next
/// character. Percent-encoding, which is applied afterwards, escapes neither.
#[inline]
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace(',', "\\,")
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug)]
struct Size(u32, u32);

impl Size {
    #[inline]
    fn add_to(self, request: Request<'_>) -> Result<Request<'_>> {
        let Size(width, height) = self;
        if width == 0 || height == 0 {
            return Err(Error::input(format!(
                "invalid size {width} by {height}: width and height must be at least 1 pixel"
            )));
        }
        Ok(request.query("vizHeight", height.to_string()).query("vizWidth", width.to_string()))
    }
}

string_enum! {
    /// The resolution of an image.
    pub enum Resolution {
        /// Twice the default number of pixels in each direction.
        High = "high",
    }
}

string_enum! {
    /// The file format of an image.
    pub enum ImageFormat {
        /// A raster image, the default.
        Png = "PNG",
        /// A vector image. API 3.29.
        Svg = "SVG",
    }
}

string_enum! {
    /// The paper size of a PDF.
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
        /// 11 by 17 inches, as `Tabloid`.
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
        /// The size of the view.
        Unspecified = "unspecified",
    }
}

string_enum! {
    /// The orientation of the pages of a PDF.
    pub enum Orientation {
        /// Portrait.
        Portrait = "portrait",
        /// Landscape.
        Landscape = "landscape",
    }
}

/// Declares the options of one kind of export. `{ view }` adds the options that all exports of
/// views have.
macro_rules! export {
    (
        $(#[$doc:meta])* $Name:ident { $($common:ident)? }
        $( $(#[$sdoc:meta])* $field:ident: $Type:ty = $how:tt; )*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        #[must_use = "nothing is exported until it is passed to a method of a resource"]
        pub struct $Name {
            common: CommonOptions,
            $( $field: Option<$Type>, )*
        }

        impl $Name {
            /// The default options.
            #[inline]
            pub fn new() -> $Name {
                $Name::default()
            }

            /// Maximum age of a cached result that the server may return: from one to 240 minutes,
            /// rounded down to whole minutes. Default: set by the server.
            #[inline]
            pub fn max_age(mut self, age: Duration) -> $Name {
                self.common.max_age = Some(age);
                self
            }

            $( export!(@$common $Name); )?
            $( export!(@set $field $Type = $how [$(#[$sdoc])*] $Name); )*
        }

        impl Export for $Name {
            #[inline]
            fn add_to<'b>(&self, request: Request<'b>) -> Result<Request<'b>> {
                let request = self.common.add_to(request)?;
                $( let request = match &self.$field {
                    Some(value) => export!(@add request value $how),
                    None => request,
                }; )*
                Ok(request)
            }
        }
    };
    (@view $Name:ident) => {
        /// Shows only data with one of these values in a field of the view, like a filter in the
        /// view itself. Values are compared whole, without wildcards and ranges; a boolean value is
        /// `true` or `false`. Commas and backslashes in values are escaped. If several filters are
        /// on the same field, the last one applies.
        ///
        /// The server combines the values of several filters by position: the years 2025 and 2026
        /// with the regions East and West select East in 2025 and West in 2026. Filters with
        /// different numbers of values are an [`Input`](crate::ErrorKind::Input) error when the
        /// export starts.
        ///
        /// An empty value, or no value, is an [`Input`](crate::ErrorKind::Input) error when the export
        /// starts; see [`all`](Self::all).
        pub fn filter<V: Into<String>>(
            mut self,
            field: impl Into<String>,
            values: impl IntoIterator<Item = V>,
        ) -> $Name {
            let values: Vec<String> = values.into_iter().map(V::into).collect();
            self.common.filter(field.into(), &values);
            self
        }

        /// Shows all values of a field, even if the view itself has a filter on it.
        pub fn all(mut self, field: impl Into<String>) -> $Name {
            let setting = Setting { name: field.into(), value: Ok(String::new()), count: 0 };
            CommonOptions::set(&mut self.common.filters, setting);
            self
        }

        /// Sets a parameter of the view. The prefix `Parameters.`, as in the address of a view in a
        /// browser, may be included.
        pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> $Name {
            self.common.parameter(&name.into(), &value.into());
            self
        }

        /// Language of the export: `de`, `pt_BR`. Default: the user's language.
        pub fn language(mut self, language: impl Into<String>) -> $Name {
            self.common.language = Some(language.into());
            self
        }
    };
    (@set $field:ident $Type:ty = size [$(#[$doc:meta])*] $Name:ident) => {
        $(#[$doc])*
        #[inline]
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
    (@add $request:ident $value:ident size) => { $value.add_to($request)? };
    (@add $request:ident $value:ident ($name:literal $(since $major:literal $minor:literal)?)) => {
        $request.query($name, $value.as_str())$(.since($major, $minor))?
    };
}

export! {
    /// Options for exporting the data of a view as CSV; see [`Views::csv`](crate::views::Views::csv).
    CsvExport { view }
}

export! {
    /// Options for exporting the crosstab of a view as an Excel workbook; see
    /// [`Views::excel`](crate::views::Views::excel).
    ExcelExport { view }
}

export! {
    /// Options for exporting a view as an image; see [`Views::image`](crate::views::Views::image).
    ImageExport { view }
    /// Width and height in pixels. Default: the size of the view. API 3.23 for published views.
    size: Size = size;
    /// Resolution of the image. Default: that of a screen.
    resolution: Resolution = ("resolution");
    /// File format. Default: PNG. API 3.29.
    format: ImageFormat = ("format" since 3 29);
}

export! {
    /// Options for exporting a view or a workbook as PDF; see
    /// [`Views::pdf`](crate::views::Views::pdf) and
    /// [`Workbooks::pdf`](crate::workbooks::Workbooks::pdf).
    PdfExport { view }
    /// Width and height of the view on the page, in pixels. Default: the size of the view.
    size: Size = size;
    /// Paper size. Default: legal.
    page_type: PageType = ("type");
    /// Orientation of the pages. Default: portrait.
    orientation: Orientation = ("orientation");
}

export! {
    /// Options for exporting a workbook as a PowerPoint presentation; see
    /// [`Workbooks::powerpoint`](crate::workbooks::Workbooks::powerpoint).
    PowerPointExport {}
}

impl ImageExport {
    #[inline]
    pub(crate) fn has_size(&self) -> bool {
        self.size.is_some()
    }
}

impl PdfExport {
    #[inline]
    pub(crate) fn is_filtered(&self) -> bool {
        !(self.common.filters.is_empty() && self.common.parameters.is_empty())
    }
}

#[cfg(test)]
mod tests;
