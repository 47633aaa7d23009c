//! Views: `session.views()`.

pub(crate) mod export;

pub(crate) use export::IMAGE_FILES;
use jiff::Timestamp;

use crate::common::find::{self, Place};
use crate::common::{
    List, Location, OwnerDetails, ProjectDetails, WorkbookDetails, content, filter_fields,
};
use crate::ids::{ProjectId, UserId, ViewId, WorkbookId};
use crate::operation::operations;
use crate::xml::{element, string_enum};
use crate::{Error, Result};

operations! {
    LIST = GET "sites/{site}/views" since (2, 2) scope "tableau:content:read" errors [400008]
        "Query Views for Site" "workbooks_and_views.htm#query_views_for_site";
    DELETE = DELETE "sites/{site}/views/{view}" since (3, 27) scope "tableau:views:delete"
        errors [400212, 404011]
        "Delete View" "workbooks_and_views.htm#delete_view";
}

super::resource! {
    /// The views of a site: the sheets, dashboards and stories of its workbooks.
    Views
}

/// The query parameter for usage statistics, which responses contain only on request.
pub(crate) const USAGE: (&str, &str) = ("includeUsageStatistics", "true");

impl<'s> Views<'s> {
    /// Lists the views that the user can see.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "find_by_name", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, View> {
        List::of(self.client, &LIST, &[])
    }

    /// Lists the views that the user can see, with [`View::total_view_count`].
    #[doc = rest!(LIST)]
    #[inline]
    pub fn list_with_usage(&self) -> List<'s, View> {
        self.list().with(USAGE.0, USAGE.1)
    }

    /// Returns a view.
    #[doc = content::rest!(GET_VIEW)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<ViewId>) -> Result<View> {
        self.client.get(&content::GET_VIEW, &[&id.into()])
    }

    /// Returns a view, with [`View::total_view_count`].
    #[doc = content::rest!(GET_VIEW)]
    pub fn get_with_usage(&self, id: impl Into<ViewId>) -> Result<View> {
        let request = self.client.request(&content::GET_VIEW, &[&id.into()]);
        self.client.read(request.query(USAGE.0, USAGE.1), "view")
    }

    /// Deletes a view. The other views of its workbook remain; a workbook without views is deleted.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<ViewId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Finds a view by its address in a browser (`…/views/Superstore/Overview`, with or without
    /// anything after it) or by its content URL (`Superstore/sheets/Overview`). `None` if it does
    /// not exist.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if the address is not that of a view, or is on another site.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn find_url(&self, address: &str) -> Result<Option<View>> {
        let parts = match Place::of(self.client, address)? {
            Place::ContentUrl(url) => url.split('/').map(str::to_owned).collect(),
            Place::Page(parts) if parts[0] == "views" => parts[1..].to_vec(),
            Place::Page(_) => Vec::new(),
        };
        let url = match &parts[..] {
            [workbook, sheets, sheet] if sheets == "sheets" => format!("{workbook}/sheets/{sheet}"),
            [workbook, sheet, ..] => format!("{workbook}/sheets/{sheet}"),
            _ => {
                let what =
                    format!("invalid view address {address:?}: it contains no workbook and sheet");
                return Err(Error::input(what));
            }
        };
        let found = find::fitting(self.list(), &[CONTENT_URL.eq(&*url)], &|view| {
            view.content_url.as_deref() == Some(&*url)
        });
        let what = format!("views have the address {address:?}");
        find::only(self.client, found?, &what, &|view| view.id.to_string())
    }
}

element! {
    /// A view.
    pub struct View = "view" in "views";
    {
        /// The view's id.
        id: ViewId = attr("id");
        /// The view's name.
        name: String = attr("name");
        /// The view's content URL: `Superstore/sheets/Overview`.
        content_url: Option<String> = attr("contentUrl");
        /// The last part of its address in a browser.
        view_url_name: Option<String> = attr("viewUrlName");
        /// The kind of view.
        sheet_type: Option<SheetType> = attr("sheetType");
        /// When the view was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When the view was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The number of users who have the view as a favorite.
        favorites_total: Option<u64> = attr("favoritesTotal");
        /// Whether the view is hidden.
        hidden: Option<bool> = attr("hidden");
        /// Whether the user has opened the view recently.
        recently_viewed: Option<bool> = attr("recentlyViewed");
        /// The view's workbook.
        workbook: Option<WorkbookId> = child_id("workbook");
        /// The workbook's name.
        workbook_name: Option<String> = child_attr("workbook", "name");
        /// More about the workbook.
        workbook_details: Option<WorkbookDetails> = child("workbook");
        /// The view's owner.
        owner: Option<UserId> = child_id("owner");
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The project of the workbook; `None` in a personal space.
        project: Option<ProjectId> = child_id("project");
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// More about the project.
        project_details: Option<ProjectDetails> = child("project");
        /// The project or personal space of the workbook.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
        /// The number of times the view was opened. Only in responses with usage statistics.
        total_view_count: Option<u64> = child_attr("usage", "totalViewCount");
        /// Whether the view is accelerated.
        #[deprecated(note = "view acceleration is retired since Tableau 2026.2 (API 3.29)")]
        acceleration_enabled: Option<bool> =
            child_attr("dataAccelerationConfig", "accelerationEnabled");
        /// The status of the acceleration: `Enabled`, `Suspended`, ….
        #[deprecated(note = "view acceleration is retired since Tableau 2026.2 (API 3.29)")]
        acceleration_status: Option<String> =
            child_attr("dataAccelerationConfig", "accelerationStatus");
    }
}

string_enum! {
    /// The kind of a view.
    pub enum SheetType {
        /// A single sheet.
        View = "view",
        /// Several sheets on one page.
        Dashboard = "dashboard",
        /// A sequence of sheets and dashboards.
        Story = "story",
    }
}

filter_fields! {
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
