//! Custom views: `session.custom_views()`.

pub(crate) mod export;
pub(crate) mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::common::{List, Listed, OwnerDetails, WorkbookDetails, content, filter_fields};
use crate::ids::{CustomViewId, UserId, ViewId, WorkbookId};
use crate::operation::operations;
use crate::xml::{Element, Out, ToXml, element};
use crate::{Error, Result};

operations! {
    LIST = GET "sites/{site}/customviews" since (3, 18) scope "tableau:content:read" errors [403162]
        "List Custom Views" "workbooks_and_views.htm#list_custom_views";
    UPDATE = PUT "sites/{site}/customviews/{custom-view}" since (3, 18)
        scope "tableau:views:update" errors [403162, 404008]
        "Update Custom View" "workbooks_and_views.htm#update_custom_view";
    DELETE = DELETE "sites/{site}/customviews/{custom-view}" since (3, 18)
        scope "tableau:views:update" errors [403162, 404008]
        "Delete Custom View" "workbooks_and_views.htm#delete_custom_view";
    DEFAULT_USERS = GET "sites/{site}/customviews/{custom-view}/default/users" since (3, 21)
        scope "tableau:content:read" errors [403162, 404008]
        "List Users with Custom View as Default"
        "workbooks_and_views.htm#list_users_with_custom_view_as_default";
    SET_DEFAULT_USERS = POST "sites/{site}/customviews/{custom-view}/default/users"
        since (3, 21) scope "tableau:views:update" errors [403162, 404008]
        "Set Custom View as Default for Users"
        "workbooks_and_views.htm#set_custom_view_as_default_for_users";
}

super::resource! {
    /// The custom views of a site: views with a user's own filters and selections.
    CustomViews
}

impl<'s> CustomViews<'s> {
    /// Lists the custom views that the user can see.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "find_by_name", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, CustomView> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a custom view.
    #[doc = content::rest!(GET_CUSTOM_VIEW)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<CustomViewId>) -> Result<CustomView> {
        self.client.get(&content::GET_CUSTOM_VIEW, &[&id.into()])
    }

    /// Changes the name or the owner of a custom view.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<CustomViewId>,
        changes: impl Borrow<CustomViewUpdate>,
    ) -> Result<CustomView> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Deletes a custom view.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<CustomViewId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Lists the users for whom the custom view is the default of its view.
    #[doc = rest!(DEFAULT_USERS)]
    pub fn default_users(&self, id: impl Into<CustomViewId>) -> List<'s, DefaultUser> {
        List::of(self.client, &DEFAULT_USERS, &[&id.into()])
    }

    /// Makes a custom view the default of its view for 1 to 100 users. Returns the outcome for each
    /// user: the operation can fail for some of them only.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if there are no users
    /// or more than 100.
    #[doc = rest!(SET_DEFAULT_USERS)]
    pub fn set_default_users<U: Into<UserId>>(
        &self,
        id: impl Into<CustomViewId>,
        users: impl IntoIterator<Item = U>,
    ) -> Result<Vec<DefaultUserSet>> {
        let users = DefaultUsers(users.into_iter().map(U::into).collect());
        if !(1..=100).contains(&users.0.len()) {
            let count = users.0.len();
            let what = format!("a custom view cannot become the default of {count} users at once");
            return Err(Error::input(format!("{what}: must be 1 to 100")));
        }
        let request = self.client.request(&SET_DEFAULT_USERS, &[&id.into()]).element(&users)?;
        let wrap = "customViewAsUserDefaultResults";
        self.client.read_all(request, wrap, <DefaultUserSet as Element>::TAG)
    }
}

element! {
    /// A custom view.
    pub struct CustomView = "customView" in "customViews";
    /// Changes to a custom view; see [`CustomViews::update`].
    pub struct CustomViewUpdate: update;
    {
        /// The custom view's id.
        id: CustomViewId = attr("id");
        /// The custom view's name.
        name: String = attr("name"), update String;
        /// The custom view's content URL.
        content_url: Option<String> = attr("contentUrl");
        /// Whether other users can see the custom view.
        shared: Option<bool> = attr("shared");
        /// When the custom view was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When the custom view was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// When the custom view was last opened.
        last_accessed_at: Option<Timestamp> = attr("lastAccessedAt");
        /// The view on which the custom view is based.
        view: Option<ViewId> = child_id("view");
        /// The view's name.
        view_name: Option<String> = child_attr("view", "name");
        /// The workbook of the view.
        workbook: Option<WorkbookId> = child_id("workbook");
        /// The workbook's name.
        workbook_name: Option<String> = child_attr("workbook", "name");
        /// More about the workbook.
        workbook_details: Option<WorkbookDetails> = child("workbook");
        /// The custom view's owner.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
    }
}

element! {
    /// A user for whom a custom view is the default of its view.
    pub struct DefaultUser = "user";
    {
        /// The user's id.
        id: UserId = attr("id");
        /// The user's name, if the server sends it.
        name: Option<String> = attr("name");
    }
}

impl Listed for DefaultUser {
    const WRAP: &'static str = "users";
    const ITEM: &'static str = "user";
    const ALWAYS: &'static [&'static str] = &["id"];
}

element! {
    /// The outcome of [`CustomViews::set_default_users`] for one user.
    pub struct DefaultUserSet = "customViewAsUserDefaultViewResult";
    {
        /// Whether the custom view is now the user's default.
        success: bool = attr("success");
        /// The user.
        user: Option<UserId> = child_id("user");
        /// Tableau's error code, if `success` is false.
        error_code: Option<String> = child_attr("error", "code");
    }
}

/// Users for whom a custom view becomes the default.
struct DefaultUsers(Vec<UserId>);

impl ToXml for DefaultUsers {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.ids("users", "user", &self.0);
    }
}

filter_fields! {
    for CustomView;
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    ID = "id" (CustomViewId) [eq in];
    NAME = "name" Text [eq in];
    OWNER_ID = "ownerId" (UserId) [eq];
    SHARED = "shared" Flag [eq];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    VIEW_ID = "viewId" (ViewId) [eq];
    WORKBOOK_ID = "workbookId" (WorkbookId) [eq];
}
