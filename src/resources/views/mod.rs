//! Views: `session.views()`.

mod export;

pub(crate) use export::IMAGE;
use jiff::Timestamp;

use crate::Result;
use crate::common::find::{self, Place};
use crate::common::{List, Location, OwnerDetails, ProjectDetails, WorkbookDetails};
use crate::http::Request;
use crate::ids::{Located, ProjectId, UserId, ViewId, WorkbookId};
use crate::xml::{element, string_enum};

super::resource! {
    /// The views of a site: the sheets, dashboards and stories of its workbooks.
    Views
}

/// The question for usage statistics, which no answer has unasked.
pub(crate) const USAGE: (&str, &str) = ("includeUsageStatistics", "true");

impl<'s> Views<'s> {
    /// All views that the user may see.
    ///
    /// REST: [Query Views for Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_views_for_site), API 2.2.
    pub fn list(&self) -> List<'s, View> {
        List::new(self.client, self.client.site("views")).since(2, 2)
    }

    /// As [`list`](Views::list), with [`View::total_view_count`].
    ///
    /// REST: [Query Views for Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_views_for_site), API 2.2.
    pub fn list_with_usage(&self) -> List<'s, View> {
        self.list().with(USAGE.0, USAGE.1)
    }

    /// One view.
    ///
    /// REST: [Get View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_view), API 3.0.
    pub fn get(&self, id: impl Into<ViewId>) -> Result<View> {
        let id = &id.into();
        self.client.read(Request::get(self.client.site(&id.path())).since(3, 0), "view")
    }

    /// As [`get`](Views::get), with [`View::total_view_count`].
    ///
    /// REST: [Get View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_view), API 3.0.
    pub fn get_with_usage(&self, id: impl Into<ViewId>) -> Result<View> {
        let id = &id.into();
        let request = Request::get(self.client.site(&id.path())).since(3, 0);
        self.client.read(request.query(USAGE.0, USAGE.1), "view")
    }

    /// Deletes a view. The other views of its workbook stay.
    ///
    /// REST: [Delete View](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#delete_view), API 3.27.
    pub fn delete(&self, id: impl Into<ViewId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.client.site(&id.path())).since(3, 27))
    }
}

element! {
    /// A view.
    pub struct View = "view" in "views";
    {
        /// Its id.
        id: ViewId = attr("id");
        /// Its name.
        name: String = attr("name");
        /// Its name in addresses: `Superstore/sheets/Overview`.
        content_url: Option<String> = attr("contentUrl");
        /// The last part of its address in a browser.
        view_url_name: Option<String> = attr("viewUrlName");
        /// What it is.
        sheet_type: Option<SheetType> = attr("sheetType");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// How many users have it among their favorites.
        favorites_total: Option<u64> = attr("favoritesTotal");
        /// Whether it is hidden.
        hidden: Option<bool> = attr("hidden");
        /// Whether the user has looked at it lately.
        recently_viewed: Option<bool> = attr("recentlyViewed");
        /// The workbook that it is in.
        workbook: Option<WorkbookId> = child_id("workbook");
        /// The workbook's name.
        workbook_name: Option<String> = child_attr("workbook", "name");
        /// More about the workbook.
        workbook_details: Option<WorkbookDetails> = child("workbook");
        /// Who owns it.
        owner: Option<UserId> = child_id("owner");
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The project that its workbook is in; none in a personal space.
        project: Option<ProjectId> = child_id("project");
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// More about the project.
        project_details: Option<ProjectDetails> = child("project");
        /// The project or personal space that its workbook is in.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
        /// How often it has been looked at; comes only when usage is asked for.
        total_view_count: Option<u64> = child_attr("usage", "totalViewCount");
        /// Whether it is accelerated.
        acceleration_enabled: Option<bool> =
            child_attr("dataAccelerationConfig", "accelerationEnabled");
        /// How far the acceleration has come: `Enabled`, `Suspended`, ….
        acceleration_status: Option<String> =
            child_attr("dataAccelerationConfig", "accelerationStatus");
    }
}

crate::common::filter_fields! {
    for View;
    CAPTION = "caption" Text [eq in];
    CONTENT_URL = "contentUrl" Text [eq in];
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
    FIELDS = "fields" Text [eq in];
    HITS_TOTAL = "hitsTotal" Number [eq gt gte lt lte];
    NAME = "name" Text [eq in];
    OWNER_DOMAIN = "ownerDomain" Text [eq in];
    OWNER_EMAIL = "ownerEmail" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq in];
    PROJECT_NAME = "projectName" Text [eq in];
    SHEET_NUMBER = "sheetNumber" Number [eq gt gte lt lte];
    SHEET_TYPE = "sheetType" Text [eq in];
    TAGS = "tags" Text [eq in];
    TITLE = "title" Text [eq in];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    VIEW_URL_NAME = "viewUrlName" Text [eq in];
    WORKBOOK_DESCRIPTION = "workbookDescription" Text [eq in];
    WORKBOOK_NAME = "workbookName" Text [eq in];
}

impl Views<'_> {
    /// The view at an address, if there is one: its address in a browser
    /// (`…/views/Superstore/Overview`, with whatever follows), or its content URL
    /// (`Superstore/sheets/Overview`).
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) where the address is of another site, or of something
    /// else.
    pub fn find_url(&self, address: &str) -> Result<Option<View>> {
        let parts = match Place::of(self.client, address)? {
            Place::ContentUrl(url) => url.split('/').map(str::to_owned).collect(),
            Place::Page(parts) if parts[0] == "views" => parts[1..].to_vec(),
            Place::Page(_) => Vec::new(),
        };
        let url = match &parts[..] {
            [workbook, sheets, sheet] if sheets == "sheets" => format!("{workbook}/sheets/{sheet}"),
            [workbook, sheet, ..] => format!("{workbook}/sheets/{sheet}"),
            _ => return Err(crate::Error::input(format!("{address:?} is no view's address"))),
        };
        let found = find::fitting(self.list(), [CONTENT_URL.eq(&*url)], |view| {
            view.content_url.as_deref() == Some(&*url)
        });
        let what = || format!("views have the address {address:?}");
        find::only(self.client, found?, what, |view| view.id.to_string())
    }
}

string_enum! {
    /// What a view is.
    pub enum SheetType {
        /// A single sheet.
        View = "view",
        /// Several sheets on one page.
        Dashboard = "dashboard",
        /// Sheets and dashboards, one after the other.
        Story = "story",
    }
}
