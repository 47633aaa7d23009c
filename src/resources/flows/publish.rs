//! Publishing flows.

use super::{Flow, Flows};
use crate::common::{Appendable, InProject, Magic, Publish, Publishable, Source};
use crate::ids::FlowId;
use crate::operation::{Operation, operations};

operations! {
    PUBLISH = POST "sites/{site}/flows" since (3, 3) scope "tableau:flows:create"
        errors [400086, 400087, 400089, 400090, 403007, 403008, 404005, 404027, 409041]
        "Publish Flow" "flow.htm#publish_flow";
}

impl<'s> Flows<'s> {
    /// Publishes a file as a flow: `.tflx` or `.tfl`.
    #[doc = rest!(PUBLISH)]
    pub fn publish<'f>(&self, source: impl Into<Source<'f>>) -> Publish<'s, 'f, Flow> {
        Publish::new(self.client, source.into())
    }
}

impl Publishable for Flow {
    type Id = FlowId;

    const PUBLISH: &'static Operation = &PUBLISH;
    const PART: &'static str = "tableau_flow";
    const TYPE: Option<&'static str> = Some("flowType");
    const FILES: &'static [(&'static str, Option<Magic>)] =
        &[("tflx", Some(Magic::Zip)), ("tfl", Some(Magic::Xml)), ("tfl", Some(Magic::Json))];

    #[inline]
    fn id(&self) -> &FlowId {
        &self.id
    }
}

impl InProject for Flow {}

impl Appendable for Flow {}
