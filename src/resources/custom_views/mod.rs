//! Custom views: `session.custom_views()`.

mod export;
mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::common::{List, Listed, OwnerDetails, WorkbookDetails};
use crate::http::Request;
use crate::ids::{CustomViewId, Located, UserId, ViewId, WorkbookId};
use crate::xml::{Out, element};
use crate::{Error, Result};

super::resource! {
    /// The custom views of a site: views with a user's own filters and selections.
    CustomViews
}

impl<'s> CustomViews<'s> {
    /// All custom views that the user may see.
    ///
    /// REST: [List Custom Views](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#list_custom_views), API 3.18.
    pub fn list(&self) -> List<'s, CustomView> {
        List::new(self.client, self.client.site("customviews")).since(3, 18)
    }

    /// One custom view.
    ///
    /// REST: [Get Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_custom_view), API 3.18.
    pub fn get(&self, id: impl Into<CustomViewId>) -> Result<CustomView> {
        let id = &id.into();
        self.client.read(Request::get(self.client.site(&id.path())).since(3, 18), "customView")
    }

    /// Changes a custom view's name or owner: what the update leaves unset stays as it is.
    ///
    /// REST: [Update Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_custom_view), API 3.18.
    pub fn update(
        &self,
        id: impl Into<CustomViewId>,
        changes: impl Borrow<CustomViewUpdate>,
    ) -> Result<CustomView> {
        let id = &id.into();
        let request = Request::put(self.client.site(&id.path())).since(3, 18);
        self.client.change(request, changes.borrow())
    }

    /// Deletes a custom view.
    ///
    /// REST: [Delete Custom View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#delete_custom_view), API 3.18.
    pub fn delete(&self, id: impl Into<CustomViewId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.client.site(&id.path())).since(3, 18))
    }

    /// The users to whom the view shows itself as this custom view.
    ///
    /// REST: [List Users with Custom View as Default](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#list_users_with_custom_view_as_default), API 3.21.
    pub fn default_users(&self, id: impl Into<CustomViewId>) -> List<'s, DefaultUser> {
        let id = &id.into();
        List::new(self.client, self.default_path(id)).since(3, 21)
    }

    /// Makes the view show itself as this custom view to these users, 1 to 100 of them. Gives what
    /// became of it for each: one may fail where others do not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, for no user and for
    /// more than 100.
    ///
    /// REST: [Set Custom View as Default for Users](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#set_custom_view_as_default_for_users), API 3.21.
    pub fn set_default_users<U: Into<UserId>>(
        &self,
        id: impl Into<CustomViewId>,
        users: impl IntoIterator<Item = U>,
    ) -> Result<Vec<DefaultUserSet>> {
        let id = &id.into();
        let users: Vec<UserId> = users.into_iter().map(U::into).collect();
        if users.is_empty() || users.len() > 100 {
            let what = format!("a custom view is made the default of {} users", users.len());
            return Err(Error::input(format!("{what}, where it can be 1 to 100")));
        }
        let mut out = Out::new();
        out.element("tsRequest", |out| out.ids("users", "user", &users));
        let request = Request::post(self.default_path(id)).since(3, 21).xml(out.finish()?);
        const RESULTS: (&str, &str) =
            ("customViewAsUserDefaultResults", "customViewAsUserDefaultViewResult");
        self.client.read_all(request, RESULTS.0, RESULTS.1)
    }

    fn default_path(&self, id: &CustomViewId) -> String {
        self.client.site(&format!("{}/default/users", id.path()))
    }
}

element! {
    /// A custom view.
    pub struct CustomView = "customView" in "customViews";
    /// Changes to a custom view; see [`CustomViews::update`].
    pub struct CustomViewUpdate: update;
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

element! {
    /// A user who sees a view as a custom view of it.
    pub struct DefaultUser = "user";
    {
        /// The user's id.
        id: UserId = attr("id");
        /// The user's name, where the answer has it.
        name: Option<String> = attr("name");
    }
}

impl Listed for DefaultUser {
    const WRAP: &'static str = "users";
    const ITEM: &'static str = "user";
    const ALWAYS: &'static [&'static str] = &["id"];
}

element! {
    /// Whether a user now sees a view as a custom view of it; see [`CustomViews::set_default_users`].
    pub struct DefaultUserSet = "customViewAsUserDefaultViewResult";
    {
        /// Whether.
        success: bool = attr("success");
        /// The user.
        user: Option<UserId> = child_id("user");
        /// Why not: Tableau's code.
        error_code: Option<String> = child_attr("error", "code");
    }
}

crate::common::filter_fields! {
    for CustomView;
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    ID = "id" (crate::CustomViewId) [eq in];
    NAME = "name" Text [eq in];
    OWNER_ID = "ownerId" (crate::UserId) [eq];
    SHARED = "shared" Flag [eq];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    VIEW_ID = "viewId" (crate::ViewId) [eq];
    WORKBOOK_ID = "workbookId" (crate::WorkbookId) [eq];
}
