//! Downloads of data sources.

use super::Datasources;
use crate::common::{Download, Extensions, Item, Magic};
use crate::ids::DatasourceId;
use crate::operation::operations;

operations! {
    DOWNLOAD = GET "sites/{site}/datasources/{datasource}/content" since (2, 0)
        scope "tableau:datasources:download" errors [403028, 404004]
        "Download Data Source" "data_sources.htm#download_data_source";
    DOWNLOAD_REVISION = GET "sites/{site}/datasources/{datasource}/revisions/{revision}/content"
        since (2, 3) scope "tableau:content:read" errors [403028, 403053, 404004, 404024]
        "Download Data Source Revision" "revisions.htm#download_data_source_revision";
}

const CONTENT: Extensions = &[
    (Some(Magic::Zip), "tdsx"),
    (Some(Magic::Xml), "tds"),
    (Some(Magic::Hyper), "hyper"),
    (Some(Magic::Tde), "tde"),
    (Some(Magic::Parquet), "parquet"),
    (None, "tdsx"),
];

impl<'s> Datasources<'s> {
    /// Downloads a data source: `.tdsx`, `.tds` or `.hyper`.
    #[doc = rest!(DOWNLOAD)]
    pub fn download(&self, id: impl Into<DatasourceId>) -> Download<'s> {
        let id = id.into();
        Download::of(self.client, &DOWNLOAD, &[&id], Item::new(&id, CONTENT).with_extracts())
    }

    /// Downloads an earlier revision of a data source.
    #[doc = rest!(DOWNLOAD_REVISION)]
    pub fn download_revision(&self, id: impl Into<DatasourceId>, revision: u64) -> Download<'s> {
        let id = id.into();
        let item = Item::new(&id, CONTENT).with_extracts();
        Download::of(self.client, &DOWNLOAD_REVISION, &[&id, &revision], item)
    }
}
