//! Custom views as files: their definition, images, PDF, CSV.

use std::borrow::Borrow;

use super::super::views::IMAGE;
use super::CustomViews;
use crate::common::{CsvExport, Download, ImageExport, Item, PdfExport};
use crate::http::Request;
use crate::ids::{CustomViewId, Located};

impl<'s> CustomViews<'s> {
    fn file(&self, id: &CustomViewId, below: &str) -> Request<'static> {
        Request::get(self.client.site(&format!("{}/{below}", id.path())))
    }

    /// The custom view's definition, in JSON, to publish it elsewhere.
    ///
    /// REST: [Download Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#download_custom_view), API 3.21.
    pub fn download(&self, id: impl Into<CustomViewId>) -> Download<'s> {
        let id = &id.into();
        let path = self.client.experimental_site(&format!("{}/content", id.path()));
        let item = Item::new(id, &[(None, "json")]);
        Download::new(self.client, Ok(Request::get(path).since(3, 21)), item)
    }

    /// The custom view as an image.
    ///
    /// REST: [Get Custom View Image](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_custom_view_image), API 3.18.
    pub fn image(
        &self,
        id: impl Into<CustomViewId>,
        options: impl Borrow<ImageExport>,
    ) -> Download<'s> {
        let id = &id.into();
        let request = options.borrow().add(self.file(id, "image").since(3, 18));
        Download::new(self.client, request, Item::new(id, IMAGE))
    }

    /// The custom view as a PDF.
    ///
    /// REST: [Get Custom View PDF](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_custom_view_pdf), API 3.23.
    pub fn pdf(
        &self,
        id: impl Into<CustomViewId>,
        options: impl Borrow<PdfExport>,
    ) -> Download<'s> {
        let id = &id.into();
        let request = options.borrow().add(self.file(id, "pdf").since(3, 23));
        Download::new(self.client, request, Item::new(id, &[(None, "pdf")]))
    }

    /// The data that the custom view shows, as CSV.
    ///
    /// REST: [Get Custom View Data](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_custom_view_data), API 3.23.
    pub fn csv(
        &self,
        id: impl Into<CustomViewId>,
        options: impl Borrow<CsvExport>,
    ) -> Download<'s> {
        let id = &id.into();
        let request = options.borrow().add(self.file(id, "data").since(3, 23));
        Download::new(self.client, request, Item::new(id, &[(None, "csv")]))
    }
}
