//! Workbooks: `session.workbooks()`.

pub(crate) mod export;
mod freshness;
pub(crate) mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use super::views::{USAGE, View};
use crate::common::find::{self, Place, find_by_name};
use crate::common::{
    JobHandle, List, Location, LocationUpdate, OwnerDetails, ProjectDetails, Scheduled,
    add_to_schedule, content, extracts, filter_fields, in_one_place, refresh, schedule,
};
use crate::http::Request;
use crate::ids::{ProjectId, ScheduleId, UserId, ViewId, WorkbookId};
use crate::operation::operations;
use crate::xml::{Contradicts, element};
use crate::{Error, Result};

pub use crate::common::{MonthDay, Sheet, SheetKind, WeekDay, sheets, sheets_in};
pub use freshness::{DataFreshness, FreshAt, FreshAtFrequency, FreshEvery, FreshEveryUnit};

operations! {
    LIST = GET "sites/{site}/workbooks" since (2, 3) scope "tableau:content:read" errors [403018]
        "Query Workbooks for Site" "workbooks_and_views.htm#query_workbooks_for_site";
    VIEWS = GET "sites/{site}/workbooks/{workbook}/views" since (1, 0)
        scope "tableau:content:read" errors [400008, 404006]
        "Query Views for Workbook" "workbooks_and_views.htm#query_views_for_workbook";
    UPDATE = PUT "sites/{site}/workbooks/{workbook}" since (2, 0)
        scope "tableau:workbooks:update" errors [400036, 403025, 403027, 404002, 404005, 404006]
        "Update Workbook" "workbooks_and_views.htm#update_workbook";
    DELETE = DELETE "sites/{site}/workbooks/{workbook}" since (2, 0)
        scope "tableau:workbooks:delete" errors [404006]
        "Delete Workbook" "workbooks_and_views.htm#delete_workbook";
    REFRESH_THUMBNAILS = PUT "sites/{site}/workbooks/{workbook}/refreshThumbnails" since (3, 27)
        scope "tableau:tasks:run" errors [403179, 404006]
        "Update Workbook Thumbnail Images" "workbooks_and_views.htm#update_workbook_thumbnail_images";
    DOWNGRADE_INFO = GET "sites/{site}/workbooks/{workbook}/downGradeInfo" since (3, 5)
        scope "tableau:workbook_downgrade_info:read" errors [400114, 400115, 400116]
        "Get Workbook Downgrade Info" "workbooks_and_views.htm#get_workbook_downgrade_info";
}

super::resource! {
    /// The workbooks of a site.
    Workbooks
}

