//! Views as files: images, PDF, CSV, Excel.

use std::borrow::Borrow;

use super::Views;
use crate::common::{
    CsvExport, Download, ExcelExport, Extensions, ImageExport, Item, Magic, PdfExport,
};
use crate::http::Request;
use crate::ids::{Located, ViewId, WorkbookId};

/// What an image of a view may be.
pub(crate) const IMAGE: Extensions = &[(Some(Magic::Xml), "svg"), (None, "png")];

impl<'s> Views<'s> {
    fn file(&self, id: &ViewId, below: &str) -> Request<'static> {
        Request::get(self.client.site(&format!("{}/{below}", id.path())))
    }

    /// The view as an image.
    ///
    /// REST: [Query View Image](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_view_image), API 2.5.
    pub fn image(&self, id: impl Into<ViewId>, options: impl Borrow<ImageExport>) -> Download<'s> {
        let id = &id.into();
        let options = options.borrow();
        let mut request = self.file(id, "image").since(2, 5);
        if options.is_sized() {
            request = request.since(3, 23);
        }
        Download::new(self.client, options.add(request), Item::new(id, IMAGE))
    }

    /// The view as a PDF.
    ///
    /// REST: [Query View PDF](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_view_pdf), API 2.7.
    pub fn pdf(&self, id: impl Into<ViewId>, options: impl Borrow<PdfExport>) -> Download<'s> {
        let id = &id.into();
        let request = options.borrow().add(self.file(id, "pdf").since(2, 7));
        Download::new(self.client, request, Item::new(id, &[(None, "pdf")]))
    }

    /// The data that the view shows, summed up as it shows them, as CSV.
    ///
    /// REST: [Query View Data](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_view_data), API 2.7.
    pub fn csv(&self, id: impl Into<ViewId>, options: impl Borrow<CsvExport>) -> Download<'s> {
        let id = &id.into();
        let request = options.borrow().add(self.file(id, "data").since(2, 7));
        Download::new(self.client, request, Item::new(id, &[(None, "csv")]))
    }

    /// The crosstab that the view shows as an Excel workbook.
    ///
    /// REST: [Download View Crosstab Excel](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_view_crosstab_excel), API 3.8.
    pub fn excel(&self, id: impl Into<ViewId>, options: impl Borrow<ExcelExport>) -> Download<'s> {
        let id = &id.into();
        let request = options.borrow().add(self.file(id, "crosstab/excel").since(3, 8));
        Download::new(self.client, request, Item::new(id, &[(None, "xlsx")]))
    }

    /// The thumbnail of a view, a PNG.
    ///
    /// REST: [Query View Preview Image](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_view_preview_image), API 1.0.
    pub fn preview_image(
        &self,
        workbook: impl Into<WorkbookId>,
        id: impl Into<ViewId>,
    ) -> Download<'s> {
        let workbook = &workbook.into();
        let id = &id.into();
        let path = format!("{}/{}/previewImage", workbook.path(), id.path());
        let item = Item::new(id, &[(None, "png")]);
        Download::new(self.client, Ok(Request::get(self.client.site(&path))), item)
    }
}
