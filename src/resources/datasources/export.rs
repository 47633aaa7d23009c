//! Data sources as files.

use super::Datasources;
use crate::common::{Download, Extensions, Item, Magic};
use crate::http::Request;
use crate::ids::{DatasourceId, Located};

const CONTENT: Extensions = &[
    (Some(Magic::Zip), "tdsx"),
    (Some(Magic::Xml), "tds"),
    (Some(Magic::Hyper), "hyper"),
    (Some(Magic::Tde), "tde"),
    (Some(Magic::Parquet), "parquet"),
    (None, "tdsx"),
];

impl<'s> Datasources<'s> {
    /// The data source itself: `.tdsx`, `.tds` or `.hyper`.
    ///
    /// REST: [Download Data Source](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#download_data_source), API 2.0.
    pub fn download(&self, id: impl Into<DatasourceId>) -> Download<'s> {
        let id = &id.into();
        let request = Request::get(self.client.site(&format!("{}/content", id.path())));
        Download::new(self.client, Ok(request), Item::new(id, CONTENT).with_extracts())
    }

    /// An earlier revision of the data source.
    ///
    /// REST: [Download Data Source Revision](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#download_data_source_revision), API 2.3.
    pub fn download_revision(&self, id: impl Into<DatasourceId>, revision: u64) -> Download<'s> {
        let id = &id.into();
        let path = format!("{}/revisions/{revision}/content", id.path());
        let request = Request::get(self.client.site(&path)).since(2, 3);
        Download::new(self.client, Ok(request), Item::new(id, CONTENT).with_extracts())
    }
}
