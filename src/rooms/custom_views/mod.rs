//! Custom views: `session.custom_views()`.

mod export;
mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::http::Request;
use crate::ids::{CustomViewId, Located, UserId, ViewId, WorkbookId};
use crate::shared::{List, Listed, OwnerDetails, WorkbookDetails};
use crate::xml::element;

super::room! {
    /// The custom views of a site: views with a user's own filters and selections.
    CustomViews
}

impl<'s> CustomViews<'s> {
    /// All custom views that the user may see.
    ///
    /// REST: [List Custom Views](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#list_custom_views), API 3.18.
    pub fn list(&self) -> List<'s, CustomView> {
        List::new(self.core, self.core.site("customviews")).since(3, 18)
    }

    /// One custom view.
    ///
    /// REST: [Get Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_custom_view), API 3.18.
    pub fn get(&self, id: &CustomViewId) -> Result<CustomView> {
        self.core.read(Request::get(self.core.site(&id.path())).since(3, 18), "customView")
    }

    /// Changes a custom view's name or owner: what the update leaves unset stays as it is.
    ///
    /// REST: [Update Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_custom_view), API 3.18.
    pub fn update(
        &self,
        id: &CustomViewId,
        changes: impl Borrow<CustomViewUpdate>,
    ) -> Result<CustomView> {
        let request = Request::put(self.core.site(&id.path())).since(3, 18);
        self.core.change(request, changes.borrow())
    }

    /// Deletes a custom view.
    ///
    /// REST: [Delete Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#delete_custom_view), API 3.18.
    pub fn delete(&self, id: &CustomViewId) -> Result<()> {
        self.core.done(Request::delete(self.core.site(&id.path())).since(3, 18))
    }
}

element! {
    /// A custom view.
    CustomView = "customView",
    /// Changes to a custom view; see [`CustomViews::update`].
    update CustomViewUpdate
    {
        /// Its id.
        id: CustomViewId = attr("id");
        /// Its name.
        name: String = attr("name"), update String;
        /// Its name in addresses.
        content_url: Option<String> = attr("contentUrl");
        /// Whether others see it too.
        shared: Option<bool> = attr("shared");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// When it was last looked at.
        last_accessed_at: Option<Timestamp> = attr("lastAccessedAt");
        /// The view that it is a variant of.
        view: Option<ViewId> = child_id("view");
        /// The view's name.
        view_name: Option<String> = child_attr("view", "name");
        /// The workbook of that view.
        workbook: Option<WorkbookId> = child_id("workbook");
        /// The workbook's name.
        workbook_name: Option<String> = child_attr("workbook", "name");
        /// More about the workbook.
        workbook_details: Option<WorkbookDetails> = child("workbook");
        /// Who owns it.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
    }
}

impl Listed for CustomView {
    const WRAP: &'static str = "customViews";
    const ITEM: &'static str = "customView";
}

crate::shared::fields!(custom_views CustomView);
