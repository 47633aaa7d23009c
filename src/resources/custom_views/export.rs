//! Custom views as files: their definition, images, PDF, CSV.

use std::borrow::Borrow;

use super::super::views::IMAGE_FILES;
use super::CustomViews;
use crate::common::{CsvExport, Download, ImageExport, PdfExport};
use crate::ids::CustomViewId;
use crate::operation::operations;

operations! {
    DOWNLOAD = GET "/api/exp/sites/{site}/customviews/{custom-view}/content" since (3, 21)
        scope unknown
        "Download Custom View" "workbooks_and_views.htm#download_custom_view";
    IMAGE = GET "sites/{site}/customviews/{custom-view}/image" since (3, 18)
        scope "tableau:views:download" errors [403162, 404008]
        "Get Custom View Image" "workbooks_and_views.htm#get_custom_view_image";
    PDF = GET "sites/{site}/customviews/{custom-view}/pdf" since (3, 23)
        scope "tableau:views:download" errors [400080, 403032]
        "Get Custom View PDF" "workbooks_and_views.htm#get_custom_view_pdf";
    CSV = GET "sites/{site}/customviews/{custom-view}/data" since (3, 23)
        scope "tableau:views:download" errors [400080, 403032]
        "Get Custom View Data" "workbooks_and_views.htm#get_custom_view_data";
}

impl<'s> CustomViews<'s> {
    /// Downloads the definition of a custom view as JSON, which
    /// [`publish`](CustomViews::publish) accepts.
    #[doc = rest!(DOWNLOAD)]
    pub fn download(&self, id: impl Into<CustomViewId>) -> Download<'s> {
        Download::of_item(self.client, &DOWNLOAD, &id.into(), &[(None, "json")])
    }

    /// Exports a custom view as an image.
    #[doc = rest!(IMAGE)]
    #[doc(alias = "populate_image")]
    pub fn image(
        &self,
        id: impl Into<CustomViewId>,
        options: impl Borrow<ImageExport>,
    ) -> Download<'s> {
        Download::of_item(self.client, &IMAGE, &id.into(), IMAGE_FILES).export(options.borrow())
    }

    /// Exports a custom view as a PDF.
    #[doc = rest!(PDF)]
    #[doc(alias = "populate_pdf")]
    pub fn pdf(
        &self,
        id: impl Into<CustomViewId>,
        options: impl Borrow<PdfExport>,
    ) -> Download<'s> {
        Download::of_item(self.client, &PDF, &id.into(), &[(None, "pdf")]).export(options.borrow())
    }

    /// Exports the summary data of a custom view as CSV.
    #[doc = rest!(CSV)]
    #[doc(alias = "populate_csv")]
    pub fn csv(
        &self,
        id: impl Into<CustomViewId>,
        options: impl Borrow<CsvExport>,
    ) -> Download<'s> {
        Download::of_item(self.client, &CSV, &id.into(), &[(None, "csv")]).export(options.borrow())
    }
}
