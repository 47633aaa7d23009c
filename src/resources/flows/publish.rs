//! Publishing flows.

use super::{Flow, Flows};
use crate::common::{Appendable, InProject, Magic, Publish, Publishable, Source};
use crate::ids::FlowId;

impl<'s> Flows<'s> {
    /// Publishes a file as a flow: `.tflx` or `.tfl`.
    ///
    /// REST: [Publish Flow](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_flow.htm#publish_flow), API 3.3.
    pub fn publish<'f>(&self, source: impl Into<Source<'f>>) -> Publish<'s, 'f, Flow> {
        Publish::new(self.client, source.into())
    }
}

impl Publishable for Flow {
    type Id = FlowId;

    const PART: &'static str = "tableau_flow";
    const TYPE: Option<&'static str> = Some("flowType");
    const FILES: &'static [(&'static str, Option<Magic>)] =
        &[("tflx", Some(Magic::Zip)), ("tfl", Some(Magic::Xml)), ("tfl", Some(Magic::Json))];
    const SINCE: (u16, u16) = (3, 3);

    fn id(&self) -> &FlowId {
        &self.id
    }
}

impl InProject for Flow {}

impl Appendable for Flow {}
