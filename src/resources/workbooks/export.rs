//! Workbooks as files: their content, PDF, PowerPoint, preview images.

use std::borrow::Borrow;

use super::Workbooks;
use crate::common::{Download, Extensions, Item, Magic, PdfExport, PowerPointExport};
use crate::ids::WorkbookId;
use crate::operation::operations;

operations! {
    DOWNLOAD = GET "sites/{site}/workbooks/{workbook}/content" since (2, 0)
        scope "tableau:workbooks:download" errors [403019, 404006]
        "Download Workbook" "workbooks_and_views.htm#download_workbook";
    DOWNLOAD_REVISION = GET "sites/{site}/workbooks/{workbook}/revisions/{revision}/content"
        since (2, 3) scope "tableau:workbooks:download" errors [403019, 403053, 404006, 404024]
        "Download Workbook Revision" "revisions.htm#download_workbook_revision";
    PDF = GET "sites/{site}/workbooks/{workbook}/pdf" since (3, 4)
        scope "tableau:workbooks:download" errors [400101, 403105, 404006]
        "Download Workbook PDF" "workbooks_and_views.htm#download_workbook_pdf";
    POWERPOINT = GET "sites/{site}/workbooks/{workbook}/powerpoint" since (3, 8)
        scope "tableau:workbooks:download" errors [400101, 403105, 404006]
        "Download Workbook PowerPoint" "workbooks_and_views.htm#download_workbook_powerpoint";
    PREVIEW_IMAGE = GET "sites/{site}/workbooks/{workbook}/previewImage" since (1, 0)
        scope "tableau:workbooks:download" errors [404006]
        "Query Workbook Preview Image" "workbooks_and_views.htm#query_workbook_preview_image";
}

const CONTENT: Extensions =
    &[(Some(Magic::Zip), "twbx"), (Some(Magic::Xml), "twb"), (None, "twbx")];

impl<'s> Workbooks<'s> {
    /// Downloads a workbook: `.twbx` or `.twb`.
    #[doc = rest!(DOWNLOAD)]
    pub fn download(&self, id: impl Into<WorkbookId>) -> Download<'s> {
        let id = id.into();
        Download::of(self.client, &DOWNLOAD, &[&id], Item::new(&id, CONTENT).with_extracts())
    }

    /// Downloads an earlier revision of a workbook.
    #[doc = rest!(DOWNLOAD_REVISION)]
    pub fn download_revision(&self, id: impl Into<WorkbookId>, revision: u64) -> Download<'s> {
        let id = id.into();
        let item = Item::new(&id, CONTENT).with_extracts();
        Download::of(self.client, &DOWNLOAD_REVISION, &[&id, &revision], item)
    }

    /// Exports all sheets of a workbook as a PDF. View filters and parameters need API 3.23.
    #[doc = rest!(PDF)]
    #[doc(alias = "populate_pdf")]
    pub fn pdf(&self, id: impl Into<WorkbookId>, options: impl Borrow<PdfExport>) -> Download<'s> {
        let options = options.borrow();
        Download::of_item(self.client, &PDF, &id.into(), &[(None, "pdf")])
            .since_if(options.is_filtered(), 3, 23)
            .export(options)
    }

    /// Exports all sheets of a workbook as a PowerPoint presentation, with one image on each slide.
    #[doc = rest!(POWERPOINT)]
    #[doc(alias = "populate_powerpoint")]
    pub fn powerpoint(
        &self,
        id: impl Into<WorkbookId>,
        options: impl Borrow<PowerPointExport>,
    ) -> Download<'s> {
        Download::of_item(self.client, &POWERPOINT, &id.into(), &[(None, "pptx")])
            .export(options.borrow())
    }

    /// Downloads the thumbnail of a workbook, a PNG.
    #[doc = rest!(PREVIEW_IMAGE)]
    #[doc(alias = "populate_preview_image")]
    pub fn preview_image(&self, id: impl Into<WorkbookId>) -> Download<'s> {
        Download::of_item(self.client, &PREVIEW_IMAGE, &id.into(), &[(None, "png")])
    }
}
