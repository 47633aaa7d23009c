//! Downloads of flows.

use super::Flows;
use crate::common::{Download, Extensions, Item, Magic};
use crate::ids::FlowId;
use crate::operation::operations;

operations! {
    DOWNLOAD = GET "sites/{site}/flows/{flow}/content" since (3, 3) scope "tableau:flows:download"
        errors [403097, 404027]
        "Download Flow" "flow.htm#download_flow";
    DOWNLOAD_REVISION = GET "sites/{site}/flows/{flow}/revisions/{revision}/content" since (3, 3)
        scope unknown
        "Download Flow Revision" "flow.htm#download_flow_revision";
}

const CONTENT: Extensions = &[
    (Some(Magic::Zip), "tflx"),
    (Some(Magic::Xml), "tfl"),
    (Some(Magic::Json), "tfl"),
    (None, "tflx"),
];

impl<'s> Flows<'s> {
    /// Downloads a flow: `.tflx` or `.tfl`.
    #[doc = rest!(DOWNLOAD)]
    pub fn download(&self, id: impl Into<FlowId>) -> Download<'s> {
        Download::of_item(self.client, &DOWNLOAD, &id.into(), CONTENT)
    }

    /// Downloads an earlier revision of a flow.
    #[doc = rest!(DOWNLOAD_REVISION)]
    pub fn download_revision(&self, id: impl Into<FlowId>, revision: u64) -> Download<'s> {
        let id = id.into();
        let item = Item::new(&id, CONTENT);
        Download::of(self.client, &DOWNLOAD_REVISION, &[&id, &revision], item)
    }
}
