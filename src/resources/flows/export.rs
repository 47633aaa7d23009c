//! Flows as files.

use super::Flows;
use crate::common::{Download, Extensions, Item, Magic};
use crate::http::Request;
use crate::ids::{FlowId, Located};

const CONTENT: Extensions = &[
    (Some(Magic::Zip), "tflx"),
    (Some(Magic::Xml), "tfl"),
    (Some(Magic::Json), "tfl"),
    (None, "tflx"),
];

impl<'s> Flows<'s> {
    /// The flow itself, `.tflx` or `.tfl`.
    ///
    /// REST: [Download Flow](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#download_flow), API 3.3.
    pub fn download(&self, id: impl Into<FlowId>) -> Download<'s> {
        let id = &id.into();
        let request = Request::get(self.client.site(&format!("{}/content", id.path()))).since(3, 3);
        Download::new(self.client, Ok(request), Item::new(id, CONTENT))
    }

    /// An earlier revision of the flow.
    ///
    /// REST: [Download Flow Revision](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#download_flow_revision), API 3.3.
    pub fn download_revision(&self, id: impl Into<FlowId>, revision: u64) -> Download<'s> {
        let id = &id.into();
        let path = format!("{}/revisions/{revision}/content", id.path());
        let request = Request::get(self.client.site(&path)).since(3, 3);
        Download::new(self.client, Ok(request), Item::new(id, CONTENT))
    }
}
