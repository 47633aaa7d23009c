//! Publishing custom views.

use super::{CustomView, CustomViews};
use crate::common::{Magic, Publish, Publishable, Source};
use crate::ids::{CustomViewId, UserId, WorkbookId};
use crate::operation::{Operation, operations};

operations! {
    PUBLISH = POST "/api/exp/sites/{site}/customviews" since (3, 21) scope unknown
        "Publish Custom View" "workbooks_and_views.htm#publish_custom_view";
}

impl<'s> CustomViews<'s> {
    /// Publishes the definition of a custom view, as [`download`](CustomViews::download) returns it,
    /// for a workbook.
    #[doc = rest!(PUBLISH)]
    pub fn publish<'f>(
        &self,
        workbook: impl Into<WorkbookId>,
        source: impl Into<Source<'f>>,
    ) -> Publish<'s, 'f, CustomView> {
        Publish::new(self.client, source.into()).child("workbook", "id", &workbook.into())
    }
}

impl Publishable for CustomView {
    type Id = CustomViewId;

    const PUBLISH: &'static Operation = &PUBLISH;
    const PART: &'static str = "tableau_customview";
    const TYPE: Option<&'static str> = None;
    const FILES: &'static [(&'static str, Option<Magic>)] = &[("json", Some(Magic::Json))];

    #[inline]
    fn id(&self) -> &CustomViewId {
        &self.id
    }
}

impl Publish<'_, '_, CustomView> {
    /// Owner of the custom view. Default: the publishing user.
    pub fn owner(self, user: impl Into<UserId>) -> Self {
        self.child("owner", "id", &user.into())
    }

    /// Whether other users can see the custom view. Default: `false`.
    #[inline]
    pub fn shared(self, shared: bool) -> Self {
        self.attribute("shared", &shared)
    }
}