impl<'s> Workbooks<'s> {
    /// Lists the workbooks that the user can see.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, Workbook> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a workbook.
    #[doc = content::rest!(GET_WORKBOOK)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<WorkbookId>) -> Result<Workbook> {
        self.client.get(&content::GET_WORKBOOK, &[&id.into()])
    }

    /// Returns the views of a workbook.
    #[doc = rest!(VIEWS)]
    #[doc(alias = "populate_views")]
    pub fn views(&self, id: impl Into<WorkbookId>) -> Result<Vec<View>> {
        self.read_views(id.into(), |request| request)
    }

    /// Returns the views of a workbook, with [`View::total_view_count`].
    #[doc = rest!(VIEWS)]
    pub fn views_with_usage(&self, id: impl Into<WorkbookId>) -> Result<Vec<View>> {
        self.read_views(id.into(), |request| request.query(USAGE.0, USAGE.1))
    }

    fn read_views(
        &self,
        id: WorkbookId,
        with: impl FnOnce(Request<'static>) -> Request<'static>,
    ) -> Result<Vec<View>> {
        let request = with(self.client.request(&VIEWS, &[&id]));
        let mut views: Vec<View> = self.client.read_all(request, "views", "view")?;
        for view in &mut views {
            // The response does not repeat the id of the workbook.
            view.workbook.get_or_insert_with(|| id.clone());
        }
        Ok(views)
    }

    /// Changes a workbook. Its tags are changed by [`Session::tags`](crate::Session::tags).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Version`](crate::ErrorKind::Version), before anything is sent, if the update has a
    /// description and the session uses an API version before 3.21, which silently ignores it, or if
    /// it has a location and the version is before 3.13. [`ErrorKind::Input`](crate::ErrorKind::Input),
    /// before anything is sent, if it has both a project and a location.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<WorkbookId>,
        changes: impl Borrow<WorkbookUpdate>,
    ) -> Result<Workbook> {
        let changes = changes.borrow();
        self.client.change(self.update_request(id.into(), changes)?, changes)
    }

    /// Changes a workbook, and returns it with [`View::acceleration_status`] of its views.
    #[doc = rest!(UPDATE)]
    #[deprecated(note = "view acceleration is retired since Tableau 2026.2 (API 3.29)")]
    pub fn update_with_acceleration_status(
        &self,
        id: impl Into<WorkbookId>,
        changes: impl Borrow<WorkbookUpdate>,
    ) -> Result<Workbook> {
        let changes = changes.borrow();
        let request = self.update_request(id.into(), changes)?;
        self.client.change(request.query("includeViewAccelerationStatus", "true"), changes)
    }

    #[inline]
    fn update_request(&self, id: WorkbookId, changes: &WorkbookUpdate) -> Result<Request<'static>> {
        if changes.location.is_some() {
            self.client.needs((3, 13), || "moving a workbook to a personal space".into())?;
            in_one_place(changes.project.is_some(), true, || format!("the workbook {id}"))?;
        }
        if changes.description.is_some() {
            self.client.needs((3, 21), || "the description of a workbook".into())?;
        }
        Ok(self.client.request(&UPDATE, &[&id]))
    }

    /// Deletes a workbook and its views.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<WorkbookId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Starts a full refresh of a workbook's extracts and returns the job. If a refresh is already
    /// queued and the user may read it, returns that job.
    #[doc = extracts::rest!(REFRESH_WORKBOOK)]
    pub fn refresh(&self, id: impl Into<WorkbookId>) -> Result<JobHandle<'s>> {
        refresh(self.client, &id.into(), false)
    }

    /// Starts an incremental refresh of a workbook's extracts and returns the job, as
    /// [`refresh`](Workbooks::refresh) does. API 3.28.
    #[doc = extracts::rest!(REFRESH_WORKBOOK)]
    pub fn refresh_incrementally(&self, id: impl Into<WorkbookId>) -> Result<JobHandle<'s>> {
        refresh(self.client, &id.into(), true)
    }

    /// Starts a job that renders the thumbnails of a workbook and of its views again.
    #[doc = rest!(REFRESH_THUMBNAILS)]
    pub fn refresh_thumbnails(&self, id: impl Into<WorkbookId>) -> Result<JobHandle<'s>> {
        let request = self.client.request(&REFRESH_THUMBNAILS, &[&id.into()]);
        Ok(JobHandle::new(self.client, self.client.read(request, "job")?))
    }

    /// Lists what a workbook would lose if it were downgraded to an earlier version of Tableau, such as
    /// `2018.3`.
    #[doc = rest!(DOWNGRADE_INFO)]
    pub fn downgrade_info(
        &self,
        id: impl Into<WorkbookId>,
        product_version: &str,
    ) -> Result<Vec<DowngradedFeature>> {
        let request = self.client.request(&DOWNGRADE_INFO, &[&id.into()]);
        let request = request.query("productVersion", product_version);
        self.client.read_all(request, "downgradeInfo", "downgradedFeature")
    }

    /// Adds a workbook to a schedule, which then refreshes its extracts.
    #[doc = schedule::rest!(ADD_WORKBOOK)]
    #[doc(alias = "schedule_extract_refresh")]
    pub fn add_to_schedule(
        &self,
        id: impl Into<WorkbookId>,
        schedule: impl Into<ScheduleId>,
    ) -> Result<Scheduled> {
        add_to_schedule(self.client, &schedule.into(), &id.into())
    }

    /// Finds a workbook by the address of one of its pages or views in a browser, or by its content
    /// URL. `None` if it does not exist.
    ///
    /// For an address with the workbook's number (`…/workbooks/1234`), this lists all workbooks,
    /// because the REST API has no filter for the number.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if the address is not that of a workbook, or is on another
    /// site.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn find_url(&self, address: &str) -> Result<Option<Workbook>> {
        let place = Place::of(self.client, address)?;
        let content_url = match &place {
            Place::ContentUrl(url) => Some(url.as_str()),
            page => page.number("views"),
        };
        let found = match content_url {
            Some(url) => find::fitting(self.list(), &[CONTENT_URL.eq(url)], &|workbook| {
                workbook.content_url.as_deref() == Some(url)
            }),
            None if place.number("workbooks").is_some() => {
                find::fitting(self.list(), &[], &|workbook| {
                    place.is_number_of("workbooks", workbook.webpage_url.as_deref())
                })
            }
            None => {
                let what = format!(
                    "invalid workbook address {address:?}: it contains no workbook or view"
                );
                return Err(Error::input(what));
            }
        };
        let what = format!("workbooks have the address {address:?}");
        find::only(self.client, found?, &what, &|workbook| workbook.id.to_string())
    }
}

find_by_name!(Workbooks Workbook "workbooks" in project);

