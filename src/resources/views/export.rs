//! Views as files: images, PDF, CSV, Excel.

use std::borrow::Borrow;

use super::Views;
use crate::common::{
    CsvExport, Download, ExcelExport, Extensions, ImageExport, Item, Magic, PdfExport,
};
use crate::ids::{ViewId, WorkbookId};
use crate::operation::operations;

operations! {
    IMAGE = GET "sites/{site}/views/{view}/image" since (2, 5) scope "tableau:views:download"
        errors [400010, 403068, 404006, 404011]
        "Query View Image" "workbooks_and_views.htm#query_view_image";
    PDF = GET "sites/{site}/views/{view}/pdf" since (2, 8) scope "tableau:views:download"
        errors [400080, 403032]
        "Query View PDF" "workbooks_and_views.htm#query_view_pdf";
    CSV = GET "sites/{site}/views/{view}/data" since (2, 8) scope "tableau:views:download"
        errors [400080, 403032]
        "Query View Data" "workbooks_and_views.htm#query_view_data";
    EXCEL = GET "sites/{site}/views/{view}/crosstab/excel" since (3, 9)
        scope "tableau:views:download" errors [400101, 400130]
        "Download View Crosstab Excel" "workbooks_and_views.htm#download_view_crosstab_excel";
    PREVIEW_IMAGE = GET "sites/{site}/workbooks/{workbook}/views/{view}/previewImage"
        since (1, 0) scope "tableau:views:download" errors [404006, 404011]
        "Query View Preview Image" "workbooks_and_views.htm#query_view_with_preview";
}

/// The extensions of images of views.
pub(crate) const IMAGE_FILES: Extensions = &[(Some(Magic::Xml), "svg"), (None, "png")];

impl<'s> Views<'s> {
    /// Exports a view as an image.
    #[doc = rest!(IMAGE)]
    #[doc(alias = "populate_image")]
    pub fn image(&self, id: impl Into<ViewId>, options: impl Borrow<ImageExport>) -> Download<'s> {
        let options = options.borrow();
        Download::of_item(self.client, &IMAGE, &id.into(), IMAGE_FILES)
            .since_if(options.has_size(), 3, 23)
            .export(options)
    }

    /// Exports a view as a PDF.
    #[doc = rest!(PDF)]
    #[doc(alias = "populate_pdf")]
    pub fn pdf(&self, id: impl Into<ViewId>, options: impl Borrow<PdfExport>) -> Download<'s> {
        Download::of_item(self.client, &PDF, &id.into(), &[(None, "pdf")]).export(options.borrow())
    }

    /// Exports the summary data of a view as CSV.
    #[doc = rest!(CSV)]
    #[doc(alias = "populate_csv")]
    pub fn csv(&self, id: impl Into<ViewId>, options: impl Borrow<CsvExport>) -> Download<'s> {
        Download::of_item(self.client, &CSV, &id.into(), &[(None, "csv")]).export(options.borrow())
    }

    /// Exports the crosstab of a view as an Excel workbook.
    #[doc = rest!(EXCEL)]
    #[doc(alias = "populate_excel")]
    pub fn excel(&self, id: impl Into<ViewId>, options: impl Borrow<ExcelExport>) -> Download<'s> {
        Download::of_item(self.client, &EXCEL, &id.into(), &[(None, "xlsx")])
            .export(options.borrow())
    }

    /// Downloads the thumbnail of a view, a PNG.
    #[doc = rest!(PREVIEW_IMAGE)]
    #[doc(alias = "populate_preview_image")]
    pub fn preview_image(
        &self,
        workbook: impl Into<WorkbookId>,
        id: impl Into<ViewId>,
    ) -> Download<'s> {
        let id = id.into();
        let item = Item::new(&id, &[(None, "png")]);
        Download::of(self.client, &PREVIEW_IMAGE, &[&workbook.into(), &id], item)
    }
}
