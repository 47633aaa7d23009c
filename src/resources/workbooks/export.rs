//! Workbooks as files: their content, PDF, PowerPoint, preview images.

use std::borrow::Borrow;

use super::Workbooks;
use crate::common::{Download, Extensions, Item, Magic, PdfExport, PowerPointExport};
use crate::http::Request;
use crate::ids::{Located, WorkbookId};

const CONTENT: Extensions =
    &[(Some(Magic::Zip), "twbx"), (Some(Magic::Xml), "twb"), (None, "twbx")];

impl<'s> Workbooks<'s> {
    fn file(&self, id: &WorkbookId, below: &str) -> Request<'static> {
        Request::get(self.client.site(&format!("{}/{below}", id.path())))
    }

    /// The workbook itself, `.twbx` or `.twb`.
    ///
    /// REST: [Download Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_workbook), API 2.0.
    pub fn download(&self, id: impl Into<WorkbookId>) -> Download<'s> {
        let id = &id.into();
        let item = Item::new(id, CONTENT).with_extracts();
        Download::new(self.client, Ok(self.file(id, "content")), item)
    }

    /// An earlier revision of the workbook.
    ///
    /// REST: [Download Workbook Revision](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_workbook_revision), API 2.3.
    pub fn download_revision(&self, id: impl Into<WorkbookId>, revision: u64) -> Download<'s> {
        let id = &id.into();
        let request = self.file(id, &format!("revisions/{revision}/content")).since(2, 3);
        Download::new(self.client, Ok(request), Item::new(id, CONTENT).with_extracts())
    }

    /// All sheets of the workbook as a PDF.
    ///
    /// REST: [Download Workbook PDF](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_workbook_pdf), API 3.4;
    /// 3.23 where it is filtered.
    pub fn pdf(&self, id: impl Into<WorkbookId>, options: impl Borrow<PdfExport>) -> Download<'s> {
        let id = &id.into();
        let options = options.borrow();
        let mut request = self.file(id, "pdf").since(3, 4);
        if options.is_filtered() {
            request = request.since(3, 23);
        }
        let item = Item::new(id, &[(None, "pdf")]);
        Download::new(self.client, options.add(request), item)
    }

    /// All sheets of the workbook as a PowerPoint presentation, a picture on each slide.
    ///
    /// REST: [Download Workbook PowerPoint](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_workbook_powerpoint), API 3.8.
    pub fn powerpoint(
        &self,
        id: impl Into<WorkbookId>,
        options: impl Borrow<PowerPointExport>,
    ) -> Download<'s> {
        let id = &id.into();
        let request = options.borrow().add(self.file(id, "powerpoint").since(3, 8));
        Download::new(self.client, request, Item::new(id, &[(None, "pptx")]))
    }

    /// The thumbnail of the workbook, a PNG.
    ///
    /// REST: [Query Workbook Preview Image](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbook_preview_image), API 1.0.
    pub fn preview_image(&self, id: impl Into<WorkbookId>) -> Download<'s> {
        let id = &id.into();
        let item = Item::new(id, &[(None, "png")]);
        Download::new(self.client, Ok(self.file(id, "previewImage")), item)
    }
}