element! {
    /// A workbook.
    pub struct Workbook = "workbook" in "workbooks";
    /// Changes to a workbook; see [`Workbooks::update`].
    pub struct WorkbookUpdate: update;
    {
        /// The workbook's id.
        id: WorkbookId = attr("id");
        /// The workbook's name.
        name: String = attr("name"), update String;
        /// The workbook's content URL.
        content_url: Option<String> = attr("contentUrl");
        /// The workbook's address in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// Whether the sheets are shown as tabs.
        show_tabs: Option<bool> = attr("showTabs"), update bool;
        /// The workbook's description. An empty text clears it. Changing it needs API 3.21.
        description: Option<String> = attr("description"), update String;
        /// The workbook's size in megabytes.
        size: Option<u64> = attr("size");
        /// When the workbook was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When the workbook was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// Whether the extracts are encrypted.
        encrypt_extracts: Option<bool> = attr("encryptExtracts"), update bool;
        /// The view that is shown when the workbook is opened.
        default_view: Option<ViewId> = attr("defaultViewId");
        /// When the workbook was last published.
        last_published_at: Option<Timestamp> = attr("lastPublishedAt");
        /// The number of sheets.
        sheet_count: Option<u64> = attr("sheetCount");
        /// Whether the workbook has extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// Whether the user has opened the workbook recently.
        recently_viewed: Option<bool> = attr("recentlyViewed"), update bool;
        /// The text that is added when the workbook is shared.
        share_description: Option<String> = attr("shareDescription");
        /// The workbook's project; `None` in a personal space.
        project: Option<ProjectId> = child_id("project"), update ProjectId;
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// More about the project.
        project_details: Option<ProjectDetails> = child("project");
        /// The workbook's owner.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The workbook's project or personal space. In an update, the personal space to move the
        /// workbook to, which must be the user's own; [`project`](WorkbookUpdate::project) moves it to
        /// a project. API 3.13.
        location: Option<Location> = child("location"), update LocationUpdate;
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
        /// The workbook's views, in responses that include them. In an update, the views to which
        /// [`data_acceleration`](WorkbookUpdate::data_acceleration) applies; if unset, all views.
        views: Vec<View> = list("views", "view"), update Vec<ViewId>;
        /// The number of times the views were opened. Only in responses with usage statistics.
        total_view_count: Option<u64> = child_attr("usage", "totalViewCount");
        /// Whether the data of the views is computed in advance.
        #[deprecated(note = "view acceleration is retired since Tableau 2026.2 (API 3.29)")]
        data_acceleration: Option<DataAcceleration> =
            child("dataAccelerationConfig"), update DataAccelerationUpdate;
        /// How often the views query fresh data.
        data_freshness: Option<DataFreshness> =
            child("dataFreshnessPolicy"), update DataFreshness;
    }
}

element! {
    /// View acceleration of a workbook: whether the data of its views is computed in advance.
    pub struct DataAcceleration = "dataAccelerationConfig";
    /// Changes to the view acceleration of a workbook.
    pub struct DataAccelerationUpdate: update;
    {
        /// Whether view acceleration is enabled.
        enabled: Option<bool> = attr("accelerationEnabled"), update bool;
        /// Whether acceleration starts at once instead of at the next background run.
        accelerate_now: Option<bool> = attr("accelerateNow"), update bool;
        /// When the setting was last changed.
        last_updated_at: Option<Timestamp> = attr("lastUpdatedAt");
        /// The status of the acceleration.
        status: Option<String> = attr("accelerationStatus");
    }
}

/// The views in an update only select what the acceleration applies to.
impl Contradicts<Vec<ViewId>> for Vec<View> {
    #[inline]
    fn contradicts(&self, _: &Vec<ViewId>) -> bool {
        false
    }
}

impl Contradicts<DataAccelerationUpdate> for Option<DataAcceleration> {
    #[inline]
    fn contradicts(&self, requested: &DataAccelerationUpdate) -> bool {
        self.as_ref().is_some_and(|shown| !requested.ignored_in(shown).is_empty())
    }
}

/// Compares only the kind of policy, because the server fills in unset fields of the schedule.
impl Contradicts<DataFreshness> for Option<DataFreshness> {
    #[inline]
    fn contradicts(&self, requested: &DataFreshness) -> bool {
        self.as_ref().is_some_and(|shown| shown.as_str() != requested.as_str())
    }
}

element! {
    /// A feature of a workbook that an earlier version of Tableau does not have.
    pub struct DowngradedFeature = "downgradedFeature";
    {
        /// The name of the feature.
        name: Option<String> = attr("name");
        /// The severity of the loss: `Warning`, ….
        severity: Option<String> = attr("severity");
    }
}

filter_fields! {
    for Workbook;
    CONTENT_URL = "contentUrl" Text [eq in];
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    DISPLAY_TABS = "displayTabs" Flag [eq];
    FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
    HAS_ALERTS = "hasAlerts" Flag [eq];
    HAS_EXTRACTS = "hasExtracts" Flag [eq];
    NAME = "name" Text [eq in];
    OWNER_DOMAIN = "ownerDomain" Text [eq in];
    OWNER_EMAIL = "ownerEmail" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq in];
    PROJECT_NAME = "projectName" Text [eq in];
    SHEET_COUNT = "sheetCount" Number [eq gt gte lt lte];
    SIZE = "size" Number [eq gt gte lt lte];
    SUBSCRIPTIONS_TOTAL = "subscriptionsTotal" Number [eq gt gte lt lte];
    TAGS = "tags" Text [eq in];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}
