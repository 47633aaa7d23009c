//! Publishing custom views.

use super::{CustomView, CustomViews};
use crate::common::{Magic, Publish, Publishable, Source};
use crate::ids::{CustomViewId, UserId, WorkbookId};

impl<'s> CustomViews<'s> {
    /// Publishes a custom view's definition, as [`download`](CustomViews::download) gives it, on a
    /// workbook.
    ///
    /// REST: [Publish Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#publish_custom_view), API 3.21.
    pub fn publish<'f>(
        &self,
        workbook: impl Into<WorkbookId>,
        source: impl Into<Source<'f>>,
    ) -> Publish<'s, 'f, CustomView> {
        let workbook = &workbook.into();
        Publish::new(self.client, source.into()).child("workbook", "id", workbook)
    }
}

impl Publishable for CustomView {
    type Id = CustomViewId;

    const PART: &'static str = "tableau_customview";
    const TYPE: Option<&'static str> = None;
    const FILES: &'static [(&'static str, Option<Magic>)] = &[("json", Some(Magic::Json))];
    const SINCE: (u16, u16) = (3, 21);
    const EXPERIMENTAL: bool = true;

    fn id(&self) -> &CustomViewId {
        &self.id
    }
}

impl Publish<'_, '_, CustomView> {
    /// Who owns it. Default: the publishing user.
    pub fn owner(self, user: impl Into<UserId>) -> Self {
        let user = &user.into();
        self.child("owner", "id", user)
    }

    /// Whether others see it too. Default: not.
    pub fn shared(self, yes: bool) -> Self {
        self.attribute("shared", &yes)
    }
}
